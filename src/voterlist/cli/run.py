"""``run``: the whole street over a workspace."""

from __future__ import annotations

import dataclasses
from typing import Annotated, Any

import typer

from voterlist import pipeline
from voterlist.cli.measured import tell_chance, tell_compared, tell_estimate, tell_taught
from voterlist.cli.options import Json, Today, Workspace, day, now, settings_of
from voterlist.cli.terminal import TERMINAL, Steps, shown
from voterlist.cli.words import SAY, title
from voterlist.cli.workspace import standing_lines, standings_as_json
from voterlist.config import Settings
from voterlist.errors import InputError
from voterlist.model import CaseKind, Severity, Stage
from voterlist.pipeline import RunResult, Trouble

__all__ = ["run"]


def run(
    workspace: Workspace,
    constituencies: Annotated[
        list[int] | None,
        typer.Option("-c", "--constituency", metavar="N", help=SAY("cli.option.constituency")),
    ] = None,
    until: Annotated[Stage | None, typer.Option(help=SAY("cli.option.until"))] = None,
    today: Today = None,
    jobs: Annotated[int, typer.Option(min=1, help=SAY("cli.option.jobs"))] = 1,
    json: Json = False,
) -> None:
    """Run the street."""
    settings = settings_of(workspace)
    with Steps() as steps:
        result = pipeline.run(
            workspace,
            settings,
            constituencies=constituencies or (),
            until=until,
            today=day(today),
            since=now().isoformat(" ", "minutes"),
            jobs=jobs,
            progress=lambda stage, _step, done, total: steps(stage, done, total),
        )
    _tell(result, settings)
    if json:
        TERMINAL.result(_as_json(result, settings))
    raise typer.Exit(result.exit_code)


def _tell(result: RunResult, settings: Settings) -> None:
    """The result in words: the balance, what was found, how everyone stands, what to open."""
    say = TERMINAL.say
    say(SAY("cli.run.title", run=result.run, today=result.today.isoformat()))
    if result.constituencies:
        say(SAY("cli.run.constituencies", numbers=", ".join(map(str, result.constituencies))))
    say(SAY("cli.run.files", files=result.files, lists=result.lists))
    say(
        SAY(
            "cli.run.balance",
            rows_in=result.rows_in,
            rows_out=result.rows_out,
            set_aside=result.set_aside,
        )
    )
    _tell_set_aside(result)
    _tell_missing(result)
    if result.until is not None:
        say(SAY("cli.run.until", stage=SAY(f"cli.stage.{result.until}")))
    else:
        _tell_cases(result)
        if result.accepted:
            say(SAY("cli.run.accepted", accepted=result.accepted))
        say(
            SAY(
                "cli.run.findings",
                **{word.value: result.findings_by_severity.get(word, 0) for word in Severity},
            )
        )
    say()
    for line in standing_lines(settings, result.standings):
        say(line)
    if result.clock_behind is not None:
        say()
        days = {"today": result.today.isoformat(), "newest": result.clock_behind.isoformat()}
        say(SAY("cli.run.clock-behind", **days))
    if result.outputs:
        say()
        say(SAY("cli.run.open"))
        for path in result.outputs:
            say(f"  {shown(path)}")
    if result.exit_code == 1:
        say()
        say(SAY("cli.run.code"))
    if result.exit_code == InputError.exit_code:
        TERMINAL.warn(SAY("error.no-readable-list.what", count=result.files))
        TERMINAL.warn(SAY("error.no-readable-list.todo"))


def _tell_set_aside(result: RunResult) -> None:
    found = {code: count for code, count in result.set_aside_by_code.items() if count}
    if found:
        TERMINAL.say(SAY("cli.run.set-aside"))
        rows = sorted(
            ((title("aside", code), count) for code, count in found.items()),
            key=lambda row: -row[1],
        )
        TERMINAL.table((SAY("cli.table.reason"), SAY("cli.table.rows")), rows)
    if result.troubles:
        TERMINAL.say(SAY("cli.run.troubles"))
        rows_of_files = [(_place(trouble), _reason(trouble.code)) for trouble in result.troubles]
        TERMINAL.table((SAY("cli.table.file"), SAY("cli.table.reason")), rows_of_files)
        for code in dict.fromkeys(trouble.code for trouble in result.troubles):
            TERMINAL.say(f"  {_reason(code)}: {_todo(code)}")


