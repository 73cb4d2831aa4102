"""The work folder: what a linkage on a cluster has done, so that it goes on where it stopped.

::

    FOLDER/
      job.json          whose work this is: digests of the inputs, the settings and the program
      <step>/           Parquet, written by the executors
      <step>.kept/      large rows of the step, written by the executors; it says where they stand
      handed/           large rows that tasks hand to each other, while a step is written
      <step>.whole      the step is done: its files and their sizes

A step counts as done once its mark stands beside it. The mark is renamed into place after all of
the step is written. What a killed job left without a mark is removed, and the step is done anew.
The folder holds personal data, like the lists themselves.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from voterlist import strict_json
from voterlist.errors import UsageError
from voterlist.storage import lock
from voterlist.storage.files import make_folder, own_folder, write_atomically

_PAGE = "job.json"
_MARK = ".whole"
_KEPT = ".kept"
_HANDED = "handed"
_DONE_BY_SPARK = "_SUCCESS"
"""Spark writes it when all tasks of a step have put their files into place."""
_PROBE = ".probe"


@dataclass(frozen=True, slots=True)
class Work:
    """A work folder that is held by this process."""

    folder: Path

    def is_done(self, step: str) -> bool:
        """Whether a step is there, whole and unchanged in its files and their sizes."""
        try:
            marked = strict_json.loads(self._mark(step).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return False
        return bool(marked == self._files(step))

    def step(self, name: str, write: Callable[[str], object]) -> str:
        """The folder of a step, which is written where it is not done yet.

        Args:
            name: of the step; a plain word.
            write: is given the path of the folder, and has Spark write Parquet there.

        Raises:
            OSError: the folder cannot be written; ``ENOSPC`` where it is full.
            UsageError: the executors write to another disk than this process sees.
        """
        path = self.folder / name
        if self.is_done(name):
            return str(path)
        self.drop(name)
        write(str(path))
        if not (path / _DONE_BY_SPARK).exists():
            raise _not_shared(self.folder)
        text = json.dumps(self._files(name), indent=1, sort_keys=True)
        write_atomically(
            self._mark(name), lambda beside: beside.write_text(text, encoding="utf-8")
        )
        return str(path)

    def drop(self, step: str) -> None:
        """Remove a step: first its mark, so that half of it never counts."""
        self._mark(step).unlink(missing_ok=True)
        for path in (self.folder / step, self.kept(step)):
            if path.exists():
                shutil.rmtree(path)

    def kept(self, step: str) -> Path:
        """The folder of the large rows of a step."""
        return self.folder.absolute() / f"{step}{_KEPT}"

    @property
    def handed(self) -> Path:
        """The folder of what tasks hand to each other while a step is written."""
        return self.folder.absolute() / _HANDED

    def probe(self) -> Path:
        """A file that executors on other machines must see, to see what this process writes."""
        path = self.folder / _PROBE
        write_atomically(path, lambda beside: beside.write_bytes(b""))
        return path

    def _files(self, step: str) -> dict[str, int]:
        """The files of a step, by their whole path, and their sizes in bytes.

        The step says by the whole path where its large rows stand: in a folder that was moved it is
        done anew.
        """
        return {
            str(path.absolute()): path.stat().st_size
            for folder in (self.folder / step, self.kept(step))
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }

    def _mark(self, step: str) -> Path:
        return self.folder / f"{step}{_MARK}"


@contextmanager
def open_work(folder: Path, job: Mapping[str, str], *, since: str) -> Iterator[Work]:
    """Hold a work folder, which is made if need be, while the block runs.

    Args:
        folder: on a disk that all machines of the cluster see under the same path.
        job: what makes this job what it is, by name: digests of the inputs, of the settings and of
            the program. No cell of a list.
        since: told to another job that finds the folder held.

    Raises:
        UsageError: ``work-of-another-job`` where the folder holds another job's state,
            ``work-not-ours`` where it holds something else, ``not-a-folder`` where it is a file.
        WorkspaceBusyError: another process holds it.
    """
    _require_ours(folder)
    own_folder(folder)
    with lock.hold(folder, since=since, code="work-busy"):
        _require_same(folder, job)
        yield Work(folder)


def _require_ours(folder: Path) -> None:
    """Refuse a file, and a folder in which something else stands: nothing is written into it."""
    for around in (folder, *folder.parents):
        if around.exists() and not around.is_dir():
            raise UsageError(
                f"{around} is no folder",
                code="not-a-folder",
                places={"path": str(around)},
            )
    if not folder.is_dir() or (folder / _PAGE).exists():
        return
    # Names with a dot are the lock, and what a killed job was about to rename into place.
    if any(not path.name.startswith(".") for path in folder.iterdir()):
        raise UsageError(
            f"{folder} holds something else",
            code="work-not-ours",
            places={"path": str(folder)},
        )


def _require_same(folder: Path, job: Mapping[str, str]) -> None:
    """Write whose work this is; refuse the work of another job."""
    page = folder / _PAGE
    if not page.exists():
        text = json.dumps(dict(job), indent=1, sort_keys=True) + "\n"
        make_folder(folder)
        write_atomically(page, lambda path: path.write_text(text, encoding="utf-8"))
        return
    try:
        known = strict_json.loads(page.read_text(encoding="utf-8"))
    except ValueError:
        known = {}
    other = sorted(name for name in {*job, *known} if job.get(name) != known.get(name))
    if other:
        raise UsageError(
            f"{folder} is another job's: other {', '.join(other)}",
            code="work-of-another-job",
            places={"path": str(folder), "names": ", ".join(other)},
        )


def _not_shared(folder: Path) -> UsageError:
    return UsageError(
        f"the executors do not write into {folder} as this process sees it",
        code="work-not-shared",
        places={"path": str(folder)},
    )
