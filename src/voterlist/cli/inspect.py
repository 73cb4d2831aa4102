"""``inspect``.

What is understood of a list, before anything is taken in. Headers and counts, never a voter's cell.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from voterlist import config, ingest, readers
from voterlist.cli.options import Json, settings_around
from voterlist.cli.terminal import TERMINAL
from voterlist.cli.visible import visible_name
from voterlist.cli.words import SAY, title
from voterlist.config import IngestSettings
from voterlist.errors import UsageError
from voterlist.ingest import FileAccount, ListAccount, PlaceAccount, SheetAccount
from voterlist.model import AsideCode
from voterlist.pipeline.inbox import INBOX
from voterlist.pipeline.result import FURNITURE
from voterlist.schemas import RawFile

__all__ = ["exit_code", "inspect"]

_NUMBER = re.compile(r"0*(\d{1,3})(?!\d)")
_CERTAIN = 0.995
"""A confidence from here on is shown as certain, not as 1.00."""

Files = Annotated[list[Path], typer.Argument(metavar="FILE", help=SAY("inspect.argument.files"))]
SettingsFile = Annotated[
    Path | None, typer.Option("--settings", metavar="TOML", help=SAY("inspect.option.settings"))
]
Constituency = Annotated[
    int | None,
    typer.Option(
        "-c", "--constituency", metavar="N", min=1, max=999, help=SAY("inspect.option.constituency")
    ),
]


def inspect(
    files: Files,
    settings: SettingsFile = None,
    constituency: Constituency = None,
    json: Json = False,
) -> None:
    """Show what is understood of a list, before anything is taken in."""
    accounts: list[FileAccount] = []
    for root, number, paths in _batches(files):
        chosen = settings_around(settings, root).ingest
        raw = [raw for path in paths for raw in _read(path, root, chosen)]
        accounts += ingest.inspect(raw, chosen, constituency=constituency or number)
    accounts.sort(key=lambda account: (account.name, account.copy))
    code = exit_code(accounts)
    for account in accounts:
        _tell_file(account)
    TERMINAL.say(SAY(f"inspect.code.{code}"))
    if json:
        TERMINAL.result({"files": [_as_json(account) for account in accounts], "exit_code": code})
    raise typer.Exit(code)


def exit_code(accounts: Sequence[FileAccount]) -> int:
    """3 where a file or sheet could not be read; 1 where something needs a person; else 0."""
    if not accounts or any(account.unreadable for account in accounts):
        return 3
    sheets = [sheet for account in accounts for sheet in account.sheets]
    aside = {code for sheet in sheets for code in sheet.set_aside}
    differs = any(_differs(sheet, place) for sheet in sheets for place in sheet.places)
    return int(differs or bool(aside - FURNITURE))


def _batches(files: Sequence[Path]) -> list[tuple[Path, int | None, list[Path]]]:
    """(the folder from which the names are told, the constituency of the inbox, files) of what is read together.

    Raises:
        UsageError: there is no such file.
    """
    found: dict[tuple[Path, int | None], list[Path]] = {}
    for given in files:
        if not given.exists():
            raise UsageError(
                f"there is no {given}", code="no-such-file", places={"path": str(given)}
            )
        whole = given.resolve()
        for path in readers.list_paths(whole) if whole.is_dir() else [whole]:
            key = _home(path, whole if whole.is_dir() else path.parent)
            if path not in found.setdefault(key, []):
                found[key].append(path)
    return [(root, number, paths) for (root, number), paths in found.items()]


def _home(path: Path, folder: Path) -> tuple[Path, int | None]:
    """(the folder from which a file's name is told, the constituency whose folder of an inbox it lies in)."""
    for parent in path.parents:
        if parent.name == INBOX and (parent.parent / config.FILE_NAME).is_file():
            inside = path.relative_to(parent).parts
            match = _NUMBER.match(inside[0]) if len(inside) > 1 else None
            return parent, int(match[1]) if match else None
    return folder, None


def _read(path: Path, root: Path, settings: IngestSettings) -> list[RawFile]:
    return list(readers.read_paths([path], root, settings))


# In words


def _tell_file(account: FileAccount) -> None:
    """One file."""
    say = TERMINAL.say
    say(visible_name(account.name))
    if account.trouble is not None:
        _tell_trouble(account.trouble)
    elif account.format:
        say(f"  {SAY('inspect.format', format=account.format)}")
    for sheet in account.sheets:
        _tell_sheet(sheet, copy=account.copy)
    for name in account.skipped:
        say(f"  {SAY('inspect.skipped', sheet=name)}")
    say()


def _tell_trouble(code: AsideCode) -> None:
    TERMINAL.say(
        f"  {SAY('inspect.trouble', title=title('aside', code))} {SAY(f'aside.{code}.message')}"
    )
    TERMINAL.say(f"    {SAY('cli.failure.todo', todo=SAY(f'aside.{code}.todo'))}")


def _tell_sheet(sheet: SheetAccount, *, copy: int) -> None:
    """One sheet: how it was read, whose list it is, its columns, its balance, what to look at."""
    say = TERMINAL.say
    if sheet.name is not None:
        say(
            f"  {SAY('inspect.sheet-hidden' if sheet.hidden else 'inspect.sheet', sheet=sheet.name)}"
        )
    if sheet.trouble is not None:
        _tell_trouble(sheet.trouble)
        return
    if sheet.encoding:
        say(
            f"  {SAY('inspect.encoding', encoding=sheet.encoding, confidence=_share(sheet.encoding_confidence))}"
        )
    if sheet.delimiter:
        sign = title(
            "inspect.delimiter", {"\t": "tab", " ": "blank"}.get(sheet.delimiter, sheet.delimiter)
        )
        say(f"  {SAY('inspect.delimited', sign=sign)}")
    for one in sheet.lists if not copy else ():
        _tell_list(one)
    for place in sheet.places:
        _tell_place(sheet, place)
    if sheet.set_aside:
        counts = sorted(sheet.set_aside.items(), key=lambda item: (-item[1], item[0]))
        parts = ", ".join(f"{title('aside', code)} {SAY.number(count)}" for code, count in counts)
        say(f"  {SAY('inspect.set-aside', parts=parts)}")
    for row in sheet.findings:
        _tell_finding(row)


def _tell_list(one: ListAccount) -> None:
    """The header of one list, and its columns."""
    say = TERMINAL.say
    if one.header_lines:
        say(f"  {SAY('inspect.header', lines=', '.join(map(str, one.header_lines)))}")
    else:
        say(f"  {SAY('inspect.no-header', line=one.first_line)}")
    rows = []
    for column in one.columns:
        known = column.role is not None and column.field is not None
        mark = SAY("inspect.doubtful") if column.doubtful else ""
        confidence = _share(column.confidence) if known and column.confidence is not None else ""
        how = SAY(f"inspect.how.{column.how}") if known else ""
        rows.append(
            (column.column, column.header, _role(column.field, column.role), confidence, how, mark)
        )
    TERMINAL.table(
        [SAY(f"inspect.table.{name}") for name in ("column", "header", "field", "sure", "how")]
        + [""],
        rows,
        4,
    )
    if one.name_order:
        say(f"    {SAY(f'inspect.order.{one.name_order}')}")


def _role(field: str | None, role: str | None) -> str:
    """What a column was taken for."""
    if field is None:
        return SAY("inspect.not-used")
    return (
        SAY(f"field.{field}") if role == field else SAY("inspect.part", field=SAY(f"field.{field}"))
    )


def _tell_place(sheet: SheetAccount, place: PlaceAccount) -> None:
    """Whose list the rows are, and their balance."""
    words = []
    for kind in ("constituency", "precinct"):
        number, origin = getattr(place, kind), getattr(place, f"{kind}_from")
        where = SAY(f"inspect.from.{origin}") if origin else SAY("cli.unknown")
        words.append(
            SAY(f"inspect.place.{kind}", number=f"{number}", where=where)
            if number
            else f"{SAY(f'field.{kind}')}: {where}"
        )
    if sheet.list_kind == "temporary":
        words.append(SAY("inspect.temporary"))
    TERMINAL.say(f"  {'; '.join(words)}")
    balance = SAY(
        "inspect.balance", rows=place.rows, entries=place.entries, set_aside=place.set_aside
    )
    if place.declared is not None:
        balance += "; " + SAY("inspect.declared", declared=place.declared)
    TERMINAL.say(f"    {balance}")
    if _differs(sheet, place):
        rule = "declared-total-differs"
        TERMINAL.say(
            f"    ! {SAY(f'rule.{rule}.message', value=place.entries + place.elsewhere, limit=place.declared)}"
        )
        TERMINAL.say(f"      {SAY('cli.failure.todo', todo=SAY(f'rule.{rule}.todo'))}")


def _differs(sheet: SheetAccount, place: PlaceAccount) -> bool:
    """True where the total below the list is neither that of its entries nor that of the whole sheet."""
    whole = sum(other.entries + other.elsewhere for other in sheet.places)
    return place.declared is not None and place.declared not in {
        place.entries + place.elsewhere,
        whole,
    }


def _tell_finding(row: dict[str, Any]) -> None:
    """One thing noticed, and what to do about it."""
    rule = row["rule"]
    line = f" ({SAY('cli.place.line', line=row['line'])})" if "line" in row else ""
    field = f" [{SAY('field.' + row['field'])}]" if "field" in row else ""
    values = {name: _number(row.get(name, 0.0)) for name in ("value", "limit")}
    sign = "" if row["severity"] == "note" else "! "
    TERMINAL.say(
        f"  {sign}{title('rule', rule)}{field}{line}: {SAY(f'rule.{rule}.message', **values)}"
    )
    if row["severity"] != "note":
        TERMINAL.say(f"    {SAY('cli.failure.todo', todo=SAY(f'rule.{rule}.todo'))}")


def _number(value: float) -> int | float:
    return int(value) if float(value).is_integer() else value


def _share(confidence: float) -> str:
    return SAY("inspect.certain") if confidence >= _CERTAIN else SAY.number(confidence, 2)


def _as_json(account: FileAccount) -> dict[str, Any]:
    """A file as plain values; scripts are written against these names."""
    found = dataclasses.asdict(account)
    found["unreadable"] = account.unreadable
    return found
