"""The queue of cases to decide, the check of decisions, and the list corrected by them.

The rule of this stage: a decision marks an entry, nothing is deleted, and no person loses their
last entry. A repeat is marked only where the entry it repeats is on the list and is not marked
itself.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.decisions.verdicts import (
    PROBLEM_CODES,
    REVIEW_ROW,
    UNKNOWN_VERDICT,
    Checked,
    check_decisions,
)
from voterlist.model import CaseKind, Problem, Rule, Verdict
from voterlist.schemas import CASE, CHANGE, DECISION, ENTRY, require
from voterlist.tables import from_columns, sort_by

__all__ = [
    "CORRECTED",
    "PROBLEM_CODES",
    "QUEUE",
    "REVIEW_ROW",
    "RULES",
    "SKIPPED",
    "UNKNOWN_VERDICT",
    "Checked",
    "Corrected",
    "Problem",
    "apply",
    "check_decisions",
    "current",
    "numbered",
    "queue",
]

RULES: tuple[Rule, ...] = ()

_WORD = pa.dictionary(pa.int32(), pa.string())
_KEY = ["case_id", "entry_id"]
"""The columns that name what a decision is about."""
_RANK = {Verdict.REPEAT.value: 0, Verdict.KEEP.value: 1, Verdict.SEPARATE.value: 2}
"""Of verdicts of the same moment, the one that keeps more has the higher rank."""

QUEUE = CASE.append(pa.field("number", pa.int32(), nullable=False)).append(
    pa.field("verdict", _WORD)
)
"""CASE with the case's running number (as in the report) and the verdict that stands so far, if
any."""

CORRECTED = pa.schema(
    [
        *ENTRY,
        pa.field("mark", _WORD),
        pa.field("marked_case_id", pa.string()),
        pa.field("kept_entry_id", pa.string()),
    ],
)
"""ENTRY with what was decided: ``mark`` is a ``Verdict`` or null; ``kept_entry_id`` is the entry
that a repeat repeats."""

SKIPPED = DECISION.append(pa.field("code", _WORD, nullable=False))
"""Decisions that stand in the ledger and mark nothing now, each with its code: ``case-changed``
(the case or the entry is not there any more), ``kept-missing`` (the entry to be kept is not on the
list), ``several-kept`` (more than one entry is to be kept), ``kept-elsewhere`` (another case keeps
the entry)."""

@dataclass(frozen=True, slots=True)
class Corrected:
    """The list with its marks; as many rows as entries came in."""

    table: pa.Table
    """CORRECTED, in the order of the entries."""
    changes: pa.Table
    """CHANGE: every mark, sorted by entry and case."""
    skipped: pa.Table
    """SKIPPED: decisions that mark nothing now, and why."""


def numbered(cases: pa.Table) -> pa.Table:
    """One row for each case: ``case_id`` and its running ``number`` from 1, sorted by case.

    Numbers follow the order in which a person should look: cases that are asked about first, of
    those the most probable first; ties by case id. The report and the review workbook show these
    numbers.
    """
    frame = (
        cases.select(["case_id", "kind", "probability"])
        .to_pandas()
        .drop_duplicates("case_id")
    )
    is_asked = frame["kind"].astype(str).isin(_asked_kinds())
    frame = frame.assign(is_asked=is_asked)
    order = ["is_asked", "probability", "case_id"]
    frame = frame.sort_values(order, ascending=[False, False, True])
    numbers = np.arange(1, len(frame) + 1)
    columns = {
        "case_id": pa.array(frame["case_id"], pa.string()),
        "number": pa.array(numbers, pa.int32()),
    }
    return sort_by(pa.table(columns), "case_id")


def current(decisions: pa.Table) -> pa.Table:
    """DECISION with the latest verdict for each case and entry, sorted by case and entry.

    ``decided_at`` orders them, whatever time zones it is written in; without one it counts as UTC.
    What cannot be read as a moment comes before every moment. At the same moment the verdict that
    keeps more wins: separate before keep before repeat.
    """
    frame = require(decisions, DECISION, "review").to_pandas()
    # pandas takes "now" for a moment, and reads no year after 2262.
    moment = [_moment(text) for text in frame["decided_at"]]
    rank = frame["verdict"].astype(str).map(_RANK)
    order = [*_KEY, "moment", "rank", "decided_by", "reason"]
    frame = frame.assign(rank=rank, moment=moment).sort_values(
        order, na_position="first"
    )
    return _decisions(frame.drop_duplicates(_KEY, keep="last"))


def queue(cases: pa.Table, decisions: pa.Table) -> pa.Table:
    """QUEUE: the cases in which at least one entry has no decision yet, sorted by number and entry.

    Asked about are the kinds that propose one person, and identity conflicts; twins, relatives and
    namesakes are shown in the report and not asked. A settled case comes back only when its set of
    entries changes, because that gives it another ``case_id``.
    """
    table = require(cases, CASE, "review")
    kinds = table.column("kind").cast(pa.string())
    frame = table.filter(
        pc.is_in(kinds, value_set=pa.array(_asked_kinds()))
    ).to_pandas()
    numbers = numbered(cases).to_pandas().set_index("case_id")["number"]
    decided = current(decisions).to_pandas().set_index(_KEY)["verdict"].astype(object)
    verdicts = decided.reindex(pd.MultiIndex.from_frame(frame[_KEY])).to_numpy()
    frame = frame.assign(number=frame["case_id"].map(numbers), verdict=verdicts)
    undecided = frame.loc[frame["verdict"].isna(), "case_id"].unique()
    frame = frame[frame["case_id"].isin(undecided)]
    return sort_by(_table(frame, QUEUE), "number", "entry_id")


def apply(entries: pa.Table, cases: pa.Table, decisions: pa.Table) -> Corrected:
    """The list with the marks that the decisions put on it; nothing is deleted, rows in = rows out.

    An entry is marked a repeat only where the case still has these entries, exactly one of them is
    to be kept, that one is on the list, and no other case keeps the repeat: so whoever is marked
    has another entry that is not. Decisions that mark nothing now are in ``skipped`` with their
    reason.
    """
    table = require(entries, ENTRY, "review")
    frame = _with_effect(current(decisions).to_pandas(), cases, table)
    changes, skipped = frame[frame["code"].isna()], frame[frame["code"].notna()]
    rank = changes["verdict"].astype(str).map(_RANK)
    marks = changes.assign(rank=rank).sort_values(["entry_id", "rank", "case_id"])
    marks = marks.drop_duplicates("entry_id").set_index("entry_id")
    ids = table.column("entry_id").to_pandas()
    columns = {name: table.column(name) for name in table.column_names}
    for name, source in _MARK_COLUMNS.items():
        values = marks[source].astype(object).reindex(ids).to_numpy()
        columns[name] = pa.array(values, pa.string(), from_pandas=True)
    return Corrected(
        from_columns(columns, CORRECTED),
        sort_by(_table(changes, CHANGE), "entry_id", "case_id"),
        sort_by(_table(skipped, SKIPPED), *_KEY),
    )


_MARK_COLUMNS = {
    "mark": "verdict",
    "marked_case_id": "case_id",
    "kept_entry_id": "kept_entry_id",
}
"""The columns that CORRECTED has beside those of ENTRY, and where their values come from."""


def _asked_kinds() -> list[str]:
    return [kind.value for kind in CaseKind if kind.is_asked]


def _moment(text: str) -> float:
    """A moment in seconds; of a text that is none, minus infinity. Without a zone it is in UTC."""
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return -math.inf
    return (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).timestamp()


def _table(frame: pd.DataFrame, schema: pa.Schema) -> pa.Table:
    """The frame's columns as a table of this schema; NaN, None and NaT become null."""
    columns: dict[str, Any] = {}
    for field in schema:
        kind = pa.string() if pa.types.is_dictionary(field.type) else field.type
        columns[field.name] = pa.array(
            frame[field.name].astype(object), kind, from_pandas=True
        )
    return from_columns(columns, schema, length=len(frame))


