"""New answers tried against everything that was decided before, and thousands of them in a row."""

from __future__ import annotations

import json
import random

import pytest
from hypothesis import given as hypothesis_given
from hypothesis import settings
from hypothesis import strategies as st

from deciding import (
    OFF,
    cases_of,
    entries_of,
    entry_id,
    given_amendments,
    given_verdicts,
    subjects_of,
    unaccounted,
    unbalanced,
    vanished,
)
from examples import tries
from voterlist.decisions.effects import effects
from voterlist.decisions.given import Given
from voterlist.decisions.standing import standing
from voterlist.decisions.trial import find_refused
from voterlist.schemas import GIVEN_AMENDMENT, GIVEN_VERDICT
from voterlist.tables import concat

A, B, C, D = (
    entry_id(name, precinct=place)
    for name, place in (("A", 1), ("B", 2), ("C", 3), ("D", 1))
)
LIST = entries_of([(A, 88, 1), (B, 88, 2), (C, 88, 3), (D, 88, 1)])
CASES = cases_of({"one": [A, B], "two": [B, C]})


def verdict(case, entry, word, by="Aynur"):
    return {"case_id": case, "entry_id": entry, "verdict": word, "decided_by": by}


def amend(entry, action, by="Aynur", **cells):
    return {"entry_id": entry, "action": action, "decided_by": by, **cells}


def answers(*rows, subjects=None):
    """``Given`` of rows, numbered in their order."""
    numbered = [row | {"number": number} for number, row in enumerate(rows, 1)]
    more = {"subjects": subjects_of(subjects)} if subjects else {}
    return Given(
        verdicts=given_verdicts([row for row in numbered if "verdict" in row]),
        amendments=given_amendments([row for row in numbered if "action" in row]),
        **more,
    )


def codes(given, new, **more):
    """(entry, code) of the new answers that are refused."""
    return {
        (row["entry_id"], code)
        for code, row in find_refused(LIST, CASES, given, new, **more)
    }


ONE_PERSON = (verdict("one", A, "keep"), verdict("one", B, "repeat"))
MOVED = {"ground": "moved-away", "constituency": 12, "precinct": 1}
DIED = {"ground": "died"}


def test_answers_that_do_what_they_say_are_taken():
    new = answers(
        *ONE_PERSON,
        amend(C, "strike", **DIED),
        amend(D, "move", constituency=88, precinct=2),
    )
    assert codes(answers(), new) == set()
    assert codes(new, answers(amend(A, "strike", **DIED))) == set()


def test_an_answer_that_would_do_nothing_is_refused_alone():
    new = answers(
        amend(A, "move", constituency=88, precinct=2),
        amend(D, "strike", ground="by-name"),
    )
    assert codes(answers(), new) == {(D, "ground-missing")}
    ((_, row),) = find_refused(LIST, CASES, answers(), new)
    assert (row["number"], row["action"], row["decided_by"]) == (2, "strike", "Aynur")


def test_the_kept_entry_of_a_repetition_cannot_be_struck_by_somebody_else():
    """Two people would each strike one of two entries, and the person would be on no list."""
    new = answers(amend(A, "strike", "Rauf", **MOVED))
    assert codes(answers(*ONE_PERSON), new) == {(A, "undoes-earlier")}
    earlier = answers(amend(A, "strike", "Rauf", **MOVED))
    assert codes(earlier, answers(*ONE_PERSON)) == {
        (A, "kept-struck"),
        (B, "kept-struck"),
    }


def test_two_cases_cannot_strike_each_others_kept_entry():
    """Case one would strike B for A; case two, decided by another person, keeps B."""
    second = answers(
        verdict("two", B, "keep", "Rauf"), verdict("two", C, "repeat", "Rauf")
    )
    assert codes(answers(*ONE_PERSON), second) == {
        (B, "undoes-earlier"),
        (C, "undoes-earlier"),
    }
    both = answers(*ONE_PERSON, verdict("two", B, "keep"), verdict("two", C, "repeat"))
    assert codes(answers(), both) == {(A, "kept-elsewhere"), (B, "kept-elsewhere")}


def test_the_entry_that_holds_a_person_cannot_be_moved_away():
    """A was struck because B stands in precinct 2; B would go elsewhere, and A come back."""
    kept = (verdict("one", A, "keep"), verdict("one", B, "keep"))
    here = {"ground": "moved-away", "constituency": 88, "precinct": 2}
    given = answers(*kept, amend(A, "strike", **here))
    assert codes(answers(), given) == set()
    move = answers(amend(B, "move", constituency=88, precinct=3))
    assert codes(given, move) == {(B, "undoes-earlier")}


def test_an_answer_may_be_taken_back_or_contested():
    """Only what people agree on has an effect; a dispute is recorded, not refused."""
    given = answers(*ONE_PERSON)
    back = answers(verdict("one", A, "withdraw"), verdict("one", B, "withdraw"))
    assert codes(given, back) == set()
    other = answers(
        verdict("one", A, "repeat", "Rauf"), verdict("one", B, "keep", "Rauf")
    )
    assert codes(given, other) == set()


