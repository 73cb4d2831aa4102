"""The result of a run, put together from what its stages made."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from voterlist.config import CheckSettings
from voterlist.findings import gather
from voterlist.model import Stage
from voterlist.pipeline.by_constituency import Account, work_by_constituency
from voterlist.pipeline.context import Context
from voterlist.pipeline.decided import decisions_standing
from voterlist.pipeline.reference import SOURCES
from voterlist.pipeline.result import LeftOut, RunResult
from voterlist.pipeline.standings import UnitStanding, overdue
from voterlist.pipeline.steps import place_of_table, places_of_table
from voterlist.pipeline.told import (
    counts,
    lost_letters,
    of_the_whole,
    place_doubts,
    troubles,
)
from voterlist.pipeline.walk import Tables, Walk
from voterlist.schemas import FINDING, LIST, SET_ASIDE, empty
from voterlist.tables import concat


@dataclass(frozen=True, slots=True)
class Done:
    """The stages of a run as far as they are done, and the reports."""

    context: Context
    walk: Walk
    until: Stage | None
    outputs: tuple[Path, ...] = ()
    left_out: tuple[LeftOut, ...] = ()

    @property
    def is_complete(self) -> bool:
        """True where the run has its reports."""
        return self.until is None


def result_of(done: Done, standing: tuple[UnitStanding, ...]) -> RunResult:
    """What a run says of what is done; ``standing``: how everyone stands."""
    context, walk = done.context, done.walk
    tables = walk.tables
    first = walk.work[0]
    estimate = tables["estimate"].to_pylist() if "estimate" in tables else []
    doubts = tables["doubts"].to_pylist() if "doubts" in tables else []
    aside = _merged_or_received(tables, "set_aside", SET_ASIDE)
    return RunResult(
        run=walk.folder.manifest.run,
        folder=walk.folder.path,
        today=context.today,
        constituencies=context.inputs.constituencies,
        until=done.until,
        stages=tuple(walk.work),
        files=context.inputs.files,
        lists=_merged_or_received(tables, "lists", LIST).num_rows,
        rows_in=first.rows_in,
        rows_out=first.rows_out,
        set_aside=first.set_aside,
        set_aside_by_code=counts(aside, "code", "rows"),
        troubles=troubles(aside, _reference(tables), context.inputs),
        accepted=tables["accepted"].num_rows if "accepted" in tables else 0,
        findings_by_severity=_findings_by_severity(tables, context.settings.check),
        cases_by_kind=_cases_by_kind(tables),
        open_cases=_open_cases(tables),
        decided=decisions_standing(tables),
        decisions=tables["decisions"].num_rows if "decisions" in tables else 0,
        estimate=estimate[0] if estimate else None,
        doubts=tuple(doubts),
        chance=of_the_whole(tables["coincidences"]) if "coincidences" in tables else (),
        **{
            name: _noted(walk, name)
            for name in (
                "afresh",
                "compared",
                "state_use",
                "training_labels",
                "contradictory",
            )
        },
        standings=standing,
        overdue=overdue(standing, context.settings.workspace.level),
        outputs=done.outputs,
        left_out=done.left_out,
        lost_letters=lost_letters(_intake_findings(tables), context.inputs),
        place_doubts=place_doubts(_intake_findings(tables), context.inputs),
        by_constituency=work_by_constituency(
            Account(
                _merged_or_received(tables, "lists", LIST),
                aside,
                _intake_findings(tables),
                tables.get("queue"),
            ),
            done.left_out,
        ),
    )


def _intake_findings(tables: Tables) -> pa.Table:
    """FINDING, with those of the intake: settled, else merged, else as received."""
    names = (
        "findings",
        place_of_table("findings-raised"),
        place_of_table("findings-ingest"),
    )
    name = next((name for name in names if name in tables), None)
    if name is None:
        return _merged_or_received(tables, "findings", FINDING)
    return tables[name]


def _findings_by_severity(tables: Tables, settings: CheckSettings) -> dict[str, int]:
    """How many findings of each severity are left to ask.

    Of a run that was stopped before that was known: how many were raised.
    """
    raised = place_of_table("findings-raised")
    if "findings" in tables:
        return counts(tables["findings"], "severity")
    if raised not in tables:
        return {}
    return counts(gather([tables[raised]], settings), "severity")


def _noted(walk: Walk, name: str) -> Any:
    """What the linkage noted of how it did its work; None where it did none in this run."""
    return next(
        (work.notes.get(name) for work in walk.work if work.stage == Stage.LINK), None
    )


def _merged_or_received(tables: Tables, name: str, schema: pa.Schema) -> pa.Table:
    """A table of the intake.

    Merged, or as it was received where the run was stopped before the merge.
    """
    if name in tables:
        return tables[name]
    received = places_of_table(f"received-{name}", tables)
    return concat((tables[place] for place in received), schema)


def _reference(tables: Tables) -> pa.Table:
    """What is known of each file of ``reference/`` (SOURCES), as far as it was read."""
    names = ("reference", place_of_table("sources-streets"))
    name = next((name for name in names if name in tables), None)
    return empty(SOURCES) if name is None else tables[name]


def _cases_by_kind(tables: Tables) -> dict[str, int]:
    """How many cases there are of each kind."""
    if "cases" not in tables:
        return {}
    distinct = (
        tables["cases"]
        .select(["case_id", "kind"])
        .group_by(["case_id", "kind"])
        .aggregate([])
    )
    return counts(distinct, "kind")


def _open_cases(tables: Tables) -> int:
    """How many cases of the queue are open."""
    return len(tables["queue"].column("case_id").unique()) if "queue" in tables else 0
