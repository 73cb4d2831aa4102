"""Everything that people answered: who they are, what they said, and of which entries."""

from __future__ import annotations

import datetime as dt
import json
import math
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from functools import lru_cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from voterlist.facts.latin import decide, fine, letters_of_latin, squeeze, to_latin
from voterlist.fields import ENTRY_FIELDS
from voterlist.model import Action, Problem, frozen
from voterlist.schemas import (
    ACCEPTANCE,
    ENTRY,
    GIVEN_ACCEPTANCE,
    GIVEN_AMENDMENT,
    GIVEN_VERDICT,
    SUBJECT,
)
from voterlist.tables import Row, by_key, from_columns, rows_among

_SAME_LETTER = {ord("\u0131"): "i", 0x0307: None}
"""The i without a dot, and the dot that a capital I with one leaves behind."""
_PARTS = re.compile(r"[^\W\d_]+|\d+")
_SHORT = 4
"""Letters of a word in which ``e`` is no other way to type ``ə``: Emin and Amin are two."""


def is_same_person(one: str, other: str) -> bool:
    """True where two names of people who decide are one, but for alphabet, capitals and points."""
    return person_key(one) == person_key(other)


def name_as_kept(name: str | None) -> str | None:
    """A name with composed letters and single blanks; None where nothing of it can be seen."""
    text = unicodedata.normalize("NFC", name or "")
    # Control characters, and others without width, begin with C.
    seen = (
        " " if unicodedata.category(letter)[0] == "C" else letter for letter in text
    )
    return " ".join("".join(seen).split()) or None


@lru_cache(maxsize=4096)
def person_key(name: str) -> str:
    """What two ways to type one name have in common: Əliyev, Алиев and Aliyev are one.

    An initial and a number stay as they are.
    """
    small = _in_small(name)
    parts = _PARTS.findall(to_latin(small))
    return "".join(map(_fold, parts)) or small.strip()


def voter_key(name: str) -> str:
    """What a voter's name has in common with itself in capitals, other blanks and points.

    Whoever decides is one in any spelling; of voters Elxan and Alxan may be brothers.
    """
    small = _in_small(name)
    return "".join(filter(str.isalnum, small)) or small.strip()


def _in_small(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold().translate(_SAME_LETTER)


def _fold(part: str) -> str:
    """The letters of a word as other spellings of it have them."""
    letters = letters_of_latin(part)
    if len(part) < 2 or not letters:
        return part
    word = squeeze(letters)
    return decide(fine(letters) if len(word) > _SHORT else word)


@frozen
class Given:
    """The answers of people, in the order in which they were recorded."""

    verdicts: pa.Table = field(default_factory=GIVEN_VERDICT.empty_table)
    """GIVEN_VERDICT: about entries of cases."""
    amendments: pa.Table = field(default_factory=GIVEN_AMENDMENT.empty_table)
    """GIVEN_AMENDMENT: about entries, and about people who have none."""
    acceptances: pa.Table = field(default_factory=ACCEPTANCE.empty_table)
    """ACCEPTANCE: the last answer to each finding that was accepted."""
    marks: pa.Table = field(default_factory=GIVEN_ACCEPTANCE.empty_table)
    """GIVEN_ACCEPTANCE: all that was said of these findings."""
    subjects: pa.Table = field(default_factory=SUBJECT.empty_table)
    """SUBJECT: what the entries said then."""
    case_entries: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """The entries of each case of which anything was decided, by case."""


UNKNOWN_ACTION = "unknown"

_TEXT = pa.string()

AMENDMENT_ROW = pa.schema(
    [
        pa.field("file", _TEXT, nullable=False),
        pa.field("sheet", _TEXT, nullable=False),
        pa.field("row", pa.int32(), nullable=False),
        pa.field("finding_id", _TEXT),
        pa.field("entry_id", _TEXT),
        pa.field("case_id", _TEXT),
        pa.field("action", _TEXT),
        pa.field("field", _TEXT),
        pa.field("value", _TEXT),
        pa.field("ground", _TEXT),
        pa.field("document", _TEXT),
        pa.field("constituency", _TEXT),
        pa.field("precinct", _TEXT),
        pa.field("due", _TEXT),
        pa.field("reason", _TEXT),
        pa.field("decided_by", _TEXT),
        pa.field("run_id", _TEXT),
        pa.field("adjudicates", pa.bool_(), nullable=False),
    ],
)
"""One answer about an entry or a finding, as it came back: every cell is text as written, codes
where a word was understood. ``action`` is a code of ``Action``, ``accept``, ``UNKNOWN_ACTION`` for
a word that is none, null where nothing was decided. ``row`` counts from 1, as the spreadsheet shows
it; of a file that is no workbook it counts the answers."""


def moment_of(text: str) -> float:
    """A moment in seconds since 1970, from its text in ISO 8601; minus infinity for other texts.

    A moment without a zone is in UTC.
    """
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return -math.inf
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=dt.UTC)
    return moment.timestamp()


