"""Deaths, moves, and those who come of age: what registers say, and what was done to the list."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from voterlist.model import Action
from voterlist.report.section import Inputs
from voterlist.report.sections.nation import (
    Counted,
    Counts,
    Measure,
    Part,
    Row,
    counts,
    nation_section,
    places_of,
    ranked,
    rows_of,
)
from voterlist.report.values import Text, text_column
from voterlist.tables import count_by, is_among

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
    rows = ranked(rows_of(places_of(inputs), counted), *registers, "struck")
    whole = rows[0].numbers
    told = [
        Text(f"nation.changes.{name}", (("count", whole[name]),)) for name in registers
    ]
    lacking = [
        Text("nation.changes.no-register", (("register", Text(f"field.{register}")),))
        for register in dict.fromkeys(register for register, _ in _MEASURES.values())
        if used(use, register, "total") is None
    ]
    tables = [Counted("changes", [*map(Measure, ("rank", *counted))], rows)]
    by_ground = strikings(inputs.table("applied"))
    struck = [
        Row(f"ground.{ground}.title", {"struck": count})
        for ground, count in sorted(by_ground.items(), key=lambda item: -item[1])
    ]
    if struck:
        tables.append(Counted("grounds", [Measure("struck")], struck))
    return Part(
        [*told, *lacking],
        tables,
        waits=sum(whole[name] for name in registers),
    )


def used(register_use: pa.Table, register: str, *measures: str) -> Counts | None:
    """The sum of measures of a register; None where it was not given."""
    is_wanted = pc.and_(
        pc.equal(text_column(register_use, "register"), register),
        is_among(text_column(register_use, "measure"), measures),
    )
    rows = register_use.filter(is_wanted)
    by = count_by(rows, "constituency", of="rows")
    whole = by.pop(None, 0)
    is_given = rows.num_rows > rows.column("rows").null_count
    return Counts(by, whole) if is_given else None


def strikings(applied: pa.Table) -> dict[str, int]:
    """How many were struck on each ground."""
    is_struck = pc.equal(text_column(applied, "action"), Action.STRIKE.value)
    return count_by(applied.filter(is_struck), "ground")


CHANGES = nation_section("changes", _build, "register_use", "balance", "applied")
