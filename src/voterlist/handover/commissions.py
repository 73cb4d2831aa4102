"""The commission of a workspace: who it is, its keys, whose packages it takes, what is sealed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from voterlist.config.sections import Settings
from voterlist.custody.commissions import Commission, as_written
from voterlist.custody.keys import (
    AGE_HEAD,
    SEALED_SUFFIX,
    Keys,
    PublicKey,
    decrypt,
    encrypt,
    load_keys,
    make_keys,
    own_public_key,
    read_public_key,
)
from voterlist.custody.trust import TRUST_NAME, Trust, changing_trust, read_trust
from voterlist.errors import CustodyError, UsageError, usage_error
from voterlist.model import Level, details_of
from voterlist.storage import ledger as ledgers
from voterlist.storage import lock
from voterlist.storage.files import make_folder, private_folder
from voterlist.storage.ledger import Ledger, Reader
from voterlist.storage.workspace import open_to_read, settings_of

KEYS = "keys"
"""The folder of a workspace in which the commission's keys lie."""
KEYS_MADE = "keys-made"
KEY_TRUSTED = "key-trusted"
_DISTRUSTED = "key-distrusted"
_TRUST_DIGEST = "trust"
"""The detail that holds the SHA-256 of the file of trusted keys after the change."""


def commission_of(settings: Settings) -> Commission:
    """The commission that ``[workspace]`` describes.

    Where it names no constituency or precinct, and ``[territory]`` has exactly one, it is that.

    Raises:
        UsageError: its name, its constituency or its precinct is not said.
        CustodyError: ``commission-unusable``.
    """
    own = settings.workspace
    territory = settings.territory.by_number
    constituency = precinct = None
    if own.level is not Level.CEC:
        constituency = _number_said(own.constituency, tuple(territory), "constituency")
    if own.level is Level.PEC:
        precincts = territory.get(constituency or 0, ())
        precinct = _number_said(own.precinct, precincts, "precinct")
    if not own.name.strip():
        raise _unset("name")
    return Commission.of(own.level, constituency, precinct, own.name)


def make_workspace_keys(
    workspace: Path, passphrase: str | None, *, today: dt.date, since: str
) -> PublicKey:
    """Make the commission's keys in the folder ``keys`` of its workspace.

    Raises:
        UsageError: it is no workspace, or its settings do not say who the commission is.
        CustodyError: ``keys-there``, ``passphrase-empty``.
        WorkspaceBusyError: another command holds the workspace.
    """
    settings = settings_of(workspace)
    us = commission_of(settings)
    with (
        lock.hold(workspace, since=since),
        Ledger(ledgers.place_in(workspace, settings)) as ledger,
    ):
        public = make_keys(workspace / KEYS, us, passphrase)
        ledger.write_journal(
            today, KEYS_MADE, commission=us.slug, fingerprint=public.fingerprint
        )
    return public


def show_keys(workspace: Path) -> tuple[PublicKey | None, Path, Trust]:
    """The keys of a workspace: its own, the file of it for others, and those it knows of others.

    Its own is None where none were made; of others are those that are or were trusted.

    Raises:
        UsageError: it is no workspace.
        CustodyError: the file of the trusted keys is not as this program wrote it.
    """
    with open_to_read(workspace) as (_, ledger):
        trust = trust_of(workspace, ledger)
    folder = workspace / KEYS
    own = own_public_key(folder) if folder.exists() else None
    return own, folder / "public.json", trust


def trust_key(
    workspace: Path, file: Path, name: str, *, today: dt.date, since: str
) -> PublicKey:
    """Take packages that are signed with this key from now on.

    Raises:
        UsageError: it is no workspace.
        CustodyError: the file is no public key, or the key, the name or the commission has trust
            already.
        OSError: the file cannot be read.
    """
    public = read_public_key(file)
    details = {
        "name": as_written(name),
        "commission": public.commission.slug,
        "fingerprint": public.fingerprint,
    }
    _change_trust(
        workspace,
        KEY_TRUSTED,
        details,
        lambda trust: trust.added(public, name, today),
        today=today,
        since=since,
    )
    return public


def distrust_key(workspace: Path, name: str, *, today: dt.date, since: str) -> None:
    """Take packages that are signed with the key of this name no more.

    Raises:
        UsageError: it is no workspace.
        CustodyError: ``trust-name-unknown``.
    """
    details = {"name": as_written(name)}
    _change_trust(
        workspace,
        _DISTRUSTED,
        details,
        lambda trust: trust.withdrawn(name, today),
        today=today,
        since=since,
    )


