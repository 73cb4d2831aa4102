"""What a run may depend on besides the tables."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from voterlist.config import Settings
from voterlist.deadlines import list_day
from voterlist.decisions import Given
from voterlist.pipeline.inbox import Inputs
from voterlist.pipeline.result import Progress
from voterlist.pipeline.units import Units
from voterlist.storage.ledger import CaseNumber


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
    case_numbers: tuple[CaseNumber, ...] = ()
    """The numbers of the cases of earlier runs."""
    units: Units | None = None
    """Does the units of the stages; None: each stage makes one for itself."""
    left_out: frozenset[int | None] = frozenset()
    """The constituencies (None: the files beside the folders) whose work failed in this run."""

    @property
    def list_day(self) -> dt.date:
        """The day on which the list counts: the election, or the last due date of the cycle.

        Whoever is of voting age on that day belongs on the list.
        """
        return list_day(self.settings.calendar, self.settings.workspace.cycle)

    @property
    def is_whole(self) -> bool:
        """False for a run of some constituencies only, asked for or because others failed."""
        return self.inputs.is_whole and not self.left_out

    @property
    def constituencies(self) -> tuple[int, ...]:
        """The constituencies of the run, without those whose work failed."""
        return tuple(
            number
            for number in self.inputs.constituencies
            if number not in self.left_out
        )
