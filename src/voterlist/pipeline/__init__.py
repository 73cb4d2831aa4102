"""A run: every stage over one workspace, and what it leaves behind.

>>> from voterlist import config, pipeline                                   # doctest: +SKIP
>>> settings = config.load(workspace / config.FILE_NAME)                     # doctest: +SKIP
>>> pipeline.run(workspace, settings, today=datetime.date(2026, 2, 3))       # doctest: +SKIP

The names below are loaded when they are first used, and the stages with them. So a run of which
nothing has changed loads none of them.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from voterlist.pipeline.known import known_work
    from voterlist.pipeline.result import Progress, RunResult, Trouble
    from voterlist.pipeline.running import no_progress, run
    from voterlist.pipeline.standings import (
        BurnDown,
        UnitStanding,
        burn_down,
        overdue,
        standings,
    )
    from voterlist.rulebook import RULE_CODES

__all__ = [
    "RULE_CODES",
    "BurnDown",
    "Progress",
    "RunResult",
    "Trouble",
    "UnitStanding",
    "burn_down",
    "known_work",
    "no_progress",
    "overdue",
    "run",
    "standings",
]

_HOMES = {
    "RULE_CODES": "voterlist.rulebook",
    "BurnDown": "voterlist.pipeline.standings",
    "Progress": "voterlist.pipeline.result",
    "RunResult": "voterlist.pipeline.result",
    "Trouble": "voterlist.pipeline.result",
    "UnitStanding": "voterlist.pipeline.standings",
    "burn_down": "voterlist.pipeline.standings",
    "known_work": "voterlist.pipeline.known",
    "no_progress": "voterlist.pipeline.running",
    "overdue": "voterlist.pipeline.standings",
    "run": "voterlist.pipeline.running",
}
"""The module in which each name is defined."""


def __getattr__(name: str) -> Any:
    """Load a name when it is first used."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__} has no attribute {name}")
    return getattr(importlib.import_module(_HOMES[name]), name)


class _Package(ModuleType):
    """This module: importing its part ``standings`` does not hide the function of that name."""

    @property
    def standings(self) -> Any:
        return importlib.import_module("voterlist.pipeline.standings").standings

    @standings.setter
    def standings(self, _module: ModuleType) -> None:
        pass


sys.modules[__name__].__class__ = _Package
