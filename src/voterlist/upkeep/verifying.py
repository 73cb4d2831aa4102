"""A finished run made again from its inputs, and compared byte for byte."""

from __future__ import annotations

import datetime as dt
import io
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import asdict, replace
from itertools import groupby
from operator import attrgetter
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from voterlist import config
from voterlist.config.sections import LedgerSettings, Settings
from voterlist.custody.archive import (
    MOST_FILES,
    copy_member,
    measure_content,
    read_directory,
)
from voterlist.custody.canonical import from_bytes
from voterlist.custody.commissions import Kind
from voterlist.custody.keys import own_public_key
from voterlist.custody.manifest import Manifest as PackageManifest
from voterlist.custody.reading import Receiving, open_package
from voterlist.custody.refusals import refusal
from voterlist.custody.trust import Trust
from voterlist.errors import UsageError, usage_error
from voterlist.fields import LATER_FIELDS
from voterlist.handover.commissions import KEYS
from voterlist.handover.gates import Scope
from voterlist.handover.submitting import OF_ITS_DAY, contents_of
from voterlist.model import details_of, frozen, no_progress
from voterlist.pipeline import running
from voterlist.pipeline.inbox import INBOX, REFERENCE, find, manifests_taken
from voterlist.pipeline.known import Known, answers_in
from voterlist.pipeline.list_input import ListSource
from voterlist.pipeline.running import Progress
from voterlist.schemas import ACCEPTANCE, AMENDMENT, DECISION, LIST, without_blank
from voterlist.storage import ledger as ledgers
from voterlist.storage import lock, store
from voterlist.storage.files import private_folder, sha256
from voterlist.storage.ledger import Ledger, Reader, Submission
from voterlist.storage.store import RUN_EVENT, Manifest
from voterlist.storage.workspace import settings_of
from voterlist.tables import from_rows

_MOST_BYTES = 16 * 1024 * 1024
"""Of a manifest."""

_APART = frozenset({"trace.json", "result.json", "ledger.mark", "manifest.json"})
"""Files of a run that hold times, or how far the ledger was."""


@frozen
class Verified:
    """What came of it.

    Attributes:
        run: the run.
        compared: how many tables and reports were compared.
        differences: those that are not as they were, in order of their names.
        program: the version that made the run, where it was another program than this.
    """

    run: str
    compared: int
    differences: tuple[str, ...]
    program: str | None

    @property
    def fits(self) -> bool:
        """True where every byte is as it was."""
        return not self.differences


def verify_run(
    workspace: Path,
    run: str | None = None,
    *,
    since: str,
    jobs: int = 1,
    progress: Progress = no_progress,
) -> Verified:
    """Make a finished run again from its inputs, and compare every byte.

    The answers of people are those that the ledger held when the run was completed.

    Args:
        workspace: its folder; held meanwhile.
        run: the run; None: the newest complete one.
        since: told to another command that finds the workspace held.
        jobs: processes that read lists.
        progress: told what is being made.

    Raises:
        UsageError: it is no workspace; there is no such run; its lists or settings are others now.
        InputError: the ledger cannot be read.
        WorkspaceBusyError: another command holds the workspace.
        StageError: a stage failed inside.
    """
    settings = settings_of(workspace)
    place = ledgers.place_in(workspace, settings)
    with lock.hold(workspace, since=since), ledgers.reading(place) as ledger:
        then = _line_of(workspace, ledger, run)
        folder, manifest = _finished_run(workspace, then.run, ledger)
        asked = () if then.is_whole else manifest.constituencies
        _require_inputs(workspace, settings, manifest)
        there = find(workspace, asked, settings.ingest).digests
        with private_folder(workspace) as work:
            _copy_inputs(workspace, work, there.keys() - manifest.inputs.keys())
            _as_it_was(ledger, then, work / ledgers.FILE_NAME)
            again = running.run(
                work,
                settings.model_copy(update={"ledger": LedgerSettings()}),
                constituencies=asked,
                today=dt.date.fromisoformat(manifest.today),
                jobs=jobs,
                progress=progress,
            )
            differences, compared = _compare(folder, manifest, again.folder)
            if folder in store.altered_runs(workspace, ledger.journal()):
                differences = (store.MANIFEST_NAME, *differences)
    is_same = manifest.program_digest == store.program_digest()
    program = None if is_same else manifest.program
    return Verified(then.run, compared, differences, program)


