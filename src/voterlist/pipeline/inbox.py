"""What lies in a workspace for a run to read, and the name a run gets from it."""

from __future__ import annotations

import datetime as dt
import importlib
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from itertools import chain
from pathlib import Path, PurePath, PurePosixPath

from voterlist import config, readers, strict_json
from voterlist.config import SETTINGS_FILE
from voterlist.config.sections import IngestSettings, Settings
from voterlist.deadlines.handovers import Event, handovers
from voterlist.errors import usage_error
from voterlist.model import PASSING, AsideCode, JournalLine, Level, frozen, null_last
from voterlist.readers.listing import ListedFile
from voterlist.storage import store
from voterlist.storage.files import make_folder, sha256, write_content

INBOX = "inbox"
REFERENCE = "reference"
RECEIVED = "received"
"""The folder of a workspace that keeps what came in packages, each in a folder of its own."""
SENT = "sent"
"""The folder of a workspace that keeps the manifest of each package that was written; and of one
that was taken in and forgotten."""
STREETS = "streets"
"""The kind of a register of the precincts' streets."""

_NUMBER = re.compile(r"0*(\d{1,3})(?!\d)")
"""A folder belongs to the constituency whose number its name begins with: ``88``, ``088``,
``88-goychay``."""


RECORD = "record"
_OF_PERSONS = frozenset({RECORD, "removed", "arrivals"})
"""The tables of a package that are read as lists and registers are."""
_RUN_DIGITS = 8
"""Digits of the digest in the name of a run."""


@frozen
class Batch:
    """The files of one folder of the inbox.

    ``constituency`` None: the folder's name says no number.
    """

    constituency: int | None
    files: tuple[ListedFile, ...]
    """Each with its path inside the workspace, and with the SHA-256 that its content must have."""


@frozen
class Inputs:
    """Everything a run reads, with the SHA-256 of each file by its path inside the workspace."""

    batches: tuple[Batch, ...]
    reference: tuple[ListedFile, ...]
    digests: dict[str, str]
    """Of the files in an archive too, by ``archive/file``.

    Of what cannot be read it is a digest of the name and of the reason.
    """
    members: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """The names of the files in each archive, in order."""
    is_whole: bool = True
    """False where some of the inbox was left out, because only some constituencies were asked for.
    """

    @property
    def constituencies(self) -> tuple[int, ...]:
        """The numbers of the constituencies whose folders are read."""
        numbers = {batch.constituency for batch in self.batches}
        return tuple(sorted(number for number in numbers if number is not None))

    @property
    def files(self) -> int:
        """How many files of lists are read, each in an archive counted."""
        files = (file.name for batch in self.batches for file in batch.files)
        return sum(len(self.members.get(name, (name,))) for name in files)

    def names(self) -> dict[tuple[str, int], str]:
        """(source, copy), as the tables of a run name a list -> its path inside the workspace."""
        names: dict[tuple[str, int], str] = {}
        for batch in self.batches:
            copies: Counter[str] = Counter()
            for name in self._names_of(batch):
                source = self.digests[name][: readers.SOURCE_DIGITS]
                names.setdefault((source, copies[source]), name)
                names.setdefault((readers.unread_source(name), 0), name)
                copies[source] += 1
        return names

    def originals(self) -> dict[str, str]:
        """Source -> the path of its file; of copies that of the first."""
        return {
            source: name for (source, copy), name in self.names().items() if not copy
        }

    @property
    def reference_files(self) -> tuple[ListedFile, ...]:
        """The files of ``reference/`` that are no register of streets, and no shapes."""
        return tuple(
            file
            for file in self.reference
            if not is_street_register(file.path) and not is_shapes(file.path)
        )

    @property
    def street_files(self) -> tuple[ListedFile, ...]:
        """The files of ``reference/`` that are registers of the precincts' streets."""
        return tuple(file for file in self.reference if is_street_register(file.path))

    def digest_of_lists(self) -> str:
        """The digest of the lists: folder by folder the names and contents of their files."""
        parts: list[object] = []
        for batch in self.batches:
            parts.append(batch.constituency)
            for file in batch.files:
                parts += [file.name, file.digest, file.is_ours]
        return store.digest_of(*parts)

    def _names_of(self, batch: Batch) -> Iterator[str]:
        """The names of the files, those in an archive behind its own."""
        for file in batch.files:
            yield file.name
            yield from self.members.get(file.name, ())

    def unread(self) -> Iterator[ListedFile]:
        """What was found beforehand not to be readable."""
        files = (file for batch in self.batches for file in batch.files)
        return (file for file in (*files, *self.reference) if file.trouble is not None)

    def digest(self) -> str:
        """One digest of where each content lies; the names of the files are not in it."""
        packed = {name for names in self.members.values() for name in names}
        places = sorted(
            (str(Path(name).parent), content)
            for name, content in self.digests.items()
            if name not in packed
        )
        return store.digest_of(*chain(*places))

    def run_id(self, settings: Settings, today: dt.date) -> str:
        """The name of the run's folder: the day, and a digest of contents and settings.

        The same input with the same settings on the same day is the same run.
        """
        digest = store.digest_of(self.digest(), config.digest(settings))
        return f"{today.isoformat()}-{digest[:_RUN_DIGITS]}"


