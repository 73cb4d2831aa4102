"""The work folder of a linkage on a cluster, and what its tasks tell. Neither needs Spark."""

from __future__ import annotations

import errno
import gc
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from test_store import HOLD
from voterlist.errors import StageError, UsageError, WorkspaceBusyError
from voterlist.spark import reading
from voterlist.spark.exchange import (
    Kept,
    Parcel,
    batch_of,
    kept_in,
    packed,
    parcels_of,
    unpacked,
)
from voterlist.spark.failures import in_task, in_words, told
from voterlist.spark.reading import Piece, stamp_of
from voterlist.spark.session import _program
from voterlist.spark.work import open_work

NOW = "2026-02-03 04:05"
JOB = {"inputs": "1", "settings": "2", "program": "3"}


def written(path, content=b"rows"):
    """A step as Spark leaves it."""
    folder = Path(path)
    folder.mkdir()
    (folder / "part-0.parquet").write_bytes(content)
    kept = folder.with_suffix(".kept")
    kept.mkdir()
    (kept / "large").write_bytes(content)
    (folder / "_SUCCESS").touch()


def refused_at(folder, job=None):
    """The refusal of a folder."""
    with (
        pytest.raises(UsageError) as refused,
        open_work(folder, job or JOB, since=NOW),
    ):
        pass
    return refused.value


def test_a_step_is_done_once(tmp_path):
    """A job that goes on would do all of it again."""
    times = []

    def write(path):
        times.append(path)
        written(path)

    for _ in range(2):
        with open_work(tmp_path / "work", JOB, since=NOW) as work:
            assert work.step("pairs", write) == str(tmp_path / "work" / "pairs")
            assert work.is_done("pairs")
    assert len(times) == 1


def test_half_a_step_is_done_anew(tmp_path):
    """A job killed in a step would go on with some of the pairs."""

    def fail(path):
        written(path, b"half")
        raise KeyboardInterrupt

    with open_work(tmp_path / "work", JOB, since=NOW) as work:
        with pytest.raises(KeyboardInterrupt):
            work.step("pairs", fail)
        assert not work.is_done("pairs")
    with open_work(tmp_path / "work", JOB, since=NOW) as work:
        path = Path(work.step("pairs", written))
        assert (path / "part-0.parquet").read_bytes() == b"rows"


@pytest.mark.parametrize(
    "harm",
    [
        lambda step: (step / "part-0.parquet").unlink(),
        lambda step: (step / "part-0.parquet").write_bytes(b"less"[:2]),
        lambda step: (step / "part-1.parquet").write_bytes(b"more"),
        lambda step: step.with_suffix(".whole").write_text("{", encoding="utf-8"),
        lambda step: (step.with_suffix(".kept") / "large").unlink(),
        lambda step: (step.with_suffix(".kept") / "large").write_bytes(b"less"[:2]),
    ],
)
def test_a_step_that_was_changed_is_done_anew(tmp_path, harm):
    """Somebody who makes room on the disk would take pairs away."""
    with open_work(tmp_path / "work", JOB, since=NOW) as work:
        step = Path(work.step("pairs", written))
        harm(step)
        assert not work.is_done("pairs")
        work.step("pairs", written)
        assert [path.name for path in step.glob("*.parquet")] == ["part-0.parquet"]


def test_in_a_folder_that_was_moved_a_step_is_done_anew(tmp_path):
    """It says where its large rows stood, and they are not there any more."""
    with open_work(tmp_path / "work", JOB, since=NOW) as work:
        work.step("pairs", written)
    (tmp_path / "work").rename(tmp_path / "moved")
    with open_work(tmp_path / "moved", JOB, since=NOW) as work:
        assert not work.is_done("pairs")
        work.step("pairs", written)
        assert work.is_done("pairs")


