"""Who stands on the list already: FINs that are taken, people who would be added twice."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from voterlist.decisions.amended import AmendmentContext, ValueReader
from voterlist.decisions.answer import Row
from voterlist.decisions.given import Given
from voterlist.decisions.reasons import Reasons
from voterlist.decisions.standing import last_answers
from voterlist.model import Action
from voterlist.tables import plain

__all__ = ["refuse_listed", "refuse_taken_fins"]


def refuse_taken_fins(reasons: Reasons, voters: pa.Table, given: Given) -> None:
    """Refuse corrections to a FIN that another entry has, after all that is decided.

    An answer that is refused frees no FIN, so it is asked again until nothing more is refused.
    """
    while True:
        fresh = [one for one in reasons.kept() if one.field == "fin" and one.value]
        fins = {one.value for one in fresh}
        bearers = _bearers(fins, voters, _corrected_fins(reasons, given))
        taken = [one for one in fresh if bearers[one.value] - {one.answer.entry_id}]
        if not reasons.refuse_all("fin-taken", taken):
            return


def _corrected_fins(reasons: Reasons, given: Given) -> dict[str | None, str | None]:
    """Entry -> the FIN to which it is corrected, by answers before or by these."""
    fins = {
        row["entry_id"]: row["value"]
        for answers in last_answers(given).values()
        for row in answers.values()
        if row["field"] == "fin" and row["action"] == Action.CORRECT
    }
    fresh = [one for one in reasons.kept() if one.answer.action == Action.CORRECT]
    return fins | {
        one.answer.entry_id: one.value for one in fresh if one.field == "fin"
    }


def refuse_listed(
    reasons: Reasons, context: AmendmentContext, given: Given, today: dt.date
) -> None:
    """Refuse to add a person whose FIN is on the list, or who is added from another row.

    Registers overlap: who arrived is resident too.
    """

    def marks_of(entry: Row) -> list[_Mark]:
        return list(_marks_of(entry, context.read_value, today))

    additions = [one for one in reasons.kept() if one.answer.action == Action.ADD]
    if not additions:
        return
    marks = [marks_of(one.answer.entry or {}) for one in additions]
    fins = {mark[0] for known in marks for mark in known if len(mark) == 1}
    listed = _bearers(fins, context.voters, _corrected_fins(reasons, given))
    added = {
        mark: entry_id
        for entry_id, entry in _added_before(given).items()
        for mark in marks_of(entry)
    }
    for one, known in zip(additions, marks, strict=True):
        entry_id = str(one.answer.entry_id)
        is_added = any(added.get(mark, entry_id) != entry_id for mark in known)
        if is_added or any(listed.get(mark[0]) for mark in known if len(mark) == 1):
            reasons.refuse("already-listed", one)
        else:
            added |= dict.fromkeys(known, entry_id)


_Mark: TypeAlias = tuple[str, ...]
"""What tells a person: the FIN, or names and birth date."""
_NAMES = ("surname", "given_name", "patronymic", "full_name")


def _marks_of(
    entry: Mapping[str, Any], read_value: ValueReader, today: dt.date
) -> Iterator[_Mark]:
    """What the row of a register tells its person by."""
    if entry.get("fin") and (fin := read_value("fin", entry["fin"], today).text):
        yield (fin,)
    born = entry.get("birth_date") and read_value(
        "birth_date", entry["birth_date"], today
    )
    if born and born.text:
        names = [" ".join((entry.get(name) or "").split()) for name in _NAMES]
        yield (*(name.casefold() for name in names), born.text)


def _added_before(given: Given) -> dict[str, Row]:
    """Register rows of which people are added -> what they say."""
    added = {
        entry_id
        for entry_id, answers in last_answers(given).items()
        if any(row["action"] == Action.ADD for row in answers.values())
    }
    subjects = given.subjects.to_pylist()
    return {
        row["entry_id"]: json.loads(row["cells"])
        for row in subjects
        if row["entry_id"] in added
    }


def _bearers(
    wanted: Collection[str | None],
    voters: pa.Table,
    fins: Mapping[str | None, str | None],
) -> dict[str | None, set[str | None]]:
    """FIN -> the entries that have it.

    Args:
        wanted: the FINs that are asked about.
        voters: the entries with the FINs of the newest run.
        fins: what entries are corrected to since.
    """
    values = pa.array(sorted(fin for fin in wanted if fin), pa.string())
    named = voters.select(["entry_id", "fin"])
    named = named.filter(pc.is_in(plain(named.column("fin")), value_set=values))
    bearers: dict[str | None, set[str | None]] = defaultdict(set)
    for row in named.to_pylist():
        if row["entry_id"] not in fins:
            bearers[row["fin"]].add(row["entry_id"])
    for entry_id, fin in fins.items():
        bearers[fin].add(entry_id)
    return bearers