def verify_package(
    package: Path,
    workspace: Path,
    *,
    since: str,
    jobs: int = 1,
    progress: Progress = no_progress,
) -> Verified:
    """Make again what a package of ours claims: its run, then each of its files.

    What its settings let pass, and the answers to returned cases, are not made again: they are of
    the day on which it was written.

    Args:
        package: a package that this workspace handed over, not encrypted.
        workspace: the sender's; held meanwhile.
        since: told to another command that finds the workspace held.
        jobs: processes that read lists.
        progress: told what is being made.

    Raises:
        CustodyError: the package is not as our key signed it.
        UsageError, InputError, WorkspaceBusyError, StageError: as ``verify_run``.
    """
    settings = settings_of(workspace)
    stated = _manifest_stated(package)
    own = own_public_key(workspace / KEYS)
    receiving = Receiving(
        us=stated.receiver,
        cycle=stated.cycle,
        kinds=frozenset({Kind.SUBMIT}),
        trust=Trust().added(own, own.commission.name, stated.day),
        is_settled=True,
    )
    with (
        lock.hold(workspace, since=since),
        private_folder(workspace) as work,
        open_package(package, receiving, work / "package") as opened,
    ):
        manifest = opened.manifest
    run = manifest.run
    verified = verify_run(workspace, run, since=since, jobs=jobs, progress=progress)
    with lock.hold(workspace, since=since):
        made = _made_again(workspace, settings, manifest)
    claimed = {file.path.removeprefix("data/"): file.sha256 for file in manifest.files}
    for name in OF_ITS_DAY:
        claimed.pop(name, None)
    names = sorted(claimed.keys() | made.keys())
    others = [name for name in names if claimed.get(name) != made.get(name)]
    return replace(
        verified,
        compared=verified.compared + len(names),
        differences=(*verified.differences, *others),
    )


def _manifest_stated(package: Path) -> PackageManifest:
    """What a package states, before anything of it is checked.

    Raises:
        CustodyError: it cannot be read at all.
        OSError: the system does not let it be read.
    """
    content = io.BytesIO()
    with package.open("rb") as file:
        members = read_directory(file, MOST_FILES)
        found = [member for member in members if member.name.endswith("/manifest.json")]
        if not found or found[0].size > _MOST_BYTES:
            raise refusal("package-not-one")
        copy_member(file, found[0], content)
    stated = from_bytes(PackageManifest, content.getvalue())
    if stated is None:
        raise refusal("package-not-one")
    return stated


def _made_again(
    workspace: Path, settings: Settings, manifest: PackageManifest
) -> dict[str, str]:
    """Path below ``data/`` -> SHA-256 of each file that the run gives such a package."""
    with ledgers.reading(ledgers.place_in(workspace, settings)) as ledger:
        folder, of_run = _finished_run(workspace, manifest.run or "", ledger)
        runs = Known(of_run.run, dict(of_run.inputs), (folder,), (frozenset(),))
        source = ListSource(workspace, runs, answers_in(ledger), settings)
    scope = Scope(manifest.constituency, manifest.sender.precinct)
    with private_folder() as work:
        contents = contents_of(source, scope, work, manifest.day)
        return {
            payload.name: measure_content(payload.parts()).sha256
            for payload in contents.payloads
        }


@frozen
class _Then:
    """The line of the journal with which a run was completed."""

    run: str
    number: int
    """Its place in the journal, from 0."""
    line: int
    """Its number in the chain; 0 for one that is older than the chain."""
    is_whole: bool


def _line_of(workspace: Path, ledger: Reader, run: str | None) -> _Then:
    """The last line about a run; the newest run where none is named."""
    places = {
        number - 1: line.number
        for line in ledger.chain()
        for number, _ in line.details.get("added", {}).get("journal", ())
    }
    for number, (_, event, details) in reversed(list(enumerate(ledger.journal()))):
        name = str(details.get("run"))
        if event == RUN_EVENT and run in {None, name}:
            is_whole = bool(details.get("whole", 1))
            return _Then(name, number, places.get(number, 0), is_whole)
    raise _no_run(workspace, run)


def _finished_run(workspace: Path, run: str, ledger: Reader) -> tuple[Path, Manifest]:
    told = store.told_of(ledger.journal())
    finished = store.finished_run(workspace, run, told.get(run, ""))
    if finished is None:
        raise _no_run(workspace, run)
    return finished


def _no_run(workspace: Path, run: str | None) -> UsageError:
    if run is None:
        return usage_error("no-run", path=workspace)
    return usage_error("verify-no-run", run=run)


def _require_inputs(workspace: Path, settings: Settings, manifest: Manifest) -> None:
    """Refuse a run whose lists or settings are not there any more as they were."""
    if config.digest(settings) != manifest.settings:
        raise usage_error("verify-settings-changed")
    digests = find(workspace, (), settings.ingest).digests
    for name, digest in sorted(manifest.inputs.items()):
        if digests.get(name) != digest:
            raise usage_error("verify-inputs-changed", file=name)


def _copy_inputs(workspace: Path, work: Path, came_since: AbstractSet[str]) -> None:
    """Copy what the run could read; the files that came since are named by their paths."""

    def left_out(folder: str, names: Iterable[str]) -> list[str]:
        inside = Path(folder).relative_to(workspace)
        return [name for name in names if (inside / name).as_posix() in came_since]

    for name in (INBOX, REFERENCE):
        if (workspace / name).exists():
            shutil.copytree(
                workspace / name, work / name, symlinks=True, ignore=left_out
            )
    # Which lists are ours is told by the manifests of their packages.
    for path in manifests_taken(workspace):
        copy = work / path.relative_to(workspace)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)


