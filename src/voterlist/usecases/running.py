"""A run over a workspace."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from voterlist import pipeline
from voterlist.config import Settings
from voterlist.model import Stage
from voterlist.pipeline import Progress, RunResult
from voterlist.usecases.settings import settings_of

if TYPE_CHECKING:
    from voterlist.pipeline.plan import Plan

__all__ = ["WorkspaceRun", "plan_run", "run_workspace"]


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
    progress: Progress = pipeline.no_progress,
) -> WorkspaceRun:
    """Run every stage over a workspace with its own settings; the arguments are ``pipeline.run``'s.

    Raises:
        UsageError: it is no workspace, or there is nothing to run.
        SettingsError: its settings have mistakes.
        WorkspaceBusyError: another run holds the workspace.
        StageError: a stage failed inside.
    """
    settings = settings_of(workspace)
    result = pipeline.run(
        workspace,
        settings,
        constituencies=constituencies,
        until=until,
        today=today,
        since=since,
        jobs=jobs,
        progress=progress,
    )
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
