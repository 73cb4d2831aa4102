"""An invented public that comes to the counter: who wants what, and what is right.

Who they are is known from ``voterlist synth``; who was left off the lists, and whose name is
misspelt on them, was drawn here before the lists were written. ``Public`` remembers who has to
stand where: it reads no table that a decision of the program made.
"""

from __future__ import annotations

import datetime as dt
import random
import re
import shutil
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from nation_lists import FIELDS, digest, voters_of, write_list

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from command_line import told  # noqa: E402  it stands in the folder of the tests

FIRST_DAY = dt.date(2026, 3, 1)
CONSTITUENCY = 88
NOTICE_DAYS = 3
_FREEZE_DAYS = 25
"""The lists are updated so many days before the election."""
_SLOW = (0, 0, 0, 0, 1, 1, 1, 2, 4, 6)
"""Days until a clerk decides; what takes more than one is late."""
_LEFT_OFF, _MISSPELT, _DIED = 0.06, 0.06, 0.05
"""The shares of the voters who stand on no list, whose surname has a slip there, who died."""
_OF_PRECINCT = 150
"""Voters of a precinct, about."""
_LONG = 5
"""Letters of a surname that more has, in which a slip is seen as such."""
_FIN = re.compile(r"[0-9A-Z]{7}")
_DAY = r"(?:1[3-9]|2\d|3[01])"
_DATE = re.compile(rf"{_DAY}[./-]\d\d[./-]\d{{4}}|\d{{4}}[./-]\d\d[./-]{_DAY}")
"""A birth date that can be read in one way only."""

Effect = Mapping[str, Any]
"""What a grant does: ``do`` (add, strike, move, correct), and to whom."""


def date_of(day: int) -> str:
    """A day of the spring, in ISO 8601."""
    return (FIRST_DAY + dt.timedelta(days=day)).isoformat()


@dataclass(frozen=True, slots=True)
class Voter:
    """Somebody who exists."""

    precinct: int
    cells: Mapping[str, str]
    """By the names of FIELDS, and right."""
    written: str
    """The surname as it stands on the list; empty of who stands on none."""
    is_dead: bool = False
    may_come: bool = False
    """False of whoever is told of in a way that may be understood in two."""
    entry_id: str = ""

    @property
    def name(self) -> str:
        """The whole name."""
        names = ("surname", "given_name", "patronymic")
        return " ".join(self.cells[name] for name in names)

    @property
    def is_misspelt(self) -> bool:
        """True of who stands on the list with a slip in the surname."""
        return bool(self.written) and self.written != self.cells["surname"]


@dataclass(frozen=True, slots=True)
class Step:
    """What a clerk does with an application: a command, and whether it has to be refused."""

    command: str
    words: tuple[object, ...]
    must_fail: bool = False


@dataclass(slots=True)
class Wish:
    """An application, and what is right."""

    kind: str
    day: int
    take: tuple[str, ...]
    steps: dict[int, list[Step]] = field(default_factory=dict)
    """By the day on which they are done."""
    doubts: frozenset[str] = frozenset()
    """Codes of what whoever takes it has to be told, at least."""
    effect: Effect | None = None
    """Of the grant."""
    beside: Wish | None = None
    """The wish whose number the words name."""
    is_again: bool = False
    """True where it is decided with that one."""
    number: int = 0
    state: str = "open"
    until: int = 0
    """The last day on which a voter may object; 0 without a notice."""

    @property
    def due(self) -> int:
        """The last day of its term: the day after, or after that on which one may object."""
        return max(self.day + 1, self.until + 1 if self.until else 0)

    @property
    def outcome(self) -> str:
        """How it stands; of one that was asked twice as the first."""
        if self.is_again and self.beside is not None:
            return self.beside.state
        return self.state

    def happened(self, step: Step, day: int) -> None:
        """Note what a clerk did."""
        if step.command == "notify":
            self.until = day + NOTICE_DAYS
        elif step.command == "decide":
            self.state = "granted" if "--grant" in step.words else "refused"
        else:
            self.state = {"answer": "answered", "withdraw": "withdrawn"}[step.command]


