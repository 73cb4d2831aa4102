"""Small tables that a commission keeps in its workspace by hand, as CSV.

``precincts.csv`` says where each precinct votes, ``mobile.csv`` who asked for the mobile box.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from voterlist.errors import UsageError, usage_error
from voterlist.lists.listed import name_key
from voterlist.lists.papers import Office, Offices
from voterlist.model import ListKind

PRECINCTS, MOBILE = "precincts.csv", "mobile.csv"
_DIGITS = 10
"""No number of a precinct has so many."""
_HEADINGS = {
    "constituency": ("constituency", "dairə", "seçki dairəsi"),
    "precinct": ("precinct", "məntəqə", "seçki məntəqəsi"),
    "address": ("address", "ünvan"),
    "telephone": ("telephone", "telefon"),
    "number": ("number", "nömrə", "№"),
    "surname": ("surname", "soyadı", "soyad"),
}


@dataclass(frozen=True, slots=True)
class _Line:
    """A line below the headings."""

    line: int
    place: tuple[int, int]
    """Constituency and precinct."""
    said: dict[str, str]
    """What stands under each known heading."""


def _lines(path: Path, *needed: str) -> Iterator[_Line]:
    """The lines of a table that are not blank; none where there is no such file.

    Args:
        path: the file.
        needed: the headings that it must have beside constituency and precinct.

    Raises:
        UsageError: a heading is missing, or a line names no precinct; it names the line.
    """
    if not path.exists():
        return
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise _refused(path, 1) from None
    first = text.partition("\n")[0]
    rows = csv.reader(io.StringIO(text), delimiter=";" if ";" in first else ",")
    headings = [" ".join(cell.split()).casefold() for cell in next(rows, [])]
    columns = {
        name: headings.index(word)
        for name, words in _HEADINGS.items()
        for word in words
        if word in headings
    }
    if not {"constituency", "precinct", *needed} <= set(columns):
        raise _refused(path, 1)
    for line, cells in enumerate(rows, 2):
        written = [" ".join(cell.split()) for cell in cells]
        if not any(written):
            continue
        said = {name: written[at] for name, at in columns.items() if at < len(written)}
        numbers = (said.get("constituency", ""), said.get("precinct", ""))
        if not all(number.isdecimal() and len(number) < _DIGITS for number in numbers):
            raise _refused(path, line)
        yield _Line(line, (int(numbers[0]), int(numbers[1])), said)


def read_offices(workspace: Path) -> Offices:
    """The address and telephone of each precinct; none where there is no such file.

    Raises:
        UsageError: a heading is missing, or a line names no precinct, or one of a line before.
    """
    path = workspace / PRECINCTS
    offices: dict[tuple[int | None, int | None], Office] = {}
    for row in _lines(path, "address"):
        if row.place in offices:
            raise _refused(path, row.line)
        address, telephone = row.said.get("address"), row.said.get("telephone")
        offices[row.place] = Office(address or None, telephone or None)
    return offices


def mobile_voters(workspace: Path, listed: pa.Table) -> pa.Table:
    """Those of LISTED whom ``mobile.csv`` names, by number and surname.

    The number is that of the list on display. The surname is asked for too, for a number alone
    names somebody else as soon as the list is numbered anew.

    Raises:
        UsageError: a heading is missing, or a line names nobody of the precinct's list.
    """
    path = workspace / MOBILE
    place_of = {
        (row["constituency"], row["precinct"], str(row["number"])): (at, row["surname"])
        for at, row in enumerate(listed.to_pylist())
        if row["list_kind"] == ListKind.PERMANENT
    }
    known = {key[:2] for key in place_of}
    chosen = []
    for row in _lines(path, "number", "surname"):
        if row.place not in known:
            # Of another constituency than the one that is written now.
            continue
        number = row.said.get("number", "")
        at, surname = place_of.get((*row.place, number), (None, None))
        if at is None or name_key(surname or "") != name_key(
            row.said.get("surname", "")
        ):
            raise usage_error("mobile-nobody", file=path.name, line=row.line)
        chosen.append(at)
    return listed.take(pa.array(sorted(set(chosen)), pa.int64()))


def _refused(path: Path, line: int) -> UsageError:
    return usage_error("table-unreadable", file=path.name, line=line)
