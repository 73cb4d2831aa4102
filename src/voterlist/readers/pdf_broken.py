"""Words that a program broke because a column is too narrow, put together again.

A line that is full to its end may break a word or stand between two words. The other words of the
column tell which: what stands there as a word is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from voterlist.readers.documents import Line
from voterlist.readers.pdf_words import PERHAPS_ONE_WORD

_BREAK = re.compile(rf"(\S*){PERHAPS_ONE_WORD}([^\s{PERHAPS_ONE_WORD}]*)")
_TOKEN = re.compile(rf"[^\s{PERHAPS_ONE_WORD}]+")
_SIGNS = ".,;:()\"'«»"
_SHORT = 3
"""The rest of a word in capital letters is hardly longer; a second name is."""


def put_together(lines: Iterable[Line]) -> None:
    """Decide in every cell where a word was broken and where a word ended."""
    lines = list(lines)
    if not any(PERHAPS_ONE_WORD in text for line in lines for text in line.cells):
        return
    width = max(len(line.cells) for line in lines)
    words_of_columns: list[set[str]] = [set() for _ in range(width)]
    for line in lines:
        for words, text in zip(words_of_columns, line.cells, strict=False):
            words.update(_whole_words(text))
    for line in lines:
        for column, text in enumerate(line.cells):
            if PERHAPS_ONE_WORD in text:
                line.cells[column] = _decided(text, words_of_columns[column])


def _whole_words(text: str) -> Iterable[str]:
    """The words of a cell that no line may have broken."""
    if PERHAPS_ONE_WORD not in text:
        return map(_plain, text.split())
    return (
        _plain(match[0])
        for match in _TOKEN.finditer(text)
        if PERHAPS_ONE_WORD not in text[max(0, match.start() - 1) : match.end() + 1]
    )


def _plain(word: str) -> str:
    return word.strip(_SIGNS)


def _decided(text: str, words: set[str]) -> str:
    while match := _BREAK.search(text):
        above, rest = match[1], match[2]
        middle = "" if _is_one(above, rest, words) else "\n"
        text = f"{text[: match.start()]}{above}{middle}{rest}{text[match.end() :]}"
    return text


def _is_one(above: str, rest: str, words: set[str]) -> bool:
    """True where these are the two parts of one word."""
    if above.endswith(("-", "\N{HYPHEN}", "\N{NON-BREAKING HYPHEN}")):
        return True
    is_number = above[-1:].isdigit() and rest[:1].isdigit()
    if is_number or _plain(above + rest) in words:
        return True
    if _plain(rest) in words:
        return False
    return not rest[:1].isupper() or len(rest) <= _SHORT
