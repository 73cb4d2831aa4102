"""``run``: every stage over a workspace."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from random import SystemRandom
from typing import Annotated, Any

import typer

from voterlist import usecases
from voterlist.cli.logs import LOG
from voterlist.cli.measured import (
    tell_chance,
    tell_compared,
    tell_doubts,
    tell_estimate,
    tell_training_labels,
)
from voterlist.cli.options import Today, WorkspaceAround, day, now, workspace_of
from voterlist.cli.planned import tell_plan
from voterlist.cli.status import standing_lines, standings_as_json
from voterlist.cli.terminal import TERMINAL, Steps, shown
from voterlist.cli.visible import visible_name
from voterlist.cli.words import SAY, title
from voterlist.errors import InputError
from voterlist.model import AsideCode, CaseKind, Severity, Stage

_MOST_DOUBTS = 50
"""So many lists in doubt are shown; ``--json`` and the reports have all."""
_DECIDED = (
    "holding",
    "followed",
    "carried_out",
    "changed",
    "gone",
    "unclear",
    "pending",
    "second_readings",
    "skipped",
)
"""How decisions stand, in the order in which it is told."""
_NOTHING_TO_DO = frozenset({"holding", "followed", "carried_out"})


def run(
    workspace: WorkspaceAround = None,
    constituencies: Annotated[
        list[int] | None,
        typer.Option(
            "-c", "--constituency", metavar="N", help=SAY("cli.option.constituency")
        ),
    ] = None,
    until: Annotated[Stage | None, typer.Option(help=SAY("cli.option.until"))] = None,
    today: Today = None,
    jobs: Annotated[int, typer.Option(min=1, help=SAY("cli.option.jobs"))] = 1,
    plan: Annotated[
        bool, typer.Option("--plan", help=SAY("cli.option.run-plan"))
    ] = False,
) -> None:
    """Run every stage."""
    folder = workspace_of(workspace)
    if plan:
        tell_plan(folder, constituencies or (), day(today, folder))
        return
    # Loaded here, as the command needs it. The numbers of the system cannot be foreseen.
    from voterlist.storage.kept import DRAW  # noqa: PLC0415  see above

    DRAW.set(SystemRandom().random)
    with Steps() as steps:
        done = usecases.run_workspace(
            folder,
            constituencies=constituencies or (),
            until=until,
            today=day(today, folder),
            since=now(folder).isoformat(" ", "minutes"),
            jobs=jobs,
            progress=_releasing(steps),
        )
    _log(done.result)
    _tell(done, folder)
    if TERMINAL.json:
        TERMINAL.result(_as_json(done))
    raise typer.Exit(done.result.exit_code)


def _releasing(steps: Steps) -> Callable[[Stage, str, int, int], None]:
    """The progress told; at the beginning of a stage what the last one left is given back."""

    def progress(stage: Stage, step: str, done: int, total: int) -> None:
        if not step and not done:
            # Loaded here: a run of which nothing has changed begins no stage, and needs no Arrow.
            from voterlist.cli.allocator import (  # noqa: PLC0415  see above
                release_free,
                return_memory,
            )

            return_memory()
            release_free()
        steps(stage, done, total, step)

    return progress


def _log(result: usecases.RunResult) -> None:
    """What was done for each constituency, a line of the log each."""
    for one in result.by_constituency:
        counts = {**dataclasses.asdict(one), "needs": one.needs}
        LOG.tell("constituency", run=result.run, **counts)


def _tell(done: usecases.WorkspaceRun, workspace: Path) -> None:
    """The result in words: the balance, what was found, how everyone stands, what to open."""
    result = done.result
    _tell_balance(result)
    _tell_set_aside(result)
    _tell_lost_letters(result)
    _tell_place_doubts(result)
    _tell_missing(result)
    if result.until is not None:
        TERMINAL.say(SAY("cli.run.until", stage=SAY(f"cli.stage.{result.until}")))
    else:
        _tell_cases(result)
        _tell_findings(result)
    TERMINAL.say()
    for line in standing_lines(done.settings, result.standings):
        TERMINAL.say(line)
    _tell_clock(result)
    _tell_outputs(result)
    _tell_decided(result, workspace)
    if result.exit_code == 1:
        TERMINAL.say()
        TERMINAL.say(SAY("cli.run.code"))
    if result.exit_code == InputError.exit_code:
        TERMINAL.warn(SAY("error.no-readable-list.what", count=result.files))
        TERMINAL.warn(SAY("error.no-readable-list.todo"))


def _tell_balance(result: usecases.RunResult) -> None:
    """Which run it is, and its balance of rows."""
    TERMINAL.say(SAY("cli.run.title", run=result.run, today=result.today.isoformat()))
    if result.taken_over is not None:
        before = dataclasses.asdict(result.taken_over)
        TERMINAL.say(SAY("cli.run.taken-over", **before))
    if result.is_unchanged:
        TERMINAL.say(SAY("cli.run.unchanged"))
    if result.damaged_units:
        TERMINAL.say(SAY("cli.run.damaged", count=result.damaged_units))
    if result.constituencies:
        numbers = ", ".join(map(str, result.constituencies))
        TERMINAL.say(SAY("cli.run.constituencies", numbers=numbers))
    TERMINAL.say(SAY("cli.run.files", files=result.files, lists=result.lists))
    balance = {
        "rows_in": result.rows_in,
        "rows_out": result.rows_out,
        "set_aside": result.set_aside,
    }
    TERMINAL.say(SAY("cli.run.balance", **balance))


def _tell_findings(result: usecases.RunResult) -> None:
    if result.accepted:
        TERMINAL.say(SAY("cli.run.accepted", accepted=result.accepted))
    TERMINAL.say(SAY("cli.run.findings", **_findings_by_severity(result)))


def _findings_by_severity(result: usecases.RunResult) -> dict[str, int]:
    """How many findings there are of each severity, 0 included."""
    return {word.value: result.findings_by_severity.get(word, 0) for word in Severity}


def _tell_clock(result: usecases.RunResult) -> None:
    """Nothing where the day of the run is not before a recorded day."""
    if result.clock_behind is not None:
        TERMINAL.say()
        days = {
            "today": result.today.isoformat(),
            "newest": result.clock_behind.isoformat(),
        }
        TERMINAL.say(SAY("cli.run.clock-behind", **days))


def _tell_outputs(result: usecases.RunResult) -> None:
    """The files to open; nothing where none was written."""
    if result.outputs:
        TERMINAL.say()
        TERMINAL.say(SAY("cli.run.open"))
        for path in result.outputs:
            TERMINAL.say(f"  {shown(path)}")


def _tell_decided(result: usecases.RunResult, workspace: Path) -> None:
    """How what people decided stands, and what to do; nothing where there is nothing to say."""
    standing = dataclasses.asdict(result.decided)
    told = [name for name in _DECIDED if standing[name]]
    errors = result.findings_by_severity.get(Severity.ERROR, 0)
    lines = [SAY(f"cli.run.decided.{name}", count=standing[name]) for name in told]
    lines += [
        SAY(
            "cli.run.decided.because", count=count, reason=SAY(f"review.skipped.{code}")
        )
        for code, count in result.decided.skipped_by_reason.items()
    ]
    if result.decided.contested:
        lines.append(SAY("cli.run.decided.contested", **standing))
    if errors:
        lines.append(SAY("cli.run.errors", errors=errors))
    if errors or result.decided.contested or set(told) - _NOTHING_TO_DO:
        lines.append(SAY("cli.run.decided.todo", workspace=shown(workspace)))
    if lines:
        TERMINAL.say()
    for line in lines:
        TERMINAL.say(line)


def _tell_set_aside(result: usecases.RunResult) -> None:
    counted = {code: count for code, count in result.set_aside_by_code.items() if count}
    if counted:
        TERMINAL.say(SAY("cli.run.set-aside"))
        titled = [(title("aside", code), count) for code, count in counted.items()]
        rows = sorted(titled, key=lambda row: -row[1])
        TERMINAL.table((SAY("cli.table.reason"), SAY("cli.table.rows")), rows)
    if result.left_out:
        _tell_left_out(result)
    if result.troubles:
        _tell_troubles(result)


def _tell_lost_letters(result: usecases.RunResult) -> None:
    """The lists to ask for again, because letters were lost when they were saved."""
    if not result.lost_letters:
        return
    TERMINAL.say(SAY("cli.run.lost-letters"))
    for path in result.lost_letters:
        TERMINAL.say(f"  {visible_name(path)}")
    todo = SAY("rule.letters-lost.todo")
    TERMINAL.say(f"  {SAY('cli.failure.todo', todo=todo)}")


def _tell_place_doubts(result: usecases.RunResult) -> None:
    """The lists whose precinct is not known or in doubt, and what to do about each reason."""
    doubts = result.place_doubts
    if not doubts:
        return
    TERMINAL.say(SAY("cli.run.places"))
    names = ("file", "constituency", "precinct", "reason")
    headers = [SAY(f"cli.table.{name}") for name in names]
    unknown = SAY("cli.unknown")
    reasons: dict[tuple[str, str, str], list[str]] = {}
    for doubt in doubts:
        file = f"{doubt.file} ({doubt.sheet})" if doubt.sheet else doubt.file
        numbers = (doubt.constituency or unknown, doubt.precinct or unknown)
        of_list = reasons.setdefault((file, str(numbers[0]), str(numbers[1])), [])
        of_list.append(title("rule", doubt.rule))
    rows = [(*place, "; ".join(texts)) for place, texts in reasons.items()]
    TERMINAL.table(headers, rows[:_MOST_DOUBTS])
    if len(rows) > _MOST_DOUBTS:
        more = len(rows) - _MOST_DOUBTS
        TERMINAL.say(f"  {SAY('cli.run.places.more', count=more)}")
    for rule in dict.fromkeys(doubt.rule for doubt in doubts):
        TERMINAL.say(f"  {title('rule', rule)}: {SAY(f'rule.{rule}.todo')}")


def _tell_missing(result: usecases.RunResult) -> None:
    """The lists of the last run that are not here any more."""
    if not result.missing_lists:
        return
    TERMINAL.say(SAY("cli.run.missing"))
    headers = [
        SAY(f"cli.table.{name}")
        for name in ("constituency", "precinct", "entries-then")
    ]
    unknown = SAY("cli.unknown")
    rows = [
        (str(gone.constituency or unknown), str(gone.precinct or unknown), gone.entries)
        for gone in result.missing_lists
    ]
    TERMINAL.table(headers, rows)
    TERMINAL.say(SAY("cli.run.missing.todo"))


def _tell_left_out(result: usecases.RunResult) -> None:
    """The constituencies that are left out, with the stage that failed, and what to do."""
    TERMINAL.say(SAY("cli.run.failed"))
    headers = [SAY(f"cli.table.{name}") for name in ("constituency", "stage", "reason")]
    rows = [
        (
            str(one.constituency or SAY("cli.unknown")),
            SAY(f"cli.stage.{one.stage}"),
            f"{one.kind} ({one.place})",
        )
        for one in result.left_out
    ]
    TERMINAL.table(headers, rows)
    TERMINAL.say(f"  {_todo(AsideCode.WORK_FAILED)}")


def _tell_troubles(result: usecases.RunResult) -> None:
    """The files that could not be read, and what to do about each reason."""
    # The files of a constituency that is left out need not be named one by one.
    troubles = [one for one in result.troubles if one.code != AsideCode.WORK_FAILED]
    if not troubles:
        return
    TERMINAL.say(SAY("cli.run.troubles"))
    rows = [(_place(trouble), _reason(trouble.code)) for trouble in troubles]
    TERMINAL.table((SAY("cli.table.file"), SAY("cli.table.reason")), rows)
    codes = dict.fromkeys(trouble.code for trouble in troubles)
    for code in codes:
        TERMINAL.say(f"  {_reason(code)}: {_todo(code)}")


def _place(trouble: usecases.Trouble) -> str:
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


def _tell_cases(result: usecases.RunResult) -> None:
    if not result.cases_by_kind:
        TERMINAL.say(SAY("cli.run.no-cases"))
        return
    TERMINAL.say()
    TERMINAL.say(SAY("cli.run.cases", open=result.open_cases))
    kinds = [kind for kind in CaseKind if kind in result.cases_by_kind]
    rows = [(title("case-kind", kind), result.cases_by_kind[kind]) for kind in kinds]
    TERMINAL.table((SAY("cli.table.kind"), SAY("cli.table.cases")), rows)
    if result.is_unchanged:
        # How the linkage went was said when it was done.
        return
    tell_compared(result.afresh or 0, result.compared or 0, result.state_use)
    if result.decisions:
        tell_training_labels(result.training_labels, result.contradictory)
    tell_estimate(result.estimate)
    tell_doubts(result.doubts)
    tell_chance(result.chance)


def _summary(result: usecases.RunResult) -> dict[str, Any]:
    """What is done, what is left and what needs a person, by constituency."""
    stages = [work.stage for work in result.stages]
    works = result.by_constituency
    return {
        "done": {
            "stages": stages,
            "constituencies": [one.constituency for one in works if one.is_done],
        },
        "left": {
            "stages": [stage.value for stage in Stage if stage not in stages],
            "constituencies": [one.constituency for one in works if not one.is_done],
        },
        "needs_person": [one.constituency for one in works if one.needs],
        "by_constituency": [
            {**dataclasses.asdict(one), "needs": list(one.needs)} for one in works
        ],
    }


def _as_json(done: usecases.WorkspaceRun) -> dict[str, Any]:
    """The result as plain values; scripts are written against these names."""
    result, settings = done.result, done.settings
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
        "rows": {
            "in": result.rows_in,
            "out": result.rows_out,
            "set_aside": result.set_aside,
        },
        "set_aside": dict(result.set_aside_by_code),
        "unchanged": result.is_unchanged,
        "damaged_units": result.damaged_units,
        "left_out": [dataclasses.asdict(one) for one in result.left_out],
        "unreadable": [dataclasses.asdict(trouble) for trouble in result.troubles],
        "stages": [dataclasses.asdict(work) for work in result.stages],
        "accepted": result.accepted,
        "findings": _findings_by_severity(result),
        "cases": {kind.value: result.cases_by_kind.get(kind, 0) for kind in CaseKind},
        "open_cases": result.open_cases,
        "decisions": result.decisions,
        "decided": dataclasses.asdict(result.decided),
        "compared": result.compared,
        "afresh": result.afresh,
        "state_use": result.state_use,
        "training_labels": result.training_labels,
        "contradictory": result.contradictory,
        "estimate": dict(result.estimate) if result.estimate else None,
        "doubts": [dict(doubt) for doubt in result.doubts],
        "chance": [dict(row) for row in result.chance],
        "deadlines": standings_as_json(result.standings),
        "overdue": len(result.overdue),
        "missing_lists": [dataclasses.asdict(gone) for gone in result.missing_lists],
        "lost_letters": list(result.lost_letters),
        "place_doubts": [dataclasses.asdict(doubt) for doubt in result.place_doubts],
        "clock_behind": result.clock_behind.isoformat()
        if result.clock_behind
        else None,
        "outputs": list(result.outputs),
        **_summary(result),
        "taken_over": result.taken_over and dataclasses.asdict(result.taken_over),
        "exit_code": result.exit_code,
    }
