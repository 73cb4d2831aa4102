"""A complete run that is made again.

At each moment a complete run can be read, and it ends like any other.
"""

import signal
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import handing
import processes
import workspaces
from command_line import call
from test_pipeline import KILLED
from voterlist.model import Stage
from voterlist.pipeline.known import known
from voterlist.storage import store
from voterlist.storage.files import sha256
from voterlist.storage.ledger import FILE_NAME, Ledger

TESTS = str(Path(workspaces.__file__).parent)

# A run of one table, made twice. The second is killed before the change of the folder whose number
# is given.
MADE = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[3])
import pyarrow as pa
from test_store import MANIFEST
from voterlist.storage.store import RunFolder

workspace, deadly = Path(sys.argv[1]), int(sys.argv[2])

def make(content):
    folder = RunFolder(workspace, MANIFEST)
    for name in ("one", "two"):
        table = pa.table({"content": [content]})
        balance = {"rows_in": 1, "rows_out": 1, "set_aside": 0}
        folder.commit(name, content, {name: table, f"scratch/{name}": table}, **balance)
    folder.finish(["one", "two"], {})

make("first")
changes = 0

def count(event, arguments):
    global changes
    if event in {"os.rename", "os.remove", "os.rmdir", "os.mkdir"}:
        if changes == deadly:
            os.kill(os.getpid(), signal.SIGKILL)
        changes += 1

sys.addaudithook(count)
make("second")
print(changes)
"""


def made(workspace, deadly):
    command = [sys.executable, "-c", MADE, str(workspace), str(deadly), TESTS]
    return processes.run(command, capture_output=True, text=True, check=False)


def contents_of(folder):
    return {
        table: pq.read_table(folder / f"{table}.parquet").to_pylist()
        for table in ("one", "two")
    }


def test_killed_at_any_change_of_the_folder_a_complete_run_is_found(tmp_path):
    """A commission could not export its cases after a kill, though it had a complete run.

    At five of its changes; ``campaign/kills.py`` kills ``run-again`` at any.
    """
    (tmp_path / "calm").mkdir()
    calm = made(tmp_path / "calm", -1)
    assert calm.returncode == 0, calm.stderr
    first, second = (
        {table: [{"content": word}] for table in ("one", "two")}
        for word in ("first", "second")
    )
    found_words = []
    changes = int(calm.stdout)
    for deadly in range(0, changes, changes // 5 + 1):
        workspace = tmp_path / str(deadly)
        workspace.mkdir()
        assert made(workspace, deadly).returncode == -signal.SIGKILL
        folder, manifest = store.finished_run(workspace, "2026-02-03-0a1b2c3d")
        tables = contents_of(folder)
        assert tables in (first, second)
        for name in ("one", "two"):
            assert manifest.stages[name].tables[name] == sha256(
                folder / f"{name}.parquet"
            )
        found_words.append(tables["one"][0]["content"])
        again = made(workspace, -1)
        assert again.returncode == 0, again.stderr
        assert files_of(workspace) == files_of(tmp_path / "calm")
    assert found_words == sorted(found_words), (
        "the first run until the second is complete, then the second"
    )
    assert set(found_words) == {"first", "second"}


def files_of(workspace):
    return {
        path.relative_to(workspace).as_posix(): path.read_bytes()
        for path in sorted(workspace.rglob("*"))
        if path.is_file()
    }


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


# A run that is killed when it stands in its place, and no journal tells of it.
PLACED = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[3])
import workspaces

workspace, home = Path(sys.argv[1]), sys.argv[2]
placed = False

def count(event, arguments):
    global placed
    if placed and event == "open":
        os.kill(os.getpid(), signal.SIGKILL)
    placed = placed or event == "os.rename" and str(arguments[1]) == home

sys.addaudithook(count)
workspaces.run(workspace)
"""


