"""Where the ledger of a workspace is: a file beside it, or a database on a server."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["Place", "place_of"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a ledger is.

    Attributes:
        path: its file in the workspace; where it is on a server, the file that it would be: the
            marks are beside it.
        url: its database on a server, with the password that it may hold; None for the file.
    """

    path: Path
    url: str | None = field(default=None, repr=False)


def place_of(where: Path | Place) -> Place:
    """A path, which says a file of SQLite, as a place."""
    return where if isinstance(where, Place) else Place(where)
