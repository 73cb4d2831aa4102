"""``doors``: what was answered at the door, read back by the code of each question."""

from __future__ import annotations

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
from voterlist.cli.terminal import Answer, pick, table, tell, tell_left
from voterlist.model import AtDoor, frozen

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
        "files": [pick(file) for file in taken],
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
    return {"precincts": [pick(standing) for standing in found]}
