"""``compare``: two lists of two cycles, what changed between them and why."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import pyarrow as pa
import pyarrow.compute as pc
import typer

from voterlist import readers
from voterlist.cli.options import Json, Today, day, require_parquet
from voterlist.cli.terminal import TERMINAL, Steps, shown
from voterlist.cli.words import SAY
from voterlist.config import Settings
from voterlist.cycles import NO_CAUSE, Cycles, compare_cycles
from voterlist.errors import InputError, UsageError
from voterlist.model import Stage
from voterlist.pipeline.reference import EARLIER, LAST, Outside, kind_of, read
from voterlist.pipeline.registers import Persons, read_list
from voterlist.pipeline.result import counts
from voterlist.schemas import REMOVAL_REASON
from voterlist.storage import store
from voterlist.tables import concat

__all__ = ["compare"]

_MOST_PRECINCTS = 20


def compare(
    old: Annotated[Path, typer.Argument(metavar="OLD", help=SAY("cli.argument.old"))],
    new: Annotated[Path, typer.Argument(metavar="NEW", help=SAY("cli.argument.new"))],
    earlier: Annotated[
        Path | None, typer.Option("--earlier", metavar="FILE", help=SAY("cli.option.earlier"))
    ] = None,
    reference: Annotated[
        Path | None,
        typer.Option("--reference", metavar="FOLDER", help=SAY("cli.option.reference")),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="CHANGES.parquet", help=SAY("cli.option.changes-out")),
    ] = None,
    today: Today = None,
    json: Json = False,
) -> None:
    """Compare the lists of two cycles."""
    if out is not None:
        require_parquet(out)
    on, settings = day(today), Settings()
    with Steps() as steps:
        steps(Stage.INGEST, 0, 1)
        before, after = _list(old, settings), _list(new, settings)
        first = _list(earlier, settings) if earlier is not None else None
        outside = _outside(reference, settings)
        steps(Stage.RECONCILE, 0, 1)
        found = compare_cycles(
            before.voters,
            after.voters,
            earlier=first.voters if first is not None else None,
            registers=outside.registers,
            reasons=concat([outside.reasons, before.reasons], REMOVAL_REASON),
            settings=settings.check,
            on_day=on,
        )
    if out is not None:
        store.write_table(out, found.changes)
    _tell(found, before.voters.num_rows, after.voters.num_rows, out)
    if json:
        TERMINAL.result(_as_json(found, before.voters.num_rows, after.voters.num_rows, out))


def _list(path: Path, settings: Settings) -> Persons:
    """The list in a file.

    Raises:
        UsageError: there is no such file.
        InputError: nothing in it can be read.
    """
    if not path.is_file():
        raise UsageError(f"there is no {path}", code="no-such-file", places={"path": str(path)})
    found = read_list([readers.listed(path, path.parent)], settings)
    troubles = [trouble for *_, trouble in found.sources if trouble]
    if troubles and not found.entries.num_rows:
        raise InputError(f"{path.name} cannot be read", code=troubles[0], file=path.name)
    return found


def _outside(folder: Path | None, settings: Settings) -> Outside:
    """The registers of a reference folder.

    Lists of other cycles in it are left alone, for they are given by name.
    """
    if folder is None:
        return Outside()
    if not folder.is_dir():
        raise UsageError(f"there is no {folder}", code="no-such-file", places={"path": str(folder)})
    files = readers.list_files(folder, folder.parent)
    return read([file for file in files if kind_of(file.path) not in {LAST, EARLIER}], settings)


def _tell(found: Cycles, before: int, after: int, out: Path | None) -> None:
    TERMINAL.say(
        SAY("cli.compare.done", before=before, after=after, changes=found.changes.num_rows)
    )
    rows = [
        (SAY(f"cycles.change.{row['change']}"), SAY(f"cycles.cause.{row['cause']}"), row["entries"])
        for row in _by_cause(found.changes)
    ]
    TERMINAL.table([SAY(f"cli.table.{name}") for name in ("change", "cause", "entries")], rows)
    open_ = _unexplained(found.summary)
    if open_:
        TERMINAL.say(SAY("cli.compare.unexplained"))
        names = ("constituency", "precinct", "added", "removed")
        shown_rows = [
            [_place(row[name]) if name in names[:2] else row[name] for name in names]
            for row in open_
        ]
        TERMINAL.table([SAY(f"cli.table.{name}") for name in names], shown_rows[:_MOST_PRECINCTS])
        if len(open_) > _MOST_PRECINCTS:
            TERMINAL.say(SAY("cli.compare.more", left=len(open_) - _MOST_PRECINCTS))
    if out is not None:
        TERMINAL.say(SAY("cli.compare.written", path=shown(out)))


def _place(number: int | None) -> str:
    return "-" if number is None else str(number)


def _by_cause(changes: pa.Table) -> list[dict[str, Any]]:
    """change, cause, entries: in the order of their words, the most frequent cause first."""
    plain = pa.table({name: changes.column(name).cast(pa.string()) for name in ("change", "cause")})
    grouped = plain.group_by(["change", "cause"]).aggregate([([], "count_all")]).to_pylist()
    rows = [
        {"change": row["change"], "cause": row["cause"], "entries": row["count_all"]}
        for row in grouped
    ]
    return sorted(rows, key=lambda row: (row["change"], -row["entries"], row["cause"]))


def _unexplained(summary: pa.Table) -> list[dict[str, Any]]:
    """constituency, precinct, added, removed.

    Entries without a cause, the precincts with the most of them first.
    """
    open_ = summary.filter(pc.equal(summary.column("cause").cast(pa.string()), NO_CAUSE))
    found: dict[tuple[int | None, int | None], dict[str, Any]] = {}
    for row in open_.to_pylist():
        if row["change"] in {"added", "removed"}:
            place = {name: row[name] for name in ("constituency", "precinct")}
            told = found.setdefault(tuple(place.values()), {**place, "added": 0, "removed": 0})
            told[row["change"]] += row["entries"]
    return sorted(found.values(), key=_weight)


def _weight(row: dict[str, Any]) -> tuple[int, int, int]:
    return (-row["added"] - row["removed"], row["constituency"] or 0, row["precinct"] or 0)


def _as_json(found: Cycles, before: int, after: int, out: Path | None) -> dict[str, Any]:
    return {
        "before": before,
        "after": after,
        "changes": _by_cause(found.changes),
        "unexplained": _unexplained(found.summary),
        "findings": counts(found.findings, "rule"),
        "out": out,
        "exit_code": 0,
    }
