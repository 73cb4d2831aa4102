"""The queue of cases to decide, the check of decisions, and the list corrected by them.

The rule of this stage: a decision marks an entry, nothing is deleted, and no person loses their
last entry. A repeat is marked only where the entry it repeats is on the list and is not marked
itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable

import pyarrow as pa
import pyarrow.compute as pc

from voterlist.decisions.effects import Effects, with_corrections
from voterlist.decisions.given import identity_of
from voterlist.model import Action, CaseKind, Verdict
from voterlist.schemas import (
    CASE,
    CASE_NUMBER,
    CHANGE,
    DECISION,
    ENTRY,
    WORD,
    empty,
    require,
)
from voterlist.tables import (
    Row,
    by_key,
    from_columns,
    from_rows,
    plain,
    row_of_each,
    rows_among,
    take_column,
    with_column,
)

_KEY = ["case_id", "entry_id"]
"""The columns that name what a decision is about."""
_CONTENT_BYTES = 8
_RANK = {Verdict.REPEAT.value: 0, Verdict.KEEP.value: 1, Verdict.SEPARATE.value: 2}
"""Of the verdicts on an entry in several cases the one of the lowest rank marks it."""

QUEUE = CASE.append(pa.field("number", pa.int32(), nullable=False)).append(
    pa.field("verdict", WORD)
)
"""CASE with the case's running number (as in the report) and the verdict that stands so far, if
any."""

CORRECTED = pa.schema(
    [
        *ENTRY,
        pa.field("mark", WORD),
        pa.field("marked_case_id", pa.string()),
        pa.field("kept_entry_id", pa.string()),
    ],
)
"""ENTRY with what was decided: the corrected fields, and the precinct to which an entry was moved.
``mark`` is a ``Verdict``, or ``strike`` or ``move`` (``Action``), or null. Off the list are
``repeat`` and ``strike``. ``kept_entry_id`` is the entry that a repeat repeats, or with which it
was struck."""


def number_cases(cases: pa.Table, earlier: pa.Table | None = None) -> pa.Table:
    """The number of each case (CASE_NUMBER), sorted by case. Report and workbook show it.

    A case that had a number keeps it, also where its entries moved and say what they said. The
    others get the numbers behind the highest ever given, in the order in which a person should
    look: cases that are asked about first, of those the most probable first; ties by case id.

    Args:
        cases: CASE.
        earlier: CASE_NUMBER: every number that was ever given.
    """
    in_order = _in_order(cases)
    contents = _contents(cases)
    given = (earlier if earlier is not None else empty(CASE_NUMBER)).to_pylist()
    numbers = {row["case_id"]: row["number"] for row in given}
    # Of cases that are gone: one that says the same is the same case in another place.
    left = by_key(
        (row["content"], row["number"])
        for row in sorted(given, key=lambda row: -row["number"])
        if row["case_id"] not in contents
    )
    last = max(numbers.values(), default=0)
    for case_id in in_order:
        moved = left.get(contents[case_id])
        if case_id not in numbers and moved:
            numbers[case_id] = moved.pop()
    new = [case_id for case_id in in_order if case_id not in numbers]
    numbers |= {case_id: last + place for place, case_id in enumerate(new, 1)}
    ids = sorted(contents)
    columns = {
        "case_id": ids,
        "number": [numbers[case_id] for case_id in ids],
        "content": [contents[case_id] for case_id in ids],
    }
    return from_columns(columns, CASE_NUMBER, len(ids))


def _in_order(cases: pa.Table) -> list[str]:
    """The ids of the cases in the order in which a person should look."""
    asked = set(_asked_kinds())
    places: dict[str, tuple[bool, float, str]] = {}
    for row in cases.select(["case_id", "kind", "probability"]).to_pylist():
        place = (row["kind"] not in asked, -row["probability"], row["case_id"])
        places.setdefault(row["case_id"], place)
    return sorted(places, key=places.__getitem__)


def _contents(cases: pa.Table) -> dict[str, str]:
    """By case a digest of what its entries say, place apart."""
    ids = (cases.column(name).to_pylist() for name in _KEY)
    said = by_key((case, identity_of(entry)) for case, entry in zip(*ids, strict=True))
    return {
        case_id: hashlib.blake2b(
            "+".join(sorted(texts)).encode(), digest_size=_CONTENT_BYTES
        ).hexdigest()
        for case_id, texts in said.items()
    }


def queue(
    cases: pa.Table,
    decisions: pa.Table,
    numbers: pa.Table | None = None,
    first: Collection[str] = (),
) -> pa.Table:
    """QUEUE: the cases in which at least one entry has no decision yet, sorted by number and entry.

    Asked about are the kinds that propose one person, and identity conflicts; twins, relatives and
    namesakes are shown in the report and not asked. A settled case comes back only when its set of
    entries changes, because that gives it another ``case_id``.

    Args:
        cases: CASE.
        decisions: DECISION: what holds, of an entry of a case once.
        numbers: CASE_NUMBER of every case; without it they are numbered anew.
        first: cases that stand before all others.
    """
    table = require(cases, CASE, "review")
    given = number_cases(cases) if numbers is None else numbers
    number_of = {row["case_id"]: row["number"] for row in given.to_pylist()}
    verdicts = {
        (row["case_id"], row["entry_id"]): row["verdict"]
        for row in require(decisions, DECISION, "review").to_pylist()
    }
    rows = [
        row
        | {
            "number": number_of[row["case_id"]],
            "verdict": verdicts.get((row["case_id"], row["entry_id"])),
        }
        for row in rows_among(table, "kind", _asked_kinds()).to_pylist()
    ]
    undecided = {row["case_id"] for row in rows if row["verdict"] is None}
    waiting = [row for row in rows if row["case_id"] in undecided]
    before = {*first}
    waiting.sort(
        key=lambda row: (row["case_id"] not in before, row["number"], row["entry_id"])
    )
    return from_rows(waiting, QUEUE)


def apply(
    entries: pa.Table, decisions: pa.Table, done: Effects
) -> tuple[pa.Table, pa.Table]:
    """(CORRECTED, CHANGE): the list as it was decided to be, and every verdict that counts.

    Nothing is deleted, rows in = rows out. Changes are sorted by entry and case.

    Args:
        entries: ENTRY.
        decisions: DECISION: what holds, of an entry of a case once.
        done: what all decisions do.
    """
    table = require(entries, ENTRY, "review")
    changes = _changes(require(decisions, DECISION, "review"), done)
    marks = _marks(done.applied.to_pylist(), changes.to_pylist())
    table = _move_entries(with_corrections(table, done.applied), done.applied)
    columns = {name: table.column(name) for name in table.column_names}
    marked = pa.array(sorted(marks), pa.string())
    place = row_of_each(table.column("entry_id"), marked)
    for name in _MARK_COLUMNS:
        values = [marks[entry_id][name] for entry_id in marked.to_pylist()]
        columns[name] = pa.array(values, pa.string()).take(place)
    return from_columns(columns, CORRECTED), changes


_MARK_COLUMNS = ("mark", "marked_case_id", "kept_entry_id")
"""The columns that CORRECTED has beside those of ENTRY."""


def _changes(verdicts: pa.Table, done: Effects) -> pa.Table:
    """CHANGE: the verdicts that count, with the entry that is kept in place of a repeat."""
    skipped = {
        (row["case_id"], row["entry_id"], row["answer"])
        for row in done.skipped.to_pylist()
    }
    kept = {
        (row["case_id"], row["entry_id"]): row["kept_entry_id"]
        for row in done.applied.to_pylist()
    }
    rows = [
        row | {"kept_entry_id": kept.get((row["case_id"], row["entry_id"]))}
        for row in verdicts.to_pylist()
        if (row["case_id"], row["entry_id"], row["verdict"]) not in skipped
    ]
    return from_rows(rows, CHANGE, "entry_id", "case_id")


def _marks(
    applied: Iterable[Row], changes: Iterable[Row]
) -> dict[str, dict[str, str | None]]:
    """By entry the columns of ``_MARK_COLUMNS``: what moves it, else its verdict."""
    marks: dict[str, dict[str, str | None]] = {}
    for row in sorted(changes, key=lambda row: _RANK[row["verdict"]]):
        marks.setdefault(row["entry_id"], _mark(row["verdict"], row))
    for row in applied:
        if row["action"] in {Action.STRIKE, Action.MOVE, Verdict.REPEAT}:
            marks[row["entry_id"]] = _mark(row["action"], row)
    return marks


def _mark(mark: str, row: Row) -> dict[str, str | None]:
    """The columns of ``_MARK_COLUMNS`` with what a row says."""
    values = (mark, row["case_id"], row["kept_entry_id"])
    return dict(zip(_MARK_COLUMNS, values, strict=True))


def _move_entries(entries: pa.Table, applied: pa.Table) -> pa.Table:
    """The entries in the precincts to which they were moved."""
    moves = applied.filter(pc.equal(plain(applied.column("action")), Action.MOVE.value))
    place = row_of_each(entries.column("entry_id"), moves.column("entry_id"))
    for name in ("constituency", "precinct"):
        moved = take_column(moves, name, place)
        column = pc.if_else(pc.is_valid(place), moved, entries.column(name))
        entries = with_column(entries, name, column)
    return entries


def _asked_kinds() -> list[str]:
    """The kinds of cases about which a person is asked."""
    return [kind.value for kind in CaseKind if kind.is_asked]
