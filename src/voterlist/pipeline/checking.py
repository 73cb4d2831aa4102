"""The stage of the register tests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from voterlist import readers
from voterlist.check import ENTRIES, VOTERS, examine
from voterlist.config import Settings
from voterlist.decisions import with_corrections
from voterlist.errors import InputError
from voterlist.findings import gather
from voterlist.ingest import StreetRows, street_rows
from voterlist.normalize import normalize_streets
from voterlist.pipeline.inbox import STREETS
from voterlist.pipeline.reference import SOURCES
from voterlist.pipeline.steps import NeededTables, StageContext, StageResult
from voterlist.readers import ListedFile
from voterlist.schemas import FINDING, STREET, STREET_ROW, RawFile, empty
from voterlist.tables import concat, from_rows


def check_register(tables: NeededTables, context: StageContext) -> StageResult:
    """The register tests, the statistics of every place, profiles and age pyramids."""
    register = read_streets(context.street_files, context.settings)
    voters = _columns(tables.path("voters"), VOTERS)
    entries = _columns(tables.path("entries"), ENTRIES)
    examined = examine(
        voters,
        with_corrections(entries, tables["amendments"]),
        tables["lists"],
        context.settings.check,
        on_day=context.list_day,
        streets=register.streets,
    )
    made = {
        "findings-check": examined.findings,
        "findings-streets": register.findings,
        "sources-streets": register.sources,
        "use-streets": examined.street_use,
        "streets": register.table(),
        "profile": examined.profile,
        "pyramid": examined.pyramid,
        "ages": examined.pyramids,
        "coincidences": examined.coincidences,
        "own-indicators": examined.indicators,
    }
    rows = voters.num_rows
    was_passing = context.is_passing(register.troubles)
    return StageResult(made, rows, rows, is_passing=was_passing)


def is_passing(sources: pa.Table, context: StageContext) -> bool:
    """True where one of these files (SOURCES) was not read for a reason of the moment."""
    rows = sources.select(["source", "trouble"]).to_pylist()
    return context.is_passing((row["source"], row["trouble"]) for row in rows)


def _columns(path: Path, schema: pa.Schema) -> pa.Table:
    """The columns of this schema, text as codes where it has it so."""
    words = [field.name for field in schema if pa.types.is_dictionary(field.type)]
    table = pq.read_table(path, columns=schema.names, read_dictionary=words)
    return table.unify_dictionaries().combine_chunks()


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
