"""The tables of one surveyed sheet: its entries, its rows set aside, its balance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.ingest.evidence import KINDS
from voterlist.ingest.findings import finding
from voterlist.ingest.headers import ColumnMap
from voterlist.ingest.order import SURNAME_LAST, split_names
from voterlist.ingest.place import file_place, stated_kind
from voterlist.ingest.rows import CODES, ENTRY_ROW
from voterlist.ingest.survey import Survey
from voterlist.model import AsideCode
from voterlist.schemas import ENTRY, ENTRY_FIELDS, LIST, SET_ASIDE, RawFile
from voterlist.tables import concat, from_columns, join_text

__all__ = ["Part", "balance", "entries", "entry_columns", "set_aside", "troubled"]

_Ints = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True, slots=True)
class Part:
    """What one sheet, or one file that could not be read, adds to the intake.

    The entries have no id yet.
    """

    entries: pa.Table
    lists: pa.Table
    set_aside: pa.Table
    findings: list[dict[str, Any]] = field(default_factory=list)


def troubled(
    file: RawFile, sheet: str | None, trouble: AsideCode, constituency: int | None, copy: int
) -> Part:
    """The part of a file, or of a sheet, that could not be read.

    It stands in every table, with no rows.
    """
    named = file_place(file.name)
    place = {"constituency": constituency or named.constituency, "precinct": named.precinct}
    common = {
        "source": [file.source],
        "sheet": [sheet],
        **{kind: [number] for kind, number in place.items()},
    }
    zero = {"rows": [0], "entries": [0], "set_aside": [0]}
    return Part(
        ENTRY.empty_table(),
        from_columns({**common, **zero, "list_kind": [str(stated_kind(file.name))]}, LIST),
        from_columns(
            {**common, "copy": [copy], "line": [0], "code": [str(trouble)], "rows": [0]}, SET_ASIDE
        ),
        [finding(trouble, source=file.source, sheet=sheet, **place)],
    )


def entry_columns(
    cells: Sequence[pa.Array] | Mapping[int, pa.Array], columns: ColumnMap
) -> dict[str, pa.Array]:
    """The fields of ENTRY that these columns give; several columns of one field are joined."""
    found = {}
    for name in ENTRY_FIELDS:
        parts = columns.columns(name)
        if not parts:
            continue
        arrays = [cells[column] for column in parts]
        if len(parts) > 1:
            arrays = [array.cast(pa.string()) for array in arrays]
        found[name] = _birth_date(arrays, columns) if name == "birth_date" else join_text(arrays)
    return found


def _birth_date(parts: list[pa.Array], columns: ColumnMap) -> pa.Array:
    """One text from a date and a year (the year where the date is blank), or from day, month and year."""
    roles = columns.roles()
    if {"birth_date", "birth_year"} <= roles:
        return pc.coalesce(*parts)
    if "birth_day" not in roles:
        return join_text(parts)
    day_known = pc.and_(pc.is_valid(parts[0]), pc.is_valid(parts[1]))
    return pc.if_else(day_known, join_text(parts, "."), parts[2])


def entries(found: Survey) -> pa.Table:
    """The sheet's entries in order of their rows, with an empty id."""
    chosen = np.flatnonzero(found.entries())
    if not len(chosen):
        return ENTRY.empty_table()
    taken = pa.array(chosen)
    count = len(chosen)
    source, sheet = found.file.source, found.sheet.name
    columns: dict[str, Any] = {place: _nulled(found.places.final[place][chosen]) for place in KINDS}
    columns |= {"entry_id": pa.repeat("", count), "list_kind": pa.repeat(str(found.kind), count)}
    columns |= {"source": pa.repeat(source, count), "line": found.sheet.lines.take(taken)}
    columns["sheet"] = pa.repeat(sheet, count) if sheet is not None else None
    tables = []
    for section in found.sections:
        inside = (chosen >= section.start) & (chosen < section.stop)
        rows = pa.array(chosen[inside])
        fields = entry_columns([column.take(rows) for column in found.cells], section.header.map)
        if section.name_order == SURNAME_LAST and not {"surname", "given_name"} & set(fields):
            fields = split_names(fields["full_name"]) | fields
        tables.append(from_columns(fields, ENTRY, length=len(rows)).select(list(ENTRY_FIELDS)))
    told = concat(tables, pa.schema([ENTRY.field(name) for name in ENTRY_FIELDS]))
    return from_columns(
        columns | {name: told.column(name) for name in ENTRY_FIELDS}, ENTRY, length=count
    )


def _nulled(numbers: _Ints) -> pa.Array:
    """Numbers as a column, 0 as null."""
    return pa.array(numbers, pa.int32(), mask=numbers == 0)


def balance(found: Survey) -> pa.Table:
    """The balance of each list in the sheet.

    Usually one, more where titles or a column name more precincts.
    """
    constituencies, precincts, which, counts = found.places.groups()
    taken = np.bincount(which[found.entries()], minlength=len(counts))
    # Of several totals of one list the last holds: those above it are of its pages.
    # A copy declares nothing: the first of its content has the same total to compare with.
    totals = {} if found.copy else found.rows.totals
    declared = {int(which[row]): totals[row] for row in sorted(totals)}
    columns = {
        "source": [found.file.source] * len(counts),
        "sheet": [found.sheet.name] * len(counts),
        "constituency": _nulled(constituencies),
        "precinct": _nulled(precincts),
        "list_kind": [str(found.kind)] * len(counts),
        "rows": counts,
        "entries": taken,
        "set_aside": counts - taken,
        "declared": pa.array([declared.get(group) for group in range(len(counts))], pa.int64()),
        "encoding": [found.sheet.encoding] * len(counts),
    }
    return from_columns(columns, LIST, length=len(counts))


def set_aside(found: Survey) -> pa.Table:
    """The rows that are no entries, with their cells as written."""
    chosen = np.flatnonzero(found.rows.codes != ENTRY_ROW)
    count = len(chosen)
    if not count:
        return SET_ASIDE.empty_table()
    words = pa.array([str(code) for code in CODES])
    sheet = found.sheet.name
    columns: dict[str, Any] = {
        "source": pa.repeat(found.file.source, count),
        "copy": pa.repeat(pa.scalar(found.copy, pa.int32()), count),
        "sheet": pa.repeat(sheet, count) if sheet is not None else None,
        "line": found.sheet.lines.take(pa.array(chosen)),
        **{place: _nulled(found.places.final[place][chosen]) for place in KINDS},
        "code": words.take(pa.array(found.rows.codes[chosen])),
        "rows": pa.repeat(pa.scalar(1, pa.int64()), count),
        "cells": _row_lists([column.take(pa.array(chosen)) for column in found.raw]),
    }
    return from_columns(columns, SET_ASIDE)


def _row_lists(columns: list[pa.Array]) -> pa.Array:
    """Columns turned into one list a row; what is null (the row had ended) is left out."""
    rows, width = len(columns[0]), len(columns)
    by_row = np.arange(rows * width).reshape(width, rows).T.ravel()
    values = pa.concat_arrays(columns).take(pa.array(by_row))
    lengths = np.asarray(pc.is_valid(values), dtype=bool).reshape(rows, width).sum(axis=1)
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), values.drop_null())
