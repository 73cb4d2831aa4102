"""What each decision does to the entries that it names, and why some do nothing.

Nobody vanishes. An entry leaves the list in three ways only:

* struck on a ground of the person (death, age, citizenship, a court's word);
* struck because the person stands on another list, with the precinct of that list. Within this
  list's own territory a case must keep another entry of the person in that precinct;
* as the repetition of the one entry that its case keeps, where that entry stays on the list. Where
  it is struck on a ground of the person, the repetition is struck with it.

What does nothing today keeps its code and may do something when lists change.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from voterlist.decisions.answers import Need, grounds
from voterlist.fields import ENTRY_FIELDS
from voterlist.model import Action, ListKind, Precinct, Verdict, frozen
from voterlist.tables import Row, by_key

SKIP_CODES = (
    "case-changed",
    "kept-missing",
    "several-kept",
    "kept-elsewhere",
    "kept-struck",
    "left-already",
    "of-age",
    "entry-gone",
    "list-missing",
    "ground-missing",
    "place-missing",
    "place-unknown",
    "not-kept-there",
    "already-there",
    "field-unknown",
    "no-change",
    "subject-missing",
    "already-listed",
    "added-twice",
)
"""Why a decision does nothing today; ``review.skipped.<code>`` in the catalogue."""

_NOWHERE: Precinct = (None, None)
_ID_OF_PLACE = re.compile(r"(\d{3})-(\d{4})-")
"""How the id of an entry begins; 0 stands for what was not known."""
_NOT_IN_FIN = re.compile(r"[^0-9A-Z]")
_DECIDED = ("rule", "finding_id", "reason", "decided_by", "decided_at")
"""What a decision says of itself, as rows of APPLIED and SKIPPED say it."""


Here = AbstractSet[int | Precinct | None]
"""The constituencies, or else the precincts, whose lists belong here."""


@frozen
class Today:
    """What the lists of today say of everything that was decided about."""

    places: Mapping[str, Precinct]
    """Where each entry stands; an entry that is on no list is not among them."""
    kinds: Mapping[str, str]
    """The kind of list of each of these entries."""
    members: Mapping[str, Collection[str]]
    """The entries of each case."""
    precincts: Collection[Precinct]
    """The precincts that have a list."""
    written: Mapping[str, Row]
    """The cells of entries that are corrected."""
    subjects: Mapping[str, Row]
    """The cells of the registers' rows that are added."""
    met: Mapping[str, Collection[str]]
    """The entries of the list that registers' rows meet, by row."""
    fins: Mapping[str, Collection[str]]
    """The entries handed in with a FIN that added people have, by the FIN, folded."""
    territory: Collection[int] | None = ()
    """The constituencies whose lists belong here, though not all may be here today.

    None: no list belongs here but those of ``precincts``.
    """
    of_age: Collection[str] = ()
    """The entries whose people came of age since they were struck for their age."""


@frozen
class Outcome:
    """What decisions do, as rows."""

    applied: list[Row]
    """Rows of APPLIED; each entry leaves the list at most once."""
    skipped: list[Row]
    """Rows of SKIPPED."""
    added: list[Row]
    """Rows of ENTRY."""


def outcome(
    decisions: Iterable[Row], amendments: Iterable[Row], today: Today
) -> Outcome:
    """What decisions do to the lists of today; the order of rows does not count.

    Args:
        decisions: rows of DECISION, one at most for an entry of a case.
        amendments: rows of AMENDMENT: of strikings, moves and additions one at most for an entry,
            of corrections one for a field.
        today: what the lists say.
    """
    return _Work(today).outcome(list(decisions), list(amendments))


def folded_fin(fin: str | None) -> str:
    """The letters and digits of a FIN in capitals; empty for none."""
    return _NOT_IN_FIN.sub("", (fin or "").upper())


