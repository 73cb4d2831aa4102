"""``approve`` and ``finish``: what a person states of a stage, with its ground."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from voterlist.cli.options import Today, Workspace, as_day, when
from voterlist.cli.terminal import Answer, tell
from voterlist.cli.words import SAY

if TYPE_CHECKING:
    from voterlist.handovers import Handover

_Ground = Annotated[
    str, typer.Option("--ground", metavar="TEXT", help=SAY("cli.option.ground"))
]
_By = Annotated[
    str, typer.Option("--by", metavar="NAME", help=SAY("cli.option.stated-by"))
]


def approve(
    workspace: Workspace,
    constituency: Annotated[
        int,
        typer.Option(
            "-c", "--constituency", metavar="N", help=SAY("cli.option.approve-of")
        ),
    ],
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
    stage: Annotated[
        str, typer.Argument(metavar="STAGE", help=SAY("cli.argument.finish-stage"))
    ],
    on: Annotated[
        str, typer.Option("--day", metavar="DATE", help=SAY("cli.option.finish-day"))
    ],
    ground: _Ground,
    by: _By,
    constituency: Annotated[
        int | None,
        typer.Option(
            "-c", "--constituency", metavar="N", help=SAY("cli.option.finish-of")
        ),
    ] = None,
    precinct: Annotated[
        int | None,
        typer.Option(
            "--precinct", metavar="P", min=1, help=SAY("cli.option.finish-precinct")
        ),
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
