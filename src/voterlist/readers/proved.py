"""Parquet files that this process may read itself, since another has read all of them first."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, TYPE_CHECKING

from voterlist.model import AsideCode
from voterlist.processes.children import import_path, let_go
from voterlist.processes.limits import OUT_OF_MEMORY
from voterlist.processes.parquet_proof import Proof
from voterlist.readers.outcome import allowance

if TYPE_CHECKING:
    from voterlist.config import IngestSettings

ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
}
"""What a library reserves for threads that it does not use would count as memory taken."""
_TOO_MUCH_TIME = getattr(signal, "SIGXCPU", 0)
_MOST_UNPACKED = 100
"""So many times its size a large table may take once it is unpacked."""
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

    Tables of millions of rows are then read by this process itself, as a part of their columns, by
    threads: nothing in them breaks it any more.

    Raises:
        OSError: there is no such file, or no right to read it.
    """
    with path.open("rb") as content:
        size = os.fstat(content.fileno()).st_size
    trouble = _try_once(path, size, settings)
    if trouble is AsideCode.READER_STOPPED:
        # Somebody may have killed it, or the machine may have had no room for it.
        return _try_once(path, size, settings)
    return trouble


def _try_once(path: Path, size: int, settings: IngestSettings) -> AsideCode | None:
    """What one process finds out about a Parquet file of so many bytes."""
    allowed = allowance(size, settings)
    most = max(settings.max_unpacked_megabytes * 2**20, _MOST_UNPACKED * size)
    numbers = map(str, (allowed.seconds, allowed.bytes, most))
    process = subprocess.Popen(  # noqa: S603  this program's own interpreter and path
        [sys.executable, "-c", _OWN_PATH, str(path), *numbers, *import_path()],
        # By its end the process learns that this one is gone.
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=os.environ | ONE_THREAD,
    )
    words = LastWords(process.stderr)
    try:
        code = process.wait(allowed.clock_seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        return AsideCode.FILE_TOO_SLOW
    finally:
        let_go(process)
    if code in set(Proof):
        return _TROUBLE_OF[Proof(code)]
    return cause_of_end(code, words)


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
