"""The list's own numbers beside those of the statistics."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.arrays import Bools, Floats, Longs
from voterlist.config.sections import CheckSettings
from voterlist.fields import PLACE
from voterlist.findings import make, take_columns
from voterlist.model import ListKind, Sex, Unit, frozen
from voterlist.reconcile.policies import BY_CODE
from voterlist.schemas import COMPARISON, FINDING, PROTOCOL_LINES, VOTER
from voterlist.tables import (
    codes,
    concat,
    from_columns,
    group_codes,
    is_known,
    mask_of,
    row_counts,
    rows_among,
    sort_by,
    text_of,
)

_PLACE_AND_PERSON = ("constituency", "precinct", "sex", "birth_year")
COUNTED = pa.schema([VOTER.field(name) for name in (*_PLACE_AND_PERSON, "list_kind")])
"""The columns of VOTER by which a list is held against statistics and protocols."""
TALLY = pa.schema(
    [*(VOTER.field(name) for name in _PLACE_AND_PERSON), ("voters", pa.int64())]
)
"""How many voters of permanent lists there are of a place, a sex and a year of birth."""

_WHOLE = ["constituency"]
_PART = ["constituency", "precinct"]
_SEX_OF = {"men": Sex.MALE, "women": Sex.FEMALE}


def tally(voters: pa.Table) -> pa.Table:
    """TALLY of these voters (COUNTED), in order."""
    kind = text_of(voters, "list_kind")
    names = list(_PLACE_AND_PERSON)
    own = voters.filter(pc.equal(kind, ListKind.PERMANENT)).select(names)
    own = own.set_column(2, "sex", text_of(own, "sex"))
    columns = row_counts(own, *names, into="voters")
    return sort_by(from_columns(columns, TALLY), *names)


def count_by_place(counted: pa.Table, places: pa.Table, *names: str) -> Floats:
    """How many voters (TALLY) each place (these columns) has, for each row of ``places``.

    NaN where it has none.
    """
    return _places(counted, places, list(names)).count(
        np.ones(counted.num_rows, dtype=bool)
    )


def compare(counted: pa.Table, statistics: pa.Table) -> pa.Table:
    """COMPARISON: the list's own number (of TALLY) for each of the statistics."""
    columns = {
        name: statistics.column(name)
        for name in ("constituency", "precinct", "measure")
    }
    listed = _listed_numbers(counted, statistics)
    columns["list"] = pa.array(listed, mask=np.isnan(listed))
    columns["statistic"] = statistics.column("value")
    return sort_by(
        from_columns(columns, COMPARISON),
        "constituency",
        "precinct",
        "measure",
        "statistic",
    )


def _listed_numbers(
    counted: pa.Table, statistics: pa.Table, *, at_most: bool = False
) -> Floats:
    """How many voters the list has for each number of the statistics.

    NaN where the place handed in no list.
    ``at_most``: voters whose sex is not known count as men and as women.
    """
    constituency, precinct = (
        _places(counted, statistics, names) for names in (_WHOLE, _PART)
    )
    whole = ~is_known(statistics.column("precinct"))
    listed = np.full(statistics.num_rows, np.nan)
    measure, measures = codes(statistics.column("measure"))
    for code, name in enumerate(measures.to_pylist()):
        flags = _measured_rows(counted, name, at_most=at_most)
        if flags is not None:
            for place, level in ((constituency, whole), (precinct, ~whole)):
                at = (measure == code) & level
                listed[at] = place.count(flags)[at]
    return listed


@frozen
class _Places:
    """Places of a tally and of the statistics, by one code."""

    counted: Longs
    voters: Floats
    """How many there are of each row that is counted."""
    statistics: Longs
    groups: int

    def count(self, flags: Bools) -> Floats:
        """For each row of the statistics how many voters of its place are flagged.

        NaN where it has no voters.
        """
        present = np.bincount(self.counted, minlength=self.groups) > 0
        voters = np.bincount(
            self.counted[flags], self.voters[flags], minlength=self.groups
        )
        return np.where(present, voters, np.nan)[self.statistics]


def _places(counted: pa.Table, statistics: pa.Table, names: list[str]) -> _Places:
    # Promoted: the constituency is known in the statistics and may be null in the list.
    both = pa.concat_tables(
        [counted.select(names), statistics.select(names)], promote_options="default"
    )
    code, groups = group_codes(both, *names, known=False)
    rows = counted.num_rows
    voters = np.asarray(counted.column("voters"), np.float64)
    return _Places(code[:rows], voters, code[rows:], groups)


def _measured_rows(counted: pa.Table, measure: str, *, at_most: bool) -> Bools | None:
    """Which rows of a tally a measure counts.

    Adults, men, women, born-YYYY; None for one that the list cannot answer.
    """
    if measure == "adults":
        return np.ones(counted.num_rows, dtype=bool)
    if measure in _SEX_OF:
        flags = pc.equal(text_of(counted, "sex"), _SEX_OF[measure])
        return mask_of(flags.fill_null(fill_value=at_most))
    if measure.startswith("born-") and measure[5:].isdecimal():
        flags = pc.equal(
            counted.column("birth_year").cast(pa.int64()), int(measure[5:])
        )
        return mask_of(flags)
    return None


