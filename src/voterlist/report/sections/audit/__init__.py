"""The audit: statistics of every precinct beside what is usual, and the scorecard."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from voterlist.report.run import Inputs
from voterlist.report.section import Section
from voterlist.report.sections.audit.build import build_audit
from voterlist.report.sections.audit.funnels import funnel_plot
from voterlist.report.sections.audit.model import Audit, PrecinctAudit, Statistic
from voterlist.report.sections.audit.sheets import sheets
from voterlist.report.sections.audit.words import AuditWords
from voterlist.schemas import AGES, INDICATOR, SCORECARD

__all__ = ["AUDIT", "Audit", "AuditWords", "PrecinctAudit", "Statistic", "build_audit"]


def _build(inputs: Inputs) -> Audit | None:
    return build_audit(
        inputs.table("indicators"),
        inputs.table("scorecard"),
        inputs.table("ages"),
        inputs.facts.constituency,
    )


def _page(audit: Audit | None) -> Mapping[str, Any]:
    return {"plots": [funnel_plot(funnel) for funnel in audit.funnels] if audit else []}


AUDIT = Section(
    name="audit",
    build=_build,
    words=AuditWords,
    uses={"indicators": INDICATOR, "scorecard": SCORECARD, "ages": AGES},
    sheets=sheets,
    page=_page,
    most={"precincts": 300},
)
