"""One file of answers, checked against everything that was decided so far, and recorded."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from voterlist.casework.answered_rows import Originals, Rows
from voterlist.casework.noticed import before_term, days_to_object
from voterlist.casework.pages import numbers_of
from voterlist.casework.sampling import with_drawn
from voterlist.config.sections import Settings, own_territory
from voterlist.deadlines import is_frozen, last_days
from voterlist.decisions.answers import (
    Amended,
    AmendmentContext,
    Replaced,
    acts_after_freeze,
)
from voterlist.decisions.checks import check_amendments, precincts_known
from voterlist.decisions.given import (
    Given,
    is_same_person,
    members_of,
    name_as_kept,
    person_key,
)
from voterlist.decisions.listed import added_before
from voterlist.decisions.standing import last_answers
from voterlist.decisions.trial import UNDOES_EARLIER, all_answers, find_refused
from voterlist.decisions.verdicts import check_decisions, verdict_key
from voterlist.findings import finding_ids
from voterlist.model import (
    Action,
    JournalLine,
    ListKind,
    Mark,
    Problem,
    Role,
    Verdict,
    frozen,
)
from voterlist.normalize.corrections import read_correction, read_day
from voterlist.pipeline.known import Known, answers_of_today, keep_subjects
from voterlist.quality.readings import what_holds
from voterlist.render.xlsx import Answers
from voterlist.schemas import (
    AMENDMENT,
    DECISION,
    ENTRY,
    FINDING,
    GIVEN_AMENDMENT,
    GIVEN_VERDICT,
)
from voterlist.storage.ledger import Ledger, Reader
from voterlist.tables import (
    ReadRow,
    Row,
    concat,
    from_columns,
    from_rows,
    rows_among,
    with_column,
)

NOTICE_RUNS = "notice-runs"
"""Why a striking is refused while the voter may still object; ``review.problem.<code>``."""
FROZEN = "list-frozen"
"""Why an answer is refused that changes a frozen list without a decision of its own kind."""


@frozen
class Bringer:
    """Who brings a file of answers.

    Attributes:
        name: of whoever is logged in, or whose account it is; a dash: it is not known.
        role: at the desk that is served; None: the file is read in beside it.
    """

    name: str = "—"
    role: Role | None = None


@frozen
class ImportedFile:
    """What was read back from one file."""

    file: str
    verdicts: pa.Table
    """GIVEN_VERDICT: the answers about entries of cases that are recorded, numbered from 1."""
    amendments: pa.Table
    """GIVEN_AMENDMENT: those about findings and entries, likewise."""
    acceptances: pa.Table
    """ACCEPTANCE: those about findings that are as they should be, or are asked again."""
    replaced: tuple[Replaced, ...]
    problems: tuple[Problem, ...]
    """Why rows were refused, and of which sheets not all could be read."""
    digest: str
    """The SHA-256 of the file."""
    is_origin_known: bool
    """False where a sheet does not say from which run it is."""
    answers: int
    """How many answers stand in it, those that were recorded before too."""
    subjects: pa.Table
    """SUBJECT: what the rows of registers say from which people are added."""
    drawn: Mapping[str, Sequence[str]]
    """The entries of pairs that are decided and no case of the run."""
    before_term: int
    """Strikings that were recorded while the voter may still object to a notice."""
    told_above: Sequence[ReadRow] = ()
    """The rows that answer the commission above, and change nothing of the list."""

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
        turns_over: who answers a returned case knows that somebody else answered it otherwise.
    """

    runs: Known
    given: Given
    settings: Settings
    numbers: Mapping[str, int]
    decided_at: dt.datetime
    by: str | None = None
    bringer: Bringer | None = None
    originals: Originals = field(default_factory=dict)
    people: pa.Table = field(default_factory=ENTRY.empty_table)
    journal: Sequence[JournalLine] = ()
    turns_over: bool = False

    @classmethod
    def of(
        cls,
        runs: Known,
        ledger: Reader,
        settings: Settings,
        *,
        bringer: Bringer,
        **said: Any,
    ) -> Against:
        """All that a workspace knows, with what else is said.

        Where nobody may log in, files are all that there is, and are taken of whoever brings them.
        """
        return cls(
            runs=runs,
            given=answers_of_today(ledger, runs),
            settings=settings,
            numbers=numbers_of(runs, runs.table("cases"), ledger),
            bringer=bringer if bringer.role or ledger.users() else None,
            journal=ledger.journal(),
            **said,
        )