def test_killed_before_the_journal_tells_of_it_a_run_is_not_called_altered(tmp_path):
    """Whoever asked next was told that somebody had altered the run, or that there was none."""
    workspace = workspaces.finished(tmp_path / "w")
    (run,) = (path.name for path in (workspace / "runs").iterdir())
    handing.Pair(workspace, workspace, tmp_path).decide()
    home = workspace / "runs" / run
    command = [sys.executable, "-c", PLACED, str(workspace), str(home), TESTS]
    assert processes.run(command, check=False).returncode == -signal.SIGKILL
    with Ledger(workspace / FILE_NAME) as ledger:
        journal = ledger.journal()
        assert known(workspace, ledger).run == run
    assert store.altered_runs(workspace, journal) == []
    assert sha256(home / store.MANIFEST_NAME) not in store.told_of(journal).values()
    assert call("verify", workspace).exit_code == 0
    again = workspaces.run(workspace)
    assert not again.troubles
    assert [path.name for path in (workspace / "runs").iterdir()] == [run]


@pytest.mark.parametrize("stage", [Stage.NORMALIZE, Stage.REPORT])
def test_after_a_killed_rerun_cases_can_be_exported_and_decided(tmp_path, stage):
    """The commands of a review go on with the complete run.

    The next run ends as if nothing had been.
    """
    workspace = workspaces.make(
        tmp_path / "2026", settings='[report]\nlanguages = ["en"]\n'
    )
    first = workspaces.ran(workspace)
    before = workspaces.contents(first)
    workspaces.forget(workspace)
    forgotten = workspaces.contents(first)
    killed = processes.run(
        [sys.executable, "-c", KILLED, str(workspace), stage.value, TESTS], check=False
    )
    assert killed.returncode == -signal.SIGKILL
    with Ledger(workspace / FILE_NAME) as ledger:
        found = known(workspace, ledger)
    assert found.run == first.run
    assert found.folders == (first.folder,)
    assert workspaces.contents(first) == forgotten
    workbook = workspace / "cases.xlsx"
    assert call("review", "export", workspace, "--out", workbook).exit_code == 0
    assert call("review", "import", workspace, workbook, "--by", "A").exit_code == 0
    second = workspaces.run(workspace)
    assert second.folder == first.folder
    assert any(work.reused for work in second.stages)
    assert workspaces.contents(second) == before
    assert names_in(workspace / "runs") == [first.run]


def test_half_of_a_run_made_again_goes_with_the_next_day(tmp_path):
    """Tables of voters that nobody will finish would lie there for good."""
    workspace = workspaces.make(tmp_path / "2026")
    first = workspaces.ran(workspace, until=None)
    half = workspaces.run(workspace, until=Stage.NORMALIZE)
    assert half.folder != first.folder
    assert (half.folder / "voters.parquet").exists()
    later = workspaces.run(
        workspace, today=workspaces.TODAY.replace(day=4), until=Stage.INGEST
    )
    assert names_in(workspace / "runs") == sorted([first.run, later.run])


def test_folders_of_people_among_the_runs_stay(tmp_path):
    """Only names that the program gives are its own."""
    workspace = workspaces.make(tmp_path / "2026")
    for name in ("copy.again", "2026-02-03-0a1b2c3d.copy"):
        (workspace / "runs" / name).mkdir(parents=True)
    result = workspaces.run(workspace, until=Stage.INGEST)
    assert names_in(workspace / "runs") == sorted(
        ["copy.again", "2026-02-03-0a1b2c3d.copy", result.run]
    )


def test_the_tables_of_a_run_made_again_can_be_read_after_it(tmp_path):
    """The result of the second run counts its cases from where the tables lie in the end."""
    workspace = workspaces.make(tmp_path / "2026")
    first = workspaces.ran(workspace)
    second = workspaces.run(workspaces.forget(workspace))
    assert second.cases_by_kind == first.cases_by_kind
    assert second.open_cases == first.open_cases
    assert second.folder == first.folder
