"""Files that are carried, encrypted to a commission whose key is trusted; and such files opened.

The plain file lies in the workspace for the moment in which it is written or read, closed to
others; never on the medium that is carried.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from voterlist.custody import encrypt
from voterlist.custody.sealing import AGE_HEAD, decrypt
from voterlist.errors import usage_error
from voterlist.storage.files import make_folder
from voterlist.storage.temporary import private_folder
from voterlist.usecases.commissions import commission_of, keys_of, trust_of
from voterlist.usecases.exchanges import SEALED_SUFFIX
from voterlist.usecases.opening import open_to_read
from voterlist.usecases.settings import settings_of

_MOST_BYTES = 2 * 2**30
"""As of a package."""


def sealed_name(out: Path) -> Path:
    """Where the encrypted file will be: ``.age`` is added where it does not stand there."""
    is_named = out.suffix.lower() == SEALED_SUFFIX
    return out if is_named else out.with_name(out.name + SEALED_SUFFIX)


@contextmanager
def sealed(workspace: Path, out: Path, name: str) -> Iterator[Path]:
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
def opened(workspace: Path, path: Path, passphrase: str | None) -> Iterator[Path]:
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
