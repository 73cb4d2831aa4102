"""The desk of a workspace, and the page in one file that is made of it."""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from voterlist import review
from voterlist.config.sections import Settings
from voterlist.decisions.standing import Standing
from voterlist.desk import Desk, State, desk_of
from voterlist.errors import usage_error
from voterlist.pipeline.known import Known, answers_of_today, known
from voterlist.pipeline.publish import REPORTS
from voterlist.quality.readings import second_readings, waiting_for, what_holds
from voterlist.render.desk import render_desk
from voterlist.report.asked import ReviewItems, ReviewTables
from voterlist.report.sections.cases.build import cases_in
from voterlist.report.to_review import review_items, without_first_readings
from voterlist.report.values import Facts, in_constituency
from voterlist.storage.files import make_folder, write_content
from voterlist.storage.ledger import Reader
from voterlist.storage.workspace import open_to_read

_COLUMNS = ["case_id", "number"]


def numbers_table(runs: Known, cases: pa.Table, ledger: Reader) -> pa.Table:
    """``case_id`` and ``number`` of every case: as its run gave them, else as the report has them.

    Behind them those of cases that are gone: people know them by these numbers.

    Args:
        runs: the runs of the workspace.
        cases: CASE of these runs.
        ledger: of the workspace.
    """
    of_run = runs.table("case_numbers").select(_COLUMNS)
    # Runs of earlier versions gave no numbers that stay.
    if not pc.all(_is_in(cases, of_run), min_count=0).as_py():
        of_run = review.number_cases(cases).select(_COLUMNS)
    notes = ledger.case_numbers()
    ever = {
        "case_id": pa.array([note.case_id for note in notes], pa.string()),
        "number": pa.array([note.number for note in notes], pa.int32()),
    }
    kept = pa.table(ever, schema=of_run.schema)
    return pa.concat_tables([of_run, kept.filter(pc.invert(_is_in(kept, of_run)))])


def _is_in(table: pa.Table, numbers: pa.Table) -> pa.ChunkedArray:
    """True for the rows whose case has one of these numbers."""
    known = numbers.column("case_id").combine_chunks()
    return pc.is_in(table.column("case_id"), value_set=known)


def numbers_of(runs: Known, cases: pa.Table, ledger: Reader) -> dict[str, int]:
    """The number of each case."""
    rows = numbers_table(runs, cases, ledger).to_pylist()
    return {row["case_id"]: row["number"] for row in rows}


Shown = tuple[ReviewTables, Standing, frozenset[str]]
"""The tables of a run, what holds of the answers, and the cases that are to be read blind."""


class SecondReaders:
    """What is asked of each person, so that nobody sees a first decision before the second.

    Args:
        runs: what the workspace knows.
        ledger: its answers.
        settings: its settings.
        constituency: whose cases and findings are asked; None: all.

    Raises:
        UsageError: no run has this constituency.
        InputError: a table of a run is gone or damaged.
    """

    def __init__(
        self,
        runs: Known,
        ledger: Reader,
        settings: Settings,
        constituency: int | None = None,
    ) -> None:
        self.given = answers_of_today(ledger, runs)
        """The answers, under the ids of today."""
        self._tables = review_tables(runs, ledger, constituency)
        self._settings = settings
        self._names = runs.names(settings)

    @cached_property
    def _readings(self) -> pa.Table:
        cases, cycle = self._tables.cases, self._settings.workspace.cycle
        return second_readings(self.given, cases, self._settings.review, cycle)

    @property
    def _ready(self) -> pa.ChunkedArray:
        is_ready = self._readings.column("is_ready")
        return self._readings.filter(is_ready).column("case_id").unique()

    @property
    def waiting_cases(self) -> int:
        """How many decided cases wait for their second reading."""
        return len(self._ready)

    def shown_to_all(self) -> Shown:
        """Every case and every answer, whoever is to read them."""
        return self._tables, what_holds(self.given, self._settings), frozenset()

    def shown_to(self, reader: str | None) -> Shown:
        """(the tables, what holds, the cases that are to be read blind) as a person sees them.

        Cases that wait for somebody else are in neither.
        """
        own = () if reader is None else waiting_for(self._readings, reader)
        tables, holding, _ = self.shown_to_all()
        waiting = self._ready.to_pylist()
        shown = without_first_readings(tables, holding, waiting, own)
        return *shown, frozenset(own)

    def items_for(self, reader: str | None) -> ReviewItems:
        """What is asked: without a name of everybody, with one of this person.

        The cases that the person is to read a second time stand among the others by number. Cases
        that wait for somebody else are left out.
        """
        tables, holding, blind = self.shown_to(reader)
        return review_items(
            tables,
            self.given,
            holding,
            names=self._names,
            blind=blind,
        )


