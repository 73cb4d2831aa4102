"""The sections of a report, and the order in which each output walks them.

A new section is a folder here, with its ``Section`` and its ``page.html``, and its name in two of
these lists.
"""

from __future__ import annotations

from typing import Any

from voterlist.report.section import Report, Run, Section, build_sections
from voterlist.report.sections.audit import AUDIT
from voterlist.report.sections.balance import BALANCE
from voterlist.report.sections.cases import CASES
from voterlist.report.sections.cases.model import CaseWords
from voterlist.report.sections.certificate import CERTIFICATE
from voterlist.report.sections.chance import CHANCE
from voterlist.report.sections.deadlines import DEADLINES
from voterlist.report.sections.fairness import FAIRNESS, FairnessWords
from voterlist.report.sections.findings import FINDINGS, FindingWords
from voterlist.report.sections.method import METHOD, MethodWords
from voterlist.report.sections.nation import NationWords
from voterlist.report.sections.nation.parts import NATION_NEEDS, PARTS
from voterlist.report.sections.needs import NEEDS
from voterlist.report.sections.numbers import NUMBERS, NumberWords
from voterlist.report.sections.people import PEOPLE
from voterlist.report.sections.registers import REGISTERS
from voterlist.report.sections.set_aside import SET_ASIDE_ROWS
from voterlist.report.sections.watch import WATCH

Sections = tuple[Section[Any], ...]


class ReportWords(
    CaseWords, FairnessWords, FindingWords, MethodWords, NationWords, NumberWords
):
    """Says what every section shows."""


PAGE: Sections = (
    NEEDS,
    NUMBERS,
    BALANCE,
    DEADLINES,
    CASES,
    CERTIFICATE,
    FAIRNESS,
    WATCH,
    FINDINGS,
    AUDIT,
    REGISTERS,
    PEOPLE,
    SET_ASIDE_ROWS,
    METHOD,
)
"""The report's page, and the first sheet of its workbook."""

WORKBOOK: Sections = (
    CASES,
    FINDINGS,
    AUDIT,
    REGISTERS,
    SET_ASIDE_ROWS,
    BALANCE,
    DEADLINES,
    WATCH,
    FAIRNESS,
)
"""The sheets of the workbook behind the first."""

AUDIT_PAGE: Sections = (BALANCE, AUDIT, FINDINGS, CHANCE, PEOPLE)
"""The page of lists that no run has taken in; its templates are ``brief.html``."""

NATION: Sections = (
    NATION_NEEDS,
    *PARTS[:2],
    DEADLINES,
    WATCH,
    FAIRNESS,
    *PARTS[2:],
)
"""The nation's report: its page, and the sheets of its workbook."""

SECTIONS: Sections = tuple(dict.fromkeys((*PAGE, *WORKBOOK, *AUDIT_PAGE)))
"""Every section once."""


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
