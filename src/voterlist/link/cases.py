"""Cases: the entries that may be one person, with what is proposed for each and why."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist import schemas, tables
from voterlist.arrays import Bools, Codes, Floats, Longs
from voterlist.link.encode import Encoded
from voterlist.link.weigh import CLASSES
from voterlist.model import CaseKind, EntryRole, PairKind, Verdict, frozen
from voterlist.persons import case_id
from voterlist.persons.matching import doubts

REASONS = (
    "permanent-list",
    "has-fin",
    "more-complete",
    "first-entry",
    "kept-already",
    "same-person",
    "chance-possible",
    "twins-possible",
    "relatives-possible",
    "evidence-against",
    "one-identifier",
    "other-given-name",
    "other-birth-date",
    "common-name",
)
"""Why a role is proposed for an entry; each has its sentence in the catalogue (``reason.<code>``).
"""

_REASON = {code: number for number, code in enumerate(REASONS)}
_ROLES = tuple(EntryRole)
_KEEP, _REPEAT, _QUESTION = (
    _ROLES.index(role)
    for role in (EntryRole.KEEP, EntryRole.REPEAT, EntryRole.QUESTION)
)

# Why a pair is doubtful: the class that competes with "same", in the order of CLASSES without the
# first.
_RIVAL_REASONS = np.array(
    [
        _REASON[
            {"twins": "twins-possible", "unrelated": "chance-possible"}.get(
                name, "relatives-possible"
            )
        ]
        for name in CLASSES[1:]
    ]
)
_APART = {
    PairKind.TWINS: "other-given-name",
    PairKind.RELATIVES: "other-birth-date",
    PairKind.NAMESAKES: "common-name",
    PairKind.IDENTITY_CONFLICT: "one-identifier",
}
# For each PairKind the reason of a case that says "not one person", -1 where the kind makes no such
# case.
_APART_REASONS = np.array(
    [_REASON[_APART[kind]] if kind in _APART else -1 for kind in PairKind]
)


Closed = tuple[str, Codes]
"""A case of which people have decided every entry: its id, and the positions of its entries,
ascending."""


@frozen
class Judged:
    """The pairs that stayed in the table, one position a pair."""

    left: Codes
    right: Codes
    weight: Floats
    posterior: Floats
    """P(class), shape (pairs, classes)."""
    kind: Codes
    """Positions in ``PairKind``."""
    kind_without_threshold: Codes
    """The kinds if no pair were too improbable: used for pairs that a person has decided."""

    def at(self, places: Longs) -> Judged:
        """The pairs at these places."""
        return Judged(
            self.left[places],
            self.right[places],
            self.weight[places],
            self.posterior[places],
            self.kind[places],
            self.kind_without_threshold[places],
        )


_REVIEWED_KINDS = [kind.value for kind in CaseKind if kind.is_asked]


@frozen
class _Rows:
    """Rows of the CASE table while it is put together: one an entry of a case."""

    case: Longs
    """Any number that is the same for the entries of one case, and differs between cases of one
    part."""
    entry: Codes
    role: Codes
    reason: Codes
    pair: Longs
    """The pair whose kind, weight and probability are the case's."""


def cases(
    entries: Encoded,
    ids: pa.Array,
    judged: Judged,
    cluster: Codes,
    *,
    review: float,
    closed: Sequence[Closed] = (),
) -> pa.Table:
    """The CASE table.

    One case a cluster, with at most one entry to keep and the others proposed as its repetitions;
    entries tied to it by a doubtful pair join as questions. One case each for doubtful pairs
    outside any cluster, and for the explicit non-duplicates, whose entries are all to be kept.
    """
    inside = (cluster[judged.left] >= 0) & (
        cluster[judged.left] == cluster[judged.right]
    )
    doubtful = (judged.posterior[:, 0] >= review) & ~inside
    guests, taken = _guests(judged, cluster, doubtful)
    apart = np.flatnonzero(~doubtful & ~inside & (_APART_REASONS[judged.kind] >= 0))
    reason = _APART_REASONS[judged.kind[apart]]
    parts = (
        _members(entries, judged, cluster, inside, guests),
        _of_pairs(judged, np.flatnonzero(doubtful & ~taken), _QUESTION, None),
        _of_pairs(
            judged,
            apart,
            np.where(reason == _REASON["one-identifier"], _QUESTION, _KEEP),
            reason,
        ),
    )
    table = _table(entries, ids, judged, parts)
    return _with_closed(table, entries, ids, judged, closed) if closed else table


