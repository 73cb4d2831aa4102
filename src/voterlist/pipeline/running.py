"""A run of a workspace: nothing, where nothing has changed since the last one; else its work.

The stages are loaded only where there is work for them.
"""

from __future__ import annotations

import datetime as dt
import importlib
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from voterlist.config import Settings
from voterlist.model import Stage
from voterlist.pipeline import again, inbox
from voterlist.pipeline.moved import settle_moves
from voterlist.pipeline.result import Progress, RunResult
from voterlist.storage import ledger as ledgers
from voterlist.storage import lock


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
    """
    with lock.hold(workspace, since=since or today.isoformat()) as before:
        settle_moves(workspace, ledgers.place_in(workspace, settings))
        inputs = inbox.find(workspace, constituencies, settings.ingest)
        if until in {None, Stage.REPORT}:
            known = again.unchanged(workspace, settings, inputs, today)
            if known is not None:
                return replace(known, taken_over=before)
        working = importlib.import_module("voterlist.pipeline.working")
        asked = working.Asked(workspace, settings, inputs, until, today, jobs, progress)
        result: RunResult = working.work(asked)
        return replace(result, taken_over=before)
