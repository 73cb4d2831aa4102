"""The layouts in which precincts hand in their lists, and a list written in one of them."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re

import pyarrow as pa
import pyarrow.compute as pc
import xlsxwriter

from voterlist.fields import IDENTIFIERS, NAME_PARTS, NAMES
from voterlist.model import frozen
from voterlist.shipped import shipped_toml


@frozen
class Layout:
    """How a list looks as a file."""

    name: str
    kind: str
    """``csv`` or ``xlsx``."""
    language: str
    """Of the headers: ``az``, ``en``, ``ru``."""
    encoding: str = "utf-8"
    delimiter: str = ";"
    one_name: bool = False
    """Surname, given name and patronymic in one column."""
    split_address: bool = False
    """Street, house and flat in three columns."""
    titled: bool = False
    """Constituency and precinct stand in rows above the header, not in columns; a total stands
    below."""
    date_cells: bool = False
    """Birth dates are dates of the spreadsheet."""

    @property
    def is_as_typed(self) -> bool:
        """True where each field stands in a cell of its own, as a text."""
        return not (self.one_name or self.split_address or self.date_cells)


LAYOUTS = (
    Layout("az-csv", "csv", "az", encoding="utf-8-sig"),
    Layout("az-csv-titled", "csv", "az", delimiter=",", titled=True),
    Layout("az-xlsx-one-name", "xlsx", "az", one_name=True, titled=True),
    Layout("az-xlsx-split-address", "xlsx", "az", split_address=True, titled=True),
    Layout("az-xlsx-dates", "xlsx", "az", date_cells=True),
    Layout("en-csv", "csv", "en", delimiter=","),
    Layout("en-xlsx", "xlsx", "en", date_cells=True),
    Layout("ru-csv", "csv", "ru", encoding="cp1251"),
    Layout("ru-xlsx-one-name", "xlsx", "ru", one_name=True, titled=True),
)

_WORDS = shipped_toml("voterlist.synth", "names", "layouts.toml")
HEADERS: dict[str, dict[str, str]] = {
    language: words["headers"] for language, words in _WORDS.items()
}
"""The headings of the columns, by language."""
_OF_SCRIPT = {
    "latin": "az",
    "ascii": "az",
    "english": "en",
    "azeri-cyrillic": "ru",
    "russian": "ru",
}
_ADDRESS = (
    r"^(?P<street>.*?)(?i:, ev |, house |, ев |, дом |, д\. | )(?P<house>\d+[A-Z]?)"
    r"(?:(?i:, mənzil |, menzil |, m\. |, flat |, apt\. |, мәнзил |, м\. |, квартира |, кв\. |-)"
    r"(?P<flat>\d+))?$"
)
_MADE = dt.datetime(2026, 1, 1)  # noqa: DTZ001 - a spreadsheet's clock has no zone
_DATE = re.compile(r"^(?:(\d{4})-(\d\d)-(\d\d)|(\d{1,2})\.(\d{1,2})\.(\d{4}))$")

Cell = str | int | dt.date | None


@frozen
class Sheet:
    """A list laid out: rows of cells, and which row (from 0) holds which entry."""

    rows: list[list[Cell]]
    lines: list[int]
    """The physical line, from 1, of each entry, in the order of the entries."""


def fitting(script: str) -> tuple[Layout, ...]:
    """The layouts that a clerk who types this script uses."""
    return tuple(layout for layout in LAYOUTS if layout.language == _OF_SCRIPT[script])


def _split_address(address: pa.Array) -> dict[str, list[Cell]]:
    """Street, house and flat; a text that does not come apart stays whole in the street."""
    parts = pc.extract_regex(address, _ADDRESS)
    # What does not match is a null struct around empty texts; so is a flat that is not there.
    apart = {name: pc.struct_field(parts, name) for name in ("street", "house", "flat")}
    known = {
        name: pc.if_else(pc.equal(part, ""), None, part) for name, part in apart.items()
    }
    known["street"] = pc.coalesce(known["street"], address)
    return {name: part.to_pylist() for name, part in known.items()}


def _full_name(entries: pa.Table) -> list[Cell]:
    # The first is never null: with a null in every column pyarrow 26 leaves the row out.
    surname, *others = (entries.column(name) for name in NAME_PARTS)
    joined = pc.binary_join_element_wise(
        pc.fill_null(surname, ""), *others, " ", null_handling="skip"
    )
    return [name or None for name in pc.utf8_trim(joined, " ").to_pylist()]


def _date_cell(text: str | None) -> Cell:
    """A spreadsheet's date where the text is one; else the text (a year, an impossible date)."""
    match = _DATE.match(text or "")
    if not match:
        return text
    parts = [int(part) for part in match.groups() if part]
    year, month, day = parts if match.group(1) else reversed(parts)
    try:
        date = dt.date(year, month, day)
    except ValueError:
        return text
    # Spreadsheets count days from 1900 on.
    return date if year >= 1900 else text


