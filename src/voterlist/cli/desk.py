"""``review serve``: the desk in a browser; ``user``: who may work at it, and as what."""

from __future__ import annotations

import functools
import getpass
import sys
from pathlib import Path
from typing import Annotated

from voterlist.cli.options import Today, Workspace, argument, day, now, option
from voterlist.cli.terminal import (
    SAY,
    TERMINAL,
    Answer,
    answer,
    pick,
    table,
    tell,
    warn,
)
from voterlist.errors import usage_error
from voterlist.model import Role

_PORT = 8765


def serve(
    workspace: Workspace,
    host: Annotated[str, option("serve-host", "ADDRESS")] = "127.0.0.1",
    port: Annotated[int, option("serve-port", "N", min=0, max=65535)] = _PORT,
    tls_cert: Annotated[Path | None, option("tls-cert", "FILE")] = None,
    tls_key: Annotated[Path | None, option("tls-key", "FILE")] = None,
    insecure: Annotated[bool, option("insecure", "--insecure")] = False,
) -> None:
    """Open the desk, until it is stopped."""
    try:
        from voterlist.serve.guards import Address
        from voterlist.serve.server import open_server
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("voterlist"):
            raise
        raise usage_error("desk-not-installed") from None
    address = Address(
        host=host, port=port, certificate=tls_cert, key=tls_key, insecure=insecure
    )
    clock = functools.partial(now, workspace)
    with open_server(workspace, address, clock) as server:
        tell("cli.serve.open", address=server.url)
        if address.is_readable_on_the_way:
            warn("cli.serve.insecure")
        # Told at once: the command ends when the desk is closed.
        answer({"address": server.url})
        sys.stdout.flush()
        server.run()
    tell("cli.serve.closed", decisions=server.decisions)


_Name = Annotated[str, argument("user-name", "NAME")]
_PasswordStdin = Annotated[bool, option("password-stdin", "--password-stdin")]


def add(
    workspace: Workspace,
    name: _Name,
    role: Annotated[Role, option("user-role")],
    password_stdin: _PasswordStdin = False,
    today: Today = None,
) -> Answer:
    """Let somebody work at the desk."""
    from voterlist.serve.door import add_user

    password = _password(from_stdin=password_stdin)
    when = day(today, workspace)
    user = add_user(workspace, name, role, password, today=when)
    tell("cli.user.added", name=user.name, role=_role(user.role))
    return pick(user, "name", "role")


def list_all(workspace: Workspace) -> Answer:
    """Show who may work at the desk."""
    from voterlist.serve.door import list_users

    users = list_users(workspace)
    rows = [
        (user.name, _role(user.role), user.since, user.until or "") for user in users
    ]
    if rows:
        table(("name", "role", "since", "until"), rows, of="cli.user")
    else:
        tell("cli.user.nobody")
    return {"users": [pick(user, "name", "role", "since", "until") for user in users]}


def remove(workspace: Workspace, name: _Name, today: Today = None) -> Answer:
    """Let somebody work at the desk no more."""
    from voterlist.serve.door import remove_user

    user = remove_user(workspace, name, today=day(today, workspace))
    tell("cli.user.removed", name=user.name)
    return pick(user, "name")


def change_password(
    workspace: Workspace,
    name: _Name,
    password_stdin: _PasswordStdin = False,
    today: Today = None,
) -> Answer:
    """Give somebody another password."""
    from voterlist.serve import door

    password = _password(from_stdin=password_stdin)
    when = day(today, workspace)
    user = door.change_password(workspace, name, password, today=when)
    tell("cli.user.password-changed", name=user.name)
    return pick(user, "name")


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
        raise usage_error("password-missing")
    first = getpass.getpass(SAY("cli.user.ask"))
    if getpass.getpass(SAY("cli.user.ask-again")) != first:
        raise usage_error("passwords-differ")
    return first
