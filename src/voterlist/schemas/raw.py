"""A file as a reader found it: rows of text, with what its format says of them."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from voterlist.model import AsideCode


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
