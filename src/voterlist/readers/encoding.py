"""In which encoding a text file is, by evidence; refused where two readings are about as good."""

from __future__ import annotations

import codecs
import math
import re
import unicodedata
from collections import Counter
from functools import cache
from typing import Any

from voterlist.model import frozen

DAMAGED = "utf-8-damaged"
"""UTF-8 in which single bytes were lost: the rest stands, each loss as U+FFFD."""

TWICE = "utf-8-twice"
"""UTF-8 that was read in a code page and saved as UTF-8 again (``É™`` for ``ə``): read back."""

_MENDED = "-mended"
"""The encoding's name ends so where a transfer as text put a byte before each line's end of a
UTF-16 file; the bytes are taken out again."""

_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""UTF-32 stands before UTF-16, whose mark begins the same way."""

_SINGLE_BYTE = (
    "windows-1254",
    "iso8859-9",
    "windows-1252",
    "windows-1251",
    "mac-cyrillic",
    "koi8-r",
    "cp866",
    "iso8859-5",
)
_READ_AS = ("windows-1252", "windows-1254", "windows-1251", "iso8859-1", "iso8859-9")
"""The code pages in which UTF-8 is taken for something else."""
_WHOLE = 0.95
"""Of the characters beyond ASCII so many must be images of UTF-8, and no Azerbaijani or Russian
word."""
_UNICODE = frozenset({"utf-8", "utf-16-le", "utf-16-be"})
_LATIN_LETTERS = frozenset("ÇçĞğİıÖöŞşÜüÄäƏə")
"""What Azerbaijani text in a one-byte encoding holds; the code pages have no ə, so it is often
typed ä."""
_CYRILLIC = "А-Яа-яЁёЂ-Џђ-џҐґ"
_CYRILLIC_CLEAN = re.compile("(?:[А-ЯЁ]?[а-яё]*|[А-ЯЁ]+)")
_CYRILLIC_SHARES = {
    "а": 118,
    "и": 77,
    "л": 65,
    "е": 60,
    "в": 55,
    "р": 54,
    "д": 51,
    "о": 50,
    "м": 46,
    "н": 45,
    "у": 44,
    "к": 43,
    "с": 41,
    "б": 33,
    "г": 29,
    "т": 25,
    "з": 22,
    "ы": 18,
    "ш": 15,
    "ч": 15,
    "х": 10,
    "й": 10,
    "п": 10,
    "ф": 9,
    "я": 9,
    "ж": 4,
    "ю": 3,
    "ь": 3,
    "э": 2,
    "ц": 1,
    "щ": 1,
    "ё": 1,
    "ъ": 0.5,
}
"""Of a thousand letters of Azerbaijani names and addresses in Russian spelling, about so many are
each."""
_LIKELY, _UNLIKELY = -4.6, -5.6
"""The mean binary logarithm of the letters' shares in such text is about -4.3; in text read in a
wrong code page of Cyrillic it is below -5.6, the other letters being rare ones."""
_NEUTRAL = frozenset("\N{NO-BREAK SPACE}\N{REPLACEMENT CHARACTER}«»“”„‘’–—…№°§·•´`­")
"""Signs that fit a text of either script and so speak for neither reading."""
_CYRILLIC_WORD = re.compile(f"[^\\x00-@\\[-`{{-\\x7f{''.join(_NEUTRAL)}]+")
"""Letters and the signs beyond ASCII that stand among them: a word in the wrong letters holds such
signs."""
_BEYOND = re.compile("[^\\x00-\\x7f]+")
_OFF_BY_A_BYTE = "".join(chr(code << 8) for code in (10, 13, *range(0x31, 0x7F)))
_TORN = re.compile(f"[{_OFF_BY_A_BYTE}]|[\u3001-\ud7ff]{{3}}")
"""In a text read as UTF-16: signs of ASCII with their bytes exchanged, as behind a byte lost or
added, and signs of the Far East in a row, as where text of another encoding was put behind it."""
_WIDE_PIECE = re.compile(rb"(?:[^\0]\0{1,3}){8}")
"""Text in UTF-16 or UTF-32; old programs fill up cells with zeros, never letter by letter."""
_CONTROL = "".join(chr(code) for code in range(32) if chr(code) not in "\t\n\r\f\v\x1a")
"""The control characters that no text holds that a person typed."""
_SAMPLE = 1_000_000
"""Characters looked at; the first bytes without any sign beyond ASCII are skipped."""
_ENOUGH = 0.85
_LEAD = 0.2
"""A reading is taken when this share of its letters fits, and leads the next reading by this much.
"""


@frozen
class Decoded:
    """A file's text, and how its encoding was told."""

    text: str
    encoding: str
    confidence: float = 1.0
    """1 where a mark or the rules of the encoding prove it; of two readings that fit about as well,
    one half."""

    @property
    def facts(self) -> dict[str, Any]:
        """What a sheet of this text says of its encoding."""
        return {"encoding": self.encoding, "confidence": self.confidence}


