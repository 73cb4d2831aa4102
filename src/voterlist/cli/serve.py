"""``review serve``: the desk in a browser, for several analysts."""

from __future__ import annotations

import functools
import sys
from pathlib import Path
from typing import Annotated

from voterlist.cli.options import Workspace, now, option
from voterlist.cli.terminal import answer, tell, warn
from voterlist.errors import usage_error

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
            warn("cli.serve.insecure")
        # Told at once: the command ends when the desk is closed.
        answer({"address": server.url})
        sys.stdout.flush()
        server.run()
    tell("cli.serve.closed", decisions=server.decisions)
