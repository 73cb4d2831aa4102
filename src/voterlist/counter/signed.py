"""The signed list read back: which numbers of the printed lists of a precinct were signed.

What is kept are counts, and the numbers that are doubtful: who came to vote stands nowhere.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from voterlist.casework.printed import SUPPLEMENTARY, Printed, number_in
from voterlist.counter.voting_cards import Cards, Place
from voterlist.lists.papers import papers
from voterlist.model import ListKind
from voterlist.pipeline.list_input import ListSource
from voterlist.storage.ledger import JournalLine
from voterlist.storage.typed import TypedLine
from voterlist.storage.workspace import open_to_change
from voterlist.tables import by_key

READ = "list-signed"
"""The event of the journal."""
DOUBTS = ("twice", "nobody", "with_card")
"""The fields of ``Signed`` that somebody has to look at."""
_SIGNED = frozenset({"+", "1", "x", "х", "v", "✓", "imza", "hə", "bəli", "yes"})
_NOT_SIGNED = frozenset({"", "-", "0", "yox", "xeyr", "no"})


@dataclass(frozen=True, slots=True)
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
        printed = Printed(source)
        lines = by_key((line.place, line) for line in printed.lines(paths, "number"))
        cards, made = Cards.of(source.journal), []
        for place in sorted(lines):
            holders = cards.holders(source.known_as(place[0]))
            made.append(_signed(place, lines[place], printed, holders))
        for signed in made:
            doubts = {name: " ".join(getattr(signed, name)) for name in DOUBTS}
            ledger.write_journal(today, READ, by=by, **asdict(signed) | doubts)
    return made


def _signed(
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
        if not _is_signed(line):
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
    )


def _is_signed(line: TypedLine) -> bool:
    """False where the line says that nobody signed; a table without marks has those who did.

    Raises:
        UsageError: it says something else.
    """
    mark = line.said.get("mark", "+").casefold()
    if mark not in _SIGNED | _NOT_SIGNED:
        raise line.refused("signed-no-mark")
    return mark in _SIGNED
