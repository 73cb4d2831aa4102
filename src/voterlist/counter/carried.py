"""Applications as one commission shows them to the next: counted, without what anybody said."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from voterlist.casework.returned_cases import handed_in
from voterlist.counter.applications import Application, Brief
from voterlist.custody.refusals import wrong
from voterlist.schemas import HANDED_APPLICATION
from voterlist.storage.workspace import open_to_read
from voterlist.tables import from_rows

NAME = "applications.parquet"
"""Their table in a package."""


def handed_over(
    applications: Iterable[Application], place: tuple[int, int | None]
) -> pa.Table:
    """HANDED_APPLICATION of a constituency, or of a precinct of it, by number.

    An application about an entry of elsewhere names none.
    """
    constituency, precinct = place
    prefix = f"{constituency:03}-" + ("" if precinct is None else f"{precinct:04}-")
    rows: list[dict[str, Any]] = []
    for application in applications:
        brief = application.brief
        is_own = (brief.entry_id or "").startswith(prefix)
        rows.append(
            {
                "number": brief.number,
                "constituency": constituency,
                "precinct": precinct,
                "entry_id": brief.entry_id if is_own else None,
                "what": brief.what,
                "state": brief.state,
                "day": brief.day.isoformat(),
                "due": brief.due.isoformat(),
                "done": brief.done.isoformat() if brief.done else None,
                "ground": brief.ground,
            }
        )
    return from_rows(rows, HANDED_APPLICATION, "number")


def briefs_below(workspace: Path) -> dict[str, list[Brief]]:
    """The applications in the newest package of each commission below, by the commission.

    Raises:
        UsageError: it is no workspace.
        CustodyError: what was kept of a package is gone or damaged.
    """
    with open_to_read(workspace) as (_, ledger):
        folders = handed_in(workspace, ledger)
    return {
        sender: _briefs(folder / NAME)
        for sender, folder in folders.items()
        if (folder / NAME).exists()
    }


def _briefs(path: Path) -> list[Brief]:
    try:
        rows = pq.read_table(path).to_pylist()
        return [
            Brief(
                number=row["number"],
                what=row["what"],
                state=row["state"],
                day=dt.date.fromisoformat(row["day"]),
                due=dt.date.fromisoformat(row["due"]),
                done=dt.date.fromisoformat(row["done"]) if row["done"] else None,
                ground=row["ground"],
                entry_id=row["entry_id"],
            )
            for row in rows
        ]
    except (OSError, ValueError, KeyError, TypeError, pa.ArrowException):
        raise wrong("applications") from None
