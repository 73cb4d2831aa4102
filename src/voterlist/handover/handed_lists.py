"""What a package holds: about the place that it comes from or goes to, read in a child process."""

from __future__ import annotations

import csv
import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from voterlist import readers, strict_json
from voterlist.casework.returned_cases import ANSWERS_NAME, CASES_NAME, GATES_NAME
from voterlist.config.sections import IngestSettings, Settings
from voterlist.custody.manifest import DATA, Manifest, years_of
from voterlist.custody.reading import Package
from voterlist.custody.refusals import refusal, wrong
from voterlist.deadlines import is_frozen, last_days
from voterlist.decisions.answers import acts_after_freeze, grounds
from voterlist.errors import InputError
from voterlist.fields import LATER_FIELDS
from voterlist.findings import finding_ids
from voterlist.handover.gates import Scope
from voterlist.handover.lists import BALANCE_NAME, balance_content
from voterlist.ingest import ingest
from voterlist.lists.documents import record_stem
from voterlist.lists.roll import LIST_COUNTS, LIST_KEY, listed_by
from voterlist.model import FURNITURE, Action, ListKind, Mark, Verdict, frozen
from voterlist.persons import case_id
from voterlist.pipeline.inbox import REFERENCE
from voterlist.pipeline.outcome import digest_of_lists
from voterlist.readers.listing import ListedFile
from voterlist.render.rows import COLUMNS_NAME, write_record_csv
from voterlist.schemas import (
    ACCEPTANCE,
    ACCEPTED,
    AMENDMENT,
    APPLIED,
    ARRIVAL,
    DECISION,
    DOOR,
    FINDING,
    HANDED_APPLICATION,
    INDICATOR,
    LIST_BALANCE,
    RECORD,
    REMOVED,
    RawFile,
)
from voterlist.storage import store
from voterlist.tables import Row, by_key, concat, from_columns, from_rows, plain

_NOT_AT_THE_DOOR = ("entry_id", "other_name", "other_address", "case_id", "finding_id")
"""Columns of DOOR that tell of somebody else, or tell nobody there anything."""
PACKED: Mapping[str, pa.Schema] = {
    "accepted": ACCEPTED,
    "amendments": AMENDMENT,
    "applications": HANDED_APPLICATION,
    "applied": APPLIED,
    "arrivals": ARRIVAL,
    "decisions": DECISION,
    "door": pa.schema([field for field in DOOR if field.name not in _NOT_AT_THE_DOOR]),
    "findings": FINDING,
    "indicators": INDICATOR,
    "record": RECORD,
    "removed": REMOVED,
}
"""The tables of packages."""
_ELSEWHERE = ("to_constituency", "to_precinct")
"""Where somebody stands who was taken off a list."""
_LATER = {"removed": _ELSEWHERE, "arrivals": ("address",)}
"""What packages of earlier versions do not say, by table."""
_MOVED = frozenset({"amendments", "applied", "record"})
"""Tables of people who come from another place or go there, or whom a register adds: of such a row
the entry or the place is of here, not both."""
_OF_OTHERS = "other_entry_id"
"""The second entry of a finding may stand elsewhere. It is not believed: only what is on the lists
of the sender has an id here."""
# A case may be shared with others, and so may its id: a package holds the own entries of a case,
# and the receiver makes the id anew. An answer to a returned case names the case alone; it is heard
# where that case was returned to its sender.
_MOMENTS = frozenset({"accepted_at", "day", "decided_at", "done", "due"})
_FIRST_YEAR = 2000
"""Of a moment in a table: a decision of an earlier cycle may still hold."""
_GREATEST = 10**9
"""Of any number in a package: a hundred times the people of the country."""


def own_rows(name: str, table: pa.Table, scope: Scope) -> pa.Table:
    """The rows of a table of this name that a package about this place holds."""
    names = table.column_names
    if "constituency" in names and name not in _MOVED:
        return scope.of(table)
    return scope.about(table) if "entry_id" in names else table


