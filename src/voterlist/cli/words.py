"""The language in which the command line speaks."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Mapping
from contextvars import ContextVar
from pathlib import Path

from voterlist.catalogue import LANGUAGES, Catalogue, fill, texts

WORKSPACE: ContextVar[Path | None] = ContextVar("workspace", default=None)
"""The workspace of this command: sentences name it where they name a command to type."""
_DIR = re.compile(r"\bDIR\b")


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
            name: self.number(value)
            if isinstance(value, int | float)
            else visible_name(str(value))
            for name, value in places.items()
        }
        text = texts(key)[self.language]
        workspace = WORKSPACE.get()
        if workspace is not None:
            shown["DIR"] = shlex.quote(visible_name(str(workspace)))
            text = _DIR.sub("{DIR}", text)
        return fill(text, shown)


SAY: Catalogue = _Spoken(language_of(os.environ))
"""The catalogue in that language; read once, because the help texts are made when the program
starts."""


def title(prefix: str, code: str) -> str:
    """The title of a code, such as ``rule.<code>.title``.

    The code itself where the catalogue has none.
    """
    key = f"{prefix}.{code}.title"
    return SAY(key) if SAY.has(key) else code


# Text from outside, such as the name of a file, in signs that a terminal only shows.
# A terminal obeys control characters: a name that holds them could clear the screen, change what
# was printed, or turn the direction of writing. They are shown as digits instead: \x1b, \u202e.

_CONTROLS = r"\x00-\x1f\x7f-\x9f"
_LINES = r"\u2028\u2029"
_DIRECTIONS = r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
"""Marks, embeddings, overrides and isolates of the direction of writing."""
_SURROGATES = r"\ud800-\udfff"
"""Alone they stand for the bytes of a name that is not UTF-8. No stream could write them."""

_HIDDEN = re.compile(f"[{_CONTROLS}{_LINES}{_DIRECTIONS}{_SURROGATES}]")
_BREAKS = "\n\t"
"""In a sentence they are the program's own, in a name they are not."""


def visible(text: str) -> str:
    """A text of the program with its control characters shown; line breaks and tabs stay."""
    return _HIDDEN.sub(
        lambda sign: sign[0] if sign[0] in _BREAKS else _show(sign[0]), text
    )


def visible_name(text: str) -> str:
    """A name or a cell, which stands in one line, with every control character in it shown."""
    return _HIDDEN.sub(lambda sign: _show(sign[0]), text)


def in_json(text: str) -> str:
    """JSON that means the same; such characters in its strings are written as digits."""
    return _HIDDEN.sub(
        lambda sign: sign[0] if sign[0] in _BREAKS else f"\\u{ord(sign[0]):04x}", text
    )


def _show(character: str) -> str:
    number = ord(character)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"
