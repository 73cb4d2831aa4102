"""PDF files that hold text: the tables of their pages as rows, and the text around them.

A table with lines is read cell by cell (``pdf_cells``), one without by the gaps between its columns
(``pdf_columns``). A table that goes on over pages is one table, and words that a narrow column
broke are one word. A page that is a picture has its own trouble; the others are read.
"""

from __future__ import annotations

import base64
import re
import zlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, takewhile, zip_longest
from typing import TYPE_CHECKING

import numpy as np

from voterlist.model import AsideCode
from voterlist.readers.counted import BESIDE_PAGES
from voterlist.readers.documents import (
    Cell,
    Line,
    Row,
    document,
    table_lines,
    text_line,
)
from voterlist.readers.outcome import (
    ReadOutcome,
    RefusedError,
    refused_as,
    unread_sheet,
)
from voterlist.readers.pdf_cells import Content, Part, content_of, rows_of_lines
from voterlist.readers.pdf_columns import (
    Columns,
    chunks,
    columns_of,
    is_next,
    is_rest,
    numbers_rows,
    overlap,
)
from voterlist.readers.pdf_pages import read_pages
from voterlist.readers.pdf_words import PERHAPS_ONE_WORD, TextLine, line_text
from voterlist.tables import as_ranges

if TYPE_CHECKING:
    from voterlist.config.sections import IngestSettings

# Words that a program broke because a column is too narrow, put together again.
#
# A line that is full to its end may break a word or stand between two words. The other words of the
# column tell which: what stands there as a word is one.

_BREAK = re.compile(rf"(\S*){PERHAPS_ONE_WORD}([^\s{PERHAPS_ONE_WORD}]*)")
_TOKEN = re.compile(rf"[^\s{PERHAPS_ONE_WORD}]+")
_DIVIDED = re.compile(r"[^\W\d_][-\N{HYPHEN}\N{NON-BREAKING HYPHEN}]$")
"""A program divided this word, where small letters follow; a name in two has a capital there."""
_SIGNS = ".,;:()\"'«»"
_PARTICLE = re.compile("o[ğg]lu|[qg][ıi]z[ıi]|оглы|кызы")
"""Behind a father's name, and never the rest of a word."""
_SHORT = 3
"""The rest of a word in capital letters is hardly longer; a second name is."""


def put_together(lines: Iterable[Line]) -> None:
    """Decide in every cell where a word was broken and where a word ended."""
    lines = list(lines)
    if not any(PERHAPS_ONE_WORD in text for line in lines for text in line.cells):
        return
    columns = [*zip_longest(*(line.cells for line in lines), fillvalue="")]
    words_of_columns = [{*chain(*map(_whole_words, texts))} for texts in columns]
    are_single = [_are_single(texts) for texts in columns]
    for line in lines:
        for column, text in enumerate(line.cells):
            if PERHAPS_ONE_WORD in text:
                line.cells[column] = _decide_breaks(
                    text, words_of_columns[column], is_single=are_single[column]
                )


def _are_single(texts: Iterable[str]) -> bool:
    """True for a column whose cells have mostly one word, where none may have been broken."""
    counts = [len(text.split()) for text in texts if PERHAPS_ONE_WORD not in text]
    return counts.count(1) > len(counts) - counts.count(0) - counts.count(1)


def _whole_words(text: str) -> Iterable[str]:
    """The words of a cell that no line may have broken."""
    if PERHAPS_ONE_WORD not in text:
        return map(_plain, text.split())
    return (
        _plain(match[0])
        for match in _TOKEN.finditer(text)
        if PERHAPS_ONE_WORD not in text[max(0, match.start() - 1) : match.end() + 1]
    )


def _plain(word: str) -> str:
    return word.strip(_SIGNS)


def _decide_breaks(text: str, words: set[str], *, is_single: bool) -> str:
    while match := _BREAK.search(text):
        above, rest = match[1], match[2]
        middle = "" if _is_one(above, rest, words, is_single=is_single) else "\n"
        if _DIVIDED.search(above) and rest[0].islower():
            above = above[:-1]
        text = f"{text[: match.start()]}{above}{middle}{rest}{text[match.end() :]}"
    return text


