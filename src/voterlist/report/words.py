"""The values of a report in words of one language."""

from __future__ import annotations

import datetime as dt
import functools

from voterlist.catalogue import catalogue
from voterlist.check import SHARE_RULES
from voterlist.report.model import Born, Case, Estimate, Fault, Number, Place, Text, Value

__all__ = ["Words"]


class Words:
    """Says values in one language; ``words(key)`` and ``words(value)`` are all that an output needs."""

    def __init__(self, language: str) -> None:
        self._catalogue = catalogue(language)
        self.language = self._catalogue.language

    def __call__(self, key: str, **places: Value) -> str:
        """The catalogue's text; a key that it lacks is said as the key itself, so that nothing disappears."""
        if not self._catalogue.has(key):
            return key
        return self._catalogue(key, **{name: self._place(value) for name, value in places.items()})

    def has(self, key: str) -> bool:
        """True where the catalogue has this key."""
        return self._catalogue.has(key)

    def say(self, value: Value) -> str:
        """Any value as text; what is not known is an empty text."""
        if isinstance(value, Text):
            return self(value.key, **dict(value.places))
        if isinstance(value, Born):
            return self._born(value)
        if isinstance(value, dt.date):
            return self.day(value)
        if isinstance(value, int | float):
            return self.number(value)
        return value or ""

    def number(self, value: float, digits: int | None = None) -> str:
        """A number as the language writes it."""
        return self._catalogue.number(value, digits)

    def percent(self, share: float, digits: int = 1) -> str:
        """A share (0 to 1) as a percentage."""
        return self._catalogue.percent(share, digits)

    def figure(self, number: Number) -> str:
        """A key figure; a dash where it is not known."""
        if number.value is None:
            return "\N{EN DASH}"
        return self.percent(number.value) if number.share else self.number(number.value)

    def probability(self, value: float) -> str:
        """A probability as a percentage that never rounds up to certainty: ``> 99.9 %``."""
        if value > 0.999:
            return f">\N{NO-BREAK SPACE}{self.percent(0.999)}"
        return self.percent(value)

    def expected(self, pairs: float) -> str:
        """An expected number of pairs; one that is small is not said to be none."""
        return f"<\N{NO-BREAK SPACE}{self.number(0.1, 1)}" if 0 < pairs < 0.05 else self.number(pairs, 1)

    def day(self, value: dt.date) -> str:
        """A day in digits: 2026-02-03, in Azerbaijani 03.02.2026."""
        return self("report.date.short", yyyy=f"{value.year:04d}", mm=f"{value.month:02d}", dd=f"{value.day:02d}")

    def long_day(self, value: dt.date) -> str:
        """A day with its month in letters: 3 February 2026, 3 fevral 2026."""
        return self(
            "report.date.long", day=str(value.day), month=self(f"report.month.{value.month}"), year=str(value.year)
        )

    def message(self, fault: Fault) -> str:
        """What a finding says, with its numbers; those of rules about shares as percentages."""
        is_share = fault.rule in SHARE_RULES
        shown = [
            value if value is None or not is_share else self.percent(value) for value in (fault.value, fault.limit)
        ]
        return self(f"rule.{fault.rule}.message", value=shown[0], limit=shown[1], count=shown[0])

    def place(self, place: Place | str, home: int | None = None) -> str:
        """A place in one line: precinct, file, sheet and line, as far as known; an id as it is.

        The constituency comes first where it is not ``home``, the one whose report it is.
        """
        if isinstance(place, str):
            return place
        away = place.constituency is not None and place.constituency != home
        parts = (
            self("report.place.constituency", number=str(place.constituency)) if away else "",
            self("report.place.precinct", number=str(place.precinct)) if place.precinct is not None else "",
            place.file or "",
            self("report.place.sheet", sheet=place.sheet) if place.sheet else "",
            self("report.place.line", line=str(place.line)) if place.line else "",
        )
        return ", ".join(part for part in parts if part)

    def precincts(self, case: Case) -> str:
        """The precincts of a case; each with its constituency where the case has more than one."""
        places = [member.place for member in case.members]
        several = len({place.constituency for place in places}) > 1
        names = dict.fromkeys(
            f"{_known(place.constituency)}/{_known(place.precinct)}" if several else _known(place.precinct)
            for place in places
        )
        return self("report.case.where", precincts=", ".join(names))

    def estimate(self, estimate: Estimate) -> list[str]:
        """The estimate in sentences, one a measure."""
        shares = {
            name: self.probability(getattr(estimate, name))
            for name in ("precision", "precision_low", "precision_high", "recall", "recall_low", "recall_high")
        }
        return [
            self("report.estimate.precision", pairs=estimate.pairs, **_named("precision", shares)),
            self("report.estimate.recall", **_named("recall", shares)),
        ]

    def agreement(self, fields: tuple[str, ...]) -> str:
        """The fields of an agreement, joined with plus signs."""
        return " + ".join(self(f"agreement.{field}") for field in fields)

    @staticmethod
    def months(first: dt.date, last: dt.date) -> list[dt.date]:
        """The first days of the months between two days, for the axis of a calendar."""
        starts = ((first.year + month // 12, month % 12 + 1) for month in range(first.month - 1, first.month + 35))
        days = (dt.date(year, month, 1) for year, month in starts)
        return [day for day in days if first <= day <= last]

    @functools.cache  # noqa: B019  one Words lives as long as one report is written
    def _born(self, value: Born) -> str:
        year = f"{value.year:04d}"
        if value.month is None or value.day is None:
            return year if value.month is None else self("report.date.month", yyyy=year, mm=f"{value.month:02d}")
        return self("report.date.short", yyyy=year, mm=f"{value.month:02d}", dd=f"{value.day:02d}")

    def _place(self, value: Value) -> object:
        # Numbers stay numbers: the catalogue groups their digits itself.
        if value is None:
            return "\N{EN DASH}"
        return value if isinstance(value, int | float) else self.say(value)


def _known(number: int | None) -> str:
    return "\N{EN DASH}" if number is None else str(number)


def _named(measure: str, shares: dict[str, str]) -> dict[str, str]:
    return {"share": shares[measure], "low": shares[f"{measure}_low"], "high": shares[f"{measure}_high"]}
