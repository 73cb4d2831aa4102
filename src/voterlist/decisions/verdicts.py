"""What came back from a person about entries of cases, checked before it is recorded.

Each person's answers are checked by themselves: the verdicts of a case mean something only
together, and somebody else's verdict counts only where the person said nothing. That two people
say different things is no mistake here: both are recorded, and the case is contested.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping

import pyarrow as pa
import pyarrow.compute as pc

from voterlist.decisions.given import Given, members_of, not_refused, person_key
from voterlist.decisions.standing import WITHDRAWN, contested_cases, last_verdicts
from voterlist.model import Problem, Verdict, frozen
from voterlist.schemas import CASE, DECISION, GIVEN_VERDICT, empty, require
from voterlist.tables import Row, by_key, from_rows, rows_among, sort_by

REVIEW_ROW = pa.schema(
    [
        pa.field("sheet", pa.string(), nullable=False),
        pa.field("row", pa.int32(), nullable=False),
        pa.field("case_id", pa.string()),
        pa.field("entry_id", pa.string()),
        pa.field("verdict", pa.string()),
        pa.field("reason", pa.string()),
        pa.field("decided_by", pa.string()),
        pa.field("run_id", pa.string()),
        pa.field("adjudicates", pa.bool_()),
        pa.field("file", pa.string()),
    ],
)
"""One row of a review workbook as it came back. ``verdict`` is a code of ``Verdict``,
``withdraw``, ``UNKNOWN_VERDICT`` for a word that is none, null where nothing was decided. ``row``
counts from 1, as the spreadsheet shows it; ``run_id`` is the run from which the row was exported;
``adjudicates``: it settles what others decided in different ways."""

UNKNOWN_VERDICT = "unknown"

PROBLEM_CODES = (
    "unknown-case",
    "unknown-entry",
    "unknown-verdict",
    "no-verdict",
    "no-decider",
    "decided-twice",
    "repeat-without-reason",
    "separate-without-reason",
    "all-repeat",
    "repeat-without-keep",
    "several-kept",
    "nothing-to-withdraw",
    "withdraw-of-another",
    "own-dispute",
    "nothing-contested",
)
"""Why rows of a review workbook are refused; ``review.problem.<code>.title`` and ``.todo`` in the
catalogue."""

_SURE = 0.99
"""Who says above this probability that they are different people says how that is known."""

_VERDICTS = frozenset(verdict.value for verdict in Verdict)

_Entry = tuple[str, str]
"""(case, entry)."""
_Said = Mapping[_Entry, dict[str, Row]]
"""The answer of each person, by their key, to each entry of a case that counts now."""
_Key = tuple[str, str, str]
"""(case, entry, key of a person)."""


@frozen
class Checked:
    """What came back from a person, checked against the cases."""

    decisions: pa.Table
    """DECISION: the new answers to record, sorted by case and entry. Unchanged ones are not
    repeated."""
    problems: tuple[Problem, ...]
    """Why rows were refused, in order of row."""
    replaced: pa.Table
    """DECISION: the earlier answers of the same people that the new ones replace."""
    adjudications: pa.Table
    """DECISION: the new answers that settle what others decided in different ways."""


def check_decisions(
    cases: pa.Table,
    rows: pa.Table,
    *,
    decided_at: str,
    decided_by: str | None = None,
    earlier: pa.Table | None = None,
    refused: Collection[Problem] = (),
) -> Checked:
    """The decisions of a review workbook, checked against the cases and the earlier answers.

    A problem refuses every new row of its case, because the verdicts of a case mean something only
    together; other cases are recorded. Where a person has another verdict now than before, the new
    one is recorded, and the earlier one is returned in ``replaced``.

    Args:
        cases: CASE.
        rows: REVIEW_ROW.
        decided_at: the moment of the new decisions.
        decided_by: who decided where a row names nobody.
        earlier: GIVEN_VERDICT; what people answered before.
        refused: rows that were refused before: they are not looked at again, and refuse their case.
    """
    given = require(
        empty(GIVEN_VERDICT) if earlier is None else earlier, GIVEN_VERDICT, "review"
    )
    table = require(cases, CASE, "review")
    filled = list(_filled_rows(rows, decided_by, refused))
    asked = rows_among(table, "case_id", [row["case_id"] for row in filled])
    members = members_of(asked, asked.column("case_id").to_pylist())
    sure = asked.filter(pc.greater(asked.column("probability"), _SURE))
    last = {verdict_key(row): row for row in given.to_pylist()}
    # The case may be gone because of what was decided of it.
    filled = [
        row
        for row in filled
        if row["case_id"] in members or not _is_repeated(row, last)
    ]
    check = _Check(
        members=members,
        sure=frozenset(sure.column("case_id").to_pylist()),
        said=last_verdicts(given.to_pylist()),
        last=last,
        parties=contested_cases(Given(given, case_entries=members)),
    )
    problems = list(check.problems_of_rows(filled))
    refused_cases = _cases_of([*refused, *problems])
    known = [row for row in filled if row["case_id"] is not None]
    whole = [row for row in known if row["case_id"] not in refused_cases]
    problems += check.problems_of_cases(whole)
    refused_cases |= _cases_of(problems)
    taken = _one_each(row for row in whole if row["case_id"] not in refused_cases)
    return _checked_rows(taken, check.last, decided_at, problems)


def _filled_rows(
    rows: pa.Table, decided_by: str | None, refused: Iterable[Problem]
) -> Iterator[Row]:
    """The rows in which somebody wrote, in order, without those that were refused before."""
    ordered = sort_by(require(rows, REVIEW_ROW, "review"), "row", "sheet")
    for row in not_refused(ordered, refused):
        if row["verdict"] or row["reason"] or row["decided_by"]:
            yield row | {"decided_by": row["decided_by"] or decided_by}


@frozen
class _Check:
    """What the rows are checked against."""

    members: Mapping[str, list[str]]
    """The entries of each case."""
    sure: Collection[str]
    """The cases that are one person almost for certain."""
    said: _Said
    last: Mapping[_Key, Row]
    """The last answer of each person, whether it counts or not."""
    parties: Mapping[str, Mapping[str, str]]
    """The names of the people of each contested case, by their keys."""

    def problems_of_rows(self, rows: Iterable[Row]) -> Iterator[Problem]:
        """What is wrong with single rows, and with rows that contradict each other."""
        rows = list(rows)
        verdicts: dict[_Key, set[str]] = {}
        for row in rows:
            verdicts.setdefault(verdict_key(row), set()).add(row["verdict"])
        for row in rows:
            is_twice = row["verdict"] and len(verdicts[verdict_key(row)]) > 1
            codes = [*self._codes(row), *(["decided-twice"] if is_twice else [])]
            for code in codes:
                yield _problem(row, code, self._who(row, code))

    def _codes(self, row: Row) -> Iterator[str]:
        """What is wrong with one row."""
        verdict, case = row["verdict"], row["case_id"]
        if verdict is None:
            yield "no-verdict"
            return
        if case not in self.members:
            yield "unknown-case"
        elif row["entry_id"] not in self.members[case]:
            yield "unknown-entry"
        if verdict not in {*_VERDICTS, WITHDRAWN}:
            yield "unknown-verdict"
        if row["decided_by"] is None:
            yield "no-decider"
            return
        if verdict == Verdict.REPEAT and not (row["reason"] or "").strip():
            yield "repeat-without-reason"
        if verdict == Verdict.SEPARATE and not (row["reason"] or "").strip():
            yield from self._codes_of_surprise(row)
        if verdict == WITHDRAWN:
            yield from self._codes_of_withdrawal(row)
        elif row["adjudicates"]:
            yield from self._codes_of_adjudication(row)

    def _codes_of_surprise(self, row: Row) -> Iterator[str]:
        """Different people, against the evidence; second readers are not told how strong it is."""
        case, _, person = verdict_key(row)
        others = (
            self.said.get((case, entry), {}).keys() - {person}
            for entry in self.members.get(case, ())
        )
        if case in self.sure and not any(others):
            yield "separate-without-reason"

    def _codes_of_withdrawal(self, row: Row) -> Iterator[str]:
        """Only one's own answer is taken back."""
        answers = self.said.get((row["case_id"], row["entry_id"]), {})
        last = self.last.get(verdict_key(row))
        is_done = last is not None and last["verdict"] == WITHDRAWN
        if verdict_key(row)[2] not in answers and not is_done:
            yield "withdraw-of-another" if answers else "nothing-to-withdraw"

    def _codes_of_adjudication(self, row: Row) -> Iterator[str]:
        """A third person settles what is contested."""
        parties = self.parties.get(row["case_id"])
        if parties is None:
            if _says(row) != _says(self.last.get(verdict_key(row))):
                yield "nothing-contested"
        elif verdict_key(row)[2] in parties:
            yield "own-dispute"

    def _who(self, row: Row, code: str) -> str | None:
        """The people whom a problem is about."""
        if code == "withdraw-of-another":
            answers = self.said[row["case_id"], row["entry_id"]]
            return ", ".join(
                sorted(answer["decided_by"] for answer in answers.values())
            )
        if code == "own-dispute":
            return ", ".join(sorted(self.parties[row["case_id"]].values()))
        return None

    def problems_of_cases(self, rows: Iterable[Row]) -> Iterator[Problem]:
        """What is wrong with one person's verdicts of a case taken together."""
        by_person = by_key(((row["case_id"], verdict_key(row)[2]), row) for row in rows)
        for (case, person), of_case in by_person.items():
            code = _code_of_case(self._verdicts_after(case, person, of_case))
            if code is not None:
                repeats = (row for row in of_case if row["verdict"] == Verdict.REPEAT)
                yield _problem(next(repeats, of_case[0]), code)

    def _verdicts_after(
        self, case: str, person: str, rows: Iterable[Row]
    ) -> list[str | None]:
        """The verdict of each entry of a case as this person would have it.

        Where the person said nothing, what others said stands in, if they agree.
        """
        new = {row["entry_id"]: row for row in rows}
        verdicts = []
        for entry in self.members[case]:
            said = self.said.get((case, entry), {})
            own = new.get(entry, said.get(person))
            different = {said[other]["verdict"] for other in said if other != person}
            if own is not None and own["verdict"] != WITHDRAWN:
                different = {own["verdict"]}
            verdicts.append(different.pop() if len(different) == 1 else None)
        return verdicts