class Public:
    """The voters of a constituency, and who of them has to stand on which list."""

    def __init__(
        self, workspace: Path, voters: Sequence[Voter], days: int, dice: random.Random
    ) -> None:
        self.workspace = workspace
        self.freeze = days - 2
        """The last day on which the lists change."""
        self._days = days
        self._dice = dice
        self._precincts = sorted({voter.precinct for voter in voters})
        coming = [voter for voter in voters if voter.may_come]
        dice.shuffle(coming)
        there = [voter for voter in coming if voter.written and not voter.is_dead]
        self._left_off = [voter for voter in coming if not voter.written]
        self._dead = [voter for voter in coming if voter.is_dead]
        self._misspelt = [voter for voter in there if voter.is_misspelt]
        self._alive = [voter for voter in there if not voter.is_misspelt]
        self._stands = {
            voter.entry_id: voter.precinct for voter in voters if voter.written
        }
        self._surnames: dict[str, str] = {}

    def wrong_in(self, rows: Sequence[Mapping[str, str]]) -> Iterator[str]:
        """What is wrong with the rows of all lists: who is lost, twice, or elsewhere."""
        found: dict[str, str] = {}
        for row in rows:
            if row["entry_id"] in found:
                yield f"{row['entry_id']} stands twice"
            found[row["entry_id"]] = row["precinct"]
            surname = self._surnames.get(row["entry_id"], row["surname"])
            if row["surname"] != surname:
                yield f"{row['entry_id']} has another surname than was granted"
        wanted = {key: str(precinct) for key, precinct in self._stands.items()}
        for key in sorted(wanted.keys() - found.keys()):
            yield f"{key} is lost"
        for key in sorted(found.keys() - wanted.keys()):
            yield f"{key} stands there, and nobody granted it"
        for key in sorted(wanted.keys() & found.keys()):
            if wanted[key] != found[key]:
                yield f"{key} stands in {found[key]}, not in {wanted[key]}"

    def takes_effect(self, effect: Effect, entry_id: str) -> None:
        """Remember what was granted about an entry."""
        if effect["do"] == "strike":
            del self._stands[entry_id]
        elif "precinct" in effect:
            self._stands[entry_id] = effect["precinct"]
        elif "surname" in effect:
            self._surnames[entry_id] = effect["surname"]

    def wishes(self, count: int) -> list[Wish]:
        """So many applications, in the order of their days."""
        kinds = [kind for kind, share in _KINDS.items() for _ in range(share)]
        found: list[Wish] = []
        while len(found) < count:
            deck = self._dice.sample(kinds, len(kinds))
            for kind in deck:
                if len(found) < count:
                    day = self._dice.randint(1, self._days)
                    made = list(getattr(self, f"_{kind}")(day))
                    for wish in made:
                        wish.kind = kind.replace("_", " ")
                    found += made
        return sorted(found, key=lambda wish: wish.day)

    # What is right

    def _decided(self, wish: Wish, *steps: Step, slow: bool = True) -> Wish:
        """The wish with the steps of a clerk, who may be slow.

        Behind the freeze nothing that changes a list is granted on an ordinary ground: a court
        decides, but nobody is struck.
        """
        day = wish.day + (self._dice.choice(_SLOW) if slow else 0)
        self._on(wish, day, *steps)
        return wish

    def _on(self, wish: Wish, day: int, *steps: Step) -> None:
        told = list(steps)
        last = told[-1]
        if wish.effect is not None and day > self.freeze and "--grant" in last.words:
            told[-1] = Step(last.command, last.words, must_fail=True)
            if wish.effect["do"] == "strike":
                wish.effect = None
                told.append(_refused("other"))
            else:
                told.append(_granted("court"))
        wish.steps[day] = told

    def _one(self, people: list[Voter]) -> Voter:
        """Somebody who comes once; where all of these came, another voter."""
        return people.pop() if people else self._alive.pop()

    def _missing(self, day: int) -> Iterator[Wish]:
        """Somebody who is on no list."""
        yield self._decided(
            self._added(self._one(self._left_off), day), _granted("left-out")
        )

    def _added(self, voter: Voter, day: int, *more: str) -> Wish:
        cells = voter.cells
        words = ("--what", "add", "--name", voter.name, "--born", cells["birth_date"])
        values = {"precinct": voter.precinct} | {
            name: cells[name] for name in ("fin", "address") if cells[name]
        }
        by = more or ("--by", voter.name, "--document", f"AZE {cells['fin']}")
        effect = {"do": "add", "precinct": voter.precinct}
        return Wish("", day, (*words, *_set(values), *by), effect=effect)

    def _correction(self, voter: Voter, day: int, *by: str) -> Wish:
        surname = voter.cells["surname"]
        words = ("--what", "correct", "--for", voter.entry_id)
        own = by or ("--by", voter.name, "--document", f"AZE {voter.cells['fin']}")
        effect = {"do": "correct", "surname": surname}
        return Wish("", day, (*words, *_set({"surname": surname}), *own), effect=effect)

    def _misspelt_name(self, day: int) -> Iterator[Wish]:
        """Somebody whose surname has a slip on the list."""
        wish = self._correction(self._one(self._misspelt), day)
        yield self._decided(wish, _granted("document-seen"))

    def _strike(self, voter: Voter, day: int, *more: str) -> Wish:
        words = ("--what", "strike", "--for", voter.entry_id, *more)
        return Wish("", day, words, effect={"do": "strike"})

    def _death(self, voter: Voter, day: int, fin: str) -> Wish:
        told = ("--name", voter.name, *_set({"fin": fin}))
        child = ("--relation", "relative", "--by", f"övladı {voter.name}")
        return self._strike(voter, day, *told, *child, "--document", "Şəhadətnamə 7")

    def _late_father(self, day: int) -> Iterator[Wish]:
        """A daughter whose father died; she knows his FIN."""
        father = self._one(self._dead)
        wish = self._death(father, day, father.cells["fin"])
        yield self._decided(wish, _granted("died"))

    def _wrong_fin(self, day: int) -> Iterator[Wish]:
        """The same with the FIN of somebody else: who that is, is not known."""
        wish = self._death(self._alive.pop(), day, self._alive[0].cells["fin"])
        yield self._decided(wish, _fails(_granted("died")), _refused("not-shown"))

    def _couple(self, day: int) -> Iterator[Wish]:
        """A couple who moved to another precinct, each with an application."""
        there = self._dice.choice(self._precincts)
        address = f"Yeni küçəsi {day}"
        for voter in (self._alive.pop(), self._alive.pop()):
            words = ("--what", "move", "--for", voter.entry_id, "--by", voter.name)
            values = _set({"precinct": there, "address": address})
            effect = {"do": "move", "precinct": there}
            wish = Wish("", day, (*words, *values), effect=effect)
            if there == voter.precinct:
                # Who stands there already asks for nothing.
                wish.effect = None
                yield self._decided(wish, _refused("list-is-right"))
            else:
                yield self._decided(wish, _granted("voter-asked"))

    def _listed(self, day: int) -> Iterator[Wish]:
        """Somebody who asks whether they are listed, and is: nobody is told that they are not."""
        voter = self._alive.pop()
        paper = ("--out", self.paper)
        wish = self._question(voter, day)
        answer = Step("answer", (*paper, "--for", voter.entry_id))
        yield self._decided(wish, _fails(Step("answer", paper)), answer)

    def _not_listed(self, day: int) -> Iterator[Wish]:
        """Somebody who asks, and is on no list."""
        wish = self._question(self._left_off.pop(0), day)
        yield self._decided(wish, Step("answer", ("--out", self.paper)))

    def _question(self, voter: Voter, day: int) -> Wish:
        who = ("--name", voter.name, "--born", voter.cells["birth_date"])
        return Wish("", day, ("--what", "listed", *who, "--by", voter.name))

    @property
    def paper(self) -> Path:
        """Where answers are written."""
        return self.workspace.parent / "answer.pdf"

    def _nobody(self, day: int) -> Iterator[Wish]:
        """A claim about somebody who does not exist."""
        words = ("--what", "correct", "--name", "Yoxdurov Heçkim Olmaz oğlu")
        by = ("--by", f"Kimsə {self._dice.randrange(10**9)}")
        wish = Wish("", day, (*words, *_set({"surname": "Vardır"}), *by))
        wish.doubts = frozenset({"entry-open"})
        yield self._decided(
            wish, _fails(_granted("document-seen")), _refused("not-shown")
        )

    def _in_another_name(self, day: int) -> Iterator[Wish]:
        """A stranger who wants somebody's name changed, with no authority."""
        wish = self._correction(
            self._alive.pop(), day, "--relation", "other", "--by", "Kənar Şəxs"
        )
        wish.effect = None
        wish.doubts = frozenset({"no-authority"})
        yield self._decided(wish, _refused("not-shown"))

    def _twice(self, day: int) -> Iterator[Wish]:
        """Somebody who asks the same again with the same documents: decided with the first."""
        voter = self._one(self._misspelt)
        first = self._decided(self._correction(voter, day), _granted("document-seen"))
        (decided,) = first.steps
        again = self._correction(voter, day)
        again.effect, again.beside, again.is_again = None, first, True
        again.doubts = frozenset({"asked-already"})
        again.steps[decided] = [_fails(_granted("document-seen"))]
        yield from (first, again)

    def _twice_by_a_relative(self, day: int) -> Iterator[Wish]:
        """Somebody left off, and a relative who asks for the same with other documents."""
        voter = self._one(self._left_off)
        first = self._decided(self._added(voter, day), _granted("left-out"))
        (decided,) = first.steps
        by = ("--relation", "relative", "--by", "Qardaşı", "--document", "AZE 1")
        told = replace(voter, cells=voter.cells | {"address": "", "fin": ""})
        again = self._added(told, day, *by)
        again.effect = None
        self._on(
            again, decided, _fails(_granted("left-out")), _refused("list-is-right")
        )
        yield from (first, again)

    def _stands_already(self, day: int) -> Iterator[Wish]:
        """Somebody who stands on the list and wants to be added."""
        wish = self._added(self._alive.pop(), day)
        wish.effect, wish.doubts = None, frozenset({"stands-already"})
        yield self._decided(
            wish, _fails(_granted("left-out")), _refused("list-is-right")
        )

    def _struck_meanwhile(self, day: int) -> Iterator[Wish]:
        """A dead man whom one application strikes, while another one corrects his name."""
        man = self._one(self._dead)
        first = self._decided(self._death(man, day, man.cells["fin"]), _granted("died"))
        (decided,) = first.steps
        other = self._correction(man, day, "--relation", "relative", "--by", "Nəvəsi")
        other.effect, other.doubts = None, frozenset({"others-open"})
        refusal = _refused("list-is-right")
        attempt = [_fails(_granted("document-seen"))] if first.effect else []
        self._on(other, decided, *attempt, refusal)
        yield from (first, other)

    def _strike_without_evidence(self, day: int) -> Iterator[Wish]:
        """Somebody who wants another voter struck and shows nothing."""
        voter = self._alive.pop()
        wish = self._strike(voter, day, "--relation", "other", "--by", "Qonşu")
        wish.effect = None
        yield self._decided(
            wish,
            _fails(_granted("not-citizen")),
            _refused("not-shown"),
        )

    def _notified(self, day: int) -> tuple[Voter, Wish]:
        """A striking on evidence, of which the voter is told: it is not granted at once."""
        voter = self._alive.pop()
        by = ("--relation", "body", "--by", "Miqrasiya xidməti", "--document", "Məktub")
        wish = self._strike(voter, day, *by)
        attempt = _fails(_granted("not-citizen"))
        wish.steps[day] = [attempt, Step("notify", ())]
        wish.steps[day + 1] = [attempt]
        return voter, wish

    def _strike_after_notice(self, day: int) -> Iterator[Wish]:
        """Nobody objects, and a person decides on the evidence."""
        _, wish = self._notified(day)
        self._on(wish, day + NOTICE_DAYS + 1, _granted("not-citizen"))
        yield wish

    def _objection(self, day: int) -> Iterator[Wish]:
        """The voter objects in time, and is right."""
        voter, strike = self._notified(day)
        strike.effect = None
        attempt = _fails(_granted("not-citizen"))
        strike.steps[day + NOTICE_DAYS + 1] = [attempt, _refused("not-shown")]
        against = ("--what", "complaint", "--against", "{number}", "--by", voter.name)
        objection = Wish("", day + 1, against, beside=strike)
        objection.steps[day + 2] = [_granted("", "--reason", "Pasportunu göstərdi")]
        yield from (strike, objection)

    def _withdrawn(self, day: int) -> Iterator[Wish]:
        """Somebody who thinks better of it."""
        wish = self._correction(self._alive.pop(), day)
        wish.effect = None
        yield self._decided(wish, Step("withdraw", ("--reason", "Fikrini dəyişdi")))

    def _complaint(self, day: int) -> Iterator[Wish]:
        """Somebody who complains that the list does not hang outside."""
        voter = self._alive.pop()
        words = ("--what", "complaint", "--name", voter.name, "--by", voter.name)
        wish = Wish("", day, words)
        yield self._decided(wish, _granted("", "--reason", "Siyahı asıldı"))


