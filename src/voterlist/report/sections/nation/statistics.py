"""The list beside the statistics: by constituency, by sex and by decade of birth."""

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
from voterlist.tables import rows_among

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
    for name in sorted(text_column(compared, "measure").unique().to_pylist()):
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


STATISTICS = nation_section("statistics", _build, "comparison")
