"""What the normaliser may notice, and how a finding of it becomes a row."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from voterlist.findings import ENTRY_PLACE, gather, make, take_columns
from voterlist.model import Rule, Severity, Unit
from voterlist.schemas import FINDING

__all__ = ["RULES", "NoNotes", "Notes"]

Flags = np.ndarray[Any, np.dtype[np.bool_]]

_AS_WRITTEN = "the entry as written"

PLACEHOLDER = Rule("placeholder-value", Severity.NOTE, Unit.ENTRY, _AS_WRITTEN)
TITLE_REMOVED = Rule("title-removed", Severity.NOTE, Unit.ENTRY, _AS_WRITTEN)
MIXED_SCRIPT_REPAIRED = Rule(
    "mixed-script-repaired",
    Severity.NOTE,
    Unit.ENTRY,
    "Unicode Technical Standard 39: confusable letters",
)
NAME_UNREADABLE = Rule("name-unreadable", Severity.WARNING, Unit.ENTRY, _AS_WRITTEN)
PATRONYMIC_IN_GIVEN = Rule("patronymic-in-given-name", Severity.NOTE, Unit.ENTRY, _AS_WRITTEN)
FULL_NAME_UNSURE = Rule("full-name-unsure", Severity.NOTE, Unit.ENTRY, _AS_WRITTEN)
INITIALS_ONLY = Rule("initials-only", Severity.NOTE, Unit.ENTRY, _AS_WRITTEN)
IMPOSSIBLE_DATE = Rule("impossible-date", Severity.WARNING, Unit.ENTRY, "the Gregorian calendar")
DATE_UNREADABLE = Rule("date-unreadable", Severity.WARNING, Unit.ENTRY, _AS_WRITTEN)
DATE_SWAPPED = Rule(
    "date-swapped", Severity.NOTE, Unit.ENTRY, "the order of day and month in the rest of the file"
)
MONTH_FIRST = Rule("date-order-month-first", Severity.NOTE, Unit.FILE, "the dates of the file")
ORDER_MIXED = Rule("date-order-mixed", Severity.WARNING, Unit.FILE, "the dates of the file")
SEX_UNREADABLE = Rule("sex-unreadable", Severity.WARNING, Unit.ENTRY, _AS_WRITTEN)
_FIN_FORM = "a FIN has neither I nor O, and no number has letters in its digits"
REPAIRS: dict[str, Rule] = {
    repair: Rule(code, Severity.NOTE, Unit.ENTRY, ground)
    for repair, code, ground in (
        ("o-for-zero", "identifier-o-for-zero", _FIN_FORM),
        ("i-for-one", "identifier-i-for-one", _FIN_FORM),
        ("small-letters", "identifier-small-letters", "identifiers are written in capitals"),
        (
            "look-alikes",
            "identifier-look-alikes",
            "Unicode Technical Standard 39: confusable letters",
        ),
        ("signs-removed", "identifier-signs-removed", "identifiers have neither blanks nor signs"),
        (
            "check-character",
            "fin-check-character",
            "a FIN has seven characters; an eighth is the check of the card",
        ),
        (
            "series-missing",
            "document-series-missing",
            "a card of eight digits is of the series AZE",
        ),
    )
}
"""The rule for each repair of an identifier, by ``identifiers.Repair``."""
FIN_INVALID = Rule(
    "fin-invalid",
    Severity.WARNING,
    Unit.ENTRY,
    "a FIN is seven Latin capitals or digits, without I and O",
)
FIN_HOLDS_DOCUMENT = Rule(
    "fin-holds-document", Severity.NOTE, Unit.ENTRY, "the form of a document's number"
)
DOCUMENT_INVALID = Rule(
    "document-invalid",
    Severity.WARNING,
    Unit.ENTRY,
    "AZE and 8 digits, or two letters and 7 digits",
)

HOUSES_UNREADABLE = Rule(
    "street-houses-unreadable",
    Severity.WARNING,
    Unit.FILE,
    "the register of the precincts' streets as written",
)

RULES: tuple[Rule, ...] = (
    PLACEHOLDER,
    TITLE_REMOVED,
    MIXED_SCRIPT_REPAIRED,
    NAME_UNREADABLE,
    PATRONYMIC_IN_GIVEN,
    FULL_NAME_UNSURE,
    INITIALS_ONLY,
    IMPOSSIBLE_DATE,
    DATE_UNREADABLE,
    DATE_SWAPPED,
    MONTH_FIRST,
    ORDER_MIXED,
    SEX_UNREADABLE,
    *REPAIRS.values(),
    FIN_INVALID,
    FIN_HOLDS_DOCUMENT,
    DOCUMENT_INVALID,
    HOUSES_UNREADABLE,
)
"""Everything this stage notices, in the order of an entry's fields."""

class Notes:
    """Collects findings about the rows of one ENTRY table, or of its columns ``ENTRY_PLACE`` alone."""

    def __init__(self, entries: pa.Table) -> None:
        self._entries = entries
        self._found: list[pa.Table] = []
        self._taken: dict[str, Flags] = {}

    def rows(self, rule: Rule, mask: Flags, field: str) -> None:
        """One finding for each row of the mask.

        A row that has this rule's finding already gets no second.
        """
        taken = self._taken.setdefault(rule.code, np.zeros(len(mask), np.bool_))
        fresh = mask & ~taken
        taken |= mask
        if not fresh.any():
            return
        columns = take_columns(self._entries, np.flatnonzero(fresh), ENTRY_PLACE)
        self._found.append(make(rule, int(fresh.sum()), {**columns, "field": field}))

    def files(self, rule: Rule, sources: list[str], field: str) -> None:
        """One finding for each source."""
        columns = {"source": pa.array(sources, pa.string()), "field": field}
        self._found.append(make(rule, len(sources), columns))

    def table(self) -> pa.Table:
        """FINDING of all that was noted."""
        return gather(self._found)


class NoNotes(Notes):
    """Notes for nobody: nothing is kept."""

    def __init__(self) -> None:
        super().__init__(FINDING.empty_table())

    def rows(self, rule: Rule, mask: Flags, field: str) -> None:
        """Keeps nothing."""

    def files(self, rule: Rule, sources: list[str], field: str) -> None:
        """Keeps nothing."""
