"""The audit of a report: statistics of places with their limits, scores, age pyramids."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

import pyarrow as pa

from voterlist.check.indicators import INDICATORS
from voterlist.model import Precinct, Unit, frozen
from voterlist.report.sections.audit.scorecard import MEASURES
from voterlist.report.sections.people import AgeGroup, age_groups
from voterlist.report.values import in_constituency, place_order
from voterlist.tables import Row, by_key

NUMBERS = ("median-age", "whipple", "myers")
"""Indicators whose values are neither shares nor numbers of voters."""
SHARES = frozenset(INDICATORS) - {"voters", *NUMBERS}
"""Indicators whose values are shares, 0 to 1."""
_WHIPPLE_BANDS = (
    (105, "very-accurate"),
    (110, "accurate"),
    (125, "approximate"),
    (175, "rough"),
)
"""Below which value of Whipple's index the ages of a list are called what (United Nations,
Demographic Yearbook)."""


@frozen
class Statistic:
    """One indicator of one place; what is not known or not judged is None.

    Attributes:
        indicator: which one, by its code.
        count: how many have the property, where the value is a share.
        of: of how many, where the value is a share.
        value: the statistic.
        base: what the place is compared with.
        last: the same statistic of the last cycle's list.
        lower: the lower limit for a place of this size.
        upper: the upper limit for a place of this size.
        p: the probability that chance alone lies as far out (p-value).
        q: the p-value adjusted for the number of places judged at once.
        outlying: True where the place is reported as an outlier.
    """

    indicator: str
    count: float | None
    of: float | None
    value: float | None
    base: float | None
    last: float | None
    lower: float | None
    upper: float | None
    p: float | None
    q: float | None
    outlying: bool | None

    @property
    def is_share(self) -> bool:
        """True where the values are shares, 0 to 1."""
        return self.indicator in SHARES or self.indicator in MEASURES

    @property
    def band(self) -> str:
        """Where Whipple's index lies among the bands of the United Nations."""
        value = self.value or 0
        return next(
            (band for limit, band in _WHIPPLE_BANDS if value < limit), "very-rough"
        )

    @property
    def shade(self) -> int:
        """A shade: 3 an outlier, 1 outside the limits of its size and yet none, 0 anything else."""
        return 3 if self.outlying else int(self.side != 0)

    @property
    def side(self) -> int:
        """1 above, -1 below the limits at the place's size; 0 within them, or not judged."""
        if self.value is None or self.lower is None or self.upper is None:
            return 0
        value = round(self.value, 9)  # as INDICATOR has the limits
        return (value > self.upper) - (value < self.lower)


@frozen
class Score:
    """One measure of a precinct's scorecard.

    Attributes:
        quality: the quality that is measured.
        measure: the measure.
        count: how many have the property.
        of: of how many.
        value: ``count / of``.
    """

    quality: str
    measure: str
    count: int
    of: int
    value: float


@frozen
class PrecinctAudit:
    """The statistics and the scorecard of one precinct, and its age pyramid.

    Attributes:
        constituency: its number; None where it is not known.
        precinct: its number; None where it is not known.
        statistics: one for each indicator.
        scores: the scorecard.
        pyramid: from the youngest to the oldest.
    """

    constituency: int | None
    precinct: int | None
    statistics: tuple[Statistic, ...]
    scores: tuple[Score, ...]
    pyramid: tuple[AgeGroup, ...]

    def statistic(self, indicator: str) -> Statistic | None:
        """The statistic of this name, if there is one."""
        return next(
            (row for row in self.statistics if row.indicator == indicator), None
        )

    def score(self, measure: str) -> Score | None:
        """The score of this name, if it was taken."""
        return next((row for row in self.scores if row.measure == measure), None)

    @property
    def area(self) -> Precinct:
        """Its constituency and number."""
        return (self.constituency, self.precinct)

    @property
    def missing(self) -> tuple[Statistic, ...]:
        """How many cells of each field are empty, as far as it was measured."""
        return tuple(
            row for row in self.statistics if row.indicator.startswith("missing-")
        )

    @property
    def outliers(self) -> tuple[Statistic, ...]:
        """What is out of the ordinary in this precinct."""
        return tuple(row for row in self.statistics if row.outlying)


