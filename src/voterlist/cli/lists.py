"""``lists``: the compiled, corrected list of each precinct."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from voterlist.cli.options import Today, Workspace, day, option, takes
from voterlist.cli.status import tell_waves
from voterlist.cli.steps import Steps
from voterlist.cli.terminal import SAY, TERMINAL, Answer, picked, tell, tell_left
from voterlist.model import ListOrder

if TYPE_CHECKING:
    from voterlist.handover.lists import ListsMade

_MOST_LISTS = 60
"""Lists whose balance is printed; JSON has all of them."""


@dataclass(frozen=True, slots=True)
class _Options:
    """The arguments and options of the command."""

    workspace: Workspace
    purpose: Annotated[str, option("purpose", "PURPOSE")]
    constituencies: Annotated[
        list[int] | None, option("lists-of", "-c", "--constituency", "N")
    ] = None
    precinct: Annotated[int | None, option("lists-precinct", "P", min=1)] = None
    form: Annotated[str | None, option("lists-form", "FORM")] = None
    out: Annotated[Path | None, option("lists-out", "FOLDER")] = None
    language: Annotated[Literal["az", "en"] | None, option("lists-language")] = None
    order: Annotated[ListOrder | None, option("lists-order")] = None
    today: Today = None
    jobs: Annotated[int, option("lists-jobs", min=1)] = 1


@takes(_Options)
def lists(options: _Options) -> Answer:
    """Write the compiled, corrected list of each precinct."""
    from voterlist.handover.lists import ListRequest, make_lists, sums_of

    forms = (options.form or "").lower().split(",")
    request = ListRequest(
        constituencies=tuple(options.constituencies or ()),
        forms=tuple(dict.fromkeys(filter(None, map(str.strip, forms)))),
        **picked(options, "purpose", "precinct", "out", "language", "order"),
    )
    with Steps() as steps:
        made = make_lists(
            options.workspace,
            request,
            today=day(options.today, options.workspace),
            jobs=options.jobs,
            progress=steps,
        )
    sums, balance = sums_of(made.balance), made.balance.to_pylist()
    _tell(made, sums, balance)
    names = ("path", "constituency", "precinct", "list_kind", "rows", "sha256")
    return {
        "files": [picked(file, *names) for file in made.files],
        "balance": balance,
        "sum": sums,
        "runs": [
            {"constituency": constituency, "run": run}
            for constituency, run in made.runs.items()
        ],
        **picked(made, "corrections", "questions", "changes", "waves"),
    }


def _tell(made: ListsMade, sums: Mapping[str, int], rows: list[Answer]) -> None:
    """The balance of each list, then where the files are."""
    headings = [
        SAY("cli.table.constituency"),
        SAY("cli.table.precinct"),
        *(SAY(f"lists.short.{name}") for name in ("kind", *sums)),
    ]
    TERMINAL.table(headings, [_cells(row, sums) for row in rows[:_MOST_LISTS]])
    tell_left("cli.lists.more", 0, rows, _MOST_LISTS)
    tell("cli.lists.sum", **sums)
    tell("cli.lists.made", **picked(made, "corrections", "questions"))
    if made.changes:
        tell("cli.lists.changes", changes=made.changes)
    tell_waves(made.waves)
    if not made.files:
        tell("cli.lists.nothing")
    for folder in dict.fromkeys(file.path.parent for file in made.files):
        count = sum(1 for file in made.files if file.path.parent == folder)
        tell("cli.lists.written", count=count, path=folder)


def _cells(row: dict[str, Any], counts: Iterable[str]) -> tuple[Any, ...]:
    """The cells of a row of LIST_BALANCE: the place, the kind and these counts."""
    places = (row["constituency"], row["precinct"])
    numbers = ["-" if number is None else str(number) for number in places]
    kind = SAY(f"list-kind.{row['list_kind']}")
    return (*numbers, kind, *(row[name] for name in counts))
