"""A nightly run that the system starts: units for systemd, or a line for cron."""

from __future__ import annotations

import datetime as dt
import re
import shlex
from collections.abc import Sequence
from pathlib import Path

from voterlist.catalogue import Catalogue
from voterlist.errors import usage_error
from voterlist.model import frozen

CRONTAB = "crontab"
"""Stands for the path of the crontab of the user, which a program edits."""
LOG_NAME = "log/run.jsonl"
"""The log of nightly runs, inside the workspace."""
_UNITS = "/etc/systemd/system"
_NICE = 10
"""Others who work on the machine come first."""
_MOST_HOURS = 6
"""A run that takes longer is ended; the next one goes on."""
_HARMLESS = "1 143"
"""Exit codes that are no failure: something needs a person; stopped by the system."""
_UNUSUAL = re.compile(r"[^A-Za-z0-9_-]+")


@frozen
class Night:
    """What is to be run, by whom and when."""

    workspace: Path
    """Its folder, absolute."""
    program: Sequence[str]
    """The words that start the program."""
    user: str
    at: dt.time
    zone: str
    """The time zone of the workspace, in which ``at`` is told."""
    jobs: int
    language: str

    @property
    def name(self) -> str:
        """The name of the units: that of the folder, with plain letters only."""
        plain = _UNUSUAL.sub("-", self.workspace.name).strip("-")
        return f"voterlist-{plain}" if plain else "voterlist"

    @property
    def command(self) -> list[str]:
        """The words of the nightly command."""
        log = self.workspace / LOG_NAME
        words = ["run", str(self.workspace), "--jobs", str(self.jobs)]
        return [*self.program, *words, "--log-file", str(log)]


@frozen
class ScheduledFile:
    """A file to install; lines to add, where its path is ``CRONTAB``."""

    path: str
    content: str


@frozen
class Schedule:
    """The files to install, and what to type then."""

    files: tuple[ScheduledFile, ...]
    steps: tuple[str, ...]


def time_of(text: str) -> dt.time:
    """The time of day in a text such as ``02:00``.

    Raises:
        UsageError: it is none.
    """
    if not re.fullmatch(r"([01]?\d|2[0-3]):[0-5]\d", text):
        raise usage_error("not-a-time", value=text)
    hour, minute = text.split(":")
    return dt.time(int(hour), int(minute))


def for_systemd(night: Night, say: Catalogue) -> Schedule:
    """A service, its timer, a service that mails where it failed, and the rotation of its log."""
    name = night.name
    units = {
        f"{name}.service": _service(night, say),
        f"{name}.timer": _timer(night, say),
        f"{name}-failed.service": _mail(night, say),
    }
    files = [ScheduledFile(f"{_UNITS}/{unit}", text) for unit, text in units.items()]
    steps = ("systemctl daemon-reload", f"systemctl enable --now {name}.timer")
    return Schedule((*files, _rotation(night)), steps)


def _service(night: Night, say: Catalogue) -> str:
    folder = _for_unit(str(night.workspace))
    command = " ".join(_quoted_for_unit(word) for word in night.command)
    return f"""[Unit]
Description={_about(night, say)}
RequiresMountsFor={_quoted_for_unit(str(night.workspace))}
OnFailure={night.name}-failed.service

[Service]
Type=oneshot
User={night.user}
WorkingDirectory={folder}
Environment=VOTERLIST_LANG={night.language}
ExecStart={command}
# {say("schedule.harmless")}
SuccessExitStatus={_HARMLESS}
Nice={_NICE}
IOSchedulingClass=best-effort
IOSchedulingPriority=7
# {say("schedule.memory")}
MemoryMax=75%
# {say("schedule.time")}
TimeoutStartSec={_MOST_HOURS}h
TimeoutStopSec=2min
KillMode=mixed
UMask=0077
"""


def _timer(night: Night, say: Catalogue) -> str:
    return f"""[Unit]
Description={_about(night, say)}

[Timer]
OnCalendar=*-*-* {night.at:%H:%M}:00 {night.zone}
# {say("schedule.persistent")}
Persistent=true

[Install]
WantedBy=timers.target
"""


def _mail(night: Night, say: Catalogue) -> str:
    subject = say("schedule.mail-subject", name=night.name)
    report = f"journalctl -u {night.name}.service -n 50 --no-pager"
    script = f"{report} | mail -s {shlex.quote(subject)} root"
    return f"""[Unit]
Description={_for_unit(subject)}

[Service]
Type=oneshot
# {say("schedule.mail")}
ExecStart=/bin/sh -c {_quoted_for_unit(script)}
"""


def _rotation(night: Night) -> ScheduledFile:
    """The rotation of the log by logrotate; the new file has the owner of the old one."""
    log = night.workspace / LOG_NAME
    text = f""""{log}" {{
    monthly
    rotate 12
    compress
    missingok
    notifempty
    create
}}
"""
    return ScheduledFile(f"/etc/logrotate.d/{night.name}", text)


def for_cron(night: Night, say: Catalogue) -> Schedule:
    """A line for the crontab of the user, and the rotation of its log.

    Cron mails what a line prints. So it prints what the run says where that needs somebody.
    """
    limits = f"nice -n {_NICE} ionice -c 2 -n 7 timeout {_MOST_HOURS}h"
    command = shlex.join(night.command)
    told = f"VOTERLIST_LANG={night.language} {limits} {command} 2>&1"
    script = f'said=$({told}) || printf "%s\\n" "$said"'
    # To cron a percent sign is the end of the line.
    line = script.replace("%", "\\%")
    text = f"""# {_about(night, say)}
# {say("schedule.cron-mail")}
# {say("schedule.cron-zone", zone=night.zone)}
MAILTO={night.user}
{night.at.minute} {night.at.hour} * * * {line}
"""
    file = ScheduledFile(CRONTAB, text)
    return Schedule((file, _rotation(night)), (f"crontab -u {night.user} -e",))


def _about(night: Night, say: Catalogue) -> str:
    return _for_unit(say("schedule.about", path=night.workspace))


def _for_unit(text: str) -> str:
    """A text in a unit file, to which a percent sign begins a specifier."""
    return text.replace("%", "%%")


def _quoted_for_unit(word: str) -> str:
    """A word of a command line in a unit file."""
    text = _for_unit(word).replace("\\", "\\\\").replace('"', '\\"').replace("$", "$$")
    return text if re.fullmatch(r"[\w./:=%@+,-]+", text) else f'"{text}"'
