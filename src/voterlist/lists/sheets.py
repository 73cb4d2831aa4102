"""The sheets beside each list: of its corrections, and of what is still to be asked at the door."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel, ConfigDict, Field

from voterlist.arrays import Longs
from voterlist.fields import PLACE
from voterlist.findings import finding_ids
from voterlist.lists.roll import (
    LIST_KEY,
    MOVED,
    REPEATED,
    STRUCK,
    Places,
    house_key,
    is_of,
    name_key,
    numbers_of,
    of_action,
    printed_names,
    ranks,
)
from voterlist.model import Action, AtDoor, ListKind, Severity, Unit
from voterlist.schemas import CORRECTION, DOOR
from voterlist.strict_json import read_saved
from voterlist.tables import (
    codes,
    concat,
    from_columns,
    group_codes,
    join_text,
    matches,
    rows_among,
    sort_by,
    take_column,
)

if TYPE_CHECKING:
    from voterlist.lists.compile import ListInput

MOVED_OUT, MOVED_IN = "moved-out", "moved-in"

_AS_APPLIED = (
    "entry_id",
    "field",
    "written",
    "value",
    "kept_entry_id",
    "ground",
    "document",
    "case_id",
    "rule",
    "reason",
    "decided_by",
    "decided_at",
)


def corrections_of(
    applied: pa.Table,
    places: Places,
    voters: pa.Table,
    listed: pa.Table,
    constituency: int | None,
) -> pa.Table:
    """CORRECTION of the lists of a constituency.

    A move stands on the sheet of the list that was left and on that of the list that was joined.

    Args:
        applied: APPLIED.
        places: of everybody whom it names.
        voters: VOTER of the same people in the same order.
        listed: LISTED of the constituency.
        constituency: whose lists they are.
    """
    names = join_text([*printed_names(places.entries, voters).values()])
    parts = [
        _sheet_rows(rows, change, is_origin, (places, voters, names, listed))
        for change, is_origin, rows in _changes(applied)
    ]
    rows = concat(parts, CORRECTION)
    rows = rows.filter(is_of(rows.column("constituency"), constituency))
    rank = pa.array(ranks(rows.column("name")))
    order = ("precinct", "list_kind", "change", _RANK, "entry_id", "field")
    return sort_by(rows.append_column(_RANK, rank), *order).drop_columns([_RANK])


def came_late(corrections: pa.Table, last_days: Mapping[ListKind, dt.date]) -> set[str]:
    """The ids of who came onto a list after the last day on which it could be changed.

    Args:
        corrections: CORRECTION.
        last_days: of each kind of list that has such a day.
    """
    return {
        row["entry_id"]
        for row in rows_among(corrections, "change", (Action.ADD, MOVED_IN)).to_pylist()
        if (last := last_days.get(ListKind(row["list_kind"]))) is not None
        and row["decided_at"][:10] > last.isoformat()
    }


_RANK = "rank"


def _changes(applied: pa.Table) -> Iterator[tuple[str, bool, pa.Table]]:
    """(what it is called on the sheet, whether the list is that of the origin, the rows)."""
    moves = of_action(applied, MOVED)
    yield Action.ADD, True, of_action(applied, Action.ADD)
    yield Action.CORRECT, False, of_action(applied, Action.CORRECT)
    yield MOVED_IN, False, moves
    yield MOVED_OUT, True, moves
    yield REPEATED, True, of_action(applied, REPEATED)
    yield STRUCK, True, of_action(applied, STRUCK)


def _sheet_rows(
    rows: pa.Table,
    change: str,
    is_origin: bool,
    people: tuple[Places, pa.Table, pa.Array, pa.Table],
) -> pa.Table:
    """CORRECTION of rows of APPLIED."""
    places, voters, names, listed = people
    entries = places.entries
    at = places.index_of(rows.column("entry_id"))
    kept = places.index_of(rows.column("kept_entry_id"))
    came = {
        "constituency": places.from_constituency.take(at),
        "precinct": places.from_precinct.take(at),
    }
    stands = {name: take_column(entries, name, at) for name in PLACE}
    columns = {name: rows.column(name) for name in _AS_APPLIED}
    columns |= came if is_origin else stands
    columns |= {f"from_{name}": column for name, column in came.items()}
    columns |= {f"to_{name}": rows.column(name) for name in stands}
    columns["change"] = pa.repeat(change, rows.num_rows)
    columns["list_kind"] = take_column(entries, "list_kind", at)
    columns["number"] = numbers_of(rows.column("entry_id"), listed)
    columns["name"] = names.take(at)
    columns["birth_year"] = take_column(voters, "birth_year", at)
    columns["address"] = take_column(entries, "address", at)
    columns["kept_name"] = names.take(kept)
    columns["kept_precinct"] = take_column(entries, "precinct", kept)
    columns["kept_number"] = numbers_of(rows.column("kept_entry_id"), listed)
    return from_columns(columns, CORRECTION, rows.num_rows)


# The checklist for the door: what is still to be asked of whom, by street and house.

ABOUT_ASK, ABOUT_CASE, ABOUT_FINDING = "ask", "case", "finding"

_ASKED = frozenset({Severity.ERROR, Severity.WARNING})
"""A note says what was done or seen; it asks nobody."""
_AT_A_DOOR = frozenset({Unit.ENTRY, Unit.DWELLING})


def door_of(
    given: ListInput,
    places: Places,
    voters: pa.Table,
    streets: pa.Array,
    listed: pa.Table,
) -> pa.Table:
    """DOOR: one row for each question about somebody on these lists.

    Asked are what somebody wants the precinct to find out, findings that are errors or warnings,
    and who else may be the same person. A finding that somebody asked about is asked once. Two
    entries of one dwelling that may be one person are asked about once.

    Args:
        given: whose amendments, findings and cases are asked about.
        places: of everybody whom they name.
        voters: VOTER of the same people in the same order.
        streets: the text of each one's street.
        listed: LISTED: whom the questions are about.
    """
    asks = of_action(given.amendments, Action.ASK)
    parts = [
        _of_asks(asks),
        _of_findings(given.findings, asks),
        _of_cases(given.cases, places, voters),
    ]
    rows = concat(
        [_with_people(part, places, voters, streets, listed) for part in parts], DOOR
    )
    return _in_order(rows.filter(pc.is_valid(rows.column("number"))))


def _of_asks(asks: pa.Table) -> pa.Table:
    """The questions that somebody asked the precinct."""
    about = pa.repeat(ABOUT_ASK, asks.num_rows)
    return asks.select(_OF_ASKS).append_column("about", about)


_OF_ASKS = ("entry_id", "rule", "field", "due", "reason", "case_id", "finding_id")


def _of_findings(findings: pa.Table, asks: pa.Table) -> pa.Table:
    """The findings that a person can answer at the door, but for those asked about already."""
    of_doors = rows_among(findings, "unit", _AT_A_DOOR)
    asked = rows_among(of_doors, "severity", _ASKED)
    rows = asked.filter(pc.field("entry_id").is_valid())
    ids = pa.array(finding_ids(rows), pa.string())
    is_known = pc.is_in(ids, value_set=asks.column("finding_id").combine_chunks())
    columns = {name: rows.column(name) for name in _OF_FINDINGS}
    columns |= {"other": rows.column("other_entry_id"), "finding_id": ids}
    columns["about"] = pa.repeat(ABOUT_FINDING, rows.num_rows)
    return pa.table(columns).filter(pc.invert(is_known))


_OF_FINDINGS = ("entry_id", "rule", "field", "value", "limit")


def _of_cases(cases: pa.Table, places: Places, voters: pa.Table) -> pa.Table:
    """The pairs of entries of a case, each at the door of the first."""
    case, _ = codes(cases.column("case_id"))
    left, right = matches(case.astype(np.int64), case.astype(np.int64))
    ids = cases.column("entry_id").combine_chunks()
    dwelling = _dwellings(places, voters)[_rows(places.index_of(ids))]
    is_same_door = dwelling[left] == dwelling[right]
    kept = np.where(is_same_door, left < right, left != right)
    left, right = left[kept], right[kept]
    first = pa.array(left)
    columns = {
        "entry_id": ids.take(first),
        "other": ids.take(right),
        "case_id": take_column(cases, "case_id", first),
        "case_kind": take_column(cases, "kind", first),
        "about": pa.repeat(ABOUT_CASE, len(left)),
    }
    return pa.table(columns)


def _rows(rows: pa.Array) -> Longs:
    """Rows as numbers; the last for one that is not known."""
    return np.asarray(rows.cast(pa.int64()).fill_null(-1))


def _dwellings(places: Places, voters: pa.Table) -> Longs:
    """The code of each one's list and dwelling; of its own where no house is known.

    One more at the end stands for people who are not known.
    """
    entries = places.entries
    columns = {name: entries.column(name) for name in LIST_KEY}
    columns |= {name: voters.column(name) for name in ("street", "house", "flat")}
    dwelling, count = group_codes(pa.table(columns), *columns, known=False)
    own = count + np.arange(len(dwelling))
    has_house = np.asarray(voters.column("house").is_valid())
    return np.append(np.where(has_house, dwelling, own), -1)


def _with_people(
    questions: pa.Table,
    places: Places,
    voters: pa.Table,
    streets: pa.Array,
    listed: pa.Table,
) -> pa.Table:
    """DOOR: the questions with whom they are about."""
    columns: dict[str, Any] = {
        name: questions.column(name)
        for name in questions.column_names
        if name in DOOR.names
    }
    ids = questions.column("entry_id")
    at = places.index_of(ids)
    columns |= _person(at, places, voters)
    columns["street"] = streets.take(at)
    for name in ("house", "flat"):
        columns[name] = pc.utf8_upper(take_column(voters, name, at))
    columns["birth_year"] = take_column(voters, "birth_year", at)
    for name in LIST_KEY:
        columns[name] = take_column(places.entries, name, at)
    columns["number"] = numbers_of(ids, listed)
    if "other" in questions.column_names:
        other = _person(places.index_of(questions.column("other")), places, voters)
        columns |= {f"other_{name}": column for name, column in other.items()}
    return from_columns(columns, DOOR, questions.num_rows)


def _person(at: pa.Array, places: Places, voters: pa.Table) -> Mapping[str, pa.Array]:
    """Name, address and precinct of these people."""
    entries = places.entries
    names = join_text([*printed_names(entries, voters).values()])
    return {
        "name": names.take(at),
        "address": take_column(entries, "address", at),
        "precinct": take_column(entries, "precinct", at),
    }


def _in_order(rows: pa.Table) -> pa.Table:
    """By list, street, house and flat; then by number and question."""
    ranked, names = rows, []
    for name, key in (("street", name_key), ("house", house_key), ("flat", house_key)):
        names.append(f"{name}-rank")
        rank = pa.array(ranks(rows.column(name), key))
        ranked = ranked.append_column(names[-1], rank)
    order = (*LIST_KEY, *names, "number", *_LAST)
    return sort_by(ranked, *order).drop_columns(names)


_LAST = ("about", "rule", "case_kind", "field", "case_id", "other_name", "value")


# What is asked at the door has a code, made from what is asked about whom, so the same question has
# the same code in every printing. Its last letter is a check: with one wrong letter, or two
# exchanged ones, it is nobody's.

DOOR_FILE, DOOR_VERSION = "voterlist-door", 1
_LONGEST = 2_000
"""Characters of what a person writes."""

_OF_ENTRY = (
    AtDoor.RIGHT,
    AtDoor.CORRECT,
    AtDoor.MOVED,
    AtDoor.DIED,
    AtDoor.UNKNOWN,
    AtDoor.ABSENT,
)
_OF_CASE = (AtDoor.SAME, AtDoor.APART, AtDoor.ABSENT)


def answers_to(question: Mapping[str, Any]) -> tuple[AtDoor, ...]:
    """What may be answered to a row of DOOR, in the order in which it is offered."""
    return _OF_CASE if question["about"] == ABOUT_CASE else _OF_ENTRY


LETTERS = "23456789ABCDEFGHJKMNPQRTVWXYZ"
"""29 of them, a prime number; without those that look alike on paper."""
_LENGTH = 7
"""There are 29**7: one in 4,000 constituencies of 3,000 questions has two of one code."""
_QUESTION = (
    "entry_id",
    "about",
    "rule",
    "field",
    "reason",
    "finding_id",
    "case_id",
    "other_name",
    "other_address",
    "other_precinct",
)
"""The columns of DOOR that make a question."""
_GROUP = 4
_CYRILLIC = str.maketrans("АВСЕНКМРТХ", "ABCEHKMPTX")
"""Letters that a clerk with a Cyrillic keyboard types for these."""


def code_of(question: Mapping[str, Any]) -> str:
    """The code of a row of DOOR: eight letters and digits, in two groups."""
    content = json.dumps([question[name] for name in _QUESTION], ensure_ascii=False)
    number = int.from_bytes(hashlib.sha256(content.encode()).digest()[:8], "big")
    values = []
    for _ in range(_LENGTH):
        number, value = divmod(number, len(LETTERS))
        values.append(value)
    return _group_digits("".join(LETTERS[value] for value in [*values, _check(values)]))


def read_code(text: str) -> str | None:
    """A code as somebody typed it, as ``code_of`` writes it; None where it is none."""
    typed = "".join(filter(str.isalnum, text.upper().translate(_CYRILLIC)))
    if len(typed) != _LENGTH + 1 or not set(typed) <= set(LETTERS):
        return None
    *values, check = (LETTERS.index(letter) for letter in typed)
    return _group_digits(typed) if check == _check(values) else None


def _check(values: list[int]) -> int:
    """The last letter: with it the letters, each times its place from behind, give 0 modulo 29."""
    total = sum(place * value for place, value in enumerate(reversed(values), 2))
    return -total % len(LETTERS)


def _group_digits(code: str) -> str:
    return f"{code[:_GROUP]}-{code[_GROUP:]}"


class DoorAnswer(BaseModel):
    """The answer to one question.

    Attributes:
        code: of the question, as ``code_of`` writes it.
        answer: what was answered.
        field: the field of ENTRY that should say something else; None of other answers.
        value: what it should say.
        note: what the person adds.
        time: when it was answered, by the clock of the telephone, in ISO 8601.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: str = Field(max_length=_LONGEST)
    answer: AtDoor
    field: str | None = Field(default=None, max_length=_LONGEST)
    value: str = Field(default="", max_length=_LONGEST)
    note: str = Field(default="", max_length=_LONGEST)
    time: str = Field(default="", max_length=_LONGEST)


class DoorFile(BaseModel):
    """What one person answered on the page of one list.

    Attributes:
        kind: tells the file from others.
        version: of this form.
        cycle: of the run.
        run: the run that the page showed.
        constituency: of the list; None: it is not known.
        precinct: likewise.
        list_kind: permanent or temporary.
        file: as the page calls it.
        name: who asked at the door.
        saved: when, by the clock of the telephone.
        answers: one for each question that was answered.
        digest: the SHA-256 over the canonical JSON (RFC 8785) of all else.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["voterlist-door"]
    version: int
    cycle: str
    run: str
    constituency: int | None
    precinct: int | None
    list_kind: str
    file: str
    name: str = Field(max_length=_LONGEST)
    saved: str
    answers: list[DoorAnswer]
    digest: str


def read_door_file(content: bytes) -> DoorFile:
    """The answers of a file.

    Raises:
        SavedFileError: it is not whole, no such file, of a later version, or was changed.
    """
    return read_saved(content, DOOR_FILE, DOOR_VERSION, DoorFile.model_validate)
