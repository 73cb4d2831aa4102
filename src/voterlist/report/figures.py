"""The numbers of a report.

The balance of rows, the calendar, the precincts, the ages, the key figures.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from voterlist.chance import AGREEMENTS
from voterlist.model import Severity, Sex, Standing
from voterlist.report.faults import NOBODY
from voterlist.report.lookup import Names, text_column
from voterlist.report.model import (
    Aside,
    Balance,
    Case,
    Chance,
    Due,
    Estimate,
    Fault,
    Group,
    ListBalance,
    Need,
    Number,
    Precinct,
    Text,
    UnitStanding,
)

__all__ = [
    "build_balance",
    "build_chance",
    "build_dues",
    "build_estimate",
    "build_groups",
    "build_needs",
    "build_numbers",
    "build_precincts",
    "build_pyramid",
]


def build_balance(lists: pa.Table, entries: int, set_aside: pa.Table, names: Names) -> Balance:
    """The balance of rows. ``entries`` is how many there are, counted in their own table."""
    columns = ["rows", "entries", "set_aside", "declared"]
    kinds = text_column(lists, "list_kind").to_pylist()
    rows = [
        ListBalance(place, kind, row["rows"], row["entries"], row["set_aside"], row["declared"])
        for place, kind, row in zip(
            names.places(lists), kinds, lists.select(columns).to_pylist(), strict=True
        )
    ]
    rows.sort(
        key=lambda row: (*_area(row.place.constituency, row.place.precinct), row.place.file or "")
    )
    total = sum(row.rows for row in rows)
    return Balance(total, entries, int(pc.sum(set_aside.column("rows")).as_py() or 0), tuple(rows))


def build_dues(
    standings: Sequence[UnitStanding], constituency: int | None, today: dt.date
) -> tuple[Due, ...]:
    """The stages of the calendar in order of their due dates, each with the standing of its units."""
    kept = [
        row for row in standings if constituency is None or row.constituency in {constituency, None}
    ]
    found = []
    for deadline in dict.fromkeys(row.deadline for row in kept):
        units = [row for row in kept if row.deadline == deadline]
        counts = Counter(row.standing for row in units)
        found.append(
            Due(
                deadline.stage.value,
                deadline.sender,
                deadline.receiver,
                deadline.opens,
                deadline.due,
                (deadline.due - today).days,
                tuple((standing, counts[standing]) for standing in Standing if counts[standing]),
                tuple(
                    (row.constituency, row.precinct, row.finished, row.standing) for row in units
                ),
            ),
        )
    return tuple(sorted(found, key=lambda due: (due.due, due.opens, due.stage)))


def build_precincts(
    profile: pa.Table, faults: Sequence[Fault], cases: Sequence[Case]
) -> tuple[Precinct, ...]:
    """The precincts of a PROFILE table with what was noticed in each."""
    noticed = Counter(
        (fault.place.constituency, fault.place.precinct, fault.severity) for fault in faults
    )
    involved = Counter(
        place
        for case in cases
        for place in {(member.place.constituency, member.place.precinct) for member in case.members}
    )
    columns = ["constituency", "precinct", "voters", "men", "women", "median_age"]
    found = []
    for row in profile.select(columns).to_pylist():
        place = (row["constituency"], row["precinct"])
        found.append(
            Precinct(
                **row,
                errors=noticed[*place, Severity.ERROR],
                warnings=noticed[*place, Severity.WARNING],
                notes=noticed[*place, Severity.NOTE],
                cases=involved[place],
            ),
        )
    return tuple(sorted(found, key=lambda row: _area(row.constituency, row.precinct)))


def build_pyramid(pyramid: pa.Table) -> tuple[Group, ...]:
    """The age groups of a PYRAMID table, the youngest first, unknown ages last."""
    return build_groups(pyramid.to_pylist())


def build_groups(rows: Iterable[Mapping[str, Any]]) -> tuple[Group, ...]:
    """The age groups of rows of PYRAMID or AGES, as ``build_pyramid``."""
    counts: Counter[tuple[int | None, str | None]] = Counter()
    for row in rows:
        counts[row["age_from"], row["sex"]] += row["voters"]
    ages = sorted({age for age, _ in counts}, key=lambda age: (age is None, age or 0))
    return tuple(
        Group(age, counts[age, Sex.MALE.value], counts[age, Sex.FEMALE.value], counts[age, None])
        for age in ages
    )


def build_estimate(estimate: pa.Table | None) -> Estimate | None:
    """The estimate of a table of at most one row with the columns of ``Estimate``."""
    if estimate is None or not estimate.num_rows:
        return None
    return Estimate(**estimate.select(list(Estimate.__dataclass_fields__)).to_pylist()[0])


def build_chance(coincidences: pa.Table, place: int | None) -> tuple[Chance, ...]:
    """The agreements of one constituency in a COINCIDENCE table.

    Those of the whole list, where it is of none.
    """
    number = pc.field("constituency")
    own = coincidences.filter(number.is_null() if place is None else number == place)
    order = ["+".join(agreement) for agreement in AGREEMENTS]
    rows = sorted(own.to_pylist(), key=lambda row: order.index(row["agreement"]))
    return tuple(
        Chance(tuple(row["agreement"].split("+")), row["expected"], row["found"]) for row in rows
    )


def build_numbers(
    balance: Balance,
    precincts: Sequence[Precinct],
    cases: Sequence[Case],
    faults: Sequence[Fault],
) -> tuple[Number, ...]:
    """The key figures, in the order in which they are read."""
    known = sum(row.men + row.women for row in precincts)
    severities = Counter(fault.severity for fault in faults)
    opened = sum(case.is_open for case in cases)
    return (
        Number("entries", balance.entries),
        Number("lists", len(balance.lists)),
        Number("precincts", len(precincts)),
        Number(
            "women-share",
            sum(row.women for row in precincts) / known if known else None,
            share=True,
        ),
        Number("open-cases", opened),
        Number("settled-cases", len(cases) - opened),
        Number("errors", severities[Severity.ERROR]),
        Number("warnings", severities[Severity.WARNING]),
        Number("notes", severities[Severity.NOTE]),
        Number("set-aside", balance.set_aside),
    )


def build_needs(
    balance: Balance,
    dues: Sequence[Due],
    cases: Sequence[Case],
    faults: Sequence[Fault],
    aside: Sequence[Aside],
) -> tuple[Need, ...]:
    """What needs a person now, the most urgent first; empty where nothing does."""
    found = [
        *_due_needs(dues, Standing.OVERDUE, Severity.ERROR, "need.overdue"),
        *_count_need(
            "need.unbalanced", abs(balance.rows - balance.entries - balance.set_aside), "balance"
        ),
        *_count_need(
            "need.lists-unbalanced", sum(not row.balances for row in balance.lists), "balance"
        ),
        *_count_need("need.files-unread", sum(row.place.line == 0 for row in aside), "set-aside"),
        *_count_need(
            "need.errors", sum(fault.severity is Severity.ERROR for fault in faults), "faults"
        ),
        *_due_needs(dues, Standing.DUE_SOON, Severity.WARNING, "need.due-soon"),
        *_count_need("need.cases", sum(case.is_open for case in cases), "cases", Severity.WARNING),
        *_count_need(
            "need.rows-perhaps-people",
            sum(row.place.line != 0 and row.code not in NOBODY for row in aside),
            "set-aside",
            Severity.WARNING,
        ),
        *_count_need(
            "need.declared-differs",
            sum(bool(row.differs) for row in balance.lists),
            "balance",
            Severity.WARNING,
        ),
    ]
    return tuple(found)


def _due_needs(dues: Sequence[Due], standing: Standing, severity: Severity, key: str) -> list[Need]:
    found = []
    for due in dues:
        units = dict(due.standings).get(standing, 0)
        if units:
            places = (
                ("stage", Text(f"deadline.{due.stage}.title")),
                ("due", due.due),
                ("days", abs(due.days_left)),
                ("count", units),
            )
            found.append(Need(severity, Text(key, places), "deadlines"))
    return found


def _count_need(
    key: str, count: int, section: str, severity: Severity = Severity.ERROR
) -> list[Need]:
    return [Need(severity, Text(key, (("count", count),)), section)] if count else []


def _area(constituency: int | None, precinct: int | None) -> tuple[bool, int, bool, int]:
    return (constituency is None, constituency or 0, precinct is None, precinct or 0)
