"""Invented voters' lists with their truth, for tests, demonstrations and benchmarks.

Nobody on them exists. ``generate`` makes tables, ``write`` files; both give the same for the same
seed.
"""

from __future__ import annotations

from voterlist.synth.generate import Synthetic, generate
from voterlist.synth.places import Rates
from voterlist.synth.plan import Country, default_constituencies
from voterlist.synth.write import (
    FILES_UP_TO,
    Also,
    Summary,
    write,
    write_tables,
    write_workspace,
)

__all__ = [
    "FILES_UP_TO",
    "Also",
    "Country",
    "Rates",
    "Summary",
    "Synthetic",
    "default_constituencies",
    "generate",
    "write",
    "write_tables",
    "write_workspace",
]
