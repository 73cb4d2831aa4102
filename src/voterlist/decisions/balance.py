"""The list of each precinct in numbers: handed in, struck, repeated, moved, added, listed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from voterlist.decisions.outcome import Outcome, Row
from voterlist.errors import StageError
from voterlist.model import Action, ListKind, Verdict
from voterlist.schemas import LIST_BALANCE
from voterlist.tables import from_columns, is_among, plain, sort_by

_List: TypeAlias = tuple[int | None, int | None, str]
"""(constituency, precinct, kind of list)."""
Counted: TypeAlias = Counter[_List]
"""How many entries each list has."""

_KEY = ("constituency", "precinct", "list_kind")
_TAKEN = ("struck", "repeated", "moved_out")
_GIVEN = ("moved_in", "added")
_LEAVES_AS = {
    Action.STRIKE.value: "struck",
    Verdict.REPEAT.value: "repeated",
    Action.MOVE.value: "moved_out",
}
"""What an action is called in the balance of the list where the entry was handed in."""


def count_entries(entries: pa.Table) -> Counted:
    """How many entries each list has, as handed in."""
    columns = {name: plain(entries.column(name)) for name in _KEY}
    grouped = pa.table(columns).group_by(list(_KEY)).aggregate([([], "count_all")])
    rows = zip(*(grouped.column(name).to_pylist() for name in _KEY), strict=True)
    return Counter(
        dict(zip(rows, grouped.column("count_all").to_pylist(), strict=True))
    )


def balance(
    handed_in: Counted, done: Outcome, kinds: Mapping[str, str], entries: pa.Table
) -> pa.Table:
    """LIST_BALANCE of every list, in order of constituency, precinct and kind.

    What is listed is counted for itself, from the entries that stay and where they stand.

    Args:
        handed_in: how many entries each list has.
        done: what was decided.
        kinds: the kind of list of each entry that was decided about.
        entries: with ``entry_id`` and the three columns of a list.

    Raises:
        StageError: the numbers of a list do not add up.
    """
    counts = {name: Counter[_List]() for name in (*_TAKEN, *_GIVEN)}
    for row in done.applied:
        _count(row, kinds, counts)
    counts |= {
        "handed_in": handed_in,
        "listed": _listed(done, kinds, entries, handed_in),
    }
    lists = sorted(set().union(*counts.values()), key=_order)
    columns: dict[str, list[Any]] = {
        name: [one[place] for one in lists] for place, name in enumerate(_KEY)
    }
    columns |= {name: [number[one] for one in lists] for name, number in counts.items()}
    table = from_columns(columns, LIST_BALANCE, len(lists))
    require_balance(table)
    return sort_by(table, *_KEY)


def require_balance(table: pa.Table) -> None:
    """Refuse a LIST_BALANCE whose numbers do not add up.

    Raises:
        StageError: it names a precinct of which they do not, or none where the whole does not.
    """
    for row in table.to_pylist():
        stays = row["handed_in"] - sum(row[name] for name in _TAKEN)
        if row["listed"] != stays + sum(row[name] for name in _GIVEN):
            raise _broken(f"{row['constituency']}/{row['precinct']}")
    out, back = (
        pc.sum(table.column(name)).as_py() for name in ("moved_out", "moved_in")
    )
    if out != back:
        raise _broken("")


def _broken(place: str) -> StageError:
    """The error of a list that does not balance."""
    return StageError(
        f"review: the list {place} does not balance",
        stage="review",
        code="list-unbalanced",
        places={"place": place},
    )


def _count(row: Row, kinds: Mapping[str, str], counts: Mapping[str, Counted]) -> None:
    """Add one row of APPLIED to the numbers of its lists."""
    action = row["action"]
    if action == Action.ADD:
        counts["added"][_there(row, ListKind.PERMANENT.value)] += 1
    elif action in _LEAVES_AS:
        kind = kinds[row["entry_id"]]
        here = (row["from_constituency"], row["from_precinct"], kind)
        counts[_LEAVES_AS[action]][here] += 1
        if action == Action.MOVE:
            counts["moved_in"][_there(row, kind)] += 1


def _there(row: Row, kind: str) -> _List:
    """The list onto which a row of APPLIED puts somebody."""
    return row["constituency"], row["precinct"], kind


def _listed(
    done: Outcome, kinds: Mapping[str, str], entries: pa.Table, handed_in: Counted
) -> Counted:
    """How many stand on each list in the end."""
    gone = {row["entry_id"] for row in done.applied if row["action"] in _LEAVES_AS}
    listed = Counter(handed_in)
    if gone:
        is_gone = is_among(entries.column("entry_id"), gone)
        listed = count_entries(entries.filter(pc.invert(is_gone)))
    listed.update(_arrived(done, kinds))
    return listed


def _arrived(done: Outcome, kinds: Mapping[str, str]) -> Iterable[_List]:
    """The list of each entry that was moved, and of each added person."""
    for row in done.applied:
        if row["action"] == Action.MOVE:
            yield _there(row, kinds[row["entry_id"]])
    for row in done.added:
        yield _there(row, row["list_kind"])


def _order(one: _List) -> tuple[int, int, str]:
    """Lists by constituency, precinct and kind; unknown numbers come first."""
    constituency, precinct, kind = one
    return constituency or 0, precinct or 0, kind
