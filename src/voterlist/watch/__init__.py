"""What people changed, night by night, against what is expected of such nights.

A night is a day of the ledger's answers. Of each unit, such as a precinct or a person, only the
nights on which anything was done to it count: how much is done then is expected to follow a
negative binomial distribution, whose mean is drawn towards that of all units as long as little is
known of this one, and whose spread beyond chance is learnt from all (docs/watch.md). Nothing is
read but the answers, so the same answers always tell the same.

Cao, S., Beck, N., Alvarez, R. M. and others (2022), Detecting anomalies in changes of voter
registration by multilevel models, Statistics, Politics and Policy, doi 10.1515/spp-2021-0016.
Spiegelhalter, D. J. (2005), Handling over-dispersion of performance indicators, Quality and Safety
in Health Care 14, 347-351.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter, itemgetter
from typing import Any

import pyarrow as pa

from voterlist.config.sections import CheckSettings
from voterlist.decisions.answers import answers_of
from voterlist.decisions.given import Given, moment_of, person_key
from voterlist.findings import declared_rules, gather, of_rows, row
from voterlist.model import Action, Precinct, Unit, Verdict, frozen
from voterlist.schemas import NIGHT, WAVE
from voterlist.shipped import shipped_toml
from voterlist.tables import Row, count_by, from_rows, rows_among

CHANGES: Mapping[str, str] = {
    Action.STRIKE: "struck",
    Verdict.REPEAT: "repeated",
    Action.ADD: "added",
    Action.MOVE: "moved",
    Action.CORRECT: "corrected",
    Verdict.KEEP: "kept",
    Verdict.SEPARATE: "kept",
}
"""What each answer does to an entry; those that are not here do nothing to a list."""

_AT_DOOR = "checked-at-the-door"
"""The ground of what somebody saw at the door."""
_PLACE = re.compile(r"(\d{3})-(\d{4})-")
"""How the id of an entry begins: its constituency and precinct, 0 where one is not known."""


@frozen
class Happened:
    """One answer, by what it did.

    Attributes:
        night: the day of the answer, in ISO 8601.
        hour: 0 to 23, as the person's clock showed it; None where only the day is known.
        change: a value of ``CHANGES``.
        source: ``case``, ``register`` (a row of it shows it), ``finding``, ``door``, or
            ``unasked``: an application, or of one's own accord.
        constituency: where the entry stands, of an addition where it is to stand.
        precinct: the same.
        entry_id: which entry.
        decided_by: who answered, as the ledger names them first.
        ground: why; None of a case.
    """

    night: str
    hour: int | None
    change: str
    source: str
    constituency: int | None
    precinct: int | None
    entry_id: str
    decided_by: str
    ground: str | None = None


def list_happened(given: Given) -> list[Happened]:
    """What each answer did, in the order of the answers; those without a day are left out."""
    names: dict[str, str] = {}
    answers = []
    for said in (*given.verdicts.to_pylist(), *given.amendments.to_pylist()):
        answer = said.get("verdict") or said["action"]
        text = said["decided_at"]
        if answer not in CHANGES or moment_of(text) == -math.inf:
            continue
        # Any form of ISO 8601 may stand in a ledger; the clock is that of whoever answered.
        moment = dt.datetime.fromisoformat(text)
        has_clock = ":" in text or "T" in text
        constituency, precinct = _place_of(said, answer)
        answers.append(
            Happened(
                night=moment.date().isoformat(),
                hour=moment.hour if has_clock else None,
                change=CHANGES[answer],
                source=_source_of(said),
                constituency=constituency,
                precinct=precinct,
                entry_id=said["entry_id"],
                decided_by=names.setdefault(
                    person_key(said["decided_by"]), said["decided_by"]
                ),
                ground=said.get("ground"),
            )
        )
    return answers


def _place_of(said: Mapping[str, Any], answer: str) -> Precinct:
    if answer == Action.ADD:
        return said["constituency"], said["precinct"]
    begin = _PLACE.match(said["entry_id"])
    if begin is None:
        return None, None
    return int(begin[1]) or None, int(begin[2]) or None


def _source_of(said: Mapping[str, Any]) -> str:
    if said.get("rule") is not None:
        return "register" if answers_of(said["rule"]).register else "finding"
    if said["case_id"] is not None:
        return "case"
    return "door" if said["ground"] == _AT_DOOR else "unasked"


def nights(answers: Iterable[Happened]) -> pa.Table:
    """NIGHT: how many answers of each kind were given, by day, hour, place and person."""
    names = [name for name in NIGHT.names if name != "answers"]
    counted = Counter(map(attrgetter(*names), answers))
    rows = [
        {**dict(zip(names, key, strict=True)), "answers": count}
        for key, count in counted.items()
    ]
    return from_rows(rows, NIGHT, *names)


_RULES = declared_rules("voterlist.watch")
RULES = tuple(_RULES.values())
_KINDS = shipped_toml("voterlist.watch", "kinds.toml")["kinds"]

Key = tuple[Any, ...]
"""What a unit is known by. The level above it is the same without its last part."""

_PLACES = ("nation", "constituency", "precinct", "address")
"""The levels of places, each with one part more in its key; the first part is the source."""
_NIGHTS = 5.0
"""That many nights weigh as much as what the level above says of a unit."""
_STRIKINGS = 50.0
"""That many strikings weigh as much as the share of a group on the list."""
_SPREAD, _SPREAD_WEIGHT = 1.0, 20.0
"""The spread beyond chance as long as nothing is known, and the nights of units it weighs."""
_LEAST_SPREAD = 0.05
_FIRST_NIGHTS = 10
"""For so many nights it is taken that one unit a night has answers."""
_MONTH = 30


@frozen
class People:
    """What is known of the entries that were answered about.

    Attributes:
        groups: entry -> the groups to which its voter belongs, such as ``sex:f``.
        addresses: entry -> where the person is added, in one spelling.
        shares: constituencies -> the share of each group among their voters.
    """

    groups: Mapping[str, Collection[str]]
    addresses: Mapping[str, str]
    shares: Callable[[Collection[int | None]], Mapping[str, float]]


def limit_of(expected: float, spread: float, chance: float) -> int:
    """The smallest number that a negative binomial count exceeds with less than this chance.

    Args:
        expected: its mean.
        spread: its variance is ``expected + spread * expected ** 2``.
        chance: 0 to 1.
    """
    size = 1 / spread
    share = expected / (expected + size)
    mass = (1 - share) ** size
    number, left = 0, 1.0 - mass
    while left >= chance:
        mass *= share * (number + size) / (number + 1)
        number += 1
        left -= mass
        if number > expected and mass < chance * 1e-6:
            # What is left below is rounding.
            break
    return number


@dataclass(slots=True)
class _Kind:
    """One way to stand out (``kinds.toml``), and what the nights so far say of its units."""

    rule: str
    level: str
    changes: Collection[str]
    usual: float
    at_night: bool = False
    answers: dict[Key, float] = field(default_factory=lambda: defaultdict(float))
    weights: dict[Key, float] = field(default_factory=lambda: defaultdict(float))
    spreads: dict[Key, list[float]] = field(default_factory=lambda: defaultdict(list))
    """How far units were out, by where the answers came from."""
    active: int = _FIRST_NIGHTS
    """Units with answers, over all nights."""

    def units(
        self, own: Sequence[Happened], people: People, settings: CheckSettings
    ) -> dict[Key, list[Happened]]:
        """The answers of a night that count, by unit."""
        units: dict[Key, list[Happened]] = defaultdict(list)
        for answer in own:
            if answer.change in self.changes and (
                not self.at_night or _is_night(answer, settings)
            ):
                for key in self._keys(answer, people):
                    units[key].append(answer)
        return units

    def _keys(self, answer: Happened, people: People) -> Iterator[Key]:
        if self.level == "person":
            yield (answer.decided_by,)
        elif self.level == "group":
            for group in people.groups.get(answer.entry_id, ()):
                # Who died is mostly old.
                if answer.ground != "died" or not group.startswith("born:"):
                    yield (group,)
        elif self.level != "address" or answer.entry_id in people.addresses:
            address = people.addresses.get(answer.entry_id)
            place = (answer.source, answer.constituency, answer.precinct, address)
            yield place[: _PLACES.index(self.level) + 1]

    def expected(self, key: Key, share: float | None, of: int) -> float:
        """How many entries of a unit, on a night on which there are any.

        Args:
            key: which unit.
            share: of a group its share on the list.
            of: of a group the strikings of the night, else 1.
        """
        if share is not None:
            return of * self._rate(key, share, _STRIKINGS)
        rate = self.usual
        for length in range(len(key) + 1):
            rate = self._rate(key[:length], rate, _NIGHTS)
        return rate

    def _rate(self, key: Key, above: float, weight: float) -> float:
        return (self.answers[key] + weight * above) / (self.weights[key] + weight)

    def find(
        self,
        own: Sequence[Happened],
        people: People,
        settings: CheckSettings,
        day: int,
    ) -> Iterator[tuple[Key, list[Happened], float, int]]:
        """What stands out of a night: (unit, answers, how many were expected, the limit).

        Args:
            own: the answers of the night that are not told yet.
            people: what is known of their entries.
            settings: how often a false wave may be told.
            day: days since the first night.
        """
        units = self.units(own, people, settings)
        of, shares = 1, dict[str, float]()
        if self.level == "group":
            struck = [answer for answer in own if answer.change in self.changes]
            of = len(struck)
            places = {answer.constituency for answer in struck}
            shares = dict(people.shares(places))
        usual = self.active / (day + _FIRST_NIGHTS)
        monthly = settings.most_false_waves / max(usual, len(units))
        chance = monthly / _MONTH / len(_KINDS)
        learnt = []
        for key, rows in sorted(units.items(), key=repr):
            seen = limit = len({answer.entry_id for answer in rows})
            share = shares.get(key[0], 0.0) if self.level == "group" else None
            expected = self.expected(key, share, of)
            if seen >= settings.least_wave:
                limit = limit_of(expected, self._spread(key), chance)
                limit = max(limit, settings.least_wave - 1)
            if seen > limit:
                yield key, rows, expected, limit
            learnt.append((key, min(seen, limit), of, expected))
        self.active += len(units)
        for each in learnt:
            self._learn(*each)

    def _learn(self, key: Key, seen: int, of: int, expected: float) -> None:
        for length in range(len(key) + 1):
            self.answers[key[:length]] += seen
            self.weights[key[:length]] += of
        if expected >= 1:
            beyond = ((seen - expected) ** 2 - expected) / expected**2
            self.spreads[self._stream(key)].append(beyond)

    def _spread(self, key: Key) -> float:
        """The spread beyond chance of such units."""
        known = self.spreads[self._stream(key)]
        total = _SPREAD * _SPREAD_WEIGHT + sum(known)
        return max(total / (_SPREAD_WEIGHT + len(known)), _LEAST_SPREAD)

    def _stream(self, key: Key) -> Key:
        return key[:1] if self.level in _PLACES else ()


def _is_night(answer: Happened, settings: CheckSettings) -> bool:
    begins, ends = settings.night_begins, settings.night_ends
    return answer.hour is not None and (answer.hour - begins) % 24 < (
        (ends - begins) % 24
    )


def waves(
    answers: Sequence[Happened], people: People, settings: CheckSettings
) -> pa.Table:
    """WAVE: what stands out of the nights before it, by night.

    What a row of a register shows is left out: a register comes once a month, or once a year, with
    all the dead and all who came of age.
    """
    by_night: dict[str, list[Happened]] = defaultdict(list)
    for answer in answers:
        if answer.source != "register":
            by_night[answer.night].append(answer)
    kinds = [_Kind(**kind) for kind in _KINDS]
    rows = []
    first = dt.date.fromisoformat(min(by_night, default="2000-01-01"))
    for night, own in sorted(by_night.items()):
        day = (dt.date.fromisoformat(night) - first).days
        told: set[tuple[str, str]] = set()
        for kind in kinds:
            left = [each for each in own if (kind.rule, each.entry_id) not in told]
            for key, found, expected, limit in kind.find(left, people, settings, day):
                told |= {(kind.rule, answer.entry_id) for answer in found}
                rows.append(_wave(kind, key, found, expected, limit))
    return from_rows(rows, WAVE)


def _wave(
    kind: _Kind, key: Key, found: Sequence[Happened], expected: float, limit: int
) -> dict[str, Any]:
    """A row of WAVE."""

    def most(of: Callable[[Happened], Any]) -> tuple[Any, int]:
        return Counter(map(of, found)).most_common(1)[0]

    decided_by, by_person = most(lambda answer: answer.decided_by)
    (constituency, precinct), _ = most(
        lambda answer: (answer.constituency, answer.precinct)
    )
    hours = [answer.hour for answer in found if answer.hour is not None]
    return {
        "night": found[0].night,
        "rule": kind.rule,
        "level": kind.level,
        "constituency": constituency if kind.level != "nation" else None,
        "precinct": precinct if kind.level in _PLACES[2:] else None,
        "group": key[0] if kind.level == "group" else None,
        "entry_id": min(answer.entry_id for answer in found),
        "seen": len({answer.entry_id for answer in found}),
        "expected": round(expected, 3),
        "limit": limit,
        "source": most(lambda answer: answer.source)[0],
        "decided_by": decided_by,
        "by_person": by_person,
        "first_hour": min(hours, default=None),
        "last_hour": max(hours, default=None),
    }


_PLACE_OF_RULE = ("rule", "constituency", "precinct")


def left_to_ask(found: pa.Table, findings: pa.Table) -> tuple[Row, ...]:
    """The waves (rows of WAVE) whose finding (FINDING) is left to ask, by night."""
    place_of = itemgetter(*_PLACE_OF_RULE)
    keys = {*map(place_of, rows_among(findings, "rule", _RULES).to_pylist())}
    return tuple(wave for wave in found.to_pylist() if place_of(wave) in keys)


def waves_as_findings(found: pa.Table, settings: CheckSettings) -> pa.Table:
    """FINDING of these waves (WAVE): one of each rule and place, for all its nights.

    Another wave there makes another number, which is asked about anew.
    """
    seen, limits = (
        count_by(found, *_PLACE_OF_RULE, of=name) for name in ("seen", "limit")
    )
    rows = []
    for (rule, constituency, precinct), count in seen.items():
        unit = Unit.CONSTITUENCY if precinct is None else Unit.PRECINCT
        cells = {
            "unit": Unit.NATION if constituency is None else unit,
            "constituency": constituency,
            "precinct": precinct,
            "value": float(count),
            "limit": float(limits[rule, constituency, precinct]),
        }
        rows.append(row(_RULES[rule], cells))
    return gather([of_rows(rows)], settings)
