"""Work on texts in Python, shared with other processes.

Threads do not help there: the interpreter runs one at a time. A process that helps needs a tenth of
a second to start, so there are none unless somebody asks for them. What comes out is the same
whatever the number of processes: each text is worked on for itself, and the results stand in the
order of the texts. A helper that ends is done without.
"""

from __future__ import annotations

import contextlib
import pickle
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import IO, Any, TypeVar

from voterlist.processes.children import import_path, let_go

V = TypeVar("V")
T = TypeVar("T")

_FEWEST = 2000
"""Fewer texts are not worth sending."""
_A_SHARE = 1000
"""Texts that a process takes at once."""
_OWN_PATH = (
    "import sys; sys.path[:] = sys.argv[1:]; "
    "from voterlist.processes.shares import serve; serve(sys.stdin.buffer, sys.stdout.buffer)"
)
"""A helper finds its modules where this process does."""


class _Helper:
    """A process that does what it is sent, one share after the other."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603  this program's own interpreter and path
            [sys.executable, "-c", _OWN_PATH, *import_path()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self.turn = threading.Lock()
        """Held by the thread that sends a share, until the answer is there."""
        self.has_ended = False

    def answer(self, work: Callable[[V], T], texts: Sequence[V]) -> list[T] | None:
        """What the work gives for each text; None where the process ends over it."""
        requests, answers = self._process.stdin, self._process.stdout
        assert requests is not None
        assert answers is not None
        try:
            pickle.dump((work, texts), requests)
            requests.flush()
            # What is read comes from a process of this program, which nobody else writes to.
            results: list[T] = pickle.load(answers)  # noqa: S301  see above
        except (OSError, EOFError, pickle.UnpicklingError):
            self.has_ended = True
            return None
        return results

    def end(self) -> None:
        """Let it go."""
        let_go(self._process)


_helpers: list[_Helper] = []
"""The processes that help this one."""


@contextlib.contextmanager
def helped(processes: int) -> Iterator[None]:
    """Have so many processes help with ``mapped`` while this lasts."""
    try:
        # Where the system starts no more of them, those that there are must do.
        with contextlib.suppress(OSError):
            _helpers.extend(_Helper() for _ in range(processes))
        yield
    finally:
        while _helpers:
            _helpers.pop().end()


def mapped(work: Callable[[V], T], texts: Sequence[V]) -> list[T]:
    """What the work gives for each text, in the order of the texts.

    Args:
        work: a function of a module that depends on the text alone. What it gives can be pickled.
        texts: what it is called with.
    """
    if not _helpers or len(texts) < _FEWEST:
        return [work(text) for text in texts]
    return _Sharing(work, texts).done()


class _Sharing:
    """One list of texts, worked on from its beginning here and from its end by the helpers."""

    def __init__(self, work: Callable[[Any], Any], texts: Sequence[Any]) -> None:
        self._work, self._texts = work, texts
        self._left = deque(range(0, len(texts), _A_SHARE))
        """The places where the shares begin that nobody has taken."""
        self._results: dict[int, list[Any]] = {}

    def done(self) -> list[Any]:
        """All results."""
        threads = [
            threading.Thread(target=self._send, args=(helper,)) for helper in _helpers
        ]
        for thread in threads:
            thread.start()
        try:
            with contextlib.suppress(IndexError):
                while True:
                    self._do(self._left.popleft())
        finally:
            # After an error nobody begins with another share.
            self._left.clear()
            for thread in threads:
                thread.join()
        starts = range(0, len(self._texts), _A_SHARE)
        for start in starts:
            if start not in self._results:
                self._do(start)
        return [result for start in starts for result in self._results[start]]

    def _do(self, start: int) -> None:
        self._results[start] = [self._work(text) for text in self._share(start)]

    def _share(self, start: int) -> Sequence[Any]:
        return self._texts[start : start + _A_SHARE]

    def _send(self, helper: _Helper) -> None:
        """Have a helper do shares as long as some are left."""
        while True:
            with helper.turn:
                if helper.has_ended or not self._left:
                    return
                try:
                    start = self._left.pop()
                except IndexError:
                    return
                results = helper.answer(self._work, self._share(start))
            if results is None:
                return
            self._results[start] = results


def serve(requests: IO[bytes], answers: IO[bytes]) -> None:
    """Do what is sent until nobody sends any more: the whole life of a helper.

    Who started it ends it, so it lets other requests to end pass. An error ends it; who sent the
    share then finds the error by itself.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(EOFError, BrokenPipeError):
        while True:
            work, texts = pickle.load(requests)  # noqa: S301  from the process that started it
            pickle.dump([work(text) for text in texts], answers)
            answers.flush()
