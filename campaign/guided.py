"""The program's own parsers under inputs that are led by what code they reach (atheris).

    python campaign/guided.py [--seed 1] [--count 80] [--minutes 60] [--folder build/campaign]

A trial gives one parser a minute in a process of its own. What leads to code that was not reached
before is kept in ``build/campaign/reached`` and damaged further, so each trial begins where the
last one of its parser ended. Found is what ``damaged.py`` finds: an exception that is not told in
a sentence, more than ten seconds or two gigabytes for an input, a cell in what is said.

Atheris is the extra ``campaign``; where it is not installed the round is left out.
"""

from __future__ import annotations

import importlib.util
import random
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import record

COUNT = 80
SECONDS = 60
"""Of a trial."""
PARSERS = (
    "names",
    "dates",
    "identifiers",
    "addresses",
    "settings",
    "maps",
    "text",
    "json",
)
_LONGEST = 4_096
"""Bytes of an input."""
_PER_INPUT = 10
_MEGABYTES = 2_048
_DONE = re.compile(r"stat::number_of_executed_units:\s*(\d+)")
_REACHED = re.compile(r"cov: (\d+)")


def _of_parser(
    name: str, folder: Path
) -> tuple[list[bytes], Callable[[bytes], object]]:
    """Whole inputs of a parser, and what parses them."""
    from subjects import LIMITS, SUBJECTS, texts  # noqa: PLC0415  what it imports is watched
    from voterlist.readers.records import read_json  # noqa: PLC0415  the same
    from voterlist.readers.text import read_text  # noqa: PLC0415  the same

    if name == "text":
        return list(texts()), lambda content: read_text(content, LIMITS)
    if name == "json":
        whole = SUBJECTS["lists: jsonl"](folder).wholes
        return list(whole), lambda content: read_json(content, LIMITS)
    subject = SUBJECTS[name](folder)
    return list(subject.wholes), subject.take


def watch(name: str, reached: Path, seed: int, seconds: int) -> None:
    """Damage the inputs of a parser until the time is over; ends the process."""
    import atheris  # noqa: PLC0415  an extra

    with atheris.instrument_imports(include=["voterlist"]):
        folder = Path(tempfile.mkdtemp())
        wholes, take = _of_parser(name, folder)
        from damaged import handed_words  # noqa: PLC0415  the same
    for number, whole in enumerate(wholes):
        (reached / f"whole-{number}").write_bytes(whole)

    def one(content: bytes) -> None:
        wrong = handed_words(take, content)
        if wrong:
            raise RuntimeError(wrong)

    options = [
        f"-max_total_time={seconds}",
        f"-seed={seed}",
        f"-max_len={_LONGEST}",
        f"-timeout={_PER_INPUT}",
        f"-rss_limit_mb={_MEGABYTES}",
        f"-artifact_prefix={reached.parent}/{name}-",
        "-print_final_stats=1",
    ]
    atheris.Setup([sys.argv[0], *options, str(reached)], one)
    atheris.Fuzz()


class Guided:
    """The trials; ``folder`` keeps what reached something new."""

    def __init__(self, folder: Path, seconds: int = SECONDS) -> None:
        self._folder = folder
        self._seconds = seconds

    def __call__(self, number: int, _dice: random.Random) -> record.Trial:
        """Give a parser its time."""
        name = PARSERS[number % len(PARSERS)]
        reached = self._folder / name
        reached.mkdir(parents=True, exist_ok=True)
        words = [name, str(reached), str(number), str(self._seconds)]
        ended = subprocess.run(
            [sys.executable, __file__, "--watch", *words],
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        found = () if ended.returncode == 0 else (_why(ended.stderr),)
        done = _DONE.search(ended.stderr)
        lines = _REACHED.findall(ended.stderr)
        tries = {"inputs": int(done[1]) if done else 0}
        how = f"{lines[-1] if lines else 0} places of the code reached"
        return record.Trial(name, how, found, tries=tries)


def _why(told: str) -> str:
    """Why the parser ended: the error, or that it took too long or too much."""
    told_lines = [one.strip() for one in told.splitlines()]
    marks = ("ERROR", "SUMMARY", "RuntimeError", "Error:")
    return " | ".join(one for one in told_lines if any(mark in one for mark in marks))[
        :500
    ]


def main() -> int:
    """Make the trials; the exit code."""
    if sys.argv[1:2] == ["--watch"]:
        name, reached, seed, seconds = sys.argv[2:]
        watch(name, Path(reached), int(seed), int(seconds))
        return 0
    options = record.arguments(__doc__ or "", COUNT).parse_args()
    if importlib.util.find_spec("atheris") is None:
        print("Left out: it needs atheris (pip install 'voterlist[campaign]').")
        return 0
    return record.play("guided", options, Guided(options.folder / "reached"))


if __name__ == "__main__":
    sys.exit(main())
