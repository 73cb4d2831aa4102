"""Numbers of constituency and precinct in titles and cells; those of names: ``file_names``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from voterlist.ingest.text import fold
from voterlist.model import ListKind

HIGHEST = {"constituency": 999, "precinct": 9999}
"""The largest number that an entry id has room for; a larger one is no place."""

_CONSTITUENCY = (
    r"dair[^\W\d]*|окру[^\W\d]*|даир[^\W\d]*|"
    r"constituency|electoral district|election district"
)
_PRECINCT = r"menteq[^\W\d]*|mentey[^\W\d]*|участ[^\W\d]*|мәнтәг[^\W\d]*|precinct|polling station"
_ORDINAL = (
    r"(?:sayli|sayili|nomreli|no li|n li|li|ci|cu|"
    r"сајлы|сайлы|нөмрәли|й|го|ый|ом|му|th|st|nd|rd)"
)
_BEFORE = re.compile(
    rf"\b(\d{{1,4}}) ?{_ORDINAL}\b([^\d]{{0,80}}?)\b(?:(?P<c>{_CONSTITUENCY})|(?P<p>{_PRECINCT}))\b"
)
"""Azerbaijani and Russian order: "12 saylı seçki məntəqəsi", "12-й избирательный участок"."""
_AFTER = re.compile(
    rf"\b(?:(?P<c>{_CONSTITUENCY}|dsk|con ?ec|оик|okrug|const)"
    rf"|(?P<p>{_PRECINCT}|msk|pec|уик|uchastok))"
    rf"(?: (?:no|n|nomre[^\W\d]*|номер|number|commission|komissiyasi))* ?"
    rf"0*(\d{{1,4}})(?!\d| ?{_ORDINAL}\b)"
)
"""The other order: "Seçki məntəqəsi № 12", "Избирательный участок № 12", "PEC 12", "MSK_012"."""
_NOT_OURS = re.compile(r"mekteb|bagca|kuce|школ|сад|улиц|school|street|sex|tarix")
"""Between a number and the word: then the number is a school's or a street's."""
_TEMPORARY = re.compile(r"muveqqeti|временн|мүвәггәти|temporary")


@dataclass(frozen=True, slots=True)
class Place:
    """The numbers that a title says."""

    constituency: int | None = None
    precinct: int | None = None


NOWHERE = Place()


@lru_cache(maxsize=4096)
def title_place(text: str) -> Place:
    """The numbers that a title names, each only where the word for its kind stands with it."""
    folded = fold(text)
    numbers: dict[str, int] = {}
    for match in _BEFORE.finditer(folded):
        if not _NOT_OURS.search(match[2]):
            numbers.setdefault(
                "constituency" if match["c"] else "precinct", int(match[1])
            )
    for match in _AFTER.finditer(folded):
        numbers.setdefault("constituency" if match["c"] else "precinct", int(match[3]))
    return Place(**{kind: _within(numbers.get(kind), kind) for kind in HIGHEST})


def _within(number: int | None, kind: str) -> int | None:
    """The number, if it can be one of a place of this kind."""
    return number if number is not None and 1 <= number <= HIGHEST[kind] else None


def cell_number(text: str, kind: str) -> int | None:
    """The number in a cell of the column of constituencies or of precincts.

    It is the one its word stands with, or the only number in the cell; None where there is none or
    several.
    """
    place = title_place(text)
    named = place.constituency if kind == "constituency" else place.precinct
    if named is not None:
        return named
    numbers = re.findall(r"\d+", re.sub(r"\.0+$", "", text))
    return (
        _within(int(numbers[0]), kind)
        if len(numbers) == 1 and len(numbers[0]) <= 9
        else None
    )


def stated_kind(text: str) -> ListKind:
    """The kind of list that a title or name states; permanent where it states none."""
    return ListKind.TEMPORARY if _TEMPORARY.search(fold(text)) else ListKind.PERMANENT
