"""The picture of the house in docs/design.md, drawn from the code: rooms, floors, imports.

    python bench/house.py

writes it. A test compares the page with what this script would write.
"""

from __future__ import annotations

import ast
import tomllib
from itertools import chain
from pathlib import Path

import page

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "voterlist"
PAGE = ROOT / "docs" / "design.md"
PART = "house"
GROUND = "config"
"""A room of the highest floor of those that all others stand on; they are not drawn as used."""


def floors() -> list[list[str]]:
    """The rooms by floor, from the top, as the contract of the imports has them."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    (contract,) = (one for one in contracts if one["type"] == "layers")
    return [floor.split(" | ") for floor in contract["layers"]]


def sentence(room: str) -> str:
    """What belongs into a room: the first line of its docstring."""
    front = SOURCE / room / "__init__.py"
    path = front if front.exists() else SOURCE / f"{room}.py"
    told = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return told.partition("\n")[0].replace("``", "`")


def uses(room: str) -> set[str]:
    """The rooms that a room imports."""
    folder = SOURCE / room
    files = folder.rglob("*.py") if folder.is_dir() else [SOURCE / f"{room}.py"]
    found: set[str] = set()
    for path in files:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.ImportFrom) or not node.module:
                continue
            names = node.module.split(".")
            if names == ["voterlist"]:
                found |= {alias.name for alias in node.names}
            elif names[0] == "voterlist":
                found.add(names[1])
    return found - {room}


def drawn() -> str:
    """The picture in Markdown, from the top down: a row a room, and the ground floor as a list."""
    house = floors()
    ground = next(place for place, floor in enumerate(house) if GROUND in floor)
    above, below = (list(chain(*part)) for part in (house[:ground], house[ground:]))
    lines = ["| room | what belongs there | uses |", "|---|---|---|"]
    for room in above:
        used = uses(room)
        shown = " ".join(f"`{other}`" for other in above if other in used)
        lines.append(f"| `{room}` | {sentence(room)} | {shown} |")
    lines += ["", "The ground floor, which all may use:", ""]
    lines += [f"* `{room}`: {sentence(room)}" for room in below]
    return "\n".join(lines)


def main() -> None:
    """Write the picture into the page."""
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(page.with_part(text, PART, drawn()), encoding="utf-8")


if __name__ == "__main__":
    main()
