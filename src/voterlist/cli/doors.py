"""What a precinct does: what was answered at its doors, and its day of the election.

``doors``: answers, read back by the code of each question; ``day``: voting cards, and the first
lines of the protocol.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from voterlist.cli.options import (
    Today,
    Workspace,
    argument,
    day,
    now,
    option,
    takes,
)
from voterlist.cli.terminal import SAY, Answer, pick, table, tell, tell_left
from voterlist.model import AtDoor, CardReason, frozen

if TYPE_CHECKING:
    from voterlist.casework.at_door import TakenIn

_MOST_LEFT = 40
"""Questions without an answer that are shown of a precinct."""


def read(
    workspace: Workspace,
    files: Annotated[list[Path], argument("door-files", "FILE...")],
) -> Answer:
    """Read answers that were saved on a telephone."""
    from voterlist.casework.at_door import take_in

    taken = take_in(workspace, files)
    for file in taken:
        _tell(file)
    tell("cli.door.next", folder=workspace)
    return {
        "files": taken,
        "exit_code": any(file.gone or file.unfit for file in taken),
    }


def _tell(file: TakenIn) -> None:
    """What became of a file, and which of its answers find no question."""
    numbers = (file.constituency, file.precinct)
    place = "/".join("-" if number is None else str(number) for number in numbers)
    key = "cli.door.known" if file.is_known else "cli.door.read"
    tell(key, file=file.file, place=place, count=file.answers, by=file.by)
    if file.gone:
        tell("cli.door.gone", 2, codes=", ".join(file.gone))
    if file.unfit:
        tell("cli.door.unfit", 2, codes=", ".join(file.unfit))


@frozen
class _Given:
    """The arguments and options of ``answer``."""

    workspace: Workspace
    code: Annotated[str, argument("door-code", "CODE")]
    word: Annotated[AtDoor, argument("door-answer", "ANSWER")]
    by: Annotated[str, option("door-by", "NAME")]
    field: Annotated[str | None, option("door-field", "FIELD")] = None
    value: Annotated[str, option("door-value", "TEXT")] = ""
    note: Annotated[str, option("door-note", "TEXT")] = ""


@takes(_Given)
def answer(options: _Given) -> Answer:
    """Type in one answer by its code."""
    from voterlist.casework import at_door
    from voterlist.lists.sheets import DoorAnswer

    told = pick(options, "code", "field", "value", "note")
    given = DoorAnswer(answer=options.word, **told)
    moment = now(options.workspace)
    made = at_door.answer(options.workspace, given, by=options.by, now=moment)
    tell("cli.door.answered")
    tell("cli.door.next", folder=options.workspace)
    return pick(made, "constituency", "precinct", "by")


def undelivered(
    workspace: Workspace,
    files: Annotated[list[Path], argument("undelivered-files", "FILE...")],
    by: Annotated[str, option("door-by", "NAME")],
) -> Answer:
    """Ask about voters whose card or invitation came back by post."""
    from voterlist.casework.undelivered import take_back

    taken = take_back(workspace, files, by=by, now=now(workspace))
    count, answered = taken["asked"], taken["answered"]
    tell("cli.doors.undelivered.asked", count=count, answered=answered)
    tell("cli.door.next", folder=workspace)
    return taken


def list_all(
    workspace: Workspace,
    precinct: Annotated[int | None, option("door-precinct", "P")] = None,
    today: Today = None,
) -> Answer:
    """Show how many questions are answered, and which are not."""
    from voterlist.casework.at_door import standings

    found = [
        standing
        for standing in standings(workspace, day(today, workspace))
        if precinct in {None, standing.precinct}
    ]
    names = ("asked", "answered", "absent", "overdue")
    rows = [
        (
            *(
                str(number or "-")
                for number in (question.constituency, question.precinct)
            ),
            *(getattr(question, name) for name in names),
        )
        for question in found
    ]
    table(("constituency", "precinct", *names), rows, of="cli.door.head")
    if precinct is not None:
        for standing in found:
            for number, code in standing.left[:_MOST_LEFT]:
                tell("cli.door.left", 2, number=number, asked=code)
            tell_left("cli.door.more", 2, standing.left, _MOST_LEFT)
    return {"precincts": found}


# The day of the election

_Constituency = Annotated[int, option("day-constituency", "-c", "--constituency", "N")]
_Precinct = Annotated[int, option("lists-precinct", "P", min=1)]
_First = Annotated[int, option("day-first", "N", min=1)]
_Last = Annotated[int, option("day-last", "N", min=1)]
_By = Annotated[str, option("day-by", "NAME")]


def stock(
    workspace: Workspace,
    constituency: _Constituency,
    precinct: _Precinct,
    first: _First,
    last: _Last,
    by: _By,
    today: Today = None,
) -> Answer:
    """Note the cards that a precinct received."""
    from voterlist.counter.election_day import stock_cards

    place, cards = (constituency, precinct), range(first, last + 1)
    on_day = day(today, workspace)
    known = stock_cards(workspace, place, cards, by=by, today=on_day)
    left = len(known.left(place))
    tell("cli.day.stocked", count=len(cards), left=left)
    return {"cards": len(cards), "left": left}


def issue(
    workspace: Workspace,
    entry: Annotated[str, argument("day-entry", "ENTRY_ID")],
    card: Annotated[int, argument("day-card", "CARD")],
    by: _By,
    why: Annotated[CardReason, option("day-why")] = CardReason.OTHER,
    today: Today = None,
) -> Answer:
    """Note that a voter was given a card."""
    from voterlist.counter.election_day import issue_card

    on_day = day(today, workspace)
    constituency, precinct = issue_card(
        workspace, entry, card, why=why, by=by, today=on_day
    )
    tell("cli.day.issued", card=str(card), precinct=str(precinct))
    return {"card": card, "constituency": constituency, "precinct": precinct}


def cancel(
    workspace: Workspace,
    first: _First,
    last: _Last,
    act: Annotated[int, option("day-act", "N", min=1)],
    by: _By,
    today: Today = None,
) -> Answer:
    """Note that unused cards were cancelled by an act."""
    from voterlist.counter.election_day import cancel_cards

    cards = range(first, last + 1)
    cancel_cards(workspace, cards, act, by=by, today=day(today, workspace))
    tell("cli.day.cancelled", count=len(cards), act=str(act))
    return {"cards": len(cards), "act": act}


def signed(
    workspace: Workspace,
    files: Annotated[list[Path], argument("day-signed", "FILE...")],
    by: _By,
    today: Today = None,
) -> Answer:
    """Read which numbers of the printed lists were signed."""
    from voterlist.counter.election_day import DOUBTS, read_signed

    read = read_signed(workspace, files, by=by, today=day(today, workspace))
    rows = [
        (
            str(row.constituency),
            str(row.precinct),
            row.signed,
            row.by_hand,
            *(_numbers(getattr(row, name)) for name in DOUBTS),
        )
        for row in read
    ]
    names = ("constituency", "precinct", "signed", "by_hand", *DOUBTS)
    table(names, rows, of="cli.day.head")
    tell("cli.day.signed.next", folder=workspace)
    return {
        "precincts": read,
        "exit_code": any(row.is_doubtful for row in read),
    }


def _numbers(names: Iterable[str]) -> str:
    """Numbers as a person reads them: that of another list with its name behind it."""
    told = []
    for name in names:
        kind, _, number = name.rpartition("/")
        told.append(f"{number} ({SAY(f'day.list.{kind}')})" if kind else number)
    return ", ".join(told) or "-"


def protocol(
    workspace: Workspace,
    files: Annotated[
        list[Path] | None, option("day-protocol", "--protocol", "FILE")
    ] = None,
) -> Answer:
    """Compute the first lines of each precinct's protocol."""
    from voterlist.counter.election_day import Cards, precinct_lines, read_protocols
    from voterlist.pipeline.list_input import ListSource
    from voterlist.storage.workspace import open_to_read

    with open_to_read(workspace) as (settings, ledger):
        source = ListSource.of(workspace, ledger, settings)
    reported = read_protocols(source, files or ())
    lines = precinct_lines(source, Cards.of(source.journal), reported)
    names = ("line_1a", "line_1b", "line_1d")
    rows = [
        (
            str(row.constituency),
            str(row.precinct),
            *(row.computed[name] for name in names),
            "-" if row.signed is None else row.signed.signed + row.signed.by_hand,
            ", ".join(SAY(f"cli.day.head.{name}") for name in row.differences),
        )
        for row in lines
    ]
    heads = ("constituency", "precinct", *names, "signed", "differences")
    table(heads, rows, of="cli.day.head")
    differing = sum(bool(row.differences) for row in lines)
    if files:
        tell("cli.day.compared", count=differing)
    return {
        "lines": [
            {
                **pick(row, "constituency", "precinct"),
                **row.computed,
                "reported": row.reported or None,
                **pick(row, "signed", "differences"),
            }
            for row in lines
        ],
        "differing": differing,
        "exit_code": differing > 0,
    }
