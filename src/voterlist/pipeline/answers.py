"""What people answered, out of the ledger."""

from __future__ import annotations

from voterlist.decisions import Given
from voterlist.storage.ledger import Reader

__all__ = ["answers_in"]


def answers_in(ledger: Reader) -> Given:
    """All answers in a ledger, under the ids that the entries had then."""
    return Given(
        verdicts=ledger.given_verdicts(),
        amendments=ledger.given_amendments(),
        acceptances=ledger.acceptances(),
        subjects=ledger.subjects(),
        case_entries=ledger.case_entries(),
    )
