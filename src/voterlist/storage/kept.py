"""Work of earlier runs that is kept, so that no run does again what it need not.

A unit of work (a constituency in a stage) lies in a folder of its own::

    kept/<stage>/<unit>/<key>/    its files, and record.json: what they are and what was said

The key is the digest of all that the unit needs. A unit is written beside its place and renamed
there, so it is there whole or not at all. Its files are not forced to the disk: the record holds
their digests, and a unit whose files are not those is not believed. It is counted, taken away and
made anew. No result depends on what is kept, only the time that a run takes.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from voterlist import strict_json
from voterlist.model import frozen
from voterlist.storage.files import (
    are_unaltered,
    make_private,
    own_folder,
    private_folder,
    remove_abandoned,
    sha256,
)
from voterlist.storage.store import read_file

Said = Mapping[str, Any]
"""What a unit of work said of its work, by name: numbers and codes, never a cell."""

FOLDER = "kept"
"""The folder of a workspace in which its runs keep their work."""
RECORD = "record.json"
DRAW: ContextVar[Callable[[], float]] = ContextVar("DRAW", default=lambda: 1.0)
"""Draws a number from 0 to 1, by which chance says what is proved; 1 where nothing is to be."""

_KEY_DIGITS = 32
"""So many digits of a key name its folder; the record holds all."""
_PARTS = ".pieces"
"""How the name of a unit ends under which the parts of another one are kept."""


@frozen
class Place:
    """Where a unit lies: its stage, its name and its key."""

    stage: str
    unit: str
    key: str

    def inside(self, workspace: Path) -> Path:
        """Its folder."""
        return self.around(workspace) / self.key[:_KEY_DIGITS]

    def around(self, workspace: Path) -> Path:
        """The folder that holds the unit under all its keys."""
        return workspace / FOLDER / self.stage / self.unit

    def part(self, key: str) -> Place:
        """Where a part of the unit lies, which is kept by itself."""
        return Place(self.stage, f"{self.unit}{_PARTS}", key)


@frozen
class KeptUnit:
    """What a unit of work made.

    Attributes:
        folder: where its files lie.
        files: the SHA-256 of each by its name.
        said: what it said of its work.
    """

    folder: Path
    files: Mapping[str, str]
    said: Said

    def path(self, name: str) -> Path:
        """The path of one of its files."""
        return self.folder / name

    def table(self, name: str) -> pa.Table:
        """The table in one of its files."""
        return read_file(self.path(name))


@dataclass(slots=True)
class Kept:
    """The kept work of a workspace; whoever has it holds the workspace."""

    workspace: Path
    used: set[Place] = field(default_factory=set)
    """The units that this run used."""
    damaged: int = 0
    """How many units were not what their records say."""
    altered: list[str] = field(default_factory=list)
    """What somebody altered, as paths inside the workspace."""
    drawn: dict[Place, Mapping[str, str]] = field(default_factory=dict)
    """The files of the units that are to be proved."""

    def find(self, place: Place, share: float = 0.0) -> KeptUnit | None:
        """The unit that lies there; None where there is none that can be believed.

        Nor is one that is drawn, which happens to this share: it goes with all its parts, so that
        it is made of its source alone, and ``made`` compares the two.
        """
        try:
            unit = _find_unit(self.workspace, place)
        except _DamagedError:
            self.damaged += 1
            return None
        if unit is None:
            return None
        if DRAW.get()() < share:
            self.drawn[place] = unit.files
            parts = place.part("")
            _remove([place.around(self.workspace), parts.around(self.workspace)])
            return None
        self._use(place, unit)
        return unit

    def made(self, place: Place) -> KeptUnit:
        """The unit that was put there just now.

        Raises:
            OSError: it is not there.
        """
        folder = place.inside(self.workspace)
        record = strict_json.loads((folder / RECORD).read_text(encoding="utf-8"))
        unit = KeptUnit(folder, record["files"], record["said"])
        self._use(place, unit)
        # A failure of the moment proves nothing.
        was = self.drawn.pop(place, unit.files)
        if record["lasts"] and was != unit.files:
            self.altered.append(folder.relative_to(self.workspace).as_posix())
        return unit

    def _use(self, place: Place, unit: KeptUnit) -> None:
        self.used |= {place, *(place.part(key) for key in unit.said.get("parts", ()))}

    def sweep(self, *, is_whole: bool) -> None:
        """Remove what this run did not use.

        The units of a stage of which it used none stay: that stage was taken over as a whole.

        Args:
            is_whole: the run was of all the inbox; otherwise the units of other constituencies
                stay.
        """
        used = {place.inside(self.workspace) for place in self.used}
        units = {place.around(self.workspace) for place in self.used}
        for stage in sorted({unit.parent for unit in units}):
            for unit in _folders_in(stage):
                if is_whole or unit in units:
                    _remove(key for key in _folders_in(unit) if key not in used)
                with suppress(OSError):
                    unit.rmdir()

    def remove_leftovers(self) -> None:
        """Remove what killed processes did not finish; who asks may make an index meanwhile."""
        for stage in _folders_in(self.workspace / FOLDER):
            for unit in _folders_in(stage):
                remove_abandoned(unit)


def keep(workspace: Path, place: Place, fill: Callable[[Path], Said]) -> KeptUnit:
    """Let ``fill`` make a unit in a folder beside its place, and put it there whole.

    ``fill`` writes files into the folder and returns what the unit says of its work: plain values,
    of which ``passing`` is true where something could not be done for a reason of the moment. Such
    a unit serves this run and no other. ``parts`` are the keys of the parts it was made of.

    Raises:
        OSError: it cannot be written. What ``fill`` raises is raised.
    """
    target = place.inside(workspace)
    for folder in (workspace / FOLDER, target.parent):
        own_folder(folder, is_forced=False)
    with private_folder(target.parent) as beside:
        said = fill(beside)
        files = {}
        for path in sorted(beside.iterdir()):
            with path.open("rb+") as content:
                make_private(content.fileno())
            files[path.name] = sha256(path)
        record = {
            "key": place.key,
            "lasts": not said.get("passing", False),
            "files": files,
            "said": dict(said),
        }
        with (beside / RECORD).open("w", encoding="utf-8") as page:
            make_private(page.fileno())
            json.dump(record, page, sort_keys=True)
        _remove([target])
        beside.rename(target)
    return KeptUnit(target, files, said)


def memo(workspace: Path, place: Place, fill: Callable[[Path], Said]) -> KeptUnit:
    """The unit that lies there, made by ``fill`` where there is none that can be believed.

    Raises:
        OSError: it cannot be written. What ``fill`` raises is raised.
    """
    with suppress(_DamagedError):
        unit = _find_unit(workspace, place)
        if unit is not None:
            return unit
    return keep(workspace, place, fill)


class _DamagedError(Exception):
    """What lies in a place is not what its record says."""


def _find_unit(workspace: Path, place: Place) -> KeptUnit | None:
    """The unit that lies there; None where there is none, or one of the moment.

    Raises:
        _DamagedError: it is not what its record says.
    """
    folder = place.inside(workspace)
    try:
        record = strict_json.loads((folder / RECORD).read_text(encoding="utf-8"))
        unit = KeptUnit(folder, dict(record["files"]), dict(record["said"]))
        if record["key"] == place.key and not record["lasts"]:
            return None
        files = {unit.path(name): digest for name, digest in unit.files.items()}
        if record["key"] == place.key and are_unaltered(files):
            return unit
    except FileNotFoundError:
        if not folder.is_dir():
            return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        pass
    raise _DamagedError


def _folders_in(folder: Path) -> Iterator[Path]:
    """The folders in a folder, as they are now."""
    with suppress(FileNotFoundError):
        yield from [path for path in sorted(folder.iterdir()) if path.is_dir()]


def _remove(folders: Iterable[Path]) -> None:
    for folder in folders:
        with suppress(FileNotFoundError):
            shutil.rmtree(folder)
