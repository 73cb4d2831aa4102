"""The program: its commands, and what it does when none is given."""

from __future__ import annotations

from typing import Annotated

import typer

from voterlist.cli.groups import PLAIN, commands_of, sections
from voterlist.cli.words import SAY
from voterlist.version import __version__

APP = typer.Typer(
    cls=commands_of(sections()),
    help=SAY("cli.about"),
    **{**PLAIN, "add_completion": True},
)


def _print_version(is_given: bool) -> None:
    if is_given:
        print(__version__)
        raise typer.Exit


@APP.callback(invoke_without_command=True)
def start(
    context: typer.Context,
    version: Annotated[  # noqa: ARG001  its callback has done the work
        bool,
        typer.Option(
            "--version",
            help=SAY("cli.option.version"),
            callback=_print_version,
            is_eager=True,
        ),
    ] = False,
) -> None:
    """Print where to start when no command is given."""
    if context.invoked_subcommand is None:
        print(SAY("cli.start").strip())
