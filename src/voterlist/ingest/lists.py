"""The tables of one surveyed sheet: its entries, its rows set aside, its balance."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.arrays import Longs
from voterlist.fields import ENTRY_FIELDS
from voterlist.ingest.added import compared_columns
from voterlist.ingest.evidence import KINDS
from voterlist.ingest.file_names import NamedPlace
from voterlist.ingest.findings import finding
from voterlist.ingest.headers import ColumnMap
from voterlist.ingest.order import SURNAME_LAST, split_names
from voterlist.ingest.place import stated_kind
from voterlist.ingest.rows import CODES, ENTRY_ROW, STREET, code_number, joined_cells
from voterlist.ingest.survey import Section, Survey
from voterlist.model import AsideCode, frozen
from voterlist.schemas import ADDED, ENTRY, LIST, SET_ASIDE, RawFile
from voterlist.tables import (
    Row,
    by_key,
    concat,
    fits,
    from_columns,
    is_known,
    join_text,
    map_unique,
)


@frozen
class Part:
    """What one sheet, or one file that could not be read, adds to the intake.

    The entries have no id yet.
    """

    entries: pa.Table
    lists: pa.Table
    set_aside: pa.Table
    added: pa.Table
    findings: list[Row] = field(default_factory=list)


def unread_part(
    file: RawFile,
    sheet: str | None,
    trouble: AsideCode,
    constituency: int | None,
    named: NamedPlace,
    copy: int,
) -> Part:
    """The part of a file, or of a sheet, that could not be read.

    It stands in every table, with no rows. ``named`` is what the file's name says.
    """
    constituency = constituency or named.constituency
    precinct = named.precinct if named.doubt is None else None
    common = {
        "source": [file.source],
        "sheet": [sheet],
        "constituency": [constituency],
        "precinct": [precinct],
        "rows": [0],
    }
    in_lists = {
        "entries": [0],
        "set_aside": [0],
        "list_kind": [str(stated_kind(file.name))],
    }
    aside = {"copy": [copy], "line": [0], "code": [str(trouble)]}
    remark = finding(
        trouble,
        source=file.source,
        sheet=sheet,
        constituency=constituency,
        precinct=precinct,
    )
    return Part(
        ENTRY.empty_table(),
        from_columns(common | in_lists, LIST),
        from_columns(common | aside, SET_ASIDE),
        ADDED.empty_table(),
        [remark],
    )


def entry_columns(
    cells: Sequence[pa.Array] | Mapping[int, pa.Array], columns: ColumnMap
) -> dict[str, pa.Array]:
    """The fields of ENTRY that these columns give; several columns of one field are joined."""
    fields = {}
    for name in ENTRY_FIELDS:
        parts = columns.columns(name)
        if not parts:
            continue
        arrays = [cells[column] for column in parts]
        if len(parts) > 1:
            arrays = [array.cast(pa.string()) for array in arrays]
        if name == "birth_date":
            fields[name] = _birth_date(arrays, columns)
        else:
            fields[name] = join_text(arrays)
    return fields


_TITLE = code_number(AsideCode.TITLE_ROW)
_PLAIN_DAY = re.compile(r"[1-9]\d{4}")
"""Of fewer digits it may be a year."""
AGE = "age"
"""Stands before an age in the place of a birth date: ``age 45``."""


def _birth_date(parts: list[pa.Array], columns: ColumnMap) -> pa.Array:
    """One text from a date, its year where it is blank, day, month and year, or an age."""
    roles = columns.roles()
    if "birth_age" in roles:
        age = join_text(parts).cast(pa.string())
        return pc.binary_join_element_wise(AGE, age, " ")
    if {"birth_date", "birth_year"} <= roles:
        return pc.coalesce(*parts)
    if "birth_day" not in roles:
        return join_text(parts)
    day, month, year = parts
    day_known = pc.and_(pc.is_valid(day), pc.is_valid(month))
    # Which is the month is known here. Of day.month.year a reader might doubt it.
    is_plain = pc.and_(
        pc.match_substring_regex(year, r"^\d{4}$"),
        pc.and_(_is_of_two_digits(day), _is_of_two_digits(month)),
    )
    plain = pc.binary_join_element_wise(
        year, pc.utf8_lpad(month, 2, "0"), pc.utf8_lpad(day, 2, "0"), "-"
    )
    known = pc.if_else(
        pc.fill_null(is_plain, fill_value=False), plain, join_text(parts, ".")
    )
    return pc.if_else(day_known, known, year)


def _is_of_two_digits(column: pa.Array) -> pa.Array:
    return pc.match_substring_regex(column, r"^\d{1,2}$")


def entries(survey: Survey) -> pa.Table:
    """The sheet's entries in order of their rows, with an empty id."""
    chosen = np.flatnonzero(survey.entries())
    if not len(chosen):
        return ENTRY.empty_table()
    count = len(chosen)
    columns: dict[str, Any] = {
        "entry_id": pa.repeat("", count),
        "list_kind": pa.repeat(str(survey.kind), count),
        "source": pa.repeat(survey.file.source, count),
        "sheet": _column_of(survey.sheet.name, count),
        "line": survey.sheet.lines.take(chosen),
    }
    for place in KINDS:
        columns[place] = _with_nulls(survey.places.final[place][chosen])
    of_sections = [
        _section_entries(survey, section, chosen) for section in survey.sections
    ]
    written = concat(of_sections, _WRITTEN)
    for name in ENTRY_FIELDS:
        columns[name] = written.column(name)
    return from_columns(columns, ENTRY, length=count)