def _with_closed(
    table: pa.Table,
    entries: Encoded,
    ids: pa.Array,
    judged: Judged,
    closed: Sequence[Closed],
) -> pa.Table:
    """The cases with the closed ones among them, and without those that a closed one covers.

    People were asked about a closed case. It keeps a kind that is asked about, even where its pair
    would now be relatives or twins.
    """
    places = {case: set(pc.take(ids, of).to_pylist()) for case, of in closed}
    asked = tables.rows_among(table, "kind", _REVIEWED_KINDS).column("case_id")
    there = set(asked.unique().to_pylist())
    missing = [(case, of) for case, of in closed if case not in there]
    gone = [*_cases_inside(table, places), *(case for case, _ in missing)]
    rest = table.filter(pc.invert(tables.is_among(table.column("case_id"), gone)))
    if not missing:
        return rest
    decided = replace(judged, kind=judged.kind_without_threshold)
    held = _table(entries, ids, decided, (_held_rows(judged, missing),))
    return tables.sort_by(
        tables.concat([rest, held], schemas.CASE), "case_id", "entry_id"
    )


def with_kept(cases: pa.Table, decisions: pa.Table) -> pa.Table:
    """The CASE table that proposes to keep whom people keep in another of the cases.

    Two cases that keep different entries of one person would take both off the list.

    Args:
        cases: CASE.
        decisions: DECISION: what holds.
    """
    known = cases.column("case_id").unique().to_pylist()
    kept = tables.rows_among(decisions, "verdict", [Verdict.KEEP])
    rows = tables.rows_among(kept, "case_id", known).to_pylist()
    kept_in = {row["entry_id"]: row["case_id"] for row in rows}
    near = tables.rows_among(cases, "entry_id", kept_in).column("case_id").to_pylist()
    others = {*near} - {*kept_in.values()}
    if not others:
        return cases
    touched = tables.rows_among(cases, "case_id", others).to_pylist()
    for rows in tables.by_key((row["case_id"], row) for row in touched).values():
        _propose_kept(rows, kept_in)
    rest = cases.filter(pc.invert(tables.is_among(cases.column("case_id"), others)))
    both = [rest, tables.from_rows(touched, schemas.CASE)]
    return tables.sort_by(tables.concat(both, schemas.CASE), "case_id", "entry_id")


def _propose_kept(rows: list[tables.Row], kept: Collection[str]) -> None:
    """Propose to keep the first of these entries of a case, where another one is proposed."""
    first = next((row for row in rows if row["role"] == EntryRole.KEEP), None)
    kept_rows = [row for row in rows if row["entry_id"] in kept]
    if first is None or first in kept_rows:
        return
    is_certain = kept_rows[0]["role"] == EntryRole.REPEAT
    # Who repeats the one may not repeat the other, of whom that is not certain.
    for row in [first] if is_certain else rows:
        row |= {name: kept_rows[0][name] for name in ("role", "reason")}
    kept_rows[0] |= {"role": EntryRole.KEEP.value, "reason": "kept-already"}


def _cases_inside(table: pa.Table, closed: dict[str, set[str]]) -> list[str]:
    """The ids of the cases whose entries are some of those of a closed case, and not all."""
    of_entry = tables.by_key(
        (entry, entries) for entries in closed.values() for entry in entries
    )
    near = tables.rows_among(table, "entry_id", of_entry).column("case_id").to_pylist()
    touched = tables.rows_among(table.select(["case_id", "entry_id"]), "case_id", near)
    members = tables.by_key(
        (row["case_id"], row["entry_id"]) for row in touched.to_pylist()
    )
    return sorted(
        case
        for case, inside in members.items()
        if any({*inside} < other for other in of_entry.get(min(inside), ()))
    )


