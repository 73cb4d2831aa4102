"""A run: every stage over one workspace, and what it leaves behind.

>>> from voterlist import config, pipeline                                   # doctest: +SKIP
>>> settings = config.load(workspace / config.FILE_NAME)                     # doctest: +SKIP
>>> pipeline.run(workspace, settings, today=datetime.date(2026, 2, 3))       # doctest: +SKIP
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from voterlist import config, readers
from voterlist.config import CheckSettings, Settings
from voterlist.errors import UsageError
from voterlist.findings import gather
from voterlist.model import Stage
from voterlist.pipeline import inbox, publish
from voterlist.pipeline.answers import answers_in, keep_subjects
from voterlist.pipeline.burndown import BurnDown, burn_down
from voterlist.pipeline.context import Context, Progress
from voterlist.pipeline.decided import decisions_standing
from voterlist.pipeline.known import known, known_work
from voterlist.pipeline.missing import MissingList, earlier_lists, missing_lists
from voterlist.pipeline.progress import Work, over, work_of
from voterlist.pipeline.reference import SOURCES
from voterlist.pipeline.result import (
    RunResult,
    Trouble,
    counts,
    lost_letters,
    of_the_whole,
    place_doubts,
    troubles,
    unread_constituencies,
)
from voterlist.pipeline.stages import STAGES
from voterlist.pipeline.standings import (
    RUN_EVENT,
    UnitStanding,
    open_in,
    overdue,
    standings,
)
from voterlist.pipeline.steps import place_of_table, places_of_table
from voterlist.pipeline.walk import Tables, Walk
from voterlist.rulebook import RULE_CODES
from voterlist.schemas import FINDING, LIST, SET_ASIDE, empty
from voterlist.storage import ledger as ledgers
from voterlist.storage import lock
from voterlist.storage.ledger import CaseNumber, Ledger
from voterlist.storage.stopping import whole
from voterlist.storage.store import Manifest, RunFolder, program_digest
from voterlist.tables import concat
from voterlist.version import __version__

__all__ = [
    "RULE_CODES",
    "BurnDown",
    "Progress",
    "RunResult",
    "Trouble",
    "UnitStanding",
    "burn_down",
    "known_work",
    "no_progress",
    "overdue",
    "run",
    "standings",
]


def no_progress(_stage: Stage, _step: str, _done: int, _total: int) -> None:
    """Progress for nobody."""


def run(
    workspace: Path,
    settings: Settings,
    *,
    constituencies: Collection[int] = (),
    until: Stage | None = None,
    today: dt.date,
    since: str = "",
    jobs: int = 1,
    progress: Progress = no_progress,
) -> RunResult:
    """Run every stage over a workspace, which is locked meanwhile.

    Args:
        workspace: its folder.
        settings: its settings.
        constituencies: those to run; without any, all in the inbox.
        until: the stage after which to stop; the next run goes on from there.
        today: the day of the run; deadlines and the run's name follow it.
        since: told to another run that finds the workspace held; ``today`` if empty.
        jobs: processes that read lists; the result does not depend on it.
        progress: told what is being done.

    Raises:
        UsageError: there is nothing to run.
        WorkspaceBusyError: another run holds the workspace.
        StageError: a stage failed inside.
    """
    with lock.hold(workspace, since=since or today.isoformat()) as before:
        inputs = inbox.find(workspace, constituencies, settings.ingest)
        place = ledgers.place_in(workspace, settings)
        with Ledger(place) as ledger:
            _keep_subjects(workspace, ledger)
            given = answers_in(ledger)
            numbers = tuple(ledger.case_numbers())
            newest_day = ledger.newest_day()
        earlier = earlier_lists(workspace, place)
        context = Context(
            workspace, settings, inputs, given, today, max(1, jobs), progress, numbers
        )
        folder = RunFolder(workspace, _manifest(context))
        walk = Walk(folder, program_digest(), context)
        for step in STAGES:
            walk.step(step)
            if step.stage is until:
                break
        _note_submissions(context, walk.tables)
        outputs: tuple[Path, ...] = ()
        if until in {None, Stage.REPORT}:
            outputs = _finish(context, walk)
            until = None
        result = _result(context, walk, until, outputs)
        missing = _missing(earlier, inputs, walk.tables)
    is_behind = newest_day is not None and newest_day > today
    return replace(
        result,
        clock_behind=newest_day if is_behind else None,
        missing_lists=missing,
        taken_over=before,
    )


def _keep_subjects(workspace: Path, ledger: Ledger) -> None:
    """Keep what was said by the entries of answers that were recorded without it."""
    with suppress(UsageError):
        keep_subjects(ledger, lambda: known(workspace, ledger))


def _missing(
    earlier: pa.Table, inputs: inbox.Inputs, tables: Tables
) -> tuple[MissingList, ...]:
    """The lists of the last run that this one has not.

    None where it was stopped before it had any list.
    """
    if "lists" not in tables:
        return ()
    return missing_lists(
        earlier,
        tables["lists"],
        constituencies=None if inputs.is_whole else inputs.constituencies,
        unread=unread_constituencies(tables["set_aside"]),
    )


def _manifest(context: Context) -> Manifest:
    return Manifest(
        run=context.inputs.run_id(context.settings, context.today),
        today=context.today.isoformat(),
        program=__version__,
        program_digest=program_digest(),
        settings=config.digest(context.settings),
        constituencies=context.inputs.constituencies,
        inputs=context.inputs.digests,
    )


def _note_submissions(context: Context, tables: Tables) -> None:
    """Tell the ledger which lists were seen today."""
    if "lists" not in tables:
        return
    names = {
        source: name
        for (source, copy), name in context.inputs.names().items()
        if copy == 0
    }
    with Ledger(ledgers.place_in(context.workspace, context.settings)) as ledger:
        ledger.submit(tables["lists"], names, context.today)


def _finish(context: Context, walk: Walk) -> tuple[Path, ...]:
    """Write the reports, record the run as complete, and only then tell the ledger of it.

    Killed before the end, a run leaves no line in the journal; the reports already count that line.
    """
    place, inputs, run = (
        ledgers.place_in(context.workspace, context.settings),
        context.inputs,
        walk.folder.manifest.run,
    )
    details: dict[str, str | int] = {
        "run": run,
        "whole": int(inputs.is_whole),
        "cycle": context.settings.workspace.cycle,
    }
    for constituency, count in _open_by_constituency(walk.tables).items():
        details[open_in(constituency)] = count
    with ledgers.reading(place) as ledger:
        line = ledger.day_of(context.today), RUN_EVENT, details
        work = _work(context, walk.tables, ledger)
        standing = standings(context.settings, ledger, context.today, [line], work)
        burned = burn_down(context.settings, ledger, context.today, [line], work)
    outputs = publish.write_reports(context, walk, standing, burned)
    numbers = _numbers(walk.tables["case_numbers"], run)
    unread = unread_constituencies(walk.tables["set_aside"])
    whom = None if inputs.is_whole else inputs.constituencies
    # Asked to end in here, the program ends behind it: a complete run stands in the journal.
    with whole():
        walk.finish([step.stage for step in STAGES], outputs)
        with Ledger(place) as ledger:
            ledger.note_cases(walk.tables["cases"], run, whom, unread=unread)
            ledger.number_cases(numbers)
            ledger.write_journal(context.today, RUN_EVENT, **details)
        ledgers.mark_run(place.path, walk.folder.path)
    return outputs


def _work(context: Context, tables: Tables, ledger: ledgers.Reader) -> Work:
    """What this run shows of the work; of constituencies that it left out, what earlier ones do."""
    inputs = context.inputs
    names = {
        path: digest[: readers.SOURCE_DIGITS] for path, digest in inputs.digests.items()
    }
    newer = work_of(tables, names, [tables["decisions"]])
    if inputs.is_whole:
        return newer
    older = known_work(context.workspace, ledger)
    return over(newer, older, inputs.constituencies)


def _numbers(numbers: pa.Table, run: str) -> list[CaseNumber]:
    """The numbers of a run (CASE_NUMBER) for the ledger."""
    return [CaseNumber(**row, run=run) for row in numbers.to_pylist()]


def _open_cases(tables: Tables) -> int:
    """How many cases of the queue are open."""
    return len(tables["queue"].column("case_id").unique()) if "queue" in tables else 0


def _open_by_constituency(tables: Tables) -> dict[int | None, int]:
    """The number of open cases in each constituency that has entries.

    A case of two constituencies counts in both.
    """
    places = tables["entries"].column("constituency").unique().to_pylist()
    rows = (
        tables["queue"]
        .group_by("constituency")
        .aggregate([("case_id", "count_distinct")])
        .to_pylist()
    )
    counted = {row["constituency"]: row["case_id_count_distinct"] for row in rows}
    return {
        place: counted.get(place, 0)
        for place in sorted(places, key=lambda place: place or 0)
    }


def _result(
    context: Context, walk: Walk, until: Stage | None, outputs: tuple[Path, ...]
) -> RunResult:
    with ledgers.reading(
        ledgers.place_in(context.workspace, context.settings)
    ) as ledger:
        work = known_work(context.workspace, ledger)
        standing = standings(context.settings, ledger, context.today, work=work)
    tables = walk.tables
    first = walk.work[0]
    estimate = tables["estimate"].to_pylist() if "estimate" in tables else []
    doubts = tables["doubts"].to_pylist() if "doubts" in tables else []
    aside = _merged_or_received(tables, "set_aside", SET_ASIDE)
    return RunResult(
        run=walk.folder.manifest.run,
        folder=walk.folder.path,
        today=context.today,
        constituencies=context.inputs.constituencies,
        until=until,
        stages=tuple(walk.work),
        files=context.inputs.files,
        lists=_merged_or_received(tables, "lists", LIST).num_rows,
        rows_in=first.rows_in,
        rows_out=first.rows_out,
        set_aside=first.set_aside,
        set_aside_by_code=counts(aside, "code", "rows"),
        troubles=troubles(aside, _reference(tables), context.inputs),
        accepted=tables["accepted"].num_rows if "accepted" in tables else 0,
        findings_by_severity=_findings_by_severity(tables, context.settings.check),
        cases_by_kind=_cases_by_kind(tables),
        open_cases=_open_cases(tables),
        decided=decisions_standing(tables),
        decisions=tables["decisions"].num_rows if "decisions" in tables else 0,
        estimate=estimate[0] if estimate else None,
        doubts=tuple(doubts),
        chance=of_the_whole(tables["coincidences"]) if "coincidences" in tables else (),
        **{
            name: _noted(walk, name)
            for name in (
                "afresh",
                "compared",
                "state_use",
                "training_labels",
                "contradictory",
            )
        },
        standings=standing,
        overdue=overdue(standing, context.settings.workspace.level),
        outputs=outputs,
        lost_letters=lost_letters(_intake_findings(tables), context.inputs),
        place_doubts=place_doubts(_intake_findings(tables), context.inputs),
    )


def _intake_findings(tables: Tables) -> pa.Table:
    """FINDING, with those of the intake: settled, else merged, else as received."""
    names = (
        "findings",
        place_of_table("findings-raised"),
        place_of_table("findings-ingest"),
    )
    name = next((name for name in names if name in tables), None)
    if name is None:
        return _merged_or_received(tables, "findings", FINDING)
    return tables[name]


def _findings_by_severity(tables: Tables, settings: CheckSettings) -> dict[str, int]:
    """How many findings of each severity are left to ask.

    Of a run that was stopped before that was known: how many were raised.
    """
    raised = place_of_table("findings-raised")
    if "findings" in tables:
        return counts(tables["findings"], "severity")
    if raised not in tables:
        return {}
    return counts(gather([tables[raised]], settings), "severity")


def _noted(walk: Walk, name: str) -> Any:
    """What the linkage noted of how it did its work; None where it did none in this run."""
    return next(
        (work.notes.get(name) for work in walk.work if work.stage == Stage.LINK), None
    )


def _merged_or_received(tables: Tables, name: str, schema: pa.Schema) -> pa.Table:
    """A table of the intake.

    Merged, or as it was received where the run was stopped before the merge.
    """
    if name in tables:
        return tables[name]
    received = places_of_table(f"received-{name}", tables)
    return concat((tables[place] for place in received), schema)


def _reference(tables: Tables) -> pa.Table:
    """What is known of each file of ``reference/`` (SOURCES), as far as it was read."""
    names = ("reference", place_of_table("sources-streets"))
    name = next((name for name in names if name in tables), None)
    return empty(SOURCES) if name is None else tables[name]


def _cases_by_kind(tables: Tables) -> dict[str, int]:
    """How many cases there are of each kind."""
    if "cases" not in tables:
        return {}
    distinct = (
        tables["cases"]
        .select(["case_id", "kind"])
        .group_by(["case_id", "kind"])
        .aggregate([])
    )
    return counts(distinct, "kind")
