"""``keys``: the commission's own keys, and whose packages are taken."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from voterlist import usecases
from voterlist.cli.options import Today, Workspace, day, now
from voterlist.cli.passphrases import PassphraseStdin, new_passphrase
from voterlist.cli.terminal import TERMINAL, shown
from voterlist.cli.words import SAY

_NAME = typer.Option("--name", metavar="NAME", help=SAY("cli.option.key-name"))


def make(
    workspace: Workspace, passphrase_stdin: PassphraseStdin = False, today: Today = None
) -> None:
    """Make the commission's keys."""
    public = usecases.make_workspace_keys(
        workspace, new_passphrase(from_stdin=passphrase_stdin), **_when(today)
    )
    file = usecases.show_keys(workspace).own_file
    TERMINAL.say(SAY("cli.keys.made", name=public.commission.name, path=shown(file)))
    TERMINAL.say(SAY("cli.keys.fingerprint", fingerprint=public.fingerprint))
    if TERMINAL.json:
        TERMINAL.result({**_as_json(public), "file": file, "exit_code": 0})


def show(workspace: Workspace) -> None:
    """Show the commission's own public key, and whose packages are taken."""
    keys = usecases.show_keys(workspace)
    if keys.own is None:
        TERMINAL.say(SAY("cli.keys.none"))
    else:
        name = keys.own.commission.name
        TERMINAL.say(SAY("cli.keys.own", name=name, path=shown(keys.own_file)))
        TERMINAL.say(SAY("cli.keys.fingerprint", fingerprint=keys.own.fingerprint))
    for key in keys.trust.keys:
        word = "trusted" if key.holds else "distrusted"
        places = {"name": key.name, "commission": key.commission.slug}
        TERMINAL.say(
            SAY(f"cli.keys.{word}", **places, since=key.since, until=key.until)
        )
        TERMINAL.say(SAY("cli.keys.fingerprint", fingerprint=key.fingerprint))
    if TERMINAL.json:
        own = (
            None if keys.own is None else {**_as_json(keys.own), "file": keys.own_file}
        )
        trusted = [
            {**_as_json(key), "name": key.name, "since": key.since, "until": key.until}
            for key in keys.trust.keys
        ]
        TERMINAL.result({"own": own, "trusted": trusted, "exit_code": 0})


def trust(
    workspace: Workspace,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help=SAY("cli.argument.public-key"))
    ],
    name: Annotated[str, _NAME],
    today: Today = None,
) -> None:
    """Take the packages of a commission from now on."""
    public = usecases.trust_key(workspace, file, name, **_when(today))
    TERMINAL.say(SAY("cli.keys.trusts", name=name, commission=public.commission.slug))
    TERMINAL.say(SAY("cli.keys.fingerprint", fingerprint=public.fingerprint))
    TERMINAL.say(SAY("cli.keys.compare"))
    if TERMINAL.json:
        TERMINAL.result({**_as_json(public), "name": name, "exit_code": 0})


def distrust(
    workspace: Workspace, name: Annotated[str, _NAME], today: Today = None
) -> None:
    """Take the packages of a commission no more."""
    usecases.distrust_key(workspace, name, **_when(today))
    TERMINAL.say(SAY("cli.keys.distrusts", name=name))
    if TERMINAL.json:
        TERMINAL.result({"name": name, "exit_code": 0})


def _when(today: str | None) -> dict[str, Any]:
    return {"today": day(today), "since": now().isoformat(" ", "minutes")}


def _as_json(key: Any) -> dict[str, Any]:
    """A key as plain values; scripts are written against these names."""
    commission = key.commission
    return {
        "commission": commission.slug,
        "commission_name": commission.name,
        "signing": key.signing,
        "age": key.age,
        "fingerprint": key.fingerprint,
    }
