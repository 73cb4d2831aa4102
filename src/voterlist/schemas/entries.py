"""What comes in: lists, their entries, and the rows that did not become one."""

from __future__ import annotations

from dataclasses import dataclass, field

import pyarrow as pa

from voterlist.fields import CELLS
from voterlist.schemas.columns import (
    CONSTITUENCY,
    COUNT,
    ENTRY_ID,
    INT32,
    LINE,
    LIST_KIND,
    PRECINCT,
    SHEET,
    SOURCE,
    TEXT,
    TEXTS,
    WORD,
    Column,
    Table,
)

_AS_WRITTEN = tuple(Column(cell.name, TEXT, cell.meaning) for cell in CELLS)

_LIST = Table(
    "LIST",
    "One list as handed in; rows = entries + set_aside.",
    (
        SOURCE,
        SHEET,
        CONSTITUENCY,
        PRECINCT,
        LIST_KIND,
        Column(
            "rows", COUNT, "The number of rows of the list, blank ones too.", known=True
        ),
        Column(
            "entries", COUNT, "The number of rows that became an entry.", known=True
        ),
        Column("set_aside", COUNT, "The number of rows in SET_ASIDE.", known=True),
        Column("declared", COUNT, "The total written below the list."),
        Column("encoding", TEXT, "The encoding of a text file."),
    ),
)
LIST = _LIST.schema

_ENTRY = Table(
    "ENTRY",
    "One row as received.",
    (ENTRY_ID, CONSTITUENCY, PRECINCT, LIST_KIND, SOURCE, SHEET, LINE, *_AS_WRITTEN),
)
ENTRY = _ENTRY.schema

_SET_ASIDE = Table(
    "SET_ASIDE",
    "A row that did not become an entry, with its place, or a whole file that was not read.",
    (
        SOURCE,
        Column(
            "copy",
            INT32,
            "Counts files of the same content; 0 is the first.",
            known=True,
        ),
        SHEET,
        LINE.but("The line or row, from 1; 0 for a whole file that could not be read."),
        CONSTITUENCY,
        PRECINCT,
        Column(
            "code",
            WORD,
            "Why the row was set aside: a code of `AsideCode`.",
            known=True,
        ),
        Column("rows", COUNT, "How many rows: 1, or 0 for a whole file.", known=True),
        Column("cells", TEXTS, "The cells as written, for a person to read."),
    ),
)
SET_ASIDE = _SET_ASIDE.schema

_ADDED = Table(
    "ADDED",
    "What an entry says in the columns of an added comparison; only while a run is made.",
    (
        ENTRY_ID.but("The id of the entry; null until the lists are one.", known=False),
        SOURCE,
        SHEET,
        LINE,
        Column("comparison", WORD, "The name of the comparison.", known=True),
        Column("value", TEXT, "The cell as written; several are joined.", known=True),
    ),
)
ADDED = _ADDED.schema

TABLES = (_LIST, _ENTRY, _SET_ASIDE, _ADDED)


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
