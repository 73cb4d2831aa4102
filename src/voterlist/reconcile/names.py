"""Entries under a name that its bearer has given up, and persons who stand under both names."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from voterlist.findings import PRECINCT_PLACE, make, take_columns
from voterlist.matching import Flags, Matched, Rows
from voterlist.reconcile.rules.name_changes import BOTH_NAMES, OLD_NAME
from voterlist.tables import similarity

_NONE = -1
"""The number of no entry."""
_NAMES = ("surname_skeleton", "given_skeleton")


def merged_names(now: Matched, former: Matched, order: Rows) -> Matched:
    """The matches of the register of name changes, by either name.

    Each pair stands once, with the better of its classes.
    ``order`` is the row of the register that each row of ``former`` belongs to.
    """
    register = np.append(now.register, order[former.register].astype(np.int64))
    entry, kind = np.append(now.entry, former.entry), np.append(now.kind, former.kind)
    level = np.append(now.level, former.level)
    met = np.isin(register, register[entry >= 0])
    kept = np.flatnonzero((entry >= 0) | ~met)
    # The best class of a pair comes first, and the first is kept.
    kept = kept[np.lexsort((kind[kept], entry[kept], register[kept]))]
    new = np.ones(len(kept), dtype=bool)
    new[1:] = (np.diff(register[kept]) != 0) | (np.diff(entry[kept]) != 0)
    kept = kept[new]
    return Matched(register[kept], entry[kept], kind[kept], level[kept], now.rows)


def changed_names(
    rows: Matched, register: pa.Table, former: pa.Table, voters: pa.Table
) -> list[pa.Table]:
    """FINDING: entries nearer to the name given up than to the one borne now.

    ``former`` is aligned with the register. Where another entry of the same person bears the new
    name, the person stands twice, and the finding names both.
    """
    at = np.flatnonzero(rows.is_class("confirmed", "probable"))
    row, entry = rows.register[at], rows.entry[at]
    is_old = _is_old(register, former, voters, row, entry)
    entry_of_new_name = np.full(register.num_rows, _NONE, dtype=np.int64)
    entry_of_new_name[row[~is_old]] = entry[~is_old]
    other_entry = entry_of_new_name[row]
    twice = is_old & (other_entry != _NONE)
    once = is_old & ~twice
    beside_row = _beside(voters, entry[once], register, row[once])
    beside_entry = _beside(voters, entry[twice], voters, other_entry[twice])
    return [
        make(OLD_NAME, int(once.sum()), beside_row),
        make(BOTH_NAMES, int(twice.sum()), beside_entry),
    ]


def _is_old(
    register: pa.Table, former: pa.Table, voters: pa.Table, row: Rows, entry: Rows
) -> Flags:
    """Which pairs have an entry whose names are more like the former than the new."""
    listed = voters.select(list(_NAMES)).take(pa.array(entry))
    nearer = np.zeros(len(row))
    for name in _NAMES:
        was, now = (
            table.column(name).take(pa.array(row)) for table in (former, register)
        )
        gain = similarity(listed.column(name), was) - similarity(
            listed.column(name), now
        )
        nearer += np.nan_to_num(gain)
    flags: Flags = nearer > 0
    return flags


def _beside(
    voters: pa.Table, entry: Rows, other: pa.Table, row: Rows
) -> dict[str, Any]:
    """The columns of findings about these entries, each beside a row of another table."""
    columns = take_columns(voters, entry, (*PRECINCT_PLACE, "entry_id"))
    return columns | {"other_entry_id": other.column("entry_id").take(pa.array(row))}
