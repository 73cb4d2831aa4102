"""What is printed, and in which language: results on standard output, all else on standard error.

The log, too: what a command did, as lines of JSON for programs: ids, counts and seconds, never a
cell. It is written on request alone, and the libraries that make its lines are loaded then.
"""

from __future__ import annotations

import dataclasses
import json
import os
import re
import shlex
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from voterlist.catalogue import LANGUAGES, Catalogue, fill, texts

if TYPE_CHECKING:
    import logging

WORKSPACE: ContextVar[Path | None] = ContextVar("workspace", default=None)
"""The workspace of this command: sentences name it where they name a command to type."""
_DIR = re.compile(r"\bDIR\b")
_DAY = re.compile(r"^(?P<yyyy>\d{4})-(?P<mm>\d\d)-(?P<dd>\d\d)(?= \d\d:|$)")
"""A day, or the day of a moment, as programs write it; no beginning of the name of a file."""


def language_of(environment: Mapping[str, str]) -> str:
    """The language that the environment asks for.

    ``VOTERLIST_LANG``, else the locale; English for any other.
    """
    for name in ("VOTERLIST_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        language = environment.get(name, "")[:2].lower()
        if language:
            return language if language in LANGUAGES else "en"
    return "en"


class _Spoken(Catalogue):
    """A catalogue whose texts are filled with names from outside.

    Each is made visible, and stays in its line.
    """

    def __call__(self, key: str, **places: object) -> str:
        """The text of a key with its places filled."""
        shown = {name: self.shown(value) for name, value in places.items()}
        text = texts(key)[self.language]
        workspace = WORKSPACE.get()
        if workspace is not None:
            shown["DIR"] = shlex.quote(visible_name(str(workspace)))
            text = _DIR.sub("{DIR}", text)
        return fill(text, shown)

    def shown(self, value: object) -> str:
        """A value as a person reads it.

        Numbers and days are written as the language has them, and a path as it is typed here.
        """
        if isinstance(value, int | float):
            return self.number(value)
        if isinstance(value, Path):
            return show_path(value)
        return _DAY.sub(self._day, visible_name(str(value)))

    def _day(self, found: re.Match[str]) -> str:
        return texts("report.date.short")[self.language].format(**found.groupdict())


SAY: _Spoken = _Spoken(language_of(os.environ))
"""The catalogue in that language; read once, because the help texts are made when the program
starts."""


def title(prefix: str, code: str) -> str:
    """The title of a code, such as ``rule.<code>.title``.

    The code itself where the catalogue has none.
    """
    key = f"{prefix}.{code}.title"
    return SAY(key) if SAY.has(key) else code


# Text from outside, such as the name of a file, in signs that a terminal only shows.
# A terminal obeys control characters: a name that holds them could clear the screen, change what
# was printed, or turn the direction of writing. They are shown as digits instead: \x1b, \u202e.

_CONTROLS = r"\x00-\x1f\x7f-\x9f"
_LINES = r"\u2028\u2029"
_DIRECTIONS = r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
"""Marks, embeddings, overrides and isolates of the direction of writing."""
_SURROGATES = r"\ud800-\udfff"
"""Alone they stand for the bytes of a name that is not UTF-8. No stream could write them."""

_HIDDEN = re.compile(f"[{_CONTROLS}{_LINES}{_DIRECTIONS}{_SURROGATES}]")
_HIDDEN_IN_LINES = re.compile(rf"(?![\n\t]){_HIDDEN.pattern}")
"""In a sentence breaks of lines and tabs are the program's own, in a name they are not."""


def visible(text: str) -> str:
    """A text of the program with its control characters shown; line breaks and tabs stay."""
    return _HIDDEN_IN_LINES.sub(_show, text)


def visible_name(text: str) -> str:
    """A name or a cell, which stands in one line, with every control character in it shown."""
    return _HIDDEN.sub(_show, text)


def in_json(text: str) -> str:
    """JSON that means the same; such characters in its strings are written as digits."""
    return _HIDDEN_IN_LINES.sub(lambda sign: f"\\u{ord(sign[0]):04x}", text)


def _show(sign: re.Match[str]) -> str:
    number = ord(sign[0])
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"


_PRIVATE = 0o600


class _Log:
    """The log of this process; nothing is written where it was not asked for."""

    def __init__(self) -> None:
        self.on_errors = False
        """True where its lines stand on standard error, and no words for people beside them."""
        self.path: Path | None = None
        """The file that was asked for, which is opened when it is known to be no other."""
        self._handlers: list[logging.Handler] = []

    @property
    def is_on(self) -> bool:
        """True where anybody reads it."""
        return bool(self._handlers)

    def tell(self, event: str, **details: Any) -> None:
        """Write a line. Numbers, ids and codes belong in it."""
        if self.is_on:
            _logger().info(event, extra=details)

    def to_errors(self) -> None:
        """Write lines on standard error."""
        import logging

        self.on_errors = True
        self._add(logging.StreamHandler(sys.stderr))

    def open(self) -> None:
        """Add lines to the file that was asked for, if one was: only its owner can open it.

        Its folder is made if need be.

        Where the system moves the file away to rotate it, a new one is begun.

        Raises:
            OSError: it cannot be opened.
        """
        from logging.handlers import WatchedFileHandler

        path = self.path
        if path is None:
            return
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
        os.close(os.open(path, flags, _PRIVATE))
        self._add(WatchedFileHandler(path, encoding="utf-8"))

    def close(self) -> None:
        """Write no more."""
        for handler in self._handlers:
            _logger().removeHandler(handler)
            handler.close()
        self._handlers.clear()
        self.path = None
        self.on_errors = False

    def _add(self, handler: logging.Handler) -> None:
        handler.setFormatter(_formatter())
        self._handlers.append(handler)
        logger = _logger()
        logger.addHandler(handler)
        logger.setLevel("INFO")
        # The handlers of a program around this one would write the lines once more.
        logger.propagate = False


def _logger() -> logging.Logger:
    """The logger of the program, to which its parts write too."""
    import logging

    return logging.getLogger("voterlist")


def _formatter() -> logging.Formatter:
    """Lines of JSON: the event, when, how bad, and what belongs to it."""
    import structlog

    when = structlog.processors.TimeStamper(fmt="iso", utc=True)
    level = structlog.stdlib.add_log_level
    details = structlog.stdlib.ExtraAdder()
    apart = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    line = structlog.processors.JSONRenderer(ensure_ascii=False, default=str)
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[when, level, details], processors=[apart, line]
    )


