"""Which careless changes of one line the tests notice.

    python campaign/careless_changes.py [--only PATH] [--first N] [--minutes N] [--anew] [--lines]

``careless_changes.toml`` lists the changes: a file, a line as it is, the line as somebody might
write it by mistake, and the tests of that subject. Each change is made alone in a copy of the tree,
and its tests are run there, those that are not slow before the others: a change is noticed where
one of them fails. ``--everything`` runs the whole suite against those that are left. ``--lines``
runs no test; it says which lines and files of tests are no longer in the tree as the list has them.

Each trial is a line of JSON in ``build/campaign/careless_changes.jsonl``; a script that was stopped
goes on behind it. ``--anew`` tries again what was noticed, first with the test that noticed it.
``build/campaign/careless_changes.md`` says what came of all of them. The exit code is 1 where a
change is not noticed, where a line of the list is not there once, or where a test is not there.
"""

from __future__ import annotations

import argparse
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
from collections.abc import Iterator
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
    with tempfile.TemporaryDirectory() as folder:
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
        return bool(self.of(change)) and not self.of(change)["found"]

    def add(self, change: Change, by: str | None, seconds: float) -> None:
        """Write down that a test noticed a change, or that none did."""
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
        self._lines[change.file, change.before, change.after] = line
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as page:
            if page.tell() and not self._path.read_bytes().endswith(b"\n"):
                page.write("\n")
            page.write(json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n")


def summary(record: Record, listed: list[Change]) -> str:
    """A section of a page: how many were tried and noticed, by part of the program."""
    tried = [change for change in listed if record.of(change)]
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


def _try(
    tree: Path, record: Record, applicable: list[Change], given: argparse.Namespace
) -> None:
    """Try the changes that are to be tried, as long as there is time."""
    until = time.monotonic() + 60 * given.minutes
    for number, change in enumerate(applicable, 1):
        if record.noticed(change) and not given.anew:
            continue
        start = time.monotonic()
        if start > until:
            break
        by = _noticed_by(tree, change, _in_turn(record, change, given), number)
        seconds = time.monotonic() - start
        record.add(change, by, seconds)
        word = "NOT NOTICED" if by is None else "noticed"
        place = f"{change.file}: {change.after}"
        print(f"{number:3} {word} in {seconds:.0f} s: {place}", flush=True)


def _in_turn(
    record: Record, change: Change, given: argparse.Namespace
) -> Iterator[list[str]]:
    """Words that choose tests, for one call of pytest after the other."""
    by = record.of(change).get("by", "").split("[")[0]
    if _is_there(ROOT, by.removeprefix("tests/").replace(".py::", "::")):
        yield [by]
    named: list[str] = []
    whole: list[str] = []
    for name in change.tests:
        file, _, test = name.partition("::")
        (named if test else whole).append(f"tests/{file}.py" + name[len(file) :])
    yield from filter(None, (named, whole))
    if given.everything:
        yield []


def _noticed_by(
    tree: Path, change: Change, in_turn: Iterator[list[str]], number: int
) -> str | None:
    """The test that fails on the tree with the change; None where there is none.

    Afterwards the tree is as it was.
    """
    change.apply(tree, _FIRST_MOMENT + number)
    try:
        return next(
            (by for words in in_turn if (by := first_failing(tree, words, PATIENCE))),
            None,
        )
    finally:
        shutil.copy2(ROOT / change.file, tree / change.file)


if __name__ == "__main__":
    sys.exit(main())
