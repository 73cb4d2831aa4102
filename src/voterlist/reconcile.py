"""The list against what other bodies know: a register of deaths, and the numbers of the statistics.

Nothing is struck here. A death is *confirmed* where an identifier agrees and nothing known of the person
contradicts it, *probable* where all names and the full birth date agree, *conflicting* where the identifier
agrees and the person does not. A name alone proves nothing: chance gives namesakes by the thousand. How
much of the register could be used at all is said first, and what is not known is null, never zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.config import CheckSettings
from voterlist.model import ListKind, Rule, Severity, Sex, Stage, Unit
from voterlist.schemas import COMPARISON, FINDING, MATCH, REGISTER_USE, STATISTIC, VOTER, empty, require
from voterlist.tables import codes, concat, differ, from_columns, group_codes, matches, similarity, sort_by

__all__ = ["CLASSES", "RULES", "Reconciliation", "reconcile"]

_Rows = np.ndarray[Any, np.dtype[np.int64]]
_Flags = np.ndarray[Any, np.dtype[np.bool_]]
_Numbers = np.ndarray[Any, np.dtype[np.float64]]

_DEATH = "the dead are struck from the list on a record of their death; a name and a date alone are none"
_ADULTS = "list and statistics of adults are compared by every observer; a gap of either sign needs an explanation"

CONFIRMED = Rule("deceased-confirmed", Severity.ERROR, Unit.ENTRY, _DEATH)
CONFLICTING = Rule("deceased-conflicting", Severity.WARNING, Unit.ENTRY, _DEATH)
PROBABLE = Rule("deceased-probable", Severity.WARNING, Unit.ENTRY, _DEATH)
EXCEEDS_ADULTS = Rule("list-exceeds-adults", Severity.WARNING, Unit.PRECINCT, _ADULTS)
BELOW_ADULTS = Rule("list-below-adults", Severity.WARNING, Unit.PRECINCT, _ADULTS)

RULES = (CONFIRMED, CONFLICTING, PROBABLE, EXCEEDS_ADULTS, BELOW_ADULTS)

CLASSES = ("confirmed", "conflicting", "probable", "register-only", "unusable")
"""What a row of the register is to the list; a row that meets several entries counts as the first that fits."""
_RULE_OF = {"confirmed": CONFIRMED, "conflicting": CONFLICTING, "probable": PROBABLE}

_SURNAME = ("surname_stem", "surname_skeleton")
"""One of the two must agree: the stem outlives a changed ending, the whole stands where there is no stem."""
_REST = ("given_skeleton", "patronymic_skeleton", "birth_year", "birth_month", "birth_day")
_LEAST_ALIKE = 0.7
"""Given names less alike than this are two names, not one misspelt."""

_WHOLE = ["constituency"]
_PART = ["constituency", "precinct"]
_SEX_OF = {"men": Sex.MALE, "women": Sex.FEMALE}


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """What the comparison gave."""

    findings: pa.Table
    """FINDING: for deaths ``entry_id`` is the entry and ``other_entry_id`` the row of the register."""
    matches: pa.Table
    """MATCH: every row of the register of deaths at least once, with its class."""
    usable: pa.Table
    """REGISTER_USE: rows in total, usable, by what, and by class; null where there is no register."""
    compared: pa.Table
    """COMPARISON: each number of the statistics beside the list's own."""


def reconcile(
    voters: pa.Table,
    *,
    deaths: pa.Table | None = None,
    statistics: pa.Table | None = None,
    settings: CheckSettings,
) -> Reconciliation:
    """The list against a register of deaths and a table of statistics, either of which may be missing.

    ``voters`` and ``deaths`` are VOTER, made by the same ``normalize``; ``statistics`` is STATISTIC.

    Raises:
        StageError: a table has the wrong shape.
    """
    voters = sort_by(require(voters, VOTER, Stage.RECONCILE), "entry_id")
    if deaths is None:
        usable, matched, found = _use(None, None), empty(MATCH), empty(FINDING)
    else:
        deaths = sort_by(require(deaths, VOTER, Stage.RECONCILE), "entry_id")
        by = _usable_by(deaths)
        rows = _classed(deaths, voters, by)
        matched, usable = _matches(rows, deaths, voters), _use(rows, by)
        found = _deceased(rows, deaths, voters, settings)
    compared, differences = empty(COMPARISON), empty(FINDING)
    if statistics is not None:
        statistics = require(statistics, STATISTIC, Stage.RECONCILE)
        compared = _compared(voters, statistics)
        differences = _differences(voters, statistics, settings)
    order = ("rule", "constituency", "precinct", "entry_id", "other_entry_id", "field")
    return Reconciliation(sort_by(concat([found, differences], FINDING), *order), matched, usable, compared)


