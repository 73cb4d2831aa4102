"""This checkout, or another one, on the lists of ``blind_lists.py``.

    python bench/blind.py [--of CHECKOUT] [--kinds KIND ...] [--scale 1.0] [--seed 1] [--write]

Each list is linked by the command line with nothing but its files. Every candidate pair stays in
the table, so that the pairs that no key brings can be counted. Of each list stands there: F1 at its
best and at 0.95; precision and recall at 0.95; candidate recall; what the engine said of itself
(precision and recall, with the interval that it gave, or its doubts); and the false pairs at 0.95
for 100,000 entries, by who the two people are to each other. ``--write`` puts the table into
docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

import blind_lists
import page
from voterlist.link.fit import Evaluation, evaluate

HERE = Path(__file__).resolve().parent.parent
GOOD = (0, 1)
"""The exit codes of a linkage that was made."""
ALL_PAIRS = "[link]\nkept_probability = 0.0\n"
HEAD = (
    "| list | best F1 | F1 | precision | recall | candidate recall"
    " | twins, namesakes, relatives, colleagues, unrelated | it says |\n"
    "|---|--:|--:|--:|--:|--:|--:|---|"
)
TOLD = """\
Made by `bench/blind.py --write`, seed {seed}: invented lists (`bench/blind_lists.py`), linked with
nothing but the file; other seeds were looked at while the engine was made. *It says* has ! where
the truth lies outside, or the doubts for which nothing is expected."""
KINDS_OF_PEOPLE = ("twins", "namesakes", "relatives", "colleagues", "unrelated")


@dataclass(frozen=True, slots=True)
class Measured:
    """What an engine found in a list, and what it said of that."""

    found: Evaluation
    candidate_recall: float
    false_pairs: dict[str, float]
    """For 100,000 entries, by ``KINDS_OF_PEOPLE``."""
    said: dict[str, object]

    def row(self, kind: str) -> str:
        """The line of the table."""
        found = self.found
        shares = (found.best_f1, found.f1, found.precision, found.recall)
        measured = " | ".join(
            f"{share:.4f}" for share in (*shares, self.candidate_recall)
        )
        false = " ".join(f"{self.false_pairs[who]:.0f}" for who in KINDS_OF_PEOPLE)
        true = {
            "precision": found.precision,
            "recall": found.recall,
            "blocking_loss": 1 - self.candidate_recall,
        }
        said = "; ".join(_told(self.said, true))
        return f"| {kind} | {measured} | {false} | {said} |"


def _told(said: dict[str, object], true: dict[str, float]) -> Iterator[str]:
    """The estimate and the doubts of the JSON of ``link``, in short; ! where the truth is outside.

    Earlier versions do not tell what blocking loses.
    """
    if said["with_map"]:
        yield "with a map"
    estimate = said["estimate"]
    for name in true if isinstance(estimate, dict) else ():
        if name in estimate:
            low, high = estimate[f"{name}_low"], estimate[f"{name}_high"]
            mark = "" if low <= true[name] <= high else "!"
            yield f"{mark}{name} {estimate[name]:.4f} ({low:.4f}-{high:.4f})"
    for doubt in said["doubts"]:
        yield f"{doubt['code']} {doubt['share']:.2f}"


def linked(
    checkout: Path, kind: str, files: list[Path]
) -> tuple[pa.Table, dict[str, object]]:
    """PAIR of every candidate by the engine of a checkout, and the JSON of its ``link``."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Path(folder) / "voterlist.toml"
        settings.write_text(ALL_PAIRS, encoding="utf-8")
        out = Path(folder) / "pairs.parquet"
        command = [str(checkout / ".venv/bin/python"), "-m", "voterlist", "link"]
        command += [*map(str, files), "--settings", str(settings), "--out", str(out)]
        command += ["--json", *(["--between"] if kind == "two-counts" else [])]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        with_map = done.returncode not in GOOD and kind in blind_lists.MAPS
        if with_map:
            columns = Path(folder) / "columns.toml"
            columns.write_text(blind_lists.MAPS[kind], encoding="utf-8")
            command += ["--columns", str(columns)]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode not in GOOD:
            sys.exit(f"{checkout} {kind}: {done.stderr}")
        pairs = pq.read_table(out)
    return pairs, json.loads(done.stdout) | {"with_map": with_map}


def measure(checkout: Path, kind: str, files: list[Path], truth_path: Path) -> Measured:
    """What the engine of a checkout finds in the files."""
    pairs, said = linked(checkout, kind, files)
    truth = pq.read_table(truth_path)
    known = truth.to_pandas().set_index("entry_id")
    left, right = (
        known.loc[pairs.column(end).to_pandas()].reset_index(drop=True)
        for end in ("entry_l", "entry_r")
    )
    found = evaluate(pairs, truth)
    same = (left["person_id"] == right["person_id"]).to_numpy()
    is_wrong = (pairs.column("probability").to_numpy() >= found.threshold) & ~same
    false = _by_people(left[is_wrong], right[is_wrong])
    return Measured(
        found,
        float(same.sum()) / max(found.true_pairs, 1),
        {who: count * 1e5 / truth.num_rows for who, count in false.items()},
        said,
    )


def _by_people(left: pd.DataFrame, right: pd.DataFrame) -> dict[str, int]:
    """How many of these pairs of two people are of each kind; the first kind that holds counts."""
    conditions = [
        (left["twins"] == right["twins"]) & (left["twins"] >= 0),
        (left["name"] == right["name"]) & (left["family"] != right["family"]),
        left["family"] == right["family"],
        (left["group"] == right["group"]) & (left["group"] != ""),
    ]
    kind = np.select(conditions, range(4), 4)
    counts = np.bincount(kind, minlength=5).tolist()
    return dict(zip(KINDS_OF_PEOPLE, counts, strict=True))


def main() -> None:
    """Links each list and prints the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    help_of = "another checkout, with its .venv"
    parser.add_argument("--of", type=Path, default=HERE, help=help_of)
    parser.add_argument("--kinds", nargs="+", default=list(blind_lists.KINDS))
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    options = parser.parse_args()
    rows = [HEAD]
    print(HEAD)
    with tempfile.TemporaryDirectory() as folder:
        for kind in options.kinds:
            files = blind_lists.write(Path(folder), kind, options.scale, options.seed)
            truth = Path(folder) / f"{kind}-truth.parquet"
            rows.append(measure(options.of, kind, files, truth).row(kind))
            print(rows[-1], flush=True)
    if options.write:
        written = HERE / "docs" / "benchmarks.md"
        before = written.read_text(encoding="utf-8")
        text = "\n\n".join((TOLD.format(seed=options.seed), "\n".join(rows)))
        written.write_text(page.with_part(before, "kinds", text), encoding="utf-8")


if __name__ == "__main__":
    main()