def _is_one(above: str, rest: str, words: set[str], *, is_single: bool) -> bool:
    """True where these are the two parts of one word.

    ``words``: those that stand in the column; ``is_single``: whether they mostly stand alone.
    """
    if above.endswith(("-", "\N{HYPHEN}", "\N{NON-BREAKING HYPHEN}")):
        return True
    is_number = above[-1:].isdigit() and rest[:1].isdigit()
    if is_number or _plain(above + rest) in words:
        return True
    if _plain(rest) in words or _PARTICLE.fullmatch(rest):
        return False
    is_capital = rest[:1].isupper() and len(rest) > _SHORT
    return not is_capital or (is_single and _plain(above) not in words)


# All pages of a PDF file as lines: a table that goes on over pages is one table.

_SAME_COLUMN = 4.0
"""The edges of one table on two pages differ by no more points."""
_MOST_HEADER_ROWS = 4
"""Rows of a header that may be repeated on each page."""


def joined_lines(contents: Iterable[Content], settings: IngestSettings) -> list[Line]:
    """The lines of all pages in order.

    Text between two parts of a table, such as the number of a page, stands between their rows.
    """
    lines: list[Line] = []
    table: Part | None = None
    waiting: list[Line] = []
    for content in contents:
        for item in _in_order(content):
            if isinstance(item, Line):
                waiting.append(item)
                continue
            if table is not None and _is_same(table, item):
                table.rows[-1].inner += waiting
                _add(table, item)
            else:
                lines += _ended_lines(table, settings)
                lines += waiting
                table = item
            waiting = []
    return [*lines, *_ended_lines(table, settings), *waiting]


def _ended_lines(table: Part | None, settings: IngestSettings) -> list[Line]:
    """The lines of a table that does not go on."""
    return [] if table is None else table_lines(table.rows, settings)


def _in_order(content: Content) -> list[Line | Part]:
    """The tables and the lines of a page from top to bottom."""
    items: list[Line | Part] = []
    tops: list[float] = []
    for line in content.lines:
        items.append(text_line(line_text(line)))
        tops.append(line[0].middle)
    for table in content.tables:
        items.append(table)
        tops.append(table.top)
    order = np.argsort(np.array(tops), kind="stable")
    return [items[at] for at in order.tolist()]


def _is_same(table: Part, part: Part) -> bool:
    """True for the part of a table that stands on a further page."""
    if len(table.edges) != len(part.edges):
        return False
    moved = part.edges - table.edges
    return bool(np.abs(moved - moved[0]).max() <= _SAME_COLUMN)


def _add(table: Part, part: Part) -> None:
    """Add the rows of a further page; the rest of a row goes to the row that it is the rest of."""
    rows = _apart_from_header(table.rows[0], part.rows)
    known = [_texts(row) for row in table.rows[:_MOST_HEADER_ROWS]]
    headers = len([*takewhile(lambda row: _texts(row) in known, rows)])
    body = rows[headers:]
    cut = _last_of_body(table.rows)
    if body and cut is not None and _is_rest(cut, body[0]):
        own = _filled_cells(body[0])
        # Cells that went on whole may have several lines, each of which is a row here.
        is_moved = own.isdisjoint(_filled_cells(cut))
        lines = takewhile(lambda row: _filled_cells(row) <= own, body)
        taken = [*lines] if is_moved else body[:1]
        for row in taken:
            for cell, rest in zip(cut.cells, row.cells, strict=True):
                # A word that a hyphen ends may go on behind it.
                between = PERHAPS_ONE_WORD if cell.text.endswith("-") else "\n"
                cell.text = between.join(filter(None, (cell.text, rest.text)))
        body = body[len(taken) :]
    table.rows += rows[:headers]
    table.rows += body


def _apart_from_header(header: Row, rows: list[Row]) -> list[Row]:
    """The rows of a page whose first one is the repeated header and, with no line between, more.

    That one is cut into the header and the rest; other rows stay as they are.
    """
    known, texts = _texts(header), _texts(rows[0])
    if len(known) != len(texts) or known == texts:
        return rows
    first, rest = Row(), Row()
    for above, cell in zip(known, rows[0].cells, strict=True):
        is_alone = cell.text == above
        if not is_alone and not cell.text.startswith(f"{above}\n"):
            return rows
        first.cells.append(Cell(cell.start, above))
        below = "" if is_alone else cell.text[len(above) + 1 :]
        rest.cells.append(Cell(cell.start, below))
    return [first, rest, *rows[1:]]


def _last_of_body(rows: Sequence[Row]) -> Row | None:
    """The last row that does not repeat the header."""
    header = [_texts(row) for row in rows[:_MOST_HEADER_ROWS]]
    for number in range(len(rows) - 1, 0, -1):
        if number < _MOST_HEADER_ROWS or _texts(rows[number]) not in header:
            return rows[number]
    return None