def require_held(name: str, table: pa.Table, manifest: Manifest) -> None:
    """Refuse a table with a row about others, or with a number or a moment that cannot be.

    Raises:
        CustodyError: ``package-content-wrong``.
    """
    # The place that a package is about is that of the lower of its two commissions.
    precinct = manifest.sender.precinct or manifest.receiver.precinct
    scope = Scope(manifest.constituency, precinct)
    if own_rows(name, table, scope).num_rows < table.num_rows:
        raise wrong("place")
    is_held = name not in _MOVED
    for column in table.column_names:
        for value in plain(table.column(column)).drop_null().unique().to_pylist():
            if is_held and _is_of_others(column, value, scope):
                raise wrong("place")
            if not _can_be(column, value, manifest.cycle):
                raise wrong(name)


def _is_of_others(column: str, value: object, scope: Scope) -> bool:
    """True for an entry or a constituency that is none of this place."""
    if column.endswith("constituency") and column not in _ELSEWHERE:
        return value != scope.constituency
    is_id = column.endswith("entry_id") and column != _OF_OTHERS
    # The row of a register names where its person was, and not where they were added.
    is_added = ":" in str(value)
    return is_id and not is_added and not str(value).startswith(scope.prefix)


def _can_be(column: str, value: object, cycle: str) -> bool:
    """False for a number out of all measure, and for a moment that is none or of another age."""
    if isinstance(value, int | float):
        return abs(value) <= _GREATEST
    if column not in _MOMENTS:
        return True
    try:
        year = dt.datetime.fromisoformat(str(value)).year
    except ValueError:
        return False
    return _FIRST_YEAR <= year < years_of(cycle).stop


_Stated = tuple[str | None, int | None]
"""The table of a file, and its rows, as a manifest states them."""
_PAGES = (COLUMNS_NAME, BALANCE_NAME, GATES_NAME, ANSWERS_NAME, CASES_NAME)
"""Files of a package that are no tables, nor made of one."""


@frozen
class HandedLists:
    """The lists of a package.

    Attributes:
        files: the files that enter the inbox.
        entries: ENTRY, under the ids that a run of this workspace gives them.
        known_as: the id below -> the id here.
        kinds: the kinds of the lists of each precinct; those too that have no voter left.
        emptied: the precincts whose lists were handed in and have no voter left.
        balance: the sums of its balance, and its strikings by ``ground.<code>``.
        digest: of what the lists say, entry by entry.
    """

    files: tuple[Path, ...]
    entries: pa.Table
    known_as: Mapping[str, str]
    kinds: Mapping[int | None, Sequence[ListKind]]
    emptied: frozenset[int]
    balance: Mapping[str, int]
    digest: str


@frozen
class TakenDecisions:
    """What the level below decided, about entries that are on its lists, under the ids of here.

    Attributes:
        verdicts: DECISION.
        acceptances: ACCEPTANCE.
        case_entries: the entries of each decided case.
    """

    verdicts: pa.Table
    acceptances: pa.Table
    case_entries: Mapping[str, Sequence[str]]


REMOVED_NAME = "removed.parquet"
"""The table of a package that says whom a decision took off its lists."""
ARRIVALS_NAME = "arrivals.parquet"
"""The table of a return that says whom decisions elsewhere sent to the receiver's precincts."""


def record_of_removals(workspace: Path, sender: str) -> Path:
    """Where the record stands of whom a commission below, by its slug, took off its lists.

    It is read like any register: that somebody is gone from the list has a reason.
    """
    return workspace / REFERENCE / f"removals-{sender}.parquet"


def record_of_arrivals(workspace: Path, sender: str) -> Path:
    """Where the record stands of whom a commission, by its slug, says that they stand here now.

    It is read like any register: whoever was struck off one list and is on no other is asked about.
    """
    return workspace / REFERENCE / f"arrivals-{sender}.parquet"


def records(pattern: Path, schema: pa.Schema) -> pa.Table:
    """The rows of all records whose path has this pattern.

    Raises:
        InputError: one cannot be read.
    """
    tables = [schema.empty_table()]
    for path in sorted(pattern.parent.glob(pattern.name)):
        try:
            tables.append(concat([store.read_file(path)], schema))
        except (OSError, pa.ArrowException):
            # The cause may quote a cell.
            raise InputError(f"{path} cannot be read", file=str(path)) from None
    return concat(tables, schema)


