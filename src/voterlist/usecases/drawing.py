"""What may be drawn of a workspace: cases about which people are asked, and other pairs."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Any

import pyarrow as pa

from voterlist import quality, report
from voterlist.decisions import Given, standing
from voterlist.quality import Drawable
from voterlist.report import Case, ReviewTables, Sources
from voterlist.schemas import CASE
from voterlist.tables import concat, rows_among
from voterlist.usecases.drawn_pairs import cases_of_pairs


class Drawing:
    """What may be drawn, and the cases of what was.

    Args:
        tables: the tables of the newest run.
        review_probability: the probability from which the program asks.

    Attributes:
        asked: the cases about which people are asked, by kind.
        unasked: the pairs about which nobody is, by band of the probability.
    """

    def __init__(self, tables: ReviewTables, review_probability: float) -> None:
        self._tables = tables
        self._pairs = quality.unasked_pairs(
            tables.pairs, tables.cases, review_probability
        )
        self.asked = tuple(_cases(tables.cases, review_probability))
        self.unasked = tuple(
            Drawable(name, quality.band_of(row["probability"]), row["probability"])
            for name, row in _named(self._pairs)
        )

    def decided(self, given: Given) -> set[str]:
        """The names of the cases and pairs of which people have said anything."""
        verdicts = standing(given)
        rows = [*verdicts.decisions.to_pylist(), *verdicts.contested.to_pylist()]
        ids = {row["case_id"] for row in rows}
        members: dict[str, list[str]] = {}
        for row in rows_among(self._tables.cases, "case_id", ids).to_pylist():
            members.setdefault(row["case_id"], []).append(row["entry_id"])
        for case in ids - members.keys():
            members[case] = list(given.case_entries.get(case, ()))
        return ids | {" ".join(sorted(entries)) for entries in members.values()}

    def blind(
        self, names: Collection[str], sources: Sources, *, mask_identifiers: bool
    ) -> tuple[Case, ...]:
        """The cases of these names, without score and proposal, by number.

        A pair that is no case has a number behind all others.
        """
        wanted = set(names)
        places = [
            place
            for place, (name, _) in enumerate(_named(self._pairs))
            if name in wanted
        ]
        of_pairs = cases_of_pairs(self._pairs.take(pa.array(places, pa.int64())))
        ids = wanted | set(of_pairs.column("case_id").to_pylist())
        return report.blind_cases(
            ids,
            with_cases(self._tables, of_pairs),
            sources=sources,
            mask_identifiers=mask_identifiers,
        )


def _cases(cases: pa.Table, threshold: float) -> Iterator[Drawable]:
    """The cases about which the program asks, by kind."""
    names = ["case_id", "kind", "probability"]
    seen: set[str] = set()
    for row in cases.select(names).to_pylist():
        case, kind, probability = (row[name] for name in names)
        if case in seen or quality.is_unasked(kind, probability, threshold):
            continue
        seen.add(case)
        yield Drawable(case, kind, probability)


def _named(pairs: pa.Table) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each pair with the name by which it is drawn."""
    for row in pairs.to_pylist():
        yield f"{row['entry_l']} {row['entry_r']}", row


def with_cases(tables: ReviewTables, more: pa.Table) -> ReviewTables:
    """The tables with these cases (CASE) too; one without a number has one behind all others."""
    known = set(tables.cases.column("case_id").to_pylist())
    is_new = [one not in known for one in more.column("case_id").to_pylist()]
    new = more.filter(pa.array(is_new, pa.bool_()))
    numbered = set(tables.numbers.column("case_id").to_pylist())
    last = max(tables.numbers.column("number").to_pylist(), default=0)
    ids = [
        one for one in new.column("case_id").unique().to_pylist() if one not in numbered
    ]
    numbers = pa.table(
        {"case_id": ids, "number": range(last + 1, last + 1 + len(ids))},
        schema=tables.numbers.schema,
    )
    return replace(
        tables,
        cases=concat([tables.cases, new], CASE),
        numbers=pa.concat_tables([tables.numbers, numbers]),
    )
