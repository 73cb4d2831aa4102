"""The list beside the statistics, and the register of deaths beside the deaths to expect."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from voterlist.decisions.answers import grounds
from voterlist.facts import mortality
from voterlist.model import Action, Sex
from voterlist.report.section import Inputs
from voterlist.report.sections.nation import (
    Counted,
    Counts,
    Measure,
    Numbers,
    Part,
    Row,
    counts,
    nation_section,
    places_in,
    places_of,
    ranked,
    rows_of,
    share,
)
from voterlist.report.sections.nation.changes import LISTED, used
from voterlist.report.values import Text
from voterlist.tables import by_key, count_by, rows_among

_SEXES = ("men", "women")
_BORN = "born-"
_DEATHS = "deaths"


def _build(inputs: Inputs) -> Part:
    of_adults, of_deaths = _adults(inputs), _deaths(inputs)
    return Part(
        [*of_adults.told, *of_deaths.told],
        [*of_adults.tables, *of_deaths.tables],
    )


def _adults(inputs: Inputs) -> Part:
    """The list against the adults of the statistics: by constituency, by age and sex."""
    compared = inputs.table("comparison")
    of_whole = compared.filter(pc.field("precinct").is_null())
    compared = of_whole if of_whole.num_rows else compared
    compared = compared.filter(pc.field("list").is_valid())
    adults = rows_among(compared, "measure", ("adults",))
    if not adults.num_rows:
        return Part([Text("nation.statistics.nothing")])
    counted = {
        "on-list": counts(adults, "list"),
        "adults": counts(adults, "statistic"),
    }
    rows = rows_of(places_of(inputs), counted, _difference)
    whole = rows[0].numbers
    of_hundred = round(100 * (whole["of-adults"] or 0), 1)
    places = (*places_in(whole, *counted), ("of_hundred", of_hundred))
    told = Text("nation.statistics.told", places)
    groups = _groups(compared, int(inputs.facts.cycle[:4]))
    no_groups = [] if groups else [Text("nation.statistics.no-groups")]
    measures = [
        *map(Measure, counted),
        Measure("difference"),
        Measure("of-adults", "share"),
    ]
    tables = [
        Counted("adults", [Measure("rank"), *measures], ranked(rows, "of-adults"))
    ]
    if groups:
        tables.append(Counted("groups", measures, groups))
    return Part([told, *no_groups], tables)


def _difference(numbers: Numbers) -> Numbers:
    return {
        "difference": numbers["on-list"] - numbers["adults"],
        "of-adults": share(numbers["on-list"], numbers["adults"]),
    }


def _groups(compared: pa.Table, year: int) -> list[Row]:
    """Men and women, then groups of five years by the age that they reach in a year."""
    listed, known = (
        count_by(compared, "measure", of=of) for of in ("list", "statistic")
    )
    names = by_key(
        (f"nation.{name}" if name in _SEXES else _group(year - int(name[-4:])), name)
        for name in sorted(known, key=lambda name: (name not in _SEXES, name[-4:]))
        if name in _SEXES or name.startswith(_BORN)
    )
    rows = []
    for group, of_group in names.items():
        numbers = {
            "on-list": sum(listed[name] for name in of_group),
            "adults": sum(known[name] for name in of_group),
        }
        rows.append(Row(group, {**numbers, **_difference(numbers)}))
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
    if registered and listed:
        counted |= {"registered": registered, "deaths-listed": listed}
    rows = rows_of(places_of(inputs), counted, _completeness)
    told = "nation.deaths.told" if registered else "nation.deaths.no-register"
    measures = [*map(Measure, ("rank", *counted)), Measure("completeness", "share")]
    by_need = ranked(rows, "completeness", "expected-deaths")
    return Part(
        [Text(told, places_in(rows[0].numbers, *counted))],
        [Counted("deaths", measures, by_need)],
    )


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


def _completeness(numbers: Numbers) -> Numbers:
    """Rows of the register of deaths as a share of the deaths to expect in a year."""
    expected = numbers["expected-deaths"]
    return {"completeness": share(numbers.get("registered"), expected)}


STATISTICS = nation_section(
    "statistics", _build, "comparison", "ages", "register_use", "applied"
)
