"""voterlist compiles voters' lists and finds repeated and faulty entries.

The public names are few: ``link`` takes pandas frames and gives an object with all that is known of
the linkage; ``find_duplicates``, ``find_matches``, ``check``, ``normalize`` and
``linkage_features`` take frames and give one; the errors share the root ``VoterlistError``.
Everything else is reached by the command line.

``check``, ``link`` and ``normalize`` are also the names of the packages behind them; inside the
project those are imported as ``from voterlist.check import check``, never from here.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

from voterlist.errors import VoterlistError
from voterlist.version import __version__

if TYPE_CHECKING:
    # Not to be moved out of this block: _FrontDoor loads them when they are asked for.
    from voterlist.api import (  # noqa: TC004  see above
        check,
        find_duplicates,
        find_matches,
        link,
        linkage_features,
        normalize,
    )

__all__ = [
    "VoterlistError",
    "__version__",
    "check",
    "find_duplicates",
    "find_matches",
    "link",
    "linkage_features",
    "normalize",
]


def _function(name: str) -> property:
    """A function of the front door, loaded with pandas when it is first asked for.

    Importing the package ``voterlist.check`` sets the attribute ``check`` of this module; the
    function stays.
    """

    def load(_module: ModuleType) -> Any:
        return getattr(importlib.import_module("voterlist.api"), name)

    def keep(_module: ModuleType, _package: ModuleType) -> None:
        """Importing a package of this name changes nothing here."""

    return property(load, keep)


class _FrontDoor(ModuleType):
    """This module: loading it loads neither pandas nor Arrow."""

    check = _function("check")
    find_duplicates = _function("find_duplicates")
    find_matches = _function("find_matches")
    link = _function("link")
    linkage_features = _function("linkage_features")
    normalize = _function("normalize")


sys.modules[__name__].__class__ = _FrontDoor
