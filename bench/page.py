"""Parts of docs/benchmarks.md: each script writes its own and leaves the others as they are."""

from __future__ import annotations

import re

__all__ = ["part", "with_part"]


def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(
        rf"(<!-- {name}: begin -->\n)(.*?)(<!-- {name}: end -->)", re.DOTALL
    )


def part(page: str, name: str) -> str:
    """What stands between the two marks of a part; empty where the page has no such part."""
    found = _pattern(name).search(page)
    return found[2] if found else ""


def with_part(page: str, name: str, text: str) -> str:
    """The page with ``text`` between the two marks of a part.

    Raises:
        ValueError: the page has no such part.
    """
    made, count = _pattern(name).subn(
        lambda found: found[1] + text.rstrip("\n") + "\n" + found[3], page
    )
    if count != 1:
        raise ValueError(f"the page has {count} parts named {name}")
    return made
