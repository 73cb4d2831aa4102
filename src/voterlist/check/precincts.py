"""The size of a precinct, and how many lists it handed in."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.check.register import Codes, Register, RegisterTest
from voterlist.findings import PRECINCT_PLACE, make
from voterlist.model import Rule, Severity, Unit

__all__ = ["TESTS"]

_SIZE = "Election Code: a precinct has 50 to 1,500 voters"

PRECINCT_TOO_SMALL = Rule("precinct-too-small", Severity.WARNING, Unit.PRECINCT, _SIZE)
PRECINCT_TOO_LARGE = Rule("precinct-too-large", Severity.WARNING, Unit.PRECINCT, _SIZE)
PRECINCT_IN_TWO_LISTS = Rule(
    "precinct-in-two-lists",
    Severity.WARNING,
    Unit.PRECINCT,
    "a precinct has one list; an older version beside it enters its voters twice",
)


def _permanent(register: Register) -> Codes:
    """How many entries of permanent lists each precinct has.

    0 for one whose number is not known.
    """
    return np.where(register.named_precinct, register.precincts.count(register.permanent), 0)


def precinct_too_small(register: Register) -> pa.Table:
    """Precincts with fewer entries than the law allows.

    The list of a ward or a ship alone is no precinct.
    """
    size, limit = _permanent(register), register.settings.smallest_precinct
    at = np.flatnonzero((size > 0) & (size < limit))
    return register.precinct_findings(PRECINCT_TOO_SMALL, at, value=size[at], limit=limit)


def precinct_too_large(register: Register) -> pa.Table:
    """Precincts with more entries than the law allows."""
    size, limit = _permanent(register), register.settings.largest_precinct
    at = np.flatnonzero(size > limit)
    return register.precinct_findings(PRECINCT_TOO_LARGE, at, value=size[at], limit=limit)


def precinct_in_two_lists(register: Register) -> pa.Table:
    """Precincts for which permanent lists of different content were handed in."""
    lists = register.lists
    kind = lists.column("list_kind").cast(pa.string())
    usable = pc.and_(
        pc.and_(pc.equal(kind, "permanent"), pc.greater(lists.column("entries"), 0)),
        lists.column("precinct").is_valid(),
    )
    places = lists.filter(usable).group_by(["constituency", "precinct"], use_threads=False)
    counted = places.aggregate([("source", "count_distinct")])
    several = counted.filter(pc.greater(counted.column("source_count_distinct"), 1))
    columns = {name: several.column(name) for name in PRECINCT_PLACE}
    columns |= {"value": several.column("source_count_distinct"), "limit": 1}
    return make(PRECINCT_IN_TWO_LISTS, several.num_rows, columns)


TESTS = (
    RegisterTest(PRECINCT_TOO_SMALL, precinct_too_small),
    RegisterTest(PRECINCT_TOO_LARGE, precinct_too_large),
    RegisterTest(PRECINCT_IN_TWO_LISTS, precinct_in_two_lists),
)
