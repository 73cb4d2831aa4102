"""Properties of a workbook beside its cells: hidden, merged, or a formula without a value.

The reader of workbooks does not tell this. Nothing is expanded: a part that declares entities is
refused. How large a sheet may be is no question here: the process that parses it has a limit on
memory and time (``sandbox``).
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from voterlist.model import AsideCode, frozen
from voterlist.readers import binary, ole
from voterlist.readers.binary import (
    BLANK_TEXT,
    sheet_relations,
)
from voterlist.readers.counted import (
    BLANK_STRING,
    TOLD,
    SheetFacts,
    cells_and_rows,
    lines_named,
    lines_of,
    lines_told,
    remarks_of,
    strings_with,
    without_prefixes,
)
from voterlist.readers.ole import DamagedError, sheets_of_stream, workbook_streams
from voterlist.readers.outcome import RefusedError
from voterlist.readers.packed import (
    DAMAGE,
    Handler,
    StruckStyles,
    area_of,
    count_of,
    extent_of,
    parse_part,
    part_names,
    tags,
    targets,
)

if TYPE_CHECKING:
    from voterlist.config.sections import IngestSettings

_PIECE = 4 * 2**20
"""Bytes of a part that are looked at together."""
_REMARKS_PART = re.compile(r"xl/(?:[^/]+/)?comments?\d*\.(?:xml|bin)")
_DRAWING_PART = re.compile(r"xl/drawings/[^/]*\.xml")
_TYPED_PART = re.compile(
    r"xl/(?:charts/chart|diagrams/data|threadedcomments/|drawings/vml)[^/]*\.(?:xml|vml)"
)
"""What drawings and remarks lead to, in lower case: text that stands in no cell."""
_EDGE_PART = re.compile(rb"&amp;[LCR]")
_EDGE_CODE = re.compile(rb'&amp;(?:"[^"<]*"|&quot;.*?&quot;|K[0-9A-F]{6}|[0-9]+|[A-Z])')
"""The three parts of a sheet's head and foot, and the fonts and fields in them."""
_SHEET_PART = re.compile(r"xl/worksheets/[^/]*\.(?:xml|bin)", re.IGNORECASE)
_STRINGS_PART = "xl/sharedstrings.xml"
_BINARY_STRINGS = "xl/sharedstrings.bin"
_HIDDEN_COLUMN = re.compile(rb'<col\s(?=[^<>]*\bhidden="(?:1|true)")[^<>]*>')
"""A plain ``<`` may not stand in a tag, so each search ends at the next one."""
_FIRST, _LAST = (
    re.compile(rb'\b%s="([0-9]{1,5})"' % name) for name in (b"min", b"max")
)
_HIDDEN_ROW = re.compile(rb'<row\s[^<>]*\bhidden="(?:1|true)"')
_FORMULA_WITHOUT_VALUE = re.compile(
    rb"<c\b([^<>]*)>\s*<f\b[^<>]*(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>"
)
_ERROR_VALUE = re.compile(rb'<c\b([^<>]*\bt="e"[^<>]*)>')
"""``#DIV/0!`` and the like, which the reader of workbooks takes for an empty cell."""
_LITERAL = re.compile('"([^"]+)"')
_CELL = re.compile(r"[A-Z]{1,3}([0-9]{1,7})")
_STRUCK_SECTIONS = {"fonts": "font", "cellXfs": "xf"}
"""What of the styles of a workbook says which cells are struck through, and what it is made of."""
_BEHIND_SECTIONS = frozenset({"fills", "cellStyles"})
_STRUCK_RUN = (
    rb'strike(?<=<strike)(?![^<>]*\bval="(?:0|false)")[^<>]*>'
    rb"(?:(?!</r>|<strike).)*?<t\b[^<>]*>\s*[^\s<]"
)
"""A part of a text that is struck through; it begins with letters, for they are found fast."""
_STRUCK_SHARED = re.compile(_STRUCK_RUN, re.DOTALL)
_OF_ROW = rb'[^<>]*\br="[A-Z]{1,3}([0-9]{1,7})"[^<>]*'
_STRUCK_INLINE = re.compile(
    rb"<c\s%s>(?:(?!</?c[\s>]).)*?%s" % (_OF_ROW, _STRUCK_RUN), re.DOTALL
)
_SHARED_CELL = re.compile(rb'<c\s(?=[^<>]*\bt="s")%s>\s*<v>([0-9]+)<' % _OF_ROW)
"""A cell with a shared text: its row, and the number of the text."""
_FROM_1904 = re.compile(rb"""\bdate1904\s*=\s*["'](?:1|true)["']""")
_PLACE = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')


