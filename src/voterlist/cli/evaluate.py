"""``evaluate``: pairs, or findings, against known truth."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from voterlist.cli.options import argument, option
from voterlist.cli.terminal import SAY, Answer, picked, table, tell, title
from voterlist.errors import InputError

_THRESHOLD = 0.95
"""The default of ``[link] duplicate_probability``; a test holds the two together."""


def evaluate(
    pairs: Annotated[Path, argument("pairs", "PAIRS")],
    truth: Annotated[Path, argument("truth", "TRUTH")],
    threshold: Annotated[float, option("threshold", min=0, max=1)] = _THRESHOLD,
    faults: Annotated[bool, option("evaluate-faults", "--faults")] = False,
) -> Answer:
    """Measure pairs against truth."""
    from voterlist.any_table.evaluating import evaluate_pairs

    if faults:
        return _evaluate_findings(pairs, truth)
    try:
        measures = picked(evaluate_pairs(pairs, truth, threshold=threshold))
    except InputError as error:
        if error.code != "columns-missing" or error.file != str(pairs):
            raise
        return _evaluate_clusters(pairs, truth, error)
    for name, value in measures.items():
        text = SAY.number(value) if isinstance(value, int) else SAY.number(value, 4)
        tell("cli.evaluate.line", name=SAY(f"cli.evaluate.{name}"), value=text)
    return measures


def _evaluate_clusters(clusters: Path, truth: Path, no_pairs: InputError) -> Answer:
    """The measures by persons; of what is no table of clusters either, why it is none of pairs."""
    from voterlist.any_table.evaluating import evaluate_clusters

    try:
        measures = evaluate_clusters(clusters, truth)
    except InputError as error:
        raise (no_pairs if error.file == str(clusters) else error) from None
    rows = [
        (
            SAY(f"cli.evaluate.persons.{row.measure}"),
            *(SAY.number(value, 4) for value in (row.share, row.low, row.high)),
        )
        for row in measures
    ]
    table(("by-persons", "share", "low", "high"), rows)
    return {"measures": [picked(row) for row in measures]}


def _evaluate_findings(findings: Path, faults: Path) -> Answer:
    """Test by test: faults planted, faults found, false alarms."""
    from voterlist.any_table.evaluating import evaluate_findings

    scores = evaluate_findings(findings, faults)
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
    names = ("test", "planted", "found", "false-alarms", "places", "false-percent")
    table(names, rows)
    planted = sum(score.planted for score in scores)
    missed = planted - sum(score.found for score in scores)
    tell("cli.evaluate.missed", planted=planted, missed=missed)
    tests = [{**picked(score), "false_rate": score.false_rate} for score in scores]
    return {"tests": tests, "missed": missed}
