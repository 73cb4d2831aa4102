"""The entry ids that a run gives to invented entries, to compare its pairs with the truth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from voterlist.config import IngestSettings
from voterlist.errors import StageError
from voterlist.synth.generate import Synthetic
from voterlist.tables import row_of_each, with_column


def with_run_ids(
    synthetic: Synthetic,
    places: pa.Table,
    inbox: Path,
    progress: Callable[[int, int], None] = lambda _done, _of: None,
) -> Synthetic:
    """``synthetic`` with the entry ids that ``ingest`` makes of the files in ``inbox``.

    Args:
        synthetic: what ``generate`` made.
        places: what ``write_workspace`` returned.
        inbox: where the files were written; nothing else may lie there.
        progress: called with how many constituencies were read back, and of how many.

    Raises:
        StageError: a file was not read back entry by entry, so that the truth would be wrong.
    """
    if not places.num_rows:
        return synthetic
    read = _read_back(inbox, progress)
    by_place = read.rename_columns(["source", "line", "run_id"])
    order = pa.array(range(places.num_rows), pa.int64())
    joined = (
        places.append_column("at", order)
        .join(by_place, ["source", "line"])
        .sort_by("at")
    )
    ids = joined.column("run_id").combine_chunks().cast(pa.string())
    if (
        joined.num_rows != places.num_rows
        or ids.null_count
        or read.num_rows != places.num_rows
    ):
        raise StageError(
            f"of {places.num_rows} entries written, {len(ids) - ids.null_count} were found again"
            f" among {read.num_rows} read",
            stage="synth",
            todo="This is a fault of the program: please report it, with the seed.",
        )
    faults = synthetic.faults
    if faults is not None:
        at = row_of_each(
            faults.column("entry_id"), synthetic.entries.column("entry_id")
        )
        faults = with_column(faults, "entry_id", ids.take(at))
    return replace(
        synthetic,
        entries=with_column(synthetic.entries, "entry_id", ids),
        truth=with_column(synthetic.truth, "entry_id", ids),
        faults=faults,
    )


def _read_back(inbox: Path, progress: Callable[[int, int], None]) -> pa.Table:
    """``source``, ``line`` and ``entry_id`` of every entry that ``ingest`` finds in the inbox."""
    # Only here are readers needed: tables alone are made without loading them.
    from voterlist.ingest import ingest  # noqa: PLC0415
    from voterlist.readers import list_paths, read_paths  # noqa: PLC0415

    settings = IngestSettings()
    folders = sorted(inbox.iterdir())
    parts = []
    for at, folder in enumerate(folders):
        # One after the other: the rows of a whole nation would take ten gigabytes.
        files = read_paths(list_paths(folder), inbox.parent, settings)
        entries = ingest(files, settings, constituency=None).entries
        parts.append(entries.select(["source", "line", "entry_id"]))
        progress(at + 1, len(folders))
    return pa.concat_tables(parts)
