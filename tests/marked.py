"""Lists of which every cell is a mark, and the search for marks in whatever a program leaves.

A mark survives folding and transliteration: letters that every alphabet of the program keeps, dates
that no calendar names, numbers that nothing else has. ``marks_in`` opens what is packed: Parquet,
workbooks, packages, PDF files, databases.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow.parquet as pq
import pypdfium2
import xlsxwriter

HEADERS = (
    "№",
    "Soyadı",
    "Adı",
    "Atasının adı",
    "Doğum tarixi",
    "Cinsi",
    "Ünvanı",
    "FİN",
    "Şəxsiyyət vəsiqəsi",
    "Qeyd",
)
_WORD = "zoltuk"
_SYLLABLES = [a + b for a in "bdfklmnrtz" for b in "aou"]
_FOLDED = str.maketrans(
    {"ə": "e", "ı": "i", "ö": "o", "ü": "u", "ğ": "g", "ş": "s", "ç": "c", "̇": ""}
)
_FIRST_DAY = dt.date(1931, 3, 14)
_WORDS = re.compile(rf"{_WORD}(?:{'|'.join(_SYLLABLES)}){{3}}")
_FINS = re.compile(r"7zq[0-9]{4}")
_DOCUMENTS = re.compile(r"(?<![0-9.])7421[0-9]{4}(?![0-9])")
_DAYS = re.compile(
    r"(?P<y>19[34][0-9])-(?P<m>[01][0-9])-(?P<d>[0-3][0-9])|"
    r"(?P<d2>[0-3][0-9])[./](?P<m2>[01][0-9])[./](?P<y2>19[34][0-9])"
)


@dataclass
class Marks:
    """The marks that were given out so far."""

    given: set[str] = field(default_factory=set)
    """Each as it is found again."""
    _number: int = 0

    def word(self) -> str:
        """A name that nobody has."""
        self._number += 1
        number, letters = self._number, ""
        for _ in range(3):
            number, rest = divmod(number, len(_SYLLABLES))
            letters += _SYLLABLES[rest]
        self.given.add(_WORD + letters)
        return (_WORD + letters).capitalize()

    def fin(self) -> str:
        """An identifier of a card, as it may be written."""
        self._number += 1
        self.given.add(f"7zq{self._number:04}")
        return f"7ZQ{self._number:04}"

    def document(self) -> str:
        """A number of a card."""
        self._number += 1
        self.given.add(f"7421{self._number:04}")
        return f"AZE7421{self._number:04}"

    def day(self) -> str:
        """A birth date; no calendar of the tests goes so far back."""
        self._number += 1
        day = _FIRST_DAY + dt.timedelta(days=self._number * 3)
        self.given.add(day.isoformat())
        return f"{day:%d.%m.%Y}"

    def person(self, number: int, is_man: bool = True) -> list[str]:
        """The cells of a row, in the order of ``HEADERS``."""
        return [
            str(number),
            self.word() + ("ov" if is_man else "ova"),
            self.word(),
            self.word() + (" oğlu" if is_man else " qızı"),
            self.day(),
            "kişi" if is_man else "qadın",
            f"{self.word()} küç. {number}",
            self.fin(),
            self.document(),
            self.word(),
        ]


def table(rows: list[list[str]], *titles: str) -> str:
    """A list as text."""
    lines = [*titles, ";".join(HEADERS), *(";".join(row) for row in rows)]
    return "\n".join(lines) + "\n"


def write_workbook(path: Path, rows: list[list[str]], *titles: str) -> None:
    """A list as a workbook."""
    with xlsxwriter.Workbook(path, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Siyahı")
        cells = [*([title] for title in titles), list(HEADERS), *rows]
        for line, row in enumerate(cells):
            sheet.write_row(line, 0, row)


def is_identifier(mark: str) -> bool:
    """True for the mark of a card's identifier or number."""
    return mark[0].isdigit() and "-" not in mark


# The search


def marks_in(content: bytes | str) -> set[str]:
    """What looks like a mark in a file or a text, however it is packed."""
    return {mark for text in _texts(content) for mark in _marks_in_text(text)}


def _marks_in_text(text: str) -> Iterator[str]:
    plain = text.casefold().translate(_FOLDED)
    for pattern in (_WORDS, _FINS, _DOCUMENTS):
        yield from pattern.findall(plain)
    for found in _DAYS.finditer(plain):
        parts = [found[name] or found[f"{name}2"] for name in "ymd"]
        yield "-".join(parts)


def _texts(content: bytes | str) -> Iterator[str]:
    if isinstance(content, str):
        yield content
        return
    yield content.decode("utf-8", "replace")
    if b"\0" in content:
        yield content.decode("utf-16-le", "replace")
        yield content[1:].decode("utf-16-le", "replace")
    for head, unpack in _PACKED:
        if content.startswith(head):
            # A file that was damaged on purpose holds what its bytes say, and no more.
            with suppress(Exception):
                yield from unpack(content)


def _of_archive(content: bytes) -> Iterator[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            yield name
            yield from _texts(archive.read(name))


def _of_parquet(content: bytes) -> Iterator[str]:
    read = pq.read_table(io.BytesIO(content))
    yield str(read.schema)
    for column in read.columns:
        yield "\n".join(map(str, column.to_pylist()))


def _of_database(content: bytes) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "copy.db"
        path.write_bytes(content)
        with closing(sqlite3.connect(path)) as base:
            yield from base.iterdump()


def _of_pdf(content: bytes) -> Iterator[str]:
    document = pypdfium2.PdfDocument(content)
    for page in document:
        yield page.get_textpage().get_text_bounded()


_PACKED = (
    (b"PK", _of_archive),
    (b"PAR1", _of_parquet),
    (b"SQLite", _of_database),
    (b"%PDF", _of_pdf),
)
