"""The tables of a run cut by constituency: what the report of one constituency is made of.

A table is encoded once; what one constituency shows of it is then taken by position. So a report
costs what it shows, and not what the run holds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.arrays import Bools, Floats, Longs
from voterlist.model import Unit
from voterlist.report.sections.audit.model import SHARES
from voterlist.report.values import Sources, text_column
from voterlist.schemas import PYRAMID
from voterlist.tables import from_columns

LOOKED_UP = ("entries", "voters")
"""The tables of which a report shows only the rows that a case or a finding names."""
_OF_CASES = dict.fromkeys(
    ("case_numbers", "contested", "decisions", "second_readings"), "case_id"
)
_OF_MEMBERS = {"pairs": "entry_l", "waterfalls": "entry_l", "returned": "entry_id"}
"""Tables about the entries of cases, with the column that names one."""
_OF_ITS_OWN = "certificate"
"""The table of which a constituency shows its own rows alone."""
_UNKNOWN = -1
_BETWEEN = "\n"
"""Between the names of one content that came as several files."""


class RowsByCode:
    """The rows of each code of a column of codes; -1 is no code."""

    def __init__(self, codes: Longs) -> None:
        self._order = np.argsort(codes, kind="stable")
        self._codes = codes[self._order]

    def of(self, wanted: Longs) -> Longs:
        """The rows that have one of these codes, ascending."""
        wanted = np.unique(wanted[wanted >= 0])
        first = np.searchsorted(self._codes, wanted, side="left")
        counts = np.searchsorted(self._codes, wanted, side="right") - first
        before = np.cumsum(counts) - counts
        within = np.arange(counts.sum()) - np.repeat(before, counts)
        return np.sort(self._order[np.repeat(first, counts) + within])


class NamedRows:
    """The rows of a table of entries or voters that reports look up, by the code of their id."""

    def __init__(self, ids: pa.Array, table: pa.Table) -> None:
        self._table = table
        self._rows = np.full(len(ids), _UNKNOWN, np.int64)
        self._rows[_positions(table.column("entry_id"), ids)] = np.arange(
            table.num_rows
        )

    def of(self, codes: Longs) -> pa.Table:
        """The rows of these ids, in the order of the table; an id without a row has none."""
        rows = self._rows[codes]
        return self._table.take(pa.array(np.sort(rows[rows >= 0])))


Named = Mapping[str, NamedRows]
"""By the names of ``LOOKED_UP``."""


class Cutter:
    """Cuts the tables of a run by constituency.

    A row without a constituency is in the part of each: it must show somewhere. A case is in the
    part of each constituency that one of its entries is in.
    """

    def __init__(self, tables: Mapping[str, pa.Table]) -> None:
        """Take the tables that reports declare, except those of ``LOOKED_UP`` and ``pyramid``."""
        self._tables = tables
        self._cases = _codes_of(tables["cases"], "case_id", self._case_ids)
        self._rows_of_cases = RowsByCode(self._cases)

    @cached_property
    def _case_ids(self) -> pa.Array:
        return pc.unique(text_column(self._tables["cases"], "case_id"))

    @cached_property
    def ids(self) -> pa.Array:
        """The ids of all entries that a case or a finding names, in order."""
        columns = [
            text_column(self._tables["findings"], "entry_id"),
            text_column(self._tables["findings"], "other_entry_id"),
            text_column(self._tables["cases"], "entry_id"),
        ]
        chunks = [chunk for column in columns for chunk in column.chunks]
        found = pc.unique(pa.chunked_array(chunks, pa.string())).drop_null()
        return found.take(pc.sort_indices(found))

    def tables_of(self, constituency: int | None, named: Named) -> dict[str, pa.Table]:
        """The tables of the report of a constituency; None: of everything."""
        cases = self._cases_of(constituency)
        members = self._member_codes[cases]
        findings = self._own_rows("findings", constituency)
        made = {
            "entries": named["entries"].of(self._codes_named(findings, members)),
            "voters": named["voters"].of(np.unique(members)),
            "cases": self._tables["cases"].take(pa.array(cases)),
            "findings": self._tables["findings"].take(pa.array(findings)),
        }
        for name in self._tables.keys() - made.keys():
            rows = self._rows(name, constituency, cases, findings)
            made[name] = self._tables[name].take(pa.array(rows))
        made["pyramid"] = pyramid_of(made["ages"])
        return made

    def _rows(
        self, name: str, constituency: int | None, cases: Longs, findings: Longs
    ) -> Longs:
        """The rows of a table that the report of a constituency shows."""
        if name in _OF_CASES:
            return self._by_case[name].of(self._cases[cases])
        if name in _OF_MEMBERS:
            return self._by_member[name].of(self._member_codes[cases])
        if name == "register_rows":
            rows = self._register_rows[findings]
            return np.unique(rows[rows >= 0])
        if name == _OF_ITS_OWN and constituency is not None:
            # Of all lists together it changes with every decision; no constituency shows that.
            return self._by_place[name].of(np.array([constituency + 1]))
        return self._own_rows(name, constituency)

    def _own_rows(self, name: str, constituency: int | None) -> Longs:
        """The rows of a constituency and those of none."""
        table = self._tables[name]
        if constituency is None or "constituency" not in table.column_names:
            return np.arange(table.num_rows)
        return self._by_place[name].of(np.array([0, constituency + 1]))

    def _cases_of(self, constituency: int | None) -> Longs:
        """The rows of the cases that have an entry in the constituency."""
        own = self._own_rows("cases", constituency)
        return self._rows_of_cases.of(self._cases[own])

    def _codes_named(self, findings: Longs, members: Longs) -> Longs:
        """The codes of the entries that these findings and cases name."""
        codes = [column[findings] for column in self._finding_codes]
        named = np.unique(np.concatenate([*codes, members]))
        return named[named >= 0]

    @cached_property
    def _member_codes(self) -> Longs:
        return _codes_of(self._tables["cases"], "entry_id", self.ids)

    @cached_property
    def _finding_codes(self) -> tuple[Longs, Longs]:
        findings = self._tables["findings"]
        return (
            _codes_of(findings, "entry_id", self.ids),
            _codes_of(findings, "other_entry_id", self.ids),
        )

    @cached_property
    def _register_rows(self) -> Longs:
        """The row of ``register_rows`` that each finding names; -1: none."""
        known = text_column(self._tables["register_rows"], "entry_id")
        return _codes_of(
            self._tables["findings"], "other_entry_id", known.combine_chunks()
        )

    @cached_property
    def _by_place(self) -> dict[str, RowsByCode]:
        """Of each table with constituencies the rows by number + 1; 0: not known."""
        return {
            name: RowsByCode(_place_codes(table))
            for name, table in self._tables.items()
            if "constituency" in table.column_names
        }

    @cached_property
    def _by_case(self) -> dict[str, RowsByCode]:
        return {
            name: RowsByCode(_codes_of(self._tables[name], column, self._case_ids))
            for name, column in _OF_CASES.items()
            if name in self._tables
        }

    @cached_property
    def _by_member(self) -> dict[str, RowsByCode]:
        return {
            name: RowsByCode(_codes_of(self._tables[name], column, self.ids))
            for name, column in _OF_MEMBERS.items()
            if name in self._tables and column in self._tables[name].column_names
        }


def pyramid_of(ages: pa.Table) -> pa.Table:
    """PYRAMID of all precincts of AGES."""
    names = ["age_from", "sex"]
    summed = ages.group_by(names, use_threads=False).aggregate([("voters", "sum")])
    columns = {name: summed.column(name) for name in names}
    return from_columns(columns | {"voters": summed.column("voters_sum")}, PYRAMID)


def _codes_of(table: pa.Table, name: str, ids: pa.Array) -> Longs:
    """The place of each row's text among ``ids``; -1: it is not there, or null."""
    return _positions(text_column(table, name), ids)


