"""Numbers from other bodies, and the list beside them."""

from __future__ import annotations

from voterlist.schemas.columns import (
    CONSTITUENCY,
    COUNT,
    NUMBER,
    PRECINCT,
    WORD,
    Column,
    Table,
)

_MEASURE = Column(
    "measure", WORD, "`adults`, `men`, `women`, `born-1980` ...", known=True
)

_STATISTIC = Table(
    "STATISTIC",
    "A number from another body.",
    (
        CONSTITUENCY.but(known=True),
        PRECINCT.but("The number of the precinct; null: the whole constituency."),
        _MEASURE,
        Column("value", NUMBER, "The number.", known=True),
    ),
)
STATISTIC = _STATISTIC.schema

_COMPARISON = Table(
    "COMPARISON",
    "The list beside a number from another body.",
    (
        CONSTITUENCY.but(known=True),
        PRECINCT.but("The number of the precinct; null: the whole constituency."),
        _MEASURE,
        Column(
            "list", NUMBER, "The number in the list; null where the place has no list."
        ),
        Column("statistic", NUMBER, "The number from the other body.", known=True),
    ),
)
COMPARISON = _COMPARISON.schema

_PROTOCOL_LINES = (
    Column("line_1", COUNT, "Line 1: voters."),
    Column("line_1a", COUNT, "Line 1a: voters on the list."),
    Column("line_1b", COUNT, "Line 1b: voters on the supplementary list."),
    Column("line_1c", COUNT, "Line 1c: voters who voted with a card."),
    Column("line_1d", COUNT, "Line 1d: cards issued, to be subtracted."),
)
PROTOCOL_LINES = tuple(column.name for column in _PROTOCOL_LINES)

_PROTOCOL = Table(
    "PROTOCOL",
    "The first lines of a protocol of results.",
    (
        CONSTITUENCY.but("The number of the constituency; null: the nation."),
        PRECINCT.but(
            "The number of the precinct; null: the whole constituency, or the nation."
        ),
        *_PROTOCOL_LINES,
    ),
)
PROTOCOL = _PROTOCOL.schema

TABLES = (_STATISTIC, _COMPARISON, _PROTOCOL)
