"""``review serve``: the desk in a browser, for several analysts."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Annotated

import typer

from voterlist.cli.options import Workspace, now
from voterlist.cli.terminal import TERMINAL, answer, tell
from voterlist.cli.words import SAY
from voterlist.errors import usage_error

_PORT = 8765


def serve(
    workspace: Workspace,
    host: Annotated[
        str,
        typer.Option("--host", metavar="ADDRESS", help=SAY("cli.option.serve-host")),
    ] = "127.0.0.1",
    port: Annotated[
        int,
        typer.Option(
            "--port", min=0, max=65535, metavar="N", help=SAY("cli.option.serve-port")
        ),
    ] = _PORT,
    tls_cert: Annotated[
        Path | None,
        typer.Option("--tls-cert", metavar="FILE", help=SAY("cli.option.tls-cert")),
    ] = None,
    tls_key: Annotated[
        Path | None,
        typer.Option("--tls-key", metavar="FILE", help=SAY("cli.option.tls-key")),
    ] = None,
    insecure: Annotated[
        bool, typer.Option("--insecure", help=SAY("cli.option.insecure"))
    ] = False,
) -> None:
    """Open the desk, until it is stopped."""
    try:
        from voterlist.serve.guards import Address
        from voterlist.serve.server import opened
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("voterlist"):
            raise
        raise usage_error("desk-not-installed") from None
    address = Address(
        host=host, port=port, certificate=tls_cert, key=tls_key, insecure=insecure
    )
    clock = functools.partial(now, workspace)
    with opened(workspace, address, clock) as server:
        tell("cli.serve.open", address=server.url)
        if address.is_readable_on_the_way:
            TERMINAL.warn(SAY("cli.serve.insecure"))
        # Told at once: the command ends when the desk is closed.
        answer({"address": server.url})
        server.run()
    tell("cli.serve.closed", decisions=server.decisions)
