"""What ingest may notice, and its findings, made one at a time: a file yields a handful."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from voterlist.findings import declared_rules, gather, of_rows, row
from voterlist.tables import ReadRow

_BY_CODE = declared_rules("voterlist.ingest")
RULES = tuple(_BY_CODE.values())

LETTERS_LOST = "letters-lost"
DECLARED_DIFFERS = "declared-total-differs"
"""The rule of ``merge`` for a total below a list that is not its number of entries."""
SPOILED = frozenset(
    {
        *(LETTERS_LOST, "date-order-exchanged", "date-order-mixed"),
        *("columns-out-of-step", "cells-left-out", DECLARED_DIFFERS),
    }
)
"""The rules of lists that were spoiled when they were saved or typed: they are asked for again."""
PLACE_DOUBTS = frozenset(
    {
        *("name-undecided", "name-other-number", "name-unclear", "name-against-names"),
        *("place-by-inbox", "place-by-column", "place-by-title", "place-by-sheet"),
        *("precinct-unknown", "precinct-not-in-territory", "precinct-claimed-twice"),
        *("constituency-unknown", "list-of-other-year"),
    }
)
"""The rules by which a place or the year is not known or in doubt, so that a person has to look."""


def finding(rule: str, **places: Any) -> dict[str, Any]:
    """A finding as a row for ``findings_table``.

    Args:
        rule: the code of one of ``RULES``.
        **places: cells of FINDING by column.
    """
    return row(_BY_CODE[rule], places)


def findings_table(rows: Sequence[ReadRow]) -> pa.Table:
    """FINDING of rows that ``finding`` made, in the order of every table of findings."""
    return gather([of_rows(rows)])
