"""What decisions do to the list: who leaves it and why, who moves, what is corrected, who is added.

The rules stand in ``outcome``. Here the tables are read, corrected and
counted: of a list of millions only the entries that were decided about become rows.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from voterlist import strict_json
from voterlist.arrays import completed_years
from voterlist.decisions.answers import grounds
from voterlist.decisions.given import members_of
from voterlist.decisions.outcome import Outcome, Today, folded_fin, outcome
from voterlist.errors import StageError
from voterlist.model import Action, Precinct, Verdict, frozen
from voterlist.schemas import (
    AMENDMENT,
    APPLIED,
    ENTRY,
    LIST_BALANCE,
    MATCH,
    SKIPPED,
    SUBJECT,
    empty,
)
from voterlist.tables import (
    Row,
    by_key,
    count_by,
    from_columns,
    from_rows,
    is_among,
    plain,
    row_of_each,
    rows_among,
    sort_by,
    take_column,
    with_column,
)


def with_corrections(entries: pa.Table, amendments: pa.Table) -> pa.Table:
    """Entries (ENTRY, or some of its columns) that say what they were corrected to.

    A field corrected to nothing is null. The ids stay: they name what was handed in.

    Args:
        entries: with ``entry_id``.
        amendments: AMENDMENT: what holds.
    """
    is_correction = pc.equal(
        amendments.column("action").cast(pa.string()), Action.CORRECT.value
    )
    corrections = amendments.filter(is_correction)
    fields = corrections.column("field").cast(pa.string())
    for field in sorted(set(fields.unique().to_pylist())):
        if field in entries.column_names:
            of_field = corrections.filter(pc.equal(fields, field))
            entries = _with_field(entries, field, of_field)
    return entries


def _with_field(entries: pa.Table, field: str, corrections: pa.Table) -> pa.Table:
    """The entries with the values of one field replaced."""
    place = row_of_each(entries.column("entry_id"), corrections.column("entry_id"))
    if place.null_count == len(place):
        return entries
    written = plain(entries.column(field))
    values = take_column(corrections, "value", place)
    column = pc.if_else(pc.is_valid(place), values, written)
    kind = entries.schema.field(field).type
    return with_column(entries, field, column.cast(kind))


_List = tuple[int | None, int | None, str]
"""(constituency, precinct, kind of list)."""
Counted = Counter[_List]
"""How many entries each list has."""

_KEY = ("constituency", "precinct", "list_kind")
_TAKEN = ("struck", "repeated", "moved_out")
_GIVEN = ("moved_in", "added")
_LEAVES_AS = {
    Action.STRIKE.value: "struck",
    Verdict.REPEAT.value: "repeated",
    Action.MOVE.value: "moved_out",
}
"""What an action is called in the balance of the list where the entry was handed in."""


def count_entries(entries: pa.Table) -> Counted:
    """How many entries each list has, as handed in."""
    return Counter(count_by(entries, *_KEY))


def balance(
    handed_in: Counted, done: Outcome, kinds: Mapping[str, str], entries: pa.Table
) -> pa.Table:
    """LIST_BALANCE of every list, in order of constituency, precinct and kind.

    What is listed is counted for itself, from the entries that stay and where they stand.

    Args:
        handed_in: how many entries each list has.
        done: what was decided.
        kinds: the kind of list of each entry that was decided about.
        entries: with ``entry_id`` and the three columns of a list.

    Raises:
        StageError: the numbers of a list do not add up.
    """
    kinds = {**kinds, **{row["entry_id"]: row["list_kind"] for row in done.added}}
    counts = {name: Counter[_List]() for name in (*_TAKEN, *_GIVEN)}
    for row in done.applied:
        _count(row, kinds, counts)
    counts |= {
        "handed_in": handed_in,
        "listed": _count_on_lists(done, kinds, entries, handed_in),
    }
    lists = sorted(set().union(*counts.values()), key=_order)
    columns: dict[str, list[Any]] = {
        name: [list_key[place] for list_key in lists] for place, name in enumerate(_KEY)
    }
    columns |= {
        name: [number[list_key] for list_key in lists]
        for name, number in counts.items()
    }
    table = from_columns(columns, LIST_BALANCE, len(lists))
    require_balance(table)
    return sort_by(table, *_KEY)


def require_balance(table: pa.Table) -> None:
    """Refuse a LIST_BALANCE whose numbers do not add up.

    Raises:
        StageError: it names a precinct of which they do not, or none where the whole does not.
    """
    for row in table.to_pylist():
        stays = row["handed_in"] - sum(row[name] for name in _TAKEN)
        if row["listed"] != stays + sum(row[name] for name in _GIVEN):
            raise _imbalance(f"{row['constituency']}/{row['precinct']}")
    out, back = (
        pc.sum(table.column(name)).as_py() for name in ("moved_out", "moved_in")
    )
    if out != back:
        raise _imbalance("")


def _imbalance(place: str) -> StageError:
    """The error of a list that does not balance."""
    return StageError(
        f"review: the list {place} does not balance",
        stage="review",
        code="list-unbalanced",
        places={"place": place},
    )


def _count(row: Row, kinds: Mapping[str, str], counts: Mapping[str, Counted]) -> None:
    """Add one row of APPLIED to the numbers of its lists."""
    action = row["action"]
    if action == Action.ADD:
        counts["added"][_there(row, kinds[row["entry_id"]])] += 1
    elif action in _LEAVES_AS:
        kind = kinds[row["entry_id"]]
        here = (row["from_constituency"], row["from_precinct"], kind)
        counts[_LEAVES_AS[action]][here] += 1
        if action == Action.MOVE:
            counts["moved_in"][_there(row, kind)] += 1


def _there(row: Row, kind: str) -> _List:
    """The list onto which a row of APPLIED puts somebody."""
    return row["constituency"], row["precinct"], kind


def _count_on_lists(
    done: Outcome, kinds: Mapping[str, str], entries: pa.Table, handed_in: Counted
) -> Counted:
    """How many stand on each list in the end."""
    gone = {row["entry_id"] for row in done.applied if row["action"] in _LEAVES_AS}
    listed = Counter(handed_in)
    if gone:
        is_gone = is_among(entries.column("entry_id"), gone)
        listed = count_entries(entries.filter(pc.invert(is_gone)))
    came = [row for row in done.applied if row["action"] == Action.MOVE]
    came += [row for row in done.added if row["entry_id"] not in gone]
    listed.update(_there(row, kinds[row["entry_id"]]) for row in came)
    return listed


def _order(list_key: _List) -> tuple[int, int, str]:
    """Lists by constituency, precinct and kind; unknown numbers come first."""
    constituency, precinct, kind = list_key
    return constituency or 0, precinct or 0, kind


_OF_LIST = ("entry_id", "constituency", "precinct", "list_kind")
"""The columns of ENTRY that are read of every entry."""


@frozen
class Effects:
    """What decisions do to the list."""

    applied: pa.Table
    """APPLIED, by entry, action and field."""
    skipped: pa.Table
    """SKIPPED, by entry, answer and field: what does nothing today."""
    balance: pa.Table
    """LIST_BALANCE: the list of each precinct in numbers."""
    additions: pa.Table
    """ENTRY: the added people, by id, each where they were added, whatever became of them then;
    their source is ``decision`` and their line 0."""


def columns_for(amendments: pa.Table) -> pa.Schema:
    """The columns of ENTRY that ``effects`` reads, for these amendments (AMENDMENT)."""
    names = set(_OF_LIST)
    actions = set(plain(amendments.column("action")).to_pylist())
    if Action.CORRECT in actions:
        names |= set(plain(amendments.column("field")).to_pylist())
    if Action.ADD in actions:
        names.add("fin")
    return pa.schema([column for column in ENTRY if column.name in names])


def effects(
    entries: pa.Table,
    cases: pa.Table,
    decisions: pa.Table,
    amendments: pa.Table | None = None,
    *,
    matches: pa.Table | None = None,
    subjects: pa.Table | None = None,
    territory: Collection[int] | None = (),
    of_age: Collection[str] = (),
) -> Effects:
    """What decisions do to the list of today.

    Every verdict ``repeat``, striking, move, correction and addition is either in ``applied`` or
    in ``skipped``. A verdict ``keep`` or ``separate`` and a question to the precinct do nothing;
    they are in ``skipped`` only where their case has changed.

    Args:
        entries: ENTRY, or the columns of it that ``columns_for`` names.
        cases: CASE, or its ``case_id`` and ``entry_id``.
        decisions: DECISION: the verdicts that hold.
        amendments: AMENDMENT: what holds about entries.
        matches: MATCH: the registers' rows against the list.
        subjects: SUBJECT: what the registers' rows said.
        territory: the constituencies whose lists belong here, beside those that have one; None of
            a precinct, to whose list no other one belongs.
        of_age: as ``come_of_age`` returns them.

    Raises:
        StageError: the balance of a list breaks.
    """
    amendments = empty(AMENDMENT) if amendments is None else amendments
    handed_in = count_entries(entries)
    today = read_today(
        entries,
        cases,
        decisions,
        amendments,
        matches=empty(MATCH) if matches is None else matches,
        subjects=empty(SUBJECT) if subjects is None else subjects,
        precincts={(constituency, precinct) for constituency, precinct, _ in handed_in},
    )
    today = replace(today, territory=territory, of_age=of_age)
    done = outcome(decisions.to_pylist(), amendments.to_pylist(), today)
    return Effects(
        applied=from_rows(
            done.applied, APPLIED, "entry_id", "action", "field", "case_id"
        ),
        skipped=from_rows(
            done.skipped, SKIPPED, "entry_id", "answer", "field", "case_id"
        ),
        balance=balance(handed_in, done, today.kinds, entries),
        additions=from_rows(done.added, ENTRY, "entry_id"),
    )


def come_of_age(
    decided: Mapping[str, str], voters: pa.Table, day: dt.date, years: int
) -> set[str]:
    """Of people about whom something was decided, those who came of age since, up to a day.

    What is missing of a birth date is taken in the voter's favour.

    Args:
        decided: the moment of the decision, by entry or row of a register.
        voters: VOTER, or its id and parts of the birth date.
        day: the day on which the list counts.
        years: the age at which one may vote.
    """
    of_age = set()
    for row in rows_among(voters, "entry_id", decided).to_pylist():
        entry, year = row["entry_id"], row["birth_year"]
        born = year, row["birth_month"] or 1, row["birth_day"] or 1
        if year:
            days = _day_of(decided[entry]), day
            then, now = (completed_years(*born, on) for on in days)
            if then < years <= now:
                of_age.add(entry)
    return of_age


def _day_of(moment: str) -> dt.date:
    """The day of a moment; one that cannot be read comes before all others."""
    try:
        return dt.date.fromisoformat(moment[:10])
    except ValueError:
        return dt.date.min


def struck_for_age(amendments: pa.Table) -> dict[str, str]:
    """The moment of each striking (AMENDMENT) on a ground that ends with the age, by entry."""
    return {
        row["entry_id"]: row["decided_at"]
        for row in amendments.to_pylist()
        if row["action"] == Action.STRIKE
        and (ground := grounds().get(row["ground"]))
        and ground.until_of_age
    }


def read_today(
    entries: pa.Table,
    cases: pa.Table,
    decisions: pa.Table,
    amendments: pa.Table,
    *,
    matches: pa.Table,
    subjects: pa.Table,
    precincts: Collection[Precinct],
) -> Today:
    """What the lists say of everything that these decisions name.

    The tables are those of ``effects``; ``decisions`` and ``amendments`` need not hold.
    ``precincts`` are those that have a list.
    """
    ids = [*decisions.column("entry_id").to_pylist()]
    ids += amendments.column("entry_id").to_pylist()
    named = rows_among(entries, "entry_id", ids).to_pylist()
    case_ids = decisions.column("case_id").to_pylist()
    added = _ids_of(amendments, Action.ADD)
    cells = {
        row["entry_id"]: strict_json.loads(row["cells"])
        for row in rows_among(subjects, "entry_id", added).to_pylist()
    }
    return Today(
        places={
            row["entry_id"]: (row["constituency"], row["precinct"]) for row in named
        },
        kinds={row["entry_id"]: row["list_kind"] for row in named},
        members=members_of(cases, case_ids),
        precincts=precincts,
        written={row["entry_id"]: row for row in named},
        subjects=cells,
        met=_rows_met(matches, added),
        fins=_fins_on_list(entries, cells.values(), amendments) if added else {},
    )


def _ids_of(amendments: pa.Table, action: Action) -> list[str]:
    """The entries of the amendments with this action."""
    is_action = pc.equal(plain(amendments.column("action")), action.value)
    return list(amendments.column("entry_id").filter(is_action).to_pylist())


def _rows_met(matches: pa.Table, added: Collection[str]) -> dict[str, list[str]]:
    """The entries that registers' rows meet for certain, or by the FIN, by row."""
    rows = rows_among(matches, "register_id", added)
    return by_key(
        (row["register_id"], row["entry_id"])
        for row in rows.to_pylist()
        if row["class"] == "confirmed" or row["level"] == "fin"
    )


def _fins_on_list(
    entries: pa.Table, added: Collection[Row], amendments: pa.Table
) -> dict[str, list[str]]:
    """The entries with a FIN that added people have by their registers or a correction."""
    is_fin = pc.equal(plain(amendments.column("field")), "fin")
    corrected = amendments.column("value").filter(is_fin).to_pylist()
    fins = [folded_fin(fin) for fin in (*corrected, *(row.get("fin") for row in added))]
    capitals = pc.utf8_upper(plain(entries.column("fin")))
    listed = pc.replace_substring_regex(capitals, "[^0-9A-Z]", "")
    is_added = is_among(listed, filter(None, fins))
    ids = entries.column("entry_id").filter(is_added).to_pylist()
    return by_key(zip(listed.filter(is_added).to_pylist(), ids, strict=True))
