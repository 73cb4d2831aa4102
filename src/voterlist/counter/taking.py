"""An application taken: kept whatever is doubtful of it, and what is doubtful is told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import asdict, replace
from pathlib import Path

from voterlist.config import Settings
from voterlist.counter.applications import (
    PLACE,
    Application,
    Doubt,
    Request,
    State,
    applications_of,
    named,
    no_application,
    require_fields,
    taken_as,
    wants_other_struck,
)
from voterlist.counter.finder import FOUND, SEVERAL, Finder
from voterlist.counter.index import Progress
from voterlist.counter.people import Person, agree, entry_of, wrong_values
from voterlist.decisions import is_same_person, name_as_kept, precincts_known
from voterlist.errors import UsageError, WorkspaceBusyError, usage_error
from voterlist.fields import NAME_PARTS
from voterlist.model import Asks, Relation, Step
from voterlist.pipeline.known import known
from voterlist.pipeline.list_input import ListSource
from voterlist.storage.ledger import ApplicationEvent, Ledger, Reader, place_in
from voterlist.storage.settings import settings_of
from voterlist.storage.workspace import open_to_change

_MOST_SHOWN = 10
_LIKELY = 0.1
"""The probability from which on an entry is told that may be the person."""


def due_day(day: dt.date, settings: Settings) -> dt.date:
    """The last day of the term: at once on election day, and never behind it."""
    due = day + dt.timedelta(days=settings.applications.answer_days)
    election = settings.calendar.election_day
    return due if election is None or day > election else min(due, election)


def take(
    workspace: Path,
    asked: Request,
    *,
    clerk: str,
    today: dt.date,
    since: str,
    progress: Progress = lambda _step, _done, _total: None,
) -> Application:
    """Take an application: it is kept whatever is doubtful of it, and what is is told.

    Args:
        workspace: its folder.
        asked: what is asked.
        clerk: who takes it.
        today: the day; one before the newest in the ledger is that of a wrong clock.
        since: told to another command that finds the workspace held.
        progress: told what is done while the index is made in which the person is looked for.

    Raises:
        UsageError: it is no workspace; nobody asks, or for nobody; a field is none.
        WorkspaceBusyError: another command writes the ledger all the time.
    """
    asked = _readable(asked)
    settings = settings_of(workspace)
    meant = list(_doubts_of_person(workspace, asked, since, progress))
    # A run may hold the workspace for hours, and whoever asks stands at the counter.
    with Ledger(place_in(workspace, settings)) as ledger:
        others = applications_of(ledger.applications())
        if asked.against is not None and asked.against not in others:
            raise no_application(asked.against, others)
        first = _asked_before(asked, others.values())
        day = ledger.day_of_chain(today)
        doubts = [
            *_doubts_of_entry(workspace, ledger, asked),
            *meant,
            *_doubts_of_values(asked, day),
            *_doubts_of_place(workspace, settings, ledger, asked),
            *_doubts_of_others(asked, others.values(), first, settings),
            *_doubts_of_day(day, settings),
        ]
        event = ApplicationEvent(
            1 + max(others, default=0),
            Step.TAKEN.value,
            today.isoformat(),
            clerk,
            {
                "asked": asdict(asked),
                "due": due_day(day, settings).isoformat(),
                "doubts": doubts,
                "first": first.number if first else None,
                "known_as": _name_on_the_list(workspace, ledger, asked.entry_id),
            },
        )
        return taken_as(ledger.apply(event), others)


def _readable(asked: Request) -> Request:
    """What is asked, with names that can be printed.

    Raises:
        UsageError: nobody asks, or for nobody; a field is none that an application may set.
    """
    by, name = named(asked.by), name_as_kept(asked.name)
    if asked.entry_id is None and name is None and asked.against is None:
        raise usage_error("application-for-nobody")
    require_fields(asked.values)
    documents = [text for text in map(str.strip, asked.documents) if text]
    return replace(asked, by=by, name=name or "", documents=documents)


def _name_on_the_list(workspace: Path, ledger: Ledger, entry_id: str | None) -> str:
    """The name that an entry has; the applicant did not say it, so it proves nothing."""
    entry = (entry_of(workspace, ledger, entry_id) if entry_id else None) or {}
    parts = [entry.get(name) for name in NAME_PARTS]
    return " ".join(filter(None, parts)) or entry.get("full_name") or ""


def likely(
    workspace: Path,
    settings: Settings,
    ledger: Reader,
    person: Person,
    progress: Progress,
) -> tuple[str, list[str]]:
    """(what comes of a look for the person, the ids of who it may be, the likeliest first).

    The answer is empty where nobody can be looked for: there is no run, or no name.
    """
    try:
        source = ListSource.of(workspace, ledger, settings)
        finder = Finder(source, ledger, progress)
        found = finder.find(person.question, _MOST_SHOWN)
    except UsageError:
        return "", []
    return found.answer, [hit.entry_id for hit in found.hits if hit.score >= _LIKELY]


def _asked_before(asked: Request, others: Iterable[Application]) -> Application | None:
    """The open application that is the same; None where there is none."""
    return next(
        (
            other
            for other in others
            if other.state is State.OPEN
            and other.first is None
            and asked.is_again(other.asked)
        ),
        None,
    )


def _doubts_of_entry(
    workspace: Path, ledger: Ledger, asked: Request
) -> Iterator[Doubt]:
    """Whether the entry is there, and is of the person who is named."""
    if asked.entry_id is None:
        return
    entry = entry_of(workspace, ledger, asked.entry_id)
    if entry is None:
        yield "entry-gone", asked.entry_id
    elif asked.name and not agree(entry, asked.person):
        yield "name-differs", asked.entry_id


def _doubts_of_person(
    workspace: Path, asked: Request, since: str, progress: Progress
) -> Iterator[Doubt]:
    """Which entries may be the person, where none is named."""
    if asked.entry_id is not None or asked.against is not None:
        return
    try:
        with open_to_change(workspace, since) as (settings, ledger):
            found = likely(workspace, settings, ledger, asked.person, progress)
    except WorkspaceBusyError:
        yield "not-looked", ""
        return
    answer, entries = found
    told = ", ".join(entries)
    if answer in {FOUND, SEVERAL} and entries:
        is_added = asked.what is Asks.ADD
        one = "entry-likely" if len(entries) == 1 else "entries-likely"
        yield "stands-already" if is_added else one, told
    elif asked.what is not Asks.ADD:
        yield "entry-open", ""


def _doubts_of_values(asked: Request, day: dt.date) -> Iterator[Doubt]:
    """What is missing of what is to be set, or cannot be read."""
    for name in wrong_values(asked.person, day):
        yield "value-wrong", name
    for name in PLACE:
        if not asked.values.get(name, "0").strip().isdecimal():
            yield "value-wrong", name
    if asked.what is Asks.MOVE and "address" not in asked.values:
        yield "address-open", ""
    needs_precinct = asked.what in {Asks.ADD, Asks.MOVE}
    if needs_precinct and "precinct" not in asked.values:
        yield "precinct-open", ""
    if asked.what is Asks.CORRECT and not asked.values:
        yield "nothing-set", ""
    if asked.relation is not Relation.SELF and not asked.documents:
        yield "no-authority", ""


def _doubts_of_place(
    workspace: Path, settings: Settings, ledger: Reader, asked: Request
) -> Iterator[Doubt]:
    """Whether the precinct is one of these lists; of a constituency elsewhere nobody knows it."""
    constituency, precinct = (asked.values.get(name, "").strip() for name in PLACE)
    try:
        lists = known(workspace, ledger).table("lists")
    except UsageError:
        return
    precincts = precincts_known(settings.territory.by_number, lists)
    ours = {str(number): places for number, places in precincts.items()}
    own = [ours[constituency]] if constituency in ours else list(ours.values())
    is_elsewhere = constituency and constituency not in ours
    number = precinct.lstrip("0")
    is_known = any(number in map(str, places) for places in own)
    if precinct.isdecimal() and not is_elsewhere and not is_known:
        yield "precinct-unknown", precinct


def _doubts_of_others(
    asked: Request,
    others: Iterable[Application],
    first: Application | None,
    settings: Settings,
) -> Iterator[Doubt]:
    """What other applications say of the same person, or came from the same applicant."""
    others = list(others)
    if first is not None:
        yield "asked-already", str(first.number)
    again = [other for other in others if asked.says_as(other.asked)]
    decided = [str(other.number) for other in again if other.outcome is not None]
    if decided:
        yield "decided-before", ", ".join(decided)
    beside = [
        str(other.number)
        for other in others
        if other.state is State.OPEN
        and other is not first
        and (
            other.asked.entry_id == (asked.entry_id or "") or asked.says_as(other.asked)
        )
    ]
    if beside:
        yield "others-open", ", ".join(beside)
    if wants_other_struck(asked):
        mine = [
            other
            for other in others
            if wants_other_struck(other.asked)
            and is_same_person(other.asked.by, asked.by)
        ]
        if len(mine) >= settings.applications.most_strikings:
            yield "many-strikings", ", ".join(str(other.number) for other in mine)


def _doubts_of_day(day: dt.date, settings: Settings) -> Iterator[Doubt]:
    """Whether the lists are updated already: what changes them then is decided otherwise."""
    election = settings.calendar.election_day
    if election is None:
        return
    if day > election:
        yield "after-election", ""
    elif day > election - dt.timedelta(days=settings.calendar.updated_days):
        yield "after-update", ""
