"""Findings of ingest, made one at a time: a file yields a handful."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from voterlist.findings import gather, of_rows, row
from voterlist.ingest.rules import RULES

_BY_CODE = {rule.code: rule for rule in RULES}


def finding(rule: str, **places: Any) -> dict[str, Any]:
    """A finding as a row for ``findings_table``.

    Args:
        rule: the code of one of ``RULES``.
        **places: cells of FINDING by column.
    """
    return row(_BY_CODE[rule], places)


def findings_table(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """FINDING of rows that ``finding`` made, in the order of every table of findings."""
    return gather([of_rows(rows)])
