"""What people decided: what of it holds or is contested, and about whom.

People answer; each answer is recorded and none is overwritten. ``follow`` brings the answers to the
entries of today, ``standing`` says what holds: what everybody who answered says alike, or what a
third person settled. ``with_corrections`` puts corrected fields into entries. ``effects`` says what
all of it does to the list; ``refused`` tries new answers before they are recorded.
"""

from __future__ import annotations

from voterlist.decisions.answers import (
    SHEETS,
    Amended,
    AmendmentContext,
    Answers,
    Ground,
    Need,
    Replaced,
    Value,
    acts_after_freeze,
    answers_of,
    grounds,
    grounds_for,
)
from voterlist.decisions.checks import (
    AMENDMENT_PROBLEMS,
    check_amendments,
    precincts_known,
)
from voterlist.decisions.effects import Effects, columns_for, effects, with_corrections
from voterlist.decisions.follow import (
    STOOD,
    Names,
    Then,
    follow,
    moves_of,
    not_among,
    renamed,
)
from voterlist.decisions.given import (
    AMENDMENT_ROW,
    UNKNOWN_ACTION,
    Given,
    answered_ids,
    identities,
    identity_of,
    is_same_person,
    members_of,
    name_as_kept,
    person_key,
    subjects_among,
    voter_key,
)
from voterlist.decisions.outcome import SKIP_CODES, here, struck_for_good
from voterlist.decisions.standing import (
    WITHDRAWN,
    Standing,
    answers_back,
    last_verdicts,
    standing,
    still_contested,
)
from voterlist.decisions.trial import REFUSAL_CODES, disputes, refused

__all__ = [
    "AMENDMENT_PROBLEMS",
    "AMENDMENT_ROW",
    "REFUSAL_CODES",
    "SHEETS",
    "SKIP_CODES",
    "STOOD",
    "UNKNOWN_ACTION",
    "WITHDRAWN",
    "Amended",
    "AmendmentContext",
    "Answers",
    "Effects",
    "Given",
    "Ground",
    "Names",
    "Need",
    "Replaced",
    "Standing",
    "Then",
    "Value",
    "acts_after_freeze",
    "answered_ids",
    "answers_back",
    "answers_of",
    "check_amendments",
    "columns_for",
    "disputes",
    "effects",
    "follow",
    "grounds",
    "grounds_for",
    "here",
    "identities",
    "identity_of",
    "is_same_person",
    "last_verdicts",
    "members_of",
    "moves_of",
    "name_as_kept",
    "not_among",
    "person_key",
    "precincts_known",
    "refused",
    "renamed",
    "standing",
    "still_contested",
    "struck_for_good",
    "subjects_among",
    "voter_key",
    "with_corrections",
]
