"""Registers and lists of other cycles that ``synth`` writes: what is planted in them is found."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import workspaces
from voterlist.model import Stage
from voterlist.synth.registers import USABLE_DEATHS
from voterlist.synth.write import Also, write

VOTERS = 1_500


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """A workspace with registers, run up to the review.

    Its folder, and a reader of the run's tables.
    """
    folder = tmp_path_factory.mktemp("registers") / "2026"
    write(folder, voters=VOTERS, seed=5, also=Also.REGISTERS)
    result = workspaces.run(folder, until=Stage.REVIEW)
    return folder, lambda name: pq.read_table(
        result.folder / f"{name}.parquet"
    ).to_pylist()


def contents(folder: Path) -> dict[str, str]:
    files = (
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "runs" not in path.parts
    )
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(
            path.read_bytes()
        ).hexdigest()
        for path in files
    }


def test_everything_planted_is_found(planted):
    """A person planted in a register or cycle would not be noticed under the planted rule."""
    folder, table = planted
    rows = {row["entry_id"]: row["fin"] for row in table("register_rows")}
    last = {row["fin"] for row in table("register_rows")}
    found = {
        (row["rule"], name)
        for row in table("findings")
        for name in (row["entry_id"], rows.get(row["other_entry_id"]))
    }
    changes = {
        (f"{row['change']}:{row['cause']}", row["entry_id"])
        for row in table("cycle_changes")
    }
    recorded = Counter(
        f"{row['change']}:{row['cause']}" for row in table("cycle_changes")
    )
    missed = Counter()
    for row in pq.read_table(folder / "planted.parquet").to_pylist():
        code, who = row["planted"], row["entry_id"] or row["fin"]
        if code == "removed:recorded":
            assert who in last
        elif (code, who) not in found | changes:
            missed[code] += 1
    assert recorded["removed:recorded"] == 6
    assert missed == {}


def test_what_is_found_was_planted(planted):
    """No unchanged entry is taken for dead, gone, serving, detained, abroad or renamed."""
    folder, table = planted
    wanted = Counter(
        row["planted"] for row in pq.read_table(folder / "planted.parquet").to_pylist()
    )
    found = Counter(row["rule"] for row in table("findings"))
    for code in wanted:
        if ":" not in code:
            assert found[code] == wanted[code], code
    assert found["register-identity-conflict"] == 0


def test_the_register_of_deaths_is_usable_as_far_as_it_says(planted):
    """45 in 100 rows can be used, which is said, and noticed, before anything is matched."""
    _, table = planted
    use = {
        row["measure"]: row["rows"]
        for row in table("register_use")
        if row["register"] == "deaths"
    }
    assert use["usable"] == pytest.approx(USABLE_DEATHS * use["total"], abs=1)
    assert [
        row["field"]
        for row in table("findings")
        if row["rule"] == "register-little-usable"
    ] == ["deaths"]


def test_the_protocol_has_its_two_faults(planted):
    """The precinct whose line 1 is wrong, and the one whose voters are not those of the list."""
    _, table = planted
    rows = [
        row
        for row in table("findings")
        if row["unit"] == "precinct" and row["rule"].startswith("protocol")
    ]
    assert [
        (row["rule"], row["precinct"], row["value"] - row["limit"]) for row in rows
    ] == [
        ("protocol-does-not-add-up", 1, 10.0),
        ("protocol-list-differs", 2, -3.0),
    ]


def test_registers_change_nothing_else_and_the_same_seed_gives_the_same(
    planted, tmp_path
):
    """Lists and truth are byte for byte as without registers.

    A second writing gives the same files.
    """
    folder, _ = planted
    write(tmp_path / "plain", voters=VOTERS, seed=5)
    write(tmp_path / "again", voters=VOTERS, seed=5, also=Also.REGISTERS)
    plain, again = contents(tmp_path / "plain"), contents(tmp_path / "again")
    del plain["reference/deaths.csv"]
    assert plain.items() <= again.items()
    own = contents(folder)
    assert all(own[name] == digest for name, digest in again.items())
