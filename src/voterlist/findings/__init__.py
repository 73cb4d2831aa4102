"""Findings of all stages: how one is made, ordered, switched off, graded and accepted.

A stage declares its rules in ``rules.toml``, or a few beside their code. It makes findings with
``make`` (columns) or ``row`` and ``of_rows`` (one at a time), and returns them as ``gather`` puts
them together. ``settle`` takes the findings of a whole run and leaves out what a person accepted.
``finding_ids`` names a finding, so that an answer of a person finds it again.
"""

from __future__ import annotations

from voterlist.findings.accepted import FINDINGS_ACCEPTED, Settled, settle
from voterlist.findings.make import (
    ENTRY_PLACE,
    FINDING_ORDER,
    PRECINCT_PLACE,
    declared_rules,
    finding_ids,
    gather,
    is_on,
    make,
    of_rows,
    row,
    take_columns,
)

__all__ = [
    "ENTRY_PLACE",
    "FINDINGS_ACCEPTED",
    "FINDING_ORDER",
    "PRECINCT_PLACE",
    "Settled",
    "declared_rules",
    "finding_ids",
    "gather",
    "is_on",
    "make",
    "of_rows",
    "row",
    "settle",
    "take_columns",
]
