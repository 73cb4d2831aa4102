"""The truth about invented lists."""

from __future__ import annotations

from voterlist.schemas.columns import (
    CONSTITUENCY,
    COUNT,
    ENTRY_ID,
    PRECINCT,
    TEXT,
    WORD,
    Column,
    Table,
)

_TRUTH = Table(
    "TRUTH",
    "Which entries are one person.",
    (
        ENTRY_ID,
        Column("person_id", TEXT, "The id of the person.", known=True),
        Column("done", TEXT, "What was done to the entry, joined with `+`."),
    ),
)
TRUTH = _TRUTH.schema

_FAULT = Table(
    "FAULT",
    "A fault planted in an invented list: one row per entry that makes it, or one per place. It"
    " is found where the rule names one of these.",
    (
        Column("fault", COUNT, "The number of the fault.", known=True),
        Column("rule", WORD, "The code of the rule that must notice it.", known=True),
        Column(
            "unit", WORD, "What the finding is about: a code of `Unit`.", known=True
        ),
        CONSTITUENCY,
        PRECINCT,
        ENTRY_ID.but(known=False),
        Column("of", COUNT, "How many places of the unit the list has.", known=True),
    ),
)
FAULT = _FAULT.schema

TABLES = (_TRUTH, _FAULT)
