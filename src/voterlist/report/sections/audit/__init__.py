"""The audit: statistics of every precinct beside what is usual, and the scorecard."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from voterlist.model import Precinct, frozen
from voterlist.report.section import (
    Column,
    Inputs,
    Section,
    SheetTable,
    column,
    columns_of,
)
from voterlist.report.sections.audit.model import (
    Audit,
    Funnel,
    Statistic,
    build_audit,
)
from voterlist.report.values import UNKNOWN, Facts, Words
from voterlist.schemas import AGES, INDICATOR, SCORECARD

_LEFT, _RIGHT, _TOP, _FLOOR = 50, 428, 12, 196
"""The edges of the drawing in user units."""
_MARGIN_RIGHT, _MARGIN_BELOW = 12, 36
_ROOM_BESIDE = 1.04
_ROOM_ABOVE = 0.06
"""How much of the span of the values stays free above and below them."""
_SMALLEST_ROOM = 0.01
_STEPS = (0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001)
_FEWEST_MARKS, _MOST_MARKS = 3, 12
_MOST_SIZES = 6
_SIZE_STEPS = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10**9)


Plot = Mapping[str, Any]
"""A funnel plot in user units; y grows downwards, as in SVG.

``funnel``, ``width``, ``height``; ``dots`` (``x``, ``y``, ``point``), one a precinct; ``lower`` and
``upper``, the points of the limits, for a polyline; ``base``, the y of the line of what is usual;
``ticks``, (y, value) of the marks at the left side; ``sizes``, (x, voters) of the marks below.
"""


@frozen
class _Scale:
    """Turns sizes and values into places on the paper."""

    largest: float
    low: float
    high: float

    def x(self, size: float) -> float:
        return round(_LEFT + (_RIGHT - _LEFT) * size / (self.largest * _ROOM_BESIDE), 1)

    def y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return round(_FLOOR - (_FLOOR - _TOP) * share, 1)

    def line(self, limits: Iterable[tuple[float, float | None]]) -> str:
        """The points of a polyline through (size, limit); unknown limits are left out."""
        known = [(size, limit) for size, limit in limits if limit is not None]
        return " ".join(f"{self.x(size)},{self.y(limit)}" for size, limit in known)


def funnel_plot(funnel: Funnel) -> Plot:
    """The plot of a funnel with at least one precinct."""
    points, scale = funnel.points, _scale(funnel)
    step = next(step for step in _SIZE_STEPS if scale.largest / step <= _MOST_SIZES)
    dots = [
        {
            "x": scale.x(point.of),
            "y": scale.y(point.statistic.value),
            "point": point,
        }
        for point in sorted(points, key=lambda point: bool(point.statistic.outlying))
        if point.statistic.value is not None
    ]
    return {
        "funnel": funnel,
        "width": _RIGHT + _MARGIN_RIGHT,
        "height": _FLOOR + _MARGIN_BELOW,
        "dots": dots,
        "lower": scale.line((point.of, point.statistic.lower) for point in points),
        "upper": scale.line((point.of, point.statistic.upper) for point in points),
        "base": scale.y(funnel.base),
        "ticks": [(scale.y(mark), mark) for mark in _marks(scale)],
        "sizes": [
            (scale.x(size), size) for size in range(0, int(scale.largest) + 1, step)
        ],
    }


def _scale(funnel: Funnel) -> _Scale:
    """The scale on which every value and limit has room."""
    rows = [point.statistic for point in funnel.points]
    numbers = (number for row in rows for number in (row.value, row.lower, row.upper))
    values = [funnel.base, *(number for number in numbers if number is not None)]
    low, high = min(values), max(values)
    room = (high - low) * _ROOM_ABOVE or _SMALLEST_ROOM
    largest = max(point.of for point in funnel.points)
    return _Scale(largest, max(0.0, low - room), min(1.0, high + room))


def _marks(scale: _Scale) -> list[float]:
    """The values that are marked at the left side."""
    span = scale.high - scale.low
    step = next((step for step in _STEPS if span / step >= _FEWEST_MARKS), 0.0005)
    first = int(scale.low / step) + (scale.low > 0)
    marks = [number * step for number in range(first, first + _MOST_MARKS)]
    return [mark for mark in marks if mark <= scale.high]


_VALUES = {
    "value": "value",
    "usual": "base",
    "last": "last",
    "lower": "lower",
    "upper": "upper",
}
"""The columns of values, each with what of a statistic stands in it."""


def sheets(
    audit: Audit | None, _facts: Facts, words: AuditWords
) -> Iterator[SheetTable]:
    """The statistics and the scorecard."""
    if audit is not None:
        yield _statistics_sheet(audit, words)
        yield _scorecard_sheet(audit, words)


class _Placed(NamedTuple):
    """A statistic, or a score, with the place that it is of."""

    unit: str
    area: Precinct
    row: Any

    @property
    def mark(self) -> str:
        """The mark of what is out of the ordinary."""
        return "error" if self.row.outlying else ""


def _statistics_sheet(audit: Audit, words: AuditWords) -> SheetTable:
    columns = columns_of(
        words,
        ("audit.column.place", 16, "text", "audit.unit.{0.unit}"),
        *_AREA_COLUMNS,
        ("audit.column.indicator", 26, "text", "indicator.{0.row.indicator}"),
        *_COUNT_COLUMNS,
        *(_value_column(name, of, words) for name, of in _VALUES.items()),
        ("audit.column.q", 10, "decimal", "row.q"),
        (
            "audit.column.unusual",
            12,
            "text",
            lambda placed: _unusual(placed.row, words),
            "mark",
        ),
    )
    rounded = (words("audit.note.run"),) if audit.nation else ()
    return SheetTable(
        words("audit.sheet.statistics"),
        (words("report.audit.title"), words("audit.note"), *rounded),
        columns,
        list(_of_places(audit)),
        frozen=4,
    )


_AREA_COLUMNS = (
    ("field.constituency", 12, "text", lambda placed: placed.area[0]),
    ("field.precinct", 11, "text", lambda placed: placed.area[1]),
)
_COUNT_COLUMNS = (
    ("audit.column.count", 10, "count", "row.count"),
    ("audit.column.of", 10, "count", "row.of"),
)


def _value_column(name: str, of: str, words: AuditWords) -> Column:
    return column(
        words,
        words(f"audit.column.{name}"),
        12,
        "text",
        lambda placed: words.statistic(placed.row, getattr(placed.row, of)),
        *(["mark"] if of == "value" else []),
    )


def _unusual(row: Statistic, words: Words) -> str | None:
    if row.outlying is None:
        return None
    return words("report.yes" if row.outlying else "report.no")


def _of_places(audit: Audit) -> Iterator[_Placed]:
    """Of the run, the constituency, then the precincts."""
    yield from (_Placed("nation", (None, None), row) for row in audit.nation)
    unit = "constituency" if audit.is_of_one else "nation"
    number = audit.precincts[0].constituency if audit.is_of_one else None
    yield from (_Placed(unit, (number, None), row) for row in audit.whole)
    for precinct in audit.precincts:
        for row in precinct.statistics:
            yield _Placed("precinct", precinct.area, row)


def _scorecard_sheet(audit: Audit, words: AuditWords) -> SheetTable:
    columns = columns_of(
        words,
        *_AREA_COLUMNS,
        ("audit.column.quality", 18, "text", "quality.{0.row.quality}"),
        ("audit.column.measure", 44, "text", "score.{0.row.measure}"),
        *_COUNT_COLUMNS,
        ("audit.column.value", 10, "share", "row.value"),
    )
    rows = [
        _Placed("precinct", precinct.area, score)
        for precinct in audit.precincts
        for score in precinct.scores
    ]
    return SheetTable(
        words("audit.sheet.scorecard"),
        (words("audit.score.title"), words("audit.score.note")),
        columns,
        rows,
        frozen=2,
    )


class AuditWords(Words):
    """Says statistics."""

    def statistic(self, statistic: Statistic, value: float | None) -> str:
        """A value of a statistic: a share as a percentage, else a number; a dash if not known."""
        if value is None:
            return UNKNOWN
        if statistic.is_share:
            return self.percent(value)
        return self.number(value, None if float(value).is_integer() else 1)


def _build(inputs: Inputs) -> Audit | None:
    return build_audit(
        inputs.table("indicators"),
        inputs.table("scorecard"),
        inputs.table("ages"),
        inputs.facts.constituency,
    )


AUDIT = Section(
    name="audit",
    build=_build,
    uses={"indicators": INDICATOR, "scorecard": SCORECARD, "ages": AGES},
    sheets=sheets,
    page=lambda audit: {"plots": [*map(funnel_plot, audit.funnels)] if audit else []},
    most={"precincts": 300},
)
