"""What was noticed, and what a person accepted of it."""

from __future__ import annotations

from voterlist.schemas.columns import (
    CONSTITUENCY,
    ENTRY_ID,
    LINE,
    NUMBER,
    PRECINCT,
    SHEET,
    SOURCE,
    TEXT,
    WORD,
    Column,
    Table,
)

_RULE = Column("rule", WORD, "The code of the rule.", known=True)
_FIELD = Column("field", WORD, "The field of ENTRY that the finding is about.")
_VALUE = Column("value", NUMBER, "The number that the rule found.")
_FINDING_ID = Column(
    "finding_id", TEXT, "The id of the finding, made from its other columns."
)
_PLACE = (
    CONSTITUENCY,
    PRECINCT,
    ENTRY_ID.but("The id of the entry that the finding is about.", known=False),
    Column(
        "other_entry_id", TEXT, "The id of the second entry of a finding about two."
    ),
    SOURCE.but(known=False),
    SHEET,
    LINE.but(known=False),
    _FIELD,
)

_FINDING = Table(
    "FINDING",
    "One thing noticed: a rule's code, a place and at most two numbers, never a cell's content.",
    (
        _RULE,
        Column("severity", WORD, "`error`, `warning` or `note`.", known=True),
        Column(
            "unit", WORD, "What the finding is about: a code of `Unit`.", known=True
        ),
        *_PLACE,
        _VALUE,
        Column("limit", NUMBER, "The limit that the value is beyond."),
    ),
)
FINDING = _FINDING.schema

_ACCEPTED = Table(
    "ACCEPTED",
    "A finding that a person accepted, or answered by what was done to the list.",
    (
        *_FINDING.columns,
        Column("reason", TEXT, "Why it was accepted, or what was done.", known=True),
        Column("accepted_by", TEXT, "Who accepted or answered it."),
        _FINDING_ID.but(
            "The id of its row in ACCEPTANCE; null: accepted by the settings, or answered."
        ),
        Column(
            "action",
            WORD,
            "What was done to the list: `strike`, `move`, `add` or `repeat`; null: accepted as it"
            " is.",
        ),
        Column(
            "ground", WORD, "Why it was done: a code of `voterlist manual grounds`."
        ),
    ),
)
ACCEPTED = _ACCEPTED.schema

_ACCEPTANCE = Table(
    "ACCEPTANCE",
    "What a person answered to a finding.",
    (
        _FINDING_ID.but(known=True),
        _RULE,
        *_PLACE,
        _VALUE,
        Column("mark", WORD, "The answer: a code of `Mark`.", known=True),
        Column("reason", TEXT, "Why the finding is accepted."),
        Column("accepted_by", TEXT, "Who answered.", known=True),
        Column("accepted_at", TEXT, "When, in ISO 8601.", known=True),
    ),
)
ACCEPTANCE = _ACCEPTANCE.schema

TABLES = (_FINDING, _ACCEPTED, _ACCEPTANCE)
