"""CSV, TSV and other delimited text.

Bytes to rows of cells, each with the physical line it begins on.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from itertools import zip_longest

import pyarrow as pa

from voterlist.config import IngestSettings
from voterlist.model import AsideCode
from voterlist.readers.encoding import decode
from voterlist.readers.found import Found
from voterlist.schemas import RawSheet

__all__ = ["find_delimiter", "read_text", "split_rows"]

_MOST_LINES = 12
"""A quoted cell may run over this many lines; a quote open for longer is a slip of the keyboard."""
_QUOTED = re.compile(r'"(?:[^"\n]|"")*"')
_SAMPLE_LINES = 400
_DELIMITERS = ";\t|^~¦,"
"""The signs that part cells, the comma last."""


def read_text(content: bytes, settings: IngestSettings) -> Found:
    """The one sheet of a text file, or the code of why there is none."""
    found = decode(content)
    if found is None:
        return Found("", trouble=AsideCode.ENCODING_UNREADABLE)
    lines = found.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if not lines[-1].strip("\x1a"):
        # What follows the last line's end is no line; old editors leave a 0x1A there.
        lines.pop()
    if not any(line and not line.isspace() for line in lines):
        return Found("text", trouble=AsideCode.FILE_EMPTY)
    if len(lines) > settings.max_rows:
        return Found("text", trouble=AsideCode.TOO_MANY_ROWS)
    delimiter = find_delimiter(lines)
    starts, rows = split_rows(lines, delimiter)
    if trouble := _too_large(lines, rows, settings):
        return Found("text", trouble=trouble)
    beyond = max(0, max(map(len, rows)) - settings.max_columns)
    sheet = RawSheet(
        None,
        pa.array(starts, pa.int32()),
        columns(rows, settings.max_columns),
        found.encoding,
        confidence=found.confidence,
        delimiter=delimiter,
        joined_columns=beyond,
    )
    return Found("text", (sheet,))


def _too_large(
    lines: list[str], rows: list[list[str]], settings: IngestSettings
) -> AsideCode | None:
    """The code of the limit that the rows go beyond."""
    most = settings.max_cell_characters
    if max(map(len, lines)) > most and max(len(cell) for row in rows for cell in row) > most:
        return AsideCode.CELL_TOO_LONG
    width = max(map(len, rows))
    if width > 100 * settings.max_columns:
        return AsideCode.TOO_MANY_COLUMNS
    is_large = min(width, settings.max_columns + 1) * len(rows) > settings.max_cells
    return AsideCode.FILE_TOO_LARGE if is_large else None


def columns(rows: Sequence[Sequence[str]], most: int) -> pa.Table:
    """The rows as text columns c0, c1 ...; null where a row ends before the column.

    What stands beyond ``most`` columns is joined into one more, so that nothing is lost.
    """
    width = max(map(len, rows), default=0)
    if width > most:
        rows = [
            row if len(row) <= most else [*row[:most], " ".join(filter(None, row[most:]))]
            for row in rows
        ]
    arrays = [pa.array(column, pa.string()) for column in zip_longest(*rows)]
    return pa.table(arrays, names=[f"c{index}" for index in range(len(arrays))])


def find_delimiter(lines: list[str]) -> str | None:
    """The delimiter: one of ``; tab | ^ ~ ¦`` or a comma; None where each line is one cell.

    Any but the comma is believed where half of the lines hold it, or a quarter (a short list below
    a long title) if they usually hold it more than once. The comma, which also stands in addresses,
    is believed only where none of these is.
    """
    sample = [_QUOTED.sub("", line) for line in lines if line.strip()][:_SAMPLE_LINES]
    if sample and (declared := re.fullmatch(r"sep=([^\w\s\"]|\t)", sample[0].strip(" \r").lower())):
        return declared.group(1)
    best: tuple[int, int, str] | None = None
    for sign in _DELIMITERS:
        if sign == "," and best is not None:
            break
        usual, holding = _usual(sample, sign)
        believed = 2 * holding >= len(sample) or (usual > 1 and 4 * holding >= len(sample))
        if usual and believed and (best is None or (holding, usual) > best[:2]):
            best = (holding, usual, sign)
    return best[2] if best else None


def _usual(sample: list[str], sign: str) -> tuple[int, int]:
    """How many times a line that holds the sign usually holds it, and how many lines hold it."""
    counts = Counter(line.count(sign) for line in sample)
    counts.pop(0, None)
    if not counts:
        return 0, 0
    return max(counts.items(), key=lambda item: (item[1], item[0]))[0], counts.total()


def split_rows(lines: list[str], delimiter: str | None) -> tuple[list[int], list[list[str]]]:
    """(the line each row begins on, counted from 1; the cells of each row).

    A quoted cell may hold the delimiter, doubled quotes and line breaks. A quote that is never
    closed, or closes only after it has swallowed other rows, is taken as a plain sign: one slip
    must not hide voters.
    """
    if delimiter is None:
        return list(range(1, len(lines) + 1)), [[line] for line in lines]
    if not any('"' in line for line in lines):
        return list(range(1, len(lines) + 1)), [line.split(delimiter) for line in lines]
    usual, _ = _usual([_QUOTED.sub("", line) for line in lines if line.strip()], delimiter)
    starts: list[int] = []
    rows: list[list[str]] = []
    index = 0
    while index < len(lines):
        line = lines[index]
        cells, taken = (
            (line.split(delimiter), 1)
            if '"' not in line
            else _record(lines, index, delimiter, usual)
        )
        starts.append(index + 1)
        rows.append(cells)
        index += taken
    return starts, rows


def _record(lines: list[str], index: int, delimiter: str, usual: int) -> tuple[list[str], int]:
    """The cells of the row that begins on this line, and how many lines it takes."""
    ahead = lines[index : index + _MOST_LINES]
    reader = csv.reader([f"{line}\n" for line in ahead[:-1]] + [ahead[-1], ""], delimiter=delimiter)
    try:
        cells = next(reader)
    except csv.Error:
        return lines[index].split(delimiter), 1
    taken = reader.line_num
    if taken == 1:
        return cells, 1
    if taken <= len(ahead) and _is_one_record(ahead[:taken], delimiter, usual):
        return cells, taken
    return lines[index].split(delimiter), 1


def _is_one_record(pieces: list[str], delimiter: str, usual: int) -> bool:
    """True where these lines are one row with a broken cell, not rows joined by a stray quote."""
    try:
        next(csv.reader([f"{piece}\n" for piece in pieces], delimiter=delimiter, strict=True))
    except csv.Error:
        return False
    return sum(piece.count(delimiter) for piece in pieces) < 2 * max(usual, 1)
