"""What is printed: results on standard output, everything else on standard error."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

from voterlist.cli.logs import LOG
from voterlist.cli.words import SAY, in_json, visible, visible_name


class Terminal:
    """Standard output and error of one command."""

    def __init__(self) -> None:
        self.json = False
        """True once the command was asked for JSON."""

    def prepare(self) -> None:
        """Let the streams write every letter of every alphabet, whatever the console's code page.

        A name that is not UTF-8, which the system hands over as lone surrogates, stops no output.
        """
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(encoding="utf-8", errors="backslashreplace")

    def say(self, text: str = "") -> None:
        """A line of the result, for people; with JSON it goes to standard error."""
        if self.json:
            self.warn(text)
        else:
            print(visible(text))

    def warn(self, text: str = "") -> None:
        """A line on standard error; a line of the log, where that stands there."""
        if not LOG.on_errors:
            print(visible(text), file=sys.stderr)
        elif text.strip():
            LOG.tell("said", text=visible(text))

    def table(
        self,
        headers: Sequence[str],
        rows: Iterable[Sequence[object]],
        indent: int = 2,
        colours: Sequence[str] = (),
    ) -> None:
        """Rows in columns, numbers to the right.

        ``colours``: of each row, as rich names them; they are shown on a terminal only.
        """
        headers = [visible_name(header) for header in headers]
        texts = [[_cell(value) for value in row] for row in rows]
        right = [
            all(isinstance(value, int | float) for value in column)
            for column in zip(*rows, strict=True)
        ]
        widths = [
            max(len(text) for text in column)
            for column in zip(headers, *texts, strict=True)
        ]
        styles = ("bold", *colours) if colours else ("",) * (len(texts) + 1)
        for line, style in zip((headers, *texts), styles, strict=True):
            cells = [
                text.rjust(width) if to_right else text.ljust(width)
                for text, width, to_right in zip(
                    line, widths, right or [False] * len(headers), strict=True
                )
            ]
            self._say_in(style, " " * indent + "  ".join(cells).rstrip())

    def _say_in(self, style: str, text: str) -> None:
        """A line of the result in a colour, where it is read on a terminal that shows any."""
        stream = self._stream()
        if not style or not stream.isatty():
            self.say(text)
            return
        # The library is loaded here: most commands end before they need it.
        from rich.console import Console

        console = Console(file=stream, soft_wrap=True, highlight=False)
        console.print(visible(text), style=style, markup=False, emoji=False)

    def result(self, content: Mapping[str, Any]) -> None:
        """The one object of ``--json``."""
        print(
            in_json(json.dumps(content, indent=1, ensure_ascii=False, default=_plain))
        )

    def _stream(self) -> TextIO:
        return sys.stderr if self.json else sys.stdout


TERMINAL = Terminal()
"""The terminal of this process; a command that is given ``--json`` says so here."""


Answer = dict[str, Any]
"""What a command answers to programs. Its ``exit_code`` is that of the command; 0 where none is
said."""


def answer(content: Answer) -> int:
    """Print what a command answers, where it was asked for JSON; its exit code."""
    code: int = content.setdefault("exit_code", 0)
    if TERMINAL.json:
        TERMINAL.result(content)
    return code


def picked(record: Any, *names: str) -> Answer:
    """These fields of a record, by the names that scripts are written against; without any, all."""
    wanted = names or [field.name for field in dataclasses.fields(record)]
    return {name: getattr(record, name) for name in wanted}


def tell(key: str, indent: int = 0, /, **places: object) -> None:
    """A line of the result: the text of a key; a path in it as a person would type it here."""
    TERMINAL.say(" " * indent + _fill(key, places))


def tell_left(key: str, indent: int, rows: Sequence[object], shown: int) -> None:
    """How many rows there are behind those that are shown; nothing where there are none."""
    if len(rows) > shown:
        tell(key, indent, count=len(rows) - shown)


def warn(key: str, /, **places: object) -> None:
    """A line on standard error: as ``tell``."""
    TERMINAL.warn(_fill(key, places))


def _fill(key: str, places: Mapping[str, object]) -> str:
    typed = {
        name: shown(value) if isinstance(value, Path) else value
        for name, value in places.items()
    }
    return SAY(key, **typed)


def table(
    names: Iterable[str],
    rows: Iterable[Sequence[object]],
    *,
    of: str = "cli.table",
    indent: int = 2,
    colours: Sequence[str] = (),
) -> None:
    """Rows in columns, whose headings are the texts of ``<of>.<name>``."""
    TERMINAL.table([SAY(f"{of}.{name}") for name in names], rows, indent, colours)


def shown(path: Path) -> str:
    """A path as a person would type it here.

    Relative to the current folder where it lies inside it.
    """
    try:
        return visible_name(str(path.resolve().relative_to(Path.cwd())))
    except ValueError:
        return visible_name(str(path))


def _cell(value: object) -> str:
    return (
        SAY.number(value)
        if isinstance(value, int | float)
        else visible_name(str(value))
    )


def _plain(value: object) -> object:
    """What stands in JSON for a value that it does not know: a record by its fields."""
    if dataclasses.is_dataclass(value):
        return picked(value)
    if isinstance(value, Mapping):
        return dict(value)
    return value.as_posix() if isinstance(value, Path) else str(value)