def _texts(row: Row) -> list[str]:
    """The texts of the cells of a row."""
    return [cell.text for cell in row.cells]


def _is_rest(row: Row, rest: Row) -> bool:
    """True where a page cut a row in two.

    The rest has nothing in the first column, where every row begins, and fills some of the cells
    that the row above fills; or none of them, where cells of one line stay and the others go on.
    """
    if len(row.cells) != len(rest.cells):
        return False
    above = _filled_cells(row)
    below = _filled_cells(rest)
    is_part = below < above or below.isdisjoint(above)
    return bool(below) and 0 in above and 0 not in below and is_part


def _filled_cells(row: Row) -> set[int]:
    """The cells of a row that hold text."""
    return {at for at, cell in enumerate(row.cells) if cell.text}


# Pages of a PDF file on which no table is ruled: which of their lines are rows.

_LEAST_PIECES = 3
"""A line of so many pieces may be a row."""


def find_unruled(contents: Sequence[Content]) -> None:
    """Make a table on each page of the lines that are rows of it."""
    lines = [line for content in contents for line in content.lines]
    columns = columns_of(lines)
    if columns is None:
        return
    found: list[tuple[Content, list[int]]] = []
    for content in contents:
        goes_on = any(rows for _, rows in found)
        rows = _lines_of_rows(content.lines, columns, goes_on=goes_on)
        found.append((content, rows))
    first = [
        columns.cells(content.lines[at])[0] for content, rows in found for at in rows
    ]
    known: list[float] | None = [] if numbers_rows(first) else None
    for content, rows in found:
        if rows:
            _take(content, rows, columns, known)


def _take(
    content: Content,
    rows: Sequence[int],
    columns: Columns,
    known: list[float] | None,
) -> None:
    """Make these lines of a page its table; ``known`` as for ``row_groups``."""
    lines = [content.lines[at] for at in rows]
    by_column = [columns.cells(line) for line in lines]
    table = rows_of_lines(
        lines,
        by_column,
        range(columns.count),
        columns.rights.tolist(),
        known=known,
    )
    content.tables.append(Part(lines[0][0].top, columns.edges, table))
    taken = set(rows)
    content.lines = [line for at, line in enumerate(content.lines) if at not in taken]


def _lines_of_rows(
    lines: Sequence[TextLine], columns: Columns, *, goes_on: bool
) -> list[int]:
    """The lines that are rows, or belong to one; those between them that lie across are titles.

    ``goes_on``: whether the table began on a page before.
    """
    rows = [at for at, line in enumerate(lines) if len(chunks(line)) >= _LEAST_PIECES]
    if not rows:
        return [
            *takewhile(
                lambda at: goes_on and columns.may_be_rest(lines[at]), range(len(lines))
            )
        ]
    first = rows[0]
    own = columns.filled(lines[first])
    while first > 0 and overlap(lines[first - 1], lines[first]):
        first -= 1
        own |= columns.filled(lines[first])
    while first > 0 and (
        _is_above(lines[first - 1], lines[first], own, columns)
        or (goes_on and columns.may_be_rest(lines[first - 1]))
    ):
        first -= 1
    last = _last_of_row(lines, rows[-1], columns)
    taken = set(rows)
    for at in range(first, last + 1):
        if not columns.crosses(lines[at]):
            taken.add(at)
    return sorted(taken)


def _is_above(above: TextLine, line: TextLine, own: set[int], columns: Columns) -> bool:
    """True for a line of a row whose cells end at one height, above the last line of it."""
    filled = columns.filled(above)
    return (
        is_next(above, line)
        and filled < own
        and 0 not in filled
        and not columns.crosses(above)
    )


def _last_of_row(lines: Sequence[TextLine], last: int, columns: Columns) -> int:
    """The last line of the row that begins at this line."""
    own = columns.filled(lines[last])
    at = last
    while at + 1 < len(lines):
        above, line = lines[at], lines[at + 1]
        if columns.crosses(line):
            break
        filled = columns.filled(line)
        goes_on = is_rest(filled, own) or (filled <= own and 0 not in filled)
        if overlap(above, line):
            own |= filled
        elif not (goes_on and is_next(above, line)):
            break
        at += 1
    return at


