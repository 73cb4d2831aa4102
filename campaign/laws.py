"""The laws of the tests on a thousand examples each, drawn by other dice than those of the suite.

    python campaign/laws.py [--seed 1] [--count 500] [--minutes 60] [--folder build/campaign]

A trial tries all laws of one file of tests. Found is: an example for which one does not hold. What
is found is kept by hypothesis and tried again by the next call of the file.
"""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import record

ROOT = Path(__file__).resolve().parents[1]
COUNT = 500
FILES = tuple(
    path.relative_to(ROOT).as_posix()
    for path in sorted((ROOT / "tests").glob("test_*.py"))
    if "\n@given(" in path.read_text(encoding="utf-8")
)


def tried(number: int, dice: random.Random) -> record.Trial:
    """Try the laws of one file."""
    name = FILES[number % len(FILES)]
    drawn = ("--hypothesis-profile", "long", "--hypothesis-seed", f"{dice.random()}")
    words = [name, "-m", "hypothesis", "-q", "-n", "0", *drawn]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    found = [line for line in done.stdout.splitlines() if line.startswith("FAILED ")]
    if done.returncode and not found:
        found = [f"pytest ended with {done.returncode}: {done.stderr[-300:]}"]
    return record.Trial(name, done.stdout.splitlines()[-1], tuple(found))


def main() -> int:
    """Make the trials; the exit code."""
    options = record.arguments(__doc__ or "", COUNT).parse_args()
    return record.play("laws", options, tried)


if __name__ == "__main__":
    sys.exit(main())
