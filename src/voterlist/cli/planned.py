"""``run --plan``: what a run would do, and why."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Collection
from pathlib import Path
from typing import Any

from voterlist import usecases
from voterlist.cli.terminal import TERMINAL
from voterlist.cli.words import SAY

_MOST_NAMED = 8
"""So many constituencies are named; ``--json`` has all."""


def tell_plan(workspace: Path, constituencies: Collection[int], today: dt.date) -> None:
    """Print what a run of the workspace would do; nothing is done."""
    plan = usecases.plan_run(workspace, constituencies=constituencies, today=today)
    TERMINAL.say(SAY("cli.plan.title", run=plan.run))
    if plan.is_unchanged:
        TERMINAL.say(SAY("cli.plan.unchanged"))
    else:
        headers = [SAY(f"cli.table.{name}") for name in ("stage", "doing", "reason")]
        rows = [
            (SAY(f"cli.stage.{one.stage}"), _doing(one), _reasons(one))
            for one in plan.stages
        ]
        TERMINAL.table(headers, rows)
        TERMINAL.say(SAY("cli.plan.at-most"))
    if TERMINAL.json:
        TERMINAL.result(_as_json(plan))


def _doing(one: usecases.PlannedStage) -> str:
    """What is done of a stage, with the constituencies."""
    if one.constituencies is None:
        return SAY(f"cli.plan.{one.doing}.whole")
    places = [str(number or SAY("cli.unknown")) for number in one.constituencies]
    named = ", ".join(places[:_MOST_NAMED])
    if len(places) > _MOST_NAMED:
        named += " ..."
    return SAY(
        f"cli.plan.{one.doing}.places",
        count=len(places),
        named=named,
        taken=one.taken_over,
    )


def _reasons(one: usecases.PlannedStage) -> str:
    return ", ".join(map(_reason, one.reasons))


def _reason(word: str) -> str:
    kind, _, name = word.partition(".")
    if kind == "settings":
        return SAY("cli.plan.because.settings", section=name)
    if kind == "stage":
        return SAY("cli.plan.because.stage", stage=SAY(f"cli.stage.{name}"))
    return SAY(f"cli.plan.because.{word}")


def _as_json(plan: usecases.Plan) -> dict[str, Any]:
    return {
        "run": plan.run,
        "last": plan.last,
        "unchanged": plan.is_unchanged,
        "stages": [dataclasses.asdict(one) for one in plan.stages],
    }
