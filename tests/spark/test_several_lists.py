"""Several lists on a cluster: pairs of two lists, a list held against others, what keys cost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from voterlist.synth.generate import generate

SOURCES = Path(__file__).parents[2] / "src"
ENTRIES = 24_000
ON_SPARK = ("--engine", "spark", "--master", "local[2]")
_MAP = """[columns]
entry_id = "entry_id"
surname = "surname"
given_name = "given_name"
patronymic = "patronymic"
birth_date = "birth_date"
[comparisons.street]
column = "address"
kind = "text"
"""


@pytest.fixture(scope="module")
def lists(tmp_path_factory):
    """Three lists of one size, whose ids stand between each other's."""
    folder = tmp_path_factory.mktemp("lists")
    entries = generate(ENTRIES, constituencies=1, seed=11).entries
    for number in range(3):
        rows = pa.array(range(number, ENTRIES, 3))
        pq.write_table(entries.take(rows), folder / f"{number}.parquet")
    return [folder / f"{number}.parquet" for number in range(3)]


def link(*words):
    """What the command tells in JSON."""
    done = subprocess.run(
        [sys.executable, "-m", "voterlist", "link", *map(str, words), "--json"],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(SOURCES)},
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("own", "others"),
    [
        (3, ("--between",)),
        (2, ("--between", "--one-to-one")),
        (1, ("--against",)),
    ],
    ids=["between", "one-to-one", "against"],
)
def test_several_lists_are_linked_as_on_one_machine(lists, tmp_path, own, others):
    """Pairs inside a list would be put forward, or be missing from what chance would give.

    One of them compares a column of its own too.
    """
    files, words = lists[:own], list(others)
    if "--against" in others:
        columns = tmp_path / "map.toml"
        columns.write_text(_MAP, encoding="utf-8")
        words += [lists[1], "--against", lists[2], "--columns", columns]
    told, tables = [], []
    for engine in ((), ON_SPARK):
        out, clusters = (
            tmp_path / f"{name}-{len(engine)}.parquet" for name in ("pairs", "clusters")
        )
        told.append(link(*files, *words, *engine, "--out", out, "--clusters", clusters))
        tables.append([pq.read_table(path) for path in (out, clusters)])
    here, there = told
    assert here["pairs"] > 100
    assert ("street_level" in tables[0][0].column_names) == ("--against" in others)
    for pairs_or_clusters in zip(*tables, strict=True):
        assert pa.Table.equals(*pairs_or_clusters, check_metadata=True)
    paths = ("out", "clusters")
    assert {name: here[name] for name in here if name not in paths} == {
        name: there[name] for name in there if name not in paths
    }


def test_what_keys_would_cost_is_told_as_on_one_machine(lists):
    """Nobody would know before a night of a cluster that a key makes billions of pairs."""
    here, there = (
        link(*lists, "--between", "--plan", *engine) for engine in ((), ON_SPARK)
    )
    assert here["pairs"] > 0
    assert here == there
