"""The sections of the nation's report, in numbers of the constituencies, one after the other.

Of each constituency a share of few voters swings further by chance than one of many, so it is held
against the limits of its own width: 99.8 % of sound constituencies lie within them (a funnel plot:
Spiegelhalter, Statistics in Medicine 24, 2005). Where constituencies differ by more than chance,
the limits are widened by that spread (``check.measures``), and the page says by how much.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.check.measures import share_funnel
from voterlist.decisions.answers import grounds
from voterlist.facts import mortality
from voterlist.model import (
    Action,
    CaseKind,
    EntryRole,
    Level,
    Progress,
    Severity,
    Sex,
    Unit,
)
from voterlist.report.section import Inputs
from voterlist.report.sections import registers
from voterlist.report.sections.audit import funnel_plot
from voterlist.report.sections.audit.model import Funnel, Point, Statistic
from voterlist.report.sections.deadlines import DONE
from voterlist.report.sections.nation import (
    Counted,
    Counts,
    Part,
    Row,
    Shapes,
    by_place,
    counts,
    nation_section,
)
from voterlist.report.sections.needs import NEEDS, Need
from voterlist.report.values import Text, UnitStanding
from voterlist.tables import as_ranges, by_key, count_by, distinct, rows_among, text_of

STEPS = ("struck", "repeated", "moved_out", "moved_in", "added", "listed")
"""The columns of LIST_BALANCE behind the entries that were handed in."""


def _build(inputs: Inputs) -> Part:
    set_aside, balance = inputs.table("set_aside"), inputs.table("balance")
    rows = counts(inputs.table("lists"), "rows")
    aside, entries = counts(set_aside, "rows"), counts(inputs.table("entries"))
    steps = {name: counts(balance, name) for name in STEPS}
    left = entries - steps["struck"] - steps["repeated"] - steps["moved_out"]
    table = by_place(
        inputs,
        "balance",
        {
            "rows": rows,
            "set_aside": aside,
            "entries": entries,
            "lost": rows - aside - entries,
            **steps,
            "unbalanced": left - (steps["listed"] - steps["moved_in"] - steps["added"]),
            "unread": counts(set_aside.filter(pc.equal(set_aside.column("line"), 0))),
        },
    )
    wrong = [
        row for row in table.rows if row.numbers["lost"] or row.numbers["unbalanced"]
    ]
    told = [
        table.text("nation.balance.list", "entries", *STEPS),
        table.text("report.balance.equation", "rows", "entries", "set_aside"),
        Text("nation.balance.wrong" if wrong else "nation.balance.right"),
    ]
    if wrong:
        told.reverse()
    tables, told_below, uneven = _below(inputs, entries)
    told = [*told_below[:uneven], *told, *told_below[uneven:]]
    waits = len(wrong) + table.whole["unread"] + uneven
    return Part(told, [table, *tables], waits=waits)


def _below(inputs: Inputs, entries: Counts) -> tuple[list[Counted], list[Text], int]:
    """What was done below, from the entries there to those that came, counted a second way.

    Returns:
        the table, sentences, and 1 where other entries came than were handed over, which the first
        sentence says.
    """
    below = inputs.run.below
    told = []
    untold = sorted(place for place in entries.by if place and place not in below)
    if untold and inputs.facts.level is Level.CEC:
        told.append(_naming("untold", untold))
    if not below:
        return [], told, 0

    def total(step: str) -> Counts:
        by: dict[int | None, int] = {
            place: own.get(step, 0) for place, own in below.items()
        }
        return Counts(by, sum(by.values()))

    names = sorted({step for own in below.values() for step in own})
    grounds = {step: total(step) for step in names if step.startswith("ground.")}
    steps = {step: total(step) for step in ("handed_in", *STEPS)}
    unsaid = steps["struck"]
    for struck in grounds.values():
        unsaid = unsaid - struck
    came: dict[int | None, int] = {place: entries.by.get(place, 0) for place in below}
    here = Counts(came, sum(came.values()))
    left = steps["handed_in"] - steps["struck"] - steps["repeated"]
    left = left - steps["moved_out"]
    counted = {
        "handed_in": steps["handed_in"],
        **grounds,
        **({"struck_otherwise": unsaid} if unsaid.whole else {}),
        **{step: steps[step] for step in STEPS[1:-1]},
        "handed_over": steps["listed"],
        "entries": here,
        "unbalanced": left - (here - steps["moved_in"] - steps["added"]),
    }
    table = by_place(inputs, "below", counted, lacking=None)
    whole = tuple((step, count.whole) for step, count in steps.items())
    told.insert(0, Text("nation.below.told", whole))
    uneven = [row.of for row in table.rows[1:] if row.numbers["unbalanced"]]
    if uneven:
        told.insert(0, _naming("differs", uneven))
    return [table], told, int(bool(uneven))


def _naming(key: str, places: Sequence[int]) -> Text:
    """A sentence about these constituencies."""
    return Text(f"nation.below.{key}", (("places", as_ranges(places)),))


BALANCE = nation_section("balance", _build, "lists", "set_aside", "entries", "balance")


_LISTED = ("confirmed", "probable")
_REGISTERS: Mapping[str, Mapping[str, Sequence[str]]] = {
    "deaths": {"deaths-listed": _LISTED},
    "departures": {"departed-listed": _LISTED},
    "arrivals": {"arrived-missing": ("register-only",)},
    "newly-of-age": {"of-age-listed": _LISTED, "of-age-missing": ("register-only",)},
}
"""What is shown of each register: the sum of these of its measures."""
_DONE = ("struck", "moved_in", "moved_out")


def _changes(inputs: Inputs) -> Part:
    use, balance = inputs.table("register_use"), inputs.table("balance")
    counted: dict[str, Counts] = {}
    told, lacking = [], []
    for register, measures in _REGISTERS.items():
        for name, parts in measures.items():
            found = rows_used(use, register, *parts)
            if found is not None:
                counted[name] = found
                told.append(Text(f"nation.changes.{name}", (("count", found.whole),)))
        if measures.keys().isdisjoint(counted):
            given = (("register", Text(f"field.{register}")),)
            lacking.append(Text("nation.changes.no-register", given))
    waits = sum(counted[name].whole for name in counted.keys() - {"of-age-listed"})
    counted |= {name: counts(balance, name) for name in _DONE}
    table = by_place(inputs, "changes", counted, *counted)
    return Part([*told, *lacking], [table], waits=waits)


def rows_used(register_use: pa.Table, register: str, *measures: str) -> Counts | None:
    """The sum of measures of a register; None where it was not given."""
    rows = rows_among(register_use, "register", [register])
    rows = rows_among(rows, "measure", measures)
    by = count_by(rows, "constituency", of="rows")
    whole = by.pop(None, 0)
    is_given = rows.num_rows > rows.column("rows").null_count
    return Counts(by, whole) if is_given else None


CHANGES = nation_section("changes", _changes, "register_use", "balance")


_DEATHS = "deaths"
_OLDEST = 100
"""The first age of the last group of the table of mortality."""


def _deaths(inputs: Inputs) -> Part:
    ages = inputs.table("ages")
    if not ages.num_rows:
        return Part([Text("nation.deaths.no-ages")])
    expected, struck = _deaths_expected(ages), _strikings(inputs.table("applied"))
    counted = {"expected_deaths": expected, "struck_dead": struck}
    registered = rows_used(inputs.table("register_use"), _DEATHS, "total")
    if registered is None:
        table = by_place(inputs, "deaths", counted, "expected_deaths")
        return Part([table.text("nation.deaths.no-register", *counted)], [table])
    counted |= {"registered": registered, "lacking": expected - registered}
    counted["completeness"] = registered / expected
    table = by_place(inputs, "deaths", counted, "lacking")
    names = ("expected_deaths", "registered", "struck_dead")
    return Part([table.text("nation.deaths.told", *names)], [table])


def _deaths_expected(ages: pa.Table) -> Counts:
    """Deaths in a year by mortality; of an unknown sex half of each, of an unknown age none."""
    rates = mortality()
    expected: dict[int | None, float] = {}
    groups = count_by(ages, "constituency", "age_from", "sex", of="voters")
    for (place, age, sex), voters in groups.items():
        group = str(min(age or 0, _OLDEST))
        each = [rates[own].get(group, 0.0) for own in ([sex] if sex else Sex)]
        expected[place] = expected.get(place, 0) + voters * sum(each) / len(each)
    by = {place: round(number) for place, number in expected.items()}
    return Counts(by, sum(by.values()))


def _strikings(applied: pa.Table) -> Counts:
    """The strikings on a ground that the register of deaths shows, by where they were listed."""
    codes = [code for code, ground in grounds().items() if _DEATHS in ground.registers]
    struck = rows_among(rows_among(applied, "action", [Action.STRIKE]), "ground", codes)
    return Counts(count_by(struck, "from_constituency"), struck.num_rows)


DEATHS = nation_section("deaths", _deaths, "ages", "register_use", "applied")


_SEXES = ("men", "women")
_BORN = "born-"


def _statistics(inputs: Inputs) -> Part:
    compared = inputs.table("comparison")
    of_whole = compared.filter(pc.field("precinct").is_null())
    compared = of_whole if of_whole.num_rows else compared
    compared = compared.filter(pc.field("list").is_valid())
    adults = rows_among(compared, "measure", ("adults",))
    if not adults.num_rows:
        return Part([Text("nation.statistics.nothing")])
    table = by_place(inputs, "adults", _beside(adults), "of-adults", lacking=None)
    told = table.text("nation.statistics.told", "on_list", "adults", "more")
    groups = _groups(compared)
    if not groups:
        return Part([told, Text("nation.statistics.no-groups")], [table])
    return Part([told], [table, Counted("groups", groups)])


def _beside(compared: pa.Table) -> dict[str, Counts]:
    """The list, the statistics, and what these rows of COMPARISON make of both."""
    listed, adults = counts(compared, "list"), counts(compared, "statistic")
    return {
        "on_list": listed,
        "adults": adults,
        "more": listed - adults,
        "of-adults": listed / adults,
    }


def _groups(compared: pa.Table) -> list[Row]:
    """Men and women, then by decades of birth, the oldest first."""
    groups: dict[str, list[str]] = {f"nation.{sex}": [sex] for sex in _SEXES}
    for name in sorted(text_of(compared, "measure").unique().to_pylist()):
        if name.startswith(_BORN):
            decade = name.removeprefix(_BORN)[:3]
            groups.setdefault(f"{decade}0\N{EN DASH}{decade}9", []).append(name)
    rows = []
    for group, measures in groups.items():
        of_group = rows_among(compared, "measure", measures)
        if of_group.num_rows:
            beside = _beside(of_group)
            rows.append(Row(group, {name: beside[name].whole for name in beside}))
    return rows


STATISTICS = nation_section("statistics", _statistics, "comparison")


def _cycle(inputs: Inputs) -> Part:
    summary = inputs.table("cycle_summary")
    if not summary.num_rows:
        return Part([Text("report.registers.no-cycle")])
    counted = {
        name: counts(rows_among(summary, "change", [name]), "entries")
        for name in registers.CHANGES
    }
    counted["growth"] = (counted["after"] - counted["before"]) / counted["before"]
    without_cause = rows_among(summary, "cause", [registers.NO_CAUSE])
    came_or_gone = rows_among(without_cause, "change", ["added", "removed"])
    counted["unexplained"] = counts(came_or_gone, "entries")
    table = by_place(inputs, "cycle", counted, "unexplained", "growth")
    names = ("before", "after", "added", "removed", "unexplained")
    told = table.text("nation.cycle.told", *names)
    return Part([told], [table], waits=table.whole["unexplained"])


CYCLE = nation_section("cycle", _cycle, "cycle_summary")


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


FunnelPicture = Mapping[str, Any]
"""``plot``: a funnel of constituencies; ``spread``: by how much shares differ beyond chance."""


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
            for point in pictures[-1]["plot"]["funnel"].outliers:
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
    names = ("value", "base", "lower", "upper")
    told = {name: getattr(funnel, name) for name in names}
    rows = pa.table({"count": count, "of": of, **told}).to_pylist()
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
    spread = 2 * float(funnel.spread[0]) * (base * (1 - base)) ** 0.5
    return {"plot": plot, "spread": spread}


QUALITY = nation_section("quality", _quality, "entries", "indicators", "scorecard")


_ASKED = [kind for kind in CaseKind if kind.is_asked]
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
    across = rows_among(cases, "case_id", of_several)
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
            within = every[kind] - wide
            numbers = {"cases": every[kind], "within": within, "across": wide}
            kinds.append(Row(f"case-kind.{kind}.title", numbers))
    told = table.text("nation.repeats.told", *counted)
    tables = [table, Counted("kinds", kinds)]
    return Part([told], tables, waits=table.whole["to_decide"])


def _cases(entries: pa.Table) -> Counts:
    """The cases by constituency; one of two counts in both, and once among all."""
    of_place = count_by(distinct(entries, "case_id", "constituency"), "constituency")
    return Counts(of_place, pc.count_distinct(entries.column("case_id")).as_py())


REPEATS = nation_section("repeats", _repeats, "cases", "queue")


def _late(inputs: Inputs) -> Part:
    of_place = by_key((row.constituency, row) for row in inputs.run.standings)
    told = {place: _standing(rows) for place, rows in of_place.items()}
    whole = _standing(inputs.run.standings)
    # A case of two constituencies waits in both.
    whole["cases"] = pc.count_distinct(inputs.table("queue").column("case_id")).as_py()
    counted = {
        name: Counts({place: numbers[name] for place, numbers in told.items()}, number)
        for name, number in whole.items()
    }
    order = ("days-over", "missing", "overdue", "cases")
    table = by_place(inputs, "late", counted, *order)
    late = [row for row in told.values() if row["overdue"] or row["missing"]]
    of_all = {"count": len(late), "of": len(told), "missing": whole["missing"]}
    sentences = [Text("nation.late.told", tuple(of_all.items()))]
    own = sum(row.days_over > 0 for row in inputs.run.standings) - whole["overdue"]
    if own:
        sentences.append(Text("nation.late.own", (("count", own),)))
    return Part(sentences, [table], waits=len(late) + bool(own))


def _standing(rows: Sequence[UnitStanding]) -> dict[str, Any]:
    """How a constituency, or all, stand with their precincts and the first unfinished stage."""
    precincts = [row for row in rows if row.precinct is not None]
    stages = [row for row in rows if row.precinct is None]
    unfinished = [row for row in stages if row.standing not in DONE]
    first = [*unfinished, *stages[-1:]][:1]
    units = [row for row in stages if row.deadline == first[0].deadline]
    # What they wait for is nothing in which they are late.
    overdue = [row for row in rows if row.days_over and row.debtor is not Level.CEC]
    return {
        "progress": f"progress.{units[0].progress}" if len(units) == 1 else None,
        "precincts": len(precincts),
        "missing": sum(row.progress is Progress.NOT_STARTED for row in precincts),
        "overdue": len(overdue),
        "days-over": max((row.days_over for row in overdue), default=0),
        **{
            name: sum(getattr(row.waiting, name) for row in units)
            for name in ("cases", "errors", "contested")
        },
    }


LATE = nation_section("late", _late, "queue")


_SHOWN = (
    (LATE, "overdue"),
    (QUALITY, "entries-questioned"),
    (REPEATS, "to_decide"),
    (STATISTICS, "of-adults"),
)
"""What is drawn: a section, and a measure of its first table."""
_SHADES = 4
_MOST = 5
"""Troubles that are told; more would fill the page."""


MapPicture = Mapping[str, Any]
"""``measure``: its name; ``numbers``: by the number of the constituency; ``shades``: likewise, 1
the least to 4 the most, of none there is no shade; ``shapes``: those of the constituencies, without
paths they are drawn as squares."""


def _map(inputs: Inputs) -> Part:
    shapes = inputs.run.shapes or Shapes({})
    rows = inputs.of(LATE).tables[0].rows
    places = sorted(row.of for row in rows if isinstance(row.of, int))
    pictures: list[MapPicture] = []
    for section, measure in _SHOWN:
        told = [row for table in inputs.of(section).tables[:1] for row in table.rows]
        numbers = {row.of: row.numbers[measure] for row in told}
        values = {place: numbers.get(place) for place in places}
        known = sorted(value for value in values.values() if value)
        if known:
            shades = {
                place: 1 + _SHADES * bisect_left(known, value) // len(known)
                for place, value in values.items()
                if value
            }
            picture = {"measure": measure, "numbers": values, "shades": shades}
            pictures.append({**picture, "shapes": shapes})
    troubles = shapes.troubles[:_MOST]
    return Part(troubles, pictures=pictures, waits=len(troubles))


MAP = nation_section("map", _map)


PARTS = (BALANCE, LATE, QUALITY, MAP, REPEATS, CHANGES, DEATHS, STATISTICS, CYCLE)
"""The sections behind this one, in their order."""


def _needs(inputs: Inputs) -> tuple[Need, ...]:
    needs = []
    for section in PARTS:
        part = inputs.of(section)
        grave = Severity.ERROR if section in {BALANCE, LATE} else Severity.WARNING
        severity = grave if part.waits else Severity.NOTE
        needs += [Need(severity, text, section.name) for text in part.told[:1]]
    return tuple(needs)


NATION_NEEDS = replace(NEEDS, build=_needs)
