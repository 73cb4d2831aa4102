"""Damaged lists and review workbooks by the thousand: each must end in rows or in a code.

    python campaign/damaged_files.py lists 20000 [--seed 1]
    python campaign/damaged_files.py reviews 6000 [--seed 1]

``lists`` damages one real file of each kind (text, JSON lines, Parquet, XLSX, XLSB, XLS, ODS, DOCX,
ODT, PDF, DBF, ZIP), reads it as a run does and takes it in: what is read must balance. ``--kinds``
names some of them. ``reviews`` damages a review workbook that somebody filled in, saved as XLSX,
XLS and ODS, and imports it: only decisions that stood in it may be recorded. Printed is how each
file ended, the longest time and the most memory of one file. The exit code is 1 where a file ended
in any other way.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

import test_readers_fuzz  # noqa: E402  it stands beside this folder
import test_review_import as review_tests  # noqa: E402  the same
import workspaces  # noqa: E402  the same
from mutations import mutated  # noqa: E402  the same
from voterlist.config import IngestSettings  # noqa: E402
from voterlist.errors import InputError  # noqa: E402
from voterlist.ingest import ingest  # noqa: E402
from voterlist.readers import read_files  # noqa: E402

KINDS = (
    "csv",
    "utf-16",
    "jsonl",
    "parquet",
    "xlsx",
    "xlsb",
    "xls",
    "ods",
    "docx",
    "odt",
    "pdf",
    "dbf",
    "zip",
)
TOLD_EVERY = 1_000


@dataclass
class Outcome:
    """How the files ended."""

    ends: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    longest: float = 0.0
    """Seconds by the clock of the slowest file."""

    def note(self, name: str, one: Callable[[], str]) -> None:
        """Add the end of one file."""
        start = time.perf_counter()
        try:
            self.ends[one()] += 1
        except Exception as error:  # noqa: BLE001  any end but a code is what is looked for
            self.ends["FAILED"] += 1
            place = traceback.extract_tb(error.__traceback__)[-1]
            self.failures.append(
                f"{name}: {type(error).__name__} at {place.filename}:{place.lineno}"
            )
        self.longest = max(self.longest, time.perf_counter() - start)


def main() -> int:
    """Damage, read, and say how it went."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("lists", "reviews"))
    parser.add_argument("count", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS)
    given = parser.parse_args()
    outcome = Outcome()
    with tempfile.TemporaryDirectory() as folder:
        if given.what == "lists":
            work = _lists(Path(folder), given.kinds)
        else:
            work = _reviews(Path(folder))
        for done, seed in enumerate(
            range(given.seed, given.seed + given.count), start=1
        ):
            name, one = work(seed)
            outcome.note(name, one)
            if done % TOLD_EVERY == 0:
                print(f"{done} of {given.count}", file=sys.stderr, flush=True)
    _tell(outcome)
    return int(bool(outcome.failures))


def _tell(outcome: Outcome) -> None:
    for end, count in outcome.ends.most_common():
        print(f"{count:>7}  {end}")
    own, children = (
        resource.getrusage(who).ru_maxrss // 1024
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    print(
        f"longest {outcome.longest:.1f} s; most memory {own} MiB, of a child {children} MiB"
    )
    for failure in outcome.failures[:20]:
        print(failure)


Work = Callable[[int], tuple[str, Callable[[], str]]]


def _lists(folder: Path, kinds: Sequence[str]) -> Work:
    """Damages a list, reads it and takes it in."""
    limits = IngestSettings()

    def work(seed: int) -> tuple[str, Callable[[], str]]:
        kind = kinds[seed % len(kinds)]
        path = folder / f"list.{kind}"
        path.write_bytes(mutated(test_readers_fuzz.whole(kind), seed))
        return f"{kind} {seed}", lambda: _take_in(path, limits)

    return work


def _take_in(path: Path, limits: IngestSettings) -> str:
    """How a list ended: the code of its trouble, or that it was read."""
    files = read_files(path, path.name, limits)
    rows = sum(sheet.cells.num_rows for file in files for sheet in file.sheets)
    found = ingest(files, limits, constituency=4)
    aside = sum(found.set_aside.column("rows").to_pylist())
    if rows != found.entries.num_rows + aside:
        raise AssertionError("rows do not balance")
    codes = {code for file in files for code in _codes(file)}
    return ", ".join(sorted(codes)) or "read"


def _codes(file: object) -> Iterator[str]:
    sheets = getattr(file, "sheets")  # noqa: B009  one of several records
    for one in (file, *sheets):
        if one.trouble is not None:
            yield str(one.trouble)


def _reviews(folder: Path) -> Work:
    """Damages a review workbook that was filled in, and imports it."""
    workspace = workspaces.make(folder / "2026")
    workspaces.run(workspace)
    whole = review_tests.decided(
        review_tests.export(workspace, workspace / "review.xlsx")
    )
    books = {
        "review.xlsx": whole.read_bytes(),
        "review.ods": review_tests.as_ods(whole),
        "review.xls": (ROOT / "tests/reader_files/list.xls").read_bytes(),
    }
    answers = review_tests.possible(workspace)

    def work(seed: int) -> tuple[str, Callable[[], str]]:
        name = sorted(books)[seed % len(books)]
        path = workspace / name
        path.write_bytes(mutated(books[name], seed))
        return f"{name} {seed}", lambda: _import(workspace, path, answers)

    return work


def _import(workspace: Path, path: Path, answers: set[tuple[str, ...]]) -> str:
    """How an import ended."""
    try:
        read = review_tests.read_in(workspace, path)
    except InputError as error:
        return error.code
    if not review_tests.recorded(read) <= answers:
        raise AssertionError("a decision was recorded that nobody made")
    return "read, some rows refused" if read.problems else "read"


if __name__ == "__main__":
    sys.exit(main())
