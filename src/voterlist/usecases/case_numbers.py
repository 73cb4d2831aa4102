"""The numbers by which people call cases."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from voterlist import review
from voterlist.pipeline.known import Known

__all__ = ["numbers_of", "numbers_table"]


def numbers_table(runs: Known, cases: pa.Table) -> pa.Table:
    """``case_id`` and ``number`` of every case: as its run gave them, else as the report has them.

    Args:
        runs: the runs of the workspace.
        cases: CASE of these runs.
    """
    kept = runs.table("case_numbers")
    known = kept.column("case_id").combine_chunks()
    is_known = pc.is_in(cases.column("case_id"), value_set=known)
    # Runs of earlier versions gave no numbers that stay.
    is_whole = pc.all(is_known, min_count=0).as_py()
    return kept if is_whole else review.numbered(cases)


def numbers_of(runs: Known, cases: pa.Table) -> dict[str, int]:
    """The number of each case."""
    rows = numbers_table(runs, cases).to_pylist()
    return {row["case_id"]: row["number"] for row in rows}
