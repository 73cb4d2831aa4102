"""How the units of a workspace stand against the calendar."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from voterlist import facts
from voterlist.casework.noticed import before_term, days_to_object
from voterlist.casework.returned_cases import Kept, Owed, count_unanswered
from voterlist.catalogue import Catalogue
from voterlist.config.sections import Settings
from voterlist.counter.applications import Book, read_book
from voterlist.deadlines import BurnDown, Deadline, calendar
from voterlist.errors import CustodyError, UsageError
from voterlist.handover.changed import Changed, changed_lists
from voterlist.model import Action, frozen
from voterlist.pipeline.known import (
    Known,
    answers_in,
    answers_of_today,
    known,
    known_work,
    waves_left,
)
from voterlist.pipeline.outcome import repeats
from voterlist.pipeline.reference import not_understood
from voterlist.pipeline.running import Repeat
from voterlist.pipeline.standings import burn_down, overdue, standings
from voterlist.quality.readings import what_holds
from voterlist.report.values import UnitStanding
from voterlist.storage.files import write_content
from voterlist.storage.ledger import Reader
from voterlist.storage.workspace import open_to_read


@frozen
class Status:
    """How every unit of a workspace stands on a day."""

    today: dt.date
    settings: Settings
    deadlines: tuple[Deadline, ...]
    standings: tuple[UnitStanding, ...]
    overdue: tuple[UnitStanding, ...]
    """Those that this level, or a level below it, has to finish."""
    names: dict[int, str]
    """The names of the constituencies on that day by number."""
    book: Book
    """The applications, those that are late first."""
    burned: BurnDown
    """How the open cases went down, and when they are decided at this pace."""
    answers_owed: tuple[Owed, ...]
    """Above: the returned cases to which a constituency owes an answer."""
    lost: tuple[CustodyError, ...]
    """What was kept of packages of commissions below and is gone or damaged."""
    not_understood: tuple[str, ...]
    """The files of ``reference/`` of which nothing says what they are."""
    waves: tuple[Mapping[str, Any], ...]
    """Rows of WAVE: what stands out of the answers of a night, and is left to ask."""
    before_term: int
    """Strikings that were decided while the voter could still object to a notice."""
    since_run: int
    """Decisions that hold, or hold no more, since the newest run; the next one carries them out."""
    repeats: tuple[Repeat, ...]
    """Lists that stood in the inbox more than once in the newest run."""
    changed: tuple[Changed, ...]
    """The lists that are not those approved any more."""
    asked_above: int | None
    """Below: the questions of the commission above that are not answered; None: what was kept of
    its return is damaged."""
    asked_since: int
    """Questions for the door, those of the commission above among them, since the newest run."""


def status_of(workspace: Path, *, today: dt.date) -> Status:
    """How every precinct and constituency stands against the calendar. Nothing is written.

    Raises:
        UsageError: it is no workspace.
        SettingsError: its settings have mistakes.
        InputError: its ledger cannot be read.
    """
    with open_to_read(workspace) as (settings, ledger):
        work = known_work(workspace, ledger, settings)
        rows = standings(settings, ledger, today, work=work)
        burned = burn_down(settings, ledger, today, work=work)
        kept = Kept(workspace, ledger)
        answers_owed = kept.owed()
        asked_above = None
        with suppress(CustodyError):
            # Whoever answers or submits is told what to do; here the rest is told.
            asked_above = count_unanswered(workspace, ledger)
        book = read_book(ledger.applications(), settings, today)
        early = _before_term(ledger, settings)
        waves: tuple[Mapping[str, Any], ...] = ()
        since_run = asked_since = 0
        repeated: tuple[Repeat, ...] = ()
        with suppress(UsageError):
            # Without a run there is nothing to tell.
            runs = known(workspace, ledger)
            waves = waves_left(runs.folders[0])
            since_run, asked_since = _since(runs, ledger, settings)
            aside, lists = runs.table("set_aside"), runs.table("lists")
            repeated = repeats(aside, lists, runs.inputs)
        changed = changed_lists(workspace, ledger, rows, waves)
    return Status(
        today=today,
        settings=settings,
        deadlines=tuple(calendar(settings.calendar, settings.workspace.cycle)),
        standings=rows,
        overdue=overdue(rows, settings.workspace.level),
        names=facts.constituencies(today),
        book=book,
        burned=burned,
        answers_owed=answers_owed,
        lost=tuple(kept.lost.values()),
        not_understood=not_understood(workspace, settings.ingest),
        waves=waves,
        before_term=early,
        since_run=since_run,
        repeats=repeated,
        changed=changed,
        asked_above=asked_above,
        asked_since=asked_since,
    )


def _since(runs: Known, ledger: Reader, settings: Settings) -> tuple[int, int]:
    """(decisions, questions for the door) that hold and the runs do not know, or hold no more."""
    holding = what_holds(answers_of_today(ledger, runs), settings)
    counts = [0, 0]
    for name in ("decisions", "amendments"):
        now, then = (
            {tuple(row.items()) for row in table.to_pylist()}
            for table in (getattr(holding, name), runs.table(name))
        )
        for is_asked in (False, True):
            new, gone = (
                sum((("action", Action.ASK) in row) is is_asked for row in rows)
                for rows in (now - then, then - now)
            )
            counts[is_asked] += max(new, gone)
    return counts[False], counts[True]


def _before_term(ledger: Reader, settings: Settings) -> int:
    """How many strikings hold that were decided while the voter could still object."""
    notices = days_to_object(ledger.journal())
    if not notices:
        return 0
    holding = what_holds(answers_in(ledger), settings)
    return len(before_term(holding.amendments.to_pylist(), notices))


def write_calendar(path: Path, status: Status, words: Catalogue) -> None:
    """Write the deadlines as a file of a calendar program (iCalendar).

    Raises:
        OSError: the file cannot be written.
    """
    # Whoever asks at the terminal needs none.
    from voterlist.render import ics  # noqa: PLC0415  see above

    warn_days = status.settings.calendar.warn_days
    content = ics.calendar_bytes(
        status.deadlines, words, stamp=status.today, warn_days=warn_days
    )
    write_content(path, content)


def write_page(folder: Path, status: Status) -> list[Path]:
    """Write the status as pages for the wall, one in each language of the settings.

    Returns their paths.

    Raises:
        OSError: a page cannot be written.
    """
    # Whoever asks at the terminal needs no pages.
    from voterlist.pipeline.publish import write_walls  # noqa: PLC0415  see above

    return write_walls(
        status.settings,
        status.standings,
        status.burned,
        status.today,
        folder,
        (len(status.book.open), status.book.late),
        waves=len(status.waves),
    )
