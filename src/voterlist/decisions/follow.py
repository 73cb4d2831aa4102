"""Entries of which something was decided, found again where they stand today.

An entry id is a place and a digest of what the entry says: ``088-0012-`` and 13 digits. A file that
was read under a wrong precinct, or a precinct that was corrected, changes the place alone. What was
decided then follows the entry to its new place, where it is certain which entry that is:

1. It is the same row of the same file.
2. It says enough to be one person's, and one entry of today alone can be it.
3. It says less, or several say the same, and other entries of its precinct went the same way.

An entry that stood on the list when the decision was made is another entry, and is never it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from voterlist import strict_json
from voterlist.decisions.given import (
    OTHERS,
    Given,
    answered_ids,
    identities,
    identity_of,
)
from voterlist.fields import IDENTIFIERS
from voterlist.model import frozen
from voterlist.schemas import ENTRY, FOLLOWED
from voterlist.tables import (
    Columns,
    ReadRow,
    by_key,
    from_columns,
    is_among,
    with_column,
)


@frozen
class Names:
    """How cases and findings are named by their entries."""

    case_id: Callable[[list[str]], str]
    """The id of the case of these entries."""
    finding_ids: Callable[[pa.Table], list[str]]
    """The ids of these findings (columns of FINDING)."""


def moves_of(followed: pa.Table) -> dict[str, str]:
    """Old id -> id of today of the entries of FOLLOWED."""
    ids = (followed.column(name).to_pylist() for name in FOLLOWED.names)
    return dict(zip(*ids, strict=True))


def rename(given: Given, followed: pa.Table, names: Names) -> Given:
    """The answers under the ids of today; ``followed`` is FOLLOWED."""
    moves = moves_of(followed)
    if not moves:
        return given
    cases: dict[str, str] = {}
    members: dict[str, list[str]] = {}
    for old, entries in given.case_entries.items():
        today = [moves.get(entry, entry) for entry in entries]
        new = names.case_id(today) if today != list(entries) else old
        cases[old] = new
        members[new] = sorted(today)
    acceptances = _with(given.acceptances, {"entry_id": moves, "other_entry_id": moves})
    findings = _finding_ids(given.acceptances, acceptances, names)
    return replace(
        given,
        verdicts=_with(given.verdicts, {"entry_id": moves, "case_id": cases}),
        amendments=_with(
            given.amendments,
            {"entry_id": moves, "case_id": cases, "finding_id": findings},
        ),
        acceptances=_with(acceptances, {"finding_id": findings}),
        # Held against the rows of workbooks by their findings alone.
        marks=_with(given.marks, {"finding_id": findings}),
        case_entries=members,
    )


def _finding_ids(then: pa.Table, today: pa.Table, names: Names) -> dict[str, str]:
    """Id then -> id today of the findings whose entries moved.

    Args:
        then: ACCEPTANCE.
        today: the same rows, under the entry ids of today.
        names: how findings are named.
    """
    columns = ("entry_id", "other_entry_id")
    is_moved = [
        before != after
        for before, after in zip(
            then.select(columns).to_pylist(),
            today.select(columns).to_pylist(),
            strict=True,
        )
    ]
    moved = today.filter(pa.array(is_moved, pa.bool_()))
    old_ids = moved.column("finding_id").to_pylist()
    return dict(zip(old_ids, names.finding_ids(moved), strict=True))


def _with(table: pa.Table, names: Mapping[str, Mapping[str, str]]) -> pa.Table:
    """The table with the texts of these columns replaced."""
    for column, new in names.items():
        texts = [new.get(text, text) for text in table.column(column).to_pylist()]
        table = with_column(table, column, pa.array(texts, pa.string()))
    return table


class Then:
    """What is known of the list as it was when something was decided."""

    def __init__(self, given: Given) -> None:
        self._answered = answered_ids(given)
        self._beside: dict[str, set[str]] = {}
        """The entries known to have stood on the list beside each entry, itself among them."""
        self._cells: dict[str, Mapping[str, Any]] = {}
        """What each entry said."""
        self._by_identity: dict[str, Mapping[str, Any]] = {}
        """What an entry of each identity said."""
        self._noted: set[str] = set()
        """The entries of which it is known which others said the same."""
        for row in given.subjects.to_pylist():
            self._note(row["entry_id"], strict_json.loads(row["cells"]))
        for members in given.case_entries.values():
            self._stand_together(members)

    def _note(self, entry_id: str, cells: ReadRow) -> None:
        """Note what an entry said, and which others said the same then."""
        self._cells[entry_id] = cells
        self._by_identity[identity_of(entry_id)] = cells
        if OTHERS in cells:
            alike = [entry_id, *cells[OTHERS]]
            self._noted.update(alike)
            self._stand_together(alike)

    def _stand_together(self, entry_ids: Collection[str]) -> None:
        """Note that these entries stood on the list at the same time."""
        for entry_id in entry_ids:
            self._beside.setdefault(entry_id, set()).update(entry_ids)

    @property
    def known(self) -> set[str]:
        """The entries of which anything was decided, and those known to have stood beside."""
        return self._answered | self._beside.keys()

    def cells(self, entry_id: str) -> Mapping[str, Any]:
        """What the entry said, by the names of ENTRY; nothing where that is not known."""
        return self._cells.get(entry_id, {})

    def cells_alike(self, entry_id: str) -> Mapping[str, Any]:
        """What an entry of the same identity said, perhaps in another place."""
        return self._by_identity.get(identity_of(entry_id), {})

    def beside(self, entry_id: str) -> set[str]:
        """The entries known to have stood on the list beside it, and the entry itself."""
        return self._beside.get(entry_id, {entry_id})

    def stood_together(self, one: str, other: str) -> bool:
        """True where both may have been on the list at once: they are two entries."""
        if other in self.beside(one) or one in self.beside(other):
            return True
        # Where nobody noted which entries said the same, one that was decided of may be one.
        return one not in self._noted and other in self._answered


STOOD = pa.schema(
    [ENTRY.field(name) for name in ("entry_id", "source", "sheet", "line")]
)
"""The columns of ENTRY that tell which row of which file an entry is."""

_PLACE_LENGTH = len("088-0012-")
_LEAST_SIGNS = 5
"""An identifier has at least so many letters and digits."""
_LEAST_DIFFERENT = 3
"""And so many different ones: 0000000 is no number of anybody."""
_DATE_PARTS = 3
_COMPACT_DATE = re.compile(r"\d{8}")

_Route = tuple[str, str]
"""(place then, place today)."""
_FileRow = tuple[Any, Any, Any]
"""(source, sheet, line)."""


@frozen
class Followed:
    """The answers under the entry ids and case ids of today."""

    given: Given
    moves: pa.Table
    """FOLLOWED: the entries that stand elsewhere now, sorted."""


def follow(
    given: Given,
    entries: Columns,
    names: Names,
    is_looked_for: Callable[[str], bool] = bool,
) -> Followed:
    """Bring the answers to the entries of today.

    Args:
        given: the answers.
        entries: STOOD of all entries of today.
        names: how cases and findings are named.
        is_looked_for: false for the ids of entries whose lists this run did not read.
    """
    moves = _moves(given, entries, is_looked_for)
    rows = sorted(moves.items())
    table = {
        "old_entry_id": [old for old, _ in rows],
        "entry_id": [new for _, new in rows],
    }
    followed = from_columns(table, FOLLOWED, len(rows))
    return Followed(rename(given, followed, names), followed)


def _moves(
    given: Given, entries: Columns, is_looked_for: Callable[[str], bool]
) -> dict[str, str]:
    """Old id -> id of today of the entries of which something was decided."""
    entry_ids = entries.column("entry_id")
    answered = answered_ids(given)
    if not any(is_looked_for(entry_id) for entry_id in not_among(answered, entry_ids)):
        return {}
    then = Then(given)
    gone = [
        entry_id
        for entry_id in not_among(then.known, entry_ids)
        if is_looked_for(entry_id)
    ]
    stays = {_place(entry_id) for entry_id in then.known.difference(gone)}
    prefixes = pc.binary_slice(entry_ids.cast(pa.binary()), 0, _PLACE_LENGTH)
    filled = pc.unique(prefixes).cast(pa.string())
    alike = _said_alike(gone, entries)
    moves = _Search(then, gone, alike, stays, {*filled.to_pylist()}).moves()
    return {old: new for old, new in moves.items() if old in answered}


def not_among(ids: Collection[str], entry_ids: pa.ChunkedArray) -> list[str]:
    """Of these ids those that no entry has, sorted."""
    if not ids:
        return []
    found = entry_ids.filter(is_among(entry_ids, ids))
    return sorted(set(ids).difference(found.to_pylist()))


@frozen
class _Stands:
    """An entry of today, and which row of which file it is."""

    entry_id: str
    row: _FileRow


def _said_alike(
    gone: Iterable[str], entries: Columns
) -> Mapping[str, Sequence[_Stands]]:
    """The entries of today that say the same as one that is gone, by identity, sorted."""
    texts = identities(entries.column("entry_id"))
    is_alike = is_among(texts, map(identity_of, gone))
    # One column after the other: of a nation all of them take a gigabyte.
    found = pa.table(
        {name: entries.column(name).filter(is_alike) for name in STOOD.names}
    )
    return by_key(
        (
            identity_of(row["entry_id"]),
            _Stands(row["entry_id"], (row["source"], row["sheet"], row["line"])),
        )
        for row in sorted(found.to_pylist(), key=lambda row: row["entry_id"])
    )


class _Search:
    """The search for the entries that are gone."""

    def __init__(
        self,
        then: Then,
        gone: Sequence[str],
        alike: Mapping[str, Sequence[_Stands]],
        staying: Collection[str],
        filled: Collection[str],
    ) -> None:
        self._then = then
        self._staying = staying
        """The places in which an entry known from then still stands."""
        self._filled = filled
        """Those in which any entry stands today."""
        self._found: dict[str, str] = {}
        """Old id -> id of today, as far as it is certain."""
        self._alike = alike
        """The entries of today that say the same, by identity."""
        self._possible = {
            old: [
                candidate
                for candidate in alike.get(identity_of(old), ())
                if self._may_be(old, candidate)
            ]
            for old in gone
        }
        self._left = {_place(old) for old in gone}
        """The places that an entry left."""
        self._rivals = by_key((identity_of(old), old) for old in gone)
        """The entries that are gone, by identity."""

    def moves(self) -> dict[str, str]:
        """Old id -> id of today, where it is certain."""
        for old in self._possible:
            self._look_for_row(old)
        # What is found shows which way others went, and which entries are taken.
        while more := self._certain():
            self._found |= more
        return self._found

    def _look_for_row(self, old: str) -> None:
        """Take the same row of the same file, where it is there."""
        row = _row_of(self._then.cells(old))
        alike = self._alike.get(identity_of(old), ())
        same = {candidate.entry_id for candidate in alike if candidate.row == row}
        if not same:
            return
        options = [
            candidate for candidate in self._possible[old] if candidate.entry_id in same
        ]
        if len(options) == 1:
            self._found[old] = options[0].entry_id
        # Where the row has the id of another entry of then, it is known that no other row is it.
        self._possible[old] = options

    def _may_be(self, old: str, today: _Stands) -> bool:
        """True where an entry of today, in another place, is none that stood beside the old one."""
        # Of equal entries of one place the first keeps its id, whichever of them is gone.
        is_elsewhere = _place(old) != _place(today.entry_id)
        return is_elsewhere and not self._then.stood_together(old, today.entry_id)

    def _certain(self) -> dict[str, str]:
        """More moves that are certain, by those that are known."""
        left = {
            old: options
            for old in self._possible
            if old not in self._found and (options := self._options(old))
        }
        routes = _Routes(self._staying, self._filled, self._found, left)
        narrowed = {old: self._narrow_down(old, left[old], routes) for old in left}
        return {
            old: options[0]
            for old, options in narrowed.items()
            if len(options) == 1
            and not self._is_wanted(old, options[0], narrowed)
            and self._is_sure(old, options[0], routes)
        }

    def _options(self, old: str) -> list[str]:
        """The entries that it may be, without those that another entry of its list is."""
        taken = {
            self._found[rival]
            for rival in self._rivals[identity_of(old)]
            if rival in self._found and self._then.stood_together(old, rival)
        }
        return [
            candidate.entry_id
            for candidate in self._possible[old]
            if candidate.entry_id not in taken
        ]

    def _narrow_down(self, old: str, options: list[str], routes: _Routes) -> list[str]:
        """Of several the one that went as others of its precinct did."""
        if len(options) == 1:
            return options
        on_route = [new for new in options if routes.are_known(old, new)]
        places = {_place(new) for new in on_route}
        if len(on_route) < 2 or len(places) > 1:
            return on_route or options
        # Equal entries of one place are numbered in the order of their rows.
        then, today = self._equal_then(old), self._equal_today(on_route[0])
        same_number = [new for new in on_route if _number(new) == _number(old)]
        return same_number if len(then) == len(today) else on_route

    def _equal_then(self, old: str) -> set[str]:
        """The entries of its place that said the same."""
        alike = self._then.beside(old) | set(self._rivals[identity_of(old)])
        return {
            candidate
            for candidate in alike
            if identity_of(candidate) == identity_of(old)
            and _place(candidate) == _place(old)
        }

    def _equal_today(self, new: str) -> list[str]:
        """The entries of its place today that say the same."""
        alike = self._alike[identity_of(new)]
        return [
            candidate.entry_id
            for candidate in alike
            if _place(candidate.entry_id) == _place(new)
        ]

    def _is_wanted(
        self, old: str, new: str, narrowed: Mapping[str, Sequence[str]]
    ) -> bool:
        """True where another entry that stood beside it may be the same entry of today."""
        return any(
            new in narrowed.get(rival, ()) and self._then.stood_together(old, rival)
            for rival in self._rivals[identity_of(old)]
            if rival != old
        )

    def _is_sure(self, old: str, new: str, routes: _Routes) -> bool:
        """True where the entry is one person's, or its whole list went the same way."""
        if _is_one_person(self._then.cells_alike(old)):
            return True
        return routes.are_known(old, new) and not self._is_hidden(old)

    def _is_hidden(self, old: str) -> bool:
        """True where it may have the id of another entry of then, of a list that moved too."""
        return any(
            _place(candidate.entry_id) in self._left
            and self._then.stood_together(old, candidate.entry_id)
            for candidate in self._alike[identity_of(old)]
        )