def _decisions(frame: pd.DataFrame) -> pa.Table:
    return sort_by(_table(frame, DECISION), *_KEY)


def _with_effect(
    decided: pd.DataFrame, cases: pa.Table, entries: pa.Table
) -> pd.DataFrame:
    """The decisions with ``code``: null where the decision marks, else why it does not.

    ``kept_entry_id`` is the entry that a repeat repeats, null of all others.
    """
    frame = decided.astype(object)
    is_valid = _is_valid(frame, cases, entries)
    is_repeat = frame["verdict"] == Verdict.REPEAT.value
    kept = frame[is_valid & (frame["verdict"] == Verdict.KEEP.value)]
    by_case = kept.groupby("case_id")["entry_id"]
    keeps = frame["case_id"].map(by_case.size()).fillna(0)
    first_kept = frame["case_id"].map(by_case.min())
    reasons = {
        "case-changed": ~is_valid,
        "kept-missing": is_repeat & (keeps == 0),
        "several-kept": is_repeat & (keeps > 1),
        # Two cases that mark each other's kept entry would take both from the list.
        "kept-elsewhere": is_repeat & frame["entry_id"].isin(kept["entry_id"]),
    }
    code = np.select(list(reasons.values()), list(reasons), "")
    codes = pd.Series(code, index=frame.index, dtype=object).replace("", None)
    is_mark = is_repeat & codes.isna()
    return frame.assign(
        code=codes, kept_entry_id=first_kept.astype(object).where(is_mark)
    )


def _is_valid(frame: pd.DataFrame, cases: pa.Table, entries: pa.Table) -> Any:
    """True for the decisions whose entry is on the list and still in the case."""
    members = require(cases, CASE, "review").select(_KEY).to_pandas()
    is_member = pd.MultiIndex.from_frame(frame[_KEY]).isin(
        pd.MultiIndex.from_frame(members)
    )
    return frame["entry_id"].isin(entries.column("entry_id").to_pandas()) & is_member
