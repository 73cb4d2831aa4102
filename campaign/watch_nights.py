"""Invented nights of a constituency, with attacks: what the watch notices, and tells in vain.

    python campaign/watch_nights.py [--seeds 20]

Each seed is 200 nights of a constituency of 50 precincts of 1,000 voters, written into the tables
of a ledger as its commands write them. Five analysts work through cases precinct by precinct, more
before due dates, and seldom late in the evening; people apply at the counter; families are added; a
precinct brings back its door checklist, or a workbook with the work of weeks; the register of
deaths comes each month and that of those who came of age in February; once a border is drawn anew;
once the clock is wrong. On 20 of the nights, from the thirtieth on, somebody does something to the
list: five kinds, each at the four sizes of ``SIZES``, fixed before anything was measured. What the
watch does is not known here: it is asked once, at the end.
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from voterlist.config.sections import CheckSettings
from voterlist.pipeline.groups import watch_over
from voterlist.pipeline.known import answers_in
from voterlist.schemas import AMENDMENT, DECISION, ENTRY, VOTER
from voterlist.storage.ledger import FILE_NAME, Ledger
from voterlist.tables import from_rows

NIGHTS, PRECINCTS, VOTERS = 200, 50, 1_000
FIRST = dt.date(2026, 1, 5)
"""A Monday."""
SIZES = {
    "strikings in one precinct": (15, 25, 40, 60),
    "additions to one address": (6, 8, 12, 20),
    "corrections by one person at night": (8, 12, 20, 30),
    "answers of one person in bulk": (60, 100, 150, 300),
    "strikings of one group": (10, 15, 25, 40),
}
ANALYSTS = ("Aynur", "Elchin", "Leyla", "Rashad", "Sevinc")
CLERKS = ("Kamran", "Nigar")
_SURNAMES = ("Məmmədov", "Quliyev", "Həsənli", "Rzazadə", "Bağırov", "Şıxəliyev")
_WEIGHTS = (40, 25, 15, 10, 6, 4)
_OF_GROUP = "Mirzoyan"
"""The surname of the group that is struck: 8 of 100."""
_DUE = (dt.date(2026, 2, 5), dt.date(2026, 4, 5), dt.date(2026, 5, 30))


@dataclass(slots=True)
class World:
    """A constituency and what was answered about it."""

    chance: random.Random
    voters: list[dict[str, Any]] = field(default_factory=list)
    amendments: list[dict[str, Any]] = field(default_factory=list)
    verdicts: list[dict[str, Any]] = field(default_factory=list)
    additions: list[dict[str, Any]] = field(default_factory=list)
    attacks: dict[str, tuple[str, int, str]] = field(default_factory=dict)
    """Night -> (kind, size, who)."""
    left: dict[int, list[str]] = field(default_factory=dict)
    """Precinct -> entries of which nothing was answered."""

    def settle(self) -> None:
        """Let people live there."""
        for precinct in range(1, PRECINCTS + 1):
            ids = [f"088-{precinct:04d}-{number:013d}" for number in range(VOTERS)]
            for entry_id in ids:
                is_woman = self.chance.random() < 0.5
                surname = self.chance.choices(_SURNAMES, _WEIGHTS)[0]
                if self.chance.random() < 0.08:
                    surname = _OF_GROUP
                if is_woman and surname.endswith("v"):
                    surname += "a"
                self.voters.append(
                    {
                        "entry_id": entry_id,
                        "constituency": 88,
                        "precinct": precinct,
                        "list_kind": "permanent",
                        "surname": surname,
                        "sex": "f" if is_woman else "m",
                        "birth_year": self.chance.randrange(1935, 2008),
                        "source": "a" * 12,
                        "line": 1,
                    }
                )
            self.chance.shuffle(ids)
            self.left[precinct] = ids

    def someone(self, precinct: int | None = None) -> str:
        """An entry of which nothing was answered yet."""
        own = precinct or self.chance.choice([p for p in self.left if self.left[p]])
        return self.left[own].pop()

    def at(self, day: dt.date, hour: int) -> str:
        """A moment of a day, as the ledger keeps it."""
        minute = self.chance.randrange(60)
        return f"{day}T{hour:02d}:{minute:02d}:00+04:00"

    def amend(self, by: str, at: str, action: str, entry: str, **cells: Any) -> None:
        """Somebody decides about an entry."""
        row = {"entry_id": entry, "action": action, "decided_by": by, "decided_at": at}
        self.amendments.append({"ground": "document-seen", **row, **cells})

    def add(self, by: str, at: str, precinct: int, address: str, **cells: Any) -> None:
        """Somebody adds a person."""
        entry = f"application:{len(self.additions)}"
        place = {"constituency": 88, "precinct": precinct}
        self.amend(by, at, "add", entry, **place, **{"ground": "arrived"} | cells)
        cells = {"entry_id": entry, **place, "address": address}
        self.additions.append(
            {**cells, "list_kind": "permanent", "source": "b" * 12, "line": 1}
        )

    def case(self, by: str, at: str, precinct: int, share: float = 0.55) -> None:
        """Somebody decides a case of two entries of a precinct."""
        first, second = self.someone(precinct), self.someone(precinct)
        is_repeat = self.chance.random() < share
        says = ("keep", "repeat") if is_repeat else ("separate", "separate")
        for entry, verdict in zip((first, second), says, strict=True):
            row = {"case_id": f"c-{first}", "entry_id": entry, "verdict": verdict}
            self.verdicts.append({**row, "decided_by": by, "decided_at": at})


def live(world: World, day: dt.date) -> None:
    """An ordinary day."""
    chance = world.chance
    if day.weekday() >= 5 and chance.random() < 0.9:
        return
    is_rush = any(0 <= (due - day).days < 7 for due in _DUE)
    for analyst in ANALYSTS:
        if chance.random() < 0.8:
            work(world, day, analyst, is_rush=is_rush)
    for _ in range(chance.randrange(4, 11)):
        apply(world, day)
    if day.weekday() == 2:
        checklist(world, day)
    if day.weekday() == 4:
        workbook(world, day)
    if day.day in {3, 4} and day.weekday() < 5:
        registers(world, day)
    for _ in range(45 if (day - FIRST).days == 120 else 0):
        at = world.at(day, 11)
        world.amend("Leyla", at, "move", world.someone(9), ground="boundary")


def work(world: World, day: dt.date, analyst: str, *, is_rush: bool) -> None:
    """An analyst decides cases, mostly of one precinct."""
    chance = world.chance
    cases = int(chance.lognormvariate(2.3, 0.7) * (2 if is_rush else 1))
    precincts = chance.sample(range(1, PRECINCTS + 1), 3)
    # The clock of one evening was wrong by five days.
    is_wrong = (day - FIRST).days == 90 and analyst == "Rashad"
    clock = day - dt.timedelta(days=5) if is_wrong else day
    for _ in range(cases):
        is_late = is_rush and chance.random() < 0.01
        hour = 22 if is_late else chance.randrange(9, 21 if is_rush else 18)
        place = chance.choices(precincts, (6, 3, 1))[0]
        world.case(analyst, world.at(clock, hour), place)


def apply(world: World, day: dt.date) -> None:
    """Somebody applies at the counter."""
    chance = world.chance
    clerk, at = chance.choice(CLERKS), world.at(day, chance.randrange(9, 18))
    what = chance.choices(("correct", "move", "add", "strike"), (45, 25, 20, 10))[0]
    if what != "add":
        more = {"field": "address", "value": "x"} if what == "correct" else {}
        world.amend(clerk, at, what, world.someone(), **more)
        return
    precinct = chance.randrange(1, PRECINCTS + 1)
    address = f"Nizami küç. {chance.randrange(900)}"
    for _ in range(chance.choices((1, 2, 3, 4, 5), (70, 15, 8, 5, 2))[0]):
        world.add(clerk, at, precinct, address)


def checklist(world: World, day: dt.date) -> None:
    """A precinct went from door to door."""
    precinct = world.chance.randrange(1, PRECINCTS + 1)
    for _ in range(world.chance.randrange(5, 16)):
        action = world.chance.choice(("correct", "correct", "strike"))
        more = {"field": "address", "value": "x"} if action == "correct" else {}
        at, entry = world.at(day, 15), world.someone(precinct)
        ground = "checked-at-the-door"
        world.amend(f"PEC {precinct}", at, action, entry, ground=ground, **more)


def workbook(world: World, day: dt.date) -> None:
    """Somebody brings the work of weeks back at once."""
    at = f"{day}T16:00:00+04:00"
    precincts = world.chance.sample(range(1, PRECINCTS + 1), 8)
    for _ in range(world.chance.randrange(10, 40)):
        world.case("Aynur", at, world.chance.choice(precincts))


def registers(world: World, day: dt.date) -> None:
    """The dead of a month; in February all who came of age in a year."""
    for _ in range(world.chance.randrange(40, 71)):
        at, entry = world.at(day, 14), world.someone()
        more = {"rule": "deceased-confirmed", "ground": "died"}
        world.amend("Elchin", at, "strike", entry, **more)
    for number in range(600 if day.month == 2 else 0):
        more = {"rule": "newly-of-age-missing", "ground": "newly-of-age"}
        precinct = number % PRECINCTS + 1
        world.add("Elchin", world.at(day, 15), precinct, f"ev {number}", **more)


def attack(world: World, day: dt.date, kind: str, size: int) -> str:
    """Do something to the list; returns who did it."""
    chance = world.chance
    who = chance.choice(ANALYSTS)
    precinct = chance.randrange(1, PRECINCTS + 1)
    hour = chance.randrange(9, 18)
    group = [
        row["entry_id"]
        for row in world.voters
        if row["surname"] == _OF_GROUP
        and row["entry_id"] in world.left[row["precinct"]]
    ]
    chance.shuffle(group)
    for number in range(size):
        at = world.at(day, hour)
        if kind == "strikings in one precinct":
            world.amend(who, at, "strike", world.someone(precinct))
        elif kind == "additions to one address":
            world.add(who, at, precinct, "Bakıxanov küç. 7")
        elif kind == "corrections by one person at night":
            more = {"field": "address", "value": "x"}
            world.amend(who, world.at(day, 2), "correct", world.someone(), **more)
        elif kind == "answers of one person in bulk":
            world.case(who, at, chance.randrange(1, PRECINCTS + 1), share=0.1)
        else:
            entry = group[number]
            world.left[int(entry[4:8])].remove(entry)
            world.amend(who, at, "strike", entry)
    return who


def invent(seed: int) -> World:
    """The nights of a seed."""
    world = World(random.Random(seed))  # noqa: S311 - the same nights each time
    world.settle()
    nights = [
        night
        for night in range(30, NIGHTS)
        if (FIRST + dt.timedelta(days=night)).weekday() < 5
    ]
    plan = [(kind, size) for kind, sizes in SIZES.items() for size in sizes]
    world.chance.shuffle(plan)
    attacks = dict(
        zip(sorted(world.chance.sample(nights, len(plan))), plan, strict=True)
    )
    for night in range(NIGHTS):
        day = FIRST + dt.timedelta(days=night)
        live(world, day)
        if night in attacks:
            kind, size = attacks[night]
            who = attack(world, day, kind, size)
            world.attacks[day.isoformat()] = (kind, size, who)
    return world


def waves_of(world: World) -> pa.Table:
    """What the watch says of what a ledger holds."""
    with tempfile.TemporaryDirectory() as folder:
        with Ledger(Path(folder) / FILE_NAME) as ledger:
            ledger.decide(from_rows(world.verdicts, DECISION))
            ledger.amend(from_rows(world.amendments, AMENDMENT))
        with Ledger(Path(folder) / FILE_NAME) as ledger:
            given = answers_in(ledger)
    tables = {
        "voters": from_rows(world.voters, VOTER),
        "entries": from_rows(world.voters, ENTRY),
    }

    def select(name: str, schema: pa.Schema) -> pa.Table:
        return tables[name].select(schema.names)

    additions = from_rows(world.additions, ENTRY)
    _, waves, _ = watch_over(given, additions, select, CheckSettings())
    return waves


RULE_OF = {
    "strikings in one precinct": {"wave-of-strikings"},
    "additions to one address": {"wave-of-additions"},
    "corrections by one person at night": {"answers-at-night", "wave-of-changes"},
    "answers of one person in bulk": {"many-answers-of-one-person"},
    "strikings of one group": {"strikings-of-one-group", "wave-of-strikings"},
}
"""The rules by which an attack may be noticed; of another rule it must be by who did it."""


@dataclass(slots=True)
class Score:
    """What was noticed, and what was told in vain."""

    noticed: Counter[tuple[str, int]] = field(default_factory=Counter)
    in_vain: Counter[str] = field(default_factory=Counter)
    seeds: int = 0

    def take(self, world: World, told: pa.Table) -> None:
        """Count the waves (WAVE) of a world."""
        self.seeds += 1
        for night, (kind, size, who) in world.attacks.items():
            self.noticed[kind, size] += any(
                wave["night"] == night
                and (wave["decided_by"] == who or wave["rule"] in RULE_OF[kind])
                for wave in told.to_pylist()
            )
        for wave in told.to_pylist():
            if wave["night"] not in world.attacks:
                self.in_vain[wave["rule"]] += 1

    def rows(self) -> Iterator[str]:
        """The lines of the tables."""
        yield "| attack | sizes | noticed |"
        yield "|---|---|---|"
        for kind, sizes in SIZES.items():
            counts = ", ".join(f"{self.noticed[kind, size]}" for size in sizes)
            told = ", ".join(map(str, sizes))
            yield f"| {kind} | {told} | {counts} of {self.seeds} each |"
        months = self.seeds * (NIGHTS - len(SIZES) * 4) / 30
        yield f"\nTold in vain: {self.in_vain.total() / months:.2f} a month"
        yield f"({', '.join(f'{rule} {count}' for rule, count in self.in_vain.items())})"


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first", type=int, default=1)
    given = parser.parse_args()
    score = Score()
    for seed in range(given.first, given.first + given.seeds):
        world = invent(seed)
        score.take(world, waves_of(world))
    print("\n".join(score.rows()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
