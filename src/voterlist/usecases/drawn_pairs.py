"""Pairs that are no case of the run, as cases: a person is asked, for they were drawn."""

from __future__ import annotations

from collections.abc import Collection

import pyarrow as pa

from voterlist.decisions import Given
from voterlist.decisions.outcome import place_of_id
from voterlist.link.cases import case_id
from voterlist.model import CaseKind, EntryRole
from voterlist.pipeline.known import Known
from voterlist.schemas import CASE
from voterlist.tables import concat, from_rows, is_among

_REASON = "chance-possible"


def cases_of_pairs(pairs: pa.Table) -> pa.Table:
    """CASE of these pairs (PAIR or UNASKED), each a case of two entries, by case and entry."""
    rows = []
    for pair in pairs.to_pylist():
        entries = [pair["entry_l"], pair["entry_r"]]
        places = [place_of_id(entry) for entry in entries]
        case = {
            "case_id": case_id(entries),
            "kind": _kind(places),
            "role": EntryRole.QUESTION.value,
            "reason": _REASON,
            "weight": pair["weight"],
            "probability": pair["probability"],
        }
        for entry, (constituency, precinct) in zip(entries, places, strict=True):
            place = {"constituency": constituency, "precinct": precinct}
            rows.append({**case, **place, "entry_id": entry})
    return from_rows(rows, CASE, "case_id", "entry_id")


def _kind(places: Collection[tuple[int | None, int | None]]) -> str:
    """The kind of a case whose entries stand in these places."""
    if len(set(places)) == 1:
        return CaseKind.SAME_PRECINCT.value
    is_one = len({constituency for constituency, _ in places}) == 1
    kind = CaseKind.WITHIN_CONSTITUENCY if is_one else CaseKind.ACROSS_CONSTITUENCIES
    return kind.value


def with_drawn(
    cases: pa.Table, runs: Known, given: Given, verdicts: pa.Table
) -> pa.Table:
    """The cases with those that are pairs of the runs, and named by an answer.

    What is neither a case nor a pair stays unknown.

    Args:
        cases: CASE.
        runs: the runs of the workspace.
        given: the answers so far.
        verdicts: new answers, with ``case_id`` and ``entry_id``.
    """
    known = set(cases.column("case_id").to_pylist())
    wanted = set()
    for case, entries in _named(given, verdicts).items():
        pair = sorted(one for one in entries if one is not None)
        if case not in known and len(pair) == 2 and case_id(pair) == case:
            wanted.add((pair[0], pair[1]))
    if not wanted:
        return cases
    pairs = runs.table("pairs")
    near = pairs.filter(is_among(pairs.column("entry_l"), [one for one, _ in wanted]))
    ends = (near.column(name).to_pylist() for name in ("entry_l", "entry_r"))
    is_wanted = [pair in wanted for pair in zip(*ends, strict=True)]
    drawn = cases_of_pairs(near.filter(pa.array(is_wanted, pa.bool_())))
    return concat([cases, drawn], CASE)


def _named(given: Given, verdicts: pa.Table) -> dict[str | None, set[str | None]]:
    """The entries of each case that somebody answered, or answers now."""
    named: dict[str | None, set[str | None]] = {
        case: set(entries) for case, entries in given.case_entries.items()
    }
    for row in verdicts.select(["case_id", "entry_id"]).to_pylist():
        named.setdefault(row["case_id"], set()).add(row["entry_id"])
    return named
