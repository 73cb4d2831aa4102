"""``review serve``: the desk in a browser, for several analysts."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from voterlist.cli.options import Workspace, now, takes
from voterlist.cli.terminal import TERMINAL
from voterlist.cli.words import SAY
from voterlist.errors import UsageError

_PORT = 8765


@dataclass(frozen=True, slots=True)
class _Options:
    """The arguments and options of the command."""

    workspace: Workspace
    host: Annotated[
        str,
        typer.Option("--host", metavar="ADDRESS", help=SAY("cli.option.serve-host")),
    ] = "127.0.0.1"
    port: Annotated[
        int,
        typer.Option(
            "--port", min=0, max=65535, metavar="N", help=SAY("cli.option.serve-port")
        ),
    ] = _PORT
    tls_cert: Annotated[
        Path | None,
        typer.Option("--tls-cert", metavar="FILE", help=SAY("cli.option.tls-cert")),
    ] = None
    tls_key: Annotated[
        Path | None,
        typer.Option("--tls-key", metavar="FILE", help=SAY("cli.option.tls-key")),
    ] = None
    insecure: Annotated[
        bool, typer.Option("--insecure", help=SAY("cli.option.insecure"))
    ] = False


@takes(_Options)
def serve(options: _Options) -> None:
    """Open the desk, until it is stopped."""
    try:
        from voterlist import serve as desk  # noqa: PLC0415  an extra
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("voterlist"):
            raise
        raise UsageError("no packages", code="desk-not-installed") from None
    address = desk.Address(
        host=options.host,
        port=options.port,
        certificate=options.tls_cert,
        key=options.tls_key,
        insecure=options.insecure,
    )
    clock = functools.partial(now, options.workspace)
    with desk.opened(options.workspace, address, clock) as server:
        TERMINAL.say(SAY("cli.serve.open", address=server.url))
        if address.is_readable_on_the_way:
            TERMINAL.warn(SAY("cli.serve.insecure"))
        if TERMINAL.json:
            TERMINAL.result({"address": server.url, "exit_code": 0})
        server.run()
    TERMINAL.say(SAY("cli.serve.closed", decisions=server.decisions))
