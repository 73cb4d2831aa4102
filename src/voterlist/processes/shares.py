"""Work on texts in Python, shared with other processes.

Threads do not help there: the interpreter runs one at a time. Processes take a moment to start, so
there are none unless somebody asks for them. What comes out is the same whatever the number of
processes: each text is worked on for itself, and the results stand in the order of the texts.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TypeVar

from voterlist.processes.workers import Lost, Pool

V = TypeVar("V")
T = TypeVar("T")

_FEWEST = 2000
"""Fewer texts are not worth sending."""
_A_SHARE = 1000
"""Texts that a process takes at once."""

_TURN = threading.Lock()
"""Held by the thread whose texts the processes work on."""
_pools: list[Pool] = []
"""The processes that work for this one, where somebody asked for them."""


@contextlib.contextmanager
def helped(processes: int) -> Iterator[None]:
    """Have so many processes do the work of ``mapped`` while this lasts; none: this one does it."""
    pool = Pool(processes)
    _pools.extend([pool] * bool(processes))
    try:
        yield
    finally:
        _pools.clear()
        pool.close()


def mapped(work: Callable[[V], T], texts: Sequence[V]) -> list[T]:
    """What the work gives for each text, in the order of the texts.

    Args:
        work: a function of a module that depends on the text alone. What it gives can be pickled.
        texts: what it is called with.
    """
    if not _pools or len(texts) < _FEWEST:
        return [work(text) for text in texts]
    starts = range(0, len(texts), _A_SHARE)
    shares = [texts[start : start + _A_SHARE] for start in starts]
    with _TURN:
        done = dict(_pools[0].answers(partial(_each, work), shares))
    results: list[T] = []
    for number, share in enumerate(shares):
        # A process may be killed for memory, or have met an error, which is then raised here.
        lost = isinstance(done[number], Lost)
        results += _each(work, share) if lost else done[number]
    return results


def _each(work: Callable[[V], T], texts: Sequence[V]) -> list[T]:
    return [work(text) for text in texts]
