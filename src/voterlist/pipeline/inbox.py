"""What lies in a workspace for a run to read, and the name a run gets from it."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from voterlist import config
from voterlist.config import IngestSettings, Settings
from voterlist.errors import UsageError
from voterlist.io import readers, store

__all__ = ["INBOX", "REFERENCE", "Batch", "Inputs", "find", "sources_of"]

INBOX = "inbox"
REFERENCE = "reference"

_NUMBER = re.compile(r"0*(\d{1,3})(?!\d)")
"""A folder belongs to the constituency whose number its name begins with: ``88``, ``088``, ``88-goychay``."""


@dataclass(frozen=True, slots=True)
class Batch:
    """The files of one folder of the inbox. ``constituency`` None: the folder's name says no number."""

    constituency: int | None
    paths: tuple[Path, ...]
    names: tuple[str, ...]
    """The path of each inside the workspace."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything a run reads, with the SHA-256 of each file by its path inside the workspace."""

    batches: tuple[Batch, ...]
    reference: tuple[Path, ...]
    digests: dict[str, str]
    """Of the files in an archive too, by ``archive/file``."""
    members: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """The names of the files in each archive, in order."""
    is_whole: bool = True
    """False where some of the inbox was left out, because only some constituencies were asked for."""

    @property
    def constituencies(self) -> tuple[int, ...]:
        """The numbers of the constituencies whose folders are read."""
        return tuple(sorted({batch.constituency for batch in self.batches if batch.constituency is not None}))

    @property
    def files(self) -> int:
        """How many files of lists are read, each in an archive counted."""
        return sum(len(self.members.get(name, (name,))) for batch in self.batches for name in batch.names)

    def names(self) -> dict[tuple[str, int], str]:
        """The path inside the workspace of each list by its source and copy, as the tables of a run name it."""
        found: dict[tuple[str, int], str] = {}
        for batch in self.batches:
            copies: Counter[str] = Counter()
            for name in (inner for outer in batch.names for inner in self.members.get(outer, (outer,))):
                source = self.digests[name][:12]
                found.setdefault((source, copies[source]), name)
                copies[source] += 1
        return found

    def digest(self) -> str:
        """One digest of where each content lies; the names of the files are not in it."""
        packed = {name for names in self.members.values() for name in names}
        outer = ((name, content) for name, content in self.digests.items() if name not in packed)
        places = sorted((str(Path(name).parent), content) for name, content in outer)
        return store.digest_of(*(part for place in places for part in place))

    def run_id(self, settings: Settings, today: dt.date) -> str:
        """The name of the run's folder: the day, and a digest of contents and settings.

        The same input with the same settings on the same day is the same run.
        """
        return f"{today.isoformat()}-{store.digest_of(self.digest(), config.digest(settings))[:8]}"


def find(workspace: Path, constituencies: Collection[int] = (), limits: IngestSettings | None = None) -> Inputs:
    """The files that a run of these constituencies reads; without any, of all in the inbox.

    ``limits`` hold for archives, which are looked into.

    Raises:
        UsageError: the inbox has no folder for a constituency, or no file at all.
    """
    everything = batches = _batches(workspace / INBOX)
    if constituencies:
        _require_folders(everything, constituencies)
        batches = [batch for batch in everything if batch.constituency in constituencies]
    if not batches:
        places = {"path": str(workspace / INBOX)}
        raise UsageError(f"no lists in {workspace / INBOX}", code="no-lists", places=places)
    reference = tuple(readers.list_paths(workspace / REFERENCE))
    paths = [path for batch in batches for path in batch.paths] + list(reference)
    digests = {path.relative_to(workspace).as_posix(): _digest(path) for path in paths}
    packed = {path.relative_to(workspace).as_posix(): _members(path, limits or IngestSettings()) for path in paths}
    members = {outer: tuple(f"{outer}/{name}" for name in inner) for outer, inner in packed.items() if inner}
    digests |= {f"{outer}/{name}": digest for outer, inner in packed.items() for name, digest in inner.items()}
    is_whole = len(batches) == len(everything)
    return Inputs(_with_copies(batches, digests, workspace / INBOX), reference, digests, members, is_whole)


def _members(path: Path, limits: IngestSettings) -> dict[str, str]:
    """The digests of the files in an archive by name; none where it is no archive."""
    try:
        return readers.member_digests(path, limits) or {}
    except OSError:
        return {}


def sources_of(digests: Mapping[str, str]) -> dict[str, list[str]]:
    """Source -> the paths of the files with this content, lists first; ``digests`` are those of a run's inputs."""
    found: dict[str, list[str]] = {}
    for name in sorted(digests):
        found.setdefault(digests[name][:12], []).append(name)
    return found


def _batches(inbox: Path) -> list[Batch]:
    """The folders of the inbox that hold files, then the files that lie beside the folders."""
    folders = sorted(path for path in inbox.iterdir() if path.is_dir()) if inbox.is_dir() else []
    found: dict[int | None, list[Path]] = {None: [path for path in readers.list_paths(inbox) if path.parent == inbox]}
    for folder in folders:
        match = _NUMBER.match(folder.name)
        found.setdefault(int(match[1]) if match else None, []).extend(readers.list_paths(folder))
    order = sorted(found, key=lambda number: (number is None, number or 0))
    return [_batch(number, found[number], inbox) for number in order if found[number]]


def _batch(number: int | None, paths: Collection[Path], inbox: Path) -> Batch:
    ordered = sorted(paths, key=lambda path: path.relative_to(inbox).as_posix())
    names = tuple(path.relative_to(inbox.parent).as_posix() for path in ordered)
    return Batch(number, tuple(ordered), names)


def _with_copies(batches: Collection[Batch], digests: Mapping[str, str], inbox: Path) -> tuple[Batch, ...]:
    """The batches, with each file of no known constituency put to the folder that holds the same content.

    So that one list dropped twice, into its folder and beside it, is seen as a file and its copy.
    """
    homes: dict[str, int | None] = {}
    for batch in batches:
        for name in batch.names:
            homes.setdefault(digests[name], batch.constituency)
    found: dict[int | None, list[Path]] = {}
    for batch in batches:
        for path, name in zip(batch.paths, batch.names, strict=True):
            number = homes[digests[name]] if batch.constituency is None else batch.constituency
            found.setdefault(number, []).append(path)
    return tuple(_batch(number, paths, inbox) for number, paths in found.items())


def _require_folders(batches: Collection[Batch], constituencies: Collection[int]) -> None:
    known = [batch.constituency for batch in batches if batch.constituency is not None]
    for number in constituencies:
        if number not in known:
            raise UsageError(
                f"the inbox has no folder for constituency {number}",
                code="no-such-constituency",
                places={"number": str(number), "known": ", ".join(map(str, known)) or "-"},
            )


def _digest(path: Path) -> str:
    try:
        return store.sha256(path)
    except OSError:
        # A list that cannot be opened is told by its reader; here it only needs a digest of its own.
        return store.digest_of("unreadable", path.name)
