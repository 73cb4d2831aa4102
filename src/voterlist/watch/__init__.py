"""What people changed, night by night, against what is expected of such nights.

A night is a day of the ledger's answers. Of each unit, such as a precinct or a person, only the
nights on which anything was done to it count: how much is done then is expected to follow a
negative binomial distribution, whose mean is drawn towards that of all units as long as little is
known of this one, and whose spread beyond chance is learnt from all (docs/watch.md). Nothing is
read but the answers, so the same answers always tell the same.

Cao, S., Beck, N., Alvarez, R. M. and others (2022), Detecting anomalies in changes of voter
registration by multilevel models, Statistics, Politics and Policy, doi 10.1515/spp-2021-0016.
Spiegelhalter, D. J. (2005), Handling over-dispersion of performance indicators, Quality and Safety
in Health Care 14, 347-351.
"""

from __future__ import annotations

from voterlist.watch.answers import Happened, happened, nights
from voterlist.watch.waves import RULES, People, left, waves, waves_as_findings

__all__ = [
    "RULES",
    "Happened",
    "People",
    "happened",
    "left",
    "nights",
    "waves",
    "waves_as_findings",
]
