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

SAME_PRECINCT = Rule("same-entry-repeated", Severity.NOTE, Unit.ENTRY, "a voter stands in a precinct's list once")
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
    """For each row the first row of the same names and full date; the row itself where there is none before it."""

    in_precinct: Codes
    in_constituency: Codes
    anywhere: Codes


def _firsts(code: Codes) -> Codes:
    """The first row of each row's code; the row itself where it has none."""
    groups = groups_of(code, int(code.max(initial=-1)) + 1)
    return np.where(code >= 0, np.append(groups.first, 0)[code], np.arange(len(code)))


def _repeats(register: Register) -> _Repeats:
    """Who stands where before. Where the constituency is not known to anybody, the precinct alone says the place."""
    person = register.namesakes
    # Few stand more than once; only their places are looked at.
    shared = np.flatnonzero(person >= 0)
    shared = shared[np.bincount(person[shared])[person[shared]] > 1]
    places = register.voters.select(list(_PLACES)).take(pa.array(shared))
    table = places.append_column("person", pa.array(person[shared], pa.int64()))
    whole, part = (group_codes(table, "person", *_PLACES[:count], known=False)[0] for count in (1, 2))
    part[~register.known("precinct")[shared]] = -1
    rows = np.arange(len(register))
    found = _Repeats(*(rows.copy() for _ in _Repeats._fields))
    for into, code in zip(found, (part, whole, person[shared]), strict=True):
        into[shared] = shared[_firsts(code)]
    return found


def _repeated(register: Register, rule: Rule) -> pa.Table:
    """Entries that an earlier one equals in names and full birth date, told by the narrowest place of the two."""
    first, rows = _repeats(register), np.arange(len(register))
    in_precinct, in_constituency = first.in_precinct != rows, first.in_constituency != rows
    known = register.known("constituency")
    flags, other = {
        SAME_PRECINCT: (in_precinct, first.in_precinct),
        SAME_CONSTITUENCY: (in_constituency & ~in_precinct & register.known("precinct"), first.in_constituency),
        OTHER_CONSTITUENCY: (
            (first.anywhere != rows) & ~in_constituency & known & known[first.anywhere],
            first.anywhere,
        ),
    }[rule]
    return register.entry_findings(rule, flags, other=other[flags])


TESTS = tuple(
    RegisterTest(rule, partial(_repeated, rule=rule)) for rule in (SAME_PRECINCT, SAME_CONSTITUENCY, OTHER_CONSTITUENCY)
)