def parts_of(files: Iterable[ListedFile]) -> Iterator[object]:
    """What the rows of these files depend on: the numbers that a path may carry, the contents."""
    for file in files:
        yield from (file.name, file.digest, file.trouble, file.is_ours)


def is_passing(
    troubles: Iterable[tuple[str, str | None]], files: Iterable[ListedFile]
) -> bool:
    """True where one of these (source, code) is of the moment, and not one of these files' own."""
    known = {(readers.unread_source(file.name), file.trouble) for file in files}
    return any(
        code in PASSING and (source, code) not in known for source, code in troubles
    )


def find(
    workspace: Path,
    constituencies: Collection[int] = (),
    limits: IngestSettings | None = None,
) -> Inputs:
    """The files that a run of these constituencies reads; without any, of all in the inbox.

    ``limits`` hold for archives, which are looked into, and say where links may lead.

    Raises:
        UsageError: the inbox has no folder for a constituency, or no file at all.
    """
    limits = limits or IngestSettings()
    everything = readers.list_files(workspace / INBOX, workspace, limits.linked_folders)
    files = _files_of(everything, constituencies)
    if not files:
        raise usage_error("no-lists", path=workspace / INBOX)
    reference = readers.list_files(
        workspace / REFERENCE, workspace, limits.linked_folders
    )
    hashed = {file.name: _hash(file, limits) for file in (*files, *reference)}
    digests = {name: file.digest for name, (file, _) in hashed.items()}
    members: dict[str, tuple[str, ...]] = {}
    for outer, (_, inner) in hashed.items():
        inside = {f"{outer}/{name}": digest for name, digest in inner.items()}
        if inside:
            members[outer] = tuple(inside)
            digests |= inside
    return Inputs(
        batches=_batches([hashed[file.name][0] for file in files]),
        reference=tuple(hashed[file.name][0] for file in reference),
        digests=digests,
        members=members,
        is_whole=len(files) == len(everything),
    )


def _hash(
    file: ListedFile, limits: IngestSettings
) -> tuple[ListedFile, dict[str, str]]:
    """The file with its digest, or with its trouble, and the digests of the files in it."""
    trouble = file.trouble
    if trouble is None:
        try:
            digest, members = readers.fingerprint(file.path, limits)
            return replace(file, digest=digest), members
        except OSError:
            trouble = AsideCode.READ_REFUSED
    digest = store.digest_of("unread", trouble, file.name)
    return replace(file, trouble=trouble, digest=digest), {}


def is_shapes(path: PurePath) -> bool:
    """True for a file with the shapes of constituencies, by its ending."""
    return path.suffix.lower() == ".geojson"


def is_street_register(path: PurePath) -> bool:
    """True for a register of the precincts' streets, by its name."""
    # What reads lists is loaded where there is work: a run of which nothing changed asks for none.
    registers = importlib.import_module("voterlist.ingest.registers")
    return bool(registers.register_named(path.name) == STREETS)


def sources_of(digests: Mapping[str, str]) -> dict[str, list[str]]:
    """Source -> the paths of the files with this content, lists first, the original before copies.

    ``digests`` are those of a run's inputs.
    """
    names: dict[str, list[str]] = {}
    for name in sorted(
        digests, key=lambda name: (name.split("/")[0], *readers.order(name))
    ):
        source = digests[name][: readers.SOURCE_DIGITS]
        names.setdefault(source, []).append(name)
        names[readers.unread_source(name)] = [name]
    return names


def lists_in(workspace: Path, constituency: int) -> tuple[str, ...]:
    """The paths, inside the workspace, of the files in the inbox of a constituency."""
    files = readers.list_files(workspace / INBOX, workspace)
    return tuple(file.name for file in files if _home(file) == constituency)


def folders_by_digest(folder: Path) -> dict[str, Path]:
    """The identity of each package in a folder -> its own folder."""
    manifests = sorted(folder.glob("*/manifest.json"), reverse=True)
    return {sha256(path): path.parent for path in manifests}


def manifests_taken(workspace: Path) -> list[Path]:
    """The manifests of packages that were taken in, of which lists may stand in the inbox."""
    forgotten = (workspace / SENT).glob("*.taken")
    return sorted([*(workspace / RECEIVED).glob("*/manifest.json"), *forgotten])


