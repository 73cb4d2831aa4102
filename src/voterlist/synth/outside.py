"""What other bodies know of the invented nation: the statistics office's numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from voterlist.schemas import STATISTIC
from voterlist.synth.plan import Plan, stream
from voterlist.synth.repeats import Done
from voterlist.tables import from_rows

Numbers = npt.NDArray[Any]

_FIRST_YEAR = 1890
"""Nobody is born before."""


def _born_years(plan: Plan) -> Numbers:
    days = plan.people.born.astype("datetime64[D]")
    years_since_1970 = days.astype("datetime64[Y]").astype(np.int64)
    return 1970 + years_since_1970


def _rows(
    constituency: int, precinct: int | None, measures: Mapping[str, float]
) -> list[dict[str, Any]]:
    return [
        {
            "constituency": constituency,
            "precinct": precinct,
            "measure": measure,
            "value": float(value),
        }
        for measure, value in measures.items()
    ]


def statistics(plan: Plan) -> pa.Table:
    """STATISTIC: adults, men, women and births by year per constituency, adults per precinct.

    Counted from the living at home, with up to two in a hundred more whom no list has: the gap
    between lists and statistics that commissions are asked about.
    """
    rng = stream(plan.seed, "statistics")
    count = len(plan.numbers)
    dead_bits = int(Done.DEAD_IN_REGISTER | Done.DEAD_NOT_IN_REGISTER)
    is_dead_entry = plan.entries.done & dead_bits != 0
    alive = np.ones(len(plan.people), bool)
    alive[plan.entries.person[is_dead_entry]] = False
    precinct = plan.dwellings.precinct[plan.people.household][alive]
    constituency = plan.precincts.constituency[precinct]
    female = plan.people.female[alive]
    years = _born_years(plan)[alive]
    unlisted = 1 + rng.uniform(0, 0.02, count)
    by_year = np.zeros((count, 200))
    np.add.at(by_year, (constituency, years - _FIRST_YEAR), 1)
    by_precinct = np.bincount(precinct, minlength=len(plan.precincts.number))
    rows: list[dict[str, Any]] = []
    for at, number in enumerate(plan.numbers.tolist()):
        here = constituency == at
        women = round(float((female & here).sum()) * unlisted[at])
        men = round(float((~female & here).sum()) * unlisted[at])
        rows += _rows(number, None, {"adults": men + women, "men": men, "women": women})
        births = {}
        for year in np.flatnonzero(by_year[at]):
            births[f"born-{_FIRST_YEAR + year}"] = round(
                by_year[at, year] * unlisted[at]
            )
        rows += _rows(number, None, births)
        permanent = (plan.precincts.constituency == at) & ~plan.precincts.temporary
        for place in np.flatnonzero(permanent):
            adults = {"adults": int(by_precinct[place])}
            rows += _rows(number, int(plan.precincts.number[place]), adults)
    return from_rows(rows, STATISTIC)
