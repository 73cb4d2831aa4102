"""``link --memory-limit``: the same bytes, nothing left on the disk, and what is too little."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import processes
from command_line import AZ, EN, call
from voterlist.any_table import machine as memory
from voterlist.any_table.machine import available_bytes, bytes_of
from voterlist.processes import threads
from voterlist.synth.generate import generate

MAP = """[columns]
entry_id = "entry_id"
surname = "surname"
given_name = "given_name"
patronymic = "patronymic"
birth_date = "birth_date"
address = "address"
constituency = "constituency"
precinct = "precinct"

[comparisons.sex_written]
column = "sex"
kind = "exact"
"""


@pytest.fixture(autouse=True)
def as_before():
    """The number of threads is the process's own."""
    before = threads.workers()
    yield
    threads.use(before)


@pytest.fixture(scope="module")
def lists(tmp_path_factory):
    """An invented list in the order of no id, its halves, and the same without numbers."""
    folder = tmp_path_factory.mktemp("lists")
    entries = generate(160, constituencies=2, seed=11).entries
    order = pa.array([(row * 7919) % len(entries) for row in range(len(entries))])
    entries = entries.take(order.unique())
    pq.write_table(entries, folder / "list.parquet")
    pq.write_table(entries.slice(0, 100), folder / "one.parquet")
    pq.write_table(entries.slice(80), folder / "other.parquet")
    texts = entries.drop_columns(["entry_id", "fin", "document"])
    texts.to_pandas().to_csv(folder / "list.csv", index=False)
    (folder / "map.toml").write_text(MAP, encoding="utf-8")
    return folder


LONG = pytest.mark.long
ONE_TO_ONE = ("--between", "--one-to-one")


@pytest.mark.parametrize(
    "given",
    [
        ["list.csv", "--profile", "generic"],
        ["list.parquet", "--columns", "map.toml"],
        ["one.parquet", "--against", "other.parquet"],
        pytest.param(["one.parquet", "other.parquet", *ONE_TO_ONE], marks=LONG),
    ],
    ids=" ".join,
)
def test_with_a_limit_the_same_is_written(lists, tmp_path, given, monkeypatch):
    """A list would have other pairs on a smaller machine."""
    monkeypatch.chdir(lists)
    told, written = [], []
    for limit in ([], ["--memory-limit", "2 GiB"]):
        out, clusters = tmp_path / "pairs.parquet", tmp_path / "clusters.parquet"
        found = call(
            "link", *given, "--out", out, "--clusters", clusters, *limit, "--json"
        )
        assert found.exit_code == 0, found.stderr
        told.append(json.loads(found.stdout))
        written.append([out.read_bytes(), clusters.read_bytes()])
        assert {path.name for path in tmp_path.iterdir()} == {out.name, clusters.name}
    assert told[0] == told[1]
    assert told[0]["pairs"] > 0
    assert written[0] == written[1]


def test_a_linkage_that_is_told_to_end_leaves_nothing_on_the_disk(lists, tmp_path):
    """Columns of a list would lie where nobody looks for them."""
    out = tmp_path / "pairs.parquet"
    command = ["link", lists / "list.parquet", "--out", out, "--memory-limit", "2GiB"]
    for number in (signal.SIGTERM, signal.SIGKILL):
        process = processes.Beside(
            [sys.executable, "-m", "voterlist", *command], env=dict(os.environ)
        )
        put_aside = wait_for_files_of(process, tmp_path)
        process.send_signal(number)
        process.communicate(60)
        assert process.returncode != 0
        assert put_aside, "it ended before anything was put aside"
        assert list(tmp_path.iterdir()) == []


def wait_for_files_of(process, folder):
    """Wait until a process has files without a name in a folder; whether it has."""
    open_files = Path(f"/proc/{process.pid}/fd")
    while process.poll() is None:
        for number in list(open_files.iterdir()):
            try:
                target = str(number.readlink())
            except OSError:
                continue
            if target.startswith(str(folder)) and target.endswith("(deleted)"):
                return True
        time.sleep(0.005)
    return False


SMALL_DISK = "100k"


