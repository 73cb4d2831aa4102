"""One skeleton for every spelling of a name, its standard spelling, what stands beside a name."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from voterlist.facts.latin import (
    apart,
    ascii_letters,
    decide,
    fine,
    is_cyrillic,
    letters,
    letters_of_latin,
    lower,
    repair,
    title,
    to_latin,
    unknown,
)
from voterlist.model import Profile
from voterlist.normalize import lexicon
from voterlist.shipped import shipped_toml

# What stands in a name's cell besides the name.
#
# Forms of address, and initials written without a blank.

WORDS = shipped_toml("voterlist.normalize", "data", "words.toml")
"""The words by which cells are read, as ``words.toml`` tells them."""
_TITLES = sorted(map(re.escape, WORDS["names"]["titles"]), key=len, reverse=True)
_LEADING = re.compile(rf"^\s*(?:(?:{'|'.join(_TITLES)})(?:\.\s*|\s+))+")
MAY_HAVE_TITLE = r"(?i)^\s*[cvdpamгпад][^\s.]{1,12}[.\s]"
"""Arrow's pattern of what ``without_title`` needs to see; to Arrow only a-z are letters of a word.
"""

_INITIAL = r"(?:[^\W\d_]|[SCGKZscgkz]h)"
_GLUED = re.compile(rf"(?<![^\W\d_])({_INITIAL}\.)(?=[^\W\d_])")
_ONLY_INITIALS = re.compile(rf"\s*({_INITIAL})\s*\.\s*({_INITIAL})\s*\.?\s*")


def without_title(text: str) -> str:
    """The text without a leading form of address; unchanged where it has none or nothing else.

    ``Dr. Əliyev`` and ``г-жа Алиева`` lose it; ``Cənab`` alone stays.
    """
    match = _LEADING.match(lower(text))
    # Lower case may be shorter than what was written, by the dot above of a decomposed İ; then
    # nothing is cut.
    if not match or len(lower(text)) != len(text):
        return text
    return text[match.end() :].strip() or text


def spread_initials(text: str) -> str:
    """The text with a blank after each initial: ``Ə.M.Əliyev`` becomes ``Ə. M. Əliyev``."""
    return _GLUED.sub(r"\1 ", text)


def initials(text: str) -> tuple[str, str] | None:
    """The two initials of a text that holds nothing else, such as ``Ə.

    M.`` or ``Ə.M.``; None for any other.
    """
    match = _ONLY_INITIALS.fullmatch(text) if "." in text else None
    return (match[1], match[2]) if match else None


_WORDS = frozenset(WORDS["names"]["placeholders"])
_NOTHING = re.compile(r"[\W_]*")
_ZEROS = re.compile(r"(?:0|[\W_])+")
_FILLER_DOCUMENT = re.compile(r"aze(\d)\1{7}|[a-z]{2}(\d)\2{6}")
"""A document's series with one digit for the whole number: many entries share it, and no two
persons do."""
_REPEATED = re.compile(r"([^\W\d_])\1{2,}|(\w)\2{4,}|[xх]{2,}")

_EX = "xх"
"""The letter of either alphabet: in ``XX`` they may be mixed."""

MAY_BE_PLACEHOLDER = "^[^1-9]*$|" + "|".join(digit * 5 for digit in "123456789")
"""Arrow's pattern of what ``is_placeholder`` needs to see: a digit in a text says something, unless
repeated."""


def is_placeholder(text: str) -> bool:
    """True where a cell was filled with a sign of absence instead of being left blank.

    One letter is an initial, not a placeholder, and so is a two-letter word that is not ``XX``.
    """
    joined = "".join(text.split())
    if joined.isalpha():
        # Letters alone, as names are: the patterns are slower than this.
        word = lower(joined)
        ends_alike = word[0] == word[-1] or word[0] in _EX
        return word in _WORDS or (ends_alike and _REPEATED.fullmatch(word) is not None)
    if _NOTHING.fullmatch(text) or _ZEROS.fullmatch(text):
        return True
    word = "".join(lower(text).split()).strip(".-–—_()[]*?")
    return word in _WORDS or any(
        sign.fullmatch(word) is not None for sign in (_REPEATED, _FILLER_DOCUMENT)
    )


_OV = re.compile(
    r"^(.{3,}?)(?:(?:(?<=[aeiou])y|(?<=[^aeiouy])y)?e(?:v|ff)|o(?:v|ff))(a?)$"
)
_SKI = re.compile(r"^(.{3,}?)sk(?:(i|y|iy)|a(?:y|i)?a)$")
"""-ski, -skiy, -sky and -skaya, on letters: the first is a man's."""
_DOUBLE = re.compile(r"^(.{3,}?(?:y?ev|ov)a?)((?!sk[aiy]).{3,})$")
"""A double surname joined, or written so: what follows a first -ov is a second surname."""
_LASTING = re.compile(
    r"^(.{3,}?)(?:(o[gq]h?l[uiy])|([qgk][iy]z[iy])|(zad[ae]h?)|(l[iuy]))$"
)
_LAST_OF_OV = ("v", "va", "ff", "ffa")
_LAST_OF_LASTING = tuple("aehiuy")
_ENDINGS = ("oqlu", "qizi", "zada")
"""The endings of ``_LASTING`` in the one spelling they have in a skeleton; -lı and -lu stay as they
are."""
_SHORTEST_PART = 3
_MOST_PASSES = 8
_LONGEST = 120
"""A text of more letters is no name: it is folded letter by letter, and not taken apart."""
_SECOND = {"bak": "bai", "baq": "bai", "quli": "qulu"}
"""Second halves of a compound that are one word: Russian writes -bəy as -бек, and -qulu is -quli
before -yev."""
_NAME_WORD = re.compile(r"[^\W\d_]+")


