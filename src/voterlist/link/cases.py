"""Cases: the entries that may be one person, with what is proposed for each and why."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist import schemas, tables
from voterlist.link.arrays import Codes, Floats
from voterlist.link.encode import Encoded
from voterlist.link.weigh import CLASSES
from voterlist.model import CaseKind, EntryRole, PairKind

__all__ = ["REASONS", "Judged", "cases"]

REASONS = (
    "permanent-list",
    "has-fin",
    "more-complete",
    "first-entry",
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
"""Why a role is proposed for an entry; each has its sentence in the catalogue (``reason.<code>``)."""

_RIVAL_REASON = {"twins": "twins-possible", "siblings": "relatives-possible", "household": "relatives-possible"}
_APART_REASON = {
    PairKind.TWINS: "other-given-name",
    PairKind.RELATIVES: "other-birth-date",
    PairKind.NAMESAKES: "common-name",
    PairKind.IDENTITY_CONFLICT: "one-identifier",
}


@dataclass(frozen=True, slots=True)
class Judged:
    """The pairs that stayed in the table: positions, weight, posterior of each class, kind."""

    left: Codes
    right: Codes
    weight: Floats
    posterior: Floats
    kind: tuple[str, ...]


def _completeness(entries: Encoded) -> np.ndarray:
    """How many of the fields that tell a person apart an entry holds."""
    held = sum(
        (codes >= 0).astype(np.int32)
        for codes in (
            entries.surname.codes,
            entries.given.codes,
            entries.patronymic.codes,
            entries.date,
            entries.document.codes,
            entries.address.codes,
        )
    )
    return np.asarray(held)


def _kept(entries: Encoded, members: list[int], completeness: np.ndarray) -> tuple[int, str]:
    """The entry proposed to be kept, and by which of the tests it came first."""
    tests = [
        ("permanent-list", [not entries.temporary[member] for member in members]),
        ("has-fin", [entries.fin.codes[member] >= 0 for member in members]),
        ("more-complete", [int(completeness[member]) for member in members]),
    ]
    left = list(range(len(members)))
    reason = "first-entry"
    for name, values in tests:
        best = max(values[place] for place in left)
        still = [place for place in left if values[place] == best]
        if len(still) < len(left):
            reason = name
        left = still
        if len(left) == 1:
            break
    else:
        reason = "first-entry"
    return members[left[0]], reason


def case_id(entry_ids: list[str]) -> str:
    """A name for a group of entries that depends on their ids alone: 12 hexadecimal digits."""
    digest = hashlib.blake2b(digest_size=6)
    for entry_id in sorted(entry_ids):
        encoded = entry_id.encode()
        digest.update(len(encoded).to_bytes(4, "big") + encoded)
    return digest.hexdigest()


class _Rows:
    """The rows of the CASE table while it is being put together."""

    def __init__(self, entries: Encoded, ids: pa.Array) -> None:
        self.entries = entries
        self.ids = ids
        self.columns: dict[str, list[object]] = {
            name: [] for name in ("case_id", "position", "kind", "role", "reason", "weight", "probability")
        }

    def add(self, roles: dict[int, tuple[EntryRole, str]], kind: str, weight: float, probability: float) -> None:
        name = case_id([self.ids[member].as_py() for member in roles])
        for member, (role, reason) in roles.items():
            row = (name, member, kind, role.value, reason, weight, probability)
            for column, value in zip(self.columns.values(), row, strict=True):
                column.append(value)

    def table(self) -> pa.Table:
        position = np.array(self.columns.pop("position"), np.int64)

        def number(codes: Codes) -> pa.Array:
            found = codes[position]
            return pa.array(found, pa.int32(), mask=found < 0)

        columns: dict[str, object] = dict(self.columns)
        columns["entry_id"] = pc.take(self.ids, pa.array(position))
        columns["constituency"] = number(self.entries.constituency)
        columns["precinct"] = number(self.entries.precinct)
        return tables.sort_by(tables.from_columns(columns, schemas.CASE, len(position)), "case_id", "entry_id")


def cases(entries: Encoded, ids: pa.Array, judged: Judged, cluster: Codes, *, review: float) -> pa.Table:
    """The CASE table.

    One case a cluster, with at most one entry to keep and the others proposed as its repetitions; entries
    tied to it by a doubtful pair join as questions. One case each for doubtful pairs outside any cluster, and
    for the explicit non-duplicates, whose entries are all to be kept.
    """
    rows = _Rows(entries, ids)
    completeness = _completeness(entries)
    same = judged.posterior[:, 0]
    inside = (cluster[judged.left] >= 0) & (cluster[judged.left] == cluster[judged.right])
    doubtful = (same >= review) & ~inside
    ties = _add_clusters(rows, judged, cluster, inside, np.flatnonzero(doubtful), completeness)
    for place in np.flatnonzero(doubtful):
        if int(place) not in ties:
            _add_question(rows, judged, int(place))
    for place in np.flatnonzero(~doubtful & ~inside):
        reason = _APART_REASON.get(PairKind(judged.kind[place]))
        if reason:
            role = EntryRole.QUESTION if reason == "one-identifier" else EntryRole.KEEP
            pair = {int(judged.left[place]): (role, reason), int(judged.right[place]): (role, reason)}
            rows.add(pair, judged.kind[place], float(judged.weight[place]), float(same[place]))
    return rows.table()


def _doubt(judged: Judged, place: int) -> str:
    rival = CLASSES[1 + int(judged.posterior[place, 1:].argmax())]
    return _RIVAL_REASON.get(rival, "chance-possible")


def _add_question(rows: _Rows, judged: Judged, place: int) -> None:
    role = (EntryRole.QUESTION, _doubt(judged, place))
    pair = {int(judged.left[place]): role, int(judged.right[place]): role}
    rows.add(pair, judged.kind[place], float(judged.weight[place]), float(judged.posterior[place, 0]))


def _add_clusters(
    rows: _Rows,
    judged: Judged,
    cluster: Codes,
    inside: np.ndarray,
    doubtful: np.ndarray,
    completeness: np.ndarray,
) -> set[int]:
    """Adds a case for each cluster; returns which doubtful pairs it took in."""
    members: dict[int, list[int]] = {}
    for entry in np.flatnonzero(cluster >= 0):
        members.setdefault(int(cluster[entry]), []).append(int(entry))
    weakest: dict[int, int] = {}
    for place in np.flatnonzero(inside):
        name = int(cluster[judged.left[place]])
        if name not in weakest or judged.weight[place] > judged.weight[weakest[name]] or len(members[name]) == 2:
            weakest[name] = int(place)
    questions: dict[int, dict[int, tuple[EntryRole, str]]] = {}
    taken: set[int] = set()
    seen: dict[int, int] = {}
    for place in doubtful[np.argsort(-judged.weight[doubtful], kind="stable")]:
        ends = int(judged.left[place]), int(judged.right[place])
        homes = [int(cluster[end]) for end in ends]
        if (homes[0] >= 0) == (homes[1] >= 0):
            continue
        outsider, home = (ends[1], homes[0]) if homes[0] >= 0 else (ends[0], homes[1])
        if seen.setdefault(outsider, home) == home:
            questions.setdefault(home, {})[outsider] = (EntryRole.QUESTION, _doubt(judged, int(place)))
            taken.add(int(place))
    for name, inner in members.items():
        kept, reason = _kept(rows.entries, inner, completeness)
        roles = dict.fromkeys(inner, (EntryRole.REPEAT, "same-person"))
        roles[kept] = (EntryRole.KEEP, reason)
        worst = weakest[name]
        kind = CaseKind(judged.kind[worst]).value
        rows.add(roles | questions.get(name, {}), kind, float(judged.weight[worst]), float(judged.posterior[worst, 0]))
    return taken
