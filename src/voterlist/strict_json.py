"""JSON that this program wrote, read so that it can say one thing only.

Python takes ``NaN``, the last of two values of one name, and numbers of any size; another program
reads the same bytes in another way, or not at all.
"""

from __future__ import annotations

import json
import math
from typing import Any

_MOST_DIGITS = 20
"""Of a whole number: 64 bits have so many, with their sign."""


def loads(content: str | bytes) -> Any:
    """What the text says.

    Raises:
        ValueError: it is no JSON, or not UTF-8; a name stands twice in an object; a number is
            ``NaN``, infinite, or a whole one beyond 64 bits; it goes too deep.
    """
    text = content if isinstance(content, str) else content.decode("utf-8")
    try:
        return _DECODER.decode(text)
    except RecursionError:
        raise ValueError("too deep") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        raise ValueError("a name stands twice")
    return values


def _whole(digits: str) -> int:
    if len(digits) > _MOST_DIGITS:
        raise ValueError("a number beyond 64 bits")
    return int(digits)


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError("no finite number")
    return number


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_int=_whole,
    parse_float=_finite,
    parse_constant=_finite,
)
