"""Small tables that people type by hand, as CSV in UTF-8 with commas or semicolons."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from voterlist.errors import UsageError, usage_error
from voterlist.model import frozen

_DIGITS = 10
"""No number of a precinct has so many."""
_HEADINGS = {
    "constituency": ("constituency", "dairə", "seçki dairəsi"),
    "precinct": ("precinct", "məntəqə", "seçki məntəqəsi"),
    "address": ("address", "ünvan"),
    "telephone": ("telephone", "telefon"),
    "number": ("number", "nömrə", "№"),
    "surname": ("surname", "soyadı", "soyad"),
    "list": ("list", "siyahı"),
    "mark": ("mark", "imza"),
    "reason": ("reason", "səbəb"),
}


@frozen
class TypedLine:
    """A line below the headings."""

    file: str
    line: int
    place: tuple[int, int]
    """Constituency and precinct."""
    said: dict[str, str]
    """What stands under each known heading; empty where the line ends before."""

    def refused(self, code: str = "table-unreadable") -> UsageError:
        """The error that names the line."""
        return usage_error(code, file=self.file, line=self.line)


def typed_lines(
    path: Path, *needed: str, constituency: int | None = None
) -> Iterator[TypedLine]:
    """The lines of a table that are not blank; none where there is no such file.

    Args:
        path: the file.
        needed: the headings that it must have beside the precinct.
        constituency: of the lines, where the file does not say it.

    Raises:
        UsageError: a heading is missing, or a line names no precinct; it names the line.
    """
    if not path.exists():
        return
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise unreadable(path) from None
    first = text.partition("\n")[0]
    rows = csv.reader(io.StringIO(text), delimiter=";" if ";" in first else ",")
    headings = [" ".join(cell.split()).casefold() for cell in next(rows, [])]
    columns = {
        name: headings.index(word)
        for name, words in _HEADINGS.items()
        for word in words
        if word in headings
    }
    given = {} if constituency is None else {"constituency": str(constituency)}
    if not {"constituency", "precinct", *needed} <= {*columns, *given}:
        raise unreadable(path)
    for line, cells in enumerate(rows, 2):
        written = [" ".join(cell.split()) for cell in cells]
        if not any(written):
            continue
        written += [""] * (len(headings) - len(written))
        said = {name: written[at] for name, at in columns.items()}
        numbers = [
            (given | said).get(name, "") for name in ("constituency", "precinct")
        ]
        if not all(number.isdecimal() and len(number) < _DIGITS for number in numbers):
            raise unreadable(path, line)
        yield TypedLine(path.name, line, (int(numbers[0]), int(numbers[1])), said)


def unreadable(path: Path, line: int = 1) -> UsageError:
    """The error of a table that is none; without a line: of its headings."""
    return usage_error("table-unreadable", file=path.name, line=line)
