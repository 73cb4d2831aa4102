"""``run``: every stage over a workspace."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from random import SystemRandom
from typing import TYPE_CHECKING, Annotated

from voterlist.cli.options import (
    Today,
    WorkspaceAround,
    day,
    option,
    settings_of,
    since,
    workspace_of,
)
from voterlist.cli.status import standing_lines, tell_repeats, tell_waves, unit_as_json
from voterlist.cli.steps import Steps
from voterlist.cli.terminal import (
    LOG,
    SAY,
    TERMINAL,
    Answer,
    pick,
    show_path,
    table,
    tell,
    tell_left,
    title,
    visible_name,
    warn,
)
from voterlist.errors import CustodyError, InputError
from voterlist.model import AsideCode, CaseKind, Severity, Stage

if TYPE_CHECKING:
    from voterlist.config.sections import Settings
    from voterlist.pipeline.plan import PlannedStage
    from voterlist.pipeline.running import PlaceDoubt, RunResult, Trouble

_MOST_NAMED = 8
"""So many constituencies, and lines of a list, are named; ``--json`` has more."""
_MOST_OUTPUTS = 20
"""So many files to open are named one by one; ``--json`` has all."""
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
        list[int] | None, option("constituency", "-c", "--constituency", "N")
    ] = None,
    until: Annotated[Stage | None, option("until")] = None,
    today: Today = None,
    jobs: Annotated[int, option("jobs", min=1)] = 1,
    plan: Annotated[bool, option("run-plan", "--plan")] = False,
) -> Answer | None:
    """Run every stage."""
    from voterlist.pipeline import running

    folder = workspace_of(workspace)
    if plan:
        _tell_plan(folder, constituencies or (), day(today, folder))
        return None
    # The numbers of the system cannot be foreseen.
    from voterlist.storage.kept import DRAW

    DRAW.set(SystemRandom().random)
    named_day = day(today, folder)
    settings = settings_of(folder)
    with (
        Steps() as steps,
        running.watch_stages(_releasing(steps), until) as progress,
    ):
        result = running.run(
            folder,
            settings,
            constituencies=constituencies or (),
            until=until,
            today=named_day,
            since=since(folder),
            jobs=jobs,
            progress=progress,
        )
    _log(result)
    _tell(result, settings, folder)
    return _as_json(result, settings)


def _releasing(steps: Steps) -> Callable[[Stage, str, int, int], None]:
    """The progress told; at the beginning of a stage what the last one left is given back."""

    def progress(stage: Stage, step: str, done: int, total: int) -> None:
        if not step and not done:
            # Loaded here: a run of which nothing has changed begins no stage, and needs no Arrow.
            from voterlist.processes.limits import release_free, return_memory

            return_memory()
            release_free()
        steps(stage, done, total, step)

    return progress


def _log(result: RunResult) -> None:
    """What was done for each constituency, a line of the log each."""
    for work in result.by_constituency:
        LOG.tell("constituency", run=result.run, **pick(work), needs=work.needs)


def _tell(result: RunResult, settings: Settings, workspace: Path) -> None:
    """The result in words: the balance, what was found, how everyone stands, what to open."""
    _tell_balance(result)
    _tell_set_aside(result)
    _tell_lost_letters(result)
    _tell_unread(result, settings)
    _tell_place_doubts(result)
    _tell_missing(result)
    _tell_anew(result, workspace)
    if result.until is not None:
        tell("cli.run.until", stage=SAY(f"cli.stage.{result.until}"))
    else:
        _tell_cases(result)
        if result.accepted:
            tell("cli.run.accepted", accepted=result.accepted)
        tell("cli.run.findings", **_findings_by_severity(result))
    TERMINAL.say()
    for line in standing_lines(settings, result.standings):
        TERMINAL.say(line)
    tell_waves(result.waves)
    _tell_clock(result)
    _tell_outputs(result)
    _tell_decided(result, workspace)
    _tell_asked_above(workspace)
    if result.exit_code == 1:
        TERMINAL.say()
        files = ", ".join(visible_name(repeat.files[0]) for repeat in result.repeats)
        reasons = (
            SAY(f"cli.run.asks.{name}", count=count, files=files)
            for name, count in result.asks.items()
        )
        tell("cli.run.code", reasons="; ".join(reasons))
    if result.exit_code == InputError.exit_code:
        warn("error.no-readable-list.what", count=result.files)
        warn("error.no-readable-list.todo")


def _tell_asked_above(workspace: Path) -> None:
    """What the commission above waits for; as open cases, it is no reason for exit code 1."""
    if not (workspace / "received").is_dir():
        return
    from voterlist.casework.answering import cases_returned

    # Whoever answers is told what to do about a return that is damaged.
    with suppress(CustodyError):
        left = sum(given is None for _, given in cases_returned(workspace))
        if left:
            TERMINAL.say()
            tell("cli.status.asked-above", count=left)
            tell("cli.status.asked-todo", 2, folder=workspace)


def _tell_balance(result: RunResult) -> None:
    """Which run it is, and its balance of rows."""
    tell("cli.run.title", run=result.run, today=result.today)
    if result.taken_over is not None:
        tell("cli.run.taken-over", **pick(result.taken_over))
    if result.is_unchanged:
        tell("cli.run.unchanged")
    if result.damaged_units:
        tell("cli.run.damaged", count=result.damaged_units)
    if result.constituencies:
        numbers = ", ".join(map(str, result.constituencies))
        tell("cli.run.constituencies", numbers=numbers)
    tell("cli.run.files", files=result.files, lists=result.lists)
    tell("cli.run.balance", **pick(result, "rows_in", "rows_out", "set_aside"))


def _findings_by_severity(result: RunResult) -> dict[str, int]:
    """How many findings there are of each severity, 0 included."""
    return {word: result.findings_by_severity.get(word, 0) for word in Severity}


def _tell_clock(result: RunResult) -> None:
    """Nothing where the day of the run is not before a recorded day."""
    if result.clock_behind is not None:
        TERMINAL.say()
        tell("cli.run.clock-behind", today=result.today, newest=result.clock_behind)


def _tell_outputs(result: RunResult) -> None:
    """The files to open; nothing where none was written."""
    if result.outputs:
        TERMINAL.say()
        tell("cli.run.open")
        # Those of all constituencies stand in the report of the nation.
        of_all = [path for path in result.outputs if path.parent.name == "reports"]
        named = result.outputs if len(result.outputs) <= _MOST_OUTPUTS else of_all
        for path in named:
            TERMINAL.say(f"  {show_path(path)}")
        if len(named) < len(result.outputs):
            folder = show_path(named[0].parent)
            tell("cli.run.open.more", 2, count=len(result.constituencies), path=folder)


def _tell_decided(result: RunResult, workspace: Path) -> None:
    """How what people decided stands, and what to do; nothing where there is nothing to say."""
    standing = pick(result.decided)
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
    waits = errors or result.open_cases or result.decided.contested
    if waits or set(told) - _NOTHING_TO_DO:
        lines.append(SAY("cli.run.decided.todo", workspace=show_path(workspace)))
    if lines:
        TERMINAL.say()
    for line in lines:
        TERMINAL.say(line)


def _tell_set_aside(result: RunResult) -> None:
    from voterlist.model import FURNITURE

    counted = {code: count for code, count in result.set_aside_by_code.items() if count}
    # Whoever may be a voter stands first, not under headings and blank rows.
    voters = {code: counted[code] for code in counted if code not in FURNITURE}
    if voters:
        tell("cli.run.set-aside")
        most = sorted(voters, key=lambda code: -voters[code])
        rows = [(title("aside", code), voters[code]) for code in most]
        table(("reason", "rows"), rows)
    furniture = sum(counted.values()) - sum(voters.values())
    if furniture:
        tell("cli.run.furniture", count=furniture)
    tell_repeats(result.repeats)
    if result.left_out:
        _tell_left_out(result)
    if result.troubles:
        _tell_troubles(result)


def _tell_lost_letters(result: RunResult) -> None:
    """The lists to ask for again, because letters were lost when they were saved."""
    if not result.lost_letters:
        return
    tell("cli.run.lost-letters")
    for path in result.lost_letters:
        TERMINAL.say(f"  {visible_name(path)}")
    tell("cli.failure.todo", 2, todo=SAY("cli.run.lost-letters.todo"))


def _tell_unread(result: RunResult, settings: Settings) -> None:
    """The comparisons of the settings of which no list that was linked has a value."""
    for comparison in settings.comparisons:
        if any(
            work.notes.get(f"known.{comparison.name}") == 0 for work in result.stages
        ):
            tell(
                "cli.run.unread-column",
                name=comparison.name,
                columns=", ".join(comparison.columns),
            )


def _tell_place_doubts(result: RunResult) -> None:
    """The lists whose precinct is not known or in doubt, and what to do about each reason."""
    doubts = result.place_doubts
    if not doubts:
        return
    tell("cli.run.places")
    reasons: dict[tuple[str, ...], list[str]] = {}
    for doubt in doubts:
        # Of a file with a doubtful constituency no precinct is told, though it may be known.
        numbers = (str(doubt.constituency or "-"), str(doubt.precinct or "-"))
        of_list = reasons.setdefault((_place(doubt), *numbers), [])
        of_list.append(title("rule", doubt.rule))
    rows = [(*place, "; ".join(texts)) for place, texts in reasons.items()]
    table(("file", "constituency", "precinct", "reason"), rows[:_MOST_DOUBTS])
    tell_left("cli.run.places.more", 2, rows, _MOST_DOUBTS)
    for rule in dict.fromkeys(doubt.rule for doubt in doubts):
        TERMINAL.say(f"  {title('rule', rule)}: {SAY(f'rule.{rule}.todo')}")


def _tell_missing(result: RunResult) -> None:
    """The lists of the last run that are not here any more."""
    if not result.missing_lists:
        return
    tell("cli.run.missing")
    unknown = SAY("cli.unknown")
    rows = [
        (
            str(gone.constituency or unknown),
            str(gone.precinct or unknown),
            SAY(f"list-kind.{gone.list_kind}"),
            gone.entries,
        )
        for gone in result.missing_lists
    ]
    table(("constituency", "precinct", "kind", "entries-then"), rows)
    tell("cli.run.missing.todo")


def _tell_anew(result: RunResult, workspace: Path) -> None:
    """The lists that were handed in anew, and what shows which of their rows changed."""
    if not result.anew:
        return
    tell("cli.run.anew")
    rows = [
        (
            str(precinct.constituency),
            str(precinct.precinct),
            precinct.came,
            precinct.went,
            ", ".join(map(str, precinct.lines[:_MOST_NAMED])) or "-",
        )
        for precinct in result.anew
    ]
    table(("constituency", "precinct", "came", "went", "went-lines"), rows)
    runs = workspace / "runs"
    tell(
        "cli.run.anew.todo",
        2,
        old=runs / result.anew[0].before / "entries.parquet",
        new=runs / result.run / "entries.parquet",
        reference=workspace / "reference",
    )


def _tell_left_out(result: RunResult) -> None:
    """The constituencies that are left out, with the stage that failed, and what to do."""
    tell("cli.run.failed")
    rows = [
        (
            str(failure.constituency or SAY("cli.unknown")),
            SAY(f"cli.stage.{failure.stage}"),
            f"{failure.kind} ({failure.place})",
        )
        for failure in result.left_out
    ]
    table(("constituency", "stage", "reason"), rows)
    TERMINAL.say(f"  {_todo(AsideCode.WORK_FAILED)}")


def _tell_troubles(result: RunResult) -> None:
    """The files that could not be read, and what to do about each reason."""
    # The files of a constituency that is left out need not be named one by one.
    troubles = [
        trouble for trouble in result.troubles if trouble.code != AsideCode.WORK_FAILED
    ]
    if not troubles:
        return
    tell("cli.run.troubles")
    rows = [(_place(trouble), _reason(trouble.code)) for trouble in troubles]
    table(("file", "reason"), rows)
    codes = dict.fromkeys(trouble.code for trouble in troubles)
    for code in codes:
        TERMINAL.say(f"  {_reason(code)}: {_todo(code)}")


def _place(named: PlaceDoubt | Trouble) -> str:
    """The file, with its sheet where that is named."""
    return f"{named.file} ({named.sheet})" if named.sheet else named.file


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
    from voterlist.report.values import Words

    if not result.cases_by_kind:
        tell("cli.run.no-cases")
        return
    TERMINAL.say()
    tell("cli.run.cases", open=result.open_cases)
    kinds = [kind for kind in CaseKind if kind in result.cases_by_kind]
    rows = [(title("case-kind", kind), result.cases_by_kind[kind]) for kind in kinds]
    table(("kind", "cases"), rows)
    if result.is_unchanged:
        # How the linkage went was said when it was done.
        return
    if result.state_use == "damaged":
        counts = {"afresh": result.afresh or 0, "compared": result.compared or 0}
        tell("cli.state.damaged", **counts)
    if result.decisions:
        # Where nothing was linked, no decided pair taught the model.
        if result.training_labels is not None:
            tell("cli.run.training-labels", labels=result.training_labels)
        if result.contradictory:
            tell("cli.run.contradictory", contradictory=result.contradictory)
    if result.estimate:
        # Its interval, what was compared and what chance explains stand in the report.
        right = Words(SAY.language).probability(result.estimate["precision"])
        tell("cli.run.right", pairs=result.estimate["pairs"], right=right)
    if result.doubts:
        tell("link.no-estimate")


def _as_json(result: RunResult, settings: Settings) -> Answer:
    """The result for programs: what is done, what is left and what needs a person."""
    stages = [work.stage for work in result.stages]
    works = result.by_constituency
    counted = ("compared", "afresh", "state_use", "training_labels", "contradictory")
    return {
        **pick(result, "run", "folder", "today"),
        **pick(settings.workspace, "cycle", "level"),
        "constituencies": result.constituencies,
        "complete": result.until is None,
        **pick(result, "until", "files", "lists"),
        "rows": {
            "in": result.rows_in,
            "out": result.rows_out,
            "set_aside": result.set_aside,
        },
        "set_aside": result.set_aside_by_code,
        "unchanged": result.is_unchanged,
        **pick(result, "damaged_units", "left_out"),
        "unreadable": result.troubles,
        **pick(result, "stages", "accepted"),
        "findings": _findings_by_severity(result),
        "cases": {kind: result.cases_by_kind.get(kind, 0) for kind in CaseKind},
        **pick(result, "open_cases", "decisions", "decided", *counted),
        "estimate": result.estimate or None,
        **pick(result, "doubts", "chance"),
        "deadlines": [unit_as_json(row) for row in result.standings],
        "overdue": len(result.overdue),
        **pick(result, "missing_lists", "anew", "lost_letters", "place_doubts"),
        "repeated": result.repeats,
        **pick(result, "waves", "clock_behind", "outputs"),
        "done": {
            "stages": stages,
            "constituencies": [work.constituency for work in works if work.is_done],
        },
        "left": {
            "stages": [stage for stage in Stage if stage not in stages],
            "constituencies": [work.constituency for work in works if not work.is_done],
        },
        "needs_person": [work.constituency for work in works if work.needs],
        "by_constituency": [{**pick(work), "needs": work.needs} for work in works],
        **pick(result, "taken_over", "exit_code"),
    }


# What a run would do


def _tell_plan(workspace: Path, constituencies: Sequence[int], today: dt.date) -> None:
    """Print what a run of the workspace would do; nothing is done."""
    from voterlist.pipeline.plan import plan_run

    settings = settings_of(workspace)
    plan = plan_run(workspace, settings, constituencies=constituencies, today=today)
    tell("cli.plan.title", run=plan.run)
    if plan.is_unchanged:
        tell("cli.plan.unchanged")
    else:
        rows = [
            (
                SAY(f"cli.stage.{stage.stage}"),
                _doing(stage),
                ", ".join(map(_because, stage.reasons)),
            )
            for stage in plan.stages
        ]
        table(("stage", "doing", "reason"), rows)
        tell("cli.plan.at-most")
    if TERMINAL.json:
        # Without an exit code, as it has always been.
        told = {**pick(plan, "run", "last"), "unchanged": plan.is_unchanged}
        TERMINAL.result({**told, "stages": plan.stages})


def _doing(stage: PlannedStage) -> str:
    """What is done of a stage, with the constituencies."""
    if stage.constituencies is None:
        return SAY(f"cli.plan.{stage.doing}.whole")
    places = [str(number or SAY("cli.unknown")) for number in stage.constituencies]
    named = ", ".join(places[:_MOST_NAMED])
    if len(places) > _MOST_NAMED:
        named += " ..."
    return SAY(
        f"cli.plan.{stage.doing}.places",
        count=len(places),
        named=named,
        taken=stage.taken_over,
    )


def _because(word: str) -> str:
    kind, _, name = word.partition(".")
    if kind == "settings":
        return SAY("cli.plan.because.settings", section=name)
    if kind == "stage":
        return SAY("cli.plan.because.stage", stage=SAY(f"cli.stage.{name}"))
    return SAY(f"cli.plan.because.{word}")