@frozen
class WorkbookFacts:
    """A workbook looked over."""

    format: str
    """xlsx, xlsb, xls or ods; empty where that is not known."""
    sheets: dict[int, SheetFacts]
    """By the place of the sheet in the workbook."""
    trouble: AsideCode | None = None
    unread: tuple[str, ...] = ()
    """The parts that hold cells and are no sheet of the workbook (XLSX)."""
    from_1904: bool = False
    """Whether its days are counted from 1904, as spreadsheets of a Macintosh did."""
    beside: Sequence[str] = ()
    """The lines that stand in no cell and lie on none (ODS, XLS)."""


def is_workbook(content: bytes) -> bool:
    """True for a packed file whose parts are named as those of a workbook are."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _kind(archive, part_names(archive)) is not None
    except DAMAGE:
        return False


def packed_facts(content: bytes, settings: IngestSettings) -> WorkbookFacts | None:
    """A packed workbook looked over; None where the archive holds none, or cannot be unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _packed_facts(archive, settings)
    except DAMAGE:
        return None


def xls_facts(content: bytes) -> WorkbookFacts:
    """An XLS file, or another compound file, looked over."""
    try:
        stream, summary = workbook_streams(content)
    except DamagedError:
        return WorkbookFacts("xls", {}, AsideCode.FILE_UNREADABLE)
    if not stream:
        return WorkbookFacts("xls", {}, AsideCode.FILE_NOT_A_TABLE)
    sheets, from_1904, is_damaged = sheets_of_stream(stream)
    return WorkbookFacts(
        "xls",
        dict(enumerate(sheets)),
        unread=("(damaged)",) * is_damaged,
        from_1904=from_1904,
        beside=ole.lines_of_summary(summary),
    )


def _packed_facts(
    archive: zipfile.ZipFile, settings: IngestSettings
) -> WorkbookFacts | None:
    names = part_names(archive)
    kind = _kind(archive, names)
    if kind is None:
        return None
    most = settings.max_unpacked_megabytes * 2**20
    if sum(part.file_size for part in archive.infolist()) > most:
        return WorkbookFacts(kind, {}, AsideCode.FILE_TOO_LARGE)
    try:
        if kind == "ods":
            return _ods_facts(
                archive, names["content.xml"], names.get("styles.xml"), settings
            )
        blank, texts = set[bytes](), set[bytes]()
        if _STRINGS_PART in names:
            pieces = _pieces(archive, names[_STRINGS_PART], settings)
            blank, texts = strings_with(pieces, BLANK_STRING, _STRUCK_SHARED)
        elif _BINARY_STRINGS in names:
            content = archive.read(names[_BINARY_STRINGS])
            blank = {*re.findall(BLANK_TEXT, content)}
        order = _sheet_order(archive, names, kind)
        struck = _Struck(_struck_cells(archive, names), texts)
        # Several sheets may name one part; it is looked over once.
        parts = {
            part: _part_facts(archive, part, settings, blank, struck)
            for part in sorted(
                {*order.values(), *filter(_SHEET_PART.fullmatch, names.values())}
            )
        }
    except RefusedError as refused:
        return WorkbookFacts(kind, {}, refused.code)
    except DAMAGE:
        return WorkbookFacts(kind, {}, AsideCode.FILE_UNREADABLE)
    sheets = {place: parts[part] for place, part in order.items()}
    damaged: list[str] = []
    for part in dict.fromkeys(order.values()):
        damaged += _look_beside(archive, names, part, parts[part])
    beside = sorted(parts.keys() - order.values()) if order else ()
    unread = (*(part for part in beside if parts[part].cells), *damaged)
    return WorkbookFacts(kind, sheets, None, unread, _counts_from_1904(archive, names))


