"""Who stands on the list already: FINs that are taken, people who would be added twice."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from voterlist import strict_json
from voterlist.decisions.answers import AmendmentContext, Row, ValueReader
from voterlist.decisions.given import Given
from voterlist.decisions.judge import Reasons
from voterlist.decisions.standing import last_answers
from voterlist.fields import NAME_PARTS
from voterlist.model import Action
from voterlist.tables import rows_among


def refuse_taken_fins(reasons: Reasons, voters: pa.Table, given: Given) -> None:
    """Refuse corrections to a FIN that another entry has, after all that is decided.

    An answer that is refused frees no FIN, so it is asked again until nothing more is refused.
    """
    while True:
        fresh = [
            judged
            for judged in reasons.kept()
            if judged.field == "fin" and judged.value
        ]
        fins = {judged.value for judged in fresh}
        bearers = _bearers(fins, voters, _corrected_fins(reasons, given))
        taken = [
            judged
            for judged in fresh
            if bearers[judged.value] - {judged.answer.entry_id}
        ]
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
    fresh = [
        judged for judged in reasons.kept() if judged.answer.action == Action.CORRECT
    ]
    return fins | {
        judged.answer.entry_id: judged.value
        for judged in fresh
        if judged.field == "fin"
    }


def refuse_listed(
    reasons: Reasons, context: AmendmentContext, given: Given, today: dt.date
) -> None:
    """Refuse to add a person whose FIN is on the list, or who is added from another row.

    Registers overlap: who arrived is resident too.
    """
    additions = [
        judged for judged in reasons.kept() if judged.answer.action == Action.ADD
    ]
    if not additions:
        return

    def person_of(entry: Row) -> _Person:
        return _person_of(entry, context.read_value, today)

    people = [person_of(judged.answer.entry or {}) for judged in additions]
    fins = {person.fin for person in people}
    listed = _bearers(fins, context.voters, _corrected_fins(reasons, given))
    added = _Added()
    for entry_id, entry in _added_before(given).items():
        added.add(person_of(entry), entry_id)
    for judged, person in zip(additions, people, strict=True):
        entry_id = str(judged.answer.entry_id)
        is_listed = person.fin is not None and bool(listed.get(person.fin))
        if is_listed or added.has(person, entry_id):
            reasons.refuse("already-listed", judged)
        else:
            added.add(person, entry_id)


@dataclass(frozen=True, slots=True)
class _Person:
    """What the row of a register tells its person by."""

    fin: str | None
    names: tuple[str, ...] | None
    """The names and the birth date; None where they are not whole."""


class _Added:
    """The people who are added, by the rows of registers."""

    def __init__(self) -> None:
        self._by_fin: dict[str, str] = {}
        self._by_names: dict[tuple[str, ...], list[tuple[str | None, str]]] = {}

    def add(self, person: _Person, entry_id: str) -> None:
        """Note a person."""
        if person.fin is not None:
            self._by_fin[person.fin] = entry_id
        if person.names is not None:
            rows = self._by_names.setdefault(person.names, [])
            rows.append((person.fin, entry_id))

    def has(self, person: _Person, entry_id: str) -> bool:
        """True where the person is added from another row; two FINs are two people."""
        if (
            person.fin is not None
            and self._by_fin.get(person.fin, entry_id) != entry_id
        ):
            return True
        rows = self._by_names.get(person.names, []) if person.names else []
        return any(
            other != entry_id and None in {fin, person.fin} for fin, other in rows
        )


def _person_of(
    entry: Mapping[str, Any], read_value: ValueReader, today: dt.date
) -> _Person:
    """What the row of a register tells its person by, as the list would have it."""

    def value(field: str) -> str | None:
        """A field of the row as it is read; None where it says nothing or cannot be read."""
        text = entry.get(field)
        return read_value(field, text, today).text if text else None

    born = value("birth_date")
    names = [value("full_name")] if entry.get("full_name") else map(value, NAME_PARTS)
    parts = [" ".join(name.split()).casefold() for name in names if name]
    is_whole = born is not None and len(parts) in {1, len(NAME_PARTS)}
    return _Person(value("fin"), (*parts, born) if is_whole and born else None)


def _added_before(given: Given) -> dict[str, Row]:
    """Register rows of which people are added -> what they say."""
    added = {
        entry_id
        for entry_id, answers in last_answers(given).items()
        if any(row["action"] == Action.ADD for row in answers.values())
    }
    subjects = given.subjects.to_pylist()
    return {
        row["entry_id"]: strict_json.loads(row["cells"])
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
    columns = voters.select(["entry_id", "fin"])
    named = rows_among(columns, "fin", filter(None, wanted))
    bearers: dict[str | None, set[str | None]] = defaultdict(set)
    for row in named.to_pylist():
        if row["entry_id"] not in fins:
            bearers[row["fin"]].add(row["entry_id"])
    for entry_id, fin in fins.items():
        bearers[fin].add(entry_id)
    return bearers