def _positions(column: pa.ChunkedArray, ids: pa.Array) -> Longs:
    places = pc.index_in(column, value_set=ids, skip_nulls=True)
    return np.asarray(pc.fill_null(places, _UNKNOWN), np.int64)


def _place_codes(table: pa.Table) -> Longs:
    numbers = table.column("constituency").cast(pa.int64())
    return np.asarray(pc.fill_null(numbers, _UNKNOWN), np.int64) + 1


def by_name(
    tables: Mapping[str, pa.Table], sources: Sources
) -> tuple[dict[str, pa.Table], Sources]:
    """The tables with each file under its names, and those names.

    A source is made of what the file holds. A report shows the name alone, so it is the same where
    another row of the file is another one.
    """
    named: dict[str, pa.Table] = {}
    used: dict[str, str | Sequence[str]] = {}
    for name, table in tables.items():
        named[name] = table
        if "source" not in table.column_names:
            continue
        column = text_column(table, "source").combine_chunks()
        distinct = pc.unique(column).drop_null()
        names = [sources.get(one, one) for one in distinct.to_pylist()]
        keys = [one if isinstance(one, str) else _BETWEEN.join(one) for one in names]
        used |= dict(zip(keys, names, strict=True))
        new = pa.array(keys, pa.string()).take(pc.index_in(column, distinct))
        place = table.schema.get_field_index("source")
        named[name] = table.set_column(place, "source", new)
    return named, used


