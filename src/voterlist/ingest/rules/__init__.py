"""What ingest may notice: each file has the rules of one step of reading."""

from __future__ import annotations

from voterlist.ingest.rules import columns, copies, places, reading, rows, streets
from voterlist.ingest.rules.places import PLACE_DOUBTS
from voterlist.model import Rule

__all__ = ["PLACE_DOUBTS", "RULES"]

RULES: tuple[Rule, ...] = (
    *columns.RULES,
    *copies.RULES,
    *places.RULES,
    *reading.RULES,
    *rows.RULES,
    *streets.RULES,
)
