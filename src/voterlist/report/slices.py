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

from voterlist.arrays import Bools, Floats, Longs, consecutive
from voterlist.model import Unit
from voterlist.report.sections.audit.model import NUMBERS, SHARES
from voterlist.report.values import Sources
from voterlist.tables import text_of, with_column

LOOKED_UP = ("entries", "voters")
"""The tables of which a report shows only the rows that a case or a finding names."""
_INDEXED_BY = {
    **dict.fromkeys(
        ("cases", "case_numbers", "contested", "decisions", "second_readings"),
        "case_id",
    ),
    "pairs": "entry_l",
    "waterfalls": "entry_l",
    "returned": "entry_id",
}
"""Tables about cases and about entries of cases, with the column that names one; the others go by
their constituency."""
_OF_ITS_OWN = frozenset({"certificate", "fairness", "differences"})
"""The tables of which a constituency shows its own rows alone."""
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
        return np.sort(self._order[consecutive(first, counts)])


Named = Mapping[str, tuple[pa.Table, RowsByCode]]
"""By the names of ``LOOKED_UP`` the rows that reports look up, found by the codes of their ids."""


def named_rows(ids: pa.Array, table: pa.Table) -> tuple[pa.Table, RowsByCode]:
    """A table of entries or voters whose rows are found by the place of their id among these."""
    return table, RowsByCode(_codes_of(table, "entry_id", ids))


class Cutter:
    """Cuts the tables of a run by constituency.

    A row without a constituency is in the part of each: it must show somewhere. A case is in the
    part of each constituency that one of its entries is in.
    """

    def __init__(self, tables: Mapping[str, pa.Table]) -> None:
        """Take the tables that reports declare, except those of ``LOOKED_UP``."""
        self._tables = tables
        self._case_ids = pc.unique(text_of(tables["cases"], "case_id"))
        self._cases = _codes_of(tables["cases"], "case_id", self._case_ids)

    @cached_property
    def ids(self) -> pa.Array:
        """The ids of all entries that a case or a finding names, in order."""
        columns = [
            text_of(self._tables["findings"], "entry_id"),
            text_of(self._tables["findings"], "other_entry_id"),
            text_of(self._tables["cases"], "entry_id"),
        ]
        chunks = [chunk for column in columns for chunk in column.chunks]
        found = pc.unique(pa.chunked_array(chunks, pa.string())).drop_null()
        return found.take(pc.sort_indices(found))

    def tables_of(self, constituency: int | None, named: Named) -> dict[str, pa.Table]:
        """The tables of the report of a constituency; None: of everything."""
        own = self._own_rows("cases", constituency)
        cases = self._indexed["cases"].of(self._cases[own])
        members = self._member_codes[cases]
        findings = self._own_rows("findings", constituency)
        rows = {"cases": cases, "findings": findings}
        for name in self._tables.keys() - rows.keys():
            rows[name] = self._rows(name, constituency, cases, findings)
        codes = [column[findings] for column in self._finding_codes]
        looked_up = {"entries": np.concatenate([*codes, members]), "voters": members}
        made = {}
        for name, wanted in looked_up.items():
            table, by_id = named[name]
            made[name] = table.take(by_id.of(wanted))
        for name, wanted in rows.items():
            made[name] = self._tables[name].take(wanted)
        return made

    def _rows(
        self, name: str, constituency: int | None, cases: Longs, findings: Longs
    ) -> Longs:
        """The rows of a table that the report of a constituency shows."""
        if name == "register_rows":
            rows = self._register_rows[:, findings]
            return np.unique(rows[rows >= 0])
        if name in _OF_ITS_OWN and constituency is not None:
            # Of all lists together it changes with every decision; no constituency shows that.
            return self._by_place[name].of(np.array([constituency + 1]))
        if name not in self._indexed:
            return self._own_rows(name, constituency)
        is_of_case = _INDEXED_BY[name] == "case_id"
        codes = self._cases if is_of_case else self._member_codes
        return self._indexed[name].of(codes[cases])

    def _own_rows(self, name: str, constituency: int | None) -> Longs:
        """The rows of a constituency and those of none."""
        table = self._tables[name]
        if constituency is None or "constituency" not in table.column_names:
            return np.arange(table.num_rows)
        return self._by_place[name].of(np.array([0, constituency + 1]))

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
        """The rows of ``register_rows`` that each finding names, in two lines; -1: none."""
        known = text_of(self._tables["register_rows"], "entry_id").combine_chunks()
        findings = self._tables["findings"]
        names = ("other_entry_id", "entry_id")
        return np.array([_codes_of(findings, name, known) for name in names])

    @cached_property
    def _by_place(self) -> dict[str, RowsByCode]:
        """Of each table with constituencies the rows by number + 1; 0: not known."""
        return {
            name: RowsByCode(
                _number_or_none(table.column("constituency").cast(pa.int64())) + 1
            )
            for name, table in self._tables.items()
            if "constituency" in table.column_names
        }

    @cached_property
    def _indexed(self) -> dict[str, RowsByCode]:
        """The rows of the tables about cases, and about entries of cases."""
        ids = {"case_id": self._case_ids}
        return {
            name: RowsByCode(
                _codes_of(self._tables[name], column, ids.get(column, self.ids))
            )
            for name, column in _INDEXED_BY.items()
            if name in self._tables and column in self._tables[name].column_names
        }


