"""Names and addresses in which letters were lost, read with the letters that they may have had.

``M?mm?dov`` is read as the one known name that has other letters than ``?`` in all other places and
a letter that can be lost in its place. A word that is no known name gets the letters that are most
frequent where they stand: ``ə`` between consonants, a consonant beside a vowel. So it lies near the
whole name in the linkage, and its own broken spelling is not a rare name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache, lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from voterlist.arrays import Bools, Codes
from voterlist.facts.latin import ascii_letters, lower, title, upper
from voterlist.fields import NAMES
from voterlist.lost_letters import SIGNS, rows_of_lost_lists
from voterlist.normalize.columns import from_texts, matching, rows_of
from voterlist.normalize.lexicon import names_and_stems
from voterlist.normalize.names import WORDS
from voterlist.tables import codes, fits

_ALPHABET = "əğşıöüç"
_CAPITALS = {"ı": ""} | {letter: upper(letter) for letter in _ALPHABET if letter != "ı"}
"""The capital of each that may be lost too: that of ı is in every code page."""
_FREQUENT = "əışiüğçö"
"""The same and ``i``, the most frequent first."""
_KEPT_IN = 200
"""A letter was lost that stands less than once beside so many signs."""
_DOTTED = "i"
"""For ``İ``, the only one of the letters that is lost as a capital alone."""
_SIGN, _CERTAIN = r"[?\x{FFFD}]", r"\x{FFFD}"
"""Arrow's patterns of a sign, and of one that nobody types."""
_BEGINNINGS = [sign.encode()[0] for sign in SIGNS]
_WORD = re.compile(rf"(?:[^\W\d_]|[{SIGNS}])*[{SIGNS}](?:[^\W\d_]|[{SIGNS}])*")
_TOWN = re.compile(rf"(?<![^\s,])[{SIGNS}]\.")
"""Ş. for şəhər in an address, its letter lost."""
_VOWELS = frozenset("aeəıioöuü")
_OPEN = str.maketrans(dict.fromkeys(_ALPHABET + _DOTTED + "esgoucə" + SIGNS, "_"))
"""Letters that may have been lost, or may stand in their place, as one sign."""
_ENDINGS = (
    *("ov", "ova", "yev", "yeva", "ev", "eva"),
    *("lı", "li", "lu", "lü", "zadə", "oğlu", "qızı", "bəyov", "bəyova", "bəyli"),
    *("oviç", "ovna", "yeviç", "yevna"),
)
"""What may follow a known name: endings of surnames and patronymics."""
_SHORTEST_PREFIX = 3
_PARTICLES = ("oğlu", "qızı")


def restored_cells(
    cells: Mapping[str, pa.DictionaryArray], entries: pa.Table
) -> dict[str, pa.DictionaryArray]:
    """The columns of names and addresses in which letters were lost, with the letters read.

    In a file that lost letters every ``?`` beside a letter is one, and U+FFFD is one in any file.
    Columns without lost letters are left out.

    Args:
        cells: the columns of the entries, dictionary-encoded.
        entries: ENTRY, of the same rows.
    """
    fields = [name for name in _READERS if name in cells]
    with_sign = [
        rows_of(cells[name], fits(cells[name].dictionary, _SIGN, _may_be_sign))
        for name in fields
    ]
    if not np.any(with_sign):
        return {}
    is_lost = rows_of_lost_lists(entries)
    rows_of_field = {}
    for name, has_sign in zip(fields, with_sign, strict=True):
        is_certain = rows_of(cells[name], matching(cells[name], _CERTAIN))
        rows = is_certain | (has_sign & is_lost)
        if rows.any():
            rows_of_field[name] = rows
    if not rows_of_field:
        return {}
    source, _ = codes(entries.column("source"))
    names = [cells[name] for name in fields if name != "address"]
    files = np.unique(source[np.logical_or.reduce([*rows_of_field.values()])]).tolist()
    lost = {file: letters_lost(_text(names, source == file)) for file in files}
    return {
        name: _read_cells(cells[name], rows, source, lost, _READERS[name])
        for name, rows in rows_of_field.items()
    }


def _may_be_sign(letters: npt.NDArray[np.uint8]) -> Bools:
    """The bytes with which a sign begins in UTF-8."""
    typed, unread = _BEGINNINGS
    found: Bools = (letters == typed) | (letters == unread)
    return found


def _text(columns: list[pa.DictionaryArray], rows: Bools) -> str:
    """All distinct texts of these rows."""
    texts: list[str] = []
    for column in columns:
        used = np.unique(codes(column)[0][rows])
        texts += column.dictionary.take(used[used >= 0]).to_pylist()
    return " ".join(texts)


def _read_cells(
    column: pa.DictionaryArray,
    rows: Bools,
    source: Codes,
    lost: Mapping[int, str],
    reader: Callable[[str, str], str],
) -> pa.DictionaryArray:
    """The column with the texts of these rows read, each once for a file."""
    code = codes(column)[0].astype(np.int64)
    texts = column.dictionary.to_pylist()
    pairs, place = np.unique(
        source[rows] * len(texts) + code[rows], return_inverse=True
    )
    new_texts = []
    for pair in pairs.tolist():
        of_source, of_text = divmod(pair, len(texts))
        new_texts.append(reader(texts[of_text], lost[of_source]))
    code[rows] = len(texts) + place
    return from_texts(code, [*texts, *new_texts])


