"""JSON that this program wrote, read so that it can say one thing only.

Python takes ``NaN``, the last of two values of one name, and numbers of any size; another program
reads the same bytes in another way, or not at all.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import rfc8785

_Form = TypeVar("_Form")
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


class SavedFileError(ValueError):
    """A file that a page of this program saved, and that cannot be taken.

    Attributes:
        code: ``cut-off``: it is not whole; ``unknown``: it is no such file; ``newer``: a later
            version saved it; ``edited``: it says something else than the page saved.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read_saved(
    content: bytes, kind: str, version: int, form: Callable[[dict[str, Any]], _Form]
) -> _Form:
    """What a file says that a page saved, with its ``kind``, ``version`` and ``digest``.

    Args:
        content: of the file.
        kind: which file it has to be.
        version: the newest that is known.
        form: makes a record of the values, or raises ValueError.

    Raises:
        SavedFileError: it is another one, or not as it was saved.
    """
    try:
        values = loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise SavedFileError("cut-off") from None
    if not isinstance(values, dict) or values.get("kind") != kind:
        raise SavedFileError("unknown")
    written = values.get("version")
    if isinstance(written, int) and written > version:
        raise SavedFileError("newer")
    if digest_of(values) != values.get("digest"):
        raise SavedFileError("edited")
    try:
        return form(values)
    except ValueError:
        # Its message would hold what stands in the file.
        raise SavedFileError("edited") from None


def digest_of(values: Mapping[str, Any]) -> str | None:
    """The SHA-256 over the canonical JSON (RFC 8785) of all but the digest itself.

    None where there is no canonical form.
    """
    said = {name: value for name, value in values.items() if name != "digest"}
    try:
        return hashlib.sha256(rfc8785.dumps(said)).hexdigest()
    except (rfc8785.CanonicalizationError, UnicodeEncodeError, RecursionError):
        return None
