"""A list read and normalised a few columns at a time, each put aside on the disk when it is ready.

A column is normalised with those alone that say how it is read: names with addresses, because lost
letters are told by the names of a file; identifiers, dates and sex each for themselves. So what is
made is what is made of all columns at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from voterlist.ingest.cells import is_ascending
from voterlist.link import COMPARED, LINKED, Added, Ready
from voterlist.link.encode import encode
from voterlist.link.found import RECORD
from voterlist.model import Profile
from voterlist.normalize import made_of
from voterlist.storage.spill import PutAside, Rows, Spill
from voterlist.usecases.joined import Understood, entries_of

__all__ = ["Normalised", "kept_aside", "normalised", "ready"]

_PLACE = ("entry_id", "constituency", "precinct")
_BESIDE = ("source", "constituency", "precinct")
"""What is read beside every group of fields."""
_KEPT = ("entry_id", "constituency", "precinct", "list_kind")
_GROUPS = (
    ("fin", "document"),
    ("birth_date", "sex"),
    ("surname", "given_name", "patronymic", "full_name", "address"),
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


def kept_aside(table: pa.Table, spill: Spill) -> pa.Table:
    """A table whose columns lie on the disk; those of the type null, which were not read, stay.

    Raises:
        OSError: the disk is full.
    """
    aside = PutAside(spill)
    names = table.column_names
    held = {}
    for name in names:
        column = table.column(name)
        if pa.types.is_null(column.type):
            held[name] = column
        else:
            aside.put(name, column)
    return aside.mapped(held).select(names)


def normalised(files: Understood, spill: Spill, *, with_ids: bool) -> Normalised:
    """The entries of the files, normalised for the linkage.

    Raises:
        InputError: a file has no column of a name, or an id twice.
        UsageError: files that share ids have one name, so that their ids cannot be told apart.
        OSError: the disk is full.
    """
    voters = PutAside(spill)
    rows = tuple(one.table.num_rows for one in files.read)
    entries, are_renamed = entries_of([one.only(_PLACE) for one in files.read])
    ids = entries.column("entry_id")
    order = _order(ids)
    for name in _KEPT:
        voters.put(name, _taken(entries.column(name), order))
    del entries
    if not with_ids:
        ids = None
    for fields in _GROUPS:
        made = _made(files, fields)
        for name in COMPARED:
            if name in made.column_names:
                voters.put(name, _taken(made.column(name), order))
        del made
    for name in COMPARED:
        if name not in voters.column_names:
            voters.put(name, pa.nulls(voters.num_rows, LINKED.field(name).type))
    return Normalised(voters, ids, rows, are_renamed)


def _made(files: Understood, fields: Sequence[str]) -> pa.Table:
    """The columns of VOTER that are made of these fields, in the order of the files."""
    read = [one.only({*_PLACE, *fields}, ids_differ=True) for one in files.read]
    entries = entries_of(read)[0].select([*fields, *_BESIDE])
    return made_of(fields, entries, files.profile)


def _order(ids: pa.ChunkedArray) -> pa.Array | None:
    """The places of the rows in the order of their ids; None where they stand so."""
    together = ids.combine_chunks()
    return None if is_ascending(together) else pc.array_sort_indices(together)


def _taken(column: pa.ChunkedArray, order: pa.Array | None) -> pa.ChunkedArray:
    return column if order is None else column.take(order)


def ready(made: PutAside, added: Added, profile: Profile, spill: Spill) -> Ready:
    """A list that was put aside, ready to be linked with its pairs put aside.

    Raises:
        OSError: the disk is full.
    """
    ids = made.column("entry_id").combine_chunks()
    return Ready(ids, encode(made, added.of(ids), profile), Rows(spill, RECORD))