def fin_bearers(
    handed_in: Mapping[str, Collection[str]],
    corrected: Mapping[str, str | None],
    listed: Collection[str],
) -> dict[str, set[str]]:
    """FIN, folded -> the entries that have it, once all is corrected.

    A FIN is free once each entry that had it is corrected to another one, or is on no list.

    Args:
        handed_in: the entries with a FIN, by the FIN.
        corrected: what entries are corrected to; None or empty: to none.
        listed: the entries on the lists, at least those that are corrected.
    """
    bearers = {
        folded_fin(fin): {*entries} - corrected.keys()
        for fin, entries in handed_in.items()
    }
    for entry_id, fin in corrected.items():
        if fin and entry_id in listed:
            bearers.setdefault(folded_fin(fin), set()).add(entry_id)
    return bearers


class _Work:
    """The decisions of one list, sorted into what they do and what does nothing."""

    def __init__(self, today: Today) -> None:
        self._today = today
        self._listed = {constituency for constituency, _ in today.precincts}
        """The constituencies that have a list."""
        self._here = here(today.precincts, today.territory)
        self._struck: Collection[str] = ()
        """Whom a striking takes off, where they are on a list."""
        self._gone: Collection[str] = ()
        """The entries whose people may come back by a register."""
        self._places = dict(today.places)
        """Where everybody stands before anybody is moved; who is added among them."""
        self._applied: list[Row] = []
        self._skipped: list[Row] = []
        self._left: dict[str, Row] = {}
        """The entries that leave the list, each with the row of APPLIED that says so."""
        self._moved: dict[str, Precinct] = {}
        """Where the entries stand that are moved, unless they leave the list."""

    def outcome(self, decisions: list[Row], amendments: list[Row]) -> Outcome:
        """The outcome."""
        verdicts = list(self._in_their_cases(decisions))
        rows = sorted(amendments, key=_order)
        by_action = by_key((row["action"], row) for row in rows)
        corrections = by_action.get(Action.CORRECT, [])
        strikes = by_action.get(Action.STRIKE, [])
        # Whoever was added and struck may come back by another register.
        self._struck = {row["entry_id"] for row in strikes if _may_strike(row)}
        self._gone = struck_for_good(strikes, verdicts, self._here)
        added = self._add(by_action.get(Action.ADD, []), corrections)
        self._places |= {entry_id: _place(row) for entry_id, row in added.items()}
        moves = list(self._possible_moves(by_action.get(Action.MOVE, [])))
        self._moved = {row["entry_id"]: _place(row) for row in moves}
        self._strike(strikes, verdicts)
        self._mark_repeats(verdicts)
        self._move(moves)
        self._correct(corrections, added)
        return Outcome(self._applied, self._skipped, list(added.values()))

    def _in_their_cases(self, decisions: Iterable[Row]) -> Iterator[Row]:
        """The verdicts whose entry is on the list and in the case, by entry and case."""
        for row in sorted(decisions, key=_order):
            members = self._today.members.get(row["case_id"], ())
            if row["entry_id"] in self._today.places and row["entry_id"] in members:
                yield row
            else:
                absence = self._absence(row["entry_id"])
                is_missing = absence == "list-missing"
                self._skip(row, absence if is_missing else "case-changed")

    # Strikings

    def _strike(self, strikes: list[Row], verdicts: list[Row]) -> None:
        """Strike what a ground of its own takes off the list."""
        on_own_territory: list[Row] = []
        for row in strikes:
            code = self._strike_trouble(row)
            if code:
                self._skip(row, code)
            elif _is_of_person(row) or not _is_here(row, self._here):
                self._leave(row, Action.STRIKE, _place(row))
            else:
                on_own_territory.append(row)
        # An entry that may go itself holds nobody else: two could hold each other.
        unsure = {row["entry_id"] for row in on_own_territory} | self._left.keys()
        kept_with = _kept_with(verdicts)
        for row in on_own_territory:
            others = kept_with.get(row["entry_id"], set()) - unsure
            standing = {self._stands(other) for other in others}
            if _place(row) in standing:
                self._leave(row, Action.STRIKE, _place(row))
            else:
                self._skip(row, "not-kept-there")

    def _strike_trouble(self, row: Row) -> str | None:
        """Why a striking does nothing, whatever becomes of other entries; None where it may."""
        if row["entry_id"] not in self._places:
            return self._absence(row["entry_id"])
        ground = grounds().get(row["ground"])
        if ground and ground.until_of_age and row["entry_id"] in self._today.of_age:
            return "of-age"
        if _is_of_person(row):
            return None
        if not is_with_place(row):
            return "ground-missing"
        return "place-missing" if None in _place(row) else None

    def _stands(self, entry_id: str) -> Precinct:
        """Where an entry stands that stays on the list."""
        return self._moved.get(entry_id, self._places[entry_id])

    # Repetitions

    def _mark_repeats(self, verdicts: Iterable[Row]) -> None:
        """Mark each repetition whose kept entry stays, or is struck for the person's sake."""
        kept_in, kept = _kept_entries(verdicts)
        for row in verdicts:
            if row["verdict"] != Verdict.REPEAT:
                continue
            keeps = kept_in.get(row["case_id"], [])
            code = self._repeat_trouble(row, keeps, kept)
            if code:
                self._skip(row, code)
            else:
                self._repeat(row, keeps[0])

    def _repeat_trouble(
        self, row: Row, keeps: list[str], kept: Collection[str]
    ) -> str | None:
        """Why a repetition is not taken off the list; None where it is."""
        if len(keeps) != 1:
            return "several-kept" if keeps else "kept-missing"
        # Two cases that mark each other's kept entry would take both from the list.
        if row["entry_id"] in kept:
            return "kept-elsewhere"
        if row["entry_id"] in self._left:
            return "left-already"
        strike = self._left.get(keeps[0])
        is_of_entry = strike is not None and not _is_of_person(strike)
        return "kept-struck" if is_of_entry else None

    def _repeat(self, row: Row, kept: str) -> None:
        """Take a repetition off the list: for the kept entry, or with it."""
        strike = self._left.get(kept)
        if strike is None:
            place = self._stands(kept)
            self._leave(row, Verdict.REPEAT, place, kept_entry_id=kept)
            return
        # The striking of the kept entry is what takes this one off the list.
        of_strike = {name: strike[name] for name in ("ground", "document", *_DECIDED)}
        self._leave(row | of_strike, Action.STRIKE, _NOWHERE, kept_entry_id=kept)

    # Moves, corrections, additions

    def _possible_moves(self, moves: Iterable[Row]) -> Iterator[Row]:
        """The moves of listed entries to another precinct that has a list."""
        for row in moves:
            place = self._places.get(row["entry_id"])
            if place is None:
                self._skip(row, self._absence(row["entry_id"]))
            elif None in _place(row):
                self._skip(row, "place-missing")
            elif _place(row) == place:
                self._skip(row, "already-there")
            elif _place(row) not in self._today.precincts:
                self._skip(row, "place-unknown")
            else:
                yield row

    def _move(self, moves: Iterable[Row]) -> None:
        """Move the entries that stay on the list."""
        for row in moves:
            if row["entry_id"] in self._left:
                self._skip(row, "left-already")
            else:
                self._apply(row, Action.MOVE, _place(row))

    def _add(
        self, additions: Iterable[Row], corrections: Sequence[Row]
    ) -> dict[str, Row]:
        """The added people (rows of ENTRY) by the ids of the registers' rows."""
        corrected: dict[str, Row] = {}
        for row in corrections:
            of_entry = corrected.setdefault(row["entry_id"], {})
            of_entry[row["field"]] = row["value"]
        fins = {
            row["entry_id"]: row["value"]
            for row in corrections
            if row["field"] == "fin"
        }
        bearers = fin_bearers(self._today.fins, fins, self._today.places)
        added: dict[str, Row] = {}
        added_fins: set[str] = set()
        for row in additions:
            subject = self._today.subjects.get(row["entry_id"])
            cells = {**(subject or {}), **corrected.get(row["entry_id"], {})}
            fin = folded_fin(cells.get("fin"))
            code = self._add_trouble(row, subject)
            if fin and bearers.get(fin, set()) - {*self._gone}:
                code = code or "already-listed"
            is_struck = row["entry_id"] in self._struck
            if fin and fin in added_fins and not is_struck:
                code = code or "added-twice"
            if code:
                self._skip(row, code)
                continue
            if not is_struck:
                added_fins.add(fin)
            added[row["entry_id"]] = _added_entry(row, subject or {})
            self._apply(row, Action.ADD, _place(row))
        return added

    def _add_trouble(self, row: Row, subject: Row | None) -> str | None:
        """Why a person is not added, whatever the FIN; None where nothing is wrong."""
        met = {*self._today.met.get(row["entry_id"], ())} - {*self._gone}
        if row["entry_id"] in self._today.places or met:
            return "already-listed"
        if subject is None:
            return "subject-missing"
        if None in _place(row):
            return "place-missing"
        return None if _place(row) in self._today.precincts else "place-unknown"

    def _correct(self, corrections: Iterable[Row], added: Mapping[str, Row]) -> None:
        """Note what is corrected, and put it into the added people."""
        for row in corrections:
            entry_id, name = row["entry_id"], row["field"]
            cells = added.get(entry_id) or self._today.written.get(entry_id, {})
            code = self._correct_trouble(row, cells)
            if code:
                self._skip(row, code)
                continue
            said = {"field": name, "written": cells.get(name), "value": row["value"]}
            self._apply(row, Action.CORRECT, self._stands(entry_id), **said)
            if entry_id in added:
                added[entry_id][name] = row["value"]

    def _correct_trouble(self, row: Row, cells: Row) -> str | None:
        """Why a field is not corrected; None where it is."""
        entry_id = row["entry_id"]
        if entry_id not in self._places:
            return self._absence(entry_id)
        if entry_id in self._left:
            return "left-already"
        if row["field"] not in ENTRY_FIELDS:
            return "field-unknown"
        return "no-change" if cells.get(row["field"]) == row["value"] else None

    # Rows of the tables

    def _absence(self, entry_id: str) -> str:
        """Why there is no such entry: its list is gone, or the list does not say it any more."""
        constituency, _ = place_of_id(entry_id)
        is_missing = constituency is not None and constituency not in self._listed
        return "list-missing" if is_missing else "entry-gone"

    def _leave(
        self, row: Row, action: str, place: Precinct, **said: str | None
    ) -> None:
        """Note that an entry leaves the list, and by which decision."""
        self._left[row["entry_id"]] = self._apply(row, action, place, **said)

    def _apply(self, row: Row, action: str, place: Precinct, **said: str | None) -> Row:
        """Note what a decision does."""
        handed_in = self._places.get(row["entry_id"], _NOWHERE)
        applied = {
            "entry_id": row["entry_id"],
            "action": str(action),
            "ground": row.get("ground"),
            "document": row.get("document"),
            "from_constituency": handed_in[0],
            "from_precinct": handed_in[1],
            "constituency": place[0],
            "precinct": place[1],
            "case_id": row.get("case_id"),
            **{name: row.get(name) for name in _DECIDED},
            **said,
        }
        self._applied.append(applied)
        return applied

    def _skip(self, row: Row, code: str) -> None:
        """Note that a decision does nothing, and why."""
        is_addition = row.get("action") == Action.ADD
        elsewhere = _place(row) if is_addition else place_of_id(row["entry_id"])
        place = self._places.get(row["entry_id"], elsewhere)
        skipped = {
            "entry_id": row["entry_id"],
            "answer": str(row.get("verdict") or row["action"]),
            "field": row.get("field"),
            "code": code,
            "constituency": place[0],
            "precinct": place[1],
            "ground": row.get("ground"),
            "case_id": row.get("case_id"),
            **{name: row.get(name) for name in _DECIDED},
        }
        self._skipped.append(skipped)


