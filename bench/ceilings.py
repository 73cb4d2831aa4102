"""Where the room lies on the lists of ``blind_lists.py``: what no better model of a kind can pass.

    python bench/ceilings.py [--of CHECKOUT] [--kinds KIND ...] [--scale 1.0] [--seed 907] [--write]

Trees that the truth taught (scikit-learn's gradient boosting) say how probable each candidate pair
is: pairs whose left entry is of one half of the people are judged by the trees of the other half.

levels    trees on the comparison vectors of the engine: no weights can do much better
values    and how alike the two values of each column are, how many entries have a value that both
          have, and how many of the two lack one: no comparison of two entries can
others    and what the other pairs of the two entries say: no look at pairs alone can

Of each stand there the best F1, and F1 at 0.95, as those of the engine stand in the table of
``blind.py``. ``--write`` puts them below it in docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from rapidfuzz.distance import JaroWinkler
from sklearn.ensemble import HistGradientBoostingClassifier

import blind
import blind_lists
import page
from voterlist.arrays import Bools, Floats, Longs
from voterlist.link.fit import Evaluation, evaluate, is_one_person

KINDS = ("customers", "voters-age", "voters-year", "parish", "staff")
PERHAPS = 1e-5
"""Pairs below are left out: of 100,000 one is one person."""
LIKELY = 0.3
"""From here on a pair supports others."""
HEAD = "| list | levels | values | others |\n|---|--:|--:|--:|"
TOLD = """\
Best F1/F1 at 0.95 of trees taught by the truth (`bench/ceilings.py --write`): on the *levels* of
the engine, with the *values* of all columns, with the *other* pairs of both entries."""


def ceilings(checkout: Path, kind: str, csv: Path, truth: pa.Table) -> str:
    """The line of the table of one list."""
    pairs, _ = blind.linked(checkout, kind, [csv])
    pairs = pairs.filter(pairs.column("probability").to_numpy() >= PERHAPS)
    rows = pd.read_csv(csv, dtype=str).fillna("").set_index("id")
    ends = [
        rows.index.get_indexer(pairs.column(end).to_pandas())
        for end in ("entry_l", "entry_r")
    ]
    is_same = is_one_person(pairs, truth)
    person = truth.column("person_id").combine_chunks().dictionary_encode().indices
    half = person.to_numpy()[ends[0]] % 2
    own = pairs.column("probability").to_numpy()
    levels = _levels(pairs)
    values = np.column_stack([levels, _values(rows, *ends)])
    others = np.column_stack([values, _others(len(rows), *ends, own)])
    found = [
        _evaluated(pairs, _told(table, is_same, half), truth)
        for table in (levels, values, others)
    ]
    cells = [f"{each.best_f1:.3f}/{each.f1:.3f}" for each in found]
    return f"| {' | '.join([kind, *cells])} |"


def _evaluated(pairs: pa.Table, told: Floats, truth: pa.Table) -> Evaluation:
    """The measures of the pairs, were each as probable as is told here."""
    ends = pairs.select(["entry_l", "entry_r"])
    table = ends.append_column("probability", pa.array(told))
    return evaluate(table.append_column("weight", pa.array(told)), truth)


def _told(table: Floats, is_same: Bools, half: Longs) -> Floats:
    """P(one person) of each pair by the trees of the other half."""
    told = np.zeros(len(table))
    for number in (0, 1):
        trees = HistGradientBoostingClassifier(
            max_iter=120, min_samples_leaf=10, l2_regularization=1.0, random_state=0
        )
        taught = half != number
        trees.fit(table[taught], is_same[taught])
        told[~taught] = trees.predict_proba(table[~taught])[:, 1]
    return told


def _levels(pairs: pa.Table) -> Floats:
    """The levels, each a flag, the term frequency and the weight."""
    names = [name for name in pairs.column_names if name.endswith("_level")]
    flags = pd.get_dummies(pairs.select(names).to_pandas().astype(str), dtype=float)
    numbers = pairs.select(["term_frequency", "weight"]).to_pandas()
    return np.column_stack([flags, numbers])


def _values(rows: pd.DataFrame, left: Longs, right: Longs) -> Floats:
    """Of each column how alike its two values are, and how many lack one or have what both have."""
    columns = []
    for column in rows.columns:
        texts = rows[column].str.casefold()
        counts = texts.map(texts.value_counts()).to_numpy(float)
        one, other = texts.to_numpy()[left], texts.to_numpy()[right]
        blanks = (one == "").astype(int) + (other == "")
        alike = [
            JaroWinkler.similarity(first, second)
            for first, second in zip(one, other, strict=True)
        ]
        numbers = [pd.to_numeric(pd.Series(side), "coerce") for side in (one, other)]
        columns += [
            np.where(blanks > 0, np.nan, alike),
            np.where(one == other, counts[left], np.nan),
            blanks,
            np.abs(numbers[0] - numbers[1]),
        ]
    # Trees take no column that has no number at all.
    return np.nan_to_num(np.column_stack(columns), nan=-1.0)


def _others(entries: int, left: Longs, right: Longs, own: Floats) -> Floats:
    """What the other pairs of its two entries say of a pair."""
    from scipy.sparse import coo_array  # noqa: PLC0415  slow to load

    both = (np.r_[left, right], np.r_[right, left])
    shape = (entries, entries)
    likely = own * (own >= LIKELY)
    graph = coo_array((np.r_[likely, likely], both), shape=shape).tocsr()
    partners = np.asarray(graph.sum(axis=1)).ravel()
    together = np.asarray(graph[left].multiply(graph[right]).sum(axis=1)).ravel()
    best = np.zeros(entries)
    np.maximum.at(best, both[0], np.r_[own, own])
    sides = [best[left] - own, best[right] - own, partners[left], partners[right]]
    return np.column_stack([together, *sides])


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    help_of = "another checkout, with its .venv"
    parser.add_argument("--of", type=Path, default=blind.HERE, help=help_of)
    parser.add_argument("--kinds", nargs="+", default=list(KINDS))
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=907)
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    options = parser.parse_args()
    lines = [HEAD]
    print(HEAD)
    with tempfile.TemporaryDirectory() as folder:
        for kind in options.kinds:
            lists = blind_lists.write(Path(folder), kind, options.scale, options.seed)
            truth = pq.read_table(Path(folder) / f"{kind}-truth.parquet")
            lines.append(ceilings(options.of, kind, lists[0], truth))
            print(lines[-1], flush=True)
    if options.write:
        written = blind.HERE / "docs" / "benchmarks.md"
        before = written.read_text(encoding="utf-8")
        text = "\n\n".join((TOLD, "\n".join(lines)))
        written.write_text(page.with_part(before, "ceilings", text), encoding="utf-8")


if __name__ == "__main__":
    main()
