"""What a packed workbook holds, looked over before it is opened: how large, how far out, what is hidden.

The reader of workbooks lays a sheet out as a full rectangle, so one cell far out would fill the memory; here the
parts are unpacked piece by piece, with no more of them in memory than a piece, and nothing is expanded: a part
that declares entities is refused.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from voterlist.config import IngestSettings
from voterlist.io.readers.binary import BookRecords, sheet_size
from voterlist.io.readers.ole import DamagedError, sheet_sizes, workbook_stream
from voterlist.model import AsideCode

__all__ = ["SheetFacts", "Surveyed", "survey", "survey_xls"]

DAMAGE = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError, EOFError, ValueError, KeyError)
"""What a damaged archive makes zipfile raise."""

_PIECE = 4 * 2**20
_SHEET_PART = re.compile(r"xl/worksheets/[^/]*\.(?:xml|bin)", re.IGNORECASE)
_NAME = rb"<(?:\w+:)?"
_FAR = re.compile(_NAME + rb'c\s[^>]*?\br="(?:[A-Z]{3,}[0-9]+|[A-Z]+[0-9]{5,})"[^>]*(?<!/)>')
_USUAL_FAR = re.compile(rb'<c r="(?:[A-Z]{3}|[A-Z]{1,2}[0-9]{5})')
_CELL = re.compile(_NAME + rb'c\s[^>]*?\br="([A-Z]{1,7})([0-9]{1,10})"[^>]*(?<!/)>')
_UNPLACED = re.compile(_NAME + rb"c(?:>|\s(?![^>]*\br=)[^>]*(?<!/)>)")
_ROW = re.compile(_NAME + rb'row(?= |>|/)(?:[^>]*?\br="([0-9]{1,10})")?')
_HIDDEN_COLUMN = re.compile(_NAME + rb'col\s(?=[^>]*\bhidden="(?:1|true)")[^>]*>')
_FIRST, _LAST = (re.compile(rb'\b%s="([0-9]{1,5})"' % name) for name in (b"min", b"max"))
_HIDDEN = re.compile(_NAME + rb'row\s[^>]*?\bhidden="(?:1|true)"')
_NO_VALUE = re.compile(
    _NAME + rb"c\b[^>]*>\s*" + _NAME + rb"f\b[^>]*(?:/>|>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:" + _NAME + rb"v\s*/>|" + _NAME + rb"v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_NEAR_ROWS, _NEAR_COLUMNS = 9_999, 702
"""No cell lies further out than this where ``_FAR`` finds none."""


@dataclass(slots=True)
class SheetFacts:
    """What is known of a sheet before it is opened."""

    rows: int = 0
    columns: int = 0
    """Those of the rectangle around its cells, where it reaches beyond row 9,999 or column ZZ; else at most that."""
    hidden_rows: int = 0
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    """Ranges, first and last counted from 0; of XLSX and ODS only."""
    formulas_without_value: int = 0
    merged: list[tuple[tuple[int, int], tuple[int, int]]] = field(default_factory=list)
    """Merged ranges, first and last (row, column) counted from 0, where the reader of workbooks does not give them."""
    trouble: AsideCode | None = None


@dataclass(frozen=True, slots=True)
class Surveyed:
    """A packed workbook looked over."""

    format: str
    """xlsx, xlsb or ods."""
    sheets: dict[int, SheetFacts]
    """By the place of the sheet in the workbook; parts that the workbook does not name have places below 0."""
    trouble: AsideCode | None = None


class _RefusedError(Exception):
    """A part is refused; the argument is the code."""


def survey(content: bytes, settings: IngestSettings) -> Surveyed | None:
    """A packed workbook looked over; None where the archive holds no workbook, or cannot be unpacked at all."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _survey(archive, content, settings)
    except DAMAGE:
        return None


def survey_xls(content: bytes, settings: IngestSettings) -> Surveyed:
    """An XLS file, or another compound file, looked over."""
    try:
        stream = workbook_stream(content)
        facts = {place: SheetFacts(*size) for place, size in enumerate(sheet_sizes(stream))}
    except DamagedError:
        return Surveyed("xls", {}, AsideCode.FILE_UNREADABLE)
    if not stream:
        return Surveyed("xls", {}, AsideCode.FILE_NOT_A_TABLE)
    return _all_at_once("xls", facts, settings)


