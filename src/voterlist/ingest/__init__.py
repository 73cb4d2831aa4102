"""Rows of text to entries: the header found, each row an entry or set aside with its code, blank made null.

``ingest`` takes the lists of a constituency; ``ingest_register`` and ``statistics`` what other bodies sent;
``table_entries`` one table with any headers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pyarrow as pa

from voterlist.config import IngestSettings
from voterlist.ingest.generic import parse_map, statistics, table_entries, table_intake
from voterlist.ingest.headers import ColumnMap, ColumnMatch, map_columns
from voterlist.ingest.ids import entry_ids
from voterlist.ingest.lists import Part, read_sheet, troubled
from voterlist.ingest.rules import RULES, findings_table
from voterlist.model import AsideCode
from voterlist.schemas import ENTRY, LIST, SET_ASIDE, Intake, RawFile
from voterlist.tables import concat, sort_by

__all__ = [
    "RULES",
    "ColumnMap",
    "ColumnMatch",
    "Intake",
    "ingest",
    "ingest_register",
    "map_columns",
    "parse_map",
    "statistics",
    "table_entries",
    "table_intake",
]


def ingest(files: Sequence[RawFile], settings: IngestSettings, *, constituency: int | None) -> Intake:
    """The entries of these files, and an account of every row that is none.

    Args:
        files: as the readers found them, in any order.
        settings: ``columns`` pins headers.
        constituency: whose lists these are; None where the lists say it themselves.

    Returns:
        All tables sorted: ENTRY by id; LIST with ``rows = entries + set_aside`` for each list; SET_ASIDE; FINDING.
    """
    parts = [part for file, copy in _numbered(files) for part in _parts(file, copy, settings, constituency)]
    entries = concat((part.entries for part in parts), ENTRY)
    entries = entries.set_column(0, ENTRY.field("entry_id"), entry_ids(entries))
    return Intake(
        entries=sort_by(entries, "entry_id"),
        lists=sort_by(
            concat((part.lists for part in parts), LIST),
            *("source", "sheet", "constituency", "precinct", "list_kind", "set_aside", "rows", "entries"),
        ),
        set_aside=sort_by(
            concat((part.set_aside for part in parts), SET_ASIDE),
            *("source", "copy", "sheet", "line", "code"),
        ),
        findings=findings_table([row for part in parts for row in part.findings]),
    )


def _numbered(files: Sequence[RawFile]) -> list[tuple[RawFile, int]]:
    """The files by content, and which copy of its content each is: the first by name is 0."""
    ordered = sorted(files, key=lambda file: (file.source, file.copy, file.name))
    seen: Counter[str] = Counter()
    numbered = []
    for file in ordered:
        numbered.append((file, seen[file.source]))
        seen[file.source] += 1
    return numbered


def _parts(file: RawFile, copy: int, settings: IngestSettings, constituency: int | None) -> list[Part]:
    """What each sheet of a file adds."""
    if file.trouble is not None:
        return [troubled(file, None, file.trouble, constituency, copy)]
    if not file.sheets:
        return [troubled(file, None, AsideCode.FILE_EMPTY, constituency, copy)]
    return [
        troubled(file, sheet.name, sheet.trouble, constituency, copy)
        if sheet.trouble is not None
        else read_sheet(file, sheet, settings, constituency, copy)
        for sheet in file.sheets
    ]


def ingest_register(files: Sequence[RawFile], settings: IngestSettings) -> pa.Table:
    """The entries (ENTRY) of a register that another body sent, such as that of deaths.

    The same path as for lists. What could not be read is in the intake of ``ingest``; use that where the share
    of the register that is usable matters.
    """
    return ingest(files, settings, constituency=None).entries
