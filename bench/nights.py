"""What a night takes: a workspace run new, unchanged, and with one voter left out of a list.

    python bench/nights.py [--like WORKSPACE] [--link ENTRIES.parquet] [--jobs 2] [--times 5]
        [--write]

``--like`` is a workspace that is copied, without its runs; without it one of 50,000 voters is
invented. ``--times`` lists are handed in anew, spread over the inbox, each for a night of its own:
which voter is left out tells how many reports show something else. ``--link`` is a list that
``voterlist link`` is timed on, with its steps. ``--write`` puts the tables into docs/benchmarks.md.
Linux only: memory is that of all processes together.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from statistics import median

import openpyxl
import pyarrow.compute as pc
import pyarrow.parquet as pq

import page
from process import Cost
from tree import run

ROOT = Path(__file__).resolve().parents[1]
TODAY = ("--today", "2026-02-03")
PROGRAM = [sys.executable, "-m", "voterlist"]
MADE = ("runs", "reports", "kept", "compared", "ledger*", ".lock*")
"""What runs left in a workspace."""
HEAD = "| {} | wall s | CPU s | peak MiB, all processes |\n|---|--:|--:|--:|"
HEAD_OF_RUNS = (
    "| {} | wall s | CPU s | peak MiB, all processes | reports written |\n"
    "|---|--:|--:|--:|--:|"
)
Run = tuple[Cost, int]
"""What a run took, and of how many constituencies it wrote reports."""


def main() -> None:
    """Times everything and prints the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--like", type=Path, help="a workspace; it is copied")
    parser.add_argument("--link", type=Path, help="a list for link")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--times", type=int, default=5, help="lists handed in anew")
    parser.add_argument("--write", action="store_true", help="docs/benchmarks.md")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        workspace = _workspace(given.like, folder)
        parts = [_where(given.jobs), runs(workspace, given.jobs, given.times)]
        if given.link is not None:
            parts.append(linkage(given.link, folder))
    text = "\n\n".join(parts)
    print(text)
    if given.write:
        written = ROOT / "docs" / "benchmarks.md"
        made = page.with_part(written.read_text(encoding="utf-8"), "nights", text)
        written.write_text(made, encoding="utf-8")


def _where(jobs: int) -> str:
    return (
        f"Made by `make nights`; measured on {platform.machine()}, {os.cpu_count()} "
        f"cores, Python {platform.python_version()}, `--jobs {jobs}`."
    )


def _workspace(like: Path | None, folder: Path) -> Path:
    """A workspace without runs: a copy, or an invented one."""
    workspace = folder / "workspace"
    if like is not None:
        shutil.copytree(like, workspace, ignore=shutil.ignore_patterns(*MADE))
        return workspace
    invent = ["synth", str(workspace), "--voters", "50000", "--files"]
    run([*PROGRAM, *invent])
    return workspace


def runs(workspace: Path, jobs: int, times: int) -> str:
    """The table of the runs, and that of the stages of the first."""
    lines = [HEAD_OF_RUNS.format(f"run, {_size(workspace)}")]
    first = _night(workspace, jobs)
    stages = _stages(workspace)
    lines.append(_row_of_runs("new", [first]))
    lines.append(_row_of_runs("again, nothing changed", [_night(workspace, jobs)]))
    anew = []
    for number in range(times):
        _hand_in_anew(workspace, number / times)
        anew.append(_night(workspace, jobs))
    name = f"again, one precinct anew, {{}} of {times}"
    lines.append(_row_of_runs(name.format("median"), anew))
    lines.append(_row_of_runs(name.format("worst"), anew, max))
    return "\n".join(lines) + "\n\n" + stages


def _night(workspace: Path, jobs: int) -> Run:
    """One run of a workspace."""
    before = _reports(workspace)
    command = [*PROGRAM, "run", str(workspace), *TODAY, "--jobs", str(jobs)]
    cost = run(command, well=(0, 1))
    written = dict(_reports(workspace).items() - before.items())
    return cost, len({path.parent for path in written})


def _reports(workspace: Path) -> dict[Path, int]:
    """When each report of a constituency was written."""
    paths = (workspace / "reports").glob("*/*")
    return {path: path.stat().st_mtime_ns for path in paths}


def _size(workspace: Path) -> str:
    files = [path for path in (workspace / "inbox").rglob("*") if path.is_file()]
    return f"{len(files):,} files"


def _row(name: str, cost: Cost) -> str:
    return f"| {name} | {cost.wall:.1f} | {cost.cpu:.1f} | {cost.peak:,.0f} |"


def _row_of_runs(
    name: str,
    done: Sequence[Run],
    of: Callable[[Iterable[float]], float] = median,
) -> str:
    """The row of several runs, each number for itself."""
    cost = Cost(
        *(of(getattr(one, part) for one, _ in done) for part in ("cpu", "wall", "peak"))
    )
    return f"{_row(name, cost)} {of(written for _, written in done):,.0f} |"


def _stages(workspace: Path) -> str:
    """The seconds of each stage of the one run there is."""
    (trace,) = (workspace / "runs").glob("*/trace.json")
    told = json.loads(trace.read_text(encoding="utf-8"))
    rows = [f"| {one['stage']} | {one['seconds']:.1f} |" for one in told["stages"]]
    return "\n".join(["| stage of the new run | wall s |\n|---|--:|", *rows])


def _hand_in_anew(workspace: Path, share: float) -> None:
    """Leave a voter out of a list; the rows behind move up by one.

    It is the first list with voters from this share of the inbox on.

    Raises:
        FileNotFoundError: no CSV file and no workbook gave an entry.
    """
    traces = (workspace / "runs").glob("*/trace.json")
    newest = max(traces, key=lambda path: path.stat().st_mtime_ns).parent
    columns = ["source", "sheet", "line"]
    entries = pq.read_table(newest / "entries.parquet", columns=columns)
    paths = sorted((workspace / "inbox").rglob("*"))
    paths = [path for path in paths if path.suffix in {".csv", ".xlsx"}]
    for path in paths[int(share * len(paths)) :]:
        source = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
        own = entries.filter(pc.equal(entries.column("source"), source))
        if own.num_rows:
            # In the order of their ids, so it may stand anywhere in the list.
            row = own.slice(own.num_rows // 2, 1).to_pylist()[0]
            _leave_out(path, row["sheet"], row["line"])
            return
    raise FileNotFoundError(workspace / "inbox")


def _leave_out(path: Path, sheet: str | None, line: int) -> None:
    """Take a line, from 1, out of a CSV file or a sheet of a workbook."""
    if path.suffix == ".csv":
        lines = path.read_bytes().splitlines(keepends=True)
        del lines[line - 1]
        path.write_bytes(b"".join(lines))
        return
    book = openpyxl.load_workbook(path)
    book[sheet].delete_rows(line)
    book.save(path)


def linkage(entries: Path, folder: Path) -> str:
    """The table of ``link`` with all cores and with one (its steps: ``bench/link_steps.py``)."""
    out = folder / "pairs.parquet"
    command = [*PROGRAM, "link", str(entries), "--out", str(out)]
    lines = [HEAD.format("link")]
    lines.append(_row("all cores", run(command)))
    lines.append(_row("one thread", run([*command, "--jobs", "1"])))
    return "\n".join(lines)


if __name__ == "__main__":
    main()
