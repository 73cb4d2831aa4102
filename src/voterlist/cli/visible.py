r"""Text from outside, such as the name of a file, in signs that a terminal only shows.

A terminal obeys control characters: a name that holds them could clear the screen, change what was
printed, or turn the direction of writing. They are shown as digits instead: ``\x1b``, ``\u202e``.
"""

from __future__ import annotations

import re

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
        lambda sign: sign[0] if sign[0] in _BREAKS else _shown(sign[0]), text
    )


def visible_name(text: str) -> str:
    """A name or a cell, which stands in one line, with every control character in it shown."""
    return _HIDDEN.sub(lambda sign: _shown(sign[0]), text)


def in_json(text: str) -> str:
    """JSON that means the same; such characters in its strings are written as digits."""
    return _HIDDEN.sub(
        lambda sign: sign[0] if sign[0] in _BREAKS else f"\\u{ord(sign[0]):04x}",
        text,
    )


def _shown(character: str) -> str:
    number = ord(character)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"
