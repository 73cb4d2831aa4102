"""What other bodies know of the invented nation: the statistics office's numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from voterlist.schemas import STATISTIC
from voterlist.synth.plan import Plan, stream
from voterlist.synth.repeats import Done
from voterlist.tables import from_columns

__all__ = ["statistics"]

Numbers = npt.NDArray[Any]


def _born_years(plan: Plan) -> Numbers:
    return 1970 + plan.people.born.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64)


def _rows(
    constituency: int, precinct: int | None, measures: dict[str, float]
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
    gone = np.zeros(len(plan.people), bool)
    gone[
        plan.entries.person[
            plan.entries.done & int(Done.DEAD_IN_REGISTER | Done.DEAD_NOT_IN_REGISTER) != 0
        ]
    ] = True
    precinct = plan.dwellings.precinct[plan.people.household][~gone]
    constituency = plan.precincts.constituency[precinct]
    female, years = plan.people.female[~gone], _born_years(plan)[~gone]
    unlisted = 1 + rng.uniform(0, 0.02, count)
    by_year = np.zeros((count, 200))
    np.add.at(by_year, (constituency, years - 1890), 1)
    by_precinct = np.bincount(precinct, minlength=len(plan.precincts.number))
    rows: list[dict[str, Any]] = []
    for at, number in enumerate(plan.numbers.tolist()):
        women = round(float((female & (constituency == at)).sum()) * unlisted[at])
        men = round(float((~female & (constituency == at)).sum()) * unlisted[at])
        rows += _rows(number, None, {"adults": men + women, "men": men, "women": women})
        born = {
            f"born-{1890 + year}": round(by_year[at, year] * unlisted[at])
            for year in np.flatnonzero(by_year[at])
        }
        rows += _rows(number, None, born)
        for place in np.flatnonzero(
            (plan.precincts.constituency == at) & ~plan.precincts.temporary
        ):
            rows += _rows(
                number, int(plan.precincts.number[place]), {"adults": int(by_precinct[place])}
            )
    columns = {name: [row[name] for row in rows] for name in STATISTIC.names}
    return from_columns(columns, STATISTIC, len(rows))
