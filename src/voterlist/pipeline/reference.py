"""What lies in ``reference/``: the registers and statistics of other bodies, read like any list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from voterlist.config import Settings
from voterlist.errors import InputError
from voterlist.ingest import ingest, statistics
from voterlist.io import readers
from voterlist.io.store import sha256
from voterlist.normalize import normalize
from voterlist.schemas import STATISTIC
from voterlist.tables import from_columns, sort_by

__all__ = ["SOURCES", "Outside", "read"]

DEATHS = "deaths"
STATISTICS = "statistics"

SOURCES = pa.schema(
    [
        pa.field("source", pa.string(), nullable=False),
        pa.field("register", pa.dictionary(pa.int32(), pa.string())),
        pa.field("rows", pa.int64(), nullable=False),
        pa.field("usable", pa.int64(), nullable=False),
        pa.field("trouble", pa.dictionary(pa.int32(), pa.string())),
    ],
)
"""One row a file of ``reference/``: what it is (null: its name says nothing known), how many of its rows could
be used, and the code of why not."""


@dataclass(slots=True)
class Outside:
    """What other bodies gave. None: no such file."""

    deaths: pa.Table | None = None
    """VOTER: the register of deaths, normalised like the list."""
    statistics: pa.Table | None = None
    """STATISTIC"""
    sources: list[dict[str, object]] = field(default_factory=list)

    def note(self, source: str, register: str | None, rows: int, usable: int, trouble: str | None = None) -> None:
        """Add a file to the sources."""
        self.sources.append(
            {"source": source, "register": register, "rows": rows, "usable": usable, "trouble": trouble},
        )

    def table(self) -> pa.Table:
        """SOURCES, sorted."""
        columns = {name: [row[name] for row in self.sources] for name in SOURCES.names}
        return sort_by(from_columns(columns, SOURCES, len(self.sources)), "source", "register")


def read(paths: Sequence[Path], folder: Path, settings: Settings) -> Outside:
    """The registers among these files: ``deaths*`` and ``statistics*`` by their names; a bad file is noted, no more.

    ``folder`` is the folder that the files' names are told from.
    """
    outside = Outside()
    deaths = [path for path in paths if path.name.lower().startswith(DEATHS)]
    if deaths:
        _read_deaths(outside, deaths, folder, settings)
    tables = []
    for path in paths:
        if path.name.lower().startswith(STATISTICS):
            tables.append(_read_statistics(outside, path, folder, settings))
        elif path not in deaths:
            outside.note(sha256(path)[:12], None, 0, 0)
    if tables:
        outside.statistics = sort_by(pa.concat_tables(tables).unify_dictionaries(), *STATISTIC.names[:3])
    return outside


def _read_deaths(outside: Outside, paths: Sequence[Path], folder: Path, settings: Settings) -> None:
    """The register of deaths: the same headers, spellings and dates as a list, so the same stages read it."""
    files = readers.read_paths(paths, folder, settings.ingest)
    intake = ingest(files, settings.ingest, constituency=None)
    outside.deaths = normalize(intake.entries, settings.workspace.profile).table
    counts = {row["source"]: row for row in intake.lists.to_pylist()}
    for file in files:
        found = counts.get(file.source, {"rows": 0, "entries": 0})
        outside.note(file.source, DEATHS, found["rows"], found["entries"], file.trouble)


def _read_statistics(outside: Outside, path: Path, folder: Path, settings: Settings) -> pa.Table:
    """STATISTIC; a file that is half usable is refused whole, and noted."""
    raw = readers.read_paths([path], folder, settings.ingest)[0]
    try:
        found = statistics(raw)
    except InputError as error:
        outside.note(raw.source, STATISTICS, 0, 0, error.code)
        return STATISTIC.empty_table()
    outside.note(raw.source, STATISTICS, found.num_rows, found.num_rows)
    return found
