"""Entries normalised: names of three alphabets to one skeleton, dates, identifiers, addresses.

``normalize`` is the stage; the modules hold the scalar folds, each public under its own name.
Nothing is loaded before it is used: the folds need no library, and a process that helps with them
(``shares``) starts quickly.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from voterlist.normalize.columns import RULES
    from voterlist.normalize.corrections import read_correction, read_day
    from voterlist.normalize.explain import (
        NameReading,
        PartReading,
        alike,
        read_name,
    )
    from voterlist.normalize.stage import made_of, normalize
    from voterlist.normalize.streets import normalize_streets

__all__ = [
    "RULES",
    "NameReading",
    "PartReading",
    "alike",
    "made_of",
    "normalize",
    "normalize_streets",
    "read_correction",
    "read_day",
    "read_name",
]

_HOMES = {
    "NameReading": "voterlist.normalize.explain",
    "PartReading": "voterlist.normalize.explain",
    "RULES": "voterlist.normalize.columns",
    "alike": "voterlist.normalize.explain",
    "made_of": "voterlist.normalize.stage",
    "normalize": "voterlist.normalize.stage",
    "normalize_streets": "voterlist.normalize.streets",
    "read_correction": "voterlist.normalize.corrections",
    "read_day": "voterlist.normalize.corrections",
    "read_name": "voterlist.normalize.explain",
}
"""The module in which each name is defined."""


def __getattr__(name: str) -> Any:
    """Load a name when it is first used."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__} has no attribute {name}")
    return getattr(importlib.import_module(_HOMES[name]), name)
