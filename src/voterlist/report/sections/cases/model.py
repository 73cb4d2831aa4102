"""Cases as the report shows them: entries that may be one person, side by side, and in words."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field

from voterlist.fields import TRAVELLING
from voterlist.model import CaseKind, Precinct, Verdict, frozen
from voterlist.persons.chance import AGREEMENTS
from voterlist.report.sections.chance import Chance, ChanceWords
from voterlist.report.values import UNKNOWN, Place, Value, Words

CASE_FIELDS = ("written", *TRAVELLING)
"""What is shown of an entry of a case, in this order. ``written`` is the name as the list has it;
the three names after it are the standard spelling. Each has its heading in the catalogue
(``field.<name>``)."""
_NAME_FIELDS = 4
"""The name as written and its three parts stand first among ``CASE_FIELDS``."""


@frozen
class Cell:
    """What is shown of one field of an entry."""

    value: Value
    mark: str = ""
    """``differs``: the entries of the case contradict each other here; ``spelling``: the same,
    written otherwise."""


@frozen
class Before:
    """What a person decided about an entry before it, or another one of its case, changed.

    Attributes:
        verdict: what was decided.
        changed: the fields that changed since; none where the entry is as it was.
        decided_by: who decided.
    """

    verdict: Verdict
    changed: tuple[str, ...]
    decided_by: str


@frozen
class Member:
    """One entry of a case.

    Attributes:
        entry_id: of the entry.
        role: what is proposed for the entry, as a code.
        reason: why, as a code.
        verdict: what a person decided, if anything.
        place: where it stands.
        list_kind: permanent or temporary.
        cells: in the order of ``CASE_FIELDS``.
        decided_by: who decided; None where nobody did.
        decided_why: why; None where nothing was said.
        before: what was decided before the entry or its case changed.
    """

    entry_id: str
    role: str
    reason: str
    verdict: Verdict | None
    place: Place
    list_kind: str
    cells: tuple[Cell, ...]
    decided_by: str | None = None
    decided_why: str | None = None
    before: tuple[Before, ...] = ()


@frozen
class Step:
    """What one comparison of a pair says: ``bits`` above 0 for one person, below 0 against.

    Attributes:
        field: what was compared.
        level: the comparison level.
        bits: the match weight of the level.
        term_frequency: the part of ``bits`` that the term frequency of the shared value gives; None
            where none is shared.
    """

    field: str
    level: str
    bits: float
    term_frequency: float | None


@frozen
class Waterfall:
    """Why a pair has its weight, in bits: steps, ``term_frequency`` and ``rivals`` sum to it.

    ``prior + weight`` is log2 of the odds of one person, ``probability`` the same as a share.

    Attributes:
        entries: the ids of the two entries.
        prior: log2 of the odds before anything is compared.
        steps: in the order of the fields; a comparison in which something is not known says nothing
            and is left out.
        term_frequency: of shared values, as far as it is not part of a step.
        rivals: taken back because twins, relatives or one household explain the agreement too.
        weight: the match weight, the sum of the parts.
        probability: of one person, 0 to 1.
        twins: the probability of twins.
        relatives: the probability of other relatives.
        unrelated: the probability of people who have nothing to do with each other.
    """

    entries: tuple[str, str]
    prior: float
    steps: tuple[Step, ...]
    term_frequency: float
    rivals: float
    weight: float
    probability: float
    twins: float
    relatives: float
    unrelated: float


@frozen
class Case:
    """A group of entries, with what is proposed for each.

    ``number`` is the same in report and review workbook.
    """

    number: int
    case_id: str
    kind: CaseKind
    probability: float
    weight: float
    """log2 of the Bayes factor for one person."""
    is_asked: bool
    """True where a person is asked to decide it."""
    members: tuple[Member, ...]
    why: Waterfall | None = None
    """Of the pair that ties the case's most weakly tied entry to it; None where the run has no
    waterfalls."""
    is_blind: bool = False
    """True where a second person reads it: score, proposal and first decision are not shown."""
    waits_for: str = ""
    """``contested``: people decided in different ways; ``second-reading``: another person is to
    read it, and until then nobody is told how it was decided."""

    @property
    def title(self) -> str:
        """The name of its first entry in standard spelling; as written where no part is known."""
        written, *parts = (cell.value for cell in self.members[0].cells[:_NAME_FIELDS])
        return " ".join(str(part) for part in parts if part) or str(written or "")

    @property
    def is_open(self) -> bool:
        """True where a person is asked and some entry has no verdict yet."""
        is_undecided = any(member.verdict is None for member in self.members)
        return self.is_asked and is_undecided and self.waits_for != "second-reading"

    @property
    def state(self) -> str:
        """How far it is: ``report.state.<state>`` in the catalogue."""
        if not self.is_asked:
            return "not-asked"
        return self.waits_for or ("open" if self.is_open else "settled")

    @property
    def areas(self) -> set[Precinct]:
        """The precincts of its entries."""
        return {member.place.area for member in self.members}


@frozen
class KindCount:
    """How many cases of one kind there are, and how many of them are open."""

    kind: CaseKind
    cases: int
    entries: int
    open: int


@frozen
class Cases:
    """The cases of a report."""

    for_review: tuple[Case, ...]
    """Those that a person is asked about, by number."""
    apart: tuple[Case, ...]
    """Explicit non-duplicates, by number."""
    kinds: tuple[KindCount, ...]
    """In the order of ``CaseKind``; kinds without a case are left out."""
    chances: Mapping[int | None, tuple[Chance, ...]] = field(default_factory=dict)
    """What chance alone would give in the constituency of the report, None for the whole list."""


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
        told = areas if is_across else [area[1:] for area in areas]
        names = ["/".join(map(_number, numbers)) for numbers in told]
        return self("report.case.where", precincts=", ".join(dict.fromkeys(names)))

    def state(self, case: Case, member: Member) -> str:
        """What was decided about an entry, or that a person still has to decide."""
        if member.verdict is not None:
            return self(f"verdict.{member.verdict}")
        return self(f"report.state.{case.state}")

    def before(self, member: Member) -> list[str]:
        """What was decided about an entry before it, or another one of its case, changed."""
        said = []
        for decision in member.before:
            verdict = self(f"verdict.{decision.verdict}")
            fields = ", ".join(self(f"field.{name}") for name in decision.changed)
            key = "decided-before.changed" if fields else "decided-before"
            said.append(
                self(key, verdict=verdict, by=decision.decided_by, fields=fields)
            )
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

    def column(self, field: str) -> str:
        """What a comparison is called; one that a user added has the name that it was given."""
        key = f"field.{field}"
        return self(key) if self.has(key) else field

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
        count = self.number(_round(2.0 ** min(bits, _RAREST)))
        word = next(name for name, most in _COMMON if bits < most)
        key = "date" if field == "birth_date" else word
        # A value that nobody else has gets a number from the prior.
        return self._rarity("rarest" if bits > _RAREST else key, count)

    @functools.cache  # noqa: B019  one CaseWords lives as long as one report is written
    def _rarity(self, key: str, count: str) -> str:
        return self(f"waterfall.term_frequency.{key}", count=count)

    def why(self, why: Waterfall) -> str:
        """The waterfall in one line: every field with its bits, what is taken back, and the sum."""
        steps = [
            f"{self.column(step.field)} {self.bits(step.bits)}" for step in why.steps
        ]
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
        steps = [
            (self.column(step.field), self.step(step), step.bits) for step in why.steps
        ]
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


_ORDER = (
    "fin",
    "document",
    "surname",
    "given_name",
    "patronymic",
    "birth_date",
    "address",
    "sex",
)
"""The fields in the order in which a person asks for them; those that users added stand behind."""
_SAME = "same"
_UNSAID = frozenset({("sex", _SAME), ("address", "same-constituency")})
"""(field, level) that would say nothing of two entries of one list."""
_AGREES: Mapping[str, tuple[str, frozenset[str]]] = {
    "stem": ("surname", frozenset({_SAME, "ending"})),
    "given_name": ("given_name", frozenset({_SAME})),
    "patronymic": ("patronymic", frozenset({_SAME})),
    "date": ("birth_date", frozenset({_SAME})),
    "year": ("birth_date", frozenset({_SAME, "year", "same-year", "swapped"})),
}
"""Part of an agreement -> the field that is compared, and the levels at which it agrees."""


@frozen
class Sentences:
    """Says in one sentence why entries are a case."""

    words: CaseWords
    chances: Mapping[int | None, Sequence[Chance]] = field(default_factory=dict)
    """Those of each constituency, None for the whole list."""

    def of(self, case: Case) -> str:
        """The sentence; of more than two entries, of the two that tie the case.

        A case of which no evidence is kept is told by its kind; a second reader is told nothing.
        """
        if case.is_blind:
            return self.words("quality.blind")
        if case.why is None or not case.why.steps:
            return self.words(f"case-kind.{case.kind}.message")
        parts = [*self._compared(case.why.steps), *self._chance(case)]
        text = "; ".join(parts)
        if len(case.members) > 2:
            text = self.words("sentence.of-pair", pair=_pair(case, case.why), text=text)
        return f"{text[:1].upper()}{text[1:]}."

    def compared(self, levels: Mapping[str, str]) -> str:
        """What a comparison says whose bits are not known, from the level of each field."""
        steps = [Step(field, level, 0.0, None) for field, level in levels.items()]
        return "; ".join(self._compared(steps))

    def _compared(self, steps: Iterable[Step]) -> Iterable[str]:
        """What is the same, in one part; then each field that is not."""
        ordered = sorted(steps, key=_place)
        told = [step for step in ordered if (step.field, step.level) not in _UNSAID]
        same = [self._field(step) for step in told if step.level == _SAME]
        if same:
            yield self.words("sentence.same", fields=self._joined(same))
        for step in told:
            if step.level != _SAME:
                yield self._level(step)

    def _level(self, step: Step) -> str:
        """What one field says that is not the same; an added level by its plain word."""
        special = f"sentence.{step.field}.{step.level}"
        key = special if self.words.has(special) else f"sentence.level.{step.level}"
        if self.words.has(key):
            return self.words(key, field=self._field(step))
        return f"{self._field(step)}: {self.words(f'comparison.{step.level}')}"

    def _field(self, step: Step) -> str:
        """The field as it stands within a sentence."""
        key = f"sentence.field.{step.field}"
        if self.words.has(key):
            return self.words(key)
        title = self.words.column(step.field)
        return title[:1].replace("İ", "i").lower() + title[1:]

    def _joined(self, parts: Sequence[str]) -> str:
        """``a``, ``a and b``, ``a, b and c``."""
        *first, last = parts
        if not first:
            return last
        return self.words("sentence.and", first=", ".join(first), last=last)

    def _chance(self, case: Case) -> Iterable[str]:
        """How many pairs agree so, and how many would by chance; nothing where none is counted."""
        assert case.why is not None
        levels = {step.field: step.level for step in case.why.steps}
        agreement = next(filter(lambda name: _agrees(name, levels), AGREEMENTS), None)
        if agreement is None:
            return
        places = {member.place.constituency for member in case.members}
        place = places.pop() if len(places) == 1 else None
        own = self.chances.get(place) if place is not None else None
        key = "sentence.chance" if own else "sentence.chance.all-lists"
        for chance in own or self.chances.get(None, ()):
            if chance.agreement == agreement and chance.found:
                expected = ChanceWords(self.words.language).expected(chance.expected)
                yield self.words(key, expected=expected, found=chance.found)


def _place(step: Step) -> int:
    """Where a field stands in the sentence."""
    is_known = step.field in _ORDER
    return _ORDER.index(step.field) if is_known else len(_ORDER)


def _agrees(agreement: Iterable[str], levels: Mapping[str, str]) -> bool:
    """True where a pair agrees in every part of an agreement."""
    return all(levels.get(_AGREES[part][0]) in _AGREES[part][1] for part in agreement)


def _pair(case: Case, why: Waterfall) -> str:
    """The two entries of a waterfall by their places in the case: ``1–3``."""
    numbers = [
        str(number)
        for number, member in enumerate(case.members, 1)
        if member.entry_id in why.entries
    ]
    return "\N{EN DASH}".join(numbers)
