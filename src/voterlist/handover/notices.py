"""Notices before striking: of whom there is one, and the line of the journal that remembers it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import pyarrow as pa

from voterlist.casework.noticed import EVENT, noticed, notices_line
from voterlist.decisions import answers_of
from voterlist.findings import finding_ids
from voterlist.lists.compile import ListInput
from voterlist.model import Severity
from voterlist.pipeline.list_input import ListSource
from voterlist.readers import SOURCE_DIGITS
from voterlist.schemas import NOTICE
from voterlist.storage.ledger import Ledger, place_in
from voterlist.tables import from_columns, rows_among

_DAY_LENGTH = len("2026-02-03")
"""The name of a run begins with its day."""
_STRIKINGS = "strikings"
"""The sheet of findings that propose to strike somebody."""


@dataclass(frozen=True, slots=True)
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
        rows = self._rows(constituency, given, listed)
        columns = {name: [] for name in NOTICE.names}  # type: dict[str, list[Any]]
        for row in rows:
            for name, cells in columns.items():
                cells.append(row.get(name))
        return from_columns(columns, NOTICE, len(columns["finding_id"]))

    def _rows(
        self, constituency: int | None, given: ListInput, listed: pa.Table
    ) -> Iterator[dict[str, Any]]:
        findings = given.findings.to_pylist()
        ids = finding_ids(given.findings)
        by_entry: dict[str, list[dict[str, Any]]] = {}
        for finding, finding_id in zip(findings, ids, strict=True):
            entry_id, rule = finding["entry_id"], finding["rule"]
            is_asked = finding["severity"] != Severity.NOTE
            if entry_id and is_asked and answers_of(rule).sheet == _STRIKINGS:
                cells = {**finding, "finding_id": finding_id}
                by_entry.setdefault(entry_id, []).append(cells)
        registers = self._registers(constituency, by_entry)
        written = noticed(self.source.journal)
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
        self, constituency: int | None, by_entry: Mapping[str, list[dict[str, Any]]]
    ) -> dict[str | None, dict[str, Any]]:
        """File and line of each row of a register that these findings name."""
        named = {
            finding["other_entry_id"]
            for findings in by_entry.values()
            for finding in findings
        }
        files = {
            digest[:SOURCE_DIGITS]: PurePath(path).name
            for path, digest in self.source.runs.inputs.items()
        }
        rows = rows_among(
            self.source.register_rows(constituency), "entry_id", named - {None}
        )
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
            before = noticed(ledger.journal())
            places: dict[str, dict[str, str]] = {}
            for row in written.to_pylist():
                if row["finding_id"] not in before.get(row["entry_id"], {}):
                    place = str(row["constituency"] or "-")
                    places.setdefault(place, {})[row["finding_id"]] = row["entry_id"]
            for place, findings in places.items():
                line = notices_line(place, self._until, findings)
                ledger.write_journal(self.today, EVENT, **line)