def _compound(form: str) -> str | None:
    """A fine form cut into two known names, each by its own skeleton.

    ``gasanali`` gives ``hasanali``.
    """
    if len(form) > _LONGEST:
        return None
    for cut in range(len(form) - _SHORTEST_PART, _SHORTEST_PART - 1, -1):
        first = lexicon.lookup(form[:cut])
        if first:
            second = lexicon.lookup(form[cut:])
            second = _SECOND.get(second or decide(form[cut:]), second)
            if second:
                return first + second
    return None


@lru_cache(maxsize=65536)
def _known_skeleton(form: str) -> str | None:
    """The skeleton of a fine form that is a known name or two of them joined; None otherwise."""
    known_skeleton = lexicon.lookup(form)
    if known_skeleton:
        return known_skeleton
    parts = _compound(form)
    # Cut again, the outcome must stay: otherwise folding twice would not be folding once.
    if (
        parts
        and fine(parts) == parts
        and (lexicon.lookup(parts) or _compound(parts)) == parts
    ):
        return parts
    return None


def is_compound(form: str) -> bool:
    """True for a fine form that is no known name itself but two of them joined."""
    return lexicon.lookup(form) is None and _known_skeleton(form) is not None


def _resolve(form: str) -> str:
    """The skeleton of a fine form without an ending."""
    return _known_skeleton(form) or unknown(form)


@lru_cache(maxsize=65536)
def split_ending(folded: str) -> tuple[str, str]:
    """(stem, ending) of a surname: ov, ova, ski, skaia, zada, oqlu, qizi, li, lu, or empty.

    A known name is never cut: ``vali`` is Vəli, not va-li; ``hosrov`` is Xosrov.
    """
    if lexicon.lookup(fine(folded)) or apart(folded):
        return folded, ""
    return _cut_ending(folded)


def _cut_ending(folded: str) -> tuple[str, str]:
    # The last letters tell most names apart; asking them first is quicker than the patterns.
    match = _OV.match(folded) if folded.endswith(_LAST_OF_OV) else None
    if match:
        return match[1], "ov" + match[2]
    match = _SKI.match(folded) if "sk" in folded else None
    if match:
        return match[1], "ski" if match[2] else "skaia"
    match = _LASTING.match(folded) if folded.endswith(_LAST_OF_LASTING) else None
    if not match:
        return folded, ""
    *named, last = match.groups()[1:]
    ending = next(
        (spelt for spelt, part in zip(_ENDINGS, named, strict=True) if part), last
    )
    return match[1], ending.replace("y", "i")


def _az_pass(latin: str) -> str:
    return _pass(letters_of_latin(latin))


@lru_cache(maxsize=65536)
def _pass(folded: str) -> str:
    """One pass over a name's letters; many spellings have the same."""
    if len(folded) > _LONGEST:
        return unknown(fine(folded))
    kept = apart(folded)
    return kept.skeleton if kept else _by_parts(folded)


