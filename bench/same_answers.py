"""Whether two checkouts of the program give the same answers, table by table and value by value.

    python bench/same_answers.py OLD NEW [--voters 100000] [--seeds 1 2 3]
        [--renamed found_by=match_key] [--reworded match_key:given=given_name]

``OLD`` and ``NEW`` are the roots of two checkouts. Both run the sample, for each seed an invented
list of several constituencies from its files and the same list with and without identifiers by
``link``, and the four lists of FEBRL. ``--renamed`` says which columns have another name since,
``--reworded`` which words in the values of a column are others. Printed is one line for each table:
equal, or which columns differ in how many rows.
The exit code is 1 where anything differs.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

import febrl

SAMPLE = "data/samples/goychay"
TODAY = "2026-02-03"
FEBRL_LISTS = (1, 2, 3, 4)
NOT_COMPARED = ("runs", "reports", "compared", "ledger*", ".lock*")
"""What an earlier run left in the sample."""


@dataclass(frozen=True)
class Changes:
    """What is named otherwise in the new checkout, and is no difference."""

    columns: dict[str, str]
    """The new name of a column by the old one."""
    words: dict[str, dict[str, str]]
    """For each column of text, by its new name, the new word by the old one."""


def main() -> int:
    """Run both checkouts and print what differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    parser.add_argument("--voters", type=int, default=100_000)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--renamed", nargs="*", default=[], metavar="OLD=NEW")
    parser.add_argument("--reworded", nargs="*", default=[], metavar="COLUMN:OLD=NEW")
    given = parser.parse_args()
    changes = Changes(_new_by_old(given.renamed), _words_by_column(given.reworded))
    with tempfile.TemporaryDirectory() as folder:
        inputs = Path(folder) / "inputs"
        _make_inputs(given.old, inputs)
        for seed in given.seeds:
            _invent(given.old, inputs / f"invented-{seed}", given.voters, seed)
        made = [
            _answers(root, inputs, Path(folder) / name) for root, name in _named(given)
        ]
        differences = list(_differences(*made, changes))
    for line in differences:
        print(line)
    return int(any("equal" not in line for line in differences))


def _new_by_old(pairs: list[str]) -> dict[str, str]:
    return dict(pair.split("=") for pair in pairs)


def _words_by_column(changed: list[str]) -> dict[str, dict[str, str]]:
    words: dict[str, dict[str, str]] = {}
    for one in changed:
        column, _, pair = one.partition(":")
        words.setdefault(column, {}).update(_new_by_old([pair]))
    return words


def _named(given: argparse.Namespace) -> list[tuple[Path, str]]:
    return [(given.old.resolve(), "old"), (given.new.resolve(), "new")]


def _make_inputs(root: Path, inputs: Path) -> None:
    """The lists that both checkouts get and that are not invented."""
    inputs.mkdir(parents=True)
    shutil.copytree(
        root / SAMPLE, inputs / "sample", ignore=shutil.ignore_patterns(*NOT_COMPARED)
    )
    for number in FEBRL_LISTS:
        folder = inputs / f"febrl{number}"
        folder.mkdir()
        febrl.write(folder, number)


def _invent(root: Path, folder: Path, voters: int, seed: int) -> None:
    """A workspace of three constituencies; beside it its entries with and without identifiers."""
    options = ["--voters", voters, "--seed", seed, "--constituencies", 3]
    _voterlist(root, "synth", folder, *options, "--files", "--registers")
    entries = pq.read_table(folder / "entries.parquet")
    known = [name for name in ("fin", "document") if name in entries.column_names]
    pq.write_table(entries.drop_columns(known), f"{folder}-without-ids.parquet")
    pq.write_table(entries, f"{folder}-with-ids.parquet")


