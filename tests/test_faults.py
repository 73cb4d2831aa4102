"""Faults planted in invented lists: the register tests find every one, and hardly anything else."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from test_check import NOT_BY_CHANCE
from voterlist.any_table.evaluating import evaluate_faults
from voterlist.catalogue import catalogue
from voterlist.check import check
from voterlist.check.rules import RULES
from voterlist.cli import APP
from voterlist.config.sections import CheckSettings, IngestSettings, Settings
from voterlist.ingest import ingest
from voterlist.normalize.columns import RULES as NORMALIZE_RULES
from voterlist.normalize.stage import normalize
from voterlist.pipeline.reconciling import read_given_streets
from voterlist.readers import read_folder
from voterlist.schemas import FAULT, FINDING, TRUTH
from voterlist.synth.generate import generate
from voterlist.synth.write import Also, write
from voterlist.tables import concat, from_columns

ON_DAY = dt.date(2026, 1, 10)
NOT_PLANTED: dict[str, str] = {
    "date-order-month-first": (
        "a list that has the month first has it in all its dates: no fault among good dates"
    ),
    "date-order-day-second": "as a list that has the month first",
    "full-name-unsure": (
        "needs the whole name in one cell, where no other fault of a name could be told from it"
    ),
}
"""Rules of the normaliser of which no fault is planted, and why.