class _Routes:
    """From which place to which place entries went."""

    def __init__(
        self,
        staying: Collection[str],
        filled: Collection[str],
        found: Mapping[str, str],
        options: Mapping[str, Sequence[str]],
    ) -> None:
        """Routes of the entries that were found, and of those with one option."""
        self._staying, self._filled = staying, filled
        self._texts: dict[_Route, set[str]] = {}
        """The identities that went each way."""
        single = {old: new[0] for old, new in options.items() if len(new) == 1}
        for old, new in (*found.items(), *single.items()):
            self._texts.setdefault(_route(old, new), set()).add(identity_of(old))

    def are_known(self, old: str, new: str) -> bool:
        """True where the list of the entry went this way as a whole.

        Nothing that is known of it stays, and others went this way: one where the place is empty
        today, two where entries of another list stand there.
        """
        if _place(old) in self._staying:
            return False
        alike = self._texts.get(_route(old, new), set())
        others = len(alike) - (identity_of(old) in alike)
        return others > (_place(old) in self._filled)


def _place(entry_id: str) -> str:
    """The constituency and precinct that an entry id begins with."""
    return entry_id[:_PLACE_LENGTH]


def _number(entry_id: str) -> str:
    """The number of equal entries of a place, as the id has it."""
    return entry_id[_PLACE_LENGTH:].partition(".")[2]


