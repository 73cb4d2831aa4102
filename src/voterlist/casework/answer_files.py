"""Files of answers: a workbook or a page, read, and the runs that they are from."""

from __future__ import annotations

import datetime as dt
import hashlib
import math
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from voterlist.catalogue import LANGUAGES
from voterlist.config.sections import IngestSettings
from voterlist.decisions.effects import with_corrections
from voterlist.decisions.given import (
    Given,
    is_same_person,
    members_of,
    moment_of,
    name_as_kept,
    person_key,
)
from voterlist.decisions.standing import Standing
from voterlist.decisions.verdicts import REVIEW_ROW
from voterlist.desk import (
    REASONS,
    Decision,
    DecisionFile,
    read_decisions,
    seen_digests,
)
from voterlist.errors import InputError
from voterlist.model import Action, Problem, frozen
from voterlist.pipeline.known import Known
from voterlist.render import xlsx
from voterlist.render.xlsx import ANSWER_ROW, Answers
from voterlist.render.xlsx.forms import AS_PRINTED, CASE_ID, ENTRY_ID, plain
from voterlist.report.values import Words, written_names
from voterlist.strict_json import SavedFileError
from voterlist.tables import Row, from_rows, rows_among

PAGE_PROBLEMS = (
    "changed-since-seen",
    "other-constituency",
    "answered-since",
    "clock-ahead",
)
"""Why decisions of a page are refused, or doubted; ``review.problem.<code>``."""

_AHEAD = 600
"""A clock that is more seconds ahead is told."""
Made = dict[tuple[str, str], float]
"""(case, person) -> when it was decided on a page that is read in now."""
_Last = dict[str, dict[str, tuple[float, str]]]
"""case -> entry -> (when, what)."""
_BEGINS = b"{"
_BOM = b"\xef\xbb\xbf"
_MEGABYTE = 1_000_000
_MOST_PAGE_MEGABYTES = 50
"""Of a file of decisions, as at the desk: about 80,000. It is read by this process itself, and JSON
takes twenty times its size there."""


@frozen
class AnswerFile:
    """What one file says; ``page`` where it is a file of decisions."""

    answers: Answers
    page: DecisionFile | None = None

    def against(
        self,
        runs: Known,
        holding: Standing,
        given: Given,
        now: dt.datetime,
        *,
        by: str | None = None,
        made: Made,
    ) -> Answers:
        """What it says, with the problems that its decisions have; a workbook as it is.

        Args:
            runs: what the workspace knows.
            holding: what holds of all answers.
            given: all answers, under the ids of today.
            now: the moment, with its time zone.
            by: who decided, where the page names nobody.
            made: when the decisions of earlier files of this import were made: all of them are
                recorded with one moment. Those of this file are added.
        """
        page = self.page
        if page is None:
            return self.answers
        person = name_as_kept(page.name) or by or ""
        moments = [moment_of(decision.time) for decision in page.decisions]
        problems = list(self.answers.problems)
        if max(moments, default=-math.inf) > now.timestamp() + _AHEAD:
            # What was decided is recorded with the moment of the import.
            problems.append(Problem(0, "clock-ahead", "", file=self.answers.file))
        codes = list(_codes(page, runs, holding, _last_of(given, person, made)))
        for number, decision in enumerate(page.decisions, 1):
            code = codes[number - 1]
            if code is None:
                made[decision.case, person_key(person)] = moments[number - 1]
            else:
                where = number, code, "", decision.case
                problems.append(Problem(*where, file=self.answers.file))
        return replace(self.answers, problems=tuple(problems))


def read_answer_file(path: Path, limits: IngestSettings) -> AnswerFile:
    """A workbook or a file of decisions, told apart by the first character.

    Raises:
        InputError: it cannot be read, or is neither.
    """
    try:
        content = _content(path, limits)
        page = None if content is None else read_decisions(content)
    except SavedFileError as error:
        code = f"review-decisions-{error.code}"
        raise InputError(f"{path.name}: {code}", code=code, file=str(path)) from None
    if content is None or page is None:
        return AnswerFile(xlsx.read_answers(path, limits))
    digest = hashlib.sha256(content).hexdigest()
    said = [Said(decision, page.name, page.language) for decision in page.decisions]
    answers = answers_of_decisions(said, page.run, file=path.name, digest=digest)
    named = xlsx.answers_naming(
        [entry.model_dump() for entry in page.entries],
        page.run,
        page.name,
        file=path.name,
        first=len(said) + 1,
    )
    both = pa.concat_tables([answers.amendments, named])
    return AnswerFile(replace(answers, amendments=both), page)