_NO_TABLE = frozenset({AsideCode.FILE_EMPTY, AsideCode.FILE_NOT_A_TABLE})

_LEAST_APART = 5
"""Lines of a page that may be the cells of one column."""
_AT_A_TIME = 2**20
"""Bytes that are unpacked at a time."""

_Troubles = dict[AsideCode, list[int]]
"""The numbers of the pages that have a trouble."""


@refused_as("pdf")
def read_pdf(content: bytes, settings: IngestSettings) -> ReadOutcome:
    """The rows of a PDF file as one sheet, or the code of why there are none.

    Pages that cannot be read are further sheets with their trouble, named by their numbers.
    """
    contents, troubles, beside, notes, shown = _read_pages(content)
    if not any(content.tables for content in contents):
        find_unruled(contents)
    are_apart = _are_columns_apart(contents)
    lines = joined_lines(contents, settings)
    put_together(lines)
    lines += [text_line(line) for line in notes]
    try:
        found = document(lines, "pdf", settings)
    except RefusedError as refused:
        if refused.code not in _NO_TABLE or not troubles:
            raise
        # The list stands on the pages that could not be read.
        usual = max(troubles, key=lambda code: len(troubles[code]))
        raise RefusedError(usual) from None
    unread = [
        unread_sheet(f"p. {as_ranges(troubles[code])}", code)
        for code in sorted(troubles)
    ]
    more = BESIDE_PAGES.findall(content, content.find(b"%PDF-") + 1)
    outcome = ReadOutcome("pdf", (*found.sheets, *unread))
    names = sorted({*map(bytes.decode, more)})
    names += (f"p. {as_ranges(pages)} ({what})" for what, pages in beside.items())
    names += ["(columns)"] * are_apart
    names += ["(damaged)"] * _is_damaged(content, shown)
    return outcome.with_unread(names)


def _are_columns_apart(contents: Sequence[Content]) -> bool:
    """True where a sheet was wider than its pages: lines of one are at the heights of rows.

    More of them than stand below a list, and of as many rows as another page has.
    """
    tabled = [content.heights for content in contents if content.tables]
    return any(
        len(own) >= max(_LEAST_APART, len(heights) / 2)
        and 2 * np.isin(own, heights).sum() > len(own)
        for own in (content.heights for content in contents if not content.tables)
        for heights in tabled
    )


_STREAM = re.compile(
    rb"<<((?:(?!<<|stream).){0,400}?/Length (\d{1,10})\b( \d+ R)?"
    rb"(?:(?!endobj|stream).){0,400}?)>>\s*stream\r?\n",
    re.DOTALL,
)
"""The beginning of what a page draws, or of something else, and its length, or where that stands.
"""
_BEGINS, _ENDS = re.compile(rb">>\s*stream\s"), b"endstream"
_NUMBER = re.compile(rb"\b(\d+)\s+\d+\s+obj\b\s*(?:(\d{1,10})\s+endobj)?")
"""The beginning of an object, and the number that it is."""
_DRAWN_BY = re.compile(rb"/Contents[\s\[]*(\d+) \d+ R")
_PAGE, _KIDS = re.compile(rb"/Type\s*/Page\b"), re.compile(rb"/Kids\s*\[([^\]]*)")
_NAMED = re.compile(rb"(\d+)\s+\d+\s+R\b")
"""A page, and the pages that a file has."""
_OTHER = re.compile(rb"/(?:Type|Subtype|Length1|N|FunctionType|Width)\b")
"""What is said of a stream that is none of what a page draws."""
_TEXT = re.compile(rb"\((?:[^()\\]++|\\.)*+\)", re.DOTALL)
_DEEPEST_TEXT = 20
"""Brackets in a text stand no deeper in each other."""
_SHOWS = re.compile(rb"[>\]]\s*(?:T[jJ]|['\"])")
_WORDS = re.compile(rb"(?<![^\s)>\]])[A-Za-z'\"*]+\d?(?![^\s(</\[])")
_KNOWN = frozenset(
    b"b B b* B* BDC BI BMC BT BX c cm CS cs d d0 d1 Do DP EI EMC ET EX f F f* G g gs h i ID j J K"
    b" k l m M MP n q Q re RG rg ri s S SC sc SCN scn sh T* Tc Td TD Tf Tj TJ TL Tm Tr Ts Tw Tz v"
    b" w W W* y ' \" true false null".split()
)
"""The words by which a page is drawn (ISO 32000-1, annex A)."""