def _tell_missing(result: RunResult) -> None:
    """The lists of the last run that are not here any more."""
    if not result.missing_lists:
        return
    TERMINAL.say(SAY("cli.run.missing"))
    headers = [SAY(f"cli.table.{name}") for name in ("constituency", "precinct", "entries-then")]
    unknown = SAY("cli.unknown")
    rows = [
        (str(gone.constituency or unknown), str(gone.precinct or unknown), gone.entries)
        for gone in result.missing_lists
    ]
    TERMINAL.table(headers, rows)
    TERMINAL.say(SAY("cli.run.missing.todo"))


def _place(trouble: Trouble) -> str:
    """The file, with its sheet where only that could not be read."""
    return f"{trouble.file} ({trouble.sheet})" if trouble.sheet else trouble.file


def _reason(code: str) -> str:
    """Why a file could not be read; registers have codes that lists have not."""
    key = f"error.{code}.what"
    is_of_registers = SAY.has(key) and not SAY.has(f"aside.{code}.title")
    return SAY(key) if is_of_registers else title("aside", code)


def _todo(code: str) -> str:
    """What to do about it."""
    key = f"aside.{code}.todo"
    return SAY(key if SAY.has(key) else f"error.{code}.todo")


def _tell_cases(result: RunResult) -> None:
    if not result.cases_by_kind:
        TERMINAL.say(SAY("cli.run.no-cases"))
        return
    TERMINAL.say()
    TERMINAL.say(SAY("cli.run.cases", open=result.open_cases))
    rows = [
        (title("case-kind", kind), result.cases_by_kind[kind])
        for kind in CaseKind
        if kind in result.cases_by_kind
    ]
    TERMINAL.table((SAY("cli.table.kind"), SAY("cli.table.cases")), rows)
    tell_compared(result.afresh or 0, result.compared or 0, result.memory)
    if result.decisions:
        tell_taught(result.taught, result.contradictory)
    tell_estimate(result.estimate)
    tell_chance(result.chance)


def _as_json(result: RunResult, settings: Settings) -> dict[str, Any]:
    """The result as plain values; scripts are written against these names."""
    return {
        "run": result.run,
        "folder": result.folder,
        "today": result.today.isoformat(),
        "cycle": settings.workspace.cycle,
        "level": settings.workspace.level.value,
        "constituencies": list(result.constituencies),
        "complete": result.until is None,
        "until": result.until.value if result.until else None,
        "files": result.files,
        "lists": result.lists,
        "rows": {"in": result.rows_in, "out": result.rows_out, "set_aside": result.set_aside},
        "set_aside": dict(result.set_aside_by_code),
        "unreadable": [dataclasses.asdict(trouble) for trouble in result.troubles],
        "stages": [dataclasses.asdict(work) for work in result.stages],
        "accepted": result.accepted,
        "findings": {word.value: result.findings_by_severity.get(word, 0) for word in Severity},
        "cases": {kind.value: result.cases_by_kind.get(kind, 0) for kind in CaseKind},
        "open_cases": result.open_cases,
        "decisions": result.decisions,
        "compared": result.compared,
        "afresh": result.afresh,
        "memory": result.memory,
        "taught": result.taught,
        "contradictory": result.contradictory,
        "estimate": dict(result.estimate) if result.estimate else None,
        "chance": [dict(row) for row in result.chance],
        "deadlines": standings_as_json(result.standings),
        "overdue": len(result.overdue),
        "missing_lists": [dataclasses.asdict(gone) for gone in result.missing_lists],
        "clock_behind": result.clock_behind.isoformat() if result.clock_behind else None,
        "outputs": list(result.outputs),
        "exit_code": result.exit_code,
    }
