"""Whether the program is installed as it should be: Python, and the packages that it needs.

Nothing but the standard library is loaded: a package that is missing is told, and stops nothing.
"""

from __future__ import annotations

import importlib.metadata
import platform
import re
import sys
from collections.abc import Iterator
from dataclasses import field
from enum import StrEnum
from importlib import resources
from pathlib import Path

from voterlist.model import frozen

_OLDEST_PYTHON = (3, 11)
_PINS = "constraints.txt"
_REQUIRED = re.compile(r"\s*([A-Za-z0-9._-]+)")


class Health(StrEnum):
    """How good what was looked at is."""

    GOOD = "good"
    DOUBTFUL = "doubtful"
    """It works, but slowly, or not for everything."""
    BAD = "bad"
    """Something does not work until somebody changes it."""


Places = dict[str, str | int | float]
"""What sentences name."""


@frozen
class Noticed:
    """One thing that was looked at.

    Attributes:
        code: what; its sentences are ``doctor.<code>.<health>`` and, unless it is good,
            ``doctor.<code>.todo``.
        health: how good it is.
        places: what the sentences name.
    """

    code: str
    health: Health
    places: Places = field(default_factory=dict)


def examine_installation() -> list[Noticed]:
    """How Python and the packages are; where one of them is bad, nothing else can be looked at."""
    return [_python(), _packages()]


def _python() -> Noticed:
    places: Places = {
        "version": platform.python_version(),
        "system": platform.platform(terse=True),
        "program": sys.executable,
    }
    is_good = sys.version_info >= _OLDEST_PYTHON and sys.maxsize > 2**32
    return Noticed("python", Health.GOOD if is_good else Health.BAD, places)


def _packages() -> Noticed:
    """Whether the packages are there, in the versions that the program was tested with."""
    found = packages()
    missing = [package.name for package in found if package.installed is None]
    if missing or not found:
        return Noticed("packages", Health.BAD, {"names": ", ".join(missing)})
    other = [
        f"{package.name} {package.installed} ({package.pinned})"
        for package in found
        if package.pinned not in {None, package.installed}
    ]
    if other:
        return Noticed("packages", Health.DOUBTFUL, {"names": ", ".join(other)})
    return Noticed("packages", Health.GOOD, {"count": len(found)})


@frozen
class Package:
    """A package that the program needs, or that one of those needs."""

    name: str
    installed: str | None
    """Its version; None where it is not installed."""
    pinned: str | None
    """The version that this program was tested with; None where that is not known."""


def pins() -> dict[str, str]:
    """Package -> version that this program was tested with, by normal names.

    They stand in the wheel, or beside the sources; empty where they are in neither.
    """
    beside = Path(__file__).parents[3] / _PINS
    inside = resources.files("voterlist") / _PINS
    if inside.is_file():
        text = inside.read_text(encoding="utf-8")
    elif beside.is_file():
        text = beside.read_text(encoding="utf-8")
    else:
        return {}
    pairs = (line.split("==") for line in text.splitlines() if "==" in line)
    return {_normal(name): version.strip() for name, version in pairs}


def packages() -> list[Package]:
    """What the program needs, by name; packages of extras only as far as they are needed anyway.

    A package that is needed on some systems only is left out where it is not installed.
    """
    pinned = pins()
    waiting = list(_needs("voterlist"))
    found = {name: _version(name) for name in waiting}
    while waiting:
        for name in _needs(waiting.pop()):
            if name not in found and _version(name) is not None:
                found[name] = _version(name)
                waiting.append(name)
    return [
        Package(name, version, pinned.get(name))
        for name, version in sorted(found.items())
    ]


def _needs(name: str) -> Iterator[str]:
    """The requirements of a package that are not of an extra."""
    try:
        lines = importlib.metadata.requires(name) or []
    except importlib.metadata.PackageNotFoundError:
        return
    for line in lines:
        requirement, _, condition = line.partition(";")
        match = _REQUIRED.match(requirement)
        if match and "extra" not in condition:
            yield _normal(match[1])


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _normal(name: str) -> str:
    """The name of a package as it is compared."""
    return re.sub(r"[-_.]+", "-", name.strip()).lower()
