"""One Arrow schema for each table that crosses a boundary between stages.

The table is the interface: whoever knows these columns can start at any point of the street. A
column is null where nothing is known; an empty string stands nowhere (``ingest`` makes blanks null,
once). Tables that leave a stage are sorted by their first columns, so the same input gives the same
bytes. ``tables.toml`` declares them, and ``voterlist manual tables`` shows what it says.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import pyarrow as pa

from voterlist.errors import SchemaError
from voterlist.fields import LATER_FIELDS
from voterlist.model import AsideCode
from voterlist.schemas.columns import NUMBER, TABLES, TEXT, WORD

LIST = TABLES["LIST"].schema
ENTRY = TABLES["ENTRY"].schema
SET_ASIDE = TABLES["SET_ASIDE"].schema
ADDED = TABLES["ADDED"].schema
VOTER = TABLES["VOTER"].schema
FINDING = TABLES["FINDING"].schema
ACCEPTED = TABLES["ACCEPTED"].schema
ACCEPTANCE = TABLES["ACCEPTANCE"].schema
PAIR = TABLES["PAIR"].schema
WATERFALL = TABLES["WATERFALL"].schema
CASE = TABLES["CASE"].schema
SECOND_OPINION = TABLES["SECOND_OPINION"].schema
DECISION = TABLES["DECISION"].schema
CHANGE = TABLES["CHANGE"].schema
GIVEN_VERDICT = TABLES["GIVEN_VERDICT"].schema
AMENDMENT = TABLES["AMENDMENT"].schema
GIVEN_AMENDMENT = TABLES["GIVEN_AMENDMENT"].schema
CONTESTED = TABLES["CONTESTED"].schema
SUBJECT = TABLES["SUBJECT"].schema
FOLLOWED = TABLES["FOLLOWED"].schema
RETURNED = TABLES["RETURNED"].schema
CASE_NUMBER = TABLES["CASE_NUMBER"].schema
HANDED_APPLICATION = TABLES["HANDED_APPLICATION"].schema
REMOVED = TABLES["REMOVED"].schema
ARRIVAL = TABLES["ARRIVAL"].schema
APPLIED = TABLES["APPLIED"].schema
SKIPPED = TABLES["SKIPPED"].schema
SECOND_READING = TABLES["SECOND_READING"].schema
CERTIFICATE = TABLES["CERTIFICATE"].schema
NIGHT = TABLES["NIGHT"].schema
WAVE = TABLES["WAVE"].schema
FAIRNESS = TABLES["FAIRNESS"].schema
LIST_BALANCE = TABLES["LIST_BALANCE"].schema
LISTED = TABLES["LISTED"].schema
RECORD = TABLES["RECORD"].schema
CORRECTION = TABLES["CORRECTION"].schema
ALTERATION = TABLES["ALTERATION"].schema
NOTICE = TABLES["NOTICE"].schema
DOOR = TABLES["DOOR"].schema
PROFILE = TABLES["PROFILE"].schema
PYRAMID = TABLES["PYRAMID"].schema
AGES = TABLES["AGES"].schema
INDICATOR = TABLES["INDICATOR"].schema
COINCIDENCE = TABLES["COINCIDENCE"].schema
SCORECARD = TABLES["SCORECARD"].schema
MATCH = TABLES["MATCH"].schema
REGISTER_USE = TABLES["REGISTER_USE"].schema
STATISTIC = TABLES["STATISTIC"].schema
COMPARISON = TABLES["COMPARISON"].schema
PROTOCOL = TABLES["PROTOCOL"].schema
REMOVAL_REASON = TABLES["REMOVAL_REASON"].schema
CYCLE_CHANGE = TABLES["CYCLE_CHANGE"].schema
CYCLE_SUMMARY = TABLES["CYCLE_SUMMARY"].schema
STREET_ROW = TABLES["STREET_ROW"].schema
STREET = TABLES["STREET"].schema
TRUTH = TABLES["TRUTH"].schema
FAULT = TABLES["FAULT"].schema

PROTOCOL_LINES = tuple(name for name in PROTOCOL.names if name.startswith("line_"))
STREET_OR_VILLAGE = " k"
"""How ``street`` ends where nothing tells whether the address names a street or a village."""


@dataclass(frozen=True, slots=True)
class RawSheet:
    """The rows of one sheet, or of one text file, as a reader found them.

    Text only, nothing interpreted.
    """

    name: str | None
    """The sheet's name; None for a file that has no sheets."""
    lines: pa.Array
    """int32: the physical line in the file, or the row in the sheet, counted from 1; one a row."""
    cells: pa.Table
    """Text columns ``c0``, ``c1`` ...; one row a line, every line of the sheet, blank ones too.
    Null where the row ends before the column; an empty string where the cell is there and empty."""
    encoding: str | None = None
    """The encoding of a text file; ``utf-8-damaged`` where single bytes were lost and stand as
    U+FFFD."""
    trouble: AsideCode | None = None
    """The code of why this sheet could not be read while others of its file could."""
    confidence: float = 1.0
    """How sure the encoding is, 0 to 1: 1 where a mark or the rules of the encoding prove it."""
    delimiter: str | None = None
    """The sign that parts the cells of a text file; None where each line is one cell, or cells are
    apart anyway."""
    hidden: bool = False
    """True where the whole sheet is hidden; its rows are read like any other's."""
    hidden_rows: int = 0
    """How many of its rows are hidden; they are read like any other."""
    hidden_columns: int = 0
    """How many of its columns that hold something are hidden, where the format is known to say so
    (XLSX, ODS)."""
    merged: int = 0
    """How many blank cells were given the text of the cell above that they are merged with."""
    formulas_without_value: int = 0
    """How many cells hold a formula that no program has worked out, or an error; they are read as
    empty."""
    unworked: tuple[tuple[int, int], ...] = ()
    """(row counted from 1, column counted from 0) of these cells in XLSX and ODS, where they say
    where they stand."""
    from_1904: bool = False
    """True where a day that is a plain number is counted from 1904, as in workbooks."""
    acts: int = 0
    """How many parts of its file act when a program opens it, such as macros; of the first sheet
    alone. Nothing of them is run here."""
    joined_columns: int = 0
    """How many columns beyond the most allowed were joined into the last one."""
    outside: pa.Array | None = None
    """bool, one a row: True for text that stands outside every table of a document, such as a title
    or the number of a page. None where the format has no such text."""
    deleted: pa.Array | None = None
    """bool, one a row: True for a row that was deleted and is still in the file (DBF, tracked
    changes). None where the format keeps no such rows."""


