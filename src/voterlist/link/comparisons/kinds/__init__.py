"""The kinds of comparisons that a user can add, one a file: how values are folded and compared.

A module of this folder has ``KIND``, a ``Kind``; its name is the name of the kind. Every module is
a kind: to add one is to add a file here. What several kinds need stands in ``kind.py`` above.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping

from voterlist.config.sections import KIND_NAMES, Fold
from voterlist.link.comparisons.kind import Kind

KINDS: Mapping[str, Kind] = {
    name: importlib.import_module(f"{__name__}.{name}").KIND for name in KIND_NAMES
}
FOLDS: Mapping[str, Fold] = {name: kind.fold for name, kind in KINDS.items()}
"""How the values of each kind are folded."""
