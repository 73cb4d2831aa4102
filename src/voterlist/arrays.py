"""The array types of the package, named once."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Bools", "Codes", "Floats", "Levels", "Longs", "Packed", "Words"]

Codes = npt.NDArray[np.int32]
"""int32 codes of values, -1 where nothing is known; or positions of entries."""
Longs = npt.NDArray[np.int64]
Packed = npt.NDArray[np.uint64]
"""Letters of short texts, eight to a word."""
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Levels = npt.NDArray[np.uint8]
"""The level of one comparison, one a pair; 0 is "missing"."""
Words = npt.NDArray[np.object_]
"""Distinct values as Python strings: what rapidfuzz is quickest on."""
AnyArray = npt.NDArray[Any]
