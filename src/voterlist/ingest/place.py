"""Numbers of place and year in titles and cells; those of names: ``file_names``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from voterlist.ingest.text import fold
from voterlist.model import ListKind, frozen

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

_MONTH = (
    r"(?:yanvar|fevral|mart|aprel|may|iyun|iyul|avqust|sentyabr|oktyabr|noyabr|dekabr|январ|феврал"
    r"|март|апрел|мая|июн|июл|август|сентябр|октябр|ноябр|декабр|jan|feb|apr|jun|jul|aug|sep|oct"
    r"|nov|dec)[^\W\d]*"
)
_ELSEWHERE = (
    r"(?:mecelle|qanun|qerar|ferman|serencam|konstitusiya|кодекс|закон|указ|решени|постановлени"
    r"|code|law|act|decree|decision|resolution|siyahiyaal"
    r"|перепис|census|tevellud|dogum|anadan|рожд|роди"
    r"|г р|born|forma|форм|tikil|постро|built|telimat|yaradil|teskil|создан|образован)[^\W\d]*"
)
"""What is of another year than its list: a law, a decision, a census, a birth, a form, a house."""
_BACK = 10
"""Nobody hands in a list that is so many years old: what says so is no year of a list."""
_OF_ELSEWHERE = re.compile(
    rf"(?:\b{_ELSEWHERE}(?: (?:\d+|\w{{1,2}}|dated|{_MONTH}))*"
    r"|\b(?:no|n|az|nomre\w*|cemi|sayi|secici|всего|избирателей|total|tel|otaq|bina|kod|excel"
    r"|kuce\w*|prospekt\w*)) $"
)
"""Before a year."""
_TO_ELSEWHERE = re.compile(
    r" ?(?:(?:say[ıi]?li|nomreli|са[јй]лы|nefer|secici|избирател\w*|чел\w*|voters)\b(?! siy| list)"
    rf"|(?:(?!20\d\d|siyahi(?!yaal)|спис|\blist).){{0,80}}?\b{_ELSEWHERE})"
)
"""Behind a year, or a number that is none."""
_AUTUMN = re.compile(
    r"\b\d{1,2} (?:1[0-2]|(?:okt|noy|dek|окт|ноя|дек|oct|nov|dec)\w*) $"
)
"""A list of a year may be begun in the last months of the year before."""
_TO_AUTUMN = re.compile(
    r" (?:1[0-2] \d{1,2}\b|(?:\w\w il\w* )?(?:\d{1,2} )?(?:okt|noy|dek))"
)
"""The same behind a year: *2025-ci il 31 dekabr*."""


@frozen
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


def other_year(titles: Iterable[str], cycle: int) -> int | None:
    """The one year that the titles of a list say, if it is not that of the cycle; else None."""
    years = set()
    for text in map(fold, titles):
        for match in re.finditer(r"\b20\d\d(?!\d)", text):
            before, behind = text[: match.start()], text[match.end() :]
            if not (_OF_ELSEWHERE.search(before) or _TO_ELSEWHERE.match(behind)):
                year = int(match[0])
                is_autumn = _AUTUMN.search(before) or _TO_AUTUMN.match(behind)
                year += year < cycle and is_autumn is not None
                years |= {year} & {*range(cycle - _BACK, cycle + 2)}
    return years.pop() if len(years) == 1 and cycle not in years else None
