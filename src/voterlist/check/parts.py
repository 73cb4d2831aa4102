"""The register of a nation, tested a constituency at a time.

What the tests and the statistics say of a constituency rests on that constituency alone: how
spread its precincts are, which of its names are rare. So a constituency is told the same whoever
tests it, and it is tested again only where it has changed. What is said of the whole list, and of
entries that agree across constituencies, is put together here from what the parts leave.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.chance import AGREEMENTS
from voterlist.check.agehist import age_histogram, final_digits
from voterlist.check.context import Codes, Context
from voterlist.check.indicators import joined_indicators
from voterlist.check.rules import coincidences_beyond_chance as beyond_chance
from voterlist.config import CheckSettings
from voterlist.findings import gather, is_on
from voterlist.schemas import (
    AGES,
    COINCIDENCE,
    FINDING,
    PROFILE,
    PYRAMID,
    REGISTER_USE,
)
from voterlist.tables import concat, from_columns, sort_by

__all__ = ["Joined", "PartTables", "Sums", "join", "sums_of"]


@dataclass(frozen=True, slots=True)
class Sums:
    """What the statistics of a whole list need of a constituency, summed over its precincts."""

    ages: Codes
    """How many voters there are of each age."""
    digits: Codes
    """The same of each birth year, as ``final_digits`` counts them."""
    full_dates: int
    """Entries with a full birth date."""
    years: int
    """Entries with a birth year."""

    def to_lists(self) -> dict[str, list[int]]:
        """The same as plain values."""
        return {
            "ages": self.ages.tolist(),
            "digits": self.digits.tolist(),
            "dates": [self.full_dates, self.years],
        }

    @classmethod
    def from_lists(cls, values: dict[str, list[int]]) -> Sums:
        """What ``to_lists`` gave."""
        ages, digits = (np.array(values[name], np.int64) for name in ("ages", "digits"))
        return cls(ages, digits, *values["dates"])


def sums_of(context: Context) -> Sums:
    """The sums of a context."""
    return Sums(
        context.cached(age_histogram).sum(axis=0),
        final_digits(context).sum(axis=0),
        int(context.is_known("birth_day").sum()),
        int(context.is_known("birth_year").sum()),
    )


@dataclass(frozen=True, slots=True)
class PartTables:
    """What the tests say of one constituency; the tables are those of ``Examined``."""

    constituency: int | None
    findings: pa.Table
    indicators: pa.Table
    profile: pa.Table
    pyramid: pa.Table
    pyramids: pa.Table
    coincidences: pa.Table
    street_use: pa.Table
    sums: Sums


@dataclass(frozen=True, slots=True)
class Joined:
    """What the tests say of all constituencies; the tables are those of ``Examined``."""

    findings: pa.Table
    indicators: pa.Table
    profile: pa.Table
    pyramid: pa.Table
    pyramids: pa.Table
    coincidences: pa.Table
    street_use: pa.Table


def join(
    parts: Sequence[PartTables],
    whole: pa.Table,
    across: pa.Table,
    settings: CheckSettings,
) -> Joined:
    """All constituencies together, as one list.

    Args:
        parts: at least two, in order of constituency.
        whole: COINCIDENCE of the whole list.
        across: FINDING: what entries of several constituencies share.
        settings: those of the parts.
    """
    numbers = [one.constituency for one in parts if one.constituency is not None]
    coincidences = _coincidences([one.coincidences for one in parts], whole)
    findings = [_of_constituencies(one.findings) for one in parts]
    if len(numbers) != 1 and is_on(beyond_chance.RULE, settings):
        findings.append(_beyond_chance(whole, parts, settings))
    return Joined(
        findings=gather([*findings, across], settings),
        indicators=joined_indicators(
            [one.indicators for one in parts],
            np.sum([one.sums.ages for one in parts], axis=0),
            np.sum([one.sums.digits for one in parts], axis=0),
        ),
        profile=sort_by(
            concat([one.profile for one in parts], PROFILE), "constituency", "precinct"
        ),
        pyramid=_pyramid([one.pyramid for one in parts]),
        pyramids=sort_by(
            concat([one.pyramids for one in parts], AGES),
            *(name for name in AGES.names if name != "voters"),
        ),
        coincidences=coincidences,
        street_use=_street_use(parts, are_several=len(numbers) > 1),
    )


def _of_constituencies(findings: pa.Table) -> pa.Table:
    """The findings without those about the whole of a list that is of no known constituency."""
    is_rule = pc.equal(
        findings.column("rule").cast(pa.string()), beyond_chance.RULE.code
    )
    is_whole = pc.and_(is_rule, findings.column("constituency").is_null())
    return concat([findings.filter(pc.invert(is_whole))], FINDING)


def _beyond_chance(
    whole: pa.Table, parts: Sequence[PartTables], settings: CheckSettings
) -> pa.Table:
    agreement = beyond_chance.agreement_of(
        sum(one.sums.full_dates for one in parts), sum(one.sums.years for one in parts)
    )
    return beyond_chance.beyond(whole, agreement, settings)


def _coincidences(parts: Sequence[pa.Table], whole: pa.Table) -> pa.Table:
    """Those of each constituency, agreement by agreement, then those of the whole."""
    placed = [part.filter(part.column("constituency").is_valid()) for part in parts]
    filled = [part for part in placed if part.num_rows]
    rows = [part.slice(place, 1) for place in range(len(AGREEMENTS)) for part in filled]
    return concat([*rows, whole], COINCIDENCE)


def _pyramid(parts: Sequence[pa.Table]) -> pa.Table:
    names = ["age_from", "sex"]
    table = concat(parts, PYRAMID)
    table = table.set_column(1, "sex", table.column("sex").cast(pa.string()))
    summed = table.group_by(names, use_threads=False).aggregate([("voters", "sum")])
    columns = {name: summed.column(name) for name in names}
    columns["voters"] = summed.column("voters_sum")
    return sort_by(from_columns(columns, PYRAMID), *names)


def _street_use(parts: Sequence[PartTables], *, are_several: bool) -> pa.Table:
    """REGISTER_USE of all, then of each constituency where there are several."""
    first = parts[0].street_use
    rows = [
        None if first.column("rows")[row].as_py() is None else 0
        for row in range(first.num_rows)
    ]
    counted = [one.street_use.column("rows").to_pylist() for one in parts]
    is_given = None not in rows
    whole = [sum(row) for row in zip(*counted, strict=True)] if is_given else rows
    tables = [_with_rows(first, whole, None)]
    if are_several and is_given:
        tables += [
            _with_rows(one.street_use, counted[place], one.constituency)
            for place, one in enumerate(parts)
            if one.constituency is not None
        ]
    return concat(tables, REGISTER_USE)


def _with_rows(
    table: pa.Table, rows: Sequence[int | None], constituency: int | None
) -> pa.Table:
    columns = {name: table.column(name) for name in ("register", "measure")}
    columns["rows"] = pa.array(rows, pa.int64())
    columns["constituency"] = pa.array([constituency] * len(rows), pa.int32())
    return from_columns(columns, REGISTER_USE)
