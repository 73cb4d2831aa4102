"""What a return asks: a question to the precinct about each entry that it names."""

from __future__ import annotations

import pyarrow as pa

from voterlist.catalogue import Catalogue
from voterlist.custody import Manifest
from voterlist.model import Action
from voterlist.schemas import AMENDMENT
from voterlist.storage.ledger import Reader
from voterlist.tables import from_rows
from voterlist.usecases.returned_cases import Proposal, Returned, ReturnedCase


def questions_of(
    ledger: Reader, returned: Returned, manifest: Manifest, words: Catalogue
) -> pa.Table:
    """AMENDMENT that asks about each entry of a returned case, and each proposal.

    What was asked before in the same words is not asked again.
    """
    by = f"{manifest.sender.name} ({manifest.sender.slug})"
    asked = {
        (row["entry_id"], row["reason"])
        for row in ledger.given_amendments().to_pylist()
    }
    reasons: list[tuple[str, str | None, str]] = [
        (one.entry_id, None, _reason(case, words))
        for case in returned.cases
        for one in case.own
    ]
    reasons += [
        (
            one.entry_id,
            one.field,
            words("returned.proposal", action=_action(one, words)),
        )
        for one in returned.proposals
    ]
    rows = [
        {
            "entry_id": entry_id,
            "action": Action.ASK.value,
            "field": field,
            "ground": "to-be-checked",
            "reason": reason,
            "decided_by": by,
            "decided_at": manifest.day.isoformat(),
        }
        for entry_id, field, reason in dict.fromkeys(reasons)
        if (entry_id, reason) not in asked
    ]
    return from_rows(rows, AMENDMENT)


def _reason(case: ReturnedCase, words: Catalogue) -> str:
    """What is asked about an entry of a case: who else it may be, masked."""
    others = ", ".join(
        words(
            "returned.other",
            constituency=one.constituency or 0,
            precinct=one.precinct or 0,
            mark=one.fin or one.document or "-",
        )
        for one in case.others
    )
    return words("returned.case", number=case.number, others=others or "-")


def _action(proposal: Proposal, words: Catalogue) -> str:
    return words(f"answer.{proposal.action}")
