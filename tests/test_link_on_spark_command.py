"""``link --engine spark`` as far as it goes without Spark: what does not go together, and files."""

from __future__ import annotations

import json
import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from command_line import call
from voterlist.any_table.linking import LinkRequest
from voterlist.any_table.linking_on_spark import _list_of
from voterlist.synth.generate import generate

SPARK = ("--engine", "spark", "--master", "local[1]")


@pytest.fixture(scope="module")
def people():
    """A small list."""
    return generate(200, constituencies=1, seed=5).entries


@pytest.fixture
def refused(tmp_path):
    """Code and exit code of a linkage that is refused; nothing is written."""

    def run(*words, file="list.parquet"):
        out = tmp_path / "pairs.parquet"
        before = set(tmp_path.iterdir())
        found = call("link", tmp_path / file, "--out", out, *words, "--json")
        assert found.exit_code != 0
        assert set(tmp_path.iterdir()) == before
        error = json.loads(found.stdout)
        return error["error"]["code"], found.exit_code, found.stderr

    return run


@pytest.fixture
def listed(tmp_path, people):
    pq.write_table(people, tmp_path / "list.parquet")
    return tmp_path


@pytest.mark.parametrize(
    "words",
    [
        ("--jobs", "2"),
        ("--memory-limit", "2GiB"),
        ("--state", "state"),
        ("--against", "other.parquet", "--against-columns", "other.toml"),
        ("--columns", "a.toml", "--columns", "b.toml"),
    ],
)
@pytest.mark.usefixtures("listed")
def test_what_does_not_go_with_spark_is_refused(refused, words):
    """The option would be passed over in silence, and another linkage made than was asked for."""
    assert refused(*words, *SPARK)[:2] == ("not-with-spark", 2)


@pytest.mark.parametrize("words", [("--master", "local[2]"), ("--work", "work")])
@pytest.mark.usefixtures("listed")
def test_what_only_spark_takes_is_refused_without_it(refused, words):
    """Whoever forgets --engine spark would wait for one machine."""
    assert refused(*words)[:2] == ("only-with-spark", 2)


@pytest.mark.usefixtures("listed")
def test_a_work_folder_is_said_to_be_of_no_use(refused, monkeypatch):
    """Whoever names one would look in it for what a stopped run had done."""
    monkeypatch.setitem(sys.modules, "pyspark", None)
    assert "--work" in refused(*SPARK, "--work", "work")[2]


@pytest.mark.usefixtures("listed")
def test_without_pyspark_it_is_said_what_to_install(refused, monkeypatch):
    """A traceback would name a module that nobody knows."""
    monkeypatch.setitem(sys.modules, "pyspark", None)
    assert refused(*SPARK)[:2] == ("no-pyspark", 2)


def test_another_format_is_refused(refused, tmp_path):
    """Spark would read a CSV file's bytes as rows of something."""
    (tmp_path / "list.csv").write_text("id,surname\n1,x\n", encoding="utf-8")
    assert refused(*SPARK, file="list.csv")[:2] == ("spark-not-parquet", 2)
    (tmp_path / "empty").mkdir()
    assert refused(*SPARK, file="empty")[:2] == ("spark-not-parquet", 2)


@pytest.mark.parametrize(
    "change",
    [
        lambda table: table.drop_columns(["birth_date"]),
        lambda table: table.set_column(
            table.column_names.index("birth_date"),
            "birth_date",
            pa.array([1] * table.num_rows),
        ),
    ],
)
def test_a_column_that_one_of_two_hundred_files_lacks_is_told(
    refused, tmp_path, people, change
):
    """Spark reads it as unknown: the entries of that file would find nobody by their birth."""
    folder = tmp_path / "lists"
    folder.mkdir()
    for number in range(200):
        part = people.slice(number, 1)
        part = change(part) if number == 137 else part
        pq.write_table(part, folder / f"list-{number:03}.parquet")
    code, exit_code, told = refused(*SPARK, file="lists")
    assert (code, exit_code) == ("spark-other-columns", 2)
    assert "list-137.parquet" in told


def test_a_list_without_ids_is_refused(refused, tmp_path, people):
    """The rows would be numbered otherwise each time."""
    pq.write_table(people.drop_columns(["entry_id"]), tmp_path / "list.parquet")
    assert refused(*SPARK)[:2] == ("spark-no-id", 2)


def test_a_column_that_begins_blank_is_used(people, tmp_path):
    """The first thousands may know no FIN: the numbers of all others would not be compared."""
    place = people.column_names.index("fin")
    blank = people.set_column(place, "fin", pa.nulls(people.num_rows, pa.string()))
    last = pa.array([None] * (people.num_rows - 2) + ["1ABC234", "2ABC234"])
    known = people.set_column(place, "fin", last)
    for table, used in ((blank, False), (known, True)):
        rows = pa.concat_tables([blank] * 8 + [table])
        ids = pa.array([f"e{number}" for number in range(rows.num_rows)])
        rows = rows.set_column(rows.column_names.index("entry_id"), "entry_id", ids)
        pq.write_table(rows, tmp_path / "list.parquet")
        request = LinkRequest([tmp_path / "list.parquet"])
        assert ("fin" in _list_of(request).columns()) is used


@pytest.mark.usefixtures("listed")
def test_what_may_differ_on_spark_is_said_before_the_work(refused):
    """Else whoever has lost letters in a list would not know that pairs can be missed."""
    words = ("--engine", "spark", "--master", "nowhere")
    assert "normalised alone" in " ".join(refused(*words)[2].split())
