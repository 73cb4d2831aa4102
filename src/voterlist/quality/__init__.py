"""How right decisions are: second readings, the agreement of two people, what is missed.

``second_readings`` says which decided cases another person is to read, without knowing the first
decision; ``in_effect`` leaves out what has to wait for it. ``agreement`` compares the two readings
of each case, and ``certificate`` says what follows of all decisions, each figure with its interval.
"""

from __future__ import annotations

from voterlist.quality.agreement import (
    Agreement,
    TwoReadings,
    agreement,
    kappas,
    read_twice,
)
from voterlist.quality.certificate import certificate, certificate_of_run
from voterlist.quality.intervals import Interval, stratified, wilson
from voterlist.quality.readings import (
    actions_of_two,
    in_effect,
    second_readings,
    waiting_for,
)
from voterlist.quality.sampling import Drawable, draw, place_of
from voterlist.quality.unasked import (
    UNASKED,
    band_of,
    counts_of_unasked,
    is_unasked,
    unasked_pairs,
)

__all__ = [
    "UNASKED",
    "Agreement",
    "Drawable",
    "Interval",
    "TwoReadings",
    "actions_of_two",
    "agreement",
    "band_of",
    "certificate",
    "certificate_of_run",
    "counts_of_unasked",
    "draw",
    "in_effect",
    "is_unasked",
    "kappas",
    "place_of",
    "read_twice",
    "second_readings",
    "stratified",
    "unasked_pairs",
    "waiting_for",
    "wilson",
]
