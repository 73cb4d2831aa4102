"""What the clerks of a precinct get wrong, as one page to send back to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from voterlist.quality.feedback import GROUPS, Feedback, FeedbackRow
from voterlist.render.html import environment
from voterlist.report import Facts, Words
from voterlist.report.lookup import Names

_MOST_ROWS = 14
"""So many rows stand on one page with everything beside them."""
_MOST_LINES = 12
_FIELD = "missing-"


@dataclass(frozen=True, slots=True)
class _Shown:
    """A row of the page.

    Attributes:
        what: what is wrong, in words.
        row: the numbers.
        lines: where, the first of them, in words.
        more: how many lines more there are.
    """

    what: str
    row: FeedbackRow
    lines: str
    more: int


def render_feedback(
    found: Feedback, facts: Facts, names: Names, *, language: str
) -> str:
    """The page as HTML; the same numbers give the same text."""
    words = Words(language)
    rows = found.rows[:_MOST_ROWS]
    groups = {row.group for row in rows}
    return (
        environment()
        .get_template("feedback.html")
        .render(
            w=words,
            facts=facts,
            found=found,
            rows=[_shown(row, names, words) for row in rows],
            left=len(found.rows) - len(rows),
            advice=[group for group in GROUPS if group in groups],
        )
    )


def _shown(row: FeedbackRow, names: Names, words: Words) -> _Shown:
    lines = row.lines[:_MOST_LINES]
    return _Shown(
        _what(row.code, words),
        row,
        _lines(lines, names, words),
        len(row.lines) - len(lines),
    )


def _what(code: str, words: Words) -> str:
    """What is wrong, in words."""
    if code.startswith(_FIELD):
        field = words(f"field.{code.removeprefix(_FIELD)}")
        return words("feedback.missing", field=field)
    key = f"rule.{code}.title"
    return words(key) if words.has(key) else words(f"indicator.{code}")


def _lines(lines: Sequence[tuple[str, int]], names: Names, words: Words) -> str:
    """The lines, by file where there is more than one."""
    by_file: dict[str, list[str]] = {}
    for source, line in lines:
        by_file.setdefault(names.of(source) or source, []).append(str(line))
    return "; ".join(
        words("feedback.lines", file=file.rpartition("/")[2], lines=", ".join(numbers))
        for file, numbers in by_file.items()
    )
