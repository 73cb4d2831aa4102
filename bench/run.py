"""Right and fast in one table: precision, recall, F1, CPU seconds and peak memory of one run.

    python bench/run.py [--voters 10000 100000 1000000] [--seed 1] [--write]

Each list is linked by the command ``voterlist link`` in a process of its own, whose CPU seconds and
peak memory are the operating system's count; the pairs of that same run are then measured against
the truth. The last columns are recordlinkage's ECM on the same candidate pairs, for the lists on
which it takes seconds. ``--write`` puts the tables into docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import recordlinkage

import febrl
import page
from process import run
from voterlist.ingest.generic import parse_map, table_intake
from voterlist.link.fit import Evaluation, evaluate
from voterlist.link.recordlinkage import features
from voterlist.model import Profile
from voterlist.normalize.stage import normalize
from voterlist.synth.generate import generate
from voterlist.synth.plan import default_constituencies

ROOT = Path(__file__).resolve().parents[1]
BASELINE_UP_TO = 150_000
"""Entries; recordlinkage's classifier takes minutes on longer lists."""


@dataclass(frozen=True)
class Measured:
    """One list, linked once."""

    name: str
    entries: int
    evaluation: Evaluation
    cpu_seconds: float
    peak_mib: float
    baseline_f1: float | None

    def row(self) -> str:
        """The line of the table."""
        found = self.evaluation
        ecm = f"{self.baseline_f1:.3f}" if self.baseline_f1 is not None else "not run"
        shares = (
            found.precision,
            found.recall,
            found.f1,
            found.best_f1,
            found.average_precision,
            found.recall_at_precision_99,
        )
        measured = " | ".join(f"{share:.3f}" for share in shares)
        sizes = f"{self.entries:,} | {found.true_pairs:,}"
        spent = f"{self.cpu_seconds:.1f} | {self.peak_mib:,.0f}"
        return f"| {self.name} | {sizes} | {measured} | {spent} | {ecm} |"


HEAD = (
    "| list | entries | true pairs | precision | recall | F1 | best F1 | average precision "
    "| recall at precision 0.99 | CPU s | peak MiB | best F1 of ECM |\n"
    "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
)


def run_link(arguments: list[str]) -> tuple[float, float]:
    """CPU seconds (user and system) and peak MiB of one ``voterlist link``."""
    cost = run([sys.executable, "-m", "voterlist", "link", *arguments], well=(0, 1))
    return cost.cpu, cost.peak


def baseline(table: pd.DataFrame) -> pd.Series:
    """P(match) of each pair by recordlinkage's ECM: two classes, no frequencies, no labels.

    The comparisons are cut at 0.7 to yes or no, which is what its model takes. A column that never
    varies tells nothing and is left out.
    """
    binary = (table >= 0.7).astype(int)
    binary = binary.loc[:, (binary != binary.iloc[0]).any()]
    classifier = recordlinkage.ECMClassifier()
    # Its naive Bayes takes the logarithm of zero shares on purpose: no warnings of it.
    with np.errstate(divide="ignore", invalid="ignore"):
        classifier.fit(binary)
        return pd.Series(classifier.prob(binary), index=table.index, name="probability")


def ecm(
    list_table: pa.Table,
    columns: dict[str, str | list[str]] | None,
    truth: pa.Table,
    profile: Profile,
) -> float:
    """The best F1 of recordlinkage's ECM on the candidate pairs of the list."""
    voters = normalize(table_intake(list_table, columns).entries, profile).table
    probability = baseline(features(voters, profile=profile))
    pairs = pa.table(
        {
            "entry_l": pa.array(probability.index.get_level_values(0), pa.string()),
            "entry_r": pa.array(probability.index.get_level_values(1), pa.string()),
            "weight": probability.to_numpy(),
            "probability": probability.to_numpy(),
        }
    )
    return evaluate(pairs, truth).best_f1


def measure_synth(
    voters: int, seed: int, folder: Path, *, identifiers: bool
) -> Measured:
    """An invented list, with or without FIN and document."""
    made = generate(voters, constituencies=default_constituencies(voters), seed=seed)
    entries = (
        made.entries if identifiers else made.entries.drop_columns(["fin", "document"])
    )
    path, out = folder / "list.parquet", folder / "pairs.parquet"
    pq.write_table(entries, path)
    cpu, peak = run_link([str(path), "--out", str(out)])
    name = f"synth {voters:,}, {'with' if identifiers else 'no'} identifiers"
    small = entries.num_rows <= BASELINE_UP_TO
    columns: dict[str, str | list[str]] = {
        name: name for name in entries.column_names if name != "list_kind"
    }
    other = ecm(entries, columns, made.truth, Profile.AZ) if small else None
    return Measured(
        name,
        entries.num_rows,
        evaluate(pq.read_table(out), made.truth),
        cpu,
        peak,
        other,
    )


def measure_febrl(number: int, folder: Path) -> Measured:
    """A FEBRL list without its social security number."""
    path, column_map, truth_path = febrl.write(folder, number)
    out = folder / "pairs.parquet"
    cpu, peak = run_link(
        [
            str(path),
            "--columns",
            str(column_map),
            "--profile",
            "generic",
            "--out",
            str(out),
        ]
    )
    truth = pq.read_table(truth_path)
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    columns = parse_map(febrl.MAP)
    other = ecm(
        pa.Table.from_pandas(table, preserve_index=False),
        columns,
        truth,
        Profile.GENERIC,
    )
    return Measured(
        f"FEBRL {number}",
        len(table),
        evaluate(pq.read_table(out), truth),
        cpu,
        peak,
        other,
    )


def main() -> None:
    """Measures every list and prints the table."""
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0] if __doc__ else ""
    )
    parser.add_argument(
        "--voters", type=int, nargs="*", default=[10_000, 100_000, 1_000_000]
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    options = parser.parse_args()
    lines = [HEAD]
    print(HEAD)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        jobs = [(measure_febrl, (number, folder), {}) for number in (1, 2, 3, 4)]
        jobs += [
            (
                measure_synth,
                (voters, options.seed, folder),
                {"identifiers": identifiers},
            )
            for voters in options.voters
            for identifiers in (False, True)
        ]
        for job, arguments, named in jobs:
            lines.append(job(*arguments, **named).row())
            print(lines[-1], flush=True)
    if options.write:
        where = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
        template = (ROOT / "bench" / "benchmarks.template.md").read_text(
            encoding="utf-8"
        )
        text = (
            template.replace("{table}", "\n".join(lines))
            .replace("{machine}", where)
            .replace("{seed}", str(options.seed))
        )
        written = ROOT / "docs" / "benchmarks.md"
        # The parts that other scripts make stay as they are.
        before = written.read_text(encoding="utf-8") if written.exists() else ""
        for name in (
            "ladder",
            "kinds",
            "ceilings",
            "find",
            "fairness",
            "nights",
            "peers",
        ):
            text = page.with_part(text, name, page.part(before, name))
        written.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
