"""No session, or one that is not fit for the work: each is told, with what to do next."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import cluster
import pytest

OPEN = """
import sys
from voterlist.cli.failure import describe
from voterlist.spark.session import prepare
from voterlist.spark.session import open_session
try:
    with open_session(sys.argv[1]) as spark:
        prepare(spark, patience=float(sys.argv[2]))
        print("fit", spark.version)
except Exception as error:
    told = describe(error)
    print(told.code, told.exit_code, "|", told.what, "|", told.todo)
"""


OTHER = """
import sys
from collections import namedtuple
kind = namedtuple("version_info", "major minor micro releaselevel serial")
sys.version_info = kind(3, 99, *sys.version_info[2:])
"""
"""A Python of another version, as far as Spark asks; a real one is not on every machine."""


@pytest.fixture
def opened(drive):
    """What opening a session at an address gives: a line of text."""

    def at(master, *, patience=90, **env):
        done = drive(OPEN, master, patience, **env)
        # A traceback of Java, or of a task, would stand here.
        assert done.stderr == ""
        return done.stdout.strip()

    return at


def test_without_java_it_is_said_what_to_install(opened, tmp_path):
    """Spark itself says that a gateway process exited."""
    told = opened("local[1]", PATH=str(tmp_path), JAVA_HOME="")
    assert told.startswith("no-java 2 |")
    assert "openjdk-17-jre-headless" in told
    assert opened("local[1]", JAVA_HOME=str(tmp_path)).startswith("no-java 2 |")


@pytest.mark.parametrize(
    ("said", "version"),
    [('java version "1.8.0_402"', "8"), ('openjdk version "11.0.22"', "11")],
)
def test_a_java_that_is_too_old_is_refused(opened, tmp_path, said, version):
    """Spark would end with a class of an unknown version."""
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.write_text(f"#!/bin/sh\necho '{said}' >&2\n", encoding="ascii")
    java.chmod(0o755)
    told = opened("local[1]", JAVA_HOME=str(tmp_path))
    assert told.startswith("java-too-old 2 |")
    assert f": {version}, and 17" in told


@pytest.mark.parametrize(
    "master", ["lokal", "spark://nowhere", "http://127.0.0.1:1", "sc://"]
)
def test_what_is_no_address_is_refused_at_once(opened, master):
    """Spark would start Java, and then tell of a class that could not parse it."""
    assert opened(master).startswith("spark-no-address 2 |")


@pytest.mark.parametrize("kind", ["spark", "sc"])
def test_an_address_at_which_nobody_answers_is_told_within_seconds(opened, kind):
    """Spark asks for minutes."""
    address = f"{cluster.HOST}:{cluster.free_port()}"
    told = opened(f"{kind}://{address}")
    assert told.startswith("spark-no-answer 2 |")
    assert address in told


def test_a_master_without_workers_is_told(opened, tmp_path):
    """Spark would wait for ever."""
    folder = tmp_path / "lonely"
    folder.mkdir()
    with cluster.standalone(folder, workers=0) as lonely:
        told = opened(lonely.url, patience=15)
    assert told.startswith("spark-no-workers 2 |")
    assert "15 s" in told


def test_workers_with_another_python_are_refused(opened, tmp_path):
    """The functions that are sent could not be read there, or would do something else."""
    (tmp_path / "sitecustomize.py").write_text(
        OTHER,
        encoding="ascii",
    )
    other = tmp_path / "python"
    other.write_text(
        f'#!/bin/sh\nPYTHONPATH={tmp_path}:$PYTHONPATH exec {sys.executable} "$@"\n',
        encoding="ascii",
    )
    other.chmod(0o755)
    told = opened("local[1]", PYSPARK_PYTHON=str(other))
    assert told.startswith("spark-other-python 2 |")
    here = ".".join(map(str, sys.version_info[:2]))
    assert f"(3.99) than this command ({here})" in told


def test_workers_without_a_python_are_refused(opened, tmp_path):
    """Spark's own words are a page of Java."""
    nowhere = str(tmp_path / "nowhere" / "python")
    assert opened("local[1]", PYSPARK_PYTHON=nowhere).startswith("spark-no-python 5 |")


TELL = """
import sys
from pathlib import Path
import pyarrow.parquet as pq
from voterlist import spark
from voterlist.spark.reading import Files, Piece, stamp_of
from voterlist.spark.session import open_session
from voterlist.synth.generate import generate
if __name__ == "__main__":
    pq.write_table(generate(200, constituencies=1, seed=1).entries, "list.parquet")
    piece = Piece("list.parquet", 0, 200, stamp_of(Path("list.parquet")))
    with open_session(sys.argv[1]) as session:
        names = {"surname": ["surname"], "given_name": ["given_name"]}
        print(spark.tell(Files(session, ((piece,),)), names).profile)
"""


@pytest.fixture
def bare(tmp_path):
    """A Python with the packages, and without this program."""
    packages = Path(cluster.HOME).parent
    path = tmp_path / "bare"
    # -S: what is installed for editing is not found.
    path.write_text(
        f'#!/bin/sh\nPYTHONPATH={packages} exec {sys.executable} -S "$@"\n',
        encoding="ascii",
    )
    path.chmod(0o755)
    without = [path, "-c", "import voterlist.link"]
    done = subprocess.run(without, capture_output=True, check=False, env={})
    assert done.returncode == 1
    return {"PYSPARK_PYTHON": str(path)}


def test_executors_need_the_packages_and_not_the_program(opened, bare):
    """Whoever adds a machine would have to install this version of the program on it first."""
    assert opened("local[1]", **bare).startswith("fit 4.")


def test_the_profile_is_told_by_executors_without_the_program(drive, bare):
    """It is the first that they are asked."""
    assert drive(TELL, "local[1]", **bare).stdout.split() == ["az"]