@frozen
class _Struck:
    """What is struck through in the sheets of a workbook."""

    cells: re.Pattern[bytes] | None
    texts: set[bytes]
    """The numbers of the shared texts of which a part is."""

    def rows(self, piece: bytes) -> Iterator[bytes]:
        """The rows of such cells in a piece of a sheet."""
        if self.cells:
            yield from self.cells.findall(piece)
        if self.texts:
            shared = _SHARED_CELL.findall(piece)
            yield from (row for row, number in shared if number in self.texts)
        if b"strike" in piece:
            yield from _STRUCK_INLINE.findall(piece)


def _struck_cells(
    archive: zipfile.ZipFile, names: dict[str, str]
) -> re.Pattern[bytes] | None:
    """Finds the rows of filled cells whose style strikes them through; None where no style does."""
    if "xl/styles.xml" not in names:
        return None
    section = ""
    counts = dict.fromkeys(_STRUCK_SECTIONS, -1)
    fonts, styles = set(), []
    for tag, attributes in tags(archive, names["xl/styles.xml"]):
        if tag in _STRUCK_SECTIONS or tag in _BEHIND_SECTIONS:
            section = tag
        elif tag == _STRUCK_SECTIONS.get(section):
            counts[section] += 1
            if attributes.get("fontId") in fonts:
                styles.append(b"%d" % counts[section])
        elif tag == "strike" and attributes.get("val") not in {"0", "false"}:
            fonts.add(str(counts["fonts"]))
    if not styles:
        return None
    style = rb'(?=[^<>]*\bs="(?:' + b"|".join(styles) + rb')")'
    is_filled = rb"(?<!/)>(?!</|<v ?/>|<v></v>)"
    return re.compile(rb"<c\s%s%s%s" % (style, _OF_ROW, is_filled))


def _counts_from_1904(archive: zipfile.ZipFile, names: dict[str, str]) -> bool:
    """Whether days are counted from 1904, as the workbook itself says."""
    if "xl/workbook.bin" in names:
        return binary.counts_from_1904(archive.read(names["xl/workbook.bin"]))
    main = names.get("xl/workbook.xml")
    return main is not None and bool(_FROM_1904.search(archive.read(main)))


def _kind(archive: zipfile.ZipFile, names: dict[str, str]) -> str | None:
    """What kind of workbook it is, None where it is none."""
    if "xl/workbook.bin" in names:
        return "xlsb"
    if "xl/workbook.xml" in names or any(_SHEET_PART.fullmatch(name) for name in names):
        return "xlsx"
    if "content.xml" in names:
        mime = (
            archive.read(names["mimetype"])[:100]
            if "mimetype" in names
            else b"spreadsheet"
        )
        return "ods" if b"spreadsheet" in mime else None
    return None


def _pieces(
    archive: zipfile.ZipFile, part: str, settings: IngestSettings
) -> Iterator[bytes]:
    """A part's text in pieces, each ending with a whole tag, or with a whole row of a sheet.

    The names of tags have no prefixes.
    """
    longest = max(8 * settings.max_cell_characters, 2 * _PIECE)
    rest = b""
    first = True
    with archive.open(part) as stream:
        while chunk := stream.read(_PIECE):
            rest += chunk
            if first and (b"<!DOCTYPE" in rest or b"<!ENTITY" in rest):
                raise RefusedError(AsideCode.FILE_UNREADABLE)
            first = False
            cut = rest.rfind(b"</row>") + len(b"</row>")
            if cut < len(b"</row>"):
                cut = rest.rfind(b">") + 1
            if len(rest) - cut > longest:
                raise RefusedError(AsideCode.CELL_TOO_LONG)
            if cut:
                yield without_prefixes(rest[:cut])
                rest = rest[cut:]
    if rest:
        yield without_prefixes(rest)