def _order(row: Row) -> tuple[str, str, str]:
    """Decisions by entry, then by case or field."""
    return row["entry_id"], row.get("case_id") or "", row.get("field") or ""


def _is_of_person(strike: Row) -> bool:
    """True where the person is no voter anywhere: the last entry of a person may go too."""
    ground = grounds().get(strike["ground"])
    return ground is not None and ground.of_person


def _may_strike(strike: Row) -> bool:
    """True where a striking is on a ground of the person, or names the other list."""
    return _is_of_person(strike) or (
        is_with_place(strike) and None not in _place(strike)
    )


def here(precincts: Iterable[Precinct], territory: Collection[int] | None) -> Here:
    """The constituencies, or else the precincts, whose lists belong here.

    Args:
        precincts: those that have a list.
        territory: as in ``Today``.
    """
    if territory is None:
        return frozenset(precincts)
    return frozenset(number for number, _ in precincts) | {*territory}


def _is_here(row: Row, places: Here) -> bool:
    """True where a decision names a place of this list's own territory."""
    return row["constituency"] in places or _place(row) in places


def struck_for_good(
    strikes: Iterable[Row], verdicts: Iterable[Row], here: Here = frozenset()
) -> dict[str, Row]:
    """The entries of people of whom these strikings leave none: each with its striking.

    They stand on a list of somebody else, or are no voters, with all repetitions. If a register
    says that they came, they are on no list. Who is too young comes back with the age.

    Args:
        strikes: rows of AMENDMENT that strike.
        verdicts: rows of DECISION.
        here: whose lists belong here, as ``here`` returns it.
    """
    gone: dict[str, Row] = {}
    of_person: dict[str, Row] = {}
    for row in strikes:
        if not _is_of_person(row):
            if _may_strike(row) and not _is_here(row, here):
                gone[row["entry_id"]] = row
        elif not grounds()[row["ground"]].until_of_age:
            of_person[row["entry_id"]] = row
    rows = list(verdicts)
    kept_in, kept = _kept_entries(rows)
    with_them: dict[str, Row] = {}
    for row in rows:
        keeps, entry_id = kept_in.get(row["case_id"], []), row["entry_id"]
        # A repetition that stays all the same keeps its person on the list.
        is_sure = len(keeps) == 1 and entry_id not in kept
        if row["verdict"] == Verdict.REPEAT and is_sure and keeps[0] in of_person:
            with_them[entry_id] = of_person[keeps[0]] | {"entry_id": entry_id}
    return with_them | gone | of_person


