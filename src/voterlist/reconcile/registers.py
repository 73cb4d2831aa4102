"""What the registers of persons say about the list: matches and findings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.arrays import AnyArray, Bools, Hashes, Longs, completed_years
from voterlist.config.sections import CheckSettings
from voterlist.fields import BORN, PLACE
from voterlist.findings import make, take_columns
from voterlist.model import Action, ListKind, Rule, frozen
from voterlist.persons.matching import (
    CLASSES,
    LEVELS,
    MATCHED,
    Matched,
    are_two_people,
    match,
    may_be_one,
    usable_by,
)
from voterlist.persons.shared_values import NO_KEY, row_keys
from voterlist.reconcile.policies import BY_CODE, POLICIES, Policy
from voterlist.schemas import FINDING, MATCH, REGISTER_USE, VOTER
from voterlist.tables import (
    concat,
    from_columns,
    is_among,
    mask_of,
    numbers,
    row_of_each,
    rows_among,
    similarity,
    sort_by,
    take_column,
    text_of,
    with_column,
)

COMPARED = pa.schema(
    [VOTER.field(name) for name in dict.fromkeys(sum(MATCHED.values(), ()))]
)
"""The columns of VOTER by which an entry and a row of a register meet."""


def asks_of_all(registers: Iterable[str]) -> bool:
    """True where one of these registers says something of the entries that no row of it meets."""
    return any(
        "list-only" in POLICIES[name].rules for name in registers if name in POLICIES
    )


def register_keys(registers: Iterable[pa.Table]) -> dict[str, Hashes]:
    """The numbers by which a row of these registers (VOTER) can be met, ascending."""
    tables = list(registers)
    keys = {}
    for kind, names in MATCHED.items():
        own = [row_keys(table, names) for table in tables]
        every = np.unique(np.concatenate(own)) if own else np.zeros(0, np.uint64)
        keys[kind] = every[every != NO_KEY]
    return keys


def may_meet(voters: pa.Table, keys: Mapping[str, Hashes]) -> AnyArray:
    """The rows of the list (``COMPARED``) that a row with one of these numbers may meet."""
    flags = np.zeros(voters.num_rows, dtype=bool)
    for kind, names in MATCHED.items():
        flags |= np.isin(row_keys(voters, names), keys[kind])
    return np.flatnonzero(flags)


FORMER = "former-names"
"""The rows of ``name-changes`` again, by the same ids, with the name that was given up."""
_OF_AGE = 18
"""Years."""
_VOTER_PLACE = (*PLACE, "entry_id")
_ALONE = ("missing", "list-only")
"""What a rule says of a row without an entry, and of an entry without a row."""


def compare_registers(
    registers: Mapping[str, pa.Table],
    voters: pa.Table,
    constituencies: Longs,
    settings: CheckSettings,
    on_day: dt.date | None,
    moves: pa.Table,
) -> tuple[pa.Table, pa.Table, pa.Table]:
    """What the registers say of the list: tables of MATCH, REGISTER_USE and FINDING.

    Args:
        registers: VOTER of each register, by its name.
        voters: VOTER of the list, sorted by entry id; where no register asks of all entries, those
            that a register may meet are enough.
        constituencies: those of which there is a list, ascending; -1: not known.
        settings: from which share of usable rows on a register is believed.
        on_day: the day of the list; None where it is not known, and nobody newly of age either.
        moves: AMENDMENT: where entries stand that were moved, and those that were struck for a list
            elsewhere or as of no voter.
    """
    matched, use, findings = [], [], []
    moved = _move(voters, moves)
    sent = rows_among(moves, "action", [Action.STRIKE]).column("entry_id")
    is_sent = mask_of(is_among(voters.column("entry_id"), sent))
    # One more place at the end, where -1 points.
    is_sent = np.append(is_sent, False)
    for compared in _compare_all(registers, voters):
        policy = POLICIES[compared.name]
        alone = _list_only(compared, policy, voters, on_day)
        matched.append(_matches(compared, voters))
        use.append(register_use(compared, alone, voters, constituencies))
        left = is_sent[compared.rows.entry] & policy.returns
        findings += _about_matches(compared, policy, voters, moved, left)
        if missing := policy.rules.get("missing"):
            absent = _is_absent(compared, voters, left)
            if "elsewhere" in policy.rules and on_day is not None:
                # No list has children, and an answer about one would hold when they are of age.
                absent &= ~_is_under_age(compared.register, on_day, settings.voting_age)
            findings.append(_about_register(missing, compared, absent, constituencies))
        findings.append(_little_usable(compared, settings))
        is_complete = usable_share(compared) >= settings.least_complete_register
        if alone is not None and is_complete:
            columns = take_columns(voters, np.flatnonzero(alone), _VOTER_PLACE)
            findings.append(make(policy.rules["list-only"], int(alone.sum()), columns))
        if compared.name == "name-changes" and FORMER in registers:
            former = _aligned_names(registers[FORMER], compared.register)
            findings += changed_names(compared.rows, compared.register, former, voters)
    return concat(matched, MATCH), concat(use, REGISTER_USE), concat(findings, FINDING)


MET = (("given_skeleton",), ("fin",), ("document",), BORN)
"""An added person meets no entry with which the columns of none of these are shared."""
HELD = pa.schema(
    [VOTER.field(name) for name in (*_VOTER_PLACE, *COMPARED.names, "given_sex")]
)
"""The columns of VOTER that ``added_beside`` reads."""


def added_beside(added: pa.Table, voters: pa.Table) -> pa.Table:
    """FINDING of the entries beside which somebody was added who may be the same person.

    Args:
        added: VOTER of the people who are added.
        voters: ``HELD`` of the entries that stay on the list.
    """
    row, entry = may_be_one(added, voters)
    return _beside("added-beside-entry", voters, entry, added, row)


def registers_of_added(rows: pa.Table, added: pa.Table, applied: pa.Table) -> pa.Table:
    """FINDING of what registers say of people who were added, as of any entry that they meet.

    Args:
        rows: VOTER of the registers' rows, whose ids name the register.
        added: VOTER of the people, where they were added.
        applied: APPLIED: where they were moved since.
    """
    rows = rows.take(may_meet(rows, register_keys([added])))
    names = pc.list_element(pc.split_pattern(rows.column("entry_id"), ":"), 0)
    registers = {
        name: rows.filter(pc.equal(names, name))
        for name in pc.unique(names).to_pylist()
        if name in POLICIES
    }
    added = sort_by(added, "entry_id")
    moved = _move(added, rows_among(applied, "action", [Action.MOVE]))
    findings: list[pa.Table] = []
    for compared in _compare_all(registers, added):
        policy = POLICIES[compared.name]
        # Where they stand was decided as they were added: nobody is asked for being elsewhere.
        left = np.ones(len(compared.rows.entry), dtype=bool)
        findings += _about_matches(compared, policy, added, moved, left)
    found = concat(findings, FINDING)
    is_own = pc.equal(found.column("entry_id"), found.column("other_entry_id"))
    return found.filter(pc.invert(is_own))


def _move(voters: pa.Table, moves: pa.Table) -> pa.Table:
    """The voters where they stand since these rows, of AMENDMENT or APPLIED, moved them."""
    row = row_of_each(voters.column("entry_id"), moves.column("entry_id"))
    moved = voters
    for name in PLACE:
        place = pc.coalesce(take_column(moves, name, row), voters.column(name))
        moved = with_column(moved, name, place)
    return moved


def constituencies_of(voters: pa.Table) -> Longs:
    """The constituencies of these voters, ascending; -1: one that is not known."""
    return np.unique(numbers(voters, "constituency"))


def _compare_all(registers: Mapping[str, pa.Table], voters: pa.Table) -> list[Compared]:
    """Each register against the list.

    All are matched at once: the list, which is the large one, is read once.
    """
    tables = {
        name: sort_by(table, "entry_id") for name, table in sorted(registers.items())
    }
    everything = match(concat(tables.values(), VOTER), voters)
    parts, start = {}, 0
    for name, table in tables.items():
        parts[name] = everything.part(start, table.num_rows)
        start += table.num_rows
    if FORMER in parts and "name-changes" in parts:
        ids = tables["name-changes"].column("entry_id")
        order = pc.index_in(tables[FORMER].column("entry_id"), value_set=ids).to_numpy()
        changes = merged_names(parts["name-changes"], parts[FORMER], order)
        parts["name-changes"] = changes
    known = [name for name in POLICIES if name in tables]
    return [Compared(name, tables[name], parts[name]) for name in known]


def _aligned_names(former: pa.Table, register: pa.Table) -> pa.Table:
    """The former names in the order of the register; all null where a row has none."""
    ids = former.column("entry_id")
    order = pc.index_in(register.column("entry_id"), value_set=ids)
    return former.take(order)


def _matches(compared: Compared, voters: pa.Table) -> pa.Table:
    """MATCH of one register; the entry is null where a row meets none."""
    rows = compared.rows
    register_id = compared.register.column("entry_id")
    columns = {
        "register": pa.repeat(compared.name, len(rows.register)),
        "register_id": register_id.take(rows.register),
        "entry_id": voters.column("entry_id").take(_with_nulls(rows.entry)),
        "class": pa.array(CLASSES).take(rows.kind),
        "level": pa.array(LEVELS).take(_with_nulls(rows.level)),
    }
    return sort_by(from_columns(columns, MATCH), "register_id", "entry_id")


def _with_nulls(codes: AnyArray) -> pa.Array:
    """The codes, null where below 0."""
    return pa.array(codes, mask=codes < 0)


def _about_matches(
    compared: Compared, policy: Policy, voters: pa.Table, moved: pa.Table, left: Bools
) -> list[pa.Table]:
    """FINDING of the rows that met an entry; in ``moved`` the entries stand where they do today.

    ``left``: the pairs whose entry stands on a list elsewhere now.
    """
    rows, is_here = compared.rows, _is_here(compared, voters)
    allowed = np.ones(len(rows.register), dtype=bool)
    if policy.permanent:
        allowed &= _is_permanent(voters, rows.entry)
    if policy.leaves:
        # Who was moved may have left the new place since.
        allowed &= is_here | _is_here(compared, moved)
    pairs_of = {kind: rows.is_class(kind) & allowed for kind in CLASSES}
    is_person = rows.is_class("confirmed", "probable") & ~left
    stands_here = np.isin(rows.register, rows.register[is_person & is_here])
    pairs_of["elsewhere"] = is_person & ~is_here & ~stands_here
    register = compared.register
    return [
        _beside(rule.code, voters, rows.entry[pairs], register, rows.register[pairs])
        for about, rule in policy.rules.items()
        if about not in _ALONE
        for pairs in [pairs_of[about]]
    ]


def _is_absent(compared: Compared, voters: pa.Table, gone: Bools) -> Bools:
    """Which usable rows of the register meet no entry that may be their person's.

    An entry of somebody else that holds the person's FIN or document is none, nor is that of a pair
    that is ``gone``.
    """
    rows = compared.rows
    at = np.flatnonzero(rows.is_class("conflicting"))
    left = compared.register.take(rows.register[at])
    others = at[are_two_people(left, voters.take(rows.entry[at]))]
    absent = np.ones(rows.rows, dtype=bool)
    gone = gone.copy()
    gone[others] = True
    absent[rows.register[~gone]] = False
    absent[rows.register[rows.is_class("register-only")]] = True
    return absent


def _is_under_age(register: pa.Table, on_day: dt.date, years: int) -> Bools:
    """Who is surely younger than this; what is missing of a date is taken in their favour."""
    year, *parts = (numbers(register, name) for name in BORN)
    month, day = (np.maximum(part, 1) for part in parts)
    return (year > 0) & (completed_years(year, month, day, on_day) < years)


def _is_here(compared: Compared, voters: pa.Table) -> Bools:
    """Which pairs have the entry where the register's row says.

    Where the row says nothing of the place, any place is the right one.
    """
    rows = compared.rows
    is_here = rows.entry >= 0
    if not voters.num_rows:
        return is_here
    for name in PLACE:
        stated = numbers(compared.register, name)[rows.register]
        listed = numbers(voters, name)[rows.entry]
        is_here &= (stated < 0) | (stated == listed)
    return is_here


def _is_permanent(voters: pa.Table, entry: Longs) -> Bools:
    """Which of these entries stand on a permanent list; -1 stands on none."""
    list_kind = text_of(voters, "list_kind")
    permanent = pc.equal(list_kind, ListKind.PERMANENT)
    # One more place at the end, where -1 points.
    flags: Bools = np.append(mask_of(permanent), False)
    return flags[entry]


def _about_register(
    rule: Rule, compared: Compared, absent: Bools, listed: Longs
) -> pa.Table:
    """A finding for each of these rows, where its constituency has a list."""
    constituency = numbers(compared.register, "constituency")
    alone = np.flatnonzero(absent)
    is_asked = (constituency[alone] < 0) | np.isin(constituency[alone], listed)
    columns = take_columns(compared.register, alone[is_asked], _VOTER_PLACE)
    columns["other_entry_id"] = columns.pop("entry_id")
    return make(rule, int(is_asked.sum()), columns)


def _little_usable(compared: Compared, settings: CheckSettings) -> pa.Table:
    """A finding where less of the register could be used than the settings ask for.

    ``value`` is the rows used, ``limit`` the rows in all.
    """
    rows = int(usable_share(compared) < settings.least_usable_register)
    columns = {
        "field": compared.name,
        "value": usable_rows(compared),
        "limit": compared.register.num_rows,
    }
    return make(BY_CODE["register-little-usable"], rows, columns)


def _list_only(
    compared: Compared, policy: Policy, voters: pa.Table, on_day: dt.date | None
) -> Bools | None:
    """Which entries the register should have and does not.

    None for a register that says nothing of the absent. Only entries of permanent lists that hold
    enough to be found, in the constituencies of which the register speaks.
    """
    is_newly_of_age = compared.name == "newly-of-age"
    if "list-only" not in policy.rules or (is_newly_of_age and on_day is None):
        return None
    alone: Bools = np.logical_or.reduce(list(usable_by(voters).values()))
    alone &= _is_permanent(voters, np.arange(voters.num_rows))
    place = numbers(compared.register, "constituency")
    if (place >= 0).any():
        alone &= np.isin(numbers(voters, "constituency"), np.unique(place))
    if compared.name == "newly-of-age":
        assert on_day is not None
        alone &= _came_of_age(voters, on_day)
    alone[compared.rows.entry[compared.rows.entry >= 0]] = False
    return alone


def _came_of_age(voters: pa.Table, on_day: dt.date) -> Bools:
    """Who has a full birth date by which they came of age in the year that ends on this day."""
    year = numbers(voters, "birth_year")
    month = numbers(voters, "birth_month")
    day = numbers(voters, "birth_day")
    is_full = (year > 0) & (month > 0) & (day > 0)
    flags: Bools = is_full & (completed_years(year, month, day, on_day) == _OF_AGE)
    return flags


_NONE = -1
"""The number of no entry."""
_NAMES = ("surname_skeleton", "given_skeleton")


def merged_names(now: Matched, former: Matched, order: Longs) -> Matched:
    """The matches of the register of name changes, by either name.

    Each pair stands once, with the better of its classes.
    ``order`` is the row of the register that each row of ``former`` belongs to.
    """
    register = np.append(now.register, order[former.register].astype(np.int64))
    entry, kind = np.append(now.entry, former.entry), np.append(now.kind, former.kind)
    level = np.append(now.level, former.level)
    met = np.isin(register, register[entry >= 0])
    kept = np.flatnonzero((entry >= 0) | ~met)
    # The best class of a pair comes first, and the first is kept.
    kept = kept[np.lexsort((kind[kept], entry[kept], register[kept]))]
    new = np.ones(len(kept), dtype=bool)
    new[1:] = (np.diff(register[kept]) != 0) | (np.diff(entry[kept]) != 0)
    kept = kept[new]
    return Matched(register[kept], entry[kept], kind[kept], level[kept], now.rows)


def changed_names(
    rows: Matched, register: pa.Table, former: pa.Table, voters: pa.Table
) -> list[pa.Table]:
    """FINDING: entries nearer to the name given up than to the one borne now.

    ``former`` is aligned with the register. Where another entry of the same person bears the new
    name, the person stands twice, and the finding names both.
    """
    at = np.flatnonzero(rows.is_class("confirmed", "probable"))
    row, entry = rows.register[at], rows.entry[at]
    is_old = _is_old(register, former, voters, row, entry)
    entry_of_new_name = np.full(register.num_rows, _NONE, dtype=np.int64)
    entry_of_new_name[row[~is_old]] = entry[~is_old]
    other_entry = entry_of_new_name[row]
    twice = is_old & (other_entry != _NONE)
    once = is_old & ~twice
    old, both = "name-changed-old-name", "name-changed-both-names"
    return [
        _beside(old, voters, entry[once], register, row[once]),
        _beside(both, voters, entry[twice], voters, other_entry[twice]),
    ]


def _is_old(
    register: pa.Table, former: pa.Table, voters: pa.Table, row: Longs, entry: Longs
) -> Bools:
    """Which pairs have an entry whose names are more like the former than the new."""
    listed = voters.select(_NAMES).take(entry)
    nearer = np.zeros(len(row))
    for name in _NAMES:
        was, now = (table.column(name).take(row) for table in (former, register))
        gain = similarity(listed.column(name), was) - similarity(
            listed.column(name), now
        )
        nearer += np.nan_to_num(gain)
    return nearer > 0


def _beside(
    code: str, voters: pa.Table, entry: Longs, other: pa.Table, row: Longs
) -> pa.Table:
    """FINDING of this rule about these entries, each beside a row of another table."""
    columns = take_columns(voters, entry, _VOTER_PLACE)
    columns["other_entry_id"] = other.column("entry_id").take(row)
    return make(BY_CODE[code], len(entry), columns)


# --- How much of a register could be used, and what its rows came to be


_MEASURES = ("total", "usable", "by-fin", "by-document", "by-name", *CLASSES)


@frozen
class Compared:
    """One register against the list."""

    name: str
    register: pa.Table
    """VOTER"""
    rows: Matched


def usable_rows(compared: Compared) -> int:
    """How many rows of the register hold enough to be found."""
    return int(np.logical_or.reduce(list(usable_by(compared.register).values())).sum())


def usable_share(compared: Compared) -> float:
    """The share of the register's rows that could be used; 1 for a register without rows."""
    total = compared.register.num_rows
    return usable_rows(compared) / total if total else 1.0


