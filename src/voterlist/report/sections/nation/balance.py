"""From the rows of the files to the voters on the list, constituency by constituency."""

from __future__ import annotations

import pyarrow.compute as pc

from voterlist.report.section import Inputs
from voterlist.report.sections.nation import Part, by_place, counts, nation_section
from voterlist.report.values import Text

STEPS = ("struck", "repeated", "moved_out", "moved_in", "added", "listed")
"""The columns of LIST_BALANCE behind the entries that were handed in."""


def _build(inputs: Inputs) -> Part:
    set_aside, balance = inputs.table("set_aside"), inputs.table("balance")
    rows = counts(inputs.table("lists"), "rows")
    aside, entries = counts(set_aside, "rows"), counts(inputs.table("entries"))
    steps = {name: counts(balance, name) for name in STEPS}
    left = entries - steps["struck"] - steps["repeated"] - steps["moved_out"]
    table = by_place(
        inputs,
        "balance",
        {
            "rows": rows,
            "set_aside": aside,
            "entries": entries,
            "lost": rows - aside - entries,
            **steps,
            "unbalanced": left - (steps["listed"] - steps["moved_in"] - steps["added"]),
            "unread": counts(set_aside.filter(pc.equal(set_aside.column("line"), 0))),
        },
    )
    wrong = [
        row for row in table.rows if row.numbers["lost"] or row.numbers["unbalanced"]
    ]
    told = [
        table.text("nation.balance.list", "entries", *STEPS),
        table.text("report.balance.equation", "rows", "entries", "set_aside"),
        Text("nation.balance.wrong" if wrong else "nation.balance.right"),
    ]
    if wrong:
        told.reverse()
    return Part(told, [table], waits=len(wrong) + table.whole["unread"])


BALANCE = nation_section("balance", _build, "lists", "set_aside", "entries", "balance")
