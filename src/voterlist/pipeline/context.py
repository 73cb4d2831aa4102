"""What a run may depend on besides the tables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from voterlist.config import Settings
from voterlist.deadlines import list_day
from voterlist.decisions import Given
from voterlist.model import Stage
from voterlist.pipeline.inbox import Inputs

__all__ = ["Context", "Progress"]

Progress = Callable[[Stage, str, int, int], None]
"""Called with a stage, a step inside it (empty for the stage itself), how much is done, and of how
much."""


@dataclass(frozen=True, slots=True)
class Context:
    """What the stages of a run may depend on besides the tables."""

    workspace: Path
    settings: Settings
    inputs: Inputs
    given: Given
    """What people answered, under the ids that the entries had then."""
    today: dt.date
    jobs: int
    progress: Progress

    @property
    def list_day(self) -> dt.date:
        """The day on which the list counts: the election, or the last due date of the cycle.

        Whoever is of voting age on that day belongs on the list.
        """
        return list_day(self.settings.calendar, self.settings.workspace.cycle)
