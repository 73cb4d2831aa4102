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
from voterlist.ingest.lists import Part, balance, entries, set_aside, troubled
from voterlist.ingest.noticed import copied, noticed
from voterlist.ingest.rules import RULES, findings_table
from voterlist.ingest.survey import survey_file, troubles
from voterlist.ingest.versions import repeated_entries
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
    parts = _parts(files, settings, constituency)
    taken = concat((part.entries for part in parts), ENTRY)
    taken = taken.set_column(0, ENTRY.field("entry_id"), entry_ids(taken))
    return Intake(
        entries=sort_by(taken, "entry_id"),
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


def _parts(files: Sequence[RawFile], settings: IngestSettings, constituency: int | None) -> list[Part]:
    """What each sheet of each file adds."""
    parts, surveys = [], []
    for file, copy in _numbered(files):
        parts += [troubled(file, name, code, constituency, copy) for name, code in troubles(file)]
        surveys += survey_file(file, settings, constituency, copy)
    tables = [entries(found) for found in surveys]
    said = repeated_entries(surveys, tables)
    for found, table in zip(surveys, tables, strict=True):
        kept = table if table.num_rows == int(found.entries().sum()) else entries(found)
        parts.append(Part(kept, balance(found), set_aside(found), noticed(found)))
    return [*parts, Part(ENTRY.empty_table(), LIST.empty_table(), SET_ASIDE.empty_table(), said + copied(surveys))]


def ingest_register(files: Sequence[RawFile], settings: IngestSettings) -> pa.Table:
    """The entries (ENTRY) of a register that another body sent, such as that of deaths.

    The same path as for lists. What could not be read is in the intake of ``ingest``; use that where the share
    of the register that is usable matters.
    """
    return ingest(files, settings, constituency=None).entries
