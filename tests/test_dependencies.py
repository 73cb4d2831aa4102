"""The page and the table of dependencies tell of every pinned package, and of no other."""

import re
import tomllib
from pathlib import Path

import workspaces

ROOT = Path(workspaces.__file__).parents[1]
PAGE = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")


def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


TOLD = {
    normal(name): package
    for name, package in tomllib.loads(
        (ROOT / "packaging" / "packages.toml").read_text(encoding="utf-8")
    ).items()
}


def pinned():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return {normal(line.split("==")[0]) for line in lines if "==" in line}


def test_every_pinned_package_is_told():
    """Nobody would know why it is there, or whether anybody keeps it."""
    words = {normal(word) for word in re.findall(r"[A-Za-z0-9][\w.-]*\w", PAGE)}
    assert pinned() - words - TOLD.keys() == set()


def test_what_is_installed_has_age_keeper_and_licence():
    """A package that nobody keeps any more would be found out when it breaks."""
    assert len(TOLD) > 50
    assert TOLD.keys() <= pinned()
    for package in TOLD.values():
        assert 1990 < package["since"] < 2100
        assert package["kept_by"]
        assert package["licence"]
