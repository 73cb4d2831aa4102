"""Work on many parts in worker processes, a few parts at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

from voterlist.storage.workers import end_with_parent

__all__ = ["in_order"]

_AHEAD = 2
"""How many tasks a worker has before it: as many are in memory."""

Task = TypeVar("Task")
Result = TypeVar("Result")


def in_order(
    work: Callable[[Task], Result], tasks: Iterable[Task], jobs: int
) -> Iterator[Result]:
    """What ``work`` gives for each task, in order.

    Done in ``jobs`` processes, which changes nothing but the time. Tasks are asked for as they are
    needed, so that only a few are in memory.
    """
    remaining = iter(tasks)
    first = [task for _, task in zip(range(2), remaining, strict=False)]
    if jobs < 2 or len(first) < 2:
        yield from map(work, first)
        yield from map(work, remaining)
        return
    # Not fork: a forked process inherits Arrow's threads in whatever state they are.
    with ProcessPoolExecutor(
        jobs, mp_context=get_context("spawn"), initializer=end_with_parent
    ) as pool:
        waiting: deque[Future[Result]] = deque(
            pool.submit(work, task) for task in first
        )
        for task in remaining:
            if len(waiting) >= _AHEAD * jobs:
                yield waiting.popleft().result()
            waiting.append(pool.submit(work, task))
        while waiting:
            yield waiting.popleft().result()