def differences(
    counted: pa.Table, statistics: pa.Table, settings: CheckSettings
) -> pa.Table:
    """FINDING: lists (TALLY) whose adults, men or women differ too much from the statistics.

    Above counts the voters known to be men (or women), below those who may be: what is not known
    accuses nobody.
    """
    statistics = rows_among(statistics, "measure", ["adults", *_SEX_OF])
    value = np.asarray(statistics.column("value"), dtype=np.float64)
    # Whole people: a list of 433 is above 432.6 and above 432 alike, and a commission reads the
    # limit. Rounded first, for 15 % above 100 comes out a little below 115.
    most = np.floor(np.round(value * (1 + settings.most_above_statistics), 6))
    least = np.ceil(np.round(value * (1 - settings.most_below_statistics), 6))
    at_least = _listed_numbers(counted, statistics)
    at_most = _listed_numbers(counted, statistics, at_most=True)
    above, below = at_least > most, at_most < least
    findings = [
        *_by_unit("list-exceeds-adults", statistics, above, at_least, most),
        *_by_unit("list-below-adults", statistics, below, at_most, least),
    ]
    return concat(findings, FINDING)


def _by_unit(
    code: str,
    table: pa.Table,
    rows: Bools,
    value: Floats,
    limit: Floats,
    field: str | None = None,
) -> Iterator[pa.Table]:
    """The findings about precincts, those about constituencies and those about the nation.

    Of statistics ``field`` is the measure of each row.
    """
    constituency, precinct = (is_known(table.column(name)) for name in PLACE)
    rows_of = {
        Unit.PRECINCT: precinct,
        Unit.CONSTITUENCY: constituency & ~precinct,
        Unit.NATION: ~constituency & ~precinct,
    }
    for unit, of_unit in rows_of.items():
        at = np.flatnonzero(rows & of_unit)
        columns = take_columns(table, at, PLACE)
        columns |= {"value": value[at], "limit": limit[at], "unit": unit}
        columns["field"] = field
        if "measure" in table.column_names:
            columns["field"] = table.column("measure").take(at)
        yield make(BY_CODE[code], len(at), columns)


def sums(protocol: pa.Table, counted: pa.Table) -> pa.Table:
    """FINDING: what does not add up in a PROTOCOL.

    Rows whose line 1 is not its parts, whose line 1a is not the list, or whose total is not the sum
    of the places below. A number that is not given accuses nobody.
    """
    line = {name: _numbers(protocol, name) for name in PROTOCOL_LINES}
    parts = line["line_1a"] + line["line_1b"] + line["line_1c"] - line["line_1d"]
    listed = _counted_voters(protocol, counted)
    compared: list[tuple[str, str, Floats, str | None]] = [
        ("protocol-does-not-add-up", "line_1", parts, None),
        ("protocol-list-differs", "line_1a", listed, None),
    ]
    for name in PROTOCOL_LINES:
        below = _below(protocol, line[name])
        compared.append(("totals-do-not-add-up", name, below, name))
    findings: list[pa.Table] = []
    for code, name, right, field in compared:
        # What is not known differs from nothing.
        stated, known = line[name], ~np.isnan(line[name]) & ~np.isnan(right)
        differs = known & (stated != right)
        findings += _by_unit(code, protocol, differs, stated, right, field)
    return concat(findings, FINDING)


def _numbers(protocol: pa.Table, name: str) -> Floats:
    """A line as numbers, NaN where it is not given."""
    return np.asarray(
        protocol.column(name).cast(pa.float64()).fill_null(np.nan).to_numpy(),
        dtype=np.float64,
    )


def _counted_voters(protocol: pa.Table, tally: pa.Table) -> Floats:
    """The voters that the permanent lists of each row's place have.

    NaN where it handed in none, and for the nation.
    """
    constituency, precinct = (is_known(protocol.column(name)) for name in PLACE)
    whole = count_by_place(tally, protocol, "constituency")
    counted = np.where(precinct, count_by_place(tally, protocol, *PLACE), whole)
    counted[~constituency] = np.nan
    return counted


def _below(protocol: pa.Table, line: Floats) -> Floats:
    """For each total the sum of this line over the places below it.

    NaN where there are none, or one is not known.
    """
    constituency, precinct = (is_known(protocol.column(name)) for name in PLACE)
    number = np.asarray(
        protocol.column("constituency").fill_null(-1).to_numpy(), dtype=np.int64
    )
    sums_of = np.full(len(line), np.nan)
    totals = np.flatnonzero(constituency & ~precinct)
    if len(totals):
        codes, where = np.unique(number, return_inverse=True)
        rows = np.bincount(where[precinct], minlength=len(codes))
        added = np.bincount(
            where[precinct], weights=line[precinct], minlength=len(codes)
        )
        # Not known below makes the whole sum unknown: NaN stays NaN in a sum.
        sums_of[totals] = np.where(rows > 0, added, np.nan)[where[totals]]
        sums_of[~constituency & ~precinct] = line[totals].sum()
    return sums_of
