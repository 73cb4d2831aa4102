"""``day``: voting cards, and the first lines of the protocol."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

from voterlist.cli.options import Today, Workspace, argument, day, option
from voterlist.cli.terminal import SAY, Answer, pick, table, tell
from voterlist.model import CardReason

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
        "precincts": [pick(row) for row in read],
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
