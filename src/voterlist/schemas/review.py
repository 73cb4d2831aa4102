"""Decisions of people about cases, and what they change in the list."""

from __future__ import annotations

from voterlist.schemas.columns import (
    BOOL,
    CASE_ID,
    CONSTITUENCY,
    COUNT,
    DECIDED_AT,
    DECIDED_BY,
    ENTRY_ID,
    INT32,
    PRECINCT,
    REASON,
    SUBJECT_ID,
    TEXT,
    WORD,
    Column,
    Table,
)

_VERDICT = Column("verdict", WORD, "`keep`, `repeat` or `separate`.", known=True)

_DECISION = Table(
    "DECISION",
    "What a person decided about one entry of a case.",
    (CASE_ID, ENTRY_ID, _VERDICT, REASON, DECIDED_BY, DECIDED_AT),
)
DECISION = _DECISION.schema

_CHANGE = Table(
    "CHANGE",
    "The change log of a corrected list: a decision marks an entry, nothing is deleted.",
    (
        ENTRY_ID,
        CASE_ID,
        _VERDICT,
        Column("kept_entry_id", TEXT, "The entry that is kept in place of a repeat."),
        REASON,
        DECIDED_BY,
        DECIDED_AT,
    ),
)
CHANGE = _CHANGE.schema

_NUMBER = Column(
    "number",
    COUNT,
    "Its place in the order in which answers were recorded.",
    known=True,
)
_ADJUDICATES = Column(
    "adjudicates",
    BOOL,
    "True where it settles what others had decided in different ways.",
    known=True,
)

_GIVEN_VERDICT = Table(
    "GIVEN_VERDICT",
    "What one person answered about one entry of a case; `withdraw` takes an answer back.",
    (
        _NUMBER,
        CASE_ID,
        ENTRY_ID,
        _VERDICT.but("`keep`, `repeat`, `separate` or `withdraw`."),
        REASON,
        DECIDED_BY,
        DECIDED_AT,
        _ADJUDICATES,
    ),
)
GIVEN_VERDICT = _GIVEN_VERDICT.schema
_AMENDMENT = Table(
    "AMENDMENT",
    "What was decided about an entry, or about a person who has none.",
    (
        SUBJECT_ID,
        Column("action", WORD, "What is done: a code of `Action`.", known=True),
        Column("field", WORD, "The field of ENTRY that is corrected."),
        Column("value", TEXT, "What the field says from now on."),
        Column(
            "ground", WORD, "Why it may be done: a code of `voterlist manual grounds`."
        ),
        Column(
            "document",
            TEXT,
            "The document, or the register with its row, that shows it.",
        ),
        CONSTITUENCY.but("The constituency where the person stands from now on."),
        PRECINCT.but("The precinct where the person stands from now on."),
        Column("due", TEXT, "The day until which the precinct answers, in ISO 8601."),
        REASON.but("What the person who decided adds, as written."),
        Column("rule", WORD, "The rule of the finding that it answers."),
        Column("finding_id", TEXT, "The id of the finding that it answers."),
        CASE_ID.but("The case that it came from.", known=False),
        DECIDED_BY,
        DECIDED_AT,
    ),
)
AMENDMENT = _AMENDMENT.schema

_GIVEN_AMENDMENT = Table(
    "GIVEN_AMENDMENT",
    "What one person decided about an entry; `withdraw` takes it back.",
    (_NUMBER, *_AMENDMENT.columns, _ADJUDICATES),
)
GIVEN_AMENDMENT = _GIVEN_AMENDMENT.schema

_ANSWER = Column(
    "answer", WORD, "A code of `Verdict` or `Action`, or `accept`.", known=True
)

_CONTESTED = Table(
    "CONTESTED",
    "What several people decided in different ways: one row for each of their answers.",
    (
        CASE_ID.but(
            "The id of the case; null where it is not about a case.", known=False
        ),
        SUBJECT_ID,
        _ANSWER,
        *(
            column
            for column in _AMENDMENT.columns
            if column.name not in {"entry_id", "action", "case_id"}
        ),
    ),
)
CONTESTED = _CONTESTED.schema

_SUBJECT = Table(
    "SUBJECT",
    "What an entry, or the row of a register, said when something was decided about it.",
    (
        SUBJECT_ID,
        Column(
            "cells", TEXT, "Its place and its cells as written, as JSON.", known=True
        ),
    ),
)
SUBJECT = _SUBJECT.schema

