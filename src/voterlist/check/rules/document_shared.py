"""Rule ``document-shared``: one document, two people."""

from __future__ import annotations

from functools import partial

from voterlist.check.shared import shared_by_two_people
from voterlist.model import Rule, Severity, Unit

RULE = Rule(
    "document-shared",
    Severity.ERROR,
    Unit.ENTRY,
    "a document is issued to one person",
    looks_at="As `fin-shared`, of the identity document.",
    false_alarms=(
        "Documents are re-issued: an old number given to somebody else is not known, but typing "
        "one digit wrong is."
    ),
)


find = partial(shared_by_two_people, rule=RULE, field="document")
"""Entries that share the document with another entry which seems to be somebody else."""
