"""What holds of all that people answered.

The last answer of each person counts. Where all say the same, it holds. Where they differ, nothing
of it holds: it is contested, until a third person settles it. Nobody's answer is overwritten by
somebody else's.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import combinations, product, starmap
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from voterlist.decisions.given import Given, is_same_person, moment_of, person_key
from voterlist.model import Action, Mark, Returned, Verdict, frozen
from voterlist.schemas import AMENDMENT, CONTESTED, DECISION
from voterlist.tables import Row, by_key, from_rows, rows_among

WITHDRAWN = Action.WITHDRAW.value
"""The answer that takes an earlier one of the same person back."""

ACCEPTED = Mark.ACCEPT.value

PLACE = "place"
"""What a striking, a move and a question to the precinct are about: not a field.

That somebody was added stands for itself: whoever is on a list is struck or moved like anybody.
"""

_Key = tuple[str, str]
"""(key of a person, what of the entry it is about)."""


@frozen
class Standing:
    """What holds, and what does not yet."""

    decisions: pa.Table
    """DECISION: the verdicts on cases that hold, by case and entry."""
    amendments: pa.Table
    """AMENDMENT: what holds about entries, by entry."""
    contested: pa.Table
    """CONTESTED: the answers that differ, by case, entry and person."""
    pending: pa.Table
    """AMENDMENT: what waits for a second person."""


def standing(given: Given, *, two_people: Collection[str] = ()) -> Standing:
    """What holds of these answers.

    Args:
        given: the answers, brought to the entries of today.
        two_people: the actions that two people must decide alike.
    """
    verdicts, contested_cases = _verdicts(given)
    amendments, contested_entries, pending = _amendments(given, two_people)
    return Standing(
        decisions=from_rows(verdicts, DECISION, "case_id", "entry_id"),
        amendments=from_rows(amendments, AMENDMENT, "entry_id", "action", "field"),
        contested=from_rows(
            [*contested_cases, *contested_entries],
            CONTESTED,
            "case_id",
            "entry_id",
            "decided_by",
            "answer",
            "field",
        ),
        pending=from_rows(pending, AMENDMENT, "entry_id", "action", "field"),
    )


_ASKED_ANEW = frozenset(
    {Returned.CHANGED.value, Returned.ANSWERED.value, Returned.CARRIED_OUT.value}
)
"""Why an answer came back that has nothing to be settled: it is asked as the list is today."""


def answers_back(returned: pa.Table) -> pa.Table:
    """RETURNED without questions that were taken back: these tell where the person is, no more."""
    return returned.filter(pc.not_equal(returned.column("answer"), WITHDRAWN))


def still_contested(contested: pa.Table, returned: pa.Table) -> pa.Table:
    """CONTESTED without what came back (RETURNED) as its entry, or its case, is another one now.

    Who decides about the entry of today would have to settle the dispute of before as well.
    """
    anew = {
        row["case_id"] or row["old_entry_id"]
        for row in answers_back(returned).to_pylist()
        if row["why"] in _ASKED_ANEW
    }
    about = (
        row["case_id"] if row["answer"] in {*Verdict} else row["entry_id"]
        for row in contested.to_pylist()
    )
    return contested.filter(
        pa.array([subject not in anew for subject in about], pa.bool_())
    )


def _verdicts(given: Given) -> tuple[list[Row], list[Row]]:
    """The verdicts that hold, and the answers of contested cases.

    The verdicts of a case mean something together, so a case is contested as a whole.
    """
    last = last_verdicts(given.verdicts.to_pylist())
    # Two people said different things of an entry.
    within = {
        case
        for (case, _), said in last.items()
        if len({row["verdict"] for row in said.values()}) > 1
    }
    rest = {key: said for key, said in last.items() if key[0] not in within}
    across, replaced = _across(rest, given.case_entries)
    holding: list[Row] = []
    differing: list[Row] = []
    for (case, entry), said in last.items():
        if case in replaced:
            continue
        if case in within | across.keys():
            answers = _with_others(said, entry, across.get(case, ()), last)
            differing += [
                row | {"case_id": case, "answer": row["verdict"]}
                for row in answers.values()
            ]
        elif said:
            holding.append(list(said.values())[-1])
    return holding, differing


def contested_cases(given: Given) -> dict[str, dict[str, str]]:
    """The cases that people decided in different ways: the names of these people, by their keys."""
    parties: dict[str, dict[str, str]] = {}
    for row in _verdicts(given)[1]:
        parties.setdefault(row["case_id"], {})[_person(row)] = row["decided_by"]
    return parties


def _person(row: Row) -> str:
    """Whose answer it is, in whatever letters the name is typed."""
    return person_key(row["decided_by"])


def pairs_said(
    verdict_of: Mapping[str, str], *, is_whole: bool
) -> Iterator[tuple[str, str, bool]]:
    """The pairs that the verdicts on a case decide: (entry, entry, whether one person).

    The kept entry and its repetitions are one person, an entry that is another person is none of
    these. Two entries that are both kept, or that are both another person than a third, say nothing
    of each other.

    Args:
        verdict_of: the verdict on each entry.
        is_whole: each entry of the case has a verdict.
    """
    of = {
        verdict: sorted(entry for entry, word in verdict_of.items() if word == verdict)
        for verdict in Verdict
    }
    keep, repeat, separate = of[Verdict.KEEP], of[Verdict.REPEAT], of[Verdict.SEPARATE]
    if len(keep) == 1:
        yield from (
            (min(pair), max(pair), True) for pair in combinations(keep + repeat, 2)
        )
    yield from (
        (min(pair), max(pair), False) for pair in product(separate, keep + repeat)
    )
    if is_whole and len(separate) == len(verdict_of):
        yield from (
            (first, second, False) for first, second in combinations(separate, 2)
        )


_Last = Mapping[tuple[str, str], Mapping[str, Row]]
"""As of ``last_verdicts``."""


def _across(
    last: _Last, members: Mapping[str, Collection[str]]
) -> tuple[dict[str, set[str]], set[str]]:
    """(Contested cases, each with those that contradict it; cases that a later answer replaced).

    Lists are handed in again, and two people may be asked about one pair in two cases. Of each
    person the last answer about a pair counts, and who settles a dispute answers for all.

    Args:
        last: without the cases that are contested by themselves.
        members: the entries of each case.
    """
    said_of: dict[tuple[str, str], dict[str, tuple[bool, str]]] = {}
    said_in: dict[str, set[tuple[str, str, bool]]] = {}
    for _, pair, person, is_same, case, settles in sorted(_statements(last, members)):
        said_in.setdefault(case, set()).add((*pair, is_same))
        said = said_of.setdefault(pair, {})
        if settles:
            said.clear()
        said[person] = is_same, case
    holds = {
        (*pair, is_same)
        for pair, said in said_of.items()
        for is_same, _ in said.values()
    }
    replaced = {case for case, said in said_in.items() if said - holds}
    if replaced:
        rest = {key: said for key, said in last.items() if key[0] not in replaced}
        contested, more = _across(rest, members)
        return contested, replaced | more
    contested = {}
    for said in said_of.values():
        cases = {case for _, case in said.values()}
        if len({is_same for is_same, _ in said.values()}) > 1:
            for case in cases:
                contested.setdefault(case, set()).update(cases - {case})
    return contested, replaced


def _statements(
    last: _Last, members: Mapping[str, Collection[str]]
) -> Iterator[tuple[int, tuple[str, str], str, bool, str, bool]]:
    """What is said of each pair that two cases share, by each of its people.

    That is (place in the order of answers, pair, person, whether one person, case, whether it
    settles).
    """
    asked = Counter(entry for (_, entry), said in last.items() if said)
    verdicts: dict[str, dict[str, str]] = {}
    for (case, entry), said in last.items():
        if said:
            verdicts.setdefault(case, {})[entry] = next(iter(said.values()))["verdict"]
    for case, verdict_of in verdicts.items():
        shared = {entry for entry in verdict_of if asked[entry] > 1}
        if len(shared) < 2:
            continue
        is_whole = verdict_of.keys() >= {*members.get(case, ())}
        for *pair, is_same in pairs_said(verdict_of, is_whole=is_whole):
            if not shared.issuperset(pair):
                continue
            rows = [row for entry in pair for row in last[case, entry].values()]
            for person, own in by_key((_person(row), row) for row in rows).items():
                place = max(row["number"] for row in own)
                settles = any(row["adjudicates"] for row in own)
                yield place, (pair[0], pair[1]), person, is_same, case, settles


def _with_others(
    said: Mapping[str, Row], entry: str, others: Iterable[str], last: _Last
) -> dict[str, Row]:
    """What people said of an entry in a case, and others in the cases that contradict it."""
    more = (last.get((other, entry), {}) for other in sorted(others))
    return {
        **{person: row for answers in more for person, row in answers.items()},
        **said,
    }


def last_verdicts(rows: Iterable[Row]) -> dict[tuple[str, str], dict[str, Row]]:
    """For each entry of a case (case, entry) the last verdict of each person, by their key.

    Args:
        rows: of GIVEN_VERDICT, in the order in which they were recorded.
    """
    by_entry = by_key(((row["case_id"], row["entry_id"]), row) for row in rows)
    return {key: _last_of_each(said) for key, said in by_entry.items()}


def _last_of_each(rows: Iterable[Row]) -> dict[str, Row]:
    """The last verdict of each person on an entry, without what is taken back or settled."""
    said: dict[str, Row] = {}
    for row in _not_taken_back(rows, lambda _earlier, _row: True, "verdict"):
        if row["adjudicates"]:
            said.clear()
        said.pop(_person(row), None)
        if row["verdict"] != WITHDRAWN:
            said[_person(row)] = row
    return said


def _not_taken_back(
    rows: Iterable[Row], is_meant: Callable[[Row, Row], bool], answer: str
) -> list[Row]:
    """The answers about one entry without those that their own authors took back later.

    An answer that is taken back is as if it had never been given: what it settled is open again.
    """
    kept: list[Row] = []
    for row in rows:
        if row[answer] == WITHDRAWN:
            kept = [
                earlier
                for earlier in kept
                if _person(earlier) != _person(row) or not is_meant(earlier, row)
            ]
        kept.append(row)
    return kept


def _amendments(
    given: Given, two_people: Collection[str]
) -> tuple[list[Row], list[Row], list[Row]]:
    """(What holds, what is contested, what waits for a second person) of each entry."""
    marks = rows_among(given.acceptances, "mark", [Mark.ACCEPT]).to_pylist()
    accepted = {row["finding_id"]: row for row in marks}
    answered_at = _answered_at(given, accepted)
    holding: list[Row] = []
    contested: list[Row] = []
    pending: list[Row] = []
    for said in last_answers(given).values():
        left = list(_without_answered_questions(said, answered_at))
        # A dispute about who was added takes nobody off the list.
        for is_added in (True, False):
            rows = [row for row in left if (row["action"] == Action.ADD) == is_added]
            others = _acceptances_against(rows, accepted)
            if others or any(starmap(is_dispute, combinations(rows, 2))):
                contested += [row | {"answer": row["action"]} for row in rows] + others
                continue
            # Of answers that agree, the last to each thing; a question stands by itself.
            last = {(about(row), row["action"]): row for row in rows}
            for row in last.values():
                alone = _is_alone(row, rows) and row["action"] in two_people
                (pending if alone else holding).append(row)
    return holding, contested, pending


def last_answers(
    given: Given, *, with_settled: bool = False
) -> dict[str, dict[_Key, Row]]:
    """For each entry the last answer of each person to each thing, in order.

    What somebody took back is not among them, nor what a third person settled, unless that is
    wanted.
    """
    every = given.amendments.to_pylist()
    by_entry = by_key((row["entry_id"], row) for row in every)
    return {
        entry_id: _last_of_entry(rows, with_settled)
        for entry_id, rows in by_entry.items()
    }


def _last_of_entry(rows: Iterable[Row], with_settled: bool) -> dict[_Key, Row]:
    """The last answer of each person to each thing about one entry, in order."""
    said: dict[_Key, Row] = {}
    for row in _not_taken_back(rows, _is_meant, "action"):
        if row["adjudicates"] and not (with_settled and row["action"] != WITHDRAWN):
            said = {
                key: earlier
                for key, earlier in said.items()
                if not _settles(row, earlier)
            }
        if row["action"] != WITHDRAWN:
            key = key_among(said, row)
            said.pop(key, None)
            if row["action"] == Action.ADD:
                # Who adds a person anew says no more that they are struck, or stand elsewhere.
                said.pop((key[0], PLACE), None)
            said[key] = row
    return said


def is_taken_back(earlier: Row, row: Row) -> bool:
    """True for an answer about an entry that a row of the same person takes back.

    Of one field, finding or case where the row names one, else of the entry.
    """
    return _person(earlier) == _person(row) and _is_meant(earlier, row)


def _is_meant(earlier: Row, row: Row) -> bool:
    """True for an answer to what a row names: a field, a finding or case, or else the entry.

    An action for a field names the answers of this action alone, where others stand beside them.
    """
    if row["field"] in _ACTIONS:
        return bool(earlier["action"] == row["field"])
    if row["field"] == PLACE:
        return bool(earlier["action"] != Action.CORRECT)
    if row["field"] is not None:
        return about(earlier) == str(row["field"])
    names = ("finding_id", "case_id")
    return all(row[name] in {None, earlier[name]} for name in names)


def _settles(row: Row, earlier: Row) -> bool:
    """True where an adjudication answers the same thing, or the contrary of what was answered.

    What people said of other fields stands.
    """
    if row["action"] == WITHDRAWN:
        return _is_meant(earlier, row)
    is_settled = earlier["action"] in _SETTLED.get(row["action"], ())
    return is_settled or about(earlier) == about(row)


_SETTLED: Mapping[str, Collection[str]] = {
    Action.STRIKE: {Action.CORRECT},
    Action.CORRECT: {Action.STRIKE},
    # Whoever is added is on a list, whatever was said of where they stand.
    Action.ADD: {Action.STRIKE, Action.MOVE, Action.ASK},
}
"""What settles a dispute -> the answers that are over with it, beside those about the same."""
_ACTIONS = frozenset(action.value for action in Action)
_LISTS = frozenset({Action.MOVE.value, Action.ADD.value})
"""What puts somebody on a list: no question takes them off it."""


def key_among(said: Mapping[_Key, Row], row: Row) -> _Key:
    """Under which key an answer stands among those of an entry, which its person gave before.

    A question stands beside the person's own move or addition, unless it is to the same finding.
    """
    key = (_person(row), about(row))
    if row["action"] != Action.ASK:
        return key
    for own in ((_person(row), Action.ADD.value), key):
        before = said.get(own)
        if before is not None and before["action"] in _LISTS:
            finding = before["finding_id"]
            is_same = finding is not None and row["finding_id"] == finding
            return own if is_same else (_person(row), Action.ASK.value)
    return key


def about(row: Row) -> str:
    """What of the entry an answer is about: a field, its place, or that it is on a list at all."""
    if row["action"] == Action.CORRECT:
        return str(row["field"])
    return Action.ADD.value if row["action"] == Action.ADD else PLACE


def _without_answered_questions(
    said: Mapping[_Key, Row], answered_at: Mapping[Any, float]
) -> Iterator[Row]:
    """The answers, without the questions to the precinct that a later answer settled.

    To accept the finding of a question, or to decide its case, is such an answer.
    """
    rows = list(said.values())
    last_answer = max(
        (row["number"] for row in rows if row["action"] != Action.ASK), default=0
    )
    for row in rows:
        about_it = row["finding_id"], (row["case_id"], row["entry_id"])
        answered = max(answered_at.get(subject, -math.inf) for subject in about_it)
        is_left = row["number"] > last_answer
        is_left &= answered <= moment_of(row["decided_at"])
        if row["action"] != Action.ASK or is_left:
            yield row


def _answered_at(given: Given, accepted: Mapping[str, Row]) -> dict[Any, float]:
    """When each finding was accepted, and each entry of a case decided last."""
    moments: dict[Any, float] = {
        finding: moment_of(row["accepted_at"]) for finding, row in accepted.items()
    }
    for of_case, said in last_verdicts(given.verdicts.to_pylist()).items():
        if said:
            moments[of_case] = max(
                moment_of(row["decided_at"]) for row in said.values()
            )
    return moments


def is_dispute(one: Row, other: Row) -> bool:
    """True where two answers about one entry cannot both hold.

    Two who correct different fields agree; who corrects an entry that somebody else strikes does
    not. Whoever is moved or added stays on the list while a question about them is open.
    """
    actions = {one["action"], other["action"]}
    if Action.ASK in actions and actions & _LISTS:
        return False
    if about(one) == about(other):
        return says(one) != says(other)
    is_struck = actions == {Action.STRIKE.value, Action.CORRECT.value}
    return is_struck and _person(one) != _person(other)


def says(row: Row) -> tuple[Any, ...]:
    """What an answer says, whoever gave it, when, and with what words."""
    if row["action"] == Action.ASK:
        return (Action.ASK,)
    if row["action"] == Action.CORRECT:
        return Action.CORRECT, row["value"]
    return row["action"], row["ground"], row["constituency"], row["precinct"]


def _is_alone(row: Row, rows: Iterable[Row]) -> bool:
    """True where one person alone decided so, and it settles no dispute."""
    people = {
        _person(other)
        for other in rows
        if about(other) == about(row) and says(other) == says(row)
    }
    return people == {_person(row)} and not row["adjudicates"]


def _acceptances_against(rows: Iterable[Row], accepted: Mapping[str, Row]) -> list[Row]:
    """The acceptances by other people of the findings that these answers are to."""
    against: dict[str, Row] = {}
    for row in rows:
        acceptance = accepted.get(row["finding_id"])
        if acceptance is None or row["action"] == Action.ASK:
            continue
        if row["adjudicates"] and (
            moment_of(acceptance["accepted_at"]) <= moment_of(row["decided_at"])
        ):
            continue
        if not is_same_person(acceptance["accepted_by"], row["decided_by"]):
            against[row["finding_id"]] = {
                "entry_id": row["entry_id"],
                "answer": ACCEPTED,
                "reason": acceptance["reason"],
                "rule": acceptance["rule"],
                "finding_id": row["finding_id"],
                "decided_by": acceptance["accepted_by"],
                "decided_at": acceptance["accepted_at"],
            }
    return list(against.values())