def _code_of_case(verdicts: Collection[str | None]) -> str | None:
    """What is wrong with the verdicts of a case taken together."""
    counts = Counter(verdicts)
    repeats, keeps = counts[Verdict.REPEAT.value], counts[Verdict.KEEP.value]
    if not repeats:
        return None
    if repeats == len(verdicts):
        return "all-repeat"
    if not keeps:
        return "repeat-without-keep"
    return "several-kept" if keeps > 1 else None


def verdict_key(row: Row) -> _Key:
    """The entry of a case that a row is about, and who says it."""
    return row["case_id"], row["entry_id"], person_key(row["decided_by"] or "")


def _says(row: Row | None) -> tuple[str | None, str]:
    """What an answer says, whoever gave it and when."""
    return (None, "") if row is None else (row["verdict"], row["reason"] or "")


def _is_repeated(row: Row, last: Mapping[_Key, Row]) -> bool:
    """True where the person said the very same the last time."""
    own = last.get(verdict_key(row))
    return own is not None and _says(own) == _says(row)


def _problem(row: Row, code: str, who: str | None = None) -> Problem:
    """A problem at this row."""
    return Problem(
        row["row"],
        code,
        row["sheet"],
        row["case_id"],
        row["entry_id"],
        file=row["file"] or "",
        who=who,
    )


