"""What ingest may notice: each file has the rules of one step of reading."""

from __future__ import annotations

from voterlist.ingest.rules import columns, copies, places, reading, rows, streets
from voterlist.ingest.rules.places import PLACE_DOUBTS
from voterlist.ingest.rules.rows import LETTERS_LOST
from voterlist.model import Rule

__all__ = ["LETTERS_LOST", "PLACE_DOUBTS", "RULES"]

RULES: tuple[Rule, ...] = (
    *columns.RULES,
    *copies.RULES,
    *places.RULES,
    *reading.RULES,
    *rows.RULES,
    *streets.RULES,
)
