"""Cases for a second reader, who is to know neither the first decision nor what is proposed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from voterlist.decisions import Standing
from voterlist.model import CaseKind, EntryRole
from voterlist.report.asked import ReviewTables
from voterlist.report.lookup import Names, Sources
from voterlist.report.sections.cases import Case, CaseTables, build_cases
from voterlist.schemas import DECISION, empty
from voterlist.tables import is_among, rows_among


def blind_cases(
    case_ids: Collection[str],
    tables: ReviewTables,
    *,
    sources: Sources,
    mask_identifiers: bool = True,
) -> tuple[Case, ...]:
    """These cases as nobody had decided them, without score, proposal and evidence.

    Args:
        case_ids: the cases that the person may read.
        tables: the tables of the run.
        sources: the files of each source.
        mask_identifiers: whether only the end of an identifier is shown.
    """
    looked_up = CaseTables(
        entries=tables.entries,
        voters=tables.voters,
        pairs=tables.pairs.slice(0, 0),
        waterfalls=tables.waterfalls.slice(0, 0),
        decisions=empty(DECISION),
    )
    cases = build_cases(
        rows_among(tables.cases, "case_id", case_ids),
        tables.numbers,
        looked_up,
        Names(sources),
        mask_identifiers=mask_identifiers,
    )
    return tuple(blind_case(case) for case in cases)


def blind_case(case: Case) -> Case:
    """The case with its entries in the order of their ids, and nothing that anybody says of them.

    Its kind says where the entries stand, and not what the program takes them for. The writers of
    page and workbook leave the score out.
    """
    members = sorted(case.members, key=lambda member: member.entry_id)
    hidden = [
        replace(
            member,
            role=EntryRole.QUESTION.value,
            verdict=None,
            decided_by=None,
            decided_why=None,
            before=(),
        )
        for member in members
    ]
    return replace(
        case,
        kind=_kind_by_place(case),
        is_asked=True,
        members=tuple(hidden),
        why=None,
        is_blind=True,
    )


def _kind_by_place(case: Case) -> CaseKind:
    """The kind that a case of one person in these places would have."""
    if len(case.areas) == 1:
        return CaseKind.SAME_PRECINCT
    constituencies = {constituency for constituency, _ in case.areas}
    is_one = len(constituencies) == 1
    return CaseKind.WITHIN_CONSTITUENCY if is_one else CaseKind.ACROSS_CONSTITUENCIES


def without_first_readings(
    tables: ReviewTables, holding: Standing, case_ids: Collection[str]
) -> tuple[ReviewTables, Standing]:
    """The tables and what holds, without these cases: who is to read them must not see them."""
    cases = _others(tables.cases, case_ids)
    left = replace(
        holding,
        decisions=_others(holding.decisions, case_ids),
        # What the first reader asked the precinct about a case, and why.
        amendments=_others(holding.amendments, case_ids),
    )
    return replace(tables, cases=cases), left


def _others(table: pa.Table, case_ids: Collection[str]) -> pa.Table:
    """The rows of other cases, and of none."""
    return table.filter(pc.invert(is_among(table.column("case_id"), case_ids)))
