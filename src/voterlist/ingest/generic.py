"""One table with any headers as entries, and its map of columns."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.config import toml_mistake, tree_of, with_lines
from voterlist.config.sections import AddedComparison
from voterlist.errors import InputError, MapError, SettingsMistake, naming
from voterlist.fields import ENTRY_FIELDS, NAMES
from voterlist.ingest.added import (
    added_columns,
    known_cells,
    no_such_column,
    require_columns,
)
from voterlist.ingest.choice import (
    AGE,
    Choice,
    choose,
    choose_columns,
    field_named,
    field_role,
    is_needed,
    with_common_comparisons,
)
from voterlist.ingest.findings import finding, findings_table
from voterlist.ingest.headers import ColumnMap, ColumnMatch
from voterlist.ingest.lists import entry_columns
from voterlist.ingest.place import cell_number
from voterlist.ingest.text import fold
from voterlist.model import ListKind, Profile, frozen
from voterlist.processes.threads import each
from voterlist.schemas import (
    ENTRY,
    LIST,
    SET_ASIDE,
    Intake,
)
from voterlist.tables import (
    are_distinct,
    from_columns,
    join_text,
    map_unique,
    row_counts,
    sort_by,
)

MAP_FIELDS = ("entry_id", *ENTRY_FIELDS, "constituency", "precinct")
"""What a map of columns may name."""

_Columns = Mapping[str, str | Sequence[str]]


def parse_map(text: str) -> dict[str, str | list[str]]:
    """The ``[columns]`` of a map: field to header, or to headers that are joined with a blank.

    Empty where the map holds comparisons alone.

    Raises:
        MapError: with every mistake: no TOML, no ``[columns]``, a field that does not exist, a
            header that is no text.
    """
    try:
        sections = tree_of(text)
    except tomllib.TOMLDecodeError as cause:
        mistake = toml_mistake("", text, cause)
        raise _map_error("the map of columns cannot be read", [mistake]) from None
    mistakes = [
        SettingsMistake(key, "no-section-of-a-map")
        for key in sections
        if key not in {"columns", "comparisons"}
    ]
    # A map of comparisons alone leaves it to the headers what the other columns are.
    columns = sections.get("columns", {} if "comparisons" in sections else None)
    if not isinstance(columns, dict):
        mistakes.append(SettingsMistake("columns", "map-without-columns"))
        columns = {}
    for field, headers in columns.items():
        mistake_of_line = _map_mistake(field, headers)
        if mistake_of_line:
            mistakes.append(mistake_of_line)
    if mistakes:
        told = with_lines(text, mistakes)
        raise _map_error("the map of columns has mistakes", told)
    return dict(columns)


_MAP_TODO = (
    'Write lines such as surname = "header in the file"; '
    'in Python, columns={"surname": "header"}. '
    f"The fields are: {', '.join(MAP_FIELDS)}."
)


def _map_error(message: str, mistakes: Sequence[SettingsMistake]) -> MapError:
    """The error that holds these mistakes."""
    lines = "; ".join(f"{mistake.path}: {mistake.message}" for mistake in mistakes)
    return MapError(f"{message}: {lines}", tuple(mistakes), todo=_MAP_TODO)


def _map_mistake(field: object, named: Any) -> SettingsMistake | None:
    """What is wrong with one line of a map."""
    if field not in MAP_FIELDS:
        return _unknown_field(str(field))
    headers = named if isinstance(named, list | tuple) else [named]
    if not headers or not all(
        isinstance(header, str) and header.strip() for header in headers
    ):
        return SettingsMistake(f"columns.{field}", "not-a-header")
    return None


def _unknown_field(field: str) -> SettingsMistake:
    named = field_named(field)
    similar = [named] if named in MAP_FIELDS else []
    similar = similar or difflib.get_close_matches(field, MAP_FIELDS, n=1)
    if similar:
        meant = (("meant", similar[0]),)
        return SettingsMistake(f"columns.{field}", "unknown-key-meant", meant)
    known = (("known", ", ".join(MAP_FIELDS)),)
    return SettingsMistake(f"columns.{field}", "unknown-key", known)


def columns_needed(
    headers: Sequence[str], columns: _Columns | None = None, *, numbered: bool = False
) -> frozenset[int]:
    """The places, from 0, of the columns that describe a person; with ``numbered`` the number too.

    Raises:
        MapError: ``columns`` names a header that is not there.
    """
    if columns is None:
        return frozenset(
            place
            for place, header in enumerate(headers)
            if is_needed(header, numbered=numbered)
        )
    mapped = given_map(headers, columns)
    places: set[int] = set()
    for field in MAP_FIELDS:
        if numbered or field != "number":
            places.update(mapped.columns(field))
    return frozenset(places)


def _map(table: pa.Table, columns: _Columns | ColumnMap | None) -> ColumnMap:
    if isinstance(columns, ColumnMap):
        return columns
    if columns is not None:
        return given_map(table.column_names, columns)
    # Without a comparison of its own a middle name is taken for the father's.
    return choose(table, alone=False).under(Profile.AZ).map


def name_columns(table: pa.Table, columns: ColumnMap) -> pa.Table:
    """The names of a table, as columns of ENTRY."""
    wanted = ColumnMap(
        tuple(match for match in columns.matches if match.field in NAMES)
    )
    cells = {
        place: known_cells(table.column(place))
        for field in NAMES
        for place in wanted.columns(field)
    }
    fields = entry_columns(cells, wanted)
    return pa.table(fields)


def table_intake(
    table: pa.Table,
    columns: _Columns | ColumnMap | None = None,
    *,
    keep_encoded: bool = False,
    distinct_ids: bool = False,
) -> Intake:
    """The rows of any table as ENTRY, in the same order, every row of it.

    The findings are on constituency and precinct cells without a number.

    Args:
        table: text columns with any headers, as ``readers.read_table`` gives them.
        columns: field to header, or to headers that are joined with a blank; or the map that a
            choice made. None: told by headers and cells (``choice.choose``).
        keep_encoded: a column that comes dictionary-encoded stays so
            (``tables.with_encoded_text``).
        distinct_ids: whether no value of the column of ids is known to stand twice, so that nobody
            looks again.

    The entry ids are kept as written; where an id is missing, or there is no column of ids, the
    row's number stands in, counted from 1; ``row 3`` where ``3`` is the id of another row. ``line``
    is the row's number.

    Raises:
        MapError: ``columns`` names a header that the table does not have.
        InputError: an id stands twice; or no column of a name was found.
    """
    mapped = _map(table, columns)
    if not mapped.has_name():
        raise InputError(
            "no column of a name was found",
            code="no-name-column",
            line=1,
            todo=(
                "Name the columns in a map, a file with [columns] and"
                ' surname = "header": --columns MAP.toml;'
                ' in Python, columns={"surname": "header"}.'
            ),
        )
    rows = table.num_rows
    places = [place for field in MAP_FIELDS for place in mapped.columns(field)]
    known = each(known_cells, [table.column(place) for place in places])
    cells = dict(zip(places, known, strict=True))
    fields: dict[str, Any] = dict(entry_columns(cells, mapped))
    findings = []
    for kind in ("constituency", "precinct"):
        parts = mapped.columns(kind)
        if not parts:
            continue
        written = join_text([cells[part] for part in parts])
        fields[kind] = map_unique(written, partial(cell_number, kind=kind), pa.int32())
        unread = fields[kind].null_count - written.null_count
        if unread:
            findings.append(
                finding(
                    "place-unreadable", source=_SOURCE, field=kind, value=float(unread)
                )
            )
    fields["entry_id"] = _given_ids(cells, mapped, rows, distinct=distinct_ids)
    fields["list_kind"] = pa.repeat(str(ListKind.PERMANENT), rows)
    fields["source"] = pa.repeat(_SOURCE, rows)
    fields["line"] = pa.array(np.arange(1, rows + 1), pa.int32())
    entries = from_columns(fields, ENTRY, length=rows, keep_encoded=keep_encoded)
    return Intake(
        entries, _balance(entries), SET_ASIDE.empty_table(), findings_table(findings)
    )


@frozen
class UsedTable:
    """The cells of a table, and what its columns are used as."""

    name: str
    """What it is called."""
    table: pa.Table
    choice: Choice

    @classmethod
    def of(
        cls,
        name: str,
        table: pa.Table,
        columns: _Columns | None = None,
        added: Sequence[AddedComparison] = (),
        *,
        alone: bool = True,
        numbered: bool = False,
    ) -> UsedTable:
        """As the map of columns says, or as headers and cells tell (``choice.choose``).

        Raises:
            MapError: the map, or an added comparison, names a column that is not there.
        """
        headers = table.column_names
        given = None if columns is None else given_map(headers, columns)
        require_columns(headers, added, columns)
        if given is not None:
            return cls(name, table, choose_columns(headers, given, added))
        choice = choose(table, added, alone=alone, numbered=numbered)
        return cls(name, table, choice)

    def intake(self, *, keep_encoded: bool = False) -> Intake:
        """Its rows, as ``table_intake`` gives them.

        Raises:
            InputError: an id stands twice, or no column of a name was found.
        """
        with naming(self.name):
            return table_intake(
                self.table,
                self.choice.map,
                keep_encoded=keep_encoded,
                distinct_ids=self.choice.has_distinct_ids,
            )


def names_of(tables: Sequence[UsedTable]) -> pa.Table:
    """The names of these tables, as columns of ENTRY; each has the columns that it has."""
    names = [name_columns(used.table, used.choice.map) for used in tables]
    if len(names) == 1:
        return names[0]
    texts = [
        table.cast(pa.schema([(name, pa.string()) for name in table.column_names]))
        for table in names
    ]
    return pa.concat_tables(texts, promote_options="default")


def under_profile(tables: Sequence[UsedTable], profile: Profile) -> list[UsedTable]:
    """The tables under one profile, with those comparisons alone that each of them has."""
    choices = with_common_comparisons([used.choice.under(profile) for used in tables])
    return [
        replace(used, choice=choice)
        for used, choice in zip(tables, choices, strict=True)
    ]


def added_of(tables: Sequence[UsedTable]) -> dict[str, pa.Array]:
    """The columns of the added comparisons of the first table, over all rows of all of them."""
    # Each table may head one comparison otherwise.
    columns = [added_columns(used.table, used.choice.comparisons) for used in tables]
    return {
        name: pa.concat_arrays([of_table[name] for of_table in columns])
        for name in (columns[0] if columns else ())
    }


_SOURCE = "table"
"""Stands for the content hash of a table that did not come from the inbox."""


def given_map(headers: Sequence[str], columns: _Columns) -> ColumnMap:
    """The map as a person gave it.

    Raises:
        MapError: it is no mapping, or it names a header that is not there, what is no header, or a
            field that does not exist.
    """
    if not isinstance(columns, Mapping):
        mistake = SettingsMistake("columns", "not-a-section")
        raise _map_error("the map of columns is no mapping", [mistake])
    headers = list(headers)
    exact = {header: position for position, header in enumerate(headers)}
    folded: dict[str, int] = {}
    for position, header in enumerate(headers):
        # Of two that fold to the same the first counts.
        folded.setdefault(fold(header), position)
    matches = []
    mistakes = []
    for field, named in columns.items():
        wrong = _map_mistake(field, named)
        if wrong:
            mistakes.append(wrong)
            continue
        for header in [named] if isinstance(named, str) else named:
            column = exact.get(header, folded.get(fold(header)))
            if column is not None:
                is_age = field == "birth_date" and field_role(headers[column]) == AGE
                role = AGE if is_age else field
                matches.append(
                    ColumnMatch(column, headers[column], role, 1.0, "pinned")
                )
                continue
            mistakes.append(no_such_column(f"columns.{field}", header, headers))
    if mistakes:
        raise _map_error("the map of columns does not fit the file", mistakes)
    return ColumnMap(tuple(matches))


def _given_ids(
    cells: Mapping[int, pa.Array], mapped: ColumnMap, rows: int, *, distinct: bool
) -> pa.Array:
    """The ids as written, the row's number where there is none.

    ``distinct``: whether the written ones are known to be; a number may still be one of them.
    """
    parts = mapped.columns("entry_id")
    ids = pa.nulls(rows, pa.string())
    if parts:
        ids = join_text([cells[part].cast(pa.string()) for part in parts])
    is_distinct = distinct and not ids.null_count
    if ids.null_count:
        numbers = pa.array(np.arange(1, rows + 1)).cast(pa.string())
        # The number of a row without an id may be the id of another row.
        words = pc.binary_join_element_wise("row", numbers, " ")
        ids = pc.coalesce(ids, pc.if_else(pc.is_in(numbers, ids), words, numbers))
    if is_distinct or are_distinct(ids):
        return ids
    indices = np.asarray(ids.dictionary_encode().indices)
    _, first = np.unique(indices, return_index=True)
    repeated = rows - len(first)
    again = np.setdiff1d(np.arange(rows), first)
    line = int(again[0]) + 1
    raise InputError(
        f"{repeated} entry ids stand in an earlier row too; the first is in row {line}",
        code="entry-id-repeated",
        line=line,
        todo=(
            "Give each row an id of its own, or leave the column of ids out of the map:"
            " rows are then numbered."
        ),
    )


def _balance(entries: pa.Table) -> pa.Table:
    """The rows of each constituency and precinct as one list."""
    columns = row_counts(entries, "constituency", "precinct", into="rows")
    count = len(columns["rows"])
    columns |= {
        "source": pa.repeat(_SOURCE, count),
        "list_kind": pa.repeat(str(ListKind.PERMANENT), count),
        "entries": columns["rows"],
        "set_aside": pa.repeat(0, count),
    }
    return sort_by(from_columns(columns, LIST, count), "constituency", "precinct")
