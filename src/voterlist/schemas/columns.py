"""How a table is declared: its columns, each with its type and its meaning.

The meanings stand beside the Arrow schema and not in it. Metadata of a field would be written into
every Parquet file and so change its bytes with each change of a word.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import pyarrow as pa

TEXT = pa.string()
TEXTS = pa.list_(TEXT)
WORD = pa.dictionary(pa.int32(), pa.string())
"""A column of few distinct words: codes of the model's enumerations."""
BOOL = pa.bool_()
INT8 = pa.int8()
INT16 = pa.int16()
INT32 = pa.int32()
COUNT = pa.int64()
NUMBER = pa.float64()


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table; ``known`` columns are never null."""

    name: str
    kind: pa.DataType
    meaning: str
    known: bool = False

    def but(self, meaning: str | None = None, *, known: bool | None = None) -> Column:
        """The same column with another meaning, or known in another way."""
        return replace(
            self,
            meaning=self.meaning if meaning is None else meaning,
            known=self.known if known is None else known,
        )


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


ENTRY_ID = Column("entry_id", TEXT, "The id of the entry.", known=True)
CONSTITUENCY = Column("constituency", INT32, "The number of the constituency.")
PRECINCT = Column("precinct", INT32, "The number of the precinct in its constituency.")
LIST_KIND = Column("list_kind", WORD, "`permanent` or `temporary`.", known=True)
SOURCE = Column(
    "source",
    TEXT,
    "The first 12 hexadecimal digits of the SHA-256 of the file.",
    known=True,
)
SHEET = Column("sheet", TEXT, "The name of the sheet; null for a file without sheets.")
LINE = Column(
    "line",
    INT32,
    "The line of the text file, or the row of the sheet, from 1.",
    known=True,
)
SUBJECT_ID = ENTRY_ID.but(
    "The id of the entry; of an addition the id of the register's row."
)
CASE_ID = Column("case_id", TEXT, "The id of the case.", known=True)
REASON = Column("reason", TEXT, "Why it was decided so.")
DECIDED_BY = Column("decided_by", TEXT, "Who decided.", known=True)
DECIDED_AT = Column("decided_at", TEXT, "When, in ISO 8601.", known=True)
