"""The end of a cycle: what holds cells of the lists is deleted, and the journal says so.

The ledger stays, with what was decided, by whom and why; so do the settings, the keys, the
manifests of packages and the log.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path

from voterlist.config.sections import Settings
from voterlist.counter.applications import read_book
from voterlist.deadlines.handovers import FORGET_BEGUN as BEGUN
from voterlist.deadlines.handovers import Event, handovers
from voterlist.errors import UsageError, usage_error
from voterlist.handover.beside import MOBILE
from voterlist.handover.gates import Gate, Scope, gates
from voterlist.model import OnProgress, frozen
from voterlist.pipeline.inbox import (
    INBOX,
    RECEIVED,
    REFERENCE,
    SENT,
    folders_by_digest,
)
from voterlist.pipeline.known import known_work
from voterlist.pipeline.list_input import ListSource
from voterlist.pipeline.running import settle_moves
from voterlist.pipeline.standings import standings
from voterlist.storage import kept, lock
from voterlist.storage import ledger as ledgers
from voterlist.storage.files import (
    PREFIX,
    WORK_FOLDERS,
    make_folder,
    own_folder,
    remove_abandoned,
    write_content,
)
from voterlist.storage.folders import files_in, mounts_in, remove
from voterlist.storage.ledger import Ledger, Reader
from voterlist.storage.workspace import settings_of

FORGOTTEN = "forgotten"
"""The journal's word for the moment after the last file is deleted."""


class Kind(StrEnum):
    """What may hold cells of the lists, in the order in which it is deleted."""

    RUNS = "runs"
    KEPT = "kept"
    COMPARED = "compared"
    REPORTS = "reports"
    LISTS = "lists"
    RECEIVED = "received"
    RETURNED = "returned"
    """Cases that were returned, with corrections that were proposed."""
    WORK = "work"
    """What killed commands left."""
    COPIES = "copies"
    """Copies of the ledger that were set aside."""
    INBOX = "inbox"
    """The lists as handed in; only where it is asked for."""
    REFERENCE = "reference"
    """Registers of other bodies; only where it is asked for."""


_HANDED_IN = frozenset({Kind.INBOX, Kind.REFERENCE})
_NAMES = {
    Kind.RUNS: ("runs",),
    Kind.KEPT: (kept.FOLDER,),
    Kind.COMPARED: ("compared",),
    Kind.REPORTS: ("reports",),
    Kind.LISTS: ("lists",),
    Kind.RECEIVED: (RECEIVED,),
    Kind.WORK: WORK_FOLDERS,
    Kind.INBOX: (INBOX,),
    Kind.REFERENCE: (REFERENCE,),
}
_PATTERNS = {
    Kind.LISTS: (MOBILE,),
    Kind.RETURNED: ("sent/*.cases",),
    Kind.COPIES: ("ledger-kept-*",),
    Kind.WORK: (f"{PREFIX}*", ".*.part*", "sent/.*.part*", "keys/.*.part*"),
}
"""Names that are others each time; the last are those of what earlier versions left unfinished."""
_ASKED = (
    Gate.STALE_RUN,
    Gate.OPEN_CASES,
    Gate.CONTESTED,
    Gate.RETURNED,
    Gate.PENDING,
    Gate.SECOND_READINGS,
    Gate.RETURNED_CASES,
)
"""Whatever the settings say of a package: what waits for a person is not forgotten."""


@frozen
class Holds:
    """What there is of a kind: how many files, and bytes together."""

    kind: Kind
    files: int
    bytes: int


@frozen
class Objection:
    """Why nothing may be deleted yet: a code of the catalogue (``<code>.what``), and how many."""

    code: str
    count: int


@frozen
class Forgotten:
    """What was deleted, or would be.

    Attributes:
        kinds: what there is, or was.
        objections: why nothing may be deleted yet; then nothing was.
        links: links in the place of folders of the program, which stay as they are.
        is_done: it was deleted.
        goes_on: an earlier command was killed in the middle; its work is done now.
    """

    kinds: tuple[Holds, ...]
    objections: tuple[Objection, ...] = ()
    links: tuple[str, ...] = ()
    is_done: bool = False
    goes_on: bool = False


