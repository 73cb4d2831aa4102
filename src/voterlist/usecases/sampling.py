"""A sample of cases and pairs into a workbook: what tells most of how right the decisions are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa

from voterlist import quality, report
from voterlist.config import Settings
from voterlist.decisions import Given, standing
from voterlist.pipeline.answers import answers_of_today
from voterlist.pipeline.inbox import sources_of
from voterlist.pipeline.known import Known, known
from voterlist.pipeline.publish import REPORTS
from voterlist.quality import Drawable
from voterlist.render import xlsx
from voterlist.report import Case, ReviewItems
from voterlist.schemas import CASE
from voterlist.storage import ledger as ledgers
from voterlist.storage import store
from voterlist.tables import concat, rows_among
from voterlist.usecases.carrying import carried_over, set_aside
from voterlist.usecases.desk_pages import review_tables
from voterlist.usecases.drawn_pairs import cases_of_pairs
from voterlist.usecases.settings import settings_of

__all__ = ["SampleRequest", "Sampled", "sample_review"]


@dataclass(frozen=True, slots=True)
class SampleRequest:
    """What is drawn, and into which file.

    Attributes:
        size: how many cases and pairs.
        out: the workbook; None: ``reports/sample-<language>.xlsx``.
        language: of the workbook; None: the first of the settings.
        today: the day that the workbook names.
    """

    size: int
    out: Path | None
    language: str | None
    today: dt.date


@dataclass(frozen=True, slots=True)
class Sampled:
    """What was drawn.

    Attributes:
        path: the workbook.
        run: the newest run.
        asked: how many cases about which people are asked.
        unasked: how many pairs about which nobody is.
    """

    path: Path
    run: str
    asked: int
    unasked: int


def sample_review(workspace: Path, request: SampleRequest) -> Sampled:
    """Draw cases and pairs by strata, and write them without score into a workbook.

    What was drawn and decided counts for the certificate. The same answers draw the same sample; a
    sample that was decided is followed by another one. Of a workbook that is there already, answers
    that are in no ledger are carried over, and it stays beside the new one.

    Raises:
        UsageError: it is no workspace, or has no complete run.
        SettingsError: its settings have mistakes.
        InputError: a table of a run is gone or damaged, or what stands there is no workbook.
        OSError: the workbook cannot be written.
    """
    settings = settings_of(workspace)
    language = request.language or settings.report.languages[0]
    path = request.out or workspace / REPORTS / f"sample-{language}.xlsx"
    with ledgers.reading(ledgers.place_in(workspace, settings)) as ledger:
        runs = known(workspace, ledger)
        given = answers_of_today(ledger, runs)
        tables = review_tables(runs, ledger)
    cases, unasked = _drawn(tables, given, settings, request.size, runs)
    typed = carried_over(path, given, settings.ingest)
    if typed:
        set_aside(path, request.today)
    store.make_folder(path.parent)
    carried = xlsx.Carried(typed)
    write = partial(
        xlsx.write_review, run=runs.run, today=request.today, carried=carried
    )
    store.write_atomically(
        path, lambda beside: write(ReviewItems(cases), beside, language)
    )
    return Sampled(path, runs.run, len(cases) - unasked, unasked)


def _drawn(
    tables: report.ReviewTables,
    given: Given,
    settings: Settings,
    size: int,
    runs: Known,
) -> tuple[tuple[Case, ...], int]:
    """The drawn cases, and how many of them are pairs about which nobody is asked."""
    threshold = settings.link.review_probability
    pairs = quality.unasked_pairs(tables.pairs, tables.cases, threshold)
    items = (*_cases(tables.cases, threshold), *_pairs(pairs))
    cycle, decided = settings.workspace.cycle, _decided(given, tables.cases)
    drawn = quality.draw(items, size, cycle, without=decided)
    of_pairs = _drawn_pairs(pairs, drawn)
    of_pair_ids = set(of_pairs.column("case_id").to_pylist())
    cases = report.blind_cases(
        {*drawn} | of_pair_ids,
        _with_pairs(tables, of_pairs),
        sources=sources_of(runs.inputs),
        mask_identifiers=settings.privacy.mask_identifiers,
    )
    return cases, len(of_pair_ids)


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


def _pairs(pairs: pa.Table) -> Iterator[Drawable]:
    """The pairs about which nobody is asked, by band of the probability."""
    for name, row in _named(pairs):
        band = quality.band_of(row["probability"])
        yield Drawable(name, band, row["probability"])


def _named(pairs: pa.Table) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each pair with the name by which it is drawn."""
    for row in pairs.to_pylist():
        yield f"{row['entry_l']} {row['entry_r']}", row


def _decided(given: Given, cases: pa.Table) -> set[str]:
    """The names of the cases and pairs of which people have said anything."""
    verdicts = standing(given)
    rows = [*verdicts.decisions.to_pylist(), *verdicts.contested.to_pylist()]
    ids = {row["case_id"] for row in rows}
    members: dict[str, list[str]] = {}
    for row in rows_among(cases, "case_id", ids).to_pylist():
        members.setdefault(row["case_id"], []).append(row["entry_id"])
    members |= {case: list(given.case_entries.get(case, ())) for case in ids}
    return ids | {" ".join(sorted(entries)) for entries in members.values()}


def _drawn_pairs(pairs: pa.Table, drawn: Iterable[str]) -> pa.Table:
    """CASE of the pairs that were drawn."""
    wanted = set(drawn)
    places = [place for place, (name, _) in enumerate(_named(pairs)) if name in wanted]
    return cases_of_pairs(pairs.take(places))


def _with_pairs(tables: report.ReviewTables, drawn: pa.Table) -> report.ReviewTables:
    """The tables with the drawn pairs as cases; one that is none has a number behind all others."""
    known_cases = set(tables.cases.column("case_id").to_pylist())
    is_new = [one not in known_cases for one in drawn.column("case_id").to_pylist()]
    new = drawn.filter(pa.array(is_new, pa.bool_()))
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
