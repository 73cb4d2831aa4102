"""Progress of long work, told on a terminal, in lines or in the log; how fast it goes."""

from __future__ import annotations

import dataclasses
import sys
import threading
import time
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Self

from voterlist.cli.terminal import LOG, SAY, TERMINAL
from voterlist.model import frozen

if TYPE_CHECKING:
    from rich.progress import Progress

_PATIENCE = 2.0
"""Seconds before progress is shown at all."""
_LINE_EVERY = 10.0
"""Seconds between two lines about one step, where there is no terminal."""


class Steps:
    """Progress of long work: a bar on a terminal, lines elsewhere, nothing in the first 2 seconds.

    A watch repeats the last report for a stage that reports nothing for longer. The log, where
    one is written, is told from the beginning.
    """

    def __init__(self) -> None:
        self._bar: Progress | None = None
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
            self._bar = _new_bar()
        self._bar.update(
            self._bar.task_ids[0],
            description=SAY(f"cli.stage.{report.stage}"),
            completed=report.done,
            # A stage of one unit has no end to be seen.
            total=report.total if report.total > 1 else None,
            details=", ".join(self._details(report, now)),
        )

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


@frozen
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


def _new_bar() -> Progress:
    """A bar on standard error, with the stage before it and what is known of its pace behind it."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    bar = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        TimeElapsedColumn(),
        TextColumn("{task.fields[details]}", markup=False),
        console=Console(stderr=True),
        transient=True,
    )
    bar.start()
    bar.add_task("", total=None, details="")
    return bar


# How fast it goes

_FEWEST = 2
"""Units that must be done before a rate is told."""
_SHORTEST = 3.0
"""Seconds that they must have taken."""


@dataclass(slots=True)
class Pace:
    """The pace of one stage.

    Attributes:
        stage: its name.
        total: how many units it has.
        begun: the second at which it began.
    """

    stage: str
    total: int
    begun: float
    _first: int = field(default=-1, init=False)
    """Units that were done when it first told: they were taken over, and cost nothing."""
    _done: int = field(default=0, init=False)
    _told: float = field(default=0.0, init=False)
    """The second at which the last unit was done."""

    def note(self, done: int, now: float) -> None:
        """So many units are done now."""
        if self._first < 0:
            self._first = done
        if done != self._done:
            self._done, self._told = done, now

    @property
    def rate(self) -> float | None:
        """Units a second in this stage; None as long as there is nothing to tell it by."""
        done, seconds = self._done - self._first, self._told - self.begun
        if done < _FEWEST or seconds < _SHORTEST:
            return None
        return done / seconds

    def seconds_left(self, now: float) -> float | None:
        """Seconds until all units are done at that rate; None where it is not known.

        What is being done since the last unit counts: where nothing comes, it does not fall.
        """
        rate = self.rate
        if rate is None:
            return None
        whole = (self.total - self._done) / rate
        since = min(now - self._told, 1 / rate)
        return max(0.0, whole - since)
