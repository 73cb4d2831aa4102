"""voterlist, Splink 5 and recordlinkage on the same lists in the same run, measured alike.

    python bench/peers/run.py [--lists NAME ...] [--voters 500000] [--seed 20] [--lists-folder
    FOLDER] [--write]

Each is a process of its own, whose CPU seconds and peak memory are the operating system's count;
each writes scored pairs, and one evaluator (``measure.py``) measures them all. The peers live in
environments of their own under ``bench/peers/.venvs``, made from ``splink.txt`` and
``recordlinkage.txt``. Of Splink every set-up of ``splink_peer.py`` is run, and the one with the
best F1 by the truth is shown against voterlist. ``--write`` puts the tables into
docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent))

from environment import environment  # noqa: E402
from lists import FOREIGN, PeerList, english, synth  # noqa: E402
from measure import Measures, measure  # noqa: E402

import page  # noqa: E402 - it stands beside this folder
from process import Cost, FailedError, run  # noqa: E402

PAGE = HERE.parents[1] / "docs" / "benchmarks.md"
TEMPLATE = HERE / "section.template.md"
LISTS = ("voters", "voters-ids", "febrl1", "febrl2", "febrl3", "febrl4", *FOREIGN)
HEAD = (
    "| list | by | best F1 | F1 at 0.95 | precision | recall | recall at precision 0.99 "
    "| average precision | CPU s | peak MiB |\n"
    "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|"
)


@dataclass(frozen=True, slots=True)
class Row:
    """One run of one linker on one list; ``trouble`` where it gave nothing."""

    title: str
    by: str
    setup: str
    found: Measures | None
    cost: Cost | None
    trouble: str = ""

    def line(self, who: str) -> str:
        """The line of the table."""
        if self.found is None or self.cost is None:
            return f"| {self.title} | {who} | {self.trouble} |" + " |" * 7
        found, cost = self.found, self.cost
        shares = (
            found.best_f1,
            found.f1_at_95,
            found.precision_at_95,
            found.recall_at_95,
            found.recall_at_precision_99,
            found.average_precision,
        )
        measured = " | ".join(f"{share:.3f}" for share in shares)
        spent = f"{cost.cpu:.1f} | {cost.peak:,.0f}"
        return f"| {self.title} | {who} | {measured} | {spent} |"


def scored(path: Path) -> pa.Table:
    """The pairs that ``voterlist link`` wrote, as the evaluator takes them."""
    pairs = pq.read_table(path, columns=["entry_l", "entry_r", "probability", "weight"])
    return pairs.rename_columns(["left", "right", "probability", "score"])


def _row(
    which: PeerList, by: str, setup: str, command: list[str], out: Path, truth: pa.Table
) -> Row:
    try:
        cost = run(command, well=(0, 1) if by.startswith("voterlist") else (0,))
    except FailedError as error:
        return Row(which.title, by, setup, None, None, f"failed: {str(error)[:120]}")
    pairs = scored(out) if by.startswith("voterlist") else pq.read_table(out)
    return Row(which.title, by, setup, measure(pairs, truth), cost)


def _script(name: str) -> str:
    return str(HERE / f"{name}_peer.py")


def voterlist_rows(which: PeerList, folder: Path, truth: pa.Table) -> Iterator[Row]:
    """``voterlist link`` from file to pairs.

    Of a voters' list also the linkage alone, on the rows the peers get.
    """
    out = folder / "voterlist.parquet"
    command = [
        sys.executable,
        "-m",
        "voterlist",
        "link",
        str(which.source),
        "--profile",
        which.profile,
    ]
    command += [
        "--out",
        str(out),
        *(["--columns", str(which.columns)] if which.columns else []),
    ]
    yield _row(which, "voterlist link", "", command, out, truth)
    if which.kind.startswith("voters"):
        run(
            [
                sys.executable,
                _script("voterlist"),
                "normalize",
                str(which.source),
                str(which.rows),
            ]
        )
        command = [
            sys.executable,
            _script("voterlist"),
            "link",
            str(which.rows),
            str(out),
        ]
        yield _row(which, "voterlist, linkage alone", "", command, out, truth)


def splink_rows(
    which: PeerList, folder: Path, truth: pa.Table, python: str
) -> list[Row]:
    """Splink by each of its set-ups, the best F1 first."""
    out = folder / "splink.parquet"
    rows = []
    for setup in described(python, which.kind):
        command = [
            python,
            _script("splink"),
            which.kind,
            setup,
            str(which.rows),
            str(out),
        ]
        rows.append(_row(which, "Splink", setup, command, out, truth))
    return sorted(rows, key=lambda row: -(row.found.best_f1 if row.found else -1.0))


def described(python: str, kind: str) -> dict[str, dict[str, Any]]:
    """Splink's set-ups for a kind of list, by title."""
    said = subprocess.run(
        [python, _script("splink"), "describe", kind],
        check=True,
        capture_output=True,
        text=True,
    )
    made: dict[str, dict[str, Any]] = json.loads(said.stdout)
    return made


