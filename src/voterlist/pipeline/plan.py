"""What a run would do, and why, before it does it. Nothing is written.

Whether the lists of a constituency were read before is known exactly. Stages behind it read what
other stages make, so what they will do is known as "at most": where a stage before them makes what
it made before, they are taken over.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from enum import StrEnum
from pathlib import Path

from voterlist.config.sections import Settings
from voterlist.model import Stage, frozen
from voterlist.pipeline import inbox
from voterlist.pipeline.intake import intake_tasks
from voterlist.pipeline.known import complete_runs
from voterlist.pipeline.running import find_unchanged, needs_then
from voterlist.pipeline.stages import STAGES
from voterlist.pipeline.steps import Context, StageContext, Step, needs_of
from voterlist.storage import ledger as ledgers
from voterlist.storage.ledger import Reader


class Doing(StrEnum):
    """What a run will do of a stage."""

    NOTHING = "nothing"
    """All is taken over."""
    MADE = "made"
    """It is known that it is to be made."""
    AT_MOST = "at-most"
    """It is made as far as a stage before it makes something else than before."""


@frozen
class PlannedStage:
    """What a run will do of a stage.

    Attributes:
        stage: the stage.
        doing: whether it will be made.
        reasons: what has changed since the last complete run, as words of ``needs``: ``lists``,
            ``settings.check``, ``answers`` and so on; ``stage.<stage>``: what that stage makes.
        constituencies: those of which it will be made, or may be; None: it is of the whole.
        taken_over: of how many constituencies it is taken over.
    """

    stage: Stage
    doing: Doing
    reasons: tuple[str, ...] = ()
    constituencies: tuple[int | None, ...] | None = None
    taken_over: int = 0


@frozen
class Plan:
    """What a run will do.

    Attributes:
        run: its name.
        last: the run with which it was compared; empty where there is no complete one.
        stages: the stages in their order; none where nothing has changed.
    """

    run: str
    last: str
    stages: tuple[PlannedStage, ...]

    @property
    def is_unchanged(self) -> bool:
        """True where a run would have nothing to do."""
        return not self.stages


def plan_run(
    workspace: Path,
    settings: Settings,
    *,
    constituencies: Collection[int] = (),
    today: dt.date,
) -> Plan:
    """What a run with these arguments would do; see ``running.run``.

    Raises:
        UsageError: there is nothing to run.
    """
    inputs = inbox.find(workspace, constituencies, settings.ingest)
    run = inputs.run_id(settings, today)
    if find_unchanged(workspace, settings, inputs, today) is not None:
        return Plan(run, run, ())
    with ledgers.reading(ledgers.place_in(workspace, settings)) as ledger:
        context = Context.of(workspace, settings, inputs, ledger, today)
        now = needs_of(context, STAGES) | {"ledger": str(ledger.head())}
        last, then = _last_needs(workspace, ledger)
    changed = {name for name in now if then.get(name) != now[name]}
    return Plan(run, last, tuple(_plan_stages(context, changed, is_first=not then)))


def _last_needs(workspace: Path, ledger: Reader) -> tuple[str, dict[str, str]]:
    """The last complete run that is known whole, and what it depended on."""
    for folder, manifest, _ in complete_runs(workspace, ledger):
        needs = needs_then(folder)
        if needs is not None:
            return manifest.run, needs
    return "", {}


def _plan_stages(
    context: Context, changed: Collection[str], *, is_first: bool
) -> Iterable[PlannedStage]:
    every = tuple(batch.constituency for batch in context.inputs.batches)
    read = _unread(context)
    makers: dict[str, Stage] = {}
    planned: dict[Stage, _Step] = {}
    for step in STAGES:
        before = {makers[name] for name in step.needs}
        own = _reasons(step.words, changed, is_first=is_first)
        earlier = [planned[stage] for stage in planned if stage in before]
        planned[step.stage] = (
            _of_ingest(read, every, own)
            if step.stage is Stage.INGEST
            else _of_stage(step, own, earlier, every)
        )
        makers |= dict.fromkeys((*step.makes, *step.may_make), step.stage)
        yield planned[step.stage].told
    reasons = _reasons(sorted(changed), changed, is_first=is_first)
    yield PlannedStage(Stage.REPORT, Doing.AT_MOST, reasons, every)


@frozen
class _Step:
    """A stage, and the constituencies of which what it makes may be another."""

    told: PlannedStage
    touched: tuple[int | None, ...]


def _unread(context: Context) -> tuple[int | None, ...]:
    """The folders of the inbox whose lists have to be read."""
    step, units = STAGES[0], context.units
    tasks = intake_tasks(StageContext(context, step, context.workspace))
    return tuple(
        task.constituencies[0]
        for task in tasks
        if units.kept.find(units.place(step.stage, task)) is None
    )


def _reasons(
    names: Iterable[str], changed: Collection[str], *, is_first: bool
) -> tuple[str, ...]:
    """Those of the needs that have changed; one reason where there was no run before."""
    if is_first:
        return ("first-run",)
    return tuple(name for name in names if name in changed)


def _of_ingest(
    read: tuple[int | None, ...],
    every: tuple[int | None, ...],
    reasons: tuple[str, ...],
) -> _Step:
    doing = Doing.MADE if read else Doing.NOTHING
    told = reasons if read else ()
    taken_over = len(every) - len(read)
    return _Step(PlannedStage(Stage.INGEST, doing, told, read, taken_over), read)


_OF_SOME = frozenset({"inbox", "scope", "case-numbers"})
"""Needs of which a change touches some constituencies only: those whose lists are read."""


def _of_stage(
    step: Step,
    own: tuple[str, ...],
    earlier: Iterable[_Step],
    every: tuple[int | None, ...],
) -> _Step:
    """A stage that reads what others make."""
    made = [step for step in earlier if step.told.doing is not Doing.NOTHING]
    touched = every
    if not set(own) - _OF_SOME:
        some = {place for step in made for place in step.touched}
        touched = tuple(place for place in every if place in some)
    by_others = Doing.AT_MOST if made else Doing.NOTHING
    doing = Doing.MADE if own else by_others
    reasons = own or tuple(f"stage.{step.told.stage}" for step in made)
    if not step.by_constituency:
        return _Step(PlannedStage(step.stage, doing, reasons), touched)
    left = len(every) - len(touched)
    return _Step(PlannedStage(step.stage, doing, reasons, touched, left), touched)
