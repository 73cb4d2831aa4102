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
        Entry("review.export", "review", "export"),
        Entry("review.import", "review", "import_decisions"),
        Entry("review.serve", "serve", "serve"),
        Entry("review.feedback", "review", "feedback"),
        Entry("review.quality", "review", "quality"),
        Entry("review.sample", "review", "sample"),
    ),
)
_LEDGER = SubGroup(
    "ledger",
    (
        Entry("ledger.copy", "ledger", "copy"),
        Entry("ledger.restore", "ledger", "restore"),
        Entry("ledger.renew", "ledger", "renew"),
    ),
)
_KEYS = SubGroup(
    "keys",
    (
        Entry("keys.make", "keys", "make"),
        Entry("keys.show", "keys", "show"),
        Entry("keys.trust", "keys", "trust"),
        Entry("keys.distrust", "keys", "distrust"),
    ),
)
_USER = SubGroup(
    "user",
    (
        Entry("user.add", "user", "add"),
        Entry("user.list", "user", "list_all"),
        Entry("user.remove", "user", "remove"),
        Entry("user.password", "user", "change_password"),
    ),
)
_COMMANDS = commands_of(
    {
        "every-day": (
            Entry("init", "init", "init"),
            Entry("run", "run", "run", logs=True),
            Entry("inspect", "inspect", "inspect"),
            Entry("status", "status", "status"),
            _REVIEW,
            _USER,
            Entry("lists", "lists", "lists"),
        ),
        "handing-over": (
            _KEYS,
            Entry("submit", "handover", "submit"),
            Entry("receive", "handover", "receive"),
            Entry("return", "handover", "return_cases"),
            Entry("answer", "handover", "answer"),
            Entry("approve", "handover", "approve"),
            Entry("finish", "handover", "finish"),
        ),
        "any-table": (
            Entry("link", "link", "link", logs=True),
            Entry("check", "check", "check"),
            Entry("compare", "compare", "compare"),
            Entry("names", "names", "names"),
            Entry("explain", "explain", "explain"),
            Entry("evaluate", "evaluate", "evaluate"),
            Entry("synth", "synth", "synth"),
        ),
        "upkeep": (
            Entry("manual", "manual", "manual"),
            Entry("doctor", "doctor", "doctor"),
            Entry("schedule", "schedule", "schedule"),
            _LEDGER,
            Entry("journal", "journal", "journal"),
            Entry("verify", "verify", "verify"),
            Entry("forget", "forget", "forget"),
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
