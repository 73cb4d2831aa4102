"""``explain``: the waterfall of one pair."""

from __future__ import annotations

import dataclasses
import itertools
from pathlib import Path
from typing import Annotated, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import typer

from voterlist.cli.options import Json, settings_of
from voterlist.cli.terminal import TERMINAL
from voterlist.cli.words import SAY, title
from voterlist.errors import InputError, UsageError
from voterlist.link.explain import read_model, waterfalls
from voterlist.pipeline.known import known
from voterlist.report.sections.cases import CaseWords, Waterfall
from voterlist.report.sections.cases.why import read_waterfalls
from voterlist.schemas import with_current_names
from voterlist.storage import ledger as ledgers

__all__ = ["explain"]

_BAR = 40
"""Letters that the whole range of a waterfall takes."""


def explain(
    pairs: Annotated[
        Path,
        typer.Argument(metavar="PAIRS", help=SAY("cli.argument.pairs-or-workspace")),
    ],
    one: Annotated[str, typer.Argument(metavar="ENTRY", help=SAY("cli.explain.entry"))],
    other: Annotated[
        str, typer.Argument(metavar="ENTRY", help=SAY("cli.explain.entry"))
    ],
    json: Json = False,
) -> None:
    """Show why a pair has its weight."""
    left, right = sorted((one, other))
    row, why = _found(_tables(pairs), left, right)
    kind = str(row.column("kind")[0].as_py())
    TERMINAL.say(
        SAY("cli.explain.title", left=left, right=right, kind=title("case-kind", kind))
    )
    _tell(why)
    if json:
        TERMINAL.result(
            {
                "entry_l": left,
                "entry_r": right,
                "kind": kind,
                **_as_json(why),
                "exit_code": 0,
            }
        )


def _tables(pairs: Path) -> list[Path]:
    """The tables of pairs to look in.

    The one that is named, or those of the runs of a workspace, the newest first.
    """
    if not pairs.is_dir():
        return [pairs]
    settings_of(pairs)
    with ledgers.reading(pairs / ledgers.FILE_NAME) as ledger:
        return [folder / "pairs.parquet" for folder in known(pairs, ledger).folders]


def _found(tables: list[Path], left: str, right: str) -> tuple[pa.Table, Waterfall]:
    """The row of the pair in the first table that holds it, and its waterfall.

    Raises:
        UsageError: no table holds the pair.
    """
    for path in tables:
        row = _row(path, left, right)
        if row.num_rows:
            return row, read_waterfalls(row, _falls(path, row, left, right))[0]
    raise UsageError("the table does not hold this pair", code="pair-not-found")


def _row(path: Path, left: str, right: str) -> pa.Table:
    """The row of the pair, with the table's metadata; no row where the table does not hold it.

    Raises:
        InputError: the table cannot be read, or holds no model.
    """
    table = with_current_names(_read(path, left, right))
    if (
        read_model(table.schema.metadata) is None
        or "term_frequency" not in table.column_names
    ):
        raise InputError(
            f"{path} holds no model", code="pairs-without-model", file=str(path)
        )
    return table.slice(0, 1)


def _falls(path: Path, row: pa.Table, left: str, right: str) -> pa.Table:
    """WATERFALL of the pair.

    As the run wrote it beside its pairs, else as far as the pair's own levels give it.
    """
    beside = path.with_name("waterfalls.parquet")
    found = _read(beside, left, right) if beside.exists() else None
    return found if found is not None and found.num_rows else waterfalls(row)


def _read(path: Path, left: str, right: str) -> pa.Table:
    try:
        return pq.read_table(
            path, filters=(pc.field("entry_l") == left) & (pc.field("entry_r") == right)
        )
    except (OSError, pa.ArrowException):
        # The cause may quote a cell, so it is not chained.
        raise InputError(
            f"{path} cannot be read", code="pairs-unreadable", file=str(path)
        ) from None


def _tell(why: Waterfall) -> None:
    """The waterfall, a line a comparison; what is not known says nothing and is left out."""
    words = CaseWords(SAY.language)
    lines = words.lines(why)
    bars = _bars([bits for *_, bits in lines])
    headers = [SAY(f"cli.explain.table.{name}") for name in ("field", "level", "bits")]
    rows = [
        (name, note, words.bits(bits).rjust(6), bar)
        for (name, note, bits), bar in zip(lines, bars, strict=True)
    ]
    total = words.bits(why.prior + why.weight).rjust(6)
    TERMINAL.table(
        (*headers, ""), [*rows, (words("waterfall.total"), words.total(why), total, "")]
    )
    TERMINAL.say(words.others(why))


def _bars(steps: list[float]) -> list[str]:
    """A bar a step, from where the sum stood before it to where it stands after it.

    A line marks even odds.
    """
    sums = [0.0, *itertools.accumulate(steps)]
    low, high = min(sums), max(sums)
    letters = [round(_BAR * (value - low) / ((high - low) or 1.0)) for value in sums]
    even, found = letters[0], []
    for (before, after), bits in zip(itertools.pairwise(letters), steps, strict=True):
        start, end = min(before, after), max(before, after)
        sign = "█" if bits > 0 else "▒"
        bar = [
            sign if start <= place < max(end, start + 1) else " "
            for place in range(_BAR + 2)
        ]
        if bar[even] == " ":
            bar[even] = "|"
        found.append("".join(bar).rstrip())
    return found


def _as_json(why: Waterfall) -> dict[str, Any]:
    content = dataclasses.asdict(why)
    names = ("twins", "relatives", "unrelated")
    posterior = {"same": why.probability} | {name: content.pop(name) for name in names}
    del content["entries"]
    return {**content, "posterior": posterior}
