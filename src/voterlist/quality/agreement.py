"""How far two people who read the same cases agree, beyond what chance would give.

Cohen's kappa: Cohen, J. (1960), A coefficient of agreement for nominal scales, Educational and
Psychological Measurement 20, 37-46. Three answers are told apart: all entries of the case are one
person, some are, none are. Its interval is that of the share of agreement (Wilson 1927), carried
over by the same formula with the agreement by chance held fixed, as Cohen's own standard error
does; so it has a width where all agree.

Kappa is undefined where both gave one and the same answer to every case: then agreement is all that
chance could give too.

Intervals for shares, of a plain sample and of a stratified one.

Wilson's interval of one share: Wilson, E. B. (1927), Probable inference, the law of succession, and
statistical inference, Journal of the American Statistical Association 22, 209-212. It is never of
no width, also where all or none of the sample has the mark.

The interval of a sum of shares of strata, each with its weight, is put together from the Wilson
intervals of the strata: Zou, G. Y., Huang, W., Zhang, X. (2009), A note on confidence interval
estimation for a linear function of binomial proportions, Computational Statistics & Data Analysis
53, 1080-1085. With one stratum it is Wilson's.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict

from voterlist.decisions.given import Given, person_key
from voterlist.decisions.standing import WITHDRAWN
from voterlist.model import Verdict, frozen
from voterlist.tables import Row, by_key

_TWO_SIDED_95 = 1.959964
"""Standard deviations on either side of the mean that hold 95 % of a normal distribution."""


@frozen
class Interval:
    """An estimate with the ends of its interval of 95 %."""

    estimate: float
    low: float
    high: float


def ends(interval: Interval | None) -> dict[str, float]:
    """``estimate``, ``low`` and ``high``; nothing of none."""
    return {} if interval is None else asdict(interval)


@frozen
class Stratum:
    """A part of what is estimated.

    Attributes:
        size: how many there are in it.
        read: how many of them were read.
        found: how many of those have the mark.
    """

    size: int
    read: int
    found: int


def wilson(found: int, read: int) -> Interval | None:
    """The share ``found`` of ``read``, 0 to 1; None where nothing was read."""
    if not read:
        return None
    share, square = found / read, _TWO_SIDED_95**2
    middle = (share + square / (2 * read)) / (1 + square / read)
    inner = share * (1 - share) / read + square / (4 * read * read)
    half = _TWO_SIDED_95 * math.sqrt(inner) / (1 + square / read)
    # At the ends rounding would leave the estimate outside by the last bit.
    low, high = max(0.0, middle - half), min(1.0, middle + half)
    return Interval(share, min(low, share), max(high, share))


def estimate_stratified(strata: Iterable[Stratum]) -> Interval | None:
    """How many of all have the mark; None where a stratum of some size was not read.

    A stratum that was read whole has no error of drawing: what was found is what there is.
    """
    total, below, above = 0.0, 0.0, 0.0
    for stratum in strata:
        if not stratum.size:
            continue
        if stratum.read >= stratum.size:
            total += stratum.found
            continue
        share = wilson(stratum.found, stratum.read)
        if share is None:
            return None
        total += stratum.size * share.estimate
        below += (stratum.size * (share.estimate - share.low)) ** 2
        above += (stratum.size * (share.high - share.estimate)) ** 2
    return Interval(total, max(0.0, total - math.sqrt(below)), total + math.sqrt(above))


_Verdicts = Mapping[str, str]
"""Entry -> verdict."""


@frozen
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
    by_case: dict[str, list[Row]] = {}
    names: dict[str, str] = {}
    for row in given.verdicts.to_pylist():
        by = names.setdefault(person_key(row["decided_by"]), row["decided_by"])
        by_case.setdefault(row["case_id"], []).append(row | {"decided_by": by})
    readings = (
        _first_two(case, rows, set(members[case]))
        for case, rows in sorted(by_case.items())
        if case in members
    )
    return [reading for reading in readings if reading is not None]


def _first_two(case: str, rows: Iterable[Row], members: set[str]) -> TwoReadings | None:
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
        elif first != person:
            readings = [
                {entry: said[reader][entry] for entry in sorted(members)}
                for reader in (first, person)
            ]
            return TwoReadings(case, (first, person), *readings)
    return None


def people_of_case(verdicts: _Verdicts) -> frozenset[str]:
    """The entries that verdicts say are one person; none where nothing is a repetition."""
    if Verdict.REPEAT not in verdicts.values():
        return frozenset()
    return frozenset(
        entry for entry, verdict in verdicts.items() if verdict != Verdict.SEPARATE
    )


@frozen
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
    agreed = sum(reading.agrees for reading in readings)
    answers = [
        (_answer(reading.first), _answer(reading.second)) for reading in readings
    ]
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
    by_chance = sum(firsts[answer] * seconds[answer] for answer in firsts) / size**2
    if by_chance == 1:
        return None
    observed = wilson(sum(first == second for first, second in answers), size)
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
    every = list(readings)
    by_kind = by_key(
        (kinds[readings.case_id], readings)
        for readings in every
        if readings.case_id in kinds
    )
    turned = [
        TwoReadings(
            readings.case_id, readings.people[::-1], readings.second, readings.first
        )
        for readings in every
    ]
    both = zip(every, turned, strict=True)
    by_person = by_key(
        (readings.people[0], readings) for pair in both for readings in pair
    )
    return (
        {kind: agreement(own) for kind, own in sorted(by_kind.items())},
        {person: agreement(own) for person, own in sorted(by_person.items())},
    )