def _content(path: Path, limits: IngestSettings) -> bytes | None:
    """The bytes of a file of decisions; None of what may be a workbook, or is not there.

    A blank file was cut off: no workbook is blank.

    Raises:
        SavedFileError: there are too many decisions in it.
    """
    try:
        if path.stat().st_size > limits.max_file_megabytes * _MEGABYTE:
            return None
        with path.open("rb") as stream:
            start = stream.read(64).removeprefix(_BOM).lstrip()
            is_page = start.startswith(_BEGINS) or path.suffix.lower() == ".json"
            if not is_page:
                return None
            stream.seek(0)
            content = stream.read(_MOST_PAGE_MEGABYTES * _MEGABYTE + 1)
    except OSError:
        return None
    if len(content) > _MOST_PAGE_MEGABYTES * _MEGABYTE:
        raise SavedFileError("too-large")
    return content


class Said(NamedTuple):
    """A decision of a page, or of the desk, with who made it and in which language."""

    decision: Decision
    name: str
    language: str


def answers_of_decisions(
    said: Iterable[Said], run: str, *, file: str = "", digest: str = ""
) -> Answers:
    """Decisions as the rows of a workbook; ``row`` counts them, from 1."""
    verdicts: list[Row] = []
    questions: list[Row] = []
    for number, (decision, name, language) in enumerate(said, 1):
        common = {
            "file": file,
            "sheet": "",
            "row": number,
            "case_id": decision.case,
            "reason": _reason(decision, language),
            "decided_by": name or None,
            "run_id": run,
            "adjudicates": decision.settles,
        }
        for entry, verdict in decision.verdicts():
            row = common | {"entry_id": entry}
            if verdict == Action.ASK:
                # A question asks the precinct, it settles nothing.
                asked = {"action": verdict, "due": decision.due, "adjudicates": False}
                questions.append(row | asked)
            else:
                verdicts.append(row | {"verdict": verdict})
    return Answers(
        decisions=from_rows(verdicts, REVIEW_ROW),
        amendments=from_rows(questions, ANSWER_ROW),
        runs=frozenset({run}),
        digest=digest,
        file=file,
    )


def _reason(decision: Decision, language: str) -> str | None:
    """The reason in words, and what the person adds."""
    words = Words(language if language in LANGUAGES else LANGUAGES[0])
    is_known = decision.reason in REASONS and decision.reason != REASONS[-1]
    said = [words(f"desk.reason.{decision.reason}")] if is_known else []
    # What cannot be printed stands in no workbook, and not in every ledger.
    note = "".join(
        " " if unicodedata.category(letter) == "Cc" else letter
        for letter in decision.note
    )
    return "; ".join([*said, *([note.strip()] if note.strip() else [])]) or None


def _codes(
    page: DecisionFile, runs: Known, holding: Standing, last: _Last
) -> Iterator[str | None]:
    """What is wrong with each decision of a page, held against the cases and answers of today.

    A case that is not there is told by the review.
    """
    wanted = {decision.case for decision in page.decisions}
    cases = rows_among(runs.table("cases"), "case_id", wanted)
    members = members_of(cases, wanted)
    entries = with_corrections(runs.table("entries"), holding.amendments)
    seen = seen_digests(members, entries)
    columns = (cases.column(name).to_pylist() for name in ("case_id", "constituency"))
    places = {*zip(*columns, strict=True)}
    for decision in page.decisions:
        # The same person may have answered otherwise after this was decided.
        said = last.get(decision.case, {})
        latest = max((moment for moment, _ in said.values()), default=-math.inf)
        verdicts = {entry: verdict for entry, (_, verdict) in said.items()}
        is_other = dict(decision.verdicts()) != verdicts
        if decision.verdict == "ask":
            # Who asks the precinct takes back what they had decided.
            is_other = {*verdicts.values()} != {Action.WITHDRAW.value}
        if decision.case not in members:
            yield None
        elif (
            page.constituency is not None
            and (decision.case, page.constituency) not in places
        ):
            yield "other-constituency"
        elif not decision.is_of(members[decision.case], seen[decision.case]):
            yield "changed-since-seen"
        else:
            is_older = moment_of(decision.time) < latest and is_other
            yield "answered-since" if is_older else None


