"""How what people decided stands after a run: how much holds, came back, or waits for somebody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from voterlist.model import Returned, Verdict
from voterlist.schemas import SECOND_READING

_OF_CASES = ("case_id", "entry_id")
_CHANGES_NOTHING = frozenset({Verdict.KEEP.value, Verdict.SEPARATE.value})
"""What such a verdict asks for is so, also where its case is gone: the entry stays on the list."""


@dataclass(frozen=True, slots=True)
class DecisionsStanding:
    """How what people decided stands after a run.

    Attributes:
        holding: decisions about entries that hold and take effect.
        followed: entries that stand in another place than when they were decided of.
        carried_out: decisions that the precincts carried out themselves.
        answered: decisions that a later one about the entry of today settled.
        changed: decisions that came back because an entry changed.
        gone: decisions that came back because an entry is on no list any more.
        unclear: decisions of which it is not known where their entry is.
        contested_cases: cases that people decided in different ways.
        contested_entries: entries about which people decided in different ways.
        pending: decisions that wait for a second person.
        second_readings: cases that wait for their second reading.
        skipped: decisions that cannot take effect.
        skipped_by_reason: the same by the code of why, in the order of the codes.
    """

    holding: int = 0
    followed: int = 0
    carried_out: int = 0
    answered: int = 0
    changed: int = 0
    gone: int = 0
    unclear: int = 0
    contested_cases: int = 0
    contested_entries: int = 0
    pending: int = 0
    second_readings: int = 0
    skipped: int = 0
    skipped_by_reason: Mapping[str, int] = field(default_factory=dict)

    @property
    def contested(self) -> int:
        """The cases and entries about which people decided in different ways."""
        return self.contested_cases + self.contested_entries


def decisions_standing(tables: Mapping[str, pa.Table]) -> DecisionsStanding:
    """How the decisions stand; ``tables`` are those of a run, as far as it went."""
    if "returned" not in tables:
        return DecisionsStanding()
    returned = tables["returned"]
    reasons = _counts(returned.column("why"))
    back = {_key(row["case_id"], row["old_entry_id"]) for row in returned.to_pylist()}
    decisions, amendments = tables["decisions"], tables["amendments"]
    verdicts = decisions.select(_OF_CASES).to_pylist()
    # An amendment is about its entry, whatever case it came from.
    waiting = tables.get("second_readings", SECOND_READING.empty_table())
    held = set(waiting.filter(waiting.column("holds_back"))["case_id"].to_pylist())
    keys = [
        _key(row["case_id"], row["entry_id"])
        for row in verdicts
        if row["case_id"] not in held
    ]
    keys += [_key(None, one) for one in amendments.column("entry_id").to_pylist()]
    left = sum(key not in back for key in keys)
    skipped = _skipped(tables.get("skipped"), back)
    cases, entries = _contested(tables["contested"])
    return DecisionsStanding(
        holding=left - sum(skipped.values()),
        followed=tables["followed"].num_rows,
        carried_out=reasons.get(Returned.CARRIED_OUT, 0),
        answered=reasons.get(Returned.ANSWERED, 0),
        changed=reasons.get(Returned.CHANGED, 0),
        gone=reasons.get(Returned.GONE, 0),
        unclear=reasons.get(Returned.UNCLEAR, 0),
        contested_cases=cases,
        contested_entries=entries,
        pending=tables["pending"].num_rows,
        second_readings=len(waiting.column("case_id").unique()),
        skipped=sum(skipped.values()),
        skipped_by_reason=skipped,
    )


def _counts(words: pa.ChunkedArray) -> dict[str, int]:
    """Word -> how often it stands there."""
    counted = pc.value_counts(words.cast(pa.string())).to_pylist()
    return {one["values"]: one["counts"] for one in counted}


def _key(case_id: str | None, entry_id: str) -> tuple[str, str]:
    return case_id or "", entry_id


def _skipped(skipped: pa.Table | None, back: set[tuple[str, str]]) -> dict[str, int]:
    """Code -> how many decisions cannot take effect for it, without those that came back."""
    if skipped is None:
        return {}
    rows = skipped.select([*_OF_CASES, "answer", "code"]).to_pylist()
    counts = Counter(
        row["code"]
        for row in rows
        if row["answer"] not in _CHANGES_NOTHING
        and _key(row["case_id"], row["entry_id"]) not in back
    )
    return dict(sorted(counts.items()))


def _contested(contested: pa.Table) -> tuple[int, int]:
    """How many cases and how many entries are contested."""
    cases: set[str] = set()
    entries: set[str] = set()
    for row in contested.select([*_OF_CASES, "answer"]).to_pylist():
        if row["answer"] in set(Verdict):
            cases.add(row["case_id"])
        else:
            entries.add(row["entry_id"])
    return len(cases), len(entries)
