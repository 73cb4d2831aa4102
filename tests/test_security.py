"""The page about security: each test that it names exists, each section says what is missing."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
_NAMED = re.compile(r"`(test_\w+\.py)::(test_\w+)`")
_ROW = re.compile(r"^\| (?!danger |---)(.+) \|$", re.MULTILINE)


def test_each_test_that_the_page_names_exists():
    """A danger would be called covered by a test that somebody renamed or removed."""
    named = set(_NAMED.findall(PAGE))
    assert len(named) > 60
    missing = [
        f"{file}::{test}"
        for file, test in sorted(named)
        if not (ROOT / "tests" / file).exists()
        or f"def {test}(" not in (ROOT / "tests" / file).read_text(encoding="utf-8")
    ]
    assert missing == []


def test_each_danger_names_a_test_and_each_section_what_is_not_covered():
    """What nobody tests is a promise, not a protection."""
    assert [row for row in _ROW.findall(PAGE) if not _NAMED.search(row)] == []
    sections = PAGE.split("\n## ")[1:]
    dangers = [one for one in sections if "| danger |" in one]
    assert len(dangers) == 9
    assert [one.splitlines()[0] for one in dangers if "Not covered:" not in one] == []
