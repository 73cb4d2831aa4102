"""Small tables that a commission keeps in its workspace by hand, as CSV.

``precincts.csv`` says where each precinct votes, ``mobile.csv`` who asked for the mobile box.
"""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from voterlist.lists.listed import name_key
from voterlist.lists.papers import Office, Offices
from voterlist.model import ListKind
from voterlist.storage.typed import typed_lines, unreadable

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
    for row in typed_lines(path, "number", "surname"):
        if row.place not in known:
            # Of another constituency than the one that is written now.
            continue
        number = row.said.get("number", "")
        at, surname = place_of.get((*row.place, number), (None, None))
        if at is None or name_key(surname or "") != name_key(
            row.said.get("surname", "")
        ):
            raise row.refused("mobile-nobody")
        chosen.append(at)
    return listed.take(pa.array(sorted(set(chosen)), pa.int64()))
