"""What people are asked out to a workbook, what they answered back into the ledger."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from voterlist import strict_json
from voterlist.casework.answer_files import (
    AnswerFile,
    Made,
    Origins,
    of_elsewhere,
    of_other_people,
    origins_of,
    read_answer_file,
)
from voterlist.casework.answered_rows import originals_of
from voterlist.casework.answering import (
    Asked,
    asked_by_entry,
    cases_returned,
    own_entries,
    record_from_above,
    said_to_above,
    split_from_above,
)
from voterlist.casework.at_door import told_at_door
from voterlist.casework.carrying import without_older, write_workbook
from voterlist.casework.importing import (
    Against,
    Bringer,
    ImportedFile,
    check_answers,
    record,
)
from voterlist.casework.pages import SecondReaders
from voterlist.casework.printed import Printed, with_named_entries
from voterlist.casework.returned_cases import ReturnedCase, as_asked
from voterlist.decisions.answers import Replaced
from voterlist.decisions.verdicts import REVIEW_ROW
from voterlist.errors import usage_error
from voterlist.model import Mark, Problem, frozen
from voterlist.normalize.stage import normalize
from voterlist.pipeline.known import answers_of_today, cycles_of_runs, known
from voterlist.pipeline.list_input import ListSource
from voterlist.pipeline.publish import REPORTS
from voterlist.quality.readings import what_holds
from voterlist.render.xlsx import ANSWER_ROW, Answers
from voterlist.report.asked import STAYS, AskedAs, Question, ReviewItems
from voterlist.report.to_review import contested_questions, pending_questions
from voterlist.report.values import Words
from voterlist.schemas import ENTRY
from voterlist.storage.ledger import Ledger
from voterlist.storage.workspace import open_to_change, open_to_read, settings_of
from voterlist.tables import Row, from_rows, rows_among

REVIEW_EVENT = "review"
"""The journal's word for decisions that were read in."""


@frozen
class Exported:
    """What was written for a person to decide."""

    path: Path
    run: str
    counts: Mapping[str, int]
    """How many cases, findings of each kind and others are asked: ``ReviewItems.counts``."""
    carried: int
    """Rows of the workbook that was there whose answers are in no ledger: they are in this one."""
    gone: int
    """Of these, the rows that are no longer asked."""
    old: Path | None
    """Where the workbook that was there stands now."""
    second_readings: int
    """Decided cases that wait for a second person; they stand in no other's workbook."""

    @property
    def cases(self) -> int:
        """How many cases are asked about."""
        return self.counts["cases"]

    @property
    def findings(self) -> int:
        """How many findings are asked about, those answered before too."""
        names = ("strikings", "corrections", "additions", "moves", "other")
        return sum(self.counts[name] for name in names)


