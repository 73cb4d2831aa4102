"""Maps of columns: which header of a table holds which field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from voterlist.errors import MapError, SettingsMistake, UsageError
from voterlist.ingest import parse_map

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
        content = path.read_bytes()
    except OSError:
        raise UsageError(
            f"there is no {path}", code="no-such-file", places={"path": str(path)}
        ) from None
    try:
        return parse_map(_text_of(content))
    except MapError as error:
        raise error.of(map_name=path.name) from None


def _text_of(content: bytes) -> str:
    """The text of a map.

    Raises:
        MapError: it is not in UTF-8; says on which line.
    """
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        mistake = SettingsMistake("", "not-utf8", line=line)
        raise MapError("the map is not in UTF-8", (mistake,)) from None
