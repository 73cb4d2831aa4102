"""What the cells of a column look like.

Shares of dates, identifiers, names. No cell leaves here, only shares.
"""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pyarrow as pa

ENOUGH = 5
"""Fewer filled cells than this prove nothing of a column."""
_SAMPLE = 200
_LONGEST = 200
"""Characters of a cell that are looked at."""
_NOTHING = re.compile(
    r"[\W_]*|[x*]+|yox(?:dur)?|m[əe]lum deyil|нет|неизвестно|none|unknown|n/a",
    re.IGNORECASE,
)
"""Cells that stand for no value; what a normaliser makes of them is its own matter."""
_LETTER = r"[^\W\d_]"
_WORDS = rf"(?:{_LETTER}|[\u0300-\u036f'’`.\-, ()])*"
_PATTERNS: dict[str, re.Pattern[str]] = {
    name: re.compile(pattern)
    for name, pattern in {
        "digit": r".*\d",
        "date": (
            r"(?:\d{1,2}[./\- ]\d{1,2}[./\- ]\d{2,4}|\d{4}[./\-]\d{1,2}[./\-]\d{1,2}"
            rf"|\d{{1,2}}[ .]{_LETTER}{{3,9}}[ .]+\d{{4}})"
        ),
        "plain-date": r"(?:(?:1[5-9]|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))$",
        "email": r"[^@\s]+@[^@\s]+\.[^@\s.]+$",
        # With a sign of a telephone number: a number alone may count anything.
        "phone": (
            r"(?=(?:\D*\d){7,15}\D*$)"
            r"(?:\+|00|\(?0)?\d*[\d() ./\-]*[() .+/\-][\d() ./\-]*$|(?:\+|00)\d{7,15}$"
        ),
        "year": r"(?:18[89]|19\d|20[0-4])\d(?: ?(?:г|il|г\.|-ci il))?\.?$",
        "fin": rf"(?=.*\d)(?=.*{_LETTER})[0-9a-zа-я]{{7}}$",
        "document": rf"(?:{_LETTER}{{2,3}}[ №.\-]*\d{{7,9}}|\d{{8}})$",
        "sex": (
            r"(?:[kqmfeкгмж]|ki[sş]i|qad[ıi]n|муж[а-я]*|жен[а-я]*"
            r"|male|female|man|woman|киши|гадын)\.?$"
        ),
        "words": rf"(?=.*{_LETTER}{{2}}){_WORDS}$",
        "several": rf"(?=.*{_LETTER}{{2,}}[., ]+{_LETTER}){_WORDS}$",
        "surname": (
            rf".*(?:{_LETTER}{{2,}}(?:[oe]va?|zad[eəǝä]h?|sk[iı]y?|skaya)|{_LETTER}{{3,}}l[ıiuü]"
            rf"|{_LETTER}{{2,}}(?:[оеё]ва?|зад[еә]|ски[йя]|ская)|{_LETTER}{{3,}}л[ыиуү])(?:$|[ ,])"
        ),
        "patronymic": (
            r"(?:.*[ ,\w])?(?:o[ğgq]h?l[uyıi]|[qgk][ıiy]z[ıiy]|оглы|о[ғг]лу|[кгқ][ыи]з[ыи])"
            r"(?:$|[ ,.])"
            rf"|.*{_LETTER}{{2,}}(?:[oe]vi[çc]h?|[oe]vna|[ое]вич|[ое]вна)(?:$|[ ,])"
        ),
        "street": (
            r".*(?:k[üu][çc]|\bpr\.|prospekt|\bev\b|m[əe]nz|bina"
            r"|улиц|\bул\b|дом|\bд\.|\bкв\b|квартира|к[үу]ч|street"
            r"|house|flat|road|avenue|d[öo]ng[əe]|k[əe]nd|q[əe]s[əe]b|[şs][əe]h[əe]r|село|\bпос\b)"
        ),
        "lettered": rf"(?=.*{_LETTER}{{2}})(?=.*\d).* ",
    }.items()
}
"""In lower case, from the beginning of the cell. Compiled once: the sheets are many, their samples
small."""
_YEAR = re.compile(r"(?:18[89]|19\d|20[0-4])\d")


class Shape:
    """One column's cells; ``shape[kind]`` is the share (0 to 1) of filled cells of that kind.

    Kinds are the keys of ``_PATTERNS``, and ``running``: whole numbers that mostly count up by one.
    """

    def __init__(self, cells: pa.Array) -> None:
        texts = (
            text[:_LONGEST].replace("İ", "i").lower()
            for text in cells.drop_null().to_pylist()
        )
        self._cells = [text for text in texts if not _NOTHING.fullmatch(text)]
        self._shares: dict[str, float] = {}

    @property
    def filled(self) -> int:
        """Cells that say something."""
        return len(self._cells)

    @property
    def enough(self) -> bool:
        """True where so many cells are filled that their look proves something."""
        return self.filled >= ENOUGH

    def __getitem__(self, kind: str) -> float:
        if kind not in self._shares:
            self._shares[kind] = self._share(kind) if self.filled else 0.0
        return self._shares[kind]

    def _share(self, kind: str) -> float:
        if kind == "running":
            return _running(self._cells)
        match = _PATTERNS[kind].match
        return sum(match(text) is not None for text in self._cells) / self.filled

    def median_year(self) -> float:
        """The middle of the years that stand in the cells; infinity where none does."""
        years = [int(match[0]) for text in self._cells if (match := _YEAR.search(text))]
        return statistics.median(years) if years else float("inf")


def _running(cells: Sequence[str]) -> float:
    """The share of steps from one whole number to the next one that are a step of one."""
    numbers = [
        int(text)
        for cell in cells
        if re.fullmatch(r"[0-9]{1,6}", text := cell.rstrip("."))
    ]
    if len(numbers) < max(2, 0.9 * len(cells)):
        return 0.0
    return sum(after - before == 1 for before, after in pairwise(numbers)) / (
        len(numbers) - 1
    )


def shapes(
    cells: Sequence[pa.Array], rows: npt.NDArray[np.int64], most: int = _SAMPLE
) -> list[Shape]:
    """The look of each column in these rows.

    Of many rows an unbroken stretch from the middle is taken.
    """
    if len(rows) > most:
        start = (len(rows) - most) // 2
        rows = rows[start : start + most]
    taken = pa.array(rows, pa.int64())
    return [Shape(column.take(taken)) for column in cells]
