"""One file of answers, checked against everything that was decided so far, and recorded."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from voterlist.casework.answered_rows import Originals, Rows, spelled_as_before
from voterlist.casework.noticed import before_term, noticed
from voterlist.casework.sampling import with_drawn
from voterlist.config import Settings
from voterlist.deadlines import is_frozen, last_days
from voterlist.decisions import (
    Amended,
    AmendmentContext,
    Given,
    acts_after_freeze,
    check_amendments,
    is_same_person,
    members_of,
    person_key,
    precincts_known,
    refused,
)
from voterlist.decisions.standing import last_answers
from voterlist.decisions.verdicts import check_decisions
from voterlist.findings import finding_ids
from voterlist.model import Action, ListKind, Mark, Problem, Role, Verdict
from voterlist.normalize import read_correction, read_day
from voterlist.pipeline.known import Known, keep_subjects
from voterlist.render.xlsx import Answers
from voterlist.schemas import (
    AMENDMENT,
    DECISION,
    ENTRY,
    FINDING,
    GIVEN_AMENDMENT,
    GIVEN_VERDICT,
    SUBJECT,
    empty,
)
from voterlist.storage.ledger import JournalLine, Ledger
from voterlist.tables import concat, from_columns, from_rows, rows_among

NOTICE_RUNS = "notice-runs"
"""Why a striking is refused while the voter may still object; ``review.problem.<code>``."""
FROZEN = "list-frozen"
"""Why an answer is refused that changes a frozen list without a decision of its own kind."""
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
    """GIVEN_VERDICT: the answers about entries of cases that are recorded, numbered from 1."""
    amendments: pa.Table
    """GIVEN_AMENDMENT: those about findings and entries, likewise."""
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
    subjects: pa.Table = field(default_factory=lambda: empty(SUBJECT))
    """SUBJECT: what the rows of registers say from which people are added."""
    drawn: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """The entries of pairs that are decided and no case of the run."""
    told_above: Sequence[Mapping[str, Any]] = ()
    """The rows that answer the commission above, and change nothing of the list."""
    before_term: int = 0
    """Strikings that were recorded while the voter may still object to a notice."""

    @property
    def says_nothing_new(self) -> bool:
        """True where it holds answers, and each of them was recorded before."""
        return bool(self.answers) and not self.recorded and not self.problems

    def count(self, mark: Mark) -> int:
        """How many findings are newly marked so."""
        marks = self.acceptances.column("mark").to_pylist()
        return sum(given == mark for given in marks)

    @property
    def recorded(self) -> int:
        """How many answers were recorded."""
        tables = (self.verdicts, self.amendments, self.acceptances)
        return len(self.told_above) + sum(int(table.num_rows) for table in tables)


@dataclass(frozen=True, slots=True, kw_only=True)
class Against:
    """What the answers of a file are held against.

    Attributes:
        runs: the runs that people decided on.
        given: the answers so far, under the ids of the newest run.
        settings: those of the workspace.
        numbers: the number of each case.
        decided_at: the moment, with its time zone.
        by: who decided, where a row names nobody.
        bringer: who brings the file; None: each answer is its person's own.
        originals: the answers that a row may confirm, or settle.
        people: ENTRY: who asks to be added, beside the rows of registers.
        journal: of the ledger, which tells to whom a notice before striking was written.
    """

    runs: Known
    given: Given
    settings: Settings
    numbers: Mapping[str, int]
    decided_at: dt.datetime
    by: str | None = None
    bringer: Bringer | None = None
    originals: Originals = Originals()  # noqa: RUF009  nothing to confirm
    people: pa.Table = field(default_factory=lambda: empty(ENTRY))
    journal: Sequence[JournalLine] = ()


def check_answers(
    answers: Answers, unread: Collection[Problem], against: Against
) -> ImportedFile:
    """What of the answers of a file is to be recorded; nothing is written.

    Args:
        answers: what the file says.
        unread: rows and sheets that were refused before.
        against: what they are held against.
    """
    return _Check(answers, unread, against).imported()


def record(ledger: Ledger, runs: Known, one: ImportedFile) -> None:
    """Write the answers of a file into the ledger, and what the entries say that they are about."""
    for verdicts, is_settling in in_parts(one.verdicts, DECISION):
        ledger.decide(verdicts, adjudicates=is_settling)
    for amendments, is_settling in in_parts(one.amendments, AMENDMENT):
        ledger.amend(amendments, adjudicates=is_settling)
    ledger.accept(one.acceptances)
    if one.drawn:
        ledger.keep_case_entries(one.drawn)
    keep_subjects(ledger, lambda: runs)
    ledger.keep_subjects(one.subjects)


def in_parts(answers: pa.Table, schema: pa.Schema) -> Iterator[tuple[pa.Table, bool]]:
    """The plain answers as the ledger takes them, then those that settle disputes."""
    for is_settling in (False, True):
        is_of_part = pc.equal(answers.column("adjudicates"), is_settling)
        yield answers.filter(is_of_part).select(schema.names), is_settling


class _Check:
    """The answers of one file, held against all others."""

    def __init__(
        self, answers: Answers, unread: Collection[Problem], against: Against
    ) -> None:
        self._against = against
        self._runs, self._given = against.runs, against.given
        self._answers, self._by = spelled_as_before(answers, against.by, self._given)
        self._unread = unread
        self._rows = Rows(self._answers, self._given, self._by, against.originals)
        self._cases = with_drawn(
            self._runs.table("cases"), self._runs, self._given, self._rows.verdicts
        )

    def imported(self) -> ImportedFile:
        """What is recorded of them, and why some are refused."""
        rows, answers = self._rows, self._answers
        checked = check_decisions(
            self._cases,
            rows.verdicts,
            decided_at=self._against.decided_at.isoformat(timespec="seconds"),
            decided_by=self._by,
            earlier=self._given.verdicts,
            refused=self._unread,
        )
        amended = self._check_findings()
        new = Given(
            verdicts=_number_answers(
                checked.decisions, checked.adjudications, GIVEN_VERDICT
            ),
            amendments=_number_answers(
                amended.amendments, amended.adjudications, GIVEN_AMENDMENT
            ),
            acceptances=amended.acceptances,
            subjects=amended.subjects,
        )
        marks = _marks(amended.acceptances)
        tried = self._refusals(new, marks)
        problems = [*self._unread, *rows.problems, *checked.problems]
        problems += _with_others(amended.problems, self._given)
        for table, codes, asked in zip(
            (new.verdicts, marks, new.amendments),
            tried,
            (rows.verdicts, rows.amendments, rows.amendments),
            strict=True,
        ):
            problems += _problems_of(table, codes, asked)
        verdicts = _without_refused(new.verdicts, tried.verdicts)
        amendments = _without_refused(new.amendments, tried.amendments)
        notices = noticed(self._against.journal)
        return ImportedFile(
            file=answers.file,
            verdicts=verdicts,
            amendments=amendments,
            before_term=len(before_term(amendments.to_pylist(), notices)),
            acceptances=amended.acceptances.filter(
                _is_kept(marks.column("number"), tried.marks)
            ),
            replaced=(
                *self._replaced_verdicts(checked.replaced, verdicts),
                *self._replaced_otherwise(amended),
            ),
            problems=tuple(self._with_place(problem) for problem in problems),
            digest=answers.digest,
            is_origin_known=not answers.sheets_without_run,
            answers=answers.decisions.num_rows + answers.amendments.num_rows,
            subjects=amended.subjects,
            drawn=self._entries_drawn(verdicts),
        )

    def _check_findings(self) -> Amended:
        """The answers about findings and entries, checked."""
        rows = self._rows
        if not rows.amendments.num_rows:
            return Amended()
        return check_amendments(
            rows.amendments,
            self._context(),
            self._given,
            decided_at=self._against.decided_at,
            decided_by=self._by,
            refused=(*self._unread, *rows.problems),
        )

    def _entries_drawn(self, verdicts: pa.Table) -> Mapping[str, Sequence[str]]:
        """The entries of the decided cases that are none of the run."""
        decided = set(
            verdicts.filter(pc.invert(verdicts.column("adjudicates")))
            .column("case_id")
            .to_pylist()
        )
        known = self._runs.table("cases").column("case_id")
        drawn = decided.difference(known.to_pylist()) if decided else decided
        return members_of(self._cases, drawn)

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
            entries=self._runs.table("entries"),
            registers=concat(
                [
                    self._runs.table("register_rows"),
                    self._runs.table("additions"),
                    self._against.people,
                ],
                ENTRY,
            ),
            voters=self._runs.table("voters"),
            cases=self._cases,
            precincts=precincts_known(
                self._against.settings.territory.by_number, self._runs.table("lists")
            ),
            read_value=read_correction,
            read_day=read_day,
            matches=self._runs.table("matches"),
        )

    def _refusals(self, new: Given, marks: pa.Table) -> _Refused:
        """The answers that would do nothing or make a person vanish, and those of others."""
        given, runs = self._given, self._runs
        refusals = refused(
            runs.table("entries"), self._cases, given, new, runs.table("matches")
        )
        of_cases = {
            refusal.number: refusal.code for refusal in refusals if refusal.case_id
        }
        others = {
            refusal.number: refusal.code for refusal in refusals if not refusal.case_id
        }
        return _Refused(
            of_cases
            | self._needing_session(new.verdicts, given.verdicts, "case_id")
            | self._frozen_cases(new.verdicts),
            self._needing_session(marks, given.amendments, "finding_id"),
            others
            | self._needing_session(new.amendments, given.amendments, "entry_id")
            | self._before_term(new.amendments)
            | self._frozen(new.amendments),
        )

    def _frozen(self, new: pa.Table) -> dict[int, str]:
        """The answers about entries, by number, that a frozen list does not take.

        Each change of it needs a decision of its own kind (Election Code, article 46.1): a ground
        that may act after the freeze. To take an answer back, to ask and to accept stay possible.
        """
        changes = {Action.STRIKE, Action.CORRECT, Action.MOVE, Action.ADD}
        return {
            row["number"]: FROZEN
            for row in self._of_frozen_lists(new)
            if row["action"] in changes and not acts_after_freeze(row["ground"])
        }

    def _frozen_cases(self, new: pa.Table) -> dict[int, str]:
        """The verdicts, by number, of whoever takes an entry of a case off a frozen list."""
        taken_off = {
            (row["case_id"], person_key(row["decided_by"]))
            for row in self._of_frozen_lists(new)
            if row["verdict"] == Verdict.REPEAT
        }
        return {
            row["number"]: FROZEN
            for row in new.to_pylist()
            if (row["case_id"], person_key(row["decided_by"])) in taken_off
        }

    def _of_frozen_lists(self, new: pa.Table) -> list[dict[str, Any]]:
        """The new answers about entries of lists that are frozen on the day of the import.

        Somebody who is added comes onto a permanent list.
        """
        settings, day = self._against.settings, self._against.decided_at.date()
        last = last_days(settings.calendar, settings.workspace.cycle)
        frozen = {kind.value for kind in last if is_frozen(last[kind], day)}
        if not frozen or not new.num_rows:
            return []
        ids = new.column("entry_id").to_pylist()
        named = rows_among(self._runs.table("entries"), "entry_id", ids)
        columns = (named.column(name).to_pylist() for name in ("entry_id", "list_kind"))
        kinds = dict(zip(*columns, strict=True))
        permanent = ListKind.PERMANENT.value
        rows: list[dict[str, Any]] = new.to_pylist()
        return [row for row in rows if kinds.get(row["entry_id"], permanent) in frozen]

    def _before_term(self, new: pa.Table) -> dict[int, str]:
        """The strikings, by number, that are refused while the voter may still object."""
        if self._against.settings.decisions.before_notice_ends != "refused":
            return {}
        numbers = new.column("number").to_pylist()
        early = before_term(new.to_pylist(), noticed(self._against.journal))
        return {numbers[place]: NOTICE_RUNS for place in early}

    def _needing_session(
        self, new: pa.Table, given: pa.Table, about: str
    ) -> dict[int, str]:
        """The new answers, by number, that need a session of their person, each with a code.

        Where nobody may log in, files are all that there is, and are taken.
        """
        bringer = self._against.bringer
        if bringer is None:
            return {}
        rows = new.to_pylist()
        # A question answers nothing, whoever asked it.
        answered = [row for row in given.to_pylist() if row.get("action") != Action.ASK]
        said = {
            (row[about], person_key(row["decided_by"])) for row in (*answered, *rows)
        }
        people = Counter(subject for subject, _ in said)
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

    def _replaced_verdicts(
        self, earlier: pa.Table, new: pa.Table
    ) -> Iterator[Replacement]:
        """The earlier verdicts of the same people that are replaced."""
        names = ("case_id", "entry_id", "decided_by")
        said = {
            tuple(row[name] for name in names): row["verdict"]
            for row in new.to_pylist()
        }
        for row in earlier.to_pylist():
            case, entry, person = key = tuple(row[name] for name in names)
            if key in said:
                yield Replacement(
                    file=self._answers.file,
                    case_id=case,
                    case_number=self._against.numbers.get(case),
                    entry_id=entry,
                    rule=None,
                    decided_by=person,
                    before=row["verdict"],
                    now=said[key],
                )

    def _replaced_otherwise(self, amended: Amended) -> Iterator[Replacement]:
        """The earlier answers about entries and findings that are replaced."""
        for answer in amended.replaced:
            yield Replacement(
                file=self._answers.file,
                case_id=None,
                case_number=None,
                entry_id=answer.entry_id,
                rule=answer.rule,
                decided_by=answer.decided_by,
                before=answer.before,
                now=answer.now,
            )

    def _with_place(self, problem: Problem) -> Problem:
        """A problem with its file, and the number of its case."""
        number = self._against.numbers.get(problem.case_id or "")
        return replace(problem, file=self._answers.file, case_number=number)


class _Refused(NamedTuple):
    """The numbers of the answers that are refused, each with a code."""

    verdicts: Mapping[int, str]
    marks: Mapping[int, str]
    amendments: Mapping[int, str]


def _number_answers(plain: pa.Table, settling: pa.Table, schema: pa.Schema) -> pa.Table:
    """Answers with their numbers, from 1; behind the plain ones those that settle disputes."""
    table = concat([plain, settling], plain.schema)
    size = table.num_rows
    columns: dict[str, Any] = {name: table.column(name) for name in table.column_names}
    columns["number"] = list(range(1, size + 1))
    columns["adjudicates"] = [place >= plain.num_rows for place in range(size)]
    return from_columns(columns, schema, size)


def _marks(acceptances: pa.Table) -> pa.Table:
    """Acceptances as answers, with their numbers, from 1."""
    rows = [
        row
        | {"number": number, "action": row["mark"], "decided_by": row["accepted_by"]}
        for number, row in enumerate(acceptances.to_pylist(), 1)
    ]
    return from_rows(rows, GIVEN_AMENDMENT)


def _without_refused(table: pa.Table, refused_numbers: Collection[int]) -> pa.Table:
    """The answers whose numbers were not refused."""
    return table.filter(_is_kept(table.column("number"), refused_numbers))


def _is_kept(numbers: pa.ChunkedArray, refused_numbers: Collection[int]) -> pa.Array:
    kept = [number not in refused_numbers for number in numbers.to_pylist()]
    return pa.array(kept, pa.bool_())


def _problems_of(
    new: pa.Table, codes: Mapping[int, str], rows: pa.Table
) -> Iterator[Problem]:
    """A problem at the row of each answer that was refused."""
    answers = {row["number"]: row for row in new.to_pylist()}
    places = rows.to_pylist()
    for number, code in codes.items():
        answer = answers[number]
        row = next((place for place in places if _is_row_of(place, answer)), None)
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
