"""What stands beside the lists: registers of other bodies, the statistics, and the last cycle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from voterlist.decisions.answers import grounds
from voterlist.facts import mortality
from voterlist.model import Action, Sex
from voterlist.report.section import Inputs
from voterlist.report.sections import registers
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
from voterlist.tables import count_by, rows_among, text_of

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
