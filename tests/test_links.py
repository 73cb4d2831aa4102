"""The pages lead to each other: no link, heading or picture that is not there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"```.*?```", re.DOTALL)


def text_of(page: Path) -> str:
    return CODE.sub("", page.read_text(encoding="utf-8"))


def headings(page: Path) -> set[str]:
    """The names under which the headings of a page are linked to."""
    found = re.findall(r"^#+ (.+)$", text_of(page), re.MULTILINE)
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")
        for heading in found
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page):
    """Who follows it would stand before nothing, in an office without internet."""
    lost = []
    for target in LINK.findall(text_of(page)):
        if target.startswith(("http://", "https://", "mailto:")):
            continue
        path, _, heading = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        if not there.exists() or (
            heading and there.suffix == ".md" and heading not in headings(there)
        ):
            lost.append(target)
    assert lost == []


def test_every_module_that_a_page_names_is_there():
    """A newcomer would look for a file that somebody moved."""
    there = {
        path.as_posix() for path in ROOT.rglob("*.py") if ".venv" not in path.parts
    }
    missing = []
    for page in PAGES:
        if page.name == "CHANGELOG.md":
            continue
        named = set(re.findall(r"`((?:[\w-]+/)*[\w-]+\.py)`", text_of(page)))
        new = set(re.findall(r"^`(src/[^`]+\.py)`:$", text_of(page), re.MULTILINE))
        missing += [
            (page.name, name)
            for name in sorted(named - new - {"job.py"})
            if not any(path.endswith(f"/{name}") for path in there)
        ]
    assert missing == []
