"""What people decided: what of it holds, what is contested, and whom it is about today.

People answer; each answer is recorded and none is overwritten. ``follow`` brings the answers to the
entries of today, ``standing`` says what holds: what everybody who answered says alike, or what a
third person settled. ``with_corrections`` puts corrected fields into entries. ``effects`` says what
all of it does to the list; ``refused`` tries new answers before they are recorded.
"""

from __future__ import annotations

from voterlist.decisions.corrected import with_corrections
from voterlist.decisions.effects import Effects, columns_for, effects
from voterlist.decisions.follow import (
    STOOD,
    Followed,
    Names,
    Then,
    follow,
    not_among,
    renamed,
)
from voterlist.decisions.given import Given
from voterlist.decisions.outcome import SKIP_CODES
from voterlist.decisions.standing import WITHDRAWN, Standing, standing
from voterlist.decisions.subjects import (
    answered_ids,
    identities,
    identity_of,
    subjects_among,
)
from voterlist.decisions.trial import REFUSAL_CODES, Refusal, refused

__all__ = [
    "REFUSAL_CODES",
    "SKIP_CODES",
    "STOOD",
    "WITHDRAWN",
    "Effects",
    "Followed",
    "Given",
    "Names",
    "Refusal",
    "Standing",
    "Then",
    "answered_ids",
    "columns_for",
    "effects",
    "follow",
    "identities",
    "identity_of",
    "not_among",
    "refused",
    "renamed",
    "standing",
    "subjects_among",
    "with_corrections",
]
