"""One entry twice: in a precinct, in a constituency, across constituencies.

Whether the two are one person, ``link`` weighs and a person decides.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from voterlist.check.register import Codes, Register, RegisterTest, groups_of
from voterlist.model import Rule, Severity, Unit
from voterlist.tables import group_codes

__all__ = ["TESTS"]

_PLACES = ("constituency", "precinct")

SAME_PRECINCT = Rule(
    "same-entry-repeated", Severity.NOTE, Unit.ENTRY, "a voter stands in a precinct's list once"
)
SAME_CONSTITUENCY = Rule(
    "same-entry-in-constituency",
    Severity.NOTE,
    Unit.ENTRY,
    "Election Code, art. 46: the constituency checks the lists of its precincts for repetitions",
)
OTHER_CONSTITUENCY = Rule(
    "same-entry-across-constituencies",
    Severity.NOTE,
    Unit.ENTRY,
    "Election Code, art. 46.1: the Central Election Commission verifies the lists for repetitions",
)


class _Repeats(NamedTuple):
    """Those who share names and full date with another, and the first of each group.

    In no group, the row itself.
    """

    rows: Codes
    in_precinct: Codes
    in_constituency: Codes
    anywhere: Codes


def _firsts(rows: Codes, code: Codes) -> Codes:
    """The first row of each row's code; the row itself where it has none."""
    groups = groups_of(code, int(code.max(initial=-1)) + 1)
    return np.where(code >= 0, rows[np.append(groups.first, 0)[code]], rows)


def _repeats(register: Register) -> _Repeats:
    """Who stands where before.

    Where the constituency is not known to anybody, the precinct alone says the place.
    """
    rows, person = register.namesakes
    places = register.voters.select(list(_PLACES)).take(pa.array(rows))
    table = places.append_column("person", pa.array(person))
    whole, part = (
        group_codes(table, "person", *_PLACES[:count], known=False)[0] for count in (1, 2)
    )
    part[~register.known("precinct")[rows]] = -1
    return _Repeats(rows, *(_firsts(rows, code) for code in (part, whole, person)))


def _repeated(register: Register, rule: Rule) -> pa.Table:
    """Entries that an earlier one equals in names and full birth date, told by the narrowest place of the two."""
    rows, *firsts = register.remembered(_repeats)
    in_precinct, in_constituency, anywhere = (first != rows for first in firsts)
    known, in_known = (register.known(name) for name in _PLACES)
    flags, other = {
        SAME_PRECINCT: (in_precinct, firsts[0]),
        SAME_CONSTITUENCY: (in_constituency & ~in_precinct & in_known[rows], firsts[1]),
        OTHER_CONSTITUENCY: (
            anywhere & ~in_constituency & known[rows] & known[firsts[2]],
            firsts[2],
        ),
    }[rule]
    return register.entry_findings(rule, rows[flags], other=other[flags])


TESTS = tuple(
    RegisterTest(rule, partial(_repeated, rule=rule))
    for rule in (SAME_PRECINCT, SAME_CONSTITUENCY, OTHER_CONSTITUENCY)
)