def recordlinkage_rows(
    which: PeerList, folder: Path, truth: pa.Table, python: str
) -> Iterator[Row]:
    """ECM on recordlinkage's comparisons."""
    out = folder / "ecm.parquet"
    own = [python, _script("recordlinkage"), which.kind, str(which.rows), str(out)]
    yield _row(which, "recordlinkage ECM", "", own, out, truth)


def chosen_lists(options: argparse.Namespace, folder: Path) -> Iterator[PeerList]:
    """The lists asked for, made or read; one that cannot be had is told and skipped."""
    for name in options.lists:
        if name.startswith("voters"):
            yield synth(
                folder, options.voters, options.seed, identifiers=name == "voters-ids"
            )
            continue
        made = english(name, folder, options.lists_folder)
        if made is None:
            print(
                f"{name}: skipped; it is not shipped, give --lists-folder a folder with {name}.csv",
                file=sys.stderr,
            )
        else:
            yield made


def _rules(rules: list[list[str]]) -> str:
    return "; ".join(" + ".join(f"`{column}`" for column in rule) for rule in rules)


def setup_lines(python: str, best: dict[str, str]) -> list[str]:
    """The rules of each set-up of Splink that was best on a list, as text."""
    lines = []
    for title in sorted(set(best.values())):
        kind, name = title.split("/", 1)
        told = described(python, kind)[name]
        lists = ", ".join(which for which, chosen in best.items() if chosen == title)
        blocking, trained = _rules(told["blocking rules"]), _rules(told["EM over"])
        certain, recall = _rules(told["certain rules"]), told["their recall"]
        lines.append(
            f"* *{kind}: {name}*: on {lists}. Blocking rules: {blocking}. EM over: {trained}. "
            f"Share of matches from {certain} with recall {recall}. "
            f"u from {told['random pairs']:,} random pairs."
        )
    return lines


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--lists",
        nargs="+",
        choices=LISTS,
        default=list(LISTS),
        metavar="NAME",
        help=", ".join(LISTS),
    )
    parser.add_argument("--voters", type=int, default=500_000)
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument(
        "--lists-folder",
        type=Path,
        help=f"folder with {', '.join(f'{name}.csv' for name in FOREIGN)}",
    )
    parser.add_argument(
        "--write", action="store_true", help="write the tables into docs/benchmarks.md"
    )
    return parser.parse_args(arguments)


def write(tables: dict[str, list[str]], seed: int) -> None:
    """Puts the tables into the page, by the template of its part."""
    text = TEMPLATE.read_text(encoding="utf-8")
    where = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    for key, value in {**tables, "machine": [where], "seed": [str(seed)]}.items():
        text = text.replace(f"{{{key}}}", "\n".join(value))
    PAGE.write_text(
        page.with_part(PAGE.read_text(encoding="utf-8"), "peers", text),
        encoding="utf-8",
    )


def size(which: PeerList, rows: list[Row]) -> str:
    """How long a list is, and how many pairs of it are one person."""
    true_pairs = next((row.found.true_pairs for row in rows if row.found), 0)
    return f"* {which.title}: {which.entries:,} entries, {true_pairs:,} true pairs"


def main() -> None:
    """Measures every list, prints the table, and writes it where asked."""
    options = parse()
    splink, ecm = environment("splink"), environment("recordlinkage")
    tables: dict[str, list[str]] = {"table": [HEAD], "sizes": []}
    tried = [HEAD]
    best: dict[str, str] = {}
    print(HEAD)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for which in chosen_lists(options, folder):
            truth = pq.read_table(which.truth)
            ours = list(voterlist_rows(which, folder, truth))
            ranked = splink_rows(which, folder, truth, splink)
            shown = [*ours, ranked[0], *recordlinkage_rows(which, folder, truth, ecm)]
            lines = [
                row.line("Splink 5.0.0" if row is ranked[0] else row.by)
                for row in shown
            ]
            print("\n".join(lines), flush=True)
            tables["table"] += lines
            tables["sizes"].append(size(which, shown))
            tried += [row.line(row.setup) for row in ranked]
            best[which.title] = f"{which.kind}/{ranked[0].setup}"
    setups = ["", "Every set-up of Splink:", "", *tried, *setup_lines(splink, best)]
    print("\n".join(["", *tables["sizes"], *setups]))
    if options.write:
        write(tables, options.seed)


if __name__ == "__main__":
    main()
