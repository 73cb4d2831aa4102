"""From the rows of the files to the voters on the list, constituency by constituency.

What constituencies did before they handed over stands apart, as far as their packages tell it.
"""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow.compute as pc

from voterlist.model import Level
from voterlist.report.section import Inputs
from voterlist.report.sections.nation import (
    Counted,
    Counts,
    Part,
    by_place,
    counts,
    nation_section,
)
from voterlist.report.values import Text
from voterlist.tables import as_ranges

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
    tables, told_below, uneven = _below(inputs, entries)
    told = [*told_below[:uneven], *told, *told_below[uneven:]]
    waits = len(wrong) + table.whole["unread"] + uneven
    return Part(told, [table, *tables], waits=waits)


def _below(inputs: Inputs, entries: Counts) -> tuple[list[Counted], list[Text], int]:
    """What was done below, from the entries there to those that came, counted a second way.

    Returns:
        the table, sentences, and 1 where other entries came than were handed over, which the first
        sentence says.
    """
    below = inputs.run.below
    told = []
    untold = sorted(place for place in entries.by if place and place not in below)
    if untold and inputs.facts.level is Level.CEC:
        told.append(_naming("untold", untold))
    if not below:
        return [], told, 0

    def total(step: str) -> Counts:
        by: dict[int | None, int] = {
            place: own.get(step, 0) for place, own in below.items()
        }
        return Counts(by, sum(by.values()))

    names = sorted({step for own in below.values() for step in own})
    grounds = {step: total(step) for step in names if step.startswith("ground.")}
    steps = {step: total(step) for step in ("handed_in", *STEPS)}
    unsaid = steps["struck"]
    for struck in grounds.values():
        unsaid = unsaid - struck
    came: dict[int | None, int] = {place: entries.by.get(place, 0) for place in below}
    here = Counts(came, sum(came.values()))
    left = steps["handed_in"] - steps["struck"] - steps["repeated"]
    left = left - steps["moved_out"]
    counted = {
        "handed_in": steps["handed_in"],
        **grounds,
        **({"struck_otherwise": unsaid} if unsaid.whole else {}),
        **{step: steps[step] for step in STEPS[1:-1]},
        "handed_over": steps["listed"],
        "entries": here,
        "unbalanced": left - (here - steps["moved_in"] - steps["added"]),
    }
    table = by_place(inputs, "below", counted, lacking=None)
    whole = tuple((step, count.whole) for step, count in steps.items())
    told.insert(0, Text("nation.below.told", whole))
    uneven = [row.of for row in table.rows[1:] if row.numbers["unbalanced"]]
    if uneven:
        told.insert(0, _naming("differs", uneven))
    return [table], told, int(bool(uneven))


def _naming(key: str, places: Sequence[int]) -> Text:
    """A sentence about these constituencies."""
    return Text(f"nation.below.{key}", (("places", as_ranges(places)),))


BALANCE = nation_section("balance", _build, "lists", "set_aside", "entries", "balance")
