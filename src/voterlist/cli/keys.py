"""``keys``: the commission's own keys, and whose packages are taken."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from voterlist.cli.options import (
    PassphraseStdin,
    Today,
    Workspace,
    argument,
    new_passphrase,
    option,
    when,
)
from voterlist.cli.terminal import Answer, pick, tell

if TYPE_CHECKING:
    from voterlist.custody.keys import PublicKey
    from voterlist.custody.trust import Trusted

_NAME = option("key-name", "--name", "NAME")


def make(
    workspace: Workspace, passphrase_stdin: PassphraseStdin = False, today: Today = None
) -> Answer:
    """Make the commission's keys."""
    from voterlist.handover.commissions import make_workspace_keys, show_keys

    public = make_workspace_keys(
        workspace, new_passphrase(from_stdin=passphrase_stdin), **when(today)
    )
    _, file, _ = show_keys(workspace)
    tell("cli.keys.made", name=public.commission.name, path=file)
    tell("cli.keys.fingerprint", fingerprint=public.fingerprint)
    return {**_key(public), "file": file}


def show(workspace: Workspace) -> Answer:
    """Show the commission's own public key, and whose packages are taken."""
    from voterlist.handover.commissions import show_keys

    own, file, trust = show_keys(workspace)
    if own is None:
        tell("cli.keys.none")
    else:
        tell("cli.keys.own", name=own.commission.name, path=file)
        tell("cli.keys.fingerprint", fingerprint=own.fingerprint)
    for key in trust.keys:
        word = "trusted" if key.holds else "distrusted"
        places = {"name": key.name, "commission": key.commission.slug}
        tell(f"cli.keys.{word}", **places, since=key.since, until=key.until)
        tell("cli.keys.fingerprint", fingerprint=key.fingerprint)
    return {
        "own": own and {**_key(own), "file": file},
        "trusted": [
            {**_key(key), **pick(key, "name", "since", "until")} for key in trust.keys
        ],
    }


def trust(
    workspace: Workspace,
    file: Annotated[Path, argument("public-key", "FILE")],
    name: Annotated[str, _NAME],
    today: Today = None,
) -> Answer:
    """Take the packages of a commission from now on."""
    from voterlist.handover.commissions import trust_key

    public = trust_key(workspace, file, name, **when(today))
    tell("cli.keys.trusts", name=name, commission=public.commission.slug)
    tell("cli.keys.fingerprint", fingerprint=public.fingerprint)
    tell("cli.keys.compare")
    return {**_key(public), "name": name}


def distrust(
    workspace: Workspace, name: Annotated[str, _NAME], today: Today = None
) -> Answer:
    """Take the packages of a commission no more."""
    from voterlist.handover.commissions import distrust_key

    distrust_key(workspace, name, **when(today))
    tell("cli.keys.distrusts", name=name)
    return {"name": name}


def _key(key: PublicKey | Trusted) -> Answer:
    """A key for programs."""
    return {
        "commission": key.commission.slug,
        "commission_name": key.commission.name,
        **pick(key, "signing", "age", "fingerprint"),
    }
