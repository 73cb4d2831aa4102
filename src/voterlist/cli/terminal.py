"""What is printed: results on standard output, everything else on standard error."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TextIO

from voterlist.cli.visible import in_json, visible, visible_name
from voterlist.cli.words import SAY

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

__all__ = ["TERMINAL", "Steps", "Terminal", "shown"]

_PATIENCE = 2.0
"""Seconds before progress is shown at all."""
_LINE_EVERY = 10.0
"""Seconds between two lines about one step, where there is no terminal."""


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
        print(visible(text), file=self._stream())

    def warn(self, text: str = "") -> None:
        """A line on standard error."""
        print(visible(text), file=sys.stderr)

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
        from rich.console import Console  # noqa: PLC0415  see above

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


class Steps:
    """Progress of long work: a bar on a terminal, lines elsewhere, nothing in the first 2 seconds.

    A watch repeats the last report for a stage that reports nothing for longer.
    """

    def __init__(self) -> None:
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        self._started = time.monotonic()
        self._told = ("", 0.0)
        self._last: tuple[str, int, int] | None = None
        self._turn = threading.Lock()
        self._over = threading.Event()

    def __enter__(self) -> Self:
        threading.Thread(target=self._watch, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        with self._turn:
            if self._bar is not None:
                self._bar.stop()

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Tell that of a stage's work so much is done."""
        with self._turn:
            self._last = (stage, done, total)
            self._tell(stage, done, total)

    def _watch(self) -> None:
        while not self._over.wait(_PATIENCE):
            with self._turn:
                if self._last is not None and not self._over.is_set():
                    self._tell(*self._last)

    def _tell(self, stage: str, done: int, total: int) -> None:
        now = time.monotonic()
        if now - self._started < _PATIENCE:
            return
        if sys.stderr.isatty():
            self._show(stage, done, total)
        else:
            self._line(stage, done, total, now)

    def _show(self, stage: str, done: int, total: int) -> None:
        if self._bar is None:
            self._bar = _new_bar()
            self._bar.start()
            self._task = self._bar.add_task("", total=None)
        if self._task is not None:
            title = SAY(f"cli.stage.{stage}")
            self._bar.update(
                self._task,
                description=title,
                completed=done,
                total=total if total > 1 else None,
            )

    def _line(self, stage: str, done: int, total: int, now: float) -> None:
        last_stage, last_time = self._told
        if stage == last_stage and now - last_time < _LINE_EVERY:
            return
        self._told = (stage, now)
        share = f"{100 * done // total} %" if total > 1 else ""
        seconds = round(now - self._started)
        TERMINAL.warn(
            SAY(
                "cli.progress",
                seconds=seconds,
                stage=SAY(f"cli.stage.{stage}"),
                share=share,
            ).rstrip()
        )


def _new_bar() -> Progress:
    """A progress bar on standard error.

    The library that draws it is loaded here: most commands end before they need it.
    """
    from rich.console import Console  # noqa: PLC0415  see above
    from rich.progress import (  # noqa: PLC0415  see above
        BarColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
    )

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)


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


def _plain(value: object) -> str:
    return value.as_posix() if isinstance(value, Path) else str(value)
