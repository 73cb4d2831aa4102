"""A nation's spring in small, stopped in the middle; and whether its oracle sees what is wrong."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "campaign"))

import nation_days  # noqa: E402  the folder is no package
import nation_lists  # noqa: E402
import nation_oracle  # noqa: E402
import nation_spring  # noqa: E402
import record  # noqa: E402
from nation import Size, Spring  # noqa: E402
from nation_desk import Confirmed  # noqa: E402

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(
        sys.platform != "linux", reason="it looks at processes as Linux has them"
    ),
]
SIZE = Size(constituencies=2, voters_each=80, days=2, seed=1, analysts=2)
PATIENCE = 900


def command(folder):
    """The words that play the spring."""
    size = ("--constituencies", SIZE.constituencies, "--days", SIZE.days)
    words = (*size, "--voters-each", SIZE.voters_each, "--analysts", SIZE.analysts)
    script = ROOT / "campaign" / "nation_spring.py"
    return [sys.executable, *map(str, (script, *words, "--folder", folder))]


def kill_at(folder, step):
    """Play until a step was done, and kill it as if the last one had not been written down."""
    steps = nation_spring.folder_of(folder, SIZE) / "steps.jsonl"
    playing = subprocess.Popen(command(folder), start_new_session=True)
    until = time.monotonic() + PATIENCE
    try:
        while step not in {one["step"] for one in record.lines(steps)}:
            assert playing.poll() is None, "it ended before"
            assert time.monotonic() < until
            time.sleep(0.02)
    finally:
        os.killpg(playing.pid, signal.SIGKILL)
        playing.wait()
    done = steps.read_text(encoding="utf-8").splitlines(keepends=True)
    steps.write_text("".join(done[:-1]), encoding="utf-8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The folder of a spring that was killed on its first day, and went on to its end."""
    folder = tmp_path_factory.mktemp("nation")
    kill_at(folder, "1 1 receive")
    done = subprocess.run(
        command(folder), capture_output=True, text=True, check=False, timeout=1800
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture
def spring(folder, tmp_path):
    """The same spring elsewhere, to be spoilt."""
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    return Spring(nation_spring.folder_of(copy, SIZE), SIZE)


def held_in(spring):
    """What was handed over last, in the folder of this copy."""
    return {
        number: nation_oracle.Held(
            spring.folder / "packages" / one.package.name,
            one.folder,
            spring.of(number) / "runs" / one.run.name,
        )
        for number, one in nation_days.held(spring, SIZE.days).items()
    }


def night_of(spring):
    """The folder of the last night."""
    told = dict(spring.steps())["last night"]
    return spring.centre / "runs" / Path(told["folder"]).name


def test_nothing_is_lost_in_a_small_spring_that_was_killed(folder):
    """A nation's spring would lose a voter or a decision, and nobody would know on which day."""
    page = (folder / "nation_spring.md").read_text(encoding="utf-8")
    assert "2 of 2 days; the last night equals a run from the beginning" in page
    assert "Nothing was found wrong." in page
    assert "replayed" in page
    spring = Spring(nation_spring.folder_of(folder, SIZE), SIZE)
    days = [spring.told(day) for day in (1, 2)]
    assert all(one["handed in"] and one["confirmed"] for one in days)
    assert days[0]["returned"]
    assert all(one["megabytes"] > 50 for one in days)


def test_nothing_is_wrong_in_the_copy_that_the_next_tests_spoil(spring):
    """They would find what is wrong with the copy, not what they spoilt."""
    held = held_in(spring)
    assert list(nation_oracle.above(spring.centre, night_of(spring), held)) == []
    for number, one in held.items():
        assert list(nation_oracle.below(spring.of(number), one, number)) == []


def test_a_voter_who_is_lost_below_is_seen(spring):
    """The file has a voter whom the run does not have."""
    path = next((spring.of(1) / "inbox" / "1").glob("*.csv"))
    entries = spring.of(1) / "runs" / held_in(spring)[1].run.name / "entries.parquet"
    table = pq.read_table(entries)
    line = max(nation_lists.voters_of(path))
    is_it = [
        (row["source"], row["line"]) == (nation_lists.digest(path), line)
        for row in table.to_pylist()
    ]
    pq.write_table(table.filter([not one for one in is_it]), entries)
    found = list(nation_oracle.below(spring.of(1), held_in(spring)[1], 1))
    assert any("lines of files and entries: 1 are lost" in one for one in found)


def test_a_voter_who_is_lost_above_is_seen(spring):
    """The package has a voter whom the central commission does not have."""
    path = night_of(spring) / "entries.parquet"
    table = pq.read_table(path)
    pq.write_table(table.slice(1), path)
    found = list(nation_oracle.above(spring.centre, path.parent, held_in(spring)))
    assert any("records and entries: 1 are lost" in one for one in found)
    assert any("balance" in one for one in found)


def test_a_list_of_last_week_is_seen(spring):
    """The lists of a package that was superseded stand in the list."""
    held = held_in(spring)
    first = spring.folder / "packages" / "001-01.zip"
    older = {**held, 1: nation_oracle.Held(first, held[1].folder, held[1].run)}
    assert held[1].package != first
    assert list(nation_oracle.above(spring.centre, night_of(spring), older))


def test_a_decision_that_is_lost_is_seen(spring):
    """A person was told that their decision is recorded, and it is not."""
    confirmed = list(spring.confirmations)
    night = night_of(spring)
    assert list(nation_oracle.decisions(spring.centre, night, confirmed)) == []
    lost = Confirmed(confirmed[0].case, confirmed[0].by, "never", "2026-02-02")
    found = list(nation_oracle.decisions(spring.centre, night, [*confirmed, lost]))
    assert found == [f"a decision of {lost.by} about case {lost.case} is lost"]
