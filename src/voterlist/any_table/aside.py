"""A list read and normalised a few columns at a time, each put aside on the disk when it is ready.

A column is normalised with those alone that say how it is read: names with addresses, because lost
letters are told by the names of a file; identifiers, dates and sex each for themselves. So what is
made is what is made of all columns at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from voterlist import tables
from voterlist.any_table.joined import Understood, entries_of
from voterlist.fields import NAMES
from voterlist.link import COMPARED, LINKED, Added, Ready
from voterlist.link.candidates import RECORD
from voterlist.link.encode import encode
from voterlist.model import Profile
from voterlist.normalize import made_of
from voterlist.storage.linkage_state import PutAside, Rows, Spill

_PLACE = ("entry_id", "constituency", "precinct")
_BESIDE = ("source", "constituency", "precinct")
"""What is read beside every group of fields."""
_KEPT = ("entry_id", "constituency", "precinct", "list_kind")
_GROUPS = (
    ("fin", "document"),
    ("birth_date", "sex"),
    (*NAMES, "address"),
)
"""Fields that are read together."""


@dataclass(frozen=True, slots=True)
class Normalised:
    """The entries of all files, normalised and put aside."""

    voters: PutAside
    """The columns ``COMPARED`` in the order of the entry ids."""
    ids: pa.ChunkedArray | None
    """The entry ids in the order of the files; None where nobody asked for them."""
    rows: tuple[int, ...]
    """How many of them each file has."""
    are_renamed: bool


class Cells:
    """The cells of a file, put aside. Columns of the type null, which were not read, are not."""

    def __init__(self, table: pa.Table, spill: Spill) -> None:
        """Put the columns of a table aside.

        Raises:
            OSError: the disk is full.
        """
        self._names = table.column_names
        self._aside = PutAside(spill)
        self._null = {}
        # By their places: in a file two columns may have one name.
        for place, column in enumerate(table.columns):
            if pa.types.is_null(column.type):
                self._null[str(place)] = column
            else:
                self._aside.put(str(place), column)

    def mapped(self) -> pa.Table:
        """The table. What is looked at of it stays in memory as long as the table is held."""
        mapped = self._aside.mapped(self._null)
        order = [str(place) for place in range(len(self._names))]
        return mapped.select(order).rename_columns(self._names)


def normalised(
    files: Understood, cells: Sequence[Cells], spill: Spill, *, with_ids: bool
) -> Normalised:
    """The entries of the files, normalised for the linkage.

    The tables of ``files`` are given up; ``cells`` are those of the same files.

    Raises:
        InputError: a file has no column of a name, or an id twice.
        UsageError: files that share ids have one name, so that their ids cannot be told apart.
        OSError: the disk is full.
    """
    voters = PutAside(spill)
    rows = tuple(file.table.num_rows for file in files.read)
    blank = [file.only(()) for file in files.read]
    files.read.clear()

    def entries_with(
        fields: Sequence[str], *, ids_differ: bool
    ) -> tuple[pa.Table, bool]:
        wanted = {*_PLACE, *fields}
        return entries_of(
            [
                file.of(own.mapped()).only(wanted, ids_differ=ids_differ)
                for file, own in zip(blank, cells, strict=True)
            ]
        )

    entries, are_renamed = entries_with((), ids_differ=False)
    ids = entries.column("entry_id")
    order = tables.order_of(ids.combine_chunks())
    for name in _KEPT:
        voters.put(name, _take(entries.column(name), order))
    del entries
    if not with_ids:
        ids = None
    for fields in _GROUPS:
        entries, _ = entries_with(fields, ids_differ=True)
        made = made_of(fields, entries.select([*fields, *_BESIDE]), files.profile)
        del entries
        for name in COMPARED:
            if name in made.column_names:
                voters.put(name, _take(made.column(name), order))
        del made
    for name in COMPARED:
        if name not in voters.column_names:
            voters.put(name, pa.nulls(voters.num_rows, LINKED.field(name).type))
    return Normalised(voters, ids, rows, are_renamed)


def _take(column: pa.ChunkedArray, order: pa.Array | None) -> pa.ChunkedArray:
    return column if order is None else column.take(order)


def ready(made: PutAside, added: Added, profile: Profile, spill: Spill) -> Ready:
    """A list that was put aside, ready to be linked with its pairs put aside.

    Raises:
        OSError: the disk is full.
    """
    ids = made.column("entry_id").combine_chunks()
    return Ready(ids, encode(made, added.of(ids), profile), Rows(spill, RECORD))
