"""A rule about outliers among precincts, made from the measure that it judges."""

from __future__ import annotations

from functools import partial

import numpy as np
import pyarrow as pa

from voterlist.check.measures import MEASURES, Judged, Measure, judged
from voterlist.check.register import Register, RegisterTest
from voterlist.model import Rule

__all__ = ["found_outliers", "outlier_test"]


def outlier_test(rule: Rule, field: str) -> RegisterTest:
    """The test of a rule that one of ``MEASURES`` names."""
    measure = next(measure for measure in MEASURES if measure.rule == rule.code)
    return RegisterTest(rule, partial(_outlying, rule=rule, measure=measure, field=field))


def _outlying(register: Register, rule: Rule, measure: Measure, field: str) -> pa.Table:
    return found_outliers(register, rule, judged(register, measure), field)


def found_outliers(register: Register, rule: Rule, found: Judged, field: str) -> pa.Table:
    """FINDING: the outliers, each with its value and the limit it has passed."""
    at = np.flatnonzero(found.outlying)
    value, limit = found.funnel.value[at], found.limit[at]
    return register.precinct_findings(rule, at, field=field, value=value, limit=limit)
