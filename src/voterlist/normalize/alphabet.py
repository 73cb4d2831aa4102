"""From three alphabets, and mixtures of two, to Azerbaijani Latin letters.

Cyrillic is read as the Azerbaijani Cyrillic of 1958-1991 where a word has a letter that only that
alphabet has, and as Russian otherwise. Letters of any other alphabet are read by their Unicode
names, so that no name vanishes.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from voterlist.facts.alphabets import CYRILLIC_TO_LATIN, is_cyrillic_letter, meant
from voterlist.normalize.casing import lower, lower_name

# The letter ə in its other encodings (turned e, a with two dots from old fonts), and letters that
# NFKD leaves whole.
_OTHER_LETTERS = {
    "ǝ": "ə",
    "Ǝ": "Ə",
    "ä": "ə",
    "Ä": "Ə",
    "ß": "ss",
    "ø": "ö",
    "Ø": "Ö",
    "æ": "ae",
    "Æ": "Ae",
}
_ONE_LETTER = str.maketrans(_OTHER_LETTERS)
_SELDOM = frozenset(_OTHER_LETTERS)
"""To look for these first is quicker than to replace what is not there."""

_AZERBAIJANI_ONLY = frozenset("әөүғҹҝһј")
_AZERBAIJANI = str.maketrans(
    dict(
        zip(
            "абвгғдеәжзиыјкҝлмноөпрстуүфхһчҹшйэ",
            "abvqğdeəjziıykglmnoöprstuüfxhçcşye",
            strict=True,
        )
    )
    | {"ю": "yu", "я": "ya", "ё": "yo", "ц": "ts", "щ": "ş", "ь": "", "ъ": ""}
)
_RUSSIAN = str.maketrans(
    dict(
        zip(
            "абвгдезийклмнопрстуфхчшщыэіґў",
            "abvqdeziyklmnoprstufxçşşıeiqu",
            strict=True,
        )
    )
    | {"ж": "j", "ц": "ts", "ь": "", "ъ": "", "ї": "yi", "є": "ye", "г": "g"}
)
_RUSSIAN_SOFT = {"е": "ye", "ё": "yo", "ю": "yu", "я": "ya"}
_RUSSIAN_AFTER_CONSONANT = {"е": "e", "ё": "ö", "ю": "ü", "я": "ə"}
_RUSSIAN_VOWELS = frozenset("аеёиоуыэюяьъй")

_LETTERS = re.compile(r"[^\W\d_]+(?:['’ʼ`][^\W\d_]+)*", re.UNICODE)
_PLAIN = frozenset("abcçdeəfgğhxıijkqlmnoöprsştuüvyzw")
_ASCII = str.maketrans("əçğıöşü", "ecgiosu")


def _composed(text: str) -> str:
    """The text with one character a letter, as far as there is one."""
    composed = unicodedata.normalize("NFC", text)
    return composed if _SELDOM.isdisjoint(composed) else composed.translate(_ONE_LETTER)


def is_cyrillic(text: str) -> bool:
    """True where the text has a Cyrillic letter that is not merely the double of a Latin one."""
    return any(
        "Ѐ" <= letter <= "ӿ" and letter not in CYRILLIC_TO_LATIN for letter in text
    )


def script_of(word: str) -> str:
    """The alphabet in which one word is written, in one word of the catalogue.

    ``latin``, ``ascii`` (Latin without the letters of Azerbaijani), ``azeri-cyrillic``,
    ``russian``, ``mixed`` or ``other``.
    """
    are_cyrillic = {is_cyrillic_letter(letter) for letter in word if letter.isalpha()}
    if len(are_cyrillic) != 1:
        return "mixed" if are_cyrillic else "other"
    if are_cyrillic.pop():
        return (
            "azeri-cyrillic"
            if _AZERBAIJANI_ONLY.intersection(lower(word))
            else "russian"
        )
    if word.isascii():
        return "ascii"
    return "latin" if _PLAIN.issuperset(lower(word).translate(_ONE_LETTER)) else "other"


def repaired(text: str) -> str | None:
    """The text with the look-alikes of a second alphabet replaced in each word.

    None where there are none.
    """
    if text.isascii():
        return None
    composed = _composed(text)
    changed = _LETTERS.sub(lambda word: meant(word[0]) or word[0], composed)
    return changed if changed != composed else None


def _from_russian(word: str) -> str:
    """A lower-case Russian word in Azerbaijani Latin letters.

    Its г stays ``g``, which may mean g, q, ğ or h.
    """
    word = word.replace("дж", "c")
    letters: list[str] = []
    before = ""
    for letter in word:
        if letter in _RUSSIAN_SOFT:
            hard = before and before not in _RUSSIAN_VOWELS
            # A name that begins with Russian Е is spelt with E in Latin letters more often than
            # with Ye.
            plain = hard or (letter == "е" and not before)
            letters.append(
                (_RUSSIAN_AFTER_CONSONANT if plain else _RUSSIAN_SOFT)[letter]
            )
        else:
            letters.append(letter)
        before = letter
    return "".join(letters).translate(_RUSSIAN)


def _named(letter: str) -> str:
    """A letter of an alphabet without a table here: the last word of its Unicode name, a-z only."""
    name_words = re.findall(
        "[a-z]+", unicodedata.name(letter, "x").rpartition(" ")[2].lower()
    )
    return "".join(name_words) or "x"


def _plain(letter: str) -> str:
    """A Latin letter with the marks that Azerbaijani does not have taken off.

    ``é`` becomes ``e``.
    """
    if letter in _PLAIN:
        return letter
    base = [
        part for part in unicodedata.normalize("NFKD", lower(letter)) if part.isalpha()
    ]
    return "".join(
        part if part in _PLAIN else _named(part) for part in base if part not in "'’ʼ`"
    )


@lru_cache(maxsize=65536)
def _word_to_latin(word: str) -> str:
    """One word in lower-case Azerbaijani Latin letters.

    Empty only for a lone sign such as ``ь``.
    """
    small = lower_name(meant(word) or word)
    if _PLAIN.issuperset(small):
        return small
    if not small.isascii() and any(is_cyrillic_letter(letter) for letter in small):
        azerbaijani = _AZERBAIJANI_ONLY.intersection(small)
        small = small.translate(_AZERBAIJANI) if azerbaijani else _from_russian(small)
    if _PLAIN.issuperset(small):
        return small
    return "".join(_plain(letter) for letter in small)


def _matched_to_latin(word: re.Match[str]) -> str:
    return _word_to_latin(word[0])


@lru_cache(maxsize=65536)
def to_latin(text: str) -> str:
    """The text with each word in lower-case Azerbaijani Latin; text between words is kept.

    ``Гусейн-заде`` becomes ``guseyn-zade``, ``Әлијев`` becomes ``əliyev``. A text with a letter
    never comes back without one.
    """
    composed = text
    if not text.isascii():
        composed = _composed(text).replace("\N{COMBINING DOT ABOVE}", "")
    latin = (
        _word_to_latin(composed)
        if composed.isalpha()
        else _LETTERS.sub(_matched_to_latin, composed)
    )
    if latin.isalpha():
        return latin
    if any(letter.isalpha() for letter in latin) or not any(
        letter.isalpha() for letter in composed
    ):
        return latin
    return "".join(_named(letter) for letter in composed if letter.isalpha())


def ascii_letters(latin: str) -> str:
    """Lower-case Azerbaijani Latin letters as typed on an English keyboard.

    ``əliyev`` becomes ``eliyev``.
    """
    return latin.translate(_ASCII)
