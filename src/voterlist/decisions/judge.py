"""One answer by itself: what is wrong with it, or what is decided by it; why some are refused."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace

from voterlist.decisions.answers import (
    ACCEPT,
    AmendmentContext,
    Answer,
    Ground,
    Need,
    Subjects,
    grounds,
)
from voterlist.decisions.given import person_key
from voterlist.decisions.standing import PLACE
from voterlist.facts import CONSTITUENCY_NUMBERS
from voterlist.fields import CORRECTED, EMPTIED
from voterlist.model import Action, Precinct, Problem, frozen

_AMENDS = frozenset({Action.STRIKE, Action.CORRECT, Action.MOVE, Action.ADD})
"""What changes a list, and needs a ground."""

_KNOWN_ACTIONS = frozenset({*(action.value for action in Action), ACCEPT})

_NUMBER = re.compile(r"0*([1-9][0-9]{0,4})(?:\.0+)?")
"""A number of a constituency or precinct, as a person or a spreadsheet writes it."""

Place = tuple[int, int]
"""(constituency, precinct)."""


@frozen
class Judged:
    """One answer, with what it says where nothing is wrong with it."""

    answer: Answer
    problems: tuple[str, ...] = ()
    """Codes of ``AMENDMENT_PROBLEMS``."""
    field: str | None = None
    """The field that is corrected, or of which a correction is taken back."""
    value: str | None = None
    """What it is corrected to."""
    ground: str | None = None
    """Why it may be done: a code of ``grounds``."""
    document: str | None = None
    """The document, or the register with its row."""
    place: Place | None = None
    """Where the person stands from now on."""
    due: str | None = None
    """The day until which the precinct answers, in ISO 8601."""


class Judge:
    """Judges single answers.

    Args:
        context: what they are held against.
        subjects: what they are about.
        today: the day of the decision.
        asked: (entry, key of a person, day) of the questions that were asked before. Who reads one
            in again once its day has passed says nothing wrong.
    """

    def __init__(
        self,
        context: AmendmentContext,
        subjects: Subjects,
        today: dt.date,
        asked: Collection[tuple[str, str, str]],
    ) -> None:
        self._context = context
        self._subjects = subjects
        self._today = today
        self._asked = asked
        self._parts: dict[str, Callable[[Answer], Judged]] = {
            Action.STRIKE: self._placing,
            Action.CORRECT: self._correction,
            Action.MOVE: self._placing,
            Action.ADD: self._placing,
            Action.ASK: self._question,
            Action.WITHDRAW: self._withdrawal,
            ACCEPT: self._acceptance,
        }

    def judge(self, answer: Answer) -> Judged:
        """What is decided by an answer, or what is wrong with it."""
        problems = tuple(self._general_problems(answer))
        if problems:
            return Judged(answer, problems)
        return replace(self._parts[answer.action](answer), ground=_given_ground(answer))

    def _general_problems(self, answer: Answer) -> Iterator[str]:
        """What may be wrong whatever the action is."""
        cells = answer.cells
        if answer.problem is not None:
            yield answer.problem
        if cells["decided_by"] is None:
            yield "no-decider"
        if cells["action"] is None:
            yield "action-missing"
        elif cells["action"] not in _KNOWN_ACTIONS:
            yield "unknown-action"
        elif answer.problem is None:
            yield from _unfit(answer)
            yield from _ground_problems(answer)

    def _placing(self, answer: Answer) -> Judged:
        """A striking, a move or an addition: its evidence, and where the person stands from now on.

        Of a striking that is asked only where the ground needs it: a list of elsewhere. Else the
        list here would lose the person, and nobody would see to the other one.
        """
        document, problems = self._evidence(answer)
        is_striking = answer.action == Action.STRIKE
        if is_striking and Need.DESTINATION not in _ground(answer).needs:
            return Judged(answer, tuple(problems), document=document)
        place, wrong = self._destination(answer)
        if place is not None and self._is_here(place) == is_striking:
            wrong.append("destination-here" if is_striking else "precinct-not-here")
        is_move = answer.action == Action.MOVE
        if is_move and place is not None and place == _place_of(answer):
            wrong.append("already-there")
        return Judged(answer, (*problems, *wrong), document=document, place=place)

    def _correction(self, answer: Answer) -> Judged:
        """A correction of a field that may be corrected, to a value that can be read."""
        document, problems = self._evidence(answer)
        field = answer.cells["field"] or _proposed_field(answer)
        if field is None:
            return Judged(answer, (*problems, "field-missing"))
        if field not in answer.answers.fields or not _is_written(answer, field):
            return Judged(answer, (*problems, "field-not-correctable"))
        value = self._value(answer, field)
        return Judged(
            answer,
            (*problems, *value.problems),
            field=field,
            value=value.value,
            document=document,
        )

    def _value(self, answer: Answer, field: str) -> Judged:
        """What the field is corrected to.

        A blank cell says nothing: who forgot the value would lose the old one.
        """
        written = answer.cells["value"]
        if written is None:
            return Judged(answer, ("value-missing",))
        value = self._context.read_value(field, written, self._today)
        if value.problem is not None:
            return Judged(answer, (value.problem,))
        if value.text is None and field not in EMPTIED:
            return Judged(answer, ("value-missing",))
        return Judged(answer, value=value.text)

    def _question(self, answer: Answer) -> Judged:
        """A question to the precinct, with its day where one is written."""
        written = answer.cells["due"]
        if written is None:
            return Judged(answer, document=answer.cells["document"])
        day = self._context.read_day(written)
        if day is None:
            return Judged(answer, ("due-unreadable",))
        by = person_key(answer.cells["decided_by"])
        if day < self._today and (answer.entry_id, by, str(day)) not in self._asked:
            return Judged(answer, ("due-past",))
        document = answer.cells["document"]
        return Judged(answer, due=day.isoformat(), document=document)

    def _acceptance(self, answer: Answer) -> Judged:
        """An acceptance, which has a reason or a ground."""
        has_reason = answer.cells["reason"] or _given_ground(answer)
        wrong = () if has_reason else ("accepted-without-reason",)
        return Judged(answer, wrong, document=answer.cells["document"])

    def _withdrawal(self, answer: Answer) -> Judged:
        """A withdrawal: of one field, or of the place on the list, where the row names it."""
        field = answer.cells["field"]
        is_known = field in {None, PLACE, *Action, *CORRECTED}
        return Judged(
            answer, () if is_known else ("field-not-correctable",), field=field
        )

    def _evidence(self, answer: Answer) -> tuple[str | None, list[str]]:
        """The document that shows it, and what is missing of it."""
        document = answer.cells["document"] or self._row_as_evidence(answer)
        if document is None and Need.EVIDENCE in _ground(answer).needs:
            return None, ["evidence-missing"]
        return document, []

    def _row_as_evidence(self, answer: Answer) -> str | None:
        """``<register>:<row id>`` where a register's row shows it by itself, else None.

        A row that is met by names and birth date alone may be a namesake's.
        """
        register = answer.answers.register
        row = answer.entry if answer.is_of_register else answer.register_row
        if row is None or register not in _ground(answer).registers:
            return None
        if answer.answers.by_name_too and not self._subjects.is_confirmed(answer):
            return None
        return f"{register}:{row['entry_id']}"

    def _destination(self, answer: Answer) -> tuple[Place | None, list[str]]:
        """Where the person stands from now on, and what is wrong with it.

        A precinct that is not written is the one that the finding names, a constituency the
        entry's own.
        """
        written = [answer.cells[name] for name in ("constituency", "precinct")]
        numbers = [None if text is None else _number(text) for text in written]
        if 0 in numbers:
            return None, ["precinct-unreadable"]
        constituency, precinct = numbers
        proposed = _proposed_place(answer)
        if precinct is None and proposed is not None:
            if constituency in {None, proposed[0]}:
                return proposed, []
        elif constituency is None and answer.entry is not None:
            constituency = answer.entry["constituency"]
        if constituency is None or precinct is None:
            return None, ["precinct-missing"]
        if constituency not in CONSTITUENCY_NUMBERS:
            return None, ["precinct-unreadable"]
        precincts = self._context.precincts.get(constituency)
        is_known = precincts is None or precinct in precincts
        if not (is_known or self._context.is_of_precinct):
            return None, ["precinct-not-here"]
        return (constituency, precinct), []

    def _is_here(self, place: Place) -> bool:
        """True for a precinct of this list's territory."""
        constituency, precinct = place
        return precinct in self._context.precincts.get(constituency, ())


