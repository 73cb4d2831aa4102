"""The report: the tables of a run -> ``Report``, the numbers and rows that every output shows.

No file is written here. A section of the report is one folder of ``sections``; ``render`` walks the
sections to make the page and the workbook.
"""

from __future__ import annotations

from voterlist.report.asked import (
    AskedAs,
    AskedFinding,
    GivenAnswer,
    Reopened,
    ReviewItems,
    Subject,
)
from voterlist.report.blind import (
    blind_case,
    blind_cases,
    without_first_readings,
)
from voterlist.report.lookup import Sources
from voterlist.report.review_items import (
    review_cases,
    review_findings,
    review_items,
)
from voterlist.report.review_tables import ReviewTables
from voterlist.report.run import Report, Run, build_sections
from voterlist.report.sections import AUDIT_PAGE, PAGE, SECTIONS, WORKBOOK
from voterlist.report.sections.audit.scorecard import scorecard as scorecard_of
from voterlist.report.sections.cases import Case
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
    "review_cases",
    "review_findings",
    "review_items",
    "scorecard_of",
    "without_first_readings",
]


TABLES = frozenset(
    name for section in SECTIONS for name in (*section.needs, *section.uses)
)
"""The names of the tables that the sections of a report need or use."""
SCHEMAS = {
    name: schema for section in SECTIONS for name, schema in section.needs.items()
}
"""The columns that are read of the tables that sections need."""


def build(run: Run) -> Report:
    """The report of ``run.facts.constituency``; the run may hold other constituencies too.

    A case is in the report of each constituency that one of its entries is in. Rows whose
    constituency is not known are in every report, for they must show somewhere.

    Raises:
        KeyError: the run lacks a table that a section needs.
        SchemaError: a table does not have the shape of its schema.
    """
    return build_sections(run, SECTIONS)
