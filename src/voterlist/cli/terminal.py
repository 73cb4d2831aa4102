"""What is printed: results on standard output, everything else on standard error."""

from __future__ import annotations

import dataclasses
import json
import sys
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TextIO

from voterlist.cli.logs import LOG
from voterlist.cli.pace import Pace
from voterlist.cli.visible import in_json, visible, visible_name
from voterlist.cli.words import SAY

if TYPE_CHECKING:
    from voterlist.cli.bar import Bar

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

    A watch repeats the last report for a stage that reports nothing for longer. The log, where
    one is written, is told from the beginning.
    """

    def __init__(self) -> None:
        self._bar: Bar | None = None
        self._started = time.monotonic()
        self._pace = Pace("", 0, self._started)
        self._told = ("", 0.0)
        self._logged = ("", 0.0)
        self._last: _Report | None = None
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

    def __call__(self, stage: str, done: int, total: int, unit: str = "") -> None:
        """Tell that of a stage's work so much is done.

        ``unit`` names what was done last: the number of a constituency, or a word of the stage.
        """
        now = time.monotonic()
        with self._turn:
            if (stage, total) != (self._pace.stage, self._pace.total):
                self._pace = Pace(stage, total, now)
            self._pace.note(done, now)
            self._last = _Report(stage, done, total, unit)
            self._tell(self._last, now)

    def _watch(self) -> None:
        while not self._over.wait(_PATIENCE):
            with self._turn:
                if self._last is not None and not self._over.is_set():
                    self._tell(self._last, time.monotonic())

    def _tell(self, report: _Report, now: float) -> None:
        if LOG.is_on and _is_due(self._logged, report.stage, now):
            self._logged = (report.stage, now)
            self._log(report, now)
        if LOG.on_errors or now - self._started < _PATIENCE:
            return
        if sys.stderr.isatty():
            self._show(report, now)
        elif _is_due(self._told, report.stage, now):
            self._told = (report.stage, now)
            self._line(report, now)

    def _log(self, report: _Report, now: float) -> None:
        rate, left = self._pace.rate, self._pace.seconds_left(now)
        LOG.tell(
            "progress",
            **dataclasses.asdict(report),
            seconds=round(now - self._started, 1),
            a_second=None if rate is None else round(rate, 3),
            seconds_left=None if left is None else round(left),
        )

    def _show(self, report: _Report, now: float) -> None:
        if self._bar is None:
            # The library that draws it is loaded here: most commands end before they need it.
            from voterlist.cli.bar import Bar  # noqa: PLC0415  see above

            self._bar = Bar()
        title = SAY(f"cli.stage.{report.stage}")
        self._bar.show(title, report.done, report.total, self._details(report, now))

    def _line(self, report: _Report, now: float) -> None:
        share = f"{100 * report.done // report.total} %" if report.total > 1 else ""
        line = SAY(
            "cli.progress",
            seconds=round(now - self._started),
            stage=SAY(f"cli.stage.{report.stage}"),
            share=share,
        ).rstrip()
        TERMINAL.warn(", ".join((line, *self._details(report, now))))

    def _details(self, report: _Report, now: float) -> list[str]:
        """How much is done, what was done last, how fast it goes and how long it will take."""
        if report.total <= 1:
            return []
        details = [SAY("cli.progress.of", done=report.done, total=report.total)]
        if report.unit.isdecimal():
            details.append(SAY("cli.progress.unit", unit=report.unit))
        rate = self._pace.rate
        left = self._pace.seconds_left(now)
        if rate is not None and left is not None:
            a_minute = SAY.number(60 * rate, 1 if 60 * rate < 10 else 0)
            details.append(SAY("cli.progress.rate", rate=a_minute))
            details.append(SAY("cli.progress.left", left=_clock(left)))
        return details


@dataclasses.dataclass(frozen=True, slots=True)
class _Report:
    """How much of a stage's work is done, and what of it was done last."""

    stage: str
    done: int
    total: int
    unit: str


def _is_due(last: tuple[str, float], stage: str, now: float) -> bool:
    """True where a line about a stage is to be written after the last one."""
    last_stage, last_time = last
    return stage != last_stage or now - last_time >= _LINE_EVERY


def _clock(seconds: float) -> str:
    """Seconds as minutes and seconds, or as hours, minutes and seconds."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


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
