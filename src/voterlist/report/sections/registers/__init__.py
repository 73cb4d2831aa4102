"""Other bodies' registers and statistics, and the last cycle, beside the list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from voterlist.report.section import Section
from voterlist.report.sections.registers.build import build
from voterlist.report.sections.registers.model import CLASSES, Registers
from voterlist.report.sections.registers.sheets import CHANGES, sheets
from voterlist.report.words import Words
from voterlist.schemas import COMPARISON, CYCLE_SUMMARY, REGISTER_USE

__all__ = ["REGISTERS", "Registers"]


def _page(_content: Registers | None) -> Mapping[str, Any]:
    return {"classes": CLASSES, "changes": CHANGES}


REGISTERS = Section(
    name="registers",
    build=build,
    words=Words,
    uses={
        "register_use": REGISTER_USE,
        "comparison": COMPARISON,
        "cycle_summary": CYCLE_SUMMARY,
    },
    sheets=sheets,
    page=_page,
    most={"precincts": 300},
)