def decode(content: bytes) -> Decoded | None:
    """A file's text, or None where it is no text or no reading stands out.

    A byte-order mark is believed; then strict UTF-8; then UTF-16 by its zero bytes; then the code
    pages of the region, by how many of their letters fit Azerbaijani or Russian words. Zero bytes
    with which old programs fill up their cells are left out. Text that was encoded twice is read
    back. UTF-16 that lost or gained a byte is no text, as what follows that place is no letters.
    """
    decoded = _decode(content)
    if decoded is None or decoded.encoding not in _UNICODE:
        return decoded
    text = _read_back(decoded.text)
    return decoded if text is None else Decoded(text, TWICE)


def _decode(content: bytes) -> Decoded | None:
    """The text as its bytes say."""
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return _decode_marked(content.removeprefix(mark), encoding)
    content = content.removeprefix(codecs.BOM_UTF8)
    if b"\0" in content:
        wide = _wide(content)
        if wide is not None or _WIDE_PIECE.search(content):
            return wide
        content = content.replace(b"\0", b"")
    text = _strict(content, "utf-8")
    if text is not None:
        return text
    if content.isascii():
        return None
    return _decode_damaged(content) or _code_page(content)


def _read_back(text: str) -> str | None:
    """The text that was encoded twice as it was before; None where it was not.

    Nearly all of its characters beyond ASCII must be images of UTF-8 in one code page, and what
    they stand for must be letters of Azerbaijani or Russian.
    """
    sample = text[:_SAMPLE]
    beyond = _beyond_ascii(sample)
    if not beyond:
        return None
    # No image holds a sign of ASCII: what stands between such signs is looked at alone.
    runs = " ".join(_BEYOND.findall(sample))
    covered = [sum(map(len, image.pattern.findall(runs))) for image in _images()]
    most = max(covered)
    if most < _WHOLE * beyond:
        return None
    image = _images()[covered.index(most)]
    fit = _fit(image.pattern.sub(image.letter, sample))
    if fit < max(_ENOUGH, _fit(sample) + _LEAD):
        return None
    return image.pattern.sub(image.letter, text)


@frozen
class _Image:
    """What UTF-8 looks like in a code page."""

    pattern: re.Pattern[str]
    """One letter of two or three bytes."""
    bytes_of: dict[str, int]
    without_second: dict[str, str]
    """The first signs of letters whose second byte has no sign, which programs then drop."""

    def letter(self, match: re.Match[str]) -> str:
        """The letter that a match is the image of; the match itself where it is none."""
        if match[0] in self.without_second:
            return self.without_second[match[0]]
        content = bytes(self.bytes_of[sign] for sign in match[0])
        try:
            return content.decode("utf-8")
        except UnicodeDecodeError:
            return match[0]


@cache
def _images() -> tuple[_Image, ...]:
    """The images in each code page of ``_READ_AS``."""
    return tuple(_image(encoding) for encoding in _READ_AS)


def _image(encoding: str) -> _Image:
    """What UTF-8 looks like in this code page."""
    signs = [_sign(byte, encoding) for byte in range(256)]
    first, third, later = (
        re.escape("".join(signs[start:stop]))
        for start, stop in ((194, 224), (224, 240), (128, 192))
    )
    without_second: dict[str, str] = {}
    for letter in sorted(_LATIN_LETTERS):
        lead, second = letter.encode()
        if not bytes([second]).decode(encoding, "ignore"):
            without_second[signs[lead]] = letter
    alone = "".join(without_second)
    dropped = f"|[{re.escape(alone)}]" if alone else ""
    pattern = re.compile(f"[{first}][{later}]|[{third}][{later}]{{2}}{dropped}")
    bytes_of = {sign: byte for byte, sign in enumerate(signs)}
    return _Image(pattern, bytes_of, without_second)


def _sign(byte: int, encoding: str) -> str:
    """The sign of a byte; where the code page has none, the control character of its number."""
    try:
        return bytes([byte]).decode(encoding)
    except UnicodeDecodeError:
        return chr(byte)


def decode_database(content: bytes, named: str | None) -> Decoded | None:
    """The texts of a database, whose header may name their code page.

    The header is believed where the letters fit, as it is often wrong. Else the letters tell, as
    those of a text file do; the Turkish code page of DOS is tried too.
    """
    content = content.replace(b"\0", b"")
    if named is not None and not content.isascii():
        read = _strict(content, named)
        if read is not None and _fit(read.text) >= _ENOUGH:
            return read
    return decode(content) or _code_page(content, "cp857")


