"""What tasks on a cluster hand to each other, and what they tell. No Spark is needed."""

from __future__ import annotations

import errno
import gc
import os
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from voterlist.errors import StageError, UsageError
from voterlist.spark import reading
from voterlist.spark.exchange import Parcel, batches_of, parcels_of
from voterlist.spark.failures import in_task, in_words, tell_failures
from voterlist.spark.reading import Piece, stamp_of
from voterlist.spark.session import _program

# Parcels


def test_a_large_parcel_is_sent_in_pieces():
    """Java holds a row whole, and several at a time: a part of the list would not fit."""
    sizes = [1, 1_200_000, 0, 600_000]
    made = [
        Parcel(number % 2, "part", number, size, {"values": numbers(size)})
        for number, size in enumerate(sizes)
    ]
    batches = list(batches_of(made))
    assert len(batches) > len(made)
    assert max(batch.nbytes for batch in batches) < 5_000_000
    # Spark gives the rows in any order.
    found = parcels_of(reversed(batches))
    assert sorted(found, key=lambda parcel: parcel.sender) == made
    assert [parcel.tables["values"] for parcel in found] == [
        numbers(sizes[parcel.sender]) for parcel in found
    ]
    assert [parcel.addressee for parcel in found] == [0, 0, 1, 1]


def test_two_large_parcels_that_nothing_tells_apart_are_refused():
    """Half of one would be taken for half of the other."""
    parcel = Parcel(0, "part", 0, 1, {"values": numbers(1_200_000)})
    with pytest.raises(ValueError, match="two parcels"):
        parcels_of(batches_of([parcel, parcel]))


def numbers(size):
    return pa.table({"value": np.arange(size)})


# What tasks tell


class Foreign(Exception):  # noqa: N818  stands for those of Spark
    """An error of Spark's, by where it is defined."""


Foreign.__module__ = "pyspark.errors"


def told_of(text):
    """Our error for a message of Spark's."""
    with pytest.raises((UsageError, StageError, OSError)) as raised, tell_failures():
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

    def count(_number, rows):
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
    with pytest.raises(UsageError) as raised, tell_failures():
        raise UsageError("", code="spark-equal-ids")
    assert raised.value.code == "spark-equal-ids"
    assert in_words(Foreign("x")).places["kind"] == "Foreign"


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
