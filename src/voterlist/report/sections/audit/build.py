"""The audit out of its tables: statistics of precincts with their limits, and the scorecard."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pyarrow as pa

from voterlist.check import INDICATORS
from voterlist.model import Unit
from voterlist.report.lookup import in_constituency
from voterlist.report.sections.audit.model import (
    Audit,
    Funnel,
    Point,
    PrecinctAudit,
    Score,
    Statistic,
)
from voterlist.report.sections.audit.scorecard import MEASURES
from voterlist.report.sections.people import age_groups
from voterlist.report.values import Precinct, place_order

__all__ = ["build_audit"]

_MEASURES = list(MEASURES)
_STATISTIC_FIELDS = list(Statistic.__dataclass_fields__)
_SCORE_FIELDS = list(Score.__dataclass_fields__)

_Record = dict[str, Any]


def build_audit(
    indicators: pa.Table, scorecard: pa.Table, ages: pa.Table, constituency: int | None
) -> Audit | None:
    """The audit of a constituency out of INDICATOR, SCORECARD and AGES.

    None where nothing was measured.
    """
    if not indicators.num_rows:
        return None
    records = in_constituency(indicators, constituency).to_pylist()
    whole_records = [row for row in records if _is_whole(row, constituency)]
    whole = _statistics(whole_records)
    nation = _statistics(row for row in records if row["unit"] == Unit.NATION)
    precincts = _precincts(
        [row for row in records if row["unit"] == Unit.PRECINCT],
        in_constituency(scorecard, constituency),
        in_constituency(ages, constituency),
    )
    is_all = not whole or _voters(whole) == _voters(nation)
    return Audit(
        whole=whole or nation,
        # The constituency that has all voters of the run is the run.
        nation=() if is_all else nation,
        precincts=precincts,
        funnels=_funnels(precincts),
        qualities=_qualities(precincts),
    )


def _is_whole(record: _Record, constituency: int | None) -> bool:
    """True for a statistic of the report's constituency as a whole."""
    is_part = record["unit"] in {Unit.PRECINCT, Unit.NATION}
    return not is_part and record["constituency"] == constituency


def _voters(rows: Sequence[Statistic]) -> float | None:
    return next((row.value for row in rows if row.indicator == "voters"), None)


def _statistics(records: Iterable[_Record]) -> tuple[Statistic, ...]:
    """The statistics of these rows of INDICATOR, in the order of ``INDICATORS``."""
    rows = [
        Statistic(**{name: record[name] for name in _STATISTIC_FIELDS})
        for record in records
    ]
    return tuple(sorted(rows, key=lambda row: INDICATORS.index(row.indicator)))


def _precincts(
    indicators: Iterable[_Record], scorecard: pa.Table, ages: pa.Table
) -> tuple[PrecinctAudit, ...]:
    statistics = _by_precinct(indicators)
    scores, pyramids = (
        _by_precinct(scorecard.to_pylist()),
        _by_precinct(ages.to_pylist()),
    )
    areas = sorted(statistics, key=lambda area: place_order(*area))
    return tuple(
        PrecinctAudit(
            *area,
            statistics=_statistics(statistics[area]),
            scores=_scores(scores.get(area, [])),
            pyramid=age_groups(pyramids.get(area, [])),
        )
        for area in areas
    )


def _by_precinct(records: Iterable[_Record]) -> dict[Precinct, list[_Record]]:
    grouped: dict[Precinct, list[_Record]] = {}
    for record in records:
        area = (record["constituency"], record["precinct"])
        grouped.setdefault(area, []).append(record)
    return grouped


def _scores(records: Sequence[_Record]) -> tuple[Score, ...]:
    rows = [
        Score(**{name: record[name] for name in _SCORE_FIELDS}) for record in records
    ]
    return tuple(sorted(rows, key=lambda row: _MEASURES.index(row.measure)))


def _funnels(precincts: Sequence[PrecinctAudit]) -> tuple[Funnel, ...]:
    """One funnel for each judged indicator with one base.

    Of several constituencies none is drawn: each has a base of its own.
    """
    funnels = []
    for name in INDICATORS:
        points = _points(precincts, name)
        bases = {point.statistic.base for point in points}
        if len(bases) == 1:
            funnels.append(Funnel(name, bases.pop() or 0.0, points))
    return tuple(funnels)


def _points(precincts: Sequence[PrecinctAudit], indicator: str) -> tuple[Point, ...]:
    """The judged precincts in order of their size."""
    points = []
    for precinct in precincts:
        row = precinct.statistic(indicator)
        if row and row.p is not None and row.of:
            points.append(Point(precinct.precinct, row.of, row))
    return tuple(sorted(points, key=lambda point: point.of))


def _qualities(
    precincts: Sequence[PrecinctAudit],
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The qualities, each with the measures that were taken of some precinct."""
    taken = {score.measure for precinct in precincts for score in precinct.scores}
    qualities: dict[str, list[str]] = {}
    for measure, quality in MEASURES.items():
        if measure in taken:
            qualities.setdefault(quality, []).append(measure)
    return tuple((quality, tuple(measures)) for quality, measures in qualities.items())