def _answers(root: Path, inputs: Path, folder: Path) -> Path:
    """The folder of all tables that a checkout makes of the inputs."""
    for given in (inputs / "sample", *sorted(inputs.glob("invented-*/"))):
        name = given.name
        workspace = folder / "workspaces" / name
        shutil.copytree(given, workspace)
        _voterlist(root, "run", workspace, "--today", TODAY)
        (run,) = (workspace / "runs").glob("*/")
        shutil.copytree(
            run, folder / "tables" / name, ignore=shutil.ignore_patterns("*.json")
        )
    for source in sorted(inputs.glob("*.parquet")):
        _link(root, source, folder / "tables" / source.name)
    for number in FEBRL_LISTS:
        (source, *options) = _febrl_options(inputs / f"febrl{number}")
        _link(root, source, folder / "tables" / f"febrl{number}.parquet", *options)
    return folder / "tables"


def _febrl_options(folder: Path) -> list[object]:
    """The list in a folder that ``febrl.write`` filled, and the options that say what it is."""
    (source,) = folder.glob("*.csv")
    (columns,) = folder.glob("*.toml")
    return [source, "--columns", columns, "--profile", "generic"]


def _link(root: Path, source: object, out: Path, *options: object) -> None:
    _voterlist(root, "link", source, "--out", out, *options)


def _voterlist(root: Path, *arguments: object) -> None:
    """Run a command of a checkout. The exit code 1 says that something needs a person."""
    command = [sys.executable, "-m", "voterlist", *map(str, arguments)]
    environment = os.environ | {"PYTHONPATH": str(root / "src"), "VOTERLIST_LANG": "en"}
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode > 1:
        sys.exit(f"{' '.join(command)}\n{done.stderr}")


def _differences(old: Path, new: Path, changes: Changes) -> Iterator[str]:
    """One line a table."""
    names = sorted(
        {path.relative_to(top) for top in (old, new) for path in top.rglob("*.parquet")}
    )
    for name in names:
        if not (old / name).exists() or not (new / name).exists():
            yield f"{name}: only in {'new' if (new / name).exists() else 'old'}"
            continue
        before = _with_new_words(_plain(old / name, changes.columns), changes.words)
        yield f"{name}: {_difference(before, _plain(new / name, {}))}"


def _plain(path: Path, renamed: dict[str, str]) -> pa.Table:
    """A table with words as text: which codes stand for them is no answer."""
    table = pq.read_table(path)
    names = [renamed.get(name, name) for name in table.column_names]
    columns = [_words(column) for column in table.columns]
    return pa.table(dict(zip(names, columns, strict=True)))


def _with_new_words(table: pa.Table, words: dict[str, dict[str, str]]) -> pa.Table:
    """The table with the words of some columns as the new checkout has them."""
    for name in set(words) & set(table.column_names):
        column = table.column(name)
        for old, new in words[name].items():
            column = pc.replace_substring_regex(column, rf"\b{re.escape(old)}\b", new)
        table = table.set_column(table.column_names.index(name), name, column)
    return table


def _words(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if not pa.types.is_dictionary(column.type):
        return column
    return column.cast(column.type.value_type)


def _difference(old: pa.Table, new: pa.Table) -> str:
    """What differs between two tables of one name."""
    if old.num_rows != new.num_rows:
        return f"{old.num_rows} rows in old, {new.num_rows} in new"
    found = [
        f"{name} only in {'old' if name in old.column_names else 'new'}"
        for name in sorted(set(old.column_names) ^ set(new.column_names))
    ]
    both = [name for name in old.column_names if name in new.column_names]
    counts = {name: _unequal(old.column(name), new.column(name)) for name in both}
    found += [
        f"{name} differs in {count} rows" for name, count in counts.items() if count
    ]
    return "; ".join(found) or f"equal, {old.num_rows} rows"


def _unequal(old: pa.ChunkedArray, new: pa.ChunkedArray) -> int:
    """In how many rows two columns differ; two nulls are alike, and so are two not-a-numbers."""
    if old.equals(new):
        return 0
    if old.type != new.type:
        return len(old)
    return sum(
        one != other and not (one != one and other != other)  # noqa: PLR0124  not a number
        for one, other in zip(old.to_pylist(), new.to_pylist(), strict=True)
    )


if __name__ == "__main__":
    sys.exit(main())
