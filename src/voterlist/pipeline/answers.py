"""What people answered, out of the ledger."""

from __future__ import annotations

from voterlist.decisions import Given
from voterlist.decisions.follow import renamed
from voterlist.link.cases import case_id
from voterlist.pipeline.known import Known
from voterlist.storage.ledger import Reader

__all__ = ["answers_in", "answers_of_today"]


def answers_in(ledger: Reader) -> Given:
    """All answers in a ledger, under the ids that the entries had then."""
    return Given(
        verdicts=ledger.given_verdicts(),
        amendments=ledger.given_amendments(),
        acceptances=ledger.acceptances(),
        subjects=ledger.subjects(),
        case_entries=ledger.case_entries(),
    )


def answers_of_today(ledger: Reader, runs: Known) -> Given:
    """All answers in a ledger, under the ids that the entries have in the newest run."""
    moves = runs.table("followed").to_pylist()
    by_old = {row["old_entry_id"]: row["entry_id"] for row in moves}
    given = answers_in(ledger)
    return renamed(given, by_old, case_id) if by_old else given