@pytest.mark.parametrize("name", JOB)
def test_the_work_of_another_job_is_refused_and_left(tmp_path, name):
    """Pairs of one list would be told of another."""
    with open_work(tmp_path, JOB, since=NOW) as work:
        work.step("pairs", written)
    before = sorted(tmp_path.rglob("*"))
    refused = refused_at(tmp_path, {**JOB, name: "other"})
    assert (refused.code, refused.exit_code) == ("work-of-another-job", 2)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_folder_of_something_else_is_refused_and_left(tmp_path):
    """The user's own files would lie between ours, and be deleted with them."""
    (tmp_path / "letter.txt").touch()
    assert refused_at(tmp_path).code == "work-not-ours"
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]
    assert refused_at(tmp_path / "letter.txt").code == "not-a-folder"


def test_two_jobs_do_not_share_a_folder(tmp_path):
    """Each would remove the other's steps."""
    holding = subprocess.Popen(
        [sys.executable, "-c", HOLD, tmp_path], stdout=subprocess.PIPE
    )
    try:
        assert holding.stdout is not None
        holding.stdout.readline()
        with (
            pytest.raises(WorkspaceBusyError) as busy,
            open_work(tmp_path, JOB, since=NOW),
        ):
            pass
        assert busy.value.code.startswith("work-busy")
    finally:
        holding.kill()
        holding.communicate()
    with open_work(tmp_path, JOB, since=NOW):
        pass


def test_a_folder_of_another_machine_is_refused(tmp_path):
    """Each executor would write to a disk of its own, and the driver would see nothing of it."""
    with open_work(tmp_path / "work", JOB, since=NOW) as work:
        with pytest.raises(UsageError) as refused:
            work.step("pairs", lambda path: Path(path).mkdir())
        assert refused.value.code == "work-not-shared"
        assert not work.is_done("pairs")


# Large rows


def parcel_of(number, size):
    """A parcel with so many numbers."""
    table = pa.table({"value": np.arange(size)})
    return Parcel(number, "part", number, size, packed({"values": table}))


def test_large_rows_stand_in_a_file_and_are_read_from_there(tmp_path):
    """Spark would move each of them through Java, twice for each step that reads it."""
    sizes = [1, 10_000, 20_001, 2]
    made = [parcel_of(number, size) for number, size in enumerate(sizes)]
    batches = map(batch_of, kept_in(str(tmp_path), made))
    found = [parcel for batch in batches for parcel in parcels_of(batch)]
    assert [isinstance(one.content, Kept) for one in found] == [
        False,
        True,
        True,
        False,
    ]
    assert len(list(tmp_path.iterdir())) == 1
    for parcel, expected in zip(found, made, strict=True):
        assert unpacked(parcel.content) == unpacked(expected.content)
        assert parcel.rows == expected.rows
    # Who hands a row on does not write it again.
    again = kept_in(str(tmp_path), found[1:3])
    assert [one.content for one in again] == [one.content for one in found[1:3]]


def test_tasks_that_do_the_same_work_twice_do_not_write_into_one_file(tmp_path):
    """Spark begins a slow task a second time; half of the one would be half of the other."""
    twice = [kept_in(str(tmp_path), [parcel_of(1, 10_000)]) for _ in range(2)]
    places = {str(next(one).content) for one in twice}
    assert len(places) == 2


# What tasks tell


class Foreign(Exception):  # noqa: N818  stands for those of Spark
    """An error of Spark's, by where it is defined."""


Foreign.__module__ = "pyspark.errors"


def told_of(text):
    """Our error for a message of Spark's."""
    with pytest.raises((UsageError, StageError, OSError)) as raised, told(Path("work")):
        raise Foreign(text)
    assert raised.value.__suppress_context__
    return raised.value


def raised_in_task(task):
    with pytest.raises(RuntimeError) as raised:
        list(in_task("pairs", task)(iter([])))
    assert raised.value.__suppress_context__
    return str(raised.value)


