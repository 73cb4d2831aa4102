"""Election day: the signed list read back, and the first lines of each precinct's protocol.

Which numbers of the printed lists were signed is kept as counts, and the numbers that are doubtful:
who came to vote stands nowhere. The lines are computed from the list, beside those reported.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, field
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow as pa

from voterlist import readers
from voterlist.casework.printed import SUPPLEMENTARY, Printed, number_in
from voterlist.config.sections import Settings
from voterlist.errors import InputError, usage_error
from voterlist.ingest.numbers import protocol
from voterlist.lists.compile import Compiled, compile_lists, input_until
from voterlist.lists.documents import papers
from voterlist.lists.sheets import came_late
from voterlist.model import CardReason, JournalLine, Level, ListKind, frozen
from voterlist.pipeline.list_input import ListSource
from voterlist.schemas import PROTOCOL, PROTOCOL_LINES
from voterlist.storage.typed import TypedLine
from voterlist.storage.workspace import open_to_change
from voterlist.tables import by_key, concat, count_by, rows_among

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


READ = "list-signed"
"""The event of the journal."""
DOUBTS = ("twice", "nobody", "with_card")
"""The fields of ``Signed`` that somebody has to look at."""
_SIGNED = frozenset({"+", "1", "x", "х", "v", "✓", "imza", "hə", "bəli", "yes"})
_NOT_SIGNED = frozenset({"", "-", "0", "yox", "xeyr", "no"})


@frozen
class Signed:
    """What was read of a precinct. Of no list but the permanent one a number is ``list/number``."""

    constituency: int
    precinct: int
    signed: int
    """Voters of the lists whose number was signed."""
    by_hand: int
    """Signed lines of the supplementary list behind those that were printed."""
    twice: tuple[str, ...]
    """Numbers of voters who signed twice, on two lists too."""
    nobody: tuple[str, ...]
    """Signed numbers under which nobody stands."""
    with_card: tuple[str, ...]
    """Signed numbers of voters who were given a card to vote elsewhere."""
    late: int | None = None
    """Printed on the supplementary list; what an earlier version read does not say it."""

    @property
    def is_doubtful(self) -> bool:
        """True where somebody has to look at the paper again."""
        return any(getattr(self, name) for name in DOUBTS)


def signed_in(journal: Sequence[JournalLine]) -> dict[Place, Signed]:
    """What was read last of each precinct."""
    found = {}
    for _, event, details in journal:
        if event == READ:
            said: dict[str, Any] = {**details}
            said.pop("by")
            doubts = {name: tuple(said[name].split()) for name in DOUBTS}
            signed = Signed(**said | doubts)
            found[signed.constituency, signed.precinct] = signed
    return found


def read_signed(
    workspace: Path, paths: Sequence[Path], *, by: str, today: dt.date
) -> list[Signed]:
    """Read which numbers were signed, and note it; what was read of a precinct before is replaced.

    Raises:
        UsageError: it is no workspace or has no complete run; a line cannot be read, is of a
            precinct without a list, or names another voter than the number.
        InputError: there is no such file.
    """
    with open_to_change(workspace, since=today.isoformat()) as (settings, ledger):
        source = ListSource.of(workspace, ledger, settings)
        # Whoever is typed in since the day has no number on the paper, and who left it has one.
        printed = Printed(source, _eve(source))
        lines = by_key((line.place, line) for line in printed.lines(paths, "number"))
        cards, made = Cards.of(source.journal), []
        for place in sorted(lines):
            holders = cards.holders(source.known_as(place[0]))
            made.append(_read_lines(place, lines[place], printed, holders))
        for signed in made:
            doubts = {name: " ".join(getattr(signed, name)) for name in DOUBTS}
            ledger.write_journal(today, READ, by=by, **asdict(signed) | doubts)
    return made


def _eve(source: ListSource) -> dt.date | None:
    """The last day before the election; None where there is none."""
    day = source.settings.calendar.election_day
    return day and day - dt.timedelta(days=1)


def _read_lines(
    place: Place,
    lines: Sequence[TypedLine],
    printed: Printed,
    holders: Collection[str],
) -> Signed:
    """What the lines of a precinct say; ``holders``: the entries of those who have a card.

    Raises:
        UsageError: a line says no number, list or mark, or another surname than the number has.
    """
    late = [number for kind, number in printed.of(place) if kind == SUPPLEMENTARY]
    written_to = len(late) + papers()[SUPPLEMENTARY].blank
    signatures: dict[str, list[str]] = {}
    by_hand, nobody = set(), []
    for line in lines:
        row, (kind, number) = printed.row(line), number_in(line)
        name = str(number) if kind == ListKind.PERMANENT else f"{kind}/{number}"
        # A table without marks has those who signed.
        mark = line.said.get("mark", "+").casefold()
        if mark not in _SIGNED | _NOT_SIGNED:
            raise line.refused("signed-no-mark")
        if mark in _NOT_SIGNED:
            continue
        if row is not None:
            signatures.setdefault(row["entry_id"], []).append(name)
        elif kind == SUPPLEMENTARY and 0 < number <= written_to:
            by_hand.add(name)
            signatures.setdefault(name, []).append(name)
        else:
            nobody.append(name)
    twice = [names for names in signatures.values() if len(names) > 1]
    with_card = [names[0] for entry, names in signatures.items() if entry in holders]
    return Signed(
        *place,
        signed=len(signatures) - len(by_hand),
        by_hand=len(by_hand),
        twice=tuple(dict.fromkeys(chain(*twice))),
        nobody=tuple(nobody),
        with_card=tuple(with_card),
        late=len(late),
    )


@frozen
class PrecinctLines:
    """Line 1 of a protocol: what the workspace computes, and what the precinct reported.

    1 = 1a (list) + 1b (supplementary) + 1c (voted with a card) - 1d (cards issued).
    """

    constituency: int
    precinct: int
    computed: Mapping[str, int]
    """Of ``line_1a``, ``line_1b`` and ``line_1d``. Who voted with a card came from elsewhere, so
    nothing here says ``line_1c``."""
    reported: Mapping[str, int | None]
    """Of PROTOCOL_LINES; empty where no protocol names the precinct."""
    signed: Signed | None = None
    """What was read of its signed list."""

    @property
    def differences(self) -> tuple[str, ...]:
        """The lines of which the precinct reports something else.

        On the day voters are written into the supplementary list by hand, so it may have more
        than the workspace knows of, and not fewer. ``line_1`` differs where the reported lines do
        not add up, and ``signed`` where more people signed than it says stand on the lists.
        """
        told = self.reported
        other = [
            name
            for name, count in self.computed.items()
            if (reported := told.get(name)) is not None
            and (reported < count if name == "line_1b" else reported != count)
        ]
        parts = [told.get(name) for name in PROTOCOL_LINES]
        numbers = [part for part in parts if part is not None]
        if len(numbers) == len(parts):
            whole, listed, supplementary, with_card, cards = numbers
            if whole != listed + supplementary + with_card - cards:
                other.append("line_1")
            if self.signed is not None:
                if self.signed.signed + self.signed.by_hand > whole:
                    other.append("signed")
                # Who is written in by hand is of the precinct, or came with a card; typed in since,
                # they are of the computed line too.
                late = self.signed.late
                late = self.computed["line_1b"] if late is None else late
                if supplementary + with_card < late + self.signed.by_hand:
                    other.append("line_1b")
        return tuple(sorted({*other}))


def precinct_lines(
    source: ListSource, cards: Cards, reported: pa.Table
) -> list[PrecinctLines]:
    """The lines of every precinct that has a list, by constituency and precinct.

    Args:
        source: of which workspace.
        cards: issued and cancelled.
        reported: PROTOCOL.

    Raises:
        UsageError: something was decided since the newest run.
    """
    told = {
        (row["constituency"], row["precinct"]): {
            name: row[name] for name in PROTOCOL_LINES
        }
        for row in reported.to_pylist()
    }
    signed = signed_in(source.journal)
    lines = []
    for constituency in source.constituencies():
        source.require_current(constituency)
        _, given = source.input_of(constituency)
        compiled = compile_lists(given, constituency=constituency)
        eve = _eve(source)
        before = given if eve is None else input_until(given, eve)
        paper = compiled
        if before is not given:
            paper = compile_lists(before, constituency=constituency)
        holders = cards.holders(source.known_as(constituency))
        everybody = count_by(paper.listed, "precinct")
        with_card = count_by(rows_among(paper.listed, "entry_id", holders), "precinct")
        # Whoever is typed in since the day is written on the supplementary list by hand.
        late, arrived = (_count_late(lists, source) for lists in (paper, compiled))
        for precinct in sorted(place for place in everybody if place is not None):
            if constituency is not None:
                place: Place = (constituency, precinct)
                computed = {
                    "line_1a": everybody[precinct] - late.get(precinct, 0),
                    "line_1b": arrived.get(precinct, 0),
                    "line_1d": with_card.get(precinct, 0),
                }
                lines.append(
                    PrecinctLines(
                        *place, computed, told.get(place, {}), signed.get(place)
                    )
                )
    return lines


def _count_late(lists: Compiled, source: ListSource) -> dict[int | None, int]:
    """How many came onto the list of each precinct after it was frozen."""
    ids = came_late(lists.corrections, source.last_days)
    return count_by(rows_among(lists.listed, "entry_id", ids), "precinct")


def read_protocols(source: ListSource, paths: Sequence[Path]) -> pa.Table:
    """PROTOCOL of these files.

    Raises:
        InputError: one of them cannot be read, or is no protocol.
    """
    tables = []
    for path in paths:
        for raw in readers.read_files(path, path.name, source.settings.ingest):
            if raw.trouble is not None:
                raise InputError(
                    "the protocol cannot be read", code=raw.trouble, file=path.name
                )
            tables.append(protocol(raw))
    return concat(tables, PROTOCOL)
