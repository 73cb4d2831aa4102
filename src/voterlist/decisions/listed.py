"""Who stands on the list already: FINs that are taken, people who would be added twice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any

import pyarrow as pa

from voterlist import strict_json
from voterlist.decisions.answers import AmendmentContext, ValueReader
from voterlist.decisions.given import Given
from voterlist.decisions.judge import Reasons
from voterlist.decisions.outcome import fin_bearers, folded_fin, struck_for_good
from voterlist.decisions.standing import last_answers, standing
from voterlist.fields import NAME_PARTS
from voterlist.model import Action
from voterlist.tables import Row, by_key, rows_among


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
        bearers = _bearers(fins, voters, reasons, given)
        taken = [
            judged
            for judged in fresh
            if bearers.get(folded_fin(judged.value), set()) - {judged.answer.entry_id}
        ]
        if not reasons.refuse_all("fin-taken", taken):
            return


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

    def person_of(entry: Row) -> tuple[str | None, tuple[str, ...] | None]:
        return _person_of(entry, context.read_value, today)

    people = [person_of(judged.answer.entry or {}) for judged in additions]
    listed = _bearers({fin for fin, _ in people}, context.voters, reasons, given)
    # FIN, or names with the birth date -> (FIN, row) of the people who are added.
    added: dict[object, list[tuple[str | None, str]]] = {}

    def add(fin: str | None, names: tuple[str, ...] | None, entry_id: str) -> None:
        for key in filter(None, (fin, names)):
            added.setdefault(key, []).append((fin, entry_id))

    holding = standing(given)
    strikes = rows_among(holding.amendments, "action", [Action.STRIKE]).to_pylist()
    struck = {row["entry_id"] for row in strikes}
    # Whoever was struck for another list may come back; here it is not known who stays.
    gone = {*struck_for_good(strikes, holding.decisions.to_pylist())}
    for entry_id, entry in added_before(given).items():
        if entry_id not in struck:
            add(*person_of(entry), entry_id)
    for judged, (fin, names) in zip(additions, people, strict=True):
        entry_id = str(judged.answer.entry_id)
        # Two FINs are two people.
        is_added = any(
            other != entry_id and (key == fin or None in {fin, other_fin})
            for key in filter(None, (fin, names))
            for other_fin, other in added.get(key, ())
        )
        if (fin and listed.get(folded_fin(fin), set()) - gone) or is_added:
            reasons.refuse("already-listed", judged)
        else:
            add(fin, names, entry_id)


def _person_of(
    entry: Mapping[str, Any], read_value: ValueReader, today: dt.date
) -> tuple[str | None, tuple[str, ...] | None]:
    """What the row of a register tells its person by, as the list would have it.

    That is (FIN, names and birth date); None where it has none, or they are not whole.
    """

    def value(field: str) -> str | None:
        """A field of the row as it is read; None where it says nothing or cannot be read."""
        text = entry.get(field)
        return read_value(field, text, today).text if text else None

    born = value("birth_date")
    names = [value("full_name")] if entry.get("full_name") else map(value, NAME_PARTS)
    parts = [" ".join(name.split()).casefold() for name in names if name]
    is_whole = born is not None and len(parts) in {1, len(NAME_PARTS)}
    return value("fin"), (*parts, born) if is_whole and born else None


def added_before(given: Given) -> dict[str, Row]:
    """Register rows of which people are added -> what they say, in columns of ENTRY."""
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
    wanted: Collection[str | None], voters: pa.Table, reasons: Reasons, given: Given
) -> dict[str, set[str]]:
    """FIN -> the entries that have it after all that is decided, of those that are asked about.

    ``voters`` have the FINs of the newest run.
    """
    corrected = {
        row["entry_id"]: row["value"]
        for answers in last_answers(given).values()
        for row in answers.values()
        if row["field"] == "fin" and row["action"] == Action.CORRECT
    }
    corrected |= {
        judged.answer.entry_id: judged.value
        for judged in reasons.kept()
        if judged.field == "fin" and judged.answer.action == Action.CORRECT
    }
    columns = voters.select(["entry_id", "fin"])
    named = rows_among(columns, "fin", filter(None, wanted)).to_pylist()
    known = rows_among(columns, "entry_id", corrected).column("entry_id").to_pylist()
    return fin_bearers(
        by_key((row["fin"], row["entry_id"]) for row in named),
        corrected,
        {*known, *added_before(given)},
    )
