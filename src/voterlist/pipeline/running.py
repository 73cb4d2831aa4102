"""A run of a workspace: nothing, where nothing has changed since the last one; else its work.

And what it says while it goes on, and when it has ended. The stages are loaded only where there is
work for them.
"""

from __future__ import annotations

import datetime as dt
import importlib
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

from pydantic import TypeAdapter, ValidationError

from voterlist import config
from voterlist.config.sections import Settings
from voterlist.deadlines.handovers import Event
from voterlist.model import FURNITURE, Stage, details_of, frozen, no_progress
from voterlist.pipeline import inbox
from voterlist.pipeline.inbox import REFERENCE, Inputs
from voterlist.processes.stopping import StoppedError
from voterlist.report.values import UnitStanding
from voterlist.storage import folders, lock, store
from voterlist.storage import ledger as ledgers
from voterlist.storage.files import are_unaltered, write_content
from voterlist.storage.ledger import Ledger, Place, Reader, reading
from voterlist.storage.lock import Holder
from voterlist.storage.store import Manifest, Work

Progress = Callable[[Stage, str, int, int], None]
"""Called with a stage, a step inside it (empty for the stage itself), how much is done, and of how
much."""


@frozen
class Trouble:
    """A file, or a sheet of one, that could not be read.

    Attributes:
        file: the path inside the workspace.
        sheet: its name; None for the whole file.
        code: an ``AsideCode``, or the code of an ``InputError``.
    """

    file: str
    sheet: str | None
    code: str

    @property
    def is_of_lists(self) -> bool:
        """False for a file of ``reference/``, and for what runs have made."""
        return PurePosixPath(self.file).parts[0] not in {REFERENCE, "kept", "runs"}


@frozen
class MissingList:
    """A list of a precinct of which the last run had entries, and this one has none."""

    constituency: int | None
    precinct: int | None
    list_kind: str
    entries: int
    """How many the last run had."""


@frozen
class ListAnew:
    """A precinct whose list was handed in anew since the last run."""

    constituency: int
    precinct: int
    came: int
    """Entries that the last run had not; one that was changed counts here and in ``went``."""
    went: int
    """Entries of the last run that are not there any more."""
    before: str
    """The last run that had it."""
    lines: tuple[int, ...] = ()
    """Where those that went stood in the list of then, the first of them."""


@frozen
class Repeat:
    """Lists whose rows were set aside, because other lists say the same word for word.

    Attributes:
        files: their paths inside the workspace, with the sheet where a file has several.
        of: the lists whose rows count, in the same way.
        rows: how many rows were set aside.
        rule: the rule that says what to do: the whole list is repeated, or a version of it.
    """

    files: tuple[str, ...]
    of: tuple[str, ...]
    rows: int
    rule: str


@frozen
class PlaceDoubt:
    """Why the precinct of a list is not known, or in doubt.

    Attributes:
        file: the path inside the workspace.
        sheet: its name; None in a file of one sheet.
        constituency: the one taken; None where none was.
        precinct: the one taken; None where none was.
        rule: the code of the rule that says why.
    """

    file: str
    sheet: str | None
    constituency: int | None
    precinct: int | None
    rule: str


@frozen
class LeftOut:
    """A constituency that is left out of a run, because the work on it failed.

    Attributes:
        constituency: its number; None: the files that lie beside the folders.
        stage: the stage that failed.
        kind: the type of the exception, or ``worker-ended``.
        place: the file and line of the program; of a process that was ended its exit code.
    """

    constituency: int | None
    stage: Stage
    kind: str
    place: str


@frozen
class ConstituencyWork:
    """What a run did for one constituency, and what of it needs a person.

    Attributes:
        constituency: its number; None: lists whose constituency is not known.
        entries: of its lists.
        set_aside: rows of its lists set aside, but for headers, titles, totals and blank rows.
        unreadable: its files and sheets that could not be read.
        in_doubt: its lists whose precinct is not known or in doubt.
        lost_letters: its lists that were spoiled: letters lost, or day and month exchanged.
        errors: findings of that severity that are left to ask.
        open_cases: its cases that wait for a decision; one of two constituencies counts in both.
        failure: the kind of the failure for which it was left out of the run; None: it is done.
    """

    constituency: int | None
    entries: int = 0
    set_aside: int = 0
    unreadable: int = 0
    in_doubt: int = 0
    lost_letters: int = 0
    errors: int = 0
    open_cases: int = 0
    failure: str | None = None

    @property
    def is_done(self) -> bool:
        """False where it was left out, because the work on it failed."""
        return self.failure is None

    @property
    def needs(self) -> tuple[str, ...]:
        """What of it needs a person, as the names of the attributes that are not 0."""
        names = ("failure", "unreadable", "set_aside", "in_doubt", "lost_letters")
        return tuple(
            name for name in (*names, "errors", "open_cases") if getattr(self, name)
        )


