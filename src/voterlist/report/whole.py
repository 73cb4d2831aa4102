"""The report with all its sections."""

from __future__ import annotations

from voterlist.report.run import Report, Run, build_sections
from voterlist.report.sections.order import SECTIONS

__all__ = ["SCHEMAS", "TABLES", "build"]

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
