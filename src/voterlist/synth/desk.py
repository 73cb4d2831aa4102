"""Lists lying open on a desk, and what is written into them: where faults are planted."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from voterlist.model import Unit
from voterlist.synth.plan import Plan

__all__ = ["Desk"]

Numbers = npt.NDArray[Any]


@dataclass
class Desk:
    """Lists lying open, and what is written into them."""

    plan: Plan
    entries: pa.Table
    list_of: Numbers
    """The list of each entry."""
    rng: np.random.Generator
    female: Numbers
    cells: dict[str, dict[int, str | None]] = field(default_factory=lambda: defaultdict(dict))
    gone: set[int] = field(default_factory=set)
    lists: dict[int, int] = field(default_factory=dict)
    """A list whose entries stand in another one's precinct: that other list."""
    halved: set[int] = field(default_factory=set)
    """Lists that are handed in as two files."""
    streets: list[dict[str, Any]] = field(default_factory=list)
    """Rows more of the register of streets (BORDERS)."""
    said: list[dict[str, Any]] = field(default_factory=list)
    taken: set[int] = field(default_factory=set)
    """The entries with a fault."""
    _faults: int = 0

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
        free[[*self.spoken_for(), *self.lists, *self.lists.values()]] = False
        return free

    def spoken_for(self) -> set[int]:
        """The lists with a fault of their own."""
        return {
            int(self.list_of[one["place"]]) for one in self.said if one.get("place") is not None
        }

    def told(self, rule: str, *rows: int, unit: Unit = Unit.ENTRY) -> None:
        """A fault that these entries make together."""
        self._faults += 1
        self.taken.update(rows)
        self.said += [
            {"fault": self._faults, "rule": rule, "unit": unit, "row": row} for row in rows
        ]

    def told_of(self, rule: str, row: int | None, unit: Unit = Unit.PRECINCT) -> None:
        """A fault of the place where this entry stands; None: of the whole list."""
        self._faults += 1
        self.said.append({"fault": self._faults, "rule": rule, "unit": unit, "place": row})
