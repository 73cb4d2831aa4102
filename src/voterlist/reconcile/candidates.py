"""Which entries of a list may be a person of a register: those that share what ``match`` goes by.

A register meets few entries of a list. So the list is looked through a constituency at a time, and
only these entries are brought together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from voterlist.matching import MATCHED
from voterlist.reconcile.policies import POLICIES
from voterlist.schemas import VOTER
from voterlist.shared_values import NO_KEY, row_keys

Keys = np.ndarray[Any, np.dtype[np.uint64]]

COMPARED = pa.schema(
    [VOTER.field(name) for name in dict.fromkeys(sum(MATCHED.values(), ()))]
)
"""The columns of VOTER by which an entry and a row of a register meet."""


def asks_of_all(registers: Iterable[str]) -> bool:
    """True where one of these registers says something of the entries that no row of it meets."""
    return any(
        POLICIES[name].list_only is not None for name in registers if name in POLICIES
    )


def register_keys(registers: Iterable[pa.Table]) -> dict[str, Keys]:
    """The numbers by which a row of these registers (VOTER) can be met, ascending."""
    tables = list(registers)
    keys = {}
    for kind, names in MATCHED.items():
        own = [row_keys(table, names) for table in tables]
        every = np.unique(np.concatenate(own)) if own else np.zeros(0, np.uint64)
        keys[kind] = every[every != NO_KEY]
    return keys


def may_meet(voters: pa.Table, keys: Mapping[str, Keys]) -> np.ndarray[Any, Any]:
    """The rows of the list (``COMPARED``) that a row with one of these numbers may meet."""
    flags = np.zeros(voters.num_rows, dtype=bool)
    for kind, names in MATCHED.items():
        flags |= np.isin(row_keys(voters, names), keys[kind])
    return np.flatnonzero(flags)