def check_answers(answers: Answers, against: Against) -> ImportedFile:
    """What of the answers of a file is to be recorded; nothing is written.

    Args:
        answers: what the file says, and which rows and sheets were refused before.
        against: what they are held against.
    """
    return _Check(answers, against).check()


def frozen_lists(settings: Settings, day: dt.date) -> set[ListKind]:
    """The kinds of lists that are frozen on a day."""
    last = last_days(settings.calendar, settings.workspace.cycle)
    return {kind for kind in last if is_frozen(last[kind], day)}


def record(ledger: Ledger, runs: Known, file: ImportedFile) -> None:
    """Write the answers of a file into the ledger, and what the entries say that they are about."""
    for verdicts, is_settling in in_parts(file.verdicts, DECISION):
        ledger.decide(verdicts, adjudicates=is_settling)
    for amendments, is_settling in in_parts(file.amendments, AMENDMENT):
        ledger.amend(amendments, adjudicates=is_settling)
    ledger.accept(file.acceptances)
    if file.drawn:
        ledger.keep_case_entries(file.drawn)
    keep_subjects(ledger, lambda: runs)
    ledger.keep_subjects(file.subjects)


def in_parts(answers: pa.Table, schema: pa.Schema) -> Iterator[tuple[pa.Table, bool]]:
    """The plain answers as the ledger takes them, then those that settle disputes."""
    for is_settling in (False, True):
        is_of_part = pc.equal(answers.column("adjudicates"), is_settling)
        yield answers.filter(is_of_part).select(schema.names), is_settling


