"""CONTRIBUTING.md against the tree: its recipes name the files that an addition touches."""

import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "bench"))

import figures  # noqa: E402  it stands in another folder
import house  # noqa: E402
import page  # noqa: E402
import slow_tests  # noqa: E402

PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
RECIPES = figures.recipes(PAGE)
MOST_FILES = {
    "A ground": 0,
    "A rule of the list": 2,
    "A rule about a register": 1,
    "A comparison level": 2,
    "A kind of comparison": 1,
    "A column that only travels": 0,
    "A report section": 3,
    "A reader": 2,
    "A command, or a message": 1,
}
"""Files of code that an addition may touch."""


@cache
def sources():
    """The text of every file of the program, by its path."""
    return {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
        for kind in ("py", "toml")
        for path in (ROOT / "src").rglob(f"*.{kind}")
    }


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.title)
def test_the_files_of_a_recipe_exist(recipe):
    assert [path for path, _ in recipe.files if not (ROOT / path).exists()] == []


@pytest.mark.parametrize(
    "recipe",
    [recipe for recipe in RECIPES if recipe.example],
    ids=lambda recipe: recipe.title,
)
def test_no_other_file_of_the_program_names_the_example(recipe):
    """A file that is not in the recipe would be forgotten by whoever follows it."""
    word = re.compile(rf"(?<!\w){re.escape(recipe.example)}(?!\w)")
    named = {path for path, text in sources().items() if word.search(text)}
    assert named
    assert named - {path for path, _ in recipe.files} == set()


def test_additions_stay_cheap():
    """Else a new rule would go through the whole program again."""
    counted = {recipe.title: recipe.code_files for recipe in RECIPES}
    assert {
        title: counted[title]
        for title in MOST_FILES
        if counted[title] > MOST_FILES[title]
    } == {}


def test_the_house_on_the_page_is_that_of_the_code():
    """A room that nobody describes would be found by accident (``python bench/house.py``)."""
    text = house.PAGE.read_text(encoding="utf-8")
    assert page.part(text, house.PART) == f"{house.drawn()}\n"
    folder = ROOT / "src/voterlist"
    there = {path.name for path in folder.iterdir() if (path / "__init__.py").exists()}
    assert there - {room for floor in house.floors() for room in floor} == set()


def test_the_way_of_a_surname_leads_through_functions_that_are_there():
    """A newcomer would look for a function that somebody renamed."""
    way = (ROOT / "docs/design.md").read_text(encoding="utf-8")
    way = way.partition("## A surname on its way\n")[2].partition("\n## ")[0]
    steps = re.findall(r"^\| `([\w/.]+)` \| `(\w+)` \|", way, re.MULTILINE)
    assert len(steps) > 10
    assert [
        (file, function)
        for file, function in steps
        if f"def {function}("
        not in (ROOT / "src/voterlist" / file).read_text(encoding="utf-8")
    ] == []


def test_what_a_newcomer_reads_first_is_short():
    """README, this page and the design: an hour, not a day."""
    pages = ("README.md", "CONTRIBUTING.md", "docs/design.md")
    words = [len((ROOT / name).read_text(encoding="utf-8").split()) for name in pages]
    assert sum(words) <= 6_000


def test_the_targets_of_the_page_are_those_of_make():
    """A target that is not there would be the first thing that a newcomer types."""
    shown = subprocess.run(
        ["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    targets = set(re.findall(r"^  make ([a-z]+)", shown.stdout, re.MULTILINE))
    assert set(re.findall(r"`make ([a-z]+)", PAGE)) <= targets
    assert {
        "test",
        "fast",
        "check",
        "demo",
        "bench",
        "peers",
        "same",
        "figures",
    } <= targets


def test_the_slow_tests_are_there():
    """A test that has another name now would run with the fast ones."""
    sources = {}
    for test in slow_tests.listed():
        file, *_, function = test.split("::")
        source = sources.setdefault(file, (ROOT / file).read_text(encoding="utf-8"))
        assert f"def {function}(" in source, test
