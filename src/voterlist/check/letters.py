"""Letters in the names as written: of two scripts in one word, or of no alphabet used here."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.check.register import Register, RegisterTest
from voterlist.facts.alphabets import meant
from voterlist.model import Rule, Severity, Unit
from voterlist.schemas import FINDING
from voterlist.tables import codes, concat

__all__ = ["TESTS", "has_mixed_script", "has_strange_character"]

_NAMES = ("surname", "given_name", "patronymic", "full_name")

_LATIN = "a-zA-ZçÇəƏğĞıİöÖşŞüÜ" + "äÄǝƎ" + "âÂîÎûÛ"
"""Basic Latin, the Azerbaijani alphabet, the letters that stand for ə in older fonts, and the
Turkish ones."""
_CYRILLIC = "а-яА-ЯёЁ" + "әӘғҒҝҜјЈөӨүҮһҺҹҸ" + "іІїЇєЄґҐ"
"""Russian, the Azerbaijani of before 1991, and Ukrainian."""
_BETWEEN = r"\s.,'’‘`ʼ´\-‐‑–()"
"""What stands between the letters of a name: blanks, initials, apostrophes, hyphens, a former
surname in brackets."""

_MIXED = re.compile(f"[{_LATIN}][{_CYRILLIC}]|[{_CYRILLIC}][{_LATIN}]")
_WORD = re.compile(r"[^\W\d_]+")
_STRANGE = re.compile(f"[^{_LATIN}{_CYRILLIC}{_BETWEEN}]")
_ANY_CYRILLIC = r"\p{Cyrillic}"
"""Without it a name is of one script, composed or not."""

MIXED_SCRIPT = Rule(
    "mixed-script",
    Severity.WARNING,
    Unit.ENTRY,
    "Unicode Technical Standard 39, section 5: a word of two scripts is a typing slip or a forgery",
)
STRANGE_CHARACTER = Rule(
    "strange-character",
    Severity.WARNING,
    Unit.ENTRY,
    "the Azerbaijani alphabet: a name holds letters, and no digits or signs",
)


def has_mixed_script(text: str) -> bool:
    """True where a word has letters of two alphabets and no reading in one of them.

    A word with mere look-alikes of the other alphabet is repaired before the tests, and noticed
    there.
    """
    composed = unicodedata.normalize("NFC", text)
    return any(_MIXED.search(word) and meant(word) is None for word in _WORD.findall(composed))


def has_strange_character(text: str) -> bool:
    """True where a character stands in a name that is a letter of no alphabet used here, a digit or a sign."""
    # i with a dot above is what lower() makes of İ.
    return _STRANGE.search(unicodedata.normalize("NFC", text).replace("i̇", "i")) is not None


def _in_names(
    register: Register, rule: Rule, suspect: str, faulty: Callable[[str], bool]
) -> pa.Table:
    """Entries with a faulty name; only names in which Arrow finds the pattern can be faulty."""
    found = []
    for name in _NAMES:
        code, distinct = codes(register.entries.column(name))
        at = np.flatnonzero(pc.match_substring_regex(distinct, suspect))
        flags = np.zeros(len(distinct) + 1, dtype=bool)
        flags[at] = [faulty(text) for text in distinct.take(pa.array(at)).to_pylist()]
        found.append(register.entry_findings(rule, flags[code], field=name))
    return concat(found, FINDING)


def mixed_script(register: Register) -> pa.Table:
    """Entries with a name in which one word has letters of two scripts."""
    return _in_names(register, MIXED_SCRIPT, _ANY_CYRILLIC, has_mixed_script)


def strange_character(register: Register) -> pa.Table:
    """Entries with a name that holds a digit, a sign or a letter of another alphabet."""
    return _in_names(register, STRANGE_CHARACTER, _STRANGE.pattern, has_strange_character)


TESTS = (
    RegisterTest(MIXED_SCRIPT, mixed_script),
    RegisterTest(STRANGE_CHARACTER, strange_character),
)