class _Check:
    """The answers of one file, held against all others."""

    def __init__(self, answers: Answers, against: Against) -> None:
        self._against = against
        self._runs, self._given = against.runs, against.given
        # What nobody sees in a name is no part of it.
        self._answers = replace(
            answers,
            decisions=_with_names_kept(answers.decisions),
            amendments=_with_names_kept(answers.amendments),
        )
        self._by = name_as_kept(against.by)
        self._unread = answers.problems
        self._rows = Rows(self._answers, self._given, self._by, against.originals)
        self._cases = with_drawn(
            self._runs.table("cases"), self._runs, self._given, self._rows.verdicts
        )

    def check(self) -> ImportedFile:
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
        # Acceptances as answers, with their numbers, from 1.
        rows_of_marks = [
            row
            | {
                "number": number,
                "action": row["mark"],
                "decided_by": row["accepted_by"],
            }
            for number, row in enumerate(amended.acceptances.to_pylist(), 1)
        ]
        marks = from_rows(rows_of_marks, GIVEN_AMENDMENT)
        of_verdicts, of_marks, of_amendments = self._refusals(new, marks)
        problems = [*self._unread, *rows.problems, *checked.problems]
        problems += _with_others(amended.problems, self._given)
        problems += _problems_of(new.verdicts, of_verdicts, rows.verdicts)
        problems += _problems_of(marks, of_marks, rows.amendments)
        problems += _problems_of(new.amendments, of_amendments, rows.amendments)
        verdicts = new.verdicts.filter(_is_kept(new.verdicts, of_verdicts))
        amendments = new.amendments.filter(_is_kept(new.amendments, of_amendments))
        notices = days_to_object(self._against.journal)
        numbers = self._against.numbers
        return ImportedFile(
            file=answers.file,
            verdicts=verdicts,
            amendments=amendments,
            before_term=len(before_term(amendments.to_pylist(), notices)),
            acceptances=amended.acceptances.filter(_is_kept(marks, of_marks)),
            replaced=(
                *self._replaced_verdicts(checked.replaced, verdicts),
                *(replace(verdict, file=answers.file) for verdict in amended.replaced),
            ),
            problems=tuple(
                replace(
                    problem,
                    file=answers.file,
                    case_number=numbers.get(problem.case_id or ""),
                    who=problem.who or self._decided_before(problem, new),
                )
                for problem in problems
            ),
            digest=answers.digest,
            is_origin_known=not answers.sheets_without_run,
            answers=answers.decisions.num_rows + answers.amendments.num_rows,
            subjects=amended.subjects,
            drawn=self._entries_drawn(verdicts),
        )

    def _decided_before(self, problem: Problem, new: Given) -> str | None:
        """The other cases, and who decided them, to which a refused answer is contrary."""
        if problem.code not in {"kept-elsewhere", UNDOES_EARLIER}:
            return None
        of_case = rows_among(new.verdicts, "case_id", [problem.case_id])
        about = {problem.entry_id, *of_case.column("entry_id").to_pylist()}
        people = set()
        rows: list[Row] = []
        for said in (all_answers(self._given, new).verdicts, self._given.amendments):
            rows += rows_among(said, "entry_id", about).to_pylist()
        for row in rows:
            case, person = row["case_id"], row["decided_by"]
            number = self._against.numbers.get(case or "")
            if case is None or case != problem.case_id:
                people.add(f"№ {number} {person}" if number else person)
        return "; ".join(sorted(people)) or "—"

    def _check_findings(self) -> Amended:
        """The answers about findings and entries, checked."""
        rows, table = self._rows, self._runs.table
        if not rows.amendments.num_rows:
            return Amended()
        # A finding that was answered is not raised again, and may be answered otherwise.
        accepted = table("accepted").select(FINDING.names)
        findings = concat([table("findings"), accepted], FINDING)
        # Of people who were added the newest run may know nothing yet.
        kept = added_before(self._given).items()
        added = [
            from_rows([{**cells, "entry_id": row} for row, cells in kept], ENTRY),
            table("register_rows"),
            table("additions"),
            self._against.people,
        ]
        territory = own_territory(self._against.settings)
        context = AmendmentContext(
            findings=findings,
            finding_ids=finding_ids(findings),
            entries=table("entries"),
            registers=concat(added, ENTRY),
            voters=table("voters"),
            cases=self._cases,
            precincts=precincts_known(territory or {}, table("lists")),
            is_of_precinct=territory is None,
            read_value=read_correction,
            read_day=read_day,
            matches=table("matches"),
        )
        return check_amendments(
            rows.amendments,
            context,
            self._given,
            decided_at=self._against.decided_at,
            decided_by=self._by,
            refused=(*self._unread, *rows.problems),
        )

    def _entries_drawn(self, verdicts: pa.Table) -> Mapping[str, Sequence[str]]:
        """The entries of the decided cases that are none of the run."""
        plain = verdicts.filter(pc.invert(verdicts.column("adjudicates")))
        decided = {*plain.column("case_id").to_pylist()}
        known = self._runs.table("cases").column("case_id")
        drawn = decided.difference(known.to_pylist()) if decided else decided
        return members_of(self._cases, drawn)

    def _refusals(
        self, new: Given, marks: pa.Table
    ) -> tuple[Mapping[int, str], Mapping[int, str], Mapping[int, str]]:
        """The numbers of verdicts, marks and amendments that are refused, each with a code.

        They would do nothing, make a person vanish, or are those of others.
        """
        given, table = self._given, self._runs.table
        of_cases: dict[int, str] = {}
        others: dict[int, str] = {}
        entries, matches = table("entries"), table("matches")
        territory = None if own_territory(self._against.settings) is None else ()
        for code, row in find_refused(
            entries, self._cases, given, new, matches, territory=territory
        ):
            (of_cases if "verdict" in row else others)[row["number"]] = code
        let_through = self._let_through(new)
        return (
            of_cases
            | self._needing_session(new.verdicts, given.verdicts, "case_id")
            | self._frozen_cases(new.verdicts)
            | _about(new.verdicts, "case_id", let_through),
            self._needing_session(marks, given.amendments, "finding_id")
            | _about(marks, "entry_id", let_through),
            others
            | self._needing_session(new.amendments, given.amendments, "entry_id")
            | self._before_term(new.amendments)
            | self._frozen(new.amendments)
            | _about(new.amendments, "entry_id", let_through),
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

    def _let_through(self, new: Given) -> set[str]:
        """The cases and entries by which a frozen list would change once these are recorded.

        Who takes an answer back may let hold what it contradicted.
        """
        if not frozen_lists(self._against.settings, self._against.decided_at.date()):
            return set()
        before, after = (
            self._changes_of_frozen(given)
            for given in (self._given, all_answers(self._given, new))
        )
        return {about for about, *_ in after - before}

    def _changes_of_frozen(self, given: Given) -> set[tuple[str, ...]]:
        """(case or entry, what holds of it) that changes a frozen list, on no ground that may."""
        holding = what_holds(given, self._against.settings)
        verdicts = self._of_frozen_lists(holding.decisions)
        amendments = self._of_frozen_lists(holding.amendments)
        return {
            (row["case_id"], row["entry_id"])
            for row in verdicts
            if row["verdict"] == Verdict.REPEAT
        } | {
            (row["entry_id"], row["action"], row["field"] or "")
            for row in amendments
            if row["action"] != Action.ASK and not acts_after_freeze(row["ground"])
        }

    def _of_frozen_lists(self, new: pa.Table) -> list[Row]:
        """The new answers about entries of lists that are frozen on the day of the import.

        Somebody who is added comes onto a permanent list.
        """
        day = self._against.decided_at.date()
        frozen = frozen_lists(self._against.settings, day)
        if not frozen or not new.num_rows:
            return []
        ids = new.column("entry_id").to_pylist()
        named = rows_among(self._runs.table("entries"), "entry_id", ids)
        columns = (named.column(name).to_pylist() for name in ("entry_id", "list_kind"))
        kinds = dict(zip(*columns, strict=True))
        permanent = ListKind.PERMANENT.value
        rows: list[Row] = new.to_pylist()
        return [row for row in rows if kinds.get(row["entry_id"], permanent) in frozen]

    def _before_term(self, new: pa.Table) -> dict[int, str]:
        """The strikings, by number, that are refused while the voter may still object."""
        if self._against.settings.decisions.before_notice_ends != "refused":
            return {}
        numbers = new.column("number").to_pylist()
        early = before_term(new.to_pylist(), days_to_object(self._against.journal))
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
    ) -> Iterator[Replaced]:
        """The earlier verdicts of the same people that are replaced, by their names of today."""
        said = {verdict_key(row): row for row in new.to_pylist()}
        for row in earlier.to_pylist():
            if now := said.get(verdict_key(row)):
                case = row["case_id"]
                yield Replaced(
                    file=self._answers.file,
                    entry_id=row["entry_id"],
                    decided_by=now["decided_by"],
                    before=row["verdict"],
                    now=now["verdict"],
                    case_id=case,
                    case_number=self._against.numbers.get(case),
                )