def _all_at_once(kind: str, facts: dict[int, SheetFacts], settings: IngestSettings) -> Surveyed:
    """A workbook whose reader lays out all sheets when it opens it: one too large refuses the file."""
    troubles = [trouble for sheet in facts.values() if (trouble := _too_large(sheet, settings))]
    return Surveyed(kind, facts, troubles[0] if troubles else None)


def _survey(archive: zipfile.ZipFile, content: bytes, settings: IngestSettings) -> Surveyed | None:
    names = {part.filename.lower(): part.filename for part in archive.infolist()}
    kind = _kind(archive, names)
    if kind is None:
        return None
    if trouble := _size_trouble(archive, content, settings):
        return Surveyed(kind, {}, trouble)
    try:
        if kind == "ods":
            return _all_at_once(kind, dict(enumerate(_ods_facts(archive, names["content.xml"], settings))), settings)
        if "xl/sharedstrings.xml" in names:
            for _ in _pieces(archive, names["xl/sharedstrings.xml"], settings):
                pass
        order = _sheet_order(archive, names, kind)
        facts = {}
        for place, part in order.items():
            facts[place] = _part_facts(archive, part, settings)
    except _RefusedError as refused:
        return Surveyed(kind, {}, refused.args[0])
    except DAMAGE:
        return Surveyed(kind, {}, AsideCode.FILE_UNREADABLE)
    return Surveyed(kind, facts)


def _kind(archive: zipfile.ZipFile, names: dict[str, str]) -> str | None:
    """What kind of workbook it is, None where it is none."""
    if "xl/workbook.bin" in names:
        return "xlsb"
    if any(_SHEET_PART.fullmatch(name) for name in names):
        return "xlsx"
    if "content.xml" in names:
        mime = archive.read(names["mimetype"])[:100] if "mimetype" in names else b"spreadsheet"
        return "ods" if b"spreadsheet" in mime else None
    return None


def _size_trouble(archive: zipfile.ZipFile, content: bytes, settings: IngestSettings) -> AsideCode | None:
    """FILE_TOO_LARGE where the parts unpack to more than allowed, or one to more than it declares."""
    most = settings.max_unpacked_megabytes * 2**20
    if sum(part.file_size for part in archive.infolist()) > most:
        return AsideCode.FILE_TOO_LARGE
    for part in archive.infolist():
        if part.compress_type == zipfile.ZIP_DEFLATED and _unpacks_further(part, content):
            return AsideCode.FILE_TOO_LARGE
    return None


def _unpacks_further(part: zipfile.ZipInfo, content: bytes) -> bool:
    """True where a part goes on after the size that it declares: readers that do not stop there would fill up."""
    start = part.header_offset
    header = content[start : start + 30]
    if len(header) < 30:
        return False
    start += 30 + int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
    unpacker = zlib.decompressobj(-15)
    left, found = content[start : start + part.compress_size], 0
    try:
        while left and not unpacker.eof and found <= part.file_size:
            found += len(unpacker.decompress(left, _PIECE))
            left = unpacker.unconsumed_tail
    except zlib.error:
        return False
    return found > part.file_size


def _pieces(archive: zipfile.ZipFile, part: str, settings: IngestSettings) -> Iterator[bytes]:
    """A part's text piece by piece, each ending with a whole tag, where there are rows with a whole row."""
    longest = max(8 * settings.max_cell_characters, 2 * _PIECE)
    rest = b""
    first = True
    with archive.open(part) as stream:
        while chunk := stream.read(_PIECE):
            rest += chunk
            if first and (b"<!DOCTYPE" in rest or b"<!ENTITY" in rest):
                raise _RefusedError(AsideCode.FILE_UNREADABLE)
            first = False
            cut = rest.rfind(b"</row>") + 6
            if cut < 6:
                cut = rest.rfind(b">") + 1
            if len(rest) - cut > longest:
                raise _RefusedError(AsideCode.CELL_TOO_LONG)
            if cut:
                yield rest[:cut]
                rest = rest[cut:]
    if rest:
        yield rest


