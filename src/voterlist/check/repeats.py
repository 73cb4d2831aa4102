"""One entry twice in one precinct. Whether the two are one person, ``link`` weighs and a person decides."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from voterlist.check.register import Register, RegisterTest, groups_of
from voterlist.model import Rule, Severity, Unit
from voterlist.tables import group_codes

__all__ = ["TESTS"]

_SAME = ("constituency", "precinct", "surname", "given_name", "patronymic", "birth_year", "birth_month", "birth_day")

SAME_ENTRY_REPEATED = Rule(
    "same-entry-repeated",
    Severity.NOTE,
    Unit.ENTRY,
    "a voter stands in a precinct's list once",
)


def same_entry_repeated(register: Register) -> pa.Table:
    """Entries of a precinct with the names and the full birth date of an earlier one, beside that one.

    Where the constituency is not known to anybody, the precinct alone says the place.
    """
    place, _ = group_codes(register.voters, *_SAME[:2], known=False)
    table = register.voters.select(list(_SAME[2:])).append_column("place", pa.array(place))
    groups = groups_of(*group_codes(table, "place", *_SAME[2:]))
    at = np.flatnonzero(groups.codes >= 0)
    at = at[groups.first[groups.codes[at]] != at]
    at = at[register.known("precinct")[at]]
    return register.entry_findings(SAME_ENTRY_REPEATED, at, other=groups.first[groups.codes[at]])


TESTS = (RegisterTest(SAME_ENTRY_REPEATED, same_entry_repeated),)