def _decode_marked(content: bytes, encoding: str) -> Decoded | None:
    """The text in UTF-16 or UTF-32.

    Where a transfer as text put a byte before each line feed, they are taken out again. Cut off
    inside a letter, that letter is lost.
    """
    if whole := _strict(content, encoding):
        return whole
    if mended := _strict(content.replace(b"\r\n", b"\n"), encoding):
        return Decoded(mended.text, f"{encoding}{_MENDED}")
    beyond = len(content) % (4 if "32" in encoding else 2)
    cut = _strict(content[: len(content) - beyond], encoding)
    return cut and Decoded(
        f"{cut.text}\N{REPLACEMENT CHARACTER}", f"{encoding}-damaged"
    )


def _strict(content: bytes, encoding: str, confidence: float = 1.0) -> Decoded | None:
    """The text without its zeros, if every byte of it belongs to the encoding."""
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        return None
    if "16" in encoding and _TORN.search(text):
        return None
    text = text.replace("\0", "")
    return None if _is_noise(text) else Decoded(text, encoding, confidence)


def _is_noise(text: str) -> bool:
    """True where more than one character in a hundred is a control character.

    No text a person typed.
    """
    sample = text[:_SAMPLE]
    return sum(map(sample.count, _CONTROL)) * 100 > len(sample)


def _beyond_ascii(text: str) -> int:
    """How many signs of a text are none of ASCII."""
    return len(text) - len(text.encode("ascii", "ignore"))


def _wide(content: bytes) -> Decoded | None:
    """UTF-16 without its mark: the one reading whose letters fit."""
    readings = [
        _decode_marked(content, encoding) for encoding in ("utf-16-le", "utf-16-be")
    ]
    fitting = [
        reading
        for reading in readings
        if reading and _fit(unicodedata.normalize("NFC", reading.text)) >= _ENOUGH
    ]
    return fitting[0] if len(fitting) == 1 else None


def _decode_damaged(content: bytes) -> Decoded | None:
    """UTF-8 all but a few bytes.

    At least 50 characters beyond ASCII are whole for each one that is lost.
    """
    text = content.decode("utf-8", errors="replace")
    lost = text.count("\N{REPLACEMENT CHARACTER}")
    whole = _beyond_ascii(text[:_SAMPLE]) - lost
    return (
        Decoded(text, DAMAGED) if whole >= 50 * lost and not _is_noise(text) else None
    )


def _code_page(content: bytes, *also: str) -> Decoded | None:
    """The code page in which the letters fit best, unless the next best fits about as well."""
    first = next((index for index, byte in enumerate(content) if byte > 0x7F), 0)
    start = max(0, first - 100)
    readings: dict[str, tuple[float, str]] = {}
    for encoding in (*_SINGLE_BYTE, *also):
        try:
            sample = content[start : start + _SAMPLE].decode(encoding)
        except UnicodeDecodeError:
            continue
        readings.setdefault(sample, (_fit(sample), encoding))
    ranked = sorted(readings.values(), reverse=True)
    if not ranked or ranked[0][0] < _ENOUGH:
        return None
    (best, encoding), next_best = ranked[0], ranked[1][0] if len(ranked) > 1 else 0.0
    if best - next_best < _LEAD:
        return None
    return _strict(content, encoding, round(best * best / (best + next_best), 3))


def _fit(text: str) -> float:
    """The share of the letters beyond ASCII that fit Azerbaijani in Latin letters, or Russian."""
    signs = Counter("".join(_BEYOND.findall(text)))
    total = signs.total() - sum(signs[sign] for sign in _NEUTRAL)
    if not total:
        return 1.0
    latin = sum(count for sign, count in signs.items() if sign in _LATIN_LETTERS)
    # A row of letters beyond ASCII is no Azerbaijani word: there they stand among plain letters.
    broken = sum(len(run) for run in re.findall("[ÇçĞğİıÖöŞşÜüÄä]{4,}", text))
    return (latin - broken + _cyrillic(text)) / total


def _cyrillic(text: str) -> float:
    """The Cyrillic letters of words that may be Russian, weighed by each letter's frequency."""
    words = Counter(_CYRILLIC_WORD.findall(text))
    clean = [
        word * count
        for word, count in words.items()
        if not word.isascii() and _CYRILLIC_CLEAN.fullmatch(word)
    ]
    good = Counter("".join(clean).lower())
    total = good.total()
    if not total:
        return 0.0
    mean = (
        sum(
            count * math.log2(_CYRILLIC_SHARES.get(sign, 0.5) / 1000)
            for sign, count in good.items()
        )
        / total
    )
    # A few letters prove little: one rare letter in a short word must not refuse a list.
    mean = (mean * total + _LIKELY * 5) / (total + 5)
    return total * min(1.0, max(0.0, (mean - _UNLIKELY) / (_LIKELY - _UNLIKELY)))
