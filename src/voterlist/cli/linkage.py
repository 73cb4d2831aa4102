"""``link`` and ``check``: one stage alone, over tables that need no workspace."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import pyarrow as pa
import pyarrow.compute as pc
import typer

from voterlist import link as linkage
from voterlist.check import check as check_register
from voterlist.check import indicators
from voterlist.cli.audit import audit_as_json, tell_audit, write_audit
from voterlist.cli.measured import tell_chance, tell_estimate
from voterlist.cli.options import Json, Today, day, require_parquet
from voterlist.cli.terminal import TERMINAL, Steps, shown
from voterlist.cli.words import SAY, title
from voterlist.config import IngestSettings, Settings
from voterlist.errors import SettingsError, UsageError
from voterlist.ingest import columns_needed, ingest, parse_map, table_entries, table_intake
from voterlist.io import readers, store
from voterlist.merge import merge
from voterlist.model import PairKind, Profile, Severity, Stage
from voterlist.normalize import normalize
from voterlist.pipeline import RULE_CODES
from voterlist.pipeline.result import FURNITURE, counts
from voterlist.schemas import ENTRY, FINDING, Intake
from voterlist.tables import concat, sort_by

__all__ = ["check", "link"]

Tables = Annotated[list[Path], typer.Argument(metavar="FILE", help=SAY("cli.argument.tables"))]
Columns = Annotated[Path | None, typer.Option("--columns", metavar="MAP.toml", help=SAY("cli.option.columns"))]
ProfileOption = Annotated[Profile, typer.Option("--profile", help=SAY("cli.option.profile"))]

Map = Mapping[str, str | Sequence[str]]


def link(
    files: Tables,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="PAIRS.parquet", help=SAY("cli.option.pairs-out"))
    ] = None,
    columns: Columns = None,
    clusters: Annotated[
        Path | None,
        typer.Option("--clusters", metavar="FILE", help=SAY("cli.option.clusters")),
    ] = None,
    profile: ProfileOption = Profile.AZ,
    plan: Annotated[bool, typer.Option("--plan", help=SAY("cli.option.plan"))] = False,
    json: Json = False,
) -> None:
    """Find the pairs that may be one person."""
    if plan:
        _tell_plan(files, columns, profile, as_json=json)
        return
    if out is None:
        raise UsageError("neither --out nor --plan is given", code="no-out")
    for path in (out, *([clusters] if clusters else [])):
        require_parquet(path)
    with Steps() as steps:
        entries, voters = _voters(files, _map_of(columns), profile, steps)
        found = linkage.link(
            voters.pop(),
            Settings().link,
            profile=profile,
            progress=lambda _step, done, total: steps(Stage.LINK, done, total),
            tell=lambda forecast: _tell_forecast(entries, forecast),
        )
    store.write_table(out, found.pairs)
    if clusters:
        store.write_table(clusters, found.clusters)
    kinds = counts(found.pairs, "kind")
    TERMINAL.say(
        SAY("cli.link.done", entries=entries, pairs=found.pairs.num_rows, path=shown(out)),
    )
    rows = [(title("case-kind", kind), kinds[kind]) for kind in PairKind if kind in kinds]
    TERMINAL.table((SAY("cli.table.kind"), SAY("cli.table.pairs")), rows)
    estimate = dataclasses.asdict(found.estimate) if found.estimate else None
    chance = [dataclasses.asdict(row) for row in found.chance]
    tell_estimate(estimate)
    tell_chance(chance)
    if json:
        TERMINAL.result(
            {
                "entries": entries,
                "compared": found.candidates,
                "pairs": found.pairs.num_rows,
                "kinds": {kind.value: kinds.get(kind, 0) for kind in PairKind},
                "estimate": estimate,
                "chance": chance,
                "out": out,
                "clusters": clusters,
                "exit_code": 0,
            },
        )


def _give_memory_back() -> None:
    """Take the allocator that returns to the system what was needed for a moment only, where Arrow brings it.

    Measured on a list of 6.6 million entries: the other holds twice as much when the linkage begins.
    """
    if "jemalloc" in pa.supported_memory_backends():
        pa.set_memory_pool(pa.jemalloc_memory_pool())


def _tell_plan(files: Sequence[Path], columns: Path | None, profile: Profile, *, as_json: bool) -> None:
    """What each blocking key would cost; no pair is made."""
    with Steps() as steps:
        entries, voters = _voters(files, _map_of(columns), profile, steps)
        forecast = linkage.plan(voters.pop(), Settings().link, profile=profile)
    _tell_forecast(entries, forecast)
    if as_json:
        pairs = sum(line.pairs for line in forecast)
        keys = [dataclasses.asdict(line) for line in forecast]
        TERMINAL.result({"entries": entries, "pairs": pairs, "keys": keys, "exit_code": 0})


def check(
    files: Tables,
    columns: Columns = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FINDINGS.parquet", help=SAY("cli.option.findings-out")),
    ] = None,
    report: Annotated[
        Path | None, typer.Option("--report", metavar="FOLDER", help=SAY("cli.option.audit-folder"))
    ] = None,
    profile: ProfileOption = Profile.AZ,
    today: Today = None,
    json: Json = False,
) -> None:
    """Run the register tests."""
    if out is not None:
        require_parquet(out)
    on = day(today)
    intake, names = _intake(files, _map_of(columns))
    outcome = normalize(intake.entries, profile)
    noticed = check_register(outcome.table, intake.entries, intake.lists, Settings().check, on_day=on)
    findings = concat([intake.findings, outcome.findings, noticed], FINDING)
    if out is not None:
        store.write_table(out, findings)
    measured = indicators(outcome.table, intake.entries, Settings().check, on_day=on)
    pages = write_audit(report, intake, outcome.table, findings, measured, names, on) if report is not None else ()
    aside = counts(intake.set_aside, "code", "rows")
    unreadable = int(pc.sum(pc.equal(intake.set_aside.column("line"), 0)).as_py() or 0)
    _tell_findings(findings, intake.entries.num_rows)
    tell_audit(measured)
    for path in (*([out] if out else []), *pages):
        TERMINAL.say(SAY("cli.check.written", path=shown(path)))
    code = 3 if unreadable and not intake.entries.num_rows else int(unreadable > 0 or bool(set(aside) - FURNITURE))
    if json:
        told = audit_as_json(measured) | {"pages": list(pages)}
        TERMINAL.result(_check_as_json(intake, findings, aside, out, code) | told)
    raise typer.Exit(code)


def _map_of(path: Path | None) -> Map | None:
    """The map of columns in a file; None where none is given."""
    if path is None:
        return None
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise UsageError(f"there is no {path}", code="no-such-file", places={"path": str(path)}) from None
    try:
        return parse_map(text)
    except SettingsError as error:
        raise SettingsError(error.message, error.mistakes, code="wrong-map", todo=error.todo) from None


def _voters(files: Sequence[Path], columns: Map | None, profile: Profile, steps: Steps) -> tuple[int, list[pa.Table]]:
    """(how many entries, a list of their VOTER table alone): whoever takes it out of the list is the last to hold it.

    What millions of entries take in memory would otherwise stay there until the pairs are found.
    """
    _give_memory_back()
    steps(Stage.INGEST, 0, 1)
    held = [_entries(files, columns)]
    steps(Stage.NORMALIZE, 0, 1)
    # In the order of their ids the linkage need not sort them again.
    voters = normalize(sort_by(held.pop(), "entry_id"), profile, coded=True).table
    return voters.num_rows, [voters]


def _tell_forecast(entries: int, forecast: Sequence[Any]) -> None:
    """Print what each blocking key will cost."""
    TERMINAL.say(SAY("cli.link.plan", entries=entries, pairs=sum(line.pairs for line in forecast)))
    headers = [SAY(f"cli.table.{name}") for name in ("key", "blocks", "pairs", "largest", "not-compared")]
    TERMINAL.table(headers, [dataclasses.astuple(line) for line in forecast])


def _entries(files: Sequence[Path], columns: Map | None) -> pa.Table:
    """The rows of all files as one ENTRY table; where files share ids, each id is told with its file."""
    wanted = partial(columns_needed, columns=columns)
    tables = [table_entries(readers.read_table(path, wanted=wanted), columns, coded=True) for path in files]
    if len(tables) == 1:
        return tables[0]
    # Codes of two files differ, so of several files the text itself is joined.
    tables = [table.cast(ENTRY) for table in tables]
    joined = concat(tables, ENTRY)
    if pc.count_distinct(joined.column("entry_id")).as_py() == joined.num_rows:
        return joined
    TERMINAL.warn(SAY("cli.link.renamed"))
    named = []
    for path, table in zip(files, tables, strict=True):
        ids = pc.binary_join_element_wise(path.name, table.column("entry_id"), ":")
        named.append(table.set_column(0, ENTRY.field("entry_id"), ids))
    return concat(named, ENTRY)


def _intake(files: Sequence[Path], columns: Map | None) -> tuple[Intake, dict[str, str]]:
    """The intake of these files, as lists of precincts or by the map as tables, and the names of their contents."""
    # A table of the program's own format has ids and one header: it is no list that somebody typed.
    if columns is not None or all(path.suffix == ".parquet" for path in files):
        return merge([table_intake(readers.read_table(path), columns) for path in files]), {}
    settings = IngestSettings()
    for path in files:
        if not path.is_file():
            raise UsageError(f"there is no {path}", code="no-such-file", places={"path": str(path)})
    raw = [file for path in files for file in readers.read_files(path, path.name, settings)]
    return ingest(raw, settings, constituency=None), {file.source: file.name for file in raw}


def _tell_findings(findings: pa.Table, entries: int) -> None:
    TERMINAL.say(SAY("cli.check.done", entries=entries, findings=findings.num_rows))
    rows = [
        (title("rule", row["rule"]), SAY(f"severity.{row['severity']}"), row["count"]) for row in _by_rule(findings)
    ]
    TERMINAL.table([SAY(f"cli.table.{name}") for name in ("test", "severity", "findings")], rows)


def _by_rule(findings: pa.Table) -> list[dict[str, Any]]:
    """rule, severity, count: errors first, then by number."""
    order = [word.value for word in Severity]
    plain = findings.select(["rule", "severity"]).cast(pa.schema([("rule", pa.string()), ("severity", pa.string())]))
    grouped = plain.group_by(["rule", "severity"]).aggregate([([], "count_all")]).to_pylist()
    rows = [{"rule": row["rule"], "severity": row["severity"], "count": row["count_all"]} for row in grouped]
    return sorted(rows, key=lambda row: (order.index(row["severity"]), -row["count"], row["rule"]))


def _check_as_json(
    intake: Intake, findings: pa.Table, aside: dict[str, int], out: Path | None, code: int
) -> dict[str, Any]:
    return {
        "rows": {
            "in": int(pc.sum(intake.lists.column("rows")).as_py() or 0),
            "out": intake.entries.num_rows,
            "set_aside": sum(aside.values()),
        },
        "set_aside": aside,
        "findings": _by_rule(findings),
        "rules": len(RULE_CODES),
        "out": out,
        "exit_code": code,
    }
