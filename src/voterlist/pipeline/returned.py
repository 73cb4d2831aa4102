"""Answers that come back: their entry, or another one of its case, is not on the list as it was.

What was decided about an entry does not go over to another text. The entry of the same person today
is looked for, with what changed since, and a person decides again. An answer that the precinct
carried out itself needs nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from voterlist.arrays import Longs
from voterlist.cycles.pairing import (
    TOLD_BY,
    Paired,
    field_names,
    fields_changed,
    is_elsewhere,
    pair,
)
from voterlist.decisions.effects import with_corrections
from voterlist.decisions.follow import Then, moves_of, not_among
from voterlist.decisions.given import Given, identities, identity_of, is_same_person
from voterlist.decisions.outcome import place_of_id
from voterlist.fields import NAME_PARTS
from voterlist.model import Action, Mark, Precinct, Returned, Verdict, frozen
from voterlist.normalize.stage import normalize
from voterlist.pipeline.steps import StageContext, Tables
from voterlist.schemas import ENTRY, RETURNED, VOTER, empty, with_entries
from voterlist.storage.store import Shelf
from voterlist.tables import Row, by_key, from_rows, is_among, rows_among

_OF_QUESTIONS = frozenset({Action.ASK, Action.WITHDRAW})
_UNIMPORTANT = frozenset({"address", "list_kind"})
"""Fields that may change beside what a precinct corrected."""
_PARTS = {"full_name": NAME_PARTS}
"""Fields of ENTRY that are read into several of TOLD_BY."""
_ORDER = ("old_entry_id", "case_id", "answer", "field", "decided_by")


def find_returned(
    tables: Shelf,
    context: StageContext,
    given: Given,
    entry_ids: pa.ChunkedArray,
) -> pa.Table:
    """RETURNED: the answers whose entries are not on the list as they were, in order of entry.

    Args:
        tables: the list of today, and what holds, waits or is contested of the answers.
        context: with the answers under the ids of then.
        given: the answers under the ids of today, where entries only moved.
        entry_ids: those of today.
    """
    rows = [
        row | {"old_entry_id": row["entry_id"]}
        for row in (*_rows(tables), *_questions_answered(given))
    ]
    members = _Members(given)
    ids = {entry for row in rows for entry in members.of(row)}
    is_of_run = context.is_of_run
    gone = [entry for entry in not_among(ids, entry_ids) if is_of_run(entry)]
    if not gone:
        return empty(RETURNED)
    found = _what_became_of(gone, tables, context, entry_ids)
    back = [
        row
        for row in rows
        if any(entry in found for entry in members.of(row))
        and not _waits(row, found.get(row["old_entry_id"]))
    ]
    reasons = _Reasons(tables, rows, members, found)
    for row in back:
        own = found.get(row["old_entry_id"])
        row["entry_id"] = own.asked_of(row) if own else row["old_entry_id"]
        row["changed"] = own.changed if own else None
    for row in back:
        row["why"] = reasons.why(row)
    return from_rows(back, RETURNED, *_ORDER)


def _waits(row: Row, own: Now | None) -> bool:
    """True of a question to a precinct whose list is late: it is asked when the list is here."""
    return own is not None and own.is_late and row["answer"] in _OF_QUESTIONS


def _rows(tables: Tables) -> Iterator[Row]:
    """Every answer that holds, waits or is contested, with ``answer``: what it is."""
    for row in tables["decisions"].to_pylist():
        yield row | {"answer": row["verdict"]}
    for name in ("amendments", "pending"):
        for row in tables[name].to_pylist():
            # A person who was added from a register has no entry.
            if row["action"] != Action.ADD:
                yield row | {"answer": row["action"], "case_id": None}
    for row in tables["disputed"].to_pylist():
        if row["answer"] != Action.ADD:
            is_verdict = row["answer"] in set(Verdict)
            yield row | {"case_id": row["case_id"] if is_verdict else None}
    for row in tables["acceptances"].to_pylist():
        if row["mark"] == Mark.ACCEPT and row["entry_id"] is not None:
            yield row | {
                "answer": row["mark"],
                "decided_by": row["accepted_by"],
                "decided_at": row["accepted_at"],
            }


def _questions_answered(given: Given) -> Iterator[Row]:
    """The questions that somebody took back: by saying that the person stays, who may leave."""
    for row in rows_among(given.amendments, "action", [Action.WITHDRAW]).to_pylist():
        if row["field"] == Action.ASK:
            yield row | {"answer": Action.WITHDRAW, "case_id": None}


class _Members:
    """The entries that an answer is about together."""

    def __init__(self, given: Given) -> None:
        entries = given.case_entries
        self._of_case = {case: frozenset(members) for case, members in entries.items()}

    def of(self, row: Row) -> frozenset[str]:
        """The entries of its case, the two entries of its finding, or its entry alone."""
        other = row.get("other_entry_id") or ":"
        # The row of a register is on no list, and cannot go from it: its id has a colon.
        own = {row["old_entry_id"]} | ({other} if ":" not in other else set())
        return self._of_case.get(row.get("case_id") or "", frozenset()) | own


class _Reasons:
    """Why each answer came back."""

    def __init__(
        self,
        tables: Tables,
        rows: Sequence[Row],
        members: _Members,
        found: Mapping[str, Now],
    ) -> None:
        """``rows``: all that was answered; ``found``: what became of who is gone."""
        self._members = members
        self._about = by_key((row["old_entry_id"], row) for row in rows)
        """The answers about each entry, by its old id."""
        self._found = found
        self._corrected = _corrected_fields(tables["amendments"])
        """The corrected fields of each entry."""
        self._cases = set(tables["cases"].column("case_id").unique().to_pylist())
        """The cases of today."""
        self._verdicts = {
            (row["case_id"], row["entry_id"]): row["verdict"]
            for row in tables["decisions"].to_pylist()
        }
        """(case, entry) -> the verdict that holds."""
        self._contested = set(
            tables["disputed"].column("case_id").drop_null().to_pylist()
        )

    def why(self, row: Row) -> Returned:
        """Why this answer came back."""
        if row["answer"] == Action.WITHDRAW:
            return Returned.ANSWERED
        members = self._members.of(row)
        gone = {entry: self._found[entry] for entry in members if entry in self._found}
        if self._is_carried_out(row, gone):
            return Returned.CARRIED_OUT
        others = self._about.get(row["entry_id"], ())
        if any(self._settles(other, row) for other in others):
            return Returned.ANSWERED
        own = self._found.get(row["old_entry_id"])
        if own is not None:
            return own.why
        reasons = {now.why for now in gone.values()}
        order = (Returned.CHANGED, Returned.UNCLEAR, Returned.GONE)
        return next(reason for reason in order if reason in reasons)

    def _is_carried_out(self, row: Row, gone: Mapping[str, Now]) -> bool:
        """True where the precinct did itself what the answer says."""
        answer, own = row["answer"], self._found.get(row["old_entry_id"])
        if answer in set(Verdict):
            return self._are_repeats_removed(row["case_id"], gone)
        if own is None:
            return False
        if answer in {Action.STRIKE, Action.ASK}:
            # At no door somebody can be asked about an entry that is on no list.
            is_over = answer == Action.ASK and own.why is Returned.UNCLEAR
            return is_over or own.why is Returned.GONE
        corrected = self._corrected.get(row["old_entry_id"], ())
        others = own.against_corrected.difference(corrected, _UNIMPORTANT)
        if own.why is not Returned.CHANGED or others:
            return False
        if answer == Action.MOVE:
            return own.place == (row["constituency"], row["precinct"])
        parts = set(_PARTS.get(row["field"], (row["field"],)))
        says_so = parts <= TOLD_BY.keys() and not parts & own.against_corrected
        return answer == Action.CORRECT and says_so

    def _are_repeats_removed(self, case_id: str, gone: Mapping[str, Now]) -> bool:
        """True where all that is gone of a case are its repetitions, and it is undisputed."""
        if case_id in self._contested:
            return False
        return all(
            now.why is Returned.GONE
            and self._verdicts.get((case_id, entry)) == Verdict.REPEAT
            for entry, now in gone.items()
        )

    def _settles(self, other: Row, row: Row) -> bool:
        """True where the other answer, about the entry of today, is to the same question."""
        if row["answer"] in set(Verdict):
            is_other = other["case_id"] != row["case_id"]
            is_of_today = other["case_id"] in self._cases
            return other["answer"] in set(Verdict) and is_other and is_of_today
        if row["old_entry_id"] == row["entry_id"]:
            return False
        name = "rule" if row["answer"] == Mark.ACCEPT else "field"
        is_one_kind = (row["answer"] in set(Action)) == (other["answer"] in set(Action))
        is_same = is_one_kind and row.get(name) == other.get(name)
        return is_same and not self._is_by_other_side(other, row)

    def _is_by_other_side(self, other: Row, row: Row) -> bool:
        """True where one side of a dispute strikes the entry of today that the other kept."""
        if other["answer"] != Action.STRIKE or row["answer"] == Action.STRIKE:
            return False
        before = self._about[row["old_entry_id"]]
        struck = (row for row in before if row["answer"] == Action.STRIKE)
        return any(
            is_same_person(row["decided_by"], other["decided_by"]) for row in struck
        )


def _corrected_fields(amendments: pa.Table) -> dict[str, list[str]]:
    """By entry the fields that were corrected, by the names of TOLD_BY."""
    rows = rows_among(amendments, "action", [Action.CORRECT]).to_pylist()
    return by_key(
        (row["entry_id"], part)
        for row in rows
        for part in _PARTS.get(row["field"], (row["field"],))
    )


_COLUMNS = tuple(
    dict.fromkeys(
        (
            "entry_id",
            "constituency",
            "precinct",
            "surname_stem",
            "given_sex",
            *chain(*TOLD_BY.values()),
        )
    )
)
"""The columns of VOTER by which a person is found again, and what changed is told."""

_PRECINCT = "precinct"
_WRITTEN = "written"
"""Nothing changed but how it is written."""


@frozen
class Now:
    """What became of an entry that is gone.

    Attributes:
        why: changed, gone or unclear.
        entry_id: the entry of the same person today; None where none was found.
        changed: what changed since, joined with ``+``; None where it was not found.
        against_corrected: the fields that differ from what the entry was corrected to; of what it
            did not say at all, nothing.
        place: the constituency and precinct of today.
        is_late: its precinct has no list in this run, and is no precinct that is no more.
    """

    why: Returned
    entry_id: str | None = None
    changed: str | None = None
    against_corrected: frozenset[str] = frozenset()
    place: Precinct = (None, None)
    is_late: bool = False
    like: str | None = None
    """One of several entries of today that may be it, for they say the same."""

    def asked_of(self, row: Row) -> str | None:
        """The entry of today that an answer is about; a question may be about either of two."""
        return self.entry_id or (self.like if row["answer"] in _OF_QUESTIONS else None)


def _what_became_of(
    gone: Collection[str],
    tables: Shelf,
    context: StageContext,
    entry_ids: pa.ChunkedArray,
) -> dict[str, Now]:
    """What became of each of these entries."""
    then, profile = Then(context.answers), context.settings.workspace.profile
    written = _entries_of(gone, then)
    corrected = with_corrections(written, tables["amendments"])
    old = normalize(written, profile).table
    meant = normalize(corrected, profile).table
    new = _alike(tables.path("voters"), old, meant)
    moves = moves_of(tables["followed"])

    def is_apart(before: str, today: str) -> bool:
        """True where the two stood on the list beside each other."""
        beside = {moves.get(entry, entry) for entry in then.beside(before)}
        return today in beside or then.stood_together(before, today)

    pairs = _pair_rows(meant, old, new, is_apart)
    found = _changes_of(pairs, old, meant, new)
    alike = _said_alike(gone, entry_ids)
    filled = _filled_places(tables["lists"])
    territory = context.settings.territory.by_number
    for entry in gone:
        if entry not in found:
            others = sorted(alike.get(identity_of(entry), ()))
            like = next((other for other in others if not is_apart(entry, other)), None)
            has_list = _place(entry) in filled
            is_unclear = like is not None or not then.cells(entry) or not has_list
            why = Returned.UNCLEAR if is_unclear else Returned.GONE
            constituency, precinct = place_of_id(entry)
            known = territory.get(constituency or 0)
            is_no_more = known is not None and precinct not in known
            is_late = not has_list and not is_no_more
            found[entry] = Now(why, is_late=is_late, like=like)
    return found


def _said_alike(
    gone: Collection[str], entry_ids: pa.ChunkedArray
) -> Mapping[str, list[str]]:
    """By identity of those that are gone, the entries of today that say the same."""
    is_alike = is_among(identities(entry_ids), map(identity_of, gone))
    found = entry_ids.filter(is_alike).to_pylist()
    return by_key((identity_of(entry_id), entry_id) for entry_id in found)


def _place(entry_id: str) -> tuple[str, ...]:
    """The constituency and precinct that an entry id begins with."""
    return tuple(entry_id.split("-")[:2])


def _filled_places(lists: pa.Table) -> set[tuple[str, ...]]:
    """The places of which entries were read."""
    return {
        (f"{row['constituency'] or 0:03d}", f"{row['precinct'] or 0:04d}")
        for row in with_entries(lists).to_pylist()
    }


def _entries_of(ids: Collection[str], then: Then) -> pa.Table:
    """ENTRY of the entries whose cells are known."""
    rows = [
        dict(then.cells(entry)) | {"entry_id": entry}
        for entry in sorted(ids)
        if then.cells(entry)
    ]
    return from_rows(rows, ENTRY)


def _alike(voters: Path, *olds: pa.Table) -> pa.Table:
    """The voters of today that share what brings two entries of one person together.

    That is an identifier, or a given name and a birth year.
    """

    def is_known(name: str) -> pc.Expression:
        """True for the voters whose value one of the old entries has."""
        columns = (old.column(name).drop_null().to_pylist() for old in olds)
        known = pa.array(sorted(set(chain(*columns))), VOTER.field(name).type)
        return pc.field(name).isin(known)

    by_name = is_known("given_skeleton") & is_known("birth_year")
    wanted = is_known("fin") | is_known("document") | by_name
    return pq.read_table(voters, columns=list(_COLUMNS), filters=wanted)


_IsApart = Callable[[str, str], bool]
"""True where an entry of today is another one than the one that is gone."""


def _pair_rows(
    meant: pa.Table, old: pa.Table, new: pa.Table, is_apart: _IsApart
) -> dict[int, int]:
    """Row of an entry that is gone -> row of the same person today.

    In the constituency first, then everywhere; as corrected first, then as handed in.
    """
    found: dict[int, int] = {}
    places = old.column("constituency").unique()
    is_here = pc.is_in(new.column("constituency"), value_set=places)
    here = np.flatnonzero(np.asarray(is_here, dtype=bool))
    for rows in (here, np.arange(new.num_rows)):
        for then in (meant, old):
            _pair_more(found, then, new, rows, is_apart)
    return found


def _pair_more(
    found: dict[int, int], old: pa.Table, new: pa.Table, rows: Longs, is_apart: _IsApart
) -> None:
    """Add pairs of what is left of both; ``rows`` are those of ``new`` that are looked at."""
    old_ids, new_ids = old.column("entry_id"), new.column("entry_id")
    free = np.setdiff1d(rows, np.array(list(found.values()), np.int64))
    left = np.array([row for row in range(old.num_rows) if row not in found], np.int64)
    while len(left):
        pairs = pair(old.select(_COLUMNS).take(left), new.take(free))
        apart: list[int] = []
        used = free[pairs.new]
        for row, other in zip(left[pairs.old].tolist(), used.tolist(), strict=True):
            if is_apart(old_ids[row].as_py(), new_ids[other].as_py()):
                apart.append(row)
            else:
                found[row] = other
        # What stood beside an entry is another one: it is looked for without that.
        free, left = np.setdiff1d(free, used), np.array(apart, np.int64)


def _changes_of(
    pairs: Mapping[int, int], old: pa.Table, meant: pa.Table, new: pa.Table
) -> dict[str, Now]:
    """What changed of each entry that was found, by its old id."""
    left, right = (np.array(list(rows), np.int64) for rows in (pairs, pairs.values()))
    rows = Paired(left, right, np.zeros(len(left), np.int64))
    since = field_names(fields_changed(old, new, rows)).to_pylist()
    against = field_names(fields_changed(meant, new, rows)).to_pylist()
    moved = is_elsewhere(old, new, rows).tolist()
    ids = old.column("entry_id").take(left).to_pylist()
    then = [table.take(left).to_pylist() for table in (old, meant)]
    today = new.select(["entry_id", "constituency", "precinct"]).take(right)
    found: dict[str, Now] = {}
    for number, row in enumerate(today.to_pylist()):
        changed = filter(None, (since[number], moved[number] and _PRECINCT))
        # Who was added from a register says more of themselves on the precinct's own list.
        blank = {
            field
            for field, columns in TOLD_BY.items()
            if all(rows[number][name] is None for rows in then for name in columns)
        }
        found[ids[number]] = Now(
            Returned.CHANGED,
            row["entry_id"],
            "+".join(changed) or _WRITTEN,
            frozenset((against[number] or "").split("+")) - {""} - blank,
            (row["constituency"], row["precinct"]),
        )
    return found
