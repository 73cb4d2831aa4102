"""Why a case is one, in one sentence: what agrees, what differs, and what chance would give."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from voterlist.chance import AGREEMENTS
from voterlist.report.sections.cases.model import Case, Step, Waterfall
from voterlist.report.sections.cases.words import CaseWords
from voterlist.report.sections.chance import Chance, ChanceWords

__all__ = ["Sentences", "chances_by_place"]

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


def chances_by_place(coincidences: pa.Table) -> dict[int | None, tuple[Chance, ...]]:
    """The rows of COINCIDENCE by constituency, None for the whole list; in order of agreement."""
    by_place: dict[int | None, list[Chance]] = {}
    rows = sorted(coincidences.to_pylist(), key=lambda row: row["agreement"])
    for row in rows:
        fields = tuple(row["agreement"].split("+"))
        chance = Chance(fields, row["expected"], row["found"])
        by_place.setdefault(row["constituency"], []).append(chance)
    return {place: tuple(rows) for place, rows in by_place.items()}


@dataclass(frozen=True, slots=True)
class Sentences:
    """Says in one sentence why entries are a case."""

    words: CaseWords
    chances: Mapping[int | None, Sequence[Chance]] = field(default_factory=dict)
    """Those of each constituency, None for the whole list."""

    def of(self, case: Case) -> str:
        """The sentence; of more than two entries, of the two that tie the case.

        A case of which no evidence is kept is told by its kind.
        """
        if case.why is None or not case.why.steps:
            return self.words(f"case-kind.{case.kind}.message")
        parts = [*self._compared(case.why.steps), *self._chance(case)]
        text = "; ".join(parts)
        if len(case.members) > 2:
            text = self.words("sentence.of-pair", pair=_pair(case, case.why), text=text)
        return f"{text[:1].upper()}{text[1:]}."

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
        return self.words(key) if self.words.has(key) else step.field

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
        agreement = next(filter(lambda one: _agrees(one, levels), AGREEMENTS), None)
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