def test_a_case_of_somebody_who_left_the_list_can_be_closed():
    """An entry was struck; the case that asks about it would be open for ever."""
    given = answers(amend(B, "strike", **DIED))
    assert codes(given, answers(*ONE_PERSON)) == set()


def test_people_are_added_once():
    cells = {"arrivals:x": '{"fin": "5XK1"}', "newly:y": '{"fin": "5xk1"}'}
    place = {"constituency": 88, "precinct": 1, "ground": "arrived"}
    new = answers(
        amend("arrivals:x", "add", **place),
        amend("newly:y", "add", **place),
        subjects=cells,
    )
    assert codes(answers(), new) == {("newly:y", "added-twice")}
    first = answers(amend("newly:y", "add", **place), subjects=cells)
    again = answers(amend("arrivals:x", "add", **place), subjects=cells)
    assert codes(first, again) == {("arrivals:x", "undoes-earlier")}


def test_what_waits_for_a_second_person_counts_as_if_it_held():
    """The second person would confirm a striking that takes somebody off every list."""
    given = answers(amend(A, "strike", **MOVED))
    assert standing(given, two_people=["strike"]).amendments.num_rows == 0
    assert codes(given, answers(*ONE_PERSON)) == {
        (A, "kept-struck"),
        (B, "kept-struck"),
    }


# Thousands of answers


PEOPLE = ("Aynur", "Rauf", "Sevda", "Tural")
GROUNDS = (
    "died",
    "under-age",
    "not-citizen",
    "court",
    "moved-away",
    "separate-list",
    None,
)
PRECINCTS = range(1, 6)


class World:
    """Two constituencies whose lists are handed in again, and people who decide at random."""

    def __init__(self, seed, entries):
        self.chance = random.Random(seed)  # noqa: S311  no secret
        self.serial = 0
        self.entries = {}
        self.cases = {}
        self.subjects = {}
        for _ in range(entries):
            self.hand_in()
        self.link()
        self.given = Given()
        self.numbers = 0

    def hand_in(self):
        """A new entry in a place of its own."""
        self.serial += 1
        constituency, precinct = (
            self.chance.choice((88, 89)),
            self.chance.choice(PRECINCTS),
        )
        one = entry_id(f"{self.serial:013d}", constituency, precinct)
        self.entries[one] = {
            "entry_id": one,
            "constituency": constituency,
            "precinct": precinct,
            "list_kind": self.chance.choice(("permanent", "permanent", "temporary")),
            "fin": f"{self.serial:07d}",
        }

    def link(self):
        """Cases of two to four entries, some of them of entries that other cases have too."""
        self.cases = {}
        left = sorted(self.entries)
        self.chance.shuffle(left)
        while len(left) > 4:
            size = self.chance.randint(2, 4)
            members, left = left[:size], left[size:]
            self.cases["-".join(sorted(members))] = members
            if self.chance.random() < 0.2:
                bridge = sorted([members[0], left[0]])
                self.cases["-".join(bridge)] = bridge

    def hand_in_again(self):
        """Some entries say something else, and are others; some people are gone or new."""
        for one in self.chance.sample(sorted(self.entries), 4):
            del self.entries[one]
            self.hand_in()
        alive = {
            case: members
            for case, members in self.cases.items()
            if self.entries.keys() >= set(members)
        }
        free = sorted(
            self.entries.keys() - {one for ids in alive.values() for one in ids}
        )
        for pair in zip(free[::2], free[1::2], strict=False):
            alive["-".join(pair)] = list(pair)
        self.cases = alive

    @property
    def tables(self):
        """(ENTRY, CASE) of today."""
        return entries_of(list(self.entries.values())), cases_of(self.cases)

    def answers(self, count):
        """Answers of one person, as a file of theirs brings them in."""
        by = self.chance.choice(PEOPLE)
        adjudicates = self.chance.random() < 0.1
        verdicts, amendments = [], []
        while len(verdicts) + len(amendments) < count:
            kind = self.chance.random()
            if kind < 0.55:
                verdicts += self._case()
            else:
                amendments.append(self._amendment())
        for rows in (verdicts, amendments):
            for number, row in enumerate(rows, self.numbers + 1):
                row |= {"number": number, "decided_by": by, "adjudicates": adjudicates}
        self.numbers += count * 2
        return Given(
            verdicts=given_verdicts(verdicts),
            amendments=given_amendments(amendments),
            subjects=subjects_of(self.subjects),
        )

    def _case(self):
        case = self.chance.choice(sorted(self.cases))
        if self.chance.random() < 0.15:
            words = ["withdraw"] * 4
        elif self.chance.random() < 0.5:
            words = self.chance.sample(["keep", "repeat", "repeat", "repeat"], 4)
        else:
            words = self.chance.choices(["keep", "repeat", "separate"], k=4)
        return [
            {"case_id": case, "entry_id": entry, "verdict": word}
            for entry, word in zip(self.cases[case], words, strict=False)
        ]

    def _amendment(self):
        entry = self.chance.choice(sorted(self.entries))
        action = self.chance.choice(
            ("strike", "strike", "move", "correct", "add", "withdraw", "ask")
        )
        row = {"entry_id": entry, "action": action}
        if action in {"strike", "move", "add"}:
            constituency = self.chance.choice((88, 89, 12, None))
            row |= {"constituency": constituency, "precinct": self.chance.randint(1, 6)}
        if action == "strike":
            row["ground"] = self.chance.choice(GROUNDS)
        if action == "correct":
            row |= {
                "field": self.chance.choice(("surname", "fin")),
                "value": str(self.serial),
            }
        if action == "add":
            number = self.chance.randint(1, 2_000)
            row["entry_id"] = f"arrivals:{number}"
            self.subjects[row["entry_id"]] = json.dumps(
                {"fin": f"{number // 2 * 7:07d}"}
            )
        return row

    def record(self, new, refusals):
        """Add the answers that were not refused."""
        rows = [row for _, row in refusals]
        not_verdicts = {row["number"] for row in rows if "verdict" in row}
        not_amendments = {row["number"] for row in rows if "verdict" not in row}
        verdicts = [
            row for row in new.verdicts.to_pylist() if row["number"] not in not_verdicts
        ]
        amendments = [
            row
            for row in new.amendments.to_pylist()
            if row["number"] not in not_amendments
        ]
        self.given = Given(
            verdicts=concat(
                [self.given.verdicts, given_verdicts(verdicts)], GIVEN_VERDICT
            ),
            amendments=concat(
                [self.given.amendments, given_amendments(amendments)], GIVEN_AMENDMENT
            ),
            subjects=new.subjects,
        )


