"""``lists``: the compiled list of each precinct; ``figures``: what the public is told of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from voterlist.cli.options import (
    PassphraseStdin,
    Today,
    Workspace,
    day,
    option,
    passphrase_of,
    takes,
    when,
)
from voterlist.cli.status import tell_waves
from voterlist.cli.steps import Steps
from voterlist.cli.terminal import SAY, TERMINAL, Answer, pick, tell, tell_left, warn
from voterlist.model import ListOrder, frozen

if TYPE_CHECKING:
    from voterlist.handover.lists import ListsMade

_MOST_LISTS = 60
"""Lists whose balance is printed; JSON has all of them."""


@frozen
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
        **pick(options, "purpose", "precinct", "out", "language", "order"),
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
        "files": [pick(file, *names) for file in made.files],
        "balance": balance,
        "sum": sums,
        "runs": [
            {"constituency": constituency, "run": run}
            for constituency, run in made.runs.items()
        ],
        **pick(made, "corrections", "questions", "changes", "waves", "left"),
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
    tell("cli.lists.made", **pick(made, "corrections", "questions"))
    if made.changes:
        tell("cli.lists.changes", changes=made.changes)
    tell_waves(made.waves)
    for gate, count in made.left.items():
        warn(f"gate.{gate}.what", count=count)
        warn(f"gate.{gate}.todo")
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


def figures(
    workspace: Workspace,
    out: Annotated[Path | None, option("figures-out", "FOLDER")] = None,
    passphrase_stdin: PassphraseStdin = False,
    today: Today = None,
) -> Answer:
    """Write the press sheet and the open tables of the lists of today."""
    from voterlist.centre.figures import SECRET, make_figures
    from voterlist.centre.press import list_numbers
    from voterlist.handover.commissions import KEYS

    passphrase = None
    if (workspace / KEYS).exists():
        passphrase = passphrase_of(workspace, from_stdin=passphrase_stdin)
    with Steps() as steps:
        made = make_figures(
            workspace, passphrase, out=out, progress=steps, **when(today, workspace)
        )
    tell("cli.figures.voters", voters=made.voters)
    told = {name: places for name, places in made.lacking.items() if places}
    if told:
        warn("cli.figures.provisional")
    for name, places in told.items():
        warn(f"figures.{name}", places=list_numbers(places, SAY))
    if made.withheld:
        tell("cli.figures.withheld", voters=made.withheld)
    if not made.counts_first:
        tell("cli.figures.no-first")
    tell("cli.figures.written", count=len(made.release.files), path=made.folder)
    if made.signed_by:
        tell("cli.figures.signed", fingerprint=made.signed_by)
    else:
        tell("cli.figures.unsigned")
    if made.later:
        warn("cli.figures.later", day=made.later)
    if made.rounded_otherwise:
        warn("cli.figures.rounded-otherwise", secret=workspace / SECRET)
    return {
        **pick(made, "folder", "voters", "withheld", "counts_first", "signed_by"),
        **pick(made, "later", "rounded_otherwise"),
        **made.lacking,
        "files": [file.model_dump() for file in made.release.files],
    }
