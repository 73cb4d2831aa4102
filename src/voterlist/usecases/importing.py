"""One file of answers, checked against everything that was decided so far, and recorded."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa

from voterlist import review
from voterlist.config import Settings
from voterlist.decisions import (
    Amended,
    AmendmentContext,
    Given,
    Standing,
    check_amendments,
    is_same_person,
    members_of,
    person_key,
    precincts_known,
    refused,
    standing,
)
from voterlist.decisions.standing import last_answers
from voterlist.decisions.verdicts import Checked
from voterlist.findings import finding_ids
from voterlist.model import Mark, Problem, Role
from voterlist.normalize import read_correction, read_day
from voterlist.pipeline.known import Known, answers_of_today, keep_subjects
from voterlist.quality.readings import actions_of_two
from voterlist.render.xlsx import Answers
from voterlist.schemas import (
    AMENDMENT,
    FINDING,
    GIVEN_AMENDMENT,
    GIVEN_VERDICT,
)
from voterlist.storage.ledger import Ledger
from voterlist.tables import concat, from_columns, from_rows
from voterlist.usecases.answer_files import AnswerFile, Made
from voterlist.usecases.answered_rows import Originals, Rows, spelled_as_before
from voterlist.usecases.desk_pages import numbers_of
from voterlist.usecases.sampling import with_drawn

CONFIRM_PROBLEMS = ("cannot-confirm", "several-to-confirm")
"""Why a row is refused that says the same as somebody else; ``review.problem.<code>``."""


@dataclass(frozen=True, slots=True)
class Replacement:
    """An earlier answer that the same person replaced."""

    file: str
    case_id: str | None
    case_number: int | None
    entry_id: str | None
    rule: str | None
    decided_by: str
    before: str
    """What it was: a code of ``Verdict`` or ``Action``, or ``accept``."""
    now: str


@dataclass(frozen=True, slots=True)
class Bringer:
    """Who brings a file of answers.

    Attributes:
        name: of whoever is logged in, or whose account it is; a dash: it is not known.
        role: at the desk that is served; None: the file is read in beside it.
    """

    name: str = "—"
    role: Role | None = None


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """What was read back from one file."""

    file: str
    verdicts: pa.Table
    """DECISION: the answers about entries of cases that were recorded."""
    amendments: pa.Table
    """AMENDMENT: those about findings and entries."""
    acceptances: pa.Table
    """ACCEPTANCE: those about findings that are as they should be, or are asked again."""
    replaced: tuple[Replacement, ...]
    problems: tuple[Problem, ...]
    """Why rows were refused, and of which sheets not all could be read."""
    digest: str = ""
    """The SHA-256 of the file."""
    is_origin_known: bool = True
    """False where a sheet does not say from which run it is."""
    answers: int = 0
    """How many answers stand in it, those that were recorded before too."""

    @property
    def says_nothing_new(self) -> bool:
        """True where it holds answers, and each of them was recorded before."""
        return bool(self.answers) and not self.recorded and not self.problems

    def count(self, mark: Mark) -> int:
        """How many findings are newly marked so."""
        marks = self.acceptances.column("mark").to_pylist()
        return sum(one == mark for one in marks)

    @property
    def recorded(self) -> int:
        """How many answers were recorded."""
        tables = (self.verdicts, self.amendments, self.acceptances)
        return sum(int(table.num_rows) for table in tables)


class Importer:
    """Reads files of answers into an open ledger, one after the other.

    Args:
        ledger: open for writing; everything is one transaction of it.
        runs: the runs that people decided on.
        settings: those of the workspace.
        by: who decided, where a row names nobody.
        decided_at: the moment, with its time zone.
        numbers: the number of each case; without it they are read.
        bringer: who brings the files; None: each answer is its person's own.
    """

    def __init__(
        self,
        ledger: Ledger,
        runs: Known,
        settings: Settings,
        by: str | None,
        decided_at: dt.datetime,
        numbers: Mapping[str, int] | None = None,
        bringer: Bringer | None = None,
    ) -> None:
        self._ledger = ledger
        self._runs = runs
        self._settings = settings
        self._by = by
        self._bringer = bringer
        self._decided_at = decided_at
        self._cases = runs.table("cases")
        self._entries = runs.table("entries")
        self._matches = runs.table("matches")
        if numbers is None:
            numbers = numbers_of(runs, self._cases, ledger)
        self._numbers = numbers
        self._made: Made = {}

    @property
    def numbers(self) -> Mapping[str, int]:
        """The number of each case."""
        return self._numbers

    def given(self) -> Given:
        """All answers so far, under the ids of the newest run."""
        return answers_of_today(self._ledger, self._runs)

    def standing(self) -> Standing:
        """What holds now."""
        settings = self._settings
        two_people = actions_of_two(settings.decisions, settings.review)
        return standing(self.given(), two_people=two_people)

    def against_today(self, file: AnswerFile) -> AnswerFile:
        """The file with the problems that its decisions have today; a workbook as it is."""
        now, made = self._decided_at, self._made
        holding, given = self.standing(), self.given()
        return file.against(self._runs, holding, given, now, by=self._by, made=made)

    def read(self, answers: Answers, unread: Collection[Problem]) -> ImportedFile:
        """Check the answers of a file, and record those that are not refused.

        Args:
            answers: what the file says.
            unread: rows and sheets that were refused before.
        """
        given = self.given()
        answers, self._by = spelled_as_before(answers, self._by, given)
        rows = Rows(answers, given, self._by, self._originals(given))
        self._cases = with_drawn(self._cases, self._runs, given, rows.verdicts)
        checked = review.check_decisions(
            self._cases,
            rows.verdicts,
            decided_at=self._decided_at.isoformat(timespec="seconds"),
            decided_by=self._by,
            earlier=given.verdicts,
            refused=unread,
        )
        amended = Amended()
        if rows.amendments.num_rows:
            amended = check_amendments(
                rows.amendments,
                self._context(),
                given,
                decided_at=self._decided_at,
                decided_by=self._by,
                refused=(*unread, *rows.problems),
            )
        tried = self._tried(given, checked, amended, rows)
        self.record(tried.checked, tried.amended)
        problems = [*unread, *rows.problems, *checked.problems]
        problems += [*_with_others(amended.problems, given), *tried.problems]
        return ImportedFile(
            file=answers.file,
            verdicts=concat(
                [tried.checked.decisions, tried.checked.adjudications],
                checked.decisions.schema,
            ),
            amendments=concat(
                [tried.amended.amendments, tried.amended.adjudications], AMENDMENT
            ),
            acceptances=tried.amended.acceptances,
            replaced=tuple(self._replaced(tried, answers.file)),
            problems=tuple(self._placed(one, answers.file) for one in problems),
            digest=answers.digest,
            is_origin_known=not answers.sheets_without_run,
            answers=answers.decisions.num_rows + answers.amendments.num_rows,
        )

    def _context(self) -> AmendmentContext:
        """What answers about findings and entries are held against."""
        # A finding that was answered is not raised again, and may be answered otherwise.
        findings = concat(
            [
                self._runs.table("findings"),
                self._runs.table("accepted").select(FINDING.names),
            ],
            FINDING,
        )
        return AmendmentContext(
            findings=findings,
            finding_ids=finding_ids(findings),
            entries=self._entries,
            registers=self._runs.table("register_rows"),
            voters=self._runs.table("voters"),
            cases=self._cases,
            precincts=precincts_known(
                self._settings.territory.by_number, self._runs.table("lists")
            ),
            read_value=read_correction,
            read_day=read_day,
            matches=self._matches,
        )

    def _originals(self, given: Given) -> Originals:
        """What may be confirmed or settled by a row."""
        return Originals(self.standing(), given, self._runs.table("returned"))

    def _tried(
        self, given: Given, checked: Checked, amended: Amended, rows: Rows
    ) -> _Tried:
        """The answers without those that would do nothing, or would make a person vanish."""
        verdicts = concat(
            [checked.decisions, checked.adjudications], checked.decisions.schema
        )
        amendments = concat([amended.amendments, amended.adjudications], AMENDMENT)
        new = Given(
            verdicts=_numbered(verdicts, checked.decisions.num_rows, GIVEN_VERDICT),
            amendments=_numbered(
                amendments, amended.amendments.num_rows, GIVEN_AMENDMENT
            ),
            acceptances=amended.acceptances,
            subjects=amended.subjects,
        )
        refusals = refused(self._entries, self._cases, given, new, self._matches)
        of_cases = {one.number: one.code for one in refusals if one.case_id}
        others = {one.number: one.code for one in refusals if not one.case_id}
        of_cases |= self._unvouched(new.verdicts, given.verdicts, "case_id")
        others |= self._unvouched(new.amendments, given.amendments, "entry_id")
        marks = _marks(amended.acceptances)
        of_marks = self._unvouched(marks, given.amendments, "finding_id")
        problems = [
            *_problems_of(new.verdicts, of_cases, rows.verdicts),
            *_problems_of(marks, of_marks, rows.amendments),
            *_problems_of(new.amendments, others, rows.amendments),
        ]
        return _Tried(
            replace(
                checked,
                decisions=_kept(checked.decisions, of_cases, 0),
                adjudications=_kept(
                    checked.adjudications, of_cases, checked.decisions.num_rows
                ),
            ),
            replace(
                amended,
                amendments=_kept(amended.amendments, others, 0),
                adjudications=_kept(
                    amended.adjudications, others, amended.amendments.num_rows
                ),
                acceptances=_kept(amended.acceptances, of_marks, 0),
            ),
            tuple(problems),
        )

    def _unvouched(self, new: pa.Table, given: pa.Table, about: str) -> dict[int, str]:
        """The new answers, by number, that need a session of their person, each with a code.

        Where nobody may log in, files are all that there is, and are taken.
        """
        bringer = self._bringer
        if bringer is None or not (bringer.role or self._ledger.users()):
            return {}
        rows = new.to_pylist()
        said = {
            (row[about], person_key(row["decided_by"]))
            for row in (*given.to_pylist(), *rows)
        }
        people = Counter(one for one, _ in said)
        # At the desk everybody brings the own answers; beside it nobody answers what another did.
        return {
            row["number"]: "needs-own-session"
            for row in rows
            if (row["adjudicates"] and bringer.role != Role.CHAIR)
            or (
                not is_same_person(row["decided_by"], bringer.name)
                if bringer.role
                else people[row[about]] > 1
            )
        }

    def record(self, checked: Checked, amended: Amended) -> None:
        """Write answers into the ledger, with what the entries say that they are about."""
        ledger = self._ledger
        ledger.decide(checked.decisions)
        ledger.decide(checked.adjudications, adjudicates=True)
        ledger.amend(amended.amendments)
        ledger.amend(amended.adjudications, adjudicates=True)
        ledger.accept(amended.acceptances)
        decided = set(checked.decisions.column("case_id").to_pylist())
        drawn = decided - set(self._runs.table("cases").column("case_id").to_pylist())
        if drawn:
            ledger.keep_case_entries(members_of(self._cases, drawn))
        keep_subjects(ledger, lambda: self._runs)
        # Of the rows of registers from which people are added.
        ledger.keep_subjects(amended.subjects)

    def _replaced(self, tried: _Tried, file: str) -> Iterator[Replacement]:
        """The earlier answers of the same people that are replaced."""
        new = {
            (row["case_id"], row["entry_id"], row["decided_by"]): row["verdict"]
            for table in (tried.checked.decisions, tried.checked.adjudications)
            for row in table.to_pylist()
        }
        for row in tried.checked.replaced.to_pylist():
            now = new.get((row["case_id"], row["entry_id"], row["decided_by"]))
            if now is not None:
                yield Replacement(
                    file=file,
                    case_id=row["case_id"],
                    case_number=self._numbers.get(row["case_id"]),
                    entry_id=row["entry_id"],
                    rule=None,
                    decided_by=row["decided_by"],
                    before=row["verdict"],
                    now=now,
                )
        for one in tried.amended.replaced:
            yield Replacement(
                file=file,
                case_id=None,
                case_number=None,
                entry_id=one.entry_id,
                rule=one.rule,
                decided_by=one.decided_by,
                before=one.before,
                now=one.now,
            )

    def _placed(self, problem: Problem, file: str) -> Problem:
        """A problem with its file, and the number of its case."""
        number = self._numbers.get(problem.case_id or "")
        return replace(problem, file=file, case_number=number)


@dataclass(frozen=True, slots=True)
class _Tried:
    """What is left of answers after they were tried against all others."""

    checked: Checked
    amended: Amended
    problems: tuple[Problem, ...]


def _numbered(table: pa.Table, plain: int, schema: pa.Schema) -> pa.Table:
    """Answers with their numbers, from 1; those behind the first ``plain`` settle disputes."""
    size = table.num_rows
    columns: dict[str, Any] = {name: table.column(name) for name in table.column_names}
    columns["number"] = list(range(1, size + 1))
    columns["adjudicates"] = [place >= plain for place in range(size)]
    return from_columns(columns, schema, size)


def _marks(acceptances: pa.Table) -> pa.Table:
    """Acceptances as answers, with their numbers, from 1."""
    rows = [
        row
        | {"number": number, "action": row["mark"], "decided_by": row["accepted_by"]}
        for number, row in enumerate(acceptances.to_pylist(), 1)
    ]
    return from_rows(rows, GIVEN_AMENDMENT)


def _kept(table: pa.Table, refused_numbers: Collection[int], before: int) -> pa.Table:
    """The rows whose numbers were not refused; the first has the number ``before`` + 1."""
    numbers = range(before + 1, before + 1 + table.num_rows)
    is_kept = [number not in refused_numbers for number in numbers]
    return table.filter(pa.array(is_kept, pa.bool_()))


def _problems_of(
    new: pa.Table, codes: Mapping[int, str], rows: pa.Table
) -> Iterator[Problem]:
    """A problem at the row of each answer that was refused."""
    answers = {row["number"]: row for row in new.to_pylist()}
    places = rows.to_pylist()
    for number, code in codes.items():
        answer = answers[number]
        row = next((one for one in places if _is_row_of(one, answer)), None)
        yield Problem(
            row["row"] if row else 0,
            code,
            row["sheet"] if row else "",
            answer["case_id"],
            answer["entry_id"],
            rule=answer.get("rule"),
        )


def _is_row_of(row: Mapping[str, Any], answer: Mapping[str, Any]) -> bool:
    """True where an answer was made of this row."""
    if row["decided_by"] not in {None, answer["decided_by"]}:
        return False
    if "verdict" in answer:
        names = ("case_id", "entry_id", "verdict")
        return all(row[name] == answer[name] for name in names)
    if row["action"] != answer["action"]:
        return False
    if row["finding_id"] is not None:
        return bool(row["finding_id"] == answer["finding_id"])
    return bool(row["entry_id"] == answer["entry_id"])


def _with_others(problems: Iterable[Problem], given: Given) -> Iterator[Problem]:
    """The problems; where somebody else alone may take an answer back, with who that is."""
    said = last_answers(given)
    for problem in problems:
        people = {
            row["decided_by"] for row in said.get(problem.entry_id or "", {}).values()
        }
        who = ", ".join(sorted(people)) or None
        if problem.code == "nothing-to-withdraw" and who:
            yield replace(problem, code="withdraw-of-another", who=who)
        elif problem.code == "own-dispute":
            yield replace(problem, who=who)
        else:
            yield problem