def _columns(entries: pa.Table, layout: Layout) -> dict[str, list[Cell]]:
    """The columns of the list by the key of their header.

    A column without any value is left out.
    """
    columns: dict[str, list[Cell]] = {}
    if not layout.titled:
        for name in ("constituency", "precinct"):
            columns[name] = entries.column(name).to_pylist()
    columns["number"] = [int(number) for number in entries.column("number").to_pylist()]
    if layout.one_name:
        columns["full_name"] = _full_name(entries)
    else:
        columns |= {name: entries.column(name).to_pylist() for name in NAME_PARTS}
    dates: list[str | None] = entries.column("birth_date").to_pylist()
    years = all(date is None or len(date) == 4 for date in dates)
    cells: list[Cell] = [
        _date_cell(date) if layout.date_cells else date for date in dates
    ]
    columns["birth_year" if years else "birth_date"] = cells
    columns["sex"] = entries.column("sex").to_pylist()
    if layout.split_address:
        columns |= _split_address(entries.column("address").combine_chunks())
    else:
        columns["address"] = entries.column("address").to_pylist()
    columns |= {name: entries.column(name).to_pylist() for name in IDENTIFIERS}
    return {
        name: values
        for name, values in columns.items()
        if any(value is not None for value in values)
    }


def _faulty(columns: dict[str, list[Cell]], row: list[Cell]) -> list[list[Cell]]:
    """Rows as they go wrong: one that breaks off, one without a name, one that is blank."""
    nameless = [
        None if name in NAMES else cell for name, cell in zip(columns, row, strict=True)
    ]
    return [row[: list(columns).index("number") + 1], nameless, [None] * len(row)]


def sheet(entries: pa.Table, layout: Layout, *, faults: bool = False) -> Sheet:
    """The entries of one list (at least one) in this layout.

    Args:
        entries: rows of ``render.ENTRIES``, all of one list, in its order.
        layout: one of ``LAYOUTS``.
        faults: put three bad rows into the middle; they are no entries.
    """
    columns = _columns(entries, layout)
    words = _WORDS[layout.language]
    kind = entries.column("list_kind")[0].as_py()
    rows: list[list[Cell]] = []
    if layout.titled or kind == "temporary":
        place = words["place"].format(
            c=entries.column("constituency")[0].as_py(),
            p=entries.column("precinct")[0].as_py(),
        )
        rows += [[words[kind]], [place], []]
    rows.append([words["headers"][name] for name in columns])
    body = [list(row) for row in zip(*columns.values(), strict=True)]
    lines = [len(rows) + 1 + at for at in range(len(body))]
    if faults:
        middle = len(body) // 2
        bad = _faulty(columns, body[middle])
        body[middle:middle] = bad
        lines[middle:] = [line + len(bad) for line in lines[middle:]]
    rows += body
    if layout.titled:
        rows += [[words["total"].format(n=entries.num_rows)]]
    return Sheet(rows, lines)


def _csv_bytes(rows: list[list[Cell]], layout: Layout) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=layout.delimiter, lineterminator="\r\n").writerows(rows)
    try:
        return out.getvalue().encode(layout.encoding)
    except UnicodeEncodeError:
        # Azerbaijani Cyrillic has letters that windows-1251 lacks.
        return out.getvalue().encode("utf-8-sig")


def _xlsx_bytes(rows: list[list[Cell]], sheet_name: str) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"created": _MADE})
    page = book.add_worksheet(sheet_name)
    dated = book.add_format({"num_format": "dd.mm.yyyy"})
    for at, row in enumerate(rows):
        for column, cell in enumerate(row):
            if isinstance(cell, dt.date):
                page.write_datetime(at, column, cell, dated)
            elif isinstance(cell, int):
                page.write_number(at, column, cell)
            elif cell:
                page.write_string(at, column, cell)
    book.close()
    return out.getvalue()


def file_bytes(laid_out: Sheet, layout: Layout) -> bytes:
    """The list as the content of a file; the same list gives the same bytes."""
    if layout.kind == "csv":
        return _csv_bytes(laid_out.rows, layout)
    return _xlsx_bytes(laid_out.rows, _WORDS[layout.language]["sheet"])
