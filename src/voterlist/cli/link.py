"""``link``: the linkage alone, over tables that need no workspace."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from voterlist.cli.options import (
    ROWS,
    Tables,
    ToldProfileOption,
    option,
    require_ending,
    since,
    takes,
)
from voterlist.cli.steps import Steps
from voterlist.cli.terminal import (
    SAY,
    TERMINAL,
    Answer,
    pick,
    show_path,
    table,
    tell,
    title,
    warn,
)
from voterlist.errors import usage_error
from voterlist.model import OnProgress, PairKind, frozen
from voterlist.processes.limits import without_collection

if TYPE_CHECKING:
    from voterlist.any_table.joined import Reading
    from voterlist.any_table.linking import Linked, LinkRequest
    from voterlist.any_table.machine import Shortage
    from voterlist.ingest.choice import ColumnUse
    from voterlist.link.fit import Estimate


class _Engine(StrEnum):
    """Who does the work."""

    LOCAL = "local"
    SPARK = "spark"


_ANY_CORE = "local[*]"
"""Spark without a cluster: all cores of this machine."""


@frozen
class _Options:
    """What ``link`` takes on the command line."""

    files: Tables
    out: Annotated[Path | None, option("pairs-out", "PAIRS.parquet")] = None
    columns: Annotated[list[Path] | None, option("columns-of-files", "MAP.toml")] = None
    between: Annotated[bool, option("between", "--between")] = False
    one_to_one: Annotated[bool, option("one-to-one", "--one-to-one")] = False
    clusters: Annotated[Path | None, option("clusters", "FILE")] = None
    profile: ToldProfileOption = None
    against: Annotated[list[Path] | None, option("against", "FILE")] = None
    against_columns: Annotated[
        list[Path] | None, option("against-columns", "MAP.toml")
    ] = None
    settings: Annotated[Path | None, option("link-settings", "FILE")] = None
    state: Annotated[Path | None, option("state", "FOLDER")] = None
    memory: Annotated[Path | None, option("memory", "FOLDER", hidden=True)] = None
    """The former name of ``state``."""
    jobs: Annotated[int | None, option("threads", min=1)] = None
    memory_limit: Annotated[str | None, option("memory-limit", "SIZE")] = None
    report: Annotated[Path | None, option("link-report", "PAGE.html")] = None
    plan: Annotated[bool, option("plan", "--plan")] = False
    engine: Annotated[_Engine, option("engine")] = _Engine.LOCAL
    master: Annotated[str | None, option("master", "URL")] = None
    work: Annotated[Path | None, option("work", "FOLDER", hidden=True)] = None
    """A folder of which Spark has no more need; former commands name one."""

    def state_folder(self) -> Path | None:
        """The folder of the state, under whichever name of the option.

        Raises:
            UsageError: both names are given.
        """
        if self.state is not None and self.memory is not None:
            raise usage_error("state-twice")
        return self.memory if self.state is None else self.state

    def cluster(self) -> str | None:
        """The address of the cluster that does the work; None where this machine does it.

        Raises:
            UsageError: an option does not go with the engine.
        """
        with_spark = {"--master": self.master, "--work": self.work}
        if self.engine is _Engine.LOCAL:
            _refuse(with_spark, "only-with-spark")
            return None
        without = {
            "--jobs": self.jobs,
            "--memory-limit": self.memory_limit,
            "--state": self.state,
            "--memory": self.memory,
            "--against-columns": self.against_columns,
            "--report": self.report,
            "--columns --columns": len(self.columns or ()) > 1,
        }
        _refuse(without, "not-with-spark")
        if self.work is not None:
            warn("cli.link.work")
        return self.master or _ANY_CORE


def _refuse(options: Mapping[str, object], code: str) -> None:
    """Refuse the first of the options that is given.

    Raises:
        UsageError: one is.
    """
    for name, value in options.items():
        if value:
            raise usage_error(code, option=name)


# To look for garbage among the texts of millions takes a twelfth of the CPU seconds.
@takes(_Options)
@without_collection()
def link(given: _Options) -> Answer:
    """Find the pairs that may be one person."""
    from voterlist.any_table.linking import LinkRequest, Page
    from voterlist.any_table.machine import bytes_of
    from voterlist.processes import threads
    from voterlist.processes.limits import keep_memory, return_memory

    master = given.cluster()
    limit, report = given.memory_limit, given.report
    if given.jobs is not None or limit is not None:
        # Each thread has arrays of its own.
        threads.use(given.jobs or 1)
    request = LinkRequest(
        given.files,
        given.columns or (),
        given.against or (),
        given.against_columns or (),
        given.profile,
        given.state_folder(),
        given.settings,
        between=given.between,
        one_to_one=given.one_to_one,
        memory_limit=None if limit is None else bytes_of(limit),
        page=None if report is None else Page(report, SAY.language),
    )
    if given.plan:
        keep_memory()
        return _plan(request, master)
    if given.out is None:
        raise usage_error("no-out")
    require_ending(given.out, "out-not-a-table", *ROWS)
    require_ending(given.clusters, "out-not-a-table", *ROWS)
    require_ending(report, "out-not-a-page", ".html", ".htm")
    if limit is None:
        keep_memory()
    else:
        return_memory()
    linked = _link(given, request, given.out, master)
    _tell(linked, request, given.out)
    if report is not None:
        tell("cli.link.report", path=show_path(report))
    return {**_as_json(linked, request), **pick(given, "out", "clusters", "report")}


def _link(
    given: _Options, request: LinkRequest, out: Path, master: str | None
) -> Linked:
    """Link the files, here or on a cluster, and write what is found."""
    from voterlist.any_table.linking import Watch, link_tables
    from voterlist.any_table.machine import shortage

    forecast: Callable[[int, Sequence[Any]], None] = _tell_forecast
    if master is not None:
        # Files are always normalised on the way; only a frame in Python may be VOTER already.
        warn("cli.link.parts-alone")
    elif given.memory_limit is None and not _tell_shortage(
        shortage(request.every_file)
    ):
        forecast = _forecast_of(request)
    with Steps() as steps:
        # Only where memory is short: handed out anew it takes a twentieth of the time.
        progress = steps if given.memory_limit is None else _releasing(steps)
        watch = Watch(progress, forecast, tell_reading)
        if master is None:
            return link_tables(request, out, given.clusters, since=since(), watch=watch)
        # Loaded where a cluster is asked for: it takes a tenth of a second.
        from voterlist.any_table.linking_on_spark import link_tables_on_spark

        return link_tables_on_spark(request, master, out, given.clusters, watch=watch)


def _releasing(steps: Steps) -> OnProgress:
    """The progress told, and what the step before left in memory given back."""
    from voterlist.processes.limits import release_free

    def progress(stage: str, done: int, total: int) -> None:
        if not done:
            release_free()
        steps(stage, done, total)

    return progress


def _tell_shortage(shortage: Shortage | None) -> bool:
    """Say that the list will not fit into memory, and what can be done; whether it is so."""
    if shortage is not None:
        told = {"needed": shortage.needed, "available": shortage.available}
        warn("cli.link.shortage", **told)
    return shortage is not None


def _forecast_of(request: LinkRequest) -> Callable[[int, Sequence[Any]], None]:
    """Tells the forecast, and whether its pairs will fit into memory."""
    from voterlist.any_table.machine import shortage

    def tell(entries: int, forecast: Sequence[Any]) -> None:
        _tell_forecast(entries, forecast)
        pairs = sum(line.pairs for line in forecast)
        _tell_shortage(shortage(request.every_file, pairs))

    return tell


def _plan(request: LinkRequest, master: str | None) -> Answer:
    """What each blocking key would cost, here or on a cluster; no pair is made."""
    from voterlist.any_table.linking import plan_linkage
    from voterlist.any_table.linking_on_spark import plan_on_spark

    with Steps() as steps:
        planned = (
            plan_linkage(request, progress=steps)
            if master is None
            else plan_on_spark(request, master)
        )
    tell_reading(planned.reading)
    _tell_forecast(planned.entries, planned.forecast)
    return {
        **reading_as_json(planned.reading),
        "entries": planned.entries,
        "pairs": sum(line.pairs for line in planned.forecast),
        "keys": planned.forecast,
    }


def _tell(linked: Linked, request: LinkRequest, out: Path) -> None:
    """Print what the linkage gave, in words."""
    if linked.are_renamed:
        warn("cli.link.renamed")
    linkage, entries = linked.result, linked.entries
    done = {"entries": entries, "pairs": linkage.pairs.num_rows, "path": show_path(out)}
    tell("cli.link.done", **done)
    if linked.new is not None:
        base = entries - linked.new
        tell("cli.link.against", new=linked.new, base=base)
    if request.between:
        tell("cli.link.between")
    if request.one_to_one:
        tell("cli.link.one-to-one", left_out=linkage.left_out)
    if linked.state_use is not None:
        counts = {"afresh": linkage.afresh, "compared": linkage.candidates}
        tell(f"cli.state.{linked.state_use}", **counts)
    rows = [
        (title("case-kind", kind), count) for kind, count in linkage.kinds().items()
    ]
    table(("kind", "pairs"), rows)
    _tell_added(linkage.added)
    if linkage.estimate:
        _tell_estimate(linkage.estimate)
    for doubt in linkage.doubts:
        share, pairs = SAY.percent(doubt.share), int(doubt.share)
        tell(f"link.doubt.{doubt.code}", share=share, pairs=pairs)
    tell_chance(map(pick, linkage.chance))


def _tell_estimate(estimate: Estimate) -> None:
    """Precision and recall that the model expects, with their intervals."""
    from voterlist.report.values import Words

    words = Words(SAY.language)
    shares = {
        name: words.probability(value)
        for name, value in pick(estimate).items()
        if name.startswith(("precision", "recall", "blocking_loss"))
    }
    tell("cli.run.estimate", pairs=estimate.pairs, **shares)


def _tell_added(added: Sequence[Any]) -> None:
    """What each added comparison told; a note for one whose column holds nothing."""
    for comparison in added:
        if not comparison.known:
            warn("cli.link.added-blank", path=f"comparisons.{comparison.name}.column")
    if not added:
        return
    rows = [
        (
            comparison.name,
            comparison.kind,
            comparison.known,
            comparison.distinct,
            "" if comparison.m is None else SAY.percent(comparison.m),
        )
        for comparison in added
    ]
    table(("comparison", "kind", "known", "distinct", "m"), rows)


def _as_json(linked: Linked, request: LinkRequest) -> Answer:
    """What the linkage gave, as plain values; scripts rely on these names."""
    linkage, entries = linked.result, linked.entries
    kinds = linkage.kinds()
    return {
        **reading_as_json(linked.reading),
        "entries": entries,
        "new": entries if linked.new is None else linked.new,
        "between": request.between,
        "one_to_one": request.one_to_one,
        "thresholds": linked.settings.model_dump(
            include={"duplicate_probability", "review_probability", "kept_probability"}
        ),
        "compared": linkage.candidates,
        "afresh": linkage.afresh,
        "state_use": linked.state_use,
        "pairs": linkage.pairs.num_rows,
        "left_out": linkage.left_out,
        "comparisons": linkage.added,
        "kinds": {kind: kinds.get(kind, 0) for kind in PairKind},
        **pick(linkage, "estimate", "doubts", "chance"),
    }


def _tell_forecast(entries: int, forecast: Sequence[Any]) -> None:
    """Print what each blocking key will cost; of those that bring nothing together how many."""
    tell("cli.link.plan", entries=entries, pairs=sum(line.pairs for line in forecast))
    names = ("key", "blocks", "pairs", "largest", "not-compared")
    busy = [line for line in forecast if line.pairs or line.not_compared]
    table(names, [dataclasses.astuple(line) for line in busy])
    if len(busy) < len(forecast):
        tell("picture.keys.idle", count=len(forecast) - len(busy))


# How tables were understood, and what chance explains: told of other tables too


def tell_reading(reading: Reading) -> None:
    """Print the profile, and what each column of each file is used as.

    Files with the same columns are told once.
    """
    _tell_profile(reading)
    by_columns: dict[tuple[ColumnUse, ...], list[str]] = {}
    for file in reading.columns:
        by_columns.setdefault(file.columns, []).append(file.file)
    for columns, files in by_columns.items():
        if len(by_columns) > 1:
            tell("cli.columns.of", files=", ".join(files))
        table(("column", "used-as"), [(use.column, _use(use)) for use in columns])
    tell("cli.columns.change")
    TERMINAL.say()


def _tell_profile(reading: Reading) -> None:
    told = reading.told
    if told is None:
        tell("cli.profile.given", profile=reading.profile)
        return
    share = SAY.percent(told.share)
    tell("cli.profile.told", profile=reading.profile, share=share)
    if told.doubt is not None:
        warn(f"cli.profile.doubt-{told.doubt}", names=told.names)


def _use(use: ColumnUse) -> str:
    """In words what a column is used as, or why it is left."""
    if use.reason is None:
        return SAY(f"cli.columns.as-{use.use}", name=_name_of(use.name), kind=use.kind)
    why = SAY(f"cli.columns.left-{use.reason}")
    if use.looks_like is None:
        return why
    return SAY("cli.columns.looks-like", why=why, name=_name_of(use.looks_like))


def _name_of(name: str | None) -> str:
    """A field or comparison in words; one that a map adds as the map calls it."""
    key = f"field.{name}"
    return SAY(key) if SAY.has(key) else name or ""


def reading_as_json(reading: Reading) -> Answer:
    """The same for programs."""
    told = reading.told
    return {
        "profile": reading.profile,
        "profile_told": told and pick(told, "share", "names", "doubt"),
        "columns": [
            {"file": file.file, **pick(use)}
            for file in reading.columns
            for use in file.columns
        ],
    }


def tell_chance(rows: Iterable[Mapping[str, Any]]) -> None:
    """Print, for each kind of agreement, the pairs expected by chance, those found, the meaning."""
    from voterlist.report.sections.chance import Chance, ChanceWords

    words = ChanceWords(SAY.language)
    chances = [
        Chance(tuple(str(row["agreement"]).split("+")), row["expected"], row["found"])
        for row in rows
    ]
    if not chances:
        return
    TERMINAL.say()
    TERMINAL.say(words("report.chance.title"))
    TERMINAL.table(
        [
            words(f"report.column.{name}")
            for name in ("agreement", "expected", "found", "meaning")
        ],
        [
            (
                words.agreement(row.agreement),
                words.expected(row.expected).rjust(8),
                row.found,
                words.coincidence(row),
            )
            for row in chances
        ],
    )
