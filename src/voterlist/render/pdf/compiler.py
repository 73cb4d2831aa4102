"""A template and its data -> the bytes of a PDF file."""

from __future__ import annotations

import datetime as dt
import json
import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

import typst

from voterlist.errors import VoterlistError

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


_INVISIBLE = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0"
) | frozenset(map(chr, range(0xFE00, 0xFE10)))
"""Letters and marks that no font draws, besides those of the category Cf: Unicode's property
Default_Ignorable_Code_Point."""


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
    if category == "Cf" or letter in _INVISIBLE:
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


_ROUNDS_KEPT = 10
"""How many documents later the compiler forgets what it computed for one."""


def typeset(template: str, data: Mapping[str, Any], day: dt.date) -> bytes:
    """The PDF file of a template with its data; the same data give the same bytes.

    Fonts are those that come with the compiler; they are embedded in the file. Nothing is read but
    the templates beside this module, and nothing is fetched.

    Args:
        template: the name of a file in ``templates``, without its ending.
        data: what the template reads as ``data``: texts, numbers, lists and mappings. A text is
            never markup. Has ``title`` and ``language``.
        day: the day on which the document was made, by its own word.

    Raises:
        VoterlistError: the template does not go with the data.
    """
    page = printable(json.dumps(data, ensure_ascii=False))
    noon = dt.datetime.combine(day, dt.time(12), dt.UTC)
    with resources.as_file(resources.files(__package__) / "templates") as folder:
        try:
            return typst.compile(
                folder / f"{template}.typ",
                root=folder,
                format="pdf",
                ignore_system_fonts=True,
                pdf_standards=STANDARDS,
                sys_inputs={"data": page, "day": day.isoformat()},
                timestamp=noon,
            )
        except typst.TypstError as error:
            # The compiler's message quotes what it could not set.
            places = {"kind": type(error).__name__, "place": f"{template}.typ"}
            raise VoterlistError("a paper was not set", places=places) from None
        finally:
            _forget()


def _forget() -> None:
    """Let the compiler forget what it keeps for the next document, which is another one.

    Without this it holds up to ten lists: 900 MB instead of 130 MB.
    """
    for _ in range(_ROUNDS_KEPT):
        typst.compile(b"", format="pdf", ignore_system_fonts=True)