def forget(
    workspace: Path,
    *,
    by: str = "",
    handed_in: bool = False,
    is_sure: bool = False,
    today: dt.date,
    since: str,
    progress: OnProgress,
) -> Forgotten:
    """Delete what holds cells of the lists, or say what would be deleted.

    The journal says what will be deleted before the first file goes, and that it was after the
    last; a command that was killed in between is gone on with by the next.

    Args:
        workspace: its folder; held meanwhile, the desk too.
        by: who wants it; needed to delete.
        handed_in: the lists and registers as handed in are to be deleted too.
        is_sure: delete; otherwise it is only said what would be.
        today: the day that the journal notes.
        since: told to another command that finds the workspace held.
        progress: told the kind, how many files are deleted, and of how many.

    Raises:
        UsageError: it is no workspace; nobody is named who wants it; something is mounted where
            files are to be deleted, or something is left that is neither file nor folder.
        WorkspaceBusyError: a run or another command holds it, or its desk is open.
        InputError: the ledger, or a table of the run, cannot be read.
        OSError: a file cannot be deleted.
    """
    settings = settings_of(workspace)
    if is_sure and not by:
        raise usage_error("forget-nobody")
    with lock.hold_all(workspace, since=since):
        place = ledgers.place_in(workspace, settings)
        settle_moves(workspace, place)
        with ledgers.reading(place) as ledger:
            unfinished = _unfinished_line(ledger)
            kinds = _kinds_to_delete(unfinished, handed_in=handed_in)
            goes_on = unfinished is not None
            early = () if goes_on else _objections(workspace, settings, ledger, today)
            objections = tuple(early)
        _refuse_mounts(workspace, kinds)
        inventory = _inventory(workspace, kinds)
        found = _count(inventory)
        links = _links(workspace, kinds)
        if objections or not is_sure or not (found or goes_on):
            return Forgotten(found, objections, links, goes_on=goes_on)
        with Ledger(place) as written:
            if not goes_on:
                details = _details(found, inventory)
                written.write_journal(today, BEGUN, by=by, **details)
        _keep_manifests(workspace)
        _delete(workspace, kinds, found, progress)
        remove_abandoned(workspace)
        with Ledger(place) as written:
            written.write_journal(today, FORGOTTEN, by=by)
    return Forgotten(found, (), links, is_done=True, goes_on=goes_on)


def _unfinished_line(ledger: Reader) -> Mapping[str, str | int] | None:
    """The line of a command that was killed in the middle; None where none was.

    Whatever is noted after it ends it: there is new work, of which nobody was asked.
    """
    last: Mapping[str, str | int] | None = None
    for _, event, details in ledger.journal():
        last = details if event == BEGUN else None
    return last


def _kinds_to_delete(
    unfinished: Mapping[str, str | int] | None, *, handed_in: bool
) -> list[Kind]:
    """The kinds to delete: those asked for, with those that a killed command had begun with."""
    begun = str(unfinished["kinds"]).split() if unfinished else []
    return [
        kind for kind in Kind if kind not in _HANDED_IN or handed_in or kind in begun
    ]


def _refuse_mounts(workspace: Path, kinds: Sequence[Kind]) -> None:
    """Refuse where something is mounted in what is to be deleted: its files are others'.

    Raises:
        UsageError: ``forget-mounted``.
    """
    names = [name for kind in kinds for name in _names(workspace, kind)]
    folders = {name.partition("/")[0] for name in names}
    for point in mounts_in(workspace):
        if point.partition("/")[0] in folders:
            raise usage_error("forget-mounted", path=workspace / point)


def _names(workspace: Path, kind: Kind) -> Sequence[str]:
    """The files and folders of a kind, by their paths in the workspace.

    Of a folder that is a link it is the folder: nothing behind it is looked for.
    """
    patterns = _PATTERNS.get(kind, ())
    found = set()
    for path in (path for pattern in patterns for path in workspace.glob(pattern)):
        is_behind_link = path.parent != workspace and path.parent.is_symlink()
        named = path.parent if is_behind_link else path
        found.add(named.relative_to(workspace).as_posix())
    return (*_NAMES.get(kind, ()), *sorted(found))


def _inventory(
    workspace: Path, kinds: Sequence[Kind]
) -> dict[Kind, list[tuple[str, int]]]:
    """(path, bytes) of each file of a kind."""
    return {
        kind: [
            file
            for name in _names(workspace, kind)
            for file in files_in(workspace, name)
        ]
        for kind in kinds
    }


