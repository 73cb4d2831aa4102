from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from voterlist.persons.matching import agrees, are_two_people, contradicts, doubts
from voterlist.schemas import VOTER
from voterlist.tables import from_columns

PERSON = {
    "entry_id": "a",
    "list_kind": "permanent",
    "surname_stem": "mammad",
    "given_skeleton": "elnur",
    "patronymic_skeleton": "rauf",
    "given_sex": "m",
    "birth_year": 1980,
    "birth_month": 3,
    "birth_day": 4,
}


def voter(**changes) -> pa.Table:
    row = {**PERSON, **changes}
    kinds = {
        field.name: pa.string() if pa.types.is_dictionary(field.type) else field.type
        for field in VOTER
    }
    return from_columns(
        {name: pa.array([row.get(name)], kinds[name]) for name in VOTER.names}, VOTER
    )


@pytest.mark.parametrize(
    ("changes", "contradicted", "two_people"),
    [
        ({}, False, False),
        ({"given_skeleton": "elnuur"}, False, False),
        ({"surname_stem": "aliy"}, False, False),
        ({"birth_month": 4, "birth_day": 3}, False, False),
        ({"birth_month": None, "birth_day": None}, False, False),
        ({"given_skeleton": None, "given_sex": None}, False, False),
        ({"surname_stem": "aliy", "birth_month": 4, "birth_day": 3}, False, False),
        (
            {"surname_stem": "aliy", "birth_month": None, "birth_day": None},
            False,
            False,
        ),
        ({"patronymic_skeleton": "tural"}, False, False),
        ({"patronymic_skeleton": "tural", "birth_year": None}, True, False),
        ({"patronymic_skeleton": "rauff", "birth_year": None}, False, False),
        ({"patronymic_skeleton": None, "birth_year": None}, False, False),
        ({"birth_year": 1979}, True, False),
        ({"birth_day": 5}, True, False),
        ({"fin": "7XYZABC"}, True, False),
        ({"given_skeleton": "sabuhi"}, True, True),
        ({"given_skeleton": "elnura", "given_sex": "f"}, True, True),
        ({"surname_stem": "aliy", "birth_year": 1979}, True, True),
        ({"patronymic_skeleton": "tural", "birth_day": 5}, True, True),
    ],
)
def test_what_speaks_against_one_person(changes, contradicted, two_people):
    """A row of a register is doubted for a date or a FIN alone, an entry of the same list is not.

    A slip, a marriage or a gap speaks against nobody; which side has it does not matter.
    """
    one, other = voter(fin="5ABCDEF"), voter(**{"fin": "5ABCDEF", **changes})
    for sides in ((one, other), (other, one)):
        assert contradicts(*sides).tolist() == [contradicted]
        assert are_two_people(*sides).tolist() == [two_people]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, True),
        ({"given_skeleton": "sabuhi"}, True),
        ({"birth_year": 1979}, True),
        ({"given_skeleton": None}, True),
        ({"given_skeleton": None, "birth_year": None}, False),
        ({"given_skeleton": "sabuhi", "birth_year": None}, False),
        ({"given_skeleton": "sabuhi", "birth_year": 1979}, False),
    ],
)
def test_a_name_or_a_year_must_agree(changes, expected):
    """An identifier with nothing beside it may be a slip of one character."""
    assert agrees(voter(), voter(**changes)).tolist() == [expected]


MISSING = -1


@pytest.mark.parametrize(
    ("fin", "given_name", "patronymic", "birth_date", "expected"),
    [
        ((1, 1), (1, 1), (1, 1), (1, 1), (False, False)),
        ((1, 2), (1, 1), (1, 1), (1, 1), (True, False)),
        ((1, MISSING), (1, 1), (1, 1), (1, 1), (False, False)),
        ((MISSING, MISSING), (1, 2), (1, 1), (1, 1), (False, True)),
        ((1, 1), (1, 2), (1, 1), (1, 1), (False, False)),
        ((1, 2), (1, 2), (1, 1), (1, 1), (True, True)),
        ((MISSING, MISSING), (1, 2), (1, MISSING), (1, 1), (False, True)),
        ((MISSING, MISSING), (1, 2), (1, 2), (1, 1), (False, False)),
        ((MISSING, MISSING), (1, 2), (1, 1), (1, 2), (False, False)),
        ((MISSING, MISSING), (1, 2), (1, 1), (MISSING, MISSING), (False, False)),
        ((MISSING, MISSING), (1, MISSING), (1, 1), (1, 1), (False, False)),
    ],
)
def test_what_the_linkage_asks_of_a_repetition(
    fin, given_name, patronymic, birth_date, expected
):
    """Twins would be struck as one person, and so would two bearers of two FINs."""

    def sides(codes):
        return tuple(np.array([code]) for code in codes)

    found = doubts(
        fin=sides(fin),
        given_name=sides(given_name),
        patronymic=sides(patronymic),
        birth_date=sides(birth_date),
    )
    assert tuple(flags.tolist() for flags in found) == tuple([one] for one in expected)


def test_a_name_that_is_alike_is_never_another_one():
    """At the limit itself a name would speak for one person and against it at once."""
    one, other = (
        voter(given_skeleton=name, given_sex=None)
        for name in ("abcdefghij", "abcdefgxyz")
    )
    assert agrees(one, other).tolist() == [True]
    assert are_two_people(one, other).tolist() == [False]
