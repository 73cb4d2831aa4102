"""The same linkage on a cluster with Spark.

``link`` takes a frame, and gives what ``voterlist.link.link`` gives.

Spark itself is loaded where a session is opened, and not before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from voterlist.config import LinkSettings
from voterlist.config.comparisons import AddedComparison
from voterlist.link.comparisons import with_added
from voterlist.link.types import Linkage, Watch
from voterlist.model import Profile
from voterlist.normalize.told import ToldProfile, tell_counted
from voterlist.spark.engine import Wanted, linked
from voterlist.spark.entries import told_names
from voterlist.spark.exchange import Steps
from voterlist.spark.failures import told
from voterlist.spark.reading import (
    Columns,
    Files,
    Frame,
    Piece,
    Rows,
    Source,
    Stamp,
    dealt_pieces,
    stamp_of,
)
from voterlist.spark.session import prepare
from voterlist.spark.work import open_work
from voterlist.storage.store import program_digest

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

__all__ = [
    "Files",
    "Job",
    "Piece",
    "Stamp",
    "dealt_pieces",
    "link",
    "stamp_of",
    "tell",
]


@dataclass(frozen=True, slots=True)
class Job:
    """A linkage, and where it keeps what is done so far."""

    work: Path
    """A folder that all machines see under this path. A job that was killed goes on there."""
    inputs: str
    """A digest of what the frame is read from: another list has another one."""
    since: str
    """Told to another job that finds the folder held."""


def link(
    rows: DataFrame | Files,
    columns: Columns | None = None,
    *,
    job: Job,
    profile: Profile = Profile.AZ,
    settings: LinkSettings | None = None,
    comparisons: Sequence[AddedComparison] = (),
    watch: Watch | None = None,
) -> Linkage:
    """The pairs, clusters and cases of a frame that is in Spark, or of files.

    Args:
        rows: a frame of any session, Spark Connect as well; or files that the tasks read.
        columns: field to the headers that make it up. None: the frame holds VOTER.
        job: where the work stands, and whose it is.
        profile: whose names they are.
        settings: thresholds and bounds.
        comparisons: what a user added to the comparisons of every list.
        watch: what is called while it runs.

    Raises:
        UsageError: an id stands twice or is missing; the folder holds another job's work; the
            cluster is not fit.
        WorkspaceBusyError: another process holds the folder.
        StageError: the cluster failed. What was done until then is kept.
    """
    settings = settings or LinkSettings()
    source = _source(rows)
    reading = Rows(profile, columns, tuple(comparisons))
    kinds = {comparison.name: str(comparison.kind) for comparison in comparisons}
    blocking = tuple(
        comparison.name for comparison in comparisons if comparison.blocking
    )
    wanted = Wanted(profile, settings, with_added(kinds), blocking)
    held = open_work(job.work, _identity(job, reading, settings), since=job.since)
    with held as opened, told(job.work):
        prepare(source.spark, opened)
        return linked(
            Steps(source.spark, opened), source, reading, wanted, watch or Watch()
        )


def _source(rows: DataFrame | Files) -> Source:
    return rows if isinstance(rows, Files) else Frame(rows)


def _identity(job: Job, rows: Rows, settings: LinkSettings) -> dict[str, str]:
    """What makes a job what it is."""
    said = repr((rows.profile.value, rows.columns, rows.comparisons, settings))
    return {
        "inputs": job.inputs,
        "settings": hashlib.sha256(said.encode()).hexdigest(),
        "program": program_digest(),
    }


def tell(rows: DataFrame | Files, columns: Columns) -> ToldProfile:
    """Whose names the rows of a frame or of files have, told from the names."""
    source = _source(rows)
    prepare(source.spark, None)
    return tell_counted(told_names(source, columns))
