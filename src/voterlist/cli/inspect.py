"""The first steps. ``init``: a new workspace; ``inspect``: what is understood of a list.

That is shown before anything is taken in: headers and counts, never a voter's cell.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from voterlist.cli.options import Today, argument, day, option
from voterlist.cli.terminal import (
    SAY,
    TERMINAL,
    Answer,
    pick,
    table,
    tell,
    title,
    visible_name,
    warn,
)
from voterlist.model import AsideCode, Level

if TYPE_CHECKING:
    from voterlist.any_table.inspecting import FileLine
    from voterlist.ingest.account import (
        FileAccount,
        ListAccount,
        PlaceAccount,
        SheetAccount,
    )

_MOST_NUMBERS = 3
"""Of more precincts in one file their number is shown."""
_CERTAIN = 0.995
"""A confidence from here on is shown as certain, not as 1.00."""


def inspect(
    files: Annotated[list[Path], argument("inspect.argument.files", "FILE")],
    settings: Annotated[Path | None, option("inspect.option.settings", "TOML")] = None,
    constituency: Annotated[
        int | None,
        option(
            "inspect.option.constituency", "-c", "--constituency", "N", min=1, max=999
        ),
    ] = None,
    details: Annotated[bool, option("inspect.option.details", "--details")] = False,
) -> Answer:
    """Show what is understood of a list, before anything is taken in."""
    from voterlist.any_table.inspecting import (
        exit_code_of_accounts,
        file_line,
        inspect_files,
    )

    accounts = inspect_files(files, settings=settings, constituency=constituency)
    code = exit_code_of_accounts(accounts)
    lines = [file_line(account) for account in accounts]
    is_alone = len(accounts) == 1
    if len(lines) > 1:
        _tell_lines(lines)
    if details or is_alone:
        sources = {account.source: account.name for account in reversed(accounts)}
        for account in accounts:
            _tell_file(account, sources)
    elif accounts:
        _tell_todos(lines)
    is_noticed = not code and any(line.trouble for line in lines)
    tell("inspect.noticed" if is_noticed else f"inspect.code.{code}")
    return {
        "table": lines,
        "files": [
            {**pick(account), "unreadable": account.unreadable} for account in accounts
        ],
        "exit_code": code,
    }


# In words


def _tell_lines(lines: Sequence[FileLine]) -> None:
    """One table, a line a file."""
    names = ("file", "constituency", "precinct", "rows", "entries", "trouble")
    rows = []
    for line in lines:
        trouble = "; ".join(_code_title(code) for code in line.trouble)
        constituency = _numbers(line.constituencies, line.constituency_from)
        precinct = _numbers(line.precincts, line.precinct_from)
        if line.is_doubtful:
            precinct = f"{SAY('inspect.lines.doubt')} {precinct}"
        rows.append(
            (
                visible_name(line.file),
                constituency,
                precinct,
                line.rows,
                line.entries,
                trouble,
            )
        )
    table(names, rows, of="inspect.lines", indent=0)
    TERMINAL.say()


def _numbers(numbers: Sequence[int | None], origins: Sequence[str]) -> str:
    """The numbers of a file, or how many there are, and where they stand."""
    if not numbers:
        return SAY("inspect.lines.none")
    if len(numbers) > _MOST_NUMBERS:
        text = SAY("inspect.lines.many", count=len(numbers))
    else:
        text = ", ".join(str(number or SAY("cli.unknown")) for number in numbers)
    where = ", ".join(title("inspect.lines.from", origin) for origin in origins)
    return f"{text} ({where})" if where else text


def _code_title(code: str) -> str:
    """What a code of rows set aside, or of a rule, is called."""
    return title("rule" if SAY.has(f"rule.{code}.title") else "aside", code)


def _tell_todos(lines: Sequence[FileLine]) -> None:
    """What to do about each trouble of the table."""
    codes = dict.fromkeys(code for line in lines for code in line.trouble)
    for code in codes:
        kind = "rule" if SAY.has(f"rule.{code}.todo") else "aside"
        TERMINAL.say(f"{_code_title(code)}: {SAY(f'{kind}.{code}.todo')}")
    if codes:
        TERMINAL.say()
    tell("inspect.lines.details")


def _tell_file(account: FileAccount, sources: Mapping[str, str]) -> None:
    """One file; ``sources`` are the names of all by their source."""
    TERMINAL.say(visible_name(account.name))
    if account.trouble is not None:
        _tell_trouble(account.trouble)
    elif account.format:
        tell("inspect.format", 2, format=account.format)
    for sheet in account.sheets:
        _tell_sheet(account, sheet)
        for row in sheet.findings:
            _tell_finding(row, sources)
    for name in account.skipped:
        tell("inspect.skipped", 2, sheet=name)
    TERMINAL.say()


def _tell_trouble(code: AsideCode) -> None:
    TERMINAL.say(
        f"  {SAY('inspect.trouble', title=title('aside', code))} {SAY(f'aside.{code}.message')}"
    )
    tell("cli.failure.todo", 4, todo=SAY(f"aside.{code}.todo"))


def _tell_sheet(file: FileAccount, sheet: SheetAccount) -> None:
    """One sheet: how it was read, whose list it is, its columns, its balance, what to look at."""
    if sheet.name is not None:
        key = "inspect.sheet-hidden" if sheet.hidden else "inspect.sheet"
        tell(key, 2, sheet=sheet.name)
    if sheet.trouble is not None:
        _tell_trouble(sheet.trouble)
        return
    if sheet.encoding:
        confidence = _share(sheet.encoding_confidence)
        tell("inspect.encoding", 2, encoding=sheet.encoding, confidence=confidence)
    if sheet.delimiter:
        sign = title(
            "inspect.delimiter",
            {"\t": "tab", " ": "blank"}.get(sheet.delimiter, sheet.delimiter),
        )
        tell("inspect.delimited", 2, sign=sign)
    for account in sheet.lists if not file.copy else ():
        _tell_list(account)
    for place in sheet.places:
        _tell_place(file, sheet, place)
    if sheet.set_aside:
        counts = sorted(sheet.set_aside.items(), key=lambda item: (-item[1], item[0]))
        parts = ", ".join(
            f"{title('aside', code)} {SAY.number(count)}" for code, count in counts
        )
        tell("inspect.set-aside", 2, parts=parts)


def _tell_list(sheet: ListAccount) -> None:
    """The header of one list, and its columns."""
    if sheet.header_lines:
        tell("inspect.header", 2, lines=", ".join(map(str, sheet.header_lines)))
    else:
        tell("inspect.no-header", 2, line=sheet.first_line)
    rows = []
    for column in sheet.columns:
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
    if sheet.name_order:
        tell(f"inspect.order.{sheet.name_order}", 4)


def _role(field: str | None, role: str | None) -> str:
    """What a column was taken for."""
    _, _, compared_as = (role or "").partition(".")
    if compared_as:
        return SAY("inspect.compared", name=compared_as)
    if field is None:
        return SAY("inspect.not-used")
    return (
        SAY(f"field.{field}")
        if role == field
        else SAY("inspect.part", field=SAY(f"field.{field}"))
    )


def _tell_place(file: FileAccount, sheet: SheetAccount, place: PlaceAccount) -> None:
    """Whose list the rows are, and their balance."""
    from voterlist.any_table.inspecting import is_total_different
    from voterlist.ingest.findings import DECLARED_DIFFERS

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
    if is_total_different(file, sheet, place):
        rule = DECLARED_DIFFERS
        counted = place.entries + place.elsewhere
        message = SAY(f"rule.{rule}.message", value=counted, limit=place.declared)
        TERMINAL.say(f"    ! {message}")
        tell("cli.failure.todo", 6, todo=SAY(f"rule.{rule}.todo"))


def _tell_finding(row: Mapping[str, Any], sources: Mapping[str, str]) -> None:
    """One thing noticed, and what to do about it."""
    rule = row["rule"]
    line = f" ({SAY('cli.place.line', line=row['line'])})" if "line" in row else ""
    field = f" [{SAY('field.' + row['field'])}]" if "field" in row else ""
    values = {name: _number(row.get(name, 0.0)) for name in ("value", "limit")}
    sign = "" if row["severity"] == "note" else "! "
    TERMINAL.say(
        f"  {sign}{title('rule', rule)}{field}{line}: {SAY(f'rule.{rule}.message', **values)}"
    )
    if "other_line" in row:
        file = visible_name(sources.get(row["other_source"], row["other_source"]))
        whole = SAY("inspect.whole-row", file=file, line=row["other_line"])
        TERMINAL.say(f"    {whole}")
    if row["severity"] != "note":
        tell("cli.failure.todo", 4, todo=SAY(f"rule.{rule}.todo"))


def _number(value: float) -> int | float:
    return int(value) if float(value).is_integer() else value


def _share(confidence: float) -> str:
    return (
        SAY("inspect.certain") if confidence >= _CERTAIN else SAY.number(confidence, 2)
    )


# A new workspace

_HIGHEST = 999
"""The highest number of a constituency for which an entry id has room."""


def init(
    folder: Annotated[Path, argument("new-workspace", "DIR")],
    cycle: Annotated[str | None, option("cycle")] = None,
    level: Annotated[Level, option("level")] = Level.CONEC,
    constituency: Annotated[
        int | None,
        option("own-constituency", "-c", "--constituency", "N", min=1, max=_HIGHEST),
    ] = None,
    today: Today = None,
) -> Answer:
    """Make a workspace."""
    from voterlist.pipeline.inbox import INBOX, make_workspace

    if constituency is None and level is not Level.CEC and not TERMINAL.json:
        constituency = _ask()
    cycle = cycle or str(day(today).year)
    settings = make_workspace(
        folder, cycle=cycle, level=level, constituency=constituency
    )
    made_cycle = settings.workspace.cycle
    tell("cli.init.made", cycle=made_cycle, path=folder)
    inbox = folder / INBOX
    if constituency is None:
        tell("cli.init.next-any", inbox=inbox, path=folder)
    else:
        tell("cli.init.next", inbox=inbox / str(constituency), path=folder)
    return {
        "workspace": folder,
        "cycle": made_cycle,
        "level": level,
        "constituency": constituency,
    }


def _ask() -> int | None:
    """The constituency as somebody at a terminal names it; None without an answer or terminal."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return None
    while True:
        try:
            answer = input(SAY("cli.init.ask")).strip()
        except EOFError:
            answer = ""
        if not answer:
            return None
        if answer.isdecimal() and 1 <= int(answer) <= _HIGHEST:
            return int(answer)
        warn("cli.init.no-number", most=_HIGHEST)
