"""Columns and rows put aside on the disk while a list is linked that is larger than memory.

What is put aside is personal data. It lies in files that never have a name: no other user and no
later process can open them, and the system takes them away however the process ends, a kill and a
failure of power included.
"""

from __future__ import annotations

import errno
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyarrow as pa

from voterlist.arrays import AnyArray
from voterlist.storage.files import make_private


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

    def put(self, name: str, column: pa.Array | pa.ChunkedArray) -> None:
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
        file = self._files[name]
        file.seek(0)
        return pa.ipc.open_file(pa.PythonFile(file, "r")).read_all().column(0)

    def mapped(self, others: Mapping[str, Any] | None = None) -> pa.Table:
        """All columns as a table whose cells the system reads where they are looked at.

        ``others`` stand in for columns of these names.
        """
        columns = {name: _mapped(file) for name, file in self._files.items()}
        return pa.table({**columns, **(others or {})})


def _mapped(file: IO[bytes]) -> pa.ChunkedArray:
    file.seek(0)
    if sys.platform != "linux":
        return pa.ipc.open_file(pa.PythonFile(file, "r")).read_all().column(0)
    # A file without a name is opened anew by its number.
    source = pa.memory_map(f"/proc/{os.getpid()}/fd/{file.fileno()}")
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
