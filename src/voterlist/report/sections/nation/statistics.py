"""The list beside the statistics: by constituency, by sex and by age."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

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
from voterlist.report.values import Text, text_column
from voterlist.tables import by_key, rows_among

_SEXES = ("men", "women")
_BORN = "born-"


def _build(inputs: Inputs) -> Part:
    compared = inputs.table("comparison")
    of_whole = compared.filter(pc.field("precinct").is_null())
    compared = of_whole if of_whole.num_rows else compared
    compared = compared.filter(pc.field("list").is_valid())
    adults = rows_among(compared, "measure", ("adults",))
    if not adults.num_rows:
        return Part([Text("nation.statistics.nothing")])
    beside = _beside(counts(adults, "list"), counts(adults, "statistic"))
    table = by_place(inputs, "adults", beside, "of-adults")
    told = table.text("nation.statistics.told", "on-list", "adults", "more")
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


STATISTICS = nation_section("statistics", _build, "comparison")
