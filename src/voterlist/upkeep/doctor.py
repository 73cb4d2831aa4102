"""What ``doctor`` looks at when the program is installed well: the machine, and a workspace.

Each finding is a code, how good it is, and what its sentences name. Nothing is changed: files that
are written to try it out are gone at the end.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import sys
import zoneinfo
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from voterlist import readers
from voterlist.any_table import machine
from voterlist.config import SETTINGS_FILE
from voterlist.config.sections import IngestSettings, Settings
from voterlist.errors import SettingsError, VoterlistError, WorkspaceBusyError
from voterlist.model import AsideCode
from voterlist.pipeline.inbox import INBOX
from voterlist.pipeline.reference import not_understood
from voterlist.storage import ledger as ledgers
from voterlist.storage import lock
from voterlist.storage.workspace import settings_of
from voterlist.upkeep.installation import Health, Noticed, Places

_FEWEST_MEGABYTES = 2_000
"""Memory with which a constituency of 50,000 is done without harm to others."""
_MEGABYTES_OF_THE_NATION = 6_000
_FREE_MEGABYTES = 500
"""Room on the disk for the smallest run with its reports."""
_TIMES_THE_INBOX = 3
"""A run writes about as much as it reads; while it is made again the one before is kept."""
_SLOWEST = 0.4
"""A machine that is slower than this share of the measured one takes twice and a half as long."""
_SLOWEST_DISK = 20.0
"""Megabytes a second, forced to the disk."""
_LETTERS = "ƏəĞğŞşİıÖöÜüÇç ЖжЩщЫыЭэ"
_LIST = "Soyadı;Adı\nMəmmədov;Elçin\n".encode()
_ZONE = "Asia/Baku"
_MEGABYTE = 1 << 20


def examine(workspace: Path | None, folder: Path, now: dt.datetime) -> list[Noticed]:
    """Everything that was looked at, in a fixed order.

    Args:
        workspace: the folder of a workspace; None where none is to be looked at.
        folder: where there is no workspace, the folder in which one would be made.
        now: the moment, with its time zone.

    Raises:
        UsageError: it is no workspace.
    """
    if workspace is not None:
        with suppress(SettingsError):
            settings_of(workspace)
    noticed = [_reader(), _letters(), _words(), _memory(), _cores(), _notice_speed()]
    noticed += _of_place(workspace or folder)
    if workspace is None:
        return [*noticed, _clock(now, None, _ZONE)]
    return [*noticed, *_of_workspace(workspace, now)]


def _reader() -> Noticed:
    """Whether files can be parsed in a process of their own."""
    sheets = readers.read_content(_LIST, IngestSettings())
    if isinstance(sheets, AsideCode):
        return Noticed("reader", Health.BAD, {"reason": sheets})
    return Noticed("reader", Health.GOOD)


def _letters() -> Noticed:
    """Whether papers can be set, with every letter of the lists."""
    # Loaded here: the compiler takes its time.
    from voterlist.render.pdf import is_drawn  # noqa: PLC0415  see above

    is_good = is_drawn(_LETTERS)
    return Noticed("fonts", Health.GOOD if is_good else Health.BAD)


def _words() -> Noticed:
    """Whether names of files and what is printed may hold every letter."""
    places: Places = {
        "files": sys.getfilesystemencoding(),
        "locale": os.environ.get("LC_ALL") or os.environ.get("LANG") or "?",
    }
    is_good = places["files"] == "utf-8"
    return Noticed("locale", Health.GOOD if is_good else Health.DOUBTFUL, places)


def _memory() -> Noticed:
    megabytes = machine.memory_megabytes()
    if megabytes is None:
        return Noticed("memory", Health.GOOD, {"megabytes": "?"})
    health = Health.GOOD
    if megabytes < _MEGABYTES_OF_THE_NATION:
        health = Health.DOUBTFUL
    if megabytes < _FEWEST_MEGABYTES:
        health = Health.BAD
    return Noticed("memory", health, {"megabytes": megabytes})


def _cores() -> Noticed:
    cores = machine.cores()
    health = Health.GOOD if cores > 1 else Health.DOUBTFUL
    return Noticed("cores", health, {"cores": cores})


def _notice_speed() -> Noticed:
    share = machine.measure_speed()
    health = Health.GOOD if share >= _SLOWEST else Health.DOUBTFUL
    return Noticed("speed", health, {"share": round(share, 2)})


def _of_place(folder: Path) -> Iterator[Noticed]:
    """Whether the folder can be written, fast enough, and how much room there is."""
    places: Places = {"path": str(folder)}
    try:
        megabytes = machine.disk_megabytes_a_second(folder)
    except OSError:
        yield Noticed("writable", Health.BAD, places)
    else:
        health = Health.GOOD if megabytes >= _SLOWEST_DISK else Health.DOUBTFUL
        yield Noticed("writable", health, {**places, "megabytes": round(megabytes)})
    free = shutil.disk_usage(folder).free // _MEGABYTE
    needed = _FREE_MEGABYTES + _TIMES_THE_INBOX * _size(folder / INBOX) // _MEGABYTE
    health = Health.GOOD if free >= needed else Health.BAD
    yield Noticed("disk", health, {"free": free, "needed": needed})


def _size(folder: Path) -> int:
    """The bytes of all files in a folder; 0 where there is none."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _of_workspace(workspace: Path, now: dt.datetime) -> Iterator[Noticed]:
    try:
        settings = settings_of(workspace)
    except SettingsError as error:
        places: Places = {"count": len(error.mistakes)}
        yield Noticed("settings", Health.BAD, {"file": SETTINGS_FILE, **places})
        yield _clock(now, None, _ZONE)
        return
    yield Noticed("settings", Health.GOOD, {"file": SETTINGS_FILE})
    files = not_understood(workspace, settings.ingest)
    health = Health.BAD if files else Health.GOOD
    yield Noticed("registers", health, {"files": ", ".join(files)})
    yield _lock(workspace, now)
    ledger, newest = _ledger(workspace, settings)
    yield ledger
    yield _clock(now, newest, settings.calendar.time_zone)


