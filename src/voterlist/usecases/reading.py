"""How tables from anywhere were understood."""

from __future__ import annotations

from dataclasses import dataclass

from voterlist.ingest.choice import ColumnUse
from voterlist.model import Profile
from voterlist.normalize.told import ToldProfile


@dataclass(frozen=True, slots=True)
class FileColumns:
    """The columns of one file, and what each is used as."""

    file: str
    columns: tuple[ColumnUse, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """How the files were understood."""

    profile: Profile
    told: ToldProfile | None
    """How the profile was told from the names; None where it was given."""
    columns: tuple[FileColumns, ...]
    """What the columns of each file are used as."""
