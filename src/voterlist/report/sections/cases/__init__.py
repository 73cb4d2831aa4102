"""The cases: entries that may be one person, for a person to decide, and those that are not one."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from voterlist import review
from voterlist.report.lookup import in_constituency
from voterlist.report.run import Inputs
from voterlist.report.section import Section
from voterlist.report.sections.cases.build import (
    LOOKED_UP_OF_VOTERS,
    CaseTables,
    build_cases,
    count_kinds,
)
from voterlist.report.sections.cases.model import (
    CASE_FIELDS,
    Case,
    Cases,
    Member,
    Step,
    Waterfall,
)
from voterlist.report.sections.cases.page import page
from voterlist.report.sections.cases.sentence import Sentences, chances_by_place
from voterlist.report.sections.cases.sheets import (
    case_cells,
    case_columns,
    sheets,
    summary,
)
from voterlist.report.sections.cases.words import CaseWords
from voterlist.schemas import (
    CASE,
    CASE_NUMBER,
    DECISION,
    ENTRY,
    PAIR,
    RETURNED,
    VOTER,
    WATERFALL,
)

__all__ = [
    "CASES",
    "CASE_FIELDS",
    "Case",
    "CaseTables",
    "CaseWords",
    "Cases",
    "Member",
    "Sentences",
    "Step",
    "Waterfall",
    "build_cases",
    "case_cells",
    "case_columns",
    "chances_by_place",
]


_VOTER = pa.schema([VOTER.field(name) for name in LOOKED_UP_OF_VOTERS])


def _build(inputs: Inputs) -> Cases:
    """A case is in the report of each constituency that one of its entries is in."""
    all_cases = inputs.table("cases")
    numbers = inputs.table("case_numbers")
    names = ("entries", "voters", "pairs", "waterfalls", "decisions", "returned")
    built = build_cases(
        _cases_in(all_cases, inputs.facts.constituency),
        review.numbered(all_cases, numbers),
        CaseTables(**{name: inputs.table(name) for name in names}),
        inputs.run.names,
        mask_identifiers=inputs.run.mask_identifiers,
    )
    return Cases(
        for_review=tuple(case for case in built if case.is_asked),
        apart=tuple(case for case in built if not case.is_asked),
        kinds=count_kinds(built),
    )


def _cases_in(cases: pa.Table, constituency: int | None) -> pa.Table:
    """Every entry of the cases that have an entry in this constituency."""
    if constituency is None:
        return cases
    inside = in_constituency(cases, constituency).column("case_id")
    return cases.filter(pc.is_in(cases.column("case_id"), value_set=pc.unique(inside)))


CASES = Section(
    name="cases",
    build=_build,
    words=CaseWords,
    needs={"entries": ENTRY, "voters": _VOTER, "cases": CASE, "pairs": PAIR},
    uses={
        "waterfalls": WATERFALL,
        "decisions": DECISION,
        "case_numbers": CASE_NUMBER,
        "returned": RETURNED,
    },
    sheets=sheets,
    summary=summary,
    page=page,
    most={"for_review": 120, "apart": 40},
)
