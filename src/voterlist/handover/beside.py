"""Beside the lists: what was displayed last, notices before striking, and tables kept by hand."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import itertools
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePath
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from voterlist.casework.noticed import EVENT, days_to_object, notices_line
from voterlist.casework.printed import Printed
from voterlist.decisions.answers import answers_of
from voterlist.errors import usage_error
from voterlist.findings import finding_ids
from voterlist.lists.alterations import DONE, Displayed
from voterlist.lists.compile import ListInput
from voterlist.lists.documents import Office, Offices
from voterlist.model import Precinct, Purpose, Severity, details_of, frozen
from voterlist.pipeline.list_input import ListSource
from voterlist.readers import SOURCE_DIGITS
from voterlist.schemas import LISTED, NOTICE
from voterlist.storage.files import own_folder, sha256, write_content
from voterlist.storage.ledger import Ledger, place_in
from voterlist.storage.typed import typed_lines, unreadable
from voterlist.tables import Row, by_key, from_columns, from_rows, rows_among

_DISPLAYED = "displayed"
"""The event of the journal: ``place``, ``purpose``, and the SHA-256 of two tables."""
_FOLDER = Path("lists", "displayed")
Line = dict[str, str]
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
    own_folder(folder.parent)
    own_folder(folder)
    place = _place(constituency)
    kept = lists if precinct is None else lists.of_precinct(precinct)
    return {
        "place": place if precinct is None else f"{place}/{precinct}",
        "purpose": purpose.value,
        "list": _write_table(kept.listed, folder),
        "done": _write_table(kept.corrections, folder),
    }


def note_displayed(source: ListSource, lines: Sequence[Line], today: dt.date) -> None:
    """Note in the journal what is displayed; what its newest lines say is not said again.

    Raises:
        WorkspaceBusyError: another command writes into the ledger.
    """
    with Ledger(place_in(source.workspace, source.settings)) as ledger:
        displayed = details_of(ledger.journal(), _DISPLAYED)
        newest = {details["place"]: details for details in displayed}
        for line in lines:
            if newest.get(line["place"]) != line:
                ledger.write_journal(today, _DISPLAYED, **line)


@frozen
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
        if event == _DISPLAYED and place == whole:
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


def _write_table(table: pa.Table, folder: Path) -> str:
    """Write a table into a file that is named by its content; returns its SHA-256."""
    with io.BytesIO() as file:
        pq.write_table(table.combine_chunks(), file, compression="zstd")
        content = file.getvalue()
    digest = hashlib.sha256(content).hexdigest()
    write_content(_path(folder, digest), content)
    return digest


def _read(folder: Path, digest: str, schema: pa.Schema) -> pa.Table:
    """The table of the file with this SHA-256.

    Raises:
        UsageError: it was deleted or altered.
    """
    path = _path(folder, digest)
    if not path.is_file() or sha256(path) != digest:
        raise usage_error("lists-display-gone", path=path)
    table = pq.read_table(path)
    given = dict(zip(table.column_names, table.columns, strict=True))
    return from_columns(given, schema, table.num_rows)


_DAY_LENGTH = len("2026-02-03")
"""The name of a run begins with its day."""
_STRIKINGS = "strikings"
"""The sheet of findings that propose to strike somebody."""


@frozen
class Notices:
    """The notices of a workspace: what was written before, and how long there is to object."""

    source: ListSource
    today: dt.date

    @property
    def _until(self) -> dt.date:
        days = self.source.settings.lists.notice_days
        return self.today + dt.timedelta(days=days)

    def table(
        self, constituency: int | None, given: ListInput, listed: pa.Table
    ) -> pa.Table:
        """NOTICE: one for each open finding that proposes to strike somebody on these lists.

        Args:
            constituency: whose lists they are.
            given: what the run knows of it.
            listed: LISTED; the notices stand in its order.
        """
        return from_rows([*self._rows(constituency, given, listed)], NOTICE)

    def _rows(
        self, constituency: int | None, given: ListInput, listed: pa.Table
    ) -> Iterator[Row]:
        ids = finding_ids(given.findings)
        findings = zip(given.findings.to_pylist(), ids, strict=True)
        by_entry = by_key(
            (finding["entry_id"], {**finding, "finding_id": finding_id})
            for finding, finding_id in findings
            if finding["entry_id"]
            and finding["severity"] != Severity.NOTE
            and answers_of(finding["rule"]).sheet == _STRIKINGS
        )
        registers = self._registers(constituency, by_entry)
        written = days_to_object(self.source.journal)
        for person in rows_among(listed, "entry_id", by_entry).to_pylist():
            entry_id = person["entry_id"]
            for finding in by_entry[entry_id]:
                until = written.get(entry_id, {}).get(
                    finding["finding_id"], self._until
                )
                yield {
                    **person,
                    **registers.get(finding["other_entry_id"], {}),
                    **{name: finding[name] for name in ("rule", "value", "limit")},
                    "ground": answers_of(finding["rule"]).ground,
                    "finding_id": finding["finding_id"],
                    "until": until.isoformat(),
                }

    def _registers(
        self, constituency: int | None, by_entry: Mapping[str, list[Row]]
    ) -> dict[str | None, dict[str, Any]]:
        """File and line of each row of a register that these findings name."""
        findings = itertools.chain(*by_entry.values())
        named = {finding["other_entry_id"] for finding in findings}
        files = {
            digest[:SOURCE_DIGITS]: PurePath(path).name
            for path, digest in self.source.runs.inputs.items()
        }
        registers = self.source.register_rows(constituency)
        rows = rows_among(registers, "entry_id", named)
        read = self.source.runs.folder_of(constituency).name[:_DAY_LENGTH]
        return {
            row["entry_id"]: {
                "file": files.get(row["source"]),
                "line": row["line"],
                "read": read,
            }
            for row in rows.to_pylist()
        }

    def note(self, written: pa.Table) -> None:
        """Note in the journal the notices (NOTICE) that were not written before.

        Raises:
            WorkspaceBusyError: another command writes into the ledger.
        """
        with Ledger(place_in(self.source.workspace, self.source.settings)) as ledger:
            before = days_to_object(ledger.journal())
            places: dict[str, dict[str, str]] = {}
            for row in written.to_pylist():
                if row["finding_id"] not in before.get(row["entry_id"], {}):
                    place = str(row["constituency"] or "-")
                    places.setdefault(place, {})[row["finding_id"]] = row["entry_id"]
            for place, findings in places.items():
                line = notices_line(place, self._until, findings)
                ledger.write_journal(self.today, EVENT, **line)


PRECINCTS, MOBILE = "precincts.csv", "mobile.csv"


def read_offices(workspace: Path) -> Offices:
    """The address and telephone of each precinct; none where there is no such file.

    Raises:
        UsageError: a heading is missing, or a line names no precinct, or one of a line before.
    """
    path = workspace / PRECINCTS
    offices: dict[Precinct, Office] = {}
    for row in typed_lines(path, "address"):
        if row.place in offices:
            raise unreadable(path, row.line)
        address, telephone = row.said.get("address"), row.said.get("telephone")
        offices[row.place] = Office(address or None, telephone or None)
    return offices


def mobile_voters(
    source: ListSource, constituency: int | None, rows: pa.Table
) -> pa.Table:
    """Those of LISTED whom ``mobile.csv`` names, by number and surname.

    The number is that of the list on display. The surname is asked for too, for a number alone
    names somebody else as soon as the list is numbered anew.

    Raises:
        UsageError: a heading is missing, or a line names nobody of the precinct's list.
    """
    printed, ids = Printed(source), set()
    for line in typed_lines(source.workspace / MOBILE, "number", "surname"):
        if line.place[0] != constituency:
            continue
        is_named = line.said.get("number") and line.said.get("surname")
        row = printed.row(line) if is_named else None
        if row is None:
            raise line.refused("mobile-nobody")
        ids.add(row["entry_id"])
    return rows_among(rows, "entry_id", ids)
