"""Names of any language without rules of its own: what stands around them, and their parts.

``Mr. John A. Smith Jr.`` and ``SMITH, John A.`` are a surname, a given name and a middle name. The
words that stand around names are data (``data/around_names.toml``).
"""

from __future__ import annotations

import re
from dataclasses import field
from functools import cache, lru_cache

from voterlist.facts.latin import GENERATIONS, NAMES_TOO, ascii_letters, to_latin
from voterlist.model import Profile, frozen
from voterlist.normalize.names import spread_initials
from voterlist.shipped import shipped_toml

_SIGNS = re.compile(r"[^a-z0-9]+")
MAY_STAND_AROUND = r"[\s,]\S|\S[\s,]"
"""Arrow's pattern of what ``bare_name`` needs to see: more than one word."""
_SMALL = frozenset("abcdefghijklmnopqrstuvwxyz")
_LEAST_CAPITALS = 3
"""Letters of a word whose capitals say that it is the surname: ``AJ Smith`` has two initials."""


@cache
def _words(name: str) -> frozenset[str]:
    return frozenset(_around()[name])


@cache
def _around() -> dict[str, list[str]]:
    return shipped_toml("voterlist.normalize", "data", "around_names.toml")


@lru_cache(maxsize=65536)
def _plain(word: str) -> str:
    """A word as the lists of words have it: ``Ph.D.`` is ``phd``."""
    if word.isascii():
        # To look letters up that are none of another alphabet would take as long as all else.
        lower = word.lower()
        return lower if lower.isalnum() else _SIGNS.sub("", lower)
    return _SIGNS.sub("", ascii_letters(to_latin(word)))


@frozen
class _Bare:
    """A name rid of what stands around it."""

    parts: list[list[str]] = field(default_factory=list)
    """The words of its parts between commas; no part is empty."""
    titles: list[str] = field(default_factory=list)
    behind: list[str] = field(default_factory=list)
    """Suffixes and degrees."""

    def take(self, words: list[str], least: int) -> None:
        """Take the words of a part in, without titles before and suffixes behind."""
        start, end = 0, len(words)
        while start < end - 1 and _is_title(words[start]):
            start += 1
        while end > start + least and _is_behind(words[end - 1], end - 1 - start):
            end -= 1
        self.titles.extend(words[:start])
        self.behind.extend(words[end:])
        if start < end:
            self.parts.append(words[start:end])


def _bare(text: str, least: int = 1) -> _Bare:
    """A name rid of what stands around it, of which so many words stay in each part."""
    bare = _Bare()
    for written in text.split(","):
        words = written.split()
        if bare.parts and all(map(_is_behind_comma, words)):
            bare.behind.extend(words)
        elif all(map(_is_title, words)):
            bare.titles.extend(words)
        else:
            bare.take(words, least)
    return bare


def generation(text: str) -> str | None:
    """The generation that a suffix tells, from 1: of ``Smith Jr.`` and of ``Jr`` it is 2.

    None where there is no suffix.
    """
    behind = map(_plain, _bare(text, least=0).behind)
    generations = GENERATIONS | NAMES_TOO
    told = [generations[word] for word in behind if word in generations]
    return str(told[0]) if told else None


def bare_name(text: str) -> str:
    """A surname or given name without titles, suffixes and degrees.

    Unchanged where nothing else would stay.
    """
    bare = _bare(text)
    changed = bare.parts and (bare.titles or bare.behind)
    return ", ".join(map(" ".join, bare.parts)) if changed else text


def _is_title(word: str) -> bool:
    plain = _plain(word)
    return plain in _words("titles") or (
        word.endswith(".") and plain in _words("titles_with_dot")
    )


def _is_behind(word: str, before: int) -> bool:
    """Whether a word is a suffix or degree, with so many words of the name before it."""
    plain = _plain(word)
    if plain in GENERATIONS or plain in _words("degrees"):
        return True
    is_name_too = plain in NAMES_TOO or plain in _words("degrees_behind_name")
    return is_name_too and before > 1


def _is_behind_comma(word: str) -> bool:
    many = 2
    return _is_behind(word, many) or _plain(word) in _words("degrees_behind_comma")