def write_arrivals(removed: Path, path: Path) -> None:
    """Write whom a file of REMOVED sends to another precinct as ARRIVAL; of nobody, nothing.

    Where they live there it does not say.
    """
    rows = records(removed, REMOVED)
    for name in _ELSEWHERE:
        rows = rows.filter(pc.is_valid(rows.column(name)))
    if rows.num_rows:
        columns = {name: rows.column(name) for name in rows.column_names}
        columns |= {name.removeprefix("to_"): columns[name] for name in _ELSEWHERE}
        said = {name: columns[name] for name in ARRIVAL.names if name in columns}
        store.write_table(path, from_columns(said, ARRIVAL))


def place_inside(manifest: Manifest) -> str:
    """The folder inside the inbox in which the lists of a sender lie."""
    return f"{manifest.constituency}/{manifest.sender.slug}"


@frozen
class HandedTable:
    """A table of a package: as it was read, and as a table of its schema."""

    name: str
    path: Path
    raw: RawFile
    rows: pa.Table


def tables_of(package: Package, settings: IngestSettings) -> tuple[HandedTable, ...]:
    """The tables of a package, each held to what the package is about; no other file is in it.

    Raises:
        CustodyError: ``package-schema-other``: a table has other columns than this version reads;
            ``package-content-wrong``: it cannot be read, has other rows than the manifest says, is
            about others than the sender, or is not what the file says that is made of it for
            people; a file is none that a package has.
    """
    manifest = package.manifest
    files = {package.path(file): file.table for file in manifest.files if file.table}
    inside = place_inside(manifest)
    listed = [ListedFile(path, f"{inside}/{path.name}") for path in files]
    raws = readers.read_listed(listed, settings)
    if len(raws) != len(files):
        raise wrong("files")
    tables = tuple(
        HandedTable(name, path, raw, _with_types(name, path, raw))
        for (path, name), raw in zip(files.items(), raws, strict=True)
    )
    expected: dict[str, _Stated] = dict.fromkeys(_PAGES, (None, None))
    for table in tables:
        require_held(table.name, table.rows, manifest)
        expected |= _files_of(table, package)
    for file in manifest.files:
        if expected.get(file.path.removeprefix(DATA)) != (file.table, file.rows):
            raise wrong("files")
    return tables


def _with_types(name: str, path: Path, raw: RawFile) -> pa.Table:
    """The table that was read, in the schema of its name."""
    if name not in PACKED:
        raise wrong("files")
    schema = PACKED[name]
    try:
        columns = _of_csv(path) if name == "door" else _of_parquet(raw)
        names = [column[0].as_py() for column in columns]
        blank = {*LATER_FIELDS, *_LATER.get(name, ())}.difference(names)
        if names != [name for name in schema.names if name not in blank]:
            raise refusal("package-schema-other")
        known = [
            pc.if_else(pc.not_equal(column, ""), column, None).slice(1)
            for column in columns
        ]
        rows = from_columns(dict(zip(names, known, strict=True)), schema)
    except (pa.ArrowException, ValueError, csv.Error):
        # The cause quotes a cell.
        raise wrong(name) from None
    if any(
        rows.column(field.name).null_count for field in schema if not field.nullable
    ):
        raise wrong(name)
    return rows


def _of_parquet(raw: RawFile) -> list[pa.ChunkedArray]:
    if raw.trouble is not None or raw.format != "parquet":
        raise ValueError("no table")
    columns: list[pa.ChunkedArray] = raw.sheets[0].cells.columns
    return columns


