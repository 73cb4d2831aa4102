"""The voters: how many in each precinct, of which age, and what was noticed in each precinct."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import pyarrow as pa

from voterlist.model import Precinct, Severity, Sex, frozen, null_last
from voterlist.report.section import Inputs, Section
from voterlist.report.sections.cases import CASES
from voterlist.report.sections.cases.model import Case
from voterlist.report.sections.findings import FINDINGS, FindingRow
from voterlist.report.values import Limits, place_order
from voterlist.schemas import AGES, PROFILE
from voterlist.tables import ReadRow


@frozen
class AgeGroup:
    """Five years of age (``age_from`` and the four after it); None: not known."""

    age_from: int | None
    men: int
    women: int
    unknown: int


@frozen
class PrecinctCounts:
    """A precinct in numbers; the median as in PROFILE."""

    constituency: int | None
    precinct: int | None
    voters: int
    men: int
    women: int
    median_age: float | None
    errors: int
    warnings: int
    notes: int
    cases: int
    """Cases with an entry of this precinct, of the kinds that are asked about."""

    @property
    def area(self) -> Precinct:
        """Its constituency and number."""
        return (self.constituency, self.precinct)


@frozen
class People:
    """The voters of a report, by precinct and by age, and the limits that precincts have by law."""

    precincts: tuple[PrecinctCounts, ...]
    ages: tuple[AgeGroup, ...]
    limits: Limits


def _build(inputs: Inputs) -> People:
    findings, cases = inputs.of(FINDINGS).rows, inputs.of(CASES).for_review
    precincts = _precincts(inputs.own("profile"), findings, cases)
    ages = age_groups(inputs.own("ages").to_pylist())
    return People(precincts, ages, inputs.run.limits)


def _precincts(
    profile: pa.Table, findings: Sequence[FindingRow], cases: Sequence[Case]
) -> tuple[PrecinctCounts, ...]:
    noticed = Counter((row.place.area, row.severity) for row in findings)
    involved = Counter(area for case in cases for area in case.areas)
    columns = ["constituency", "precinct", "voters", "men", "women", "median_age"]
    precincts = []
    for row in profile.select(columns).to_pylist():
        area = (row["constituency"], row["precinct"])
        counts = PrecinctCounts(
            **row,
            errors=noticed[area, Severity.ERROR],
            warnings=noticed[area, Severity.WARNING],
            notes=noticed[area, Severity.NOTE],
            cases=involved[area],
        )
        precincts.append(counts)
    return tuple(sorted(precincts, key=lambda row: place_order(*row.area)))


def age_groups(rows: Iterable[ReadRow]) -> tuple[AgeGroup, ...]:
    """The age groups of rows of AGES, the youngest first, unknown ages last."""
    counts: Counter[tuple[int | None, str | None]] = Counter()
    for row in rows:
        counts[row["age_from"], row["sex"]] += row["voters"]
    sexes = (Sex.MALE, Sex.FEMALE, None)
    ages = sorted({age for age, _ in counts}, key=null_last)
    return tuple(AgeGroup(age, *(counts[age, sex] for sex in sexes)) for age in ages)


PEOPLE = Section(
    name="people",
    build=_build,
    needs={"profile": PROFILE, "ages": AGES},
    most={"precincts": 300},
)
