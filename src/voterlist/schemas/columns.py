"""How a table is declared in ``tables.toml``: its columns, each with its type and its meaning.

The meanings stand beside the Arrow schema and not in it. Metadata of a field would be written into
every Parquet file and so change its bytes with each change of a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pyarrow as pa

from voterlist.fields import (
    CARRIED,
    COMPARED,
    DISPLAYED,
    ENTRY_FIELDS,
    FIELDS,
    SHARED,
    TRAVELLING,
)
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


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table; ``known`` columns are never null."""

    name: str
    kind: pa.DataType
    meaning: str
    known: bool


@dataclass(frozen=True, slots=True)
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
    for field in LISTS[listed[1]]:
        about = said.replace(listed[0], field)
        about = about.replace("{meaning}", FIELDS[field].meaning)
        yield name.replace(listed[0], field), about


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
