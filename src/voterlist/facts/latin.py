"""From three alphabets, and mixtures of two, to Azerbaijani Latin letters.

Cyrillic is read as the Azerbaijani Cyrillic of 1958-1991 where a word has a letter that only that
alphabet has, and as Russian otherwise. Letters of any other alphabet are read by their Unicode
names, so that no name vanishes.

The letters that look alike in two alphabets are those of Unicode Technical Standard 39
(confusables) that stand in Azerbaijani and Russian names.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from operator import itemgetter

from voterlist.model import frozen
from voterlist.shipped import shipped_toml

CYRILLIC_TO_LATIN = dict(
    zip(
        "АВЕКМНОРСТУХІЈЅҺӘӨаеорсухіјѕһәө",
        "ABEKMHOPCTYXIJSHƏÖaeopcyxijshəö",
        strict=True,
    )
)
LATIN_TO_CYRILLIC = dict(
    zip("ABEKMHOPCTYXIJaeopcyxijəƏöÖ", "АВЕКМНОРСТУХІЈаеорсухіјәӘөӨ", strict=True)
)
_LATIN_MARKED = frozenset("əƏçÇğĞıİöÖşŞüÜ")
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_TO_LATIN = str.maketrans(CYRILLIC_TO_LATIN)
_TO_CYRILLIC = str.maketrans(LATIN_TO_CYRILLIC)


def is_cyrillic_letter(letter: str) -> bool:
    """True for a letter of the Cyrillic block."""
    return "\u0400" <= letter <= "\u04ff"


def rewrite_mixed(word: str) -> str | None:
    """A word of two alphabets, rewritten in the one that was meant.

    None for a word of one alphabet, and for one in which each alphabet has a letter that the other
    cannot show.
    """
    # Most words have none; asking the pattern first is many times faster.
    if not _CYRILLIC.search(word):
        return None
    cyrillic = _CYRILLIC.findall(word)
    if len(cyrillic) == len(word):
        return None
    latin = [letter for letter in word if letter.isascii() and letter.isalpha()] + [
        letter for letter in word if letter in _LATIN_MARKED
    ]
    if not latin:
        return None
    cyrillic_only = any(letter not in CYRILLIC_TO_LATIN for letter in cyrillic)
    latin_only = any(letter not in LATIN_TO_CYRILLIC for letter in latin)
    if cyrillic_only and latin_only:
        return None
    if cyrillic_only or (not latin_only and len(cyrillic) > len(latin)):
        return word.translate(_TO_CYRILLIC)
    return word.translate(_TO_LATIN)


GENERATIONS = {
    **dict.fromkeys(("sr", "snr", "senior"), 1),
    **dict.fromkeys(("jr", "jnr", "junr", "junior", "ii", "2nd"), 2),
    **dict.fromkeys(("iii", "3rd"), 3),
    **dict.fromkeys(("iv", "4th"), 4),
}
"""Which generation each suffix tells, in plain letters: a son is a junior, or the second."""
NAMES_TOO = {"filho": 2, "fils": 2, "jun": 2, "neto": 3, "vi": 6}
"""The same of those that are names too, where hardly a word stands before them."""
BEHIND_A_NAME = rf"(?i)\S[\s,]+(?:{'|'.join(GENERATIONS)})\.?\s*(?:$|,)"
"""Arrow's pattern of a name with one of those behind it."""


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


def _composed_text(text: str) -> str:
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


def repair(text: str) -> str | None:
    """The text with the look-alikes of a second alphabet replaced in each word.

    None where there are none.
    """
    if text.isascii():
        return None
    composed = _composed_text(text)
    changed = _LETTERS.sub(lambda word: rewrite_mixed(word[0]) or word[0], composed)
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


def _letter_by_name(letter: str) -> str:
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
        part if part in _PLAIN else _letter_by_name(part)
        for part in base
        if part not in "'’ʼ`"
    )


