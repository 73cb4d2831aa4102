"""Files damaged at random.

Bytes changed, cut off or doubled, in the file or inside what is packed in it.
"""

from __future__ import annotations

import io
import random
import zipfile

__all__ = ["mutated"]

_PACKED = b"PK\x03\x04"
_MOST_HITS = 8
_LONGEST_PIECE = 200
_INSIDE = 0.6
"""The share of packed files that are damaged in a part and packed anew, so that every checksum is
right."""


def mutated(content: bytes, seed: int) -> bytes:
    """The content damaged; the same seed damages the same content in the same way."""
    chance = random.Random(seed)  # noqa: S311  repeatable damage, no secret
    if content.startswith(_PACKED) and chance.random() < _INSIDE:
        return _with_a_damaged_part(content, chance)
    return _damaged(content, chance)


def _with_a_damaged_part(content: bytes, chance: random.Random) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    name = chance.choice(sorted(parts))
    parts[name] = _damaged(parts[name], chance)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, part in parts.items():
            packed.writestr(zipfile.ZipInfo(name), part, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def _damaged(content: bytes, chance: random.Random) -> bytes:
    """The bytes cut off, hit in some places, or with a piece of them doubled."""
    if not content:
        return content
    place = chance.randrange(len(content))
    kind = chance.choice(["cut", "hit", "double"])
    if kind == "cut":
        return content[:place]
    if kind == "double":
        end = place + chance.randint(1, _LONGEST_PIECE)
        return content[:end] + content[place:end] + content[end:]
    hit = bytearray(content)
    for _ in range(chance.randint(1, _MOST_HITS)):
        hit[chance.randrange(len(hit))] = chance.randrange(256)
    return bytes(hit)
