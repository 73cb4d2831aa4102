"""Rule ``coincidences-beyond-chance``: more equal names and births than chance gives."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from voterlist.check.coincidences import count_coincidences, poisson_tail_bound
from voterlist.check.context import Context
from voterlist.config import CheckSettings
from voterlist.findings import make, take_columns
from voterlist.model import Rule, Severity, Unit
from voterlist.persons.chance import AGREEMENTS
from voterlist.tables import text_of

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
    table = context.cached(count_coincidences)
    constituency = table.column("constituency")
    if len(constituency.unique().drop_null()) == 1:
        table = table.filter(constituency.is_valid())
    full, years = (
        int(context.is_known(name).sum()) for name in ("birth_day", "birth_year")
    )
    return beyond(table, agreement_of(full, years), context.settings)


def beyond(table: pa.Table, agreement: str, settings: CheckSettings) -> pa.Table:
    """FINDING: the places of a COINCIDENCE table with more pairs of this agreement than chance."""
    pairs_found, expected = (
        table.column(name).to_numpy().astype(float) for name in ("found", "expected")
    )
    kinds = text_of(table, "agreement").to_numpy(zero_copy_only=False)
    is_asked = (kinds == agreement) & (pairs_found >= _FEWEST)
    is_beyond = poisson_tail_bound(pairs_found, expected) < settings.outlier_chance
    at = np.flatnonzero(is_asked & is_beyond)
    columns = take_columns(table, at, ["constituency"])
    columns |= {"value": pairs_found[at], "limit": expected[at]}
    return make(RULE, len(at), columns)


def agreement_of(full_dates: int, years: int) -> str:
    """Names and date; names and year where most birth dates are a year alone."""
    return "+".join(_NAMES_AND_DATE if 2 * full_dates >= years else _NAMES_AND_YEAR)
