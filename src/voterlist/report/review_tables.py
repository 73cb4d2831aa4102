"""The tables of a run that a person's decisions are asked from."""

from __future__ import annotations

from dataclasses import dataclass, field

import pyarrow as pa

from voterlist.schemas import COINCIDENCE, empty

__all__ = ["ReviewTables"]


@dataclass(frozen=True, slots=True)
class ReviewTables:
    """The tables of a run that a workbook or a page for deciding is made of.

    Attributes:
        cases: CASE.
        entries: ENTRY.
        voters: VOTER.
        pairs: PAIR.
        waterfalls: WATERFALL.
        findings: FINDING.
        accepted: ACCEPTED.
        registers: ENTRY: the rows of registers that findings name.
        numbers: ``case_id`` and ``number`` of every case.
        returned: RETURNED: the answers whose entries changed.
        doubted: the cases of which the second opinion differs from the model: asked first.
        coincidences: COINCIDENCE: what chance alone would give.
    """

    cases: pa.Table
    entries: pa.Table
    voters: pa.Table
    pairs: pa.Table
    waterfalls: pa.Table
    findings: pa.Table
    accepted: pa.Table
    registers: pa.Table
    numbers: pa.Table
    returned: pa.Table
    doubted: frozenset[str] = frozenset()
    coincidences: pa.Table = field(default_factory=lambda: empty(COINCIDENCE))
