"""The register of the precincts' streets."""

from __future__ import annotations

from voterlist.schemas.columns import (
    CONSTITUENCY,
    INT32,
    LINE,
    PRECINCT,
    SHEET,
    SOURCE,
    TEXT,
    WORD,
    Column,
    Table,
)

_STREET_ROW = Table(
    "STREET_ROW",
    "One row of the register of the precincts' streets, as written.",
    (
        SOURCE,
        SHEET,
        LINE,
        CONSTITUENCY.but(known=True),
        PRECINCT.but(known=True),
        Column("settlement", TEXT, "The settlement, as written."),
        Column("street_kind", TEXT, "The kind of street, as written."),
        Column("street", TEXT, "The street, as written."),
        Column("houses", TEXT, "The houses, as written."),
    ),
)
STREET_ROW = _STREET_ROW.schema

_STREET = Table(
    "STREET",
    "One range of houses that belongs to a precinct; a row of the register may name several.",
    (
        CONSTITUENCY.but(known=True),
        PRECINCT.but(known=True),
        Column("settlement", TEXT, "The settlement, folded as in VOTER."),
        Column("street_kind", TEXT, "The kind of street, as in VOTER."),
        Column(
            "street",
            TEXT,
            "The street, folded as in VOTER; null: the whole settlement.",
        ),
        Column(
            "covers",
            WORD,
            "`all`, `odd` or `even` houses from first to last; `one`: the house in `house`;"
            " `unread`: houses that could not be read, so they may be any.",
            known=True,
        ),
        Column(
            "first",
            INT32,
            "The first house of the range; null with last: the whole street.",
        ),
        Column("last", INT32, "The last house of the range."),
        Column("house", TEXT, "The one house."),
        SOURCE,
        SHEET,
        LINE,
    ),
)
STREET = _STREET.schema

TABLES = (_STREET_ROW, _STREET)
