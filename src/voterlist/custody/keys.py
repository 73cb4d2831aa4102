"""Keys of commissions: how they sign, are told, made and read, and what is sealed to them."""

from __future__ import annotations

import hashlib
import os
import stat
import unicodedata
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from pathlib import Path
from typing import BinaryIO, Literal

import pyrage
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from pydantic import Field

from voterlist.custody.archive import MEGABYTE
from voterlist.custody.canonical import from_bytes, require_known_format, to_bytes
from voterlist.custody.commissions import Commission, Digest, Frozen
from voterlist.custody.refusals import refusal
from voterlist.model import frozen
from voterlist.storage.files import (
    make_folder,
    open_private,
    private_folder,
    sync_folder,
    write_atomically,
    write_content,
)

SIGNATURE_BYTES = 64
_GROUPS = 8
_DIGITS = 5
"""Eight groups of five decimal digits hold 132 bits, and are read the same in every language."""
_WEAK_TRIALS = 256
_NEUTRAL_ELEMENT = bytes([1]) + bytes(31)
_FITS_ANYTHING = _NEUTRAL_ELEMENT + bytes(32)
"""R the neutral element and S zero: fits a message where the key's order divides the hash."""


class Signed(Enum):
    """What a signature is of. The prefix is signed before the content.

    So a signature of one kind of content is none of another kind.
    """

    MANIFEST = b"voterlist package manifest 1\n"
    PUBLIC_KEY = b"voterlist public key 1\n"
    BUNDLE = b"voterlist bundle sums 1\n"
    FIGURES = b"voterlist figures 1\n"


def sign(key: Ed25519PrivateKey, what: Signed, content: bytes) -> bytes:
    """The signature, 64 bytes. The same key and content give the same signature."""
    return key.sign(what.value + content)


def is_signature(
    key_digits: str, what: Signed, content: bytes, signature: bytes
) -> bool:
    """True where the signature of the content was made with the private half of this key.

    Args:
        key_digits: the public key in hexadecimal digits.
        what: what was signed.
        content: its bytes.
        signature: any bytes.
    """
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key_digits))
    try:
        key.verify(signature, what.value + content)
    except InvalidSignature:
        return False
    return True


def public_key(key: Ed25519PrivateKey) -> str:
    """The public half in hexadecimal digits."""
    return key.public_key().public_bytes_raw().hex()


@cache
def is_weak(key_digits: str) -> bool:
    """True for a key of small order: one signature fits many messages, so it proves nothing.

    Such a key has an order of at most 8. So one message of eight at least is taken with the
    signature that no private key is needed for; a usable key takes it of none.
    """
    return any(
        is_signature(key_digits, Signed.PUBLIC_KEY, number.to_bytes(2), _FITS_ANYTHING)
        for number in range(_WEAK_TRIALS)
    )


def fingerprint(key_digits: str) -> str:
    """What two people read to each other to compare a public key: ``01234 56789 ...``.

    Eight groups of five decimal digits, made from the SHA-256 of the 32 bytes of the key.
    """
    number = int.from_bytes(hashlib.sha256(bytes.fromhex(key_digits)).digest())
    digits = f"{number % 10 ** (_GROUPS * _DIGITS):0{_GROUPS * _DIGITS}}"
    groups = (
        digits[start : start + _DIGITS] for start in range(0, len(digits), _DIGITS)
    )
    return " ".join(groups)


SEALED_SUFFIX = ".age"
"""How the name of an encrypted file ends."""
AGE_HEAD = b"age-encryption.org/v1\n"
"""How a file of age begins."""
_HEAD_END = b"\n--- "
_MOST_HEAD_BYTES = 64 * 1024
"""Of the head of an age file; one receiver takes 200."""


class _TooLargeError(Exception):
    """More came out of an encrypted file than a package may have."""


@dataclass(slots=True)
class _Limited:
    """A file that takes no more than so many bytes."""

    _file: BinaryIO
    _left: int

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