def _of_csv(path: Path) -> list[pa.Array]:
    """The columns of a CSV of ours, as it was written: a reader of lists would guess."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(map(pa.array, zip(*csv.reader(file), strict=True)))


def _files_of(table: HandedTable, package: Package) -> dict[str, _Stated]:
    """The files that a table makes in a package: of a list also its CSV, which people open."""
    count = table.rows.num_rows
    if table.name != "record":
        form = "csv" if table.name == "door" else "parquet"
        return {f"{table.name}.{form}": (table.name, count)}
    columns = (table.rows.column(name).to_pylist() for name in LIST_KEY)
    keys = set(zip(*columns, strict=True))
    if len(keys) != 1:
        raise wrong("lists")
    made, twin = package.folder.parent / "twin.csv", table.path.with_suffix(".csv")
    write_record_csv(table.rows, made)
    if not twin.is_file() or twin.read_bytes() != made.read_bytes():
        raise wrong("lists")
    stem = f"lists/{record_stem(*keys.pop())}"
    return {f"{stem}.parquet": (table.name, count), f"{stem}.csv": (None, count)}


def lists_of(
    package: Package, tables: Iterable[HandedTable], settings: Settings
) -> HandedLists:
    """The lists of a package, once they are what the package says they are.

    Raises:
        CustodyError: ``package-content-wrong``: a list is of another place than the sender's, or
            has other rows than the balance says.
    """
    manifest = package.manifest
    lists = [table for table in tables if table.name == "record"]
    intake = ingest(
        [replace(table.raw, is_ours=True) for table in lists],
        settings.ingest,
        constituency=manifest.constituency,
        territory=settings.territory.by_number,
    )
    codes = set(intake.set_aside.column("code").to_pylist())
    count = sum(table.rows.num_rows for table in lists)
    if not codes <= FURNITURE or intake.entries.num_rows != count:
        raise wrong("lists")
    require_held("entries", intake.entries, manifest)
    balance = _require_balance(intake.entries, package)
    sums = {name: sum(row[name] for row in balance) for name in LIST_COUNTS}
    left = {row["precinct"] for row in balance if row["listed"]}
    emptied = frozenset({row["precinct"] for row in balance} - left - {None})
    paths = tuple(table.path for table in lists)
    known_as = _known_as(lists, intake.entries)
    sums |= _struck_by_ground(tables, manifest)
    kinds = by_key((row["precinct"], ListKind(row["list_kind"])) for row in balance)
    digest = digest_of_lists(intake.lists)
    return HandedLists(paths, intake.entries, known_as, kinds, emptied, sums, digest)


def _struck_by_ground(
    tables: Iterable[HandedTable], manifest: Manifest
) -> dict[str, int]:
    """``ground.<code>`` -> how many of the sender's entries were struck on it, by its code."""
    found = Counter(
        row["ground"]
        for table in tables
        if table.name == "applied"
        for row in table.rows.to_pylist()
        if row["action"] == Action.STRIKE
        and row["from_constituency"] == manifest.constituency
    )
    return {f"ground.{code}": found[code] for code in grounds() if found[code]}


def require_as_frozen(
    tables: Iterable[HandedTable], lists: HandedLists, settings: Settings
) -> None:
    """Refuse what a decision of the usual kind did to a list that was frozen on its day.

    Raises:
        CustodyError: ``package-after-freeze``; ``package-content-wrong``: a moment is none.
    """
    last = last_days(settings.calendar, settings.workspace.cycle)
    if not last:
        return
    asked = {
        "record": ["entry_id", "list_kind"],
        "applied": ["entry_id", "from_precinct", "ground", "decided_at"],
    }
    rows: dict[str, list[Row]] = {name: [] for name in asked}
    for table in tables:
        if table.name in asked:
            rows[table.name] += table.rows.select(asked[table.name]).to_pylist()
    kinds = {row["entry_id"]: ListKind(row["list_kind"]) for row in rows["record"]}
    late = []
    for row in rows["applied"]:
        try:
            day = dt.datetime.fromisoformat(row["decided_at"]).date()
        except ValueError:
            raise wrong("applied") from None
        # Who has left a list stands on none: of their precinct the list counts that is frozen last.
        of_place = lists.kinds.get(row["from_precinct"], [ListKind.PERMANENT])
        kind = kinds.get(row["entry_id"]) or max(of_place, key=last.__getitem__)
        if is_frozen(last[kind], day) and not acts_after_freeze(row["ground"]):
            late.append(last[kind])
    if late:
        raise refusal("package-after-freeze", last=min(late), count=len(late))


def decisions_of(
    manifest: Manifest, tables: Iterable[HandedTable], known_as: Mapping[str, str]
) -> TakenDecisions:
    """What was decided below about cases and findings that would be asked about here again.

    A case of which one entry alone is left on the lists is no case here.
    """
    rows = {table.name: table.rows.to_pylist() for table in tables}
    verdicts, case_entries = _verdicts(rows.get("decisions", []), known_as, manifest)
    accepted = _acceptances(rows.get("accepted", []), known_as, manifest)
    return TakenDecisions(verdicts, accepted, case_entries)


