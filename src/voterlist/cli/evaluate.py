"""``evaluate``: pairs, or findings, against known truth."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Annotated

import typer

from voterlist import usecases
from voterlist.cli.terminal import TERMINAL
from voterlist.cli.words import SAY, title

_THRESHOLD = 0.95
"""The default of ``[link] duplicate_probability``; a test holds the two together."""


def evaluate(
    pairs: Annotated[
        Path, typer.Argument(metavar="PAIRS", help=SAY("cli.argument.pairs"))
    ],
    truth: Annotated[
        Path, typer.Argument(metavar="TRUTH", help=SAY("cli.argument.truth"))
    ],
    threshold: Annotated[
        float,
        typer.Option(min=0, max=1, help=SAY("cli.option.threshold")),
    ] = _THRESHOLD,
    faults: Annotated[
        bool, typer.Option("--faults", help=SAY("cli.option.evaluate-faults"))
    ] = False,
) -> None:
    """Measure pairs against truth."""
    if faults:
        _evaluate_findings(pairs, truth)
        return
    measures = dataclasses.asdict(
        usecases.evaluate_pairs(pairs, truth, threshold=threshold)
    )
    for name, value in measures.items():
        text = SAY.number(value) if isinstance(value, int) else SAY.number(value, 4)
        TERMINAL.say(
            SAY("cli.evaluate.line", name=SAY(f"cli.evaluate.{name}"), value=text)
        )
    if TERMINAL.json:
        TERMINAL.result({**measures, "exit_code": 0})


def _evaluate_findings(findings: Path, faults: Path) -> None:
    """Test by test: faults planted, faults found, false alarms."""
    scores = usecases.evaluate_findings(findings, faults)
    rows = [
        (
            title("rule", score.rule),
            score.planted,
            score.found,
            score.false_alarms,
            score.of,
            SAY.number(100 * score.false_rate, 3),
        )
        for score in scores
    ]
    headers = ("test", "planted", "found", "false-alarms", "places", "false-percent")
    TERMINAL.table([SAY(f"cli.table.{name}") for name in headers], rows)
    planted = sum(score.planted for score in scores)
    missed = planted - sum(score.found for score in scores)
    TERMINAL.say(SAY("cli.evaluate.missed", planted=planted, missed=missed))
    if TERMINAL.json:
        tests = [
            {**dataclasses.asdict(score), "false_rate": score.false_rate}
            for score in scores
        ]
        TERMINAL.result({"tests": tests, "missed": missed, "exit_code": 0})