def _kept_entries(verdicts: Iterable[Row]) -> tuple[dict[str, list[str]], set[str]]:
    """(The entries that each case keeps, those that any case keeps)."""
    kept_in = by_key(
        (row["case_id"], row["entry_id"])
        for row in verdicts
        if row["verdict"] == Verdict.KEEP
    )
    return kept_in, {entry for entries in kept_in.values() for entry in entries}


def is_with_place(strike: Row) -> bool:
    """True where the person stands on another list, which the decision names."""
    ground = grounds().get(strike["ground"])
    return ground is not None and Need.DESTINATION in ground.needs


def _place(row: Row) -> Precinct:
    """The precinct that an amendment names."""
    return row["constituency"], row["precinct"]


def place_of_id(entry_id: str) -> Precinct:
    """The place that the id of an entry names."""
    found = _ID_OF_PLACE.match(entry_id)
    if found is None:
        return _NOWHERE
    return int(found[1]) or None, int(found[2]) or None


def _kept_with(verdicts: Iterable[Row]) -> dict[str, set[str]]:
    """For each entry the other entries that a case keeps for the same person."""
    persons = by_key(
        (row["case_id"], row) for row in verdicts if row["verdict"] != Verdict.SEPARATE
    )
    together: dict[str, set[str]] = {}
    for rows in persons.values():
        kept = {row["entry_id"] for row in rows if row["verdict"] == Verdict.KEEP}
        for row in rows:
            others = together.setdefault(row["entry_id"], set())
            others |= kept - {row["entry_id"]}
    return together


def _added_entry(row: Row, cells: Row) -> Row:
    """The row of ENTRY of an added person."""
    return {
        **{name: cells.get(name) for name in ENTRY_FIELDS if name != "number"},
        "entry_id": row["entry_id"],
        "constituency": row["constituency"],
        "precinct": row["precinct"],
        "list_kind": ListKind.PERMANENT.value,
        "source": "decision",
        "line": 0,
    }
