"""Registers of other bodies held against the list."""

from __future__ import annotations

from voterlist.schemas.columns import CONSTITUENCY, COUNT, TEXT, WORD, Column, Table

_REGISTER = Column(
    "register", WORD, "The kind of register: `deaths`, `arrivals` ...", known=True
)

_MATCH = Table(
    "MATCH",
    "A row of an outside register against the list; every row of every register stands here at"
    " least once.",
    (
        _REGISTER,
        Column("register_id", TEXT, "The id of the register's row.", known=True),
        Column("entry_id", TEXT, "The entry; null for `register-only` and `unusable`."),
        Column(
            "class",
            WORD,
            "`confirmed`, `conflicting`, `probable`, `register-only` or `unusable`.",
            known=True,
        ),
        Column(
            "level",
            WORD,
            "The evidence (`fin`, `document`, `names`); null as entry_id is.",
        ),
    ),
)
MATCH = _MATCH.schema

_REGISTER_USE = Table(
    "REGISTER_USE",
    "How much of an outside register could be used.",
    (
        _REGISTER,
        Column("measure", WORD, "What is counted.", known=True),
        Column("rows", COUNT, "The number of rows; null where no register was given."),
        CONSTITUENCY.but(
            "The number of the constituency; null: the whole register. The constituencies have"
            " rows of their own where the list has several."
        ),
    ),
)
REGISTER_USE = _REGISTER_USE.schema

TABLES = (_MATCH, _REGISTER_USE)
