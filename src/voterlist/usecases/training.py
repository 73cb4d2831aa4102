"""Cases to learn on: a workspace of invented lists, and a score against their truth."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from voterlist import quality, synth
from voterlist.catalogue import LANGUAGES
from voterlist.decisions import Given, members_of
from voterlist.errors import InputError, UsageError
from voterlist.pipeline.answers import answers_of_today
from voterlist.pipeline.inbox import sources_of
from voterlist.pipeline.known import Known, known
from voterlist.pipeline.publish import REPORTS
from voterlist.quality.training import Scored, score
from voterlist.render import xlsx
from voterlist.render.training import write_score
from voterlist.report import Case, ReviewItems, ReviewTables
from voterlist.report.lookup import Names
from voterlist.report.sections.cases import CaseTables, build_cases
from voterlist.schemas import DECISION, empty
from voterlist.storage import ledger as ledgers
from voterlist.storage import store
from voterlist.tables import rows_among
from voterlist.usecases.desk_pages import review_tables
from voterlist.usecases.drawing import Drawing, with_cases
from voterlist.usecases.drawn_pairs import with_drawn
from voterlist.usecases.running import run_workspace
from voterlist.usecases.settings import settings_of

__all__ = ["Score", "Training", "make_training", "score_training"]

TRUTH = "truth.parquet"
_VOTERS = 15_000
"""So many that there are twins, relatives and namesakes among them."""


@dataclass(frozen=True, slots=True)
class Training:
    """What was made to learn on.

    Attributes:
        run: the run over the invented lists.
        cases: how many cases there are to decide.
        paths: the workbook in each language.
    """

    run: str
    cases: int
    paths: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """What people decided, beside the truth.

    Attributes:
        people: each person's cases.
        paths: the page in each language.
    """

    people: tuple[Scored, ...]
    paths: tuple[Path, ...]


def make_training(folder: Path, size: int, *, seed: int, today: dt.date) -> Training:
    """Invent lists, run over them, and write cases to decide into a workbook in each language.

    About half of the cases the program asks; the other half are pairs that it takes for different
    people. The same arguments give the same cases.

    Raises:
        UsageError: the folder is there and not empty.
        OSError: it cannot be written.
    """
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(
            f"{folder} is taken", code="folder-taken", places={"path": str(folder)}
        )
    synth.write(folder, voters=_VOTERS, constituencies=1, seed=seed, files=True)
    run_workspace(folder, today=today)
    settings = settings_of(folder)
    runs, _, tables = _workspace(folder)
    drawing = Drawing(tables, settings.link.review_probability)
    cycle, half = settings.workspace.cycle, size // 2
    others = quality.draw(drawing.unasked, size - half, cycle)[: size - half]
    # Where there are not so many of these, more of the others are asked.
    left = size - len(others)
    names = [*quality.draw(drawing.asked, left, cycle)[:left], *others]
    cases = drawing.blind(names, sources_of(runs.inputs), mask_identifiers=True)
    write = partial(xlsx.write_review, ReviewItems(cases), run=runs.run, today=today)
    paths = tuple(folder / f"training-{language}.xlsx" for language in LANGUAGES)
    for language, path in zip(LANGUAGES, paths, strict=True):
        store.write_atomically(path, partial(write, language=language))
    return Training(runs.run, len(cases), paths)


def score_training(folder: Path) -> Score:
    """What people decided of the cases of a training, beside the truth of the invented lists.

    Where somebody decided, a page in each language shows each case that was not right, with why it
    is as it is.

    Raises:
        UsageError: it is no workspace, has no complete run, or no truth: it is no training.
        InputError: the truth, or a table of the run, is damaged.
        OSError: the page cannot be written.
    """
    person_of = _truth(folder)
    runs, given, tables = _workspace(folder)
    cases = with_drawn(tables.cases, runs, given, empty(DECISION))
    tables = with_cases(tables, cases)
    decided = set(given.verdicts.column("case_id").to_pylist())
    people = tuple(score(given, members_of(cases, decided), person_of))
    if not people:
        return Score((), ())
    shown = _shown(people, tables, runs)
    chances = runs.table("coincidences")
    paths = []
    for language in LANGUAGES:
        path = folder / REPORTS / f"score-{language}.html"
        store.make_folder(path.parent)
        write = partial(write_score, people, shown, chances=chances, language=language)
        store.write_atomically(path, write)
        paths.append(path)
    return Score(people, tuple(paths))


def _workspace(folder: Path) -> tuple[Known, Given, ReviewTables]:
    """What the runs of a workspace know, what was answered, and the tables of its cases."""
    with ledgers.reading(ledgers.place_in(folder, settings_of(folder))) as ledger:
        runs = known(folder, ledger)
        return runs, answers_of_today(ledger, runs), review_tables(runs, ledger)


def _truth(folder: Path) -> dict[str, str]:
    """Who stands behind each entry of the invented lists.

    Raises:
        UsageError: there is no truth.
        InputError: it is damaged.
    """
    path = folder / TRUTH
    if not path.exists():
        raise UsageError(
            f"{folder} is no training", code="no-training", places={"path": str(folder)}
        )
    try:
        table = pq.read_table(path, columns=["entry_id", "person_id"])
    except (OSError, pa.ArrowException):
        raise InputError(
            f"{path} cannot be read", code="run-damaged", file=str(path)
        ) from None
    ends = (table.column(name).to_pylist() for name in ("entry_id", "person_id"))
    return dict(zip(*ends, strict=True))


def _shown(
    people: tuple[Scored, ...], tables: ReviewTables, runs: Known
) -> dict[str, Case]:
    """The cases that somebody did not decide right, with their evidence."""
    wrong = {one.case_id for scored in people for one in scored.wrong}
    cases = build_cases(
        rows_among(tables.cases, "case_id", wrong),
        tables.numbers,
        CaseTables(
            entries=tables.entries,
            voters=tables.voters,
            pairs=tables.pairs,
            waterfalls=tables.waterfalls,
            decisions=empty(DECISION),
        ),
        Names(sources_of(runs.inputs)),
        mask_identifiers=True,
    )
    return {case.case_id: case for case in cases}
