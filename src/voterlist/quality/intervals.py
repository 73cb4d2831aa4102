"""Intervals for shares, of a plain sample and of a stratified one.

Wilson's interval of one share: Wilson, E. B. (1927), Probable inference, the law of succession, and
statistical inference, Journal of the American Statistical Association 22, 209-212. It is never of
no width, also where all or none of the sample has the mark.

The interval of a sum of shares of strata, each with its weight, is put together from the Wilson
intervals of the strata: Zou, G. Y., Huang, W., Zhang, X. (2009), A note on confidence interval
estimation for a linear function of binomial proportions, Computational Statistics & Data Analysis
53, 1080-1085. With one stratum it is Wilson's.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

_TWO_SIDED_95 = 1.959964
"""Standard deviations on either side of the mean that hold 95 % of a normal distribution."""


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with the ends of its interval of 95 %."""

    estimate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Stratum:
    """A part of what is estimated.

    Attributes:
        size: how many there are in it.
        read: how many of them were read.
        found: how many of those have the mark.
    """

    size: int
    read: int
    found: int


def wilson(found: int, read: int) -> Interval | None:
    """The share ``found`` of ``read``, 0 to 1; None where nothing was read."""
    if not read:
        return None
    share, square = found / read, _TWO_SIDED_95**2
    middle = (share + square / (2 * read)) / (1 + square / read)
    inner = share * (1 - share) / read + square / (4 * read * read)
    half = _TWO_SIDED_95 * math.sqrt(inner) / (1 + square / read)
    # At the ends rounding would leave the estimate outside by the last bit.
    low, high = max(0.0, middle - half), min(1.0, middle + half)
    return Interval(share, min(low, share), max(high, share))


def stratified(strata: Iterable[Stratum]) -> Interval | None:
    """How many of all have the mark; None where a stratum of some size was not read.

    A stratum that was read whole has no error of drawing: what was found is what there is.
    """
    total, below, above = 0.0, 0.0, 0.0
    for one in strata:
        if not one.size:
            continue
        if one.read >= one.size:
            total += one.found
            continue
        share = wilson(one.found, one.read)
        if share is None:
            return None
        total += one.size * share.estimate
        below += (one.size * (share.estimate - share.low)) ** 2
        above += (one.size * (share.high - share.estimate)) ** 2
    return Interval(total, max(0.0, total - math.sqrt(below)), total + math.sqrt(above))
