"""The waterfall of a pair: it adds up, it tells twins from repetitions, and the command shows it."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

from linkage_lists import crowd
from test_link import among_others
from voterlist.io import store
from voterlist.link import link
from voterlist.link.explain import compared_in, explain, read_model


@pytest.fixture(scope="module")
def linkage():
    """A crowd with one person entered twice (p0, p1) and a twin (p2)."""
    return link(among_others({}, {}, {"given": "rashad"}))


def row_of(linkage, one, other):
    return next(row for row in linkage.pairs.to_pylist() if (row["entry_l"], row["entry_r"]) == (one, other))


def test_the_steps_sum_to_the_weight_of_every_pair(linkage):
    """Bits of the fields, of rarity and of the rivals are the weight in the table; the classes sum to one."""
    model = read_model(linkage.pairs.schema.metadata)
    for row in linkage.pairs.to_pylist():
        found = explain(compared_in(row), model)
        assert np.isclose(sum(step.bits for step in found.steps) + found.rarity + found.rivals, row["weight"])
        assert np.isclose(found.posterior["same"], row["probability"])
        assert np.isclose(sum(found.posterior.values()), 1)
        assert found.rivals <= 1e-9


def test_a_missing_value_says_nothing(linkage):
    """A comparison in which a value is unknown has no bits."""
    model = read_model(linkage.pairs.schema.metadata)
    steps = explain(compared_in(row_of(linkage, "p0", "p1")), model).steps
    assert {step.bits for step in steps if step.level == "missing"} == {0.0}


def test_twins_take_back_what_the_shared_fields_say(linkage):
    """For a twin the other given name speaks against, and the twins' own class takes many bits back."""
    model = read_model(linkage.pairs.schema.metadata)
    found = explain(compared_in(row_of(linkage, "p0", "p2")), model)
    assert next(step.bits for step in found.steps if step.field == "given_name") < 0
    assert found.rivals < -10
    assert found.posterior["twins"] > 0.5


def run(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "voterlist", "explain", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_shows_a_pair_in_either_order(linkage, tmp_path):
    """Words for people, one object with ``--json``; the order of the two ids does not matter."""
    path = tmp_path / "pairs.parquet"
    store.write_table(path, linkage.pairs)
    shown = run(path, "p1", "p0")
    assert shown.returncode == 0
    assert "weight of" in shown.stdout
    found = json.loads(run(path, "p0", "p1", "--json").stdout)
    assert found["posterior"]["same"] > 0.95


def test_what_cannot_be_explained_is_said(linkage, tmp_path):
    """A pair that is not there is wrong usage; a table without its model is an input that cannot be read."""
    path = tmp_path / "pairs.parquet"
    store.write_table(path, linkage.pairs)
    assert run(path, "p0", "nobody").returncode == 2
    store.write_table(path, linkage.pairs.replace_schema_metadata(None))
    assert run(path, "p0", "p1").returncode == 3
    assert "Traceback" not in run(tmp_path / "none.parquet", "p0", "p1").stderr


def test_a_crowd_without_pairs_keeps_its_model():
    """Even a table without rows names the model it would have been weighed by."""
    assert read_model(link(crowd(1)).pairs.schema.metadata) is not None
