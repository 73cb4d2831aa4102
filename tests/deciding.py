"""Invented lists and answers for tests of what decisions do, and a simple judge of the result."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from voterlist.schemas import (
    AMENDMENT,
    CASE,
    DECISION,
    ENTRY,
    GIVEN_AMENDMENT,
    GIVEN_VERDICT,
    MATCH,
    SUBJECT,
)
from voterlist.tables import from_columns

AT = "2026-02-03T09:00:00+00:00"
_PAGE = Path(__file__).resolve().parents[1] / "docs" / "decisions.md"


def _read_in_the_law(begins, ends):
    """The grounds that the page, which people read, names between the words of a sentence."""
    told = _PAGE.read_text("utf-8").partition(begins)[2].partition(ends)[0]
    return set(re.findall(r"`([a-z-]+)`", told))


FOR_GOOD = _read_in_the_law("* struck on a ground of the person:", ".")
"""They may take a person's last entry."""
AFTER_FREEZE = _read_in_the_law("From then on only", "strike")
"""They may change a list that is frozen."""


def _table(rows, schema, filled):
    columns = {
        name: [row.get(name, filled.get(name)) for row in rows] for name in schema.names
    }
    return from_columns(columns, schema, len(rows))


def entry_id(name, constituency=88, precinct=1):
    """The id of an entry of this name."""
    return f"{constituency:03d}-{precinct:04d}-{name}"


def entries_of(rows):
    """ENTRY of (id, constituency, precinct) or of rows with more columns."""
    names = ("entry_id", "constituency", "precinct")
    full = [
        row if isinstance(row, dict) else dict(zip(names, row, strict=True))
        for row in rows
    ]
    filled = {"list_kind": "permanent", "source": "a" * 12, "line": 1}
    return _table(full, ENTRY, filled)


def cases_of(members):
    """CASE of case id -> entry ids."""
    rows = [
        {"case_id": case, "entry_id": entry}
        for case, ids in members.items()
        for entry in ids
    ]
    filled = {
        "kind": "within-constituency",
        "role": "question",
        "reason": "same-fin",
        "weight": 20.0,
        "probability": 0.99,
    }
    return _table(rows, CASE, filled)


_BY = {"decided_by": "Aynur", "decided_at": AT, "adjudicates": False, "reason": "seen"}


def decisions_of(*rows):
    """DECISION of (case, entry, verdict)."""
    names = ("case_id", "entry_id", "verdict")
    return _table([dict(zip(names, row, strict=True)) for row in rows], DECISION, _BY)


def amendments_of(*rows):
    """AMENDMENT of rows with the columns that are not null."""
    return _table(rows, AMENDMENT, _BY)


def given_verdicts(rows):
    return _table(rows, GIVEN_VERDICT, _BY)


def given_amendments(rows):
    return _table(rows, GIVEN_AMENDMENT, _BY)


def subjects_of(cells):
    """SUBJECT of id -> JSON."""
    rows = [{"entry_id": one, "cells": text} for one, text in cells.items()]
    return _table(rows, SUBJECT, {})


def matches_of(*rows):
    """MATCH of (register's row, entry, class, level)."""
    names = ("register_id", "entry_id", "class", "level")
    full = [dict(zip(names, row, strict=True)) for row in rows]
    return _table(full, MATCH, {"register": "arrivals"})


# The judge: it knows the law, and nothing of how the program holds it.


def vanished(entries, cases, decisions, amendments, done):
    """The persons, as groups of entry ids, who are on no list and should be on one.

    Two entries are one person where a case that is there today says keep or repeat of both.
    """
    ids = entries.column("entry_id").to_pylist()
    person = {one: {one} for one in ids}
    members = {}
    for row in cases.to_pylist():
        members.setdefault(row["case_id"], set()).add(row["entry_id"])
    same = {}
    for row in decisions.to_pylist():
        is_there = row["entry_id"] in person and row["entry_id"] in members.get(
            row["case_id"], ()
        )
        if is_there and row["verdict"] != "separate":
            same.setdefault(row["case_id"], []).append(row["entry_id"])
    for group in same.values():
        joined = set().union(*(person[one] for one in group))
        for one in joined:
            person[one] = joined
    here = set(entries.column("constituency").to_pylist())
    excused = {
        row["entry_id"]
        for row in amendments.to_pylist()
        if row["action"] == "strike"
        and (
            row["ground"] in FOR_GOOD
            or (_has_moved(row) and row["constituency"] not in here)
        )
    }
    gone = {row["entry_id"] for row in done.applied.to_pylist() if row["action"] in OFF}
    return [
        sorted(group)
        for group in {frozenset(group) for group in person.values()}
        if group <= gone and not group & excused
    ]


OFF = {"strike", "repeat"}


def _has_moved(row):
    is_ground = row["ground"] in {"moved-away", "separate-list"}
    return is_ground and row["constituency"] is not None and row["precinct"] is not None


def unbalanced(entries, done):
    """The lists whose numbers in LIST_BALANCE are not those counted one by one."""
    place = {
        row["entry_id"]: (row["constituency"], row["precinct"], row["list_kind"])
        for row in entries.to_pylist()
    }
    listed = dict(place)
    counts = {
        name: Counter()
        for name in ("struck", "repeated", "moved_out", "moved_in", "added")
    }
    for row in done.applied.to_pylist():
        entry, there = row["entry_id"], (row["constituency"], row["precinct"])
        if row["action"] in OFF:
            name = "struck" if row["action"] == "strike" else "repeated"
            counts[name][place[entry]] += 1
            del listed[entry]
        elif row["action"] == "move":
            listed[entry] = (*there, place[entry][2])
            counts["moved_out"][place[entry]] += 1
            counts["moved_in"][listed[entry]] += 1
        elif row["action"] == "add":
            listed[entry] = (*there, "permanent")
            counts["added"][listed[entry]] += 1
    counts |= {"handed_in": Counter(place.values()), "listed": Counter(listed.values())}
    wrong = set(listed.values()) | set(place.values())
    for row in done.balance.to_pylist():
        key = (row["constituency"], row["precinct"], row["list_kind"])
        if all(row[name] == number[key] for name, number in counts.items()):
            wrong.discard(key)
    return sorted(wrong)


def unaccounted(decisions, amendments, done):
    """The decisions that are not exactly once among what was done and what was skipped."""
    wanted = Counter(
        (row["entry_id"], "repeat", row["case_id"])
        for row in decisions.to_pylist()
        if row["verdict"] == "repeat"
    )
    wanted.update(
        (row["entry_id"], row["action"], row["field"])
        for row in amendments.to_pylist()
        if row["action"] != "ask"
    )
    found = Counter(_accounted(done))
    return sorted((wanted - found) + (found - wanted), key=str)


def _accounted(done):
    for row in done.applied.to_pylist():
        # A repetition that is struck with its kept entry is still what was said of it.
        is_repeat = row["kept_entry_id"] is not None
        yield (
            (row["entry_id"], "repeat", row["case_id"])
            if is_repeat
            else (row["entry_id"], row["action"], row["field"])
        )
    for row in done.skipped.to_pylist():
        if row["answer"] == "repeat":
            yield row["entry_id"], "repeat", row["case_id"]
        elif row["answer"] not in {"keep", "separate"}:
            yield row["entry_id"], row["answer"], row["field"]