def _is_damaged(content: bytes, shown: int) -> bool:
    """Whether bytes were lost or changed: PDFium shows what stands before them, and says nothing.

    Nor does it where what a page draws is not there, or a page is not. ``shown``: how many texts
    it gave of all pages; what the file holds writes no more.
    """
    numbers: defaultdict[bytes, list[bytes]] = defaultdict(list)
    for number, value in _NUMBER.findall(content):
        numbers[number] += filter(None, [value])
    pages = {_number_at(content, page.start()) for page in _PAGE.finditer(content)}
    named = {*_NAMED.findall(b" ".join(_KIDS.findall(content)))}
    # What was packed with others stands in no place of its own.
    is_missing = b"/ObjStm" not in content and not (
        pages <= named and numbers.keys() >= {*_DRAWN_BY.findall(content)}
    )
    if is_missing or content.count(_ENDS) > len(_BEGINS.findall(content)):
        return True
    written: dict[bytes, int] = {}
    for stream in _STREAM.finditer(content):
        texts = _texts_in(content, stream, numbers)
        if texts is None:
            return True
        # Of an object that was changed the last one counts.
        written[_number_at(content, stream.start())] = texts
    return sum(written.values()) > shown


def _number_at(content: bytes, place: int) -> bytes:
    """The number of the object in which this place lies; what is there where it has none."""
    head = content.rfind(b"obj", 0, place)
    return b" ".join(content[max(0, head - 24) : head].split()[-2:-1])


def _texts_in(
    content: bytes, stream: re.Match[bytes], numbers: Mapping[bytes, list[bytes]]
) -> int | None:
    """How many texts a stream writes on a page; None where it is damaged.

    So it is where it is not as long as it says, what was packed has not its sum at the end, or
    something stands in it that draws nothing.

    ``numbers``: by the number of an object those that it is, or was before the file was changed.
    """
    lengths = numbers.get(stream[2], []) if stream[3] else [stream[2]]
    ends = [stream.end() + int(length) for length in lengths]
    ends = ends or [content.find(_ENDS, stream.end())]
    whole = [end for end in ends if content[end : end + 11].lstrip().startswith(_ENDS)]
    if not whole:
        return None
    if b"/Encrypt" in content:
        return 0
    packed = content[stream.end() : whole[0]]
    is_packed = packed and b"/FlateDecode" in stream[1]
    is_drawn = not _OTHER.search(stream[1])
    unpacking = zlib.decompressobj()
    drawn = b""
    try:
        if b"/ASCII85Decode" in stream[1]:
            packed = base64.a85decode(b"<~" + packed.strip(), adobe=True)
        rest = packed
        while rest:
            piece = unpacking.decompress(rest, _AT_A_TIME)
            drawn += piece * is_drawn
            rest = unpacking.unconsumed_tail
    except (ValueError, zlib.error):
        if is_packed:
            return None
        drawn = packed
    if is_packed and not unpacking.eof:
        return None
    plain = drawn if is_drawn and b"BT" in drawn else b""
    for _ in range(_DEEPEST_TEXT):
        plain = _TEXT.sub(b"<>", plain)
    words = {*_WORDS.findall(plain)}
    if not words or b"BI" in words:
        return 0
    is_whole = b"(" not in plain and b")" not in plain and words <= _KNOWN
    return len(_SHOWS.findall(plain)) if is_whole else None


def _read_pages(
    content: bytes,
) -> tuple[list[Content], _Troubles, dict[str, list[int]], list[str], int]:
    """What stands on the pages that can be read, which cannot, and which have more on them.

    That is a large picture, fields that somebody filled in, or text in white. And the lines of
    the remarks on them, and of what nobody sees; and how many texts are drawn on all.
    """
    shown = 0
    notes: list[str] = []
    known: list[float] = []
    contents: list[Content] = []
    beside: dict[str, list[int]] = {}
    troubles: _Troubles = {}
    for number, page in enumerate(read_pages(content), start=1):
        if page.trouble is not None:
            troubles.setdefault(page.trouble, []).append(number)
        elif not page.is_blank:
            contents.append(content_of(page, known))
        for what, is_there in (
            ("image", page.pictured),
            ("fields", page.filled),
            ("hidden", page.hidden),
        ):
            if is_there:
                beside.setdefault(what, []).append(number)
        notes += filter(None, "\n".join(page.notes).splitlines())
        shown += page.texts
    return contents, troubles, beside, notes, shown
