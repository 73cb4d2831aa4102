"""What a package holds is about the place that it comes from or goes to, and can be so.

Every table goes through one check, column by column: a new table or column is held to the place
without a word here. What may concern others is named below, with its reason.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import pyarrow as pa

from voterlist.custody import Manifest
from voterlist.custody.manifest import years_of
from voterlist.custody.refusals import wrong
from voterlist.schemas import (
    ACCEPTED,
    AMENDMENT,
    APPLIED,
    DECISION,
    DOOR,
    FINDING,
    INDICATOR,
    RECORD,
)
from voterlist.tables import plain
from voterlist.usecases.gates import Scope

_NOT_AT_THE_DOOR = ("entry_id", "other_name", "other_address", "case_id", "finding_id")
"""Columns of DOOR that tell of somebody else, or tell nobody there anything."""
PACKED: Mapping[str, pa.Schema] = {
    "accepted": ACCEPTED,
    "amendments": AMENDMENT,
    "applied": APPLIED,
    "decisions": DECISION,
    "door": pa.schema([one for one in DOOR if one.name not in _NOT_AT_THE_DOOR]),
    "findings": FINDING,
    "indicators": INDICATOR,
    "record": RECORD,
}
"""The tables of packages."""
_MOVED = frozenset({"amendments", "applied", "record"})
"""Tables of people who come from another place or go there, or whom a register adds: of such a row
the entry or the place is of here, not both."""
_OF_OTHERS = "other_entry_id"
"""The second entry of a finding may stand elsewhere. It is not believed: only what is on the lists
of the sender has an id here."""
# A case may be shared with others, and so may its id: a package holds the own entries of a case,
# and the receiver makes the id anew. An answer to a returned case names the case alone; it is heard
# where that case was returned to its sender.
_MOMENTS = frozenset({"accepted_at", "day", "decided_at", "due"})
_FIRST_YEAR = 2000
"""Of a moment in a table: a decision of an earlier cycle may still hold."""
_GREATEST = 10**9
"""Of any number in a package: a hundred times the people of the country."""


def own_rows(name: str, table: pa.Table, scope: Scope) -> pa.Table:
    """The rows of a table of this name that a package about this place holds."""
    names = table.column_names
    if "constituency" in names and name not in _MOVED:
        return scope.of(table)
    return scope.about(table) if "entry_id" in names else table


def require_held(name: str, table: pa.Table, manifest: Manifest) -> None:
    """Refuse a table with a row about others, or with a number or a moment that cannot be.

    Raises:
        CustodyError: ``package-content-wrong``.
    """
    # The place that a package is about is that of the lower of its two commissions.
    precinct = manifest.sender.precinct or manifest.receiver.precinct
    scope = Scope(manifest.constituency, precinct)
    if own_rows(name, table, scope).num_rows < table.num_rows:
        raise wrong("place")
    is_held = name not in _MOVED
    for column in table.column_names:
        for value in plain(table.column(column)).drop_null().unique().to_pylist():
            if is_held and _is_of_others(column, value, scope):
                raise wrong("place")
            if not _can_be(column, value, manifest.cycle):
                raise wrong(name)


def _is_of_others(column: str, value: object, scope: Scope) -> bool:
    """True for an entry or a constituency that is none of this place."""
    if column.endswith("constituency"):
        return value != scope.constituency
    is_id = column.endswith("entry_id") and column != _OF_OTHERS
    return is_id and not str(value).startswith(scope.prefix)


def _can_be(column: str, value: object, cycle: str) -> bool:
    """False for a number out of all measure, and for a moment that is none or of another age."""
    if isinstance(value, int | float):
        return abs(value) <= _GREATEST
    if column not in _MOMENTS:
        return True
    try:
        year = dt.datetime.fromisoformat(str(value)).year
    except ValueError:
        return False
    return _FIRST_YEAR <= year < years_of(cycle).stop
