"""What ingest may notice, and the rows of its table of findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from voterlist.findings import gather, of_rows, row
from voterlist.model import AsideCode, Rule, Severity, Unit

__all__ = ["RULES", "finding", "findings_table"]

_READING = "Every file handed in is read or named as not read: no list is dropped silently"
_PLACE = (
    "Election Code of Azerbaijan, art. 46: a list is compiled for one precinct of one constituency"
)
_MAPPING = (
    "A list taken in with its columns mistaken names people who do not exist and loses those who do"
)
_STREETS = "Precinct borders are named by streets and house numbers; a row of their register is used or named"
_VERSIONS = "Election Code of Azerbaijan, art. 46: one permanent list a precinct; a second may be its corrected version"

RULES: tuple[Rule, ...] = (
    Rule(AsideCode.FILE_NOT_A_TABLE, Severity.ERROR, Unit.FILE, _READING),
    Rule(AsideCode.FILE_EMPTY, Severity.ERROR, Unit.FILE, _READING),
    Rule(AsideCode.FILE_UNREADABLE, Severity.ERROR, Unit.FILE, _READING),
    Rule(AsideCode.FILE_PROTECTED, Severity.ERROR, Unit.FILE, _READING),
    Rule(AsideCode.FILE_TOO_LARGE, Severity.ERROR, Unit.FILE, _READING),
    Rule(AsideCode.FILE_TOO_SLOW, Severity.ERROR, Unit.FILE, _READING),
    Rule(AsideCode.READER_STOPPED, Severity.ERROR, Unit.FILE, _READING),
    Rule(AsideCode.TOO_MANY_ROWS, Severity.ERROR, Unit.FILE, _READING),
    Rule(AsideCode.TOO_MANY_COLUMNS, Severity.ERROR, Unit.FILE, _READING),
    Rule(AsideCode.CELL_TOO_LONG, Severity.ERROR, Unit.FILE, _READING),
    Rule(AsideCode.FORMAT_NOT_READ, Severity.ERROR, Unit.FILE, _READING),
    Rule(AsideCode.ARCHIVE_NESTED, Severity.ERROR, Unit.FILE, _READING),
    Rule(AsideCode.ENCODING_UNREADABLE, Severity.ERROR, Unit.FILE, _READING),
    Rule(AsideCode.READ_REFUSED, Severity.ERROR, Unit.FILE, _READING),
    Rule(AsideCode.FILE_CHANGED, Severity.ERROR, Unit.FILE, _READING),
    Rule(AsideCode.FOLDER_UNREADABLE, Severity.ERROR, Unit.FILE, _READING),
    Rule(AsideCode.LINK_BROKEN, Severity.ERROR, Unit.FILE, _READING),
    Rule(AsideCode.LINK_CIRCLE, Severity.ERROR, Unit.FILE, _READING),
    Rule(AsideCode.NOT_A_FILE, Severity.ERROR, Unit.FILE, _READING),
    Rule(AsideCode.HEADER_UNKNOWN, Severity.ERROR, Unit.FILE, _READING),
    Rule(AsideCode.MAPPING_DOUBTFUL, Severity.ERROR, Unit.FILE, _MAPPING),
    Rule("lists-side-by-side", Severity.ERROR, Unit.FILE, _MAPPING),
    Rule(AsideCode.NO_LIST, Severity.WARNING, Unit.FILE, _READING),
    Rule(
        AsideCode.DUPLICATE_FILE, Severity.WARNING, Unit.FILE, "A list handed in twice counts once"
    ),
    Rule(
        "encoding-damaged",
        Severity.WARNING,
        Unit.FILE,
        "A name with a lost letter cannot be compared",
    ),
    Rule("list-repeated", Severity.WARNING, Unit.FILE, "A list handed in twice counts once"),
    Rule("list-version", Severity.WARNING, Unit.FILE, _VERSIONS),
    Rule(
        "column-by-content",
        Severity.NOTE,
        Unit.FILE,
        "A guess is shown to the person who can correct it",
    ),
    Rule("column-not-understood", Severity.NOTE, Unit.FILE, "What is left out of a list is said"),
    Rule(
        "pin-not-found",
        Severity.WARNING,
        Unit.FILE,
        "What a person pinned is not passed over in silence",
    ),
    Rule(
        "cells-not-worked-out",
        Severity.WARNING,
        Unit.FILE,
        "A blank that a formula left is no voter's blank",
    ),
    Rule(
        "hidden-rows",
        Severity.NOTE,
        Unit.FILE,
        "A voter in a hidden row has the same right to vote",
    ),
    Rule(
        "hidden-columns",
        Severity.NOTE,
        Unit.FILE,
        "What a person does not see may still be read as a voter's",
    ),
    Rule(
        "header-guessed",
        Severity.NOTE,
        Unit.FILE,
        "A guess is shown to the person who can correct it",
    ),
    Rule("place-by-inbox", Severity.WARNING, Unit.FILE, _PLACE),
    Rule("place-by-column", Severity.WARNING, Unit.FILE, _PLACE),
    Rule("place-by-title", Severity.WARNING, Unit.FILE, _PLACE),
    Rule("place-by-sheet", Severity.WARNING, Unit.FILE, _PLACE),
    Rule("copy-elsewhere", Severity.WARNING, Unit.FILE, _PLACE),
    Rule("place-unreadable", Severity.WARNING, Unit.FILE, _PLACE),
    Rule("precinct-unknown", Severity.WARNING, Unit.FILE, _PLACE),
    Rule("constituency-unknown", Severity.WARNING, Unit.FILE, _PLACE),
    Rule("street-row-unused", Severity.WARNING, Unit.FILE, _STREETS),
)

_BY_CODE = {rule.code: rule for rule in RULES}


def finding(rule: str, **places: Any) -> dict[str, Any]:
    """One row of FINDING: a rule's code, its severity and unit, and the places given."""
    return row(_BY_CODE[rule], places)


def findings_table(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """FINDING of rows that ``finding`` made, in the order of every table of findings."""
    return gather([of_rows(rows)])