LOG = _Log()
"""The log of this process; the options about logs switch it on."""


class Terminal:
    """Standard output and error of one command."""

    json = False
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
        texts = [[SAY.shown(value) for value in row] for row in rows]
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
said, 1 for true: something needs a person."""


def answer(content: Answer) -> int:
    """Print what a command answers, where it was asked for JSON; its exit code."""
    code = content["exit_code"] = int(content.get("exit_code", 0))
    if TERMINAL.json:
        TERMINAL.result(content)
    return code


def pick(record: Any, *names: str) -> Answer:
    """These fields of a record, by the names that scripts are written against; without any, all."""
    wanted = names or [field.name for field in dataclasses.fields(record)]
    return {name: getattr(record, name) for name in wanted}


def tell(key: str, indent: int = 0, /, **places: object) -> None:
    """A line of the result: the text of a key; a path in it as a person would type it here."""
    TERMINAL.say(" " * indent + SAY(key, **places))


def tell_left(key: str, indent: int, rows: Sequence[object], shown: int) -> None:
    """How many rows there are behind those that are shown; nothing where there are none."""
    if len(rows) > shown:
        tell(key, indent, count=len(rows) - shown)


def warn(key: str, /, **places: object) -> None:
    """A line on standard error: as ``tell``."""
    TERMINAL.warn(SAY(key, **places))


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


def show_path(path: Path) -> str:
    """A path as a person would type it here.

    Relative to the current folder where it lies inside it.
    """
    try:
        return visible_name(str(path.resolve().relative_to(Path.cwd())))
    except ValueError:
        return visible_name(str(path))


def _plain(value: object) -> object:
    """What stands in JSON for a value that it does not know: a record by its fields."""
    if dataclasses.is_dataclass(value):
        return pick(value)
    if isinstance(value, Mapping):
        return dict(value)
    return value.as_posix() if isinstance(value, Path) else str(value)