OTHERS = "others"
"""Beside the cells of an entry: the ids of the other entries that said the same then."""

_PLACE_LENGTH = len("088-0012-")
_TEXT_END = _PLACE_LENGTH + 13
"""Behind the digits of what an entry says stands the number of equal entries, if any."""

_SUBJECT_CELLS = (
    "constituency",
    "precinct",
    "list_kind",
    "source",
    "sheet",
    "line",
    *ENTRY_FIELDS,
)


def identity_of(entry_id: str) -> str:
    """What an entry says, without its place and without the number of equal entries."""
    return entry_id[_PLACE_LENGTH:_TEXT_END]


def identities(entry_ids: pa.ChunkedArray) -> pa.ChunkedArray:
    """``identity_of`` each id."""
    # An id is ASCII, and cutting bytes takes a third of the time.
    cut = pc.binary_slice(entry_ids.cast(pa.binary()), _PLACE_LENGTH, _TEXT_END)
    return cut.cast(pa.string())


def not_refused(rows: pa.Table, refused: Iterable[Problem]) -> Iterator[Row]:
    """The rows of files of answers that have none of these problems, in order."""
    places = {(problem.file, problem.sheet, problem.row) for problem in refused}
    for row in rows.to_pylist():
        # A problem that names no file is of the only one.
        own = {(file, row["sheet"], row["row"]) for file in ("", row["file"])}
        if own.isdisjoint(places):
            yield row


def answered_ids(given: Given) -> set[str]:
    """The entries on the list of which anything was decided, and the others of their cases."""
    ids: set[str] = set()
    ids.update(given.verdicts.column("entry_id").to_pylist())
    ids.update(given.amendments.column("entry_id").to_pylist())
    # The row of a register from which a person was added is no entry, whatever is said of it.
    added = rows_among(given.amendments, "action", [Action.ADD])
    ids.difference_update(added.column("entry_id").to_pylist())
    for members in given.case_entries.values():
        ids.update(members)
    for name in ("entry_id", "other_entry_id"):
        ids.update(given.acceptances.column(name).drop_null().to_pylist())
    return ids


def members_of(cases: pa.Table, ids: Iterable[str | None]) -> dict[str, list[str]]:
    """The entries of each of these cases, in the order of ``cases``.

    Args:
        cases: CASE, or its ``case_id`` and ``entry_id``.
        ids: of cases; those that are not in the table are left out.
    """
    rows = rows_among(cases.select(["case_id", "entry_id"]), "case_id", ids)
    return by_key((row["case_id"], row["entry_id"]) for row in rows.to_pylist())


def subjects_among(entries: pa.Table, ids: Collection[str]) -> pa.Table:
    """What these entries say now (SUBJECT), with the entries that say the same beside them.

    Args:
        entries: ENTRY of all lists.
        ids: the entries of which something is decided; those that are on no list are left out.
    """
    rows = rows_among(entries, "entry_id", ids)
    alike = _alike(entries.column("entry_id"), rows.column("entry_id"))
    subjects = sorted(_subjects(rows, alike))
    columns = {
        "entry_id": [entry_id for entry_id, _ in subjects],
        "cells": [cells for _, cells in subjects],
    }
    return from_columns(columns, SUBJECT, len(subjects))


def _alike(
    entry_ids: pa.ChunkedArray, wanted: pa.ChunkedArray
) -> Mapping[str, list[str]]:
    """The entries of each identity that one of the wanted entries has."""
    texts = pc.unique(identities(wanted))
    same = entry_ids.filter(pc.is_in(identities(entry_ids), value_set=texts))
    return by_key((identity_of(entry), entry) for entry in sorted(same.to_pylist()))


def _subjects(
    rows: pa.Table, alike: Mapping[str, list[str]]
) -> Iterator[tuple[str, str]]:
    """The id of each row, and its cells as JSON; what it lacks is left out."""
    for row in rows.select(ENTRY.names).to_pylist():
        entry_id = row.pop("entry_id")
        cells: Row = {name: cell for name, cell in row.items() if cell is not None}
        same = alike[identity_of(entry_id)]
        cells[OTHERS] = [other for other in same if other != entry_id]
        yield entry_id, json.dumps(cells, sort_keys=True, ensure_ascii=False)


def subject_table(entries: Mapping[str, Mapping[str, Any]]) -> pa.Table:
    """SUBJECT of these rows of ENTRY, which stand under their ids, by id."""
    ids = sorted(entries)
    cells = [_cells(entries[entry_id]) for entry_id in ids]
    return from_columns({"entry_id": ids, "cells": cells}, SUBJECT, len(ids))


def _cells(entry: Mapping[str, Any]) -> str:
    """The entry as JSON: the same text for the same entry."""
    cells = {name: entry[name] for name in _SUBJECT_CELLS}
    return json.dumps(cells, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
