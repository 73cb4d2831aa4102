"""The numbers by which people call cases."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from voterlist import review
from voterlist.pipeline.known import Known
from voterlist.storage.ledger import Reader

_COLUMNS = ["case_id", "number"]


def numbers_table(runs: Known, cases: pa.Table, ledger: Reader) -> pa.Table:
    """``case_id`` and ``number`` of every case: as its run gave them, else as the report has them.

    Behind them those of cases that are gone: people know them by these numbers.

    Args:
        runs: the runs of the workspace.
        cases: CASE of these runs.
        ledger: of the workspace.
    """
    of_run = runs.table("case_numbers").select(_COLUMNS)
    # Runs of earlier versions gave no numbers that stay.
    if not pc.all(_is_in(cases, of_run), min_count=0).as_py():
        of_run = review.numbered(cases).select(_COLUMNS)
    notes = ledger.case_numbers()
    ever = {
        "case_id": pa.array([one.case_id for one in notes], pa.string()),
        "number": pa.array([one.number for one in notes], pa.int32()),
    }
    kept = pa.table(ever, schema=of_run.schema)
    return pa.concat_tables([of_run, kept.filter(pc.invert(_is_in(kept, of_run)))])


def _is_in(table: pa.Table, numbers: pa.Table) -> pa.ChunkedArray:
    """True for the rows whose case has one of these numbers."""
    known = numbers.column("case_id").combine_chunks()
    return pc.is_in(table.column("case_id"), value_set=known)


def numbers_of(runs: Known, cases: pa.Table, ledger: Reader) -> dict[str, int]:
    """The number of each case."""
    rows = numbers_table(runs, cases, ledger).to_pylist()
    return {row["case_id"]: row["number"] for row in rows}
