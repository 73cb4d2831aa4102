"""Voting cards: the stock of each precinct, whom one was issued to, which were cancelled.

A card lets its voter vote elsewhere (Election Code, article 101). All of it stands in the journal
of the ledger as numbers and ids; what holds is computed from there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import field
from pathlib import Path

from voterlist.casework.printed import Printed
from voterlist.config.sections import Settings
from voterlist.errors import usage_error
from voterlist.model import CardReason, JournalLine, Level, frozen
from voterlist.pipeline.list_input import ListSource
from voterlist.storage.workspace import open_to_change

STOCKED, ISSUED, CANCELLED = "cards-stocked", "card-issued", "cards-cancelled"
"""The events of the journal."""

Place = tuple[int, int]
"""Constituency and precinct."""


@frozen
class Cards:
    """What the journal says of cards."""

    stock: dict[int, Place] = field(default_factory=dict)
    """Card -> the precinct that has, or had, it."""
    issued: dict[int, str] = field(default_factory=dict)
    """Card -> the entry of its voter."""
    cancelled: dict[int, int] = field(default_factory=dict)
    """Card -> the number of the act."""

    @classmethod
    def of(cls, journal: Sequence[JournalLine]) -> Cards:
        """The cards after all that was noted."""
        cards = cls()
        for _, event, details in journal:
            if event == STOCKED:
                place = (int(details["constituency"]), int(details["precinct"]))
                cards.stock.update(dict.fromkeys(_range(details), place))
            elif event == ISSUED:
                cards.issued[int(details["card"])] = str(details["entry"])
            elif event == CANCELLED:
                act = int(details["act"])
                cards.cancelled.update(dict.fromkeys(_range(details), act))
        return cards

    @property
    def by_entry(self) -> dict[str, int]:
        """Entry -> its card."""
        return {entry_id: card for card, entry_id in self.issued.items()}

    def holders(self, known_as: Mapping[str, str]) -> set[str]:
        """The entries of those who have a card; ``known_as``: the id then -> the id of today."""
        return {known_as.get(entry_id, entry_id) for entry_id in self.issued.values()}

    def left(self, place: Place) -> list[int]:
        """The cards of a precinct that are neither issued nor cancelled."""
        return sorted(
            card
            for card, where in self.stock.items()
            if where == place and card not in self.issued and card not in self.cancelled
        )


def _range(details: Mapping[str, str | int]) -> range:
    return range(int(details["first"]), int(details["last"]) + 1)


def stock_cards(
    workspace: Path, place: Place, cards: range, *, by: str, today: dt.date
) -> Cards:
    """Note that a precinct received cards, and return all cards.

    Raises:
        UsageError: it is no workspace; a card is in stock already; the range is empty.
    """
    with open_to_change(workspace, since=today.isoformat()) as (_, ledger):
        known = Cards.of(ledger.journal())
        twice = next((card for card in cards if card in known.stock), None)
        if not cards or twice is not None:
            raise usage_error("cards-in-stock", card=twice or cards.start)
        line = {"constituency": str(place[0]), "precinct": str(place[1]), "by": by}
        ends = {"first": str(cards.start), "last": str(cards.stop - 1)}
        ledger.write_journal(today, STOCKED, **line, **ends)
        return Cards.of(ledger.journal())


def cancel_cards(
    workspace: Path, cards: range, act: int, *, by: str, today: dt.date
) -> Cards:
    """Note that unused cards were cancelled by an act, and return all cards.

    Raises:
        UsageError: it is no workspace; a card is not in stock, was issued, or is cancelled.
    """
    with open_to_change(workspace, since=today.isoformat()) as (_, ledger):
        known = Cards.of(ledger.journal())
        for card in cards:
            _require_unused(known, card)
        if not cards:
            raise usage_error("card-not-in-stock", card=cards.start)
        ends = {"first": str(cards.start), "last": str(cards.stop - 1)}
        ledger.write_journal(today, CANCELLED, **ends, act=str(act), by=by)
        return Cards.of(ledger.journal())


def issue_card(
    workspace: Path,
    entry_id: str,
    card: int,
    *,
    why: CardReason,
    by: str,
    today: dt.date,
) -> Place:
    """Note that a voter of today's list was given a card; returns the voter's precinct.

    Raises:
        UsageError: no election day is set, or cards are not issued on this day; the card is not in
            the stock of the voter's precinct, was issued or cancelled; the voter is on no list, or
            has a card; something was decided since the newest run.
    """
    with open_to_change(workspace, since=today.isoformat()) as (settings, ledger):
        _require_term(settings, today)
        known = Cards.of(ledger.journal())
        _require_unused(known, card)
        source = ListSource.of(workspace, ledger, settings)
        row = Printed(source).entry(entry_id)
        if row is None or row["constituency"] is None or row["precinct"] is None:
            raise usage_error("card-no-voter")
        place: Place = row["constituency"], row["precinct"]
        source.require_current(place[0])
        if known.stock[card] != place:
            raise usage_error("card-not-in-stock", card=card)
        if entry_id in known.by_entry:
            raise usage_error("card-twice", card=known.by_entry[entry_id])
        line = {"card": str(card), "entry": entry_id, "why": why.value, "by": by}
        ledger.write_journal(today, ISSUED, **line)
        return place


def _require_unused(cards: Cards, card: int) -> None:
    """Refuse a card that is not in stock any more.

    Raises:
        UsageError: it is such a one.
    """
    if card not in cards.stock:
        raise usage_error("card-not-in-stock", card=card)
    if card in cards.issued or card in cards.cancelled:
        raise usage_error("card-gone", card=card)


def _require_term(settings: Settings, today: dt.date) -> None:
    """Refuse a day on which no cards are issued (Election Code, article 101).

    Raises:
        UsageError: it is such a day, or no election day is set.
    """
    calendar = settings.calendar
    if calendar.election_day is None:
        raise usage_error("no-election-day")
    is_precinct = settings.workspace.level is Level.PEC
    from_days = calendar.cards_precinct_days if is_precinct else calendar.cards_days
    days = (calendar.election_day - today).days
    if not calendar.cards_last_days <= days <= from_days:
        first, last = (
            calendar.election_day - dt.timedelta(days=count)
            for count in (from_days, calendar.cards_last_days)
        )
        raise usage_error("cards-not-now", first=first, last=last)
