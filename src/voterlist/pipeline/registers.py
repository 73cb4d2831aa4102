"""Registers of persons and lists of other cycles.

Read like any list, or taken as a run left them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from voterlist import readers
from voterlist.config import Settings
from voterlist.ingest import FORMER_NAMES, REASON, extra_column, ingest
from voterlist.model import Verdict
from voterlist.normalize import normalize
from voterlist.readers import ListedFile
from voterlist.schemas import ENTRY, REMOVAL_REASON, VOTER, RawFile, empty
from voterlist.tables import concat, from_columns

__all__ = ["Persons", "read_list", "read_register"]


@dataclass(frozen=True, slots=True)
class Persons:
    """Persons whom a file, or several of one kind, name."""

    entries: pa.Table
    """ENTRY: as written, with the place of each row."""
    voters: pa.Table
    """VOTER, of the same rows."""
    former: pa.Table = field(default_factory=lambda: empty(VOTER))
    """VOTER: rows that tell a former name, under it, by the same ids."""
    reasons: pa.Table = field(default_factory=lambda: empty(REMOVAL_REASON))
    sources: tuple[tuple[str, int, int, str | None], ...] = ()
    """(source, rows, rows that could be used, code of the trouble) of each file."""


def read_register(name: str, listed: Sequence[ListedFile], settings: Settings) -> Persons:
    """The register of this name in these files.

    Ids begin with its name, so that no two registers share one.
    """
    files = readers.read_listed(listed, settings.ingest)
    entries, sources = _taken_in(files, settings)
    ids = pc.binary_join_element_wise(name, entries.column("entry_id"), ":")
    entries = entries.set_column(0, ENTRY.field("entry_id"), ids).combine_chunks()
    return Persons(
        entries,
        _voters(entries, settings),
        _voters(_former(files, entries), settings),
        _reasons(files, entries),
        sources,
    )


def read_list(listed: Sequence[ListedFile], settings: Settings) -> Persons:
    """A whole list: tables of a run as they are, any other file through the intake."""
    own = {file.name: table for file in listed if (table := _own_table(file)) is not None}
    files = readers.read_listed([file for file in listed if file.name not in own], settings.ingest)
    taken, sources = _taken_in(files, settings)
    entries = concat([taken, *(table.entries() for table in own.values())], ENTRY)
    if pc.count_distinct(entries.column("entry_id")).as_py() != entries.num_rows:
        first = pc.index_in(
            pc.unique(entries.column("entry_id")), value_set=entries.column("entry_id")
        )
        entries = entries.take(first)
    told = tuple(
        (table.source, table.rows.num_rows, table.rows.num_rows, None) for table in own.values()
    )
    marks = concat([_marked(table.rows) for table in own.values()], REMOVAL_REASON)
    return Persons(entries, _voters(entries, settings), reasons=marks, sources=sources + told)


def _taken_in(
    files: Sequence[RawFile], settings: Settings
) -> tuple[pa.Table, tuple[tuple[str, int, int, str | None], ...]]:
    """ENTRY of the files, and (source, rows, entries, code of the trouble) of each file."""
    intake = ingest(files, settings.ingest, constituency=None)
    rows: dict[str, tuple[int, int]] = {}
    for row in intake.lists.select(["source", "rows", "entries"]).to_pylist():
        before = rows.get(row["source"], (0, 0))
        rows[row["source"]] = (before[0] + row["rows"], before[1] + row["entries"])
    why = _most_set_aside(intake.set_aside)
    told = []
    for file in files:
        counted = rows.get(file.source, (0, 0))
        told.append(
            (file.source, *counted, file.trouble or (None if counted[1] else why.get(file.source)))
        )
    return intake.entries, tuple(told)


def _most_set_aside(set_aside: pa.Table) -> dict[str, str]:
    """Source -> the code for which most of its rows are no entries."""
    plain = pa.table(
        {name: set_aside.column(name).cast(pa.string()) for name in ("source", "code")}
    )
    grouped = plain.append_column("rows", set_aside.column("rows")).group_by(["source", "code"])
    counted = grouped.aggregate([("rows", "sum")]).to_pylist()
    return {
        row["source"]: row["code"]
        for row in sorted(counted, key=lambda row: (row["rows_sum"], row["code"]))
    }


def _voters(entries: pa.Table, settings: Settings) -> pa.Table:
    return normalize(entries, settings.workspace.profile).table


def _former(files: Sequence[RawFile], entries: pa.Table) -> pa.Table:
    """The rows that tell a former name, under it."""
    known = {name: extra_column(files, headers, entries) for name, headers in FORMER_NAMES.items()}
    for name, former in known.items():
        place = ENTRY.get_field_index(name)
        entries = entries.set_column(
            place, ENTRY.field(name), pc.coalesce(former, entries.column(name))
        )
    told = [pc.is_valid(former) for former in known.values()]
    return entries.filter(pc.or_(*told))


def _reasons(files: Sequence[RawFile], entries: pa.Table) -> pa.Table:
    """REMOVAL_REASON of the rows that give one."""
    reason = extra_column(files, REASON, entries)
    columns = {"id": entries.column("entry_id"), "reason": reason}
    return pa.table(columns).filter(pc.is_valid(reason)).cast(REMOVAL_REASON)


@dataclass(frozen=True, slots=True)
class _OwnTable:
    """The entries, or the corrected list, of a run."""

    source: str
    rows: pa.Table

    def entries(self) -> pa.Table:
        """The rows as ENTRY."""
        return self.rows.select(ENTRY.names).cast(ENTRY)


def _own_table(file: ListedFile) -> _OwnTable | None:
    """The table of a run in this file; None for any other file, and for one to be refused."""
    if file.path.suffix.lower() != ".parquet" or file.trouble is not None:
        return None
    try:
        with readers.open_file(file.path) as stream:
            if not set(ENTRY.names) <= set(pq.read_schema(stream).names):
                return None
            stream.seek(0)
            content = stream.read()
        digest = hashlib.sha256(content).hexdigest()
        if file.digest and file.digest != digest:
            return None
        held = pa.BufferReader(content)
        names = pq.read_schema(held).names
        columns = [*ENTRY.names, *(name for name in ("mark",) if name in names)]
        return _OwnTable(digest[: readers.SOURCE_DIGITS], pq.read_table(held, columns=columns))
    except (pa.ArrowInvalid, OSError):
        # What is damaged is told by the readers, as of any file; the cause may quote a cell.
        return None


def _marked(table: pa.Table) -> pa.Table:
    """REMOVAL_REASON of the entries that the last cycle marked as repeats."""
    if "mark" not in table.column_names:
        return empty(REMOVAL_REASON)
    marked = table.filter(pc.equal(table.column("mark").cast(pa.string()), Verdict.REPEAT.value))
    columns = {
        "id": marked.column("entry_id"),
        "reason": pa.repeat(Verdict.REPEAT.value, marked.num_rows),
    }
    return from_columns(columns, REMOVAL_REASON)
