"""Entries normalised: names of three alphabets to one skeleton, dates, identifiers, addresses.

``normalize`` is the stage; the modules hold the scalar folds, each public under its own name.
"""

from __future__ import annotations

from voterlist.normalize.explain import NameStep, explain_name
from voterlist.normalize.rules import RULES
from voterlist.normalize.stage import normalize

__all__ = ["RULES", "NameStep", "explain_name", "normalize"]
