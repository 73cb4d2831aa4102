"""Deaths, moves, and those who come of age: what registers say, and what was done to the list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa

from voterlist.report.section import Inputs
from voterlist.report.sections.nation import (
    Counts,
    Part,
    by_place,
    counts,
    nation_section,
)
from voterlist.report.values import Text
from voterlist.tables import count_by, rows_among

_LISTED = ("confirmed", "probable")
_REGISTERS: Mapping[str, Mapping[str, Sequence[str]]] = {
    "deaths": {"deaths-listed": _LISTED},
    "departures": {"departed-listed": _LISTED},
    "arrivals": {"arrived-missing": ("register-only",)},
    "newly-of-age": {"of-age-listed": _LISTED, "of-age-missing": ("register-only",)},
}
"""What is shown of each register: the sum of these of its measures."""
_DONE = ("struck", "moved_in", "moved_out")


def _build(inputs: Inputs) -> Part:
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


CHANGES = nation_section("changes", _build, "register_use", "balance")
