"""A run of a workspace: nothing, where nothing has changed since the last one; else its work.

The stages are loaded only where there is work for them.
"""

from __future__ import annotations

import datetime as dt
import importlib
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from voterlist import config
from voterlist.config.sections import Settings
from voterlist.deadlines.handovers import Event
from voterlist.model import Stage, frozen, no_progress
from voterlist.pipeline import inbox
from voterlist.pipeline.inbox import Inputs
from voterlist.pipeline.result import Progress, RunResult
from voterlist.processes.stopping import StoppedError
from voterlist.storage import ledger as ledgers
from voterlist.storage import lock, moves, store
from voterlist.storage.files import are_unaltered, write_content
from voterlist.storage.ledger import Ledger, Place, Reader, reading
from voterlist.storage.store import Manifest


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
            _tell_account(stop, last, until)
        raise


def _tell_account(
    stop: StoppedError, in_hand: tuple[Stage, int, int], until: Stage | None
) -> None:
    """Write into ``stop`` what is done and what is left."""
    stages = list(Stage)
    # It is kept once it is committed, and it is committed for sure once the next one begins.
    at = stages.index(in_hand[0])
    last = Stage.REPORT if until is None else until
    stop.done = tuple(stages[:at])
    stop.in_hand = in_hand
    stop.left = tuple(stages[at : stages.index(last) + 1])


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
    plan = moves.read_plan(workspace)
    if plan is None:
        return
    with reading(place) as ledger:
        is_kept = any(
            event == Event.RECEIVED and details.get("package") == plan.change
            for _, event, details in ledger.journal()
        )
    moves.settle(workspace, plan, is_kept=is_kept)
