"""Looks up the rows of entries and voters by their ids, and the places of rows in files."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from voterlist.fields import NAME_PARTS
from voterlist.report.values import Born, Place, Value
from voterlist.tables import join_text, row_of_each

Sources = Mapping[str, str | Sequence[str]]
"""Source -> the file's name; where one content came as several files, their names in the order of
``copy``."""

_IDENTIFIER = re.compile(r"\b(?=\w*\d)\w{7,}\b")
"""A word of seven characters or more with a digit among them: what a FIN or a document number looks
like."""


@dataclass(frozen=True, slots=True)
class Names:
    """The names of the files."""

    sources: Sources

    def of(self, source: str | None, copy: int = 0) -> str | None:
        """The file's name; its source where no name is known."""
        if source is None:
            return None
        names = self.sources.get(source, source)
        if isinstance(names, str):
            return names
        return names[min(copy, len(names) - 1)] if names else source

    def places(self, table: pa.Table) -> list[Place]:
        """The place of every row of a table with source, sheet, line, constituency and precinct."""
        unknown = [None] * table.num_rows
        has = set(table.column_names).__contains__
        columns = zip(
            table.column("source").to_pylist(),
            table.column("copy").to_pylist() if has("copy") else [0] * table.num_rows,
            table.column("sheet").to_pylist(),
            table.column("line").to_pylist() if has("line") else unknown,
            table.column("constituency").to_pylist(),
            table.column("precinct").to_pylist(),
            strict=True,
        )
        return [
            Place(constituency, precinct, self.of(source, copy), sheet, line)
            for source, copy, sheet, line, constituency, precinct in columns
        ]


def in_constituency(table: pa.Table, constituency: int | None) -> pa.Table:
    """The rows of one constituency, and those of which none is known: they must show somewhere."""
    if constituency is None:
        return table
    column = table.column("constituency")
    return table.filter(
        pc.or_kleene(pc.equal(column, constituency), pc.is_null(column))
    )


def rows_of(table: pa.Table, ids: pa.Array | pa.ChunkedArray) -> pa.Table:
    """One row for each id, in their order: the table's row with that ``entry_id``, else nulls."""
    # The table may hold a nation: first only the rows that are wanted, then by position.
    wanted = pc.unique(ids).drop_null()
    rows = table.filter(pc.is_in(table.column("entry_id"), value_set=wanted))
    return rows.take(row_of_each(ids, rows.column("entry_id")))


def text_column(table: pa.Table, name: str) -> pa.ChunkedArray:
    """A column as plain text, whatever way it is stored."""
    column = table.column(name)
    return column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column


def written_names(entries: pa.Table) -> pa.ChunkedArray:
    """The name of each entry as written: its parts, or the full name where there are none."""
    joined = join_text([entries.column(name) for name in NAME_PARTS])
    return pc.coalesce(joined, entries.column("full_name"))


def birth_dates(entries: pa.Table, voters: pa.Table) -> list[Value]:
    """The birth date of each entry as far as it is known, else as it is written."""
    names = ("birth_year", "birth_month", "birth_day")
    parts = [voters.column(name).to_pylist() for name in names]
    written = entries.column("birth_date").to_pylist()
    return [
        text if year is None else Born(year, month, day)
        for text, year, month, day in zip(written, *parts, strict=True)
    ]


def mask(text: str) -> str:
    """An identifier with only its last three characters; of a shorter one nothing is shown."""
    return "\N{BULLET}" * 4 + (text[-3:] if len(text) > 3 else "")


def mask_row(text: str) -> str:
    """A cell of a row that was not understood, with everything masked that may be an identifier."""
    return _IDENTIFIER.sub(lambda match: mask(match.group()), text)
