"""How right the decisions of a workspace are, of all that was answered until now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from voterlist.pipeline.answers import answers_of_today
from voterlist.pipeline.known import known
from voterlist.quality.agreement import Agreement, kappas, read_twice
from voterlist.quality.certificate import certificate_of_run
from voterlist.quality.readings import second_readings
from voterlist.storage import ledger as ledgers
from voterlist.usecases.settings import settings_of


@dataclass(frozen=True, slots=True)
class ReviewQuality:
    """How right the decisions about cases are.

    Attributes:
        run: the newest run, whose cases they are.
        certificate: CERTIFICATE, of all lists and of each constituency.
        kinds: how far two people agree, by kind of case.
        people: the same by person.
        ready: how many decided cases wait for their second reading.
        held_back: how many of them take no entry off the list until then.
    """

    run: str
    certificate: pa.Table
    kinds: Mapping[str, Agreement]
    people: Mapping[str, Agreement]
    ready: int
    held_back: int


def review_quality(workspace: Path) -> ReviewQuality:
    """How right the decisions of a workspace are.

    Raises:
        UsageError: it is no workspace, or has no complete run.
        SettingsError: its settings have mistakes.
        InputError: a table of a run is gone or damaged.
    """
    settings = settings_of(workspace)
    with ledgers.reading(ledgers.place_in(workspace, settings)) as ledger:
        runs = known(workspace, ledger)
        given = answers_of_today(ledger, runs)
    cases = runs.table("cases")
    rows = cases.select(["case_id", "entry_id", "kind"]).to_pylist()
    members: dict[str, list[str]] = {}
    for row in rows:
        members.setdefault(row["case_id"], []).append(row["entry_id"])
    kinds = {row["case_id"]: row["kind"] for row in rows}
    by_kind, by_person = kappas(read_twice(given, members), kinds)
    waiting = second_readings(given, cases, settings.review, settings.workspace.cycle)
    ready = waiting.filter(waiting.column("is_ready"))
    held = ready.filter(ready.column("holds_back"))
    return ReviewQuality(
        run=runs.run,
        certificate=certificate_of_run(
            given,
            cases,
            lambda: runs.table("pairs"),
            settings.link.review_probability,
        ),
        kinds=by_kind,
        people=by_person,
        ready=len(ready.column("case_id").unique()),
        held_back=len(held.column("case_id").unique()),
    )
