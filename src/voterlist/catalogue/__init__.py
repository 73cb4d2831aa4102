"""Every word that a person reads, in English and in Azerbaijani, from one catalogue.

The TOML files beside this module are the catalogue; each entry is a key with one text a language::

    ["rule.missing-value.title"]
    en = "Missing value"
    az = "Məlumat yoxdur"

A text may hold named places such as ``{count}``. Both languages of a key hold the same places; a
test sees to it. ``{count:entry|entries}`` is a number with its noun: ``1 entry``, ``2 entries``.
"""

from __future__ import annotations

import string
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from voterlist.model import frozen
from voterlist.shipped import shipped_text, shipped_toml

LANGUAGES = ("en", "az")


_GLOSSARY = "glossary.toml"
"""One word for one thing; tests hold every sentence of the catalogue against it."""
_FIRST_FILE = "cli.toml"
"""The file that is looked into first: a help text needs no other."""


@cache
def _read_file(name: str) -> dict[str, str]:
    """Each key of one catalogue file, and the lines below it as they are written."""
    _, *blocks = f"\n{shipped_text(__package__, name)}".split('\n["')
    return dict(block.split('"]\n', 1) for block in blocks)


@cache
def _names() -> list[str]:
    """The names of the catalogue files, in order."""
    names = (item.name for item in resources.files(__package__).iterdir())
    return sorted(
        name for name in names if name.endswith(".toml") and name != _GLOSSARY
    )


@cache
def entries() -> dict[str, dict[str, str]]:
    """Every key with its texts by language.

    Raises:
        ValueError: a key stands in two files.
    """
    texts_by_key: dict[str, dict[str, str]] = {}
    for name in _names():
        for key, texts in shipped_toml(__package__, name).items():
            if key in texts_by_key:
                raise ValueError(
                    f"the catalogue has {key} twice, the second time in {name}"
                )
            texts_by_key[key] = texts
    return texts_by_key


def terms() -> list[dict[str, Any]]:
    """The terms of the glossary, as its file orders them; its head says what a term has."""
    return list(shipped_toml(__package__, _GLOSSARY).values())


@cache
def _texts_of(key: str) -> dict[str, str] | None:
    """The texts of a key; None where the catalogue has no such key.

    Its own lines alone are parsed: to parse all of them takes longer than to start the program.
    """
    for name in (_FIRST_FILE, *_names()):
        if key in _read_file(name):
            return tomllib.loads(_read_file(name)[key])
    return None


def texts(key: str) -> dict[str, str]:
    """The texts of a key by language, their places not filled in.

    Raises:
        KeyError: the catalogue has no such key.
    """
    found = _texts_of(key)
    if found is None:
        raise KeyError(key)
    return found


@frozen
class Catalogue:
    """The catalogue in one language."""

    language: str

    def __call__(self, key: str, **places: object) -> str:
        """The text of a key with its places filled in; numbers are grouped by language.

        Raises:
            KeyError: the catalogue has no such key.
        """
        filled = {
            name: self.number(value) if isinstance(value, int | float) else value
            for name, value in places.items()
        }
        return fill(texts(key)[self.language], filled)

    def text(self, key: str) -> str:
        """The text of a key as it stands, its places not filled.

        Raises:
            KeyError: the catalogue has no such key.
        """
        return texts(key)[self.language]

    def has(self, key: str) -> bool:
        """True where the catalogue has this key."""
        return _texts_of(key) is not None

    def number(self, value: float, digits: int | None = None) -> str:
        """A number as the language writes it: ``50,000.5`` in English, ``50 000,5`` in Azerbaijani.

        ``digits`` after the point; without it whole numbers have none and others up to three.
        """
        if digits is None:
            text = (
                f"{value:,}"
                if isinstance(value, int)
                else f"{value:,.3f}".rstrip("0").rstrip(".")
            )
        else:
            text = f"{value:,.{digits}f}"
        if self.language == "az":
            text = text.replace(",", "\N{NO-BREAK SPACE}").replace(".", ",")
        return text

    def percent(self, share: float, digits: int = 1) -> str:
        """A share (0 to 1) as a percentage."""
        return (
            f"{self.number(100 * share, digits)}\N{NO-BREAK SPACE}%"
            if self.language == "az"
            else f"{100 * share:.{digits}f} %"
        )


class _Counted(str):
    """A number as it is written, which can say its noun too."""

    __slots__ = ()

    def __format__(self, nouns: str) -> str:
        if not nouns:
            return str(self)
        single, plural = nouns.split("|")
        return f"{self} {single if self == '1' else plural}"


def fill(text: str, filled: Mapping[str, object]) -> str:
    """A text with its places filled; a number stands there as it is written."""
    if "|" in text:
        filled = {name: _Counted(value) for name, value in filled.items()}
    return text.format(**filled)


def catalogue(language: str) -> Catalogue:
    """The catalogue in this language; an unknown one gives English."""
    return Catalogue(language if language in LANGUAGES else "en")


def places(text: str) -> set[str]:
    """The named places of a text."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}