@lru_cache(maxsize=65536)
def _word_to_latin(word: str) -> str:
    """One word in lower-case Azerbaijani Latin letters.

    Empty only for a lone sign such as ``ь``.
    """
    small = lower_name(rewrite_mixed(word) or word)
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
        composed = _composed_text(text).replace("\N{COMBINING DOT ABOVE}", "")
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
    return "".join(_letter_by_name(letter) for letter in composed if letter.isalpha())


def ascii_letters(latin: str) -> str:
    """Lower-case Azerbaijani Latin letters as typed on an English keyboard.

    ``əliyev`` becomes ``eliyev``.
    """
    return latin.translate(_ASCII)


_UPPER = str.maketrans({"i": "İ", "ı": "I"})
_DOT_ABOVE = "\N{COMBINING DOT ABOVE}"
_WORD = re.compile(r"[^\W\d_]+", re.UNICODE)
_VOWELS = frozenset("aeəıioöuü")
_MARKED = frozenset("ÇƏĞÖŞÜ")
_BACK_VOWELS = frozenset("aıou")


def lower(text: str) -> str:
    """The text in lower case: ``QIZI`` becomes ``qızı``, ``İLHAM`` becomes ``ilham``."""
    if text.isascii():
        return text.replace("I", "ı").lower()
    composed = unicodedata.normalize("NFC", text)
    small = composed.replace("İ", "i").replace("I", "ı").lower()
    return small.replace(_DOT_ABOVE, "")


def upper(text: str) -> str:
    """The text in upper case: ``qızı`` becomes ``QIZI``, ``ilham`` becomes ``İLHAM``."""
    return unicodedata.normalize("NFC", text).translate(_UPPER).upper()


def title(text: str) -> str:
    """Each word with a capital first letter: ``məmməd-əli`` becomes ``Məmməd-Əli``."""
    return _WORD.sub(lambda word: upper(word[0][:1]) + lower(word[0][1:]), text)


def lower_name(word: str) -> str:
    """One word of a name in lower case, where capital ``I`` may stand for ``ı`` or ``i``.

    ``KAMIL`` typed on an English keyboard means ``kamil``. In a word all in capitals with no ``İ``,
    an ``I`` takes the letter that vowel harmony gives after the vowel before it: ı after a ı o u,
    otherwise i. With no vowel before, it is i at the beginning of a word, and ı in a word typed
    with letters such as Ş or Ə.
    """
    if "I" not in word or "İ" in word or not word.isupper():
        return lower(word)
    letters: list[str] = []
    back = word[0] != "I" and not _MARKED.isdisjoint(word)
    for letter in word:
        small = ("ı" if back else "i") if letter == "I" else lower(letter)
        letters.append(small)
        if small in _VOWELS:
            back = small in _BACK_VOWELS
    return "".join(letters)


_DIGRAPHS = (
    (frozenset("hçj"), re.compile("dzh|dj|zh|tch|ch|ç|j"), "c"),
    (frozenset("hx"), re.compile("kh|x"), "h"),
    (frozenset("hğ"), re.compile("gh|ğ"), "g"),
    (frozenset("hş"), re.compile("shch|sch|sh|ş"), "w"),
    # What is left of тч, tch, дж and dzh beside a c; so in Neftçi too, in every spelling.
    (frozenset("c"), re.compile("[dt]c"), "c"),
)
"""One of these letters stands in every match; to look for them first is quicker than to look for
the pattern."""
_FOLDED_VOWELS = (("ə", "a"), ("ı", "i"), ("ö", "o"), ("ü", "u"))
_NOT_LETTERS = re.compile("[^a-z]+")
_Y_BEFORE_VOWEL = re.compile("(?<=[bcdfghklmnpqrstvwz])y(?=[aeou])")
_DOUBLED = re.compile(r"(.)\1+")
_FIRST = itemgetter(1)
_FINAL_ULLAH = re.compile("(?<=ul)(l?)ah$")