def _part_facts(
    archive: zipfile.ZipFile,
    part: str,
    settings: IngestSettings,
    blank: set[bytes],
    struck: _Struck,
) -> SheetFacts:
    """What one sheet of an XLSX or XLSB says of itself.

    A part that cannot be unpacked whole is not opened: its reader would take what comes out of it
    for cells.
    """
    try:
        if part.lower().endswith(".bin"):
            facts = binary.facts_of(archive.read(part))
            facts.cells *= not blank
            return facts
        facts = SheetFacts()
        rows: list[bytes] = []
        piece = b""
        for piece in _pieces(archive, part, settings):
            if b"\0" in piece:
                # In UTF-16 its reader sees no cell.
                return SheetFacts(trouble=AsideCode.CONTENT_UNREAD)
            _look_over(piece, facts)
            facts.struck.update(map(int, struck.rows(piece)))
            count, numbers = cells_and_rows(piece, blank)
            facts.cells += count
            rows += numbers
    except DAMAGE:
        return SheetFacts(trouble=AsideCode.FILE_UNREADABLE)
    facts.cells += len(rows) - len(set(rows))
    # The prompts of cells, and what stands at the head and foot of pages, follow the cells.
    behind = _EDGE_PART.sub(b"\n", piece[piece.rfind(b"sheetData>") + 1 :])
    facts.remarks += ((1, line) for line in lines_of(_EDGE_CODE.sub(b"", behind)))
    return facts


def _look_beside(
    archive: zipfile.ZipFile, names: dict[str, str], part: str, facts: SheetFacts
) -> list[str]:
    """Add what lies on the cells of a sheet: remarks, text boxes, pictures.

    Returns the parts of these that are damaged.
    """
    found = _Beside()
    found.remarks += facts.remarks
    seen: set[str] = set()
    damaged: list[str] = []
    waiting = [*targets(archive, names, part).items()]
    for relation, path in waiting:
        beside = names.get(path)
        if beside is None or path in seen:
            continue
        seen.add(path)
        try:
            waiting += _look_into(archive, names, (relation, path), found)
        except DAMAGE:
            damaged.append(beside)
    facts.remarks = sorted(found.remarks)
    facts.pictured = found.pictured
    return damaged


def _look_into(
    archive: zipfile.ZipFile,
    names: dict[str, str],
    target: tuple[str, str],
    found: _Beside,
) -> Iterable[tuple[str, str]]:
    """Add what one of these parts holds; returns what it leads to."""
    relation, path = target
    beside = names[path]
    if _REMARKS_PART.fullmatch(path) and path.endswith(".bin"):
        for text in binary.remarks(archive.read(beside)):
            found.remarks += remarks_of(*text)
    elif _REMARKS_PART.fullmatch(path) or _DRAWING_PART.fullmatch(path):
        parse_part(archive, beside, found)
        return targets(archive, names, beside).items()
    elif _TYPED_PART.fullmatch(path):
        row = found.rows.get(relation, 1)
        found.remarks += ((row, line) for line in lines_of(archive.read(beside)))
    return ()


class _Beside(Handler):
    """Finds the texts and the pictures of a part with remarks or drawings."""

    def __init__(self) -> None:
        self.remarks: list[tuple[int, str]] = []
        self.pictured = 0
        self.rows: dict[str, int] = {}
        """The row on which each relation of the drawings lies, a chart or a diagram."""
        self._row = 1
        self._text = ""
        self._tag = ""
        self._is_from = self._has_picture = False
        self._extent = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """A tag begins."""
        self._tag = tag.rpartition(":")[2]
        if self._tag == "comment":
            place = _CELL.match(attributes.get("ref", ""))
            self._row = int(place[1]) if place else 1
        elif self._tag == "blip":
            self._has_picture = True
        elif self._tag == "ext" and "cx" in attributes:
            self._extent = max(self._extent, area_of(attributes))
        elif self._tag in {"p", "br"}:
            self._text += "\n"
        elif self._tag in {"chart", "relIds"}:
            self.rows |= dict.fromkeys(attributes.values(), self._row)
        elif self._tag == "cNvPr":
            said = "\n".join(filter(None, map(attributes.get, TOLD)))
            self._text += "\n".join(["", *lines_told(said), ""])
        self._is_from |= self._tag == "from"

    def text(self, text: str) -> None:
        """Text goes by."""
        if self._tag == "t":
            self._text += text
        elif self._tag == "row" and self._is_from:
            self._row = count_of(text, most=7) + 1

    def end(self, tag: str) -> None:
        """A tag ends."""
        self._tag = ""
        name = tag.rpartition(":")[2]
        self._is_from &= name != "from"
        if name != "comment" and not name.endswith("Anchor"):
            return
        self.remarks += remarks_of(self._row, self._text)
        self.pictured += self._extent * self._has_picture
        self._text, self._has_picture, self._extent = "", False, 0


