"""Notes of the normaliser: what is noticed about the rows of a table becomes findings."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from voterlist.findings import ENTRY_PLACE, gather, make, take_columns
from voterlist.model import Rule
from voterlist.schemas import FINDING

Flags = np.ndarray[Any, np.dtype[np.bool_]]


class Notes:
    """Collects findings about the rows of one ENTRY table.

    Only its columns ``ENTRY_PLACE`` are needed.
    """

    def __init__(self, entries: pa.Table) -> None:
        self._entries = entries
        self._found: list[pa.Table] = []
        self._taken: dict[str, Flags] = {}

    def rows(self, rule: Rule, mask: Flags, field: str) -> None:
        """One finding for each row of the mask.

        A row that has this rule's finding already gets no second.
        """
        taken = self._taken.setdefault(rule.code, np.zeros(len(mask), np.bool_))
        fresh = mask & ~taken
        taken |= mask
        if not fresh.any():
            return
        columns = take_columns(self._entries, np.flatnonzero(fresh), ENTRY_PLACE)
        self._found.append(make(rule, int(fresh.sum()), {**columns, "field": field}))

    def files(self, rule: Rule, sources: list[str], field: str) -> None:
        """One finding for each source."""
        columns = {"source": pa.array(sources, pa.string()), "field": field}
        self._found.append(make(rule, len(sources), columns))

    def table(self) -> pa.Table:
        """FINDING of all that was noted."""
        return gather(self._found)


class NoNotes(Notes):
    """Notes for nobody: nothing is kept."""

    def __init__(self) -> None:
        super().__init__(FINDING.empty_table())

    def rows(self, rule: Rule, mask: Flags, field: str) -> None:
        """Keeps nothing."""

    def files(self, rule: Rule, sources: list[str], field: str) -> None:
        """Keeps nothing."""
