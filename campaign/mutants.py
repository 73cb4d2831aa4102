"""Which slips, drawn by lot over all of the program, the tests notice.

    python campaign/mutants.py [--seed HEX] [--count 300] [--only FOLDER] [--minutes N] [--map]

A slip is drawn by machine: a line by lot from all lines of ``src`` on which one can be made, then
one of the slips of that line (``slips.py``): a comparison whose limit is met otherwise, a constant,
an operator, a branch or a call that is dropped, a ``not``. It is made alone in a copy of the tree,
and the tests that reach the line are run there, the quickest first. It is noticed where one fails.

``--map`` runs the suite once and writes which tests reach which line, and how long they take;
without it the map of an earlier call is taken. The seed is the first eight digits of the commit
that is measured, unless another is given, so nobody draws until the lines are easy. Each trial is a
line of JSON in ``build/campaign``; a script that was stopped goes on behind it. Slips that change
nothing that anybody can see are named with their reason in ``equivalents.toml`` and do not count.
"""

from __future__ import annotations

import json
import math
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from argparse import Namespace
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import record
from forked_tests import NEVER_ENDS, first_failing, load
from slips import Slip, slips_of

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = "src/voterlist"
NAME = "mutants"
COUNT = 300
PATIENCE = 600
"""Seconds for the tests of one slip; what is not noticed by then counts as not noticed."""
EQUIVALENTS = Path(__file__).with_name("equivalents.toml")
_STARTED_BY = {f"{PROGRAM}/readers/": f"{PROGRAM}/readers/sandbox.py"}
"""What runs in a process of its own, which the map does not see: what starts that process."""
_APART = {f"{PROGRAM}/serve/": ("tests/test_serve", "tests/test_desk")}
"""The same of what tests alone start: the beginnings of their names."""
_FEW, _MANY = 12, 80
"""So many quick tests are tried first, and then, before all others."""
_TABLES = "tests/test_expected_tables.py"
_Z = 1.959964
"""Of the normal distribution, for an interval of 95 %."""


def lines_of(root: Path, only: str = "") -> dict[tuple[str, int], list[Slip]]:
    """The slips that can be made on each line (file below the root, number) of the program."""
    found: dict[tuple[str, int], list[Slip]] = defaultdict(list)
    for path in sorted((root / PROGRAM).rglob("*.py")):
        name = path.relative_to(root).as_posix()
        if only in name:
            for slip in slips_of(path.read_text(encoding="utf-8")):
                found[name, slip.line].append(slip)
    return found


def drawn(root: Path, seed: str, count: int, only: str = "") -> list[tuple[str, Slip]]:
    """Files and slips, in the order in which they were drawn; no line twice."""
    lines = lines_of(root, only)
    dice = random.Random(f"{NAME} {seed} {only}")  # noqa: S311  no secret
    places = dice.sample(sorted(lines), min(count, len(lines)))
    return [(name, dice.choice(lines[name, line])) for name, line in places]


# Which tests reach a line