def taken_in(workspace: Path, journal: Iterable[JournalLine]) -> dict[str, str]:
    """Source of each table of persons that came in a package of this program -> what table it is.

    Its manifest, which was signed, says what is in them, and the journal which manifests were taken
    in: nothing that a list itself says.
    """
    taken = {
        line.package for line in handovers(journal) if line.event is Event.RECEIVED
    }
    return {
        file["sha256"][: readers.SOURCE_DIGITS]: file["table"]
        for path in manifests_taken(workspace)
        if sha256(path) in taken
        for file in strict_json.loads(path.read_bytes())["files"]
        if file["table"] in _OF_PERSONS
    }


def with_ours(
    inputs: Inputs, workspace: Path, journal: Iterable[JournalLine]
) -> Inputs:
    """The inputs, of which those are marked that came in a package of this program.

    Whoever was taken off a list, or stands on another one, is no voter of a list in the inbox.
    """
    ours = taken_in(workspace, journal)

    def marked(files: Iterable[ListedFile]) -> Iterator[ListedFile]:
        for file in files:
            table = ours.get(file.digest[: readers.SOURCE_DIGITS])
            is_other = table not in {None, RECORD} and file.name.startswith(INBOX)
            trouble = AsideCode.LOOKS_LIKE_REGISTER if is_other else file.trouble
            yield replace(file, is_ours=table is not None, trouble=trouble)

    batches = (
        replace(batch, files=tuple(marked(batch.files))) for batch in inputs.batches
    )
    reference = tuple(marked(inputs.reference))
    return replace(inputs, batches=tuple(batches), reference=reference)


def _home(file: ListedFile) -> int | None:
    """The constituency in whose folder a file lies."""
    inside = PurePosixPath(file.name).parts[1:]
    is_inside = len(inside) > 1 or _stands_for_folder(file)
    return number_of(inside[0]) if inside and is_inside else None


def number_of(folder: str) -> int | None:
    """The constituency that a folder of the inbox is called after."""
    match = _NUMBER.match(folder)
    return int(match[1]) if match else None


def _stands_for_folder(file: ListedFile) -> bool:
    """True for a folder that cannot be listed, and for a link that may lead to one."""
    if file.trouble is AsideCode.FOLDER_UNREADABLE:
        return True
    is_lost = file.trouble in {
        AsideCode.LINK_BROKEN,
        AsideCode.LINK_CIRCLE,
        AsideCode.LINK_OUTSIDE,
        AsideCode.READ_REFUSED,
    }
    # A link to a file has the ending of a file.
    return is_lost and not PurePosixPath(file.name).suffix


def _files_of(
    files: Sequence[ListedFile], constituencies: Collection[int]
) -> Sequence[ListedFile]:
    """The files in the folders of these constituencies; without any, all of them.

    All of them too where the inbox cannot be listed, so that nobody knows whose folders it has.
    """
    if not constituencies or any(file.name == INBOX for file in files):
        return files
    homes = set(map(_home, files))
    known = sorted(number for number in homes if number is not None)
    for number in constituencies:
        if number not in known:
            raise usage_error(
                "no-such-constituency",
                number=number,
                known=", ".join(map(str, known)) or "-",
            )
    return [file for file in files if _home(file) in constituencies]


def _batches(files: Iterable[ListedFile]) -> tuple[Batch, ...]:
    """The folders of the inbox that hold files, then the files that lie beside the folders.

    A file of no known constituency goes to the folder with the same content. So one list dropped
    twice, into its folder and beside it, is seen as a file and its copy.
    """
    homes: dict[str, int | None] = {}
    folders: dict[int | None, list[ListedFile]] = {}
    for file in sorted(files, key=lambda file: null_last(_home(file))):
        own = _home(file)
        first = homes.setdefault(file.digest, own)
        folders.setdefault(first if own is None else own, []).append(file)
    return tuple(
        Batch(number, tuple(sorted(own, key=lambda file: readers.order(file.name))))
        for number, own in folders.items()
    )


def make_workspace(
    folder: Path, *, cycle: str, level: Level, constituency: int | None = None
) -> Settings:
    """Make a workspace and return its settings; one that exists is never overwritten.

    The inbox has a folder for the constituency, where one is given.

    Raises:
        SettingsError: the cycle is no year.
        UsageError: the folder is a workspace already, or cannot be written.
    """
    text = config.template(cycle, level, constituency)
    settings = config.parse(text)
    path = folder / SETTINGS_FILE
    if path.exists():
        raise usage_error("folder-taken", path=folder)
    try:
        for part in (INBOX, REFERENCE):
            make_folder(folder / part)
        if constituency is not None:
            make_folder(folder / INBOX / str(constituency))
        write_content(path, text)
    except OSError:
        raise usage_error("folder-unwritable", path=folder) from None
    return settings
