"""``ledger``: the ledger copied, a copy put back, a ledger that is lost given up."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from voterlist.cli.options import (
    PassphraseStdin,
    SealTo,
    Today,
    Workspace,
    argument,
    opened_files,
    option,
    when,
)
from voterlist.cli.terminal import Answer, tell

if TYPE_CHECKING:
    from voterlist.storage.ledger.copies import Replaced


def copy(
    workspace: Workspace,
    out: Annotated[str, argument("ledger-copy-out", "FILE")],
    encrypt_to: SealTo = None,
) -> Answer:
    """Copy the ledger whole."""
    from voterlist.handover.commissions import sealed, sealed_name
    from voterlist.upkeep.journals import copy_ledger

    if encrypt_to is None:
        copied, rows = copy_ledger(workspace, out)
    else:
        name = sealed_name(Path(out))
        with sealed(workspace, name, encrypt_to) as plain:
            _, rows = copy_ledger(workspace, str(plain))
        out = copied = str(name)
    # A database on a server has a name of its own.
    tell("cli.ledger.copied", path=Path(copied) if copied == out else copied, **rows)
    return {"out": copied, **rows}


def restore(
    workspace: Workspace,
    source: Annotated[Path, argument("ledger-copy", "FILE")],
    older: Annotated[bool, option("older", "--older")] = False,
    passphrase_stdin: PassphraseStdin = False,
    today: Today = None,
) -> Answer:
    """Put a copy back."""
    from voterlist.storage.ledger import copies, place_in
    from voterlist.storage.settings import settings_of

    with ExitStack() as plain:
        (copy_of,) = opened_files(
            plain, workspace, [source], from_stdin=passphrase_stdin
        )
        place = place_in(workspace, settings_of(workspace))
        days = when(today, workspace)
        replaced = copies.restore(place, copy_of, older=older, **days)
    return _tell("cli.ledger.restored", replaced)


def renew(
    workspace: Workspace,
    by: Annotated[str, option("renewed-by", "NAME")],
    reason: Annotated[str, option("renew-reason", "TEXT")],
    today: Today = None,
) -> Answer:
    """Go on without what is lost."""
    from voterlist.storage.ledger import copies, place_in
    from voterlist.storage.settings import settings_of

    place = place_in(workspace, settings_of(workspace))
    replaced = copies.renew(place, by=by, reason=reason, **when(today, workspace))
    return _tell("cli.ledger.renewed", replaced)


def _tell(key: str, replaced: Replaced) -> Answer:
    """What the ledger holds now, what is missing, and where the one before lies."""
    tell(key, **replaced.rows)
    if replaced.known:
        tell("cli.ledger.known", **replaced.known)
    if replaced.kept is not None:
        tell("cli.ledger.kept", path=replaced.kept)
    return {**replaced.rows, "known": replaced.known or None, "kept": replaced.kept}
