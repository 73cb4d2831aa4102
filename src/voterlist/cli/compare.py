"""``compare``: two lists of two cycles, what changed between them and why."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from voterlist import usecases
from voterlist.cli.options import Today, day, require_parquet
from voterlist.cli.terminal import TERMINAL, Steps, shown
from voterlist.cli.words import SAY

_MOST_PRECINCTS = 20


def compare(
    old: Annotated[Path, typer.Argument(metavar="OLD", help=SAY("cli.argument.old"))],
    new: Annotated[Path, typer.Argument(metavar="NEW", help=SAY("cli.argument.new"))],
    earlier: Annotated[
        Path | None,
        typer.Option("--earlier", metavar="FILE", help=SAY("cli.option.earlier")),
    ] = None,
    reference: Annotated[
        Path | None,
        typer.Option("--reference", metavar="FOLDER", help=SAY("cli.option.reference")),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="CHANGES.parquet", help=SAY("cli.option.changes-out")
        ),
    ] = None,
    today: Today = None,
) -> None:
    """Compare the lists of two cycles."""
    if out is not None:
        require_parquet(out)
    with Steps() as steps:
        compared = usecases.compare_lists(
            old,
            new,
            today=day(today),
            earlier=earlier,
            reference=reference,
            progress=steps,
        )
    if out is not None:
        usecases.write_table(out, compared.changes)
    _tell(compared)
    if out is not None:
        TERMINAL.say(SAY("cli.compare.written", path=shown(out)))
    if TERMINAL.json:
        TERMINAL.result(_as_json(compared, out))


def _tell(compared: usecases.Compared) -> None:
    """The changes by cause, then the precincts with entries that nothing explains."""
    changes = sum(row["entries"] for row in compared.by_cause)
    TERMINAL.say(
        SAY(
            "cli.compare.done",
            before=compared.before,
            after=compared.after,
            changes=changes,
        )
    )
    rows = [
        (
            SAY(f"cycles.change.{row['change']}"),
            SAY(f"cycles.cause.{row['cause']}"),
            row["entries"],
        )
        for row in compared.by_cause
    ]
    TERMINAL.table(
        [SAY(f"cli.table.{name}") for name in ("change", "cause", "entries")], rows
    )
    if compared.unexplained:
        _tell_unexplained(compared)


def _tell_unexplained(compared: usecases.Compared) -> None:
    TERMINAL.say(SAY("cli.compare.unexplained"))
    names = ("constituency", "precinct", "added", "removed")
    rows = [
        (
            _place(row["constituency"]),
            _place(row["precinct"]),
            row["added"],
            row["removed"],
        )
        for row in compared.unexplained[:_MOST_PRECINCTS]
    ]
    TERMINAL.table([SAY(f"cli.table.{name}") for name in names], rows)
    left = len(compared.unexplained) - _MOST_PRECINCTS
    if left > 0:
        TERMINAL.say(SAY("cli.compare.more", left=left))


def _place(number: int | None) -> str:
    return "-" if number is None else str(number)


def _as_json(compared: usecases.Compared, out: Path | None) -> dict[str, Any]:
    """The result as plain values; scripts are written against these names."""
    return {
        "before": compared.before,
        "after": compared.after,
        "changes": list(compared.by_cause),
        "unexplained": list(compared.unexplained),
        "findings": compared.findings,
        "out": out,
        "exit_code": 0,
    }
