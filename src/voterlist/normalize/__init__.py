"""Entries normalised: names of three alphabets to one skeleton, dates, identifiers, addresses.

``normalize`` is the stage; the modules hold the scalar folds, each public under its own name.
"""

from __future__ import annotations

from voterlist.normalize.corrections import read_correction, read_day
from voterlist.normalize.explain import (
    NameReading,
    NameStep,
    PartReading,
    alike,
    explain_name,
    read_name,
)
from voterlist.normalize.rules import RULES
from voterlist.normalize.stage import normalize
from voterlist.normalize.street_or_village import has_kind_letter
from voterlist.normalize.streets import normalize_streets

__all__ = [
    "RULES",
    "NameReading",
    "NameStep",
    "PartReading",
    "alike",
    "explain_name",
    "has_kind_letter",
    "normalize",
    "normalize_streets",
    "read_correction",
    "read_day",
    "read_name",
]
