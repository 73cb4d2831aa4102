"""The commands put together, and the one place where an error becomes words and an exit code."""

from __future__ import annotations

import os
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from voterlist.cli import (
    compare,
    evaluate,
    explain,
    inspect,
    ledger,
    link,
    names,
    register,
    review,
    run,
    synth,
    workspace,
)
from voterlist.cli.failure import describe, report
from voterlist.cli.terminal import TERMINAL
from voterlist.cli.visible import visible
from voterlist.cli.words import SAY
from voterlist.version import __version__

__all__ = ["APP"]


class _Guarded(TyperGroup):
    """A group whose commands never end in a traceback."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command; what it raises is told in words, and its exit code ends the process."""
        as_json = "--json" in ctx.args
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            TERMINAL.warn(SAY("error.stopped.what"))
            TERMINAL.warn(SAY("error.stopped.todo"))
            raise SystemExit(130) from None
        except BrokenPipeError:
            # Whoever read the output has enough; what is still to be flushed must not fail again.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise SystemExit(0) from None
        except Exception as error:
            if _is_for_typer(error) and not (as_json and hasattr(error, "format_message")):
                if hasattr(error, "message"):
                    # The command line library prints it itself.
                    error.message = visible(error.message)
                raise
            TERMINAL.json = TERMINAL.json or as_json
            failure = describe(error)
            report(failure)
            raise SystemExit(failure.exit_code) from None


def _is_for_typer(error: Exception) -> bool:
    """True for what the command line library raises to end a command, or to tell of wrong usage."""
    return any(
        base.__module__.partition(".")[0] in {"typer", "click"} for base in type(error).__mro__
    )


# Plain help: the same on every terminal and in the documentation, and the program starts faster
# without it.
_PLAIN: dict[str, Any] = {
    "rich_markup_mode": None,
    "pretty_exceptions_enable": False,
    "pretty_exceptions_show_locals": False,
    "add_completion": False,
    "context_settings": {"help_option_names": ["-h", "--help"], "max_content_width": 100},
}


def _words(command: str) -> dict[str, Any]:
    """The help text of a command, and its line in the list of commands."""
    return {"help": SAY(f"cli.{command}.help"), "short_help": SAY(f"cli.{command}.short")}


APP = typer.Typer(cls=_Guarded, help=SAY("cli.about"), **_PLAIN)


def _tell_version(asked: bool) -> None:
    if asked:
        print(__version__)
        raise typer.Exit


@APP.callback(invoke_without_command=True)
def start(
    context: typer.Context,
    version: Annotated[  # noqa: ARG001  its callback has done the work
        bool,
        typer.Option(
            "--version", help=SAY("cli.option.version"), callback=_tell_version, is_eager=True
        ),
    ] = False,
) -> None:
    """Tell a newcomer where to start."""
    if context.invoked_subcommand is None:
        print(SAY("cli.start").strip())


APP.command("init", **_words("init"))(workspace.init)
APP.command("run", **_words("run"))(run.run)
APP.command("inspect", **_words("inspect"))(inspect.inspect)
APP.command("status", **_words("status"))(workspace.status)
APP.command("link", **_words("link"))(link.link)
APP.command("check", **_words("check"))(register.check)
APP.command("compare", **_words("compare"))(compare.compare)
APP.command("names", **_words("names"))(names.names)
APP.command("evaluate", **_words("evaluate"))(evaluate.evaluate)
APP.command("explain", **_words("explain"))(explain.explain)
APP.command("synth", **_words("synth"))(synth.synth)

_LEDGER = typer.Typer(help=SAY("cli.ledger.help"), no_args_is_help=True, **_PLAIN)
_LEDGER.command("copy", **_words("ledger.copy"))(ledger.copy)
_LEDGER.command("restore", **_words("ledger.restore"))(ledger.restore)
_LEDGER.command("renew", **_words("ledger.renew"))(ledger.renew)

_REVIEW = typer.Typer(help=SAY("cli.review.help"), no_args_is_help=True, **_PLAIN)
_REVIEW.command("export", **_words("review.export"))(review.export)
_REVIEW.command("import", **_words("review.import"))(review.import_decisions)
APP.add_typer(_REVIEW, name="review")
APP.add_typer(_LEDGER, name="ledger")
