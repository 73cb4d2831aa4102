"""CONTRIBUTING.md against the tree: its recipes name the files that an addition touches."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "bench"))

import figures  # noqa: E402  it stands in another folder

PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
RECIPES = figures.recipes(PAGE)
MOST_FILES = {
    "A ground, or an answer to a rule": 0,
    "A register rule": 2,
    "A comparison level": 2,
    "A column that only travels": 0,
    "A report section": 3,
}
"""Files of code that an addition may touch."""


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
    source = [
        path for kind in ("py", "toml") for path in (ROOT / "src").rglob(f"*.{kind}")
    ]
    word = re.compile(rf"(?<!\w){re.escape(recipe.example)}(?!\w)")
    naming = [path for path in source if word.search(path.read_text(encoding="utf-8"))]
    named = {path.relative_to(ROOT).as_posix() for path in naming}
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


def test_the_folders_of_the_page_are_those_of_the_program():
    """A folder that nobody describes would be found by accident."""
    described = set(
        re.findall(r"`([a-z_]+(?:\.py)?)`", _section("How the code is cut"))
    )
    folder = ROOT / "src/voterlist"
    there = {path.name for path in folder.iterdir() if (path / "__init__.py").exists()}
    assert there - described == set()


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


def _section(title):
    """The text below a heading of the second level."""
    return PAGE.partition(f"## {title}\n")[2].partition("\n## ")[0]
