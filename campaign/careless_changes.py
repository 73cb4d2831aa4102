"""Which careless changes of one line the tests notice.

    python campaign/careless_changes.py [--only PATH] [--first N] [--everything] [--lines]

``careless_changes.toml`` lists the changes: a file, a line as it is, the line as somebody might
write it by mistake, and the tests of that subject. Each change is made alone in a copy of the tree,
and its tests are run there, those that are not slow before the others: a change is noticed where
one of them fails. ``--everything`` runs the whole suite against those that are left. ``--lines``
runs no test; it says which lines and files of tests are no longer in the tree as the list has them.
The exit code is 1 where a change is not noticed, where a line of the list is not there once, or
where a file of tests is not there.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LIST = Path(__file__).with_suffix(".toml")
PATIENCE = 900
"""Seconds for the tests of one change; a program that goes round for ever is noticed too."""
FAILED = 1
"""The exit code of pytest where a test failed. Others say that the tests could not be run."""
NOT_COLLECTED = 2
"""The exit code of pytest where a file of tests could not be imported."""
NONE_CHOSEN = 5
"""The exit code of pytest where no test was chosen: a file may have no slow test."""


@dataclass(frozen=True)
class Change:
    """A careless change.

    Attributes:
        file: path below the root of the project.
        before: the line as it is, without indentation; it stands once in the file.
        after: the line as it becomes.
        tests: names of test files, without folder and ending.
    """

    file: str
    before: str
    after: str
    tests: tuple[str, ...]

    def is_applicable(self, root: Path) -> bool:
        """True where the line stands once in the file."""
        path = root / self.file
        return path.is_file() and self._lines(path).count(self.before) == 1

    def tests_gone(self, root: Path) -> list[str]:
        """The files of tests that are not there."""
        named = [f"tests/{name}.py" for name in self.tests]
        return [name for name in named if not (root / name).is_file()]

    def apply(self, root: Path) -> None:
        """Write the changed line in place of the line."""
        path = root / self.file
        lines = path.read_text(encoding="utf-8").split("\n")
        at = self._lines(path).index(self.before)
        indentation = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
        lines[at] = indentation + self.after
        path.write_text("\n".join(lines), encoding="utf-8")

    @staticmethod
    def _lines(path: Path) -> list[str]:
        return [line.strip() for line in path.read_text(encoding="utf-8").split("\n")]


def changes(text: str) -> list[Change]:
    """The list of changes."""
    return [
        Change(row["file"], row["before"], row["after"], tuple(row["tests"]))
        for row in tomllib.loads(text)["change"]
    ]


def main() -> int:
    """Try the changes and print one line for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--only", default="", metavar="PATH", help="changes below this path"
    )
    parser.add_argument("--first", type=int, metavar="N", help="so many changes")
    parser.add_argument(
        "--everything", action="store_true", help="the whole suite for the rest"
    )
    parser.add_argument(
        "--lines", action="store_true", help="only say which lines are gone"
    )
    given = parser.parse_args()
    listed = changes(LIST.read_text(encoding="utf-8"))
    chosen = [change for change in listed if given.only in change.file][: given.first]
    gone = [change for change in chosen if not change.is_applicable(ROOT)]
    for change in gone:
        print(f"not there once: {change.file}: {change.before}")
    untested = [change for change in chosen if change.tests_gone(ROOT)]
    for change in untested:
        names = ", ".join(change.tests_gone(ROOT))
        print(f"tests not there: {names}: {change.file}: {change.before}")
    if given.lines:
        return int(bool(gone or untested))
    applicable = [change for change in chosen if change not in gone + untested]
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        _copy(tree)
        missed = list(_missed(tree, applicable, everything=given.everything))
    print(f"{len(applicable) - len(missed)} of {len(applicable)} changes were noticed")
    return int(bool(gone or untested or missed))


def _copy(tree: Path) -> None:
    """What git knows of the tree, as it is now."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, tree / name)


def _missed(
    tree: Path, applicable: list[Change], *, everything: bool
) -> Iterator[Change]:
    """The changes that no test notices."""
    for number, change in enumerate(applicable, 1):
        start = time.monotonic()
        noticed = _is_noticed(tree, change, change.tests)
        if not noticed and everything:
            noticed = _is_noticed(tree, change, ())
        seconds = time.monotonic() - start
        word = "noticed" if noticed else "NOT NOTICED"
        print(
            f"{number:3} {word} in {seconds:.0f} s: {change.file}: {change.after}",
            flush=True,
        )
        if not noticed:
            yield change


def _is_noticed(tree: Path, change: Change, tests: tuple[str, ...]) -> bool:
    """True where a test fails on the tree with the change.

    Afterwards the tree is as it was.
    """
    change.apply(tree)
    try:
        files = [f"tests/{name}.py" for name in tests]
        return any(_fails(tree, marked, files) for marked in ("not slow", "slow"))
    finally:
        shutil.copyfile(ROOT / change.file, tree / change.file)


def _fails(tree: Path, marked: str, tests: list[str]) -> bool:
    """Whether a test of the tree with these marks fails.

    Raises:
        RuntimeError: the tests could not be run, so they say nothing.
    """
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-x",
        "-p",
        "no:cacheprovider",
        "--hypothesis-profile",
        "voterlist",
        "-m",
        marked,
        *tests,
    ]
    environment = os.environ | {
        "PYTHONPATH": str(tree / "src"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    try:
        done = subprocess.run(
            command,
            cwd=tree,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
    except subprocess.TimeoutExpired:
        return True
    if done.returncode not in {0, FAILED, NOT_COLLECTED, NONE_CHOSEN}:
        raise RuntimeError(
            f"pytest ended with {done.returncode}\n{done.stdout[-2000:]}"
        )
    return done.returncode in {FAILED, NOT_COLLECTED}


if __name__ == "__main__":
    sys.exit(main())