_FOLLOWED = Table(
    "FOLLOWED",
    "An entry of which something was decided, and that stands in another place now.",
    (
        Column("old_entry_id", TEXT, "The id when it was decided.", known=True),
        ENTRY_ID.but("The id of today."),
    ),
)
FOLLOWED = _FOLLOWED.schema

_RETURNED = Table(
    "RETURNED",
    "An answer that came back: its entry, or another one of its case, is not as it was.",
    (
        Column("old_entry_id", TEXT, "The id when it was decided.", known=True),
        ENTRY_ID.but(
            "The entry of the same person today; null where none was found.",
            known=False,
        ),
        CASE_ID.but(
            "The case that was decided; null where it is not about a case.", known=False
        ),
        _ANSWER,
        Column("field", WORD, "The field of ENTRY that was corrected."),
        Column("value", TEXT, "What the field was to say."),
        Column(
            "ground", WORD, "Why it was decided: a code of `voterlist manual grounds`."
        ),
        REASON,
        DECIDED_BY,
        DECIDED_AT,
        Column("changed", WORD, "The fields that changed since, joined with `+`."),
        Column("why", WORD, "Why it came back: a code of `Returned`.", known=True),
    ),
)
RETURNED = _RETURNED.schema

_CASE_NUMBER = Table(
    "CASE_NUMBER",
    "The number by which people call a case; it stays from run to run.",
    (
        CASE_ID,
        Column("number", INT32, "The number, from 1.", known=True),
        Column(
            "content",
            TEXT,
            "A digest of what its entries say, place apart.",
            known=True,
        ),
    ),
)
CASE_NUMBER = _CASE_NUMBER.schema

_APPLIED = Table(
    "APPLIED",
    "What decisions did to the list: one row for each thing done to an entry.",
    (
        SUBJECT_ID,
        Column(
            "action",
            WORD,
            "`repeat`, `strike`, `correct`, `move` or `add`.",
            known=True,
        ),
        Column("field", WORD, "The field of ENTRY that was corrected."),
        Column("written", TEXT, "What the field said as handed in."),
        Column("value", TEXT, "What it says now."),
        Column("kept_entry_id", TEXT, "The entry that is kept in place of a repeat."),
        Column(
            "ground", WORD, "Why it may be done: a code of `voterlist manual grounds`."
        ),
        Column(
            "document",
            TEXT,
            "The document, or the register with its row, that shows it.",
        ),
        Column("from_constituency", INT32, "Where it was handed in."),
        Column("from_precinct", INT32, "Where it was handed in."),
        CONSTITUENCY.but(
            "Where the person stands from now on: on a list here, or elsewhere after `strike`; null"
            " where that is no precinct."
        ),
        PRECINCT.but(
            "Where the person stands from now on: on a list here, or elsewhere after `strike`; null"
            " where that is no precinct."
        ),
        CASE_ID.but(known=False),
        Column("rule", WORD, "The rule of the finding that was answered."),
        Column("finding_id", TEXT, "The id of the finding that was answered."),
        REASON,
        DECIDED_BY,
        DECIDED_AT,
    ),
)
APPLIED = _APPLIED.schema

_SKIPPED = Table(
    "SKIPPED",
    "What was decided and does nothing to the list today; it may again when lists change.",
    (
        SUBJECT_ID,
        Column(
            "answer",
            WORD,
            "What was decided: a code of `Verdict` or `Action`.",
            known=True,
        ),
        Column("field", WORD, "The field of ENTRY that was to be corrected."),
        Column(
            "code",
            WORD,
            "Why it does nothing: a code of `docs/decisions.md`.",
            known=True,
        ),
        CONSTITUENCY.but("Where the entry stands, or stood when it was decided."),
        PRECINCT.but("Where the entry stands, or stood when it was decided."),
        Column(
            "ground",
            WORD,
            "Why it was to be done: a code of `voterlist manual grounds`.",
        ),
        CASE_ID.but(
            "The id of the case; null where it is not about a case.", known=False
        ),
        Column("rule", WORD, "The rule of the finding that was answered."),
        Column("finding_id", TEXT, "The id of the finding that was answered."),
        REASON,
        DECIDED_BY,
        DECIDED_AT,
    ),
)
SKIPPED = _SKIPPED.schema

TABLES = (
    _DECISION,
    _CHANGE,
    _GIVEN_VERDICT,
    _AMENDMENT,
    _GIVEN_AMENDMENT,
    _CONTESTED,
    _SUBJECT,
    _FOLLOWED,
    _RETURNED,
    _CASE_NUMBER,
    _APPLIED,
    _SKIPPED,
)
