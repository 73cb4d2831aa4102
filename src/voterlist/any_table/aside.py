"""A list read and normalised a few columns at a time, each put aside on the disk when it is ready.

A column is normalised with those alone that say how it is read: names with addresses, because lost
letters are told by the names of a file; identifiers, dates and sex each for themselves. So what is
made is what is made of all columns at once.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import pyarrow as pa

from voterlist import tables
from voterlist.any_table.joined import Understood, entries_of
from voterlist.fields import NAMES
from voterlist.ingest.generic import UsedTable
from voterlist.link.encode import COMPARED, LINKED
from voterlist.normalize.stage import made_of
from voterlist.storage.linkage_state import PutAside, Spill

_PLACE = ("entry_id", "constituency", "precinct")
_BESIDE = ("source", "sheet", "constituency", "precinct")
"""What is read beside every group of fields."""
_KEPT = ("entry_id", "constituency", "precinct", "list_kind")
_GROUPS = (
    ("fin", "document"),
    ("birth_date", "sex"),
    (*NAMES, "address"),
)
"""Fields that are read together."""


Normalised = tuple[PutAside, pa.ChunkedArray, bool]
"""The columns ``COMPARED`` in the order of the entry ids; the ids in the order of the files; and
whether they are told with their files."""


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


def normalize_files(
    files: Understood, cells: Sequence[Cells], spill: Spill, *, with_ids: bool
) -> Normalised:
    """The entries of the files, normalised for the linkage; no ids where nobody asks for them.

    The tables of ``files`` are given up; ``cells`` are those of the same files.

    Raises:
        InputError: a file has no column of a name, or an id twice.
        UsageError: files that share ids have one name, so that their ids cannot be told apart.
        OSError: the disk is full.
    """
    voters = PutAside(spill)
    blank = [_only(file, file.table, ()) for file in files.read]
    files.read.clear()

    def entries_with(
        fields: Sequence[str], *, ids_differ: bool
    ) -> tuple[pa.Table, bool]:
        wanted = {*_PLACE, *fields}
        return entries_of(
            [
                _only(file, own.mapped(), wanted, ids_differ=ids_differ)
                for file, own in zip(blank, cells, strict=True)
            ]
        )

    entries, are_renamed = entries_with((), ids_differ=False)
    ids = entries.column("entry_id")
    order = tables.order_of(tables.one_array(ids))
    for name in _KEPT:
        voters.put(name, _take(entries.column(name), order))
    del entries
    if not with_ids:
        # A part of them would keep the memory of all.
        ids = pa.chunked_array([], pa.string())
    for fields in _GROUPS:
        entries, _ = entries_with(fields, ids_differ=True)
        made = made_of(
            fields, entries.select([*fields, *_BESIDE]), files.reading.profile
        )
        del entries
        for name in COMPARED:
            if name in made.column_names:
                voters.put(name, _take(made.column(name), order))
        del made
    for name in COMPARED:
        if name not in voters.column_names:
            voters.put(name, pa.nulls(voters.num_rows, LINKED.field(name).type))
    return voters, ids, are_renamed


def _only(
    file: UsedTable,
    cells: pa.Table,
    fields: Collection[str],
    *,
    ids_differ: bool = False,
) -> UsedTable:
    """A file with these cells, of these fields alone: the columns of others hold nothing.

    ``ids_differ``: whether it was found already that no id stands twice.
    """
    choice = file.choice
    kept = {place for field in fields for place in choice.map.columns(field)}
    nothing = pa.nulls(cells.num_rows)
    columns = [
        column if place in kept else nothing
        for place, column in enumerate(cells.columns)
    ]
    known = replace(choice, has_distinct_ids=choice.has_distinct_ids or ids_differ)
    table = pa.Table.from_arrays(columns, names=cells.column_names)
    return replace(file, table=table, choice=known)


def _take(column: pa.ChunkedArray, order: pa.Array | None) -> pa.ChunkedArray:
    return column if order is None else column.take(order)
