"""The bar that shows on a terminal how far a stage is."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn


class Bar:
    """A bar on standard error, with the stage before it and what is known of its pace behind it."""

    def __init__(self) -> None:
        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            TimeElapsedColumn(),
            TextColumn("{task.fields[details]}", markup=False),
        )
        console = Console(stderr=True)
        self._progress = Progress(*columns, console=console, transient=True)
        self._progress.start()
        self._task = self._progress.add_task("", total=None, details="")

    def show(self, title: str, done: int, total: int, details: Sequence[str]) -> None:
        """Show that of a stage so much is done; a stage of one unit has no end to be seen."""
        self._progress.update(
            self._task,
            description=title,
            completed=done,
            total=total if total > 1 else None,
            details=", ".join(details),
        )

    def stop(self) -> None:
        """Take the bar away."""
        self._progress.stop()
