"""Where each precinct votes: ``precincts.csv`` of a workspace."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from voterlist.errors import usage_error
from voterlist.lists.papers import Office, Offices

FILE_NAME = "precincts.csv"
_HEADINGS = {
    "constituency": ("constituency", "dairə", "seçki dairəsi"),
    "precinct": ("precinct", "məntəqə", "seçki məntəqəsi"),
    "address": ("address", "ünvan"),
    "telephone": ("telephone", "telefon"),
}


def read_offices(workspace: Path) -> Offices:
    """The address and telephone of each precinct; none where there is no such file.

    Raises:
        UsageError: the file has other columns, or a line without constituency and precinct, or a
            precinct twice; it names the line.
    """
    path = workspace / FILE_NAME
    if not path.exists():
        return {}
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise _refused(1) from None
    first = text.partition("\n")[0]
    rows = csv.reader(io.StringIO(text), delimiter=";" if ";" in first else ",")
    columns = _columns([" ".join(cell.split()) for cell in next(rows, [])])
    offices: dict[tuple[int | None, int | None], Office] = {}
    for line, cells in enumerate(rows, 2):
        written = [" ".join(cell.split()) for cell in cells]
        if not any(written):
            continue
        said = {name: written[at] for name, at in columns.items() if at < len(written)}
        numbers = (said.get("constituency", ""), said.get("precinct", ""))
        if not all(number.isdecimal() for number in numbers):
            raise _refused(line)
        key = (int(numbers[0]), int(numbers[1]))
        if key in offices:
            raise _refused(line)
        offices[key] = Office(
            said.get("address") or None, said.get("telephone") or None
        )
    return offices


def _columns(headings: list[str]) -> dict[str, int]:
    """The column of each heading.

    Raises:
        UsageError: constituency, precinct or address has none.
    """
    small = [heading.casefold() for heading in headings]
    found = {
        name: small.index(word)
        for name, words in _HEADINGS.items()
        for word in words
        if word in small
    }
    if not {"constituency", "precinct", "address"} <= set(found):
        raise _refused(1)
    return found


def _refused(line: int) -> Exception:
    return usage_error("precincts-unreadable", file=FILE_NAME, line=line)
