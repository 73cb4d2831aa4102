"""``approve`` and ``finish``: what a person states of a stage, with its ground."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from voterlist.cli.options import Today, Workspace, argument, as_day, option, when
from voterlist.cli.terminal import Answer, tell
from voterlist.cli.words import SAY

if TYPE_CHECKING:
    from voterlist.handovers import Handover

_Ground = Annotated[str, option("ground", "--ground", "TEXT")]
_By = Annotated[str, option("stated-by", "--by", "NAME")]


def approve(
    workspace: Workspace,
    constituency: Annotated[int, option("approve-of", "-c", "--constituency", "N")],
    ground: _Ground,
    by: _By,
    today: Today = None,
) -> Answer:
    """State that the lists of a constituency are approved."""
    from voterlist.usecases import approving

    line = approving.approve(
        workspace, constituency, ground=ground, by=by, **when(today)
    )
    tell("cli.approve.recorded", number=constituency, day=line.day)
    return _line(line)


def finish(
    workspace: Workspace,
    stage: Annotated[str, argument("finish-stage", "STAGE")],
    on: Annotated[str, option("finish-day", "--day", "DATE")],
    ground: _Ground,
    by: _By,
    constituency: Annotated[
        int | None, option("finish-of", "-c", "--constituency", "N")
    ] = None,
    precinct: Annotated[
        int | None, option("finish-precinct", "--precinct", "P", min=1)
    ] = None,
    today: Today = None,
) -> Answer:
    """State on which day a stage was finished."""
    from voterlist.usecases import approving

    finished = approving.Finished(stage, as_day(on), ground, by, constituency, precinct)
    line = approving.finish(workspace, finished, **when(today))
    tell(
        "cli.finish.recorded",
        title=SAY(f"deadline.{line.stage}.title"),
        day=finished.day,
    )
    return _line(line)


def _line(line: Handover) -> Answer:
    """The line of the journal, for programs."""
    return {"event": line.event, "day": line.day, **line.details()}
