"""The picture of the house in docs/design.md, drawn from the code: its rooms, from the top down.

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
GROUND = "deadlines"
"""A room of the highest floor of those that all others stand on."""


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


def drawn() -> str:
    """The rooms in Markdown, from the top down, and those of the ground floor by themselves."""
    house = floors()
    ground = next(place for place, floor in enumerate(house) if GROUND in floor)
    above, below = (list(chain(*part)) for part in (house[:ground], house[ground:]))
    lines = [f"* `{room}`: {sentence(room)}" for room in above]
    lines += ["", "The ground floor, which all may use:", ""]
    lines += [f"* `{room}`: {sentence(room)}" for room in below]
    return "\n".join(lines)


def main() -> None:
    """Write the picture into the page."""
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(page.with_part(text, PART, drawn()), encoding="utf-8")


if __name__ == "__main__":
    main()
