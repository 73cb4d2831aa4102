"""The compiled lists of the precincts, and what is written beside them."""

from __future__ import annotations

from voterlist.fields import CARRIED, FIELDS, TRAVELLING
from voterlist.schemas.columns import (
    BOOL,
    CASE_ID,
    CONSTITUENCY,
    COUNT,
    DECIDED_AT,
    DECIDED_BY,
    INT8,
    INT16,
    INT32,
    LINE,
    LIST_KIND,
    NUMBER,
    PRECINCT,
    REASON,
    SHEET,
    SOURCE,
    SUBJECT_ID,
    TEXT,
    WORD,
    Column,
    Table,
)

_LIST_BALANCE = Table(
    "LIST_BALANCE",
    "The list of each precinct: handed_in - struck - repeated - moved_out + moved_in + added"
    " = listed.",
    (
        CONSTITUENCY,
        PRECINCT,
        LIST_KIND,
        Column(
            "handed_in", COUNT, "The entries of its lists as handed in.", known=True
        ),
        Column("struck", COUNT, "Of these, struck on a ground.", known=True),
        Column("repeated", COUNT, "Of these, repetitions of a kept entry.", known=True),
        Column("moved_out", COUNT, "Of these, moved to another precinct.", known=True),
        Column(
            "moved_in", COUNT, "Entries that came from another precinct.", known=True
        ),
        Column("added", COUNT, "People added from a register.", known=True),
        Column("listed", COUNT, "The entries on the list.", known=True),
    ),
)
LIST_BALANCE = _LIST_BALANCE.schema

_LISTED = Table(
    "LISTED",
    "The compiled, corrected list: one row for each voter, in the order of the printed list.",
    (
        CONSTITUENCY,
        PRECINCT,
        LIST_KIND,
        Column(
            "number", COUNT, "The place in the precinct's list, from 1.", known=True
        ),
        SUBJECT_ID,
        Column("surname", TEXT, "The surname in its standard spelling."),
        Column("given_name", TEXT, "The given name in its standard spelling."),
        Column("patronymic", TEXT, "The patronymic in its standard spelling."),
        Column(
            "name_as_written",
            TEXT,
            "The whole name as handed in or corrected; null where it is the standard spelling.",
        ),
        Column("birth_date", TEXT, "The birth date: ISO 8601 where known in full."),
        Column("birth_year", INT16, "The year of birth."),
        Column("birth_month", INT8, "The month of birth, 1 to 12."),
        Column("birth_day", INT8, "The day of birth, 1 to 31."),
        Column("sex", WORD, "The sex: `f` or `m`; null where it is not known."),
        Column("address", TEXT, "The address as handed in or corrected."),
        Column("document", TEXT, "The identity document."),
        Column("fin", TEXT, "The FIN."),
        *(Column(name, TEXT, FIELDS[name].meaning) for name in CARRIED),
        Column("corrected", WORD, "The fields that were corrected, joined with `+`."),
        Column("from_constituency", INT32, "Where a moved entry was handed in."),
        Column("from_precinct", INT32, "Where a moved entry was handed in."),
        Column("added", BOOL, "True for a person added from a register.", known=True),
        SOURCE.but(known=False),
        SHEET,
        LINE.but(known=False),
    ),
)
LISTED = _LISTED.schema

_OF_RECORD = (
    "entry_id",
    "constituency",
    "precinct",
    "list_kind",
    "number",
    *TRAVELLING,
    "name_as_written",
    "corrected",
    "from_constituency",
    "from_precinct",
    "added",
)
_OF_LISTED = {column.name: column for column in _LISTED.columns}

_RECORD = Table(
    "RECORD",
    "The compiled list as other programs take it: LISTED, in columns that this program reads as it"
    " reads those of any list.",
    tuple(_OF_LISTED[name] for name in _OF_RECORD),
)
RECORD = _RECORD.schema

_LIST_NUMBER = Column("number", COUNT, "The place in the list; null where not on it.")
_NAME = Column(
    "name", TEXT, "Surname, given name and patronymic in their standard spelling."
)
_BIRTH_YEAR = Column("birth_year", INT16, "The year of birth.")
_ADDRESS = Column("address", TEXT, "The address as handed in or corrected.")

_CORRECTION = Table(
    "CORRECTION",
    "The sheet of corrections of each list: one row for each thing done to it.",
    (
        CONSTITUENCY.but("The constituency of the list."),
        PRECINCT.but("The precinct of the list."),
        LIST_KIND,
        Column(
            "change",
            WORD,
            "`add`, `correct`, `moved-in`, `moved-out`, `repeat` or `strike`.",
            known=True,
        ),
        SUBJECT_ID,
        _LIST_NUMBER,
        _NAME,
        _BIRTH_YEAR,
        _ADDRESS,
        Column("field", WORD, "The field of ENTRY that was corrected."),
        Column("written", TEXT, "What the field said as handed in."),
        Column("value", TEXT, "What it says now."),
        Column("kept_entry_id", TEXT, "The entry that is kept in place of a repeat."),
        Column("kept_name", TEXT, "Its name."),
        Column("kept_precinct", INT32, "Its precinct."),
        Column("kept_number", COUNT, "Its place in the list of that precinct."),
        Column("from_constituency", INT32, "Where it was handed in."),
        Column("from_precinct", INT32, "Where it was handed in."),
        Column("to_constituency", INT32, "Where the person stands from now on."),
        Column("to_precinct", INT32, "Where the person stands from now on."),
        Column(
            "ground", WORD, "Why it may be done: a code of `voterlist manual grounds`."
        ),
        Column(
            "document",
            TEXT,
            "The document, or the register with its row, that shows it.",
        ),
        CASE_ID.but(known=False),
        Column("rule", WORD, "The rule of the finding that was answered."),
        REASON,
        DECIDED_BY,
        DECIDED_AT,
    ),
)
CORRECTION = _CORRECTION.schema

_DOOR = Table(
    "DOOR",
    "The checklist for the door: one row for each question, by street and house.",
    (
        CONSTITUENCY.but("The constituency of the list."),
        PRECINCT.but("The precinct of the list."),
        LIST_KIND,
        Column("street", TEXT, "The street or village, as addresses write it most."),
        Column("house", TEXT, "The house number."),
        Column("flat", TEXT, "The flat."),
        SUBJECT_ID,
        _LIST_NUMBER,
        _NAME,
        _BIRTH_YEAR,
        _ADDRESS,
        Column(
            "about",
            WORD,
            "`finding`, `case`, or `ask` for what somebody asked the precinct.",
            known=True,
        ),
        Column("rule", WORD, "The rule of the finding."),
        Column("case_kind", WORD, "The kind of the case: a code of `CaseKind`."),
        Column("field", WORD, "The field of ENTRY that it is about."),
        Column("value", NUMBER, "The number that the rule found."),
        Column("limit", NUMBER, "The limit that the value is beyond."),
        Column("other_name", TEXT, "The name of the other entry that it is about."),
        Column("other_address", TEXT, "Its address."),
        Column("other_precinct", INT32, "Its precinct."),
        Column("due", TEXT, "The day until which the precinct answers, in ISO 8601."),
        Column("reason", TEXT, "What the person who asked adds, as written."),
        CASE_ID.but(known=False),
        Column("finding_id", TEXT, "The id of the finding."),
    ),
)
DOOR = _DOOR.schema

TABLES = (_LIST_BALANCE, _LISTED, _RECORD, _CORRECTION, _DOOR)