COINCIDENCES = "coincidences-beyond-chance"
"""The rule whose findings count pairs of all lists, where they are of no constituency."""
_DIGITS = 3
_SHARE_DECIMALS = 3
"""Shares are shown in per cent with one decimal."""
_ESTIMATE_DECIMALS = 4
"""One more, for the estimate says whether it is above 99.9 %."""
_NUMBER_DECIMALS = 1

Rounding = Callable[[pa.Table], pa.Table]


def in_round_numbers(tables: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    """The tables of the report of one constituency of several."""
    return {
        # A table without rows may have no columns either.
        name: _ROUNDINGS[name](table)
        if name in _ROUNDINGS and table.num_rows
        else table
        for name, table in tables.items()
    }


def _coincidences(table: pa.Table) -> pa.Table:
    return _rounded(table, _is_of_all(table), expected=_digits, found=_digits)


def _findings(table: pa.Table) -> pa.Table:
    is_counted = np.asarray(pc.equal(text_column(table, "rule"), COINCIDENCES))
    chosen = _is_of_all(table) & is_counted
    return _rounded(table, chosen, value=_digits, limit=_digits)


def _indicators(table: pa.Table) -> pa.Table:
    unit, indicator = (text_column(table, name) for name in ("unit", "indicator"))
    is_all = np.asarray(pc.equal(unit, Unit.NATION.value))
    is_share = np.asarray(pc.is_in(indicator, pa.array(sorted(SHARES))))
    is_number = np.asarray(pc.equal(indicator, "voters"))
    table = _rounded(table, is_all, count=_digits, of=_digits)
    table = _rounded(table, is_all & is_number, value=_digits)
    table = _rounded(table, is_all & is_share, value=_shares)
    table = _rounded(table, is_all & ~is_share & ~is_number, value=_numbers)
    # What a constituency is compared with is the value of all lists.
    is_own = np.asarray(pc.equal(unit, Unit.CONSTITUENCY.value))
    table = _rounded(table, is_own & is_share, base=_shares)
    return _rounded(table, is_own & ~is_share, base=_numbers)


def _estimate(table: pa.Table) -> pa.Table:
    names = ("precision", "recall")
    ends = [f"{name}{end}" for name in names for end in ("", "_low", "_high")]
    every = np.ones(table.num_rows, np.bool_)
    return _rounded(table, every, pairs=_digits, **dict.fromkeys(ends, _estimates))


def _doubts(table: pa.Table) -> pa.Table:
    return _rounded(table, np.ones(table.num_rows, np.bool_), share=_shares)


_ROUNDINGS: Mapping[str, Rounding] = {
    "coincidences": _coincidences,
    "doubts": _doubts,
    "estimate": _estimate,
    "findings": _findings,
    "indicators": _indicators,
}


def _is_of_all(table: pa.Table) -> Bools:
    return np.asarray(table.column("constituency").is_null())


def _rounded(
    table: pa.Table, chosen: Bools, **columns: Callable[[Floats], Floats]
) -> pa.Table:
    """The table with these columns rounded in the chosen rows; what is null stays so."""
    for name, how in columns.items():
        column = table.column(name).combine_chunks()
        is_told = pa.array(chosen & np.asarray(column.is_valid()))
        numbers = how(np.asarray(column.filter(is_told).cast(pa.float64())))
        new = pc.replace_with_mask(
            column, is_told, pa.array(numbers, pa.float64()).cast(column.type)
        )
        place = table.schema.get_field_index(name)
        table = table.set_column(place, table.schema.field(name), new)
    return table


def _digits(numbers: Floats) -> Floats:
    """The numbers to three digits."""
    return np.array([float(f"{one:.{_DIGITS}g}") for one in numbers.tolist()])


def _shares(numbers: Floats) -> Floats:
    return np.round(numbers, _SHARE_DECIMALS)


def _estimates(numbers: Floats) -> Floats:
    return np.round(numbers, _ESTIMATE_DECIMALS)


def _numbers(numbers: Floats) -> Floats:
    return np.round(numbers, _NUMBER_DECIMALS)