@dataclass(frozen=True, slots=True)
class RawFile:
    """One file as a reader found it: its sheets, or the code of why it could not be read."""

    source: str
    """The first 12 hexadecimal digits of the SHA-256 of the content: the same whatever the file is
    called."""
    name: str
    """The path inside the inbox, for people and for the numbers that a name may carry."""
    sheets: tuple[RawSheet, ...] = ()
    trouble: AsideCode | None = None
    copy: int = 0
    """Counts the files of the same content, 0 the first."""
    format: str = ""
    """What the bytes are: text, jsonl, parquet, xlsx, xlsb, xls, ods, docx, odt, pdf, dbf, zip;
    empty where that was not found out."""
    skipped: tuple[str, ...] = ()
    """The sheets that hold no cells by their kind, charts and macros, by name; nothing of them is
    read."""

    @property
    def troubles(self) -> tuple[AsideCode, ...]:
        """The codes of why the file, or sheets of it, could not be read."""
        codes = (self.trouble, *(sheet.trouble for sheet in self.sheets))
        return tuple(code for code in codes if code is not None)


@dataclass(frozen=True, slots=True)
class Intake:
    """What came in: the entries, and an account of every row that did not become one."""

    entries: pa.Table
    """ENTRY"""
    lists: pa.Table
    """LIST: the balance of rows, one row a list as handed in."""
    set_aside: pa.Table
    """SET_ASIDE"""
    findings: pa.Table
    """FINDING"""
    added: pa.Table = field(default_factory=ADDED.empty_table)
    """ADDED"""


def pair_schema(added: tuple[str, ...] = ()) -> pa.Schema:
    """PAIR with a column ``<name>_level`` for each added comparison."""
    levels = (pa.field(f"{name}_level", WORD, nullable=False) for name in added)
    return pa.schema([*PAIR, *levels])


def waterfall_schema(added: tuple[str, ...] = ()) -> pa.Schema:
    """WATERFALL with a column ``<name>_bits`` for each added comparison."""
    bits = (pa.field(f"{name}_bits", NUMBER, nullable=False) for name in added)
    return pa.schema([*WATERFALL, *bits])


def with_added(schema: pa.Schema, tables: Iterable[pa.Table]) -> pa.Schema:
    """PAIR or WATERFALL with the columns of added comparisons that any of these tables has.

    They are null in the rows of a table that has them not. Any other schema stays as it is.
    """
    ending = {PAIR: "_level", WATERFALL: "_bits"}.get(schema)
    if ending is None:
        return schema
    columns = {
        name: field
        for table in tables
        for name, field in zip(table.column_names, table.schema, strict=True)
        if name.endswith(ending) and name not in schema.names
    }
    return pa.schema(
        [*schema, *(pa.field(field.name, field.type) for field in columns.values())]
    )


def empty(schema: pa.Schema) -> pa.Table:
    """A table of this schema with no rows."""
    return schema.empty_table()


def without_blank(table: pa.Table) -> pa.Table:
    """The table as it was before fields came in which no row has anything."""
    blank = [
        name
        for name in LATER_FIELDS
        if name in table.column_names
        and table.column(name).null_count == table.num_rows
    ]
    return table.drop_columns(blank) if blank else table


def require(table: pa.Table, schema: pa.Schema, stage: str) -> pa.Table:
    """The table with exactly the schema's columns, in its order and types.

    A field that came later than the table is null.

    Raises:
        SchemaError: a column is missing, has another type, or is null where it must be known. The
            message names columns only.
    """
    # Arrow makes a list of the names whenever it is asked for them.
    absent = set(schema.names).difference(table.column_names)
    for name in LATER_FIELDS:
        if name in absent:
            table = table.append_column(schema.field(name), pa.nulls(len(table), TEXT))
    missing = [name for name in schema.names if name in absent.difference(LATER_FIELDS)]
    if missing:
        raise SchemaError(
            f"the table for {stage} lacks the columns {', '.join(missing)}", stage=stage
        )
    columns = []
    for wanted in schema:
        column = table.column(wanted.name)
        if column.type != wanted.type:
            try:
                column = column.cast(wanted.type)
            except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError):
                # The cause quotes the cell, so it is not chained.
                kinds = f"{column.type}, not {wanted.type}"
                message = f"the column {wanted.name} for {stage} is {kinds}"
                raise SchemaError(message, stage=stage) from None
        if not wanted.nullable and column.null_count:
            message = f"the column {wanted.name} for {stage} has gaps"
            raise SchemaError(message, stage=stage)
        columns.append(column)
    return pa.Table.from_arrays(columns, schema=schema)
