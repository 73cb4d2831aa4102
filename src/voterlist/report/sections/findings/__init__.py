"""The findings of all stages, by rule and precinct."""

from __future__ import annotations

import pyarrow as pa

from voterlist.report.run import Inputs
from voterlist.report.section import Section
from voterlist.report.sections.findings.build import build_findings, count_rules
from voterlist.report.sections.findings.model import (
    FindingRow,
    Findings,
    RuleCount,
)
from voterlist.report.sections.findings.page import page
from voterlist.report.sections.findings.sheets import (
    finding_cells,
    finding_columns,
    sheets,
    summary,
)
from voterlist.report.sections.findings.words import FindingWords
from voterlist.report.values import Precinct, place_order
from voterlist.schemas import ENTRY, FINDING, PROFILE

__all__ = [
    "FINDINGS",
    "FindingRow",
    "FindingWords",
    "Findings",
    "RuleCount",
    "build_findings",
    "finding_cells",
    "finding_columns",
]


def _build(inputs: Inputs) -> Findings:
    rows = build_findings(
        inputs.own("findings"),
        inputs.table("entries"),
        inputs.run.names,
        registers=inputs.table("register_rows"),
        mask_identifiers=inputs.run.mask_identifiers,
    )
    areas = _areas(inputs.own("profile"))
    return Findings(rows, count_rules(rows, areas), areas)


def _areas(profile: pa.Table) -> tuple[Precinct, ...]:
    """The precincts of a PROFILE table in order."""
    columns = (
        profile.column(name).to_pylist() for name in ("constituency", "precinct")
    )
    areas = list(zip(*columns, strict=True))
    return tuple(sorted(areas, key=lambda area: place_order(*area)))


FINDINGS = Section(
    name="findings",
    build=_build,
    words=FindingWords,
    needs={"findings": FINDING, "entries": ENTRY, "profile": PROFILE},
    uses={"register_rows": ENTRY},
    sheets=sheets,
    summary=summary,
    page=page,
    most={"findings_of_rule": 25, "rules_by_precinct": 12, "precincts": 300},
)