def test_a_full_disk_is_told_and_nothing_is_half_written(lists, small_disk):
    """The command would seem to have failed inside, or leave half a table."""
    out = small_disk / "pairs.parquet"
    found = call(
        *("link", lists / "list.parquet", "--out", out),
        *("--memory-limit", "2GiB", "--json"),
    )
    assert found.exit_code == 5
    assert json.loads(found.stdout)["error"]["code"] == "disk-full"
    assert list(small_disk.iterdir()) == []


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        ("4GiB", 4 << 30),
        ("4 gib", 4 << 30),
        ("1.5GiB", 3 << 29),
        ("500MB", 500_000_000),
        ("512M", 512 << 20),
        ("4000000", 4_000_000),
    ],
)
def test_a_limit_is_read_as_people_write_it(limit, expected):
    """A limit would be a thousandth of what is meant."""
    assert bytes_of(limit) == expected


@pytest.mark.parametrize("limit", ["4 gigs", "", "-1GiB", "GiB", "much"])
def test_a_limit_that_is_no_size_is_refused(lists, tmp_path, limit):
    """The whole of the memory would be taken, or a word of a stack trace be the answer."""
    found = link_with(lists, tmp_path, limit)
    assert found.exit_code == 2
    assert EN("error.memory-limit-unreadable.what") in found.stderr


def test_a_limit_below_what_the_list_needs_is_refused_with_the_need(lists, tmp_path):
    """The machine would be brought to a stand, or the work be for nothing."""
    found = link_with(lists, tmp_path, "100MiB", "--json")
    assert found.exit_code == 2
    error = json.loads(found.stdout)["error"]
    assert error["code"] == "memory-limit-too-small"
    needed = error["what"].split()[-2]
    assert int(needed) > 100
    assert list(tmp_path.iterdir()) == []
    assert link_with(lists, tmp_path, f"{needed}MiB").exit_code == 0


def test_a_folder_that_is_not_there_is_told_before_any_work(lists, tmp_path):
    """Nobody asked for the file that is put aside there, and the work would be for nothing."""
    found = link_with(lists, tmp_path / "gone", "2GiB")
    assert found.exit_code == 2
    assert (tmp_path / "gone").as_posix() in found.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_state_is_not_kept_with_a_limit(lists, tmp_path):
    """Pairs beyond the limit would be held for the state."""
    found = link_with(lists, tmp_path, "2GiB", "--state", tmp_path / "state")
    assert found.exit_code == 2
    assert EN("error.memory-limit-with-state.what") in found.stderr


def link_with(lists, tmp_path, limit, *more):
    """The linkage of the list under a limit."""
    out = tmp_path / "pairs.parquet"
    return call(
        *("link", lists / "list.parquet", "--out", out, "--memory-limit", limit), *more
    )


PEAK = """
import runpy, sys
from pathlib import Path
try:
    runpy.run_module("voterlist", run_name="__main__", alter_sys=True)
finally:
    lines = Path("/proc/self/status").read_text().splitlines()
    Path(PEAK).write_text(next(line for line in lines if "VmHWM" in line))
"""


def test_the_need_that_is_told_is_kept(lists, tmp_path):
    """A limit would be accepted and not kept."""
    whole = lists / "list.parquet"
    command = ["link", whole, "--out", tmp_path / "p.parquet", "--memory-limit", "2GiB"]
    code = PEAK.replace("PEAK", repr(str(tmp_path / "peak")))
    subprocess.run(
        [sys.executable, "-c", code, *map(str, command)],
        capture_output=True,
        check=True,
    )
    peak = int((tmp_path / "peak").read_text().split()[1]) * 1024
    needed = memory.needed_aside([whole])
    assert needed / 3 < peak <= needed


def test_a_list_that_will_not_fit_is_told_before_it_is_read(tmp_path):
    """The machine would swap for hours, and nobody know what to do."""
    available = available_bytes()
    if available is None:
        pytest.skip("the system does not say how much memory there is")
    path = tmp_path / "large.parquet"
    # Rows without a value take no room in the file.
    rows = available // memory.AN_ENTRY + 10_000_000
    at_once = pa.table({"note": pa.nulls(1_000_000, pa.string())})
    with pq.ParquetWriter(path, at_once.schema) as writer:
        for _ in range(rows // len(at_once) + 1):
            writer.write_table(at_once)
    for language, say in (("en", EN), ("az", AZ)):
        found = call("link", path, "--out", tmp_path / "p.parquet", language=language)
        assert found.exit_code == 3
        first, second = say("cli.link.shortage", needed=0, available=1).split("0", 1)
        assert first in found.stderr
        assert second.split("1", 1)[1] in found.stderr
