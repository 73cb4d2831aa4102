"""What is looked at once more: contested, waiting, come back, or decided before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeAlias

import pyarrow as pa

from voterlist import strict_json
from voterlist.decisions import Given, members_of
from voterlist.fields import NAME_PARTS
from voterlist.model import Action, Mark, Returned
from voterlist.report.asked import (
    AskedAs,
    GivenAnswer,
    Reopened,
    Subject,
    given_answer,
)
from voterlist.report.values import Place
from voterlist.tables import rows_among

Subjects: TypeAlias = Callable[[Iterable[str | None]], dict[str, Subject]]
"""Looks up entries, and rows of registers, by their ids."""
_Row: TypeAlias = Mapping[str, Any]

_SETTLED = frozenset({Returned.CARRIED_OUT, Returned.ANSWERED})
"""Why an answer came back of which nobody needs to do anything."""


def is_of_case(row: _Row) -> bool:
    """True of an answer of CONTESTED that is a verdict: it names a case and no action."""
    return row["case_id"] is not None and row["answer"] not in {*Action, Mark.ACCEPT}


def contested_cases(
    contested: Iterable[_Row],
    cases: pa.Table,
    numbers: pa.Table,
    subjects: Subjects,
) -> Iterator[Reopened]:
    """Every entry of each contested case, with what each person answered."""
    answers: dict[tuple[str, str], list[GivenAnswer]] = {}
    for row in contested:
        if is_of_case(row):
            key = row["case_id"], row["entry_id"]
            answers.setdefault(key, []).append(given_answer(row["answer"], row))
    members: dict[str, set[str]] = {}
    for case, entry in answers:
        members.setdefault(case, set()).add(entry)
    for case, entries in members_of(cases, list(members)).items():
        members[case].update(entries)
    number_of = _number_of(numbers, members)
    looked_up = subjects(entry for group in members.values() for entry in group)
    for case in sorted(members, key=lambda one: (number_of.get(one, 0), one)):
        for entry in sorted(members[case]):
            yield Reopened(
                AskedAs.CONTESTED_CASE,
                looked_up[entry],
                tuple(answers.get((case, entry), ())),
                case_id=case,
                case_number=number_of.get(case),
            )


def _number_of(numbers: pa.Table, wanted: Iterable[str | None]) -> dict[str, int]:
    """The numbers of these cases."""
    rows = rows_among(numbers, "case_id", wanted)
    return {row["case_id"]: row["number"] for row in rows.to_pylist()}


def contested_entries(
    contested: Iterable[_Row], subjects: Subjects
) -> Iterator[Reopened]:
    """Each contested entry with what each person answered."""
    by_entry: dict[str, list[_Row]] = {}
    for row in contested:
        if not is_of_case(row):
            by_entry.setdefault(row["entry_id"], []).append(row)
    looked_up = subjects(by_entry)
    for entry, rows in by_entry.items():
        yield Reopened(
            AskedAs.CONTESTED_ENTRY,
            looked_up[entry],
            tuple(given_answer(row["answer"], row) for row in rows),
            **_about(rows),
        )


def _about(rows: Iterable[_Row]) -> dict[str, Any]:
    """The finding and the case that answers name, where one of them does."""
    about: dict[str, Any] = {}
    for name in ("rule", "finding_id", "case_id"):
        about[name] = next((row[name] for row in rows if row.get(name)), None)
    return about


def answers_alone(
    asked_as: AskedAs, rows: Iterable[_Row], subjects: Subjects
) -> Iterator[Reopened]:
    """What single people answered, each answer by itself.

    Args:
        asked_as: why it is looked at once more.
        rows: of AMENDMENT.
        subjects: looks up what they are about.
    """
    rows = list(rows)
    looked_up = subjects(row["entry_id"] for row in rows)
    for row in rows:
        answer = given_answer(row["action"], row)
        subject = looked_up[row["entry_id"]]
        yield Reopened(asked_as, subject, (answer,), **_about([row]))


def came_back(
    returned: pa.Table, given: Given, numbers: pa.Table, subjects: Subjects
) -> Iterator[Reopened]:
    """What was decided of entries that say something else now.

    An entry that is gone is shown as it was.

    Args:
        returned: RETURNED.
        given: all answers, with what entries said then.
        numbers: ``case_id`` and ``number`` of every case.
        subjects: looks up the entries of today.
    """
    rows = [row for row in returned.to_pylist() if row["why"] not in _SETTLED]
    looked_up = subjects(row["entry_id"] for row in rows)
    number_of = _number_of(numbers, (row["case_id"] for row in rows))
    gone = {row["old_entry_id"] for row in rows if row["entry_id"] is None}
    old = _old_subjects(given.subjects, gone)
    for row in rows:
        was = old.get(row["old_entry_id"], Subject(row["old_entry_id"]))
        subject = looked_up.get(row["entry_id"] or "", was)
        changed = (row["changed"] or "").split("+")
        yield Reopened(
            AskedAs.RETURNED,
            subject,
            (given_answer(row["answer"], row),),
            case_id=row["case_id"],
            case_number=number_of.get(row["case_id"]),
            changed=tuple(filter(None, changed)),
            why=_why(row),
        )


_OF_OTHERS = frozenset({Returned.CHANGED.value, Returned.GONE.value})
"""Why a whole case comes back, though one entry of it alone is another one now."""


def _why(returned: Mapping[str, Any]) -> str:
    """Why an answer came back: ``other-...`` where its own entry is as it was."""
    why = str(returned["why"])
    is_as_it_was = returned["entry_id"] is not None and not returned["changed"]
    return f"other-{why}" if is_as_it_was and why in _OF_OTHERS else why


def _old_subjects(subjects: pa.Table, wanted: set[str]) -> dict[str, Subject]:
    """Entries as they were when something was decided of them."""
    old: dict[str, Subject] = {}
    for row in subjects.to_pylist():
        if row["entry_id"] not in wanted:
            continue
        cells = strict_json.loads(row["cells"])
        parts = [cells.get(name) for name in NAME_PARTS]
        name = " ".join(filter(None, parts)) or cells.get("full_name")
        place = Place(cells.get("constituency"), cells.get("precinct"))
        old[row["entry_id"]] = Subject(
            row["entry_id"], name, cells.get("birth_date"), cells.get("address"), place
        )
    return old


def decided_cases(
    rows: list[dict[str, Any]], numbers: pa.Table, subjects: Subjects
) -> Iterator[Reopened]:
    """These verdicts that hold, by number of the case."""
    looked_up = subjects(row["entry_id"] for row in rows)
    number_of = _number_of(numbers, (row["case_id"] for row in rows))
    rows.sort(key=lambda row: (number_of.get(row["case_id"], 0), row["entry_id"]))
    for row in rows:
        yield Reopened(
            AskedAs.DECIDED_CASE,
            looked_up[row["entry_id"]],
            (given_answer(row["verdict"], row),),
            case_id=row["case_id"],
            case_number=number_of.get(row["case_id"]),
        )
