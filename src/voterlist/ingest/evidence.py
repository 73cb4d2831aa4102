"""Whose list each row is.

The constituency and precinct that column, title, sheet, file and inbox give it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.arrays import Bools, Longs
from voterlist.ingest.file_names import Basis, Doubt, NamedPlace
from voterlist.ingest.place import Place, cell_number, title_place
from voterlist.tables import map_unique, mask_of

KINDS = ("constituency", "precinct")
ORIGINS = ("inbox", "column", "title", "sheet", "file")
"""Where a number may stand, the nearest to the row first; the commission that received the file
before all."""


class Places:
    """The constituency and precinct of each row (0 where unknown) and where they were read.

    For the precinct the column wins over the title, the title over the names of sheet and file:
    what is nearest to the row. A name in doubt counts only where nothing else is known. For the
    constituency the commission that received the file wins over everything. A title that stands
    below all entries, as with signatures, only fills in where nothing else is known: a footnote may
    name another precinct, and must not move a whole list there.
    """

    def __init__(
        self,
        names: tuple[NamedPlace, NamedPlace],
        titles: Mapping[int, str],
        columns: Mapping[str, Longs],
        is_entry: Bools,
        header_row: int,
        constituency: int | None,
    ) -> None:
        """Weigh the evidence.

        Args:
            names: what the names of the file and of the sheet say.
            titles: the texts that may name a place, by row.
            columns: for each kind that has a column, its number in each row, 0 where it has none.
            is_entry: the rows that are entries.
            header_row: the first row of the first header.
            constituency: the constituency that the inbox gives, if any.
        """
        length = len(is_entry)
        self.file, self.sheet = names
        by_name = {"sheet": self.sheet, "file": self.file}
        self.final: dict[str, Longs] = {}
        self.evidence: dict[str, dict[str, Longs]] = {}
        placed = {row: title_place(text) for row, text in titles.items()}
        for kind in KINDS:
            received = constituency if kind == "constituency" else None
            by_origin = {
                "inbox": np.full(length, received or 0),
                "column": columns.get(kind, np.zeros(length, dtype=np.int64)),
                "title": with_titles(
                    np.zeros(length, dtype=np.int64), placed, kind, header_row
                ),
            }
            by_origin |= {
                name: np.full(
                    length, _number(reading, kind) if _is_sure(reading, kind) else 0
                )
                for name, reading in by_name.items()
            }
            weak = [np.full(length, _number(named, kind)) for named in names]
            self.evidence[kind] = by_origin
            final = np.zeros(length, dtype=np.int64)
            for known in (*by_origin.values(), *weak, _below(placed, kind, length)):
                final = np.where(final > 0, final, known)
            self.final[kind] = (
                _spread_down(final, is_entry) if kind in columns else final
            )

    def origins(self, kind: str) -> npt.NDArray[np.int8]:
        """The place in ``ORIGINS`` of what each row's number was taken from.

        -1 where a name in doubt or nothing was.
        """
        origin_of_row = np.full(len(self.final[kind]), -1, dtype=np.int8)
        for position in range(len(ORIGINS) - 1, -1, -1):
            origin_of_row[self.evidence[kind][ORIGINS[position]] > 0] = position
        return origin_of_row

    def is_bare(self, kind: str, origin: int) -> bool:
        """True where what this place in ``ORIGINS`` gives is the bare number of a name."""
        readings = {"sheet": self.sheet, "file": self.file}
        reading = readings.get(ORIGINS[origin]) if kind == "precinct" else None
        return reading is not None and reading.basis is Basis.NUMBER

    def doubts(self, is_entry: Bools) -> list[Doubt]:
        """Why the precinct that entries have, or have not, by a name may be wrong."""
        open_rows = is_entry & (self.origins("precinct") < 0)
        taken = set(self.final["precinct"][open_rows].tolist())
        names = [
            named for named in (self.file, self.sheet) if (named.precinct or 0) in taken
        ]
        return [reading.doubt for reading in names if reading.doubt is not None]

    def groups(self) -> tuple[Longs, Longs, Longs, Longs]:
        """(constituencies, precincts, group of each row, rows of each group) of the places."""
        combined = self.final["constituency"] * 100_000 + self.final["precinct"]
        distinct, which, counts = np.unique(
            combined, return_inverse=True, return_counts=True
        )
        return distinct // 100_000, distinct % 100_000, which, counts

    def main(self) -> dict[str, int | None]:
        """The sheet's place, where all its rows have one."""
        constituencies, precincts, _, _ = self.groups()
        return {
            "constituency": int(constituencies[0]) or None
            if len(set(constituencies.tolist())) == 1
            else None,
            "precinct": int(precincts[0]) or None if len(precincts) == 1 else None,
        }


def column_numbers(column: pa.Array, kind: str, is_entry: Bools) -> tuple[Longs, int]:
    """(number of each row's cell, count of entries whose cell holds no single number).

    The number is 0 where there is none, and in rows that are no entries.
    """
    numbers = map_unique(column, partial(cell_number, kind=kind), pa.int64())
    unread = pc.and_(pc.is_valid(column), pc.is_null(numbers))
    unread_entries = mask_of(unread) & is_entry
    filled = np.asarray(pc.fill_null(numbers, 0), dtype=np.int64)
    return np.where(is_entry, filled, 0), int(unread_entries.sum())


def _is_sure(reading: NamedPlace, kind: str) -> bool:
    """True where a name says its number of this kind without a doubt."""
    if kind == "constituency":
        return reading.is_constituency_worded
    return reading.doubt is None


def _number(place: Place | NamedPlace, kind: str) -> int:
    """The place's number of this kind, 0 where it names none."""
    return (place.constituency if kind == "constituency" else place.precinct) or 0


def with_titles(
    numbers: Longs, titles: Mapping[int, Place], kind: str, header_row: int
) -> Longs:
    """The number in force at each row: of its own, else of the last row or title above; else 0."""
    for row in sorted(titles, reverse=True):
        if number := _number(titles[row], kind):
            # Titles above the header hold from the first row on; of two, the upper one.
            numbers[0 if row < header_row else row] = number
    known = np.flatnonzero(numbers)
    if not len(known):
        return numbers
    last = np.searchsorted(known, np.arange(len(numbers)), side="right") - 1
    number_above = numbers[known[np.maximum(last, 0)]]
    return np.where(last >= 0, number_above, 0)


def _below(titles: Mapping[int, Place], kind: str, length: int) -> Longs:
    """The number that all titles of this kind agree on, wherever they stand.

    0 where they do not.
    """
    numbers = {_number(place, kind) for place in titles.values()} - {0}
    agreed = numbers.pop() if len(numbers) == 1 else 0
    return np.full(length, agreed, dtype=np.int64)


def _spread_down(final: Longs, is_entry: Bools) -> Longs:
    """Rows between the entries take the place of the entry above: they count in its list."""
    if not is_entry.any():
        return final
    known = np.flatnonzero(is_entry)
    last = np.searchsorted(known, np.arange(len(final)), side="right") - 1
    return final[known[np.maximum(last, 0)]]
