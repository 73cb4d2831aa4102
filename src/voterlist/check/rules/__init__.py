"""The register tests: a rule is a record of ``rules.toml``, and ``find`` in the file of its name.

``find`` takes the ``Context`` and the rule, and returns FINDING: where the rule is broken. A rule
that differs from another by a field alone is a line here. What several rules need stands in the
package above.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple

import pyarrow as pa

from voterlist.check.context import Context
from voterlist.check.measures import (
    FIFTEENTH,
    FIRST_OF_JANUARY,
    MEN_SHARE,
    ROUND_YEAR,
    WITHOUT_FIN,
    YEAR_ONLY,
    outliers,
)
from voterlist.check.shared import contradicted_sex, shared_by_two_people
from voterlist.findings import declared_rules
from voterlist.model import Rule

_Find = Callable[[Context, Rule], pa.Table]


class RegisterTest(NamedTuple):
    """A rule, and the function that finds where it is broken."""

    rule: Rule
    find: _Find


ALIKE: Mapping[str, _Find] = {
    "birth-year-only-outlier": partial(outliers, measure=YEAR_ONLY, field="birth_date"),
    "document-shared": partial(shared_by_two_people, field="document"),
    "fin-shared": partial(shared_by_two_people, field="fin"),
    "heaping-fifteenth": partial(outliers, measure=FIFTEENTH, field="birth_date"),
    "heaping-first-of-january": partial(
        outliers, measure=FIRST_OF_JANUARY, field="birth_date"
    ),
    "heaping-round-year": partial(outliers, measure=ROUND_YEAR, field="birth_date"),
    "missing-fin-outlier": partial(outliers, measure=WITHOUT_FIN, field="fin"),
    "sex-contradicts-given-name": partial(
        contradicted_sex, witness="given_sex", field="given_name"
    ),
    "sex-contradicts-patronymic": partial(
        contradicted_sex, witness="patronymic_sex", field="patronymic"
    ),
    "sex-contradicts-surname": partial(
        contradicted_sex, witness="surname_sex", field="surname"
    ),
    "sex-ratio-outlier": partial(outliers, measure=MEN_SHARE, field="sex"),
}
"""Of the rules that differ by a field alone where each is broken."""


def _test(rule: Rule) -> RegisterTest:
    """The test of a rule."""
    if rule.code in ALIKE:
        return RegisterTest(rule, ALIKE[rule.code])
    module = importlib.import_module(f"{__name__}.{rule.code.replace('-', '_')}")
    return RegisterTest(rule, module.find)


RULES: tuple[Rule, ...] = tuple(declared_rules("voterlist.check").values())
TESTS: tuple[RegisterTest, ...] = tuple(map(_test, RULES))
