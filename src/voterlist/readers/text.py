"""CSV, TSV and other delimited text.

Bytes to rows of cells, each with the physical line it begins on.
"""

from __future__ import annotations

import csv
import html
import re
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Iterable
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyarrow.csv import ConvertOptions, ParseOptions, ReadOptions, read_csv

from voterlist.arrays import Longs
from voterlist.model import AsideCode
from voterlist.readers.encoding import decode
from voterlist.readers.outcome import ReadOutcome, RefusedError, refused_as
from voterlist.readers.sheets import (
    check_size,
    sheet_of_columns,
    sheet_within,
)

if TYPE_CHECKING:
    from voterlist.config.sections import IngestSettings

_MOST_LINES = 12
"""A quoted cell may run over this many lines; a quote open for longer is a slip of the keyboard."""
_QUOTED = re.compile(r'"(?:[^"\n]|"")*"')
_ONE_CELL = re.compile(rf"\s*(?:{_QUOTED.pattern}\s*)?")
_BROKEN = re.compile(r'"[^"]*"')
"""The same over several lines, as far as quotes go in pairs."""
_SAMPLE_LINES = 400
_REFERENCE = re.compile(r"&#(?:[0-9]{2,5}|[xX][0-9A-Fa-f]{2,4});")
"""What a browser writes for a letter that the code page of its form lacks: ``M&#601;mm&#601;dov``.
"""
_DELIMITERS = ";\t|^~¦,"
"""The signs that part cells, the comma last."""
_NO_EDGE = rf"[^\n{re.escape(_DELIMITERS)}]"
_AS_TEXT = re.compile(
    rf'(?<!{_NO_EDGE})(?:="([^"\n]*)"|"=""([^"\n]*)""")(?!{_NO_EDGE})'
)
"""A cell as programs write it that keep Excel from making a number of it: ``="0012"``."""
_BREAK, _QUOTE = b'\n"'
_PIECE = 1 << 20
"""Bytes that are looked at together for quotes."""


@refused_as("text")
def read_text(content: bytes, settings: IngestSettings) -> ReadOutcome:
    """The one sheet of a text file, or the code of why there is none."""
    decoded = decode(content)
    if decoded is None:
        return ReadOutcome("", trouble=AsideCode.ENCODING_UNREADABLE)
    text = decoded.text.replace("\r\n", "\n").replace("\r", "\n")
    if "&#" in text:
        text = _REFERENCE.sub(_letter, text)
    if '="' in text:
        text = _AS_TEXT.sub(r'"\1\2"', text)
    # One line after the other, as long as one is asked for.
    delimiter = find_delimiter(line[0] for line in re.finditer(".*", text))
    if delimiter is not None and ' "' in text:
        text = _without_blanks(text, delimiter)
    most = min(settings.max_cell_characters, csv.field_size_limit())
    table = None if delimiter is None else even_rows(text, delimiter, most)
    if table is not None and table.num_columns <= settings.max_columns:
        check_size(table.num_rows, table.num_columns, settings)
        columns = [column.combine_chunks() for column in table.columns]
        sheet = sheet_of_columns(
            columns, settings, delimiter=delimiter, **decoded.facts
        )
        return ReadOutcome("text", (sheet,))
    lines = _lines(text)
    if not any(line and not line.isspace() for line in lines):
        raise RefusedError(AsideCode.FILE_EMPTY)
    check_size(len(lines), 0, settings)
    delimiter = find_delimiter(lines)
    if delimiter is None and all(map(_ONE_CELL.fullmatch, lines)):
        # A program that knew no delimiter took each line for one cell.
        lines = [line.strip()[1:-1].replace('""', '"') for line in lines]
        delimiter = find_delimiter(lines)
    starts, rows = split_rows(lines, delimiter)
    sheet = sheet_within(rows, starts, settings, delimiter=delimiter, **decoded.facts)
    return ReadOutcome("text", (sheet,))


def _letter(reference: re.Match[str]) -> str:
    """The letter that a reference by number stands for; of another sign the reference."""
    sign = html.unescape(reference[0])
    return sign if sign.isalpha() else reference[0]


