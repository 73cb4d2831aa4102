"""The cases: entries that may be one person, for a person to decide, and those that are not one."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from voterlist import review
from voterlist.model import Verdict
from voterlist.report.run import Inputs
from voterlist.report.section import Section
from voterlist.report.sections.cases.build import (
    LOOKED_UP_OF_VOTERS,
    CaseTables,
    build_cases,
    cases_in,
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
from voterlist.report.sections.chance import Chance
from voterlist.schemas import (
    CASE,
    CASE_NUMBER,
    COINCIDENCE,
    CONTESTED,
    DECISION,
    ENTRY,
    PAIR,
    RETURNED,
    SECOND_READING,
    VOTER,
    WATERFALL,
)
from voterlist.tables import is_among

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
    "cases_in",
    "chances_by_place",
]


_VOTER = pa.schema([VOTER.field(name) for name in LOOKED_UP_OF_VOTERS])


def _build(inputs: Inputs) -> Cases:
    """A case is in the report of each constituency that one of its entries is in."""
    all_cases = inputs.table("cases")
    numbers = inputs.table("case_numbers")
    names = ("entries", "voters", "pairs", "waterfalls", "decisions", "returned")
    looked_up = {name: inputs.table(name) for name in names}
    waiting = _waiting(inputs)
    is_told = pc.invert(is_among(looked_up["decisions"].column("case_id"), waiting))
    looked_up["decisions"] = looked_up["decisions"].filter(is_told)
    built = build_cases(
        cases_in(all_cases, inputs.facts.constituency),
        review.numbered(all_cases, numbers),
        CaseTables(**looked_up),
        inputs.run.names,
        mask_identifiers=inputs.run.mask_identifiers,
    )
    reasons = dict.fromkeys(_contested(inputs), "contested")
    reasons |= dict.fromkeys(waiting, "second-reading")
    built = tuple(
        replace(case, waits_for=reasons.get(case.case_id, "")) for case in built
    )
    return Cases(
        for_review=tuple(case for case in built if case.is_asked),
        apart=tuple(case for case in built if not case.is_asked),
        kinds=count_kinds(built),
        chances=_chances(inputs),
    )


def _waiting(inputs: Inputs) -> set[str]:
    """The decided cases that wait for a second reading."""
    readings = inputs.table("second_readings")
    ready = readings.filter(readings.column("is_ready"))
    return set(ready.column("case_id").to_pylist())


def _contested(inputs: Inputs) -> set[str]:
    """The cases that people decided in different ways."""
    rows = inputs.table("contested").select(["case_id", "answer"]).to_pylist()
    return {row["case_id"] for row in rows if row["answer"] in {*Verdict}}


def _chances(inputs: Inputs) -> dict[int | None, tuple[Chance, ...]]:
    """What chance alone would give in the constituency of the report, and in all of them."""
    by_place = chances_by_place(inputs.table("coincidences"))
    places = {inputs.facts.constituency, None}
    return {place: rows for place, rows in by_place.items() if place in places}


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
        "contested": CONTESTED,
        "second_readings": SECOND_READING,
        "coincidences": COINCIDENCE,
    },
    sheets=sheets,
    summary=summary,
    page=page,
    most={"for_review": 120, "apart": 40},
)
