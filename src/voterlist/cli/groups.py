"""Groups of commands that load a command's module when it is needed, and speak the user's language.

A command's module is imported when the command is invoked or its own help is asked for. The list of
commands is made from the catalogue alone. So ``--version`` and ``--help`` load neither pandas nor
Arrow.
"""

from __future__ import annotations

import importlib
import os
import sys
import time
import tomllib
import traceback
from collections import Counter, UserDict
from collections.abc import Callable, Iterator, Mapping
from contextvars import copy_context
from importlib import resources
from itertools import chain, groupby
from types import MappingProxyType
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command, get_group

from voterlist.catalogue import LANGUAGES
from voterlist.cli.failure import (
    describe,
    error_line,
    extra_in_our_words,
    help_in_our_words,
    report,
    report_stop,
    tell_in_our_words,
)
from voterlist.cli.options import Json, LogFile, LogJson, require_outputs
from voterlist.cli.terminal import LOG, SAY, TERMINAL, answer, warn
from voterlist.errors import VoterlistError, usage_error
from voterlist.model import frozen
from voterlist.processes.limits import leave_pandas_out
from voterlist.version import __version__

PLAIN: dict[str, Any] = {
    "rich_markup_mode": None,
    "pretty_exceptions_enable": False,
    "pretty_exceptions_show_locals": False,
    "add_completion": False,
    "context_settings": {
        "help_option_names": ["-h", "--help"],
        "max_content_width": 100,
    },
    "options_metavar": SAY("library.options-metavar"),
    "subcommand_metavar": SAY("library.command-metavar"),
}
"""Plain help: it is the same on every terminal and in the documentation, and starts faster."""


@frozen
class Entry:
    """One command: where its function is. ``commands.toml`` says what the fields are."""

    key: str
    """What is typed, with points for blanks; its words are ``cli.<key>.short`` and ``.help``."""
    json: str = ""
    module: str = ""
    function: str = ""
    logs: bool = False

    @property
    def name(self) -> str:
        """What is typed."""
        return self.key.rpartition(".")[2]

    @property
    def short(self) -> str:
        """Its line in the list of commands."""
        return SAY(f"cli.{self.key}.short")

    def load(self) -> Any:
        """The command, of the command line library."""
        name = self.module or self.key.partition(".")[0]
        module = importlib.import_module(f"voterlist.cli.{name}")
        app = typer.Typer(**PLAIN)
        decorate = app.command(
            cls=Command,
            help=SAY(f"cli.{self.key}.help"),
            short_help=self.short,
            options_metavar=PLAIN["options_metavar"],
        )
        decorate(getattr(module, self.function or self.name))
        command = get_command(app)
        json, *of_logs = _added_options()
        command.params += [json, *of_logs] if self.logs else [json]
        return command


def _probe(
    json: Json = False, log_json: LogJson = False, log_file: LogFile = None
) -> None:
    """A command with ``--json``, which every command takes, and the options about logs."""


def _added_options() -> list[Any]:
    """The options of the probe, whose callbacks do their work.

    The functions of the commands are not given them.
    """
    app = typer.Typer(**PLAIN)
    app.command()(_probe)
    options: list[Any] = get_command(app).params
    for option in options:
        option.expose_value = False
    return options


@frozen
class SubGroup:
    """A command that is a group of commands."""

    name: str
    """What is typed; its words are ``cli.<name>.help``."""
    entries: tuple[Entry, ...]

    @property
    def short(self) -> str:
        """Its line in the list of commands."""
        return SAY(f"cli.{self.name}.help")

    def load(self) -> Any:
        """The group, of the command line library."""
        group = commands_of({"commands": self.entries})
        app = typer.Typer(cls=group, help=self.short, no_args_is_help=True, **PLAIN)
        return get_group(app)