@frozen
class Imported:
    """What was read back."""

    files: tuple[ImportedFile, ...]
    contested: tuple[Question, ...]
    """What of it is contested now: the answers of all people side by side."""
    pending: tuple[Question, ...]
    """What of it waits for a second person."""

    @property
    def recorded(self) -> int:
        """How many answers were recorded."""
        return sum(file.recorded for file in self.files)

    @property
    def replaced(self) -> tuple[Replaced, ...]:
        """The earlier answers of the same people that were replaced."""
        return tuple(answer for file in self.files for answer in file.replaced)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Why rows were refused, and of which sheets not all could be read."""
        return tuple(problem for file in self.files for problem in file.problems)

    @property
    def is_origin_known(self) -> bool:
        """False where a sheet does not say from which run it is."""
        return all(file.is_origin_known for file in self.files)

    def count(self, mark: Mark) -> int:
        """How many findings are newly marked so."""
        return sum(file.count(mark) for file in self.files)


def export_review(
    workspace: Path,
    out: Path | None = None,
    language: str | None = None,
    *,
    today: dt.date,
    reader: str | None = None,
    constituency: int | None = None,
) -> Exported:
    """Write what waits for a decision into a workbook.

    A workbook that is there already is not overwritten where somebody wrote answers into it that
    are not in the ledger: they are carried over, and it stays beside the new one.

    Args:
        workspace: its folder.
        out: the workbook; without it ``reports/review-<language>.xlsx``.
        language: its language; without it the first of the settings.
        today: the day that the workbook names.
        reader: whose work it is: what has no name beside it is this person's, and the decided
            cases that this person is to read a second time stand among the others, without the
            first decision. Without a name they are left out.
        constituency: whose cases and findings are asked; without it all.

    Raises:
        UsageError: it is no workspace, or has no complete run, or not this constituency.
        SettingsError: its settings have mistakes.
        InputError: what stands under the name cannot be read as a workbook.
        OSError: the workbook cannot be written.
    """
    language = language or settings_of(workspace).report.languages[0]
    source, readers, items = _gather_questions(
        workspace, reader, language, constituency
    )
    path = out or workspace / REPORTS / f"review-{language}.xlsx"
    carried, gone, old = write_workbook(
        path,
        replace(items, may_name=True),
        language,
        source=source,
        today=today,
        given=readers.given,
        name=reader or "",
    )
    return Exported(
        path=path,
        run=source.runs.run,
        counts=items.counts,
        carried=carried,
        gone=gone,
        old=old,
        second_readings=readers.waiting_cases,
    )


def _gather_questions(
    workspace: Path, reader: str | None, language: str, constituency: int | None = None
) -> tuple[ListSource, SecondReaders, ReviewItems]:
    """What is asked, with the answers at the door and the returned cases that are not answered."""
    words = Words(language)
    with open_to_read(workspace) as (settings, ledger):
        source = ListSource.of(workspace, ledger, settings)
        readers = SecondReaders(source.runs, ledger, settings, constituency)
        door = told_at_door(workspace, source, words)
    items = replace(readers.items_for(reader), door=door)
    asked = [case for case, said in cases_returned(workspace) if said is None]
    if asked:
        own = own_entries(workspace, asked, words)
        items = replace(items, questions=(*items.questions, *own))
    return source, readers, items


def asked_of(workspace: Path, reader: str, language: str) -> tuple[str, ReviewItems]:
    """(the newest run, what a person is asked), for the desk.

    Raises:
        UsageError: it is no workspace, or has no complete run.
        InputError: a table of a run is gone or damaged.
    """
    source, _, items = _gather_questions(workspace, reader, language)
    return source.runs.run, items


def import_review(
    workspace: Path,
    files: Sequence[Path],
    by: str | None = None,
    *,
    decided_at: dt.datetime,
    bringer: Bringer = Bringer(),  # noqa: B008  frozen
) -> Imported:
    """Read answers of workbooks and pages into the ledger; what is refused is named.

    The files are read in their order. What two people say in different ways is recorded of both,
    and is contested. All of it is recorded as one, or, where a file cannot be read, nothing.

    Args:
        workspace: its folder; held meanwhile.
        files: the workbooks, and files of decisions.
        by: who decided, where a row names nobody.
        decided_at: the moment; with its time zone.
        bringer: who brings the files.

    Raises:
        InputError: a file cannot be read, or is of another workspace or cycle.
        UsageError: it is no workspace, or has no complete run.
        SettingsError: its settings have mistakes.
        WorkspaceBusyError: a run holds the workspace.
    """
    limits = settings_of(workspace).ingest
    books = [(read_answer_file(path, limits), path) for path in files]
    return import_answers(workspace, books, by, decided_at=decided_at, bringer=bringer)


def answer_case(
    workspace: Path,
    number: int,
    said: Mapping[str, str | None],
    *,
    stands_as: str | None = None,
    decided_at: dt.datetime,
    bringer: Bringer,
) -> Imported:
    """Record an answer to a returned case as the workbook's answer about each of its own entries.

    The next package carries it up.

    Args:
        workspace: its folder; held meanwhile.
        number: the number by which the commission above calls the case.
        said: the ``action``: that the person ``STAYS``, or stands ``ELSEWHERE``; ``decided_by``,
            the ``reason``, the ``document`` that shows it, and ``constituency`` and ``precinct``,
            where it is not the other place of the case.
        stands_as: the entry of the person who stays, where none of the case is on a list; of a
            case that was answered so, whom the answer is about: that entry, or one of the case.
        decided_at: the moment; with its time zone.
        bringer: who brings the answer.

    Raises:
        UsageError: it is no workspace, or has no complete run; there is no such case; the entry is
            on no list, or the case has one that is; nothing of it is as of the case, and no
            document is named; where an entry was named, it is not said who stands elsewhere.
        WorkspaceBusyError: another command holds it.
    """
    cases = [case for case, _ in cases_returned(workspace) if case.number == number]
    if not cases:
        raise usage_error("answer-no-case", number=number)
    # Put back from a copy, the ledger above may have given the number of another case anew.
    case = cases[-1]
    if said["action"] != STAYS:
        case = _meant(case, stands_as)
    elif stands_as is not None:
        _require_other(workspace, case, stands_as, said["document"])
    rows = [
        {
            **said,
            "value": stands_as if said["action"] == STAYS else None,
            "file": "",
            "sheet": "",
            "row": row,
            "entry_id": entry.entry_id,
            "asked_as": AskedAs.FROM_ABOVE.value,
            "adjudicates": False,
        }
        for row, entry in enumerate(case.own, 1)
    ]
    answers = Answers(
        decisions=REVIEW_ROW.empty_table(),
        amendments=from_rows(rows, ANSWER_ROW),
        sheets_without_run=frozenset({""}),
    )
    book = AnswerFile(answers), workspace
    return import_answers(
        workspace, [book], decided_at=decided_at, bringer=bringer, number=number
    )


def _meant(case: ReturnedCase, entry_id: str | None) -> ReturnedCase:
    """The case about the entry that was named, or those of which it was asked.

    Raises:
        UsageError: the entry is none of either, or nothing tells which of them is meant.
    """
    if entry_id is None and not case.asked:
        return case
    meant = {
        own.entry_id: about for about in (as_asked(case), case) for own in about.own
    }
    if entry_id not in meant:
        raise usage_error("answer-whom", number=case.number, entries=", ".join(meant))
    return meant[entry_id]


def _require_other(
    workspace: Path, case: ReturnedCase, entry_id: str, document: str | None
) -> None:
    """Refuse an entry that is on no list, stands for one that is, or is nothing like it.

    Raises:
        UsageError: it is so, and no document shows who it is.
    """
    with open_to_read(workspace) as (settings, ledger):
        source = ListSource.of(workspace, ledger, settings)
        listed = Printed(source).entry(entry_id)
    # One that was named by mistake gives way to another.
    is_free = case.stands_as or all(own.is_gone for own in case.own)
    if listed is None or not is_free:
        raise usage_error("answer-entry", number=case.number)
    about = [own.came_as for own in as_asked(case).own]
    subjects = rows_among(source.answers.subjects, "entry_id", about).to_pylist()
    rows = [row | strict_json.loads(row["cells"]) for row in subjects]
    then = normalize(from_rows(rows, ENTRY), settings.workspace.profile).table
    if not document and not any(_is_like(row, listed) for row in then.to_pylist()):
        raise usage_error("answer-unlike", number=case.number, entry=entry_id)


_TELLING = (
    ("surname", "given_name"),
    ("birth_year", "birth_month", "birth_day"),
    ("fin",),
)
"""What entries of one person may have in common: columns of VOTER and of LISTED."""


def _is_like(then: Row, listed: Row) -> bool:
    """True where the name, the birth date or the FIN is the same."""
    return any(
        all(then[name] and then[name] == listed[name] for name in names)
        for names in _TELLING
    )


def import_answers(
    workspace: Path,
    books: Sequence[tuple[AnswerFile, Path]],
    by: str | None = None,
    *,
    decided_at: dt.datetime,
    bringer: Bringer,
    number: int | None = None,
) -> Imported:
    """Record what files say that were read; as of ``import_review``.

    Where it is what somebody says of the returned case of one number, they know who answered it
    otherwise.
    """
    since = decided_at.isoformat(" ", "minutes")
    with open_to_change(workspace, since) as (settings, ledger):
        runs = known(workspace, ledger)
        cycles = cycles_of_runs(workspace, ledger)
        source = ListSource.of(workspace, ledger, settings)
        books = [
            (AnswerFile(with_named_entries(file.answers, source), file.page), path)
            for file, path in books
        ]
        origins = [
            origins_of(file, path, runs, cycles, settings.workspace.cycle)
            for file, path in books
        ]
        said = {"decided_at": decided_at, "by": by, "turns_over": number is not None}
        against = Against.of(runs, ledger, settings, bringer=bringer, **said)
        made: Made = {}
        asked = asked_by_entry(workspace, ledger, number)
        imported = []
        for (file, _), refused in zip(books, origins, strict=True):
            checked = _checked_file(file, refused, against, made, asked)
            record(ledger, runs, checked)
            record_from_above(ledger, runs, asked, checked, decided_at.date())
            _write_journal(ledger, checked, runs.run, decided_at.date(), bringer.name)
            imported.append(checked)
            # The next file is held against what this one says.
            against = replace(against, given=answers_of_today(ledger, runs))
        holding = what_holds(against.given, settings)
    # The cases and entries of which the files say anything.
    names = ("entry_id", "finding_id")
    touched: set[str | None] = set()
    for file, _ in books:
        rows = file.answers.amendments
        touched.update(
            file.answers.decisions.column("case_id").to_pylist(),
            *(rows.column(name).to_pylist() for name in names),
        )
    touched -= {None}
    disputes = _about(holding.contested, touched, "case_id", *names)
    contested = []
    for question in contested_questions(disputes):
        case = question.case_id if question.asked_as is AskedAs.CONTESTED_CASE else None
        number = against.numbers.get(case or "")
        contested.append(replace(question, case_id=case, case_number=number))
    waiting = _about(holding.pending, touched, *names)
    pending = [
        replace(question, case_id=None) for question in pending_questions(waiting)
    ]
    return Imported(tuple(imported), tuple(contested), tuple(pending))


def _about(table: pa.Table, touched: set[str | None], *names: str) -> list[Row]:
    """The rows that name one of these cases, entries or findings."""
    rows = table.to_pylist()
    return [row for row in rows if not touched.isdisjoint(row[name] for name in names)]


def _checked_file(
    file: AnswerFile,
    refused: Origins,
    against: Against,
    made: Made,
    asked: Asked,
) -> ImportedFile:
    """What of a file is to be recorded.

    Args:
        file: what it says.
        refused: the runs whose rows are refused.
        against: the answers so far; those that a row may confirm are found here.
        made: when decisions of a page were made; those of this file are added.
        asked: the cases that the commission above returned.
    """
    runs, given = against.runs, against.given
    holding = what_holds(given, against.settings)
    answers = file.against(
        runs, holding, given, against.decided_at, by=against.by, made=made
    )
    counted = answers.decisions.num_rows + answers.amendments.num_rows
    answers, older = without_older(answers, given, against.by)
    unread = (
        *answers.problems,
        *older,
        *of_elsewhere(answers, refused),
        *of_other_people(answers, runs),
    )
    answers = replace(answers, problems=unread)
    answers, said = split_from_above(answers, asked, against)
    originals = originals_of(holding, given, runs.table("returned"))
    against = replace(against, originals=originals)
    checked = check_answers(answers, against)
    return replace(checked, told_above=said_to_above(said, checked), answers=counted)


def _write_journal(
    ledger: Ledger, file: ImportedFile, run: str, day: dt.date, bringer: str
) -> None:
    """A line in the journal about a file that was read in, and who brought it."""
    ledger.write_journal(
        day,
        REVIEW_EVENT,
        run=run,
        workbook=file.digest,
        recorded=file.verdicts.num_rows + file.amendments.num_rows,
        replaced=len(file.replaced),
        refused=len(file.problems),
        accepted=file.count(Mark.ACCEPT),
        asked_again=file.count(Mark.ASK),
        by=bringer,
    )
