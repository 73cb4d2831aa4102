"""Rule ``dwelling-without-shared-surname``: a dwelling of strangers."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from voterlist.arrays import Longs
from voterlist.check.context import Context
from voterlist.model import Rule
from voterlist.tables import codes


def find(context: Context, rule: Rule) -> pa.Table:
    """Dwellings of many voters no two of whom share a surname stem, by their first entry.

    The surname of each of them must be known.
    """
    dwellings, limit = context.dwellings, context.settings.least_strangers
    # As many surnames as voters: each surname is known and stands once.
    is_all_different = _surnames(context) == dwellings.size
    at = np.flatnonzero((dwellings.size >= limit) & is_all_different)
    value, rows = dwellings.size[at], dwellings.first[at]
    return context.entry_findings(rule, rows, field="address", value=value, limit=limit)


def _surnames(context: Context) -> Longs:
    """How many different surname stems each dwelling has."""
    dwellings = context.dwellings
    stem, stems = codes(context.voters.column("surname_stem"))
    is_placed = (dwellings.codes >= 0) & (stem >= 0)
    # One number for each dwelling and surname, so that one sort brings equal ones together.
    width = max(len(stems), 1)
    packed = np.sort(dwellings.codes[is_placed] * width + stem[is_placed])
    is_first = np.diff(packed, prepend=-1) != 0
    return np.bincount(packed[is_first] // width, minlength=len(dwellings.size))
