"""How right decisions are: second readings, the agreement of two people, what is missed.

``second_readings`` says which decided cases another person is to read, without knowing the first
decision; ``in_effect`` leaves out what has to wait for it. ``agreement`` compares the two readings
of each case, and ``certificate`` says what follows of all decisions, each figure with its interval.
"""

from __future__ import annotations

from voterlist.quality.agreement import Agreement, agreement, kappas
from voterlist.quality.certificate import certificate
from voterlist.quality.intervals import Interval, stratified, wilson
from voterlist.quality.readings import (
    actions_of_two,
    in_effect,
    second_readings,
    waiting_for,
)
from voterlist.quality.twice import TwoReadings, read_twice

__all__ = [
    "Agreement",
    "Interval",
    "TwoReadings",
    "actions_of_two",
    "agreement",
    "certificate",
    "in_effect",
    "kappas",
    "read_twice",
    "second_readings",
    "stratified",
    "waiting_for",
    "wilson",
]
