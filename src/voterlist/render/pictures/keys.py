"""What each blocking key cost, and what it brought."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from voterlist.link.block import Forecast
from voterlist.link.fit import WHOLE


@dataclass(frozen=True, slots=True)
class Key:
    """One blocking key."""

    cost: Forecast
    found: int
    """Pairs put forward that it brought together."""
    alone: int
    """Of these those that no other key brought together."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The blocking keys of a linkage."""

    entries: int
    compared: int
    """Pairs compared, each once."""
    put_forward: int
    keys: tuple[Key, ...]
    """Those that brought pairs together, the costliest first."""
    idle: int
    """Keys that brought no pair together."""

    @property
    def is_whole(self) -> bool:
        """Whether every pair of the list was compared."""
        return any(key.cost.key == WHOLE for key in self.keys)

    @property
    def alone(self) -> int:
        """Pairs put forward that one key alone brought together."""
        return sum(key.alone for key in self.keys)

    @property
    def not_compared(self) -> int:
        """Pairs that were parted because their block was too large; of several keys each time."""
        return sum(key.cost.not_compared for key in self.keys)


def keys_of(
    forecast: Sequence[Forecast],
    pairs: pa.Table,
    *,
    threshold: float,
    entries: int,
    compared: int,
) -> Keys:
    """The keys with the pairs of a PAIR table at or above the threshold that each found."""
    sure = pc.greater_equal(pairs.column("probability"), threshold)
    names = pairs.column("match_key").filter(sure)
    found: Counter[str] = Counter()
    alone: Counter[str] = Counter()
    for told in pc.value_counts(names).to_pylist():
        of_pair = told["values"].split(" + ")
        found.update(dict.fromkeys(of_pair, told["counts"]))
        if len(of_pair) == 1:
            alone.update({of_pair[0]: told["counts"]})
    used = [cost for cost in forecast if cost.pairs or cost.not_compared]
    keys = [Key(cost, found[cost.key], alone[cost.key]) for cost in used]
    return Keys(
        entries,
        compared,
        len(names),
        tuple(sorted(keys, key=lambda key: (-key.cost.pairs, key.cost.key))),
        len(forecast) - len(used),
    )
