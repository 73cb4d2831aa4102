"""Slips that are drawn by lot: what is drawn, where it is tried, and how it is counted."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

ROOT = Path(__file__).parents[1]
CAMPAIGN = ROOT / "campaign"
sys.path.insert(0, str(CAMPAIGN))

import mutants  # noqa: E402  the folder is no package
import slips  # noqa: E402

TEXT = '''"""A text."""

from x import y

LIMIT: int = 3


def f(rows: list[int], *, word: str = "ə") -> bool:
    """Its sentence."""
    if not rows or len(rows) < LIMIT:
        raise ValueError(f"{word == 'a'}")
    rows.sort()
    return any(sorted(one for one in rows if one > 0)) and word.strip() is not None
'''


def test_the_slips_of_a_text():
    """A kind of slip that is never drawn would be called noticed."""
    told = [(one.kind, one.told) for one in slips.slips_of(TEXT)]
    whole = "any(sorted(one for one in rows if one > 0)) and word.strip() is not None"
    some = "one for one in rows if one > 0"
    plain = "any(sorted((one for one in rows if one > 0))) and word.strip() is not None"
    assert sorted(told) == sorted(
        [
            ("constant", "3 -> (4)"),
            ("constant", "\"ə\" -> ('əx')"),
            ("branch", "not rows or len(rows) < LIMIT -> (False)"),
            ("branch", "not rows or len(rows) < LIMIT -> (True)"),
            (
                "operator",
                "not rows or len(rows) < LIMIT -> (not rows and len(rows) < LIMIT)",
            ),
            ("not", "not rows -> (rows)"),
            ("limit", "len(rows) < LIMIT -> (len(rows) <= LIMIT)"),
            ("branch", "raise ValueError(f\"{word == 'a'}\") -> pass"),
            ("call", "rows.sort() -> pass"),
            ("operator", f"{whole} -> ({plain.replace(' and ', ' or ')})"),
            (
                "call",
                f"any(sorted({some})) -> (all(sorted(({some}))))",
            ),
            (
                "call",
                f"sorted({some}) -> (({some}))",
            ),
            ("branch", f"({some}) -> ((one for one in rows))"),
            ("limit", "one > 0 -> (one >= 0)"),
            ("constant", "0 -> (1)"),
            ("comparison", "word.strip() is not None -> (word.strip() is None)"),
            ("call", "word.strip() -> (word)"),
        ]
    )


@given(st.sampled_from(sorted((ROOT / "src/voterlist").rglob("*.py"))), st.randoms())
def test_a_slip_gives_another_program(path, dice):
    """What cannot be compiled is noticed by anything, what changes nothing by nothing."""
    text = path.read_text(encoding="utf-8")
    found = slips.slips_of(text)
    if found:
        one = dice.choice(found)
        assert text[one.begin : one.end] == one.before
        assert ast.dump(ast.parse(one.made_in(text))) != ast.dump(ast.parse(text))


def test_the_same_seed_draws_the_same_lines_and_no_line_twice():
    """A trial could not be made again by its number."""
    drawn = mutants.drawn(ROOT, "00000000", 200, "src/voterlist/lists")
    assert drawn == mutants.drawn(ROOT, "00000000", 200, "src/voterlist/lists")
    assert len({(name, slip.line) for name, slip in drawn}) == len(drawn) == 200
    assert drawn != mutants.drawn(ROOT, "00000001", 200, "src/voterlist/lists")


@pytest.mark.parametrize(
    ("noticed", "of", "low", "high"),
    [(85, 100, 0.767, 0.907), (0, 10, 0.0, 0.278), (10, 10, 0.722, 1.0), (0, 0, 0, 1)],
)
def test_the_interval_of_a_share(noticed, of, low, high):
    """The figures are those of the table in Wilson's paper and of common programs."""
    assert mutants.interval(noticed, of) == pytest.approx((low, high), abs=0.0006)


def test_the_summary_counts_by_room_and_leaves_out_what_changes_nothing():
    """The page would give a share of other slips than were tried."""
    made = [
        {"what": "link", "kind": "limit", "found": []},
        {"what": "link", "kind": "call", "found": ["not noticed"]},
        {"what": "lists", "kind": "equivalent", "found": []},
    ]
    page = mutants.summary(made)
    assert "2 slips drawn by lot were tried: 50% noticed (9% to 91%)." in page
    assert "1 change nothing" in page
    assert "| `link` | 2 | 1 | 50% noticed (9% to 91%) |" in page
    assert "lists" not in page


def test_the_quickest_tests_that_reach_a_line_come_first(tmp_path):
    """Each trial would begin with the longest test."""
    seconds = {
        "tests/a.py::slow": 9.0,
        "tests/a.py::quick": 0.1,
        "tests/b.py::other": 1.0,
    }
    lines = {"src/x.py": {"3": [0, 2]}}
    path = tmp_path / "map.json"
    path.write_text(json.dumps({"seconds": seconds, "lines": lines}), encoding="utf-8")
    reached = mutants.Reached(path)
    # The rest of a file comes behind: what a fixture does counts for one of its tests alone.
    assert reached.tests("src/x.py", 3) == [
        "tests/b.py::other",
        "tests/a.py::slow",
        "tests/a.py::quick",
    ]
    # A line that runs at the import is that of all that reach its file.
    assert reached.tests("src/x.py", 4) == reached.tests("src/x.py", 3)


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


@pytest.mark.long
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


PROGRAM = {
    "src/voterlist/__init__.py": "",
    "src/voterlist/x.py": "def least(one, other):\n    return one if one < other else other\n",
    "tests/test_x.py": "from voterlist.x import least\n\n\ndef test_least():\n"
    "    assert least(1, 2) == 1\n    assert least(2, 1) == 1\n",
    "pytest.ini": "[pytest]\nmarkers = slow\n",
    "tests/conftest.py": "from hypothesis import settings\n"
    "settings.register_profile('voterlist')\n",
}


@pytest.mark.long
def test_a_slip_is_noticed_by_the_test_that_reaches_it(tmp_path):
    """The long round would find out after an hour that it can try nothing."""
    for name, content in PROGRAM.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    script = f"""
import json, pathlib, sys
sys.path.insert(0, {str(CAMPAIGN)!r})
import mutants
root = pathlib.Path({str(tmp_path)!r})
sys.path.insert(0, str(root / "src"))
mutants.write_map(root, root / "map.json", ["tests"])
slips = [("src/voterlist/x.py", slip) for slip in mutants.slips_of(
    (root / "src/voterlist/x.py").read_text())]
trials = mutants.Mutants(root, slips, mutants.Reached(root / "map.json"))
for number, (_, slip) in enumerate(slips, start=1):
    print(slip.told, "|", *trials(number, None).found)
"""
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "src")}
    told = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True, text=True, check=True, env=environment,
    )  # fmt: skip
    assert told.stdout.splitlines()[-3:] == [
        "one if one < other else other -> (one) |",
        "one if one < other else other -> (other) |",
        # Of equal values it is the same which one is given.
        "one < other -> (one <= other) | not noticed",
    ]