def _cases_of(problems: Iterable[Problem]) -> set[str]:
    """The cases that problems name."""
    return {problem.case_id for problem in problems if problem.case_id is not None}


def _one_each(rows: Iterable[Row]) -> list[Row]:
    """The first row of each person about each entry."""
    first: dict[_Key, Row] = {}
    for row in rows:
        first.setdefault(verdict_key(row), row)
    return list(first.values())


def _checked_rows(
    taken: Iterable[Row],
    last: Mapping[_Key, Row],
    decided_at: str,
    problems: Iterable[Problem],
) -> Checked:
    """The rows that say something new, and what they replace."""
    new: list[Row] = []
    settling: list[Row] = []
    replaced: list[Row] = []
    for row in taken:
        own = last.get(verdict_key(row))
        if _says(own) == _says(row):
            continue
        if own is not None and own["verdict"] not in {row["verdict"], WITHDRAWN}:
            replaced.append(own)
        is_settling = row["adjudicates"] and row["verdict"] != WITHDRAWN
        answer = row | {"decided_at": decided_at}
        (settling if is_settling else new).append(answer)
    return Checked(
        decisions=_decisions(new),
        problems=tuple(sorted(problems, key=_place)),
        replaced=_decisions(replaced),
        adjudications=_decisions(settling),
    )


def _place(problem: Problem) -> tuple[str, int, str, str]:
    """Problems by sheet, row and code."""
    return (problem.sheet, problem.row, problem.code, problem.entry_id or "")


def _decisions(rows: Collection[Row]) -> pa.Table:
    """DECISION of these rows, by case and entry."""
    return from_rows(rows, DECISION, "case_id", "entry_id")
