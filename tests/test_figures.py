"""Figures of the code that are laws: what was reached is not lost again."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "bench"))

import figures  # noqa: E402  it stands in another folder


@pytest.fixture(scope="module")
def source():
    return figures.read(ROOT / "src/voterlist")


def test_no_function_is_wider_than_the_widest_allowed(source):
    wider = [one for one in source.wide if one.parameters > figures.MOST_PARAMETERS]
    assert [one.place for one in wider] == []


def test_few_functions_are_wide(source):
    assert len(source.wide) <= figures.MOST_WIDE_FUNCTIONS, [
        one.place for one in source.wide
    ]


def test_a_line_holds_one_idea(source):
    assert source.nodes_a_line <= figures.MOST_NODES_A_LINE


def test_what_is_counted(tmp_path):
    """Figures that are counted wrong would hold anything."""
    text = """def wide(a, b, /, c, *rest, d, **more):

    return a


class Thing:
    async def method(self):
        pass
"""
    (tmp_path / "one.py").write_text(text, encoding="utf-8")
    (tmp_path / "two.py").write_text(f"x = '{'y' * 100}'\n", encoding="utf-8")
    found = figures.read(tmp_path)
    assert [(one.place, one.parameters, one.lines) for one in found.functions] == [
        ("one.py:1 wide", 4, 3),
        ("one.py:7 method", 1, 2),
    ]
    assert (found.lines, found.long_lines) == (6, 1)
    assert found.nodes == 17 + 5


def test_a_recipe_is_read_from_its_table():
    page = """# Page

### A thing

Example: `"word"`.

| file | kind | what |
|---|---|---|
| `a.py` | code | something |
| `b.toml` | words | something |
| `c.py` | test | something |

### No recipe

Text.
"""
    (recipe,) = figures.recipes(page)
    assert recipe == figures.Recipe(
        "A thing", '"word"', (("a.py", "code"), ("b.toml", "words"), ("c.py", "test"))
    )
    assert recipe.code_files == 1
