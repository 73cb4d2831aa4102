"""The pairs of a list: how sure they are, what each threshold costs, and what each key brought."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import ceil, floor, log2

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.arrays import Floats
from voterlist.link.block import Forecast
from voterlist.link.fit import WHOLE, Estimate, estimate
from voterlist.link.fitted import Fitted
from voterlist.model import frozen

_LEAST_END = 12
"""The axis reaches at least so many bits of log-odds: odds of 4,096 to one."""
_END = 30
"""Pairs that are surer than so many bits stand in the last bar: nobody tells them apart."""
_LEAST_BROUGHT = 0.01
"""The share of the pairs of one person that keys are thought to bring together at least."""
_TOLD = (0.5, 0.8, 0.9, 0.95, 0.99, 0.999)
"""The thresholds of which the cost is told, beside the one that is set."""
_TICKS = (0.01, 0.5, 0.999, 0.999999)


@frozen
class Bar:
    """The pairs whose log-odds lie within one bit."""

    start: float
    """Where the bar begins, in per cent of the axis."""
    same: float
    """Of its pairs those that are expected to be one person."""
    apart: float
    """Of its pairs those that are expected to be two people."""


@frozen
class Cost:
    """What a threshold gives."""

    threshold: float
    place: float
    """Where it stands, in per cent of the axis."""
    pairs: int
    """Pairs at or above it."""
    wrong: float
    """Of these those that are expected to be two people."""
    missed: float
    """Pairs of one person that are expected below it."""
    lost: float
    """Pairs of one person that no key brought together, as expected; the same at each threshold."""

    @property
    def precision(self) -> float:
        """The share of the pairs that is expected to be right; 1 without pairs."""
        return 1 - self.wrong / self.pairs if self.pairs else 1.0

    @property
    def recall(self) -> float:
        """The share of the expected pairs of one person that is taken; 1 where there is none."""
        right = self.pairs - self.wrong
        every = right + self.missed + self.lost
        return right / every if every else 1.0


@frozen
class Weights:
    """The pairs that were compared, by how sure they are."""

    compared: int
    below: int
    """Pairs that are too unlikely to be drawn."""
    width: float
    """Of a bar, in per cent of the axis."""
    bars: tuple[Bar, ...]
    ticks: tuple[tuple[float, float], ...]
    """(probability, place in per cent of the axis)."""
    curve: tuple[Cost, ...]
    """The cost of a threshold at the beginning of each bar."""
    costs: tuple[Cost, ...]
    """The cost of thresholds that people choose, ascending."""
    chosen: Cost
    """Of the threshold that is set."""
    estimate: Estimate | None
    """Of the pairs at or above it; None where there is none."""

    @property
    def most(self) -> float:
        """The pairs of the longest bar."""
        return max(bar.same + bar.apart for bar in self.bars)


def weights_of(
    pairs: pa.Table, fitted: Fitted, *, kept: float, threshold: float
) -> Weights:
    """The pairs that were compared, by their probability of one person.

    Those below ``kept``, which the PAIR table mostly does not hold, are not drawn.
    """
    probability, counts = fitted.likely(pairs.column("probability").to_numpy())
    compared = int(fitted.vectors.counts.sum())
    log_odds = _log_odds(probability)
    first = floor(_log_odds_of(kept))
    surest = float(log_odds.max(initial=_LEAST_END))
    last = ceil(min(max(surest, _LEAST_END), _END))
    bits = last - first
    is_drawn = (probability >= kept) & (np.arange(len(counts)) < pairs.num_rows)
    drawn = int(counts[is_drawn].sum())
    place = np.clip(np.floor(log_odds[is_drawn]), first, last - 1).astype(int) - first
    every = np.bincount(place, counts[is_drawn], bits)
    same = np.bincount(place, (probability * counts)[is_drawn], bits)

    def place_of(log_odds: float) -> float:
        return min(100 * (log_odds - first) / bits, 100.0)

    right = probability * counts
    loss = fitted.loss
    lost = float(right.sum()) * loss.share / max(1 - loss.share, _LEAST_BROUGHT)

    def cost(threshold: float) -> Cost:
        taken = probability >= threshold
        pairs = int(counts[taken].sum())
        wrong = pairs - float(right[taken].sum())
        at = place_of(_log_odds_of(threshold))
        return Cost(threshold, at, pairs, wrong, float(right[~taken].sum()), lost)

    begins = [first + number for number in range(bits)]
    return Weights(
        compared=compared,
        below=max(compared - drawn, 0),
        width=100 / bits,
        bars=tuple(
            Bar(place_of(start), float(of_one), float(of_all - of_one))
            for start, of_one, of_all in zip(begins, same, every, strict=True)
        ),
        ticks=tuple(
            (tick, place_of(_log_odds_of(tick)))
            for tick in _TICKS
            if _log_odds_of(tick) < last
        ),
        curve=tuple(cost(1 / (1 + 2.0**-start)) for start in begins),
        costs=tuple(cost(told) for told in sorted({*_TOLD, threshold})),
        chosen=cost(threshold),
        estimate=estimate(probability, counts, threshold, loss),
    )


def _log_odds(probability: Floats) -> Floats:
    with np.errstate(divide="ignore"):
        return np.log2(probability) - np.log2(1 - probability)


def _log_odds_of(probability: float) -> float:
    """In bits; of a threshold of 0 or 1, which people may set, so many as the axis may have."""
    told = min(max(probability, 2.0**-_END), 1 - 2.0**-_END)
    return log2(told / (1 - told))


@frozen
class Key:
    """One blocking key."""

    cost: Forecast
    found: int
    """Pairs put forward that it brought together."""
    alone: int
    """Of these those that no other key brought together."""


@frozen
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
