"""One word for one thing: a sentence of the catalogue, or of a guide, held against the glossary."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from voterlist.catalogue import terms as shipped_terms

_NOT_WORDS = re.compile(
    r"\{\w+[:}]|\[+[a-z_.]+\]+|--[\w-]+|\b\w+\.(?:toml|parquet|xlsx|db)\b|\b[a-z]+_[a-z_]+\b"
    r"|\bvoterlist(?: [a-z]+)+|\b(?:review|ledger) [a-z]+\b(?= (?:əmr|wr))|\b[A-Z]{3,}\b"
)
"""Places, sections, options, file names, columns and commands: no words of a sentence."""


@dataclass(frozen=True, slots=True)
class Term:
    """A thing that has one name in each language.

    Attributes:
        name: the name by language.
        meaning: a sentence by language.
        forms: by language, the pattern of its forms in a sentence.
        others: by language, patterns of words that are not to be used for it.
    """

    name: dict[str, str]
    meaning: dict[str, str]
    forms: dict[str, re.Pattern[str]]
    others: dict[str, tuple[re.Pattern[str], ...]]


@cache
def terms() -> tuple[Term, ...]:
    """The terms, as the file orders them."""
    return tuple(map(_term, shipped_terms()))


def _term(values: dict[str, str | list[str]]) -> Term:
    languages = ("en", "az")
    return Term(
        name={language: str(values[language]) for language in languages},
        meaning={language: str(values[f"means_{language}"]) for language in languages},
        forms={
            language: _pattern(str(values[f"forms_{language}"]))
            for language in languages
        },
        others={
            language: tuple(
                _pattern(other) for other in values.get(f"not_{language}", ())
            )
            for language in languages
        },
    )


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


def violations(texts: dict[str, str]) -> Iterator[str]:
    """What a sentence of the catalogue has against the glossary.

    Yields:
        "en: finding is not az: tapıntı" where the English text has a term and the Azerbaijani one
        does not have its counterpart; "az: not nöqsan" where a text has a word that is not to be
        used.
    """
    english, azerbaijani = _words(texts["en"]), _words(texts["az"])
    for term in terms():
        has_english = term.forms["en"].search(english)
        if has_english and not term.forms["az"].search(azerbaijani):
            yield f"en: {term.name['en']} is not az: {term.name['az']}"
        for language, text in (("en", english), ("az", azerbaijani)):
            for other in term.others[language]:
                if other.search(text):
                    yield f"{language}: not {other.pattern}"


def _words(text: str) -> str:
    """The text without places, options, names of files and commands.

    The capital İ is written small: Python's own small letter of it has two code points.
    """
    return _NOT_WORDS.sub(
        " ", text.replace("\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}", "i")
    )