def _by_parts(folded: str) -> str:
    """The pass over a name that is two surnames, or a stem with an ending, or neither."""
    double = _double(folded)
    if double:
        return _az_pass(double[0]) + _az_pass(double[1])
    stem, ending = split_ending(folded)
    kept = apart(stem, stem=True) if ending else None
    if kept:
        return kept.skeleton + ending
    if ending in {"ov", "ova", "ski", "skaia"}:
        return fine(_resolve(fine(stem)) + ending)
    if ending:
        known = _known_skeleton(fine(stem))
        if known:
            return decide(fine(known + ending))
    return _resolve(fine(stem + ending))


@lru_cache(maxsize=65536)
def _double(folded: str) -> tuple[str, str] | None:
    """The two surnames of a double one, ``Əliyeva-Həsənova``, as letters.

    None unless the first is of a known name.
    """
    inside = folded[_SHORTEST_PART:-_SHORTEST_PART]
    match = _DOUBLE.match(folded) if "ov" in inside or "ev" in inside else None
    if (
        not match
        or not _known_skeleton(fine(split_ending(match[1])[0]))
        or lexicon.lookup(fine(folded))
    ):
        return None
    return match[1], match[2]


def _az_skeleton(text: str) -> str:
    return skeleton_of_letters(letters(text))


@lru_cache(maxsize=65536)
def skeleton_of_letters(folded: str) -> str:
    """The skeleton of a name by its letters."""
    return _settled_skeleton(_pass(folded))


def stem_skeleton(stem: str) -> str:
    """The skeleton of a stem from ``split_ending``."""
    kept = apart(stem, stem=True)
    if kept:
        return kept.skeleton
    double = _double(stem)
    if double:
        return _settled_skeleton(_az_pass(double[0]) + _resolve(fine(double[1])))
    return _settled_skeleton(_resolve(fine(stem)))


@lru_cache(maxsize=65536)
def _settled_skeleton(folded: str) -> str:
    """A skeleton folded until folding changes nothing."""
    for _ in range(_MOST_PASSES):
        again = _az_pass(folded)
        if again == folded:
            break
        folded = again
    return folded


_ASCII_ALREADY = re.compile("[a-z0-9]+")


def _generic_skeleton(text: str) -> str:
    latin = ascii_letters(
        to_latin(unicodedata.normalize("NFKC", text).replace("I", "i"))
    )
    return "".join(_ASCII_ALREADY.findall(latin))


def letters_skeleton(text: str) -> str:
    """What the letter classes and the endings alone make of a name, without the names known.

    For measuring.
    """
    folded = letters_of_latin(to_latin(text))
    stem, ending = _cut_ending(folded)
    return fine(unknown(fine(stem)) + ending)


def skeleton(text: str, profile: Profile = Profile.AZ) -> str:
    """One short word for all spellings of a name: a-z (and digits in ``Profile.GENERIC``).

    ``Həsənov``, ``Hesenov``, ``Hasanov``, ``Гасанов`` and ``Gasanov`` all give ``hasanov``. Folding
    twice gives the same as folding once, and a text with a letter never gives an empty word; one
    without may, or one of nothing but signs that stand beside letters (a vowel sign of Arabic).
    """
    if profile is Profile.GENERIC:
        return _generic_skeleton(text)
    return _az_skeleton(text)


def standard_word(latin: str, *, restore: bool) -> str:
    """The standard spelling of one given name in lower-case Latin letters.

    Itself where none is known.
    """
    return lexicon.standard(latin, _az_skeleton(latin), restore=restore) or latin


def typed_without_marks(text: str) -> bool:
    """True where the letters of the Azerbaijani alphabet could not be typed.

    Plain ASCII, or Cyrillic.
    """
    return text.isascii() or is_cyrillic(text) or (repair(text) or "ə").isascii()


def standard_name(text: str, *, restore: bool | None = None) -> str | None:
    """The standard spelling of a given name in title case; None where the text has no letter.

    Azerbaijani Latin spelling is kept, Cyrillic is transliterated, ASCII and English spellings are
    restored where exactly one known name fits; ``restore`` overrules whether the text was typed
    without marks.
    """
    restore = typed_without_marks(text) if restore is None else restore
    words = _NAME_WORD.findall(to_latin(text))
    spelt = [
        standard_word(word, restore=restore) if len(word) > 1 else word
        for word in words
    ]
    return title(_join(to_latin(text), spelt)) if words else None


def _join(latin: str, words: list[str]) -> str:
    """The words with the hyphens that stood between them, otherwise one blank."""
    gaps = _NAME_WORD.split(latin)[1:-1]
    joined = words[0]
    for gap, word in zip(gaps, words[1:], strict=True):
        joined += ("-" if gap.strip() in {"-", "\u2013"} else " ") + word
    return joined