def _held_rows(judged: Judged, closed: Sequence[Closed]) -> _Rows:
    """The rows of closed cases that the pairs no longer make.

    Every entry is a question, and the case has the weakest tie of its pairs. A case without any
    pair has no rows.
    """
    known = np.unique(np.concatenate([of for _, of in closed]))
    near = np.flatnonzero(np.isin(judged.left, known) & np.isin(judged.right, known))
    pair_of = {
        (int(judged.left[pair]), int(judged.right[pair])): int(pair) for pair in near
    }
    rows: list[tuple[int, int, int]] = []
    for number, (_, of) in enumerate(closed):
        tie = _weakest_tie(
            judged,
            [pair_of[pair] for pair in combinations(of.tolist(), 2) if pair in pair_of],
        )
        rows += [(number, entry, tie) for entry in of.tolist() if tie is not None]
    case, entry, pair = np.array(rows, np.int64).reshape(-1, 3).T
    question = np.full(len(rows), _QUESTION, np.int32)
    return _Rows(
        case=case,
        entry=entry.astype(np.int32),
        role=question,
        reason=_doubt(judged, pair),
        pair=pair,
    )


def _weakest_tie(judged: Judged, pairs: list[int]) -> int | None:
    """The heaviest pair of the most weakly tied entry; None where there is no pair."""
    heaviest: dict[int, int] = {}
    for pair in sorted(pairs, key=lambda pair: (judged.weight[pair], -pair)):
        heaviest |= {int(judged.left[pair]): pair, int(judged.right[pair]): pair}
    return min(
        heaviest.values(), key=lambda pair: (judged.weight[pair], pair), default=None
    )


def _doubt(judged: Judged, pairs: Longs) -> Codes:
    return np.asarray(
        _RIVAL_REASONS[judged.posterior[pairs, 1:].argmax(axis=1)], np.int32
    )


def _of_pairs(
    judged: Judged, pairs: Longs, role: int | Codes, reason: Codes | None
) -> _Rows:
    """A case of two entries for each of these pairs, both in the same role."""
    reason = _doubt(judged, pairs) if reason is None else reason
    return _Rows(
        case=np.r_[pairs, pairs],
        entry=np.r_[judged.left[pairs], judged.right[pairs]],
        role=np.tile(np.broadcast_to(np.asarray(role, np.int32), len(pairs)), 2),
        reason=np.tile(reason.astype(np.int32), 2),
        pair=np.r_[pairs, pairs],
    )


def _guests(judged: Judged, cluster: Codes, doubtful: Bools) -> tuple[_Rows, Bools]:
    """Entries that a doubtful pair ties to one cluster, as questions of its case, and these pairs.

    An entry that several clusters claim goes to the one it is tied to most heavily.
    """
    pairs = np.flatnonzero(
        doubtful & ((cluster[judged.left] >= 0) != (cluster[judged.right] >= 0))
    )
    pairs = pairs[np.argsort(-judged.weight[pairs], kind="stable")]
    left, right = judged.left[pairs], judged.right[pairs]
    outside = np.where(cluster[left] >= 0, right, left)
    home = np.where(cluster[left] >= 0, cluster[left], cluster[right])
    _, first, place = np.unique(outside, return_index=True, return_inverse=True)
    taken = np.zeros(len(doubtful), np.bool_)
    taken[pairs[home == home[first][place]]] = True
    chosen = pairs[first]
    rows = _Rows(
        case=home[first].astype(np.int64),
        entry=outside[first].astype(np.int32),
        role=np.full(len(first), _QUESTION, np.int32),
        reason=_doubt(judged, chosen),
        pair=chosen,
    )
    return rows, taken


def _completeness(entries: Encoded) -> Codes:
    """How many of the fields that tell a person apart an entry holds."""
    held = (
        entries.surname,
        entries.given_name,
        entries.patronymic,
        entries.document,
        entries.street,
        entries.address,
    )
    known = sum((column.codes >= 0).astype(np.int32) for column in held)
    return np.asarray(known + (entries.date_code >= 0), np.int32)


