"""What of an application is written on paper, and that it was."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from voterlist.counter.applications import (
    Application,
    Clerk,
    State,
    applications_of,
    book_of,
    find,
    require_no_objection,
    with_event,
)
from voterlist.counter.deciding import standing_of
from voterlist.counter.finder import Finder
from voterlist.counter.index import make_index
from voterlist.counter.letters import Letter, render_book, render_letter
from voterlist.errors import UsageError, usage_error
from voterlist.model import Asks, OnProgress, Step, no_progress
from voterlist.pipeline.known import known
from voterlist.pipeline.list_input import ListSource
from voterlist.report.values import Words
from voterlist.storage.files import write_content
from voterlist.storage.settings import settings_of
from voterlist.storage.workspace import open_to_change
from voterlist.tables import Row

_STEPS = {"answer": Step.ANSWERED, "notice": Step.NOTIFIED}
"""What is noted of an application whose letter is written; of the slip nothing is."""


def write_letter(
    workspace: Path,
    number: int,
    name: str,
    out: Path,
    clerk: Clerk,
    *,
    language: str | None = None,
    entry_id: str | None = None,
    progress: OnProgress = no_progress,
) -> Application:
    """Write a letter about an application, and note that it was.

    Args:
        workspace: its folder; held meanwhile.
        number: of the application.
        name: ``slip``, ``answer`` or ``notice``.
        out: the PDF file.
        clerk: who writes it, and when.
        language: its language; without it the first of the settings.
        entry_id: the entry that it is about, where the application names none.
        progress: told what is done while the index is made in which the entry is looked up.

    Raises:
        UsageError: no application has the number; it is not decided yet, or not open any more.
        WorkspaceBusyError: another command holds the workspace.
        OSError: the file cannot be written.
    """
    make_index(workspace, clerk.since, progress)
    with open_to_change(workspace, clerk.since) as (settings, ledger):
        every = applications_of(ledger.applications())
        application = find(every, number)
        is_open = application.state is State.OPEN
        is_told = application.asked.what is Asks.LISTED
        if name == "answer" and is_open and not is_told:
            raise usage_error("application-open", number=number)
        if name == "notice" and not is_open:
            raise usage_error("application-not-open", number=number)
        outcome = application.outcome
        if name == "answer" and outcome and application.state is State.GRANTED:
            # What people contest, or what waits for a second person, does not hold.
            require_no_objection(every, number, State.GRANTED)
            entries = [entry for entry, _ in outcome.details["amends"]]
            runs = known(workspace, ledger) if entries else None
            standing = runs and standing_of(ledger, runs, settings, entries)
            if standing not in {None, "holds"}:
                raise usage_error(f"application-{standing}", number=number)
        today = ledger.day_of_chain(clerk.today)
        entry = None
        try:
            source = ListSource.of(workspace, ledger, settings)
            finder = Finder(source, ledger, progress)
        except UsageError:
            if is_told:
                raise usage_error("no-run", path=workspace) from None
        else:
            entry = _entry_today(application, finder, entry_id)
        step = _STEPS.get(name)
        if step is not None:
            application = with_event(ledger, settings, application, step, clerk)
        words = Words(language or settings.report.languages[0])
        letter = Letter(application, settings, today, words, entry)
        write_content(out, render_letter(name, letter))
    return application


def _entry_today(
    application: Application, finder: Finder, named: str | None
) -> Row | None:
    """How the entry stands on the list of today; None where no list has it.

    Raises:
        UsageError: it is asked whether somebody is listed, who may be, or of whom no name is known
            to look for, and no entry is named.
    """
    asked, outcome = application.asked, application.outcome
    amends = outcome.details["amends"] if outcome else []
    entry_id = named or (amends[0][0] if amends else asked.entry_id)
    place = None if entry_id is None else finder.index.entry(entry_id)
    if place is not None:
        return finder.index.row(place)
    if asked.what is Asks.LISTED and (
        not asked.name or finder.find(asked.person.question, limit=1).is_probable
    ):
        raise usage_error("application-no-entry", number=application.number)
    return None


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
