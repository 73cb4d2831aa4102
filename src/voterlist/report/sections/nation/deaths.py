"""Deaths to expect in a year among those on the list, the register of deaths, and the strikings."""

from __future__ import annotations

import pyarrow as pa

from voterlist.decisions.answers import grounds
from voterlist.facts import mortality
from voterlist.model import Action, Sex
from voterlist.report.section import Inputs
from voterlist.report.sections.nation import Counts, Part, by_place, nation_section
from voterlist.report.sections.nation.changes import LISTED, used
from voterlist.report.values import Text
from voterlist.tables import count_by, rows_among

_DEATHS = "deaths"


def _build(inputs: Inputs) -> Part:
    ages, use = inputs.table("ages"), inputs.table("register_use")
    if not ages.num_rows:
        return Part([Text("nation.deaths.no-ages")])
    expected = _expected(ages)
    counted = {
        "expected-deaths": expected,
        "struck-dead": _struck(inputs.table("applied")),
    }
    registered, listed = used(use, _DEATHS, "total"), used(use, _DEATHS, *LISTED)
    if registered is None or listed is None:
        table = by_place(inputs, "deaths", counted, "expected-deaths")
        return Part([table.text("nation.deaths.no-register", *counted)], [table])
    counted |= {"registered": registered, "deaths-listed": listed}
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


def _struck(applied: pa.Table) -> Counts:
    """The strikings on a ground that the register of deaths shows, by where they were listed."""
    codes = [code for code, ground in grounds().items() if _DEATHS in ground.registers]
    struck = rows_among(rows_among(applied, "action", [Action.STRIKE]), "ground", codes)
    return Counts(count_by(struck, "from_constituency"), struck.num_rows)


DEATHS = nation_section("deaths", _build, "ages", "register_use", "applied")