PRIVATE_NAME = "private.key"
PUBLIC_NAME = "public.json"
_FORMAT = 1
_MOST_BYTES = 64 * 1024
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_SIGNATURE_DIGITS = 2 * SIGNATURE_BYTES


class PublicKey(Frozen):
    """What a commission gives to others: the file ``public.json``.

    The signature is made with the key itself. It shows that name, numbers and recipient are those
    that the owner of the key wrote, so that the fingerprint vouches for all of them.
    """

    kind: Literal["voterlist-public-key"] = "voterlist-public-key"
    format: Literal[1] = 1
    commission: Commission
    signing: Digest
    """The public key of Ed25519."""
    age: str = Field(max_length=200)
    """The recipient that packages are encrypted to."""
    signature: str = Field(pattern=rf"\A[0-9a-f]{{{_SIGNATURE_DIGITS}}}\z")

    @property
    def fingerprint(self) -> str:
        """Eight groups of five digits, to read aloud."""
        return fingerprint(self.signing)


@frozen
class Keys:
    """A commission's own keys, ready for use. Its ``repr`` shows no private key."""

    public: PublicKey
    signing: Ed25519PrivateKey = field(repr=False)
    identity: pyrage.x25519.Identity = field(repr=False)

    def sign(self, what: Signed, content: bytes) -> bytes:
        """The signature of the content, 64 bytes."""
        return sign(self.signing, what, content)


def make_keys(
    folder: Path, commission: Commission, passphrase: str | None = None
) -> PublicKey:
    """Make the keys of a commission in a new folder; all of its files, or none.

    Args:
        folder: where the keys will be; those above it are made.
        commission: whose keys they are.
        passphrase: what the private key is encrypted with; None for a key without one.

    Raises:
        CustodyError: ``keys-there``: the folder is there; ``passphrase-empty``.
    """
    if folder.exists():
        raise refusal("keys-there", path=folder)
    if passphrase is not None and not passphrase.strip():
        raise refusal("passphrase-empty")
    signing = Ed25519PrivateKey.generate()
    identity = pyrage.x25519.Identity.generate()
    public = _public_key(commission, signing, identity)
    private = _private_text(signing, identity)
    if passphrase is not None:
        private = pyrage.passphrase.encrypt(private, _as_typed(passphrase))
    make_folder(folder.parent)
    # What a process that was killed left goes: its keys were never used.
    with private_folder(folder.parent) as around:
        beside = around / folder.name
        make_folder(beside)
        write_content(beside / PRIVATE_NAME, private)
        write_content(beside / PUBLIC_NAME, to_bytes(public))
        beside.rename(folder)
    sync_folder(folder.parent)
    return public


def is_protected(folder: Path) -> bool:
    """True where the private key has a passphrase.

    Raises:
        CustodyError: as ``load_keys`` says of a key that is missing or open to others.
    """
    return _private_content(folder).startswith(AGE_HEAD)


def load_keys(folder: Path, passphrase: str | None = None) -> Keys:
    """The keys of a folder that ``make_keys`` made.

    Raises:
        CustodyError: ``keys-missing``; ``keys-open``: others can read the private key;
            ``passphrase-needed``, ``passphrase-wrong``; ``passphrase-unused``: the key has none;
            ``keys-damaged``; ``keys-differ``: the public key is that of another private key.
    """
    content = _private_content(folder)
    if content.startswith(AGE_HEAD):
        content = _open_text(folder, content, passphrase)
    elif passphrase is not None:
        raise refusal("passphrase-unused", path=folder / PRIVATE_NAME)
    signing, identity = _parse(folder, content)
    public = own_public_key(folder)
    theirs = (public.signing, public.age)
    if theirs != (public_key(signing), str(identity.to_public())):
        raise refusal("keys-differ", path=folder)
    return Keys(public, signing, identity)


