"""The watch over the answers of every night, and what it is told of the entries answered about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

import pyarrow as pa

from voterlist.config import CheckSettings
from voterlist.decisions import Given
from voterlist.facts.latin import lower
from voterlist.pipeline.groups import Select, groups_of
from voterlist.tables import count_by, rows_among
from voterlist.watch import People, happened, nights, waves, waves_as_findings


@dataclass(frozen=True, slots=True)
class Watched:
    """What the watch saw."""

    nights: pa.Table
    """NIGHT"""
    waves: pa.Table
    """WAVE"""
    findings: pa.Table
    """FINDING"""


def watch_over(
    given: Given,
    additions: pa.Table,
    select: Select,
    settings: CheckSettings,
) -> Watched:
    """What people changed night by night, and what stands out of it.

    Args:
        given: the answers, brought to the entries of today.
        additions: ENTRY of the people who are added.
        select: columns of ``entries`` or ``voters``; asked for only where something was struck.
        settings: those of ``[check]``.
    """
    answers = happened(given)
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
    return Watched(nights(answers), found, waves_as_findings(found, settings))


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