@frozen
class Point:
    """One precinct in a funnel; of a nation, one constituency."""

    precinct: int | None
    of: float
    statistic: Statistic


@frozen
class Funnel:
    """One judged indicator of all precincts of a constituency, in order of their size."""

    indicator: str
    base: float
    points: tuple[Point, ...]

    @property
    def outliers(self) -> tuple[Point, ...]:
        """The precincts that are out of the ordinary."""
        return tuple(point for point in self.points if point.statistic.outlying)


@frozen
class Audit:
    """The statistics of a report's constituency and of its precincts."""

    whole: tuple[Statistic, ...]
    """Of the constituency; of all lists, where the report is of no single one."""
    nation: tuple[Statistic, ...]
    """Of all lists of the run; empty where they are the constituency's."""
    precincts: tuple[PrecinctAudit, ...]
    funnels: tuple[Funnel, ...]
    qualities: tuple[tuple[str, tuple[str, ...]], ...]
    """The qualities of the scorecard, each with the measures that were taken of some precinct."""

    @property
    def is_of_one(self) -> bool:
        """True where all its precincts lie in one constituency."""
        return len({precinct.constituency for precinct in self.precincts} - {None}) == 1

    @property
    def judged(self) -> tuple[str, ...]:
        """The indicators by which precincts are judged, in their order."""
        rows = [row for precinct in self.precincts for row in precinct.statistics]
        names = {row.indicator for row in rows if row.outlying is not None}
        return tuple(name for name in INDICATORS if name in names)

    def values(self, indicator: str) -> list[float]:
        """What the precincts have of an indicator."""
        rows = (precinct.statistic(indicator) for precinct in self.precincts)
        return [row.value for row in rows if row and row.value is not None]

    def out_of(self, indicator: str) -> list[int | None]:
        """The numbers of the precincts that are out of the ordinary in an indicator."""
        rows = (
            (precinct.precinct, precinct.statistic(indicator))
            for precinct in self.precincts
        )
        return [precinct for precinct, row in rows if row and row.outlying]

    @property
    def outlying(self) -> int:
        """How many precincts are out of the ordinary in something."""
        return sum(bool(precinct.outliers) for precinct in self.precincts)


_MEASURES = list(MEASURES)

_Kind = TypeVar("_Kind", Statistic, Score)


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


def _is_whole(record: Row, constituency: int | None) -> bool:
    """True for a statistic of the report's constituency as a whole."""
    is_part = record["unit"] in {Unit.PRECINCT, Unit.NATION}
    return not is_part and record["constituency"] == constituency


def _voters(rows: Sequence[Statistic]) -> float | None:
    return next((row.value for row in rows if row.indicator == "voters"), None)


def _statistics(records: Iterable[Row]) -> tuple[Statistic, ...]:
    """The statistics of these rows of INDICATOR, in the order of ``INDICATORS``."""
    rows = [_read(Statistic, record) for record in records]
    return tuple(sorted(rows, key=lambda row: INDICATORS.index(row.indicator)))


def _precincts(
    indicators: Iterable[Row], scorecard: pa.Table, ages: pa.Table
) -> tuple[PrecinctAudit, ...]:
    tables = (indicators, scorecard.to_pylist(), ages.to_pylist())
    statistics, scores, pyramids = map(_by_precinct, tables)
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


def _by_precinct(records: Iterable[Row]) -> dict[Precinct, list[Row]]:
    return by_key(((row["constituency"], row["precinct"]), row) for row in records)


def _read(kind: type[_Kind], record: Row) -> _Kind:
    """What a row of a table says, as a record of this kind."""
    return kind(**{name: record[name] for name in kind.__annotations__})


def _scores(records: Sequence[Row]) -> tuple[Score, ...]:
    rows = [_read(Score, record) for record in records]
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
    qualities = by_key(
        (quality, measure) for measure, quality in MEASURES.items() if measure in taken
    )
    return tuple((quality, tuple(measures)) for quality, measures in qualities.items())
