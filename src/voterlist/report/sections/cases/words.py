"""Cases and their evidence in words."""

from __future__ import annotations

import functools

from voterlist.report.sections.cases.model import (
    CASE_FIELDS,
    Case,
    Member,
    Step,
    Waterfall,
)
from voterlist.report.words import UNKNOWN, Words

__all__ = ["CaseWords"]

_COMMON = (("common", 7.0), ("uncommon", 10.0), ("rare", float("inf")))
"""Which word is used below how many bits of term frequency: 7 bits are a name that one entry in 128
has, 10 bits one that one in 1,024 has."""
_WORDED = frozenset({"surname", "given_name", "patronymic", "birth_date"})
"""Fields whose term frequency is put in words; that a document is one person's own needs none."""
_RAREST = 17.0
"""Bits of term frequency that are not told apart: one in 130,000."""
_ONE_LINE = ("written", "birth_date", "address")
"""The fields by which an entry is told in one line."""
_NO_BITS = 0.05
"""Bits below which 0.0 is shown."""
_NO_SHARE = 0.0005
"""A smaller share would be shown as 0.0 %."""


class CaseWords(Words):
    """Says what cases and waterfalls hold."""

    def precincts(self, case: Case) -> str:
        """The precincts of a case; each with its constituency where the case has more than one."""
        areas = [member.place.area for member in case.members]
        is_across = len({constituency for constituency, _ in areas}) > 1
        names = []
        for constituency, precinct in areas:
            number = _number(precinct)
            names.append(f"{_number(constituency)}/{number}" if is_across else number)
        return self("report.case.where", precincts=", ".join(dict.fromkeys(names)))

    def state(self, case: Case, member: Member) -> str:
        """What was decided about an entry, or that a person still has to decide."""
        if member.verdict is not None:
            return self(f"verdict.{member.verdict}")
        return self(f"report.state.{case.state}")

    def before(self, member: Member) -> list[str]:
        """What was decided about an entry before it, or another one of its case, changed."""
        said = []
        for one in member.before:
            verdict = self(f"verdict.{one.verdict}")
            fields = ", ".join(self(f"field.{name}") for name in one.changed)
            key = "decided-before.changed" if fields else "decided-before"
            said.append(self(key, verdict=verdict, by=one.decided_by, fields=fields))
        return said

    def line(self, member: Member) -> str:
        """An entry in one line: the name as written, the birth date, the address."""
        shown = dict(zip(CASE_FIELDS, member.cells, strict=True))
        texts = [self.say(shown[name].value) for name in _ONE_LINE]
        return " · ".join(filter(None, texts))

    def bits(self, bits: float) -> str:
        """Bits with their sign and one digit: +8.1, −1.2.

        The minus is a real one, as wide as the plus.
        """
        sign = "+" if bits > 0 else "\N{MINUS SIGN}"
        if abs(bits) < _NO_BITS:
            sign = ""
        return sign + self.number(abs(bits), 1)

    def field(self, step: Step) -> str:
        """What a comparison is called; one that a user added has the name that it was given."""
        key = f"field.{step.field}"
        return self(key) if self.has(key) else step.field

    def step(self, step: Step) -> str:
        """What a comparison gave, and how rare the shared value is.

        ``same; common, about 1 entry in 45``.
        """
        level = self(f"comparison.{step.level}")
        if step.term_frequency is None or step.field not in _WORDED:
            return level
        return f"{level}; {self._shared_by(step.field, step.term_frequency)}"

    def _shared_by(self, field: str, bits: float) -> str:
        """How many entries share a value whose term frequency gives so many bits."""
        # A value that nobody else has gets a number from the prior; "more than" says so.
        count = self.number(_round(2.0 ** min(bits, _RAREST)))
        more = ">\N{NO-BREAK SPACE}" if bits > _RAREST else ""
        word = next(name for name, most in _COMMON if bits < most)
        key = "date" if field == "birth_date" else word
        return self._rarity(key, more + count)

    @functools.cache  # noqa: B019  one CaseWords lives as long as one report is written
    def _rarity(self, key: str, count: str) -> str:
        return self(f"waterfall.term_frequency.{key}", count=count)

    def why(self, why: Waterfall) -> str:
        """The waterfall in one line: every field with its bits, what is taken back, and the sum."""
        steps = [f"{self.field(step)} {self.bits(step.bits)}" for step in why.steps]
        rest = [
            f"{self(f'waterfall.{name}.short')} {self.bits(bits)}"
            for name, bits in _rest(why)
        ]
        return f"{'; '.join([*steps, *rest])} = {self.bits(why.weight)}"

    def lines(self, why: Waterfall) -> list[tuple[str, str, float]]:
        """(what, what was found, bits) of each line of a waterfall from the top.

        The sum of all is the log-odds.
        """
        prior = (self("waterfall.prior"), self("waterfall.prior.note"), why.prior)
        steps = [(self.field(step), self.step(step), step.bits) for step in why.steps]
        rest = [
            (self(f"waterfall.{name}"), self(f"waterfall.{name}.note"), bits)
            for name, bits in _rest(why)
        ]
        return [prior, *steps, *rest]

    def total(self, why: Waterfall) -> str:
        """The end of a waterfall: its weight, and the probability."""
        weight, probability = self.bits(why.weight), self.probability(why.probability)
        return self("waterfall.total.note", weight=weight, probability=probability)

    def tying(self, case: Case, home: int | None = None) -> str:
        """Which two entries of a case of more than two its waterfall compares.

        ``home`` as in ``place``.
        """
        ends = case.why.entries if case.why else ()
        tied = [member.place for member in case.members if member.entry_id in ends]
        places = "; ".join(self.place(place, home) for place in tied)
        return self("waterfall.of-pair", places=places)

    def others(self, why: Waterfall) -> str:
        """How likely each explanation is that is not one person."""
        return self(
            "waterfall.others",
            twins=self._share(why.twins),
            relatives=self._share(why.relatives),
            unrelated=self._share(why.unrelated),
        )

    def _share(self, value: float) -> str:
        """A share as a percentage; one that is small is not shown as none."""
        if 0 < value < _NO_SHARE:
            return f"<\N{NO-BREAK SPACE}{self.percent(0.001)}"
        return self.probability(value)


def _rest(why: Waterfall) -> list[tuple[str, float]]:
    """(name, bits) of what is no comparison of a field; what would be shown as 0.0 is left out."""
    rest = (("term_frequency", why.term_frequency), ("rivals", why.rivals))
    return [(name, bits) for name, bits in rest if abs(bits) >= _NO_BITS]


def _round(number: float) -> int:
    """The number to two digits: it is an estimate, and more digits would claim more."""
    return int(float(f"{number:.1e}"))


def _number(number: int | None) -> str:
    return UNKNOWN if number is None else str(number)