def _require_balance(entries: pa.Table, package: Package) -> list[Row]:
    """The rows of the balance; refuses one that is not of these lists, or does not add up."""
    manifest = package.manifest
    try:
        stated = strict_json.loads((package.folder / BALANCE_NAME).read_bytes())
        own = {"constituency": manifest.constituency}
        rows = from_rows([own | row for row in stated["lists"]], LIST_BALANCE)
        made = balance_content(
            rows,
            cycle=manifest.cycle,
            constituency=manifest.constituency,
            run=manifest.run or "",
            day=manifest.day,
        )
    except (OSError, ValueError, KeyError, TypeError, pa.ArrowException):
        raise wrong("balance") from None
    require_held("balance", rows, manifest)
    lists: list[Row] = rows.to_pylist()
    places = entries.select(LIST_KEY).to_pylist()
    counted = Counter(tuple(row.values()) for row in places)
    listed = {tuple(row[name] for name in LIST_KEY): row["listed"] for row in lists}
    is_even = all(row["listed"] == listed_by(row) for row in lists)
    if stated != made or counted != Counter(listed) or not is_even:
        raise wrong("balance")
    return lists


def _known_as(lists: Iterable[HandedTable], entries: pa.Table) -> dict[str, str]:
    """The id below -> the id here: the entry of a row of a list, and the id in that row."""
    here = {
        (row["source"], row["line"]): row["entry_id"]
        for row in entries.select(["source", "line", "entry_id"]).to_pylist()
    }
    known: dict[str, str] = {}
    for table in lists:
        _, *lines = table.raw.sheets[0].lines.to_pylist()
        ids = table.rows.column("entry_id").to_pylist()
        for line, below in zip(lines, ids, strict=True):
            known[below] = here[table.raw.source, line]
    return known


def _verdicts(
    rows: Sequence[Row], known_as: Mapping[str, str], manifest: Manifest
) -> tuple[pa.Table, dict[str, list[str]]]:
    """(DECISION, the entries of each case) of cases with several entries left on the lists."""
    cases = by_key(
        (row["case_id"], row)
        for row in rows
        if row["verdict"] in {Verdict.KEEP, Verdict.SEPARATE}
        and row["entry_id"] in known_as
    )
    made: list[Row] = []
    case_entries: dict[str, list[str]] = {}
    for answers in cases.values():
        ids = [known_as[row["entry_id"]] for row in answers]
        if len(ids) < 2:
            continue
        name = case_id(ids)
        case_entries[name] = sorted(ids)
        for entry_id, row in zip(ids, answers, strict=True):
            below = {"case_id": name, "entry_id": entry_id}
            by = _person(row["decided_by"], manifest)
            made.append({**row, **below, "decided_by": by})
    return from_rows(made, DECISION), case_entries


def _acceptances(
    rows: Sequence[Row], known_as: Mapping[str, str], manifest: Manifest
) -> pa.Table:
    """ACCEPTANCE of findings that were accepted as they are, about entries and places of here."""
    taken = [row for row in rows if row["accepted_by"] and not row["action"]]
    findings = [
        finding for row in taken if (finding := _finding(row, known_as)) is not None
    ]
    ids = finding_ids(from_rows(findings, FINDING))
    made = [
        {
            **finding,
            "finding_id": finding_id,
            "mark": Mark.ACCEPT.value,
            "accepted_by": _person(finding["accepted_by"], manifest),
            "accepted_at": manifest.day.isoformat(),
        }
        for finding, finding_id in zip(findings, ids, strict=True)
    ]
    return from_rows(made, ACCEPTANCE)


def _finding(row: Row, known_as: Mapping[str, str]) -> Row | None:
    """The same finding under the ids of here; None where it has another file, or no entry here."""
    ids = {name: row[name] for name in ("entry_id", "other_entry_id")}
    here = {name: known_as.get(known) if known else None for name, known in ids.items()}
    is_about_file = not any(ids.values()) and row["source"]
    if is_about_file or any(ids[name] and not here[name] for name in ids):
        return None
    return {**row, **here, **dict.fromkeys(("source", "sheet", "line", "limit"))}


def _person(name: str, manifest: Manifest) -> str:
    """Who decided below, with the commission in which."""
    return f"{name} ({manifest.sender.slug})"
