"""Two cycles: what was added, removed, changed and moved since the last list, and why.

A removal for which nobody gives a reason is a finding, and so is an addition that is neither of age
nor moved. Nothing is changed in either list.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.arrays import Bools, Longs
from voterlist.config.sections import CheckSettings
from voterlist.cycles.findings import (
    CAUSES,
    LEVELS,
    NONE,
    Causes,
    Explained,
    came_of_age,
    explain,
    findings,
    known_to,
    summary,
)
from voterlist.cycles.pairing import (
    Paired,
    field_names,
    fields_changed,
    is_elsewhere,
    pair,
)
from voterlist.errors import StageError
from voterlist.fields import PLACE
from voterlist.model import Stage, frozen
from voterlist.schemas import CYCLE_CHANGE, REMOVAL_REASON, VOTER, empty, require
from voterlist.tables import concat, from_columns, mask_of, sort_by, with_column

_ORDER = ("constituency", "precinct", "change", "entry_id", "old_entry_id")


@frozen
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
    old, new = (_in_order(table) for table in (old, new))
    lists = _Lists.of(old, new)
    reasons = empty(REMOVAL_REASON) if reasons is None else reasons
    earlier = empty(VOTER) if earlier is None else earlier
    came, went, touched = explain(
        registers or {},
        require(reasons, REMOVAL_REASON, Stage.RECONCILE),
        (lists.added, lists.removed, lists.touched_from),
    )
    of_age = came_of_age(lists.added, on_day, settings.voting_age)
    earlier = require(earlier, VOTER, Stage.RECONCILE)
    parts = [
        _entries_added(lists, came, of_age, earlier),
        _entries_removed(lists, went),
        _entries_changed(lists, touched),
    ]
    changes = sort_by(concat(parts, CYCLE_CHANGE), *_ORDER)
    counted = summary(changes, old.filter(lists.is_compared), new)
    return Cycles(changes, counted, findings(changes, counted, settings))


@frozen
class _Lists:
    """Two lists (VOTER), and which of their entries came, went or stayed."""

    old: pa.Table
    new: pa.Table
    paired: Paired
    is_compared: Bools
    """Which old entries are of constituencies of which there is a list now."""
    added: pa.Table
    """VOTER: entries of the new list that the old one does not have."""
    removed: pa.Table
    """VOTER: entries of the old list, as far as it is compared, that the new one does not have."""
    is_touched: Longs
    """The pairs that moved or changed."""
    is_elsewhere: Bools
    """Which of these moved."""
    fields: pa.Array
    """Which fields changed in them."""

    @classmethod
    def of(cls, old: pa.Table, new: pa.Table) -> _Lists:
        """The two lists, which must be in order of entry id."""
        paired = pair(old, new)
        is_compared = _is_compared(old, new)
        added = np.setdiff1d(np.arange(new.num_rows), paired.new)
        removed = np.setdiff1d(np.flatnonzero(is_compared), paired.old)
        fields = fields_changed(old, new, paired)
        elsewhere = is_elsewhere(old, new, paired)
        touched = np.flatnonzero(elsewhere | (fields > 0))
        return cls(
            old,
            new,
            paired,
            is_compared,
            new.take(added),
            old.take(removed),
            touched,
            elsewhere[touched],
            field_names(fields[touched]),
        )

    @property
    def touched(self) -> pa.Table:
        """VOTER: the entries that moved or changed, as they are now."""
        return self.new.take(self.paired.new[self.is_touched])

    @property
    def touched_from(self) -> pa.Table:
        """VOTER: the same entries, with the places in which they stood."""
        touched, before = self.touched, self.touched_before
        for name in PLACE:
            touched = with_column(touched, name, before.column(name))
        return touched

    @property
    def touched_before(self) -> pa.Table:
        """VOTER: the same entries as they were."""
        return self.old.take(self.paired.old[self.is_touched])


def _in_order(voters: pa.Table) -> pa.Table:
    """VOTER in order of entry id."""
    voters = sort_by(require(voters, VOTER, Stage.RECONCILE), "entry_id")
    if pc.count_distinct(voters.column("entry_id")).as_py() != voters.num_rows:
        raise StageError(
            "an entry id stands twice in one list",
            stage=Stage.RECONCILE,
        )
    return voters


def _is_compared(old: pa.Table, new: pa.Table) -> Bools:
    """Which old entries are of constituencies of which there is a list now.

    Of those that name none, all are.
    """
    place = old.column("constituency")
    inside = pc.is_in(
        place, value_set=pc.unique(new.column("constituency")).drop_null()
    )
    return mask_of(pc.or_(inside, pc.is_null(place)))


def _entries_added(
    lists: _Lists, came: Explained, of_age: Bools, earlier: pa.Table
) -> pa.Table:
    """CYCLE_CHANGE of the entries that came."""
    cause = came.why_added(of_age)
    _explain(cause, "repeated", lists.added, lists.new, among=lists.paired.new)
    _explain(cause, "returned", lists.added, earlier)
    return _changes("added", cause, new=lists.added)


def _entries_removed(lists: _Lists, went: Explained) -> pa.Table:
    """CYCLE_CHANGE of the entries that went."""
    cause, reasons = went.why_removed(lists.removed.column("entry_id"))
    _explain(cause, "repeated", lists.removed, lists.new)
    reason = pa.array(reasons, pa.string())
    return _changes("removed", cause, old=lists.removed, reason=reason)


def _entries_changed(lists: _Lists, touched: Explained) -> pa.Table:
    """CYCLE_CHANGE of the entries that moved or changed."""
    return _changes(
        np.where(lists.is_elsewhere, "moved", "changed"),
        touched.why_changed(lists.is_elsewhere),
        old=lists.touched_before,
        new=lists.touched,
        level=pa.array(LEVELS).take(lists.paired.level[lists.is_touched]),
        fields=lists.fields,
    )


def _explain(
    cause: Causes,
    word: str,
    entries: pa.Table,
    others: pa.Table,
    among: Longs | None = None,
) -> None:
    """Give this cause to the entries without one that the others (VOTER) know; in place."""
    without = np.flatnonzero(cause == NONE)
    is_known = known_to(entries.take(without), others, among)
    cause[without[is_known]] = CAUSES.index(word)


def _changes(
    change: str | np.ndarray[tuple[int], np.dtype[np.str_]],
    cause: Causes,
    *,
    old: pa.Table | None = None,
    new: pa.Table | None = None,
    **more: pa.Array,
) -> pa.Table:
    """CYCLE_CHANGE of some entries, of the old list, the new, or both; ``more`` are its columns."""
    where = new if new is not None else old
    assert where is not None
    columns = {
        "change": pa.repeat(change, len(cause))
        if isinstance(change, str)
        else pa.array(change),
        "cause": pa.array(CAUSES).take(cause),
        **{name: where.column(name) for name in PLACE},
        **more,
    }
    if new is not None:
        columns["entry_id"] = new.column("entry_id")
    if old is not None:
        columns["old_entry_id"] = old.column("entry_id")
        columns |= {f"old_{name}": old.column(name) for name in PLACE}
    return from_columns(columns, CYCLE_CHANGE, len(cause))
