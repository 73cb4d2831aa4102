"""How right the decisions of a workspace are, and what the clerks of each precinct get wrong."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from voterlist.casework.pages import require_constituency, whose
from voterlist.catalogue import LANGUAGES
from voterlist.pipeline.known import answers_of_today, known, read_table
from voterlist.pipeline.publish import REPORTS
from voterlist.quality.agreement import kappas, read_twice
from voterlist.quality.certificate import certificate_of_run
from voterlist.quality.feedback import feedback
from voterlist.quality.readings import second_readings
from voterlist.render.html import render_feedback
from voterlist.report.values import Facts
from voterlist.storage.files import make_folder, write_content
from voterlist.storage.workspace import open_to_read
from voterlist.tables import by_key


def review_quality(workspace: Path) -> dict[str, Any]:
    """How right the decisions about the cases of the newest run are.

    Returns:
        ``run``; ``certificate`` (CERTIFICATE) of all lists and of each constituency; how far two
        people agree (``Agreement``), in ``kinds`` by kind of case and in ``people`` by person;
        ``second_readings``: how many decided cases are ``ready`` for theirs, and how many of them
        take no entry off the list until then (``held_back``).

    Raises:
        UsageError: it is no workspace, or has no complete run.
        SettingsError: its settings have mistakes.
        InputError: a table of a run is gone or damaged.
    """
    with open_to_read(workspace) as (settings, ledger):
        runs = known(workspace, ledger)
        given = answers_of_today(ledger, runs)
    cases = runs.table("cases")
    rows = cases.select(["case_id", "entry_id", "kind"]).to_pylist()
    members = by_key((row["case_id"], row["entry_id"]) for row in rows)
    kinds = {row["case_id"]: row["kind"] for row in rows}
    by_kind, by_person = kappas(read_twice(given, members), kinds)
    waiting = second_readings(given, cases, settings.review, settings.workspace.cycle)
    ready = waiting.filter(waiting.column("is_ready"))
    held = ready.filter(ready.column("holds_back"))
    return {
        "run": runs.run,
        "certificate": certificate_of_run(
            given,
            cases,
            lambda: runs.table("pairs"),
            settings.link.review_probability,
        ),
        "kinds": by_kind,
        "people": by_person,
        "second_readings": {
            "ready": len(ready.column("case_id").unique()),
            "held_back": len(held.column("case_id").unique()),
        },
    }


_TABLES = ("findings", "applied", "entries", "profile", "indicators")


def make_feedback(
    workspace: Path,
    constituency: int | None = None,
    out: Path | None = None,
    *,
    today: dt.date,
) -> dict[str, Any]:
    """Write a page for each precinct of a constituency, in each language.

    Returns:
        ``run`` and ``constituency``; ``precincts`` that have a page; ``folder`` and ``outputs``.

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
    with open_to_read(workspace) as (settings, ledger):
        runs = known(workspace, ledger)
    number = require_constituency(runs, whose(runs, constituency))
    folder = runs.folder_of(number)
    tables = {name: read_table(folder, name) for name in _TABLES}
    facts = Facts(
        cycle=settings.workspace.cycle,
        level=settings.workspace.level,
        constituency=number,
        today=today,
    )
    names = runs.names(settings)
    target = out or workspace / REPORTS / f"feedback-{number}"
    make_folder(target)
    found = feedback(tables, number)
    paths = []
    for told in found:
        for language in LANGUAGES:
            path = target / f"{number:03}-{told.precinct:04}-{language}.html"
            page = render_feedback(told, facts, names, language=language)
            write_content(path, page)
            paths.append(path)
    return {
        "run": folder.name,
        "constituency": number,
        "precincts": [told.precinct for told in found],
        "folder": target,
        "outputs": paths,
    }
