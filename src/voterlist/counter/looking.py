"""A look at the counter: who looks, how often, and what of it stands in the journal."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from voterlist.counter.asking import Question, asked
from voterlist.counter.card import Card, card_of
from voterlist.counter.finder import Finder, Found
from voterlist.counter.index import Progress
from voterlist.decisions import is_same_person
from voterlist.errors import usage_error
from voterlist.pipeline.list_input import ListSource
from voterlist.storage.ledger import Ledger, Reader
from voterlist.storage.workspace import open_to_change

LOOKED = "looked"
"""The event of a look in the journal."""
CARD = "card"
"""The action of a look that opened a card."""


@dataclass(frozen=True, slots=True)
class Looker:
    """Who looks, and when."""

    by: str
    now: dt.datetime
    since: str
    """When the command began, as it is told to another one that has to wait."""


def look(
    workspace: Path,
    question: Question,
    looker: Looker,
    *,
    limit: int,
    card: int | None = None,
    progress: Progress = lambda _step, _done, _total: None,
) -> tuple[Found, Card | None]:
    """Who fits a question, and a card; the look stands in the journal before it is shown.

    Args:
        workspace: its folder.
        question: what is asked.
        looker: who asks.
        limit: how many are told at most.
        card: whose card is opened, counted from 1; None: that of the only one who is certain.
        progress: told what is done while the index is made.

    Raises:
        UsageError: it is no workspace or has no complete run; nothing is asked; fewer were found
            than the card's number; somebody looked too often within the hour.
        SettingsError: its settings have mistakes.
        InputError: a table of a run, or the ledger, cannot be read.
        WorkspaceBusyError: another command holds it.
        OSError: the index cannot be written.
    """
    with open_to_change(workspace, looker.since) as (settings, ledger):
        # A question that is none is told before an index is made for it.
        asked(question, settings.workspace.profile)
        require_looks(ledger, looker, settings.desk.looks_per_hour)
        finder = Finder(ListSource.of(workspace, ledger, settings), ledger, progress)
        found = finder.find(question, limit)
        opened = _opened(finder, found, card)
        note(ledger, looker, found=len(found.hits))
        if opened is not None:
            note(ledger, looker, action=CARD, entry=opened.entry_id)
    return found, opened


def _opened(finder: Finder, found: Found, card: int | None) -> Card | None:
    """The card of this number, or that of the only one who is certain."""
    if card is not None:
        if not 0 < card <= len(found.hits):
            raise usage_error("find-no-card", card=card, count=len(found.hits))
        return card_of(finder, found.hits[card - 1].entry_id)
    certain = [hit.entry_id for hit in found.hits if hit.is_certain]
    return card_of(finder, certain[0]) if len(certain) == 1 else None


def require_looks(ledger: Reader, looker: Looker, most: int) -> None:
    """Refuse whoever looked so often within this hour; 0 lets everybody look.

    Raises:
        UsageError: this person did.
    """
    if not most:
        return
    day = ledger.day_of(looker.now.date())
    looks = sum(
        on_day == day
        and event == LOOKED
        and "found" in details
        and details.get("hour") == looker.now.hour
        and is_same_person(str(details.get("by", "")), looker.by)
        for on_day, event, details in ledger.journal()
    )
    if looks >= most:
        raise usage_error("find-too-often", most=most, by=looker.by or "-")


def note(ledger: Ledger, looker: Looker, **seen: str | int) -> None:
    """Write a look into the journal: who, in which hour, and how many were found or whose card."""
    ledger.write_journal(
        looker.now.date(), LOOKED, by=looker.by, hour=looker.now.hour, **seen
    )
