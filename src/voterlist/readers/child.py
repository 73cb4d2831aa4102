"""The child process that parses: file bytes come on its input, tables go to its output.

It opens no file and writes none. It has a limit on memory and time for each file; where it breaks
one it ends, and its parent sets that file aside and starts another child (``sandbox``). It ends too
when its parent does.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from types import SimpleNamespace
from typing import IO, TYPE_CHECKING, cast

from voterlist.model import AsideCode
from voterlist.processes.children import end_with_parent
from voterlist.processes.discreet import be_discreet
from voterlist.processes.limits import (
    OUT_OF_MEMORY,
    data_bytes,
    forbid_files,
    is_memory_short,
    leave_pandas_out,
    limit,
)
from voterlist.readers import archive
from voterlist.readers.files import read_bytes
from voterlist.readers.frames import Head, pack_outcome, read_frame, write_frame
from voterlist.readers.outcome import (
    NO_SHEET,
    WHOLE_FILE,
    Attempt,
    Place,
    ReadOutcome,
    allowance,
)
from voterlist.readers.proved import MEMORY_SHORT

if TYPE_CHECKING:
    from voterlist.config.sections import IngestSettings

_RETIRED_AT = 256 * 2**20
"""A child that has kept so many bytes more than at its start makes room for a fresh one."""
_LOOK_SECONDS = 0.05
"""So often a child looks at its memory."""


def main() -> None:
    """Serve one request after the other until the parent is gone."""
    requests, replies = _private_streams()
    threading.Thread(
        target=end_with_parent, args=(requests.fileno(),), daemon=True
    ).start()
    threading.Thread(target=_tell_of_short_memory, daemon=True).start()
    # No voter's row is left in a file, or in a dump of the memory of this process.
    be_discreet()
    forbid_files()
    leave_pandas_out()
    start = data_bytes()
    while (request := read_frame(requests)) is not None:
        head, content = request
        try:
            _serve(head, content, replies)
        except MemoryError:
            os._exit(OUT_OF_MEMORY)
        write_frame(
            replies, {"kind": "end", "retires": data_bytes() - start > _RETIRED_AT}
        )


def _private_streams() -> tuple[IO[bytes], IO[bytes]]:
    """The streams from and to the parent. Nothing else in this process can write to them.

    The standard error stream goes to the parent alone, which looks whether memory was refused. The
    Rust side of the reader of workbooks writes to it when it stumbles over a damaged file: a trace
    of its stack, with whatever cell it had in hand.
    """
    requests = os.fdopen(os.dup(0), "rb")
    replies = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1):
        os.dup2(nowhere, stream)
    return requests, replies


def _tell_of_short_memory() -> None:
    """Say so on the standard error stream as long as nearly all of the memory is taken.

    PDFium aborts without a word where memory is refused to it.
    """
    while True:
        time.sleep(_LOOK_SECONDS)
        if is_memory_short():
            os.write(sys.stderr.fileno(), MEMORY_SHORT)


def _serve(head: Head, content: bytes, replies: IO[bytes]) -> None:
    """Do one job and write its replies."""
    # To load what checks settings takes as long as all the readers: these were checked.
    settings = cast("IngestSettings", SimpleNamespace(**head["settings"]))
    closed = {(file, sheet): AsideCode(code) for file, sheet, code in head["closed"]}
    attempt = Attempt(closed, opening=_teller(replies, settings))
    attempt.opening((WHOLE_FILE, NO_SHEET), len(content))
    for reply, parts in _JOBS[head["job"]](content, settings, attempt, head["first"]):
        write_frame(replies, reply, *parts)


def _teller(
    replies: IO[bytes], settings: IngestSettings
) -> Callable[[Place, int], None]:
    """Tells the parent what is opened next; a file of an archive has limits of its own."""

    def tell(place: Place, size: int) -> None:
        if place[1] == NO_SHEET:
            allowed = allowance(size, settings)
            limit(allowed.seconds, allowed.bytes)
        write_frame(replies, {"kind": "at", "place": place, "size": size})

    return tell


_Replies = Iterator[tuple[Head, list[object]]]


def _read_table(
    content: bytes, settings: IngestSettings, attempt: Attempt, _first: int
) -> _Replies:
    """The sheets of a file that is taken for one table."""
    yield _part(None, "", read_bytes(content, settings, attempt))


def _read_parts(
    content: bytes,
    settings: IngestSettings,
    attempt: Attempt,
    first: int,
    *,
    are_read: bool = True,
) -> _Replies:
    """The sheets of every file of an archive from the ``first`` on; of any other file its own.

    Where they are not read, nothing but the name and the digest of each file of an archive.
    """
    packed = archive.members(content, settings, attempt, first)
    if isinstance(packed, AsideCode):
        yield _part(None, "", ReadOutcome("zip", trouble=packed))
    elif packed is not None:
        for number, (name, digest, found) in packed:
            if isinstance(found, AsideCode):
                outcome = ReadOutcome("", trouble=found)
            elif are_read:
                outcome = read_bytes(found, settings, attempt.of_file(number))
            else:
                outcome = ReadOutcome("")
            yield _part(name, digest, outcome)
    elif are_read:
        yield _part(None, "", read_bytes(content, settings, attempt))


def _part(
    name: str | None, digest: str, outcome: ReadOutcome
) -> tuple[Head, list[object]]:
    head, tables = pack_outcome(outcome)
    return {"kind": "part", "name": name, "digest": digest, **head}, list(tables)


_JOBS: dict[str, Callable[[bytes, IngestSettings, Attempt, int], _Replies]] = {
    "table": _read_table,
    "parts": _read_parts,
    "members": partial(_read_parts, are_read=False),
}


if __name__ == "__main__":
    main()
    sys.exit(0)
