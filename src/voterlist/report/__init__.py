"""The report: the tables of a run -> ``Report``, the numbers and rows that every output shows.

No file is written here. A section of the report is one folder of ``sections``; ``render`` walks the
sections to make the page and the workbook.

Nothing is loaded before it is used: ``link`` says two numbers in a report's words, and needs no
section of it.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from voterlist.report.asked import (
        AskedAs,
        AskedFinding,
        GivenAnswer,
        Reopened,
        ReviewItems,
        ReviewTables,
        Subject,
    )
    from voterlist.report.blind import (
        blind_case,
        blind_cases,
        without_first_readings,
    )
    from voterlist.report.lookup import Sources
    from voterlist.report.section import Report, Run
    from voterlist.report.sections.audit.scorecard import scorecard as scorecard_of
    from voterlist.report.sections.cases import Case
    from voterlist.report.sections.order import (
        AUDIT_PAGE,
        PAGE,
        SCHEMAS,
        SECTIONS,
        TABLES,
        WORKBOOK,
        build,
    )
    from voterlist.report.to_review import (
        review_findings,
        review_items,
    )
    from voterlist.report.values import Facts, Limits, Text
    from voterlist.report.words import Words

__all__ = [
    "AUDIT_PAGE",
    "PAGE",
    "SCHEMAS",
    "SECTIONS",
    "TABLES",
    "WORKBOOK",
    "AskedAs",
    "AskedFinding",
    "Case",
    "Facts",
    "GivenAnswer",
    "Limits",
    "Reopened",
    "Report",
    "ReviewItems",
    "ReviewTables",
    "Run",
    "Sources",
    "Subject",
    "Text",
    "Words",
    "blind_case",
    "blind_cases",
    "build",
    "review_findings",
    "review_items",
    "scorecard_of",
    "without_first_readings",
]

_HOMES = {
    "AUDIT_PAGE": "voterlist.report.sections.order",
    "AskedAs": "voterlist.report.asked",
    "AskedFinding": "voterlist.report.asked",
    "Case": "voterlist.report.sections.cases",
    "Facts": "voterlist.report.values",
    "GivenAnswer": "voterlist.report.asked",
    "Limits": "voterlist.report.values",
    "PAGE": "voterlist.report.sections.order",
    "Reopened": "voterlist.report.asked",
    "Report": "voterlist.report.section",
    "ReviewItems": "voterlist.report.asked",
    "ReviewTables": "voterlist.report.asked",
    "Run": "voterlist.report.section",
    "SCHEMAS": "voterlist.report.sections.order",
    "SECTIONS": "voterlist.report.sections.order",
    "Sources": "voterlist.report.lookup",
    "Subject": "voterlist.report.asked",
    "TABLES": "voterlist.report.sections.order",
    "Text": "voterlist.report.values",
    "WORKBOOK": "voterlist.report.sections.order",
    "Words": "voterlist.report.words",
    "blind_case": "voterlist.report.blind",
    "blind_cases": "voterlist.report.blind",
    "build": "voterlist.report.sections.order",
    "review_findings": "voterlist.report.to_review",
    "review_items": "voterlist.report.to_review",
    "scorecard_of": "voterlist.report.sections.audit.scorecard:scorecard",
    "without_first_readings": "voterlist.report.blind",
}
"""Where each name is defined: a module, and behind a colon its name there if it is another one."""


def __getattr__(name: str) -> Any:
    """Load a name when it is first used."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__} has no attribute {name}")
    module, _, other = _HOMES[name].partition(":")
    return getattr(importlib.import_module(module), other or name)
