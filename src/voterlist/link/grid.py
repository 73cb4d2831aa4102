"""Bits on a grid: what the model says is rounded to 1/32 of a bit.

A list with one entry more moves every share of the model in its sixth digit or so. On a grid nearly
all stay where they are, and with them what every pair of the list is said to weigh. Odds are off by
a hundredth at most, far less than a share that is learnt from a list can be trusted. Sums of such
numbers are exact, in whatever order they are added.
"""

from __future__ import annotations

import numpy as np

from voterlist.arrays import Floats

__all__ = ["on_grid"]

_STEPS_A_BIT = 32.0


def on_grid(bits: Floats) -> Floats:
    """The nearest numbers of the grid."""
    return np.asarray(np.rint(bits * _STEPS_A_BIT) / _STEPS_A_BIT, np.float64)