def own_public_key(folder: Path) -> PublicKey:
    """The public key of a folder of keys; the private one is not needed.

    Raises:
        CustodyError: ``keys-missing``, or as ``read_public_key``.
    """
    path = folder / PUBLIC_NAME
    if not path.exists():
        raise refusal("keys-missing", path=path)
    return read_public_key(path)


def read_public_key(path: Path) -> PublicKey:
    """The public key of a commission from the file that it gave.

    Raises:
        CustodyError: ``public-key-damaged``: it is none, or not as its owner wrote it;
            ``public-key-newer``: a newer version of the program wrote it; ``public-key-weak``: its
            signatures would prove nothing.
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        content = file.read(_MOST_BYTES)
    require_known_format(content, _FORMAT, "public-key-newer", path=path)
    public = from_bytes(PublicKey, content)
    if public is None or not _is_as_its_owner_wrote_it(public):
        raise refusal("public-key-damaged", path=path)
    if is_weak(public.signing):
        raise refusal("public-key-weak", path=path)
    return public


def _is_as_its_owner_wrote_it(public: PublicKey) -> bool:
    return is_recipient(public.age) and is_signature(
        public.signing,
        Signed.PUBLIC_KEY,
        to_bytes(public, without="signature"),
        bytes.fromhex(public.signature),
    )


def _public_key(
    commission: Commission,
    signing: Ed25519PrivateKey,
    identity: pyrage.x25519.Identity,
) -> PublicKey:
    """The public key, signed with itself."""
    unsigned = PublicKey(
        commission=commission,
        signing=public_key(signing),
        age=str(identity.to_public()),
        signature="0" * _SIGNATURE_DIGITS,
    )
    content = to_bytes(unsigned, without="signature")
    signature = sign(signing, Signed.PUBLIC_KEY, content).hex()
    return unsigned.model_copy(update={"signature": signature})


def _private_text(
    signing: Ed25519PrivateKey, identity: pyrage.x25519.Identity
) -> bytes:
    """Both private keys as they are written without a passphrase."""
    pem = signing.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return pem + f"{identity}\n".encode("ascii")


def _private_content(folder: Path) -> bytes:
    """The bytes of the private key, where no other user can read them."""
    path = folder / PRIVATE_NAME
    if not path.is_file():
        raise refusal("keys-missing", path=path)
    with path.open("rb") as file:
        mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
        if os.name == "posix" and mode & _OTHERS:
            raise refusal("keys-open", path=path)
        return file.read(_MOST_BYTES)


def _open_text(folder: Path, content: bytes, passphrase: str | None) -> bytes:
    """The text of a private key that has a passphrase."""
    path = folder / PRIVATE_NAME
    if passphrase is None:
        raise refusal("passphrase-needed", path=path)
    try:
        opened: bytes = pyrage.passphrase.decrypt(content, _as_typed(passphrase))
    except pyrage.DecryptError as error:
        # The library has one class of error for both. Another text than this one means damage.
        is_wrong = str(error) == "Decryption failed"
        code = "passphrase-wrong" if is_wrong else "keys-damaged"
        raise refusal(code, path=path) from None
    return opened


def _parse(
    folder: Path, content: bytes
) -> tuple[Ed25519PrivateKey, pyrage.x25519.Identity]:
    """Both private keys of the text."""
    pem, end, rest = content.partition(b"-----END PRIVATE KEY-----\n")
    try:
        signing = serialization.load_pem_private_key(pem + end, password=None)
        identity = pyrage.x25519.Identity.from_str(rest.decode("ascii").strip())
    except (ValueError, TypeError, UnsupportedAlgorithm, pyrage.IdentityError):
        signing = None
    if (
        not isinstance(signing, Ed25519PrivateKey)
        or _private_text(signing, identity) != content
    ):
        raise refusal("keys-damaged", path=folder / PRIVATE_NAME)
    return signing, identity


def _as_typed(passphrase: str) -> str:
    """The passphrase in one Unicode form: keyboards write ``ö`` in two ways."""
    return unicodedata.normalize("NFC", passphrase)
