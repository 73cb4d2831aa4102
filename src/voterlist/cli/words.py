"""The language in which the command line speaks."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from voterlist.catalogue import LANGUAGES, Catalogue
from voterlist.cli.visible import visible_name


def language_of(environment: Mapping[str, str]) -> str:
    """The language that the environment asks for.

    ``VOTERLIST_LANG``, else the locale; English for any other.
    """
    for name in ("VOTERLIST_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        language = environment.get(name, "")[:2].lower()
        if language:
            return language if language in LANGUAGES else "en"
    return "en"


class _Spoken(Catalogue):
    """A catalogue whose texts are filled with names from outside.

    Each is made visible, and stays in its line.
    """

    def __call__(self, key: str, **places: object) -> str:
        """The text of a key with its places filled."""
        shown = {
            name: visible_name(str(value)) if isinstance(value, str | Path) else value
            for name, value in places.items()
        }
        return super().__call__(key, **shown)


SAY: Catalogue = _Spoken(language_of(os.environ))
"""The catalogue in that language; read once, because the help texts are made when the program
starts."""


def title(prefix: str, code: str) -> str:
    """The title of a code, such as ``rule.<code>.title``.

    The code itself where the catalogue has none.
    """
    key = f"{prefix}.{code}.title"
    return SAY(key) if SAY.has(key) else code