def export_page(
    workspace: Path,
    out: Path | None = None,
    language: str | None = None,
    *,
    today: dt.date,
    constituency: int | None = None,
    reader: str | None = None,
) -> tuple[Path, dict[str, str | int]]:
    """Write the cases into a page that needs nothing beside it.

    Returns the page; and its ``run``, how many ``cases`` it holds, and how many of them wait for a
    decision (``open_cases``).

    Args:
        workspace: its folder.
        out: the page; without it ``reports/desk-<constituency>.html``.
        language: in which it opens; without it the first of the settings.
        today: the day that the page names.
        constituency: whose cases; without it the only one of the workspace, or all of several.
        reader: who is to decide; without a name the page asks.

    Raises:
        UsageError: it is no workspace, has no complete run, or not this constituency.
        SettingsError: its settings have mistakes.
        OSError: the page cannot be written.
    """
    with open_to_read(workspace) as (settings, ledger):
        desk = desk_of_workspace(
            known(workspace, ledger),
            ledger,
            settings,
            today=today,
            constituency=constituency,
            reader=reader or None,
        )
    whose = desk.facts.constituency
    name = "desk.html" if whose is None else f"desk-{whose}.html"
    path = out or workspace / REPORTS / name
    words = language or settings.report.languages[0]
    make_folder(path.parent)
    write_content(path, render_desk(desk, words, reader or "", has_lists=True))
    waiting = {State.OPEN, State.ASKED, State.CONTESTED}
    count = sum(case.state in waiting for case in desk.cases)
    return path, {"run": desk.run, "cases": len(desk.cases), "open_cases": count}


def desk_of_workspace(
    runs: Known,
    ledger: Reader,
    settings: Settings,
    *,
    today: dt.date,
    constituency: int | None = None,
    reader: str | None = None,
    is_of_all: bool = False,
) -> Desk:
    """The desk of a workspace as it is now.

    Args:
        runs: what the workspace knows.
        ledger: its answers.
        settings: its settings.
        today: the day that the desk names.
        constituency: whose cases; None: the only one there is, or all of several.
        reader: whose desk it is. Decided cases that wait for a second reading stand on it as if
            nobody had decided them where this person is to read them, and on no other desk.
        is_of_all: True for the desk with every case and every answer: whoever shows it decides to
            whom.

    Raises:
        UsageError: no run has this constituency.
        InputError: a table of a run is gone or damaged.
    """
    readers = SecondReaders(runs, ledger, settings)
    shown = readers.shown_to_all() if is_of_all else readers.shown_to(reader)
    tables, holding, blind = shown
    facts = Facts(
        cycle=settings.workspace.cycle,
        level=settings.workspace.level,
        constituency=whose(runs, constituency),
        today=today,
    )
    return desk_of(
        tables,
        holding,
        facts,
        run=runs.run,
        names=runs.names(settings),
        blind=blind,
    )


def whose(runs: Known, constituency: int | None) -> int | None:
    """The constituency, which a run has; without one the only one there is, or none of several.

    Raises:
        UsageError: no run has it.
    """
    if constituency is not None:
        return require_constituency(runs, constituency)
    there = runs.constituencies()
    return there[0] if len(there) == 1 else None


def require_constituency(runs: Known, constituency: int | None) -> int:
    """The constituency, which a run has.

    Raises:
        UsageError: none has it, or None: nobody named one.
    """
    there = runs.constituencies()
    if constituency is None or constituency not in there:
        numbers = ", ".join(map(str, there))
        number = "-" if constituency is None else constituency
        raise usage_error("constituency-not-run", number=number, known=numbers)
    return constituency


def review_tables(
    runs: Known, ledger: Reader, constituency: int | None = None
) -> ReviewTables:
    """The tables that a person's decisions are asked from.

    Args:
        runs: what the workspace knows.
        ledger: its answers.
        constituency: whose cases and findings are asked; None: all.

    Raises:
        UsageError: no run has this constituency.
    """
    if constituency is not None:
        require_constituency(runs, constituency)
    cases = runs.table("cases")
    return ReviewTables(
        cases=cases_in(cases, constituency),
        entries=runs.table("entries"),
        voters=runs.table("voters"),
        pairs=runs.table("pairs"),
        waterfalls=runs.table("waterfalls"),
        findings=in_constituency(runs.table("findings"), constituency),
        accepted=in_constituency(runs.table("accepted"), constituency),
        registers=runs.table("register_rows"),
        numbers=numbers_table(runs, cases, ledger),
        returned=runs.table("returned"),
        doubted=doubted_cases(runs),
        coincidences=runs.table("coincidences"),
    )


def doubted_cases(runs: Known) -> frozenset[str]:
    """The cases of which the second opinion differs from the model."""
    opinions = runs.table("second_opinion")
    differs = opinions.filter(opinions.column("differs"))
    return frozenset(differs.column("case_id").to_pylist())
