"""Rule ``coincidences-beyond-chance``: more equal names and births than chance gives."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from voterlist.chance import AGREEMENTS
from voterlist.check.coincidences import counted, poisson_tail_bound
from voterlist.check.context import Context
from voterlist.findings import make, take_columns
from voterlist.model import Rule, Severity, Unit

_FEWEST = 5
"""Fewer pairs are told entry by entry; a sum of them says nothing more."""

_NAMES_AND_DATE, _NAMES_AND_YEAR = AGREEMENTS[0], AGREEMENTS[2]

RULE = Rule(
    "coincidences-beyond-chance",
    Severity.NOTE,
    Unit.CONSTITUENCY,
    (
        "birthday problem (Feller, vol. 1, section II.3): names and dates of strangers agree by "
        "chance, the more often the longer the list"
    ),
    looks_at=(
        "Are there more pairs of entries of one sex that agree in surname stem, given name, "
        "father's name and full birth date (the birth year, where most dates are a year alone) "
        "than chance explains: would so many come up less often than `outlier_chance` (Poisson "
        "tail)? Fewer than five pairs are left to the tests of entries. Asked of each "
        "constituency, and of the whole list where it is of several or of none. `docs/check.md` "
        "has the formula, and `voterlist check` prints the table of all kinds of agreement."
    ),
    false_alarms=(
        "Relatives who bear one full name and were born in one year count as found and not as "
        "expected."
    ),
    settings=("outlier_chance",),
)


def find(context: Context) -> pa.Table:
    """Constituencies, and the whole list, with more pairs that agree than chance explains.

    The whole list is tested only where it has more than one constituency.
    """
    table = context.cached(counted)
    pairs_found, expected = (
        table.column(name).to_numpy().astype(float) for name in ("found", "expected")
    )
    agreement = (
        table.column("agreement").cast(pa.string()).to_numpy(zero_copy_only=False)
    )
    constituency = table.column("constituency")
    is_whole = np.asarray(constituency.is_null(), dtype=bool)
    if len(constituency.unique().drop_null()) == 1:
        is_asked = ~is_whole
    else:
        is_asked = np.ones(len(table), dtype=bool)
    is_asked &= (agreement == _agreement(context)) & (pairs_found >= _FEWEST)
    is_beyond = (
        poisson_tail_bound(pairs_found, expected) < context.settings.outlier_chance
    )
    at = np.flatnonzero(is_asked & is_beyond)
    columns = take_columns(table, at, ["constituency"])
    columns |= {"value": pairs_found[at], "limit": expected[at]}
    return make(RULE, len(at), columns)


def _agreement(context: Context) -> str:
    """Names and date; names and year where most birth dates are a year alone."""
    full = context.is_known("birth_day").sum()
    known = context.is_known("birth_year").sum()
    return "+".join(_NAMES_AND_DATE if 2 * full >= known else _NAMES_AND_YEAR)