_WRITTEN = pa.schema([ENTRY.field(name) for name in ENTRY_FIELDS])
"""The columns of ENTRY that are cells of the list."""


def _section_entries(survey: Survey, section: Section, chosen: Longs) -> pa.Table:
    """The cells of the entries of one section, as columns of ENTRY."""
    inside = (chosen >= section.start) & (chosen < section.stop)
    rows = pa.array(chosen[inside])
    cells = [column.take(rows) for column in survey.cells]
    fields = entry_columns(cells, section.header.map)
    _add_streets(survey, section, rows, fields)
    if survey.sheet.from_1904 and "birth_date" in fields:
        fields["birth_date"] = map_unique(fields["birth_date"], _from_1904, pa.string())
    has_parts = "surname" in fields or "given_name" in fields
    if section.name_order == SURNAME_LAST and not has_parts:
        fields = split_names(fields["full_name"]) | fields
    return from_columns(fields, ENTRY, length=len(rows)).select(ENTRY_FIELDS)


_PART_OF_HOUSE = (
    r"(?i)m[əe]nz\pL*|bina\pL*|blok|korpus|кварт\pL*|корп\pL*|дом|house|flat"
)


_VILLAGE = re.compile(
    r"(?i)(?:k[əe]nd[iİ]|q[əe]s[əe]b[əe]s[iİ]|село|village)[ .,:»”]*$"
)


def _add_streets(
    survey: Survey, section: Section, rows: pa.Array, fields: dict[str, pa.Array]
) -> None:
    """Put the street in whose part of the list an entry stands before an address without one."""
    start, stop = section.header.start, section.stop
    titles = np.flatnonzero(survey.rows.codes[start:stop] == _TITLE) + start
    texts = joined_cells(survey.cells, titles)
    is_street = fits(texts, STREET)
    if not is_street.any():
        return
    # Of the next precinct nobody said a street.
    is_mark = is_street | np.isin(titles, [*survey.rows.titles])
    streets = pc.if_else(is_street, texts, None).filter(is_mark)
    streets = _with_villages(streets.to_pylist(), np.diff(titles[is_mark]))
    above = np.searchsorted(titles[is_mark], rows) - 1
    own = streets.take(pa.array(above, mask=above < 0))
    address = fields.get("address", pa.nulls(len(rows), pa.string())).cast(pa.string())
    is_whole = fits(pc.replace_substring_regex(address, _PART_OF_HOUSE, ""), r"\pL{3}")
    fields["address"] = pc.if_else(is_whole, address, join_text([own, address]))


def _with_villages(streets: Sequence[str | None], steps: Longs) -> pa.Array:
    """The streets, each behind the village whose title stood right above the first of them."""
    village = None
    whole: list[str | None] = []
    for street, step in zip(streets, [*steps, 0], strict=True):
        if street is None or _VILLAGE.search(street):
            village = street if step == 1 else None
            whole.append(street)
        else:
            whole.append(f"{village} {street}" if village else street)
    return pa.array(whole, pa.string())


