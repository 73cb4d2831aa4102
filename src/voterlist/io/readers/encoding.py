"""In which encoding a text file is, by evidence; refused where two readings are about as good."""

from __future__ import annotations

import codecs
import re
from collections import Counter

__all__ = ["DAMAGED", "decode"]

DAMAGED = "utf-8-damaged"
"""UTF-8 in which single bytes were lost: the rest stands, each loss as U+FFFD."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""UTF-32 stands before UTF-16, whose mark begins the same way."""

_SINGLE_BYTE = ("windows-1254", "iso8859-9", "windows-1252", "windows-1251")
_LATIN_LETTERS = frozenset("ÇçĞğİıÖöŞşÜüÄäƏə")
"""What Azerbaijani text in a one-byte encoding holds; the code pages have no ə, so it is often typed ä."""
_CYRILLIC = "А-Яа-яЁёЂ-Џђ-џҐґ"
_CYRILLIC_WORD = re.compile(f"[A-Za-z{_CYRILLIC}]*[{_CYRILLIC}][A-Za-z{_CYRILLIC}]*")
_CYRILLIC_CLEAN = re.compile("(?:[А-ЯЁ]?[а-яё]*|[А-ЯЁ]+)")
_CYRILLIC_VOWELS = frozenset("аеёиоуыэюяАЕЁИОУЫЭЮЯ")
_NEUTRAL = frozenset("\N{NO-BREAK SPACE}«»“”„‘’–—…№°§·•´`­")
"""Signs that fit a text of either script and so speak for neither reading."""
_SAMPLE = 1_000_000
"""Characters looked at; the first bytes without any sign beyond ASCII are skipped."""
_ENOUGH = 0.85
_LEAD = 0.2
"""A reading is taken when this share of its letters fits, and leads the next reading by this much."""


def decode(content: bytes) -> tuple[str, str] | None:
    """(text, encoding) of a file's bytes, or None where it is no text or no reading stands out.

    A byte-order mark is believed; then strict UTF-8; then UTF-16 by its zero bytes; then the code pages of
    the region, by how many of their letters fit Azerbaijani or Russian words.
    """
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return _strict(content[len(mark) :], encoding)
    if b"\0" in content:
        return _wide(content)
    text = _strict(content, "utf-8")
    if text is not None:
        return text
    if content.isascii():
        return None
    return _damaged(content) or _code_page(content)


def _strict(content: bytes, encoding: str) -> tuple[str, str] | None:
    """The text, if every byte of it belongs to the encoding and it holds no zero."""
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        return None
    return None if "\0" in text or _is_noise(text) else (text, encoding)


def _is_noise(text: str) -> bool:
    """True where more than one character in a hundred is a control character: no text a person typed."""
    sample = Counter(text[:_SAMPLE])
    control = sum(count for sign, count in sample.items() if sign < " " and sign not in "\t\n\r\f\v\x1a")
    return control * 100 > sample.total()


def _wide(content: bytes) -> tuple[str, str] | None:
    """UTF-16 without its mark: the reading in which nearly all characters are Latin or Cyrillic."""
    best: tuple[str, str] | None = None
    for encoding in ("utf-16-le", "utf-16-be"):
        found = _strict(content, encoding)
        if found is None:
            continue
        sample = Counter(found[0][:_SAMPLE])
        near = sum(count for sign, count in sample.items() if sign < "\u0530" or "\u2000" <= sign <= "\u2122")
        if near >= 0.98 * sample.total():
            if best is not None:
                return None
            best = found
    return best


def _damaged(content: bytes) -> tuple[str, str] | None:
    """UTF-8 all but a few bytes: at least 50 characters beyond ASCII are whole for each one that is lost."""
    text = content.decode("utf-8", errors="replace")
    lost = text.count("\N{REPLACEMENT CHARACTER}")
    whole = sum(1 for sign in text[:_SAMPLE] if sign > "\x7f") - lost
    return (text, DAMAGED) if whole >= 50 * lost and not _is_noise(text) else None


def _code_page(content: bytes) -> tuple[str, str] | None:
    """The code page in which the letters fit best, unless the next best fits about as well."""
    first = next(index for index, byte in enumerate(content) if byte > 0x7F)
    start = max(0, first - 100)
    readings: dict[str, tuple[float, str]] = {}
    for encoding in _SINGLE_BYTE:
        try:
            sample = content[start : start + _SAMPLE].decode(encoding)
        except UnicodeDecodeError:
            continue
        readings.setdefault(sample, (_fit(sample), encoding))
    ranked = sorted(readings.values(), reverse=True)
    if not ranked or ranked[0][0] < _ENOUGH:
        return None
    if len(ranked) > 1 and ranked[0][0] - ranked[1][0] < _LEAD:
        return None
    return _strict(content, ranked[0][1])


def _fit(text: str) -> float:
    """The share of the letters beyond ASCII that fit Azerbaijani in Latin letters, or Russian."""
    signs = Counter(sign for sign in text if sign > "\x7f" and sign not in _NEUTRAL)
    total = signs.total()
    if not total:
        return 1.0
    latin = sum(count for sign, count in signs.items() if sign in _LATIN_LETTERS)
    # A row of letters beyond ASCII is no Azerbaijani word: there they stand among plain letters.
    broken = sum(len(run) for run in re.findall("[ÇçĞğİıÖöŞşÜüÄä]{4,}", text))
    return (latin - broken + _cyrillic(text)) / total


def _cyrillic(text: str) -> int:
    """How many Cyrillic letters stand in words that Russian could write."""
    good = "".join(word for word in _CYRILLIC_WORD.findall(text) if _CYRILLIC_CLEAN.fullmatch(word))
    vowels = sum(1 for sign in good if sign in _CYRILLIC_VOWELS)
    # Russian has 42 vowels in 100 letters. Another Cyrillic code page read as this one has far fewer.
    if len(good) >= 20 and not 0.3 <= vowels / len(good) <= 0.6:
        return 0
    return len(good)
