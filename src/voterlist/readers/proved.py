"""Parquet files that another process reads, which hands over the columns that are wanted."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO, TYPE_CHECKING

import pyarrow as pa

from voterlist.model import AsideCode
from voterlist.processes.children import import_path, let_go
from voterlist.processes.limits import OUT_OF_MEMORY
from voterlist.processes.parquet_proof import (
    BROKEN_PARQUET,
    Proof,
    Wanted,
    check,
)
from voterlist.readers.outcome import allowance
from voterlist.tables import one_array

if TYPE_CHECKING:
    from voterlist.config.sections import IngestSettings

Made = Callable[[pa.ChunkedArray], pa.Array]
"""What is made of a column."""
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
}
"""What a library reserves for threads that it does not use would count as memory taken."""
_TOO_MUCH_TIME = getattr(signal, "SIGXCPU", 0)
_MOST_UNPACKED = 100
"""So many times its size a large table may take once it is unpacked."""
_HANDED_OVER = 2
"""So many times what it may take unpacked is handed over at most: codes may be longer than their
texts, and each piece has a head."""
MEMORY_SHORT = b"memory is short"
"""What a process says that has taken nearly all of its memory."""
_REFUSED = (b"std::bad_alloc", b"memory allocation of", MEMORY_SHORT)
"""The first two are what C++ and Rust say before they end a process to which memory was refused."""
_TROUBLE_OF = {
    Proof.WHOLE: None,
    Proof.BROKEN: AsideCode.FILE_UNREADABLE,
    Proof.TOO_LARGE: AsideCode.FILE_TOO_LARGE,
}
_CHUNK = 4096
"""Bytes of its words that are looked at together."""
_PATIENCE = 5
"""Seconds in which the last words of a process that ended must arrive."""
_OWN_PATH = (
    "import sys; given, sys.path[:] = sys.argv[1:5], sys.argv[5:]; "
    "from voterlist.processes.parquet_proof import main; main(*given)"
)
"""The process finds its modules where this one does, and nowhere else."""


def trouble_in(path: Path, settings: IngestSettings) -> AsideCode | None:
    """The code of why a Parquet file cannot be read; None where all of it can.

    No column is handed over. Whoever reads the file itself then meets nothing that breaks a reader.

    Raises:
        OSError: there is no such file, or no right to read it.
    """
    found = columns_of(path, settings, lambda _: (), one_array)
    return found if isinstance(found, AsideCode) else None


def columns_of(
    path: Path, settings: IngestSettings, wanted: Wanted, made: Made
) -> pa.Table | AsideCode:
    """A Parquet file as another process reads it, or the code of why it cannot be read.

    Args:
        path: the file.
        settings: the limits of what is read.
        wanted: tells which columns are handed over; the others are of the type null.
        made: what is made of each of them, as soon as it is there.

    Raises:
        OSError: there is no such file, or no right to read it.
    """
    with path.open("rb") as content:
        size = os.fstat(content.fileno()).st_size
    found = _try_once(path, size, settings, wanted, made)
    if found is AsideCode.READER_STOPPED:
        # Somebody may have killed it, or the machine may have had no room for it.
        return _try_once(path, size, settings, wanted, made)
    return found


def _try_once(
    path: Path, size: int, settings: IngestSettings, wanted: Wanted, made: Made
) -> pa.Table | AsideCode:
    """What one process finds in a Parquet file of so many bytes."""
    allowed = allowance(size, settings)
    most = max(settings.max_unpacked_megabytes * 2**20, _MOST_UNPACKED * size)
    numbers = map(str, (allowed.seconds, allowed.bytes, most))
    process = subprocess.Popen(  # noqa: S603  this program's own interpreter and path
        [sys.executable, "-c", _OWN_PATH, str(path), *numbers, *import_path()],
        # By its end the process learns that this one is gone.
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | ONE_THREAD,
    )
    words = LastWords(process.stderr)
    said = _Bounded(process.stdout, _HANDED_OVER * most)
    late = threading.Event()
    timer = threading.Timer(allowed.clock_seconds, _end_late, (process, late))
    timer.daemon = True
    timer.start()
    try:
        table = _received(process, said, wanted, made)
        if table is not None:
            process.wait()
    finally:
        timer.cancel()
        let_go(process)
    if late.is_set():
        return AsideCode.FILE_TOO_SLOW
    if said.left < 0:
        return AsideCode.FILE_TOO_LARGE
    code = process.returncode
    if code not in set(Proof):
        return cause_of_end(code, words)
    trouble = _TROUBLE_OF[Proof(code)]
    if trouble is None and table is None:
        return AsideCode.FILE_UNREADABLE
    return table if trouble is None else trouble


def _end_late(process: subprocess.Popen[bytes], late: threading.Event) -> None:
    late.set()
    process.kill()


class _Bounded:
    """What a process says, and no more of it than it may say."""

    closed = False

    def __init__(self, stream: IO[bytes] | None, most: int) -> None:
        assert stream is not None
        self._stream = stream
        self.left = most
        """Bytes that it may still say; below 0 once it says more."""

    def read(self, size: int) -> bytes:
        """The next so many bytes.

        Raises:
            OSError: they are more than are left.
        """
        self.left -= size
        if self.left < 0:
            raise OSError
        return self._stream.read(size)


def _received(
    process: subprocess.Popen[bytes], said: _Bounded, wanted: Wanted, made: Made
) -> pa.Table | None:
    """What a process hands over; None where it ends before, or what comes is not sound.

    A stranger's file was read there, so every offset, text and code is looked at here.
    """
    assert process.stdin is not None
    source = pa.PythonFile(said, "r")
    nothing = _stream(source)
    if nothing is None:
        return None
    places = sorted(wanted(nothing))
    arrays = nothing.columns
    try:
        process.stdin.write(f"{' '.join(map(str, places))}\n".encode())
        process.stdin.flush()
    except OSError:
        return None
    for place in places:
        table = _stream(source)
        if table is None or table.shape != (nothing.num_rows, 1):
            return None
        arrays[place] = made(table.column(0))
    return pa.Table.from_arrays(arrays, names=nothing.column_names)


def _stream(source: pa.NativeFile) -> pa.Table | None:
    """The next table that a process hands over; None where there is no sound one."""
    try:
        table = pa.ipc.open_stream(source).read_all()
        check(table)
    except BROKEN_PARQUET:
        return None
    return table


class LastWords:
    """Whether a process says on its standard error that memory was refused to it.

    Its words are told to nobody: they may quote a cell.
    """

    def __init__(self, stream: IO[bytes] | None) -> None:
        assert stream is not None
        self._tell_of_memory = False
        self._listener = threading.Thread(
            target=self._listen, args=(stream,), daemon=True
        )
        self._listener.start()

    def forget(self) -> None:
        """What it said until now was of another file."""
        self._tell_of_memory = False

    def tell_of_memory(self) -> bool:
        """True where the process, which has ended, said so."""
        self._listener.join(_PATIENCE)
        return self._tell_of_memory

    def _listen(self, stream: IO[bytes]) -> None:
        said = b""
        with stream:
            while more := os.read(stream.fileno(), _CHUNK):
                # What it says may arrive in pieces.
                said = said[-_CHUNK:] + more
                self._tell_of_memory |= any(words in said for words in _REFUSED)


def cause_of_end(code: int, words: LastWords) -> AsideCode:
    """The code of why a process that reads ended with this exit code before it had an answer."""
    if code == -_TOO_MUCH_TIME:
        return AsideCode.FILE_TOO_SLOW
    # The libraries below Python abort where memory is refused to them, and for other reasons.
    is_refused = code == OUT_OF_MEMORY or words.tell_of_memory()
    return AsideCode.FILE_TOO_LARGE if is_refused else AsideCode.READER_STOPPED
