"""What the page draws of a case: the letters that differ, and the bars of the waterfall."""

from __future__ import annotations

import difflib
import functools
import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from voterlist.report.sections.cases.model import CASE_FIELDS, Case, Cases
from voterlist.report.sections.cases.sentence import Sentences
from voterlist.report.sections.cases.words import CaseWords

__all__ = ["Bars", "Line", "Shown", "bars_of", "letters_of", "lines_of", "page"]

_Step = tuple[str, int, int, int, int]
"""What is done (``equal``, ``replace``, ...) from where to where in each of two texts."""
_ALIKE = 0.5
"""Two texts less alike than this are marked as a whole: single letters would say nothing."""


@dataclass(frozen=True, slots=True)
class Bars:
    """Where the bars of a waterfall stand, in per cent of the drawing's width."""

    even: float
    """Where the odds are even."""
    bars: tuple[tuple[float, float], ...]
    """(left end, width) of each line's bar, and last of the sum's."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page shows of one field of an entry."""

    text: str
    mark: str
    pieces: Sequence[tuple[str, bool]]
    """The text in pieces, each with whether its letters differ; of a text that is not marked none.
    """


@dataclass(frozen=True, slots=True)
class Line:
    """One field of the entries of a case, side by side."""

    field: str
    mark: str
    """The first mark of its cells."""
    cells: Sequence[Shown]


def page(cases: Cases) -> Mapping[str, Any]:
    """What the template of the cases needs besides the cases."""
    kinds = [row.kind for row in cases.kinds]
    return {
        "kinds": kinds,
        "side_by_side": lines_of,
        "bars": bars_of,
        "sentence": lambda words, case: Sentences(words, cases.chances).of(case),
    }


def lines_of(case: Case, words: CaseWords) -> list[Line]:
    """The fields of a case of which something is known in some entry."""
    lines = []
    for place, field in enumerate(CASE_FIELDS):
        cells = [member.cells[place] for member in case.members]
        texts = [words.say(cell.value) for cell in cells]
        if not any(texts):
            continue
        marks = [cell.mark for cell in cells]
        shown = [
            Shown(text, mark, letters_of(case, number, texts) if mark else ())
            for number, (text, mark) in enumerate(zip(texts, marks, strict=True))
        ]
        lines.append(Line(field, next(filter(None, marks), ""), shown))
    return lines


def bars_of(bits: Sequence[float]) -> Bars:
    """The bars of a waterfall.

    Each begins where the one above ended; the sum's reaches from even odds to the end.
    """
    sums = [0.0, *itertools.accumulate(bits)]
    low, high = min(sums), max(sums)
    width = (high - low) or 1.0
    places = [100 * (value - low) / width for value in sums]
    ends = [*itertools.pairwise(places), (places[0], places[-1])]
    bars = tuple((min(start, end), abs(end - start)) for start, end in ends)
    return Bars(places[0], bars)


def letters_of(case: Case, place: int, texts: Sequence[str]) -> list[tuple[str, bool]]:
    """The text of one entry in pieces, each with whether it differs from the other entry's text.

    Only of two entries whose texts are alike; otherwise the text is one piece that is not marked.
    """
    whole = [(texts[place], False)]
    if len(case.members) != 2 or not all(texts) or texts[0] == texts[1]:
        return whole
    steps = _steps(texts[0], texts[1])
    return list(_pieces(steps, texts[place], place)) if steps else whole


@functools.lru_cache(maxsize=4096)
def _steps(first: str, second: str) -> Sequence[_Step]:
    """How one text becomes the other; none where they are not alike.

    Asked for each of the two, and in each language.
    """
    matcher = difflib.SequenceMatcher(None, first, second, autojunk=False)
    return matcher.get_opcodes() if matcher.ratio() >= _ALIKE else ()


def _pieces(
    steps: Iterable[_Step], text: str, place: int
) -> Iterable[tuple[str, bool]]:
    for tag, *ends in steps:
        start, end = ends[2 * place : 2 * place + 2]
        if start < end:
            yield text[start:end], tag != "equal"
