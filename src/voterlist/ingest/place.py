"""Numbers of constituency and precinct in titles, cells, and names of sheets, files, folders."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath

from voterlist.ingest.text import fold
from voterlist.model import ListKind

__all__ = [
    "HIGHEST",
    "NOWHERE",
    "Place",
    "cell_number",
    "file_place",
    "sheet_place",
    "stated_kind",
    "title_place",
]

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
_PLAIN = re.compile(
    rf"\b(\d{{1,4}}) (?:(?P<c>{_CONSTITUENCY})|(?P<p>{_PRECINCT}|msk|pec))\b"
)
"""A file called "12-menteqe": without an ordinal this order is believed only where no other number
stands."""
_BARE = re.compile(r"0*(\d{1,4})(?: ?\(\d+\))?")
_BARE_PAIR = re.compile(r"0*(\d{1,3})[-_]0*(\d{1,4})")


@dataclass(frozen=True, slots=True)
class Place:
    """What one piece of evidence says.

    ``sure`` is False for a bare number, which may mean something else.
    """

    constituency: int | None = None
    precinct: int | None = None
    sure: bool = True


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
    return Place(
        _within(numbers.get("constituency"), "constituency"),
        _within(numbers.get("precinct"), "precinct"),
    )


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


def sheet_place(name: str | None) -> Place:
    """What a sheet's name says: "Məntəqə 12", or a bare "12"."""
    return _named(name) if name else NOWHERE


def file_place(name: str) -> Place:
    """What a file's name says, and what it leaves open the folders it lies in, the nearest first.

    The bare number of a file may be its precinct's, that of a folder its constituency's, as in the
    inbox.
    """
    path = PurePosixPath(name)
    place = _named(path.stem)
    above = path.parts[-2::-1]
    constituency, precinct, sure = place.constituency, place.precinct, place.sure
    for folder in (named for part in above if (named := _named(part)).sure):
        constituency = constituency or folder.constituency
        if folder.precinct is not None and (precinct is None or not sure):
            precinct, sure = folder.precinct, True
    bare = [match[1] for part in above if (match := _BARE.fullmatch(part))]
    if constituency is None and bare:
        # Of folders in folders with bare numbers the outermost is the constituency's.
        constituency = _within(int(bare[-1]), "constituency")
    return Place(constituency, precinct, sure)


def _named(name: str) -> Place:
    """What the name of a sheet or file says."""
    place = title_place(name)
    if place != NOWHERE:
        return place
    name = name.strip()
    if pair := _BARE_PAIR.fullmatch(name):
        return Place(
            _within(int(pair[1]), "constituency"),
            _within(int(pair[2]), "precinct"),
            sure=False,
        )
    if len(re.findall(r"\d+", name)) == 1 and (plain := _PLAIN.search(fold(name))):
        return (
            Place(_within(int(plain[1]), "constituency"))
            if plain["c"]
            else Place(None, _within(int(plain[1]), "precinct"))
        )
    if bare := _BARE.fullmatch(name):
        return Place(None, _within(int(bare[1]), "precinct"), sure=False)
    return NOWHERE


def stated_kind(text: str) -> ListKind:
    """The kind of list that a title or name states; permanent where it states none."""
    return ListKind.TEMPORARY if _TEMPORARY.search(fold(text)) else ListKind.PERMANENT
