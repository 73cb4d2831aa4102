"""A linkage on a cluster that is disturbed: it ends with the same bytes, or says what to do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from voterlist.synth.generate import generate

SOURCES = Path(__file__).parents[2] / "src"
ENTRIES = 12_000
PATIENCE = 600
COMMAND = [sys.executable, "-m", "voterlist", "link"]
FULL_DISK = 'mount -t tmpfs -o size=3m tmpfs "$1" && shift && exec "$@"'
"""A disk of three megabytes, seen by this process alone and by those that it starts."""


@pytest.fixture(scope="module")
def listed(tmp_path_factory):
    """A list in three files of Parquet."""
    folder = tmp_path_factory.mktemp("listed")
    entries = generate(ENTRIES, constituencies=1, seed=7).entries
    for number in range(3):
        part = entries.slice(number * ENTRIES // 3, ENTRIES // 3)
        pq.write_table(part, folder / f"list-{number}.parquet")
    return folder


@pytest.fixture(scope="module")
def expected(listed, tmp_path_factory):
    """The pairs and clusters of the local engine."""
    folder = tmp_path_factory.mktemp("local")
    files = sorted(listed.glob("*.parquet"))
    code, told = ended(start(files, folder, "--profile", "az"))
    assert code == 0, told
    return written(folder)


def command(files, folder, *words):
    """The command that links these files; what it writes goes into the folder."""
    out = [folder / "pairs.parquet", "--clusters", folder / "clusters.parquet"]
    return list(map(str, [*COMMAND, *files, "--out", *out, *words, "--json"]))


def start(files, folder, *words):
    """Start it in a group of its own, so that its Java ends with it."""
    return subprocess.Popen(
        command(files, folder, *words),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(SOURCES)},
        start_new_session=True,
    )


def written(folder):
    return [pq.read_table(folder / f"{name}.parquet") for name in ("pairs", "clusters")]


def on(running):
    return ("--engine", "spark", "--master", running.url)


def wait_for_a_step(running, process):
    """Wait until both workers keep what a step made."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        keeping = {path.parents[1] for path in running.scratch.rglob("rdd_*")}
        if len(keeping) > 1:
            return
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    raise TimeoutError("no step was begun")


def ended(process):
    """The exit code, and what the command told in JSON."""
    out, error = process.communicate(timeout=PATIENCE)
    assert b"Traceback" not in error
    return process.returncode, json.loads(out)


def test_a_worker_that_is_killed_changes_nothing(
    standalone, listed, expected, tmp_path
):
    """A machine of a cluster fails every day."""
    running = start([listed], tmp_path, *on(standalone))
    wait_for_a_step(standalone, running)
    standalone.kill_worker()
    standalone.add_worker()
    code, told = ended(running)
    assert code == 0, told
    assert all(map(pa.Table.equals, written(tmp_path), expected))


def test_a_full_disk_is_told_and_nothing_is_written(listed, tmp_path):
    """Spark tells it on the third page of a trace of Java."""
    work = tmp_path / "disk"
    work.mkdir()
    out = tmp_path / "out"
    out.mkdir()
    words = ("--engine", "spark", "--master", "local[1]")
    rights = [] if os.getuid() == 0 else ["--user", "--map-root-user"]
    disk = ["unshare", *rights, "--mount", "sh", "-c", FULL_DISK, "sh", str(work)]
    done = subprocess.run(
        [*disk, *command([listed], out, *words)],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(SOURCES), "SPARK_LOCAL_DIRS": str(work)},
        timeout=PATIENCE,
    )
    told = json.loads(done.stdout)
    assert (told["error"]["code"], done.returncode) == ("disk-full", 5)
    assert b"Traceback" not in done.stderr
    assert list(out.iterdir()) == []


def test_two_equal_ids_are_told(listed, tmp_path):
    """A pair of two entries of one id would be a pair of one."""
    first = pq.read_table(listed / "list-0.parquet")
    pq.write_table(pa.concat_tables([first, first.slice(7, 1)]), tmp_path / "a.parquet")
    words = ("--engine", "spark", "--master", "local[2]")
    code, told = ended(start([tmp_path / "a.parquet"], tmp_path, *words))
    assert (told["error"]["code"], code) == ("spark-equal-ids", 2)
    assert not (tmp_path / "pairs.parquet").exists()
