"""Whether of the pairs of probability 0.8 eight in ten are one person: over lists with truth.

    python bench/calibration.py [--lists FOLDER] [--people 2000] [--seed 1]

links the FEBRL lists, the lists of ``bench/other_lists.py``, and of ``--lists`` those that are
there (``RLdata500.csv``, ``RLdata10000.csv``, ``fake_1000.csv``) with ``voterlist link --profile
generic``. One table has the measures of each list. The others, over the public lists and over the
invented ones, have the pairs in each band of probability, which share of them is expected to be one
person, which is, and the standard error of that share if each probability is right.
"""

from __future__ import annotations

import argparse
import itertools
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE / "peers"))

import lists  # noqa: E402 - it stands in the folder beside

import other_lists  # noqa: E402
from process import run  # noqa: E402
from voterlist.link.fit import Evaluation, evaluate, is_one_person  # noqa: E402

BANDS = (0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.95, 0.99, 1.0)
ENGLISH = ("febrl1", "febrl2", "febrl3", "febrl4", *lists.FOREIGN)
HEAD = (
    "| list | entries | true pairs | precision | recall | F1 | best F1 |\n"
    "|---|--:|--:|--:|--:|--:|--:|"
)
BAND_HEAD = (
    "| probability | pairs | expected | right | standard error |\n|---|--:|--:|--:|--:|"
)


@dataclass(frozen=True, slots=True)
class Linked:
    """A list that was linked."""

    name: str
    entries: int
    evaluation: Evaluation
    probability: np.ndarray
    is_right: np.ndarray

    def row(self) -> str:
        """The line of the table of lists."""
        found = self.evaluation
        shares = (found.precision, found.recall, found.f1, found.best_f1)
        measured = " | ".join(f"{share:.4f}" for share in shares)
        return f"| {self.name} | {self.entries:,} | {found.true_pairs:,} | {measured} |"


def _sources(
    folder: Path, lists_folder: Path | None, people: int, seed: int
) -> Iterator[tuple[str, Path, Path, Path]]:
    """Of each list its name and the paths of its rows, its map and its truth."""
    for name in ENGLISH:
        english = lists.english(name, folder, lists_folder)
        if english is None:
            print(f"{name}: not in --lists, left out", file=sys.stderr)
        elif english.columns is not None:
            yield english.title, english.source, english.columns, english.truth
    for kind in other_lists.KINDS:
        yield kind, *other_lists.write(folder, kind, people, seed)


def _linked(name: str, rows: Path, columns: Path, truth: pa.Table) -> Linked:
    out = rows.with_suffix(".pairs.parquet")
    arguments = ["link", str(rows), "--columns", str(columns), "--profile", "generic"]
    run([sys.executable, "-m", "voterlist", *arguments, "--out", str(out)], well=(0, 1))
    pairs = pq.read_table(out)
    return Linked(
        name,
        truth.num_rows,
        evaluate(pairs, truth),
        pairs.column("probability").to_numpy(),
        is_one_person(pairs, truth),
    )


def _bands(linked: list[Linked]) -> Iterator[str]:
    probability = np.concatenate([one.probability for one in linked])
    is_right = np.concatenate([one.is_right for one in linked])
    band = np.digitize(probability, BANDS[:-1]) - 1
    for number, (least, most) in enumerate(itertools.pairwise(BANDS)):
        inside = band == number
        pairs = int(inside.sum())
        if not pairs:
            continue
        expected, right = probability[inside].mean(), is_right[inside].mean()
        error = np.sqrt((probability[inside] * (1 - probability[inside])).sum()) / pairs
        yield (
            f"| {least:g} to {most:g} | {pairs:,} | {expected:.3f} | {right:.3f} "
            f"| {error:.3f} |"
        )


def main() -> None:
    """Links every list and prints both tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument(
        "--lists", type=Path, help="a folder with the lists not shipped"
    )
    parser.add_argument("--people", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    linked = []
    print(HEAD)
    with tempfile.TemporaryDirectory() as name:
        sources = _sources(Path(name), options.lists, options.people, options.seed)
        for title, rows, columns, truth in sources:
            linked.append(_linked(title, rows, columns, pq.read_table(truth)))
            print(linked[-1].row(), flush=True)
    for title, chosen in (
        ("Public lists", [one for one in linked if one.name not in other_lists.KINDS]),
        ("Invented lists", [one for one in linked if one.name in other_lists.KINDS]),
    ):
        print(f"\n{title}\n\n{BAND_HEAD}")
        for line in _bands(chosen):
            print(line)


if __name__ == "__main__":
    main()
