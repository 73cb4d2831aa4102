"""Tests of a tree in a process of their own that has the large libraries already.

Loading numpy, pandas and Arrow takes longer than most tests. They are loaded once, here; each call
makes a copy of this process, which then loads the program from the tree and runs its tests there.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

import pytest

__all__ = ["NEVER_ENDS", "first_failing", "load"]

NEVER_ENDS = "it goes round for ever"
_LIBRARIES = (
    *("cryptography", "jinja2", "numpy", "openpyxl", "pandas", "pyarrow", "pydantic"),
    *("pyarrow.compute", "pyarrow.dataset", "pyarrow.parquet", "pyrage", "rapidfuzz"),
    *("scipy.sparse.csgraph", "typer", "xlsxwriter"),
)
"""No plug-in of pytest, and nothing that loads one: pytest wants to do that itself."""
_NOT_RUN = frozenset({pytest.ExitCode.INTERNAL_ERROR, pytest.ExitCode.USAGE_ERROR})


def load() -> None:
    """Load the large libraries, and nothing of the program."""
    for name in _LIBRARIES:
        importlib.import_module(name)


def first_failing(
    tree: Path, words: Sequence[str], patience: int, *, in_order: bool = False
) -> str | None:
    """The first test that fails; None where none does.

    Nothing that they write is left.

    Args:
        tree: a copy of the project.
        words: for pytest: files of tests, below the tree.
        patience: seconds; a program that goes round for ever is noticed too.
        in_order: run them as they are named; else those that are not slow before the others.

    Raises:
        RuntimeError: the tests could not be run, so they say nothing.
    """
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "told"
        process = os.fork()
        if not process:
            # A copy never comes back: it would undo what this process has still to do.
            try:
                # What the tests leave among temporary files goes with the folder.
                tempfile.tempdir = os.environ["TMPDIR"] = folder
                told.write_text(_run(tree, words, in_order=in_order), encoding="utf-8")
            except BaseException as error:  # noqa: BLE001  told by the process above
                told.write_text(f"not run: {error!r}", encoding="utf-8")
            finally:
                os._exit(0)
        if not _ends_within(process, patience):
            return NEVER_ENDS
        said = told.read_text(encoding="utf-8") if told.exists() else "killed"
    if said.startswith("not run"):
        raise RuntimeError(f"{' '.join(words)}: {said}")
    return said or None


def _run(tree: Path, words: Sequence[str], *, in_order: bool) -> str:
    """Run tests in this process, which is a copy; the first that failed, or nothing."""
    os.setpgid(0, 0)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    os.chdir(tree)
    os.environ["PYTHONPATH"] = str(tree / "src")
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    sys.path.insert(0, str(tree / "src"))
    watcher = _Watcher(words if in_order else ())
    fixed = ["-q", "-x", "-n", "0", "-p", "no:cacheprovider"]
    profile = ["--hypothesis-profile", "voterlist"]
    code = pytest.main([*fixed, *profile, *words], plugins=[watcher])
    if code in _NOT_RUN:
        return f"not run: pytest ended with {code!r}"
    if code in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}:
        return ""
    return watcher.failed or "a test"


class _Watcher:
    """Puts the tests in order, and remembers the first that failed.

    Args:
        order: names of tests; without any, slow tests are put last.
    """

    def __init__(self, order: Sequence[str]) -> None:
        self._places = {test: place for place, test in enumerate(order)}
        self.failed = ""

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Put the tests in order."""
        items.sort(key=self._place)

    def _place(self, item: pytest.Item) -> int:
        name = item.nodeid.partition("[")[0]
        return self._places.get(name, item.get_closest_marker("slow") is not None)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remember a test that failed."""
        if report.failed and not self.failed:
            self.failed = report.nodeid

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Remember a file that could not be imported."""
        if report.failed and not self.failed:
            self.failed = report.nodeid


def _ends_within(process: int, seconds: int) -> bool:
    """Wait for a process, and end it with all that it started; False where it took longer."""

    def ring(_signal: int, _frame: FrameType | None) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(seconds)
    try:
        os.waitpid(process, 0)
    except TimeoutError:
        _end(process)
        os.waitpid(process, 0)
        return False
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
        _end(process)
    return True


def _end(group: int) -> None:
    """End what is left of a group of processes."""
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return
