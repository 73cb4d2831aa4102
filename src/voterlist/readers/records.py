"""Files that name their columns themselves: JSON, a record a line or all in one list, and Parquet.

The names make the first row of the sheet. They stand in no line of their own: in Parquet and a JSON
list they are counted as row 1; where each line is a record, they are said to be on the line of the
first.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from itertools import chain
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from voterlist.model import AsideCode
from voterlist.processes.parquet_proof import BROKEN_PARQUET
from voterlist.readers.encoding import Decoded, decode
from voterlist.readers.outcome import ReadOutcome, RefusedError, refused_as
from voterlist.readers.sheets import (
    check_size,
    sheet_of_columns,
    sheet_within,
)
from voterlist.readers.texts import text_table
from voterlist.schemas import RawSheet
from voterlist.tables import one_array

if TYPE_CHECKING:
    from voterlist.config.sections import IngestSettings

_TWO_FILES = b"PAR1PAR1"
"""The end of a Parquet file and the beginning of another one behind it."""


class _Record(list[tuple[str, Any]]):
    """The pairs of a JSON object as they stand: a name may stand twice."""


_JSON = json.JSONDecoder(
    parse_int=str, parse_float=str, parse_constant=str, object_pairs_hook=_Record
)
"""Numbers stay as written: what looks like a number is often a document or a FIN."""


@refused_as("json")
def read_json(content: bytes, settings: IngestSettings) -> ReadOutcome | None:
    """The one sheet of a JSON file; None where the bytes are no JSON records.

    A line that is no record is a row with its text in a column of its own behind all others. Where
    a record holds rows of a table, all but one would be lost: then the file is no table.
    """
    if content[:4096].lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n")[:1] not in {b"{", b"["}:
        return None
    decoded = decode(content)
    if decoded is None:
        return None
    lines = decoded.text.replace("\r\n", "\n").split("\n")
    first = next((line for line in lines if line.strip()), "")
    if isinstance(_parse(first), _Record):
        if not lines[-1].strip():
            lines.pop()
        parsed = [_parse(line) if line.strip() else _Record() for line in lines]
        _refuse_tables(parsed)
        numbers = [lines.index(first) + 1, *range(1, len(lines) + 1)]
        return _of_lines(list(map(_row, parsed, lines)), numbers, decoded, settings)
    items = _parse(decoded.text)
    if not _is_list_of_records(items):
        _refuse_tables([items])
        return None
    _refuse_tables(items)
    records = [_row(item, "") for item in items]
    numbers = list(range(1, len(items) + 2))
    return ReadOutcome("json", (sheet_of_records(records, numbers, decoded, settings),))


def _refuse_tables(values: Iterable[Any]) -> None:
    if any(map(_holds_rows, values)):
        raise RefusedError(AsideCode.FILE_NOT_A_TABLE)


def _holds_rows(value: Any) -> bool:
    """True where a JSON value holds rows of a table that is not a list of records.

    Those are records of the same names, lists of one length, in whatever they lie.
    """
    if not isinstance(value, list):
        return False
    is_record = isinstance(value, _Record)
    inner = [held for _, held in value] if is_record else value
    lists = [held for held in inner if isinstance(held, list)]
    rows = chain.from_iterable(each for each in lists if not isinstance(each, _Record))
    others = [row for row in rows if isinstance(row, _Record)]
    # Whoever stands in a list of their own may have the names of the record around it.
    marked = [*lists, *others, value] if others else lists
    shared = Counter(chain.from_iterable(map(_shared_marks, marked)))
    repeated = sum(count > 1 for count in shared.values())
    return repeated > is_record or any(map(_holds_rows, lists))


def _shared_marks(value: list[Any]) -> list[Any]:
    """What a value has in common with another row of its table: its names, or its length."""
    if isinstance(value, _Record):
        return [name for name, _ in value]
    # It counts as two names, for two records of one voter may share a name.
    return [len(value), -len(value)] if len(value) > 1 else []


def _is_list_of_records(value: Any) -> bool:
    """True for a JSON list with a record in it; a record is no list."""
    if not isinstance(value, list) or isinstance(value, _Record):
        return False
    return any(isinstance(item, _Record) for item in value)


def _row(value: Any, written: str) -> dict[str, str] | str:
    """A record's values by name; what is no record as text."""
    try:
        if isinstance(value, _Record):
            return _flat(value)
        return written or _text(value)
    except RecursionError:
        return written


