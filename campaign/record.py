"""The record of a campaign: a line of JSON for each trial, so that a script goes on where it was.

A script of the campaign calls ``play`` with a function that makes one trial. The trial is given its
number and a dice of its own, made from the seed and the number alone: the same number is the same
trial on every machine. A line has the script, the seed, the number, what was tried (``what``), how
(``how``), what was found (``found``, a list of sentences; empty: all is as it should be), and the
seconds that it took.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "build" / "campaign"
"""Where the lines of all scripts are kept."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of one trial.

    Attributes:
        what: what was tried, in few words: the lines of a page are counted by it.
        how: what exactly was done to it, so that it can be done again.
        found: what is not as it should be; empty where all is.
        kind: under which of the columns of the page it is counted.
        numbers: what was counted besides.
        tries: of a trial that tries many things, how many under each column.
    """

    what: str
    how: str
    found: tuple[str, ...] = ()
    kind: str = ""
    numbers: dict[str, int] | None = None
    tries: dict[str, int] | None = None


def arguments(text: str, count: int) -> argparse.ArgumentParser:
    """The options that every script of the campaign has."""
    parser = argparse.ArgumentParser(description=text.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=count, help="trials, in all")
    parser.add_argument("--minutes", type=float, default=60, help="of this call")
    parser.add_argument("--folder", type=Path, default=FOLDER)
    return parser


def play(
    script: str,
    options: argparse.Namespace,
    trial: Callable[[int, random.Random], Trial],
) -> int:
    """Make the trials that the record does not hold yet; the exit code.

    The trials end where somebody changes the program meanwhile: a run tells by which program it was
    made, so that its end would be another one, and nothing of it is a fault.

    Returns:
        1 where anything was found, in this call or one before it.
    """
    path = options.folder / f"{script}-{options.seed}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    before = list(lines(path))
    until = time.monotonic() + 60 * options.minutes
    found = sum(bool(one["found"]) for one in before)
    program = _program()
    for number in range(len(before) + 1, options.count + 1):
        if time.monotonic() > until:
            break
        began = time.monotonic()
        dice = random.Random(f"{script} {options.seed} {number}")  # noqa: S311  no secret
        made = asdict(trial(number, dice))
        made |= {"script": script, "seed": options.seed, "number": number}
        made["seconds"] = round(time.monotonic() - began, 2)
        if _program() != program:
            print(f"{script}: the program was changed; start the script again")
            break
        append(path, made)
        found += bool(made["found"])
        _tell(made)
    print(f"{script}: {len(list(lines(path)))} trials, {found} of them found something")
    return int(bool(found))


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """The lines of a record; what a killed script left of a line is no line."""
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            try:
                yield json.loads(line)
            except ValueError:
                continue


def append(path: Path, made: dict[str, Any]) -> None:
    """Write a line to the disk; what a killed script left of one before stays apart from it."""
    with path.open("a", encoding="utf-8") as page:
        if page.tell() and not path.read_bytes().endswith(b"\n"):
            page.write("\n")
        page.write(json.dumps(made, ensure_ascii=False, sort_keys=True) + "\n")
        page.flush()
        os.fsync(page.fileno())


def _program() -> dict[Path, int]:
    """When each file of the program was written, in nanoseconds."""
    files = (ROOT / "src").rglob("*.*")
    return {one: one.stat().st_mtime_ns for one in files if one.suffix != ".pyc"}


def _tell(made: dict[str, Any]) -> None:
    text = f"{made['script']} {made['number']} {made['what']}, {made['how']}"
    print(f"{text}: {'; '.join(made['found']) or 'right'}", file=sys.stderr, flush=True)
