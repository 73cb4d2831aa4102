"""What the linkage says of itself, as ``run`` and ``link`` print it.

Its own estimate, and what chance would give.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from voterlist import usecases
from voterlist.cli.terminal import TERMINAL
from voterlist.cli.words import SAY


def tell_estimate(estimate: Mapping[str, Any] | None) -> None:
    """Precision and recall that the model expects, with their intervals.

    Nothing where no pair was put forward.
    """
    if not estimate:
        return
    words = usecases.Words(SAY.language)
    measures = {
        name: value
        for name, value in estimate.items()
        if name.startswith(("precision", "recall"))
    }
    shares = {name: words.probability(value) for name, value in measures.items()}
    TERMINAL.say(SAY("cli.run.estimate", pairs=estimate["pairs"], **shares))


def tell_doubts(doubts: Iterable[Mapping[str, Any]]) -> None:
    """Why there is no estimate, and what to do."""
    for doubt in doubts:
        share, pairs = SAY.percent(doubt["share"]), int(doubt["share"])
        TERMINAL.say(SAY(f"link.doubt.{doubt['code']}", share=share, pairs=pairs))


def tell_compared(afresh: int, compared: int, state_use: str | None) -> None:
    """How many pairs were compared afresh, or why all of them were.

    Nothing where no state was to be kept.
    """
    if state_use is not None:
        TERMINAL.say(SAY(f"cli.state.{state_use}", afresh=afresh, compared=compared))


def tell_training_labels(labels: int | None, contradictory: int | None) -> None:
    """How many decided pairs taught the model, and how many could not.

    Nothing where this run did not link.
    """
    if labels is not None:
        TERMINAL.say(SAY("cli.run.training-labels", labels=labels))
    if contradictory:
        TERMINAL.say(SAY("cli.run.contradictory", contradictory=contradictory))


def tell_chance(rows: Iterable[Mapping[str, Any]]) -> None:
    """Print, for each kind of agreement, the pairs expected by chance, those found, the meaning."""
    words = usecases.ChanceWords(SAY.language)
    chances = [
        usecases.Chance(
            tuple(str(row["agreement"]).split("+")), row["expected"], row["found"]
        )
        for row in rows
    ]
    if not chances:
        return
    TERMINAL.say()
    TERMINAL.say(words("report.chance.title"))
    TERMINAL.table(
        [
            words(f"report.column.{name}")
            for name in ("agreement", "expected", "found", "meaning")
        ],
        [
            (
                words.agreement(row.agreement),
                words.expected(row.expected).rjust(8),
                row.found,
                words.coincidence(row),
            )
            for row in chances
        ],
    )
