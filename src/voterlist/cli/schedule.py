"""``schedule``: what the system needs to start a run every night."""

from __future__ import annotations

import getpass
import os
import sys
from typing import TYPE_CHECKING, Annotated

from voterlist.cli.options import Workspace, option, settings_of
from voterlist.cli.terminal import SAY, TERMINAL, Answer
from voterlist.errors import usage_error

if TYPE_CHECKING:
    from voterlist.upkeep.scheduling import Schedule


def schedule(
    workspace: Workspace,
    systemd: Annotated[bool, option("systemd", "--systemd")] = False,
    cron: Annotated[bool, option("cron", "--cron")] = False,
    at: Annotated[str, option("at", "HH:MM")] = "02:00",
    jobs: Annotated[int | None, option("schedule-jobs", min=1)] = None,
) -> Answer:
    """Print units for systemd or a line for cron."""
    from voterlist.upkeep.scheduling import Night, for_cron, for_systemd, time_of

    if systemd == cron:
        raise usage_error("no-scheduler")
    night = Night(
        workspace=workspace.resolve(),
        program=(sys.executable, "-m", "voterlist"),
        user=getpass.getuser(),
        at=time_of(at),
        zone=settings_of(workspace).calendar.time_zone,
        jobs=jobs or os.cpu_count() or 1,
        language=SAY.language,
    )
    make = for_systemd if systemd else for_cron
    made = make(night, SAY)
    _tell(made)
    return {
        "scheduler": "systemd" if systemd else "cron",
        "name": night.name,
        "files": made.files,
        "steps": made.steps,
    }


def _tell(made: Schedule) -> None:
    """The files, each under its name, as they are to be installed."""
    from voterlist.upkeep.scheduling import CRONTAB

    for file in made.files:
        name = "crontab" if file.path == CRONTAB else "file"
        TERMINAL.say(f"# {SAY(f'cli.schedule.{name}', path=file.path)}")
        TERMINAL.say(file.content)
    TERMINAL.say(f"# {SAY('cli.schedule.steps')}")
    for step in made.steps:
        TERMINAL.say(f"#   {step}")
