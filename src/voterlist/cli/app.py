"""The commands put together. Each is a line here; its module is loaded when it is needed."""

from __future__ import annotations

from typing import Annotated

import typer

from voterlist.cli.groups import PLAIN, Entry, SubGroup, commands_of
from voterlist.cli.words import SAY
from voterlist.version import __version__

_REVIEW = SubGroup(
    "review",
    (
        Entry("review.export"),
        Entry("review.import", function="import_decisions"),
        Entry("review.serve", "serve"),
        Entry("review.feedback"),
        Entry("review.quality"),
        Entry("review.sample"),
    ),
)
_LEDGER = SubGroup(
    "ledger",
    (
        Entry("ledger.copy"),
        Entry("ledger.restore"),
        Entry("ledger.renew"),
    ),
)
_KEYS = SubGroup(
    "keys",
    (
        Entry("keys.make"),
        Entry("keys.show"),
        Entry("keys.trust"),
        Entry("keys.distrust"),
    ),
)
_USER = SubGroup(
    "user",
    (
        Entry("user.add"),
        Entry("user.list", function="list_all"),
        Entry("user.remove"),
        Entry("user.password", function="change_password"),
    ),
)
_COMMANDS = commands_of(
    {
        "every-day": (
            Entry("init"),
            Entry("run", logs=True),
            Entry("inspect"),
            Entry("status"),
            _REVIEW,
            _USER,
            Entry("lists"),
        ),
        "handing-over": (
            _KEYS,
            Entry("submit", "handover"),
            Entry("receive", "handover"),
            Entry("return", "handover", "return_cases"),
            Entry("answer", "handover"),
            Entry("approve", "handover"),
            Entry("finish", "handover"),
        ),
        "any-table": (
            Entry("link", logs=True),
            Entry("check"),
            Entry("compare"),
            Entry("names"),
            Entry("explain"),
            Entry("evaluate"),
            Entry("synth"),
        ),
        "upkeep": (
            Entry("manual"),
            Entry("doctor"),
            Entry("schedule"),
            _LEDGER,
            Entry("journal"),
            Entry("verify"),
            Entry("forget"),
        ),
    }
)

APP = typer.Typer(
    cls=_COMMANDS,
    help=SAY("cli.about"),
    subcommand_metavar=SAY("library.command-metavar"),
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
