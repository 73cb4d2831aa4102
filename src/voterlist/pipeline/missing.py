"""Lists that the last run had and this one has not.

A disk that is not connected looks like an empty folder.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from voterlist.errors import UsageError
from voterlist.pipeline.known import known
from voterlist.schemas import LIST, empty
from voterlist.storage import ledger as ledgers


@dataclass(frozen=True, slots=True)
class MissingList:
    """A precinct of which the last run had entries, and this one has none."""

    constituency: int | None
    precinct: int | None
    entries: int
    """How many the last run had."""


def earlier_lists(workspace: Path, place: ledgers.Place) -> pa.Table:
    """LIST of the newest complete runs; without rows where there is none.

    ``place``: where the ledger of the workspace is.

    Raises:
        InputError: the table of an earlier run is damaged.
    """
    with ledgers.reading(place) as ledger:
        try:
            return known(workspace, ledger).table("lists")
        except UsageError:
            return empty(LIST)


def missing_lists(
    earlier: pa.Table,
    lists: pa.Table,
    *,
    constituencies: Collection[int] | None,
    unread: Collection[int | None],
) -> tuple[MissingList, ...]:
    """The precincts of ``earlier`` of which ``lists`` (both LIST) has no entry, in order.

    Args:
        earlier: the lists of the last run.
        lists: those of this run.
        constituencies: those of this run; None where it is of all.
        unread: those of which something could not be read, which is said already; None among them
            stands for a list of which nobody knows whose it is.
    """
    counted = _entries(earlier)
    gone = set(counted) - set(_entries(lists))
    return tuple(
        MissingList(*place, counted[place])
        for place in sorted(gone, key=_unknown_last)
        if (constituencies is None or place[0] in constituencies)
        and place[0] not in unread
    )


_Place = tuple[int | None, int | None]


def _entries(lists: pa.Table) -> dict[_Place, int]:
    """How many entries each precinct has, where it has any."""
    filled = lists.filter(pc.greater(lists.column("entries"), 0))
    grouped = filled.group_by(["constituency", "precinct"]).aggregate(
        [("entries", "sum")]
    )
    return {
        (row["constituency"], row["precinct"]): row["entries_sum"]
        for row in grouped.to_pylist()
    }


def _unknown_last(place: _Place) -> tuple[bool, int, bool, int]:
    constituency, precinct = place
    return constituency is None, constituency or 0, precinct is None, precinct or 0
