"""The list beside the statistics, and the register of deaths beside the deaths to expect."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from voterlist.decisions.answers import grounds
from voterlist.facts import mortality
from voterlist.model import Action, Sex
from voterlist.report.section import Inputs
from voterlist.report.sections.nation import (
    Counted,
    Counts,
    Part,
    Row,
    by_place,
    counts,
    nation_section,
)
from voterlist.report.sections.nation.changes import LISTED, used
from voterlist.report.values import Text, text_column
from voterlist.tables import by_key, count_by, rows_among

_SEXES = ("men", "women")
_BORN = "born-"
_DEATHS = "deaths"


def _build(inputs: Inputs) -> Part:
    of_adults, of_deaths = _adults(inputs), _deaths(inputs)
    told = [*of_adults.told, *of_deaths.told]
    return Part(told, [*of_adults.tables, *of_deaths.tables])


def _adults(inputs: Inputs) -> Part:
    """The list against the adults of the statistics: by constituency, by age and sex."""
    compared = inputs.table("comparison")
    of_whole = compared.filter(pc.field("precinct").is_null())
    compared = of_whole if of_whole.num_rows else compared
    compared = compared.filter(pc.field("list").is_valid())
    adults = rows_among(compared, "measure", ("adults",))
    if not adults.num_rows:
        return Part([Text("nation.statistics.nothing")])
    table = by_place(
        inputs,
        "adults",
        _beside(counts(adults, "list"), counts(adults, "statistic")),
        "of-adults",
    )
    of_hundred = round(100 * (table.whole["of-adults"] or 0), 1)
    told = table.text("nation.statistics.told", "on-list", "adults")
    told = replace(told, places=(*told.places, ("of_hundred", of_hundred)))
    groups = _groups(compared, int(inputs.facts.cycle[:4]))
    if not groups:
        return Part([told, Text("nation.statistics.no-groups")], [table])
    return Part([told], [table, Counted("groups", groups)])


def _beside(listed: Counts, adults: Counts) -> dict[str, Counts]:
    return {
        "on-list": listed,
        "adults": adults,
        "more": listed - adults,
        "of-adults": listed / adults,
    }


def _groups(compared: pa.Table, year: int) -> list[Row]:
    """Men and women, then groups of five years by the age that they reach in a year."""
    measures = text_column(compared, "measure").unique().to_pylist()
    names = by_key(
        (f"nation.{name}" if name in _SEXES else _group(year - int(name[-4:])), name)
        for name in sorted(measures, key=lambda name: (name not in _SEXES, name))
        if name in _SEXES or name.startswith(_BORN)
    )
    rows = []
    for group, of_group in names.items():
        own = rows_among(compared, "measure", of_group)
        beside = _beside(counts(own, "list"), counts(own, "statistic"))
        numbers = {name: count.whole for name, count in beside.items()}
        rows.append(Row(group, numbers))
    return rows


def _group(age: int) -> str:
    """Five years of age, as people write them."""
    first = age // 5 * 5
    return f"{first}\N{EN DASH}{first + 4}"


def _deaths(inputs: Inputs) -> Part:
    """Deaths to expect in a year among those on the list, the register, and the strikings."""
    ages, use = inputs.table("ages"), inputs.table("register_use")
    if not ages.num_rows:
        return Part([Text("nation.deaths.no-ages")])
    counted = {
        "expected-deaths": _expected(ages),
        "struck-dead": _struck_dead(inputs.table("applied")),
    }
    registered, listed = used(use, _DEATHS, "total"), used(use, _DEATHS, *LISTED)
    if registered is None or listed is None:
        table = by_place(inputs, "deaths", counted, "expected-deaths")
        return Part([table.text("nation.deaths.no-register", *counted)], [table])
    counted |= {"registered": registered, "deaths-listed": listed}
    expected = counted["expected-deaths"]
    more = {"lacking": expected - registered, "completeness": registered / expected}
    table = by_place(inputs, "deaths", counted | more, "lacking")
    return Part([table.text("nation.deaths.told", *counted)], [table])


def _expected(ages: pa.Table) -> Counts:
    """Deaths in a year by mortality; of an unknown sex half of each, of an unknown age none."""
    rates = mortality()
    oldest = max(age for age, _ in rates)
    expected: dict[int | None, float] = {}
    groups = count_by(ages, "constituency", "age_from", "sex", of="voters")
    for (place, age, sex), voters in groups.items():
        of_sexes = list(Sex) if sex is None else [sex]
        each = [rates.get((min(age or 0, oldest), own), 0.0) for own in of_sexes]
        expected[place] = expected.get(place, 0) + voters * sum(each) / len(each)
    by = {place: round(number) for place, number in expected.items()}
    return Counts(by, round(sum(expected.values())))


def _struck_dead(applied: pa.Table) -> Counts:
    """The strikings on a ground that the register of deaths shows, by where they were listed."""
    codes = [code for code, ground in grounds().items() if _DEATHS in ground.registers]
    struck = rows_among(rows_among(applied, "action", [Action.STRIKE]), "ground", codes)
    return Counts(count_by(struck, "from_constituency"), struck.num_rows)


STATISTICS = nation_section(
    "statistics", _build, "comparison", "ages", "register_use", "applied"
)