def test_a_failed_task_tells_its_place_and_no_cell():
    """The name of a voter would stand in the logs of every machine."""

    def task(_batches):
        yield pc.cast(pa.array(["Məmmədova"]), pa.int64())

    text = raised_in_task(task)
    assert "Məmmədova" not in text
    error = told_of(f"Job aborted ... RuntimeError: {text}\n\nDriver stacktrace:")
    assert (error.code, error.exit_code) == ("spark-task-failed", 5)
    assert error.places["step"] == "pairs"
    assert error.places["kind"] == "ArrowInvalid"


def test_a_full_disk_is_told_as_such():
    """Whoever looks after the cluster would look for a fault in the program."""

    def task(_batches):
        raise OSError(errno.ENOSPC, "No space left on device", "Məmmədova.parquet")

    text = raised_in_task(task)
    assert "Məmmədova" not in text
    error = told_of(text)
    assert isinstance(error, OSError)
    assert error.errno == errno.ENOSPC


def test_a_file_that_is_changed_meanwhile_is_told(tmp_path):
    """Half of the pairs would be of the old list and half of the new one."""
    path = tmp_path / "list.parquet"
    pq.write_table(pa.table({"surname": ["Quliyev", "Quliyeva"]}), path)
    piece = Piece(str(path), 0, 2, stamp_of(path))
    sizes = []

    def task(_batches):
        read = reading._of_files([[piece]], ["surname"], count, iter([first]))
        yield from read

    def count(rows):
        sizes.append(len(rows))
        return []

    first = pa.record_batch({"id": [0]})
    assert list(task(None)) == []
    assert sizes == [2]
    pq.write_table(pa.table({"surname": ["Quliyev", "Quluzadə"]}), path)
    os.utime(path, (1, 1))
    text = raised_in_task(task)
    assert sizes == [2]
    error = told_of(text)
    assert (error.code, error.exit_code) == ("spark-file-changed", 5)


@pytest.mark.parametrize(
    ("says", "code"),
    [
        ('Cannot run program "/x": error=2', "spark-no-python"),
        ("ModuleNotFoundError: No module named 'rapidfuzz'", "spark-no-package"),
        ("ExecutorLostFailure (executor 1 exited)", "spark-worker-lost"),
        ("[SOMETHING_ELSE] of Məmmədova", "spark-failed"),
    ],
)
def test_what_spark_says_is_told_by_a_code(says, code):
    """A page of Java would stand before a person, and perhaps a cell in it."""
    error = told_of(says)
    assert error.code == code
    assert "Məmmədova" not in f"{error} {error.places}"


def test_our_own_errors_pass():
    """A refusal would be told as a failure of Spark."""
    with pytest.raises(UsageError) as raised, told(Path()):
        raise UsageError("", code="spark-equal-ids")
    assert raised.value.code == "spark-equal-ids"
    assert in_words(Foreign("x"), Path()).places["kind"] == "Foreign"


# The program, as the executors get it


IMPORTED = """
import sys, zipimport
def refuse(path, source):
    raise AssertionError(path)
zipimport._compile_source = refuse
sys.path.insert(0, sys.argv[1])
from voterlist import arrays, errors
print(arrays.__file__)
try:
    arrays.unpack_pairs(None)
except Exception as error:
    print(errors.place_of(error))
"""


@pytest.mark.slow
def test_no_executor_compiles_the_program_again():
    """It takes each worker of Python longer than its first tasks.

    What is compiled already still tells where it fails.
    """
    archive = str(_program())
    done = subprocess.run(
        [sys.executable, "-c", IMPORTED, archive],
        capture_output=True,
        text=True,
        check=True,
    )
    file, place = done.stdout.split()
    assert file.startswith(archive)
    assert place.startswith("arrays.py:")


def test_what_is_loaded_is_not_searched_for_garbage_after_each_task():
    """Spark has each worker do that; it took more time than all that the tasks did."""
    list(in_task("pairs", lambda batches: batches)(iter([])))
    assert gc.get_freeze_count() > len(gc.get_objects())
