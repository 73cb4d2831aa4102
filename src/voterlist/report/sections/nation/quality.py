"""Quality and statistics by constituency, each share against the others at its size.

A share of few voters swings further by chance than one of many, so it is held against the limits
of its own width: 95 % and 99.8 % of sound constituencies lie within them (a funnel plot:
Spiegelhalter, Statistics in Medicine 24, 2005). Where constituencies differ by more than chance,
the limits are widened by that spread (``check.measures``), and the page says by how much.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pyarrow.compute as pc

from voterlist.check.measures import share_funnel
from voterlist.model import Unit
from voterlist.report.section import Inputs
from voterlist.report.sections.audit import Plot, funnel_plot
from voterlist.report.sections.audit.model import Funnel, Point, Statistic
from voterlist.report.sections.nation import (
    Counted,
    Counts,
    Measure,
    Part,
    counts,
    nation_section,
    places_of,
    ranked,
    rows_of,
    share,
)
from voterlist.report.values import Text, text_column
from voterlist.tables import count_by, rows_among

INDICATORS = (
    "men-share",
    "without-fin",
    "year-only",
    "first-of-january",
    "round-year",
    "missing-patronymic",
)
SCORES = ("entries-questioned", "entries-with-errors", "repeats-proposed")
"""Measures of the scorecard, summed over the precincts."""
_GAPS = frozenset({"without-fin", "year-only", "missing-patronymic"})
"""What a constituency may lack wholly; one that lacks most of it does not say what is usual."""
_FEWEST = 3
"""Of fewer constituencies none can be told from the others."""
_WIDE, _NARROW = 0.001, 0.025
"""What lies beyond each of the limits of 99.8 % and of 95 %."""


@dataclass(frozen=True, slots=True)
class FunnelPicture:
    """A funnel of constituencies; ``spread``: by how much shares differ beyond chance."""

    plot: Plot
    spread: float


def _build(inputs: Inputs) -> Part:
    indicators, scorecard = inputs.table("indicators"), inputs.table("scorecard")
    unit = text_column(indicators, "unit")
    own = indicators.filter(pc.equal(unit, Unit.CONSTITUENCY.value))
    if not own.num_rows:
        return Part([Text("nation.quality.nothing")])
    ages = rows_among(own, "indicator", ["median-age"])
    shown = {
        "median-age": Counts(count_by(ages, "constituency", of="value"), None, None)
    }
    pictures: list[FunnelPicture] = []
    outside: dict[int | None, dict[str, str]] = {}
    for name in (*INDICATORS, *SCORES):
        is_score = name in SCORES
        table, column = (scorecard, "measure") if is_score else (own, "indicator")
        rows = rows_among(table, column, [name])
        count, of = counts(rows, "count"), counts(rows, "of")
        sizes = {place: size for place, size in of.by.items() if size}
        by = {place: share(count.by[place], size) for place, size in sizes.items()}
        shown[name] = Counts(by, share(count.whole, of.whole), None)
        if len(sizes) >= _FEWEST:
            pictures.append(_funnel(name, count.by, sizes))
            for point in pictures[-1].plot.funnel.outliers:
                outside.setdefault(point.precinct, {})[name] = "warning"
    counted = {
        "voters": counts(inputs.table("entries")),
        "outside": Counts(
            {place: len(names) for place, names in outside.items()}, None
        ),
    }
    rows = [
        replace(row, marks=outside.get(row.of, {}))
        for row in rows_of(places_of(inputs), counted | shown)
    ]
    measures = [
        *map(Measure, ("rank", *counted)),
        Measure("median-age", "decimal"),
        *(Measure(name, "share") for name in shown if name != "median-age"),
    ]
    of_all = (("count", len(outside)), ("of", len(ages)))
    told = [Text("nation.quality.told", of_all)]
    if not pictures:
        told.append(Text("nation.quality.few", (("count", _FEWEST),)))
    table = Counted("quality", measures, ranked(rows, "outside", "entries-questioned"))
    return Part(told, [table], pictures, waits=len(outside))


def _funnel(
    name: str, counted: Mapping[int | None, int], sizes: Mapping[int | None, int]
) -> FunnelPicture:
    """The funnel of a share over the constituencies; those are in order of their sizes."""
    places = sorted(sizes, key=lambda place: sizes[place])
    count, of = (
        np.array([numbers[place] for place in places], np.int64)
        for numbers in (counted, sizes)
    )
    one_group = np.zeros(len(places), np.int64)
    usable = (2 * count <= of) if name in _GAPS else None
    wide, near = (
        share_funnel(count, of, one_group, chance=chance, two_sided=True, usable=usable)
        for chance in (_WIDE, _NARROW)
    )
    columns = np.stack([wide.value, wide.lower, wide.upper, near.lower, near.upper])
    base, points = float(wide.base[0]), []
    for place, numbers in zip(places, columns.T.tolist(), strict=True):
        value, lower, upper, *limits = numbers
        statistic = Statistic(
            name,
            counted[place],
            sizes[place],
            value,
            base,
            last=None,
            lower=lower,
            upper=upper,
            p=None,
            q=None,
            outlying=not lower <= value <= upper,
        )
        points.append(Point(place, sizes[place], statistic, tuple(limits)))
    plot = funnel_plot(Funnel(name, base, tuple(points)))
    # On the scale of the arcsine a step is twice the root of p (1 - p) as wide as one of shares.
    return FunnelPicture(plot, 2 * float(wide.spread[0]) * (base * (1 - base)) ** 0.5)


QUALITY = nation_section("quality", _build, "entries", "indicators", "scorecard")
