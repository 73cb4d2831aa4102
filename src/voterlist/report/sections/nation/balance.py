"""From the rows of the files to the voters on the list, constituency by constituency."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow.compute as pc

from voterlist.report.section import Inputs
from voterlist.report.sections.nation import (
    Counted,
    Measure,
    Numbers,
    Part,
    counts,
    nation_section,
    places_in,
    places_of,
    rows_of,
)
from voterlist.report.values import Text

STEPS = ("struck", "repeated", "moved_out", "moved_in", "added", "listed")
"""The columns of LIST_BALANCE behind the entries that were handed in."""


def _build(inputs: Inputs) -> Part:
    set_aside, balance = inputs.table("set_aside"), inputs.table("balance")
    unread = set_aside.filter(pc.equal(set_aside.column("line"), 0))
    counted = {
        "rows": counts(inputs.table("lists"), "rows"),
        "set-aside": counts(set_aside, "rows"),
        "entries": counts(inputs.table("entries")),
        **{name: counts(balance, name) for name in STEPS},
        "unread": counts(unread),
    }
    rows = rows_of(places_of(inputs), counted, _difference)
    whole = rows[0].numbers
    is_right = not any(row.numbers["difference"] for row in rows)
    told = [
        Text("nation.balance.list", places_in(whole, "entries", *STEPS)),
        Text(
            "report.balance.equation", places_in(whole, "rows", "entries", "set-aside")
        ),
        Text("nation.balance.right" if is_right else "nation.balance.wrong"),
    ]
    if not is_right:
        told.reverse()
    measures = [Measure(name) for name in counted if name != "unread"]
    measures += [Measure("difference", mark="error"), Measure("unread", mark="error")]
    return Part(
        told,
        [Counted("balance", measures, rows)],
        waits=whole["unread"] + (not is_right),
    )


def _difference(numbers: Mapping[str, int]) -> Numbers:
    """What is lost, or came from nowhere, on either way: 0 where all adds up."""
    taken_in = numbers["rows"] - numbers["set-aside"] - numbers["entries"]
    gone = numbers["struck"] + numbers["repeated"] + numbers["moved_out"]
    come = numbers["moved_in"] + numbers["added"]
    compiled = numbers["entries"] - gone + come - numbers["listed"]
    return {"difference": abs(taken_in) + abs(compiled)}


BALANCE = nation_section("balance", _build, "set_aside", "entries", "balance")
