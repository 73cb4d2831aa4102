"""The command line: flags to settings, the clock, exit codes, and what is printed.

Exit codes: 0 done; 1 done, and something needs a person; 2 wrong usage or settings; 3 an input
could not be read; 4 another run holds the workspace; 5 failed inside; 130 stopped by the user;
143 stopped by the system.
"""

from __future__ import annotations

import atexit
import gc
from typing import Annotated

import typer

from voterlist.cli.groups import PLAIN, commands_of, sections
from voterlist.cli.options import option
from voterlist.cli.terminal import SAY, TERMINAL
from voterlist.processes import stopping
from voterlist.processes.discreet import be_discreet
from voterlist.processes.limits import collect_seldom, prepare_numpy
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
        option("version", "--version", callback=_print_version, is_eager=True),
    ] = False,
) -> None:
    """Print where to start when no command is given."""
    if context.invoked_subcommand is None:
        print(SAY("cli.start").strip())


def main() -> None:
    """Run the command that the process was started with, and end the process with its exit code."""
    be_discreet()
    prepare_numpy()
    collect_seldom()
    TERMINAL.prepare()
    # Else Python looks through all that is held once more on its way out.
    atexit.register(gc.freeze)
    with stopping.heed_signals():
        APP(prog_name="voterlist")
