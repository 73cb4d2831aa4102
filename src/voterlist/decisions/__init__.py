"""What people decided: what of it holds, what is contested, and whom it is about today.

People answer; each answer is recorded and none is overwritten. ``follow`` brings the answers to the
entries of today, ``standing`` says what holds: what everybody who answered says alike, or what a
third person settled. ``with_corrections`` puts corrected fields into entries.
"""

from __future__ import annotations

from voterlist.decisions.corrected import with_corrections
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
from voterlist.decisions.standing import WITHDRAWN, Standing, standing
from voterlist.decisions.subjects import (
    answered_ids,
    identities,
    identity_of,
    subjects_of,
)

__all__ = [
    "STOOD",
    "WITHDRAWN",
    "Followed",
    "Given",
    "Names",
    "Standing",
    "Then",
    "answered_ids",
    "follow",
    "identities",
    "identity_of",
    "not_among",
    "renamed",
    "standing",
    "subjects_of",
    "with_corrections",
]
