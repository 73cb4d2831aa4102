"""What a cell of a workbook may hold of a text."""

from __future__ import annotations

__all__ = ["safe"]

_LONGEST = 32_767
"""Characters that a cell can hold, as UTF-16 counts them."""
_FORMULA_SIGNS = frozenset("=+-@＝＋－＠")
"""Signs, plain and full-width, with which a formula may begin."""
_BREAKS = frozenset("\t\r\n")
_ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"


def safe(text: str) -> str:
    """The text as a cell may hold it: an apostrophe stands before what could be a formula.

    Blanks before the sign are looked through, because a later export to CSV and back would drop
    them. What is too long for a cell ends with an ellipsis.
    """
    if text[:1] in _BREAKS or text.lstrip()[:1] in _FORMULA_SIGNS:
        text = "'" + text
    # A character may count twice, so half the length is always short enough.
    if len(text) <= _LONGEST // 2 or _units(text) <= _LONGEST:
        return text
    content = text.encode("utf-16-le", "surrogatepass")[: 2 * (_LONGEST - 1)]
    return content.decode("utf-16-le", "ignore") + _ELLIPSIS


def _units(text: str) -> int:
    """The length of a text as UTF-16 counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
