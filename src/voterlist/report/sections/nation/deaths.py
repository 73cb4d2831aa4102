"""Deaths to expect in a year among those on the list, the register of deaths, and the strikings."""

from __future__ import annotations

import pyarrow as pa

from voterlist.decisions.answers import grounds
from voterlist.facts import mortality
from voterlist.model import Action, Sex
from voterlist.report.section import Inputs
from voterlist.report.sections.nation import Counts, Part, by_place, nation_section
from voterlist.report.sections.nation.changes import rows_used
from voterlist.report.values import Text
from voterlist.tables import count_by, rows_among

_DEATHS = "deaths"
_OLDEST = 100
"""The first age of the last group of the table of mortality."""


def _build(inputs: Inputs) -> Part:
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


DEATHS = nation_section("deaths", _build, "ages", "register_use", "applied")
