"""Entries under a name that its bearer has given up, and persons who stand under both names."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from voterlist.config import CheckSettings
from voterlist.matching import Flags, Matched, Rows
from voterlist.reconcile.rules import BOTH_NAMES, OLD_NAME, found
from voterlist.tables import similarity

__all__ = ["changed_names", "merged_names"]

_NAMES = ("surname_skeleton", "given_skeleton")


def merged_names(now: Matched, former: Matched, order: Rows) -> Matched:
    """The register of name changes met by either name: each pair once, with the better of its classes.

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
    rows: Matched, register: pa.Table, former: pa.Table, voters: pa.Table, settings: CheckSettings
) -> list[pa.Table]:
    """FINDING: entries nearer to the name given up than to the one borne now; ``former`` is aligned with the register.

    Where another entry of the same person bears the new name, the person stands twice, and the
    finding names both.
    """
    at = np.flatnonzero(rows.is_class("confirmed", "probable"))
    row, entry = rows.register[at], rows.entry[at]
    old = _is_old(register, former, voters, row, entry)
    twin = np.full(register.num_rows, -1, dtype=np.int64)
    twin[row[~old]] = entry[~old]
    twice = old & (twin[row] >= 0)
    alone = old & ~twice
    return [
        found(
            OLD_NAME,
            _columns(voters, entry[alone], register, row[alone]),
            int(alone.sum()),
            settings,
        ),
        found(
            BOTH_NAMES,
            _columns(voters, entry[twice], voters, twin[row[twice]]),
            int(twice.sum()),
            settings,
        ),
    ]


def _is_old(
    register: pa.Table, former: pa.Table, voters: pa.Table, row: Rows, entry: Rows
) -> Flags:
    """Which pairs have an entry whose surname and given name are more like the former than the new."""
    listed = voters.select(list(_NAMES)).take(pa.array(entry))
    nearer = np.zeros(len(row))
    for name in _NAMES:
        was, now = (table.column(name).take(pa.array(row)) for table in (former, register))
        gain = similarity(listed.column(name), was) - similarity(listed.column(name), now)
        nearer += np.nan_to_num(gain)
    flags: Flags = nearer > 0
    return flags


def _columns(
    voters: pa.Table, entry: Rows, other: pa.Table, row: Rows
) -> dict[str, pa.ChunkedArray]:
    where = voters.select(["constituency", "precinct", "entry_id"]).take(pa.array(entry))
    columns = {name: where.column(name) for name in where.column_names}
    columns["other_entry_id"] = other.column("entry_id").take(pa.array(row))
    return columns
