"""Canonical JSON (RFC 8785): one content, one sequence of bytes."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, TypeVar

import rfc8785
from pydantic import BaseModel, ConfigDict, ValidationError

from voterlist.custody.commissions import Frozen
from voterlist.custody.refusals import refusal

_Content = TypeVar("_Content", bound=Frozen)


class _Stated(BaseModel):
    """The one field that every version of a file has."""

    model_config = ConfigDict(strict=True, extra="ignore")

    format: int


def to_bytes(content: Frozen, *, without: str | None = None) -> bytes:
    """The content in canonical JSON, without a newline at its end.

    Args:
        content: what is written.
        without: a field that is left out.
    """
    fields: dict[str, Any] = content.model_dump(
        mode="json", exclude=None if without is None else {without}
    )
    return rfc8785.dumps(fields)


def from_bytes(kind: type[_Content], content: bytes) -> _Content | None:
    """The content of bytes that ``to_bytes`` writes; None for any other bytes.

    Fields given twice, another order, blanks and other spellings of a value are other bytes.
    """
    try:
        parsed = kind.model_validate_json(content, strict=True)
    except (ValidationError, UnicodeError, RecursionError):
        return None
    return parsed if to_bytes(parsed) == content else None


def require_known_format(
    content: bytes, known: int, code: str, **places: object
) -> None:
    """Refuse what a newer version of the program wrote, whatever else the bytes hold.

    Raises:
        CustodyError: of this code.
    """
    with suppress(ValidationError, UnicodeError, RecursionError):
        stated = _Stated.model_validate_json(content).format
        if stated > known:
            raise refusal(code, format=stated, known=known, **places)
