"""What the cells of a column look like: shares of dates, identifiers, names. No cell leaves here, only shares."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["ENOUGH", "Shape", "shapes"]

ENOUGH = 5
"""Fewer filled cells than this prove nothing of a column."""
_SAMPLE = 200
_NOTHING = r"(?i)^[\W_]*$|^[x\*]+$|^(?:yox(?:dur)?|m[əe]lum deyil|нет|неизвестно|none|unknown|n/a)\.?$"
"""Cells that stand for no value; what a normaliser makes of them is its own matter."""
_PATTERNS: dict[str, tuple[str, ...]] = {
    "digit": (r"\d",),
    "number": (r"^\d{1,6}\.?$",),
    "date": (
        r"^(?:\d{1,2}[./\- ]\d{1,2}[./\- ]\d{2,4}|\d{4}[./\-]\d{1,2}[./\-]\d{1,2}|\d{1,2}[ .]\pL{3,9}[ .]+\d{4})",
    ),
    "year": (r"^(?:18[89]|19\d|20[0-4])\d(?: ?(?:г|il|г\.|-ci il))?\.?$",),
    "fin": (r"^[0-9A-Za-zА-Яа-я]{7}$", r"\d", r"\pL"),
    "document": (r"(?i)^(?:\pL{2,3}[ №.\-]*\d{7,9}|\d{8})$",),
    "sex": (
        r"(?i)^(?:[kqmfeкгмж]|ki[sş][iİ]|qad[ıiIİ]n|муж\pL*|жен\pL*|male|female|man|woman|киши|гадын)\.?$",
    ),
    "words": (r"^[\pL\pM'’ʼ`.\-, ()]*$", r"\pL{2}"),
    "several": (r"^[\pL\pM'’ʼ`.\-, ()]*$", r"\pL{2,}[., ]+\pL"),
    "surname": (
        (
            r"(?i)(?:\pL{2,}(?:[oe]va?|zad[eəǝä]h?|sk[iı]y?|skaya)|\pL{3,}l[ıiuüIİUÜ]|"
            r"\pL{2,}(?:[оеё]ва?|зад[еә]|ски[йя]|ская)|\pL{3,}л[ыиуү])(?:$|[ ,])"
        ),
    ),
    "patronymic": (
        (
            r"(?i)(?:^|[ ,\pL])(?:o[ğgq]h?l[uyıiUI]|[qgk][ıiyIİ]z[ıiyIİ]|оглы|о[ғг]лу|[кгқ][ыи]з[ыи])(?:$|[ ,.])|"
            r"\pL{2,}(?:[oe]v[iİ][çc]h?|[oe]vna|[ое]вич|[ое]вна)(?:$|[ ,])"
        ),
    ),
    "street": (
        (
            r"(?i)k[üu][çc]|\bpr\.|prospekt|\bev\b|m[əe]nz|bina|улиц|\bул\b|дом|\bд\.|\bкв\b|квартира|к[үу]ч|street|"
            r"house|flat|road|avenue|d[öo]ng[əe]|k[əe]nd|q[əe]s[əe]b|[şs][əe]h[əe]r|село|\bпос\b"
        ),
    ),
    "lettered": (r"\pL{2}", r"\d", r" "),
}  # fmt: skip


class Shape:
    """One column's cells, judged by need. ``shape[kind]`` is the share (0 to 1) of the filled cells of that kind.

    Kinds are the keys of ``_PATTERNS``, and ``running``: whole numbers that mostly count up by one.
    """

    def __init__(self, cells: pa.Array) -> None:
        known = cells.drop_null()
        self._cells = known.filter(pc.invert(pc.match_substring_regex(known, _NOTHING)))
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
        found = np.ones(self.filled, dtype=bool)
        for pattern in _PATTERNS[kind]:
            found &= np.asarray(pc.match_substring_regex(self._cells, pattern), dtype=bool)
        return float(found.mean())

    def median_year(self) -> float:
        """The middle of the years that stand in the cells; infinity where none does."""
        years = pc.extract_regex(self._cells, r"(?P<year>(?:18[89]|19\d|20[0-4])\d)").field("year").drop_null()
        return float(np.median(np.asarray(years.cast(pa.int64())))) if len(years) else float("inf")


def _running(cells: pa.Array) -> float:
    """The share of steps from one whole number to the next one that are a step of one."""
    numbers = pc.utf8_rtrim(cells, ".")
    whole = numbers.filter(pc.match_substring_regex(numbers, r"^\d{1,6}$"))
    if len(whole) < max(2, 0.9 * len(cells)):
        return 0.0
    return float((np.diff(np.asarray(whole.cast(pa.int64()))) == 1).mean())


def shapes(cells: Sequence[pa.Array], rows: np.ndarray[Any, np.dtype[np.int64]], most: int = _SAMPLE) -> list[Shape]:
    """The look of each column in these rows; of many rows an unbroken stretch from the middle is taken."""
    if len(rows) > most:
        start = (len(rows) - most) // 2
        rows = rows[start : start + most]
    taken = pa.array(rows, pa.int64())
    return [Shape(column.take(taken)) for column in cells]
