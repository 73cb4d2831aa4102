"""Values in words of one language; what a section alone says stands in its own folder."""

from __future__ import annotations

import datetime as dt
import functools

from voterlist.catalogue import catalogue, fill
from voterlist.report.values import Born, Facts, Place, Text, Value

UNKNOWN = "\N{EN DASH}"
"""What stands for a value that is not known."""
_SURE = 0.999
"""The highest probability that is shown as a number."""


class Words:
    """Says values in one language: ``words(key)`` for the catalogue, ``words.say`` for a value."""

    def __init__(self, language: str) -> None:
        self._catalogue = catalogue(language)
        self.language = self._catalogue.language

    def __call__(self, key: str, **places: Value) -> str:
        """The catalogue's text; of a key that it lacks the key, so that nothing disappears."""
        if not places:
            return _plain(self.language, key)
        text = _text(self.language, key)
        if text is None:
            return key
        filled = {
            name: value if type(value) is str else self._filled(value)
            for name, value in places.items()
        }
        return fill(text, filled)

    def has(self, key: str) -> bool:
        """True where the catalogue has this key."""
        return self._catalogue.has(key)

    def say(self, value: Value) -> str:
        """Any value as text; what is not known is an empty text."""
        if value is None or isinstance(value, str):
            return value or ""
        if isinstance(value, Text):
            return self(value.key, **dict(value.places))
        if isinstance(value, Born):
            return self._born(value)
        if isinstance(value, dt.date):
            return self.day(value)
        return self.number(value)

    def number(self, value: float, digits: int | None = None) -> str:
        """A number as the language writes it."""
        return self._catalogue.number(value, digits)

    def percent(self, share: float, digits: int = 1) -> str:
        """A share (0 to 1) as a percentage."""
        return self._catalogue.percent(share, digits)

    def probability(self, value: float) -> str:
        """A probability as a percentage that never rounds up to certainty: ``> 99.9 %``."""
        if value > _SURE:
            return f">\N{NO-BREAK SPACE}{self.percent(_SURE)}"
        return self.percent(value)

    def day(self, value: dt.date) -> str:
        """A day in digits: 2026-02-03, in Azerbaijani 03.02.2026."""
        parts = {
            "yyyy": f"{value.year:04d}",
            "mm": f"{value.month:02d}",
            "dd": f"{value.day:02d}",
        }
        return self("report.date.short", **parts)

    def long_day(self, value: dt.date) -> str:
        """A day with its month in letters: 3 February 2026, 3 fevral 2026."""
        month = self(f"report.month.{value.month}")
        return self(
            "report.date.long", day=str(value.day), month=month, year=str(value.year)
        )

    def place(self, place: Place | str, home: int | None = None) -> str:
        """A place in one line: precinct, file, sheet and line, as far as known; an id as it is.

        The constituency comes first where it is not ``home``, the one whose report it is.
        """
        if isinstance(place, str):
            return place
        parts = []
        if place.constituency is not None and place.constituency != home:
            parts.append(
                self("report.place.constituency", number=str(place.constituency))
            )
        if place.precinct is not None:
            parts.append(self("report.place.precinct", number=str(place.precinct)))
        if place.file:
            parts.append(place.file)
        if place.sheet:
            parts.append(self("report.place.sheet", sheet=place.sheet))
        if place.line:
            parts.append(self("report.place.line", line=str(place.line)))
        return ", ".join(part for part in parts if part)

    @functools.cache  # noqa: B019  one Words lives as long as one report is written
    def _born(self, value: Born) -> str:
        year = f"{value.year:04d}"
        if value.month is None:
            return year
        month = f"{value.month:02d}"
        if value.day is None:
            return self("report.date.month", yyyy=year, mm=month)
        return self("report.date.short", yyyy=year, mm=month, dd=f"{value.day:02d}")

    def _filled(self, value: Value) -> str:
        return UNKNOWN if value is None else self.say(value)


@functools.cache
def _text(language: str, key: str) -> str | None:
    """The text of a key with its places; None where the catalogue lacks it."""
    texts = catalogue(language)
    return texts.text(key) if texts.has(key) else None


@functools.cache
def _plain(language: str, key: str) -> str:
    """The text of a key without places; the key where the catalogue lacks it."""
    texts = catalogue(language)
    return texts(key) if texts.has(key) else key


def title_of(facts: Facts, words: Words, area: str = "report.") -> str:
    """The report's title: the constituency, or what its area says of all, and the cycle."""
    if facts.constituency is None:
        return words(f"{area}title.all", cycle=facts.cycle)
    return words("report.title", number=str(facts.constituency), cycle=facts.cycle)
