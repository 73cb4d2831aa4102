"""What stands in a name's cell besides the name.

Forms of address, and initials written without a blank.
"""

from __future__ import annotations

import re

from voterlist.normalize.casing import lower

_TITLES = (
    *(
        "cənab",
        "cenab",
        "canab",
        "vətəndaş",
        "vetendash",
        "vətəndas",
        "dosent",
        "professor",
        "akademik",
    ),
    *("prof", "akad", "dr", "mr", "mrs", "ms", "miss"),
    *(
        "господин",
        "госпожа",
        "гражданин",
        "гражданка",
        "доктор",
        "профессор",
        "академик",
        "доцент",
    ),
    *("гр", "гр-н", "гр-ка", "г-н", "г-жа", "проф", "акад", "др", "д-р"),
)
"""Words that are a form of address and no name. Bəy, xanım, ağa are not here: names are made with
them."""
_LEADING = re.compile(
    rf"^\s*(?:(?:{'|'.join(sorted(map(re.escape, _TITLES), key=len, reverse=True))})(?:\.\s*|\s+))+"
)
MAY_HAVE_TITLE = r"(?i)^\s*[cvdpamгпад][^\s.]{1,12}[.\s]"
"""Arrow's pattern of what ``without_title`` needs to see; to Arrow only a-z are letters of a word.
"""

_INITIAL = r"(?:[^\W\d_]|[SCGKZscgkz]h)"
_GLUED = re.compile(rf"(?<![^\W\d_])({_INITIAL}\.)(?=[^\W\d_])")
_ONLY_INITIALS = re.compile(rf"\s*({_INITIAL})\s*\.\s*({_INITIAL})\s*\.?\s*")


def without_title(text: str) -> str:
    """The text without a leading form of address; unchanged where it has none or nothing else.

    ``Dr. Əliyev`` and ``г-жа Алиева`` lose it; ``Cənab`` alone stays.
    """
    match = _LEADING.match(lower(text))
    # Lower case may be shorter than what was written, by the dot above of a decomposed İ; then
    # nothing is cut.
    if not match or len(lower(text)) != len(text):
        return text
    return text[match.end() :].strip() or text


def spread_initials(text: str) -> str:
    """The text with a blank after each initial: ``Ə.M.Əliyev`` becomes ``Ə. M. Əliyev``."""
    return _GLUED.sub(r"\1 ", text)


def initials(text: str) -> tuple[str, str] | None:
    """The two initials of a text that holds nothing else, such as ``Ə.

    M.`` or ``Ə.M.``; None for any other.
    """
    match = _ONLY_INITIALS.fullmatch(text) if "." in text else None
    return (match[1], match[2]) if match else None
