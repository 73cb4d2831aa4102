"""The list of careless changes is of this program: none of its lines is gone."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import workspaces

CAMPAIGN = Path(workspaces.__file__).parents[1] / "campaign"
sys.path.insert(0, str(CAMPAIGN))
try:
    import careless_changes
finally:
    sys.path.remove(str(CAMPAIGN))

LISTED = careless_changes.changes(careless_changes.LIST.read_text(encoding="utf-8"))


def test_every_line_of_the_list_is_in_the_program():
    """A change that cannot be made would be left out of the score, and nobody would see it."""
    gone = [one for one in LISTED if not one.is_applicable(careless_changes.ROOT)]
    assert gone == []


def test_every_test_of_the_list_is_there():
    """The change would be tried without its tests, and be called one that nothing notices."""
    gone = [one for one in LISTED if one.tests_gone(careless_changes.ROOT)]
    assert gone == []


def test_every_change_changes_something_and_is_listed_once():
    """The score would count nothing, or the same thing twice."""
    assert all(one.before != one.after for one in LISTED)
    assert len(set(LISTED)) == len(LISTED) >= 200


@pytest.fixture
def path(tmp_path):
    """The file of a record in which one change was noticed, and one was not."""
    path = tmp_path / "folder" / "record.jsonl"
    record = careless_changes.Record(path)
    record.add(LISTED[0], "tests/test_x.py::test_y", 1.0)
    record.add(LISTED[1], None, 2.0)
    return path


def test_a_record_goes_on_where_it_was(path):
    """Each round would begin anew and never come to an end."""
    with path.open("a", encoding="utf-8") as page:
        page.write('{"cut off')
    again = careless_changes.Record(path)
    assert again.noticed(LISTED[0])
    assert again.of(LISTED[1])["found"] == ["not noticed"]
    assert again.of(LISTED[2]) == {}
    assert not again.noticed(LISTED[2])
    again.add(LISTED[1], "tests/test_x.py::test_z", 1.0)
    assert careless_changes.Record(path).noticed(LISTED[1])


def test_a_change_whose_slow_tests_were_not_run_is_neither_noticed_nor_missed(path):
    """A round that ends in the middle would count what it had no time for."""
    record = careless_changes.Record(path)
    record.add(LISTED[3], None, 1.0, slow_left=True)
    again = careless_changes.Record(path)
    assert again.tried_quickly(LISTED[3])
    assert not again.tried(LISTED[3])
    assert not again.noticed(LISTED[3])
    assert "2 were tried" in careless_changes.summary(again, LISTED)
    again.add(LISTED[3], "tests/test_x.py::test_y", 1.0)
    assert again.noticed(LISTED[3])
    assert not again.tried_quickly(LISTED[3])


def test_the_copy_of_a_killed_round_is_removed_and_that_of_a_running_one_is_not(
    tmp_path, monkeypatch
):
    """Each killed round would leave the whole tree among temporary files for ever."""
    monkeypatch.setattr(careless_changes.tempfile, "tempdir", str(tmp_path))
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    left = tmp_path / f"careless_changes-{done.pid}-x"
    running = tmp_path / f"careless_changes-{os.getpid()}-x"
    for folder in (left, running):
        (folder / "tree").mkdir(parents=True)
    careless_changes._remove_left_copies()
    assert not left.exists()
    assert running.exists()


def test_the_summary_counts_what_was_tried(path):
    """The page would give a score of changes that nobody tried."""
    page = careless_changes.summary(careless_changes.Record(path), LISTED)
    assert f"{len(LISTED)} careless changes of one line; 2 were tried" in page
    assert "1 were noticed: 50.0 %." in page
    assert f"* `{LISTED[1].file}`: `{LISTED[1].after}`" in page


def test_a_change_and_its_undoing_are_seen_by_python(tmp_path):
    """Compiled files are taken by second and size: the change before would be tried again."""
    root = tmp_path / "tree"
    (root / "src").mkdir(parents=True)
    path = root / "src" / "x.py"
    path.write_text("def f():\n    return 1\n", encoding="utf-8")
    change = careless_changes.Change("src/x.py", "return 1", "return 2", ())
    before = path.stat().st_mtime_ns
    change.apply(root, 1_000_000_007)
    assert path.read_text(encoding="utf-8") == "def f():\n    return 2\n"
    assert path.stat().st_mtime_ns == 1_000_000_007 * 10**9 != before


TREE = {
    "test_good.py": "def test_good():\n    pass\n",
    "test_bad.py": """
import pytest

@pytest.mark.slow
def test_slow():
    assert False

def test_bad():
    assert False
""",
    "test_broken.py": "import nothing_of_this_name\n",
    "test_for_ever.py": "def test_for_ever():\n    while True:\n        pass\n",
}
TRIED = """
import pathlib, sys
sys.path.insert(0, sys.argv[1])
import forked_tests
tree = pathlib.Path(sys.argv[2])
for name in ("good", "bad", "broken", "for_ever"):
    patience = 5 if name == "for_ever" else 300
    print(forked_tests.first_failing(tree, [f"test_{name}.py"], patience))
try:
    forked_tests.first_failing(tree, ["test_missing.py"], 300)
except RuntimeError:
    print("not run")
"""


@pytest.mark.slow
def test_what_a_copy_of_the_process_tells_of_its_tests(tmp_path):
    """A trial whose tests could not be run would count as one that nobody noticed."""
    for name, content in TREE.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    settings = "[pytest]\nmarkers = slow\n"
    (tmp_path / "pytest.ini").write_text(settings, encoding="utf-8")
    (tmp_path / "src").mkdir()
    profile = (
        "from hypothesis import settings\nsettings.register_profile('voterlist')\n"
    )
    (tmp_path / "conftest.py").write_text(profile, encoding="utf-8")
    command = [sys.executable, "-c", TRIED, CAMPAIGN, tmp_path]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    assert told.stdout.splitlines() == [
        "None",
        "test_bad.py::test_bad",
        "test_broken.py",
        "it goes round for ever",
        "not run",
    ]


@pytest.mark.slow
def test_a_short_round_notices_what_it_tries(tmp_path):
    """The long round would find out after an hour that it can try nothing."""
    if not (careless_changes.ROOT / ".git").exists():
        pytest.skip("which files are sources is known by git alone")
    script = CAMPAIGN / "careless_changes.py"
    words = ("--only", "serve/throttle", "--first", "2", "--folder", tmp_path)
    done = subprocess.run(
        [sys.executable, script, *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 of 2 changes were noticed" in done.stdout
    record = careless_changes.Record(tmp_path / "careless_changes.jsonl")
    tried = [one for one in LISTED if record.of(one)]
    assert all(record.of(one)["by"].startswith("tests/test_serve") for one in tried)
    page = (tmp_path / "careless_changes.md").read_text(encoding="utf-8")
    assert "2 were noticed: 100.0 %." in page
