"""Can two rows be one person? What speaks against it, and who asks which question.

The parts (another given name, birth date, family name or FIN) are told once. The stages put them
together by what has brought two rows together:

* a register and the list (``contradicts``): a row of another body and an entry share an identifier
  or the whole name; here a birth date alone speaks against one person;
* one list (``are_two_people``): two entries share an identifier; a slip in the date alone is no
  other person, so a date needs another surname or patronymic beside it;
* the linkage (``doubts``): all fields together say one person; here a FIN, or the look of twins,
  makes a question of the answer.

What either row lacks speaks neither for nor against.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa

from voterlist.tables import differ, similarity

Flags: TypeAlias = np.ndarray[Any, np.dtype[np.bool_]]
Codes: TypeAlias = np.ndarray[Any, np.dtype[Any]]
Sides: TypeAlias = tuple[Codes, Codes]
"""The codes of one field in the left and in the right rows; -1 where missing."""

_LEAST_ALIKE = 0.7
"""Names less alike than this are two names: of a name of six letters two may be wrong, of three
none."""


def contradicts(left: pa.Table, right: pa.Table) -> Flags:
    """True where FIN, given name, its sex or birth date say that two rows are two people.

    A surname does not: it changes by marriage and by law. ``left`` and ``right`` are VOTER of one
    length, compared row by row.
    """
    other_fin = differ(left.column("fin"), right.column("fin"))
    return other_fin | _other_given_name(left, right) | _other_birth_date(left, right)


def agrees(left: pa.Table, right: pa.Table) -> Flags:
    """True where a given name or a birth year is known on both sides, and alike."""
    likeness = similarity(left.column("given_skeleton"), right.column("given_skeleton"))
    years = left.column("birth_year"), right.column("birth_year")
    both_known = np.asarray(years[0].is_valid(), bool) & np.asarray(
        years[1].is_valid(), bool
    )
    alike: Flags = (likeness >= _LEAST_ALIKE) | (both_known & ~differ(*years))
    return alike


def are_two_people(left: pa.Table, right: pa.Table) -> Flags:
    """True where two entries that share an identifier cannot well be one person.

    Another given name; or another birth date together with another surname or patronymic. A surname
    alone changes by marriage, and a date alone is a slip. ``left`` and ``right`` are VOTER of one
    length, compared row by row.
    """
    other_family = _other_name(left, right, "surname_stem")
    other_family |= _other_name(left, right, "patronymic_skeleton")
    return _other_given_name(left, right) | (
        _other_birth_date(left, right) & other_family
    )


def doubts(
    *, fin: Sides, given_name: Sides, patronymic: Sides, birth_date: Sides
) -> tuple[Flags, Flags]:
    """(other FIN, twins possible) of pairs that the linkage takes for one person.

    A FIN is for life, so another one is another person. So do twins look: father and birth date are
    the same, the given name is written otherwise, and no common FIN says that it is one person.
    """
    one_date = _are_equal(*birth_date)
    twins = (
        one_date
        & _are_other(*given_name)
        & ~_are_other(*patronymic)
        & ~_are_equal(*fin)
    )
    return _are_other(*fin), twins


def _other_name(left: pa.Table, right: pa.Table, name: str) -> Flags:
    # NaN, where either lacks the name, is not below any number.
    other: Flags = similarity(left.column(name), right.column(name)) < _LEAST_ALIKE
    return other


def _other_given_name(left: pa.Table, right: pa.Table) -> Flags:
    other_sex = differ(left.column("given_sex"), right.column("given_sex"))
    return _other_name(left, right, "given_skeleton") | other_sex


def _other_birth_date(left: pa.Table, right: pa.Table) -> Flags:
    """True where the dates differ in what both know of them; day and month may be exchanged."""
    year, month, day = (
        (left.column(name), right.column(name))
        for name in ("birth_year", "birth_month", "birth_day")
    )
    straight = differ(*month) | differ(*day)
    crossed = differ(month[0], day[1]) | differ(day[0], month[1])
    return differ(*year) | (straight & crossed)


def _are_other(left: Codes, right: Codes) -> Flags:
    return np.asarray((left >= 0) & (right >= 0) & (left != right))


def _are_equal(left: Codes, right: Codes) -> Flags:
    return np.asarray((left >= 0) & (left == right))
