"""What the chair of the centre must know: the first sentence of each section, in their order."""

from __future__ import annotations

from dataclasses import replace

from voterlist.model import Severity
from voterlist.report.section import Inputs
from voterlist.report.sections.nation.balance import BALANCE
from voterlist.report.sections.nation.changes import CHANGES
from voterlist.report.sections.nation.cycle import CYCLE
from voterlist.report.sections.nation.deaths import DEATHS
from voterlist.report.sections.nation.late import LATE
from voterlist.report.sections.nation.map import MAP
from voterlist.report.sections.nation.quality import QUALITY
from voterlist.report.sections.nation.repeats import REPEATS
from voterlist.report.sections.nation.statistics import STATISTICS
from voterlist.report.sections.needs import NEEDS, Need

PARTS = (BALANCE, LATE, QUALITY, MAP, REPEATS, CHANGES, DEATHS, STATISTICS, CYCLE)
"""The sections behind this one, in their order."""


def _build(inputs: Inputs) -> tuple[Need, ...]:
    needs = []
    for section in PARTS:
        part = inputs.of(section)
        grave = Severity.ERROR if section in {BALANCE, LATE} else Severity.WARNING
        severity = grave if part.waits else Severity.NOTE
        needs += [Need(severity, text, section.name) for text in part.told[:1]]
    return tuple(needs)


NATION_NEEDS = replace(NEEDS, build=_build)
