"""What goes wrong on a cluster, told without a value of a list: codes, places and what to do next.

A traceback of a task would stand in the logs of the executors, in Spark's own pages and in the
exception that the driver gets, and an exception's message may quote a cell. So no task of ours lets
one out: ``in_task`` puts its kind and the line of the program in its place.
"""

from __future__ import annotations

import errno
import gc
import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from voterlist.errors import (
    NO_ROOM,
    StageError,
    VoterlistError,
    place_of,
    usage_error,
)
from voterlist.model import Stage
from voterlist.processes import threads

Batches = Iterator[Any]
"""Record batches of Arrow."""

_OURS = "voterlist-task"
_OF_TASK = re.compile(rf"{_OURS} (\S+): (\w+) at (\S+)")
_SCRATCH = "spark.local.dir"
"""Spark's setting for the folder of what does not fit into memory; no other disk is written to."""
_NO_ROOM = ("No space left on device", "Disk quota exceeded")
_OTHER_PYTHON = re.compile(
    r"PYTHON_VERSION_MISMATCH.*?different version[^0-9]*(\d+\.\d+)\D+?(\d+\.\d+)",
    re.DOTALL,
)
_NO_MODULE = re.compile(r"ModuleNotFoundError: No module named '(\w+)")
_SAYS = (
    ("Cannot run program", "spark-no-python"),
    ("Error from python worker", "spark-no-python"),
    ("Python worker exited unexpectedly", "spark-worker-lost"),
    ("ExecutorLostFailure", "spark-worker-lost"),
    ("OutOfMemoryError", "spark-worker-lost"),
    ("UNAVAILABLE", "spark-gone"),
    ("SparkContext was shut down", "spark-gone"),
    ("stopped SparkContext", "spark-gone"),
    ("Connection refused", "spark-gone"),
    ("Py4JNetworkError", "spark-gone"),
)
"""What a message of Spark's says, and our code for it; the first that fits."""
_KINDS = {"ChangedError": "spark-file-changed"}
"""The kind of an error of a task that has a sentence of its own, and its code."""
_FOREIGN = frozenset({"pyspark", "py4j", "grpc", "pyarrow"})


def in_task(
    step: str, function: Callable[[Batches], Iterable[Any]]
) -> Callable[[Batches], Batches]:
    """The function for ``mapInArrow``: one thread a task, and no value in what it raises.

    Args:
        step: a plain word for what the task does; it is told where the task fails.
        function: takes record batches and gives record batches.
    """

    def run(batches: Batches) -> Batches:
        # An executor runs as many tasks as it has cores.
        threads.use(1)
        # After each task Spark has Python search all that is loaded for garbage, which takes longer
        # than a small task. What is there before a task has just been searched, and stays.
        gc.freeze()
        try:
            yield from function(batches)
        except OSError as error:
            if error.errno in NO_ROOM:
                raise RuntimeError(_NO_ROOM[0]) from None
            raise RuntimeError(_without_values(step, error)) from None
        except Exception as error:  # noqa: BLE001  whatever it is, its message may quote a cell
            raise RuntimeError(_without_values(step, error)) from None

    return run


def _without_values(step: str, error: BaseException) -> str:
    return f"{_OURS} {step}: {type(error).__name__} at {place_of(error)}"


@contextmanager
def tell_failures() -> Iterator[None]:
    """Turn what Spark or Arrow raise in the block into our own errors.

    Raises:
        OSError: ``ENOSPC`` where a disk is full.
        UsageError: the cluster is not fit for this: another Python, a package that is missing.
        StageError: a task failed, or the cluster went away.
    """
    try:
        yield
    except Exception as error:
        if type(error).__module__.partition(".")[0] not in _FOREIGN:
            raise
        told_in_words = in_words(error)
        # It stays the context of ours, and Arrow quotes cells.
        error.args = ()
        raise told_in_words from None


def in_words(error: Exception) -> VoterlistError | OSError:
    """Our error for one of Spark's. Its message is looked at, and none of it is told."""
    text = f"{type(error).__name__} {error}"
    if any(words in text for words in _NO_ROOM):
        return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), _SCRATCH)
    if task := _OF_TASK.search(text):
        step, kind, place = task.groups()
        places = {"step": step, "kind": kind, "place": place}
        code = _KINDS.get(kind)
        return _failure(code) if code else _failure("spark-task-failed", **places)
    if python := _OTHER_PYTHON.search(text):
        return usage_error("spark-other-python", there=python[1], here=python[2])
    if module := _NO_MODULE.search(text):
        return usage_error("spark-no-package", name=module[1])
    for words, code in _SAYS:
        if words in text:
            return _failure(code)
    # Spark's own name of what happened, such as ``PATH_NOT_FOUND``; else the kind of the error.
    condition = getattr(error, "getCondition", lambda: None)()
    return _failure("spark-failed", kind=str(condition or type(error).__name__))


def _failure(code: str, **places: str) -> StageError:
    words = ", ".join(f"{name} {value}" for name, value in places.items())
    return StageError(f"{code} ({words})", stage=Stage.LINK, code=code, places=places)
