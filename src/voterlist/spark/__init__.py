"""The same linkage on a cluster with Spark.

``link`` takes a frame, and gives what ``voterlist.link.link`` gives.

Spark itself is loaded where a session is opened, and not before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from voterlist.config.sections import AddedComparison, LinkSettings
from voterlist.link.block import Forecast
from voterlist.link.types import Linkage, Watch
from voterlist.model import Profile
from voterlist.normalize.told import ToldProfile, tell_counted
from voterlist.spark.engine import Wanted, link_on_spark, plan_on_spark
from voterlist.spark.entries import told_names
from voterlist.spark.exchange import Steps
from voterlist.spark.failures import tell_failures
from voterlist.spark.reading import Columns, Files, Frame, Rows, Source
from voterlist.spark.session import prepare

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def link(
    rows: DataFrame | Files,
    columns: Columns | None = None,
    *,
    profile: Profile = Profile.AZ,
    settings: LinkSettings | None = None,
    comparisons: Sequence[AddedComparison] = (),
    watch: Watch | None = None,
    is_between: bool = False,
    one_to_one: bool = False,
) -> Linkage:
    """The pairs, clusters and cases of a frame that is in Spark, or of files.

    Args:
        rows: a frame of any session, Spark Connect as well; or files that the tasks read.
        columns: field to the headers that make it up. None: the frame holds VOTER.
        profile: whose names they are.
        settings: thresholds and bounds.
        comparisons: what a user added to the comparisons of every list.
        watch: what is called while it runs.
        is_between: each group of files is a list, and only pairs of two lists are looked for.
        one_to_one: an entry is one person with at most one entry of each other list.

    Raises:
        UsageError: an id stands twice or is missing; the cluster is not fit.
        StageError: the cluster failed.
    """
    reading = Rows(profile, columns, tuple(comparisons))
    wanted = Wanted(reading, settings or LinkSettings(), is_between, one_to_one)
    with _steps(rows) as (steps, source):
        return link_on_spark(steps, source, wanted, watch or Watch())


def plan(
    rows: DataFrame | Files,
    columns: Columns | None = None,
    *,
    profile: Profile = Profile.AZ,
    settings: LinkSettings | None = None,
    comparisons: Sequence[AddedComparison] = (),
    is_between: bool = False,
) -> tuple[Forecast, ...]:
    """What each blocking key would cost: the forecast of ``link`` alone; no pair is made."""
    reading = Rows(profile, columns, tuple(comparisons))
    wanted = Wanted(reading, settings or LinkSettings(), is_between)
    with _steps(rows) as (steps, source):
        return plan_on_spark(steps, source, wanted)


@contextmanager
def _steps(rows: DataFrame | Files) -> Iterator[tuple[Steps, Source]]:
    """The steps of a linkage, which Spark keeps while the block runs; what Spark tells, as ours."""
    source = _source(rows)
    with tell_failures():
        prepare(source.spark)
        steps = Steps(source.spark)
        try:
            yield steps, source
        finally:
            steps.end()


def _source(rows: DataFrame | Files) -> Source:
    return rows if isinstance(rows, Files) else Frame(rows)


def tell(rows: DataFrame | Files, columns: Columns) -> ToldProfile:
    """Whose names the rows of a frame or of files have, told from the names."""
    source = _source(rows)
    prepare(source.spark)
    return tell_counted(told_names(source, columns))
