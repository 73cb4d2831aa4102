"""Cases with their entries side by side: what differs between them is marked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from voterlist import review
from voterlist.model import CaseKind, Verdict
from voterlist.report.lookup import Names, mask, rows_of, text_column, written_names
from voterlist.report.model import CASE_FIELDS, Born, Case, Cell, KindCount, Member, Text, Value
from voterlist.report.why import build_why
from voterlist.schemas import DECISION

__all__ = ["build_cases", "count_kinds"]

_COMPARED = {
    "surname": ("surname_skeleton",),
    "given_name": ("given_skeleton",),
    "patronymic": ("patronymic_skeleton",),
    # A year alone does not contradict a full date: each part is compared for itself.
    "birth_date": ("birth_year", "birth_month", "birth_day"),
    "sex": ("sex",),
    "address": ("address",),
    "document": ("document",),
    "fin": ("fin",),
}
"""The columns of VOTER in which two entries of a case contradict each other."""


def build_cases(
    cases: pa.Table,
    *,
    numbers: pa.Table,
    entries: pa.Table,
    voters: pa.Table,
    pairs: pa.Table,
    waterfalls: pa.Table | None,
    decisions: pa.Table | None,
    names: Names,
    mask_identifiers: bool,
) -> tuple[Case, ...]:
    """The cases of a CASE table by number, each with its entries in order of role and id.

    ``numbers`` is from ``review.numbered`` over all cases.
    """
    table = _ordered(cases, numbers)
    ids = table.column("entry_id")
    entry, voter = rows_of(entries, ids), rows_of(voters, ids)
    group = pd.factorize(table.column("case_id").to_pandas())[0]
    cells = _cells(entry, voter, group, mask_identifiers=mask_identifiers)
    members = _members(table, entry, cells, names, decisions)
    why = build_why(table, pairs, waterfalls)
    found = []
    frame = table.select(["case_id", "number", "kind", "probability", "weight"]).to_pandas()
    starts = np.flatnonzero(np.diff(group, prepend=-1))
    for start, end in zip(starts, np.append(starts[1:], len(group))[: len(starts)], strict=True):
        first = frame.iloc[start]
        kind = CaseKind(first["kind"])
        chance, weight = float(first["probability"]), float(first["weight"])
        number, case_id = int(first["number"]), str(first["case_id"])
        inside = tuple(members[start:end])
        found.append(
            Case(number, case_id, kind, chance, weight, kind.is_asked, inside, why.get(case_id))
        )
    return tuple(found)


def count_kinds(cases: tuple[Case, ...]) -> tuple[KindCount, ...]:
    """How many cases there are of each kind, in the order of ``CaseKind``.

    Kinds without a case are left out.
    """
    counted = []
    for kind in CaseKind:
        of_kind = [case for case in cases if case.kind is kind]
        if of_kind:
            entries = sum(len(case.members) for case in of_kind)
            counted.append(
                KindCount(kind, len(of_kind), entries, sum(case.is_open for case in of_kind))
            )
    return tuple(counted)


def _ordered(cases: pa.Table, numbers: pa.Table) -> pa.Table:
    """The cases with their number, by number, entries to keep first."""
    place = pc.index_in(
        cases.column("case_id"), value_set=numbers.column("case_id").combine_chunks()
    )
    number = numbers.column("number").take(place)
    role = pc.index_in(
        text_column(cases, "role"), value_set=pa.array(["keep", "repeat", "question"])
    )
    keyed = cases.append_column("number", number).append_column("order", role)
    keys = [("number", "ascending"), ("order", "ascending"), ("entry_id", "ascending")]
    return keyed.take(
        pc.sort_indices(keyed.select(["number", "order", "entry_id"]), sort_keys=keys)
    )


def _members(
    table: pa.Table,
    entry: pa.Table,
    cells: list[tuple[Cell, ...]],
    names: Names,
    decisions: pa.Table | None,
) -> list[Member]:
    decided = review.current(decisions if decisions is not None else DECISION.empty_table())
    known = {(row["case_id"], row["entry_id"]): row for row in decided.to_pylist()}
    rows = table.select(["case_id", "entry_id", "role", "reason"]).to_pylist()
    kinds = text_column(entry, "list_kind").fill_null("permanent").to_pylist()
    found = []
    for row, place, kind, shown in zip(rows, names.places(entry), kinds, cells, strict=True):
        verdict, by, why = _decided(known.get((row["case_id"], row["entry_id"])))
        found.append(
            Member(
                row["entry_id"], row["role"], row["reason"], verdict, place, kind, shown, by, why
            )
        )
    return found


def _decided(decision: dict[str, str] | None) -> tuple[Verdict | None, str | None, str | None]:
    """The verdict, who gave it and why; all None where there is none."""
    if decision is None:
        return None, None, None
    return Verdict(decision["verdict"]), decision["decided_by"], decision["reason"]


def _cells(
    entry: pa.Table, voter: pa.Table, group: np.ndarray[Any, Any], *, mask_identifiers: bool
) -> list[tuple[Cell, ...]]:
    """The cells of each entry with their marks, in the order of ``CASE_FIELDS``."""
    shown = _shown(entry, voter, mask_identifiers=mask_identifiers)
    frame = voter.select([name for columns in _COMPARED.values() for name in columns]).to_pandas()
    differs = {
        name: np.logical_or.reduce([_contradicts(frame[column], group) for column in columns])
        for name, columns in _COMPARED.items()
    }
    one_name = ~(differs["surname"] | differs["given_name"] | differs["patronymic"])
    spelling = _contradicts(written_names(entry).to_pandas(), group) & one_name
    columns = []
    for name in CASE_FIELDS:
        marked = spelling if name == "written" else differs[name]
        word = "spelling" if name == "written" else "differs"
        columns.append(
            [
                Cell(value, word if mark and value is not None else "")
                for value, mark in zip(shown[name], marked, strict=True)
            ],
        )
    return list(zip(*columns, strict=True))


def _contradicts(
    column: pd.Series[Any], group: np.ndarray[Any, Any]
) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """True for the rows of a group that knows two values of this column.

    What is missing contradicts nothing.
    """
    return np.asarray(column.astype(object).groupby(group).transform("nunique") > 1, dtype=bool)


def _shown(entry: pa.Table, voter: pa.Table, *, mask_identifiers: bool) -> dict[str, list[Value]]:
    """What is shown of each field.

    The standard form where it is known, else the text as written.
    """
    found: dict[str, list[Value]] = {"written": written_names(entry).to_pylist()}
    for name in ("surname", "given_name", "patronymic"):
        found[name] = pc.coalesce(voter.column(name), entry.column(name)).to_pylist()
    parts = [voter.column(name).to_pylist() for name in ("birth_year", "birth_month", "birth_day")]
    found["birth_date"] = [
        written if year is None else Born(year, month, day)
        for written, year, month, day in zip(
            entry.column("birth_date").to_pylist(), *parts, strict=True
        )
    ]
    found["sex"] = [
        written if sex is None else Text(f"sex.{sex}")
        for written, sex in zip(
            entry.column("sex").to_pylist(), text_column(voter, "sex").to_pylist(), strict=True
        )
    ]
    found["address"] = entry.column("address").to_pylist()
    hide: Callable[[str], str] = mask if mask_identifiers else str
    for name in ("document", "fin"):
        found[name] = [
            None if text is None else hide(text) for text in entry.column(name).to_pylist()
        ]
    return found