def _look_over(piece: bytes, facts: SheetFacts) -> None:
    """Add what one piece of a sheet shows."""
    if b"hidden=" in piece:
        facts.hidden_rows += len(_HIDDEN_ROW.findall(piece))
        for column in _HIDDEN_COLUMN.findall(piece):
            if (first := _FIRST.search(column)) and (last := _LAST.search(column)):
                facts.hidden_columns.append((int(first[1]) - 1, int(last[1]) - 1))
    cells: list[bytes] = []
    if b"<f" in piece:
        blank = _FORMULA_WITHOUT_VALUE.findall(piece)
        # One that was worked out and says nothing is as blank as a cell without a formula.
        cells += (cell for cell in blank if b't="str"' not in cell)
    if b't="e"' in piece:
        cells += _ERROR_VALUE.findall(piece)
    facts.formulas_without_value += len(cells)
    for place in filter(None, map(_PLACE.search, cells)):
        facts.unworked.append((int(place[2]), _column_number(place[1]) - 1))


def _column_number(letters: bytes) -> int:
    """A column's number from its letters, as in A = 1, Z = 26, AA = 27."""
    number = 0
    for letter in letters:
        number = 26 * number + letter - ord("A") + 1
    return number


def _sheet_order(
    archive: zipfile.ZipFile, names: dict[str, str], kind: str
) -> dict[int, str]:
    """The part of each sheet by the sheet's place in the workbook."""
    try:
        named = _relations_of_sheets(archive, names, kind)
        ending = "bin" if kind == "xlsb" else "xml"
        led_to = targets(archive, names, f"xl/workbook.{ending}")
    except DAMAGE:
        return {}
    parts = {}
    for place, relation in enumerate(named):
        part = names.get(led_to.get(relation, ""))
        if part is not None:
            parts[place] = part
    return parts


def _relations_of_sheets(
    archive: zipfile.ZipFile, names: dict[str, str], kind: str
) -> list[str]:
    """The relation of each sheet to its part, in the order of the workbook."""
    if kind == "xlsb":
        return sheet_relations(archive.read(names["xl/workbook.bin"]))
    return [
        next((value for name, value in attributes.items() if name.endswith(":id")), "")
        for tag, attributes in tags(archive, names["xl/workbook.xml"])
        if tag == "sheet"
    ]


@dataclass(slots=True)
class _OdsTable:
    """One table of an ODS file, while its tags go by."""

    facts: SheetFacts = field(default_factory=SheetFacts)
    row: int = 0
    column: int = 0
    declared: int = 0
    """How many columns were declared so far."""
    repeated_rows: int = 1
    hidden: bool = False
    filled: bool = False


_NAMED = frozenset(
    {"named-expression", "named-range", "database-range", "content-validation"}
)
"""What a person may have given a name."""
_BESIDE_CELLS = ("office:annotation", "draw:")
"""Remarks and pictures lie in a cell of an ODS file and are not what it holds."""


