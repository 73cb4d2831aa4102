"""One FIN or document on two people, and one person with two FINs."""

from __future__ import annotations

from functools import partial

import numpy as np
import pyarrow as pa

from voterlist.agreeing import agreeing, sharing
from voterlist.check.register import Codes, Flags, Register, RegisterTest
from voterlist.model import Rule, Severity, Unit
from voterlist.tables import differ, similarity

__all__ = ["TESTS", "two_people"]

LEAST_ALIKE = 0.7
"""Names less alike than this are two names: of a name of six letters two may be wrong, of three
none."""

FIN_SHARED = Rule("fin-shared", Severity.ERROR, Unit.ENTRY, "a FIN belongs to one person for life")
DOCUMENT_SHARED = Rule(
    "document-shared", Severity.ERROR, Unit.ENTRY, "a document is issued to one person"
)
TWO_FINS = Rule(
    "two-fins",
    Severity.NOTE,
    Unit.ENTRY,
    "a person has one FIN; namesakes born on one day are rare",
)

_PERSON = (
    "surname_stem",
    "given_skeleton",
    "birth_year",
    "birth_month",
    "birth_day",
    "patronymic_skeleton",
)


def _other_name(left: pa.Table, right: pa.Table, name: str) -> Flags:
    # NaN, where either lacks the name, is not below any number.
    other: Flags = similarity(left.column(name), right.column(name)) < LEAST_ALIKE
    return other


def _other_date(left: pa.Table, right: pa.Table) -> Flags:
    """True where the dates differ in what both know of them, day and month exchanged allowed."""
    month, day = (
        differ(left.column(name), right.column(name)) for name in ("birth_month", "birth_day")
    )
    crossed = differ(left.column("birth_month"), right.column("birth_day")) | differ(
        left.column("birth_day"), right.column("birth_month")
    )
    return differ(left.column("birth_year"), right.column("birth_year")) | ((month | day) & crossed)


def two_people(left: pa.Table, right: pa.Table) -> Flags:
    """True where two voters (tables of one length, row by row) cannot well be one person.

    Another given name; or another birth date together with another surname or patronymic. A surname
    alone changes by marriage, and a date alone is a slip. What either lacks says nothing.
    """
    given = _other_name(left, right, "given_skeleton") | differ(
        left.column("given_sex"), right.column("given_sex")
    )
    family = _other_name(left, right, "surname_stem") | _other_name(
        left, right, "patronymic_skeleton"
    )
    return given | (_other_date(left, right) & family)


def _with_reference(register: Register, shared: Codes, code: Codes) -> tuple[Codes, Codes]:
    """Rows that share a code beside the row of that code which holds the most (the first of several such)."""
    gaps = np.zeros(len(shared), dtype=np.int64)
    for name in _PERSON:
        gaps += ~register.known(name)[shared]
    by_code = np.lexsort((shared, gaps, code))
    order, code = shared[by_code], code[by_code]
    leads = np.flatnonzero(np.diff(code, prepend=-1))
    reference = np.repeat(order[leads], np.diff(np.append(leads, len(order))))
    apart = order != reference
    return order[apart], reference[apart]


def _shared(register: Register, rule: Rule, field: str) -> pa.Table:
    """Entries that share the field with another entry which seems to be somebody else."""
    rows, reference = _with_reference(register, *sharing(register.voters.column(field)))
    people = register.voters.select([*_PERSON, "given_sex"])
    left, right = (people.take(pa.array(at)) for at in (rows, reference))
    apart = two_people(left, right)
    return register.entry_findings(rule, rows[apart], other=reference[apart], field=field)


def two_fins(register: Register) -> pa.Table:
    """Entries of one surname, given name, patronymic and full birth date, each with another FIN."""
    with_fin = np.where(register.known("fin"), 0, -1)
    rows, reference = _with_reference(
        register, *agreeing([with_fin, *map(register.codes, _PERSON)])
    )
    fin = register.voters.column("fin")
    apart = differ(fin.take(pa.array(rows)), fin.take(pa.array(reference)))
    return register.entry_findings(TWO_FINS, rows[apart], other=reference[apart], field="fin")


TESTS = (
    RegisterTest(FIN_SHARED, partial(_shared, rule=FIN_SHARED, field="fin")),
    RegisterTest(DOCUMENT_SHARED, partial(_shared, rule=DOCUMENT_SHARED, field="document")),
    RegisterTest(TWO_FINS, two_fins),
)