def _members(
    entries: Encoded, judged: Judged, cluster: Codes, inside: Bools, guests: _Rows
) -> _Rows:
    """The case of each cluster: one entry to keep, its repetitions, and the guests.

    The entry to keep is the first by three tests in turn, then by position. A cluster that rules
    alone made, without a pair that ties its entries or a guest, is no question and has no case.
    """
    pair_of = _weakest(judged, cluster, np.flatnonzero(inside))
    untied = pair_of[guests.case] < 0
    pair_of[guests.case[untied]] = guests.pair[untied]
    member = np.flatnonzero(cluster >= 0).astype(np.int32)
    member = member[pair_of[cluster[member]] >= 0]
    tests = (
        ~entries.temporary[member],
        entries.fin.codes[member] >= 0,
        _completeness(entries)[member],
    )
    order = np.lexsort(
        (member, -tests[2].astype(np.int32), ~tests[1], ~tests[0], cluster[member])
    )
    member = member[order]
    case = cluster[member].astype(np.int64)
    first = np.diff(case, prepend=-1) != 0
    # The reason is the first test in which the entry to keep comes before the next best; every
    # cluster has two.
    reason = np.full(len(member), _REASON["same-person"], np.int32)
    kept = np.flatnonzero(first)
    ahead = [test[order][kept] != test[order][kept + 1] for test in tests]
    names = ("permanent-list", "has-fin", "more-complete")
    reason[kept] = np.select(
        ahead, [_REASON[name] for name in names], _REASON["first-entry"]
    )
    role = np.where(first, _KEEP, _REPEAT).astype(np.int32)
    kept_of = member[kept[np.cumsum(first) - 1]] if len(kept) else member
    # Where a member is asked about and not proposed as a repetition of the entry to keep.
    said: dict[str, Codes | Longs] = {
        "fin": entries.fin.codes,
        "given_name": entries.given_name.codes,
        "patronymic": entries.patronymic.codes,
        "birth_date": entries.date_code,
    }
    against, twin = doubts(
        **{name: (codes[member], codes[kept_of]) for name, codes in said.items()}
    )
    role[against | twin] = _QUESTION
    reason[twin] = _REASON["twins-possible"]
    reason[against] = _REASON["evidence-against"]
    every_case = np.r_[case, guests.case]
    return _Rows(
        case=every_case,
        entry=np.r_[member, guests.entry],
        role=np.r_[role, guests.role],
        reason=np.r_[reason, guests.reason],
        pair=pair_of[every_case],
    )


def _weakest(judged: Judged, cluster: Codes, pairs: Longs) -> Longs:
    """For each cluster (by its code) the heaviest pair of its most weakly tied entry."""
    ends, twice = np.r_[judged.left[pairs], judged.right[pairs]], np.r_[pairs, pairs]
    heaviest_first = np.lexsort((twice, -judged.weight[twice], ends))
    ends, twice = ends[heaviest_first], twice[heaviest_first]
    best = np.flatnonzero(np.diff(ends, prepend=-1))
    entry, tie = ends[best], twice[best]
    lightest_last = np.lexsort((tie, -judged.weight[tie]))
    pair_of = np.full(len(cluster), -1, np.int64)
    pair_of[cluster[entry[lightest_last]]] = tie[lightest_last]
    return pair_of


def _table(
    entries: Encoded, ids: pa.Array, judged: Judged, parts: tuple[_Rows, ...]
) -> pa.Table:
    """The parts as one CASE table, each case named by its entries."""
    names = [_case_ids(ids, part) for part in parts]
    entry = np.concatenate([part.entry for part in parts])
    pair = np.concatenate([part.pair for part in parts])

    def number(codes: Codes) -> pa.Array:
        return pa.array(codes[entry], pa.int32(), mask=codes[entry] < 0)

    def word(choices: list[str], codes: Codes | Longs) -> pa.Array:
        return pa.array(choices, pa.string()).take(codes)

    columns: dict[str, object] = {
        "case_id": pa.array([name for part in names for name in part], pa.string()),
        "entry_id": pc.take(ids, entry),
        "kind": word([kind.value for kind in PairKind], judged.kind[pair]),
        "role": word(
            [role.value for role in _ROLES],
            np.concatenate([part.role for part in parts]),
        ),
        "reason": word(list(REASONS), np.concatenate([part.reason for part in parts])),
        "weight": judged.weight[pair],
        "probability": judged.posterior[pair, 0],
        "constituency": number(entries.constituency),
        "precinct": number(entries.precinct),
    }
    return tables.sort_by(
        tables.from_columns(columns, schemas.CASE, len(entry)), "case_id", "entry_id"
    )


def _case_ids(ids: pa.Array, rows: _Rows) -> list[str]:
    """The id of the case of each row."""
    order = np.argsort(rows.case, kind="stable")
    named = pc.take(ids, rows.entry[order]).to_pylist()
    cuts = np.flatnonzero(np.diff(rows.case[order])) + 1
    case_ids = [""] * len(order)
    for start, end in zip(
        np.r_[0, cuts].tolist(), np.r_[cuts, len(order)].tolist(), strict=True
    ):
        name = case_id(named[start:end])
        for place in order[start:end].tolist():
            case_ids[place] = name
    return case_ids
