"""The keys of a commission: made once, kept private, shown to others as a small file.

The folder of the keys holds two files, both of mode 0600:

``private.key``
    The Ed25519 key as PKCS #8 in PEM, and below it the age identity, which opens packages that are
    encrypted to the commission. With a passphrase the whole text is an age file: its key comes
    from the passphrase by scrypt, which takes a second. PKCS #8 has a passphrase of its own, but
    as written here it is 2,048 rounds of PBKDF2, which a guesser does in no time.
``public.json``
    What is carried to other commissions.
"""

from __future__ import annotations

import os
import shutil
import stat
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pyrage
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import Field

from voterlist.custody import signatures
from voterlist.custody.canonical import from_bytes, stated_format, to_bytes
from voterlist.custody.commissions import Commission, Digest, Frozen
from voterlist.custody.refusals import refusal
from voterlist.custody.sealing import AGE_HEAD, is_recipient
from voterlist.custody.signatures import Signed, fingerprint
from voterlist.storage.files import make_folder, open_private, sync_folder

PRIVATE_NAME = "private.key"
PUBLIC_NAME = "public.json"
_FORMAT = 1
_MOST_BYTES = 64 * 1024
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_SIGNATURE_DIGITS = 2 * signatures.SIGNATURE_BYTES


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


@dataclass(frozen=True, slots=True)
class Keys:
    """A commission's own keys, ready for use. Its ``repr`` shows no private key."""

    public: PublicKey
    signing: Ed25519PrivateKey = field(repr=False)
    identity: pyrage.x25519.Identity = field(repr=False)

    def sign(self, what: Signed, content: bytes) -> bytes:
        """The signature of the content, 64 bytes."""
        return signatures.sign(self.signing, what, content)


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
    beside = folder.with_name(f".{folder.name}.part")
    # A folder that is there was left by a process that was killed. Its keys were never used.
    shutil.rmtree(beside, ignore_errors=True)
    make_folder(beside)
    try:
        private = _private_bytes(_private_text(signing, identity), passphrase)
        _write(beside / PRIVATE_NAME, private)
        _write(beside / PUBLIC_NAME, to_bytes(public))
        sync_folder(beside)
        beside.rename(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
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
        content = _opened(folder, content, passphrase)
    elif passphrase is not None:
        raise refusal("passphrase-unused", path=folder / PRIVATE_NAME)
    signing, identity = _parsed(folder, content)
    public = own_public_key(folder)
    theirs = (public.signing, public.age)
    if theirs != (signatures.public_key(signing), str(identity.to_public())):
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
    stated = stated_format(content)
    if stated is not None and stated > _FORMAT:
        raise refusal("public-key-newer", path=path)
    public = from_bytes(PublicKey, content)
    if public is None or not _is_as_its_owner_wrote_it(public):
        raise refusal("public-key-damaged", path=path)
    if signatures.is_weak(public.signing):
        raise refusal("public-key-weak", path=path)
    return public


def _is_as_its_owner_wrote_it(public: PublicKey) -> bool:
    return is_recipient(public.age) and signatures.is_signature(
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
        signing=signatures.public_key(signing),
        age=str(identity.to_public()),
        signature="0" * _SIGNATURE_DIGITS,
    )
    content = to_bytes(unsigned, without="signature")
    signature = signatures.sign(signing, Signed.PUBLIC_KEY, content).hex()
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


def _private_bytes(content: bytes, passphrase: str | None) -> bytes:
    """What stands in the file of the private key."""
    if passphrase is None:
        return content
    encrypted: bytes = pyrage.passphrase.encrypt(content, _as_typed(passphrase))
    return encrypted


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


def _opened(folder: Path, content: bytes, passphrase: str | None) -> bytes:
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


def _parsed(
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


def _write(path: Path, content: bytes) -> None:
    """Write a new file that only its owner can read, down to the disk."""
    with open_private(path) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
