"""The audit of a report.

Statistics of every precinct with their limits, and the scorecard, out of their tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pyarrow as pa

from voterlist.check import INDICATORS
from voterlist.model import Unit
from voterlist.report.audited import Audit, Funnel, Group, Point, PrecinctAudit, Score, Statistic
from voterlist.report.figures import build_groups
from voterlist.report.lookup import in_constituency
from voterlist.report.scorecard import MEASURES

__all__ = ["build_audit"]

_Place = tuple[int | None, int | None]


def build_audit(
    indicators: pa.Table, scorecard: pa.Table, ages: pa.Table, constituency: int | None
) -> Audit | None:
    """The audit of a constituency out of INDICATOR, SCORECARD and AGES.

    None where nothing was measured.
    """
    if not indicators.num_rows:
        return None
    rows = in_constituency(indicators, constituency).to_pylist()
    by_place: dict[_Place, list[Statistic]] = {}
    whole, nation = [], []
    for row in rows:
        statistic = Statistic(**{name: row[name] for name in Statistic.__dataclass_fields__})
        if row["unit"] == Unit.PRECINCT:
            by_place.setdefault((row["constituency"], row["precinct"]), []).append(statistic)
        elif row["unit"] == Unit.NATION:
            nation.append(statistic)
        elif row["constituency"] == constituency:
            whole.append(statistic)
    scores, pyramids = (
        _scores(in_constituency(scorecard, constituency)),
        _pyramids(in_constituency(ages, constituency)),
    )
    precincts = tuple(
        PrecinctAudit(
            *place, _ordered(by_place[place]), scores.get(place, ()), pyramids.get(place, ())
        )
        for place in sorted(by_place, key=_order)
    )
    one = not whole or _is_all(whole, nation)
    return Audit(
        _ordered(whole or nation),
        () if one else _ordered(nation),
        precincts,
        _funnels(precincts),
        _qualities(precincts),
    )


def _is_all(whole: Sequence[Statistic], nation: Sequence[Statistic]) -> bool:
    """True where the constituency has all the entries of the run, so that the run says nothing more."""
    voters = [
        next((row.value for row in rows if row.indicator == "voters"), None)
        for rows in (whole, nation)
    ]
    return voters[0] == voters[1]


def _ordered(rows: Iterable[Statistic]) -> tuple[Statistic, ...]:
    return tuple(sorted(rows, key=lambda row: INDICATORS.index(row.indicator)))


def _order(place: _Place) -> tuple[bool, int, bool, int]:
    constituency, precinct = place
    return (constituency is None, constituency or 0, precinct is None, precinct or 0)


def _by_place(rows: list[dict[str, Any]]) -> dict[_Place, list[dict[str, Any]]]:
    found: dict[_Place, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault((row["constituency"], row["precinct"]), []).append(row)
    return found


def _scores(scorecard: pa.Table) -> dict[_Place, tuple[Score, ...]]:
    order = list(MEASURES)
    names = list(Score.__dataclass_fields__)
    return {
        place: tuple(
            Score(**{name: row[name] for name in names})
            for row in sorted(rows, key=lambda row: order.index(row["measure"]))
        )
        for place, rows in _by_place(scorecard.to_pylist()).items()
    }


def _pyramids(ages: pa.Table) -> dict[_Place, tuple[Group, ...]]:
    return {place: build_groups(rows) for place, rows in _by_place(ages.to_pylist()).items()}


def _funnels(precincts: Sequence[PrecinctAudit]) -> tuple[Funnel, ...]:
    """One funnel a judged indicator, where there is one base.

    Of several constituencies none is drawn.
    """
    found = []
    for name in INDICATORS:
        points = [
            Point(precinct.precinct, row.of, row)
            for precinct in precincts
            if (row := precinct.statistic(name)) and row.p is not None and row.of
        ]
        bases = {point.statistic.base for point in points}
        if len(bases) == 1:
            found.append(
                Funnel(name, bases.pop() or 0.0, tuple(sorted(points, key=lambda point: point.of)))
            )
    return tuple(found)


def _qualities(precincts: Sequence[PrecinctAudit]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    taken = {score.measure for precinct in precincts for score in precinct.scores}
    qualities = dict.fromkeys(MEASURES.values())
    return tuple(
        (quality, tuple(name for name, of in MEASURES.items() if of == quality and name in taken))
        for quality in qualities
        if any(of == quality and name in taken for name, of in MEASURES.items())
    )
