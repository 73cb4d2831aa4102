"""What is understood of lists before anything is taken in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from voterlist import readers
from voterlist.config import SETTINGS_FILE
from voterlist.config.sections import Settings
from voterlist.deadlines import cycle_year
from voterlist.errors import usage_error
from voterlist.ingest.account import FileAccount, PlaceAccount, SheetAccount, inspect
from voterlist.ingest.added import with_columns
from voterlist.ingest.findings import DECLARED_DIFFERS, PLACE_DOUBTS, SPOILED
from voterlist.ingest.look import look
from voterlist.merge import is_unexplained
from voterlist.model import FURNITURE, Severity, frozen
from voterlist.pipeline.inbox import INBOX, RECORD, number_of, taken_in
from voterlist.storage import ledger as ledgers
from voterlist.storage.workspace import settings_around

# A file that is looked at by itself lies in no constituency's folder.
_DOUBTS = PLACE_DOUBTS - {"constituency-unknown"}
_ASKS = _DOUBTS | SPOILED
"""Rules whose finding asks for a person."""
Value = TypeVar("Value")
_ARCHIVE = ".zip"


def inspect_files(
    files: Sequence[Path],
    *,
    settings: Path | None = None,
    constituency: int | None = None,
) -> tuple[FileAccount, ...]:
    """How each file would be read: format, headers, columns, places, balance. Nothing is written.

    Args:
        files: files or folders; a workspace stands for its inbox.
        settings: a file of settings; else those of the workspace around each file.
        constituency: whose lists they are, where neither file nor folder says it.

    Returns:
        One account for each file, by name. None of them holds the cell of a voter.

    Raises:
        UsageError: there is no such file, or none in a folder.
        SettingsError: the settings have mistakes.
    """
    accounts: list[FileAccount] = []
    for root, number, paths in _batches(files):
        chosen = settings_around(settings, root)
        # Outside of a workspace nobody said which cycle it is.
        own = chosen.workspace
        ours = _taken_in(root, chosen)
        raw = [
            replace(file, is_ours=ours.get(file.source) == RECORD)
            for path in paths
            for file in readers.read_paths([path], root, chosen.ingest)
        ]
        seen = look(
            raw,
            with_columns(chosen.ingest, chosen.comparisons),
            constituency or number,
            chosen.territory.by_number,
            _beside(root, number),
            year=cycle_year(own.cycle) if "cycle" in own.model_fields_set else None,
        )
        accounts += inspect(seen)
    return tuple(sorted(accounts, key=lambda account: (account.name, account.copy)))


def exit_code_of_accounts(accounts: Sequence[FileAccount]) -> int:
    """3 where a file or sheet could not be read; 1 where something needs a person; else 0."""
    if any(account.unreadable for account in accounts):
        return 3
    sheets = [sheet for account in accounts for sheet in account.sheets]
    set_aside = {code for sheet in sheets for code in sheet.set_aside}
    differs = any(DECLARED_DIFFERS in _troubles(account) for account in accounts)
    rules = {row["rule"] for sheet in sheets for row in sheet.findings}
    return int(differs or bool(set_aside - FURNITURE) or bool(rules & _ASKS))


@frozen
class FileLine:
    """One file in one line of a table."""

    file: str
    constituencies: tuple[int | None, ...]
    """None where it is not known; empty where nothing of the file was read."""
    constituency_from: tuple[str, ...]
    """Where they stand: inbox, column, title, sheet, file or name."""
    precincts: tuple[int | None, ...]
    precinct_from: tuple[str, ...]
    is_doubtful: bool
    """True where a precinct, or the year, is not known or in doubt."""
    rows: int
    entries: int
    trouble: tuple[str, ...]
    """Codes of rows set aside and of rules that ask for a person, each once."""


def file_line(account: FileAccount) -> FileLine:
    """The line of one file."""
    # What stands beside a list, such as the title of the file, is of no place.
    lists = [
        sheet
        for sheet in account.sheets
        if sheet.entries or {*sheet.set_aside} - FURNITURE
    ]
    places = [place for sheet in lists or account.sheets for place in sheet.places]
    trouble = tuple(dict.fromkeys(_troubles(account)))
    return FileLine(
        file=account.name,
        constituencies=_each(place.constituency for place in places),
        constituency_from=_each(
            place.constituency_from for place in places if place.constituency_from
        ),
        precincts=_each(place.precinct for place in places),
        precinct_from=_each(
            place.precinct_from for place in places if place.precinct_from
        ),
        is_doubtful=bool(_DOUBTS.intersection(trouble)),
        rows=sum(sheet.rows for sheet in account.sheets),
        entries=sum(sheet.entries for sheet in account.sheets),
        trouble=trouble,
    )


def _each(values: Iterable[Value]) -> tuple[Value, ...]:
    """The values, each once, in their order."""
    return tuple(dict.fromkeys(values))


def _troubles(account: FileAccount) -> Iterator[str]:
    """The codes of all that asks for a person, the precinct first."""
    if account.trouble is not None:
        yield str(account.trouble)
    for sheet in account.sheets:
        if sheet.trouble is not None:
            yield str(sheet.trouble)
        rules = [
            row["rule"]
            for row in sheet.findings
            if row["severity"] != Severity.NOTE.value
        ]
        yield from (rule for rule in rules if rule in _DOUBTS)
        yield from (code for code in sheet.set_aside if code not in FURNITURE)
        yield from rules
        if any(is_total_different(account, sheet, place) for place in sheet.places):
            yield DECLARED_DIFFERS


def is_total_different(
    account: FileAccount, sheet: SheetAccount, place: PlaceAccount
) -> bool:
    """True where the total below a list is not its number of entries, nor of sheet or file."""
    every = [other for each in account.sheets for other in each.places]
    where = place.constituency, place.precinct
    here = [other for other in every if (other.constituency, other.precinct) == where]
    return is_unexplained(
        place.declared,
        (
            [(each.entries + each.elsewhere, each.asked) for each in whole]
            for whole in ([place], sheet.places, here, every)
        ),
    )


def _batches(files: Sequence[Path]) -> list[tuple[Path, int | None, list[Path]]]:
    """(folder from which names are told, constituency of the inbox, files) read together.

    Raises:
        UsageError: there is no such file, or none in a folder.
    """
    batches: dict[tuple[Path, int | None], list[Path]] = {}
    for given in files:
        if not given.exists():
            raise usage_error("no-such-file", path=given)
        whole = given.resolve()
        if (whole / SETTINGS_FILE).exists():
            # Of a workspace its lists are meant, not its settings.
            whole /= INBOX
        found = readers.list_paths(whole) if whole.is_dir() else [whole]
        # A workspace may have no inbox yet.
        if not found or not whole.exists():
            raise usage_error("no-lists", path=given)
        for path in found:
            key = _home(path, whole if whole.is_dir() else path.parent)
            paths = batches.setdefault(key, [])
            if path not in paths:
                paths.append(path)
    return [(root, number, paths) for (root, number), paths in batches.items()]


def _taken_in(root: Path, settings: Settings) -> dict[str, str]:
    """What of an inbox came in packages of this program; nothing of another folder."""
    if root.name != INBOX:
        return {}
    with ledgers.reading(ledgers.place_in(root.parent, settings)) as ledger:
        return taken_in(root.parent, ledger.journal())


def _beside(root: Path, number: int | None) -> list[str]:
    """The names of all files in a constituency's folder of an inbox, as a run sees them.

    Archives are not looked into, and count not at all.
    """
    if root.name != INBOX or number is None:
        return []
    return [
        file.name
        for file in readers.list_files(root, root)
        if _home(file.path, root)[1] == number and file.path.suffix != _ARCHIVE
    ]


def _home(path: Path, folder: Path) -> tuple[Path, int | None]:
    """(folder from which the file's name is told, constituency whose folder of an inbox it is)."""
    for parent in path.parents:
        if parent.name == INBOX and (parent.parent / SETTINGS_FILE).is_file():
            inside = path.relative_to(parent).parts
            return parent, number_of(inside[0]) if len(inside) > 1 else None
    return folder, None
