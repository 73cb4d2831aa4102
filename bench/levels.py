"""The table of comparison levels in docs/link.md, made from the comparisons themselves.

    python bench/levels.py

writes it. A test compares the page with what this script would write.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import page
from voterlist.catalogue import catalogue
from voterlist.link.comparisons import SHIPPED, Comparison, Evidence

PAGE = Path(__file__).resolve().parents[1] / "docs" / "link.md"
PART = "levels"
HEAD = (
    "| comparison | level | says | likeness | u of the level |\n|---|---|---|--:|---|"
)
SOURCES = {
    Evidence.LEVEL: "random pairs",
    Evidence.VALUE: "term frequency",
    Evidence.ELSEWHERE: "counted with the surname",
}


def table() -> str:
    """The table, each comparison's levels from the strongest evidence for one person down."""
    return "\n".join(
        [HEAD, *(row for comparison in SHIPPED for row in _rows(comparison))]
    )


def _rows(comparison: Comparison) -> Iterator[str]:
    say = catalogue("en")
    name = comparison.field
    for level in comparison.levels:
        source = SOURCES[level.evidence] if level else "weighs nothing"
        yield f"| {name} | *{level.word}* | {say(level.key)} | {level.likeness:g} | {source} |"
        name = ""


def main() -> None:
    """Write the table into the page."""
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(page.with_part(text, PART, table()), encoding="utf-8")


if __name__ == "__main__":
    main()
