"""Data that ships with the program, beside the code that reads it."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterator
from importlib import resources
from typing import Any


def shipped_text(package: str, *path: str) -> str:
    """The text of a file of a package."""
    return resources.files(package).joinpath(*path).read_text(encoding="utf-8")


def shipped_toml(package: str, *path: str) -> dict[str, Any]:
    """What a file of a package says."""
    return tomllib.loads(shipped_text(package, *path))


def shipped_rows(package: str, *path: str) -> Iterator[dict[str, str]]:
    """The rows of a table of a package, by the headings of its columns."""
    return csv.DictReader(shipped_text(package, *path).splitlines())
