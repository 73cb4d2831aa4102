"""Review workbooks filled in as a person would, for tests."""

from __future__ import annotations

import json
from functools import cache

import openpyxl

from voterlist import strict_json
from voterlist.desk import KIND
from voterlist.report.values import Words

LANGUAGES = ("en", "az")
IDS = (
    "run_id",
    "case_id",
    "entry_id",
    "finding_id",
    "asked_as",
    "no_longer_asked",
    "proposed_as",
    "asked_of",
    "as_exported",
)
COLUMNS = {
    "listed_in": "listed-in",
    "listed_as": "listed-as",
    "listed_name": "listed-name",
    "as_proposed": "as-proposed",
    "answer": "verdict",
    "field": "field",
    "value": "value",
    "ground": "ground",
    "document": "document",
    "precinct": "to-precinct",
    "due": "due",
    "reason": "reason",
    "decided_by": "decided_by",
}


@cache
def _headings():
    """What stands above the answers in either language -> the name of the answer."""
    return {
        words(f"review.column.{key}"): name
        for words in map(Words, LANGUAGES)
        for name, key in COLUMNS.items()
    }


def columns_of(sheet):
    """(row of the headings, column of each id and answer); None where it asks nothing."""
    for row in sheet.iter_rows():
        columns = {}
        for cell in row:
            name = cell.value if cell.value in IDS else _headings().get(cell.value)
            if name:
                columns[name] = cell.column
        if "run_id" in columns:
            return row[0].row, columns
    return None


def rows_of(path, book=None):
    """Every row that asks, as a dict of its ids and answers, with its sheet and row.

    ``book``: the workbook, where it is open already.
    """
    book = book or openpyxl.load_workbook(path)
    found = []
    for sheet in book.worksheets:
        place = columns_of(sheet)
        if place is None:
            continue
        top, columns = place
        rows = sheet.iter_rows(min_row=top + 1, values_only=True)
        for row, shown in enumerate(map(list, rows), top + 1):
            cells = {name: shown[column - 1] for name, column in columns.items()}
            # On lines for entries that a person names nothing is asked.
            asks = any(cells.get(name) for name in IDS[1:6])
            if cells["run_id"] and asks:
                found.append(
                    {"sheet": sheet.title, "row": row, "shown": shown, **cells}
                )
    return found


def fill(path, answers, out=None):
    """Write ``answers(row)`` -> {column: text}, or None, into the rows of ``rows_of``.

    Returns the rows that were filled in.
    """
    book = openpyxl.load_workbook(path)
    columns_of_sheet = cache(lambda title: columns_of(book[title])[1])
    filled = []
    for row in rows_of(path, book):
        texts = answers(row)
        if texts:
            sheet, columns = book[row["sheet"]], columns_of_sheet(row["sheet"])
            for name, text in texts.items():
                _write(sheet.cell(row["row"], columns[name]), text)
            filled.append(row)
    book.save(out or path)
    return filled


def fill_named(path, *lines):
    """Write lines, each {column: text}, onto the sheet for entries that a person names.

    Returns the row of the first.
    """
    book = openpyxl.load_workbook(path)
    for sheet in book.worksheets:
        top, columns = columns_of(sheet) or (0, {})
        if "listed_as" in columns:
            for row, texts in enumerate(lines, top + 1):
                for name, text in texts.items():
                    _write(sheet.cell(row, columns[name]), text)
            first = top + 1
    book.save(path)
    return first


def _write(cell, text):
    """A text that begins with ``=`` is written behind an apostrophe, as people do in Excel."""
    cell.value = text
    if text:
        cell.data_type = "s"
        cell.quotePrefix = True


def write_decisions(head, decisions, entries=()):
    """A file of decisions as the page saves it.

    ``head`` has ``run``, ``constituency``, ``cycle``, ``name``, ``language`` and ``saved``;
    ``entries`` are other entries, by the columns of their sheet in a workbook.
    """
    values = {"kind": KIND, "version": 2 if entries else 1, **head}
    values["decisions"] = [one.model_dump() for one in decisions]
    if entries:
        values["entries"] = list(entries)
    values["digest"] = strict_json.digest_of(values)
    return json.dumps(values, ensure_ascii=False, indent=1).encode()
