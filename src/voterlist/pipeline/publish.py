"""The reports of a run."""

from __future__ import annotations

from pathlib import Path

from voterlist.pipeline.standings import UnitStanding
from voterlist.pipeline.street import Context
from voterlist.pipeline.walk import Walk

__all__ = ["write_reports"]


def write_reports(context: Context, walk: Walk, standing: tuple[UnitStanding, ...]) -> tuple[Path, ...]:
    """Write the reports of every constituency, in every language of the settings; returns their paths."""
    del context, walk, standing
    return ()