def _from_1904(text: str) -> str:
    """A day that is a plain number, counted from 1904, as ISO 8601; any other text as it is."""
    if not _PLAIN_DAY.fullmatch(text):
        return text
    return (dt.date(1904, 1, 1) + dt.timedelta(days=int(text))).isoformat()


def added_cells(survey: Survey) -> pa.Table:
    """ADDED of the sheet's entries, without ids: the cells under the columns of comparisons."""
    chosen = np.flatnonzero(survey.entries())
    parts = [ADDED.empty_table()]
    for section in survey.sections:
        inside = (chosen >= section.start) & (chosen < section.stop)
        rows = pa.array(chosen[inside])
        for name, columns in compared_columns(section.header.map).items():
            cells = [survey.cells[at].take(rows).cast(pa.string()) for at in columns]
            values = {
                "source": _column_of(survey.file.source, len(rows)),
                "sheet": _column_of(survey.sheet.name, len(rows)),
                "line": survey.sheet.lines.take(rows),
                "comparison": _column_of(name, len(rows)),
                "value": join_text(cells),
            }
            table = from_columns(values, ADDED, length=len(rows))
            parts.append(table.filter(table.column("value").is_valid()))
    return concat(parts, ADDED)


def _column_of(text: str | None, count: int) -> pa.Array | None:
    """A column of one text; None where there is none."""
    return None if text is None else pa.repeat(text, count)


def _with_nulls(numbers: Longs) -> pa.Array:
    """Numbers as a column, 0 as null."""
    return pa.array(numbers, pa.int32(), mask=numbers == 0)


def balance(survey: Survey) -> pa.Table:
    """The balance of each list in the sheet.

    Usually one, more where titles or a column name more precincts.
    """
    constituencies, precincts, list_of_row, counts = survey.places.groups()
    lists = len(counts)
    taken = np.bincount(list_of_row[survey.entries()], minlength=lists)
    # Of several totals of one list the last holds: those above it are of its pages; so are all
    # where together they are right.
    # A copy declares nothing: the first of its content has the same total to compare with.
    totals = {} if survey.copy else survey.rows.totals
    of_list = by_key((int(list_of_row[row]), totals[row]) for row in sorted(totals))
    declared = {
        number: sum(own) if sum(own) == taken[number] else own[-1]
        for number, own in of_list.items()
    }
    declared_in_order = [declared.get(number) for number in range(lists)]
    columns = {
        "source": [survey.file.source] * lists,
        "sheet": [survey.sheet.name] * lists,
        "constituency": _with_nulls(constituencies),
        "precinct": _with_nulls(precincts),
        "list_kind": [str(survey.kind)] * lists,
        "rows": counts,
        "entries": taken,
        "set_aside": counts - taken,
        "declared": pa.array(declared_in_order, pa.int64()),
        "encoding": [survey.sheet.encoding] * lists,
    }
    return from_columns(columns, LIST, length=lists)


def set_aside(survey: Survey) -> pa.Table:
    """The rows that are no entries, with their cells as written."""
    chosen = np.flatnonzero(survey.rows.codes != ENTRY_ROW)
    count = len(chosen)
    if not count:
        return SET_ASIDE.empty_table()
    rows = pa.array(chosen)
    words = pa.array([str(code) for code in CODES])
    cells = [column.take(rows) for column in survey.raw]
    columns: dict[str, Any] = {
        "source": pa.repeat(survey.file.source, count),
        "copy": pa.repeat(pa.scalar(survey.copy, pa.int32()), count),
        "sheet": _column_of(survey.sheet.name, count),
        "line": survey.sheet.lines.take(rows),
        "code": words.take(survey.rows.codes[chosen]),
        "rows": pa.repeat(pa.scalar(1, pa.int64()), count),
        "cells": _row_lists(cells),
    }
    for place in KINDS:
        columns[place] = _with_nulls(survey.places.final[place][chosen])
    return from_columns(columns, SET_ASIDE)


def _row_lists(columns: list[pa.Array]) -> pa.Array:
    """Columns turned into one list a row; what is null (the row had ended) is left out."""
    rows = len(columns[0])
    width = len(columns)
    by_column = np.arange(rows * width).reshape(width, rows)
    by_row = by_column.T.ravel()
    values = pa.concat_arrays(columns).take(by_row)
    known = is_known(values)
    lengths = known.reshape(rows, width).sum(axis=1)
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), values.drop_null())
