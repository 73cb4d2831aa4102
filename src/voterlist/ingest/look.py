"""The files of one intake looked at together.

Each sheet understood, copies and versions of a list told apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import pyarrow as pa

from voterlist.config import IngestSettings
from voterlist.ingest.cut_rows import cut_rows
from voterlist.ingest.file_names import NamedPlace, Territory, places_of_names
from voterlist.ingest.lists import Part, added, balance, entries, set_aside, troubled
from voterlist.ingest.registers import register_in
from voterlist.ingest.sheet_findings import copy_findings, sheet_findings
from voterlist.ingest.survey import Survey, survey_file, troubles
from voterlist.ingest.versions import claimed_twice, repeated_entries
from voterlist.model import AsideCode
from voterlist.schemas import RawFile


@dataclass(frozen=True, slots=True)
class Seen:
    """The files of an intake, understood."""

    files: tuple[tuple[RawFile, int, tuple[Survey, ...]], ...]
    """Each file by content, which copy of its content it is, and its sheets that could be read."""
    tables: tuple[pa.Table, ...]
    """The entries of each sheet."""
    findings: tuple[dict[str, Any], ...]
    """The findings about several lists together."""
    names: Mapping[str, NamedPlace]
    """What the name of each file says."""
    territory: Territory

    def parts(self, constituency: int | None) -> list[Part]:
        """What each sheet of each file adds to the intake."""
        parts = []
        for file, copy, _ in self.files:
            for sheet, code in troubles(file):
                named = self.names[file.name]
                parts.append(troubled(file, sheet, code, constituency, named, copy))
        for survey, table in zip(_all_surveys(self.files), self.tables, strict=True):
            findings = self.findings_of(survey)
            accounts = balance(survey), set_aside(survey), added(survey)
            parts.append(Part(table, *accounts, findings))
        return parts

    def findings_of(self, survey: Survey) -> list[dict[str, Any]]:
        """The findings about this sheet; those about several lists too that concern it.

        Of a copy of a file only that it is one.
        """
        is_copy = bool(survey.copy)
        source, sheet = survey.file.source, survey.sheet.name
        own = [
            row
            for row in self.findings
            if (row["source"], row["sheet"]) == (source, sheet)
        ]
        together = [row for row in own if (row["rule"] == "copy-elsewhere") == is_copy]
        return sheet_findings(survey, self.territory) + together


def _all_surveys(
    files: Sequence[tuple[RawFile, int, tuple[Survey, ...]]],
) -> list[Survey]:
    """The sheets of all files that could be read, in order."""
    return list(chain.from_iterable(surveys for _, _, surveys in files))


def look(
    files: Sequence[RawFile],
    settings: IngestSettings,
    constituency: int | None,
    territory: Territory,
    beside: Iterable[str] = (),
    *,
    asks: bool = True,
) -> Seen:
    """The files of one intake understood, in an order that their names do not change.

    ``beside`` are the names of files that lie beside these and are not looked at. ``asks``: whether
    a list that looks like a register is set aside.
    """
    names = places_of_names(
        [*(file.name for file in files), *beside], constituency, territory
    )
    seen = []
    for file, copy in _numbered(files):
        named = names[file.name]
        surveys_of_file = survey_file(
            file, settings, constituency, named, territory, copy
        )
        seen.append((file, copy, tuple(surveys_of_file)))
    surveys = _all_surveys(seen)
    for one in surveys:
        if asks and register_in(one):
            one.set_aside(one.entries(), AsideCode.LOOKS_LIKE_REGISTER)
    tables = tuple(entries(survey) for survey in surveys)
    repeated = repeated_entries(surveys, tables)
    kept = tuple(map(_left, surveys, tables))
    findings = (
        *repeated,
        *claimed_twice(surveys, repeated),
        *copy_findings(surveys),
        *cut_rows(surveys, kept),
    )
    return Seen(tuple(seen), kept, findings, names, territory)


def register_headed(files: Sequence[RawFile], settings: IngestSettings) -> str | None:
    """The register that a sheet of these files is by its titles and headings, if any."""
    seen = look(files, settings, None, {}, asks=False)
    kinds = map(register_in, _all_surveys(seen.files))
    return next(filter(None, kinds), None)


def _left(survey: Survey, table: pa.Table) -> pa.Table:
    """The entries of a sheet, without those set aside since as another version's."""
    left = int(survey.entries().sum())
    return table if table.num_rows == left else entries(survey)


def _numbered(files: Sequence[RawFile]) -> list[tuple[RawFile, int]]:
    """The files by content, and which copy of its content each is: the first by name is 0."""
    ordered = sorted(files, key=lambda file: (file.source, file.copy, file.name))
    seen: Counter[str] = Counter()
    numbered = []
    for file in ordered:
        numbered.append((file, seen[file.source]))
        seen[file.source] += 1
    return numbered