def register_use(
    compared: Compared, alone: Bools | None, voters: pa.Table, constituencies: Longs
) -> pa.Table:
    """REGISTER_USE: how many rows of the register there are, can be used, and came to be what.

    Of the whole; and of each constituency by what the register's rows say, where the list has
    several (``constituencies``). ``alone``: the entries that the register should have and does not;
    None where it says nothing of the absent.
    """
    place = numbers(compared.register, "constituency")
    listed = numbers(voters, "constituency")
    usable, best = usable_by(compared.register).values(), compared.rows.best()
    places = constituencies[constituencies >= 0].tolist()
    has_several = len(places) > 1 and (place >= 0).any()
    parts = []
    for number in (None, *(places if has_several else ())):
        own, entries = place == number, listed == number
        if number is None:
            own, entries = ~own, ~entries
        by = [int((flags & own).sum()) for flags in usable]
        classes = np.bincount(best[own], minlength=len(CLASSES)).tolist()
        counts = [int(own.sum()), sum(by), *by, *classes]
        measures = dict(zip(_MEASURES, counts, strict=True))
        if alone is not None:
            measures["list-only"] = int((alone & entries).sum())
        parts.append(_table(compared.name, measures, number))
    return concat(parts, REGISTER_USE)


def no_register(name: str) -> pa.Table:
    """REGISTER_USE of a register that was not given: what is not known is null, never zero."""
    return _table(name, dict.fromkeys(_MEASURES))


def _table(
    name: str, measures: Mapping[str, int | None], constituency: int | None = None
) -> pa.Table:
    columns = {
        "register": [name] * len(measures),
        "measure": list(measures),
        "rows": pa.array(measures.values(), pa.int64()),
        "constituency": pa.array([constituency] * len(measures), pa.int32()),
    }
    return from_columns(columns, REGISTER_USE)
