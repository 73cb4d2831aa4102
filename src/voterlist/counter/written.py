"""What of an application is written on paper, and that it was."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from voterlist.config import Settings
from voterlist.counter.applications import (
    Application,
    State,
    applications_of,
    book_of,
    find,
    happened,
)
from voterlist.counter.deciding import Decider, standing_of
from voterlist.counter.finder import FOUND, SEVERAL, Finder
from voterlist.counter.index import Progress
from voterlist.counter.letters import Letter, render_book, render_letter
from voterlist.errors import UsageError, usage_error
from voterlist.model import Asks, Step
from voterlist.pipeline.known import known
from voterlist.pipeline.list_input import ListSource
from voterlist.storage.files import write_content
from voterlist.storage.ledger import Ledger
from voterlist.storage.settings import settings_of
from voterlist.storage.workspace import open_to_change

_STEPS = {"answer": Step.ANSWERED, "notice": Step.NOTIFIED}
"""What is noted of an application whose letter is written; of the slip nothing is."""


def write_letter(
    workspace: Path,
    number: int,
    name: str,
    out: Path,
    decider: Decider,
    *,
    language: str | None = None,
    entry_id: str | None = None,
    progress: Progress = lambda _step, _done, _total: None,
) -> Application:
    """Write a letter about an application, and note that it was.

    Args:
        workspace: its folder; held meanwhile.
        number: of the application.
        name: ``slip``, ``answer`` or ``notice``.
        out: the PDF file.
        decider: who writes it, and when.
        language: its language; without it the first of the settings.
        entry_id: the entry that it is about, where the application names none.
        progress: told what is done while the index is made in which the entry is looked up.

    Raises:
        UsageError: no application has the number; it is not decided yet, or not open any more.
        WorkspaceBusyError: another command holds the workspace.
        OSError: the file cannot be written.
    """
    with open_to_change(workspace, decider.since) as (settings, ledger):
        application = find(applications_of(ledger.applications()), number)
        _require_ready(application, name)
        if name == "answer":
            _require_standing(workspace, settings, ledger, application)
        today = ledger.day_of_chain(decider.at.date())
        finder = _finder(workspace, settings, ledger, progress)
        if finder is None and application.asked.what is Asks.LISTED:
            raise usage_error("no-run", path=workspace)
        entry = _entry_today(application, finder, entry_id)
        letter = Letter(application, settings, today, entry)
        step = _STEPS.get(name)
        if step is not None:
            event = happened(ledger, settings, number, step, decider.by, today)
            application = application.after(event)
            letter = replace(letter, application=application)
        content = render_letter(name, letter, language or settings.report.languages[0])
        write_content(out, content)
    return application


def _require_ready(application: Application, name: str) -> None:
    """Refuse the answer to what is not decided, and the notice of what is.

    Raises:
        UsageError: it says which.
    """
    is_open = application.state is State.OPEN
    if name == "answer" and is_open and application.asked.what is not Asks.LISTED:
        raise usage_error("application-open", number=application.number)
    if name == "notice" and not is_open:
        raise usage_error("application-not-open", number=application.number)


def _require_standing(
    workspace: Path, settings: Settings, ledger: Ledger, application: Application
) -> None:
    """Refuse to write that something was granted which does not hold.

    Raises:
        UsageError: people contest it, or it waits for a second person.
    """
    outcome = application.outcome
    if application.state is not State.GRANTED or outcome is None:
        return
    entries = [entry_id for entry_id, _ in outcome.details["amends"]]
    if not entries:
        return
    runs = known(workspace, ledger)
    standing = standing_of(ledger, runs, settings, entries)
    if standing != "holds":
        raise usage_error(f"application-{standing}", number=application.number)


def _finder(
    workspace: Path, settings: Settings, ledger: Ledger, progress: Progress
) -> Finder | None:
    """All that the last run knows; None where there was none."""
    try:
        return Finder(ListSource.of(workspace, ledger, settings), ledger, progress)
    except UsageError:
        return None


def _entry_today(
    application: Application, finder: Finder | None, named: str | None
) -> Mapping[str, Any] | None:
    """How the entry stands on the list of today; None where no list has it, or none was read.

    Raises:
        UsageError: it is asked whether somebody is listed, who may be, and no entry is named.
    """
    decided = application.outcome
    amends = decided.details["amends"] if decided else []
    entry_id = named or (amends[0][0] if amends else application.asked.entry_id)
    if finder is None:
        return None
    place = None if entry_id is None else finder.index.entry(entry_id)
    if place is not None:
        return finder.index.row(place)
    if application.asked.what is Asks.LISTED:
        _require_nobody(application, finder)
    return None


def _require_nobody(application: Application, finder: Finder) -> None:
    """Refuse to answer that somebody is on no list who seems to stand on one.

    Raises:
        UsageError: an entry may be the person, or no name is known to look for.
    """
    if not application.asked.name:
        raise usage_error("application-no-entry", number=application.number)
    found = finder.find(application.asked.person.question, limit=1)
    if found.answer in {FOUND, SEVERAL}:
        raise usage_error("application-no-entry", number=application.number)


def write_book(
    workspace: Path, out: Path, *, today: dt.date, language: str | None = None
) -> int:
    """Write the book of applications, to be signed; returns how many stand in it.

    Raises:
        UsageError: it is no workspace.
        OSError: the file cannot be written.
    """
    settings = settings_of(workspace)
    book = book_of(workspace, today=today)
    content = render_book(book, settings, language or settings.report.languages[0])
    write_content(out, content)
    return len(book.applications)
