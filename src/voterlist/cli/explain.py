"""``explain``: the waterfall of one pair."""

from __future__ import annotations

import dataclasses
import itertools
from pathlib import Path
from typing import Annotated, Any

import typer

from voterlist import usecases
from voterlist.cli.terminal import TERMINAL
from voterlist.cli.words import SAY, title

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
) -> None:
    """Show why a pair has its weight."""
    pair = usecases.explain_pair(pairs, one, other)
    names = {"left": pair.left, "right": pair.right}
    TERMINAL.say(SAY("cli.explain.title", **names, kind=title("case-kind", pair.kind)))
    _tell(pair.why)
    if TERMINAL.json:
        ids = {"entry_l": pair.left, "entry_r": pair.right, "kind": pair.kind}
        TERMINAL.result({**ids, **_as_json(pair.why), "exit_code": 0})


def _tell(why: usecases.Waterfall) -> None:
    """The waterfall, a line a comparison; what is not known says nothing and is left out."""
    words = usecases.CaseWords(SAY.language)
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
    """One bar for each step, from the sum before the step to the sum after it.

    The sign ``|`` marks even odds.
    """
    sums = [0.0, *itertools.accumulate(steps)]
    low, high = min(sums), max(sums)
    letters = [round(_BAR * (value - low) / ((high - low) or 1.0)) for value in sums]
    even, bars = letters[0], []
    for (before, after), bits in zip(itertools.pairwise(letters), steps, strict=True):
        start, end = min(before, after), max(before, after)
        sign = "█" if bits > 0 else "▒"
        bar = [
            sign if start <= place < max(end, start + 1) else " "
            for place in range(_BAR + 2)
        ]
        if bar[even] == " ":
            bar[even] = "|"
        bars.append("".join(bar).rstrip())
    return bars


def _as_json(why: usecases.Waterfall) -> dict[str, Any]:
    content = dataclasses.asdict(why)
    names = ("twins", "relatives", "unrelated")
    posterior = {"same": why.probability} | {name: content.pop(name) for name in names}
    del content["entries"]
    return {**content, "posterior": posterior}