def _count(
    inventory: Mapping[Kind, Sequence[tuple[str, int]]],
) -> tuple[Holds, ...]:
    return tuple(
        Holds(kind, len(files), sum(size for _, size in files))
        for kind, files in inventory.items()
        if files
    )


def _links(workspace: Path, kinds: Sequence[Kind]) -> tuple[str, ...]:
    return tuple(
        name
        for kind in kinds
        for name in _names(workspace, kind)
        if (workspace / name).is_symlink()
    )


def _details(
    found: Sequence[Holds], inventory: Mapping[Kind, Sequence[tuple[str, int]]]
) -> dict[str, str | int]:
    """What the journal says of what is deleted: kinds, counts, the digest of the inventory.

    The digest is the SHA-256 of a line for each file, by path: bytes, a blank, path.
    """
    digest = hashlib.sha256()
    files = sorted(file for files in inventory.values() for file in files)
    for path, size in files:
        line = f"{size} {path}\n"
        digest.update(line.encode("utf-8", "surrogateescape"))
    return {
        "kinds": " ".join(kept.kind for kept in found),
        "files": sum(kept.files for kept in found),
        "bytes": sum(kept.bytes for kept in found),
        "inventory": digest.hexdigest(),
    }


def _keep_manifests(workspace: Path) -> None:
    """Keep what was signed of the packages that were taken in: their lists stay in the inbox.

    Else they would be read as lists of strangers, whose cells are asked about.

    Raises:
        OSError: a file cannot be written.
    """
    for digest, folder in folders_by_digest(workspace / RECEIVED).items():
        own_folder(workspace / SENT)
        content = (folder / "manifest.json").read_bytes()
        write_content(workspace / SENT / f"{digest}.taken", content)


def _delete(
    workspace: Path,
    kinds: Sequence[Kind],
    found: Sequence[Holds],
    progress: OnProgress,
) -> None:
    """Delete what there is of the kinds; links stay.

    Raises:
        UsageError: ``forget-left``: something else than a link stays, such as another disk.
    """
    total = sum(kept.files for kept in found)
    done = 0

    def gone() -> None:
        nonlocal done
        done += 1
        progress("forget", done, total)

    for kind in kinds:
        for name in _names(workspace, kind):
            is_gone = remove(workspace, name, gone)
            if not is_gone and not (workspace / name).is_symlink():
                raise usage_error("forget-left", path=workspace / name)
        if kind in _HANDED_IN:
            # An empty one belongs to every workspace; a link stays, wherever it leads.
            folder = workspace / _NAMES[kind][0]
            if not folder.is_symlink():
                make_folder(folder)


# Why it is too early


def _objections(
    workspace: Path, settings: Settings, ledger: Reader, today: dt.date
) -> Iterator[Objection]:
    """What a person has to do before the lists may go."""
    try:
        source = ListSource.of(workspace, ledger, settings)
    except UsageError:
        # Nothing was computed of the lists; there is nothing to decide and to hand over.
        return
    counts = dict.fromkeys(_ASKED, 0)
    for constituency in source.runs.constituencies():
        for state in gates(source, Scope(constituency), _ASKED):
            counts[state.gate] = max(counts[state.gate], state.count)
    for gate, count in counts.items():
        if count:
            yield Objection(f"gate.{gate}", count)
    level = settings.workspace.level
    work = known_work(workspace, ledger)
    rows = standings(settings, ledger, today, work=work)
    unfinished = [
        row for row in rows if row.deadline.sender is level and row.finished is None
    ]
    if unfinished:
        yield Objection("forget.open-stage", len(unfinished))
    if waiting := len(read_book(ledger.applications(), settings, today).open):
        yield Objection("forget.open-applications", waiting)
    if waiting := _count_unacknowledged(ledger):
        yield Objection("forget.unacknowledged", waiting)


def _count_unacknowledged(ledger: Reader) -> int:
    """Of how many receivers the newest package of ours has no receipt yet."""
    newest: dict[tuple[str, str], str] = {}
    receipts = set()
    for line in handovers(ledger.journal()):
        if line.event in {Event.SUBMITTED, Event.RETURNED}:
            newest[line.kind, line.receiver] = line.package
        elif line.event is Event.RECEIPT:
            receipts.add(line.package)
    return len(set(newest.values()) - receipts)