The register tests say it in ``test_check``.
"""
BOUNDS = {"entry": 0.001, "dwelling": 0.001, "precinct": 0.05, "file": 0.05}
"""The share of clean places of a unit that a test may accuse."""


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """(FAULT, FINDING).

    The faults in the files of 36 precincts of two constituencies, and what is found in them.
    """
    folder = tmp_path_factory.mktemp("faults")
    write(folder, voters=36_000, constituencies=2, seed=5, files=True, also=Also.FAULTS)
    settings = IngestSettings()
    intake = ingest(
        read_folder(folder / "inbox", settings), settings, constituency=None
    )
    streets = read_given_streets([folder / "reference" / "streets.csv"], Settings())
    outcome = normalize(intake.entries)
    found = check(
        outcome.table,
        intake.entries,
        intake.lists,
        CheckSettings(),
        on_day=ON_DAY,
        streets=streets.streets,
    )
    findings = concat([outcome.findings, streets.findings, found], FINDING)
    return pq.read_table(folder / "faults.parquet"), findings


@pytest.mark.long
def test_every_planted_fault_is_found(planted):
    """Of each kind of fault that is planted, each one is found."""
    faults, found = planted
    scores = evaluate_faults(found, faults)
    assert {
        one.rule: one.planted - one.found for one in scores if one.planted != one.found
    } == {}
    assert all(one.planted for one in scores)


@pytest.mark.long
def test_every_rule_has_its_fault(planted):
    """A rule without a planted fault would never be measured."""
    faults, _ = planted
    rules = set(pc.unique(faults.column("rule").cast(pa.string())).to_pylist())
    asked = {rule.code for rule in (*RULES, *NORMALIZE_RULES)}
    assert asked - rules == NOT_PLANTED.keys() | NOT_BY_CHANCE.keys()
    assert rules - asked == {"street-row-unused"}
    assert {rule.code for rule in RULES} - NOT_BY_CHANCE.keys() <= rules


@pytest.mark.long
def test_false_alarms_stay_below_their_bounds(planted):
    """Entry tests accuse fewer than one clean entry in a thousand.

    Precinct tests at most one clean precinct in 20.
    """
    faults, found = planted
    units = {rule.code: rule.unit.value for rule in (*RULES, *NORMALIZE_RULES)}
    judged = [
        one for one in evaluate_faults(found, faults) if units.get(one.rule) in BOUNDS
    ]
    assert len(judged) > 50
    for one in judged:
        assert one.false_rate < BOUNDS[units[one.rule]], one


def test_the_command_counts_what_the_functions_count(tmp_path: Path):
    """``check --streets`` and ``evaluate --faults`` would count otherwise."""
    write(tmp_path, voters=5_000, constituencies=1, seed=3, also=Also.FAULTS)
    lists, found = (
        map(str, sorted((tmp_path / "inbox").rglob("*.csv"))),
        str(tmp_path / "found.parquet"),
    )
    told = run(
        "check",
        *lists,
        "--streets",
        str(tmp_path / "streets.csv"),
        "--out",
        found,
        "--json",
        "--today",
        "2026-01-10",
    )
    use = told["streets"]
    assert (
        use["total"]
        == use["judged"]
        + use["no-street"]
        + use["no-such-street"]
        + use["precinct-not-in-register"]
    )
    assert use["judged"] > 0.9 * use["total"]
    assert use["outside"] >= 3
    tests = {
        one["rule"]: one
        for one in run(
            "evaluate", "--faults", found, str(tmp_path / "faults.parquet"), "--json"
        )["tests"]
    }
    outside = tests["address-outside-precinct"]
    assert (outside["planted"], outside["found"]) == (3, 3)


def test_a_register_of_streets_that_cannot_be_read_stops_the_check(tmp_path: Path):
    """A file that is no register would give an empty answer, as if all were in order."""
    (tmp_path / "list.csv").write_text(
        "precinct,surname,given name\n1,Əliyev,Elnur\n", encoding="utf-8"
    )
    (tmp_path / "none.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    call = CliRunner().invoke(
        APP,
        [
            "check",
            str(tmp_path / "list.csv"),
            "--streets",
            str(tmp_path / "none.csv"),
            "--json",
        ],
    )
    told = json.loads(call.stdout)
    assert told["error"]["code"] == "no-street-columns"
    assert "none.csv" in told["error"]["where"]


def test_a_register_of_other_precincts_is_said_to_be_of_no_use(tmp_path: Path):
    """Where no address could be held against the register, it is said what to look at.

    Where some could, it is not.
    """
    head, row = (
        "constituency,precinct,surname,given name,birth date,address",
        "88,1,Əliyev,Elnur,01.02.1980,Nizami küç. 3",
    )
    (tmp_path / "list.csv").write_text(f"{head}\n{row}\n", encoding="utf-8")
    for precinct, is_said in ((2, True), (1, False)):
        (tmp_path / "streets.csv").write_text(
            f"constituency,precinct,street,houses\n88,{precinct},Nizami küç.,1-9\n",
            encoding="utf-8",
        )
        call = CliRunner().invoke(
            APP,
            [
                "check",
                str(tmp_path / "list.csv"),
                "--streets",
                str(tmp_path / "streets.csv"),
            ],
        )
        assert (catalogue("en")("cli.check.streets-unused") in call.stdout) == is_said


def run(*arguments: str):
    """What a command says as JSON."""
    call = CliRunner().invoke(APP, list(arguments))
    assert call.exit_code == 0, call.stderr
    return json.loads(call.stdout)


def test_a_score_is_counted_by_hand():
    """Two faults of entries, one found by its other entry.

    One of a place, found; two alarms, of which one is false.
    """
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
    scores = {
        one.rule: (one.planted, one.found, one.false_alarms, one.of)
        for one in evaluate_faults(findings, faults)
    }
    assert scores == {"a": (2, 1, 1, 7), "b": (1, 1, 1, 3)}
    assert evaluate_faults(FINDING.empty_table(), faults)[0].found == 0
    assert evaluate_faults(findings, FAULT.empty_table()) == ()


def test_faults_change_no_list_without_them():
    """Planting must not move the dice, and the same seed must plant the same."""
    plain, again = (generate(2_000, constituencies=2, seed=7) for _ in range(2))
    assert plain.faults is None
    assert plain.entries.equals(again.entries)
    faulty, twice = (
        generate(2_000, constituencies=2, seed=7, faults=True) for _ in range(2)
    )
    assert faulty.entries.equals(twice.entries)
    assert faulty.streets.equals(twice.streets)
    assert faulty.faults.equals(twice.faults)
    assert not faulty.entries.equals(plain.entries)


@pytest.mark.parametrize("voters", [0, 1, 40])
def test_there_may_be_nothing_to_plant_in(voters):
    """Lists too short for a fault of each kind get those that fit."""
    made = generate(voters, constituencies=1, seed=2, faults=True)
    assert made.faults.schema == FAULT
    assert (
        made.entries.num_rows
        == made.truth.num_rows
        == pc.sum(made.lists.column("entries")).as_py()
    )


def test_faults_of_files_have_the_ids_of_a_run(tmp_path: Path):
    """Where precinct files are written, the truth names entries as a run does."""
    made = write(tmp_path, voters=600, seed=3, files=True, also=Also.FAULTS)
    entries = pq.read_table(tmp_path / "entries.parquet")
    faults = pq.read_table(tmp_path / "faults.parquet")
    assert tmp_path / "faults.parquet" in made.paths
    named = faults.column("entry_id").drop_null()
    assert len(named)
    assert pc.all(pc.is_in(named, value_set=entries.column("entry_id"))).as_py()
    assert pq.read_table(tmp_path / "truth.parquet").schema.names == TRUTH.names
