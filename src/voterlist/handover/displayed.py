"""What was displayed last: kept beside the lists, and named by a line of the journal."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

from voterlist.errors import usage_error
from voterlist.lists.alterations import DONE, Displayed
from voterlist.model import Purpose
from voterlist.pipeline.list_input import ListSource
from voterlist.schemas import LISTED
from voterlist.storage import store
from voterlist.storage.ledger import Ledger, place_in
from voterlist.tables import from_columns

EVENT = "displayed"
"""The event of the journal: ``place``, ``purpose``, and the SHA-256 of two tables."""
_FOLDER = Path("lists", "displayed")
Line: TypeAlias = dict[str, str]
"""What the journal notes of a display."""


def keep_displayed(
    workspace: Path,
    constituency: int | None,
    precinct: int | None,
    purpose: Purpose,
    lists: Displayed,
) -> Line:
    """Keep what is displayed of a constituency; returns what the journal is to note of it.

    Args:
        workspace: its folder.
        constituency: its number.
        precinct: only the lists of this one are displayed; None: all.
        purpose: the list, or the sheet of changes, after which the wall says the same.
        lists: those of the constituency.

    Raises:
        OSError: a file cannot be written.
    """
    folder = workspace / _FOLDER
    store.own_folder(folder.parent)
    store.own_folder(folder)
    place = _place(constituency)
    kept = lists if precinct is None else lists.of_precinct(precinct)
    return {
        "place": place if precinct is None else f"{place}/{precinct}",
        "purpose": purpose.value,
        "list": _written(kept.listed, folder),
        "done": _written(kept.corrections, folder),
    }


def note_displayed(source: ListSource, lines: Sequence[Line], today: dt.date) -> None:
    """Note in the journal what is displayed; what its newest lines say is not said again.

    Raises:
        WorkspaceBusyError: another command writes into the ledger.
    """
    with Ledger(place_in(source.workspace, source.settings)) as ledger:
        newest = {
            details["place"]: details
            for _, event, details in ledger.journal()
            if event == EVENT
        }
        for line in lines:
            if newest.get(line["place"]) != line:
                ledger.write_journal(today, EVENT, **line)


@dataclass(frozen=True, slots=True)
class Display:
    """What was hung out of a constituency."""

    day: dt.date
    purpose: Purpose
    """The list itself, or a sheet of changes, after which the wall said the same."""
    precinct: int | None
    """The one of which it was; None: all."""
    lists: Displayed


def displays(source: ListSource, constituency: int | None) -> Iterator[Display]:
    """What was displayed of a constituency, the newest first.

    Raises:
        UsageError: what was displayed was deleted or altered.
    """
    whole, folder = _place(constituency), source.workspace / _FOLDER
    for day, event, details in reversed(source.journal):
        place, _, precinct = str(details.get("place")).partition("/")
        if event == EVENT and place == whole:
            tables = (
                _read(folder, str(details[name]), schema)
                for name, schema in (("list", LISTED), ("done", DONE))
            )
            purpose, number = Purpose(str(details["purpose"])), int(precinct or 0)
            yield Display(day, purpose, number or None, Displayed(*tables))


def _place(constituency: int | None) -> str:
    """A constituency as the journal names it."""
    return "-" if constituency is None else str(constituency)


def _path(folder: Path, content: str) -> Path:
    return folder / f"{content[:16]}.parquet"


def _written(table: pa.Table, folder: Path) -> str:
    """Write a table into a file that is named by its content; returns its SHA-256."""
    with io.BytesIO() as file:
        pq.write_table(table.combine_chunks(), file, compression="zstd")
        content = file.getvalue()
    digest = hashlib.sha256(content).hexdigest()
    store.write_atomically(
        _path(folder, digest), lambda beside: beside.write_bytes(content)
    )
    return digest


def _read(folder: Path, digest: str, schema: pa.Schema) -> pa.Table:
    """The table of the file with this SHA-256.

    Raises:
        UsageError: it was deleted or altered.
    """
    path = _path(folder, digest)
    if not path.is_file() or store.sha256(path) != digest:
        raise usage_error("lists-display-gone", path=path)
    table = pq.read_table(path)
    given = dict(zip(table.column_names, table.columns, strict=True))
    return from_columns(given, schema, table.num_rows)