def records() -> dict[str, dict[str, dict[str, Any]]]:
    """Section of the help -> command as it is typed -> its record in ``commands.toml``."""
    text = (resources.files(__package__) / "commands.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def sections() -> dict[str, tuple[Entry | SubGroup, ...]]:
    """Section of the help -> its commands; those of one first word are a group."""
    return {section: tuple(_group(commands)) for section, commands in records().items()}


def _group(commands: Mapping[str, Mapping[str, Any]]) -> Iterator[Entry | SubGroup]:
    entries = [
        Entry(typed.replace(" ", "."), **record) for typed, record in commands.items()
    ]
    for word, same in groupby(entries, key=lambda entry: entry.key.partition(".")[0]):
        first, *others = same
        is_group = first.key != word
        yield SubGroup(word, (first, *others)) if is_group else first


class _Table(UserDict[str, Any]):
    """The commands of a group by name; each is loaded when it is first asked for."""

    def __getitem__(self, name: str) -> Any:
        command = super().__getitem__(name)
        if isinstance(command, Entry | SubGroup):
            self.data[name] = command = command.load()
            command.name = name
        return command


class _Spoken:
    """A command or a group whose help is in the user's language."""

    def format_usage(self: Any, ctx: Any, formatter: Any) -> None:
        """Write the line of usage."""
        pieces = " ".join(self.collect_usage_pieces(ctx))
        formatter.write_usage(ctx.command_path, pieces, SAY("library.usage"))

    def format_options(self: Any, ctx: Any, formatter: Any) -> None:
        """Write the arguments, then the options, each with its explanation."""
        records: dict[str, list[tuple[str, str]]] = {"argument": [], "option": []}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None:
                name, text = record
                kind = parameter.param_type_name
                records[kind].append((name, _explanation(parameter.help or "", text)))
        for kind, rows in records.items():
            if rows:
                with formatter.section(SAY(f"library.{kind}s")):
                    formatter.write_dl(rows)


def _explanation(own: str, text: str) -> str:
    """The help of a parameter, with what the library adds to it in the user's language."""
    own_text = own if text.startswith(own) else ""
    extra = text[len(own_text) :].strip()
    translated = help_in_our_words(own_text)
    return f"{translated}  {extra_in_our_words(extra)}" if extra else translated


class Command(_Spoken, TyperCommand):
    """A command."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read what was typed; the arguments that are left.

        Raises:
            UsageError: an option of one value is given twice; the library would take the last.
        """
        _, _, given = self.make_parser(ctx).parse_args(args=list(args))
        left: list[str] = super().parse_args(ctx, args)
        for parameter, count in Counter(given).items():
            if count > 1 and not parameter.multiple:
                names = "/".join((*parameter.opts, *parameter.secondary_opts))
                raise usage_error("option-twice", option=names)
        return left

    def invoke(self, ctx: Any) -> None:
        """Run the command, and tell its answer; its log says when it began and how it ended."""
        require_outputs(self, ctx.params)
        LOG.open()
        LOG.tell(
            "begun", command=self.name, version=__version__, process_id=os.getpid()
        )
        wanted = os.environ.get("VOTERLIST_LANG", "")
        if wanted and not wanted.lower().startswith(LANGUAGES):
            warn("cli.language-unknown", value=wanted)
        # Before a column is made; whoever imports the package has pandas as it was.
        leave_pandas_out()
        started = time.monotonic()
        outcome: dict[str, Any] = {"exit_code": 0}
        try:
            # What the command sets for itself holds until it ends.
            told = copy_context().run(super().invoke, ctx)
            outcome["exit_code"] = answer(told) if told is not None else 0
        except BaseException as error:
            outcome = _outcome(error)
            raise
        finally:
            seconds = round(time.monotonic() - started, 3)
            LOG.tell("ended", command=self.name, **outcome, seconds=seconds)
        if outcome["exit_code"]:
            raise typer.Exit(outcome["exit_code"])


class Group(_Spoken, TyperGroup):
    """A group of commands; none of them ends in a traceback.

    What a command raises is told in words, and its exit code ends the process.
    """

    sections: Mapping[str, tuple[Entry | SubGroup, ...]] = MappingProxyType({})
    """Its commands, by the word ``library.<section>`` under which the help lists them."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        every = chain.from_iterable(self.sections.values())
        self.commands = _Table({entry.name: entry for entry in every})

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the options, then the commands."""
        super().format_options(ctx, formatter)
        for name, entries in self.sections.items():
            with formatter.section(SAY(f"library.{name}")):
                formatter.write_dl([(entry.name, entry.short) for entry in entries])

    def make_context(
        self, info_name: Any, args: list[str], *more: Any, **others: Any
    ) -> Any:
        """Read the options before the command."""
        tell_in_our_words(self.params)
        as_json = "--json" in args
        return _guard(
            lambda: super(Group, self).make_context(info_name, args, *more, **others),
            as_json,
        )

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            return _guard(lambda: super(Group, self).invoke(ctx), "--json" in ctx.args)
        finally:
            LOG.close()


def commands_of(sections: Mapping[str, tuple[Entry | SubGroup, ...]]) -> type[Group]:
    """A class of groups with these commands, by section of its help."""
    return type("Commands", (Group,), {"sections": sections})


def _guard(work: Callable[[], Any], as_json: bool) -> Any:
    """What ``work`` returns.

    Raises:
        SystemExit: it failed; what failed is told, and this is the exit code. In the development
            mode of Python the lines of an error of the program itself are told too.
    """
    try:
        return work()
    except KeyboardInterrupt as stop:
        TERMINAL.json = TERMINAL.json or as_json
        raise SystemExit(report_stop(stop)) from None
    except BrokenPipeError:
        # The reader has enough. What is still to be flushed must not fail again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(0) from None
    except Exception as error:
        is_wrong_usage = _is_wrong_usage(error)
        if _is_of_library(error) and not is_wrong_usage:
            raise
        if is_wrong_usage and not as_json:
            _tell_wrong_usage(error)
            raise SystemExit(2) from None
        TERMINAL.json = TERMINAL.json or as_json
        failure = describe(error)
        report(failure)
        if sys.flags.dev_mode and failure.code == VoterlistError.code:
            # Without what the error says, which may quote a cell; a stage hides its cause.
            traceback.print_tb((error.__context__ or error).__traceback__)
        raise SystemExit(failure.exit_code) from None


def _outcome(error: BaseException) -> dict[str, Any]:
    """What the log says of how a command ended: its exit code, and the code of an error."""
    if isinstance(error, typer.Exit):
        return {"exit_code": error.exit_code}
    if isinstance(error, KeyboardInterrupt):
        return {"exit_code": getattr(error, "exit_code", 130), "error": "stopped"}
    failure = describe(error)
    return {"exit_code": failure.exit_code, "error": failure.code}


def _is_of_library(error: Exception) -> bool:
    """True for what the command line library raises, to end a command or for wrong usage."""
    origins = {base.__module__.partition(".")[0] for base in type(error).__mro__}
    return not origins.isdisjoint({"typer", "click"})


def _is_wrong_usage(error: Exception) -> bool:
    """True for wrong usage; the help that stands in for a missing command is none."""
    is_help = type(error).__name__ == "NoArgsIsHelpError"
    return _is_of_library(error) and hasattr(error, "format_message") and not is_help


def _tell_wrong_usage(error: Any) -> None:
    """How the command is used, and what was wrong."""
    context = getattr(error, "ctx", None)
    if context is not None:
        option = context.help_option_names[0]
        TERMINAL.warn(context.get_usage())
        warn("library.try", command=context.command_path, option=option)
        TERMINAL.warn()
    TERMINAL.warn(error_line(error))