def _unfit(answer: Answer) -> Iterator[str]:
    """Whether the action makes no sense for the finding, or for what it is about."""
    action = answer.action
    if action == Action.WITHDRAW:
        return
    if action not in answer.answers.actions:
        is_case = answer.cells["case_id"] is not None and answer.finding is None
        yield "action-not-for-case" if is_case else "action-not-for-finding"
    elif action == Action.ADD and not answer.is_of_register:
        yield "nobody-to-add"
    elif answer.entry is None and action != ACCEPT:
        yield "entry-gone"


def _ground_problems(answer: Answer) -> Iterator[str]:
    """What is wrong with the ground; an acceptance and a question may go without."""
    code = _given_ground(answer)
    if code is None:
        if answer.action in _AMENDS:
            yield "ground-missing"
    elif code not in grounds():
        yield "unknown-ground"
    elif answer.action not in grounds()[code].actions:
        yield "ground-not-for-action"
    elif Need.REASON in grounds()[code].needs and not answer.cells["reason"]:
        yield "reason-missing"


def _given_ground(answer: Answer) -> str | None:
    """The ground that is given.

    A workbook proposes one for the first action. That it was left in its cell is no answer where
    another action needs none.
    """
    code: str | None = answer.cells["ground"]
    if answer.action == Action.WITHDRAW:
        return None
    is_proposal = code == answer.answers.ground and answer.action not in _AMENDS
    if is_proposal and answer.action not in grounds()[answer.answers.ground].actions:
        return None
    return code