def letters_lost(text: str) -> str:
    """The letters of the alphabet that a list of this text may have lost: those it does not have.

    All of them where it has each.
    """
    least = sum(map(text.count, SIGNS)) / _KEPT_IN
    lost = [
        letter
        for letter in _ALPHABET
        if sum(map(text.count, letter + _CAPITALS[letter])) <= least
    ]
    if text.count("İ") <= least:
        lost.append(_DOTTED)
    return "".join(lost) or _ALPHABET + _DOTTED


@lru_cache(maxsize=262144)
def restored_name(text: str, lost: str) -> str:
    """A name with its lost letters read. ``lost``: the letters that may have been lost."""
    return _WORD.sub(lambda word: _word(word[0], lost, in_address=False), text)


def restored_address(text: str, lost: str) -> str:
    """An address with its lost letters read."""
    text = _TOWN.sub("ş.", text)
    return _WORD.sub(lambda word: _word(word[0], lost, in_address=True), text)


@lru_cache(maxsize=262144)
def _word(written: str, lost: str, *, in_address: bool) -> str:
    """One word with its lost letters read."""
    if not any(map(str.isalpha, written)):
        return written
    in_capitals = written.isupper() and len(written) > 1
    if in_capitals:
        lost = lost.replace("ı", "") or lost
    word = lower(written)
    known = _best_known(word, lost, in_capitals=in_capitals, in_address=in_address)
    whole = known or _guess(word, lost, in_capitals=in_capitals)
    if in_capitals:
        return upper(whole)
    return title(whole) if not written[0].islower() else whole


def _best_known(
    word: str, lost: str, *, in_capitals: bool, in_address: bool
) -> str | None:
    """The known word that this one may be.

    Of several the one that changes the fewest of the letters left, then the one with the most
    frequent letters.
    """
    fitting = {
        name
        for name in _candidates(word, in_address=in_address)
        if _fits(word, name, lost, in_capitals=in_capitals)
    }

    def rank(name: str) -> tuple[int, list[int]]:
        filled = [_FREQUENT.index(letter) for letter in _filled_letters(word, name)]
        differing = sum(map(str.__ne__, word, name))
        return differing, filled

    return min(fitting, key=rank, default=None)


def _filled_letters(word: str, name: str) -> str:
    """The letters of the name that were lost in the word."""
    return "".join(
        letter for sign, letter in zip(word, name, strict=True) if sign in SIGNS
    )


def _fits(word: str, name: str, lost: str, *, in_capitals: bool) -> bool:
    """True where the word may be this name with letters lost.

    Those that are left are read as ASCII, for a code page may write ``s`` for ``ş``.
    """
    for place, (sign, letter) in enumerate(zip(word, name, strict=True)):
        if sign in SIGNS:
            # A capital İ is lost at the beginning of a word, or in a word of capitals.
            is_small_i = letter == _DOTTED and place > 0 and not in_capitals
            if letter not in lost or is_small_i:
                return False
        elif sign != letter and ascii_letters(sign) != ascii_letters(letter):
            return False
    return True


def _candidates(word: str, *, in_address: bool) -> Iterator[str]:
    """The known words of this length that have its letters where none can have been lost."""
    known = _known_names()
    yield from known.get(word.translate(_OPEN), ())
    if in_address:
        yield from _address_words().get(word.translate(_OPEN), ())
    for ending in _ENDINGS:
        stem, rest = word[: -len(ending)], word[-len(ending) :]
        if len(stem) > 1 and rest.translate(_OPEN) == ending.translate(_OPEN):
            for name in known.get(stem.translate(_OPEN), ()):
                yield name + ending


_READERS: dict[str, Callable[[str, str], str]] = {
    **dict.fromkeys(NAMES, restored_name),
    "address": restored_address,
}
"""The columns that are read, and how."""


def _by_open_form(words: Iterator[str]) -> dict[str, list[str]]:
    by_form: dict[str, list[str]] = {}
    for word in words:
        by_form.setdefault(word.translate(_OPEN), []).append(word)
    return by_form


@cache
def _known_names() -> dict[str, list[str]]:
    """Open form to the names that have it; the particles of patronymics are among them."""
    return _by_open_form(iter(dict.fromkeys((*names_and_stems(), *_PARTICLES))))


@cache
def _address_words() -> dict[str, list[str]]:
    """Open form to the words for kinds of streets and places that have it."""
    return _by_open_form(iter(WORDS["addresses"]["with_letters"]))


def _guess(word: str, lost: str, *, in_capitals: bool) -> str:
    """An unknown word with the letters that are most frequent where letters were lost.

    A known name at its beginning is read first: many names of places are made of one.
    """
    for end in range(len(word) - 1, _SHORTEST_PREFIX - 1, -1):
        prefix = _best_known(
            word[:end], lost, in_capitals=in_capitals, in_address=False
        )
        if prefix:
            return prefix + _most_frequent(word[end:], lost, before=prefix[-1])
    return _most_frequent(word, lost)


def _most_frequent(word: str, lost: str, before: str = "") -> str:
    """The word with the most frequent letter in each gap; ``before`` it stands this letter."""
    letters = list(word)
    for place, sign in enumerate(letters):
        if sign in SIGNS:
            after = letters[place + 1] if place + 1 < len(letters) else ""
            order = _order(after_vowel=before in _VOWELS, before_vowel=after in _VOWELS)
            letters[place] = next((each for each in order if each in lost), lost[0])
        before = letters[place]
    return "".join(letters)


def _order(*, after_vowel: bool, before_vowel: bool) -> str:
    """The letters that may stand in a gap, the most frequent first."""
    if after_vowel and before_vowel:
        return "ğşç"
    return "şğç" if after_vowel or before_vowel else "əıiöü"