def _part_facts(archive: zipfile.ZipFile, part: str, settings: IngestSettings) -> SheetFacts:
    """What one sheet of an XLSX or XLSB holds.

    A part that cannot be unpacked whole is not opened: its reader would take what comes out of it for cells.
    """
    try:
        if part.lower().endswith(".bin"):
            rows, columns, hidden = sheet_size(archive.read(part))
            facts = SheetFacts(rows, columns, hidden)
        else:
            facts = SheetFacts()
            near = settings.max_cells >= _NEAR_ROWS * _NEAR_COLUMNS and settings.max_rows >= _NEAR_ROWS
            for piece in _pieces(archive, part, settings):
                _look_over(piece, facts, exact=not near)
    except DAMAGE:
        return SheetFacts(trouble=AsideCode.FILE_UNREADABLE)
    facts.trouble = _too_large(facts, settings)
    return facts


def _too_large(facts: SheetFacts, settings: IngestSettings) -> AsideCode | None:
    """The code of the limit that a sheet of this size goes beyond."""
    if facts.rows > settings.max_rows:
        return AsideCode.TOO_MANY_ROWS
    if facts.columns > 100 * settings.max_columns:
        return AsideCode.TOO_MANY_COLUMNS
    return AsideCode.FILE_TOO_LARGE if facts.rows * facts.columns > settings.max_cells else None


def _look_over(piece: bytes, facts: SheetFacts, *, exact: bool) -> None:
    """Add what one piece of a sheet shows."""
    # Nearly all programs write cells as <c r="...">, which is looked through many times faster.
    usual = b":c " not in piece and b"<c>" not in piece and piece.count(b"<c ") == piece.count(b'<c r="')
    rows = _ROW.findall(piece)
    if not usual and _UNPLACED.search(piece):
        # Cells that do not say where they stand follow each other.
        facts.rows += len(rows)
        facts.columns = max(facts.columns, *(row.count(b"<c>") + row.count(b"<c ") for row in piece.split(b"</row>")))
    if exact or (_USUAL_FAR if usual else _FAR).search(piece):
        places = _CELL.findall(piece)
        facts.rows = max([facts.rows, *(int(number) for _, number in places)])
        facts.columns = max([facts.columns, *map(_column_number, {letters for letters, _ in places})])
    elif rows:
        facts.rows = max(facts.rows, min(_NEAR_ROWS, max((int(number) for number in rows if number), default=0)))
        facts.columns = max(facts.columns, 1)
    if b"hidden=" in piece:
        facts.hidden_rows += len(_HIDDEN.findall(piece))
        for column in _HIDDEN_COLUMN.findall(piece):
            if (first := _FIRST.search(column)) and (last := _LAST.search(column)):
                facts.hidden_columns.append((int(first[1]) - 1, int(last[1]) - 1))
    if b"<f" in piece or b":f" in piece:
        facts.formulas_without_value += len(_NO_VALUE.findall(piece))


def _column_number(letters: bytes) -> int:
    """A column's number from its letters, as in A = 1, Z = 26, AA = 27."""
    number = 0
    for letter in letters:
        number = 26 * number + letter - 64
    return number


def _sheet_order(archive: zipfile.ZipFile, names: dict[str, str], kind: str) -> dict[int, str]:
    """The part of each sheet by the sheet's place in the workbook."""
    try:
        if kind == "xlsb":
            relations = BookRecords(archive.read(names["xl/workbook.bin"])).relations()
        else:
            relations = [
                next((value for name, value in found.items() if name.endswith(":id")), "")
                for tag, found in _tags(archive.read(names["xl/workbook.xml"]))
                if tag.rpartition(":")[2] == "sheet"
            ]
        targets = {
            found.get("Id", ""): found.get("Target", "")
            for tag, found in _tags(archive.read(names[f"xl/_rels/workbook.{'bin' if kind == 'xlsb' else 'xml'}.rels"]))
            if tag.rpartition(":")[2] == "Relationship"
        }
    except DAMAGE:
        targets, relations = {}, []
    parts = {}
    for place, relation in enumerate(relations):
        target = targets.get(relation, "").lower()
        part = names.get(target.removeprefix("/") if target.startswith(("/", "xl/")) else f"xl/{target}")
        if part is not None and _SHEET_PART.fullmatch(part):
            parts[place] = part
    # What stands beside the order is looked over too: it has its limits, though nobody names it.
    rest = sorted(set(filter(_SHEET_PART.fullmatch, names.values())) - set(parts.values()))
    return parts | {-1 - number: part for number, part in enumerate(rest)}


