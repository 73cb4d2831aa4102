"""What the comparison of two cycles asks a person about."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.config import CheckSettings
from voterlist.findings import PRECINCT_PLACE, gather, make
from voterlist.model import Rule, Severity, Unit
from voterlist.schemas import CYCLE_SUMMARY
from voterlist.tables import concat, from_columns, sort_by

CHANGES = ("added", "removed", "changed", "moved")
"""What became of an entry between two cycles; one that is as it was has no row."""

LEVELS = ("entry-id", "fin", "document", "names", "names-place", "other-surname")
"""By what an entry was found again, the strongest first (docs/cycles.md)."""

NO_CAUSE = "none"
CAUSES = (
    "of-age",
    "arrived",
    "resident",
    "returned",
    "died",
    "recorded",
    "decided",
    "departed",
    "conscripts",
    "prisoners",
    "abroad",
    "repeated",
    "name-changed",
    "corrected",
    NO_CAUSE,
)
"""Why; ``none``: nothing that is known explains it."""


_GROUND = "a new entry is of somebody who came of age or moved; any other needs an explanation"

REMOVED = Rule(
    "removed-without-reason",
    Severity.ERROR,
    Unit.ENTRY,
    "nobody is removed from a list without a reason that is written down",
    looks_at=(
        "Is an entry of the last cycle's list nowhere on this one, by any of the ways in "
        "docs/cycles.md, while no register, decision or record of removals gives a reason?"
    ),
    false_alarms=(
        "A name and date so changed that nothing ties the two entries together: it then stands "
        "beside an addition without a cause."
    ),
)
ADDED = Rule(
    "added-without-cause",
    Severity.WARNING,
    Unit.ENTRY,
    _GROUND,
    looks_at=(
        "Is an entry not on the last cycle's list, and neither of age since, nor in a register of "
        "arrivals or residence, nor back from an earlier list, nor a second entry of somebody who "
        "was there?"
    ),
    false_alarms="Citizens who came home, new citizens, and voters forgotten in the last cycle.",
)
RETURNED = Rule(
    "returned-entry",
    Severity.WARNING,
    Unit.ENTRY,
    _GROUND,
    looks_at=(
        "Does an entry that the last cycle's list does not have meet one of the list before it?"
    ),
    false_alarms=(
        "Who was away for a year, such as conscripts; a namesake, where no identifier is known."
    ),
)
GREW = Rule(
    "unexplained-growth",
    Severity.WARNING,
    Unit.PRECINCT,
    (
        "a list grows by births eighteen years ago and by moves; the one of 2019-2024 grew 21 % "
        "after 0.4 % the year before"
    ),
    looks_at=(
        "Are a precinct's additions without a cause more than `most_unexplained_growth` of its "
        "entries in the last cycle, and more than five?"
    ),
    false_alarms="A new building; a precinct whose borders were redrawn.",
    settings=("most_unexplained_growth",),
)

RULES: tuple[Rule, ...] = (
    REMOVED,
    ADDED,
    RETURNED,
    GREW,
)


_FEW = 5
"""So many additions without a cause are no growth, however small the precinct."""


def findings(changes: pa.Table, counted: pa.Table, settings: CheckSettings) -> pa.Table:
    """FINDING of a CYCLE_CHANGE and its CYCLE_SUMMARY, under the settings."""
    parts = [
        _entries(REMOVED, changes, "removed", NO_CAUSE),
        _entries(ADDED, changes, "added", NO_CAUSE),
        _entries(RETURNED, changes, "added", "returned"),
        _growth(counted, settings),
    ]
    return gather(parts, settings)


def _entries(rule: Rule, changes: pa.Table, change: str, cause: str) -> pa.Table:
    """One finding per entry of this change and cause, beside its id in the last cycle."""
    is_change = pc.equal(changes.column("change").cast(pa.string()), change)
    is_cause = pc.equal(changes.column("cause").cast(pa.string()), cause)
    rows = changes.filter(pc.and_(is_change, is_cause))
    columns = {name: rows.column(name) for name in (*PRECINCT_PLACE, "entry_id")}
    columns["other_entry_id"] = rows.column("old_entry_id")
    return make(rule, rows.num_rows, columns)


def _growth(counted: pa.Table, settings: CheckSettings) -> pa.Table:
    """Precincts that have more additions without a cause than their last list allows."""
    frame = _plain(counted)
    place = list(PRECINCT_PLACE)
    entries = frame.set_index(place)["entries"]
    is_before = (frame["change"] == "before").to_numpy()
    is_unexplained = (
        (frame["change"] == "added") & (frame["cause"] == NO_CAUSE)
    ).to_numpy()
    value = entries[is_unexplained].groupby(place).sum().rename("value")
    before = entries[is_before].groupby(place).sum().rename("before")
    both = (
        pd.concat([value, before], axis=1).reindex(value.index).fillna(0).reset_index()
    )
    both["limit"] = np.maximum(
        _FEW, np.floor(both["before"] * settings.most_unexplained_growth)
    )
    # A precinct that the last cycle did not have is new, and its entries are asked one by one.
    grown = both[(both["value"] > both["limit"]) & (both["before"] > 0)]
    columns = {name: grown[name].to_numpy() for name in ("value", "limit")}
    columns |= {name: grown[name].to_numpy(np.int64) for name in place}
    return make(GREW, len(grown), columns)


def _plain(counted: pa.Table) -> pd.DataFrame:
    """CYCLE_SUMMARY with text for its dictionary-encoded words."""
    places = [counted.schema.field(name) for name in PRECINCT_PLACE]
    frame: pd.DataFrame = counted.cast(pa.schema([*places, *_TEXT])).to_pandas()
    return frame


_TEXT = (
    pa.field("change", pa.string()),
    pa.field("cause", pa.string()),
    pa.field("entries", pa.int64()),
)


_OLD_PLACE = ("old_constituency", "old_precinct")


def summary(changes: pa.Table, old: pa.Table, new: pa.Table) -> pa.Table:
    """CYCLE_SUMMARY of the changes between two lists (VOTER).

    ``old`` must be without the constituencies that are not compared. In every precinct ``before`` +
    added + moved-in = ``after`` + removed + moved-out.
    """
    columns = [*PRECINCT_PLACE, "change", "cause", *_OLD_PLACE]
    plain = changes.select(columns)
    is_move = pc.equal(plain.column("change").cast(pa.string()), "moved")
    stayed, moved = plain.filter(pc.invert(is_move)), plain.filter(is_move)
    parts = [
        _counted(old, "before"),
        _counted(new, "after"),
        _counted(stayed, None, "change", "cause"),
        _counted(moved, "moved-in", "cause"),
        _counted(_left(moved, old), "moved-out", "cause"),
    ]
    return sort_by(concat(parts, CYCLE_SUMMARY), *PRECINCT_PLACE, "change", "cause")


def _left(moved: pa.Table, old: pa.Table) -> pa.Table:
    """Entries that moved, at the place that they left, if that is compared."""
    place = moved.column("old_constituency")
    is_compared = pc.is_in(place, value_set=pc.unique(old.column("constituency")))
    left = moved.filter(pc.or_(is_compared, pc.is_null(place)))
    names = dict(zip(_OLD_PLACE, PRECINCT_PLACE, strict=True))
    return left.drop_columns(list(PRECINCT_PLACE)).rename_columns(names)


def _counted(rows: pa.Table, change: str | None, *words: str) -> pa.Table:
    """How many rows each precinct has, by these columns of words.

    ``change`` is the change of all of them where no column tells it.
    """
    columns = {name: rows.column(name) for name in PRECINCT_PLACE}
    columns |= {name: rows.column(name).cast(pa.string()) for name in words}
    grouped = pa.table(columns).group_by(list(columns)).aggregate([([], "count_all")])
    counted = {name: grouped.column(name) for name in columns}
    counted["entries"] = grouped.column("count_all")
    if change is not None:
        counted["change"] = pa.repeat(change, grouped.num_rows)
    return from_columns(counted, CYCLE_SUMMARY, grouped.num_rows)
