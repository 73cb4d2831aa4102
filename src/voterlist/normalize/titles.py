"""What stands in a name's cell besides the name.

Forms of address, and initials written without a blank.
"""

from __future__ import annotations

import re

from voterlist.normalize.alphabet import lower

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


_WORDS = frozenset(
    {
        *(
            "yox",
            "yoxdu",
            "yoxdur",
            "bilinmir",
            "bilinmədi",
            "məlumdeyil",
            "melumdeyil",
            "naməlum",
            "namelum",
        ),
        *(
            "нет",
            "неизвестно",
            "неизвестен",
            "неизвестна",
            "неуказано",
            "отсутствует",
            "прочерк",
        ),
        *(
            "naməlumdur",
            "məlumatyoxdur",
            "melumatyoxdur",
            "qeydyoxdur",
            "göstərilməyib",
            "gosterilmeyib",
        ),
        *("qeydolunmayıb", "yazılmayıb", "bilmirəm", "sənədyoxdur", "senedyoxdur"),
        *("нету", "н/д", "б/о", "безотчества", "неуказана", "неуказан", "нетданных"),
        *(
            "none",
            "null",
            "nan",
            "n/a",
            "#n/a",
            "unknown",
            "notknown",
            "notavailable",
            "missing",
        ),
    }
)
_NOTHING = re.compile(r"[\W_]*")
_ZEROS = re.compile(r"(?:0|[\W_])+")
_FILLER_DOCUMENT = re.compile(r"aze(\d)\1{7}|[a-z]{2}(\d)\2{6}")
"""A document's series with one digit for the whole number: many entries share it, and no two
persons do."""
_REPEATED = re.compile(r"([^\W\d_])\1{2,}|(\w)\2{4,}|[xх]{2,}")

_EX = "xх"
"""The letter of either alphabet: in ``XX`` they may be mixed."""

MAY_BE_PLACEHOLDER = "^[^1-9]*$|" + "|".join(digit * 5 for digit in "123456789")
"""Arrow's pattern of what ``is_placeholder`` needs to see: a digit in a text says something, unless
repeated."""


def is_placeholder(text: str) -> bool:
    """True where a cell was filled with a sign of absence instead of being left blank.

    One letter is an initial, not a placeholder, and so is a two-letter word that is not ``XX``.
    """
    joined = "".join(text.split())
    if joined.isalpha():
        # Letters alone, as names are: the patterns are slower than this.
        word = lower(joined)
        ends_alike = word[0] == word[-1] or word[0] in _EX
        return word in _WORDS or (ends_alike and _REPEATED.fullmatch(word) is not None)
    if _NOTHING.fullmatch(text) or _ZEROS.fullmatch(text):
        return True
    word = "".join(lower(text).split()).strip(".-–—_()[]*?")
    return word in _WORDS or any(
        sign.fullmatch(word) is not None for sign in (_REPEATED, _FILLER_DOCUMENT)
    )