def _route(old: str, new: str) -> _Route:
    """From which place to which place an entry went."""
    return _place(old), _place(new)


def _row_of(cells: ReadRow) -> _FileRow | None:
    """Which row of which file it was; None where that is not known."""
    row = cells.get("source"), cells.get("sheet"), cells.get("line")
    return None if row[0] is None or row[2] is None else row


def _is_one_person(cells: ReadRow) -> bool:
    """True for an entry that says enough to be one person's.

    That is a name, and an identifier or a full birth date.
    """
    has_name = bool(cells.get("full_name") or cells.get("surname"))
    has_identifier = any(_is_identifier(cells.get(name)) for name in IDENTIFIERS)
    return has_name and (has_identifier or _is_full_date(cells.get("birth_date")))


def _is_identifier(text: str | None) -> bool:
    """True for a text with as many signs, and different ones, as a FIN or document has."""
    signs = [sign for sign in text or "" if sign.isalnum()]
    return len(signs) >= _LEAST_SIGNS and len(set(signs)) >= _LEAST_DIFFERENT


def _is_full_date(text: str | None) -> bool:
    """True for a day, a month and a year in digits, none of which is zero."""
    if text is None:
        return False
    if _COMPACT_DATE.fullmatch(text.strip()):
        return "00" not in (text[4:6], text[6:8], text[:2], text[2:4])
    parts = re.findall(r"\d+", text)
    return len(parts) >= _DATE_PARTS and all(
        any(map(int, part)) for part in parts[:_DATE_PARTS]
    )
