"""The statistics of lists without a workspace, on the screen."""

from __future__ import annotations

from typing import Any

from voterlist import usecases
from voterlist.cli.terminal import TERMINAL
from voterlist.cli.words import SAY

_MOST_PRECINCTS = 6
"""Precincts named in a line; of more, their number is told."""


def tell_audit(audit: usecases.Audit | None) -> None:
    """For each statistic the whole, the lowest and highest precinct, and the unusual ones."""
    if audit is None:
        return
    words = usecases.AuditWords(SAY.language)
    TERMINAL.say()
    TERMINAL.say(
        SAY("cli.check.audit", precincts=len(audit.precincts), unusual=audit.outlying)
    )
    rows = []
    for row in audit.whole:
        values = audit.values(row.indicator)
        lowest, highest = (min(values), max(values)) if values else (None, None)
        cells = (
            words(f"indicator.{row.indicator}"),
            words.statistic(row, row.value),
            words.statistic(row, lowest),
            words.statistic(row, highest),
            _unusual(audit, row.indicator),
        )
        rows.append(cells)
    names = ("indicator", "here", "least", "most", "outliers")
    TERMINAL.table([words(f"audit.column.{name}") for name in names], rows)


def _unusual(audit: usecases.Audit, indicator: str) -> str:
    """The numbers of the unusual precincts, the first of them where they are many."""
    places = []
    for precinct in audit.precincts:
        row = precinct.statistic(indicator)
        if row and row.outlying:
            places.append(f"{precinct.constituency or '-'}/{precinct.precinct}")
    left = len(places) - _MOST_PRECINCTS
    more = f" (+{left})" if left > 0 else ""
    return ", ".join(places[:_MOST_PRECINCTS]) + more


def audit_as_json(checked: usecases.Checked) -> dict[str, Any]:
    """``indicators`` of the whole, and ``unusual``: what lies outside, place by place."""
    rows = checked.indicators.to_pylist()
    whole = ("indicator", "count", "of", "value")
    place = (
        "indicator",
        "constituency",
        "precinct",
        "value",
        "base",
        "lower",
        "upper",
        "q",
    )
    return {
        "indicators": [
            {name: row[name] for name in whole}
            for row in rows
            if row["unit"] == "nation"
        ],
        "unusual": [
            {name: row[name] for name in place} for row in rows if row["outlying"]
        ],
    }
