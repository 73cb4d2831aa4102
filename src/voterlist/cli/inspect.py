"""``inspect``: what is understood of a list before anything is taken in.

Headers and counts are shown, never a voter's cell.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Annotated, Any

import typer

from voterlist import usecases
from voterlist.cli.terminal import TERMINAL
from voterlist.cli.visible import visible_name
from voterlist.cli.words import SAY, title
from voterlist.model import AsideCode

__all__ = ["inspect"]

_CERTAIN = 0.995
"""A confidence from here on is shown as certain, not as 1.00."""

Files = Annotated[
    list[Path], typer.Argument(metavar="FILE", help=SAY("inspect.argument.files"))
]
SettingsFile = Annotated[
    Path | None,
    typer.Option("--settings", metavar="TOML", help=SAY("inspect.option.settings")),
]
Constituency = Annotated[
    int | None,
    typer.Option(
        "-c",
        "--constituency",
        metavar="N",
        min=1,
        max=999,
        help=SAY("inspect.option.constituency"),
    ),
]


def inspect(
    files: Files,
    settings: SettingsFile = None,
    constituency: Constituency = None,
) -> None:
    """Show what is understood of a list, before anything is taken in."""
    accounts = usecases.inspect_files(
        files, settings=settings, constituency=constituency
    )
    code = usecases.exit_code_of_accounts(accounts)
    for account in accounts:
        _tell_file(account)
    TERMINAL.say(SAY(f"inspect.code.{code}"))
    if TERMINAL.json:
        TERMINAL.result(
            {"files": [_as_json(account) for account in accounts], "exit_code": code}
        )
    raise typer.Exit(code)


# In words


def _tell_file(account: usecases.FileAccount) -> None:
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


def _tell_sheet(sheet: usecases.SheetAccount, *, copy: int) -> None:
    """One sheet: how it was read, whose list it is, its columns, its balance, what to look at."""
    say = TERMINAL.say
    if sheet.name is not None:
        key = "inspect.sheet-hidden" if sheet.hidden else "inspect.sheet"
        say(f"  {SAY(key, sheet=sheet.name)}")
    if sheet.trouble is not None:
        _tell_trouble(sheet.trouble)
        return
    if sheet.encoding:
        confidence = _share(sheet.encoding_confidence)
        say(
            f"  {SAY('inspect.encoding', encoding=sheet.encoding, confidence=confidence)}"
        )
    if sheet.delimiter:
        sign = title(
            "inspect.delimiter",
            {"\t": "tab", " ": "blank"}.get(sheet.delimiter, sheet.delimiter),
        )
        say(f"  {SAY('inspect.delimited', sign=sign)}")
    for one in sheet.lists if not copy else ():
        _tell_list(one)
    for place in sheet.places:
        _tell_place(sheet, place)
    if sheet.set_aside:
        counts = sorted(sheet.set_aside.items(), key=lambda item: (-item[1], item[0]))
        parts = ", ".join(
            f"{title('aside', code)} {SAY.number(count)}" for code, count in counts
        )
        say(f"  {SAY('inspect.set-aside', parts=parts)}")
    for row in sheet.findings:
        _tell_finding(row)


def _tell_list(one: usecases.ListAccount) -> None:
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
        confidence = (
            _share(column.confidence) if known and column.confidence is not None else ""
        )
        how = SAY(f"inspect.how.{column.how}") if known else ""
        rows.append(
            (
                column.column,
                column.header,
                _role(column.field, column.role),
                confidence,
                how,
                mark,
            )
        )
    TERMINAL.table(
        [
            SAY(f"inspect.table.{name}")
            for name in ("column", "header", "field", "sure", "how")
        ]
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
        SAY(f"field.{field}")
        if role == field
        else SAY("inspect.part", field=SAY(f"field.{field}"))
    )


def _tell_place(sheet: usecases.SheetAccount, place: usecases.PlaceAccount) -> None:
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
        "inspect.balance",
        rows=place.rows,
        entries=place.entries,
        set_aside=place.set_aside,
    )
    if place.declared is not None:
        balance += "; " + SAY("inspect.declared", declared=place.declared)
    TERMINAL.say(f"    {balance}")
    if usecases.is_total_different(sheet, place):
        rule = "declared-total-differs"
        counted = place.entries + place.elsewhere
        message = SAY(f"rule.{rule}.message", value=counted, limit=place.declared)
        TERMINAL.say(f"    ! {message}")
        TERMINAL.say(f"      {SAY('cli.failure.todo', todo=SAY(f'rule.{rule}.todo'))}")


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
    return (
        SAY("inspect.certain") if confidence >= _CERTAIN else SAY.number(confidence, 2)
    )


def _as_json(account: usecases.FileAccount) -> dict[str, Any]:
    """A file as plain values; scripts are written against these names."""
    content = dataclasses.asdict(account)
    content["unreadable"] = account.unreadable
    return content
