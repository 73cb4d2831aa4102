"""Decisions of people about cases, and what they change in the list."""

from __future__ import annotations

from voterlist.schemas.columns import ENTRY_ID, TEXT, WORD, Column, Table

__all__ = ["CHANGE", "DECISION", "TABLES"]

_CASE_ID = Column("case_id", TEXT, "The id of the case.", known=True)
_VERDICT = Column("verdict", WORD, "`keep`, `repeat` or `separate`.", known=True)
_REASON = Column("reason", TEXT, "Why it was decided so.")
_BY = Column("decided_by", TEXT, "Who decided.", known=True)
_AT = Column("decided_at", TEXT, "When, in ISO 8601.", known=True)

_DECISION = Table(
    "DECISION",
    "What a person decided about one entry of a case.",
    (_CASE_ID, ENTRY_ID, _VERDICT, _REASON, _BY, _AT),
)
DECISION = _DECISION.schema

_CHANGE = Table(
    "CHANGE",
    "The change log of a corrected list: a decision marks an entry, nothing is deleted.",
    (
        ENTRY_ID,
        _CASE_ID,
        _VERDICT,
        Column("kept_entry_id", TEXT, "The entry that is kept in place of a repeat."),
        _REASON,
        _BY,
        _AT,
    ),
)
CHANGE = _CHANGE.schema

TABLES = (_DECISION, _CHANGE)
