"""Which decisions wait for a second pair of eyes, and what is known of how right they are."""

from __future__ import annotations

from voterlist.schemas.columns import (
    BOOL,
    CASE_ID,
    COUNT,
    DECIDED_BY,
    ENTRY_ID,
    INT32,
    NUMBER,
    WORD,
    Column,
    Table,
)

_SECOND_READING = Table(
    "SECOND_READING",
    "An entry of a case that one person decided and another one is to read, without knowing how it"
    " was decided.",
    (
        CASE_ID,
        ENTRY_ID,
        DECIDED_BY,
        Column("why", WORD, "`striking`, `every-case` or `sample`.", known=True),
        Column(
            "holds_back",
            BOOL,
            "True where no entry of the case leaves the list until it is read.",
            known=True,
        ),
        Column(
            "is_ready",
            BOOL,
            "False where an entry of the case has no verdict yet.",
            known=True,
        ),
    ),
)
SECOND_READING = _SECOND_READING.schema

_CERTIFICATE = Table(
    "CERTIFICATE",
    "How right the decisions about cases are, measured by what was read twice or drawn.",
    (
        Column("constituency", INT32, "Of which; null for all lists together."),
        Column(
            "measure",
            WORD,
            "`agreement`, `kappa`, `precision`, `missed`, `unasked` or `proposed`.",
            known=True,
        ),
        Column(
            "kind",
            WORD,
            "A code of `CaseKind`, of `unasked` a band of the probability; null for all together.",
        ),
        Column("cases", COUNT, "How many cases it is about.", known=True),
        Column(
            "read", COUNT, "How many of them were read twice, or drawn.", known=True
        ),
        Column(
            "found",
            COUNT,
            "How many of those agreed, were confirmed, or were repeats.",
            known=True,
        ),
        Column(
            "estimate",
            NUMBER,
            "The share, 0 to 1; of `kappa` the coefficient; of `missed` and `unasked` how many"
            " are repeats. Null where nothing can be said.",
        ),
        Column("low", NUMBER, "The lower end of its interval of 95 %."),
        Column("high", NUMBER, "The upper end."),
    ),
)
CERTIFICATE = _CERTIFICATE.schema

TABLES = (_SECOND_READING, _CERTIFICATE)
