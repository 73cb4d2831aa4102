"""An application taken: kept whatever is doubtful of it, and what is doubtful is told."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from voterlist.config.sections import Settings
from voterlist.counter.applications import (
    PLACE,
    Application,
    Clerk,
    Doubt,
    Request,
    State,
    applications_of,
    find,
    name_of,
    require_fields,
    taken_as,
    wants_other_struck,
)
from voterlist.counter.asking import Person, agree, entry_of, wrong_values
from voterlist.counter.finder import Finder
from voterlist.counter.index import make_index
from voterlist.decisions.checks import precincts_known
from voterlist.decisions.given import is_same_person, name_as_kept
from voterlist.errors import UsageError, usage_error
from voterlist.fields import name_in
from voterlist.model import Asks, OnProgress, Relation, Step, no_progress
from voterlist.pipeline.known import known
from voterlist.pipeline.list_input import ListSource
from voterlist.storage.ledger import ApplicationEvent, Ledger, Reader, place_in
from voterlist.storage.workspace import open_beside, read_beside, settings_of
from voterlist.tables import Row

_BELOW = re.compile(r"(conec-\d{3}|pec-\d{3}-\d{4})/[1-9]\d{0,6}", re.ASCII)
"""A commission below and its number of an application."""
_NEEDED = {"home-open": ("address",), "identifier-open": ("fin", "document")}
"""Of who is to be added: the doubt, and the fields of which one is to be said."""
_MOST_SHOWN = 10
_LIKELY = 0.1
"""The probability from which on an entry is told that may be the person."""


def take(
    workspace: Path,
    asked: Request,
    clerk: Clerk,
    *,
    progress: OnProgress = no_progress,
) -> Application:
    """Take an application: it is kept whatever is doubtful of it, and what is is told.

    Args:
        workspace: its folder.
        asked: what is asked.
        clerk: who takes it, and when; a day before the newest in the ledger is that of a wrong
            clock.
        progress: told what is done while the index is made in which the person is looked for.

    Raises:
        UsageError: it is no workspace; nobody asks, or for nobody; a field, or the number below,
            is none.
        WorkspaceBusyError: another command writes the ledger all the time.
    """
    by, name = name_of(asked.by), name_as_kept(asked.name)
    if asked.entry_id is None and name is None and asked.against is None:
        raise usage_error("application-for-nobody")
    require_fields(asked.values)
    if asked.below and not _BELOW.fullmatch(asked.below):
        raise usage_error("application-below")
    documents = [text for text in map(str.strip, asked.documents) if text]
    asked = replace(asked, by=by, name=name or "", documents=documents)
    settings = settings_of(workspace)
    meant = list(_doubts_of_person(workspace, asked, clerk.since, progress))
    # A run may hold the workspace for hours, and whoever asks stands at the counter.
    with Ledger(place_in(workspace, settings)) as ledger:
        every = applications_of(ledger.applications())
        if asked.against is not None:
            find(every, asked.against)
        others = [*every.values()]
        same = (
            application
            for application in others
            if application.first is None and asked.is_again(application.asked)
        )
        first = next(
            (application for application in same if application.state is State.OPEN),
            None,
        )
        day = ledger.day_of_chain(clerk.today)
        entry = None
        if asked.entry_id is not None:
            entry = entry_of(workspace, ledger, asked.entry_id)
        due = day + dt.timedelta(days=settings.applications.answer_days)
        election = settings.calendar.election_day
        if election is not None and day <= election:
            # At once on election day, and never behind it.
            due = min(due, election)
        doubts = [
            *_doubts_of_entry(asked, entry),
            *meant,
            *_doubts_of_values(asked, day),
            *(_doubts_of_added(asked) if asked.what is Asks.ADD else ()),
            *_doubts_of_place(workspace, settings, ledger, asked),
            *_doubts_of_others(asked, others, first, settings),
            *_doubts_of_day(day, settings),
        ]
        # The name that the entry has; the applicant did not say it, so it proves nothing.
        told = entry or {}
        event = ApplicationEvent(
            1 + max(every, default=0),
            Step.TAKEN.value,
            clerk.today.isoformat(),
            clerk.by,
            {
                "asked": asdict(asked),
                "due": due.isoformat(),
                "doubts": doubts,
                "first": first.number if first else None,
                "known_as": name_in(told) or told.get("full_name") or "",
            },
        )
        return taken_as(ledger.apply(event), every)


def likely(
    workspace: Path,
    settings: Settings,
    ledger: Reader,
    person: Person,
    progress: OnProgress,
) -> list[str]:
    """The ids of the entries of which one probably is the person, the likeliest first.

    Behind them whoever was added since the run and agrees. Empty where nobody can be looked for,
    too: there is no run, or no name.
    """
    try:
        source = ListSource.of(workspace, ledger, settings)
        finder = Finder(source, ledger, progress)
        found = finder.find(person.question, _MOST_SHOWN)
    except UsageError:
        return []
    hits = found.hits if found.is_probable else ()
    likely = [hit.entry_id for hit in hits if hit.score >= _LIKELY]
    return [*likely, *(row["entry_id"] for row in found.added)]


def _doubts_of_entry(asked: Request, entry: Row | None) -> Iterator[Doubt]:
    """Whether the entry is there, and is of the person who is named."""
    if asked.entry_id is None:
        return
    if entry is None:
        yield "entry-gone", asked.entry_id
    elif asked.name and not agree(entry, asked.person):
        yield "name-differs", asked.entry_id


def _doubts_of_person(
    workspace: Path, asked: Request, since: str, progress: OnProgress
) -> Iterator[Doubt]:
    """Which entries may be the person, where none is named."""
    if asked.entry_id is not None or asked.against is not None:
        return

    def look() -> list[str]:
        make_index(workspace, since, progress)
        with open_beside(workspace, since) as (settings, ledger, _):
            return likely(workspace, settings, ledger, asked.person, progress)

    found = read_beside(workspace, look)
    if found:
        code = "entry-likely" if len(found) == 1 else "entries-likely"
        code = "stands-already" if asked.what is Asks.ADD else code
        yield code, ", ".join(found)
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


def _doubts_of_added(asked: Request) -> Iterator[Doubt]:
    """What the list will lack of who is to be added."""
    for code, fields in _NEEDED.items():
        if not any(asked.values.get(name, "").strip() for name in fields):
            yield code, ""


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
    others: Sequence[Application],
    first: Application | None,
    settings: Settings,
) -> Iterator[Doubt]:
    """What other applications say of the same person, or came from the same applicant."""
    mine = [
        application
        for application in others
        if wants_other_struck(application.asked)
        and is_same_person(application.asked.by, asked.by)
    ]
    most = settings.applications.most_strikings
    is_many = wants_other_struck(asked) and len(mine) >= most
    again = [application for application in others if asked.says_as(application.asked)]
    known_as = asked.entry_id or ""
    told = {
        "asked-already": [first] if first else [],
        "decided-before": [
            application for application in again if application.outcome is not None
        ],
        "others-open": [
            application
            for application in others
            if application.state is State.OPEN
            and application is not first
            and (
                application.asked.entry_id == known_as
                or asked.says_as(application.asked)
            )
        ],
        "many-strikings": mine if is_many else [],
    }
    for code, those in told.items():
        if those:
            yield code, ", ".join(str(application.number) for application in those)


def _doubts_of_day(day: dt.date, settings: Settings) -> Iterator[Doubt]:
    """Whether the lists are updated already: what changes them then is decided otherwise."""
    election = settings.calendar.election_day
    if election is None:
        return
    if day > election:
        yield "after-election", ""
    elif day > election - dt.timedelta(days=settings.calendar.updated_days):
        yield "after-update", ""
