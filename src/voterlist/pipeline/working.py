"""The work of a run: the stages one after the other, the reports, the line of the journal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from voterlist import config
from voterlist.config.sections import Settings
from voterlist.deadlines import is_frozen, last_days
from voterlist.deadlines.handovers import (
    balances_below,
    emptied_lists,
    handovers,
    packed_units,
)
from voterlist.errors import StageError, UsageError, VoterlistError, usage_error
from voterlist.model import Stage, details_of, null_last
from voterlist.pipeline import inbox, publish
from voterlist.pipeline.known import Known, keep_subjects, known, known_work
from voterlist.pipeline.outcome import (
    Done,
    digest_of_lists,
    handed_in_since,
    lists_anew,
    missing_lists,
    result_of,
    unread_constituencies,
)
from voterlist.pipeline.running import (
    LedgerWatch,
    LeftOut,
    MissingList,
    Progress,
    RunResult,
    Trouble,
    remember,
)
from voterlist.pipeline.stages import STAGES
from voterlist.pipeline.standings import (
    burn_down,
    open_in,
    standings,
)
from voterlist.pipeline.steps import (
    Context,
    Tables,
    Walk,
    known_place,
    needs_of,
    places_of,
    received_name,
)
from voterlist.pipeline.units import UnitsFailedError
from voterlist.processes.stopping import whole
from voterlist.schemas import LIST, empty, with_entries
from voterlist.storage import ledger as ledgers
from voterlist.storage.files import sha256
from voterlist.storage.ledger import CaseNumber, Ledger
from voterlist.storage.store import (
    MANIFEST_NAME,
    RUN_EVENT,
    Manifest,
    RunFolder,
    altered_runs,
    program_digest,
    settle_reruns,
    told_of,
)
from voterlist.tables import by_key, count_by, distinct, rows_among
from voterlist.version import __version__
from voterlist.watch import left_to_ask


def work(
    workspace: Path,
    settings: Settings,
    inputs: inbox.Inputs,
    *,
    until: Stage | None,
    today: dt.date,
    jobs: int,
    progress: Progress,
) -> RunResult:
    """Do every stage, and remember what the run said where nothing else came between.

    The caller, ``running.run``, holds the workspace, and says what the arguments mean.

    Raises:
        StageError: a stage failed inside, and not for single constituencies only.
    """
    place = ledgers.place_in(workspace, settings)
    watch = LedgerWatch()
    with Ledger(place) as ledger:
        # Of answers that were recorded without it.
        with suppress(UsageError):
            keep_subjects(ledger, lambda: known(workspace, ledger))
        newest_day = ledger.newest_day()
        settle_reruns(workspace, told_of(ledger.journal()))
        altered = altered_runs(workspace, ledger.journal())
        context = Context.of(workspace, settings, inputs, ledger, today, jobs, progress)
    watch.left(ledger)
    kept = context.units.kept
    kept.altered += _moved_aside(workspace, altered)
    before = None
    with ledgers.reading(place) as reader, suppress(UsageError):
        before = known(workspace, reader)
    context = replace(context, before=before)
    # Read before the folder of the run, which may be made again, is written into.
    earlier = _lists_of(before)
    try:
        done = _do_stages(context, until, watch)
    finally:
        context.units.close()
    is_behind = newest_day is not None and newest_day > today
    told = [Trouble(name, None, "work-altered") for name in kept.altered]
    result = result_of(done)
    result = replace(
        result,
        troubles=(*result.troubles, *told),
        clock_behind=newest_day if is_behind else None,
        missing_lists=_missing(earlier, context, done.walk.tables),
        anew=lists_anew(before, done.walk.folder.path)
        if before is not None and done.is_complete
        else (),
        damaged_units=kept.damaged,
    )
    # What was altered is said once.
    if done.is_complete and watch.is_calm and not told:
        folder, needs = done.walk.folder.path, done.walk.needs
        remember(folder, result, watch.head, needs, is_whole=inputs.is_whole)
    return result


def _lists_of(runs: Known | None) -> pa.Table:
    """LIST of these runs; without rows where there is none.

    Raises:
        InputError: the table of a run is damaged.
    """
    return empty(LIST) if runs is None else runs.table("lists")


def _moved_aside(workspace: Path, altered: Iterable[Path]) -> list[str]:
    """Runs that were altered after they were made, so that nothing takes them for runs any more.

    A person may look at them. Returns their folders, as the workspace names them.
    """
    told = []
    for folder in altered:
        (folder / MANIFEST_NAME).replace(folder / "manifest.altered.json")
        told.append(folder.relative_to(workspace).as_posix())
    return told


def _do_stages(context: Context, until: Stage | None, watch: LedgerWatch) -> Done:
    """Every stage, and the reports; without the constituencies whose work fails.

    Where the work on a constituency fails, its lists are set aside and all is done again without
    them. What was done for the others is kept, so that takes moments.

    Raises:
        StageError: a stage failed inside, and not for single constituencies only.
    """
    kept = context.units.kept
    kept.remove_leftovers()
    told: list[LeftOut] = []
    while True:
        # A run that was killed may be put in its place: see ``RunFolder.finish``.
        with Ledger(context.ledger):
            folder = RunFolder(context.workspace, _manifest(context))
        walk = Walk(folder, needs_of(context, STAGES), context)
        try:
            done = _walk_stages(context, walk, until, watch)
        except UnitsFailedError as error:
            failed = _fed_by(error, walk)
            told += _reasons_left_out(error, failed)
            left_out = context.left_out | failed
            if not failed or left_out >= _homes(context.inputs):
                raise _told_by(error) from None
            context = replace(context, left_out=left_out)
        else:
            if done.is_complete:
                kept.sweep(is_whole=context.is_whole)
            return replace(done, left_out=tuple(told))


def _told_by(error: UnitsFailedError) -> Exception:
    """What the first failure says itself, as an error of the stage; else this error."""
    _, failure = error.failures[0]
    said = failure.error
    if not isinstance(said, VoterlistError):
        return said or error
    places = {name: text for name, text in said.places.items() if name != "stage"}
    return StageError(
        said.message,
        stage=error.places["stage"],
        todo=said.todo,
        code=said.code,
        places=places,
    )


def _walk_stages(
    context: Context, walk: Walk, until: Stage | None, watch: LedgerWatch
) -> Done:
    for step in STAGES:
        if step.stage is Stage.LINK:
            # The one stage that holds the whole list needs the memory that idle workers keep.
            context.units.close()
        walk.step(step)
        if step.stage is Stage.MERGE:
            _require_as_frozen(context, walk.tables)
        if step.stage is until:
            break
    _note_submissions(context, walk.tables, watch)
    if until not in {None, Stage.REPORT}:
        with ledgers.reading(context.ledger) as ledger:
            work = known_work(context.workspace, ledger)
            standing = standings(context.settings, ledger, context.today, work=work)
        return Done(context, walk, until, standing)
    return _finish(context, walk, watch)


def _require_as_frozen(context: Context, tables: Tables) -> None:
    """Refuse lists that were handed in, changed or taken away since they were frozen.

    A frozen list changes by decisions of its own kind alone (Election Code, article 46.1). What was
    handed in stays in the inbox.

    Raises:
        UsageError: there are such lists; it names their files, or their precincts.
    """
    settings, inputs = context.settings, context.inputs
    last = last_days(settings.calendar, settings.workspace.cycle)
    frozen = [kind for kind in last if is_frozen(last[kind], context.today)]
    if not frozen:
        return
    earlier = rows_among(_lists_of(context.before), "list_kind", frozen)
    names = inputs.originals()
    # What a package changes was held against the freeze when it was taken in.
    carried = _carried_sources(context, tables["lists"], names, min(last.values()))
    files = [
        names.get(source, source)
        for source in handed_in_since(earlier, tables["lists"], frozen)
        if source not in carried
    ]
    gone = _missing(earlier, context, tables)
    files += dict.fromkeys(f"{unit.constituency}/{unit.precinct}" for unit in gone)
    if earlier.num_rows and files:
        first = min(last[kind] for kind in frozen)
        raise usage_error("lists-frozen", last=first, files=", ".join(files))


def _carried_sources(
    context: Context, lists: pa.Table, names: Mapping[str, str], frozen: dt.date
) -> set[str]:
    """The sources of lists (LIST) that are those of the last package of their sender.

    Of a sender that handed over before the freeze: its packages were held against each other.
    ``names`` are the files in the inbox by their sources.
    """
    cycle = context.settings.workspace.cycle
    with ledgers.reading(context.ledger) as ledger:
        lines = [
            line
            for line in handovers(ledger.journal())
            if line.is_list and line.cycle in {"", cycle}
        ]
    early = {line.sender for line in lines if line.day <= frozen}
    last = {
        f"{inbox.INBOX}/{line.constituency}/{line.sender}": line.lists
        for line in lines
        if line.sender in early
    }
    of_folder = by_key(
        (name.rpartition("/")[0], source) for source, name in names.items()
    )
    carried: set[str] = set()
    for folder, digest in last.items():
        sources = of_folder.get(folder, [])
        if digest_of_lists(rows_among(lists, "source", sources)) == digest:
            carried.update(sources)
    return carried


def _reasons_left_out(
    error: UnitsFailedError, failed: Collection[int | None]
) -> Iterator[LeftOut]:
    """Why these constituencies are left out: by their own failure, else by the first."""
    for number in sorted(failed, key=null_last):
        own = [
            failed for failed in error.failures if number in failed[0].constituencies
        ]
        _, failure = (own or error.failures)[0]
        stage = Stage(error.stage)
        yield LeftOut(number, stage, failure.kind, failure.place)


def _homes(inputs: inbox.Inputs) -> frozenset[int | None]:
    """The constituencies of the folders that are read."""
    return frozenset(batch.constituency for batch in inputs.batches)


def _fed_by(error: UnitsFailedError, walk: Walk) -> frozenset[int | None]:
    """The constituencies of the folders from which the entries of failed units came."""
    failed = {number for task, _ in error.failures for number in task.constituencies}
    batches = walk.context.inputs.batches
    received = walk.tables.parts(received_name("lists"))
    if not received:
        return frozenset(failed) & _homes(walk.context.inputs)
    homes = {
        batch.constituency
        for batch, lists in zip(batches, received, strict=True)
        if failed & set(with_entries(lists).column("constituency").to_pylist())
    }
    return frozenset(homes) - walk.context.left_out


def _missing(
    earlier: pa.Table, context: Context, tables: Tables
) -> tuple[MissingList, ...]:
    """The lists of the last run that this one has not, and that no package left without a voter.

    None where it was stopped before it had any list. A package says which precincts it left without
    a voter, and not which of their lists: where it brought them, a list is gone with its precinct.
    """
    if "lists" not in tables:
        return ()
    inputs = context.inputs
    gone = missing_lists(
        earlier,
        tables["lists"],
        constituencies=None if inputs.is_whole else inputs.constituencies,
        unread=unread_constituencies(tables["set_aside"]),
    )
    if not gone:
        return ()
    with ledgers.reading(context.ledger) as ledger:
        journal = list(ledger.journal())
    cycle = context.settings.workspace.cycle
    emptied, packed = emptied_lists(journal, cycle), packed_units(journal, cycle)
    here = count_by(tables["lists"], "constituency", "precinct", of="entries")
    return tuple(
        file
        for file in gone
        if (place := (file.constituency, file.precinct)) not in emptied
        if not here.get(place) or not packed & {place, (file.constituency, None)}
    )


def _manifest(context: Context) -> Manifest:
    return Manifest(
        run=context.inputs.run_id(context.settings, context.today),
        today=context.today.isoformat(),
        program=__version__,
        program_digest=program_digest(),
        settings=config.digest(context.settings),
        constituencies=context.constituencies,
        inputs=context.inputs.digests,
    )


def _note_submissions(context: Context, tables: Tables, watch: LedgerWatch) -> None:
    """Tell the ledger which lists were seen today."""
    if "lists" not in tables:
        return
    names = context.inputs.originals()
    with Ledger(context.ledger) as ledger:
        watch.came_to(ledger)
        ledger.submit(tables["lists"], names, context.today)
    watch.left(ledger)


def _finish(context: Context, walk: Walk, watch: LedgerWatch) -> Done:
    """Write the reports, record the run as complete, and only then tell the ledger of it.

    Killed before the end, a run leaves no line in the journal; the reports already count that line.
    """
    place = context.ledger
    run = walk.folder.manifest.run
    details: dict[str, str | int] = {
        "run": run,
        "whole": int(context.is_whole),
        "cycle": context.settings.workspace.cycle,
    }
    for constituency, count in _open_by_constituency(walk.tables).items():
        details[open_in(constituency)] = count
    with ledgers.reading(place) as ledger:
        line = ledger.day_of(context.today), RUN_EVENT, details
        this = walk.folder.path, walk.folder.manifest, context.is_whole
        work = known_work(context.workspace, ledger, None, this)
        standing = standings(context.settings, ledger, context.today, [line], work)
        burned = burn_down(context.settings, ledger, context.today, [line], work)
        below = balances_below(ledger.journal(), context.settings.workspace.cycle)
    outputs = publish.write_reports(context, walk, standing, burned, below)
    rows = walk.tables["case_numbers"].to_pylist()
    numbers = [CaseNumber(**row, run=run) for row in rows]
    digests = walk.folder.digests(outputs)
    # Asked to end in here, the program ends behind it: a complete run stands in the journal.
    with whole():
        with Ledger(place) as ledger:
            watch.came_to(ledger)
            walk.finish([step.stage for step in STAGES], digests)
            details["manifest"] = sha256(walk.folder.path / MANIFEST_NAME)
            details["altered"] = ", ".join(context.units.kept.altered)
            ledger.number_cases(numbers)
            if not _is_journalled(ledger, context.today, details):
                _note_waves(ledger, context.today, walk.tables)
                ledger.write_journal(context.today, RUN_EVENT, **details)
        walk.folder.leave()
        watch.left(ledger)
        ledgers.mark_run(place.path, walk.folder.path)
    return Done(context, walk, None, standing, outputs)


_OF_WAVE = ("night", "rule", "constituency", "precinct", "seen", "limit")


def _note_waves(ledger: Ledger, today: dt.date, tables: Tables) -> None:
    """Note each wave that is left to ask in the journal, once."""
    waves = details_of(ledger.journal(), "wave")
    for wave in left_to_ask(tables["waves"], tables["findings"]):
        line = {name: wave[name] or "-" for name in _OF_WAVE} | {
            "by": wave["decided_by"]
        }
        if line not in waves:
            ledger.write_journal(today, "wave", **line)


def _is_journalled(
    ledger: Ledger, today: dt.date, details: Mapping[str, str | int]
) -> bool:
    """True where the last line of the journal is that of this run.

    A process that ended behind that line leaves a run that is made again, and was journalled.
    """
    line = ledger.day_of(today), RUN_EVENT, dict(details)
    return ledger.journal()[-1:] == [line]


def _open_by_constituency(tables: Tables) -> dict[int | None, int]:
    """The number of open cases in each constituency that has entries.

    A case of two constituencies counts in both.
    """
    of_cases = distinct(tables["queue"], "case_id", "constituency")
    counted = count_by(of_cases, "constituency")
    return {
        number: counted.get(number, 0)
        for number in map(known_place, places_of(tables["lists"]))
    }
