"""``check``: the register audit of lists, or of tables with any headers, that need no workspace."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import pyarrow as pa
import pyarrow.compute as pc
import typer

from voterlist import readers
from voterlist.check import Examined, Settled, examine, settle
from voterlist.cli.allocator import give_memory_back
from voterlist.cli.audit import audit_as_json, tell_audit, write_audit
from voterlist.cli.joined import Map
from voterlist.cli.link import Columns, ProfileOption, Tables, map_of
from voterlist.cli.measured import tell_chance
from voterlist.cli.options import (
    Json,
    Today,
    acceptances_around,
    day,
    require_parquet,
    settings_around,
)
from voterlist.cli.terminal import TERMINAL, Steps, shown
from voterlist.cli.words import SAY, title
from voterlist.config import Settings
from voterlist.errors import InputError, UsageError
from voterlist.ingest import columns_needed, ingest, table_intake
from voterlist.merge import count_entries, merge, merge_accounts
from voterlist.model import Profile, Severity, Stage
from voterlist.normalize import normalize
from voterlist.pipeline import RULE_CODES
from voterlist.pipeline.result import FURNITURE, counts, of_the_whole
from voterlist.pipeline.streets import StreetRegister, read_given_streets
from voterlist.schemas import ENTRY, FINDING, Intake
from voterlist.storage import store
from voterlist.tables import concat, sort_by

__all__ = ["check"]


def check(
    files: Tables,
    columns: Columns = None,
    settings: Annotated[
        Path | None,
        typer.Option("--settings", metavar="TOML", help=SAY("cli.option.check-settings")),
    ] = None,
    streets: Annotated[
        list[Path] | None, typer.Option("--streets", metavar="FILE", help=SAY("cli.option.streets"))
    ] = None,
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
    for path in (*files, *(streets or ())):
        if not path.is_file():
            raise UsageError(f"there is no {path}", code="no-such-file", places={"path": str(path)})
    give_memory_back()
    around, on = files[0].resolve().parent, day(today)
    chosen, accepted = settings_around(settings, around), acceptances_around(settings, around)
    with Steps() as steps:
        beside = _Beside(chosen, accepted, read_given_streets(streets or (), chosen))
        audited = _audited(files, map_of(columns), beside, profile, on, steps)
        pages = _pages(report, audited, on) if report is not None else ()
    if out is not None:
        store.write_table(out, audited.settled.findings)
    _tell(audited)
    for path in (*([out] if out else []), *pages):
        TERMINAL.say(SAY("cli.check.written", path=shown(path)))
    aside = counts(audited.intake.set_aside, "code", "rows")
    code = _exit_code(audited.intake, aside)
    if json:
        told = audit_as_json(audited.examined.indicators) | {"pages": list(pages)}
        TERMINAL.result(_as_json(audited, aside, out, code) | told)
    raise typer.Exit(code)


@dataclass(frozen=True, slots=True)
class _Beside:
    """What the lists are held against."""

    settings: Settings
    acceptances: pa.Table
    """ACCEPTANCE"""
    register: StreetRegister


@dataclass(frozen=True, slots=True)
class _Audited:
    """What came in, and what was said of it."""

    intake: Intake
    examined: Examined
    settled: Settled
    names: dict[str, str]
    """The name of each file by its content."""


def _audited(
    files: Sequence[Path],
    columns: Map | None,
    beside: _Beside,
    profile: Profile,
    on: dt.date,
    steps: Steps,
) -> _Audited:
    """Read the files, and ask everything that is asked of a register."""
    settings, register = beside.settings, beside.register
    steps(Stage.INGEST, 0, 1)
    intake, names = _intake(files, columns, settings)
    steps(Stage.NORMALIZE, 0, 1)
    outcome = normalize(intake.entries, profile, coded=True)
    steps(Stage.CHECK, 0, 1)
    examined = examine(
        outcome.table,
        intake.entries,
        intake.lists,
        settings.check,
        on_day=on,
        streets=register.streets,
    )
    findings = concat(
        [intake.findings, outcome.findings, register.findings, examined.findings], FINDING
    )
    return _Audited(intake, examined, settle(findings, settings.check, beside.acceptances), names)


def _intake(
    files: Sequence[Path], columns: Map | None, settings: Settings
) -> tuple[Intake, dict[str, str]]:
    """The intake of these files, as lists of precincts or by the map as tables, and the names of their contents."""
    # A table of the program's own format has ids and one header: it is no list that somebody typed.
    if columns is not None or all(path.suffix == ".parquet" for path in files):
        return _tables(files, columns, settings), {}
    raw = [file for path in files for file in readers.read_files(path, path.name, settings.ingest)]
    return ingest(raw, settings.ingest, constituency=None), {file.source: file.name for file in raw}


def _tables(files: Sequence[Path], columns: Map | None, settings: Settings) -> Intake:
    """The intake of tables in order of entry id, text held as codes where there is one."""
    wanted = partial(columns_needed, columns=columns, numbered=True)
    taken = []
    for path in files:
        try:
            table = readers.read_table(path, settings.ingest, wanted=wanted)
            taken.append(table_intake(table, columns, coded=True))
        except InputError as error:
            raise error.of_file(path.name) from None
    if len(taken) > 1:
        # Codes of two files differ, so of several files the text itself is joined.
        return merge([replace(intake, entries=intake.entries.cast(ENTRY)) for intake in taken])
    (intake,) = taken
    accounts = merge_accounts([intake], count_entries(intake.entries))
    return replace(accounts, entries=sort_by(intake.entries, "entry_id"))


def _pages(folder: Path, audited: _Audited, on: dt.date) -> tuple[Path, ...]:
    """The pages of the audit, written into this folder."""
    return write_audit(
        folder, audited.intake, audited.examined, audited.settled.findings, audited.names, on
    )


def _exit_code(intake: Intake, aside: dict[str, int]) -> int:
    """3 where nothing could be read, 1 where a file or a row was set aside, else 0."""
    unreadable = int(pc.sum(pc.equal(intake.set_aside.column("line"), 0)).as_py() or 0)
    if unreadable and not intake.entries.num_rows:
        return 3
    return int(unreadable > 0 or bool(set(aside) - FURNITURE))


def _tell(audited: _Audited) -> None:
    """The findings by rule, what chance explains, the statistics."""
    findings, accepted = audited.settled.findings, audited.settled.accepted.num_rows
    TERMINAL.say(
        SAY("cli.check.done", entries=audited.intake.entries.num_rows, findings=findings.num_rows)
    )
    rows = [
        (title("rule", row["rule"]), SAY(f"severity.{row['severity']}"), row["count"])
        for row in _by_rule(findings)
    ]
    TERMINAL.table([SAY(f"cli.table.{name}") for name in ("test", "severity", "findings")], rows)
    _tell_streets(audited.examined.street_use)
    if accepted:
        TERMINAL.say(SAY("cli.check.accepted", accepted=accepted))
    tell_chance(of_the_whole(audited.examined.coincidences))
    tell_audit(audited.examined.indicators)


def _tell_streets(use: pa.Table) -> None:
    """How many addresses could be held against the register of streets.

    Nothing where none was given.
    """
    counted = _measures(use)
    if counted["total"] is not None:
        TERMINAL.say(
            SAY(
                "cli.check.streets",
                **{name: counted[name] for name in ("total", "judged", "outside")},
            )
        )
        if counted["total"] and not counted["judged"]:
            TERMINAL.say(SAY("cli.failure.todo", todo=SAY("cli.check.streets-unused")))


def _measures(use: pa.Table) -> dict[str, int | None]:
    """Measure -> rows of a REGISTER_USE table of one register, of all constituencies together."""
    return {row["measure"]: row["rows"] for row in use.to_pylist() if row["constituency"] is None}


def _by_rule(findings: pa.Table) -> list[dict[str, Any]]:
    """rule, severity, count: errors first, then by number."""
    order = [word.value for word in Severity]
    plain = findings.select(["rule", "severity"]).cast(
        pa.schema([("rule", pa.string()), ("severity", pa.string())])
    )
    grouped = plain.group_by(["rule", "severity"]).aggregate([([], "count_all")]).to_pylist()
    rows = [
        {"rule": row["rule"], "severity": row["severity"], "count": row["count_all"]}
        for row in grouped
    ]
    return sorted(rows, key=lambda row: (order.index(row["severity"]), -row["count"], row["rule"]))


def _as_json(
    audited: _Audited, aside: dict[str, int], out: Path | None, code: int
) -> dict[str, Any]:
    intake = audited.intake
    return {
        "rows": {
            "in": int(pc.sum(intake.lists.column("rows")).as_py() or 0),
            "out": intake.entries.num_rows,
            "set_aside": sum(aside.values()),
        },
        "set_aside": aside,
        "findings": _by_rule(audited.settled.findings),
        "accepted": audited.settled.accepted.num_rows,
        "coincidences": of_the_whole(audited.examined.coincidences),
        "streets": _measures(audited.examined.street_use),
        "rules": len(RULE_CODES),
        "out": out,
        "exit_code": code,
    }