@frozen
class DecisionsStanding:
    """How what people decided stands after a run.

    Attributes:
        holding: decisions about entries that hold and take effect.
        followed: entries that stand in another place than when they were decided of.
        carried_out: decisions that the precincts carried out themselves.
        answered: decisions that a later one about the entry of today settled.
        changed: decisions that came back because an entry changed.
        gone: decisions that came back because an entry is on no list any more.
        unclear: decisions of which it is not known where their entry is.
        contested_cases: cases that people decided in different ways.
        contested_entries: entries about which people decided in different ways.
        pending: decisions that wait for a second person.
        second_readings: cases that wait for their second reading.
        skipped: decisions that cannot take effect.
        skipped_by_reason: the same by the code of why, in the order of the codes.
    """

    holding: int = 0
    followed: int = 0
    carried_out: int = 0
    answered: int = 0
    changed: int = 0
    gone: int = 0
    unclear: int = 0
    contested_cases: int = 0
    contested_entries: int = 0
    pending: int = 0
    second_readings: int = 0
    skipped: int = 0
    skipped_by_reason: Mapping[str, int] = field(default_factory=dict)

    @property
    def contested(self) -> int:
        """The cases and entries about which people decided in different ways."""
        return self.contested_cases + self.contested_entries


@frozen
class RunResult:
    """What one run did. ``rows_in = rows_out + set_aside``.

    Attributes:
        run: the name of the run.
        folder: where its files are.
        today: the day for which the list was checked.
        constituencies: their numbers, ascending.
        until: the stage after which the run was asked to stop; None: it is complete.
        stages: what each stage did, in their order.
        files: how many were read.
        lists: how many lists with an entry are in them.
        rows_in: rows of the lists that were read.
        rows_out: rows that are entries.
        set_aside: rows set aside in the first stage.
        set_aside_by_code: rows set aside by their code.
        troubles: the files and sheets that could not be read.
        accepted: findings that a person accepted before, and that are not among the others.
        findings_by_severity: how many of each severity.
        cases_by_kind: how many of each kind.
        open_cases: cases of the queue, for a person to decide.
        decisions: how many decisions of people are known.
        estimate: what the linkage expects of its own list of duplicates: pairs, precision and
            recall with intervals.
        doubts: why keys or model do not fit the lists, so that there is no estimate: ``code``,
            ``share``.
        chance: for each kind of agreement: pairs that coincidence alone would give, and pairs
            found.
        afresh: how many candidate pairs were compared in this run; the others were reused. None: no
            linkage was made in this run.
        compared: how many candidate pairs there are.
        state_use: what became of the state that the last linkage left: a word of
            ``linkage_state.StateUse``.
        training_labels: candidate pairs decided by people, from which the model of linkage learnt;
            None as above.
        contradictory: pairs of which people said both, that they are one person and that they are
            two: nothing was learnt from them.
        standings: how each precinct and constituency stands with the stages of the calendar.
        overdue: those of them that are overdue.
        outputs: the files that people open.
        clock_behind: the newest day in the journal, where the day of the run lies before it.
        missing_lists: lists of which the last run had entries, and this one has none.
        anew: precincts whose list was handed in anew, the first of them.
        place_doubts: lists whose precinct is not known or in doubt, by file.
        lost_letters: the paths inside the workspace of the lists that were spoiled when they were
            saved: letters lost, or day and month exchanged.
        repeats: lists that stand in the inbox more than once.
        decided: how what people decided stands.
        taken_over: the process that held the workspace before and ended without finishing.
        is_unchanged: nothing has changed since the complete run whose result this is, and nothing
            was done.
        damaged_units: how many pieces of kept work were damaged, and were made anew.
        left_out: the constituencies that are left out, because the work on them failed.
        by_constituency: what was done for each, ascending.
    """

    run: str
    folder: Path
    today: dt.date
    constituencies: tuple[int, ...]
    until: Stage | None
    stages: tuple[Work, ...]
    files: int
    lists: int
    rows_in: int
    rows_out: int
    set_aside: int
    set_aside_by_code: Mapping[str, int]
    troubles: tuple[Trouble, ...]
    accepted: int
    findings_by_severity: Mapping[str, int]
    cases_by_kind: Mapping[str, int]
    open_cases: int
    decisions: int
    estimate: Mapping[str, Any] | None
    doubts: tuple[Mapping[str, Any], ...]
    chance: tuple[Mapping[str, Any], ...]
    afresh: int | None
    compared: int | None
    state_use: str | None
    training_labels: int | None
    contradictory: int | None
    standings: tuple[UnitStanding, ...]
    overdue: tuple[UnitStanding, ...]
    outputs: tuple[Path, ...]
    waves: tuple[Mapping[str, Any], ...] = ()
    """Rows of WAVE: what stands out of the answers of a night, and is left to ask."""
    clock_behind: dt.date | None = None

    missing_lists: tuple[MissingList, ...] = ()
    anew: tuple[ListAnew, ...] = ()
    place_doubts: tuple[PlaceDoubt, ...] = ()

    lost_letters: tuple[str, ...] = ()
    repeats: tuple[Repeat, ...] = ()
    decided: DecisionsStanding = field(default_factory=DecisionsStanding)
    taken_over: Holder | None = None
    is_unchanged: bool = False
    damaged_units: int = 0
    left_out: tuple[LeftOut, ...] = ()
    by_constituency: tuple[ConstituencyWork, ...] = ()

    @property
    def asks(self) -> dict[str, int]:
        """What needs a person, and how many of each."""
        set_aside = (
            count
            for code, count in self.set_aside_by_code.items()
            if code not in FURNITURE
        )
        repeated = sum(repeat.rows for repeat in self.repeats)
        counts = {
            "repeated": sum(len(repeat.files) for repeat in self.repeats),
            "set-aside": sum(set_aside) - repeated,
            "unreadable": len(self.troubles),
            "in-doubt": len(self.place_doubts),
            "lost-letters": len(self.lost_letters),
            "missing": len(self.missing_lists),
            "contested": self.decided.contested,
            "overdue": len(self.overdue),
            "waves": len(self.waves),
            "clock": int(self.clock_behind is not None),
        }
        return {name: count for name, count in counts.items() if count}

    @property
    def exit_code(self) -> int:
        """3: no file could be read; 1: something needs a person; 0: nothing does."""
        whole = (trouble for trouble in self.troubles if trouble.sheet is None)
        unreadable = {trouble.file for trouble in whole if trouble.is_of_lists}
        if self.files and len(unreadable) >= self.files:
            return 3
        return 1 if self.asks else 0


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

    A complete run of the same day, of which nothing has changed, is not made again: its result is
    returned, and nothing is written.

    Args:
        workspace: its folder.
        settings: its settings.
        constituencies: those to run; without any, all in the inbox.
        until: the stage after which to stop; the next run goes on from there.
        today: the day of the run; deadlines and the run's name follow it.
        since: told to another run that finds the workspace held; ``today`` if empty.
        jobs: processes that work side by side; the result does not depend on it.
        progress: told what is being done.

    Raises:
        UsageError: there is nothing to run.
        WorkspaceBusyError: another run holds the workspace.
        StageError: a stage failed inside.
        StoppedError: the process was asked to end.
    """
    since = since or today.isoformat()
    with lock.hold(workspace, since=since, patience=lock.PATIENCE) as before:
        settle_moves(workspace, ledgers.place_in(workspace, settings))
        inputs = inbox.find(workspace, constituencies, settings.ingest)
        if until in {None, Stage.REPORT}:
            known = find_unchanged(workspace, settings, inputs, today)
            if known is not None:
                return replace(known, taken_over=before)
        working = importlib.import_module("voterlist.pipeline.working")
        result: RunResult = working.work(
            workspace,
            settings,
            inputs,
            until=until,
            today=today,
            jobs=jobs,
            progress=progress,
        )
        return replace(result, taken_over=before)


@contextmanager
def watch_stages(progress: Progress, until: Stage | None) -> Iterator[Progress]:
    """Progress that is passed on, for a run in the block that may be gone on with.

    Raises:
        StoppedError: the process was asked to end; it says what is done and what is left.
    """
    last: tuple[Stage, int, int] | None = None

    def watched(stage: Stage, step: str, done: int, total: int) -> None:
        nonlocal last
        last = stage, done, total
        progress(stage, step, done, total)

    try:
        yield watched
    except StoppedError as stop:
        if last is not None:
            stages = list(Stage)
            # It is kept once it is committed, and it is for sure once the next one begins.
            at = stages.index(last[0])
            stop.done = tuple(stages[:at])
            stop.in_hand = last
            stop.left = tuple(stages[at : stages.index(until or Stage.REPORT) + 1])
        raise


NAME = "result.json"
"""Beside the trace of a run: what the run said."""


@dataclass(slots=True)
class LedgerWatch:
    """Sees whether anybody else wrote into the ledger while a run went on."""

    head: str = ""
    """The last line of the ledger when this run left it."""
    is_calm: bool = True
    """False where a line of another stood in it since."""

    def came_to(self, ledger: Reader) -> None:
        """The run opens the ledger again."""
        self.is_calm = self.is_calm and str(ledger.head()) == self.head

    def left(self, ledger: Ledger) -> None:
        """The run has closed the ledger."""
        self.head = str(ledger.last_head)


@frozen
class _Remembered:
    """What a run said, and what it depended on besides what its manifest names."""

    ledger: str
    is_whole: bool
    result: RunResult
    needs: dict[str, str]
    """What the run depended on, as ``needs_of`` says it."""
    outputs: tuple[str, ...]
    """The files that people open, in order, as paths inside the workspace."""


@cache
def _form() -> TypeAdapter[_Remembered]:
    """How it stands in its file; to work that out takes longer than to read one."""
    return TypeAdapter(_Remembered)


def remember(
    folder: Path,
    result: RunResult,
    head: str,
    needs: Mapping[str, str],
    *,
    is_whole: bool,
) -> None:
    """Keep what a complete run said in its folder.

    Args:
        folder: that of the run.
        result: what it said.
        head: the last line of the ledger after the run.
        needs: what it depended on, as ``needs_of`` says it.
        is_whole: the run was of all the inbox.
    """
    workspace = folder.parent.parent
    names = tuple(path.relative_to(workspace).as_posix() for path in result.outputs)
    # The workspace may be moved, so no path from outside of it is kept.
    inside = replace(result, folder=Path(), outputs=())
    kept_needs = {**needs, "ledger": head}
    remembered = _Remembered(head, is_whole, inside, kept_needs, names)
    content = _form().dump_json(remembered, indent=1)
    if _form().validate_json(content) != remembered:
        # A number that JSON has no word for: the run is then made again.
        return
    write_content(folder / NAME, content)


def find_unchanged(
    workspace: Path, settings: Settings, inputs: Inputs, today: dt.date
) -> RunResult | None:
    """The result of the complete run of these inputs, of which nothing has changed.

    None where there is none, or where anything that it depends on, or that it wrote, is not as it
    was.
    """
    found = store.finished_run(workspace, inputs.run_id(settings, today))
    if found is None:
        return None
    folder, manifest = found
    if not _is_same(manifest, settings, inputs):
        return None
    remembered = _read(folder)
    if remembered is None or remembered.is_whole != inputs.is_whole:
        return None
    if not _is_same_ledger(workspace, settings, remembered.ledger, folder):
        return None
    if not _lies_as_recorded(workspace, folder, manifest):
        return None
    return replace(
        remembered.result,
        folder=folder,
        outputs=tuple(workspace / name for name in remembered.outputs),
        # It is that run's list that the next one is held against.
        missing_lists=(),
        anew=(),
        # What was damaged then is whole now.
        damaged_units=0,
        is_unchanged=True,
    )


def needs_then(folder: Path) -> dict[str, str] | None:
    """What a complete run depended on, by its folder.

    None where that is not known, or does not tell of all: where a constituency was left out.
    """
    remembered = _read(folder)
    if remembered is None or remembered.result.left_out:
        return None
    return remembered.needs


def _is_same(manifest: Manifest, settings: Settings, inputs: Inputs) -> bool:
    """True where a run of these inputs and settings by this program would have this manifest.

    And where nothing of it was one of the moment.
    """
    return (
        manifest.program_digest == store.program_digest()
        and manifest.settings == config.digest(settings)
        and dict(manifest.inputs) == dict(inputs.digests)
        and manifest.constituencies == inputs.constituencies
        and all(record.key for record in manifest.stages.values())
    )


def _read(folder: Path) -> _Remembered | None:
    try:
        content = (folder / NAME).read_bytes()
        return _form().validate_json(content)
    except (OSError, ValidationError):
        return None


def _is_same_ledger(
    workspace: Path, settings: Settings, head: str, folder: Path
) -> bool:
    """True where nothing was written into the ledger since, and the run is the one it knows."""
    place = ledgers.place_in(workspace, settings)
    with ledgers.reading(place) as ledger:
        if folder in store.altered_runs(workspace, ledger.journal()):
            return False
        return str(ledger.head()) == head


def _lies_as_recorded(workspace: Path, folder: Path, manifest: Manifest) -> bool:
    """True where every table and every report is the file that was recorded."""
    files = {
        folder / f"{name}.parquet": digest
        for record in manifest.stages.values()
        for name, digest in record.tables.items()
    }
    files |= {workspace / name: digest for name, digest in manifest.outputs.items()}
    return are_unaltered(files)


def settle_moves(workspace: Path, place: Place) -> None:
    """Move back the folders of a package that the ledger does not hold.

    Without that its lists would stand in the inbox, and its decisions nowhere. The caller holds the
    workspace.

    Raises:
        InputError: the ledger cannot be read.
        OSError: a folder cannot be moved back.
    """
    plan = folders.read_plan(workspace)
    if plan is None:
        return
    with reading(place) as ledger:
        received = details_of(ledger.journal(), Event.RECEIVED)
    is_kept = plan.change in {details.get("package") for details in received}
    folders.settle(workspace, plan, is_kept=is_kept)
