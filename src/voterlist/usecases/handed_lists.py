"""The lists and decisions in a package from below, read as any list is read: in a child process."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from voterlist import readers
from voterlist.config import IngestSettings, Settings
from voterlist.custody import Manifest, Package
from voterlist.errors import CustodyError
from voterlist.findings import finding_ids
from voterlist.ingest import ingest
from voterlist.link.cases import case_id
from voterlist.model import Mark, Verdict
from voterlist.pipeline.result import FURNITURE
from voterlist.readers import ListedFile
from voterlist.schemas import (
    ACCEPTANCE,
    DECISION,
    FINDING,
    RECORD,
    RawFile,
)
from voterlist.tables import from_columns

__all__ = ["HandedLists", "TakenDecisions", "decisions_of", "lists_of", "place_inside"]

Cells = dict[str, str | None]
"""A row of a table as text, by column."""


@dataclass(frozen=True, slots=True)
class HandedLists:
    """The lists of a package.

    Attributes:
        files: the files that enter the inbox.
        entries: ENTRY, under the ids that a run of this workspace gives them.
        known_as: the id below -> the id here.
    """

    files: tuple[Path, ...]
    entries: pa.Table
    known_as: Mapping[str, str]


@dataclass(frozen=True, slots=True)
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


def place_inside(manifest: Manifest) -> str:
    """The folder inside the inbox in which the lists of a sender lie."""
    return f"{manifest.constituency}/{manifest.sender.slug}"


def lists_of(package: Package, settings: Settings) -> HandedLists:
    """The lists of a package, once they are what the package says they are.

    Raises:
        CustodyError: ``package-schema-other``: its tables have other columns than this version
            reads; ``package-content-wrong``: a table cannot be read, a list is of another place
            than the sender's, or has other rows than the balance says.
    """
    manifest = package.manifest
    paths = [package.path(file) for file in manifest.files if file.table == "record"]
    inside = place_inside(manifest)
    listed = [ListedFile(path, f"{inside}/{path.name}") for path in paths]
    files = readers.read_listed(listed, settings.ingest)
    for file in files:
        _require_columns(file)
    intake = ingest(
        files,
        settings.ingest,
        constituency=manifest.constituency,
        territory=settings.territory.by_number,
    )
    codes = set(intake.set_aside.column("code").to_pylist())
    if not codes <= FURNITURE:
        raise _wrong("lists")
    _require_place(intake.entries, manifest)
    _require_balance(intake.entries, package)
    return HandedLists(tuple(paths), intake.entries, _known_as(files, intake.entries))


def decisions_of(
    package: Package, lists: HandedLists, settings: Settings
) -> TakenDecisions:
    """What was decided below about cases and findings that would be asked about here again.

    A case of which one entry alone is left on the lists is no case here.

    Raises:
        CustodyError: ``package-content-wrong``: a table cannot be read, or lacks a value.
    """
    verdicts, case_entries = _verdicts(
        _rows(package, "decisions", settings.ingest), lists.known_as, package.manifest
    )
    rows = _rows(package, "accepted", settings.ingest)
    try:
        accepted = _acceptances(rows, lists.known_as, package.manifest)
    except (ValueError, OverflowError):
        # What has to be a number is none.
        raise _wrong("accepted") from None
    return TakenDecisions(verdicts, accepted, case_entries)


def _require_columns(file: RawFile) -> None:
    """Refuse a table whose header is another one than that of RECORD."""
    if not _is_table(file):
        raise _wrong("lists")
    header = tuple(_cells(file)[0].values()) if file.sheets[0].cells.num_rows else ()
    if header != tuple(RECORD.names):
        raise CustodyError("other columns", code="package-schema-other")


def _require_place(entries: pa.Table, manifest: Manifest) -> None:
    """Refuse entries of another constituency than the sender's, or another precinct."""
    constituencies = set(entries.column("constituency").unique().to_pylist())
    precincts = set(entries.column("precinct").unique().to_pylist())
    own = manifest.sender.precinct
    is_elsewhere = own is not None and not precincts <= {own}
    if not constituencies <= {manifest.constituency} or is_elsewhere:
        raise _wrong("place")


def _require_balance(entries: pa.Table, package: Package) -> None:
    """Refuse lists that have other rows than the balance of the package says."""
    path = package.folder / "balance.json"
    try:
        stated = {
            (one["precinct"], one["list_kind"]): one["listed"]
            for one in json.loads(path.read_bytes())["lists"]
            if one["listed"]
        }
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        raise _wrong("balance") from None
    columns = (entries.column(name).to_pylist() for name in ("precinct", "list_kind"))
    if Counter(zip(*columns, strict=True)) != stated:
        raise _wrong("balance")


def _known_as(files: Sequence[RawFile], entries: pa.Table) -> dict[str, str]:
    """The id below -> the id here: the entry of a row of a list, and the id in that row."""
    here = {
        (row["source"], row["line"]): row["entry_id"]
        for row in entries.select(["source", "line", "entry_id"]).to_pylist()
    }
    known: dict[str, str] = {}
    for file in files:
        lines = file.sheets[0].lines.to_pylist()
        column = RECORD.names.index("entry_id")
        ids = file.sheets[0].cells.column(column).to_pylist()
        for line, below in zip(lines, ids, strict=True):
            entry_id = here.get((file.source, line))
            if entry_id is not None and below:
                known[below] = entry_id
    return known


