"""Maps of columns: which header of a table holds which field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from voterlist.errors import MapError, UsageError
from voterlist.ingest import parse_map

__all__ = ["Map", "read_map"]

Map = Mapping[str, str | Sequence[str]]
"""Field to header, or to headers that are joined with a blank."""


def read_map(path: Path | None) -> Map | None:
    """The map of columns in a file of TOML; None where none is given.

    Raises:
        UsageError: there is no such file.
        MapError: it is no map; holds every mistake.
    """
    if path is None:
        return None
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise UsageError(
            f"there is no {path}", code="no-such-file", places={"path": str(path)}
        ) from None
    try:
        return parse_map(text)
    except MapError as error:
        raise error.of(map_name=path.name) from None
