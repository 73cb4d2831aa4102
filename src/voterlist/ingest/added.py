"""The columns of a table from anywhere as clean text, and those of added comparisons among them."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from voterlist.config.sections import (
    SECTION,
    AddedComparison,
    IngestSettings,
    added_comparisons,
    comparisons_error,
)
from voterlist.errors import SettingsMistake
from voterlist.ingest.headers import ColumnMap
from voterlist.ingest.text import clean
from voterlist.schemas import ADDED
from voterlist.tables import (
    concat,
    join_text,
    longest,
    one_array,
    rows_among,
    sort_by,
)

# The columns of a table from anywhere, as clean text.

_SIGNS_OF_ABSENCE = ("NA", "NaN", "nan", "NULL", "None", "<NA>")
"""What programs write for a value that is missing. Each may be a name too, so it says so only where
it is the commonest value of its column."""

_HEAD = 50


def flat(column: pa.ChunkedArray) -> pa.Array:
    """A column as one array of text, dictionary-encoded if it is."""
    array = one_array(column)
    is_text = pa.types.is_string(array.type) or pa.types.is_dictionary(array.type)
    return array if is_text else array.cast(pa.string())


def clean_cells(cells: pa.Table) -> list[pa.Array]:
    """The columns of a sheet as clean text."""
    return [clean(flat(column)) for column in cells.columns]


def headings_of(
    cells: Sequence[pa.Array],
    roles_in: Callable[[Sequence[str | None]], dict[str, int] | None],
) -> tuple[int, dict[str, int]] | None:
    """(row, the column of each role) of the headings of a sheet; None where it has none.

    They stand in one of the first rows. ``roles_in``: the texts of a row -> the column of each
    role; None, or none, where they are no headings.
    """
    for row in range(min(_HEAD, len(cells[0]) if cells else 0)):
        if columns := roles_in([column[row].as_py() for column in cells]):
            return row, columns
    return None


def known_cells(column: pa.ChunkedArray) -> pa.Array:
    """The cells of a column as clean text; null where one is blank or says that nothing is known.

    Dictionary-encoded if the column is.
    """
    cells = clean(flat(column))
    values = cells.dictionary if pa.types.is_dictionary(cells.type) else cells
    signs = pa.array(_SIGNS_OF_ABSENCE)
    # Only short texts can be signs; to look up each of millions would take long.
    short = values.filter(pc.less_equal(pc.binary_length(values), longest(signs)))
    if not pc.any(pc.is_in(short, value_set=signs)).as_py():
        return cells
    for sign in _SIGNS_OF_ABSENCE:
        cells = _without_sign(cells, sign)
    return cells


def _without_sign(cells: pa.Array, sign: str) -> pa.Array:
    """The cells with a sign of absence made null, where it is their commonest value."""
    values = cells.dictionary if pa.types.is_dictionary(cells.type) else cells
    if not pc.any(pc.equal(values, sign)).as_py():
        return cells
    text = cells.cast(pa.string())
    (commonest,) = pc.mode(text.dictionary_encode().indices, 1)
    if text.dictionary_encode().dictionary[commonest["mode"].as_py()].as_py() != sign:
        return cells
    known = pc.if_else(pc.equal(text, sign), pa.scalar(None, pa.string()), text)
    return known.dictionary_encode() if values is not cells else known


def parse_comparisons(text: str, taken: Collection[str]) -> tuple[AddedComparison, ...]:
    """The ``[comparisons.<name>]`` of a map that ``parse_map`` could read.

    ``taken`` are names that no added comparison can have.

    Raises:
        SettingsError: with every mistake and its key path.
    """
    return added_comparisons(tomllib.loads(text).get("comparisons", {}), taken)


def require_columns(
    headers: Sequence[str],
    added: Sequence[AddedComparison],
    columns: Mapping[str, str | Sequence[str]] | None,
) -> None:
    """Every added comparison has its columns, and no column is compared as another field already.

    Raises:
        SettingsError: with the key path of each mistake.
    """
    mistakes = [
        mistake
        for comparison in added
        for mistake in _mistakes(headers, comparison, columns or {})
    ]
    if mistakes:
        raise comparisons_error(mistakes)


def no_such_column(path: str, header: str, headers: Sequence[str]) -> SettingsMistake:
    """The mistake of a header that no column has, with the one that was perhaps meant."""
    similar = difflib.get_close_matches(header, headers, n=1, cutoff=0.5)
    code = "no-such-column-meant" if similar else "no-such-column"
    places = [("column", header), *(("meant", meant) for meant in similar)]
    return SettingsMistake(path, code, tuple(places))


def _mistakes(
    headers: Sequence[str],
    comparison: AddedComparison,
    columns: Mapping[str, str | Sequence[str]],
) -> Iterator[SettingsMistake]:
    path = f"comparisons.{comparison.name}.column"
    for header in comparison.columns:
        if header not in headers:
            yield no_such_column(path, header, headers)
        for field, named in columns.items():
            if header in ([named] if isinstance(named, str) else named):
                twice = (("column", header), ("other", field))
                yield SettingsMistake(path, "column-compared-twice", twice)


def places_of_added(
    headers: Sequence[str], added: Sequence[AddedComparison]
) -> frozenset[int]:
    """The places, from 0, of the columns that added comparisons need; those that are there."""
    wanted = {header for comparison in added for header in comparison.columns}
    return frozenset(place for place, header in enumerate(headers) if header in wanted)


def added_columns(
    table: pa.Table, added: Sequence[AddedComparison]
) -> dict[str, pa.Array]:
    """For each comparison its text, row by row; blank is null.

    Every column must be there (``require_columns``).
    """
    return {
        comparison.name: join_text(
            [_text(table, header) for header in comparison.columns]
        )
        for comparison in added
    }


def _text(table: pa.Table, header: str) -> pa.Array:
    """A column as clean text, not dictionary-encoded."""
    column = table.column(table.column_names.index(header))
    return known_cells(column).cast(pa.string())


# --- of the lists of a run
# --------------------------------------------------------------------------------------

_ROLE = f"{SECTION}."
_CELL = ("source", "sheet", "line")
ENTRY_CELL = pa.schema([ADDED.field(name) for name in ("entry_id", *_CELL)])
"""The columns of ENTRY that tell where an entry stood."""


def with_columns(
    settings: IngestSettings, comparisons: Sequence[AddedComparison]
) -> IngestSettings:
    """The settings with the columns of the comparisons pinned, so that no field takes them."""
    if not comparisons:
        return settings
    pinned: dict[str, str | list[str]] = {
        f"{_ROLE}{comparison.name}": list(comparison.columns)
        for comparison in comparisons
    }
    return settings.model_copy(update={"columns": {**settings.columns, **pinned}})


def compared_columns(columns: ColumnMap) -> dict[str, tuple[int, ...]]:
    """The columns of each added comparison that a table has, by its name."""
    roles = sorted(role for role in columns.roles() if role.startswith(_ROLE))
    return {role.removeprefix(_ROLE): columns.columns(role) for role in roles}


def with_ids(added: pa.Table, entries: pa.Table) -> pa.Table:
    """ADDED with the ids of its entries, by id; ``entries`` has the columns of ENTRY_CELL.

    One file may lie in two folders: each of its entries says what stands in the file.
    """
    entry_cells = stood_at(entries)
    parts = []
    for name in pc.unique(added.column("comparison")).to_pylist():
        of_name = rows_among(added, "comparison", [name])
        at = pc.index_in(entry_cells, value_set=stood_at(of_name))
        ids = entries.column("entry_id").filter(at.is_valid())
        parts.append(of_name.take(at.drop_null()).set_column(0, ADDED.field(0), ids))
    return sort_by(concat(parts, ADDED), "entry_id", "comparison")


def stood_at(table: pa.Table) -> pa.Array:
    """Where each row stood, as one text; neither part holds a line break."""
    source, sheet, line = (table.column(name).cast(pa.string()) for name in _CELL)
    parts = source, pc.fill_null(sheet, ""), line
    return pc.binary_join_element_wise(*parts, "\n").combine_chunks()
