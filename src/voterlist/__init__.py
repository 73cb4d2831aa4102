"""voterlist compiles voters' lists and finds repeated and faulty entries.

The public names are few: ``find_duplicates``, ``check``, ``normalize`` and ``linkage_features`` take a pandas frame
and give one; the errors share the root ``VoterlistError``. Everything else is reached by the command line.

``check`` and ``normalize`` are also the names of the packages behind them; inside the project those are imported
as ``from voterlist.check import check``, never from here.
"""

from __future__ import annotations

from voterlist.api import check, find_duplicates, linkage_features, normalize
from voterlist.errors import VoterlistError
from voterlist.version import __version__

__all__ = ["VoterlistError", "__version__", "check", "find_duplicates", "linkage_features", "normalize"]