def whole_name_parts(text: str) -> tuple[str | None, str | None, str | None]:
    """(surname, given name, middle names) of a whole name, as written.

    The surname stands before a comma; or in capitals, as no other word does; or last, with the
    particles before it.
    """
    parts = _bare(spread_initials(_with_whole_degrees(text))).parts
    if not parts:
        # Nothing but titles is what was written.
        return " ".join(text.replace(",", " ").split()) or None, None, None
    if len(parts) > 1:
        given = [word for words in parts[1:] for word in words]
        return " ".join(parts[0]), *given_and_middle(given)
    words = parts[0]
    start, end = _in_capitals(words) or (_surname_start(words), len(words))
    given = words[:start] + words[end:]
    return " ".join(words[start:end]), *given_and_middle(given)


_DEGREE = re.compile(r"(?<![^\W\d_])(?:[A-Za-z]{1,2}\.){2,}(?=[\s,]|$)")


def _with_whole_degrees(text: str) -> str:
    """The text with ``M.D.`` in one word, so that it is not taken for initials."""

    def joined(match: re.Match[str]) -> str:
        plain = match[0].replace(".", "")
        return plain if _is_behind(plain, 0) else match[0]

    return _DEGREE.sub(joined, text)


def _in_capitals(words: list[str]) -> tuple[int, int] | None:
    """(first, past the last) of the words in capitals at one end, where others are not."""
    whole = [place for place, word in enumerate(words) if not _is_initial(word)]
    capitals = [
        place
        for place in whole
        if words[place].isupper() and len(words[place]) >= _LEAST_CAPITALS
    ]
    others = [place for place in whole if not words[place].isupper()]
    if not capitals or not others:
        return None
    start, end = capitals[0], capitals[-1] + 1
    least = 0 if end < len(words) else 1
    while start > least and _plain(words[start - 1]) in _words("particles"):
        start -= 1
    is_at_an_end = start == 0 or end == len(words)
    is_one_run = not any(start < place < end for place in others)
    return (start, end) if is_at_an_end and is_one_run else None


def _is_initial(word: str) -> bool:
    return len(word) - word.endswith(".") == 1


def _surname_start(words: list[str]) -> int:
    """Where the surname at the end begins; a given name stays before it if there is another."""
    start = len(words) - 1
    while start > 1 and _plain(words[start - 1]) in _words("particles"):
        start -= 1
    # "y" joins two surnames.
    if start > 1 and _plain(words[start]) == "y":
        start -= 1
    return max(start, 0)


def given_and_middle(words: list[str]) -> tuple[str | None, str | None]:
    """(given name, middle names) of the words of a name without its surname."""
    if not words:
        return None, None
    end = 1
    if len(words) > 1 and _plain(words[0]) in _words("beginnings"):
        end = 2
        while end < len(words) and _plain(words[end - 1]) in _words("particles"):
            end += 1
    middle = words[end:]
    while middle and _plain(middle[0]) in _words("sons"):
        middle = middle[1:]
    return " ".join(words[:end]), " ".join(middle) or None


def without_initials(text: str) -> tuple[str, str | None]:
    """(given name, initials of middle names) of a given name's cell: ``John A.``.

    A small letter without a dot is a slip of the pen, and stays.
    """
    words = spread_initials(text).split()
    end = len(words)
    while end > 1 and _is_initial(words[end - 1]) and words[end - 1] not in _SMALL:
        end -= 1
    if end == len(words):
        return text, None
    return " ".join(words[:end]), " ".join(words[end:])


_ARTICLE = re.compile(
    r"^[AaEe](?:[Ll]|(?P<letter>[RrSsDdNnTtZz][Hh]?)(?=-(?P=letter)))-(?=\w)",
    re.IGNORECASE,
)
_ARTICLE_APART = re.compile(r"^(?:al|el)\s+(?=\S{3})", re.IGNORECASE)


def without_article(field: str, text: str) -> str:
    """A name without what stands before it by custom, which others leave out.

    The article of Arabic names (``al-Hassan``, ``ar-Rashid``), and before the name of a father the
    word for his child (``bin Ali``). ``Al`` before a given name is one.
    """
    words = text.split()
    if field == "patronymic" and len(words) > 1 and _plain(words[0]) in _words("sons"):
        text = " ".join(words[1:])
    bare = _ARTICLE.sub("", text)
    return bare if field == "given_name" else _ARTICLE_APART.sub("", bare)


def no_names(field: str, profile: Profile) -> frozenset[str]:
    """What people type for a name of a field which they do not know: ``respondent``, ``test``.

    In plain letters. For a given name also ``uşaq`` and, but under ``az``, ``child`` and ``mrs``.
    """
    if field != "given_name":
        return _words("no_names")
    words = _words("no_names") | _words("no_given_names_az")
    if profile is Profile.AZ:
        return words
    return words | _words("no_given_names") | _words("titles")
