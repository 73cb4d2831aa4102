"""``user``: who may work at the desk, and as what."""

from __future__ import annotations

import getpass
import sys
from typing import Annotated

import typer

from voterlist import usecases
from voterlist.cli.options import Today, Workspace, day
from voterlist.cli.terminal import TERMINAL
from voterlist.cli.words import SAY
from voterlist.errors import UsageError
from voterlist.model import Role

_Name = Annotated[
    str, typer.Argument(metavar="NAME", help=SAY("cli.argument.user-name"))
]
_PasswordStdin = Annotated[
    bool, typer.Option("--password-stdin", help=SAY("cli.option.password-stdin"))
]


def add(
    workspace: Workspace,
    name: _Name,
    role: Annotated[Role, typer.Option("--role", help=SAY("cli.option.user-role"))],
    password_stdin: _PasswordStdin = False,
    today: Today = None,
) -> None:
    """Let somebody work at the desk."""
    password = _password(from_stdin=password_stdin)
    when = day(today, workspace)
    user = usecases.add_user(workspace, name, role, password, today=when)
    TERMINAL.say(SAY("cli.user.added", name=user.name, role=_role(user.role)))
    if TERMINAL.json:
        TERMINAL.result({"name": user.name, "role": user.role, "exit_code": 0})


def list_all(workspace: Workspace) -> None:
    """Show who may work at the desk."""
    users = usecases.list_users(workspace)
    heads = [SAY(f"cli.user.{name}") for name in ("name", "role", "since", "until")]
    rows = [(one.name, _role(one.role), one.since, one.until or "") for one in users]
    if rows:
        TERMINAL.table(heads, rows)
    else:
        TERMINAL.say(SAY("cli.user.nobody"))
    if TERMINAL.json:
        told = [
            {
                "name": one.name,
                "role": one.role,
                "since": one.since,
                "until": one.until,
            }
            for one in users
        ]
        TERMINAL.result({"users": told, "exit_code": 0})


def remove(workspace: Workspace, name: _Name, today: Today = None) -> None:
    """Let somebody work at the desk no more."""
    user = usecases.remove_user(workspace, name, today=day(today, workspace))
    TERMINAL.say(SAY("cli.user.removed", name=user.name))
    if TERMINAL.json:
        TERMINAL.result({"name": user.name, "exit_code": 0})


def change_password(
    workspace: Workspace,
    name: _Name,
    password_stdin: _PasswordStdin = False,
    today: Today = None,
) -> None:
    """Give somebody another password."""
    password = _password(from_stdin=password_stdin)
    when = day(today, workspace)
    user = usecases.change_password(workspace, name, password, today=when)
    TERMINAL.say(SAY("cli.user.password-changed", name=user.name))
    if TERMINAL.json:
        TERMINAL.result({"name": user.name, "exit_code": 0})


def _role(code: str) -> str:
    return SAY(f"serve.role.{code}")


def _password(*, from_stdin: bool) -> str:
    """The password, typed twice at a terminal or given on standard input.

    Raises:
        UsageError: nobody can be asked, or the two answers differ.
    """
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not (sys.stdin.isatty() and sys.stderr.isatty()) or TERMINAL.json:
        raise UsageError("nobody to ask", code="password-missing")
    first = getpass.getpass(SAY("cli.user.ask"))
    if getpass.getpass(SAY("cli.user.ask-again")) != first:
        raise UsageError("two passwords", code="passwords-differ")
    return first
