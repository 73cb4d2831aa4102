"""A sample of cases and pairs into a workbook: what tells most of how right the decisions are."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from voterlist import quality
from voterlist.pipeline.answers import answers_of_today
from voterlist.pipeline.inbox import sources_of
from voterlist.pipeline.known import known
from voterlist.pipeline.publish import REPORTS
from voterlist.render import xlsx
from voterlist.report import ReviewItems
from voterlist.storage import ledger as ledgers
from voterlist.storage import store
from voterlist.usecases.carrying import carried_over, set_aside
from voterlist.usecases.desk_pages import review_tables
from voterlist.usecases.drawing import Drawing
from voterlist.usecases.settings import settings_of


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


def sample_review(
    workspace: Path,
    size: int,
    out: Path | None = None,
    language: str | None = None,
    *,
    today: dt.date,
) -> Sampled:
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
    settings = settings_of(workspace)
    words = language or settings.report.languages[0]
    path = out or workspace / REPORTS / f"sample-{words}.xlsx"
    with ledgers.reading(ledgers.place_in(workspace, settings)) as ledger:
        runs = known(workspace, ledger)
        given = answers_of_today(ledger, runs)
        tables = review_tables(runs, ledger)
    drawing = Drawing(tables, settings.link.review_probability)
    drawn = quality.draw(
        (*drawing.asked, *drawing.unasked),
        size,
        settings.workspace.cycle,
        without=drawing.decided(given),
    )
    cases = drawing.blind(
        drawn,
        sources_of(runs.inputs),
        mask_identifiers=settings.privacy.mask_identifiers,
    )
    typed = carried_over(path, given, settings.ingest)
    if typed:
        set_aside(path, today)
    store.make_folder(path.parent)
    carried = xlsx.Carried(typed)
    book = xlsx.render_review(
        ReviewItems(cases),
        words,
        run=runs.run,
        today=today,
        carried=carried,
    )
    store.write_content(path, book)
    unasked = len({one.name for one in drawing.unasked} & {*drawn})
    return Sampled(path, runs.run, len(cases) - unasked, unasked)
