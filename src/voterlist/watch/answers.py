"""What each answer did to an entry: when, by whom, and what it came from."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from voterlist.decisions import Given, Spellings, answers_of
from voterlist.decisions.given import moment_of
from voterlist.model import Action, Verdict
from voterlist.schemas import NIGHT
from voterlist.tables import from_rows

CHANGES: Mapping[str, str] = {
    Action.STRIKE: "struck",
    Verdict.REPEAT: "repeated",
    Action.ADD: "added",
    Action.MOVE: "moved",
    Action.CORRECT: "corrected",
    Verdict.KEEP: "kept",
    Verdict.SEPARATE: "kept",
}
"""What each answer does to an entry; those that are not here do nothing to a list."""

_AT_DOOR = "checked-at-the-door"
"""The ground of what somebody saw at the door."""
_PLACE = re.compile(r"(\d{3})-(\d{4})-")
"""How the id of an entry begins: its constituency and precinct, 0 where one is not known."""


@dataclass(frozen=True, slots=True)
class Happened:
    """One answer, by what it did.

    Attributes:
        night: the day of the answer, in ISO 8601.
        hour: 0 to 23, as the person's clock showed it; None where only the day is known.
        change: a value of ``CHANGES``.
        source: ``case``, ``register`` (a row of it shows it), ``finding``, ``door``, or
            ``unasked``: an application, or of one's own accord.
        constituency: where the entry stands, of an addition where it is to stand.
        precinct: the same.
        entry_id: which entry.
        decided_by: who answered, as the ledger names them first.
        ground: why; None of a case.
    """

    night: str
    hour: int | None
    change: str
    source: str
    constituency: int | None
    precinct: int | None
    entry_id: str
    decided_by: str
    ground: str | None = None


def happened(given: Given) -> list[Happened]:
    """What each answer did, in the order of the answers; those without a day are left out."""
    spellings = Spellings(())
    answers = []
    for row in (*given.verdicts.to_pylist(), *given.amendments.to_pylist()):
        answer = row.get("verdict") or row["action"]
        text = row["decided_at"]
        if answer not in CHANGES or moment_of(text) == -math.inf:
            continue
        # Any form of ISO 8601 may stand in a ledger; the clock is that of whoever answered.
        moment = dt.datetime.fromisoformat(text)
        has_clock = ":" in text or "T" in text
        constituency, precinct = _place_of(row, answer)
        answers.append(
            Happened(
                night=moment.date().isoformat(),
                hour=moment.hour if has_clock else None,
                change=CHANGES[answer],
                source=_source_of(row),
                constituency=constituency,
                precinct=precinct,
                entry_id=row["entry_id"],
                decided_by=spellings.of(row["decided_by"]) or row["decided_by"],
                ground=row.get("ground"),
            )
        )
    return answers


def _place_of(row: Mapping[str, Any], answer: str) -> tuple[int | None, int | None]:
    if answer == Action.ADD:
        return row["constituency"], row["precinct"]
    begin = _PLACE.match(row["entry_id"])
    if begin is None:
        return None, None
    return int(begin[1]) or None, int(begin[2]) or None


def _source_of(row: Mapping[str, Any]) -> str:
    if row.get("rule") is not None:
        return "register" if answers_of(row["rule"]).register else "finding"
    if row["case_id"] is not None:
        return "case"
    return "door" if row["ground"] == _AT_DOOR else "unasked"


def nights(answers: Iterable[Happened]) -> pa.Table:
    """NIGHT: how many answers of each kind were given, by day, hour, place and person."""
    names = [name for name in NIGHT.names if name != "answers"]
    counted = Counter(
        tuple(getattr(answer, name) for name in names) for answer in answers
    )
    rows = [
        {**dict(zip(names, key, strict=True)), "answers": count}
        for key, count in counted.items()
    ]
    return from_rows(rows, NIGHT, *names)
