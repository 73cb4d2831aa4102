"""Which careless changes of one line the tests notice.

    python campaign/careless_changes.py [--only PATH] [--first N] [--minutes N] [--anew] [--lines]

``careless_changes.toml`` lists the changes: a file, a line as it is, the line as somebody might
write it by mistake, and the tests of that subject. Each change is made alone in a copy of the tree,
and its tests are run there: a change is noticed where one of them fails. All changes are tried with
the tests that are not slow; then those that are left with the slow ones. ``--everything`` runs the
whole suite against those that are left then. ``--lines`` runs no test; it says which lines and
files of tests are no longer in the tree as the list has them.

Each trial is a line of JSON in ``build/campaign/careless_changes.jsonl``; a script that was stopped
goes on behind it. ``--anew`` tries again what was noticed, first with the test that noticed it.
``build/campaign/careless_changes.md`` says what came of all of them. The exit code is 1 where a
change is not noticed, where a line of the list is not there once, or where a test is not there.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forked_tests import first_failing, load

ROOT = Path(__file__).resolve().parents[1]
LIST = Path(__file__).with_suffix(".toml")
FOLDER = ROOT / "build" / "campaign"
NAME = "careless_changes"
PATIENCE = 900
"""Seconds for the tests of one change."""
_FIRST_MOMENT = 1_000_000_000
"""Long before any source was written."""
_SECONDS = itertools.count(1)
"""Each change is made in a second of its own: see ``Change.apply``."""
_COPIES = f"{NAME}-"
"""How the names of the folders of copies begin; the number of the process follows."""


@dataclass(frozen=True)
class Change:
    """A careless change.

    Attributes:
        file: path below the root of the project.
        before: the line as it is, without indentation; it stands once in the file.
        after: the line as it becomes.
        tests: names of test files, without folder and ending, or of one test: ``file::test``.
    """

    file: str
    before: str
    after: str
    tests: tuple[str, ...]

    def is_applicable(self, root: Path) -> bool:
        """True where the line stands once in the file."""
        path = root / self.file
        return path.is_file() and self._lines(path).count(self.before) == 1

    @property
    def part(self) -> str:
        """The folder or file of the program in which it stands."""
        return self.file.removeprefix("src/voterlist/").split("/")[0]

    def tests_gone(self, root: Path) -> list[str]:
        """The files of tests, and the tests in them, that are not there."""
        return [name for name in self.tests if not _is_there(root, name)]

    def apply(self, root: Path, moment: int) -> None:
        """Write the changed line in place of the line.

        Python takes a compiled file for that of its source by size and second. So each change has
        a second of its own.
        """
        path = root / self.file
        lines = path.read_text(encoding="utf-8").split("\n")
        at = self._lines(path).index(self.before)
        indentation = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
        lines[at] = indentation + self.after
        path.write_text("\n".join(lines), encoding="utf-8")
        os.utime(path, (moment, moment))

    @staticmethod
    def _lines(path: Path) -> list[str]:
        return [line.strip() for line in path.read_text(encoding="utf-8").split("\n")]


def changes(text: str) -> list[Change]:
    """The list of changes."""
    return [
        Change(row["file"], row["before"], row["after"], tuple(row["tests"]))
        for row in tomllib.loads(text)["change"]
    ]


def _is_there(root: Path, name: str) -> bool:
    file, _, test = name.partition("::")
    path = root / f"tests/{file}.py"
    if not path.is_file():
        return False
    return not test or f"def {test}(" in path.read_text(encoding="utf-8")


def main() -> int:
    """Try the changes and print one line for each."""
    given = _arguments()
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
    # Asked to end it takes its copies with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    load()
    record = Record(given.folder / f"{NAME}.jsonl")
    applicable = [change for change in chosen if change not in gone + untested]
    _remove_left_copies()
    with tempfile.TemporaryDirectory(prefix=f"{_COPIES}{os.getpid()}-") as folder:
        tree = Path(folder) / "tree"
        _copy(tree)
        _try(tree, record, applicable, given)
    page = summary(record, listed)
    (given.folder / f"{NAME}.md").write_text(page, encoding="utf-8")
    missed = [change for change in applicable if not record.noticed(change)]
    print(f"{len(applicable) - len(missed)} of {len(applicable)} changes were noticed")
    return int(bool(gone or untested or missed))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--only", default="", metavar="PATH", help="changes below this path"
    )
    parser.add_argument("--first", type=int, metavar="N", help="so many changes")
    parser.add_argument("--minutes", type=float, default=1e6, help="of this call")
    parser.add_argument("--anew", action="store_true", help="what was tried too")
    parser.add_argument(
        "--everything", action="store_true", help="the whole suite for the rest"
    )
    parser.add_argument(
        "--lines", action="store_true", help="only say which lines are gone"
    )
    parser.add_argument("--folder", type=Path, default=FOLDER)
    return parser.parse_args()


class Record:
    """What came of each change, a line of JSON each; the last line about a change holds."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lines: dict[tuple[str, str, str], dict[str, Any]] = {}
        if path.exists():
            for text in path.read_text(encoding="utf-8").splitlines():
                # What a killed script left of a line is no line.
                with suppress(ValueError):
                    line = json.loads(text)
                    self._lines[line["file"], line["before"], line["after"]] = line

    def of(self, change: Change) -> dict[str, Any]:
        """What came of a change; empty where it was not tried."""
        return self._lines.get((change.file, change.before, change.after), {})

    def noticed(self, change: Change) -> bool:
        """True where a test failed."""
        return self.tried(change) and not self.of(change)["found"]

    def tried(self, change: Change) -> bool:
        """True where a test failed, or all tests were run."""
        return bool(self.of(change)) and not self.tried_quickly(change)

    def tried_quickly(self, change: Change) -> bool:
        """True where no test failed so far, and the slow ones are still to be run."""
        return bool(self.of(change).get("slow_left"))

    def add(
        self, change: Change, by: str | None, seconds: float, *, slow_left: bool = False
    ) -> None:
        """Write down that a test noticed a change, or that none did; see ``tried_quickly``."""
        line = {
            "script": NAME,
            "what": change.part,
            "how": f"{change.file}: {change.after}",
            "file": change.file,
            "before": change.before,
            "after": change.after,
            "found": [] if by is not None else ["not noticed"],
            "by": by or "",
            "seconds": round(seconds, 1),
        }
        if slow_left:
            line["slow_left"] = True
        self._lines[change.file, change.before, change.after] = line
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as page:
            if page.tell() and not self._path.read_bytes().endswith(b"\n"):
                page.write("\n")
            page.write(json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n")


def summary(record: Record, listed: list[Change]) -> str:
    """A section of a page: how many were tried and noticed, by part of the program."""
    tried = [change for change in listed if record.tried(change)]
    missed = [change for change in tried if not record.noticed(change)]
    share = 100 * (len(tried) - len(missed)) / max(len(tried), 1)
    of = Counter(change.part for change in tried)
    lost = Counter(change.part for change in missed)
    lines = [
        f"{len(listed)} careless changes of one line; {len(tried)} were tried, each alone, with",
        f"the tests of its subject. {len(tried) - len(missed)} were noticed: {share:.1f} %.",
        "",
        "| part of the program | changes | not noticed |",
        "|---|---|---|",
        *(f"| `{part}` | {of[part]} | {lost[part]} |" for part in sorted(of)),
    ]
    if missed:
        lines += ["", "Not noticed:", ""]
        lines += [f"* `{change.file}`: `{change.after}`" for change in missed]
    return "\n".join(lines) + "\n"


def _copy(tree: Path) -> None:
    """What git knows of the tree, as it is now."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, tree / name)


def _remove_left_copies() -> None:
    """Remove the copies of rounds that were killed."""
    for path in Path(tempfile.gettempdir()).glob(f"{_COPIES}*-*"):
        process = path.name.removeprefix(_COPIES).split("-")[0]
        if not Path("/proc", process).exists():
            shutil.rmtree(path, ignore_errors=True)


def _try(
    tree: Path, record: Record, applicable: list[Change], given: argparse.Namespace
) -> None:
    """Try the changes that are to be tried, as long as there is time."""
    until = time.monotonic() + 60 * given.minutes
    wanted = [one for one in applicable if given.anew or not record.noticed(one)]
    quickly = [one for one in wanted if given.anew or not record.tried_quickly(one)]
    for change in quickly:
        if time.monotonic() > until:
            return
        _try_one(tree, record, change, _nearest_tests(record, change))
    for change in wanted:
        if time.monotonic() > until:
            return
        if record.tried_quickly(change):
            _try_one(tree, record, change, _slow_tests(change, given), is_last=True)


def _try_one(
    tree: Path,
    record: Record,
    change: Change,
    in_turn: Sequence[list[str]],
    *,
    is_last: bool = False,
) -> None:
    """Run tests against one change, and write down and say what came of it."""
    start = time.monotonic()
    by = _noticed_by(tree, change, in_turn)
    seconds = time.monotonic() - start
    spent = record.of(change)["seconds"] if is_last else 0
    slow_left = by is None and not is_last
    record.add(change, by, spent + seconds, slow_left=slow_left)
    told = "noticed" if by else "not yet noticed" if slow_left else "NOT NOTICED"
    print(f"{told} in {seconds:.0f} s: {change.file}: {change.after}", flush=True)


def _nearest_tests(record: Record, change: Change) -> list[list[str]]:
    """Words that choose tests, for one call of pytest after the other, without slow files.

    The test that noticed the change before is the first, then those that the list names.
    """
    by = record.of(change).get("by", "").split("[")[0]
    is_known = _is_there(ROOT, by.removeprefix("tests/").replace(".py::", "::"))
    named, files = _words(change)
    quick = ["-m", "not slow", *files] if files else []
    return [words for words in ([by] if is_known else [], named, quick) if words]


def _slow_tests(change: Change, given: argparse.Namespace) -> list[list[str]]:
    """The words for the slow tests of a change, and for those of all others where it is asked."""
    files = _words(change)[1]
    slow = ["-m", "slow", *files] if files else []
    return [slow] * bool(slow) + [["tests"]] * given.everything


def _words(change: Change) -> tuple[list[str], list[str]]:
    """The single tests that the list names, and the files of tests."""
    named: list[str] = []
    files: list[str] = []
    for name in change.tests:
        file, _, test = name.partition("::")
        (named if test else files).append(f"tests/{file}.py" + name[len(file) :])
    return named, files


def _noticed_by(tree: Path, change: Change, in_turn: Sequence[list[str]]) -> str | None:
    """The test that fails on the tree with the change; None where there is none.

    Afterwards the tree is as it was.
    """
    path = tree / change.file
    content, times = path.read_bytes(), path.stat()
    change.apply(tree, _FIRST_MOMENT + next(_SECONDS))
    try:
        return next(
            (by for words in in_turn if (by := first_failing(tree, words, PATIENCE))),
            None,
        )
    finally:
        path.write_bytes(content)
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


if __name__ == "__main__":
    sys.exit(main())
