"""Groups of voters that are held against each other, and the watch over the answers of every night.

They are of one sex, of years of birth, of a script, of a kind of place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from voterlist.config.sections import CheckSettings
from voterlist.decisions.given import Given
from voterlist.facts.latin import lower, script_of
from voterlist.schemas import ENTRY, VOTER
from voterlist.tables import count_by, map_unique, rows_among
from voterlist.watch import People, list_happened, nights, waves, waves_as_findings

Select = Callable[[str, pa.Schema], pa.Table]
"""(``entries`` or ``voters``, schema) -> these columns of the table."""

_FEMININE = ("ova", "eva", "ina")


def _ending(surname: str) -> str:
    """How a surname ends, of men and women alike."""
    small = lower(surname)
    return (small.removesuffix("a") if small.endswith(_FEMININE) else small)[-2:]


def _script(surname: str) -> str:
    return script_of("".join(surname.split()[:1]))


def _place(address: str) -> str | None:
    """Town or village, as far as a folded address names one; a village of a town is one."""
    words = address.split()
    return next((to for word, to in _SETTLEMENTS.items() if word in words), None)


_SETTLEMENTS = {"kend": "village", "qesebe": "town", "seher": "town"}
_MADE_OF: dict[str, tuple[str, tuple[str, ...], Callable[[Any], str | None]]] = {
    "sex": ("voters", ("sex",), str),
    "born": ("voters", ("birth_year",), lambda year: str(int(year) // 10 * 10)),
    "script": ("entries", ("surname", "full_name"), _script),
    "surname": ("voters", ("surname",), _ending),
    "place": ("voters", ("address",), _place),
}
"""Grouping -> table, column, and the group of a value."""


def groupings(
    select: Select, displaced: Collection[int]
) -> Iterator[tuple[str, pa.Table]]:
    """Those of FAIRNESS by name, each as ``groups_of`` gives it.

    ``displaced``: the constituencies of displaced people; without any there is no such grouping.
    """
    for name in ("sex", "born", "script", "place"):
        grouped = groups_of(name, select)
        yield name, grouped
    if displaced:
        is_one = pc.is_in(
            grouped.column("constituency"), value_set=pa.array(displaced, pa.int32())
        )
        groups = pc.if_else(is_one, "displaced", "others")
        yield "displaced", grouped.set_column(2, "group", groups)


def groups_of(name: str, select: Select) -> pa.Table:
    """``entry_id``, ``constituency`` and ``group`` of every entry; null where it is not known.

    Args:
        name: ``sex``, ``born`` (ten years), ``script`` of the surname as written, ``surname`` (how
            it ends), or ``place`` (town or village).
        select: gives columns of ``entries`` and ``voters``.
    """
    table, columns, group = _MADE_OF[name]
    schema = {"entries": ENTRY, "voters": VOTER}[table]
    names = ("entry_id", "constituency")
    rows = select(table, pa.schema([schema.field(each) for each in (*names, *columns)]))
    texts = [rows.column(column).cast(pa.string()) for column in columns]
    groups = map_unique(pc.coalesce(*texts), group)
    return pa.table([*rows.columns[:2], groups], names=[*names, "group"])


def watch_over(
    given: Given,
    additions: pa.Table,
    select: Select,
    settings: CheckSettings,
) -> tuple[pa.Table, pa.Table, pa.Table]:
    """What people changed night by night, and what stands out of it: NIGHT, WAVE, FINDING of WAVE.

    Args:
        given: the answers, brought to the entries of today.
        additions: ENTRY of the people who are added.
        select: columns of ``entries`` or ``voters``; asked for only where something was struck.
        settings: those of ``[check]``.
    """
    answers = list_happened(given)
    struck = {
        answer.entry_id for answer in answers if answer.change in {"struck", "repeated"}
    }
    addresses = {
        row["entry_id"]: "".join(filter(str.isalnum, lower(row["address"])))
        for row in additions.select(["entry_id", "address"]).to_pylist()
        if row["address"]
    }
    groups = _Groups(select, struck)
    people = People(groups.of_entries, addresses, groups.shares)
    found = waves(answers, people, settings)
    return nights(answers), found, waves_as_findings(found, settings)


_WATCHED = ("sex", "born", "script", "surname")


class _Groups:
    """The groups of the voters who were struck, and how large each is in a constituency."""

    def __init__(self, select: Select, struck: Collection[str]) -> None:
        self.of_entries: dict[str, list[str]] = {}
        self._sizes: dict[str, Counter[tuple[int | None, str]]] = {}
        # Where nothing was struck nobody asks: the list of a nation is not read for it.
        for name in _WATCHED if struck else ():
            grouped = groups_of(name, select)
            own = rows_among(grouped, "entry_id", struck)
            for row in own.select(["entry_id", "group"]).to_pylist():
                if row["group"] is not None:
                    groups = self.of_entries.setdefault(row["entry_id"], [])
                    groups.append(f"{name}:{row['group']}")
            self._sizes[name] = Counter(count_by(grouped, "constituency", "group"))

    def shares(self, constituencies: Collection[int | None]) -> dict[str, float]:
        """The share of each group among the voters of these constituencies."""
        shares: dict[str, float] = {}
        for name, sizes in self._sizes.items():
            own: Counter[str] = Counter()
            for (place, group), count in sizes.items():
                if place in constituencies:
                    own[f"{name}:{group}"] += count
            shares |= {group: count / own.total() for group, count in own.items()}
        return shares
