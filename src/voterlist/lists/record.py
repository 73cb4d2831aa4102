"""The compiled list as other programs take it."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from voterlist.model import ListKind
from voterlist.schemas import RECORD
from voterlist.tables import plain

__all__ = ["record_rows"]


def record_rows(
    listed: pa.Table, kind: ListKind, precinct: int | None = None
) -> pa.Table:
    """RECORD of the lists of one kind, by precinct and number.

    Args:
        listed: LISTED.
        kind: of the lists.
        precinct: only the lists of this one; None: all.
    """
    is_wanted = pc.equal(plain(listed.column("list_kind")), kind.value)
    if precinct is not None:
        is_wanted = pc.and_kleene(
            is_wanted, pc.equal(listed.column("precinct"), precinct)
        )
    return listed.filter(is_wanted).select(RECORD.names).combine_chunks()