_KINDS = {
    "missing": 7,
    "misspelt_name": 7,
    "late_father": 5,
    "couple": 3,
    "listed": 4,
    "not_listed": 2,
    "nobody": 2,
    "in_another_name": 2,
    "twice": 2,
    "twice_by_a_relative": 2,
    "wrong_fin": 2,
    "stands_already": 2,
    "struck_meanwhile": 2,
    "strike_without_evidence": 2,
    "strike_after_notice": 2,
    "objection": 2,
    "withdrawn": 1,
    "complaint": 1,
}
"""How often each comes of some fifty."""


def _granted(ground: str, *more: str) -> Step:
    words = ("--ground", ground, "--evidence", "Akt 12") if ground else ()
    return Step("decide", ("--grant", *words, *more))


def _refused(ground: str) -> Step:
    reason = ("--reason", "Baxıldı və rədd edildi")
    return Step("decide", ("--refuse", "--ground", ground, *reason))


def _fails(step: Step) -> Step:
    return Step(step.command, step.words, must_fail=True)


def _set(values: Mapping[str, object]) -> tuple[str, ...]:
    return tuple(
        word for name, text in values.items() for word in ("--set", f"{name}={text}")
    )


# How the constituency is made


def invented(folder: Path, voters: int, days: int, dice: random.Random) -> Public:
    """A constituency whose lists were handed in and run once, and its public."""
    workspace = folder / "2026"
    people: list[Voter] = []
    while sum(voter.may_come for voter in people) * 4 < voters:
        # Some lists are typed in a way that may be understood in two.
        shutil.rmtree(folder / "invented", ignore_errors=True)
        seed = ("--constituencies", 1, "--seed", dice.randrange(10**6))
        _done("synth", folder / "invented", "--voters", voters, *seed, "--no-files")
        people = list(_people(folder / "invented", dice))
    (workspace / "reference").mkdir(parents=True)
    election = FIRST_DAY + dt.timedelta(days=days - 2 + _FREEZE_DAYS)
    (workspace / "voterlist.toml").write_text(
        f"[calendar]\nelection_day = {election}\n"
        f"[applications]\nnotice_days = {NOTICE_DAYS}\n"
        '[report]\nlanguages = ["en"]\n',
        encoding="utf-8",
    )
    of_lines: dict[tuple[str, int], int] = {}
    for precinct in sorted({voter.precinct for voter in people}):
        path = workspace / "inbox" / str(CONSTITUENCY) / f"menteqe-{precinct}.csv"
        listed = [
            number
            for number, voter in enumerate(people)
            if voter.precinct == precinct and voter.written
        ]
        write_list(path, precinct, [_as_written(people[number]) for number in listed])
        lines = sorted(voters_of(path))
        of_lines |= {
            (digest(path), line): number
            for line, number in zip(lines, listed, strict=True)
        }
    run = Path(_done("run", workspace, "--today", date_of(0))["folder"])
    columns = ["entry_id", "source", "line"]
    for row in pq.read_table(run / "entries.parquet", columns=columns).to_pylist():
        number = of_lines.pop((row["source"], row["line"]))
        people[number] = replace(people[number], entry_id=row["entry_id"])
    if of_lines:
        raise RuntimeError(f"{len(of_lines)} voters have no entry")
    return Public(workspace, people, days, dice)


