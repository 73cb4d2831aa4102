"""docs/dependencies.md is of the packages that are pinned, and of no others."""

import re
from pathlib import Path

import workspaces

ROOT = Path(workspaces.__file__).parents[1]
PAGE = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")


def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def pinned():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return {normal(line.split("==")[0]) for line in lines if "==" in line}


def rows(page):
    """The rows of the tables with an age: package -> its other cells."""
    found = {}
    for line in page.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 5 and re.fullmatch(r"\d{4}", cells[1]):
            found[normal(cells[0])] = cells[1:]
    return found


def test_every_pinned_package_is_on_the_page():
    """Nobody would know why it is there, or whether anybody keeps it."""
    words = {normal(word) for word in re.findall(r"[A-Za-z0-9][\w.-]*\w", PAGE)}
    assert pinned() - words == set()


def test_what_is_installed_has_age_keeper_and_licence():
    """A package that nobody keeps any more would be found out when it breaks."""
    told = rows(PAGE)
    assert len(told) > 50
    assert told.keys() <= pinned()
    assert all(cells[1] and cells[2] for cells in told.values())
