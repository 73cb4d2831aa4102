"""Parsing in a child process limited in memory and time.

No file can end this program or fill the machine.

A child is kept for many files. Where it ends by any cause the file it had in hand is set aside with
the code of that cause, and the next file gets a fresh child. Of a workbook only the sheet that was
being opened is set aside, of an archive only the file.
"""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from voterlist.model import AsideCode
from voterlist.processes.children import import_path, let_go
from voterlist.readers.frames import Head, read_frame, unpack_outcome, write_frame
from voterlist.readers.outcome import (
    NO_SHEET,
    WHOLE_FILE,
    Place,
    ReadOutcome,
    allowance,
)
from voterlist.readers.proved import ONE_THREAD, LastWords, cause_of_end

if TYPE_CHECKING:
    from voterlist.config.sections import IngestSettings

_MOST_ATTEMPTS = 8
"""So many children one file may end; it is then set aside from where the last one stopped."""
_OWN_PATH = (
    "import sys; sys.path[:] = sys.argv[1:]; "
    "from voterlist.readers.child import main; main()"
)
"""The child finds its modules where this process does, and nowhere else."""


Part = tuple[str | None, str, ReadOutcome]
"""A file, or one file of an archive: its path inside the archive, None where there is none; the
SHA-256 of a file of an archive; and what was read."""


def read_table(content: bytes, settings: IngestSettings) -> ReadOutcome:
    """The sheets in these bytes, or the code of why there are none; an archive is no table."""
    _, _, outcome = next(_parts("table", content, settings))
    return outcome


def read_parts(content: bytes, settings: IngestSettings) -> Iterator[Part]:
    """The sheets of a file; of an archive those of each file in it, in order of name."""
    return _parts("parts", content, settings)


def list_members(content: bytes, settings: IngestSettings) -> dict[str, str]:
    """Path inside the archive -> SHA-256 of each file in it, in order of name.

    Empty where it is no archive.
    """
    parts = _parts("members", content, settings)
    return {name: digest for name, digest, _ in parts if name is not None}


def _parts(job: str, content: bytes, settings: IngestSettings) -> Iterator[Part]:
    for head, columns in _replies(_Request(job, content, settings)):
        if head["kind"] == "part":
            yield head["name"], head["digest"], unpack_outcome(head, columns)
        else:
            yield None, "", ReadOutcome("", trouble=AsideCode(head["code"]))


@dataclass(slots=True)
class _Request:
    """A job, and how far it is."""

    job: str
    content: bytes
    settings: IngestSettings
    closed: dict[Place, AsideCode] = field(default_factory=dict)
    place: Place | None = None
    """What was opened last; None before the child has begun."""
    has_second_chance: bool = False
    replies: list[tuple[Head, bytes]] = field(default_factory=list)
    """Those that are whole: one a file of an archive, so the next file is the one of that number.
    """

    def head(self) -> Head:
        """The head of the frame that asks for it."""
        closed = [[*place, code] for place, code in self.closed.items()]
        settings = self.settings.model_dump(mode="json")
        return {
            "job": self.job,
            "settings": settings,
            "closed": closed,
            "first": len(self.replies),
        }


class _EndedError(Exception):
    """The child ended. ``code`` says why; None where it had not yet begun with the request."""

    def __init__(self, code: AsideCode | None) -> None:
        super().__init__()
        self.code = code


def _replies(request: _Request) -> list[tuple[Head, bytes]]:
    """The replies to a request, from as many children as it takes.

    A failure is the last of them.
    """
    code = AsideCode.READER_STOPPED
    with _TURN:
        for _ in range(_MOST_ATTEMPTS):
            try:
                _ask(request)
            except _EndedError as ended:
                _forget_child()
                if ended.code is None:
                    continue
                code = ended.code
                if not _goes_on(request, code):
                    break
            except BaseException:
                # Somebody stopped the program in the middle of an answer: what is left of it
                # must not be taken for the answer to the next request.
                _forget_child()
                raise
            else:
                return request.replies
    return [*request.replies, ({"kind": "failure", "code": code}, b"")]


def _goes_on(request: _Request, code: AsideCode) -> bool:
    """True where another child is to go on, with the place that broke the last one closed to it.

    A child that ended for no known cause, such as one that somebody killed, is given a second
    chance. A workbook that takes too long may do so at any of its sheets, so it is not tried again.
    """
    if code is AsideCode.READER_STOPPED and not request.has_second_chance:
        request.has_second_chance = True
        return True
    assert request.place is not None
    file, sheet = request.place
    if file == WHOLE_FILE and (sheet == NO_SHEET or code is AsideCode.FILE_TOO_SLOW):
        return False
    if code is AsideCode.FILE_TOO_SLOW:
        request.place = (file, NO_SHEET)
    if request.place in request.closed:
        return False
    request.closed[request.place] = code
    return True


def _ask(request: _Request) -> None:
    """Add the replies of one child; raises ``_EndedError`` where it ends before all are there."""
    child = _child()
    request.place = None
    clock = allowance(len(request.content), request.settings).clock_seconds
    try:
        child.begin(request)
    except OSError:
        raise _EndedError(None) from None
    while (reply := child.reply(clock, request))[0]["kind"] != "end":
        head, _ = reply
        if head["kind"] == "at":
            request.place = (head["place"][0], head["place"][1])
            if request.place[1] == NO_SHEET:
                clock = allowance(head["size"], request.settings).clock_seconds
        else:
            request.replies.append(reply)
    if reply[0]["retires"]:
        _forget_child()


class _Child:
    """A child process that parses."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603  this program's own interpreter and path
            [sys.executable, "-c", _OWN_PATH, *import_path()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=os.environ | ONE_THREAD,
        )
        self._words = LastWords(self._process.stderr)
        self.owner = os.getpid()

    def begin(self, request: _Request) -> None:
        """Hand it a request; raises ``OSError`` where it has ended."""
        assert self._process.stdin is not None
        self._words.forget()
        write_frame(self._process.stdin, request.head(), request.content)

    def reply(self, seconds: int, request: _Request) -> tuple[Head, bytes]:
        """Its next frame, which must come within so many seconds by the clock."""
        assert self._process.stdout is not None
        late = threading.Event()
        timer = threading.Timer(seconds, self._end_late, (late,))
        timer.daemon = True
        timer.start()
        try:
            frame = read_frame(self._process.stdout)
        finally:
            timer.cancel()
        if frame is None:
            cause = (
                AsideCode.FILE_TOO_SLOW
                if late.is_set()
                else cause_of_end(self._process.wait(), self._words)
            )
            raise _EndedError(None if request.place is None else cause)
        return frame

    def end(self) -> None:
        """Let it go."""
        let_go(self._process)

    def _end_late(self, late: threading.Event) -> None:
        late.set()
        self._process.kill()


_TURN = threading.RLock()
"""One request at a time: a process has one child."""
_current: _Child | None = None


def _child() -> _Child:
    """The child of this process, started where there is none."""
    global _current  # noqa: PLW0603  one child a process, kept for many files
    if _current is None or _current.owner != os.getpid():
        _current = _Child()
    return _current


def _forget_child() -> None:
    """End the child of this process; the next request starts another."""
    global _current  # noqa: PLW0603  the same
    if _current is not None and _current.owner == os.getpid():
        _current.end()
    _current = None


atexit.register(_forget_child)
