"""Letters that can be printed; one that no embedded font has is printed as its number."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache

import typst

__all__ = ["STANDARDS", "is_drawn", "printable"]

STANDARDS: list[typst.PDFStandard] = ["a-2a", "ua-1"]
"""PDF/A-2a, to be kept for decades, and PDF/UA-1, to be read aloud."""

_SURE = frozenset(
    "".join(map(chr, range(0x20, 0x7F)))
    + "".join(map(chr, range(0x0410, 0x0450)))
    + "ƏəĞğŞşİıÖöÜüÇçÂâÎîÛû"
    + "ЁёҜҝҒғҸҹҺһӘәӨөҮүЈјІі"
    + "№§«»„“”’–—→−\N{NO-BREAK SPACE}"
)
"""Letters that the first font has; a test says so."""

_ESCAPE = re.compile(r'\\(?:[bfnrt]|u00[01][0-9a-f]|["\\])')
_OF_JSON = frozenset({'\\"', "\\\\"})
_PROBE = b"""
#set document(title: "probe")
#set text(font: ("Libertinus Serif", "DejaVu Sans Mono"), lang: "az")
#sys.inputs.text
"""


def printable(page: str) -> str:
    """A page of JSON in which every letter of every text can be printed.

    Ends of lines, tabs and other controls become blanks, and what has no shape of its own (joiners,
    marks of direction) is left out. A letter that no embedded font has becomes its number in
    Unicode, such as ``[U+6F22]``, so that nothing of a name is lost on paper.
    """
    plain = _ESCAPE.sub(_without_control, page)
    return plain.translate(_replacements(frozenset(plain) - _SURE))


def _without_control(escape: re.Match[str]) -> str:
    return escape[0] if escape[0] in _OF_JSON else " "


@cache
def _replacements(letters: frozenset[str]) -> Mapping[int, str]:
    """What is printed instead of those of these letters that cannot be printed."""
    found = {letter: _without_shape(letter) for letter in letters}
    shaped = sorted(letter for letter, other in found.items() if other is None)
    found |= {letter: f"[U+{ord(letter):04X}]" for letter in _missing("".join(shaped))}
    return {ord(letter): other for letter, other in found.items() if other is not None}


def _without_shape(letter: str) -> str | None:
    """What is printed instead of a letter that no font draws; None for all others."""
    category = unicodedata.category(letter)
    if category == "Cf":
        return ""
    if category in {"Zs", "Zl", "Zp", "Cc"}:
        return " "
    if category in {"Cs", "Co", "Cn"}:
        return f"[U+{ord(letter):04X}]"
    return None


def _missing(letters: str) -> str:
    """Those of these letters that no embedded font has, found by halving."""
    if not letters or is_drawn(letters):
        return ""
    if len(letters) == 1:
        return letters
    middle = len(letters) // 2
    return _missing(letters[:middle]) + _missing(letters[middle:])


def is_drawn(letters: str) -> bool:
    """True where the fonts that come with the compiler have all of these letters."""
    # A blank between them: marks would join, and letters of one alphabet change each other.
    try:
        typst.compile(
            _PROBE,
            format="pdf",
            ignore_system_fonts=True,
            pdf_standards=STANDARDS,
            sys_inputs={"text": " ".join(letters)},
        )
    except typst.TypstError:
        return False
    return True
