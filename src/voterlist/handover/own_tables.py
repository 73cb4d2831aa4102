"""Small tables that a commission keeps in its workspace by hand, as CSV.

``precincts.csv`` says where each precinct votes, ``mobile.csv`` who asked for the mobile box.
"""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from voterlist.casework.printed import Printed
from voterlist.lists.papers import Office, Offices
from voterlist.pipeline.list_input import ListSource
from voterlist.storage.typed import typed_lines, unreadable
from voterlist.tables import rows_among

PRECINCTS, MOBILE = "precincts.csv", "mobile.csv"


def read_offices(workspace: Path) -> Offices:
    """The address and telephone of each precinct; none where there is no such file.

    Raises:
        UsageError: a heading is missing, or a line names no precinct, or one of a line before.
    """
    path = workspace / PRECINCTS
    offices: dict[tuple[int | None, int | None], Office] = {}
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
