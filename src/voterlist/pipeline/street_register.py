"""The register of the precincts' streets, out of the files of ``reference/``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from voterlist import readers
from voterlist.config import Settings
from voterlist.errors import InputError
from voterlist.findings import gather
from voterlist.ingest import StreetRows, street_rows
from voterlist.normalize import normalize_streets
from voterlist.pipeline.reference import SOURCES, STREETS
from voterlist.readers import ListedFile
from voterlist.schemas import FINDING, STREET, STREET_ROW, RawFile, empty
from voterlist.tables import concat, from_rows


@dataclass(frozen=True, slots=True)
class StreetRegister:
    """The streets of the precincts."""

    streets: pa.Table | None
    """STREET; None where no file of streets was given, or none of them could be read."""
    findings: pa.Table
    sources: pa.Table
    """SOURCES: ``usable`` are the rows that name a precinct and a street."""
    troubles: tuple[tuple[str, str], ...] = ()
    """(source, code) of files and sheets that could not be read."""

    def table(self) -> pa.Table:
        """STREET, without rows where there is no register."""
        return empty(STREET) if self.streets is None else self.streets


def read_streets(files: Sequence[ListedFile], settings: Settings) -> StreetRegister:
    """The streets in these files. A bad file is noted, no more."""
    return _register(readers.read_listed(files, settings.ingest))


def read_given_streets(paths: Sequence[Path], settings: Settings) -> StreetRegister:
    """The streets in these files, whatever their names.

    Raises:
        InputError: one of them cannot be read.
    """
    files: list[RawFile] = []
    for path in dict.fromkeys(paths):
        # With its folder, whose name may be the number of the constituency.
        files += readers.read_files(
            path, f"{path.resolve().parent.name}/{path.name}", settings.ingest
        )
    for raw in files:
        street_rows(raw)
    return _register(files)


def _register(files: Iterable[RawFile]) -> StreetRegister:
    """The streets in these files; one that cannot be read is noted."""
    parts: list[StreetRows] = []
    sources = []
    troubles: list[tuple[str, str]] = []
    for raw in files:
        # A copy of a register adds nothing and is not read.
        part, trouble = (None, "duplicate-file") if raw.copy else _read(raw)
        parts += [part] if part else []
        troubles += ((raw.source, code) for code in raw.troubles)
        rows, usable = (part.rows, part.table.num_rows) if part else (0, 0)
        sources.append((raw.source, STREETS, rows, usable, trouble))
    noted = from_rows(
        [dict(zip(SOURCES.names, each, strict=True)) for each in sources],
        SOURCES,
        "source",
    )
    if not parts:
        return StreetRegister(None, empty(FINDING), noted, tuple(troubles))
    outcome = normalize_streets(concat((part.table for part in parts), STREET_ROW))
    findings = gather([*(part.findings for part in parts), outcome.findings])
    return StreetRegister(outcome.table, findings, noted, tuple(troubles))


def _read(raw: RawFile) -> tuple[StreetRows | None, str | None]:
    """(the rows, the code of why there are none)."""
    try:
        return street_rows(raw), None
    except InputError as error:
        return None, error.code
