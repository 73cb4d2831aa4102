"""How the figures of the code are counted."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "bench"))

import figures  # noqa: E402  it stands in another folder


def test_what_is_counted(tmp_path):
    """Figures that are counted wrong would hold anything."""
    text = """def wide(a, b, /, c, *rest, d, **more):

    return a


class Thing:
    async def method(self):
        pass
"""
    code = tmp_path / "code"
    code.mkdir()
    (code / "one.py").write_text(text, encoding="utf-8")
    (code / "two.py").write_text(f"x = '{'y' * 100}'\n", encoding="utf-8")
    found = figures.read(code)
    assert [(one.place, one.parameters, one.lines) for one in found.functions] == [
        ("one.py:1 wide", 4, 3),
        ("one.py:7 method", 1, 2),
    ]
    assert (found.modules, found.long_lines) == (2, 1)
    assert found.nodes == 17 + 5
    # `return a` is a statement, a name and how it is used; `pass` is one node.
    assert (found.statements, found.nodes_inside) == (2, 4)
    assert figures.read(tmp_path, without=[code.name]).modules == 0


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
