"""How much of a register could be used, and what its rows came to be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from voterlist.matching import CLASSES, Flags, Matched, Rows, usable_by
from voterlist.schemas import REGISTER_USE
from voterlist.tables import concat, from_columns

_MEASURES = ("total", "usable", "by-fin", "by-document", "by-name", *CLASSES)


@dataclass(frozen=True, slots=True)
class Compared:
    """One register against the list."""

    name: str
    register: pa.Table
    """VOTER"""
    rows: Matched


def usable_rows(compared: Compared) -> int:
    """How many rows of the register hold enough to be found."""
    return int(np.logical_or.reduce(list(usable_by(compared.register).values())).sum())


def usable_share(compared: Compared) -> float:
    """The share of the register's rows that could be used; 1 for a register without rows."""
    total = compared.register.num_rows
    return usable_rows(compared) / total if total else 1.0


def numbers(table: pa.Table, name: str) -> Rows:
    """A column of whole numbers, -1 where null."""
    return np.asarray(table.column(name).fill_null(-1).to_numpy(), dtype=np.int64)


def register_use(
    compared: Compared, alone: Flags | None, voters: pa.Table, constituencies: Rows
) -> pa.Table:
    """REGISTER_USE: how many rows of the register there are, can be used, and came to be what.

    Of the whole; and of each constituency by what the register's rows say, where the list has
    several (``constituencies``). ``alone``: the entries that the register should have and does not;
    None where it says nothing of the absent.
    """
    counted = _Counted.of(compared, alone)
    place = numbers(compared.register, "constituency")
    listed = numbers(voters, "constituency")
    everything = np.ones(len(place), dtype=bool), np.ones(len(listed), dtype=bool)
    parts = [_table(compared.name, counted.measures(*everything))]
    places = constituencies[constituencies >= 0].tolist()
    if len(places) > 1 and (place >= 0).any():
        for number in places:
            measures = counted.measures(place == number, listed == number)
            parts.append(_table(compared.name, measures, number))
    return concat(parts, REGISTER_USE)


def no_register(name: str) -> pa.Table:
    """REGISTER_USE of a register that was not given: what is not known is null, never zero."""
    return _table(name, dict.fromkeys(_MEASURES))


@dataclass(frozen=True, slots=True)
class _Counted:
    """What is counted of a register: a flag or a class per row, and a flag per entry."""

    usable_by: tuple[Flags, ...]
    best: Rows
    """The best class of each row."""
    alone: Flags | None

    @classmethod
    def of(cls, compared: Compared, alone: Flags | None) -> _Counted:
        """What is counted of this register."""
        flags = tuple(usable_by(compared.register).values())
        return cls(flags, compared.rows.best(), alone)

    def measures(self, rows: Flags, entries: Flags) -> dict[str, int | None]:
        """The measures of these rows of the register, and of these entries."""
        return dict(self._measures(rows, entries))

    def _measures(self, rows: Flags, entries: Flags) -> Iterator[tuple[str, int]]:
        usable = [int((flags & rows).sum()) for flags in self.usable_by]
        classes = np.bincount(self.best[rows], minlength=len(CLASSES)).tolist()
        counts = [int(rows.sum()), sum(usable), *usable, *classes]
        yield from zip(_MEASURES, counts, strict=True)
        if self.alone is not None:
            yield "list-only", int((self.alone & entries).sum())


def _table(
    name: str, measures: Mapping[str, int | None], constituency: int | None = None
) -> pa.Table:
    columns = {
        "register": [name] * len(measures),
        "measure": list(measures),
        "rows": pa.array(measures.values(), pa.int64()),
        "constituency": pa.array([constituency] * len(measures), pa.int32()),
    }
    return from_columns(columns, REGISTER_USE)
