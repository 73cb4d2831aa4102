"""The rows of a file of answers, with what they confirm, ready to be checked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from voterlist.decisions.given import AMENDMENT_ROW, Given, person_key
from voterlist.decisions.standing import (
    WITHDRAWN,
    Standing,
    contested_cases,
    is_taken_back,
    last_answers,
    last_verdicts,
)
from voterlist.decisions.verdicts import REVIEW_ROW
from voterlist.model import Action, Mark, Problem
from voterlist.normalize.corrections import read_correction, read_day
from voterlist.render.xlsx import ANSWER_ROW, CONFIRM, Answers, Typed
from voterlist.render.xlsx.forms import ANSWERS_KNOWN, AS_EXPORTED, digest_of
from voterlist.report.asked import ELSEWHERE, STAYS
from voterlist.tables import Row, by_key, from_rows

_SHOWN = ("field", "value", "ground", "document", "constituency", "precinct", "due")
"""What an answer takes over from the one that it confirms, where it says nothing itself."""
_TO_BE_SAID = ("field", "value", "ground", "precinct")
"""What a row must say itself where the answers that are shown differ in it."""


Originals = Mapping[str, Sequence[Row]]
"""Why answers are shown where somebody may confirm or settle them -> these answers."""


def originals_of(holding: Standing, given: Given, returned: pa.Table) -> Originals:
    """What may be confirmed or settled, of what holds, and of RETURNED."""
    recorded = {
        (row["entry_id"], row["action"], row["field"], row["decided_by"]): row
        for row in given.amendments.to_pylist()
    }
    # What was decided of entries that changed since, under the ids of today.
    nothing = {"finding_id": None, "case_id": None}
    again = [
        recorded[key] | nothing | {"entry_id": row["entry_id"] or key[0]}
        for row in returned.to_pylist()
        if (key := tuple(row[name] for name in _OF_RETURNED)) in recorded
    ]
    return {
        "pending": holding.pending.to_pylist(),
        "contested-entry": holding.contested.to_pylist(),
        "returned": again,
    }


_OF_RETURNED = ("old_entry_id", "answer", "field", "decided_by")


def _confirmed_answers(row: Row, originals: Originals) -> list[Row]:
    """The answers that a row confirms, or chooses among; different ones only.

    A row that answers otherwise takes nothing over.
    """
    cause, _, about = (row["asked_as"] or "").partition(":")
    action, _, field = about.partition(":")
    if cause == "contested-entry":
        action, field = row["action"], row["field"] or ""
    elif row["action"] not in {CONFIRM, action}:
        return []
    different: dict[tuple[Any, ...], Row] = {}
    for earlier in originals.get(cause, ()):
        answer = earlier.get("action") or earlier.get("answer")
        is_same = (earlier["entry_id"], answer) == (row["entry_id"], action)
        if is_same and field in {"", earlier["field"]}:
            said = tuple(earlier.get(name) for name in _SHOWN)
            different.setdefault(said, earlier | {"action": answer})
    return list(different.values())


class Rows:
    """The rows of a file, ready to be checked."""

    def __init__(
        self, answers: Answers, given: Given, by: str | None, originals: Originals
    ) -> None:
        self.problems: list[Problem] = []
        self._originals = originals
        said = last_answers(given)
        own = {
            (row["case_id"], row["entry_id"], _person(row)): row["verdict"]
            for row in given.verdicts.to_pylist()
        }
        amendments = [
            full
            for row in answers.amendments.to_pylist()
            if (full := self._with_confirmed(row, by)) is not None
        ]
        verdicts = []
        nothing = dict.fromkeys(ANSWER_ROW.names)
        for row in answers.decisions.to_pylist():
            entry, person = row["entry_id"], _person(row, by)
            # The row of a case may take back a question to the precinct.
            is_question_taken_back = row["verdict"] == WITHDRAWN and any(
                (answer["action"], by_whom) == (Action.ASK, person)
                for (by_whom, _), answer in said.get(entry or "", {}).items()
            )
            if is_question_taken_back:
                taken_back = {"action": WITHDRAWN, "adjudicates": False}
                amendments.append(nothing | row | taken_back)
            last = own.get((row["case_id"], entry, person), WITHDRAWN)
            if not is_question_taken_back or last != WITHDRAWN:
                verdicts.append(row)
        verdicts += _given_up(amendments, verdicts, given, by)
        self.verdicts = from_rows(verdicts, REVIEW_ROW)
        marks = {mark["finding_id"]: mark for mark in given.acceptances.to_pylist()}
        earlier = by_key((row["entry_id"], row) for row in given.amendments.to_pylist())
        standing = []
        for row in amendments:
            person = _person(row, by)
            mark = marks.get(row["finding_id"])
            entry = row["entry_id"] or ""
            named = row | {"decided_by": row["decided_by"] or by or ""}
            # Who struck what they had accepted before takes the striking back.
            stands = any(
                is_taken_back(answer, named) for answer in said.get(entry, {}).values()
            )
            is_gone = _took_back(named, earlier.get(entry, ()))
            if mark is not None and mark["mark"] == Mark.ASK:
                is_gone = person_key(mark["accepted_by"]) == person
            if row["action"] != WITHDRAWN or stands or not is_gone:
                standing.append(row)
        self.amendments = from_rows(standing, AMENDMENT_ROW)

    def _with_confirmed(self, row: Row, by: str | None) -> Row | None:
        """A row with what it confirms; None where there is no such thing."""
        if row["asked_as"] is None or row["action"] in {None, WITHDRAWN, Action.ASK}:
            return row
        shown = _confirmed_answers(row, self._originals)
        is_confirmation = row["action"] == CONFIRM
        code = "cannot-confirm" if is_confirmation and not shown else ""
        is_waiting = is_confirmation and row["asked_as"].startswith("pending")
        if is_waiting and any(_person(answer) == _person(row, by) for answer in shown):
            code = "confirms-own"
        # Where the answers differ, it says itself in what.
        says_all = not is_confirmation and all(
            row[name] is not None
            or len({as_text(answer.get(name)) for answer in shown}) < 2
            for name in _TO_BE_SAID
        )
        if len(shown) > 1 and not says_all:
            code = "several-to-confirm"
        if code:
            case, entry = row["case_id"], row["entry_id"]
            where = row["row"], code, row["sheet"], case, entry
            self.problems.append(Problem(*where, file=row["file"]))
            return None
        full = dict(row)
        # In what all of them agree the sheet asks nobody.
        for name in (*_SHOWN, "finding_id"):
            texts = {as_text(answer.get(name)) for answer in shown}
            if row[name] is None and len(texts) == 1:
                (full[name],) = texts
        if is_confirmation:
            full["reason"] = row["reason"] or shown[0]["reason"]
            full["action"] = shown[0]["action"]
        return full


def _person(row: Row, by: str | None = None) -> str:
    """The key of whoever answers in a row; of ``by`` where it names nobody."""
    return person_key(row["decided_by"] or by or "")


def _took_back(row: Row, earlier: Iterable[Row]) -> bool:
    """True where the person took back before what a row takes back: a file may be read in twice.

    Args:
        row: with the name of the person.
        earlier: all that was answered about its entry.
    """
    own = [answer for answer in earlier if _person(answer) == _person(row)]
    is_last = bool(own) and own[-1]["action"] == WITHDRAWN
    meant = [answer for answer in own if is_taken_back(answer, row)]
    was_said = any(answer["action"] != WITHDRAWN for answer in meant)
    return is_last and was_said


def _given_up(
    amendments: Sequence[Row], verdicts: Sequence[Row], given: Given, by: str | None
) -> Iterator[Row]:
    """Rows that take back what a person decided of a case, and now asks the precinct about.

    Else the repetition would stay off the list while its author waits for the precinct. What is
    contested stays so: it would be decided by whoever asks.

    Args:
        amendments: the rows of the file about entries.
        verdicts: those about entries of cases; what they say is not given up.
        given: the answers so far.
        by: who decided, where a row names nobody.
    """
    said = last_verdicts(given.verdicts.to_pylist())
    contested = contested_cases(given)
    asked = {
        (row["case_id"], _person(row, by)): row
        for row in amendments
        if row["action"] == Action.ASK and row["case_id"] not in {None, *contested}
    }
    again = {(row["case_id"], row["entry_id"], _person(row, by)) for row in verdicts}
    for (case, entry), answers in said.items():
        for person in answers:
            row = asked.get((case, person))
            if row is not None and (case, entry, person) not in again:
                taken_back = {"entry_id": entry, "verdict": WITHDRAWN}
                yield row | taken_back | {"adjudicates": False}


_RECORDED_AS = {STAYS: WITHDRAWN, ELSEWHERE: Action.STRIKE.value}
"""What is recorded of an entry by an answer to the commission above."""


def says_same(row: Row, last: Row) -> bool:
    """True where a row says what was recorded; what was filled in then may be blank in it."""
    for word in ("verdict", "mark"):
        if word in row:
            said = row[word], row["reason"] or ""
            return said == (last[word], last["reason"] or "")
    # What its action does not take says nothing: a place that is printed beside a striking.
    of_action = ("field", "constituency", "precinct")
    taken = (one for one in of_action if last[one] or last["action"] == WITHDRAWN)
    names = ("ground", "document", "reason", *taken)
    action, value, due = (row[name] for name in ("action", "value", "due"))
    if action == CONFIRM:
        _, action, *_ = f"{row['asked_as']}:".split(":")
    if _RECORDED_AS.get(action, action) != last["action"]:
        return False
    if value is not None and last["value"] is not None:
        # In whatever form it is written.
        moment = dt.datetime.fromisoformat(last["decided_at"])
        value = read_correction(last["field"], value, moment.date()).text or ""
    if due is not None:
        day = read_day(due)
        due = "" if day is None else day.isoformat()
    return (
        all(row[name] in {None, as_text(last[name])} for name in names)
        and value in {None, last["value"]}
        and due in {None, last["due"]}
    )


def is_written(row: Typed) -> bool:
    """True where it says something else than when the workbook was written."""
    return digest_of(row.texts) != row.ids.get(AS_EXPORTED)


def last_known(typed: Typed, row: Row) -> int:
    """The number of the last answer of this kind when the workbook was written.

    Of a row in which nobody wrote since, every answer may be meant.
    """
    known = (typed.ids.get(ANSWERS_KNOWN) or "").split()
    kind = 0 if "verdict" in row else 2 if "mark" in row else 1
    if not is_written(typed) or len(known) <= kind or not all(map(str.isdigit, known)):
        return 0
    return int(known[kind])


def as_text(value: object) -> str | None:
    """A value as text, as people write it into a workbook."""
    return None if value is None else str(value)
