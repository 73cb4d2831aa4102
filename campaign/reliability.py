"""``docs/reliability.md``: what the campaign tried, how often, and what it found.

    python campaign/reliability.py [--folder build/campaign] [--out docs/reliability.md]

The figures are counted from the records of all scripts (``record.py``); what was found and mended
stands in ``mended.toml``, written by hand when it was mended, with the test that holds it. A script
whose record is not there is named as not run.
"""

from __future__ import annotations

import argparse
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from record import FOLDER, lines

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "reliability.md"
MENDED = Path(__file__).with_name("mended.toml")
_NATION = """All constituencies hand in over simulated days, some of them again and again with
changed lists; 20 analysts decide side by side at the desk, and one by workbook; nights run;
packages go up and down with their receipts. Damaged, forged and replayed packages come between
them, and have to be refused without a trace. On each day every voter is followed from the line of
the file to the list, every confirmed decision is looked for in the ledger, and the chain is
verified. At the end the last night is compared with a run from the beginning. Megabytes are those
of all processes together at their peak, shared pages counted once."""

_MENDED = """were found by these rounds so far and mended. What each could do, and the test
that holds it now: `campaign/mended.toml`."""

_SLIPS = """How much the tests notice: a line is drawn by lot from all lines of the program, and
one slip is made on it, as somebody might mistype it. The seed is the commit that is measured.
Shares stand with their interval of 95 %."""


def page(folder: Path) -> str:
    """The text of the page."""
    told = tomllib.loads(MENDED.read_text(encoding="utf-8"))
    parts = ["# What was tried to break it\n", told["preface"].strip() + "\n"]
    for script, about in told["scripts"].items():
        parts += _of_script(script, about, folder)
    parts += _nation(folder)
    parts += _slips(folder)
    mended = len(told["mended"])
    parts.append(f"{mended} faults {_MENDED}\n")
    parts.append(f"## What is not covered\n\n{told['not_covered'].strip()}\n")
    return "\n".join(parts)


def _of_script(script: str, about: Mapping[str, str], folder: Path) -> Iterator[str]:
    """The part of one script."""
    made = [
        one for path in sorted(folder.glob(f"{script}-*.jsonl")) for one in lines(path)
    ]
    yield f"## {about['title']}\n"
    yield f"`campaign/{script}.py`. {about['text'].strip()}\n"
    if not made:
        yield "Not run.\n"
        return
    found = sum(bool(one["found"]) for one in made)
    tried = [one.get("tries") or {one["kind"]: 1} for one in made]
    count = sum(sum(one.values()) for one in tried)
    seeds = ", ".join(map(str, sorted({one["seed"] for one in made})))
    hours = sum(one["seconds"] for one in made) / 3600
    things = f"{count:,} {about['things']} in " if "things" in about else ""
    yield f"{things}{len(made):,} trials (seed {seeds}; {hours:.1f} hours), {_found(found)}.\n"
    counted: Counter[str] = Counter()
    for one, kinds_of_one in zip(made, tried, strict=True):
        counted[one["what"]] += sum(kinds_of_one.values())
    wrong = Counter(one["what"] for one in made if one["found"])
    told = [f"{what} ({wrong[what]:,} of {counted[what]:,})" for what in sorted(wrong)]
    if told:
        yield f"Wrong: {', '.join(told)}.\n"
    yield from _numbers(made)


def _nation(folder: Path) -> Iterator[str]:
    """The part of the nation's spring, which writes its own summary."""
    yield "## A nation's spring\n"
    yield f"`campaign/nation_spring.py`. {_NATION}\n"
    summary = folder / "nation_spring.md"
    yield (
        _some_days(summary.read_text(encoding="utf-8"))
        if summary.exists()
        else "Not run.\n"
    )


def _some_days(summary: str) -> str:
    """The summary with each tenth day alone."""
    days = re.compile(r"^\| *(\d+) \|")
    return "".join(
        line
        for line in summary.splitlines(keepends=True)
        if not (day := days.match(line)) or int(day[1]) % 10 == 0
    )


def _slips(folder: Path) -> Iterator[str]:
    """The part of the slips drawn by lot, which write their own summary."""
    yield "## Slips drawn by lot\n"
    yield f"`campaign/mutants.py`. {_SLIPS}\n"
    summary = folder / "mutants.md"
    yield summary.read_text(encoding="utf-8") if summary.exists() else "Not run.\n"


def _found(count: int) -> str:
    return f"{count} of them found something" if count else "nothing was found"


def _numbers(made: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """What was counted besides."""
    sums: Counter[str] = Counter()
    for one in made:
        sums.update(one.get("numbers") or {})
    if sums:
        told = ", ".join(f"{count:,} {name}" for name, count in sorted(sums.items()))
        yield f"Counted in them: {told}.\n"


def main() -> int:
    """Write the page; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, default=FOLDER)
    parser.add_argument("--out", type=Path, default=PAGE)
    options = parser.parse_args()
    options.out.write_text(page(options.folder), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
