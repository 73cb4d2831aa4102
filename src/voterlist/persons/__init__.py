"""Which rows are one person, how sure that is, and how often chance alone would say so."""

from __future__ import annotations

import hashlib


def case_id(entry_ids: list[str]) -> str:
    """A name for a group of entries that depends on their ids alone: 12 hexadecimal digits."""
    digest = hashlib.blake2b(digest_size=6)
    for entry_id in sorted(entry_ids):
        encoded = entry_id.encode()
        digest.update(len(encoded).to_bytes(4, "big") + encoded)
    return digest.hexdigest()
