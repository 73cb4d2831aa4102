"""Short forms of given names: Bob is Robert, Məmiş is Məmməd, Саша is Александр and Александра.

``short_names.csv`` has the pairs (profile, name, short form) as skeletons; ``bench/short_names.py``
makes it. That two names have a short form in common makes them no forms of each other.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from zlib import crc32

import numpy as np

from voterlist.arrays import Bools, Codes, Longs, Words
from voterlist.model import Profile

_COLUMNS = 4
FULL_NAMES = tuple(f"full_name_{number}" for number in range(_COLUMNS))
"""The names of the columns of full names, as fields of a blocking key."""


@dataclass(frozen=True, eq=False)
class ShortNames:
    """Which of the distinct names of a list are short forms of which."""

    has_forms: Bools
    """For each name whether the list has a form of it, or what it is a form of; and, at the last
    place, False for the code -1 of an unknown name."""
    pairs: Longs
    """The codes of two such names, the lower times the number of names plus the higher, sorted."""

    def related(self, first: Codes, second: Codes) -> Longs:
        """The positions at which one name is a short form of the other, by the codes of names."""
        may_be = np.flatnonzero(self.has_forms[first] & self.has_forms[second])
        low = np.minimum(first[may_be], second[may_be]).astype(np.int64)
        high = np.maximum(first[may_be], second[may_be])
        packed = low * (len(self.has_forms) - 1) + high
        place = np.searchsorted(self.pairs, packed)
        found = np.append(self.pairs, -1)[place] == packed
        return np.asarray(may_be[found], np.int64)


@cache
def _forms(profile: Profile) -> tuple[tuple[str, str], ...]:
    """(name, short form) of a profile."""
    path = resources.files(__package__).joinpath("short_names.csv")
    rows = csv.DictReader(path.read_text(encoding="utf-8").splitlines())
    return tuple(
        (row["name"], row["short_form"])
        for row in rows
        if row["profile"] == profile.value
    )


def short_names(names: Words, profile: Profile) -> ShortNames:
    """The short forms among these distinct names, which are skeletons of the profile."""
    code = {name: number for number, name in enumerate(names)}
    found = [
        sorted((code[name], code[form]))
        for name, form in _forms(profile)
        if name in code and form in code
    ]
    pairs = np.array(found, np.int64).reshape(-1, 2)
    has_forms = np.zeros(len(names) + 1, np.bool_)
    has_forms[pairs.ravel()] = True
    return ShortNames(has_forms, np.unique(pairs[:, 0] * len(names) + pairs[:, 1]))


def full_names_of(
    counts: Mapping[str, int], profile: Profile
) -> tuple[dict[str, str], ...]:
    """For each column the full name of each name that has one, by how many entries have each.

    A name and its short form have one full name in the column that a checksum of the name gives, so
    a short form of several names agrees with each of them. Of two full names in one column the
    rarer stands there. Only names of which the list has both are in a column.
    """
    listed = [
        (name, form)
        for name, form in _forms(profile)
        if name in counts and form in counts
    ]
    columns: tuple[dict[str, str], ...] = tuple({} for _ in range(_COLUMNS))
    # From the most frequent to the rarest: the last one written stands.
    for name, form in sorted(listed, key=lambda pair: (-counts[pair[0]], *pair)):
        columns[crc32(name.encode()) % _COLUMNS].update({name: name, form: name})
    return columns


def names_with_forms(profile: Profile) -> frozenset[str]:
    """The names that have short forms, and these."""
    return frozenset(name for pair in _forms(profile) for name in pair)


# --- How a name sounds: names of one key are read alike in English or German, however they are
#     spelt
# The keys of Soundex, Metaphone and NYSIIS drop the vowels or nearly all of them. They make one of
# Green and Karen, of Jane and John. Here a vowel keeps its class: green is grin, laura is lora,
# mueller is miller, and Laura is not Lori. ``bench/sounds.py`` measures both.


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


def codes_by(key: Callable[[str], str], names: Words | Sequence[str]) -> Codes:
    """One code per name, the same where two have one key; -1 where the key is empty."""
    keys = [key(name) for name in names]
    place = {key: code for code, key in enumerate(sorted({*keys} - {""}))}
    return np.array([place.get(key, -1) for key in keys], np.int32)


# --- How a name is written by those who do not know its letters
# A machine that reads print takes ``rn`` for ``m``. Who writes an Arabic or Turkish name by ear
# chooses among a and e, kh and h, dj and j. Names of one such key need not be one name: Ellen and
# Alan have one.

_READ_WRONGLY = (
    ("vv", "w"),
    ("rn", "m"),
    ("cl", "d"),
    ("li", "h"),
    ("ii", "u"),
    ("ri", "n"),
    ("0", "o"),
    ("[1i]", "l"),
    ("5", "s"),
    ("[68]", "b"),
)
"""Letters in print, and those for which a machine takes them."""
_BY_EAR = (
    ("^abd[aeiou]?l?(?=[^aeiou])", "abd"),
    ("^y(?=[aeiou])", "y"),
    ("kh", "h"),
    ("gh", "g"),
    ("dh", "d"),
    ("th", "s"),
    ("ph", "f"),
    ("sch|sh|ch", "s"),
    ("dj|dzh", "j"),
    ("ck|[qc]", "k"),
    ("w", "v"),
    ("[ou]+", "u"),
    ("[aeiy]+", "a"),
    ("[dt]$", "t"),
    ("[bp]$", "b"),
)
"""Letters of a name from another alphabet, and the one class in which they all stand."""
_LAST_H = re.compile(r"(?<=.)h$")


def _rewritten(rules: Sequence[tuple[str, str]]) -> Callable[[str], str]:
    """A function that writes what fits a rule in another way, of all that fit the first."""
    pattern = re.compile("|".join(f"({letters})" for letters, _ in rules))
    classes = [written for _, written in rules]

    def rewrite(name: str) -> str:
        return pattern.sub(lambda match: classes[(match.lastindex or 1) - 1], name)

    return lru_cache(maxsize=65536)(rewrite)


printed_key = _rewritten(_READ_WRONGLY)
_heard = _rewritten(_BY_EAR)


def heard_key(name: str) -> str:
    """The letters of a name, the same where two may be one brought from another alphabet."""
    return _TWICE.sub(r"\1", _LAST_H.sub("", _heard(name)))
