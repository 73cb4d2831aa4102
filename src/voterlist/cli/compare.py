"""``compare``: two lists of two cycles, what changed between them and why."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from voterlist.cli.options import Today, argument, day, option, require_ending
from voterlist.cli.steps import Steps
from voterlist.cli.terminal import (
    SAY,
    Answer,
    pick,
    table,
    tell,
    tell_left,
    visible_name,
)

if TYPE_CHECKING:
    from voterlist.any_table.comparing import Compared

_MOST_PRECINCTS = 20
_MOST_ROWS = 20
"""So many changes are shown one by one; ``--out`` has all."""


def compare(
    old: Annotated[Path, argument("old", "OLD")],
    new: Annotated[Path, argument("new", "NEW")],
    earlier: Annotated[Path | None, option("earlier", "FILE")] = None,
    reference: Annotated[Path | None, option("reference", "FOLDER")] = None,
    out: Annotated[Path | None, option("changes-out", "CHANGES.parquet")] = None,
    today: Today = None,
) -> Answer:
    """Compare the lists of two cycles."""
    from voterlist.any_table.comparing import compare_lists
    from voterlist.storage.store import write_table

    require_ending(out, "out-not-parquet", ".parquet")
    with Steps() as steps:
        compared = compare_lists(
            old,
            new,
            today=day(today, may_come=True),
            earlier=earlier,
            reference=reference,
            progress=steps,
        )
    if out is not None:
        write_table(out, compared.changes)
    _tell(compared)
    if out is not None:
        tell("cli.compare.written", path=out)
    return {
        **pick(compared, "before", "after"),
        "changes": compared.by_cause,
        **pick(compared, "unexplained", "findings"),
        "out": out,
    }


def _tell(compared: Compared) -> None:
    """The changes by cause, then the precincts with entries that nothing explains."""
    changes = sum(row["entries"] for row in compared.by_cause)
    tell("cli.compare.done", **pick(compared, "before", "after"), changes=changes)
    rows = [
        (
            SAY(f"cycles.change.{row['change']}"),
            SAY(f"cycles.cause.{row['cause']}"),
            row["entries"],
        )
        for row in compared.by_cause
    ]
    table(("change", "cause", "entries"), rows)
    _tell_rows(compared)
    if compared.unexplained:
        _tell_unexplained(compared)


def _tell_rows(compared: Compared) -> None:
    """The entries themselves by place, list and line; of one that went away, where it was."""
    rows = []
    for row in compared.changes.slice(0, _MOST_ROWS).to_pylist():
        cycle = "" if row["entry_id"] else "old_"
        rows.append(
            (
                SAY(f"cycles.change.{row['change']}"),
                _place(row["constituency"]),
                _place(row["precinct"]),
                visible_name(row[f"{cycle}list"] or "-"),
                _place(row[f"{cycle}line"]),
                ", ".join(SAY(f"field.{name}") for name in _fields(row["fields"])),
            )
        )
    if rows:
        heads = ("change", "constituency", "precinct", "file", "line", "fields")
        table(heads, rows)
    tell_left("cli.compare.more-rows", 0, compared.changes, _MOST_ROWS)


def _fields(joined: str | None) -> list[str]:
    return joined.split("+") if joined else []


def _tell_unexplained(compared: Compared) -> None:
    tell("cli.compare.unexplained")
    rows = [
        (
            _place(row["constituency"]),
            _place(row["precinct"]),
            row["added"],
            row["removed"],
        )
        for row in compared.unexplained[:_MOST_PRECINCTS]
    ]
    table(("constituency", "precinct", "added", "removed"), rows)
    tell_left("cli.compare.more", 0, compared.unexplained, _MOST_PRECINCTS)


def _place(number: int | None) -> str:
    return "-" if number is None else str(number)
