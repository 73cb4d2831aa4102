"""Rule ``coincidences-beyond-chance``: more equal names and births than chance gives."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from voterlist.check.coincidences import count_coincidences, poisson_tail_bound
from voterlist.check.context import Context
from voterlist.findings import make, take_columns
from voterlist.model import Rule
from voterlist.persons.chance import AGREEMENTS
from voterlist.tables import text_of

_FEWEST = 5
"""Fewer pairs are told entry by entry; a sum of them says nothing more."""

_NAMES_AND_DATE, _NAMES_AND_YEAR = AGREEMENTS[0], AGREEMENTS[2]


def find(context: Context, rule: Rule) -> pa.Table:
    """Constituencies, and the whole list, with more pairs that agree than chance explains.

    The whole list is tested only where it has more than one constituency.
    """
    table = context.cached(count_coincidences)
    constituency = table.column("constituency")
    if len(constituency.unique().drop_null()) == 1:
        table = table.filter(constituency.is_valid())
    full, years = (
        int(context.is_known(name).sum()) for name in ("birth_day", "birth_year")
    )
    pairs_found, expected = (
        table.column(name).to_numpy().astype(float) for name in ("found", "expected")
    )
    kinds = text_of(table, "agreement").to_numpy(zero_copy_only=False)
    is_asked = (kinds == agreement_of(full, years)) & (pairs_found >= _FEWEST)
    by_chance = poisson_tail_bound(pairs_found, expected)
    is_beyond = by_chance < context.settings.outlier_chance
    at = np.flatnonzero(is_asked & is_beyond)
    columns = take_columns(table, at, ["constituency"])
    columns |= {"value": pairs_found[at], "limit": expected[at]}
    return make(rule, len(at), columns)


def agreement_of(full_dates: int, years: int) -> str:
    """Names and date; names and year where most birth dates are a year alone."""
    return "+".join(_NAMES_AND_DATE if 2 * full_dates >= years else _NAMES_AND_YEAR)
