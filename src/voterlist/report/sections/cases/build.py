"""Cases with their entries side by side: what differs between them is marked."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.fields import FIELDS, MASKED, NAME_PARTS, SHARED, TRAVELLING
from voterlist.model import CAME_BACK, CaseKind, Verdict
from voterlist.report.sections.cases.model import (
    CASE_FIELDS,
    Before,
    Case,
    Cell,
    KindCount,
    Member,
    Step,
    Waterfall,
)
from voterlist.report.values import (
    Names,
    Text,
    Value,
    birth_dates,
    in_constituency,
    mask,
    rows_of,
    written_names,
)
from voterlist.tables import Column, ReadRow, Row, by_key, codes, rows_among, text_of

_COMPARED = {name: FIELDS[name].differs_in for name in TRAVELLING}
"""The columns of VOTER in which two entries of a case contradict each other."""
LOOKED_UP_OF_VOTERS = tuple(
    dict.fromkeys(["entry_id", *NAME_PARTS, *itertools.chain(*_COMPARED.values())])
)
"""The columns of VOTER that are read."""
_ROLES = ["keep", "repeat", "question"]
_ORDER = ["number", "order", "entry_id"]

Flags = np.ndarray[Any, np.dtype[np.bool_]]
Groups = np.ndarray[Any, Any]
"""For each row of the table of cases, the number of its case."""


CaseTables = Mapping[str, pa.Table]
"""What is looked up for cases, by name: ``entries`` and ``voters`` that they name, ``pairs`` and
``waterfalls`` of them, the ``decisions`` that hold and those that were ``returned``."""


def build_cases(
    cases: pa.Table,
    numbers: pa.Table,
    tables: CaseTables,
    names: Names,
) -> tuple[Case, ...]:
    """The cases of a CASE table by number, each with its entries in order of role and id.

    ``numbers`` is CASE_NUMBER of these cases, and perhaps of others.
    """
    table = _order_cases(cases, numbers)
    groups, _ = codes(table.column("case_id"))
    members = _members(table, groups, tables, names)
    waterfalls = waterfalls_of(table, tables["pairs"], tables["waterfalls"])
    starts = np.flatnonzero(np.diff(groups, prepend=-1))
    ends = np.append(starts[1:], len(groups))[: len(starts)]
    shown = ["case_id", "number", "kind", "probability", "weight"]
    first_rows = table.select(shown).take(starts).to_pylist()
    built = []
    for start, end, first in zip(starts, ends, first_rows, strict=True):
        kind = CaseKind(first["kind"])
        case = Case(
            **first | {"kind": kind},
            is_asked=kind.is_asked,
            members=tuple(members[start:end]),
            why=waterfalls.get(first["case_id"]),
        )
        built.append(case)
    return tuple(built)


def cases_in(cases: pa.Table, constituency: int | None) -> pa.Table:
    """Every entry of the cases that have an entry in this constituency."""
    if constituency is None:
        return cases
    inside = in_constituency(cases, constituency).column("case_id").to_pylist()
    return rows_among(cases, "case_id", inside)


def count_kinds(cases: Sequence[Case]) -> tuple[KindCount, ...]:
    """How many cases there are of each kind, in the order of ``CaseKind``.

    Kinds without a case are left out.
    """
    by_kind = by_key((case.kind, case) for case in cases)
    return tuple(
        KindCount(
            kind,
            len(by_kind[kind]),
            sum(len(case.members) for case in by_kind[kind]),
            sum(case.is_open for case in by_kind[kind]),
        )
        for kind in CaseKind
        if kind in by_kind
    )


def _order_cases(cases: pa.Table, numbers: pa.Table) -> pa.Table:
    """The cases with their number, by number, entries to keep first."""
    numbered_ids = numbers.column("case_id").combine_chunks()
    position = pc.index_in(cases.column("case_id"), value_set=numbered_ids)
    number = numbers.column("number").take(position)
    role = pc.index_in(text_of(cases, "role"), value_set=pa.array(_ROLES))
    keyed = cases.append_column("number", number).append_column("order", role)
    sort_keys = [(name, "ascending") for name in _ORDER]
    return keyed.take(pc.sort_indices(keyed.select(_ORDER), sort_keys=sort_keys))


def _members(
    table: pa.Table,
    groups: Groups,
    tables: CaseTables,
    names: Names,
) -> list[Member]:
    """One member for each row of the table of cases."""
    ids = table.column("entry_id")
    entry, voter = rows_of(tables["entries"], ids), rows_of(tables["voters"], ids)
    decided = tables["decisions"].to_pylist()
    verdicts = {(row["case_id"], row["entry_id"]): row for row in decided}
    before = _decided_before(tables["returned"])
    columns = zip(
        table.select(["case_id", "entry_id", "role", "reason"]).to_pylist(),
        names.places(entry),
        text_of(entry, "list_kind").fill_null("permanent").to_pylist(),
        _cells(entry, voter, groups, names),
        strict=True,
    )
    members = []
    for row, place, list_kind, cells in columns:
        decision = verdicts.get((row["case_id"], row["entry_id"]), {})
        verdict = Verdict(decision["verdict"]) if decision else None
        member = Member(
            **{name: row[name] for name in ("entry_id", "role", "reason")},
            verdict=verdict,
            place=place,
            list_kind=list_kind,
            cells=cells,
            decided_by=decision.get("decided_by"),
            decided_why=decision.get("reason"),
            before=before.get(row["entry_id"], ()),
        )
        members.append(member)
    return members


def _decided_before(returned: pa.Table) -> dict[str, tuple[Before, ...]]:
    """By entry of today the verdicts (RETURNED) that came back to be decided again."""
    rows = [
        row
        for row in returned.to_pylist()
        if row["answer"] in {*Verdict}
        and row["entry_id"] is not None
        and row["why"] in CAME_BACK
    ]
    before = by_key((row["entry_id"], _before(row)) for row in rows)
    return {entry_id: tuple(verdicts) for entry_id, verdicts in before.items()}


def _before(row: ReadRow) -> Before:
    changed = tuple(filter(None, (row["changed"] or "").split("+")))
    return Before(Verdict(row["answer"]), changed, row["decided_by"])


def _cells(
    entry: pa.Table, voter: pa.Table, groups: Groups, names: Names
) -> list[tuple[Cell, ...]]:
    """The cells of each entry with their marks, in the order of ``CASE_FIELDS``."""
    shown = _show_fields(entry, voter, names)
    is_marked = _contradictions(entry, voter, groups)
    columns = []
    for name in CASE_FIELDS:
        mark = "spelling" if name == "written" else "differs"
        values_and_marks = zip(shown[name], is_marked[name], strict=True)
        columns.append(
            [
                Cell(value, mark if marked and value is not None else "")
                for value, marked in values_and_marks
            ]
        )
    return list(zip(*columns, strict=True))


def _contradictions(
    entry: pa.Table, voter: pa.Table, groups: Groups
) -> dict[str, Flags]:
    """For each of ``CASE_FIELDS``, the rows whose cell is marked."""
    differs = {
        name: np.logical_or.reduce(
            [_contradicts(voter.column(column), groups) for column in columns]
        )
        if columns
        else np.zeros(len(groups), bool)
        for name, columns in _COMPARED.items()
    }
    is_one_name = ~np.logical_or.reduce([differs[name] for name in NAME_PARTS])
    written = _contradicts(written_names(entry), groups)
    return differs | {"written": written & is_one_name}


def _contradicts(column: Column, groups: Groups) -> Flags:
    """True for the rows of a group that knows two values of this column.

    What is missing contradicts nothing.
    """
    values, distinct = codes(column)
    rows = np.flatnonzero(values >= 0)
    lowest = np.full(len(groups), len(distinct))
    highest = np.full(len(groups), -1)
    np.minimum.at(lowest, groups[rows], values[rows])
    np.maximum.at(highest, groups[rows], values[rows])
    return np.asarray((lowest < highest)[groups], dtype=bool)


def _show_fields(
    entry: pa.Table, voter: pa.Table, names: Names
) -> dict[str, list[Value]]:
    """What is shown of each field: the standard form where known, else the text as written."""
    shown: dict[str, list[Value]] = {"written": written_names(entry).to_pylist()}
    for name in NAME_PARTS:
        shown[name] = pc.coalesce(voter.column(name), entry.column(name)).to_pylist()
    shown["birth_date"] = birth_dates(entry, voter)
    shown["sex"] = _sexes(entry, voter)
    as_written = [name for name in TRAVELLING if name not in shown]
    for name in as_written:
        texts = entry.column(name).to_pylist()
        if names.mask_identifiers and name in MASKED:
            texts = [None if text is None else mask(text) for text in texts]
        shown[name] = texts
    return shown


def _sexes(entry: pa.Table, voter: pa.Table) -> list[Value]:
    columns = entry.column("sex").to_pylist(), text_of(voter, "sex").to_pylist()
    pairs = zip(*columns, strict=True)
    return [text if sex is None else Text(f"sex.{sex}") for text, sex in pairs]


_ENDS = ["entry_l", "entry_r"]
_MISSING = "missing"
_BITS = "_bits"


def waterfalls_of(
    cases: pa.Table, pairs: pa.Table, waterfalls: pa.Table
) -> dict[str, Waterfall]:
    """The waterfall of the tying pair of each case of a CASE table, by case id.

    The tying pair is the first pair of the case's own entries that has the case's weight. Cases
    without one are left out.
    """
    if not waterfalls.num_rows or not pairs.num_rows:
        return {}
    tying = _tying_pairs(cases, pairs)
    chosen = pairs.take(pa.array([row for *_, row in tying.values()], pa.int64()))
    by_ends = {fall.entries: fall for fall in read_waterfalls(chosen, waterfalls)}
    return {
        case_id: by_ends[left, right]
        for case_id, (left, right, _) in tying.items()
        if (left, right) in by_ends
    }


def _tying_pairs(cases: pa.Table, pairs: pa.Table) -> dict[str, tuple[str, str, int]]:
    """By case the ends of its tying pair, and the pair's row in ``pairs``."""
    ids, entries, weights = (
        cases.column(name).to_pylist() for name in ("case_id", "entry_id", "weight")
    )
    of_entry = by_key(zip(entries, zip(ids, weights, strict=True), strict=True))
    known = pc.unique(cases.column("entry_id"))
    is_near = [pc.is_in(pairs.column(end), value_set=known) for end in _ENDS]
    rows = pc.indices_nonzero(pc.and_(*is_near))
    near = pairs.select([*_ENDS, "weight"]).take(rows)
    columns = [*(column.to_pylist() for column in near.columns), rows.to_pylist()]
    tying = {}
    # The last first, so that the first is what stays.
    for left, right, weight, row in sorted(zip(*columns, strict=True), reverse=True):
        for case_id, own in of_entry[left]:
            if own == weight and (case_id, own) in of_entry[right]:
                tying[case_id] = left, right, row
    return tying


