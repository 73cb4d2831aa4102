"""Rule ``line-number-repeat``: line number repeated."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from voterlist.check.context import Context
from voterlist.check.shared import is_new_number, numbered_entries
from voterlist.model import Rule, Severity, Unit

RULE = Rule(
    "line-number-repeat",
    Severity.NOTE,
    Unit.ENTRY,
    (
        "the entries of a list are numbered from 1 on: a gap is a row that was lost, a repeat one "
        "that was added"
    ),
    looks_at=(
        "Has an entry the line number of an earlier line of its list? Lists numbered by street or "
        "page are left out as for `line-number-gap`."
    ),
    false_alarms=(
        "A list put together of two, each numbered from 1, is a fifth or less of repeats only if "
        "one of them is short."
    ),
)


def find(context: Context) -> pa.Table:
    """Entries with the number of an earlier line of their list, beside the entry of that line."""
    numbered = context.cached(numbered_entries)
    is_new = is_new_number(numbered)
    first = np.maximum.accumulate(np.where(is_new, np.arange(len(is_new)), 0))
    rows, other = numbered.row[~is_new], numbered.row[first[~is_new]]
    return context.entry_findings(RULE, rows, other=other, field="number")
