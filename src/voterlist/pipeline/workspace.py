"""A workspace: made, and run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from voterlist import config
from voterlist.config import Settings
from voterlist.errors import usage_error
from voterlist.model import Level, Stage
from voterlist.pipeline import running
from voterlist.pipeline.inbox import INBOX, REFERENCE
from voterlist.pipeline.result import Progress, RunResult
from voterlist.storage import store
from voterlist.storage.settings import settings_of
from voterlist.storage.stopping import StoppedError

if TYPE_CHECKING:
    from voterlist.pipeline.plan import Plan


@dataclass(frozen=True, slots=True)
class WorkspaceRun:
    """A run, and the settings with which it was done."""

    settings: Settings
    result: RunResult


def run_workspace(
    workspace: Path,
    *,
    today: dt.date,
    constituencies: Collection[int] = (),
    until: Stage | None = None,
    since: str = "",
    jobs: int = 1,
    progress: Progress = running.no_progress,
) -> WorkspaceRun:
    """Run every stage over a workspace with its own settings; the arguments are ``pipeline.run``'s.

    Raises:
        UsageError: it is no workspace, or there is nothing to run.
        SettingsError: its settings have mistakes.
        WorkspaceBusyError: another run holds the workspace.
        StageError: a stage failed inside.
        StoppedError: the process was asked to end; it says what is done and what is left.
    """
    settings = settings_of(workspace)
    heard = _Heard(progress)
    try:
        result = running.run(
            workspace,
            settings,
            constituencies=constituencies,
            until=until,
            today=today,
            since=since,
            jobs=jobs,
            progress=heard,
        )
    except StoppedError as stop:
        heard.tell(stop, until)
        raise
    return WorkspaceRun(settings, result)


def plan_run(
    workspace: Path, *, today: dt.date, constituencies: Collection[int] = ()
) -> Plan:
    """What a run of a workspace with these arguments would do, and why; nothing is written.

    Raises:
        UsageError: it is no workspace, or there is nothing to run.
        SettingsError: its settings have mistakes.
    """
    # Loaded here: a run of which nothing has changed needs none of the stages.
    from voterlist.pipeline.plan import plan  # noqa: PLC0415  see above

    settings = settings_of(workspace)
    return plan(workspace, settings, constituencies=constituencies, today=today)


def make_workspace(
    folder: Path, *, cycle: str, level: Level, constituency: int | None = None
) -> Settings:
    """Make a workspace and return its settings; one that exists is never overwritten.

    The inbox has a folder for the constituency, where one is given.

    Raises:
        SettingsError: the cycle is no year.
        UsageError: the folder is a workspace already, or cannot be written.
    """
    text = config.template(cycle, level, constituency)
    settings = config.parse(text)
    path = folder / config.FILE_NAME
    if path.exists():
        raise usage_error("folder-taken", path=folder)
    try:
        for part in (INBOX, REFERENCE):
            store.make_folder(folder / part)
        if constituency is not None:
            store.make_folder(folder / INBOX / str(constituency))
        store.write_content(path, text)
    except OSError:
        raise usage_error("folder-unwritable", path=folder) from None
    return settings


class _Heard:
    """Progress that is passed on, and from which it is known how far the run is."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._last: tuple[Stage, int, int] | None = None

    def __call__(self, stage: Stage, step: str, done: int, total: int) -> None:
        """Pass on how much of a stage is done."""
        self._last = (stage, done, total)
        self._progress(stage, step, done, total)

    def tell(self, stop: StoppedError, until: Stage | None) -> None:
        """Write into ``stop`` what is done and what is left; nothing where no stage had begun."""
        if self._last is None:
            return
        stages = list(Stage)
        # It is kept once it is committed, and it is committed for sure once the next one begins.
        at = stages.index(self._last[0])
        last = Stage.REPORT if until is None else until
        stop.done = tuple(stages[:at])
        stop.in_hand = self._last
        stop.left = tuple(stages[at : stages.index(last) + 1])
