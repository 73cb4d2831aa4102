"""What is other than on the lists displayed last: the sheet that is hung out beside them.

It is made of two compiled lists, the one displayed then and the one of today. What decisions did
says why; who came or left without one did so because a list was handed in anew.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from voterlist.arrays import Bools, Longs
from voterlist.decisions.answers import grounds
from voterlist.errors import StageError
from voterlist.fields import DISPLAYED, NAME_PARTS
from voterlist.lists.compile import Compiled
from voterlist.lists.documents import (
    Edition,
    ListDocument,
    key_of,
    of_list,
    on_display,
    without,
)
from voterlist.lists.roll import (
    LIST_KEY,
    REPEATED,
    STRUCK,
    is_of,
    is_other,
    listed_by,
    name_key,
)
from voterlist.lists.sheets import MOVED_IN, MOVED_OUT
from voterlist.model import Action, frozen, null_last
from voterlist.schemas import ALTERATION, CORRECTION, LISTED, empty
from voterlist.tables import (
    ReadRow,
    Row,
    count_by,
    from_rows,
    plain,
    row_of_each,
    with_column,
)

LEFT, CAME = "left", "came"
"""Who is gone from a list that was handed in anew, and who is new on it; nobody decided it."""
TAKEN_BACK, HANDED_IN, DECIDED = "taken-back", "handed-in", "decided"
"""Why a change was made, where no ground says it."""

_ADDED, _CORRECTED = Action.ADD, Action.CORRECT
_COUNTED = {
    (STRUCK, False): "struck",
    (REPEATED, False): "repeated",
    (MOVED_OUT, False): "moved_out",
    (MOVED_OUT, True): "moved_out",
    (LEFT, False): "left",
    (_ADDED, True): "left",
    (MOVED_IN, False): "moved_in",
    (MOVED_IN, True): "moved_in",
    (_ADDED, False): "added",
    (STRUCK, True): "restored",
    (REPEATED, True): "restored",
    (CAME, False): "came",
}
"""(change, whether it was taken back) -> the count to which it belongs, in the order of the sheet;
a correction belongs to none. ``left`` and ``came`` are without a decision: the list was handed in
anew, or an addition was taken back. ``restored`` are strikings and repetitions taken back."""
_ORDER = (STRUCK, REPEATED, LEFT, MOVED_OUT, MOVED_IN, _ADDED, CAME, _CORRECTED)
"""The order of a sheet."""
_WHOLE_NAME = "full_name"
_OF_DECISION = (
    *("kept_name", "kept_precinct", "kept_number"),
    *("from_constituency", "from_precinct", "to_constituency", "to_precinct"),
)
DONE = pa.schema(
    [
        CORRECTION.field(name)
        for name in (*LIST_KEY, "change", "entry_id", "field", "ground", *_OF_DECISION)
    ]
)
"""The columns of CORRECTION that say why a list on display is other than before."""

_Done = Mapping[tuple[str, str, str | None], ReadRow]
"""(entry id, change, corrected field) -> the row of CORRECTION."""


@frozen
class Displayed:
    """The lists of a constituency as they hang out, and what was done to them."""

    listed: pa.Table
    """LISTED as ``on_display`` leaves it, with the ids of the entries."""
    corrections: pa.Table
    """Of CORRECTION the columns ``DONE``: nothing that nobody may read on the wall."""

    @property
    def precincts(self) -> set[int | None]:
        """Those that have somebody on a list."""
        return set(self.listed.column("precinct").unique().to_pylist())

    def of_precinct(self, precinct: int | None) -> Displayed:
        """The lists of one precinct."""
        tables = (self.listed, self.corrections)
        own = [pa.array(is_of(table.column("precinct"), precinct)) for table in tables]
        return Displayed(*map(pa.Table.filter, tables, own))

    def cells(self, precinct: int | None) -> pa.Table:
        """What hangs out of a precinct, to be compared with what hung out then."""
        listed = self.of_precinct(precinct).listed
        names = ("list_kind", "number", *DISPLAYED, "birth_year")
        return pa.table({name: plain(listed.column(name)) for name in names})


def displayed_of(compiled: Compiled, of_age_since: dt.date | None) -> Displayed:
    """What of these lists hangs out; ``of_age_since`` as of ``on_display``."""
    shown = on_display(compiled.listed, of_age_since)
    ids = compiled.listed.column("entry_id")
    return Displayed(
        listed=with_column(shown, "entry_id", ids),
        corrections=compiled.corrections.select(DONE.names),
    )


def alterations(
    then: Displayed, now: Displayed, known_as: Mapping[str, str]
) -> pa.Table:
    """ALTERATION of every list of a constituency, by list, change and name.

    Args:
        then: what was displayed last.
        now: what is displayed from today.
        known_as: the id of then -> the id of today, of entries that changed theirs.
    """
    return _Comparison(then, now, known_as).table()


@frozen
class _Causes:
    """What may have been decided where a row is other than before, the first that fits first."""

    decided: Mapping[str, str]
    """A change of today -> what the sheet calls it."""
    taken_back: Mapping[str, str]
    """A change of then that does not hold any more -> likewise; a move goes the other way."""
    handed_in: str
    """What the sheet calls it where nobody decided it."""


_REWRITTEN = _Causes(
    {_CORRECTED: _CORRECTED}, {_CORRECTED: _CORRECTED}, handed_in=_CORRECTED
)
_WENT = _Causes({MOVED_OUT: MOVED_OUT}, {MOVED_IN: MOVED_OUT}, handed_in=LEFT)
_ARRIVED = _Causes({MOVED_IN: MOVED_IN}, {MOVED_OUT: MOVED_IN}, handed_in=CAME)
_OFF = _Causes(
    {change: change for change in (STRUCK, REPEATED, MOVED_OUT)},
    {_ADDED: _ADDED, MOVED_IN: MOVED_OUT},
    handed_in=LEFT,
)
_ON = _Causes(
    {change: change for change in (_ADDED, MOVED_IN)},
    {STRUCK: STRUCK, REPEATED: REPEATED, MOVED_OUT: MOVED_IN},
    handed_in=CAME,
)


class _Comparison:
    """The lists of then and of today, row by row."""

    def __init__(
        self, then: Displayed, now: Displayed, known_as: Mapping[str, str]
    ) -> None:
        self._old, self._new = then.listed, now.listed
        ids = self._old.column("entry_id").to_pylist()
        self._old_ids = [known_as.get(entry_id, entry_id) for entry_id in ids]
        self._new_ids = self._new.column("entry_id").to_pylist()
        self._then = _index_corrections(then.corrections, known_as)
        self._now = _index_corrections(now.corrections, {})

    def table(self) -> pa.Table:
        """ALTERATION."""
        places = row_of_each(
            pa.array(self._old_ids, pa.string()), pa.array(self._new_ids, pa.string())
        )
        at = np.asarray(places.cast(pa.int64()).fill_null(-1))
        left: list[int] = np.flatnonzero(at < 0).tolist()
        came: list[int] = np.setdiff1d(np.arange(len(self._new_ids)), at).tolist()
        again = dict(self._handed_in_again(left, came))
        known_again = set(again.values())
        stayed = np.flatnonzero(at >= 0)
        old = np.append(stayed, np.array([*again], np.int64))
        new = np.append(at[stayed], np.array([*again.values()], np.int64))
        rows = [
            *self._of_stayed(old, new),
            # Who stands on no list of the constituency any more, and who stood on none.
            *(
                _row_at(self._old, row) | self._why(self._old_ids[row], _OFF)
                for row in left
                if row not in again
            ),
            *(
                {**_row_at(self._new, row), "number": None}
                | self._why(self._new_ids[row], _ON)
                for row in came
                if row not in known_again
            ),
        ]
        return from_rows(sorted(rows, key=_place_on_sheet), ALTERATION)

    def _handed_in_again(
        self, left: list[int], came: list[int]
    ) -> Iterator[tuple[int, int]]:
        """(row of then, row of today) of people who stand there as another entry.

        They were handed in anew with another cell: two rows that nobody decided about, and that are
        the only ones of their name and birth year, or of their name and address.
        """
        gone = [row for row in left if not self._has(self._now, self._old_ids[row])]
        new = [row for row in came if not self._has(self._then, self._new_ids[row])]
        new = [row for row in new if not self._has(self._now, self._new_ids[row])]
        for names in ((*NAME_PARTS, "birth_year"), (*NAME_PARTS, "address")):
            olds = _only_ones(self._old, gone, names)
            news = _only_ones(self._new, new, names)
            pairs = {olds[key]: news[key] for key in olds if key in news}
            yield from pairs.items()
            gone = [row for row in gone if row not in pairs]
            known_again = set(pairs.values())
            new = [row for row in new if row not in known_again]

    @staticmethod
    def _has(done: _Done, entry_id: str) -> bool:
        """True where somebody decided that the entry leaves a list or comes onto one."""
        changes = (STRUCK, REPEATED, MOVED_OUT, MOVED_IN, _ADDED)
        return any((entry_id, change, None) in done for change in changes)

    def _of_stayed(self, old: Longs, new: Longs) -> Iterator[Row]:
        """What is other of who stood on a list then and stands on one now."""
        before, after = self._old.take(old), self._new.take(new)
        other_list = _any_differs(before, after, LIST_KEY)
        other_text = _any_differs(before, after, (*DISPLAYED, "birth_year"))
        for place in np.flatnonzero(other_list | other_text).tolist():
            was, row = _row_at(before, place), _row_at(after, place)
            entry_id = self._new_ids[new[place]]
            # Whoever stands on another list has no number of then.
            stands = row | {"number": None if other_list[place] else was["number"]}
            if other_list[place]:
                yield was | self._why(entry_id, _WENT)
                yield stands | self._why(entry_id, _ARRIVED)
            for field in DISPLAYED:
                written, value = _show_field(was, field), _show_field(row, field)
                if written != value:
                    fields = (field, _WHOLE_NAME) if field in NAME_PARTS else (field,)
                    texts = {"field": field, "written": written, "value": value}
                    yield stands | self._why(entry_id, _REWRITTEN, fields) | texts

    def _why(
        self, entry_id: str, causes: _Causes, fields: Collection[str | None] = (None,)
    ) -> dict[str, Any]:
        """What was decided of an entry, or taken back; nothing where a list was handed in anew."""
        for done, changes, is_back in (
            (self._now, causes.decided, False),
            (self._then, causes.taken_back, True),
        ):
            for key in itertools.product((entry_id,), changes, fields):
                if key in done:
                    return _change(changes[key[1]], done[key], taken_back=is_back)
        return _change(causes.handed_in, None)


def _row_at(table: pa.Table, place: int) -> dict[str, Any]:
    row: Row = table.slice(place, 1).to_pylist()[0]
    return row


def _index_corrections(corrections: pa.Table, known_as: Mapping[str, str]) -> _Done:
    """The rows of CORRECTION by whom they are about and what they say."""
    ids = corrections.column("entry_id").to_pylist()
    rows = zip(ids, corrections.to_pylist(), strict=True)
    return {
        (known_as.get(known, known), row["change"], row["field"]): row
        for known, row in rows
    }


def _change(
    change: str, known: ReadRow | None, *, taken_back: bool = False
) -> dict[str, Any]:
    """The cells that say what was done, and why.

    A ground for which no article of the law stands is not displayed: the law says nothing of it.
    """
    cells = {name: known[name] for name in _OF_DECISION} if known else {}
    # A row of LISTED says in two of these columns where a moved entry was handed in.
    cells = dict.fromkeys(_OF_DECISION) | cells
    why = HANDED_IN
    if taken_back:
        why = TAKEN_BACK
    elif known is not None:
        code = known["ground"] or ("listed-twice" if change == REPEATED else None)
        ground = grounds().get(code or "")
        why = ground.code if ground is not None and ground.article else DECIDED
    return {**cells, "change": change, "taken_back": taken_back, "why": why}


def _only_ones(
    listed: pa.Table, rows: Collection[int], names: Collection[str]
) -> dict[tuple[Any, ...], int]:
    """The rows by these cells, where no other of the rows has the same.

    A patronymic need not be known; the other cells are.
    """
    taken = listed.select([*names]).take(pa.array([*rows], pa.int64())).to_pylist()
    keys = [tuple(row.values()) for row in taken]
    counts = Counter(keys)
    found = zip(keys, rows, strict=True)
    needed = [place for place, name in enumerate(names) if name != "patronymic"]
    return {
        key: row
        for key, row in found
        if counts[key] == 1 and all(key[place] is not None for place in needed)
    }


def _any_differs(before: pa.Table, after: pa.Table, names: Collection[str]) -> Bools:
    """True for the rows of which one of these cells is another."""
    columns = [(before.column(name), after.column(name)) for name in names]
    others = [is_other(plain(left), plain(right)) for left, right in columns]
    is_other_row: Bools = np.logical_or.reduce(others)
    return is_other_row


def _show_field(row: ReadRow, field: str) -> str | None:
    """What a list on display shows of a field."""
    if field == "birth_date" and row[field] is None:
        year = row["birth_year"]
        return None if year is None else str(year)
    text: str | None = row[field]
    return text


def _place_on_sheet(row: ReadRow) -> tuple[Any, ...]:
    """The place of a row: by list, change and name."""
    name = name_key(" ".join(row[part] or "" for part in NAME_PARTS))
    number = row["number"] or 0
    field = DISPLAYED.index(row["field"]) if row.get("field") else 0
    place = (null_last(row["precinct"]), str(row["list_kind"]))
    return (*place, _ORDER.index(row["change"]), name, number, field)


def sheets_of_changes(
    then: Displayed,
    now: Compiled,
    rows: pa.Table,
    edition: Edition,
    since: dt.date | None,
) -> Iterator[ListDocument]:
    """The sheet of each list, by precinct and kind; of one in which nothing was changed, too.

    Args:
        then: what was displayed last.
        now: the lists of today.
        rows: ALTERATION: what is other.
        edition: what the sheets have in common.
        since: when they were displayed; None: never.

    Raises:
        StageError: the list of then and its sheet do not give the list of today.
    """
    counts_then = count_by(then.listed, *LIST_KEY)
    counts_now = {
        tuple(row[name] for name in LIST_KEY): row["listed"]
        for row in now.balance.to_pylist()
    }
    keys = {*counts_then, *counts_now}
    for key in sorted(
        keys, key=lambda list_key: (*map(null_last, list_key[:2]), list_key[2])
    ):
        place = dict(zip(LIST_KEY, key, strict=True))
        own = of_list(rows, place)
        counted = Counter(
            _COUNTED[row["change"], row["taken_back"]]
            for row in own.select(["change", "taken_back"]).to_pylist()
            if row["change"] != _CORRECTED
        )
        sums = {"displayed": counts_then.get(key, 0)}
        sums |= {name: counted[name] for name in _COUNTED.values()}
        sums["listed"] = counts_now.get(key, 0)
        if sums["listed"] != listed_by(sums):
            raise StageError(
                "the list displayed last and the sheet of changes do not give today's list",
                stage="lists",
                code="lists-unbalanced",
            )
        yield ListDocument(
            edition,
            *key_of(place),
            empty(LISTED),
            sums,
            changes=own if edition.reasons else without(own, ALTERATION, "why"),
            since=since,
        )
