"""What a power cut leaves on a disk, made from a record of all calls that changed it.

The model is harsher than the disks that people have. Of each file, what was written since it was
forced to the disk (fsync) may be there or not: none of it, the first of it, any of it, and of the
last write a part, in blocks of 4,096 bytes. Of each folder, the changes of names since it was
forced to the disk are there up to some moment, each folder with a moment of its own; a move from
one folder to another is there in both or in none. A file whose content was forced but whose name
was not is gone.

With ``is_ordered`` it is as the usual disks of Linux do it: names change in one order for all
folders, and what was forced brings all names before it along.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path

_HEAD = struct.Struct("<4I2Q")
_BLOCK = 4_096


class Kind(IntEnum):
    """What a call did; the numbers of ``faults.c``."""

    CREATE = 1
    WRITE = 2
    CUT = 3
    SYNC = 4
    SYNC_FOLDER = 5
    RENAME = 6
    LINK = 7
    UNLINK = 8
    MKDIR = 9
    RMDIR = 10
    SYMLINK = 11
    UNKNOWN = 12


@dataclass(frozen=True, slots=True)
class Change:
    """A call that changed the disk.

    Attributes:
        kind: what it did.
        inode: the number of the file.
        offset: where it wrote, or the length that it cut to.
        one: the path.
        two: the second path, of a rename or a link.
        content: what it wrote.
        end: how long the record was behind it, in bytes.
    """

    kind: Kind
    inode: int
    offset: int
    one: str
    two: str
    content: bytes
    end: int = 0


def read_record(path: Path) -> list[Change]:
    """All changes of a record, in order.

    Raises:
        ValueError: the model does not know one, such as a file written through memory.
    """
    content = path.read_bytes()
    changes, place = [], 0
    while place + _HEAD.size <= len(content):
        what, one, two, size, inode, offset = _HEAD.unpack_from(content, place)
        ends = [place + _HEAD.size]
        for length in (one, two, size):
            ends.append(ends[-1] + length)
        texts = [content[ends[part] : ends[part + 1]] for part in range(3)]
        names = [text.decode("utf-8", "surrogateescape") for text in texts[:2]]
        if what == Kind.UNKNOWN:
            raise ValueError(f"{names} cannot be replayed")
        changes.append(Change(Kind(what), inode, offset, *names, texts[2], ends[-1]))
        place = ends[-1]
    return changes


@dataclass(eq=False)
class _File:
    """A file: what is safe on the disk, and what was written since."""

    safe: bytes = b""
    since: list[Change] = field(default_factory=list)

    def force(self) -> None:
        """Everything is safe now."""
        self.safe = _written(self.safe, self.since)
        self.since = []

    def after_cut(self, dice: random.Random) -> bytes:
        """What a power cut leaves of it."""
        if not self.since:
            return self.safe
        chance = dice.random()
        if chance < 0.3:
            return self.safe
        if chance < 0.4:
            return _written(self.safe, self.since)
        if chance < 0.7:
            kept = list(self.since[: dice.randint(0, len(self.since))])
        else:
            kept = [one for one in self.since if dice.random() < 0.5]
        if kept and kept[-1].kind is Kind.WRITE and dice.random() < 0.5:
            last = kept.pop()
            blocks = len(last.content) // _BLOCK
            content = last.content[: _BLOCK * dice.randint(0, blocks)]
            kept.append(Change(last.kind, last.inode, last.offset, "", "", content))
        return _written(self.safe, kept)


def _written(content: bytes, changes: list[Change]) -> bytes:
    found = bytearray(content)
    for one in changes:
        if one.kind is Kind.CUT:
            del found[one.offset :]
            found.extend(bytes(one.offset - len(found)))
            continue
        end = one.offset + len(one.content)
        found.extend(bytes(max(0, end - len(found))))
        found[one.offset : end] = one.content
    return bytes(found)


@dataclass(frozen=True, slots=True)
class _Naming:
    """A change of names: the folders it is in, by number, and the paths that it concerns."""

    folders: tuple[int, ...]
    kind: Kind
    one: str
    two: str = ""
    file: _File | None = None


class Disk:
    """A disk that begins with what is in a folder, all of it safe.

    Args:
        before: the folder as it was.
        root: where it stood when the record was made; paths of the record begin with it.
    """

    def __init__(self, before: Path, root: Path) -> None:
        self._root = str(root.resolve())
        self._now: dict[str, _File] = {}
        self._inodes: dict[int, _File] = {}
        self._begin: dict[str, _File | None] = {}
        self._names: list[_Naming] = []
        self._folders = {self._root: 0}
        """The number of each folder: it keeps it when it is renamed."""
        self._floors: dict[int, int] = {}
        """How many of all changes of names had been made when a folder was forced last."""
        self._last_force = 0
        for path in sorted(before.rglob("*")):
            name = f"{self._root}/{path.relative_to(before).as_posix()}"
            file = None if path.is_dir() else _File(path.read_bytes())
            self._begin[name] = file
            if file is None:
                self._folders[name] = len(self._folders)
            else:
                self._now[name] = file

        self._numbers = len(self._folders)

    def play(self, changes: list[Change], inodes: dict[str, int]) -> None:
        """Let these changes happen.

        ``inodes``: the numbers that the files of the beginning had, by path below the root.
        """
        for name, number in inodes.items():
            self._inodes[number] = self._now[f"{self._root}/{name}"]
        for change in changes:
            self._play(change)

    def unforced(self) -> list[str]:
        """The files of which something was written that was not forced to the disk."""
        return [name for name, file in self._now.items() if file.since]

    def _play(self, change: Change) -> None:
        kind = change.kind
        if kind is Kind.CREATE:
            file = self._inodes[change.inode] = _File()
            self._now[change.one] = file
            self._name(kind, change.one, file=file)
        elif kind in {Kind.WRITE, Kind.CUT}:
            self._inodes[change.inode].since.append(change)
        elif kind is Kind.SYNC:
            self._inodes[change.inode].force()
            self._last_force = len(self._names)
        elif kind is Kind.SYNC_FOLDER:
            self._last_force = len(self._names)
            self._floors[self._folders[change.one]] = self._last_force
        else:
            self._rename(kind, change.one, change.two)

    def _rename(self, kind: Kind, one: str, two: str) -> None:
        if kind is Kind.RENAME:
            self._name(kind, one, two)
            moved = [name for name in self._now if _is_in(name, one)]
            files = {two + name[len(one) :]: self._now.pop(name) for name in moved}
            for name in [name for name in self._now if _is_in(name, two)]:
                del self._now[name]
            self._now |= files
            inside = [name for name in self._folders if _is_in(name, one)]
            self._folders |= {
                two + name[len(one) :]: self._folders.pop(name) for name in inside
            }
        elif kind is Kind.LINK:
            self._now[two] = self._now[one]
            self._name(kind, one, two)
        else:
            self._name(kind, one)
            if kind is Kind.UNLINK:
                self._now.pop(one, None)
            elif kind is Kind.MKDIR:
                self._numbers += 1
                self._folders[one] = self._numbers
            elif kind is Kind.RMDIR:
                self._folders.pop(one, None)

    def _name(
        self, kind: Kind, one: str, two: str = "", file: _File | None = None
    ) -> None:
        places = (two,) if kind is Kind.LINK else (one, two) if two else (one,)
        around = [self._folders[place.rpartition("/")[0]] for place in places]
        self._names.append(_Naming(tuple(set(around)), kind, one, two, file))

    def after_cut(
        self, target: Path, dice: random.Random, *, is_ordered: bool = False
    ) -> None:
        """Write into the folder ``target`` what a power cut leaves at this moment."""
        is_kept = self._kept_in_order(dice) if is_ordered else self._kept(dice)
        names = dict(self._begin)
        for number, naming in enumerate(self._names):
            if is_kept[number]:
                _apply(naming, names)
        contents: dict[int, bytes] = {}
        target.mkdir()
        for name, file in names.items():
            if not _has_folders(name, self._root, names):
                continue
            path = target / name[len(self._root) + 1 :]
            path.parent.mkdir(parents=True, exist_ok=True)
            if file is None:
                path.mkdir(exist_ok=True)
                continue
            # The same file under two names has the same content under both.
            content = contents.setdefault(id(file), file.after_cut(dice))
            path.write_bytes(content)
            path.chmod(0o600)

    def _kept_in_order(self, dice: random.Random) -> list[bool]:
        last = dice.randint(self._last_force, len(self._names))
        return [number < last for number in range(len(self._names))]

    def _kept(self, dice: random.Random) -> list[bool]:
        """Which changes of names are there: of each folder those before some moment."""
        count = len(self._names)
        floors = dict(self._floors)
        # A move that is safe in one folder is safe in the other, and so is all before it there.
        for number in reversed(range(count)):
            folders = self._names[number].folders
            safe = any(floors.get(folder, 0) > number for folder in folders)
            if safe:
                for folder in folders:
                    floors[folder] = max(floors.get(folder, 0), number + 1)
        lasts: dict[int, int] = {}
        for folder in sorted({one for naming in self._names for one in naming.folders}):
            least = floors.get(folder, 0)
            chance = dice.random()
            last = least if chance < 0.4 else count if chance < 0.7 else None
            lasts[folder] = dice.randint(least, count) if last is None else last
        kept = []
        for number, naming in enumerate(self._names):
            is_there = all(number < lasts[folder] for folder in naming.folders)
            if not is_there:
                for folder in naming.folders:
                    lasts[folder] = min(lasts[folder], number)
            kept.append(is_there)
        return kept


def _is_in(name: str, folder: str) -> bool:
    return name == folder or name.startswith(f"{folder}/")


def _has_folders(name: str, root: str, names: dict[str, _File | None]) -> bool:
    """False for what lies in a folder that is not there."""
    parent = name.rpartition("/")[0]
    while parent != root:
        if names.get(parent, _NOT_THERE) is not None:
            return False
        parent = parent.rpartition("/")[0]
    return True


_NOT_THERE = _File()


def _apply(naming: _Naming, names: dict[str, _File | None]) -> None:
    """Change names as a disk does that has lost some of the changes before."""
    one, two = naming.one, naming.two
    if naming.kind in {Kind.CREATE, Kind.MKDIR}:
        names[one] = naming.file
    elif naming.kind is Kind.LINK and one in names:
        names[two] = names[one]
    elif naming.kind is Kind.RENAME and one in names:
        for name in list(_below(two, names)):
            del names[name]
        for name in list(_below(one, names)):
            names[two + name[len(one) :]] = names.pop(name)
    elif naming.kind in {Kind.UNLINK, Kind.RMDIR}:
        for name in list(_below(one, names)):
            del names[name]


def _below(place: str, names: dict[str, _File | None]) -> Iterator[str]:
    yield from [name for name in names if _is_in(name, place)]


def inodes_of(root: Path) -> dict[str, int]:
    """The number of each file in a folder, by its path."""
    return {
        path.relative_to(root).as_posix(): path.stat().st_ino
        for path in root.rglob("*")
        if path.is_file()
    }
