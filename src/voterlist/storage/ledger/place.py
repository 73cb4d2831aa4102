"""Where the ledger of a workspace is: a file beside it, or a database on a server."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from voterlist.config import Settings
from voterlist.storage.ledger.tables import FILE_NAME


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


def place_in(workspace: Path, settings: Settings) -> Place:
    """Where the ledger of a workspace is, by ``[ledger]`` in its settings."""
    url = settings.ledger.url
    return Place(workspace / FILE_NAME, url.get_secret_value() if url else None)
