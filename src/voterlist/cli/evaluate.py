"""``evaluate``: pairs, or findings, against known truth."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Annotated

import pyarrow as pa
import pyarrow.parquet as pq
import typer

from voterlist import readers
from voterlist.check.faults import evaluate_faults
from voterlist.cli.options import Json
from voterlist.cli.terminal import TERMINAL
from voterlist.cli.words import SAY, title
from voterlist.config import LinkSettings
from voterlist.errors import InputError
from voterlist.link import evaluate as evaluation
from voterlist.schemas import FAULT

__all__ = ["evaluate"]

_PAIR_COLUMNS = ("entry_l", "entry_r", "weight", "probability")
_FINDING_COLUMNS = ("rule", "constituency", "precinct", "entry_id", "other_entry_id")
_TRUTH_COLUMNS = ("entry_id", "person_id")


def evaluate(
    pairs: Annotated[Path, typer.Argument(metavar="PAIRS", help=SAY("cli.argument.pairs"))],
    truth: Annotated[Path, typer.Argument(metavar="TRUTH", help=SAY("cli.argument.truth"))],
    threshold: Annotated[
        float,
        typer.Option(min=0, max=1, help=SAY("cli.option.threshold")),
    ] = LinkSettings().duplicate_probability,
    faults: Annotated[
        bool, typer.Option("--faults", help=SAY("cli.option.evaluate-faults"))
    ] = False,
    json: Json = False,
) -> None:
    """Measure pairs against truth."""
    if faults:
        _tell_faults(_read(pairs, _FINDING_COLUMNS), _read(truth, tuple(FAULT.names)), as_json=json)
        return
    measured = evaluation.evaluate(
        _read(pairs, _PAIR_COLUMNS), _read(truth, _TRUTH_COLUMNS), threshold
    )
    found = dataclasses.asdict(measured)
    for name, value in found.items():
        text = SAY.number(value) if isinstance(value, int) else SAY.number(value, 4)
        TERMINAL.say(SAY("cli.evaluate.line", name=SAY(f"cli.evaluate.{name}"), value=text))
    if json:
        TERMINAL.result({**found, "exit_code": 0})


def _tell_faults(findings: pa.Table, faults: pa.Table, *, as_json: bool) -> None:
    """Test by test: planted, found, false alarms."""
    scores = evaluate_faults(findings, faults)
    rows = [
        (
            title("rule", one.rule),
            one.planted,
            one.found,
            one.false_alarms,
            one.of,
            SAY.number(100 * one.false_rate, 3),
        )
        for one in scores
    ]
    headers = ("test", "planted", "found", "false-alarms", "places", "false-percent")
    TERMINAL.table([SAY(f"cli.table.{name}") for name in headers], rows)
    missed = sum(one.planted - one.found for one in scores)
    TERMINAL.say(
        SAY("cli.evaluate.missed", planted=sum(one.planted for one in scores), missed=missed)
    )
    if as_json:
        tests = [{**dataclasses.asdict(one), "false_rate": one.false_rate} for one in scores]
        TERMINAL.result({"tests": tests, "missed": missed, "exit_code": 0})


def _read(path: Path, columns: tuple[str, ...]) -> pa.Table:
    """These columns of a table.

    Raises:
        InputError: it cannot be read, or lacks one of them.
    """
    try:
        # A table of millions of pairs is read without a detour over text.
        is_parquet = path.read_bytes()[:4] == b"PAR1" if path.stat().st_size < 4 else _magic(path)
        table = pq.read_table(path) if is_parquet else readers.read_table(path)
    except (OSError, pa.ArrowException):
        # The cause may quote a cell, so it is not chained.
        raise InputError(
            f"{path} cannot be read", code="pairs-unreadable", file=str(path)
        ) from None
    missing = [name for name in columns if name not in table.column_names]
    if missing:
        raise InputError(
            f"{path} lacks {', '.join(missing)}", code="columns-missing", file=str(path)
        )
    return table.select(columns)


def _magic(path: Path) -> bool:
    with path.open("rb") as content:
        return content.read(4) == b"PAR1"