def _parse(text: str) -> Any:
    """What JSON says; None where it is none."""
    try:
        return _JSON.decode(text.strip())
    except (ValueError, RecursionError):
        return None


def sheet_of_records(
    flat: list[dict[str, str] | str],
    numbers: list[int],
    decoded: Decoded,
    settings: IngestSettings,
) -> RawSheet:
    """Records as a sheet: their names, then a row each."""
    check_size(len(flat) + 1, 0, settings)
    records = [record for record in flat if isinstance(record, dict)]
    names = list(dict.fromkeys(chain.from_iterable(records)))
    if not names and len(records) == len(flat):
        # Records without a single name hold no cell: such a file is as empty as one of blanks.
        raise RefusedError(AsideCode.FILE_EMPTY)
    check_size(len(flat) + 1, len(names), settings, held=len(names) + 1)
    blank = [""] * len(names)
    rows: list[list[str]] = [names]
    for row in flat:
        if isinstance(row, dict):
            rows.append([row.get(name, "") for name in names])
        else:
            rows.append([*blank, row])
    return sheet_within(rows, numbers, settings, **decoded.facts)


@refused_as("jsonl")
def _of_lines(
    flat: list[dict[str, str] | str],
    numbers: list[int],
    decoded: Decoded,
    settings: IngestSettings,
) -> ReadOutcome:
    return ReadOutcome("jsonl", (sheet_of_records(flat, numbers, decoded, settings),))


def _flat(record: _Record, above: str = "") -> dict[str, str]:
    """The values of a record by name.

    A record inside it as ``name.inner``; a name that stands twice has both.
    """
    flat: dict[str, str] = {}
    for written_name, value in record:
        name = f"{above}{_whole(written_name)}"
        is_record = isinstance(value, _Record)
        inner = _flat(value, f"{name}.") if is_record else {name: _text(value)}
        for key, text in inner.items():
            flat[key] = f"{flat[key]}\n{text}".strip() if key in flat else text
    return flat


def _text(value: Any) -> str:
    """A JSON value as text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, _Record):
        return ", ".join(_flat(value).values())
    if isinstance(value, list):
        return ", ".join(filter(None, map(_text, value)))
    return _whole(str(value))


def _whole(text: str) -> str:
    """The text without lone surrogates, which JSON can write and no table can hold."""
    return (
        text
        if text.isascii()
        else text.encode("utf-8", errors="replace").decode("utf-8")
    )


@refused_as("parquet", BROKEN_PARQUET)
def read_parquet(content: bytes, settings: IngestSettings) -> ReadOutcome:
    """The one sheet of a Parquet file."""
    file = pq.ParquetFile(pa.BufferReader(content))
    _check_account(file.metadata, settings)
    table = file.read()
    table.validate(full=True)
    nested = [
        name
        for name, column in zip(table.column_names, table.columns, strict=True)
        if pa.types.is_nested(column.type) and column.null_count < len(column)
    ]
    table = text_table(table)
    arrays = [
        pa.concat_arrays(
            [pa.array([name], pa.string()), pc.fill_null(one_array(column), "")]
        )
        # A row of a table ends nowhere early.
        for name, column in zip(table.column_names, table.columns, strict=True)
    ]
    if not arrays:
        raise RefusedError(AsideCode.FILE_EMPTY)
    found = ReadOutcome("parquet", (sheet_of_columns(arrays, settings),))
    return found.with_unread([*nested, *(["PAR1"] if _TWO_FILES in content else [])])


def _check_account(known: pq.FileMetaData, settings: IngestSettings) -> None:
    """See that the file is not too large, by its own account."""
    check_size(known.num_rows + 1, known.num_columns, settings)
    unpacked = sum(
        known.row_group(group).total_byte_size for group in range(known.num_row_groups)
    )
    if unpacked > settings.max_unpacked_megabytes * 2**20:
        raise RefusedError(AsideCode.FILE_TOO_LARGE)
