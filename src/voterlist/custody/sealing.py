"""Encryption to the receiver with age (age-encryption.org/v1).

An encrypted file is another one each time: age draws a fresh key. What is equal each time is the
package inside. The age file carries no name; who signed the package inside is checked as always.
"""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import pyrage

from voterlist.custody.archive import MEGABYTE
from voterlist.custody.refusals import refusal
from voterlist.storage.files import open_private, write_atomically

AGE_HEAD = b"age-encryption.org/v1\n"
"""How a file of age begins."""
_HEAD_END = b"\n--- "
_MOST_HEAD_BYTES = 64 * 1024
"""Of the head of an age file; one receiver takes 200."""


class _TooLargeError(Exception):
    """More came out of an encrypted file than a package may have."""


class _Limited:
    """A file that takes no more than so many bytes."""

    def __init__(self, file: BinaryIO, most: int) -> None:
        self._file = file
        self._left = most

    def write(self, content: bytes) -> int:
        """Write all of it, or nothing.

        Raises:
            _TooLargeError: it would be more than the file takes.
        """
        self._left -= len(content)
        if self._left < 0:
            raise _TooLargeError
        return self._file.write(content)

    def flush(self) -> None:
        """Hand over to the system what was written."""
        self._file.flush()


def is_recipient(text: str) -> bool:
    """True for a recipient of age, such as ``age1...``, in the one spelling that is written."""
    try:
        return str(pyrage.x25519.Recipient.from_str(text)) == text
    except pyrage.RecipientError:
        return False


def encrypt(package: Path, out: Path, recipient: str) -> None:
    """Write a package so that only the receiver can open it.

    Args:
        package: the package.
        out: where the encrypted file will be, whole or not at all; its name ends in ``.zip.age``.
        recipient: ``age`` of the receiver's public key.
    """
    to = pyrage.x25519.Recipient.from_str(recipient)

    def write(beside: Path) -> None:
        with package.open("rb") as plain, open_private(beside) as file:
            pyrage.encrypt_io(plain, file, [to])

    write_atomically(out, write)


def decrypt(
    file: BinaryIO, out: Path, identity: pyrage.x25519.Identity, most_bytes: int
) -> None:
    """Write what an encrypted file holds into a private file.

    Args:
        file: the encrypted file, at its beginning; it can seek.
        out: where the content will be.
        identity: ours.
        most_bytes: how much the content may have.

    Raises:
        CustodyError: ``package-sealed-for-other``, ``package-sealed-damaged``,
            ``package-too-large``.
        OSError: there is no room.
    """
    if _HEAD_END not in file.read(_MOST_HEAD_BYTES):
        # A head without end would be read into memory.
        raise refusal("package-sealed-damaged")
    file.seek(0)
    with open_private(out) as plain:
        try:
            pyrage.decrypt_io(file, _Limited(plain, most_bytes), [identity])
        except _TooLargeError:
            raise refusal("package-too-large", most=most_bytes // MEGABYTE) from None
        except pyrage.DecryptError as error:
            is_for_other = str(error) == "No matching keys found"
            code = (
                "package-sealed-for-other" if is_for_other else "package-sealed-damaged"
            )
            raise refusal(code) from None
        except OSError as error:
            # Without a number it is age that says so: a part of the content does not fit.
            if error.errno is None:
                raise refusal("package-sealed-damaged") from None
            raise
