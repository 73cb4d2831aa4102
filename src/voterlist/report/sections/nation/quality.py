"""The quality of the lists: shares beside what is usual, and who may stand on the list twice.

A share of few voters swings further by chance than one of many, so it is held against the limits
of its own width: 99.8 % of sound constituencies lie within them (a funnel plot: Spiegelhalter,
Statistics in Medicine 24, 2005). Where constituencies differ by more than chance,
the limits are widened by that spread (``check.measures``), and the page says by how much.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.check.measures import share_funnel
from voterlist.model import CaseKind, EntryRole, Unit
from voterlist.report.section import Inputs
from voterlist.report.sections.audit import Plot, funnel_plot
from voterlist.report.sections.audit.model import Funnel, Point, Statistic
from voterlist.report.sections.nation import (
    Counted,
    Counts,
    Part,
    Row,
    by_place,
    counts,
    nation_section,
)
from voterlist.report.values import Text
from voterlist.tables import count_by, distinct, rows_among

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
_BEYOND = 0.001
"""The share of sound constituencies beyond each of the two limits."""


@dataclass(frozen=True, slots=True)
class FunnelPicture:
    """A funnel of constituencies; ``spread``: by how much shares differ beyond chance."""

    plot: Plot
    spread: float


def _quality(inputs: Inputs) -> Part:
    indicators, scorecard = inputs.table("indicators"), inputs.table("scorecard")
    own = rows_among(indicators, "unit", [Unit.CONSTITUENCY])
    if not own.num_rows:
        return Part([Text("nation.quality.nothing")])
    shown: dict[str, Counts] = {}
    pictures: list[FunnelPicture] = []
    marks: dict[int | None, dict[str, str]] = {}
    for name in (*INDICATORS, *SCORES):
        is_score = name in SCORES
        table, column = (scorecard, "measure") if is_score else (own, "indicator")
        rows = rows_among(table, column, [name])
        count, of = counts(rows, "count"), counts(rows, "of")
        shown[name] = count / of
        if len(shown[name].by) >= _FEWEST:
            pictures.append(_funnel(name, count, of, list(shown[name].by)))
            for point in pictures[-1].plot.funnel.outliers:
                marks.setdefault(point.precinct, {})[name] = "warning"
    outside = {place: len(names) for place, names in marks.items()}
    voters = counts(inputs.table("entries"))
    counted = {
        "outside": Counts(outside, sum(outside.values())),
        "voters": voters,
        **shown,
    }
    order = ("outside", "entries-questioned")
    of_place = by_place(inputs, "quality", counted, *order, marks=marks)
    of_all = (("count", len(marks)), ("of", len(voters.by)))
    told = [Text("nation.quality.told", of_all)]
    if not pictures:
        told.append(Text("nation.quality.few"))
    return Part(told, [of_place], pictures, waits=len(marks))


def _funnel(
    name: str, counted: Counts, sizes: Counts, places: list[int | None]
) -> FunnelPicture:
    """The funnel of a share over these constituencies."""
    places.sort(key=lambda place: sizes.by[place])
    count, of = (
        np.array([numbers.by[place] for place in places], np.int64)
        for numbers in (counted, sizes)
    )
    one_group = np.zeros(len(places), np.int64)
    usable = (2 * count <= of) if name in _GAPS else None
    funnel = share_funnel(
        count, of, one_group, chance=_BEYOND, two_sided=True, usable=usable
    )
    columns = {"count": count, "of": of}
    columns |= {
        name: getattr(funnel, name) for name in ("value", "base", "lower", "upper")
    }
    rows = pa.table(columns).to_pylist()
    points = [
        Point(
            place,
            row["of"],
            Statistic(
                name,
                **row,
                last=None,
                p=None,
                q=None,
                outlying=not row["lower"] <= row["value"] <= row["upper"],
            ),
        )
        for place, row in zip(places, rows, strict=True)
    ]
    base = rows[0]["base"]
    plot = funnel_plot(Funnel(name, base, tuple(points)))
    # On the scale of the arcsine a step is twice the root of p (1 - p) as wide as one of shares.
    return FunnelPicture(plot, 2 * float(funnel.spread[0]) * (base * (1 - base)) ** 0.5)


QUALITY = nation_section("quality", _quality, "entries", "indicators", "scorecard")


_ASKED = [kind.value for kind in CaseKind if kind.is_asked]
"""The kinds of cases that a person is asked about."""


def _repeats(inputs: Inputs) -> Part:
    cases = inputs.table("cases")
    if not cases.num_rows:
        return Part([Text("nation.repeats.nothing")])
    of_each = (
        distinct(cases, "case_id", "constituency").column("case_id").value_counts()
    )
    is_wide = pc.greater(of_each.field("counts"), 1)
    of_several = of_each.field("values").filter(is_wide)
    across = cases.filter(pc.is_in(cases.column("case_id"), of_several))
    asked, asked_across = (rows_among(rows, "kind", _ASKED) for rows in (cases, across))
    counted = {
        "cases": _cases(asked),
        "across": _cases(asked_across),
        "repeats": counts(rows_among(asked, "role", [EntryRole.REPEAT])),
        "to_decide": _cases(inputs.table("queue")),
    }
    table = by_place(inputs, "repeats", counted, "to_decide", "cases")
    every, far = (
        count_by(distinct(rows, "case_id", "kind"), "kind") for rows in (cases, across)
    )
    kinds = []
    for kind in CaseKind:
        if kind in every:
            wide = far.get(kind, 0)
            numbers = {
                "cases": every[kind],
                "within": every[kind] - wide,
                "across": wide,
            }
            kinds.append(Row(f"case-kind.{kind}.title", numbers))
    told = table.text("nation.repeats.told", *counted)
    tables = [table, Counted("kinds", kinds)]
    return Part([told], tables, waits=table.whole["to_decide"])


def _cases(entries: pa.Table) -> Counts:
    """The cases by constituency; one of two counts in both, and once among all."""
    of_place = count_by(distinct(entries, "case_id", "constituency"), "constituency")
    return Counts(of_place, pc.count_distinct(entries.column("case_id")).as_py())


REPEATS = nation_section("repeats", _repeats, "cases", "queue")
