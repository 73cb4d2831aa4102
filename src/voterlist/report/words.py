"""The values of a report in words of one language."""

from __future__ import annotations

import datetime as dt
import functools

from voterlist.catalogue import catalogue
from voterlist.check import SHARE_RULES
from voterlist.report.audited import Statistic
from voterlist.report.model import (
    Born,
    Case,
    Chance,
    Estimate,
    Fault,
    Number,
    Place,
    Step,
    Text,
    Value,
    Waterfall,
)

__all__ = ["Words"]

_COINCIDENCE = (("most", 0.5), ("some", 0.05), ("few", 0.0))
"""From which share of the pairs found that chance alone would give they are spoken of how."""
_COMMON = (("common", 7.0), ("uncommon", 10.0), ("rare", float("inf")))
"""Below how many bits of rarity a name is called what: shared by one in 128 entries, by one in
1,024."""
_SAID = frozenset({"surname", "given_name", "patronymic", "birth_date"})
"""Fields whose rarity is put in words; that a document is one person's own needs none."""
_RAREST = 17.0
"""Bits of rarity that are not told apart: one in 130,000."""


class Words:
    """Says values in one language.

    ``words(key)`` and ``words(value)`` are all that an output needs.
    """

    def __init__(self, language: str) -> None:
        self._catalogue = catalogue(language)
        self.language = self._catalogue.language

    def __call__(self, key: str, **places: Value) -> str:
        """The catalogue's text.

        A key that it lacks is said as the key itself, so that nothing disappears.
        """
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

    def statistic(self, statistic: Statistic, value: float | None) -> str:
        """A value of a statistic.

        A percentage of a share, else a number; a dash where it is not known.
        """
        if value is None:
            return "\N{EN DASH}"
        if statistic.is_share:
            return self.percent(value)
        return self.number(value, None if float(value).is_integer() else 1)

    def probability(self, value: float) -> str:
        """A probability as a percentage that never rounds up to certainty: ``> 99.9 %``."""
        if value > 0.999:
            return f">\N{NO-BREAK SPACE}{self.percent(0.999)}"
        return self.percent(value)

    def expected(self, pairs: float) -> str:
        """An expected number of pairs; one that is small is not said to be none."""
        return (
            f"<\N{NO-BREAK SPACE}{self.number(0.1, 1)}"
            if 0 < pairs < 0.05
            else self.number(pairs, 1)
        )

    def day(self, value: dt.date) -> str:
        """A day in digits: 2026-02-03, in Azerbaijani 03.02.2026."""
        return self(
            "report.date.short",
            yyyy=f"{value.year:04d}",
            mm=f"{value.month:02d}",
            dd=f"{value.day:02d}",
        )

    def long_day(self, value: dt.date) -> str:
        """A day with its month in letters: 3 February 2026, 3 fevral 2026."""
        return self(
            "report.date.long",
            day=str(value.day),
            month=self(f"report.month.{value.month}"),
            year=str(value.year),
        )

    def message(self, fault: Fault) -> str:
        """What a finding says, with its numbers; those of rules about shares as percentages."""
        is_share = fault.rule in SHARE_RULES
        shown = [
            value if value is None or not is_share else self.percent(value)
            for value in (fault.value, fault.limit)
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
            self("report.place.precinct", number=str(place.precinct))
            if place.precinct is not None
            else "",
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
            f"{_known(place.constituency)}/{_known(place.precinct)}"
            if several
            else _known(place.precinct)
            for place in places
        )
        return self("report.case.where", precincts=", ".join(names))

    def estimate(self, estimate: Estimate) -> list[str]:
        """The estimate in sentences, one a measure."""
        shares = {
            name: self.probability(getattr(estimate, name))
            for name in (
                "precision",
                "precision_low",
                "precision_high",
                "recall",
                "recall_low",
                "recall_high",
            )
        }
        return [
            self("report.estimate.precision", pairs=estimate.pairs, **_named("precision", shares)),
            self("report.estimate.recall", **_named("recall", shares)),
        ]

    def bits(self, bits: float) -> str:
        """Bits with their sign and one digit.

        +8.1, −1.2; a real minus, so that it is as wide as the plus.
        """
        sign = "" if abs(bits) < 0.05 else "+" if bits > 0 else "\N{MINUS SIGN}"
        return sign + self.number(abs(bits), 1)

    def step(self, step: Step) -> str:
        """What a comparison found, and how rare the shared value is.

        ``same; common, about 1 entry in 45``.
        """
        found = self(f"comparison.{step.level}")
        if step.rarity is None or step.field not in _SAID:
            return found
        return f"{found}; {self._rarity(step.field, step.rarity)}"

    def _rarity(self, field: str, rarity: float) -> str:
        # A value that nobody else has gets a number from the prior; "more than" says so.
        count = self.number(_round(2.0 ** min(rarity, _RAREST)))
        more = ">\N{NO-BREAK SPACE}" if rarity > _RAREST else ""
        word = next(name for name, most in _COMMON if rarity < most)
        key = "date" if field == "birth_date" else word
        return self(f"waterfall.rarity.{key}", count=more + count)

    def why(self, why: Waterfall) -> str:
        """The waterfall in one line.

        Every field with its bits, what relatives take back, and the sum.
        """
        parts = [f"{self(f'field.{step.field}')} {self.bits(step.bits)}" for step in why.steps]
        parts += [
            f"{self(f'waterfall.{name}.short')} {self.bits(bits)}" for name, bits in _rest(why)
        ]
        return f"{'; '.join(parts)} = {self.bits(why.weight)}"

    def lines(self, why: Waterfall) -> list[tuple[str, str, float]]:
        """(what, what was found, bits) of each line of a waterfall from the top.

        The sum of all is the log-odds.
        """
        lines = [(self("waterfall.prior"), self("waterfall.prior.note"), why.prior)]
        lines += [(self._field(step.field), self.step(step), step.bits) for step in why.steps]
        lines += [
            (self(f"waterfall.{name}"), self(f"waterfall.{name}.note"), bits)
            for name, bits in _rest(why)
        ]
        return lines

    def _field(self, name: str) -> str:
        """What a field is called; a comparison that a user added has the name that it was given."""
        key = f"field.{name}"
        return self(key) if self.has(key) else name

    def total(self, why: Waterfall) -> str:
        """The end of a waterfall: its weight, and the probability."""
        shown = {"weight": self.bits(why.weight), "probability": self.probability(why.probability)}
        return self("waterfall.total.note", **shown)

    def tying(self, case: Case, home: int | None = None) -> str:
        """Which two entries of a case of more than two its waterfall compares.

        ``home`` as in ``place``.
        """
        ends = case.why.entries if case.why else ()
        places = [
            self.place(member.place, home) for member in case.members if member.entry_id in ends
        ]
        return self("waterfall.of-pair", places="; ".join(places))

    def others(self, why: Waterfall) -> str:
        """How likely each explanation is that is not one person."""
        shares = {
            name: self._share(getattr(why, name)) for name in ("twins", "relatives", "strangers")
        }
        return self("waterfall.others", **shares)

    def _share(self, value: float) -> str:
        """A share as a percentage; one that is small is not said to be none."""
        if 0 < value < 0.0005:
            return f"<\N{NO-BREAK SPACE}{self.percent(0.001)}"
        return self.probability(value)

    def coincidence(self, chance: Chance) -> str:
        """What it means that so many pairs were found where chance alone would give so many."""
        if not chance.found:
            return self("chance.none")
        share = chance.expected / chance.found
        word = next(name for name, least in _COINCIDENCE if share >= least)
        return self(f"chance.{word}", share=self.percent(min(share, 1.0), 0))

    def agreement(self, fields: tuple[str, ...]) -> str:
        """The fields of an agreement, joined with plus signs."""
        return " + ".join(self(f"agreement.{field}") for field in fields)

    @staticmethod
    def months(first: dt.date, last: dt.date) -> list[dt.date]:
        """The first days of the months between two days, for the axis of a calendar."""
        starts = (
            (first.year + month // 12, month % 12 + 1)
            for month in range(first.month - 1, first.month + 35)
        )
        days = (dt.date(year, month, 1) for year, month in starts)
        return [day for day in days if first <= day <= last]

    @functools.cache  # noqa: B019  one Words lives as long as one report is written
    def _born(self, value: Born) -> str:
        year = f"{value.year:04d}"
        if value.month is None or value.day is None:
            return (
                year
                if value.month is None
                else self("report.date.month", yyyy=year, mm=f"{value.month:02d}")
            )
        return self("report.date.short", yyyy=year, mm=f"{value.month:02d}", dd=f"{value.day:02d}")

    def _place(self, value: Value) -> object:
        # Numbers stay numbers: the catalogue groups their digits itself.
        if value is None:
            return "\N{EN DASH}"
        return value if isinstance(value, int | float) else self.say(value)


def _rest(why: Waterfall) -> list[tuple[str, float]]:
    """(name, bits) of what is no comparison of a field.

    Rarity that is not attributed, and rival explanations.
    """
    return [
        (name, bits)
        for name, bits in (("rarity", why.rarity), ("rivals", why.rivals))
        if abs(bits) >= 0.05
    ]


def _round(number: float) -> int:
    """The number to two digits: rarity is an estimate, and more digits would claim more."""
    return int(float(f"{number:.1e}"))


def _known(number: int | None) -> str:
    return "\N{EN DASH}" if number is None else str(number)


def _named(measure: str, shares: dict[str, str]) -> dict[str, str]:
    return {
        "share": shares[measure],
        "low": shares[f"{measure}_low"],
        "high": shares[f"{measure}_high"],
    }
