"""What people answered, out of the ledger."""

from __future__ import annotations

from collections.abc import Callable, Collection

import pyarrow as pa

from voterlist.decisions import (
    Given,
    Names,
    answered_ids,
    members_of,
    renamed,
    subjects_among,
)
from voterlist.findings import finding_ids
from voterlist.link.cases import case_id
from voterlist.pipeline.known import Known
from voterlist.schemas import SUBJECT
from voterlist.storage.ledger import Ledger, Reader
from voterlist.tables import concat, from_columns

_UNKNOWN = "{}"
"""The cells of an entry of which no run says anything."""


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
    names = Names(case_id, finding_ids)
    return renamed(answers_in(ledger), runs.table("followed"), names)


def keep_subjects(ledger: Ledger, runs: Callable[[], Known]) -> None:
    """Keep what the entries of all answers say, and which entries their cases have.

    What is kept already stays as it is: it is what was there when the first answer was given.

    Args:
        ledger: with the answers.
        runs: the runs on which people decided; asked for only where something is to be kept.
    """
    decided = set(ledger.given_verdicts().column("case_id").to_pylist())
    cases = decided - ledger.case_entries().keys()
    if cases:
        ledger.keep_case_entries(members_of(runs().table("cases"), cases))
    given = answers_in(ledger)
    ids = answered_ids(given) - set(given.subjects.column("entry_id").to_pylist())
    if ids:
        ledger.keep_subjects(_said(ids, runs().table("entries")))


def _said(ids: Collection[str], entries: pa.Table) -> pa.Table:
    """SUBJECT of these entries; one that no run has is noted too, so that it is asked for once."""
    subjects = subjects_among(entries, ids)
    rest = sorted(set(ids) - set(subjects.column("entry_id").to_pylist()))
    unknown = {"entry_id": rest, "cells": [_UNKNOWN] * len(rest)}
    return concat([subjects, from_columns(unknown, SUBJECT, len(rest))], SUBJECT)
