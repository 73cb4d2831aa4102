"""Lists lying open on a desk, and what is written into them: where faults are planted."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from numpy.random import Generator

from voterlist.model import Unit
from voterlist.synth.plan import Plan

Numbers = npt.NDArray[Any]


@dataclass
class Desk:
    """Lists of an invented nation that faults are written into, and what was planted.

    A fault of entries is a row of ``faults`` for each entry, with ``row``; a fault of a place is
    one row, with ``place``: an entry that stands there.
    """

    plan: Plan
    entries: pa.Table
    list_of: Numbers
    """The list of each entry."""
    rng: Generator
    female: Numbers
    cells: dict[str, dict[int, str | None]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    """The cells that were written, by the name of the column and the entry."""
    removed: set[int] = field(default_factory=set)
    """The entries that were taken out."""
    lists: dict[int, int] = field(default_factory=dict)
    """A list whose entries stand in another one's precinct: that other list."""
    halved: set[int] = field(default_factory=set)
    """Lists that are handed in as two files."""
    streets: list[dict[str, Any]] = field(default_factory=list)
    """Rows added to the register of streets (BORDERS)."""
    faults: list[dict[str, Any]] = field(default_factory=list)
    with_fault: set[int] = field(default_factory=set)
    """The entries with a fault."""
    _count: int = 0

    def read(self, name: str, row: int) -> str:
        """The cell as it is now; an empty text where there is nothing."""
        if row in self.cells[name]:
            return self.cells[name][row] or ""
        return self.entries.column(name)[row].as_py() or ""

    def year(self, row: int) -> int:
        """The year of birth as it is written now; 1970 where none is."""
        match = re.search(r"\d{4}", self.read("birth_date", row))
        return int(match[0]) if match else 1970

    def write(self, name: str, row: int, text: str | None) -> None:
        """Another text in a cell."""
        self.cells[name][row] = text

    def copy(self, names: tuple[str, ...], row: int, to: int) -> None:
        """Cells of one entry written over those of another."""
        for name in names:
            self.write(name, to, self.read(name, row) or None)

    def rows(self, at: int) -> Numbers:
        """The entries of a list."""
        return np.flatnonzero(self.list_of == at)

    @property
    def constituency(self) -> Numbers:
        """The number of the constituency of each list."""
        return self.plan.numbers[self.plan.precincts.constituency]

    def into(self) -> Numbers:
        """For each list the one in whose precinct its entries stand.

        Itself, but for those put under another.
        """
        into = np.arange(len(self.constituency))
        into[list(self.lists)] = list(self.lists.values())
        return into

    def free(self) -> Numbers:
        """Which lists have no fault of their own, and share their precinct with no other."""
        free = np.ones(len(self.constituency), dtype=bool)
        free[[*self.lists_with_fault(), *self.lists, *self.lists.values()]] = False
        return free

    def lists_with_fault(self) -> set[int]:
        """The lists with a fault of their own."""
        places = [fault.get("place") for fault in self.faults]
        return {int(self.list_of[place]) for place in places if place is not None}

    def record(self, rule: str, *rows: int, unit: Unit = Unit.ENTRY) -> None:
        """A fault that these entries make together."""
        self._count += 1
        self.with_fault.update(rows)
        for row in rows:
            fault = {"fault": self._count, "rule": rule, "unit": unit, "row": row}
            self.faults.append(fault)

    def record_place(
        self, rule: str, row: int | None, unit: Unit = Unit.PRECINCT
    ) -> None:
        """A fault of the place where this entry stands; None: of the whole list."""
        self._count += 1
        fault = {"fault": self._count, "rule": rule, "unit": unit, "place": row}
        self.faults.append(fault)
