"""A sample of cases and pairs into a workbook: what tells most of how right the decisions are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from voterlist.casework.carrying import write_workbook
from voterlist.casework.pages import review_tables
from voterlist.decisions.given import Given, members_of
from voterlist.decisions.outcome import place_of_id
from voterlist.decisions.standing import contested_cases, standing
from voterlist.model import CaseKind, EntryRole
from voterlist.persons import case_id
from voterlist.pipeline.known import Known, answers_of_today
from voterlist.pipeline.list_input import ListSource
from voterlist.pipeline.publish import REPORTS
from voterlist.quality.readings import (
    band_of,
    draw,
    is_unasked,
    unasked_pairs,
)
from voterlist.report.asked import ReviewItems, ReviewTables
from voterlist.report.sections.cases.model import Case
from voterlist.report.to_review import blind_cases
from voterlist.report.values import Names
from voterlist.schemas import CASE
from voterlist.storage.workspace import open_to_read
from voterlist.tables import Row, concat, from_rows, is_among, rows_among

_REASON = "chance-possible"
_DRAWN = ("case_id", "kind", "probability")


def cases_of_pairs(pairs: pa.Table) -> pa.Table:
    """CASE of these pairs (PAIR or UNASKED), each a case of two entries, by case and entry."""
    rows = []
    for pair in pairs.to_pylist():
        entries = [pair["entry_l"], pair["entry_r"]]
        rows += _case(entries, pair["weight"], pair["probability"])
    return from_rows(rows, CASE, "case_id", "entry_id")


def _case(entries: list[str], weight: float, probability: float) -> list[Row]:
    """The rows of CASE of a case of these entries."""
    places = [place_of_id(entry) for entry in entries]
    kind = CaseKind.ACROSS_CONSTITUENCIES
    if len(set(places)) == 1:
        kind = CaseKind.SAME_PRECINCT
    elif len({constituency for constituency, _ in places}) == 1:
        kind = CaseKind.WITHIN_CONSTITUENCY
    case = {
        "case_id": case_id(entries),
        "kind": kind.value,
        "role": EntryRole.QUESTION.value,
        "reason": _REASON,
        "weight": weight,
        "probability": probability,
    }
    return [
        {**case, "constituency": number, "precinct": precinct, "entry_id": entry}
        for entry, (number, precinct) in zip(entries, places, strict=True)
    ]


def with_drawn(
    cases: pa.Table, runs: Known, given: Given, verdicts: pa.Table
) -> pa.Table:
    """The cases with those that are pairs of the runs, and named by an answer.

    A contested case stays one when one of its entries leaves the list: else nobody could settle
    it. What is neither a case nor a pair stays unknown.

    Args:
        cases: CASE.
        runs: the runs of the workspace.
        given: the answers so far.
        verdicts: new answers, with ``case_id`` and ``entry_id``.
    """
    known = {*cases.column("case_id").to_pylist()}
    named: dict[str | None, set[str | None]] = {
        case: set(entries) for case, entries in given.case_entries.items()
    }
    for row in verdicts.select(["case_id", "entry_id"]).to_pylist():
        named.setdefault(row["case_id"], set()).add(row["entry_id"])
    wanted = {}
    for case, entries in named.items():
        pair = sorted(entry for entry in entries if entry is not None)
        if case not in known and len(pair) == 2 and case_id(pair) == case:
            wanted[pair[0], pair[1]] = case
    if wanted:
        lefts = [left for left, _ in wanted]
        near = rows_among(runs.table("pairs"), "entry_l", lefts)
        is_wanted = [name in wanted for name in _names(near)]
        drawn = cases_of_pairs(near.filter(pa.array(is_wanted, pa.bool_())))
        known.update(drawn.column("case_id").to_pylist())
        cases = concat([cases, drawn], CASE)
    disputed = [
        row
        for case in contested_cases(given)
        if case not in known and case in given.case_entries
        for row in _case([*given.case_entries[case]], 0, 0)
    ]
    return concat([cases, from_rows(disputed, CASE, "case_id", "entry_id")], CASE)


def _names(pairs: pa.Table) -> Iterator[tuple[str, str]]:
    """The two entries of each pair."""
    columns = (pairs.column(name).to_pylist() for name in ("entry_l", "entry_r"))
    return zip(*columns, strict=True)


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
        self._pairs = unasked_pairs(tables.pairs, tables.cases, review_probability)
        columns = (tables.cases.column(name).to_pylist() for name in _DRAWN)
        self.asked = tuple(
            (case, kind, share)
            for case, kind, share in dict.fromkeys(zip(*columns, strict=True))
            if not is_unasked(kind, share, review_probability)
        )
        shares = self._pairs.column("probability").to_pylist()
        self.unasked = tuple(
            (" ".join(pair), band_of(share), share)
            for pair, share in zip(_names(self._pairs), shares, strict=True)
        )

    def decided(self, given: Given) -> set[str]:
        """The names of the cases and pairs of which people have said anything."""
        verdicts = standing(given)
        rows = [*verdicts.decisions.to_pylist(), *verdicts.contested.to_pylist()]
        ids = {row["case_id"] for row in rows}
        members = members_of(self._tables.cases, ids)
        for case in ids - members.keys():
            members[case] = list(given.case_entries.get(case, ()))
        return ids | {" ".join(sorted(entries)) for entries in members.values()}

    def blind(self, drawn: Collection[str], names: Names) -> tuple[Case, ...]:
        """The cases that are drawn, without score and proposal, by number.

        A pair that is no case has a number behind all others.
        """
        wanted = set(drawn)
        is_drawn = [" ".join(pair) in wanted for pair in _names(self._pairs)]
        pairs = self._pairs.filter(pa.array(is_drawn, pa.bool_()))
        of_pairs = cases_of_pairs(pairs)
        ids = wanted | set(of_pairs.column("case_id").to_pylist())
        return blind_cases(
            ids,
            with_cases(self._tables, of_pairs),
            names=names,
        )


def with_cases(tables: ReviewTables, more: pa.Table) -> ReviewTables:
    """The tables with these cases (CASE) too; one without a number has one behind all others."""
    known = tables.cases.column("case_id").to_pylist()
    new = more.filter(pc.invert(is_among(more.column("case_id"), known)))
    numbered = tables.numbers.column("case_id").to_pylist()
    names = new.column("case_id").unique()
    ids = names.filter(pc.invert(is_among(names, numbered)))
    behind = 1 + max(tables.numbers.column("number").to_pylist(), default=0)
    numbers = pa.table(
        {"case_id": ids, "number": range(behind, behind + len(ids))},
        schema=tables.numbers.schema,
    )
    return replace(
        tables,
        cases=concat([tables.cases, new], CASE),
        numbers=pa.concat_tables([tables.numbers, numbers]),
    )


def sample_review(
    workspace: Path,
    size: int,
    out: Path | None = None,
    language: str | None = None,
    *,
    today: dt.date,
) -> dict[str, Any]:
    """Draw cases and pairs by strata, and write them without score into a workbook.

    What was drawn and decided counts for the certificate. The same answers draw the same sample; a
    sample that was decided is followed by another one. Of a workbook that is there already, answers
    that are in no ledger are carried over, and it stays beside the new one.

    Args:
        workspace: its folder.
        size: how many cases and pairs.
        out: the workbook; None: ``reports/sample-<language>.xlsx``.
        language: of the workbook; None: the first of the settings.
        today: the day that the workbook names.

    Raises:
        UsageError: it is no workspace, or has no complete run.
        SettingsError: its settings have mistakes.
        InputError: a table of a run is gone or damaged, or what stands there is no workbook.
        OSError: the workbook cannot be written.
    """
    with open_to_read(workspace) as (settings, ledger):
        source = ListSource.of(workspace, ledger, settings)
        runs = source.runs
        given = answers_of_today(ledger, runs)
        tables = review_tables(runs, ledger)
    words = language or settings.report.languages[0]
    path = out or workspace / REPORTS / f"sample-{words}.xlsx"
    drawing = Drawing(tables, settings.link.review_probability)
    drawn = draw(
        (*drawing.asked, *drawing.unasked),
        size,
        settings.workspace.cycle,
        without=drawing.decided(given),
    )
    cases = drawing.blind(drawn, runs.names(settings))
    items = ReviewItems(cases)
    write_workbook(path, items, words, source=source, today=today, given=given)
    unasked = len({name for name, *_ in drawing.unasked} & {*drawn})
    asked = len(cases) - unasked
    return {"run": runs.run, "asked": asked, "unasked": unasked, "out": path}