def _tags(content: bytes) -> list[tuple[str, dict[str, str]]]:
    """Every tag with its attributes. Raises ``ValueError`` where it is no XML, or declares anything."""
    found: list[tuple[str, dict[str, str]]] = []
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse_declarations
    parser.StartElementHandler = lambda tag, attributes: found.append((tag, attributes))
    try:
        parser.Parse(content, True)  # noqa: FBT003  expat takes no keyword
    except expat.ExpatError:
        raise ValueError("no XML") from None
    return found


def _refuse_declarations(*_: object) -> None:
    raise _RefusedError(AsideCode.FILE_UNREADABLE)


@dataclass(slots=True)
class _OdsTable:
    """The size of one table of an ODS file, counted while its tags go by."""

    facts: SheetFacts = field(default_factory=SheetFacts)
    row: int = 0
    column: int = 0
    declared: int = 0
    """How many columns were declared so far."""
    repeated_rows: int = 1
    hidden: bool = False
    filled: bool = False


class _OdsParser:
    """Counts rows, columns, what of them is hidden, formulas without a value and merged cells of every table."""

    def __init__(self, settings: IngestSettings) -> None:
        self.tables: list[_OdsTable] = []
        self._settings = settings
        self._depth = 0
        self._cell: dict[str, str] | None = None
        self._characters = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """A tag begins."""
        name = tag.rpartition(":")[2]
        if name == "table":
            self._depth += 1
            if self._depth == 1:
                self.tables.append(_OdsTable())
        if self._depth != 1:
            return
        table = self.tables[-1]
        if name == "table-column":
            first, table.declared = table.declared, table.declared + _count(attributes, "table:number-columns-repeated")
            if attributes.get("table:visibility") in {"collapse", "filter"}:
                table.facts.hidden_columns.append((first, table.declared - 1))
        elif name == "table-row":
            table.column, table.filled = 0, False
            table.repeated_rows = _count(attributes, "table:number-rows-repeated")
            table.hidden = attributes.get("table:visibility") in {"collapse", "filter"}
        elif name in {"table-cell", "covered-table-cell"}:
            self._cell, self._characters = attributes, 0

    def text(self, text: str) -> None:
        """Text goes by."""
        if self._cell is not None:
            self._characters += len(text)
            if self._characters > max(8 * self._settings.max_cell_characters, 2 * _PIECE):
                raise _RefusedError(AsideCode.CELL_TOO_LONG)

    def end(self, tag: str) -> None:
        """A tag ends."""
        name = tag.rpartition(":")[2]
        if name == "table":
            self._depth -= 1
        if self._depth != 1:
            return
        table = self.tables[-1]
        if name in {"table-cell", "covered-table-cell"} and self._cell is not None:
            self._end_cell(table, self._cell)
            self._cell = None
        elif name == "table-row":
            table.row += table.repeated_rows
            if table.filled:
                table.facts.rows = table.row
                # Blank hidden rows below a list say nothing; sheets end with thousands of them.
                table.facts.hidden_rows += table.repeated_rows if table.hidden else 0

    def _end_cell(self, table: _OdsTable, cell: dict[str, str]) -> None:
        down, right = (_count(cell, f"table:number-{axis}-spanned") for axis in ("rows", "columns"))
        if down > 1:
            first = (table.row, table.column)
            table.facts.merged.append((first, (table.row + down - 1, table.column + right - 1)))
        table.column += _count(cell, "table:number-columns-repeated")
        has_value = self._characters > 0 or "office:value-type" in cell
        if has_value:
            table.filled = True
            table.facts.columns = max(table.facts.columns, table.column)
        elif "table:formula" in cell:
            table.facts.formulas_without_value += 1


def _count(attributes: dict[str, str], name: str) -> int:
    """How often something is repeated; a number that is none counts once."""
    text = attributes.get(name, "1")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 1


def _ods_facts(archive: zipfile.ZipFile, part: str, settings: IngestSettings) -> list[SheetFacts]:
    """What each table of an ODS file holds."""
    counted = _OdsParser(settings)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_declarations
    parser.StartElementHandler = counted.start
    parser.EndElementHandler = counted.end
    parser.CharacterDataHandler = counted.text
    try:
        with archive.open(part) as stream:
            while chunk := stream.read(_PIECE):
                parser.Parse(chunk, False)  # noqa: FBT003  expat takes no keyword
            parser.Parse(b"", True)  # noqa: FBT003  the same
    except (*DAMAGE, expat.ExpatError):
        raise _RefusedError(AsideCode.FILE_UNREADABLE) from None
    return [table.facts for table in counted.tables]
