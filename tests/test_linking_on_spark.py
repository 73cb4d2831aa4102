"""How the files of a linkage on a cluster are looked at, before Spark is asked anything."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from voterlist.any_table import linking_on_spark
from voterlist.any_table.linking import LinkRequest
from voterlist.errors import UsageError
from voterlist.spark import reading

NAMES = ("Quliyeva", "Həsənov", "Əliyeva", "Məmmədov", "Babayev", "Kərimova")


def rows(many, first=0):
    """So many entries, with an id each."""
    numbers = range(first, first + many)
    return pa.table(
        {
            "id": pa.array([f"e{number:04}" for number in numbers], pa.string()),
            "surname": pa.array([NAMES[number % 6] for number in numbers], pa.string()),
            "given_name": pa.array(["Aynur" for _ in numbers], pa.string()),
        }
    )


def listed(*paths):
    """The list that these files are."""
    return linking_on_spark._list_of(LinkRequest(paths))


def written(path, *groups):
    """A file with these parts of its rows, each as it is."""
    with pq.ParquetWriter(path, groups[0].schema) as writer:
        for group in groups:
            writer.write_table(group)
    return path


def test_a_part_or_a_file_without_rows_is_passed_over(tmp_path):
    """Else one empty file of a folder would stop the linkage with an error of the program."""
    one = written(tmp_path / "1.parquet", rows(0), rows(5), rows(0))
    two = written(tmp_path / "2.parquet", rows(0))
    found = listed(one, two)
    assert found.rows == 5
    assert found.columns()["entry_id"] == ["id"]


def test_one_row_is_a_list(tmp_path):
    """Else its id would seem to stand three times, and the list be refused for want of ids."""
    found = listed(written(tmp_path / "1.parquet", rows(1)))
    assert found.columns()["entry_id"] == ["id"]


@pytest.mark.parametrize("place", [0, 1, 2])
def test_ids_that_differ_are_never_called_equal(tmp_path, monkeypatch, place):
    """Else a list of which one row is looked at would be refused, its ids being distinct."""
    monkeypatch.setattr(linking_on_spark, "_LOOKED_AT", 1)
    groups = [rows(1, first=number) for number in range(3)]
    first = groups.pop(place)
    found = listed(written(tmp_path / "1.parquet", first, *groups))
    assert found.columns()["entry_id"] == ["id"]


def test_a_column_of_equal_values_is_still_told_from_all_rows(tmp_path, monkeypatch):
    """Else a column that varies only where nobody looked would be left out, or the other way."""
    monkeypatch.setattr(linking_on_spark, "_LOOKED_AT", 1)
    path = written(tmp_path / "1.parquet", rows(1), *(rows(50, first=50),) * 3)
    some = linking_on_spark._some_rows([linking_on_spark._file(path)])
    assert some.column("given_name").to_pylist() == ["Aynur"] * 3
    assert some.column("surname").unique().drop_null().to_pylist() == [
        "Quliyeva",
        "Babayev",
        "Əliyeva",
    ]


def test_a_missing_file_is_told_by_its_name(tmp_path):
    """Else the operator would not know which of many paths is misspelt."""
    path = tmp_path / "nowhere.parquet"
    with pytest.raises(UsageError) as refused:
        listed(path)
    assert refused.value.code == "no-such-file"
    assert refused.value.places == {"path": str(path)}


def read_by_tasks(found):
    """The ids that each task reads of a list."""
    tasks = linking_on_spark._tasks(found)
    return [[one for piece in task for one in _ids(piece)] for task in tasks]


def _ids(piece):
    return pq.ParquetFile(piece.path).read_row_group(piece.number)[0].to_pylist()


def test_every_row_of_every_file_is_read_by_one_task(tmp_path, monkeypatch):
    """Its entry would be in no pair, or in pairs with itself. Spark passes over _a.parquet."""
    monkeypatch.setattr(reading, "_SMALL", 2)
    for number, name in enumerate(("_a", "b")):
        groups = [rows(3, first=10 * number + 3 * group) for group in range(3)]
        written(tmp_path / f"{name}.parquet", *groups)
    found = listed(tmp_path)
    tasks = read_by_tasks(found)
    every = [one for group in (0, 3, 6, 10, 13, 16) for one in _first(group)]
    assert [one for task in tasks for one in task] == every
    assert len(tasks) > 1
    assert {len(task) for task in tasks} <= {3, 6}


def _first(number):
    return rows(3, first=number).column(0).to_pylist()