# --- the register of deaths ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Classed:
    """Register rows with their class and, where there is one, the row of the list; ordered by both."""

    register: _Rows
    entry: _Rows
    kind: _Rows
    """Index into CLASSES; ``entry`` is -1 for the last two."""


def _known(table: pa.Table, name: str) -> _Flags:
    return np.asarray(table.column(name).is_valid(), dtype=bool)


def _usable_by(deaths: pa.Table) -> dict[str, _Flags]:
    """Which rows of the register can be used, by the best that each holds; a row stands under one of the three."""
    fin, document = _known(deaths, "fin"), _known(deaths, "document")
    named = np.logical_or.reduce([_known(deaths, name) for name in _SURNAME])
    named &= np.logical_and.reduce([_known(deaths, name) for name in _REST])
    return {"by-fin": fin, "by-document": document & ~fin, "by-name": named & ~fin & ~document}


def _classed(deaths: pa.Table, voters: pa.Table, by: dict[str, _Flags]) -> _Classed:
    """Each row of the register with every entry that it meets, or with none."""
    register, entry, kind = _by_identifier(deaths, voters)
    named = _by_name(deaths, voters)
    new = ~np.isin(_pair(*named, voters), _pair(register, entry, voters))
    register, entry = np.append(register, named[0][new]), np.append(entry, named[1][new])
    kind = np.append(kind, np.full(int(new.sum()), CLASSES.index("probable")))
    alone = np.setdiff1d(np.arange(deaths.num_rows), register)
    usable = np.logical_or.reduce(list(by.values()))
    register, entry = np.append(register, alone), np.append(entry, np.full(len(alone), -1))
    kind = np.append(kind, np.where(usable[alone], CLASSES.index("register-only"), CLASSES.index("unusable")))
    order = np.lexsort((entry, register))
    return _Classed(register[order], entry[order], kind[order])


def _pair(register: _Rows, entry: _Rows, voters: pa.Table) -> _Rows:
    """One number a pair, in the order of the two rows."""
    return register * np.int64(voters.num_rows) + entry


def _merged(found: list[tuple[_Rows, _Rows]], voters: pa.Table) -> tuple[_Rows, _Rows]:
    """Several answers as one, each pair once, in order."""
    pairs = np.unique(np.concatenate([_pair(*rows, voters) for rows in found]))
    register, entry = np.divmod(pairs, max(voters.num_rows, 1))
    return register, entry


def _together(deaths: pa.Table, voters: pa.Table, *names: str) -> tuple[_Rows, _Rows]:
    """All pairs (register row, list row) that agree in all these columns."""
    both = pa.concat_tables([deaths.select(list(names)), voters.select(list(names))])
    code, _ = group_codes(both, *names)
    return matches(code[: deaths.num_rows], code[deaths.num_rows :])


def _by_identifier(deaths: pa.Table, voters: pa.Table) -> tuple[_Rows, _Rows, _Rows]:
    """Pairs of one FIN or one document, classed by whether the person agrees too."""
    register, entry = _merged([_together(deaths, voters, name) for name in ("fin", "document")], voters)
    left, right = deaths.take(pa.array(register)), voters.take(pa.array(entry))
    against, agrees = _contradicts(left, right), _agrees(left, right)
    # An identifier with nothing beside it may be a slip of one character: probable at most.
    kinds = np.where(agrees, CLASSES.index("confirmed"), CLASSES.index("probable"))
    return register, entry, np.where(against, CLASSES.index("conflicting"), kinds)


def _by_name(deaths: pa.Table, voters: pa.Table) -> tuple[_Rows, _Rows]:
    """Pairs of one surname (its stem, or the whole), given name, patronymic and full birth date.

    A pair with two different FINs is left out: a FIN is for life, so the two are namesakes.
    """
    register, entry = _merged([_together(deaths, voters, name, *_REST) for name in _SURNAME], voters)
    namesakes = differ(deaths.column("fin").take(pa.array(register)), voters.column("fin").take(pa.array(entry)))
    return register[~namesakes], entry[~namesakes]