def _people(folder: Path, dice: random.Random) -> Iterator[Voter]:
    """The people of invented lists; some of them are left off, some misspelt."""
    truth = pq.read_table(folder / "truth.parquet").to_pylist()
    times = Counter(row["person_id"] for row in truth)
    entries = pq.read_table(folder / "entries.parquet").to_pylist()
    for number, (row, true) in enumerate(zip(entries, truth, strict=True)):
        cells = {name: row[name] or "" for name in FIELDS}
        done = {word for word in (true["done"] or "").split("+") if word}
        is_plain = all(word.startswith(("dead", "typed")) for word in done)
        is_told = all(cells[name] for name in ("surname", "given_name", "patronymic"))
        may_come = (
            times[true["person_id"]] == 1
            and is_plain
            and is_told
            and _FIN.fullmatch(cells["fin"]) is not None
            and _DATE.fullmatch(cells["birth_date"]) is not None
        )
        chance, written = dice.random(), cells["surname"]
        is_dead = any(word.startswith("dead") for word in done) or chance > 1 - _DIED
        if may_come and not is_dead and len(written) > _LONG:
            at = dice.randrange(2, len(written) - 2)
            if chance < _LEFT_OFF:
                written = ""
            elif chance < _LEFT_OFF + _MISSPELT:
                written = written[:at] + written[at + 1 :]
        yield Voter(1 + number // _OF_PRECINCT, cells, written, is_dead, may_come)


def _as_written(voter: Voter) -> tuple[str, ...]:
    """The cells of a voter as the list has them."""
    return tuple((voter.cells | {"surname": voter.written})[name] for name in FIELDS)


def _done(*words: object) -> dict[str, Any]:
    """What a command said that has to be done."""
    code, said = told(*words)
    if code not in {0, 1}:
        raise RuntimeError(f"{words}: exit code {code}: {said}")
    return said