def read_waterfalls(pairs: pa.Table, waterfalls: pa.Table) -> list[Waterfall]:
    """The waterfalls of these rows of PAIR, in their order.

    A pair that WATERFALL does not hold is left out.
    """
    fields = _fields(waterfalls)
    near = rows_among(waterfalls, "entry_l", pairs.column("entry_l"))
    columns = [*_ENDS, "weight", "probability", *(f"{field}_level" for field in fields)]
    falls = {(row["entry_l"], row["entry_r"]): row for row in near.to_pylist()}
    return [
        _waterfall(row | falls[ends], fields)
        for row in pairs.select(columns).to_pylist()
        if (ends := (row["entry_l"], row["entry_r"])) in falls
    ]


def _fields(waterfalls: pa.Table) -> list[str]:
    """The comparisons of a WATERFALL table, in its order."""
    names = [name for name in waterfalls.column_names if name.endswith(_BITS)]
    return [name.removesuffix(_BITS) for name in names]


def _waterfall(row: Row, fields: list[str]) -> Waterfall:
    levels = {field: row[f"{field}_level"] for field in fields}
    known = [field for field, level in levels.items() if level not in {None, _MISSING}]
    numbers = ("prior", "term_frequency", "rivals", "weight", "probability")
    others = ("twins", "relatives", "unrelated")
    return Waterfall(
        entries=(str(row["entry_l"]), str(row["entry_r"])),
        steps=tuple(_step(field, row) for field in known),
        **{name: float(row[name]) for name in numbers},
        **{name: float(row[f"p_{name}"]) for name in others},
    )


def _step(field: str, row: Row) -> Step:
    shared = None
    if field in SHARED:
        bits = row[f"{field}_term_frequency"]
        shared = None if bits is None else float(bits)
    return Step(field, str(row[f"{field}_level"]), float(row[f"{field}_bits"]), shared)
