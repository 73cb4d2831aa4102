"""``explain``: the waterfall of one pair."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Annotated

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import typer

from voterlist.cli.options import Json
from voterlist.cli.terminal import TERMINAL
from voterlist.cli.words import SAY, title
from voterlist.errors import InputError, UsageError
from voterlist.link.explain import Explanation, compared_in, read_model
from voterlist.link.explain import explain as explanation_of
from voterlist.link.weigh import Model

__all__ = ["explain"]

_BAR = 30
"""Bits at which the bar of a step is full."""


def explain(
    pairs: Annotated[Path, typer.Argument(metavar="PAIRS", help=SAY("cli.argument.pairs"))],
    one: Annotated[str, typer.Argument(metavar="ENTRY", help=SAY("cli.explain.entry"))],
    other: Annotated[str, typer.Argument(metavar="ENTRY", help=SAY("cli.explain.entry"))],
    json: Json = False,
) -> None:
    """Show why a pair has its weight."""
    left, right = sorted((one, other))
    row, model = _pair(pairs, left, right)
    found = explanation_of(compared_in(row), model)
    kind = str(row["kind"])
    TERMINAL.say(SAY("cli.explain.title", left=left, right=right, kind=title("case-kind", kind)))
    _tell(found)
    if json:
        TERMINAL.result(
            {"entry_l": left, "entry_r": right, "kind": kind, **dataclasses.asdict(found), "exit_code": 0},
        )


def _pair(path: Path, left: str, right: str) -> tuple[dict[str, object], Model]:
    """The row of the pair, and the model it was weighed by.

    Raises:
        InputError: the table cannot be read, or holds no model.
        UsageError: the table does not hold the pair.
    """
    try:
        table = pq.read_table(path, filters=(pc.field("entry_l") == left) & (pc.field("entry_r") == right))
    except (OSError, pa.ArrowException):
        # The cause may quote a cell, so it is not chained.
        raise InputError(f"{path} cannot be read", code="pairs-unreadable", file=str(path)) from None
    model = read_model(table.schema.metadata)
    if model is None or "rarity" not in table.column_names:
        raise InputError(f"{path} holds no model", code="pairs-without-model", file=str(path))
    if not table.num_rows:
        raise UsageError("the table does not hold this pair", code="pair-not-found")
    row: dict[str, object] = table.slice(0, 1).to_pylist()[0]
    return row, model


def _tell(found: Explanation) -> None:
    """The waterfall, a line a field; fields that say nothing are left out."""
    lines = [
        (SAY(f"field.{step.field}"), SAY(f"comparison.{step.level}"), step.bits)
        for step in found.steps
        if step.level != "missing"
    ]
    lines.append((SAY("cli.explain.rarity"), "", found.rarity))
    lines.append((SAY("cli.explain.rivals"), "", found.rivals))
    lines.append((SAY("cli.explain.weight"), "", found.weight))
    headers = [SAY(f"cli.explain.table.{name}") for name in ("field", "level", "bits")]
    TERMINAL.table((*headers, ""), [(name, level, _bits(bits), _bar(bits)) for name, level, bits in lines])
    chances = found.posterior
    TERMINAL.say(
        SAY(
            "cli.explain.probability",
            same=SAY.percent(chances["same"]),
            twins=SAY.percent(chances["twins"]),
            relatives=SAY.percent(chances["siblings"] + chances["household"]),
            strangers=SAY.percent(chances["strangers"]),
        ),
    )


def _bits(bits: float) -> str:
    """A number of bits with its sign, in the width of a column."""
    return f"{'+' if bits >= 0 else '−'}{SAY.number(abs(bits), 1)}".rjust(6)


def _bar(bits: float) -> str:
    """A bar to the right for evidence in favour, to the left of the middle for evidence against."""
    length = min(round(abs(bits) / 2), _BAR // 2)
    half = " " * (_BAR // 2)
    return f"{half}|{'█' * length}" if bits >= 0 else f"{('█' * length).rjust(_BAR // 2)}|"