def _rows(package: Package, table: str, settings: IngestSettings) -> list[Cells]:
    """The rows of a table of a package, as text; none where the package has no such table."""
    found = [file for file in package.manifest.files if file.table == table]
    listed = [ListedFile(package.path(file), table) for file in found]
    rows: list[Cells] = []
    for file in readers.read_listed(listed, settings):
        if not _is_table(file):
            raise _wrong(table)
        header, *cells = _cells(file) or [{}]
        names = [name or "" for name in header.values()]
        for row in cells:
            values = (value or None for value in row.values())
            rows.append(dict(zip(names, values, strict=True)))
    return rows


def _is_table(file: RawFile) -> bool:
    """True for a file of Parquet that could be read."""
    return file.trouble is None and file.format == "parquet" and len(file.sheets) == 1


def _cells(file: RawFile) -> list[Cells]:
    rows: list[Cells] = file.sheets[0].cells.to_pylist()
    return rows


def _verdicts(
    rows: Sequence[Cells], known_as: Mapping[str, str], manifest: Manifest
) -> tuple[pa.Table, dict[str, list[str]]]:
    """(DECISION, the entries of each case) of cases with several entries left on the lists."""
    cases: dict[str, list[Cells]] = {}
    for row in rows:
        is_left = row.get("verdict") in {Verdict.KEEP, Verdict.SEPARATE}
        if is_left and row.get("entry_id") in known_as:
            cases.setdefault(row["case_id"] or "", []).append(row)
    made: list[dict[str, Any]] = []
    case_entries: dict[str, list[str]] = {}
    for answers in cases.values():
        ids = [known_as[row["entry_id"] or ""] for row in answers]
        if len(ids) < 2:
            continue
        name = case_id(ids)
        case_entries[name] = sorted(ids)
        for entry_id, row in zip(ids, answers, strict=True):
            below = {"case_id": name, "entry_id": entry_id}
            by = _person(row.get("decided_by"), manifest)
            made.append({**row, **below, "decided_by": by})
    return _table(made, DECISION, "decisions"), case_entries


def _acceptances(
    rows: Sequence[Cells], known_as: Mapping[str, str], manifest: Manifest
) -> pa.Table:
    """ACCEPTANCE of findings that were accepted as they are, about entries and places of here."""
    findings: list[dict[str, Any]] = []
    answers: list[Cells] = []
    for row in rows:
        if row.get("action") or not row.get("accepted_by"):
            continue
        finding = _finding(row, known_as)
        if finding is not None:
            findings.append(finding)
            answers.append(row)
    ids = finding_ids(_table(findings, FINDING, "accepted"))
    made = [
        {
            **finding,
            "finding_id": finding_id,
            "mark": Mark.ACCEPT.value,
            "reason": row.get("reason"),
            "accepted_by": _person(row.get("accepted_by"), manifest),
            "accepted_at": manifest.day.isoformat(),
        }
        for finding, finding_id, row in zip(findings, ids, answers, strict=True)
    ]
    return _table(made, ACCEPTANCE, "accepted")


def _finding(row: Cells, known_as: Mapping[str, str]) -> dict[str, Any] | None:
    """The same finding under the ids of here; None where it has another file, or no entry here."""
    ids = {name: row.get(name) for name in ("entry_id", "other_entry_id")}
    here = {name: known_as.get(one) if one else None for name, one in ids.items()}
    is_about_file = not any(ids.values()) and row.get("source")
    if is_about_file or any(ids[name] and not here[name] for name in ids):
        return None
    numbers = {name: _whole(row.get(name)) for name in ("constituency", "precinct")}
    value = row.get("value")
    of_file = {"source": None, "sheet": None, "line": None}
    return {
        **{name: row.get(name) for name in ("rule", "severity", "unit", "field")},
        **here,
        **numbers,
        **of_file,
        "value": None if value is None else float(value),
    }


def _whole(text: str | None) -> int | None:
    return None if text is None else int(float(text))


def _person(name: str | None, manifest: Manifest) -> str:
    """Who decided below, with the commission in which."""
    return f"{name or '?'} ({manifest.sender.slug})"


def _table(rows: Sequence[Mapping[str, Any]], schema: pa.Schema, part: str) -> pa.Table:
    """The rows as a table of the schema; a part of a package may lack what it has to say."""
    columns = {
        field.name: pa.array([row.get(field.name) for row in rows], _plain(field.type))
        for field in schema
    }
    if any(columns[field.name].null_count for field in schema if not field.nullable):
        raise _wrong(part)
    return from_columns(columns, schema, len(rows))


def _plain(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _wrong(part: str) -> CustodyError:
    return CustodyError(
        f"the {part} of a package are wrong",
        code="package-content-wrong",
        places={"part": part},
    )