def _as_it_was(ledger: Reader, then: _Then, path: Path) -> None:
    """Write the ledger as it was before a run was completed."""
    journal = ledger.journal()[: then.number]
    runs = {str(details["run"]) for details in details_of(journal, RUN_EVENT)}
    before = _added_before(ledger, then.line)
    day = ledger.journal()[then.number][0]
    for submissions in _by_day(ledger.submissions(), day):
        with Ledger(path) as copy:
            _submit(copy, submissions)
    with Ledger(path) as copy:
        for noted, event, details in journal:
            copy.write_journal(noted, event, **details)
        for rows, adjudicates in _in_turns(
            ledger.given_verdicts(), before, "decisions"
        ):
            copy.decide(rows.select(DECISION.names), adjudicates=adjudicates)
        amendments = ledger.given_amendments()
        for rows, adjudicates in _in_turns(amendments, before, "amendments"):
            copy.amend(rows.select(AMENDMENT.names), adjudicates=adjudicates)
        acceptances = _until(ledger.given_acceptances(), before["acceptances"])
        copy.accept(acceptances.select(ACCEPTANCE.names))
        copy.keep_subjects(ledger.subjects())
        copy.keep_case_entries(ledger.case_entries())
        copy.number_cases(case for case in ledger.case_numbers() if case.run in runs)


def _added_before(ledger: Reader, line: int) -> dict[str, int]:
    """The number of the last row of each table that was there before a line of the chain."""
    last = dict.fromkeys(("decisions", "amendments", "acceptances"), 0)
    for change in ledger.chain():
        if line and change.number >= line:
            break
        for name in last:
            sealed = change.details.get("tables", {}).get(name, {})
            last[name] = max(last[name], int(sealed.get("last", 0)))
            numbers = [key for key, _ in change.details.get("added", {}).get(name, ())]
            last[name] = max([last[name], *numbers])
    return last


def _until(rows: pa.Table, last: int) -> pa.Table:
    """The rows up to a number."""
    numbers = rows.column("number").to_pylist()
    return rows.filter(pa.array([number <= last for number in numbers], pa.bool_()))


def _in_turns(
    rows: pa.Table, before: Mapping[str, int], name: str
) -> Iterator[tuple[pa.Table, bool]]:
    """The answers in order, those that settle a dispute apart from the others."""
    known = _until(rows, before[name])
    flags = known.column("adjudicates").to_pylist()
    start = 0
    for flag, group in groupby(flags):
        size = len(list(group))
        yield known.slice(start, size), flag
        start += size


def _by_day(
    submissions: Sequence[Submission], day: dt.date
) -> Iterator[list[Submission]]:
    """The lists seen until a day, by the day on which each was first seen."""
    seen = [submission for submission in submissions if submission.first_seen <= day]
    first_seen = attrgetter("first_seen")
    for _, group in groupby(sorted(seen, key=first_seen), first_seen):
        yield list(group)


def _submit(ledger: Ledger, submissions: Sequence[Submission]) -> None:
    rows = [
        {**asdict(submission), "set_aside": submission.rows - submission.entries}
        for submission in submissions
    ]
    lists = from_rows(rows, LIST)
    files = {submission.source: submission.name for submission in submissions}
    ledger.submit(lists, files, submissions[0].first_seen)


def _compare(
    folder: Path, manifest: Manifest, again: Path
) -> tuple[tuple[str, ...], int]:
    """(what is not as it was, how much was compared): tables by bytes, reports by digest."""
    before, after = _tables(folder), _tables(again)
    made = store.read_manifest(again)
    assert made is not None
    before |= manifest.outputs
    after |= made.outputs
    names = {*before, *after}
    if manifest.program_digest != made.program_digest:
        # A table that only one of the two makes is no difference.
        stages = manifest.stages.values()
        recorded = {f"{name}.parquet" for stage in stages for name in stage.tables}
        names = {*before} - recorded | recorded & after.keys()
    different = (
        name
        for name in sorted(names)
        if before.get(name) != after.get(name) and not _is_alike(folder, again, name)
    )
    return tuple(different), len(names)


def _is_alike(folder: Path, again: Path, name: str) -> bool:
    """True for two tables of which one has fields that came later, without anything in them."""
    if not LATER_FIELDS or not name.endswith(".parquet"):
        return False
    try:
        first, second = (
            without_blank(pq.read_table(run / name)) for run in (folder, again)
        )
    except (OSError, pa.ArrowException):
        return False
    return bool(first.equals(second))


def _tables(folder: Path) -> dict[str, str]:
    """Name -> SHA-256 of each table of a run."""
    return {
        path.name: sha256(path)
        for path in folder.iterdir()
        if path.is_file() and path.name not in _APART
    }
