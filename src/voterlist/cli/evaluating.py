"""``evaluate``: pairs, or findings, against known truth; ``explain``: the waterfall of one pair."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from voterlist.cli.options import argument, option
from voterlist.cli.terminal import SAY, TERMINAL, Answer, pick, table, tell, title
from voterlist.errors import InputError

if TYPE_CHECKING:
    from voterlist.report.sections.cases.model import Waterfall

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
        measures = pick(evaluate_pairs(pairs, truth, threshold=threshold))
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
    return {"measures": [pick(row) for row in measures]}


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
    tests = [{**pick(score), "false_rate": score.false_rate} for score in scores]
    return {"tests": tests, "missed": missed}


_BAR = 40
"""Letters that the whole range of a waterfall takes."""


def explain(
    pairs: Annotated[Path, argument("pairs-or-workspace", "PAIRS")],
    one: Annotated[str, argument("cli.explain.entry", "ENTRY")],
    other: Annotated[str, argument("cli.explain.entry", "ENTRY")],
) -> Answer:
    """Show why a pair has its weight."""
    from voterlist.any_table.evaluating import explain_pair

    pair = explain_pair(pairs, one, other)
    names = {"left": pair.left, "right": pair.right}
    tell("cli.explain.title", **names, kind=title("case-kind", pair.kind))
    _tell(pair.why)
    ids = {"entry_l": pair.left, "entry_r": pair.right, "kind": pair.kind}
    return {**ids, **_as_json(pair.why)}


def _tell(why: Waterfall) -> None:
    """The waterfall, a line a comparison; what is not known says nothing and is left out."""
    from voterlist.report.sections.cases.model import CaseWords

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


def _as_json(why: Waterfall) -> Answer:
    content = pick(why)
    names = ("twins", "relatives", "unrelated")
    posterior = {"same": why.probability} | {name: content.pop(name) for name in names}
    del content["entries"]
    return {**content, "posterior": posterior}
