"""How far two people who read the same cases agree, beyond what chance would give.

Cohen's kappa: Cohen, J. (1960), A coefficient of agreement for nominal scales, Educational and
Psychological Measurement 20, 37-46. Three answers are told apart: all entries of the case are one
person, some are, none are. Its interval is that of the share of agreement (Wilson 1927), carried
over by the same formula with the agreement by chance held fixed, as Cohen's own standard error
does; so it has a width where all agree.

Kappa is undefined where both gave one and the same answer to every case: then agreement is all that
chance could give too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from voterlist.decisions import WITHDRAWN, Given, is_same_person
from voterlist.model import Verdict
from voterlist.quality.intervals import Interval, wilson

_Row = dict[str, Any]
_Verdicts = Mapping[str, str]
"""Entry -> verdict."""


@dataclass(frozen=True, slots=True)
class TwoReadings:
    """A case as two people read it.

    Attributes:
        case_id: of the case.
        people: who read it first, and who second.
        first: the verdict of the first on each entry.
        second: the verdict of the second.
    """

    case_id: str
    people: tuple[str, str]
    first: _Verdicts
    second: _Verdicts

    @property
    def agrees(self) -> bool:
        """True where both said the same of every entry."""
        return self.first == self.second


def read_twice(
    given: Given, members: Mapping[str, Collection[str]]
) -> list[TwoReadings]:
    """The first two readings of each case, by case.

    A reading is there once a person has a verdict on every entry of the case. What the first person
    says after the second one has read, a third reading, and what settles a dispute, is none.

    Args:
        given: the answers in the order in which they were recorded.
        members: the entries of each case.
    """
    by_case: dict[str, list[_Row]] = {}
    for row in given.verdicts.to_pylist():
        by_case.setdefault(row["case_id"], []).append(row)
    readings = (
        _first_two(case, rows, set(members[case]))
        for case, rows in sorted(by_case.items())
        if case in members
    )
    return [one for one in readings if one is not None]


def _first_two(
    case: str, rows: Iterable[_Row], members: set[str]
) -> TwoReadings | None:
    """The readings of the first two people who read all of it; None where there are none."""
    said: dict[str, dict[str, str]] = {}
    first: str | None = None
    for row in rows:
        if row["adjudicates"]:
            return None
        person = row["decided_by"]
        own = said.setdefault(person, {})
        if row["verdict"] == WITHDRAWN:
            own.pop(row["entry_id"], None)
            continue
        own[row["entry_id"]] = row["verdict"]
        if not members <= own.keys():
            continue
        if first is None or not members <= said[first].keys():
            first = person
        elif not is_same_person(first, person):
            readings = [
                {entry: said[one][entry] for entry in sorted(members)}
                for one in (first, person)
            ]
            return TwoReadings(case, (first, person), *readings)
    return None


def people_of_case(verdicts: _Verdicts) -> frozenset[str]:
    """The entries that verdicts say are one person; none where nothing is a repetition."""
    if Verdict.REPEAT.value not in verdicts.values():
        return frozenset()
    return frozenset(
        entry for entry, verdict in verdicts.items() if verdict != Verdict.SEPARATE
    )


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two readings of the same cases agree.

    Attributes:
        read: how many cases were read twice.
        agreed: how many of them had the same verdict on every entry.
        share: ``agreed`` of ``read``; None where nothing was read twice.
        kappa: Cohen's kappa, -1 to 1, of the answers: all, some or none are one person; None where
            it is undefined.
    """

    read: int
    agreed: int
    share: Interval | None
    kappa: Interval | None


def agreement(readings: Iterable[TwoReadings]) -> Agreement:
    """How far these readings agree."""
    readings = list(readings)
    agreed = sum(one.agrees for one in readings)
    answers = [(_answer(one.first), _answer(one.second)) for one in readings]
    return Agreement(
        len(readings), agreed, wilson(agreed, len(readings)), _kappa(answers)
    )


def _answer(verdicts: Mapping[str, str]) -> str:
    """What a reading says of the case: that ``all``, ``some`` or ``none`` are one person."""
    together = len(people_of_case(verdicts))
    if not together:
        return "none"
    return "all" if together == len(verdicts) else "some"


def _kappa(answers: list[tuple[str, str]]) -> Interval | None:
    """Kappa of pairs of answers; None where nothing was answered, or always the same."""
    if not answers:
        return None
    size = len(answers)
    firsts, seconds = (Counter(side) for side in zip(*answers, strict=True))
    by_chance = sum(firsts[one] * seconds[one] for one in firsts) / size**2
    if by_chance == 1:
        return None
    observed = wilson(sum(one == other for one, other in answers), size)
    assert observed is not None
    ends = (observed.estimate, observed.low, observed.high)
    kappa, low, high = ((end - by_chance) / (1 - by_chance) for end in ends)
    return Interval(kappa, max(-1.0, low), high)


def kappas(
    readings: Iterable[TwoReadings], kinds: Mapping[str, str]
) -> tuple[dict[str, Agreement], dict[str, Agreement]]:
    """(by kind of case, by person) how far the readings agree.

    A person's are all readings that the person took part in, the person's own beside the other one.

    Args:
        readings: the two readings of each case.
        kinds: the kind of each case; one without a kind is left out of the first.
    """
    by_kind: dict[str, list[TwoReadings]] = {}
    by_person: dict[str, list[TwoReadings]] = {}
    for one in readings:
        if one.case_id in kinds:
            by_kind.setdefault(kinds[one.case_id], []).append(one)
        first, second = one.people
        turned = TwoReadings(one.case_id, (second, first), one.second, one.first)
        by_person.setdefault(first, []).append(one)
        by_person.setdefault(second, []).append(turned)
    return (
        {kind: agreement(own) for kind, own in sorted(by_kind.items())},
        {person: agreement(own) for person, own in sorted(by_person.items())},
    )
