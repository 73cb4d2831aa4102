"""This cycle's list beside the last one's."""

from __future__ import annotations

from voterlist.schemas.columns import (
    CONSTITUENCY,
    COUNT,
    INT32,
    PRECINCT,
    TEXT,
    WORD,
    Column,
    Table,
)

_REMOVAL_REASON = Table(
    "REMOVAL_REASON",
    "Why somebody was taken off the list.",
    (
        Column(
            "id",
            TEXT,
            "An entry of the last list, or a row of the record of removals.",
            known=True,
        ),
        Column("reason", TEXT, "The reason, as written.", known=True),
    ),
)
REMOVAL_REASON = _REMOVAL_REASON.schema

_CYCLE_CHANGE = Table(
    "CYCLE_CHANGE",
    "One row per entry that is not as it was in the last cycle.",
    (
        Column("entry_id", TEXT, "The entry of this cycle; null where it was removed."),
        Column(
            "old_entry_id",
            TEXT,
            "The entry of the last cycle; null where it was added.",
        ),
        Column("change", WORD, "`added`, `removed`, `changed` or `moved`.", known=True),
        Column(
            "cause",
            WORD,
            "The cause; `none` where nothing explains the change.",
            known=True,
        ),
        Column("reason", TEXT, "The reason in the record or decision of the removal."),
        Column("level", WORD, "The evidence by which the two entries are one person."),
        Column("fields", WORD, "The fields that changed, joined with `+`."),
        CONSTITUENCY.but("The constituency; of a removed entry the old one."),
        PRECINCT.but("The precinct; of a removed entry the old one."),
        Column("old_constituency", INT32, "The constituency in the last cycle."),
        Column("old_precinct", INT32, "The precinct in the last cycle."),
    ),
)
CYCLE_CHANGE = _CYCLE_CHANGE.schema

_CYCLE_SUMMARY = Table(
    "CYCLE_SUMMARY",
    "Two cycles counted. In every precinct before + added + moved-in = after + removed +"
    " moved-out, where every place is known.",
    (
        CONSTITUENCY,
        PRECINCT,
        Column(
            "change",
            WORD,
            "`before`, `after`, `added`, `removed`, `changed`, `moved-in` or `moved-out`.",
            known=True,
        ),
        Column("cause", WORD, "The cause of the change."),
        Column("entries", COUNT, "The number of entries.", known=True),
    ),
)
CYCLE_SUMMARY = _CYCLE_SUMMARY.schema

TABLES = (_REMOVAL_REASON, _CYCLE_CHANGE, _CYCLE_SUMMARY)
