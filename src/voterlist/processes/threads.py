"""Work side by side in threads, where the libraries below let go of the interpreter.

numpy, Arrow and rapidfuzz do, for as long as they work on an array. What comes out is the same
whatever the number of threads: tasks share nothing, and their results stand in the tasks' order.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import pyarrow as pa

T = TypeVar("T")
R = TypeVar("R")


def workers() -> int:
    """How many threads work at once: as many as Arrow uses, all cores if nothing else was said."""
    return int(pa.cpu_count())


def use(jobs: int) -> None:
    """Let so many threads work at once in this process, Arrow's own among them."""
    pa.set_cpu_count(jobs)


def in_turn(work: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
    """What the work gives for each item, in the order of the items, as soon as it is there.

    Nothing is worked out long before it is asked for: what waits takes memory.

    An error of the work is raised as it is; of several that of the first item.
    """
    tasks = list(items)
    threads = min(workers(), len(tasks))
    if threads <= 1:
        yield from map(work, tasks)
        return
    waiting: deque[Future[R]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        try:
            for task in tasks:
                waiting.append(pool.submit(work, task))
                if len(waiting) > 2 * threads:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for left in waiting:
                left.cancel()


def each(work: Callable[[T], R], items: Iterable[T]) -> list[R]:
    """What the work gives for each item, in the order of the items."""
    return list(in_turn(work, items))
