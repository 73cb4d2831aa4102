"""The register of the precincts' streets, normalised.

Names folded as in the lists, ranges of houses read.
"""

from __future__ import annotations

import re
from dataclasses import astuple
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.findings import gather, make
from voterlist.model import Covers
from voterlist.normalize.addresses import read_address, read_street
from voterlist.normalize.houses import Houses, read_houses
from voterlist.normalize.kind_letter import Kind, named_by_its_column
from voterlist.normalize.rules import HOUSES_UNREADABLE
from voterlist.schemas import SET_ASIDE, STREET, STREET_ROW, empty, require
from voterlist.tables import Outcome, from_columns, group_codes, sort_by

_PLACE = ("constituency", "precinct", "source", "sheet", "line")
_WRITTEN = ("settlement", "street_kind", "street", "houses")
_READ = {
    "settlement": pa.string(),
    "street_kind": pa.string(),
    "street": pa.string(),
    "covers": pa.string(),
    "first": pa.int32(),
    "last": pa.int32(),
    "house": pa.string(),
}
_NAME_AND_NUMBERS = re.compile(r"^(.*?[^\W\d].*?)[\s,:;]+(\d.*)$", re.DOTALL)
"""A street and its houses in one cell: the number after the first word."""


def normalize_streets(rows: pa.Table) -> Outcome:
    """The streets (STREET) of these rows (STREET_ROW), one row a range of houses.

    What cannot be read stays, as ``unread``, and has a finding: nobody lives outside of what is not
    known.

    Raises:
        SchemaError: ``rows`` is no STREET_ROW table.
    """
    rows = require(rows, STREET_ROW, "normalize").combine_chunks()
    code, count = group_codes(rows, *_WRITTEN, known=False)
    _, first = np.unique(code, return_index=True)
    read = [
        _read(**row) for row in rows.select(_WRITTEN).take(pa.array(first)).to_pylist()
    ]
    lengths = np.array([len(parts) for parts in read], np.int64).reshape(count)
    starts, of_row = np.cumsum(lengths) - lengths, lengths[code]
    at = np.repeat(np.arange(rows.num_rows), of_row)
    within = np.arange(len(at)) - np.repeat(np.cumsum(of_row) - of_row, of_row)
    taken = pa.array(starts[code[at]] + within, pa.int64())
    parts = [part for several in read for part in several]
    columns: dict[str, Any] = {
        name: rows.column(name).take(pa.array(at)) for name in _PLACE
    }
    columns |= {
        name: pa.array([part[place] for part in parts], kind).take(taken)
        for place, (name, kind) in enumerate(_READ.items())
    }
    table = sort_by(from_columns(columns, STREET, length=len(at)), *STREET.names)
    return Outcome(table, _unread(table), empty(SET_ASIDE))


def _read(
    settlement: str | None,
    street_kind: str | None,
    street: str | None,
    houses: str | None,
) -> list[tuple[Any, ...]]:
    """The columns of ``_READ`` for each range in one row."""
    if houses is None and street is not None:
        street, houses = _apart(street)
    named = f"{street} {street_kind or ''}".rstrip()
    if street_kind or settlement or houses:
        # Without any of these a row may be a whole village too.
        named = named_by_its_column(named, Kind.STREET)
    address = read_street(named) if street else None
    place = address.settlement if address else None
    if settlement is not None:
        village = named_by_its_column(settlement, Kind.VILLAGE)
        settlement_address = read_street(village)
        # "Qaraməryəm" and "Qaraməryəm kəndi" are one: without its kind the name stands where a
        # street's would.
        place = settlement_address.settlement or settlement_address.street
    names = (
        place,
        address.street_kind if address else None,
        address.street if address else None,
    )
    if names[0] is None and names[2] is None:
        return [(*names, *astuple(Houses(Covers.UNREAD)))]
    return [(*names, *astuple(part)) for part in read_houses(houses)]


def _apart(street: str) -> tuple[str, str | None]:
    """(street, houses) of a cell that may hold both, such as ``Nizami küç. 1-45``."""
    match = _NAME_AND_NUMBERS.match(street)
    if match is None or read_address(match[2]).street_kind is not None:
        # "Xətai küç. 3-cü döngə" is a name to its end.
        return street, None
    return match[1], match[2]


def _unread(table: pa.Table) -> pa.Table:
    """FINDING: one a row of the register in which some houses could not be read."""
    unread = table.filter(
        pc.equal(table.column("covers").cast(pa.string()), Covers.UNREAD.value)
    )
    places = (
        unread.select(_PLACE).group_by(list(_PLACE), use_threads=False).aggregate([])
    )
    columns: dict[str, Any] = {name: places.column(name) for name in _PLACE}
    columns["field"] = "houses"
    return gather([make(HOUSES_UNREADABLE, places.num_rows, columns)])