def _contradicts(left: pa.Table, right: pa.Table) -> _Flags:
    """True where the FIN, the given name, its sex or the birth date says that these are two people.

    A surname does not: it changes by marriage and by law. Day and month may be exchanged.
    """
    against = similarity(left.column("given_skeleton"), right.column("given_skeleton")) < _LEAST_ALIKE
    for name in ("fin", "given_sex", "birth_year"):
        against |= differ(left.column(name), right.column(name))
    month, day = "birth_month", "birth_day"
    straight = differ(left.column(day), right.column(day)) | differ(left.column(month), right.column(month))
    crossed = differ(left.column(day), right.column(month)) | differ(left.column(month), right.column(day))
    contradicts: _Flags = against | (straight & crossed)
    return contradicts


def _agrees(left: pa.Table, right: pa.Table) -> _Flags:
    """True where something of the person beside the identifier is known on both sides, and alike."""
    given = similarity(left.column("given_skeleton"), right.column("given_skeleton")) >= _LEAST_ALIKE
    year = _known(left, "birth_year") & _known(right, "birth_year")
    agrees: _Flags = given | (year & ~differ(left.column("birth_year"), right.column("birth_year")))
    return agrees


def _matches(rows: _Classed, deaths: pa.Table, voters: pa.Table) -> pa.Table:
    entry = pa.array(rows.entry, mask=rows.entry < 0)
    columns = {
        "register_id": deaths.column("entry_id").take(pa.array(rows.register)),
        "entry_id": voters.column("entry_id").take(entry),
        "class": pa.array(CLASSES).take(pa.array(rows.kind)),
    }
    return sort_by(from_columns(columns, MATCH), "register_id", "entry_id")


def _use(rows: _Classed | None, by: dict[str, _Flags] | None) -> pa.Table:
    """How many rows of the register there are, can be used, and came to be what; null without a register."""
    measures = ("total", "usable", "by-fin", "by-document", "by-name", *CLASSES)
    counts: list[int | None] = [None] * len(measures)
    if rows is not None and by is not None:
        held = [int(flags.sum()) for flags in by.values()]
        # Rows are ordered by register row; the best class is the lowest index of its pairs.
        best = np.full(len(by["by-fin"]), len(CLASSES), dtype=np.int64)
        np.minimum.at(best, rows.register, rows.kind)
        classed = np.bincount(best, minlength=len(CLASSES)).tolist()
        counts = [len(best), sum(held), *held, *classed]
    columns = {"register": ["deaths"] * len(measures), "measure": list(measures), "rows": pa.array(counts, pa.int64())}
    return from_columns(columns, REGISTER_USE)


def _deceased(rows: _Classed, deaths: pa.Table, voters: pa.Table, settings: CheckSettings) -> pa.Table:
    found = []
    for kind, rule in _RULE_OF.items():
        at = rows.kind == CLASSES.index(kind)
        where = voters.select(["constituency", "precinct", "entry_id"]).take(pa.array(rows.entry[at]))
        columns: dict[str, Any] = {name: where.column(name) for name in where.column_names}
        columns["other_entry_id"] = deaths.column("entry_id").take(pa.array(rows.register[at]))
        found.append(_findings(rule, columns, int(at.sum()), settings))
    return concat(found, FINDING)


def _findings(rule: Rule, columns: dict[str, Any], rows: int, settings: CheckSettings) -> pa.Table:
    severity = settings.severity_of(rule)
    if severity is None:
        return empty(FINDING)
    words = {"rule": rule.code, "severity": severity.value, "unit": rule.unit.value}
    said = {name: pa.repeat(word, rows) for name, word in words.items()}
    return from_columns({**said, **columns}, FINDING, rows)


# --- the statistics ------------------------------------------------------------------------------------


def _compared(voters: pa.Table, statistics: pa.Table) -> pa.Table:
    """COMPARISON: the list's own number for each of the statistics; permanent lists only."""
    columns = {name: statistics.column(name) for name in ("constituency", "precinct", "measure")}
    listed = _listed(voters, statistics)
    columns["list"] = pa.array(listed, mask=np.isnan(listed))
    columns["statistic"] = statistics.column("value")
    return sort_by(from_columns(columns, COMPARISON), "constituency", "precinct", "measure", "statistic")


