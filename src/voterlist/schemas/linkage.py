"""Pairs of entries that were compared, why each has its weight, and the cases made of them."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

from voterlist.fields import COMPARED, SHARED
from voterlist.schemas.columns import (
    BOOL,
    CONSTITUENCY,
    ENTRY_ID,
    NUMBER,
    PRECINCT,
    TEXT,
    WORD,
    Column,
    Table,
)

_ENTRIES = (
    Column("entry_l", TEXT, "The id of the first entry; below entry_r.", known=True),
    Column("entry_r", TEXT, "The id of the second entry.", known=True),
)

_LEVELS = tuple(
    Column(f"{name}_level", WORD, f"The comparison level of {name}.", known=True)
    for name in COMPARED
)

_PAIR = Table(
    "PAIR",
    "Two entries that were compared.",
    (
        *_ENTRIES,
        Column(
            "weight",
            NUMBER,
            "The match weight: log2 of the Bayes factor of one person against not one person.",
            known=True,
        ),
        Column(
            "probability",
            NUMBER,
            "The probability that both are one person.",
            known=True,
        ),
        Column(
            "term_frequency",
            NUMBER,
            "log2 of the chance that an unrelated person has the values that the two share; where"
            " two values are near each other and one is frequent, what that takes from their"
            " weight is added.",
        ),
        Column("kind", WORD, "A code of `PairKind`.", known=True),
        Column(
            "match_key",
            WORD,
            "The blocking keys that found the pair, joined with `+`.",
            known=True,
        ),
        *_LEVELS,
    ),
)
PAIR = _PAIR.schema


def pair_schema(added: tuple[str, ...] = ()) -> pa.Schema:
    """PAIR with a column ``<name>_level`` for each added comparison."""
    levels = (pa.field(f"{name}_level", WORD, nullable=False) for name in added)
    return pa.schema([*PAIR, *levels])


_BITS = tuple(
    Column(
        f"{name}_bits",
        NUMBER,
        f"What the level of {name} adds to the weight.",
        known=True,
    )
    for name in COMPARED
)
_TERM_FREQUENCIES = tuple(
    Column(
        f"{name}_term_frequency",
        NUMBER,
        f"The part of {name}_bits that the term frequency of the shared value gives; null where no"
        " value is shared.",
    )
    for name in SHARED
)

_WATERFALL = Table(
    "WATERFALL",
    "Why a pair of PAIR has its weight, in bits: the `<field>_bits`, `term_frequency` and"
    " `rivals` sum to the weight.",
    (
        *_ENTRIES,
        Column(
            "prior",
            NUMBER,
            "log2 of the odds that two entries of the list, whichever they are, are one person.",
            known=True,
        ),
        *_BITS,
        *_TERM_FREQUENCIES,
        Column(
            "term_frequency",
            NUMBER,
            "The part of the term frequency that belongs to no one field.",
            known=True,
        ),
        Column(
            "rivals",
            NUMBER,
            "What the other explanations of the pair take off.",
            known=True,
        ),
        Column("p_twins", NUMBER, "The probability that both are twins.", known=True),
        Column(
            "p_relatives",
            NUMBER,
            "The probability that both are relatives.",
            known=True,
        ),
        Column(
            "p_unrelated",
            NUMBER,
            "The probability that both are unrelated.",
            known=True,
        ),
    ),
)
WATERFALL = _WATERFALL.schema


def waterfall_schema(added: tuple[str, ...] = ()) -> pa.Schema:
    """WATERFALL with a column ``<name>_bits`` for each added comparison."""
    bits = (pa.field(f"{name}_bits", NUMBER, nullable=False) for name in added)
    return pa.schema([*WATERFALL, *bits])


def with_added(schema: pa.Schema, tables: Iterable[pa.Table]) -> pa.Schema:
    """PAIR or WATERFALL with the columns of added comparisons that any of these tables has.

    They are null in the rows of a table that has them not. Any other schema stays as it is.
    """
    ending = {PAIR: "_level", WATERFALL: "_bits"}.get(schema)
    if ending is None:
        return schema
    columns = {
        name: field
        for table in tables
        for name, field in zip(table.column_names, table.schema, strict=True)
        if name.endswith(ending) and name not in schema.names
    }
    return pa.schema(
        [*schema, *(pa.field(field.name, field.type) for field in columns.values())]
    )


_CASE = Table(
    "CASE",
    "One row per entry of a case: entries that may be one person, for a person to decide.",
    (
        Column(
            "case_id",
            TEXT,
            "The id of the case, made from its entry ids alone.",
            known=True,
        ),
        ENTRY_ID,
        Column(
            "kind", WORD, "A code of `CaseKind`: that of the weakest tie.", known=True
        ),
        Column(
            "role",
            WORD,
            "What is proposed for the entry: `keep`, `repeat` ...",
            known=True,
        ),
        Column("reason", WORD, "The code of why the role is proposed.", known=True),
        Column(
            "weight",
            NUMBER,
            "The match weight of the pair that ties the most weakly tied entry to the case.",
            known=True,
        ),
        Column("probability", NUMBER, "The probability of that pair.", known=True),
        CONSTITUENCY,
        PRECINCT,
    ),
)
CASE = _CASE.schema

_SECOND_OPINION = Table(
    "SECOND_OPINION",
    "A pair of a case that nobody has decided, as the model has it and as a classifier has it that"
    " was fitted on what people decided.",
    (
        _CASE.columns[0].but("The id of the case."),
        *_ENTRIES,
        Column(
            "probability", NUMBER, "The probability of the model, 0 to 1.", known=True
        ),
        Column(
            "opinion", NUMBER, "The probability of the classifier, 0 to 1.", known=True
        ),
        Column(
            "differs",
            BOOL,
            "True where one takes it rather for one person and the other rather for two.",
            known=True,
        ),
    ),
)
SECOND_OPINION = _SECOND_OPINION.schema

TABLES = (_PAIR, _WATERFALL, _CASE, _SECOND_OPINION)
