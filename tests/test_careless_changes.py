"""The list of careless changes is of this program: none of its lines is gone."""

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
