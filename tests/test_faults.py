"""Faults planted in invented lists: the register tests find every one, and hardly anything else."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from voterlist.check import RULES, check
from voterlist.check.faults import evaluate_faults
from voterlist.config import CheckSettings
from voterlist.ingest import table_intake
from voterlist.io.readers import text_table
from voterlist.normalize import RULES as NORMALIZE_RULES
from voterlist.normalize import normalize
from voterlist.schemas import FAULT, FINDING, TRUTH
from voterlist.synth import generate, write
from voterlist.tables import concat, from_columns

ON_DAY = dt.date(2026, 1, 10)
NOT_PLANTED = {
    # Where the lists as files are asked about, not their entries.
    "precinct-in-two-lists",
}
AT_SCALE = {"name-misspelt", "precinct-too-large"}
"""Planted only in lists so long, or precincts so large, that a test of seconds has none."""


@pytest.fixture(scope="module")
def planted():
    """Faults in 15,000 entries of 100 small precincts of four constituencies, and what the tests find."""
    made = generate(15_000, constituencies=4, seed=5, precinct_size=150, faults=True)
    intake = table_intake(text_table(made.entries))
    outcome = normalize(intake.entries)
    found = check(outcome.table, intake.entries, intake.lists, CheckSettings(), on_day=ON_DAY)
    return made, concat([outcome.findings, found], FINDING)


def test_every_planted_fault_is_found(planted):
    """Of each kind of fault that is planted, each one is found."""
    made, found = planted
    scores = evaluate_faults(found, made.faults)
    assert {one.rule: one.planted - one.found for one in scores if one.planted != one.found} == {}
    assert all(one.planted for one in scores)


def test_every_test_has_its_fault(planted):
    """Each rule of the register tests is planted here, or stands among those that need more."""
    made, _ = planted
    rules = set(pc.unique(made.faults.column("rule").cast(pa.string())).to_pylist())
    assert {rule.code for rule in RULES} - rules - {"address-outside-precinct"} == NOT_PLANTED | AT_SCALE
    assert rules <= {rule.code for rule in (*RULES, *NORMALIZE_RULES)}


def test_false_alarms_stay_below_their_bounds(planted):
    """Entry tests accuse fewer than one clean entry in a thousand; precinct tests at most one clean precinct in 20."""
    made, found = planted
    units = {rule.code: rule.unit.value for rule in RULES} | {rule.code: rule.unit.value for rule in NORMALIZE_RULES}
    for one in evaluate_faults(found, made.faults):
        bound = {"entry": 0.001, "precinct": 0.05}.get(units[one.rule])
        if bound is not None:
            assert one.false_rate < bound, one


def test_a_score_is_counted_by_hand():
    """Two faults of entries, one found by its other entry; one of a place, found; two alarms, of which one is false."""
    faults = from_columns(
        {
            "fault": [1, 1, 2, 3],
            "rule": ["a", "a", "a", "b"],
            "unit": ["entry", "entry", "entry", "precinct"],
            "constituency": [1, 1, 1, 1],
            "precinct": [1, 2, 3, None],
            "entry_id": ["x", "y", "z", None],
            "of": [10, 10, 10, 4],
        },
        FAULT,
    )
    findings = from_columns(
        {
            "rule": ["a", "a", "b", "b", "c"],
            "severity": ["note"] * 5,
            "unit": ["entry"] * 5,
            "constituency": [1, 1, 1, 1, 1],
            "precinct": [2, 3, None, 2, 1],
            "entry_id": ["w", "v", None, None, "x"],
            "other_entry_id": ["y", None, None, None, None],
        },
        FINDING,
    )
    scores = {one.rule: (one.planted, one.found, one.false_alarms, one.of) for one in evaluate_faults(findings, faults)}
    assert scores == {"a": (2, 1, 1, 7), "b": (1, 1, 1, 3)}
    assert evaluate_faults(FINDING.empty_table(), faults)[0].found == 0
    assert evaluate_faults(findings, FAULT.empty_table()) == ()


def test_faults_change_no_list_without_them():
    """The lists drawn without faults are what they were, and with them the same seed plants the same."""
    plain, again = (generate(2_000, constituencies=2, seed=7) for _ in range(2))
    assert plain.faults is None
    assert plain.entries.equals(again.entries)
    faulty, twice = (generate(2_000, constituencies=2, seed=7, faults=True) for _ in range(2))
    assert faulty.entries.equals(twice.entries)
    assert faulty.faults.equals(twice.faults)
    assert not faulty.entries.equals(plain.entries)


@pytest.mark.parametrize("voters", [0, 1, 40])
def test_there_may_be_nothing_to_plant_in(voters):
    """Lists too short for a fault of each kind get those that fit."""
    made = generate(voters, constituencies=1, seed=2, faults=True)
    assert made.faults.schema == FAULT
    assert made.entries.num_rows == made.truth.num_rows == pc.sum(made.lists.column("entries")).as_py()


def test_faults_of_files_have_the_ids_of_a_run(tmp_path: Path):
    """Where precinct files are written, the truth names entries as a run does."""
    made = write(tmp_path, voters=600, seed=3, files=True, faults=True)
    entries = pq.read_table(tmp_path / "entries.parquet")
    faults = pq.read_table(tmp_path / "faults.parquet")
    assert tmp_path / "faults.parquet" in made.paths
    named = faults.column("entry_id").drop_null()
    assert len(named)
    assert pc.all(pc.is_in(named, value_set=entries.column("entry_id"))).as_py()
    assert pq.read_table(tmp_path / "truth.parquet").schema.names == TRUTH.names
