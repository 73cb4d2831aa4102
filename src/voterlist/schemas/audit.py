"""Statistics of the list itself, by precinct and constituency."""

from __future__ import annotations

from voterlist.fields import COMPARED
from voterlist.schemas.columns import (
    BOOL,
    CONSTITUENCY,
    COUNT,
    INT16,
    NUMBER,
    PRECINCT,
    WORD,
    Column,
    Table,
)

_VOTERS = Column("voters", COUNT, "The number of voters.", known=True)

_MISSING = tuple(
    Column(f"missing_{name}", NUMBER, f"The share (0 to 1) without {name}.", known=True)
    for name in COMPARED
)

_PROFILE = Table(
    "PROFILE",
    "One row per precinct: its voters, and what is missing of them.",
    (
        CONSTITUENCY,
        PRECINCT,
        _VOTERS,
        Column("men", COUNT, "The number of men.", known=True),
        Column("women", COUNT, "The number of women.", known=True),
        Column("median_age", NUMBER, "The median age in years."),
        *_MISSING,
    ),
)
PROFILE = _PROFILE.schema

_AGE_GROUP = (
    Column(
        "age_from", INT16, "The first of five years: 20 is 20 to 24; null: not known."
    ),
    Column("sex", WORD, "`f` or `m`; null: not known."),
    _VOTERS,
)

_PYRAMID = Table("PYRAMID", "One row per group of five years and sex.", _AGE_GROUP)
PYRAMID = _PYRAMID.schema

_AGES = Table(
    "AGES",
    "PYRAMID by precinct: one row per precinct, group of five years and sex.",
    (CONSTITUENCY, PRECINCT, *_AGE_GROUP),
)
AGES = _AGES.schema

_INDICATOR = Table(
    "INDICATOR",
    "One statistic of one place, and how far out it lies; null: not known, or not judged.",
    (
        Column("indicator", WORD, "The code of the statistic.", known=True),
        Column(
            "unit",
            WORD,
            "`precinct`, `constituency` ...: a code of `Unit`.",
            known=True,
        ),
        CONSTITUENCY,
        PRECINCT,
        Column(
            "count", NUMBER, "How many have the property, where the value is a share."
        ),
        Column("of", NUMBER, "Of how many, where the value is a share."),
        Column("value", NUMBER, "The statistic."),
        Column("base", NUMBER, "What the place is compared with."),
        Column("last", NUMBER, "The same statistic of the last cycle's list."),
        Column("lower", NUMBER, "The lower limit for a place of this size."),
        Column("upper", NUMBER, "The upper limit for a place of this size."),
        Column(
            "p", NUMBER, "The probability that chance alone lies as far out (p-value)."
        ),
        Column(
            "q", NUMBER, "The p-value adjusted for the number of places judged at once."
        ),
        Column("outlying", BOOL, "True where the place is reported as an outlier."),
    ),
)
INDICATOR = _INDICATOR.schema

_COINCIDENCE = Table(
    "COINCIDENCE",
    "Pairs that agree, beside the number that chance alone gives.",
    (
        CONSTITUENCY.but("The number of the constituency; null: the whole list."),
        Column("agreement", WORD, "In what the pairs agree.", known=True),
        Column("expected", NUMBER, "How many pairs agree by chance.", known=True),
        Column("found", COUNT, "How many pairs agree.", known=True),
    ),
)
COINCIDENCE = _COINCIDENCE.schema

_SCORECARD = Table(
    "SCORECARD",
    "How comprehensive, accurate and current the list of a precinct is, one row per measure. A"
    " measure that needs a register or statistics that are not there has no row.",
    (
        CONSTITUENCY,
        PRECINCT,
        Column("quality", WORD, "The quality that is measured.", known=True),
        Column("measure", WORD, "The measure.", known=True),
        Column("count", COUNT, "How many have the property.", known=True),
        Column("of", COUNT, "Of how many.", known=True),
        Column("value", NUMBER, "count / of."),
    ),
)
SCORECARD = _SCORECARD.schema

TABLES = (_PROFILE, _PYRAMID, _AGES, _INDICATOR, _COINCIDENCE, _SCORECARD)