def _with_names_kept(rows: pa.Table) -> pa.Table:
    """The rows, with the names of those who decided as they are kept."""
    names = map(name_as_kept, rows.column("decided_by").to_pylist())
    return with_column(rows, "decided_by", pa.array(names, pa.string()))


def _about(new: pa.Table, name: str, subjects: Collection[str]) -> dict[int, str]:
    """The answers, by number, about these cases or entries, which a frozen list does not take."""
    return {row["number"]: FROZEN for row in new.to_pylist() if row[name] in subjects}


def _number_answers(plain: pa.Table, settling: pa.Table, schema: pa.Schema) -> pa.Table:
    """Answers with their numbers, from 1; behind the plain ones those that settle disputes."""
    table = concat([plain, settling], plain.schema)
    size = table.num_rows
    columns: dict[str, Any] = {name: table.column(name) for name in table.column_names}
    columns["number"] = list(range(1, size + 1))
    columns["adjudicates"] = [place >= plain.num_rows for place in range(size)]
    return from_columns(columns, schema, size)


def _is_kept(table: pa.Table, refused_numbers: Collection[int]) -> pa.Array:
    """True for the answers whose numbers were not refused."""
    numbers = table.column("number").to_pylist()
    return pa.array([number not in refused_numbers for number in numbers], pa.bool_())


def _problems_of(
    new: pa.Table, codes: Mapping[int, str], rows: pa.Table
) -> Iterator[Problem]:
    """A problem at the row of each answer that was refused."""
    answers = {row["number"]: row for row in new.to_pylist()}
    places = rows.to_pylist()
    for number, code in codes.items():
        answer = answers[number]
        of_it = (place for place in places if _is_row_of(place, answer))
        row: Row = next(of_it, {"row": 0, "sheet": ""})
        about = answer["case_id"], answer["entry_id"]
        yield Problem(row["row"], code, row["sheet"], *about, rule=answer.get("rule"))


def _is_row_of(row: Row, answer: Row) -> bool:
    """True where an answer was made of this row."""
    names = ["action", "entry_id" if row.get("finding_id") is None else "finding_id"]
    if "verdict" in answer:
        names = ["case_id", "entry_id", "verdict"]
    is_by = row["decided_by"] in {None, answer["decided_by"]}
    return is_by and all(row[name] == answer[name] for name in names)


def _with_others(problems: Iterable[Problem], given: Given) -> Iterator[Problem]:
    """The problems; where somebody else alone may take an answer back, with who that is."""
    said = last_answers(given)
    for problem in problems:
        answers = said.get(problem.entry_id or "", {}).values()
        who = ", ".join(sorted({row["decided_by"] for row in answers})) or None
        if problem.code == "nothing-to-withdraw" and who:
            yield replace(problem, code="withdraw-of-another", who=who)
        else:
            is_own = problem.code == "own-dispute"
            yield replace(problem, who=who) if is_own else problem
