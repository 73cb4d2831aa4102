"""Small tables of a run, written by hand, from which lists are compiled."""

import datetime as dt

import pyarrow as pa

from voterlist.decisions.effects import with_corrections
from voterlist.lists.compile import ListInput, compile_lists
from voterlist.lists.documents import Edition
from voterlist.model import ListOrder, Purpose
from voterlist.normalize.stage import normalize
from voterlist.schemas import (
    AMENDMENT,
    APPLIED,
    CASE,
    ENTRY,
    FINDING,
    LIST_BALANCE,
)
from voterlist.tables import concat, from_columns

_ENTRY = {"constituency": 88, "list_kind": "permanent", "source": "a" * 12, "line": 1}
_DECISION = {"decided_by": "A. Əliyeva", "decided_at": "2026-03-02T10:00:00+04:00"}
_CASE = {
    "kind": "within-constituency",
    "role": "question",
    "reason": "same-person",
    "weight": 20.0,
    "probability": 0.99,
}


def table(schema, rows, **common):
    """A table of this schema; what a row does not say is taken from ``common``, else null."""
    full = [{**common, **row} for row in rows]
    columns = {name: [row.get(name) for row in full] for name in schema.names}
    return from_columns(columns, schema, len(full))


def entries(*rows):
    return table(ENTRY, rows, **_ENTRY)


def applied(*rows):
    return table(APPLIED, rows, **_DECISION)


def amendments(*rows):
    return table(AMENDMENT, rows, **_DECISION)


def findings(*rows):
    return table(FINDING, rows, severity="warning", unit="entry", constituency=88)


def cases(*rows):
    return table(CASE, rows, **_CASE)


def balance(*rows):
    zero = {name: 0 for name in LIST_BALANCE.names if name != "constituency"}
    return table(
        LIST_BALANCE, rows, **zero | {"constituency": 88, "list_kind": "permanent"}
    )


def given(
    handed_in,
    *,
    additions=None,
    done=None,
    amended=None,
    found=None,
    asked=None,
    sums=None,
):
    """What a run knows, with the voters that it would have normalised."""
    additions = entries() if additions is None else additions
    amended = amendments() if amended is None else amended
    corrected = with_corrections(concat([handed_in, additions], ENTRY), amended)
    return ListInput(
        entries=handed_in,
        voters=normalize(corrected).table,
        additions=additions,
        applied=applied() if done is None else done,
        amendments=amended,
        balance=sums,
        findings=findings() if found is None else found,
        cases=cases() if asked is None else asked,
    )


def compiled(handed_in, *, order=ListOrder.NAME, constituency=88, **known):
    return compile_lists(
        given(handed_in, **known), constituency=constituency, order=order
    )


def edition(purpose=Purpose.WORK, **changed):
    values = {
        "cycle": "2026",
        "run": "2026-02-03-0123abcd",
        "day": dt.date(2026, 2, 3),
        "purpose": purpose,
        "order": ListOrder.NAME,
        "names": {88: "Göyçay"},
        "of_age_since": dt.date(2007, 5, 31),
    }
    return Edition(**values | changed)


def column(rows: pa.Table, name):
    return rows.column(name).to_pylist()


def said(rows: pa.Table, *names):
    """What these columns say of each row."""
    return [tuple(row[name] for name in names) for row in rows.to_pylist()]
