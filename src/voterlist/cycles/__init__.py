"""Two cycles: what was added, removed, changed and moved since the last list, and why.

A removal for which nobody gives a reason is a finding, and so is an addition that is neither of age
nor moved. Nothing is changed in either list.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.config import CheckSettings
from voterlist.cycles.causes import Witnesses, Words, came_of_age, known_to
from voterlist.cycles.differences import fields_changed, is_elsewhere
from voterlist.cycles.findings import findings
from voterlist.cycles.pairing import pair
from voterlist.cycles.rules import RULES
from voterlist.cycles.summary import summary
from voterlist.cycles.words import CAUSES, CHANGES, LEVELS, NO_CAUSE
from voterlist.errors import StageError
from voterlist.matching import Flags, Rows
from voterlist.model import Stage
from voterlist.schemas import CYCLE_CHANGE, REMOVAL_REASON, VOTER, empty, require
from voterlist.tables import concat, from_columns, sort_by

__all__ = ["CAUSES", "CHANGES", "LEVELS", "NO_CAUSE", "RULES", "Cycles", "compare_cycles"]

_NONE = CAUSES.index(NO_CAUSE)


@dataclass(frozen=True, slots=True)
class Cycles:
    """Two cycles compared."""

    changes: pa.Table
    """CYCLE_CHANGE"""
    summary: pa.Table
    """CYCLE_SUMMARY"""
    findings: pa.Table
    """FINDING: of a removed entry ``other_entry_id`` is its id in the last cycle."""


def compare_cycles(
    old: pa.Table,
    new: pa.Table,
    *,
    earlier: pa.Table | None = None,
    registers: Mapping[str, pa.Table] | None = None,
    reasons: pa.Table | None = None,
    settings: CheckSettings,
    on_day: dt.date,
) -> Cycles:
    """What became of the entries of the last cycle's list (VOTER) in this one's (VOTER).

    Args:
        old: the last cycle's list; of constituencies that ``new`` has not, only who moved from
            there is told.
        new: this cycle's list.
        earlier: VOTER of the cycle before the last, by which an entry is known to have been there
            before.
        registers: VOTER by name, as ``reconcile`` takes them: they give the causes.
        reasons: REMOVAL_REASON, by the ids of old entries (decided) or of rows of the register
            ``removals``.
        settings: the limits and switches.
        on_day: the day of this cycle's list: whoever came of age in the year before it is new by
            right.

    Raises:
        StageError: a table has the wrong shape, or an id stands twice.
    """
    old, new = (
        _unique(sort_by(require(table, VOTER, Stage.RECONCILE), "entry_id")) for table in (old, new)
    )
    reasons = (
        require(reasons, REMOVAL_REASON, Stage.RECONCILE)
        if reasons is not None
        else empty(REMOVAL_REASON)
    )
    earlier = require(earlier, VOTER, Stage.RECONCILE) if earlier is not None else empty(VOTER)
    paired = pair(old, new)
    covered = _covered(old, new)
    added = np.setdiff1d(np.arange(new.num_rows), paired.new)
    removed = np.setdiff1d(np.flatnonzero(covered), paired.old)
    fields, elsewhere = fields_changed(old, new, paired), is_elsewhere(old, new, paired)
    touched = np.flatnonzero(elsewhere | (fields.codes > 0))
    parts = [new.take(pa.array(rows)) for rows in (added, paired.new[touched])]
    parts.insert(1, old.take(pa.array(removed)))
    witnesses = Witnesses(registers or {}, reasons, concat(parts, VOTER))
    ends = np.cumsum([0, *(part.num_rows for part in parts)])
    at = [slice(int(ends[number]), int(ends[number + 1])) for number in range(3)]
    came = _came(witnesses, at[0], parts[0], _There(new, paired.new), earlier, settings, on_day)
    went, told = _went(witnesses, at[1], parts[1], new)
    moved = elsewhere[touched]
    changes = concat(
        [
            _rows("added", came, new=parts[0]),
            _rows("removed", went, old=parts[1], reason=told),
            _rows(
                np.where(moved, "moved", "changed"),
                _why_kept(witnesses, at[2], moved),
                old=old.take(pa.array(paired.old[touched])),
                new=parts[2],
                level=paired.level[touched],
                fields=fields.words(touched),
            ),
        ],
        CYCLE_CHANGE,
    )
    changes = sort_by(changes, "constituency", "precinct", "change", "entry_id", "old_entry_id")
    counted = summary(changes, old.filter(pa.array(covered)), new)
    return Cycles(changes, counted, findings(changes, counted, settings))


@dataclass(frozen=True, slots=True)
class _There:
    """The entries of a list (VOTER) that were there before: these rows of it."""

    list: pa.Table
    rows: Rows


def _unique(voters: pa.Table) -> pa.Table:
    if pc.count_distinct(voters.column("entry_id")).as_py() != voters.num_rows:
        raise StageError(
            "an entry id stands twice in one list", stage=Stage.RECONCILE, field="entry_id"
        )
    return voters


def _covered(old: pa.Table, new: pa.Table) -> Flags:
    """Which old entries are of constituencies of which there is a list now.

    Of those that name none, all are.
    """
    place = old.column("constituency")
    inside = pc.is_in(place, value_set=pc.unique(new.column("constituency")).drop_null())
    return np.asarray(pc.or_(inside, pc.is_null(place)), dtype=bool)


def _came(
    witnesses: Witnesses,
    at: slice,
    added: pa.Table,
    kept: _There,
    earlier: pa.Table,
    settings: CheckSettings,
    on_day: dt.date,
) -> Words:
    cause = witnesses.came(at, came_of_age(added, on_day, settings.voting_age))
    for word, others, among in (("repeated", kept.list, kept.rows), ("returned", earlier, None)):
        open_ = np.flatnonzero(cause == _NONE)
        cause[open_[known_to(added.take(pa.array(open_)), others, among)]] = CAUSES.index(word)
    return cause


def _went(
    witnesses: Witnesses, at: slice, removed: pa.Table, new: pa.Table
) -> tuple[Words, list[str | None]]:
    cause, reasons = witnesses.went(at, removed.column("entry_id"))
    open_ = np.flatnonzero(cause == _NONE)
    cause[open_[known_to(removed.take(pa.array(open_)), new)]] = CAUSES.index("repeated")
    return cause, reasons


def _why_kept(witnesses: Witnesses, at: slice, moved: Flags) -> Words:
    """Why entries that are still there moved or changed."""
    cause = np.full(len(moved), CAUSES.index("corrected"))
    cause[witnesses.knows("name-changes", "former-names")[at]] = CAUSES.index("name-changed")
    for words, registers in (
        ("resident", ("residence",)),
        ("departed", ("departures",)),
        ("arrived", ("arrivals",)),
    ):
        cause[moved & witnesses.knows(*registers)[at]] = CAUSES.index(words)
    cause[moved & (cause == CAUSES.index("corrected"))] = _NONE
    return cause


def _rows(
    change: str | np.ndarray[tuple[int], np.dtype[np.str_]],
    cause: Words,
    *,
    old: pa.Table | None = None,
    new: pa.Table | None = None,
    reason: list[str | None] | None = None,
    level: Rows | None = None,
    fields: pa.Array | None = None,
) -> pa.Table:
    """CYCLE_CHANGE of some entries, of the old list, the new, or both."""
    where = new if new is not None else old
    assert where is not None
    columns = {
        "change": pa.array(change)
        if not isinstance(change, str)
        else pa.repeat(change, len(cause)),
        "cause": pa.array(CAUSES).take(pa.array(cause)),
        "constituency": where.column("constituency"),
        "precinct": where.column("precinct"),
    }
    if new is not None:
        columns["entry_id"] = new.column("entry_id")
    if old is not None:
        columns["old_entry_id"] = old.column("entry_id")
        columns |= {f"old_{name}": old.column(name) for name in ("constituency", "precinct")}
    if reason is not None:
        columns["reason"] = pa.array(reason, pa.string())
    if level is not None:
        columns["level"] = pa.array(LEVELS).take(pa.array(level))
    if fields is not None:
        columns["fields"] = fields
    return from_columns(columns, CYCLE_CHANGE, len(cause))
