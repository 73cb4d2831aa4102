"""One Arrow schema for each table that crosses a boundary between stages.

The table is the interface: whoever knows these columns can start at any point of the street. A
column is null where nothing is known; an empty string stands nowhere (``ingest`` makes blanks null,
once). Tables that leave a stage are sorted by their first columns, so the same input gives the same
bytes. ``tables.toml`` declares them, ``voterlist manual tables`` shows what it says, and the schema
of each is a name of this module.

The meanings stand beside the Arrow schema and not in it. Metadata of a field would be written into
every Parquet file and so change its bytes with each change of a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from functools import cache

import pyarrow as pa
import pyarrow.compute as pc

from voterlist.errors import SchemaError
from voterlist.fields import (
    CARRIED,
    COMPARED,
    DISPLAYED,
    ENTRY_FIELDS,
    FIELDS,
    LATER_FIELDS,
    SHARED,
    TRAVELLING,
)
from voterlist.model import AsideCode, frozen
from voterlist.shipped import shipped_toml

TEXT = pa.string()
WORD = pa.dictionary(pa.int32(), pa.string())
"""A column of few distinct words: codes of the model's enumerations."""
COUNT = pa.int64()
NUMBER = pa.float64()
_KINDS = {
    "text": TEXT,
    "texts": pa.list_(TEXT),
    "word": WORD,
    "bool": pa.bool_(),
    "int8": pa.int8(),
    "int16": pa.int16(),
    "int32": pa.int32(),
    "count": COUNT,
    "number": NUMBER,
}
LISTS = {
    "entry_fields": ENTRY_FIELDS,
    "compared": COMPARED,
    "shared": SHARED,
    "carried": CARRIED,
    "travelling": TRAVELLING,
    "displayed": DISPLAYED,
}
_LIST = re.compile(r"\{(\w+)\}")
_SHARED = "shared"


@frozen
class Column:
    """One column of a table; ``known`` columns are never null."""

    name: str
    kind: pa.DataType
    meaning: str
    known: bool


@frozen
class Table:
    """One table that crosses a boundary between stages."""

    name: str
    """The name of its schema in ``voterlist.schemas``."""
    meaning: str
    """What a row is, and what holds for the table as a whole."""
    columns: tuple[Column, ...]

    @property
    def schema(self) -> pa.Schema:
        """The Arrow schema of the table, without the meanings."""
        fields = [
            pa.field(column.name, column.kind, nullable=not column.known)
            for column in self.columns
        ]
        return pa.schema(fields)


def _each(name: str, said: str) -> Iterator[tuple[str, str]]:
    """(name, what is said of it) of each column that a line of the file stands for."""
    listed = _LIST.search(name)
    if listed is None:
        yield name, said
        return
    for each in LISTS[listed[1]]:
        about = said.replace(listed[0], each)
        about = about.replace("{meaning}", FIELDS[each].meaning)
        yield name.replace(listed[0], each), about


def _read_tables() -> dict[str, Table]:
    found: dict[str, dict[str, Column]] = {}
    tables = {}
    for table, cells in shipped_toml("voterlist.schemas", "tables.toml").items():
        columns = found[table] = {}
        for line, about in cells["columns"].items():
            for name, said in _each(line, about):
                if said.startswith("="):
                    columns[name] = found[said[1:].strip() or _SHARED][name]
                    continue
                kind, meaning = said.split(": ", 1)
                known = kind.endswith("!")
                columns[name] = Column(name, _KINDS[kind.rstrip("!")], meaning, known)
        if table != _SHARED:
            tables[table] = Table(table, cells["meaning"], tuple(columns.values()))
    return tables


TABLES: Mapping[str, Table] = _read_tables()
"""Every table, in the order in which they come up on the way from a list to a report."""


def __getattr__(name: str) -> pa.Schema:
    """The schema of a table by its name: ``LIST``, ``ENTRY``, ``CASE`` and the others."""
    if name not in TABLES:
        raise AttributeError(name)
    return TABLES[name].schema


PROTOCOL_LINES = tuple(
    name for name in TABLES["PROTOCOL"].schema.names if name.startswith("line_")
)
STREET_OR_VILLAGE = " k"
"""How ``street`` ends where nothing tells whether the address names a street or a village."""


@frozen
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
    struck: pa.Array | None = None
    """bool, one a row: True for a row of which a cell is struck through (XLSX, ODS, DOCX,
    ODT). None where that is not known, or none is."""


@frozen
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
    """What the bytes are, a word of ``docs/readers.md``; empty where that was not found out."""
    skipped: tuple[str, ...] = ()
    """The sheets that hold no cells by their kind, charts and macros, by name; nothing of them is
    read."""
    is_ours: bool = False
    """True of a list that this program compiled, as the signed manifest of its package proves."""
    is_register: bool = False
    """True of what another body sent: it may lack fields, and nobody asks whether it is a list."""

    @property
    def troubles(self) -> tuple[AsideCode, ...]:
        """The codes of why the file, or sheets of it, could not be read."""
        codes = (self.trouble, *(sheet.trouble for sheet in self.sheets))
        return tuple(code for code in codes if code is not None)


@frozen
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
    added: pa.Table = field(default_factory=TABLES["ADDED"].schema.empty_table)
    """ADDED"""


def pair_schema(added: tuple[str, ...] = ()) -> pa.Schema:
    """PAIR with a column ``<name>_level`` for each added comparison."""
    levels = (pa.field(f"{name}_level", WORD, nullable=False) for name in added)
    return pa.schema([*TABLES["PAIR"].schema, *levels])


def waterfall_schema(added: tuple[str, ...] = ()) -> pa.Schema:
    """WATERFALL with a column ``<name>_bits`` for each added comparison."""
    bits = (pa.field(f"{name}_bits", NUMBER, nullable=False) for name in added)
    return pa.schema([*TABLES["WATERFALL"].schema, *bits])


def with_added(schema: pa.Schema, tables: Iterable[pa.Table]) -> pa.Schema:
    """PAIR or WATERFALL with the columns of added comparisons that any of these tables has.

    They are null in the rows of a table that has them not. Any other schema stays as it is.
    """
    endings = {"PAIR": "_level", "WATERFALL": "_bits"}
    ending = {TABLES[name].schema: end for name, end in endings.items()}.get(schema)
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


@cache
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


def with_entries(lists: pa.Table) -> pa.Table:
    """The lists (LIST) that have entries."""
    return lists.filter(pc.field("entries") > 0)
