"""Registers of persons and lists of other cycles.

Read like any list, or taken as a run left them.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from voterlist import readers
from voterlist.config import IngestSettings, Settings
from voterlist.ingest import FORMER_NAMES, REASON, extra_column, ingest
from voterlist.model import Verdict
from voterlist.normalize import normalize
from voterlist.parquet_proof import BROKEN_PARQUET
from voterlist.readers import ListedFile
from voterlist.schemas import ENTRY, REMOVAL_REASON, VOTER, RawFile, empty
from voterlist.tables import concat, from_columns, with_column

_Account = tuple[str, int, int, str | None]
"""Of a file: source, rows, rows that could be used, code of the trouble."""


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
    sources: tuple[_Account, ...] = ()
    troubles: tuple[tuple[str, str], ...] = ()
    """(source, code) of files and sheets that could not be read."""


def read_register(
    name: str, listed: Sequence[ListedFile], settings: Settings
) -> Persons:
    """The register of this name in these files.

    Ids begin with its name, so that no two registers share one.
    """
    files = readers.read_listed(listed, settings.ingest)
    entries, sources = _taken_in(files, settings)
    own_ids = entries.column("entry_id")
    ids = pc.binary_join_element_wise(name, own_ids, ":")
    entries = entries.set_column(0, ENTRY.field("entry_id"), ids).combine_chunks()
    former = _former(files, entries)
    return Persons(
        entries=entries,
        voters=_voters(entries, settings),
        former=_voters(former, settings),
        reasons=_reasons(files, entries),
        sources=sources,
        troubles=_troubles(files),
    )


def read_list(listed: Sequence[ListedFile], settings: Settings) -> Persons:
    """A whole list: tables of a run as they are, any other file through the intake."""
    own_tables: list[_OwnTable] = []
    others: list[ListedFile] = []
    for file in listed:
        table = _own_table(file, settings.ingest)
        if table is None:
            others.append(file)
        else:
            own_tables.append(table)
    files = readers.read_listed(others, settings.ingest)
    taken, sources = _taken_in(files, settings)
    own_entries = [table.entries for table in own_tables]
    entries = _without_repeats(concat([taken, *own_entries], ENTRY))
    marks = [table.reasons for table in own_tables]
    return Persons(
        entries=entries,
        voters=_voters(entries, settings),
        reasons=concat(marks, REMOVAL_REASON),
        sources=(*sources, *(table.account() for table in own_tables)),
        troubles=_troubles(files),
    )


def _troubles(files: Sequence[RawFile]) -> tuple[tuple[str, str], ...]:
    return tuple((file.source, code) for file in files for code in file.troubles)


def _without_repeats(entries: pa.Table) -> pa.Table:
    """The first entry of each id."""
    ids = entries.column("entry_id")
    if pc.count_distinct(ids).as_py() == entries.num_rows:
        return entries
    first = pc.index_in(pc.unique(ids), value_set=ids)
    return entries.take(first)


def _taken_in(
    files: Sequence[RawFile], settings: Settings
) -> tuple[pa.Table, tuple[_Account, ...]]:
    """ENTRY of the files, and (source, rows, entries, code of the trouble) of each file."""
    intake = ingest(files, settings.ingest, constituency=None, asks=False)
    rows: Counter[str] = Counter()
    entries: Counter[str] = Counter()
    for row in intake.lists.select(["source", "rows", "entries"]).to_pylist():
        rows[row["source"]] += row["rows"]
        entries[row["source"]] += row["entries"]
    reasons = _most_set_aside(intake.set_aside)
    accounts: list[_Account] = []
    for file in files:
        source = file.source
        trouble: str | None = file.trouble
        if trouble is None and not entries[source]:
            trouble = reasons.get(source)
        accounts.append((source, rows[source], entries[source], trouble))
    return intake.entries, tuple(accounts)


def _most_set_aside(set_aside: pa.Table) -> dict[str, str]:
    """Source -> the code for which most of its rows are no entries."""
    names = ["source", "code"]
    columns = {name: set_aside.column(name).cast(pa.string()) for name in names}
    table = pa.table({**columns, "rows": set_aside.column("rows")})
    counted = table.group_by(names).aggregate([("rows", "sum")]).to_pylist()
    fewest_first = sorted(counted, key=lambda row: (row["rows_sum"], row["code"]))
    return {row["source"]: row["code"] for row in fewest_first}


def _voters(entries: pa.Table, settings: Settings) -> pa.Table:
    return normalize(entries, settings.workspace.profile).table


def _former(files: Sequence[RawFile], entries: pa.Table) -> pa.Table:
    """The rows that tell a former name, under it."""
    has_former_name: list[pa.Array] = []
    for name, headers in FORMER_NAMES.items():
        former = extra_column(files, headers, entries)
        has_former_name.append(pc.is_valid(former))
        names = pc.coalesce(former, entries.column(name))
        entries = with_column(entries, name, names)
    return entries.filter(pc.or_(*has_former_name))


def _reasons(files: Sequence[RawFile], entries: pa.Table) -> pa.Table:
    """REMOVAL_REASON of the rows that give one."""
    reason = extra_column(files, REASON, entries)
    columns = {"id": entries.column("entry_id"), "reason": reason}
    return pa.table(columns).filter(pc.is_valid(reason)).cast(REMOVAL_REASON)


@dataclass(frozen=True, slots=True)
class _OwnTable:
    """The entries, or the corrected list, of a run."""

    source: str
    entries: pa.Table
    """ENTRY."""
    reasons: pa.Table
    """REMOVAL_REASON of those that the last cycle marked as repeats."""

    def account(self) -> _Account:
        """(source, rows, entries, code of the trouble): every row is an entry."""
        return self.source, self.entries.num_rows, self.entries.num_rows, None


def _own_table(file: ListedFile, settings: IngestSettings) -> _OwnTable | None:
    """The table of a run in this file; None for any other file, and for one to be refused."""
    if file.path.suffix.lower() != ".parquet" or file.trouble is not None:
        return None
    try:
        with readers.open_file(file.path) as stream:
            content = stream.read()
        digest = hashlib.sha256(content).hexdigest()
        if file.digest and file.digest != digest:
            return None
        if readers.parquet_trouble(content, settings) is not None:
            return None
        buffer = pa.BufferReader(content)
        names = pq.read_schema(buffer).names
        if not set(ENTRY.names) <= set(names):
            return None
        columns = [*ENTRY.names, *(["mark"] if "mark" in names else [])]
        table = pq.read_table(buffer, columns=columns)
        entries = table.select(ENTRY.names).cast(ENTRY)
        return _OwnTable(digest[: readers.SOURCE_DIGITS], entries, _marked(table))
    except (*BROKEN_PARQUET, KeyError):
        # What is damaged is told by the readers, as of any file; the cause may quote a cell.
        return None


def _marked(table: pa.Table) -> pa.Table:
    """REMOVAL_REASON of the entries that the last cycle marked as repeats."""
    if "mark" not in table.column_names:
        return empty(REMOVAL_REASON)
    reason = Verdict.REPEAT.value
    is_repeat = pc.equal(table.column("mark").cast(pa.string()), reason)
    ids = table.column("entry_id").filter(is_repeat)
    columns = {"id": ids, "reason": pa.repeat(reason, len(ids))}
    return from_columns(columns, REMOVAL_REASON)
