"""Decisions of one block, checked and recorded together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from voterlist.decisions import Amended, Given, standing
from voterlist.decisions.verdicts import Checked
from voterlist.desk import Decision, DecisionFile
from voterlist.model import Problem, Role
from voterlist.render.xlsx import Answers
from voterlist.schemas import RETURNED, empty
from voterlist.serve.case import Case
from voterlist.serve.clerk import Refusal
from voterlist.serve.door import Visitor
from voterlist.serve.work import Work
from voterlist.storage.ledger import OpenLedger
from voterlist.tables import concat
from voterlist.usecases.answer_files import answers_of_page
from voterlist.usecases.answered_rows import Originals
from voterlist.usecases.importing import Importer


@dataclass(slots=True)
class Request:
    """One decision that is to be recorded.

    Attributes:
        visitor: who decides.
        language: in which the reason is written.
        decision: what is decided, and what the person saw of the entries.
        knows: which answers the person saw; see ``Case.knows``.
        refusal: why it is not recorded; None where it is.
    """

    visitor: Visitor
    language: str
    decision: Decision
    knows: str
    refusal: Refusal | None = field(default=None)


class Refused(Refusal):
    """A decision that cannot hold; ``problem`` says why, in the words of the review."""

    def __init__(self, problem: Problem) -> None:
        super().__init__("not-recorded")
        self.problem = problem


def record(
    ledger: OpenLedger, work: Work, requests: Sequence[Request], moment: dt.datetime
) -> None:
    """Record decisions; of each that is not, ``refusal`` says why.

    Args:
        ledger: in a block.
        work: the cases as they stand.
        requests: the decisions, in the order in which they came.
        moment: when they are recorded.
    """
    taken: dict[str, Request] = {}
    for one in requests:
        one.refusal = one.refusal or _refusal(one, work, taken)
        if one.refusal is None:
            taken[one.decision.case] = one
    if not taken:
        return
    runs, given = work.around(taken)
    importer = _DeskImporter(
        ledger, runs, work.settings, None, moment, numbers=work.numbers()
    )
    importer.answered = given
    rows = list(taken.values())
    imported = importer.read(_answers(rows, work.run), ())
    for problem in imported.problems:
        request = _meant(problem, rows)
        request.refusal = Refused(problem)


def _refusal(one: Request, work: Work, taken: Mapping[str, Request]) -> Refusal | None:
    """Why a decision is refused before its verdicts are looked at; None where it is not."""
    role = one.visitor.role
    if role == Role.OPERATOR:
        return Refusal("not-yours", 403)
    if one.decision.settles and role != Role.CHAIR:
        return Refusal("only-chair", 403)
    case = work.case(one.decision.case)
    if case is None:
        return Refusal("case-gone")
    if one.decision.case in taken:
        other = taken[one.decision.case].visitor.name
        return Refusal("case-decided", by=other)
    if one.knows != case.knows:
        people = [answer.by for answer in case.desk.answers]
        return Refusal("case-decided", by=", ".join(people) or "—")
    return None if _is_as_seen(one.decision, case) else Refusal("case-changed")


def _is_as_seen(decision: Decision, case: Case) -> bool:
    """True where the entries of a case still say what the person saw."""
    entries = sorted(member.entry_id for member in case.desk.case.members)
    is_of_case = sorted(decision.entries) == entries and decision.names_its_own
    return is_of_case and decision.seen == case.desk.seen


def _answers(requests: Sequence[Request], run: str) -> Answers:
    """The decisions as the rows of a workbook; ``row`` is the place among them, from 1."""
    pages = [
        answers_of_page(_page(one, run), "", "", first=row)
        for row, one in enumerate(requests, 1)
    ]
    first = pages[0]
    decisions = [page.decisions for page in pages]
    amendments = [page.amendments for page in pages]
    return replace(
        first,
        decisions=concat(decisions, first.decisions.schema),
        amendments=concat(amendments, first.amendments.schema),
    )


def _page(one: Request, run: str) -> DecisionFile:
    """A decision as the file of a page that holds no other."""
    return DecisionFile.model_construct(
        run=run,
        name=one.visitor.name,
        language=one.language,
        decisions=[one.decision],
    )


def _meant(problem: Problem, requests: Sequence[Request]) -> Request:
    """The request that a problem is about."""
    if problem.row:
        return requests[problem.row - 1]
    for one in requests:
        if problem.case_id == one.decision.case or (
            problem.entry_id in one.decision.entries
        ):
            return one
    raise AssertionError(problem.code)


class _DeskImporter(Importer):
    """Checks answers against a few cases, and writes what was added alone."""

    answered: Given = Given()

    def given(self) -> Given:
        """The answers about what the cases hang together with."""
        return self.answered

    def _originals(self, _given: Given) -> Originals:
        """Nothing: no row of a page confirms what a workbook shows."""
        nothing = standing(Given())
        return Originals(nothing, Given(), empty(RETURNED))

    def record(self, checked: Checked, amended: Amended) -> None:
        """Write answers into the ledger; what entries say is kept later."""
        ledger: Any = self._ledger
        ledger.add_verdicts(checked.decisions)
        ledger.add_verdicts(checked.adjudications, adjudicates=True)
        for rows, adjudicates in (
            (amended.amendments, False),
            (amended.adjudications, True),
        ):
            if rows.num_rows:
                ledger.amend(rows, adjudicates=adjudicates)
