"""Numbers that an entry more or less hardly ever changes: bits on a grid, and rounded counts.

A list with one entry more moves every share of the model in its sixth digit or so. What the model
says is rounded to 1/32 of a bit: on that grid nearly all numbers stay where they are, and with them
what every pair of the list is said to weigh. Odds are off by a hundredth at most, far less than a
share that is learnt from a list can be trusted. Sums of such numbers are exact, in whatever order
they are added.

How often a value stands in the list is rounded as a count, before it is divided by the size of the
list, and the size is rounded by itself. So an entry less moves the values that it has, and those
seldom, and no others. Four binary digits of a count are kept: 1 to 16 stay as they are, and a
greater one is off by a sixteenth at most.
"""

from __future__ import annotations

import numpy as np

from voterlist.arrays import AnyArray, Floats

_STEPS_A_BIT = 32.0
_DIGITS_OF_A_COUNT = 4
_DIGITS_OF_A_SIZE = 7
"""Binary digits. Sizes are few, so that a finer rounding costs nothing."""
_DIGITS = 53
"""The binary digits of a float."""


def on_grid(bits: Floats) -> Floats:
    """The nearest numbers of the grid."""
    return np.asarray(np.rint(bits * _STEPS_A_BIT) / _STEPS_A_BIT, np.float64)


def steady_count(counts: AnyArray | float) -> Floats:
    """How many entries have a value, to four binary digits."""
    return _to_digits(counts, _DIGITS_OF_A_COUNT)


def steady_size(sizes: AnyArray | float) -> Floats:
    """How many entries a list has, to seven binary digits."""
    return _to_digits(sizes, _DIGITS_OF_A_SIZE)


def _to_digits(numbers: AnyArray | float, digits: int) -> Floats:
    """The numbers, 0 or above, to so many binary digits (Veltkamp; Dekker 1971)."""
    # Beside a number so much larger the last digits of the small one do not fit, and are rounded.
    rounded = np.asarray(numbers, np.float64) * (2.0 ** (_DIGITS - digits) + 1)
    dropped = rounded - numbers
    rounded -= dropped
    return np.asarray(rounded, np.float64)