def _without_blanks(text: str, delimiter: str) -> str:
    """The text without the blanks before cells in quotes, which would be plain signs."""
    sign = re.escape(delimiter)
    return re.sub(rf"(?m)(?<={sign}) +(?={_QUOTED.pattern} *(?:{sign}|$))", "", text)


def even_rows(text: str, delimiter: str, most: int) -> pa.Table | None:
    """The rows of a text in which each line is a row with as many cells; None of another text.

    For millions of rows: a cell in quotes begins and ends where a cell does and has no line break,
    so that there is but one way to read them, which is that of ``split_rows``. No line has more
    than ``most`` bytes.
    """
    content = text.encode()
    if not delimiter.isascii() or content.startswith(BOM_UTF8):
        return None
    ends = _even_ends(np.frombuffer(content, np.uint8), ord(delimiter))
    if ends is None or len(ends) <= 1:
        return None
    lengths = np.diff(ends, prepend=-1, append=len(content))
    # Arrow takes an empty line for a row of empty cells.
    if lengths.max() > most or lengths[:-1].min() == 1:
        return None
    _, (first,) = split_rows([content[: ends[0]].decode()], delimiter)
    names = [str(place) for place in range(len(first))]
    try:
        return read_csv(
            pa.BufferReader(content),
            ReadOptions(use_threads=False, column_names=names),
            ParseOptions(delimiter=delimiter, ignore_empty_lines=False),
            ConvertOptions(
                check_utf8=False,
                column_types=dict.fromkeys(names, pa.string()),
                strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid:
        # Some line has more cells, or fewer.
        return None


def _even_ends(signs: npt.NDArray[np.uint8], delimiter: int) -> Longs | None:
    """Where the lines end, or None where a quote does not stand at an end of a cell.

    Nor may a cell in quotes have a line break, or a delimiter behind its first quote or a doubled
    one.
    """
    is_edge = np.zeros(256, np.bool_)
    is_edge[[_BREAK, _QUOTE, delimiter]] = True
    ends = [np.zeros(0, np.int64)]
    start = 0
    while start < len(signs):
        piece = signs[start : start + _PIECE]
        lines = np.flatnonzero(piece == _BREAK)
        if not len(lines) and len(piece) == _PIECE:
            return None
        if start + _PIECE < len(signs):
            piece = piece[: lines[-1] + 1]
        ends.append(lines + start)
        start += len(piece)
        quotes = np.flatnonzero(piece == _QUOTE)
        if not len(quotes):
            continue
        # A line has two quotes for each cell in quotes, and two for each quote inside.
        if len(quotes) % 2 or (np.searchsorted(quotes, lines) % 2).any():
            return None
        around = np.full(len(piece) + 2, _BREAK, np.uint8)
        around[1:-1] = piece
        before, behind = around[quotes[::2]], around[quotes[1::2] + 2]
        if not (is_edge[before].all() and is_edge[behind].all()):
            return None
        if (around[quotes[::2] + 2] == delimiter).any():
            return None
    return np.concatenate(ends)


def _lines(text: str) -> list[str]:
    """The lines of a text."""
    lines = text.split("\n")
    if not lines[-1].strip("\x1a"):
        # What follows the last line's end is no line; old editors leave a 0x1A there.
        lines.pop()
    # Elsewhere the ends of Unicode and of old printers are breaks inside a cell.
    return lines[0].splitlines() if len(lines) == 1 else lines


def find_delimiter(lines: Iterable[str]) -> str | None:
    """The delimiter: one of ``; tab | ^ ~ ¦`` or a comma; None where each line is one cell.

    Any but the comma is believed where half of the lines hold it, or a quarter (a short list below
    a long title) if they usually hold it more than once. The comma, which also stands in addresses,
    is believed only where none of these is.
    """
    head = list(islice(filter(str.strip, lines), _SAMPLE_LINES))
    sample = _unquoted_lines(head)
    if sample:
        # A first line such as sep=; names the delimiter, for Excel.
        declared = re.fullmatch(r"sep=([^\w\s\"]|\t)", sample[0].strip(" \r").lower())
        if declared:
            return declared.group(1)
    found = _delimiter_of(sample)
    if found not in {None, ","} or not any(line.count('"') % 2 for line in head):
        return found
    return _delimiter_of(_unquoted_text(head)) or found


def _delimiter_of(sample: list[str]) -> str | None:
    """The delimiter of lines without their quoted cells."""
    best: tuple[int, int] | None = None
    delimiter = None
    for sign in _DELIMITERS:
        if sign == "," and best is not None:
            break
        usual, holding = _usual(sample, sign)
        by_half = 2 * holding >= len(sample)
        by_quarter = usual > 1 and 4 * holding >= len(sample)
        if not usual or not (by_half or by_quarter):
            continue
        if best is None or (holding, usual) > best:
            best = (holding, usual)
            delimiter = sign
    return delimiter


def _unquoted_lines(lines: Iterable[str]) -> list[str]:
    """The lines that are not blank, without their quoted cells."""
    return [_QUOTED.sub("", line) for line in lines if line.strip()]


def _unquoted_text(lines: Iterable[str]) -> list[str]:
    """The lines without quoted cells that go over several of them."""
    return _BROKEN.sub("", "\n".join(lines)).split("\n")


def _usual(sample: Iterable[str], sign: str) -> tuple[int, int]:
    """How many times a line that holds the sign usually holds it, and how many lines hold it."""
    counts = Counter(line.count(sign) for line in sample)
    counts.pop(0, None)
    if not counts:
        return 0, 0
    # The most frequent count, of equally frequent ones the largest.
    _, usual = max((lines, count) for count, lines in counts.items())
    return usual, counts.total()


def split_rows(
    lines: list[str], delimiter: str | None
) -> tuple[list[int], list[list[str]]]:
    """(the line each row begins on, counted from 1; the cells of each row).

    A quoted cell may hold the delimiter, doubled quotes and line breaks. A quote that is never
    closed, or closes only after it has swallowed other rows, is taken as a plain sign: one slip
    must not hide voters.
    """
    every_line = list(range(1, len(lines) + 1))
    if delimiter is None:
        return every_line, [[line] for line in lines]
    if not any('"' in line for line in lines):
        return every_line, [line.split(delimiter) for line in lines]
    usual, _ = _usual(_unquoted_lines(lines), delimiter)
    # Where each row has broken cells, no line has all the delimiters of a row.
    counts = [row.count(delimiter) for row in _unquoted_text(lines)]
    most_of_them = Counter(counts).most_common(1)[0][0]
    if 2 * counts.count(most_of_them) > max(2, len(counts)):
        usual = max(usual, most_of_them)
    starts: list[int] = []
    rows: list[list[str]] = []
    index = 0
    while index < len(lines):
        line = lines[index]
        if '"' in line:
            cells, lines_taken = _record(lines, index, delimiter, usual)
        else:
            cells, lines_taken = line.split(delimiter), 1
        starts.append(index + 1)
        rows.append(cells)
        index += lines_taken
    return starts, rows


def _record(
    lines: list[str], index: int, delimiter: str, usual: int
) -> tuple[list[str], int]:
    """The cells of the row that begins on this line, and how many lines it takes."""
    line = lines[index]
    between = line.split(f'"{delimiter}"')
    if len(between) == usual + 1:
        # All other cells have their quotes: where one is missing, it is at an end of the line.
        as_written = [cell.strip('"') for cell in between], 1
    else:
        as_written = line.split(delimiter), 1
    if len(between) == usual + 1 and not line.startswith('"'):
        return as_written
    ahead = lines[index : index + _MOST_LINES]
    # The last line has no end, so that a quote still open there is not closed by one.
    pieces = [f"{line}\n" for line in ahead[:-1]] + [ahead[-1], ""]
    reader = csv.reader(pieces, delimiter=delimiter)
    try:
        cells = next(reader)
    except csv.Error:
        return as_written
    lines_taken = reader.line_num
    if lines_taken == 1:
        return cells, 1
    if lines_taken > len(ahead):
        return as_written
    if not _is_one_record(ahead[:lines_taken], delimiter, usual):
        return as_written
    return cells, lines_taken


def _is_one_record(pieces: list[str], delimiter: str, usual: int) -> bool:
    """True where these lines are one row with a broken cell, not rows joined by a stray quote."""
    try:
        next(
            csv.reader(
                [f"{piece}\n" for piece in pieces], delimiter=delimiter, strict=True
            )
        )
    except csv.Error:
        return False
    return sum(piece.count(delimiter) for piece in pieces) < 2 * max(usual, 1)
