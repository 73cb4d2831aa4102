"""The files of one intake looked at together.

Each sheet understood, copies and versions of a list told apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from voterlist.config import IngestSettings
from voterlist.ingest.lists import Part, balance, entries, set_aside, troubled
from voterlist.ingest.sheet_findings import copy_findings, sheet_findings
from voterlist.ingest.survey import Survey, survey_file, troubles
from voterlist.ingest.versions import repeated_entries
from voterlist.schemas import RawFile

__all__ = ["Seen", "look"]


@dataclass(frozen=True, slots=True)
class Seen:
    """The files of an intake, understood."""

    files: tuple[tuple[RawFile, int, tuple[Survey, ...]], ...]
    """Each file by content, which copy of its content it is, and its sheets that could be read."""
    tables: tuple[pa.Table, ...]
    """The entries of each sheet, before versions of a list were told apart."""
    said: tuple[dict[str, Any], ...]
    """What is to be said of several lists together."""

    def parts(self, constituency: int | None) -> list[Part]:
        """What each sheet of each file adds to the intake."""
        parts = [
            troubled(file, name, code, constituency, copy)
            for file, copy, _ in self.files
            for name, code in troubles(file)
        ]
        surveys = [found for _, _, found_in in self.files for found in found_in]
        for found, table in zip(surveys, self.tables, strict=True):
            kept = table if table.num_rows == int(found.entries().sum()) else entries(found)
            said = sheet_findings(found) + self.said_of(found)
            parts.append(Part(kept, balance(found), set_aside(found), said))
        return parts

    def said_of(self, found: Survey) -> list[dict[str, Any]]:
        """What is to be said of a sheet beside others."""
        if found.copy:
            return [
                row for row in self.said if row["rule"] == "copy-elsewhere" and _is_of(row, found)
            ]
        return [row for row in self.said if row["rule"] != "copy-elsewhere" and _is_of(row, found)]


def _is_of(row: dict[str, Any], found: Survey) -> bool:
    return bool(row["source"] == found.file.source and row["sheet"] == found.sheet.name)


def look(files: Sequence[RawFile], settings: IngestSettings, constituency: int | None) -> Seen:
    """The files of one intake understood, in an order that their names do not change."""
    seen = tuple(
        (file, copy, tuple(survey_file(file, settings, constituency, copy)))
        for file, copy in _numbered(files)
    )
    surveys = [found for _, _, found_in in seen for found in found_in]
    tables = tuple(entries(found) for found in surveys)
    said = repeated_entries(surveys, tables)
    return Seen(seen, tables, (*said, *copy_findings(surveys)))


def _numbered(files: Sequence[RawFile]) -> list[tuple[RawFile, int]]:
    """The files by content, and which copy of its content each is: the first by name is 0."""
    ordered = sorted(files, key=lambda file: (file.source, file.copy, file.name))
    seen: Counter[str] = Counter()
    numbered = []
    for file in ordered:
        numbered.append((file, seen[file.source]))
        seen[file.source] += 1
    return numbered
