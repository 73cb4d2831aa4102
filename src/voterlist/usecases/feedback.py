"""A page for each precinct: what its clerks get wrong, to send back."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from voterlist.catalogue import LANGUAGES
from voterlist.errors import UsageError
from voterlist.pipeline.inbox import sources_of
from voterlist.pipeline.known import Known, known
from voterlist.pipeline.publish import REPORTS
from voterlist.quality.feedback import feedback
from voterlist.render.html import render_feedback
from voterlist.report.values import Facts, Names
from voterlist.schemas import APPLIED, ENTRY, FINDING, INDICATOR, PROFILE
from voterlist.storage import ledger as ledgers
from voterlist.storage import store
from voterlist.usecases.gates import run_table
from voterlist.usecases.settings import settings_of

_TABLES = {
    "findings": FINDING,
    "applied": APPLIED,
    "entries": ENTRY,
    "profile": PROFILE,
    "indicators": INDICATOR,
}


@dataclass(frozen=True, slots=True)
class FeedbackMade:
    """The pages that were written.

    Attributes:
        folder: where they stand.
        run: of which run they are.
        constituency: its number.
        precincts: the precincts that have a page.
        paths: the pages.
    """

    folder: Path
    run: str
    constituency: int
    precincts: tuple[int, ...]
    paths: tuple[Path, ...]


def make_feedback(
    workspace: Path,
    constituency: int | None = None,
    out: Path | None = None,
    *,
    today: dt.date,
) -> FeedbackMade:
    """Write a page for each precinct of a constituency, in each language.

    Args:
        workspace: its folder.
        constituency: its number; None: the only one there is.
        out: the folder of the pages; None: ``reports/feedback-<constituency>``.
        today: the day that the pages name.

    Raises:
        UsageError: it is no workspace, has no complete run, or not this constituency.
        SettingsError: its settings have mistakes.
        InputError: a table of the run is damaged.
        OSError: a page cannot be written.
    """
    settings = settings_of(workspace)
    with ledgers.reading(ledgers.place_in(workspace, settings)) as ledger:
        runs = known(workspace, ledger)
    number = _whose(runs, constituency)
    folder = runs.folder_of(number)
    tables = {name: run_table(folder, name, schema) for name, schema in _TABLES.items()}
    facts = Facts(
        cycle=settings.workspace.cycle,
        level=settings.workspace.level,
        constituency=number,
        today=today,
    )
    names = Names(sources_of(runs.inputs))
    target = out or workspace / REPORTS / f"feedback-{number}"
    store.make_folder(target)
    found = feedback(tables, number)
    paths = []
    for one in found:
        for language in LANGUAGES:
            path = target / f"{number:03}-{one.precinct:04}-{language}.html"
            page = render_feedback(one, facts, names, language=language)
            store.write_content(path, page)
            paths.append(path)
    return FeedbackMade(
        target, folder.name, number, tuple(one.precinct for one in found), tuple(paths)
    )


def _whose(runs: Known, constituency: int | None) -> int:
    """The constituency whose precincts get a page.

    Raises:
        UsageError: no run has it, or there are several and none was named.
    """
    places = set(runs.table("lists").column("constituency").to_pylist()) - {None}
    if constituency is None and len(places) == 1:
        return int(places.pop())
    if constituency is None or constituency not in places:
        known_numbers = ", ".join(str(number) for number in sorted(places))
        raise UsageError(
            f"no run has constituency {constituency}",
            code="constituency-not-run",
            places={"number": str(constituency or "-"), "known": known_numbers},
        )
    return constituency
