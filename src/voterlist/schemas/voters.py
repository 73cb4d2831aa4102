"""An entry normalised."""

from __future__ import annotations

from voterlist.schemas.columns import (
    CONSTITUENCY,
    ENTRY_ID,
    INT8,
    INT16,
    LIST_KIND,
    PRECINCT,
    TEXT,
    WORD,
    Column,
    Table,
)

STREET_OR_VILLAGE = " k"
"""How ``street`` ends where nothing tells whether the address names a street or a village."""

_SPELLED = "The {part} in its standard spelling; the written form stays in ENTRY."

_VOTER = Table(
    "VOTER",
    "An entry normalised: one row per entry, in the order of ENTRY.",
    (
        ENTRY_ID,
        CONSTITUENCY,
        PRECINCT,
        LIST_KIND,
        Column("surname", TEXT, _SPELLED.format(part="surname")),
        Column("given_name", TEXT, _SPELLED.format(part="given name")),
        Column("patronymic", TEXT, _SPELLED.format(part="patronymic")),
        Column(
            "surname_skeleton",
            TEXT,
            "One word for all spellings of the surname: a-z only, no blanks.",
        ),
        Column(
            "surname_stem",
            TEXT,
            "The skeleton of the surname without endings of sex or period.",
        ),
        Column("given_skeleton", TEXT, "One word for all spellings of the given name."),
        Column(
            "patronymic_skeleton",
            TEXT,
            "One word for all spellings of the father's name.",
        ),
        Column("sex", WORD, "The sex as stated: `f` or `m`."),
        Column(
            "patronymic_sex",
            WORD,
            "The sex that the patronymic's particle or ending shows.",
        ),
        Column("surname_sex", WORD, "The sex that the surname's ending shows."),
        Column("given_sex", WORD, "The sex of the bearers of the given name."),
        Column("birth_year", INT16, "The year of birth."),
        Column("birth_month", INT8, "The month of birth, 1 to 12."),
        Column("birth_day", INT8, "The day of birth, 1 to 31."),
        Column("fin", TEXT, "The FIN, repaired where only one repair is possible."),
        Column("document", TEXT, "The series and number of the identity document."),
        Column(
            "address", TEXT, "The whole address, folded: a-z and digits, single blanks."
        ),
        Column("settlement", TEXT, "The smallest settlement of the address, folded."),
        Column(
            "street_kind", TEXT, "The kind of street, one word for all its spellings."
        ),
        Column(
            "street",
            TEXT,
            "The name of the street, folded; ends in ` k` where it may be a village.",
        ),
        Column("house", TEXT, "The house number, with its building after a slash."),
        Column("building", TEXT, "The building alone."),
        Column("flat", TEXT, "The flat."),
    ),
)
VOTER = _VOTER.schema

TABLES = (_VOTER,)
