"""What the normaliser may notice: each file has the rules of one kind of cell."""

from __future__ import annotations

from voterlist.model import Rule
from voterlist.normalize.rules import dates, identifiers, names, streets
from voterlist.normalize.rules.dates import (
    DATE_SWAPPED,
    DATE_UNREADABLE,
    IMPOSSIBLE_DATE,
    MONTH_FIRST,
    ORDER_MIXED,
)
from voterlist.normalize.rules.identifiers import (
    DOCUMENT_INVALID,
    FIN_HOLDS_DOCUMENT,
    FIN_INVALID,
    REPAIRS,
)
from voterlist.normalize.rules.names import (
    FULL_NAME_UNSURE,
    INITIALS_ONLY,
    MIXED_SCRIPT_REPAIRED,
    NAME_UNREADABLE,
    PATRONYMIC_IN_GIVEN,
    PLACEHOLDER,
    SEX_UNREADABLE,
    TITLE_REMOVED,
)
from voterlist.normalize.rules.streets import HOUSES_UNREADABLE

__all__ = [
    "DATE_SWAPPED",
    "DATE_UNREADABLE",
    "DOCUMENT_INVALID",
    "FIN_HOLDS_DOCUMENT",
    "FIN_INVALID",
    "FULL_NAME_UNSURE",
    "HOUSES_UNREADABLE",
    "IMPOSSIBLE_DATE",
    "INITIALS_ONLY",
    "MIXED_SCRIPT_REPAIRED",
    "MONTH_FIRST",
    "NAME_UNREADABLE",
    "ORDER_MIXED",
    "PATRONYMIC_IN_GIVEN",
    "PLACEHOLDER",
    "REPAIRS",
    "RULES",
    "SEX_UNREADABLE",
    "TITLE_REMOVED",
]

RULES: tuple[Rule, ...] = (
    *dates.RULES,
    *identifiers.RULES,
    *names.RULES,
    *streets.RULES,
)