def letters(text: str) -> str:
    """The name's letters with the consonants folded into classes; blanks and hyphens go.

    ``Cəfərov``, ``Jafarov`` and ``Джафаров`` all give ``cafarov``; ``Ceferov`` gives ``ceferov``.
    """
    return letters_of_latin(to_latin(text))


@lru_cache(maxsize=65536)
def letters_of_latin(latin: str) -> str:
    """``letters`` of a text that is in lower-case Azerbaijani Latin letters already."""
    # From here on w stands for ş.
    folded = latin.replace("w", "v")
    for signs, pattern, letter in _DIGRAPHS:
        if not signs.isdisjoint(folded):
            folded = pattern.sub(letter, folded)
    if not folded.isascii():
        for vowel, letter in _FOLDED_VOWELS:
            folded = folded.replace(vowel, letter)
    return (
        folded
        if folded.isascii() and folded.isalpha() and folded.islower()
        else _NOT_LETTERS.sub("", folded)
    )


def single(form: str) -> str:
    """The form with doubled letters single."""
    # A function in the place of a template is what the module of patterns is quicker with.
    return _DOUBLED.sub(_FIRST, form)


def _single_again(form: str, changed: str) -> str:
    """What became of a form whose doubled letters are single, with them single again."""
    return form if changed == form else single(changed)


def squeeze(folded: str) -> str:
    """``letters`` with y decided and doubled letters single; ``e`` stays ``e``."""
    if folded.endswith("ah"):
        folded = _FINAL_ULLAH.sub(r"\1a", folded)
    if "y" in folded:
        folded = _Y_BEFORE_VOWEL.sub("", folded).replace("y", "i")
    return single(folded)


@lru_cache(maxsize=65536)
def fine(folded: str) -> str:
    """``letters`` with vowels folded and doubled letters single.

    ``əliyyə`` and ``aliya`` both give ``alia``.
    """
    return single(squeeze(folded).replace("e", "a"))


def blunt(form: str) -> str:
    """A fine form as it would be without the letter ş."""
    return _single_again(form, form.replace("w", "s"))


def decide(form: str) -> str:
    """A fine form with each ``g`` of the class of q and each ``w`` of the class of s.

    A skeleton.
    """
    return _single_again(form, form.replace("w", "s").replace("g", "q"))


def unknown(form: str) -> str:
    """The skeleton of a fine form that no known name explains; ``k`` counts as q.

    Russian writes q as г or к (Кубадов is Qubadov), and only a known name tells which k is meant as
    k.
    """
    decided = decide(form)
    return _single_again(decided, decided.replace("k", "q"))


@frozen
class Different:
    """A name kept apart from the different one, ``unlike``, whose skeleton it would share."""

    name: str
    skeleton: str
    written: tuple[str, ...]
    """Spellings of this name alone."""
    stem: tuple[str, ...]
    """Spellings that mean this name only before a surname's ending."""
    unlike: str


@cache
def different_names() -> tuple[Different, ...]:
    """The names kept apart, in the order of the list."""
    kept = shipped_toml("voterlist.normalize", "data", "different_names.toml")
    return tuple(
        Different(
            name,
            row["skeleton"],
            tuple(row["written"]),
            tuple(row["stem"]),
            row["unlike"],
        )
        for name, row in kept.items()
    )


@cache
def _by_letters() -> tuple[dict[str, Different], dict[str, Different]]:
    """Letters to the name kept apart.

    Of whole words, and of what stands before a surname's ending.
    """
    whole = {
        letters(text): kept
        for kept in different_names()
        for text in (*kept.written, kept.skeleton)
    }
    stems = whole | {
        letters(text): kept for kept in different_names() for text in kept.stem
    }
    return whole, stems


def apart(folded: str, *, stem: bool = False) -> Different | None:
    """The name kept apart that has these ``letters``; None for any other.

    ``stem`` says that the letters stand before a surname's ending.
    """
    return _by_letters()[stem].get(folded)
