"""Signatures of Ed25519 (RFC 8032), kept apart by what they sign, and fingerprints of keys."""

from __future__ import annotations

import hashlib
from enum import Enum

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
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
