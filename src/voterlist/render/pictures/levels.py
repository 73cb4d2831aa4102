"""What each level of each comparison weighs in a list: its m and u probabilities, and its bits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from voterlist import tables
from voterlist.arrays import Floats
from voterlist.tables import by_key

_COMMON = 0.05
"""A level that a smaller share shows is not spoken of: it tells of hardly any pair."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """One level of one comparison."""

    field: str
    level: str
    m: float
    """P(level | one person)."""
    u: float
    """P(level | two unrelated people)."""
    bits: float
    """What it weighs; of a level whose evidence is a value, in the middle of the pairs of the list.
    """
    low: float
    """What it weighs at least, by how frequent the value is."""
    high: float
    """What it weighs at most."""


@dataclass(frozen=True, slots=True)
class Levels:
    """The levels of all comparisons."""

    fields: Mapping[str, Sequence[Weighed]]
    """Those of each comparison, the strongest evidence first."""

    @property
    def ends(self) -> tuple[float, float]:
        """The least and the most bits of any level, with zero between them."""
        every = [row for rows in self.fields.values() for row in rows]
        low = min((row.low for row in every), default=0.0)
        return min(low, 0.0), max((row.high for row in every), default=0.0)

    @property
    def strongest(self) -> Weighed | None:
        """The level that says most for one person, of those that one person's pairs often show."""
        often = [
            row for rows in self.fields.values() for row in rows if row.m > _COMMON
        ]
        return max(often, key=lambda row: row.bits, default=None)

    @property
    def weakest(self) -> Weighed | None:
        """The level that says most against it, of those that unrelated people often show."""
        often = [
            row for rows in self.fields.values() for row in rows if row.u > _COMMON
        ]
        return min(often, key=lambda row: row.bits, default=None)


def levels_of(levels: pa.Table, pairs: pa.Table, falls: pa.Table) -> Levels:
    """The levels of the comparisons that some pair shows.

    Args:
        levels: LEVELS of the linkage (``link.fitted``).
        pairs: PAIR.
        falls: WATERFALL of these pairs, in their order, each field with its own term frequency.
    """
    rows = by_key((row["comparison"], row) for row in levels.to_pylist())
    fields = {}
    for field, of_field in rows.items():
        told = [row for row in of_field if row["m"] is not None]
        if not any(row["pairs"] for row in told):
            continue
        seen = _bits_by_level(field, pairs, falls)
        fields[field] = [_weighed(row, seen.get(row["level"])) for row in told]
    return Levels(fields)


def _weighed(row: Mapping[str, Any], seen: Floats | None) -> Weighed:
    """A level; ``seen`` are the bits that it gives to the pairs of the list."""
    bits = low = high = row["weight_bits"]
    if row["by_value"] and seen is not None:
        low, bits, high = np.quantile(seen, (0, 0.5, 1)).tolist()
    return Weighed(row["comparison"], row["level"], row["m"], row["u"], bits, low, high)


def _bits_by_level(field: str, pairs: pa.Table, falls: pa.Table) -> dict[str, Floats]:
    """The bits that the pairs have by each level of a field, term frequency among them.

    None where the term frequency of the field is not told apart.
    """
    if f"{field}_term_frequency" not in falls.column_names:
        return {}
    codes, levels = tables.codes(pairs.column(f"{field}_level"))
    bits = falls.column(f"{field}_bits").to_numpy()
    return {
        level: bits[codes == code]
        for code, level in enumerate(levels.to_pylist())
        if (codes == code).any()
    }
