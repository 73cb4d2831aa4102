"""Rule ``line-number-repeat``: line number repeated."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from voterlist.check.context import Context
from voterlist.check.shared import is_new_number, numbered_entries
from voterlist.model import Rule


def find(context: Context, rule: Rule) -> pa.Table:
    """Entries with the number of an earlier line of their list, beside the entry of that line."""
    numbered = context.cached(numbered_entries)
    is_new = is_new_number(numbered)
    first = np.maximum.accumulate(np.where(is_new, np.arange(len(is_new)), 0))
    rows, other = numbered.row[~is_new], numbered.row[first[~is_new]]
    return context.entry_findings(rule, rows, other=other, field="number")
