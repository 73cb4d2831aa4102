"""What is understood of lists before anything is taken in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from voterlist import config, ingest, readers
from voterlist.errors import UsageError
from voterlist.ingest import (
    LETTERS_LOST,
    FileAccount,
    ListAccount,
    PlaceAccount,
    SheetAccount,
)
from voterlist.pipeline.inbox import INBOX
from voterlist.pipeline.result import FURNITURE
from voterlist.usecases.settings import settings_around

__all__ = [
    "FileAccount",
    "ListAccount",
    "PlaceAccount",
    "SheetAccount",
    "exit_code_of_accounts",
    "inspect_files",
    "is_total_different",
]

_NUMBER = re.compile(r"0*(\d{1,3})(?!\d)")


def inspect_files(
    files: Sequence[Path],
    *,
    settings: Path | None = None,
    constituency: int | None = None,
) -> tuple[FileAccount, ...]:
    """How each file would be read: format, headers, columns, places, balance. Nothing is written.

    Args:
        files: files or folders.
        settings: a file of settings; else those of the workspace around each file.
        constituency: whose lists they are, where neither file nor folder says it.

    Returns:
        One account for each file, by name. None of them holds the cell of a voter.

    Raises:
        UsageError: there is no such file.
        SettingsError: the settings have mistakes.
    """
    accounts: list[FileAccount] = []
    for root, number, paths in _batches(files):
        chosen = settings_around(settings, root).ingest
        raw = [
            file for path in paths for file in readers.read_paths([path], root, chosen)
        ]
        accounts += ingest.inspect(raw, chosen, constituency=constituency or number)
    return tuple(sorted(accounts, key=lambda account: (account.name, account.copy)))


def exit_code_of_accounts(accounts: Sequence[FileAccount]) -> int:
    """3 where a file or sheet could not be read; 1 where something needs a person; else 0."""
    if not accounts or any(account.unreadable for account in accounts):
        return 3
    sheets = [sheet for account in accounts for sheet in account.sheets]
    set_aside = {code for sheet in sheets for code in sheet.set_aside}
    differs = any(
        is_total_different(sheet, place) for sheet in sheets for place in sheet.places
    )
    rules = {row["rule"] for sheet in sheets for row in sheet.findings}
    return int(differs or bool(set_aside - FURNITURE) or LETTERS_LOST in rules)


def is_total_different(sheet: SheetAccount, place: PlaceAccount) -> bool:
    """True where the total below a list is neither that of its entries nor that of the sheet."""
    if place.declared is None:
        return False
    own = place.entries + place.elsewhere
    whole = sum(other.entries + other.elsewhere for other in sheet.places)
    return place.declared not in {own, whole}


def _batches(files: Sequence[Path]) -> list[tuple[Path, int | None, list[Path]]]:
    """(folder from which names are told, constituency of the inbox, files) read together.

    Raises:
        UsageError: there is no such file.
    """
    batches: dict[tuple[Path, int | None], list[Path]] = {}
    for given in files:
        if not given.exists():
            raise UsageError(
                f"there is no {given}", code="no-such-file", places={"path": str(given)}
            )
        whole = given.resolve()
        for path in readers.list_paths(whole) if whole.is_dir() else [whole]:
            key = _home(path, whole if whole.is_dir() else path.parent)
            paths = batches.setdefault(key, [])
            if path not in paths:
                paths.append(path)
    return [(root, number, paths) for (root, number), paths in batches.items()]


def _home(path: Path, folder: Path) -> tuple[Path, int | None]:
    """(folder from which the file's name is told, constituency whose folder of an inbox it is)."""
    for parent in path.parents:
        if parent.name == INBOX and (parent.parent / config.FILE_NAME).is_file():
            inside = path.relative_to(parent).parts
            match = _NUMBER.match(inside[0]) if len(inside) > 1 else None
            return parent, int(match[1]) if match else None
    return folder, None
