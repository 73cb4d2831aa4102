"""Deaths, moves, and those who come of age: what registers say, and what was done to the list."""

from __future__ import annotations

import pyarrow as pa

from voterlist.model import Action
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
from voterlist.report.values import Text
from voterlist.tables import count_by, rows_among

LISTED = ("confirmed", "probable")
_MEASURES = {
    "deaths-listed": ("deaths", LISTED),
    "departed-listed": ("departures", LISTED),
    "arrived-missing": ("arrivals", ("register-only",)),
    "of-age-listed": ("newly-of-age", LISTED),
    "of-age-missing": ("newly-of-age", ("register-only",)),
}
"""What is shown of which register: the sum of these of its measures."""
_DONE = ("struck", "moved_in", "moved_out")


def _build(inputs: Inputs) -> Part:
    use, balance = inputs.table("register_use"), inputs.table("balance")
    registers = {
        name: found
        for name, (register, measures) in _MEASURES.items()
        if (found := used(use, register, *measures)) is not None
    }
    counted = registers | {name: counts(balance, name) for name in _DONE}
    table = by_place(inputs, "changes", counted, *registers, "struck")
    told = [
        Text(f"nation.changes.{name}", (("count", table.whole[name]),))
        for name in registers
    ]
    told += [
        Text("nation.changes.no-register", (("register", Text(f"field.{register}")),))
        for register in dict.fromkeys(register for register, _ in _MEASURES.values())
        if used(use, register, "total") is None
    ]
    struck = rows_among(inputs.table("applied"), "action", [Action.STRIKE])
    by_ground = count_by(struck, "ground")
    grounds = [
        Row(f"ground.{ground}.title", {"struck": by_ground[ground]})
        for ground in sorted(by_ground, key=lambda ground: -by_ground[ground])
    ]
    tables = [table, Counted("grounds", grounds)] if grounds else [table]
    return Part(told, tables, waits=sum(table.whole[name] for name in registers))


def used(register_use: pa.Table, register: str, *measures: str) -> Counts | None:
    """The sum of measures of a register; None where it was not given."""
    rows = rows_among(register_use, "register", [register])
    rows = rows_among(rows, "measure", measures)
    by = count_by(rows, "constituency", of="rows")
    whole = by.pop(None, 0)
    is_given = rows.num_rows > rows.column("rows").null_count
    return Counts(by, whole) if is_given else None


CHANGES = nation_section("changes", _build, "register_use", "balance", "applied")
