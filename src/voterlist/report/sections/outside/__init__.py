"""Other bodies' registers and statistics, and the last cycle, beside the list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from voterlist.report.section import Section
from voterlist.report.sections.outside.build import build
from voterlist.report.sections.outside.model import CLASSES, Outside
from voterlist.report.sections.outside.sheets import CHANGES, sheets
from voterlist.report.words import Words
from voterlist.schemas import COMPARISON, CYCLE_SUMMARY, REGISTER_USE

__all__ = ["OUTSIDE", "Outside"]


def _page(_outside: Outside | None) -> Mapping[str, Any]:
    return {"classes": CLASSES, "changes": CHANGES}


OUTSIDE = Section(
    name="outside",
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
