"""Entries that somebody names in a workbook, by their number on the printed list or by their id."""

from __future__ import annotations

from dataclasses import replace

from voterlist.casework.printed import Printed, Row, is_called
from voterlist.fields import NAME_PARTS
from voterlist.lists.listed import name_key
from voterlist.model import ListKind, Problem
from voterlist.pipeline.list_input import ListSource
from voterlist.render.xlsx import ANSWER_ROW, NAMING, Answers
from voterlist.tables import from_rows

NAMED_PROBLEMS = (
    "named-nobody",
    "named-no-name",
    "named-another",
    "named-unclear",
    "named-several",
)
"""Why a row is refused; ``review.problem.<code>``."""
_DIGITS = 6


def with_entries(answers: Answers, source: ListSource) -> Answers:
    """The answers with the entry of each row that names one; rows that name nobody are problems.

    A number alone is not believed: mistyped, or on a list that was numbered anew, it is somebody
    else's. So the name must fit, and no other name of the precinct; where the list has a namesake,
    it must be that of the same run.
    """
    rows = answers.amendments.to_pylist()
    if not any(row[name] for row in rows for name in NAMING):
        return answers
    printed, kept, problems = Printed(source), [], list(answers.problems)
    for row in rows:
        place, number, name = (row[column] or "" for column in NAMING)
        if place or number or name:
            person = _person(place, number, printed)
            code = _problem(person, name)
            if code is None and person is not None and number.isdecimal():
                is_same_list = row["run_id"] == source.runs.run
                code = _doubt(person, name, printed, is_same_list=is_same_list)
            if code is not None:
                problem = Problem(row["row"], code, row["sheet"], file=row["file"])
                problems.append(problem)
                continue
            row["entry_id"] = person and person["entry_id"]
        kept.append(row)
    amendments = from_rows(kept, ANSWER_ROW)
    return replace(answers, amendments=amendments, problems=tuple(problems))


def _person(place: str, number: str, printed: Printed) -> Row | None:
    """Who stands under a number of a permanent list, or has this id."""
    if not number.isdecimal():
        return printed.entry(number)
    constituency, _, precinct = place.rpartition("/")
    texts = (constituency or str(printed.only or ""), precinct, number)
    if not all(text.isdecimal() and len(text) <= _DIGITS for text in texts):
        return None
    numbers = [int(text) for text in texts]
    lists = printed.of((numbers[0], numbers[1]))
    return lists.get((ListKind.PERMANENT.value, numbers[2]))


def _problem(person: Row | None, name: str) -> str | None:
    """Why this person cannot be meant; None where the name fits."""
    if person is None:
        return "named-nobody"
    if not name:
        return "named-no-name"
    return None if is_called(person, name) else "named-another"


def _doubt(
    person: Row, name: str, printed: Printed, *, is_same_list: bool
) -> str | None:
    """Why a number may be mistyped though the name fits; an id needs no more."""
    lists = printed.of((person["constituency"], person["precinct"])).values()
    fitting = {
        row["entry_id"]: _whole_name(row) for row in lists if is_called(row, name)
    }
    if len({*fitting.values()}) > 1:
        # The next number of a list by name is often the same surname.
        return "named-unclear"
    return None if is_same_list or len(fitting) == 1 else "named-several"


def _whole_name(row: Row) -> tuple[str, ...]:
    return tuple(name_key(row[part] or "") for part in NAME_PARTS)