def write_map(root: Path, path: Path, words: Sequence[str]) -> None:
    """Run the tests, and write what each reaches.

    The map has the seconds of each test, and for each line the tests that reach it; what a fixture
    does for all tests of a file counts for the first of them.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    plugin = Path(__file__).with_name("reached.py")
    command = [sys.executable, str(plugin), str(path), *words]
    subprocess.run(command, cwd=root, check=False)


class Reached:
    """The map of ``write_map``."""

    def __init__(self, path: Path) -> None:
        told = json.loads(path.read_text(encoding="utf-8"))
        self._seconds: dict[str, float] = told["seconds"]
        self._lines: dict[str, dict[str, list[int]]] = told["lines"]
        self._tests = list(self._seconds)

    def tests(self, name: str, line: int) -> list[str]:
        """The tests that reach a line, the quickest first, then the rest of their files.

        A line that runs when its file is imported is reached by no test: those count that reach any
        line of the file, and of a file that has no other lines all tests.
        """
        of_file = self._lines.get(name, {})
        places = of_file.get(str(line)) or self._of_any_line(name)
        starts = [start for room, start in _STARTED_BY.items() if name.startswith(room)]
        places = set(places).union(*map(self._of_any_line, starts))
        apart = [words for room, words in _APART.items() if name.startswith(room)]
        places |= {
            place
            for place, test in enumerate(self._tests)
            if any(map(test.startswith, apart))
        }
        direct = [self._tests[place] for place in places] or self._tests
        files = {test.partition("::")[0] for test in direct}
        beside = [test for test in self._tests if test.partition("::")[0] in files]
        rest = set(beside) - set(direct)
        return [*sorted(direct, key=self._cost), *sorted(rest, key=self._cost)]

    def _of_any_line(self, name: str) -> set[int]:
        return set(chain(*self._lines.get(name, {}).values()))

    def _cost(self, test: str) -> tuple[float, str]:
        return self._seconds[test], test


# The trials


class Mutants:
    """The trials: number N is the Nth slip that was drawn."""

    def __init__(
        self, tree: Path, slips: Sequence[tuple[str, Slip]], reached: Reached
    ) -> None:
        self._tree = tree
        self._slips = slips
        self._reached = reached
        self._known = equivalents()

    def __call__(self, number: int, _dice: random.Random) -> record.Trial:
        """Make one slip, and run the tests that reach it."""
        name, slip = self._slips[number - 1]
        path = self._tree / name
        content, times = path.read_bytes(), path.stat()
        how = f"{name}:{slip.line}: {slip.told}"
        if (name, slip.told) in self._known:
            return record.Trial(room_of(name), how, kind="equivalent")
        path.write_text(slip.made_in(content.decode("utf-8")), encoding="utf-8")
        # Python takes a compiled file for that of its source by size and second.
        moment = 1_000_000_000 + number
        os.utime(path, (moment, moment))
        try:
            by = self._noticed_by(self._reached.tests(name, slip.line))
        finally:
            path.write_bytes(content)
            os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
        found = () if by else ("not noticed",)
        return record.Trial(
            room_of(name), f"{how}: {by or 'nothing'}", found, kind=slip.kind
        )

    def _noticed_by(self, tests: Sequence[str]) -> str | None:
        """The test that fails; some quick ones are tried before all of them.

        Of the others those come first that hold whole tables. Where time is over while many tests
        run nobody knows whether any would have failed: it counts as not noticed.
        """
        few, many = tests[:_FEW], tests[_FEW:_MANY]
        others = sorted(tests[_MANY:], key=lambda test: not test.startswith(_TABLES))
        until = time.monotonic() + PATIENCE
        for batch in (few, many, others):
            left = int(until - time.monotonic())
            if not batch or left <= 0:
                continue
            try:
                by = first_failing(self._tree, batch, left, in_order=True)
            except RuntimeError:
                # What all tests share cannot be loaded.
                return "tests/conftest.py"
            if by and (by != NEVER_ENDS or batch is few):
                return by
        return None


def room_of(name: str) -> str:
    """The folder of the program in which a file stands, or the file itself."""
    return name.removeprefix(f"{PROGRAM}/").split("/")[0].removesuffix(".py")


def equivalents() -> dict[tuple[str, str], str]:
    """The reason why a slip changes nothing, by its file and what it does."""
    if not EQUIVALENTS.exists():
        return {}
    told = tomllib.loads(EQUIVALENTS.read_text(encoding="utf-8"))
    return {(one["file"], one["slip"]): one["reason"] for one in told["equivalent"]}


# What came of them


def interval(noticed: int, of: int) -> tuple[float, float]:
    """The shares between which the true one lies, at 95 % (Wilson 1927, JASA 22)."""
    if not of:
        return 0.0, 1.0
    share = noticed / of
    middle = share + _Z**2 / (2 * of)
    width = _Z * math.sqrt(share * (1 - share) / of + _Z**2 / (4 * of**2))
    whole = 1 + _Z**2 / of
    return (middle - width) / whole, (middle + width) / whole


def summary(made: Sequence[Mapping[str, Any]]) -> str:
    """A section of a page: how many were noticed, with the interval, by room."""
    counted = [one for one in made if one["kind"] != "equivalent"]
    missed = [one for one in counted if one["found"]]
    share = _share(len(counted) - len(missed), len(counted))
    of = Counter(one["what"] for one in counted)
    lost = Counter(one["what"] for one in missed)
    lines = [
        f"{len(counted)} slips drawn by lot were tried: {share}.",
        f"Besides, {len(made) - len(counted)} change nothing that can be seen.",
        "",
        "| room | slips | not noticed | noticed |",
        "|---|--:|--:|---|",
        *(
            f"| `{room}` | {of[room]} | {lost[room]} | {_share(of[room] - lost[room], of[room])} |"
            for room in sorted(of)
        ),
    ]
    return "\n".join(lines) + "\n"


def _share(noticed: int, of: int) -> str:
    low, high = interval(noticed, of)
    return f"{noticed / max(of, 1):.0%} noticed ({low:.0%} to {high:.0%})"


# The command


def _copy(tree: Path) -> None:
    """What git knows of the tree, as it is now."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, tree / name)


def _commit() -> str:
    """The first eight digits of the commit."""
    command = ["git", "rev-parse", "--short=8", "HEAD"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def main() -> int:
    """Make the trials; the exit code."""
    options = _options()
    path = options.folder / "reached.json"
    if options.map:
        write_map(ROOT, path, options.words)
        return 0
    seed = options.drawn or _commit()
    slips = drawn(ROOT, seed, options.count, options.only)
    load()
    with tempfile.TemporaryDirectory(prefix=f"{NAME}-") as folder:
        tree = Path(folder) / "tree"
        _copy(tree)
        script = f"{NAME}-{seed}-{options.only.replace('/', '.')}".rstrip("-")
        options.count = len(slips)
        code = record.play(script, options, Mutants(tree, slips, Reached(path)))
    made = [*_all_lines(options)]
    (options.folder / f"{NAME}.md").write_text(summary(made), encoding="utf-8")
    return code


def _options() -> Namespace:
    parser = record.arguments(__doc__ or "", COUNT)
    parser.add_argument("--drawn", default="", metavar="HEX", help="another seed")
    parser.add_argument("--only", default="", metavar="FOLDER", help="lines below it")
    parser.add_argument("--map", action="store_true", help="which tests reach a line")
    parser.add_argument("words", nargs="*", help="of the map: words for pytest")
    return parser.parse_args()


def _all_lines(options: Namespace) -> Iterator[dict[str, Any]]:
    for path in sorted(options.folder.glob(f"{NAME}-*.jsonl")):
        yield from record.lines(path)


if __name__ == "__main__":
    sys.exit(main())
