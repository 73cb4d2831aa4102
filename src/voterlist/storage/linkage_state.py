"""What one linkage leaves for the next, and what it puts aside on the disk while it works.

The state is Parquet files, and a page that lists them. New files are written beside the old ones;
the page is renamed into place last, and only then do the old ones go. A program killed at any
moment leaves the old state or the new one, and a file that was changed since is not believed.
"""

from __future__ import annotations

import errno
import json
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyarrow as pa

from voterlist import strict_json
from voterlist.arrays import AnyArray
from voterlist.link.incremental import TABLES, State
from voterlist.storage.files import make_folder, make_private, sha256, write_content
from voterlist.storage.store import program_digest, read_file, write_table
from voterlist.tables import Column

# Columns and rows put aside on the disk while a list is linked that is larger than memory.
#
# What is put aside is personal data. It lies in files that never have a name: no other user and no
# later process can open them, and the system takes them away however the process ends, a kill and a
# failure of power included.


@dataclass(slots=True)
class Spill:
    """A place on the disk for what does not fit into memory."""

    folder: Path
    """Whose disk is used; nothing is seen in it."""
    _files: list[IO[bytes]] = field(default_factory=list)

    def file(self) -> IO[bytes]:
        """A new file, empty.

        Raises:
            OSError: the folder cannot be written.
        """
        # Open until the spill is closed, and gone then.
        opened = tempfile.TemporaryFile(dir=self.folder)  # noqa: SIM115  see above
        make_private(opened.fileno())
        self._files.append(opened)
        return opened

    def close(self) -> None:
        """Give up all that was put aside."""
        while self._files:
            # What a full disk did not take is not wanted any more.
            with suppress(OSError):
                self._files.pop().close()

    @classmethod
    @contextmanager
    def beside(cls, path: Path) -> Iterator[Spill]:
        """A spill on the disk of the file that is being made.

        Raises:
            FileNotFoundError: its folder is not there; the error names the file.
        """
        folder = path.absolute().parent
        if not folder.is_dir():
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
        spill = cls(folder)
        try:
            yield spill
        finally:
            spill.close()


class PutAside:
    """Columns of one length on the disk. Each is read when it is asked for, and not held."""

    def __init__(self, spill: Spill) -> None:
        self._spill = spill
        self._files: dict[str, IO[bytes]] = {}
        self._rows = 0

    @property
    def num_rows(self) -> int:
        """How many rows each column has."""
        return self._rows

    @property
    def column_names(self) -> list[str]:
        """The columns, in the order in which they were put aside."""
        return list(self._files)

    def put(self, name: str, column: Column) -> None:
        """Put a column aside.

        Raises:
            OSError: the disk is full.
        """
        file = self._spill.file()
        table = pa.table({name: column}).combine_chunks()
        with pa.ipc.new_file(pa.PythonFile(file, "w"), table.schema) as writer:
            writer.write_table(table)
        file.flush()
        self._files[name] = file
        self._rows = table.num_rows

    def column(self, name: str) -> pa.ChunkedArray:
        """A column, read into memory."""
        return _read_column(pa.PythonFile(self._files[name], "r"))

    def mapped(self, others: Mapping[str, Any] | None = None) -> pa.Table:
        """All columns as a table whose cells the system reads where they are looked at.

        ``others`` stand in for columns of these names.
        """
        columns = {name: _map_columns(file) for name, file in self._files.items()}
        return pa.table({**columns, **(others or {})})


def _map_columns(file: IO[bytes]) -> pa.ChunkedArray:
    if sys.platform != "linux":
        return _read_column(pa.PythonFile(file, "r"))
    # A file without a name is opened anew by its number.
    return _read_column(pa.memory_map(f"/proc/{os.getpid()}/fd/{file.fileno()}"))


def _read_column(source: pa.NativeFile) -> pa.ChunkedArray:
    source.seek(0)
    return pa.ipc.open_file(source).read_all().column(0)


class Rows:
    """Rows of numbers on the disk, added at the end and read by their places."""

    def __init__(self, spill: Spill, kind: np.dtype[Any]) -> None:
        self._spill = spill
        self._file = spill.file()
        self._kind = kind
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, rows: AnyArray) -> None:
        """Add rows at the end.

        Raises:
            OSError: the disk is full.
        """
        self._file.seek(0, os.SEEK_END)
        self._file.write(np.ascontiguousarray(rows, self._kind).data)
        self._count += len(rows)

    def between(self, start: int, stop: int) -> AnyArray:
        """The rows from one place up to another."""
        self._file.seek(start * self._kind.itemsize)
        content = self._file.read((stop - start) * self._kind.itemsize)
        return np.frombuffer(content, self._kind)

    def another(self) -> Rows:
        """Rows of the same kind beside these, none yet."""
        return Rows(self._spill, self._kind)


FOLDER = "compared"
"""The folder of a workspace in which its runs keep the state."""

_PAGE = "state.json"
_OURS = re.compile(rf"({'|'.join(TABLES)}|blocks)-[0-9a-f]{{12}}\.parquet")
"""The files of a state; states of version 0.1.0 had blocks."""


class StateUse(StrEnum):
    """What became of a state: it was used, or why every pair was compared afresh."""

    USED = "used"
    MISSING = "missing"
    DAMAGED = "damaged"
    OTHER_PROGRAM = "other-program"
    OTHER_SETTINGS = "other-settings"
    """Another profile, other limits, or addresses that are compared in another way."""

    def after(self, reused: bool) -> StateUse:
        """What became of the state once a linkage has said whether it could use it."""
        is_other = self is StateUse.USED and not reused
        return StateUse.OTHER_SETTINGS if is_other else self


def read(folder: Path) -> tuple[State | None, StateUse]:
    """The state in a folder; None where it is not there, damaged, or another program's: and why."""
    try:
        page = strict_json.loads((folder / _PAGE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None, StateUse.MISSING
    except (OSError, ValueError):
        return None, StateUse.DAMAGED
    try:
        if page["program"] != program_digest():
            return None, StateUse.OTHER_PROGRAM
        tables = {name: _table(folder, name, page["tables"][name]) for name in TABLES}
        return State.of(str(page["fingerprint"]), tables), StateUse.USED
    except (
        OSError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        pa.ArrowException,
    ):
        return None, StateUse.DAMAGED


def _table(folder: Path, name: str, digest: str) -> pa.Table:
    path = _path(folder, name, digest)
    if sha256(path) != digest:
        raise ValueError("a file of the state was changed")
    return read_file(path)


def _path(folder: Path, name: str, digest: str) -> Path:
    return folder / f"{name}-{digest[:12]}.parquet"


def write(folder: Path, state: State) -> None:
    """Put a state in the place of the one in the folder, which is made if need be."""
    make_folder(folder)
    digests = {
        name: _write_table(folder, name, table)
        for name, table in state.tables().items()
    }
    page = {
        "program": program_digest(),
        "fingerprint": state.fingerprint,
        "tables": digests,
    }
    text = json.dumps(page, indent=1, sort_keys=True) + "\n"
    write_content(folder / _PAGE, text)
    kept = {_path(folder, name, digest) for name, digest in digests.items()}
    for path in folder.iterdir():
        if _OURS.fullmatch(path.name) and path not in kept:
            path.unlink()


def _write_table(folder: Path, name: str, table: pa.Table) -> str:
    """Write a table under the name that its content gives; returns its SHA-256."""
    digest = ""

    def place(written: Path) -> Path:
        nonlocal digest
        digest = sha256(written)
        return _path(folder, name, digest)

    write_table(folder / f"{name}.parquet", table, place=place, repeats=False)
    return digest