def _lock(workspace: Path, now: dt.datetime) -> Noticed:
    """Whether a run could hold the workspace now."""
    try:
        lock.require_free(workspace, since=now.isoformat(" ", "minutes"))
    except WorkspaceBusyError as busy:
        unknown = dict.fromkeys(("user", "machine", "pid", "since"), "?")
        return Noticed("lock", Health.DOUBTFUL, {**unknown, **busy.places})
    except (OSError, VoterlistError):
        return Noticed("lock", Health.BAD, {"path": str(workspace / lock.LOCK_NAME)})
    return Noticed("lock", Health.GOOD)


def _ledger(workspace: Path, settings: Settings) -> tuple[Noticed, dt.date | None]:
    """Whether the ledger can be read and was not altered, and the newest day in it."""
    place = ledgers.place_in(workspace, settings)
    try:
        with ledgers.reading(place) as ledger:
            newest = ledger.newest_day()
    except VoterlistError as error:
        return Noticed("ledger", Health.BAD, {"code": error.code}), None
    return Noticed("ledger", Health.GOOD), newest


def _clock(now: dt.datetime, newest: dt.date | None, zone: str) -> Noticed:
    """Whether the clock is not behind what is recorded, and the time zone is known."""
    try:
        today = now.astimezone(zoneinfo.ZoneInfo(zone)).date()
    except zoneinfo.ZoneInfoNotFoundError:
        return Noticed("clock", Health.BAD, {"today": zone, "zone": zone})
    places: Places = {"today": today.isoformat(), "zone": zone}
    is_behind = newest is not None and newest > today
    return Noticed("clock", Health.BAD if is_behind else Health.GOOD, places)
