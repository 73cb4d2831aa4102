"""Letters in the names as written: of two scripts in one word, or of no alphabet used here."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.check.context import Context
from voterlist.facts.alphabets import meant
from voterlist.fields import NAMES
from voterlist.model import Rule
from voterlist.persons.shared_values import Flags
from voterlist.schemas import FINDING
from voterlist.tables import codes, concat

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
STRANGE = re.compile(f"[^{_LATIN}{_CYRILLIC}{_BETWEEN}]")
ANY_CYRILLIC = r"\p{Cyrillic}"
"""Without it a name is of one script, composed or not."""


def has_mixed_script(text: str) -> bool:
    """True where a word has letters of two alphabets and no reading in one of them.

    A word with mere look-alikes of the other alphabet is repaired before the tests, and noticed
    there.
    """
    composed = unicodedata.normalize("NFC", text)
    return any(
        _MIXED.search(word) and meant(word) is None for word in _WORD.findall(composed)
    )


def has_strange_character(text: str) -> bool:
    """True where a name holds a digit, a sign, or a letter of no alphabet used here."""
    # i with a dot above is what lower() makes of İ.
    return (
        STRANGE.search(unicodedata.normalize("NFC", text).replace("i̇", "i")) is not None
    )


def faulty_names(
    context: Context,
    rule: Rule,
    suspect: str,
    is_faulty: Callable[[str], bool],
    rows: Flags | None = None,
) -> pa.Table:
    """FINDING: entries with a faulty name, by field.

    Args:
        context: what the rules look at.
        rule: the rule that they break.
        suspect: a pattern (RE2) that every faulty name holds; only these are looked at.
        is_faulty: told of each distinct name.
        rows: the entries that are asked; all where left out.
    """
    findings = []
    for field in NAMES:
        code, distinct = codes(context.entries.column(field))
        at = np.flatnonzero(pc.match_substring_regex(distinct, suspect))
        # The last flag is of code -1, the missing name.
        flags = np.zeros(len(distinct) + 1, dtype=bool)
        flags[at] = [
            is_faulty(name) for name in distinct.take(pa.array(at)).to_pylist()
        ]
        is_found = flags[code] & rows if rows is not None else flags[code]
        findings.append(context.entry_findings(rule, is_found, field=field))
    return concat(findings, FINDING)
