"""Parts of voterlist as processes of their own: linkage without reading and normalising.

    python voterlist_peer.py normalize LIST ROWS.parquet [PROFILE MAP.toml]
    python voterlist_peer.py link ROWS.parquet PAIRS.parquet

``normalize`` gives the rows that the peers start from.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from voterlist import readers
from voterlist.ingest.generic import parse_map, table_intake
from voterlist.link import link
from voterlist.link.encode import COMPARED
from voterlist.model import Profile
from voterlist.normalize.stage import normalize
from voterlist.processes.limits import keep_memory


def voters(source: str, profile: str = "az", column_map: str | None = None) -> pa.Table:
    """The VOTER table of a file."""
    columns = (
        parse_map(Path(column_map).read_text(encoding="utf-8")) if column_map else None
    )
    return normalize(
        table_intake(readers.read_table(Path(source)), columns).entries,
        Profile(profile),
    ).table


def _compared(source: str) -> pa.Table:
    """The columns of a VOTER table that are compared: a peer reads no others either."""
    texts = [
        field.name for field in pq.read_schema(source) if field.type == pa.string()
    ]
    repeating = [
        name
        for name in COMPARED
        if name in texts and name not in {"entry_id", "fin", "document"}
    ]
    return pq.read_table(source, columns=list(COMPARED), read_dictionary=repeating)


def main() -> None:
    """Does one part."""
    part, source, out, *how = sys.argv[1:]
    if part == "normalize":
        pq.write_table(voters(source, *how), out)
    else:
        # As the command does.
        keep_memory()
        pq.write_table(link(_compared(source)).pairs, out)


if __name__ == "__main__":
    main()
