"""How a name sounds: names of one key are read alike in English or German, however they are spelt.

The keys of Soundex, Metaphone and NYSIIS drop the vowels or nearly all of them. They make one of
Green and Karen, of Jane and John. Here a vowel keeps its class: green is grin, laura is lora,
mueller is miller, and Laura is not Lori. ``bench/sounds.py`` measures both.
"""

from __future__ import annotations

import re
from functools import lru_cache

import numpy as np

from voterlist.arrays import Codes, Words

_SHORTEST_KEY = 3
"""Sounds of a name that tell it from others: Lee and Li are too short to say that they are one."""

_RULES = (
    # The beginning of a word: a first letter that is not heard, or that is heard otherwise.
    ("^(?:kn|gn)", "n"),
    ("^wr", "r"),
    ("^geo", "je"),
    ("^y(?=[aeiou])", "j"),
    ("^h", "h"),
    # Vowels: as i, e, o, u, a. The German ö and ü are written oe and ue.
    ("(?:eigh|ey|ie)$", "i"),
    ("igh", "i"),
    ("ough|augh", "o"),
    ("ei|ai|ey|ay|ae", "e"),
    ("oe(?=[^aeiouy])", "e"),
    ("ue(?=[^aeiouy])", "i"),
    ("ee|ea|ie", "i"),
    ("y(?=[aeiou])", ""),
    ("i|y", "i"),
    ("au|aw|ow|oa", "o"),
    ("oo|ou|ew|eu|u", "u"),
    ("o", "o"),
    ("e", "e"),
    ("a", "a"),
    # Hissing sounds are one class, x among them.
    ("t?sch|sh|chs|c?ks|cs|tz|ts|cz|x", "s"),
    ("ch(?=[lr])", "k"),
    ("ch", "s"),
    ("c(?=[eiy])", "s"),
    ("s|z", "s"),
    # The other consonants.
    ("ck|qu|[ckq]", "k"),
    ("dge?(?=[aeiou])", "j"),
    ("gh?", "g"),
    ("ph|[fv]", "f"),
    ("th|dt|t", "t"),
    ("mp(?=s)|mb$|m", "m"),
    ("h", ""),
    ("rh|r", "r"),
    ("[bdjlnpw0-9]", None),
)
"""Letters, and the sound that they have: of all that fit at one place the first. None is the letter
itself."""
_LETTERS = re.compile("|".join(f"({letters})" for letters, _ in _RULES))
_SOUNDS = (None, *(sound for _, sound in _RULES))
_TWICE = re.compile(r"(.)\1+")
_WEAK = re.compile(r"(?:(?<=[aeiou].)|(?<=[aeiou]..))[aeou](?=[nrlms]{1,2}$)")
"""A vowel that is not stressed before a last n, r, l, m or s: Allen and Alan."""


def _sound(match: re.Match[str]) -> str:
    sound = _SOUNDS[match.lastindex or 0]
    return match[0] if sound is None else sound


@lru_cache(maxsize=65536)
def sound_key(name: str) -> str:
    """The sounds of a name in letters a-z; empty where they are too few to tell it from others."""
    heard = _TWICE.sub(r"\1", _LETTERS.sub(_sound, name))
    key = _WEAK.sub("@", heard)
    return key if len(key) >= _SHORTEST_KEY else ""


def sound_codes(names: Words) -> Codes:
    """One code per name, the same where two sound alike; -1 where a name has no key."""
    keys = [sound_key(name) for name in names]
    place = {key: code for code, key in enumerate(sorted({*keys} - {""}))}
    return np.array([place.get(key, -1) for key in keys], np.int32)