def _ground(answer: Answer) -> Ground:
    """The ground that the answer names."""
    return grounds()[answer.cells["ground"]]


def _place_of(answer: Answer) -> Precinct | None:
    """Where the entry stands; who was added does not where the register's row says."""
    if answer.entry is None or answer.is_of_register:
        return None
    return answer.entry["constituency"], answer.entry["precinct"]


def _proposed_place(answer: Answer) -> Place | None:
    """The precinct that the finding itself names, if any."""
    if answer.answers.destination == "value":
        return _place_of_value(answer)
    row = answer.entry if answer.is_of_register else answer.register_row
    if answer.answers.destination != "row" or row is None:
        return None
    constituency, precinct = row["constituency"], row["precinct"]
    return None if None in {constituency, precinct} else (constituency, precinct)


def _place_of_value(answer: Answer) -> Place | None:
    """The precinct that is the number of the finding, in the entry's constituency."""
    finding, entry = answer.finding, answer.entry
    if finding is None or entry is None or finding["value"] is None:
        return None
    if entry["constituency"] is None:
        return None
    return entry["constituency"], int(finding["value"])


def _number(text: str) -> int:
    """The number that is written; 0 where none is."""
    match = _NUMBER.fullmatch(text)
    return int(match[1]) if match else 0


def _proposed_field(answer: Answer) -> str | None:
    """The field that the finding is about, or the only one that may be corrected."""
    fields = answer.answers.fields
    if len(fields) == 1:
        return fields[0]
    of_finding = None if answer.finding is None else answer.finding["field"]
    return of_finding if of_finding in fields else None


def _is_written(answer: Answer, field: str) -> bool:
    """False for a whole name that the entry does not have: its parts are corrected."""
    has_whole_name = answer.entry is not None and answer.entry["full_name"] is not None
    return field != "full_name" or has_whole_name


class Reasons:
    """Answers, and why some of them are refused."""

    def __init__(self, judged: list[Judged]) -> None:
        self._judged = judged
        self._codes: dict[tuple[str, str, int], dict[str, Answer]] = defaultdict(dict)
        for answer_judged in judged:
            for code in answer_judged.problems:
                self.refuse(code, answer_judged)

    def refuse(self, code: str, judged: Judged) -> None:
        """Refuse the row of this answer."""
        self._codes[judged.answer.place].setdefault(code, judged.answer)

    def refuse_all(self, code: str, those: Iterable[Judged]) -> bool:
        """Refuse the rows of these answers; true where there is one."""
        those = list(those)
        for judged in those:
            self.refuse(code, judged)
        return bool(those)

    def kept(self) -> list[Judged]:
        """The answers that are not refused, in their order."""
        return [
            judged for judged in self._judged if judged.answer.place not in self._codes
        ]

    def problems(self) -> tuple[Problem, ...]:
        """Every reason, in order of file, sheet, row and code."""
        return tuple(
            _problem(code, answer)
            for _, answers in sorted(self._codes.items())
            for code, answer in sorted(answers.items())
        )


def _problem(code: str, answer: Answer) -> Problem:
    """The problem of an answer, at its row."""
    cells, finding = answer.cells, answer.finding
    return Problem(
        cells["row"],
        code,
        cells["sheet"],
        case_id=cells["case_id"],
        entry_id=answer.entry_id or cells["entry_id"],
        rule=None if finding is None else finding["rule"],
        file=cells["file"],
    )