def effects_of(world, given):
    """What holds of these answers, what it does, and what a judge says of it."""
    entries, cases = world.tables
    holding = standing(given)
    done = effects(
        entries, cases, holding.decisions, holding.amendments, subjects=given.subjects
    )
    judged = (
        vanished(entries, cases, holding.decisions, holding.amendments, done),
        unbalanced(entries, done),
        unaccounted(holding.decisions, holding.amendments, done),
    )
    assert judged == ([], [], [])
    return holding, done


def without_effect(done):
    """The decisions that do nothing, but for verdicts about whoever left already."""
    return {
        (row["entry_id"], row["answer"], row["case_id"] or row["field"])
        for row in done.skipped.to_pylist()
        if row["code"] != "left-already"
    }


def held(holding):
    rows = (*holding.decisions.to_pylist(), *holding.amendments.to_pylist())
    return {
        (
            row["entry_id"],
            row.get("verdict") or row["action"],
            row.get("case_id") or row.get("field"),
        )
        for row in rows
    }


@tries(40)
@hypothesis_given(st.integers(0, 10**9), st.booleans())
def test_what_is_taken_has_an_effect_and_leaves_the_effects_of_before(seed, is_again):
    """An import would record what does nothing, or undo in silence what somebody decided."""
    world = World(seed, entries=24)
    for _ in range(3):
        new = world.answers(8)
        entries, cases = world.tables
        before, effect = effects_of(world, world.given)
        world.record(new, find_refused(entries, cases, world.given, new))
        after, now = effects_of(world, world.given)
        said = {
            (row["entry_id"], row["verdict"], row["case_id"])
            for row in new.verdicts.to_pylist()
        } | {
            (row["entry_id"], row["action"], row["field"])
            for row in new.amendments.to_pylist()
        }
        taken_away = (held(before) - without_effect(effect)) & without_effect(now)
        # Who contradicts or takes back takes effects away, and that is their right.
        is_dispute = after.contested.num_rows > before.contested.num_rows
        is_withdrawn = held(before) - held(after)
        assert is_dispute or is_withdrawn or not taken_away
        assert (
            not (without_effect(now) - without_effect(effect)) & said & held(after)
            or is_dispute
        )
        if is_again:
            world.hand_in_again()


@pytest.mark.hypothesis
def test_a_thousand_answers_of_several_people_and_nobody_vanished():
    """In random order, with withdrawals, adjudications, and lists handed in again.

    After each import every person is on a list, unless struck on a ground of their own; every list
    balances. Every second import records what would have been refused, too. The campaign has ten
    thousand.
    """
    rounds = max(10, settings.default.max_examples // 20)
    world = World(20260203, entries=24 * rounds)
    done = None
    for number in range(rounds):
        new = world.answers(200)
        entries, cases = world.tables
        refusals = find_refused(entries, cases, world.given, new) if number % 2 else ()
        world.record(new, refusals)
        _, done = effects_of(world, world.given)
        if number % 3 == 0:
            world.hand_in_again()
    answered = world.given.verdicts.num_rows + world.given.amendments.num_rows
    actions = set(done.applied.column("action").to_pylist())
    assert answered > 140 * rounds
    assert actions == {*OFF, "move", "correct", "add"}
    assert done.applied.num_rows > 6 * rounds