def _listed(voters: pa.Table, statistics: pa.Table, *, at_most: bool = False) -> _Numbers:
    """How many voters the list has for each number of the statistics; NaN where the place handed in no list.

    ``at_most``: voters whose sex is not known count as men and as women.
    """
    permanent = pc.equal(voters.column("list_kind").cast(pa.string()), ListKind.PERMANENT.value)
    voters = voters.filter(permanent)
    constituency, precinct = (_places(voters, statistics, names) for names in (_WHOLE, _PART))
    whole = ~_known(statistics, "precinct")
    listed = np.full(statistics.num_rows, np.nan)
    measure, measures = codes(statistics.column("measure"))
    for code, name in enumerate(measures.to_pylist()):
        flags = _measured(voters, name, at_most=at_most)
        if flags is not None:
            for place, level in ((constituency, whole), (precinct, ~whole)):
                at = (measure == code) & level
                listed[at] = place.count(flags)[at]
    return listed


@dataclass(frozen=True, slots=True)
class _Places:
    """Places of the voters and of the statistics, by one code."""

    voters: _Rows
    statistics: _Rows
    groups: int

    def count(self, flags: _Flags) -> _Numbers:
        """For each row of the statistics how many voters of its place are flagged; NaN where it has no voters."""
        present = np.bincount(self.voters, minlength=self.groups) > 0
        counted = np.bincount(self.voters[flags], minlength=self.groups)
        return np.where(present, counted, np.nan)[self.statistics]


def _places(voters: pa.Table, statistics: pa.Table, names: list[str]) -> _Places:
    # Promoted: the constituency is known in the statistics and may be null in the list.
    both = pa.concat_tables([voters.select(names), statistics.select(names)], promote_options="default")
    code, groups = group_codes(both, *names, known=False)
    return _Places(code[: voters.num_rows], code[voters.num_rows :], groups)


def _measured(voters: pa.Table, measure: str, *, at_most: bool) -> _Flags | None:
    """Which voters a measure counts: adults, men, women, born-YYYY; None for one that the list cannot answer."""
    if measure == "adults":
        return np.ones(voters.num_rows, dtype=bool)
    if measure in _SEX_OF:
        flags = pc.equal(voters.column("sex").cast(pa.string()), _SEX_OF[measure].value)
        return np.asarray(flags.fill_null(fill_value=at_most), dtype=bool)
    if measure.startswith("born-") and measure[5:].isdecimal():
        flags = pc.equal(voters.column("birth_year").cast(pa.int64()), int(measure[5:]))
        return np.asarray(flags.fill_null(fill_value=False), dtype=bool)
    return None


def _differences(voters: pa.Table, statistics: pa.Table, settings: CheckSettings) -> pa.Table:
    """FINDING: lists above or below the adults, men or women of the statistics by more than the settings allow.

    Above counts the voters known to be men (or women), below those who may be: what is not known accuses nobody.
    """
    counted = pc.is_in(statistics.column("measure").cast(pa.string()), pa.array(["adults", *_SEX_OF]))
    statistics = statistics.filter(counted)
    value = np.asarray(statistics.column("value"), dtype=np.float64)
    most, least = value * (1 + settings.most_above_statistics), value * (1 - settings.most_below_statistics)
    at_least, at_most = (_listed(voters, statistics, at_most=wide) for wide in (False, True))
    found = []
    for rule, listed, limit, beyond in (
        (EXCEEDS_ADULTS, at_least, most, at_least > most),
        (BELOW_ADULTS, at_most, least, at_most < least),
    ):
        for unit, level in ((Unit.PRECINCT, True), (Unit.CONSTITUENCY, False)):
            at = np.flatnonzero(beyond & (_known(statistics, "precinct") == level))
            where = statistics.take(pa.array(at))
            columns = {name: where.column(name) for name in _PART}
            columns |= {"field": where.column("measure"), "value": listed[at], "limit": limit[at]}
            columns["unit"] = pa.repeat(unit.value, len(at))
            found.append(_findings(rule, columns, len(at), settings))
    return concat(found, FINDING)
