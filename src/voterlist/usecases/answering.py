"""Answering a case that the commission above returned."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from voterlist.decisions import standing
from voterlist.errors import UsageError
from voterlist.model import Action
from voterlist.pipeline.answers import answers_in
from voterlist.schemas import AMENDMENT
from voterlist.storage import ledger as ledgers
from voterlist.storage import lock
from voterlist.storage.ledger import Ledger, Reader
from voterlist.tables import from_columns
from voterlist.usecases.returned_cases import (
    ANSWERED,
    Answer,
    Owed,
    ReturnedCase,
    answers_in_journal,
    newest_return,
    owed,
)
from voterlist.usecases.settings import settings_of

_Said = Mapping[str, Any]
"""Fields of AMENDMENT: what is answered, by whom and when."""
_WITHDRAW = "withdraw"
_MOVED = "moved-away"


def cases_returned(
    workspace: Path,
) -> tuple[tuple[ReturnedCase, Answer | None], ...]:
    """The cases of the newest return, each with the answer to it, if there is one.

    Raises:
        UsageError: it is no workspace.
    """
    settings = settings_of(workspace)
    with ledgers.reading(ledgers.place_in(workspace, settings)) as ledger:
        returned = newest_return(workspace, ledger)
        answers = answers_in_journal(ledger)
    cases = returned.cases if returned is not None else ()
    return tuple((case, answers.get(case.case_id)) for case in cases)


def owed_answers(workspace: Path) -> tuple[Owed, ...]:
    """The cases that were returned, and to which a constituency owes an answer.

    Raises:
        UsageError: it is no workspace.
    """
    settings = settings_of(workspace)
    with ledgers.reading(ledgers.place_in(workspace, settings)) as ledger:
        return owed(workspace, ledger)


def answer_case(
    workspace: Path,
    number: int,
    *,
    stays: bool,
    by: str,
    reason: str = "",
    document: str = "",
    today: dt.date,
    since: str,
) -> ReturnedCase:
    """Record an answer to a returned case; the next package carries it up.

    Where the person stands elsewhere, the own entries of the case are struck off, on the ground
    that they moved to the precinct of the other entry.

    Args:
        workspace: its folder; held meanwhile.
        number: the number by which the commission above calls the case.
        stays: True where the person stands rightly here; False where they stand elsewhere.
        by: who answers.
        reason: why, in words; may be empty.
        document: what shows it; needed where the person stands elsewhere.
        today: the day of the answer.
        since: told to another command that finds the workspace held.

    Raises:
        UsageError: it is no workspace; there is no such case; a document is missing, or it is not
            known where the person stands.
        WorkspaceBusyError: another command holds it.
    """
    settings = settings_of(workspace)
    place = ledgers.place_in(workspace, settings)
    with lock.hold(workspace, since=since), Ledger(place) as ledger:
        returned = newest_return(workspace, ledger)
        cases = returned.cases if returned is not None else ()
        case = next((one for one in cases if one.number == number), None)
        if case is None:
            places = {"number": str(number)}
            raise UsageError("no case", code="answer-no-case", places=places)
        said = {
            "reason": reason or None,
            "decided_by": by,
            "decided_at": today.isoformat(),
        }
        if stays:
            ledger.amend(_questions_closed(ledger, case, said), adjudicates=True)
        else:
            ledger.amend(_strikings(case, document.strip(), said))
        ledger.write_journal(
            today,
            ANSWERED,
            case_id=case.case_id,
            number=case.number,
            answer="keep" if stays else "give-up",
            by=by,
        )
    return case


def _questions_closed(ledger: Reader, case: ReturnedCase, said: _Said) -> pa.Table:
    """AMENDMENT that takes back the questions about the own entries that still hold."""
    holding = standing(answers_in(ledger)).amendments.to_pylist()
    asked = {row["entry_id"] for row in holding if row["action"] == Action.ASK}
    ids = [one.entry_id for one in case.own if one.entry_id in asked]
    return _rows(ids, {**said, "action": _WITHDRAW})


def _strikings(case: ReturnedCase, document: str, said: _Said) -> pa.Table:
    """AMENDMENT that strikes off the own entries, for the person stands elsewhere.

    Raises:
        UsageError: no document is named, or the other entry has no place.
    """
    places = {
        (one.constituency, one.precinct)
        for one in case.others
        if one.constituency is not None and one.precinct is not None
    }
    if not document:
        raise UsageError("no document", code="answer-no-document")
    if len(places) != 1:
        raise UsageError("no place", code="answer-no-place")
    ((constituency, precinct),) = places
    row = {
        **said,
        "action": Action.STRIKE.value,
        "ground": _MOVED,
        "document": document,
        "constituency": constituency,
        "precinct": precinct,
    }
    return _rows([one.entry_id for one in case.own], row)


def _rows(ids: list[str], row: _Said) -> pa.Table:
    """AMENDMENT: the same answer to each of these entries."""
    columns = {name: [row.get(name)] * len(ids) for name in AMENDMENT.names}
    return from_columns({**columns, "entry_id": ids}, AMENDMENT, len(ids))
