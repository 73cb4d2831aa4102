"""One name in the scripts and spellings in which clerks type it.

``latin`` is the Azerbaijani alphabet; ``ascii`` drops its signs (ə becomes e); ``english`` writes
it as passports do (ə becomes a, c becomes j); ``azeri-cyrillic`` is the alphabet used before 1991;
``russian`` is the Russian rendering, with the usual exceptions of ``names/russian.csv``.
"""

from __future__ import annotations

from collections.abc import Mapping

SCRIPTS = ("latin", "ascii", "english", "azeri-cyrillic", "russian")

_LETTERS: dict[str, dict[str, str]] = {
    "ascii": dict(zip("əşçğıöü", "escgiou", strict=True)),
    "english": {
        **dict(zip("əcqıöü", "ajgiou", strict=True)),
        "x": "kh",
        "ş": "sh",
        "ç": "ch",
        "ğ": "gh",
        "j": "zh",
    },
    "azeri-cyrillic": dict(
        zip(
            "abvqğdeəjziıykglmnoöprstuüfxhçcş",
            "абвгғдеәжзиыјкҝлмноөпрстуүфхһчҹш",
            strict=True,
        ),
    ),
    "russian": {
        **dict(
            zip(
                "abcvqğdjziıyklmnopörstuüfxçşg",
                "абцвггджзиыйклмнопёрстуюфхчшг",
                strict=True,
            )
        ),
        "c": "дж",
        "ö": "о",
        "ü": "у",
    },
}
_VOWELS = "aəeıioöuü"


def _lower(text: str) -> str:
    return text.replace("İ", "i").replace("I", "ı").lower()


def _russian_letter(word: str, at: int) -> str:
    """The Russian letters for one Azerbaijani letter, which depend on its neighbours."""
    letter = word[at]
    before = word[at - 1] if at else ""
    after = word[at + 1 : at + 2]
    if letter == "ə":
        if not before or before in "cçfhxjqş" or not after:
            return "а"
        return "я" if before in "gkl" else "е"
    if letter == "e":
        return "э" if not before else "е"
    if letter == "h":
        return "г" if after and after in _VOWELS else "х"
    if letter == "ü" and before and before in "lgkt":
        return "ю"
    return _LETTERS["russian"].get(letter, letter)


def _russian(word: str) -> str:
    pairs = {"ye": "е", "ya": "я", "yə": "я", "yu": "ю", "yü": "ю"}
    parts, at = [], 0
    while at < len(word):
        pair = pairs.get(word[at : at + 2])
        parts.append(pair or _russian_letter(word, at))
        at += 2 if pair else 1
    return "".join(parts)


def _spell_word(word: str, script: str) -> str:
    lower = _lower(word)
    if script == "russian":
        spelled = _russian(lower)
    else:
        table = _LETTERS[script]
        spelled = "".join(table.get(letter, letter) for letter in lower)
    if word[:1] == lower[:1]:
        return spelled
    first = "İ" if script == "latin" and spelled[0] == "i" else spelled[0].upper()
    return first + spelled[1:]


def spell(text: str, script: str, exceptions: Mapping[str, str] | None = None) -> str:
    """A text written in Azerbaijani Latin, in the script named; each word keeps its capital.

    ``exceptions`` hold whole words whose Russian rendering follows no rule.
    """
    if script == "latin":
        return text
    known = exceptions if exceptions and script == "russian" else {}
    return " ".join(
        known.get(word) or _spell_word(word, script) for word in text.split(" ")
    )


def capitals(text: str, script: str) -> str:
    """The text in capitals; only Azerbaijani Latin has the dotted capital İ."""
    return (text.replace("i", "İ") if script == "latin" else text).upper()