def _codes_of(table: pa.Table, name: str, ids: pa.Array) -> Longs:
    """The place of each row's text among ``ids``; -1: it is not there, or null."""
    return _number_or_none(
        pc.index_in(text_of(table, name), value_set=ids, skip_nulls=True)
    )


def _number_or_none(numbers: pa.ChunkedArray) -> Longs:
    """The numbers; -1 where one is not known."""
    return np.asarray(pc.fill_null(numbers, _UNKNOWN), np.int64)


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
        column = text_of(table, "source").combine_chunks()
        distinct = pc.unique(column).drop_null()
        names = [sources.get(source, source) for source in distinct.to_pylist()]
        keys = [
            name if isinstance(name, str) else _BETWEEN.join(name) for name in names
        ]
        used |= dict(zip(keys, names, strict=True))
        new = pa.array(keys, pa.string()).take(pc.index_in(column, distinct))
        place = table.schema.get_field_index("source")
        named[name] = table.set_column(place, "source", new)
    return named, used


COINCIDENCES = "coincidences-beyond-chance"
"""The rule whose findings count pairs of all lists, where they are of no constituency."""
_DIGITS = 3

Rounding = Callable[[Floats], Floats]


def _digits(numbers: Floats) -> Floats:
    """The numbers to three digits."""
    return np.array([float(f"{number:.{_DIGITS}g}") for number in numbers.tolist()])


def _decimals(count: int) -> Rounding:
    return lambda numbers: np.round(numbers, count)


_shares = _decimals(3)
"""Shares are shown in per cent with one decimal."""
_estimates = _decimals(4)
"""One more, for the estimate says whether it is above 99.9 %."""
_numbers = _decimals(1)


def _is(name: str, *words: str) -> Callable[[pa.Table], Bools]:
    """Tells the rows with one of these words."""
    wanted = pa.array(sorted(words))
    return lambda table: np.asarray(pc.is_in(text_of(table, name), wanted))


def _is_of_all(table: pa.Table) -> Bools:
    return np.asarray(table.column("constituency").is_null())


def _every(table: pa.Table) -> Bools:
    return np.ones(table.num_rows, np.bool_)


_ENDS = [
    f"{name}{end}"
    for name in ("precision", "recall", "blocking_loss")
    for end in ("", "_low", "_high")
]
_NATION, _SHARE, _VOTERS = (
    _is("unit", Unit.NATION),
    _is("indicator", *SHARES),
    _is("indicator", "voters"),
)
_OWN = _is("unit", Unit.CONSTITUENCY)
_Chosen = Callable[[pa.Table], Bools]
_ROUNDED: tuple[tuple[str, tuple[_Chosen, ...], tuple[str, ...], Rounding], ...] = (
    ("coincidences", (_is_of_all,), ("expected", "found"), _digits),
    ("doubts", (_every,), ("share",), _shares),
    ("estimate", (_every,), ("pairs",), _digits),
    ("estimate", (_every,), tuple(_ENDS), _estimates),
    (
        "findings",
        (_is_of_all, _is("rule", COINCIDENCES)),
        ("value", "limit"),
        _digits,
    ),
    ("indicators", (_NATION,), ("count", "of"), _digits),
    ("indicators", (_NATION, _VOTERS), ("value",), _digits),
    ("indicators", (_NATION, _SHARE), ("value",), _shares),
    ("indicators", (_NATION, _is("indicator", *NUMBERS)), ("value",), _numbers),
    # What a constituency is compared with is the value of all lists.
    ("indicators", (_OWN, _SHARE), ("base",), _shares),
    ("indicators", (_OWN, _is("indicator", "voters", *NUMBERS)), ("base",), _numbers),
)
"""(table, which of its rows, their columns, how these are rounded)."""


def in_round_numbers(tables: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    """The tables of the report of one constituency of several.

    What is of all lists together is told in round numbers, so that a report stays as it is where a
    list of another constituency changes a little.
    """
    rounded = dict(tables)
    for name, chosen, columns, how in _ROUNDED:
        # A table without rows may have no columns either.
        if name in rounded and rounded[name].num_rows:
            rows = np.logical_and.reduce([told(rounded[name]) for told in chosen])
            rounded[name] = _round_columns(rounded[name], rows, columns, how)
    return rounded


def _round_columns(
    table: pa.Table,
    chosen: Bools,
    columns: Sequence[str],
    how: Rounding,
) -> pa.Table:
    """The table with these columns rounded in the chosen rows; what is null stays so."""
    for name in columns:
        column = table.column(name).combine_chunks()
        is_told = pa.array(chosen & np.asarray(column.is_valid()))
        numbers = how(np.asarray(column.filter(is_told).cast(pa.float64())))
        new = pa.array(numbers, pa.float64()).cast(column.type)
        table = with_column(table, name, pc.replace_with_mask(column, is_told, new))
    return table
