"""Who vouches for a bundle of the program: a signature of the digests of all its files.

The installer keeps the digests, their signature and the list of what it puts where in the folder
``delivered`` of the installation. So what is installed can be held against it at any time, without
the bundle.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from voterlist.custody.canonical import to_bytes
from voterlist.custody.keys import (
    Keys,
    PublicKey,
    Signed,
    fingerprint,
    is_signature,
    read_public_key,
)
from voterlist.custody.refusals import refusal
from voterlist.model import frozen

DELIVERED = "delivered"
"""The folder of an installation that holds what came with it."""
_SUMS = "SHA256SUMS"
_SIGNATURE = "SHA256SUMS.sig"
_SIGNER = "signer.json"
_INSTALLED = "INSTALLED.sha256"
_DIGITS = 64


@frozen
class Delivery:
    """What was delivered, and who vouches for it."""

    files: Mapping[str, str]
    """Path below the folder of the installation -> SHA-256."""
    signing: str | None
    """The key whose signature fits, in hexadecimal digits; None where nobody signed."""

    @property
    def fingerprint(self) -> str | None:
        """Eight groups of five digits, to read aloud; None where nobody signed."""
        return None if self.signing is None else fingerprint(self.signing)


def sign_sums(folder: Path, keys: Keys) -> None:
    """Put the signature of the digests beside them, and the public key of who signed."""
    content = (folder / _SUMS).read_bytes()
    (folder / _SIGNATURE).write_bytes(keys.sign(Signed.BUNDLE, content))
    (folder / _SIGNER).write_bytes(to_bytes(keys.public))


def signer_of(folder: Path) -> str | None:
    """The fingerprint of the key that signed the digests; None where the signature does not fit.

    Raises:
        CustodyError: the public key is none.
        OSError: one of the files cannot be read.
    """
    public = read_public_key(folder / _SIGNER)
    return public.fingerprint if _is_signed_by(folder, public) else None


def read_delivery(folder: Path, key: PublicKey | None = None) -> Delivery:
    """What a bundle, or the folder ``delivered`` of an installation, says was delivered.

    Args:
        folder: where the digests and their signature lie.
        key: whose signature must be there; None: that of whoever signed, or nobody's.

    Raises:
        CustodyError: ``delivery-unsigned``: nobody signed, though a key was named;
            ``delivery-forged``: the signature does not fit; ``delivery-damaged``: the list is not
            the one that was signed, or is none; or the public key is none.
        OSError: one of the files cannot be read.
    """
    is_signed = (folder / _SIGNATURE).exists()
    if not is_signed and key is not None:
        raise refusal("delivery-unsigned", path=folder)
    signing = None
    if is_signed:
        public = key or read_public_key(folder / _SIGNER)
        if not _is_signed_by(folder, public):
            raise refusal(
                "delivery-forged", path=folder, fingerprint=public.fingerprint
            )
        signing = public.signing
    sums = _digests(folder / _SUMS)
    content = (folder / _INSTALLED).read_bytes()
    if sums.get(_INSTALLED) != hashlib.sha256(content).hexdigest():
        raise refusal("delivery-damaged", path=folder / _INSTALLED)
    return Delivery(_digests(folder / _INSTALLED), signing)


def _is_signed_by(folder: Path, public: PublicKey) -> bool:
    content = (folder / _SUMS).read_bytes()
    signature = (folder / _SIGNATURE).read_bytes()
    return is_signature(public.signing, Signed.BUNDLE, content, signature)


def _digests(path: Path) -> dict[str, str]:
    """Path -> SHA-256 of each line of a list that ``sha256sum`` could have written."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        raise refusal("delivery-damaged", path=path) from None
    digests: dict[str, str] = {}
    for line in lines:
        digest, _, name = line.partition("  ")
        if len(digest) != _DIGITS or not name or name in digests:
            raise refusal("delivery-damaged", path=path)
        digests[name] = digest
    return digests
