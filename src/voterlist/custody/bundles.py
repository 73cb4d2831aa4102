"""Who vouches for a bundle of the program: a signature of the digests of all its files."""

from __future__ import annotations

from pathlib import Path

from voterlist.custody.canonical import to_bytes
from voterlist.custody.keys import Keys, read_public_key
from voterlist.custody.signatures import Signed, is_signature

__all__ = ["sign_sums", "signer_of"]

_SUMS = "SHA256SUMS"
_SIGNATURE = "SHA256SUMS.sig"
_SIGNER = "signer.json"


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
    content = (folder / _SUMS).read_bytes()
    signature = (folder / _SIGNATURE).read_bytes()
    is_own = is_signature(public.signing, Signed.BUNDLE, content, signature)
    return public.fingerprint if is_own else None