def trust_of(workspace: Path, ledger: Reader) -> Trust:
    """The keys that a workspace trusts.

    Raises:
        CustodyError: the file is not the one that the journal knows.
    """
    changes = details_of(ledger.journal(), KEY_TRUSTED, _DISTRUSTED)
    digest = str(changes[-1][_TRUST_DIGEST]) if changes else None
    return read_trust(workspace / TRUST_NAME, digest)


def keys_of(workspace: Path, us: Commission, passphrase: str | None) -> Keys:
    """The keys of a workspace, ready for use.

    Raises:
        CustodyError: they cannot be opened; ``keys-of-other``: they are of another commission than
            the settings say.
    """
    keys = load_keys(workspace / KEYS, passphrase)
    owner = keys.public.commission
    if owner.place != us.place:
        places = {"owner": owner.slug, "us": us.slug}
        raise CustodyError(
            f"the keys are of {owner.slug}", code="keys-of-other", places=places
        )
    return keys


def _change_trust(
    workspace: Path,
    event: str,
    details: Mapping[str, str],
    changed: Callable[[Trust], Trust],
    *,
    today: dt.date,
    since: str,
) -> None:
    """Hold a workspace, change its trusted keys, and add the line of the journal.

    The new file takes its place once the journal is written down.
    """
    place = ledgers.place_in(workspace, settings_of(workspace))
    with (
        lock.hold(workspace, since=since),
        ExitStack() as stack,
        Ledger(place) as ledger,
    ):
        trust = changed(trust_of(workspace, ledger))
        path = workspace / TRUST_NAME
        digest = stack.enter_context(changing_trust(path, trust))
        ledger.write_journal(today, event, **details, **{_TRUST_DIGEST: digest})


def _number_said(number: int | None, of_territory: Collection[int], key: str) -> int:
    """The number that the settings say, or the only one of the territory."""
    if number is not None:
        return number
    if len(of_territory) != 1:
        raise _unset(key)
    return next(iter(of_territory))


def _unset(key: str) -> UsageError:
    return usage_error("commission-unset", setting=key)


_MOST_BYTES = 2 * 2**30
"""As of a package."""


def sealed_name(out: Path) -> Path:
    """Where the encrypted file will be: ``.age`` is added where it does not stand there."""
    is_named = out.suffix.lower() == SEALED_SUFFIX
    return out if is_named else out.with_name(out.name + SEALED_SUFFIX)


@contextmanager
def write_sealed(workspace: Path, out: Path, name: str) -> Iterator[Path]:
    """A plain path to write to; what was written there is encrypted when the block ends.

    Args:
        workspace: whose trusted keys are asked.
        out: where the encrypted file will be, see ``sealed_name``.
        name: what the owner of the key is called there.

    Raises:
        UsageError: no key of this name is trusted, or there is a file already. It may be one that
            came back with answers, which nobody here can open to keep them.
        CustodyError: the trusted keys were changed by hand.
        OSError: a file cannot be written.
    """
    with open_to_read(workspace) as (_, ledger):
        key = trust_of(workspace, ledger).of_name(name)
    if key is None:
        raise usage_error("seal-to-unknown", name=name)
    path = sealed_name(out)
    if path.exists():
        raise usage_error("file-taken", path=path)
    with private_folder(workspace) as folder:
        plain = folder / path.stem
        yield plain
        make_folder(path.parent)
        encrypt(plain, path, key.age)


def is_sealed(path: Path) -> bool:
    """True for a file that is encrypted with age; False where it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(len(AGE_HEAD)) == AGE_HEAD
    except OSError:
        return False


@contextmanager
def open_sealed(workspace: Path, path: Path, passphrase: str | None) -> Iterator[Path]:
    """A file that is there for the block: what was encrypted to us, opened; any other as it is.

    Raises:
        CustodyError: the keys of the workspace cannot be opened, or it is encrypted to others.
        OSError: there is no room.
    """
    if not is_sealed(path):
        yield path
        return
    keys = keys_of(workspace, commission_of(settings_of(workspace)), passphrase)
    with private_folder(workspace) as folder:
        name = path.stem if path.suffix.lower() == SEALED_SUFFIX else path.name
        plain = folder / name
        with path.open("rb") as file:
            decrypt(file, plain, keys.identity, _MOST_BYTES)
        yield plain
