"""What decisions do to the list: who leaves it and why, who moves, what is corrected, who is added.

The rules stand in ``outcome``. Here the tables are read: of a list of millions only the entries
that were decided about become rows.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from voterlist import strict_json
from voterlist.decisions.balance import balance, count_entries
from voterlist.decisions.outcome import Place, Row, Today, folded_fin, outcome
from voterlist.decisions.subjects import members_of
from voterlist.model import Action
from voterlist.schemas import (
    AMENDMENT,
    APPLIED,
    ENTRY,
    MATCH,
    SKIPPED,
    SUBJECT,
    empty,
)
from voterlist.tables import from_rows, is_among, plain, rows_among

_OF_LIST = ("entry_id", "constituency", "precinct", "list_kind")
"""The columns of ENTRY that are read of every entry."""


@dataclass(frozen=True, slots=True)
class Effects:
    """What decisions do to the list."""

    applied: pa.Table
    """APPLIED, by entry, action and field."""
    skipped: pa.Table
    """SKIPPED, by entry, answer and field: what does nothing today."""
    balance: pa.Table
    """LIST_BALANCE: the list of each precinct in numbers."""
    additions: pa.Table
    """ENTRY: the added people, by id; their source is ``decision`` and their line 0."""


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
    territory: Collection[int] = (),
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
        territory: the constituencies whose lists belong here, beside those that have one.

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
    today = replace(today, territory=territory)
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


def read_today(
    entries: pa.Table,
    cases: pa.Table,
    decisions: pa.Table,
    amendments: pa.Table,
    *,
    matches: pa.Table,
    subjects: pa.Table,
    precincts: Collection[Place],
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
        met=_met(matches, added),
        fins=_fins_on_list(entries, cells.values(), amendments) if added else (),
    )


def _ids_of(amendments: pa.Table, action: Action) -> list[str]:
    """The entries of the amendments with this action."""
    is_action = pc.equal(plain(amendments.column("action")), action.value)
    return list(amendments.column("entry_id").filter(is_action).to_pylist())


def _met(matches: pa.Table, added: Collection[str]) -> set[str]:
    """The registers' rows that meet an entry for certain, or by its FIN."""
    rows = rows_among(matches, "register_id", added)
    return {
        row["register_id"]
        for row in rows.to_pylist()
        if row["class"] == "confirmed" or row["level"] == "fin"
    }


def _fins_on_list(
    entries: pa.Table, added: Collection[Row], amendments: pa.Table
) -> set[str]:
    """Which FINs of added people, as their registers or a correction say, stand on the list."""
    is_fin = pc.equal(plain(amendments.column("field")), "fin")
    corrected = amendments.column("value").filter(is_fin).to_pylist()
    fins = [folded_fin(fin) for fin in (*corrected, *(row.get("fin") for row in added))]
    capitals = pc.utf8_upper(plain(entries.column("fin")))
    listed = pc.replace_substring_regex(capitals, "[^0-9A-Z]", "")
    is_added = is_among(listed, filter(None, fins))
    return set(listed.filter(is_added).to_pylist())