class _OdsParser(Handler):
    """Finds what is hidden, merged, or a formula without a value in every table."""

    def __init__(self, settings: IngestSettings) -> None:
        self.tables: list[_OdsTable] = []
        self.from_1904 = False
        self._settings = settings
        self._depth = 0
        self._cell: dict[str, str] | None = None
        self._characters = 0
        self._remarks = 0
        self._remark = ""
        self._is_meta = False
        self._extent = 0
        self.struck = StruckStyles()
        self._is_struck = False
        self.beside: list[str] = []
        """What stands in no cell and lies on none: prompts, and cells as they were before."""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """A tag begins."""
        name = tag.rpartition(":")[2]
        if name == "table":
            self._depth += 1
            if self._depth == 1:
                self.tables.append(_OdsTable())
        elif name in _NAMED:
            said = _LITERAL.findall(" ".join(attributes.values()))
            said += lines_named([attributes.get("table:name", "")])
            self.beside += (f"\n{text}\n" for text in said)
        self._look_beside(tag, name, attributes)
        if name in {"table-cell", "covered-table-cell"}:
            self._cell, self._characters, self._is_struck = attributes, 0, False
        self._is_struck |= self.struck.strikes(tag, attributes)
        if self._depth != 1:
            return
        table = self.tables[-1]
        if name == "table-column":
            first, table.declared = (
                table.declared,
                table.declared + _count(attributes, "table:number-columns-repeated"),
            )
            if attributes.get("table:visibility") in {"collapse", "filter"}:
                table.facts.hidden_columns.append((first, table.declared - 1))
        elif name == "table-row":
            table.column, table.filled = 0, False
            table.repeated_rows = _count(attributes, "table:number-rows-repeated")
            table.hidden = attributes.get("table:visibility") in {"collapse", "filter"}

    def _look_beside(self, tag: str, name: str, attributes: dict[str, str]) -> None:
        """Follow what lies on the cells, and from when days are counted."""
        self._remarks += tag.startswith(_BESIDE_CELLS)
        self._is_meta = tag.startswith("dc:")
        if self._remarks and name in {"p", "line-break"}:
            self._remark += "\n"
        if tag == "draw:frame":
            self._extent = extent_of(attributes)
        elif tag == "draw:image" and self.tables:
            self.tables[-1].facts.pictured += self._extent
        elif tag == "text:ruby-text" and self.tables:
            # The reader of workbooks joins it to the word that is so spoken.
            self.tables[-1].facts.trouble = AsideCode.CONTENT_UNREAD
        if name == "null-date":
            day = attributes.get("table:date-value", "")
            self.from_1904 = day.startswith("1904")

    def text(self, text: str) -> None:
        """Text goes by."""
        if self._remarks and not self._is_meta:
            self._remark += text
        elif self._cell is None and not self._is_meta:
            self.beside.append(text)
        text = text.strip()
        if self._cell is None or self._remarks or not text:
            return
        is_error = self._cell.get("calcext:value-type") == "error"
        if not self._characters and self.tables and not is_error:
            self.tables[-1].facts.cells += 1
        self._characters += len(text)
        if self._characters > max(8 * self._settings.max_cell_characters, 2 * _PIECE):
            raise RefusedError(AsideCode.CELL_TOO_LONG)

    def comment(self, text: str) -> None:
        """A comment goes by; tags in it are of cells that nobody reads."""
        if self.tables:
            self.tables[-1].facts.cells += text.count("<")

    def end(self, tag: str) -> None:
        """A tag ends."""
        name = tag.rpartition(":")[2]
        self._remarks -= tag.startswith(_BESIDE_CELLS)
        self._is_meta = False
        if not self._remarks and self._remark and self.tables:
            table = self.tables[-1]
            table.facts.remarks += remarks_of(table.row + 1, self._remark)
            self._remark = ""
        if self.beside and self._cell is None:
            self.beside.append("\n")
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
                # Blank hidden rows below a list say nothing; sheets end with thousands of them.
                table.facts.hidden_rows += table.repeated_rows if table.hidden else 0

    def _end_cell(self, table: _OdsTable, cell: dict[str, str]) -> None:
        down, right = (
            _count(cell, f"table:number-{axis}-spanned") for axis in ("rows", "columns")
        )
        if down > 1:
            first = (table.row, table.column)
            table.facts.merged.append(
                (first, (table.row + down - 1, table.column + right - 1))
            )
        column = table.column
        table.column += _count(cell, "table:number-columns-repeated")
        is_error = cell.get("calcext:value-type") == "error"
        if not is_error and (self._characters or "office:value-type" in cell):
            table.filled = True
            if self._is_struck:
                table.facts.struck.add(table.row + 1)
        elif "table:formula" in cell:
            table.facts.formulas_without_value += 1
            table.facts.unworked.append((table.row + 1, column))


def _count(attributes: dict[str, str], name: str) -> int:
    """How often something is repeated; a number that is none counts once."""
    return count_of(attributes.get(name, "1"), most=11)


def _ods_facts(
    archive: zipfile.ZipFile, part: str, styles: str | None, settings: IngestSettings
) -> WorkbookFacts:
    """What each table of an ODS file holds."""
    counted = _OdsParser(settings)
    if styles is not None:
        parse_part(archive, styles, counted.struck)
    parse_part(archive, part, counted)
    sheets = dict(enumerate(table.facts for table in counted.tables))
    beside = lines_told("".join(counted.beside))
    return WorkbookFacts("ods", sheets, beside=beside, from_1904=counted.from_1904)