def _last_of(given: Given, person: str, made: Made) -> _Last:
    """What a person last answered of each entry of each case, and when."""
    last: _Last = {}
    for row in given.verdicts.to_pylist():
        if is_same_person(row["decided_by"], person):
            recorded = moment_of(row["decided_at"])
            moment = made.get((row["case_id"], person_key(person)), recorded)
            said = last.setdefault(row["case_id"], {})
            said[row["entry_id"]] = (moment, row["verdict"])
    return last


ORIGIN_PROBLEMS = ("other-workspace", "other-cycle")
"""Why a row is refused for its run; ``review.problem.<code>`` and ``error.review-<code>``."""

Origins = dict[str | None, str]
"""Run -> why its rows are refused. None stands for a row that has lost its run."""


def origins_of(
    file: AnswerFile,
    path: Path,
    runs: Known,
    cycles: Mapping[str, str | None],
    cycle: str,
) -> Origins:
    """The runs of a file whose rows are refused, each with its code.

    Args:
        file: what it holds.
        path: where it is.
        runs: what the workspace knows.
        cycles: the runs that the workspace knows, each with its cycle.
        cycle: the cycle of the settings.

    Raises:
        InputError: no row is of this workspace and cycle, or its page is of a constituency that is
            not of this workspace.
    """
    answers, place = file.answers, file.page and file.page.constituency
    refused: Origins = {None: "other-workspace"}
    for run in answers.runs:
        if run not in cycles:
            refused[run] = "other-workspace"
        elif cycles[run] not in {None, cycle}:
            refused[run] = "other-cycle"
    if not answers.runs <= refused.keys():
        return refused
    lists = runs.table("lists").column("constituency").to_pylist()
    code = ""
    if place is not None and place not in lists:
        code = "other-constituency"
    elif answers.runs and not answers.sheets_without_run:
        codes = {refused[run] for run in answers.runs}
        code = next(code for code in ORIGIN_PROBLEMS if code in codes)
    if code:
        raise InputError(f"{path.name}: {code}", code=f"review-{code}", file=str(path))
    return refused


def of_other_people(answers: Answers, runs: Known) -> Iterator[Problem]:
    """The rows that lack the name of their entry and show that of another one.

    Only workbooks of earlier versions are looked at: others say themselves what was printed in a
    row. A name that was corrected since, or whose column somebody deleted, is no reason.
    """
    unsealed = [row for row in answers.typed if row.ids[AS_PRINTED] is None]
    if not unsealed:
        return
    entries = runs.table("entries")
    names = [plain(name) for name in written_names(entries).to_pylist()]
    name_of = dict(zip(entries.column("entry_id").to_pylist(), names, strict=True))
    of_all = set(names)
    for row in unsealed:
        case, entry = row.ids[CASE_ID], row.ids[ENTRY_ID]
        shown = {plain(text) for _, text in row.shown} & of_all
        if shown and name_of.get(entry, "") not in {"", *shown}:
            yield Problem(row.row, "row-exchanged", row.sheet, case, entry)


def of_elsewhere(answers: Answers, origins: Origins) -> Iterator[Problem]:
    """The rows filled in that are of another workspace or cycle."""
    for table in (answers.decisions, answers.amendments):
        for row in table.to_pylist():
            code, sheet = origins.get(row["run_id"]), row["sheet"]
            if code is not None and sheet not in answers.sheets_without_run:
                about = row["case_id"], row["entry_id"]
                yield Problem(row["row"], code, sheet, *about, file=answers.file)
