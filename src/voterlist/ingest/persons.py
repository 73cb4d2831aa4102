"""Whether a row that is no entry may hold a voter, and an entry two: told by what stands in it."""

from __future__ import annotations

import re

from rapidfuzz import fuzz

_SURNAME = re.compile(
    r"(?<![^\W\d_])[^\W\d_]{2,}(?:(?i:[oe]va?|zad[əǝe])|[оеё]ва?|зад[еә])(?![^\W\d_])"
)
"""A word with the ending of a surname. Those in -lı are left out, as *saylı* is in every title; so
are Russian capitals, in which genitives of headings end the same way."""
PARTICLE = r"(?i:o[ğgq]h?l[uyı]|[qgk][ıiİy]z[ıiİy])|оглы|о[ғг]лу|[кгқ][ыи]з[ыи]"
"""What stands behind the name of the father whose son or daughter somebody is."""
_PARTICLE = re.compile(PARTICLE)
_OF_FATHER = re.compile(rf"(?<![^\W\d_])(?:{PARTICLE})(?![^\W\d_])")
_FATHER = re.compile(
    rf"(?<![^\W\d_])(?:{PARTICLE}"
    r"|[^\W\d_]{2,}(?:[oe]vi[çc]h?|[oe]vna|[ое]вич|[ое]вна))(?![^\W\d_])"
)
_YEAR = r"(?:19\d\d|200\d|201[0-2])"
_DATE = rf"(?:\d{{1,2}}[./-]\d{{1,2}}[./-]{_YEAR}|{_YEAR}[./-]\d{{1,2}}[./-]\d{{1,2}})"
"""A date on which a voter may be born; lists are signed on later ones."""
_BIRTH = re.compile(rf"(?<!\d){_DATE}(?!\d)")
_FIN = re.compile(r"\b(?=[A-Z]*\d)(?=\d*[A-Z])[0-9A-HJ-NP-Z]{7}\b")
ALONE = {
    "birth_date": (rf"^{_DATE}$",),
    "fin": (r"^[0-9A-HJ-NP-Z]{7}$", r"\d[A-Z]|[A-Z]\d"),
    "document": (r"^(?:AZE|[A-Z]{2})[ №.-]*\d{7,8}$",),
}
"""What fits a cell that holds nothing but one of these, for RE2: columns are looked at whole."""
_DOCUMENT = re.compile(r"\b(?:AZE|[A-Z]{2})[ №.-]*\d{7,8}\b")
_IDENTITIES = (_BIRTH, _FIN, _DOCUMENT)
_SIGNS = (
    r"s[əe]dr|kat[iİı]b|[üu]zv|[iİı]mza|m[əe]sul|t[əe]sd[iİ]q|haz[ıi]rla|t[əe]rt[iİ]b|[iİ]cra"
    r"|ba[şs]ç[ıi]|r[əe]is[iİ]|m[üu]d[iİ]r|direktor|mayor|yoxla|председ|секрет|член|подпис"
    r"|ответств|утвержд|состав|директор|начальн"
    r"|chair|secretar|member|sign|respons|approv|prepared|director"
)
"""Words of those who sign."""
_PLACES = (
    r"k[üu][çc]|prosp|pr\.|rayon|[şs][əe]h[əe]r|m[əe]kt[əe]b|ad[ıi]na"
    r"|район|улиц|школ|street|school"
)
"""Words of what is named after people."""
_OF_NOBODY = re.compile(
    rf"(?i){_PLACES}|{_SIGNS}|say[ıi]|sayl|se[çc][kiİ]|siyah"
    r"|m[əe]nt[əe]q|kom[iİ]ss|участ|список|комисси|commiss"
    r"|\b(?:[iİ]yirm[iİ]|otuz|q[ıi]rx|altm[ıi][şs]|yetm[iİ][şs]|s[əe]ks[əe]n|doxsan|y[üu]z)\b"
)
"""These, with words of titles, and of totals in words."""
_CAPITAL = r"[A-ZÇƏĞIİÖŞÜА-ЯЁ]\w*\.?"
_OF_OTHERS = re.compile(
    rf"\b(?:(?:{_CAPITAL}\s+){{1,3}}(?i:{_PLACES})|(?i:{_SIGNS})\w*\W+(?:{_CAPITAL}\s*){{1,3}})"
)
"""Names of streets and of those who sign, in a text that may name a voter besides."""
_KIN = re.compile(
    r"(?i)qarda[şs][ıi]|bac[ıi]s[ıi]|yolda[şs][ıi]|arvad[ıi]|жена|муж\b|брат\b|сестра"
    r"|wife|husband|brother|sister"
)
"""Whose kin somebody is, behind or before a name."""
_ADDS = re.compile(
    r"(?i)[əe]lav[əe] (?:ed|et|olun)|daxil (?:ed|et|olun)|unudul|burax[ıi]l"
    r"|d[üu][şs](?:[üu]b|m[əe]y)|добав|включ|пропущ|add(?:ed)? to|left out|missing"
)
"""What is said of somebody whom a list lacks."""
_WORD = re.compile(r"[^\W\d_]+")
_WITHOUT_ENDING = 4
_LATIN, _CYRILLIC = r"[A-Za-z\u00c0-\u024fə]", r"[\u0400-\u04ff]"
_OF_ONE = re.compile(
    r"(?i)^(?:a[ğg]a|m[iİ]r|xan|seyid|hac[ıi])\s[-–—]\s|\s[-–—]\s(?:a[ğg]a|xan|b[əe]y)$"
    rf"|{_LATIN}\s*[/\\|]\s*{_CYRILLIC}|{_CYRILLIC}\s*[/\\|]\s*{_LATIN}"
)
"""A name of two parts, or in two scripts: Elçin/Эльчин."""
_ALIKE = 80.0
"""In percent (normalised Indel)."""
_GOES_ON = re.compile(r"[(a-zçəğıöşüа-яё]|.*(?:[/-]|\d\d\.\d\d\.)$")
"""A line behind or before which a narrow column was too short for its words or its date."""


def hides_voter(text: str) -> bool:
    """True for the text of a title, total or signature that holds a voter, or but a whole name.

    Whoever signs shows one sign alone, the name.
    """
    if _ADDS.search(text) and signs_of_person(_OF_OTHERS.sub("", text)):
        return True
    is_name = any(map(_is_whole_name, re.split("[,;]", text)))
    return signs_of_person(text) > 1 or (is_name and not _OF_NOBODY.search(text))


def may_be_another(text: str) -> bool:
    """True for cells, parted by tabs, beyond the headings: a voter's, with or without an ending."""
    names = [cell for cell in text.split("\t") if cell.istitle() and cell.isalpha()]
    is_named = len(names) > 1 and any(sign.search(text) for sign in _IDENTITIES)
    return is_named or hides_voter(text)


def is_beside_total(text: str) -> bool:
    """True for the cells of a total, parted by tabs, of which a further one is but names."""
    cells = (cell for cell in text.split("\t")[1:] if not _OF_NOBODY.search(cell))
    return any(
        _is_whole_name(cell)
        or (1 < len(cell.split()) < 6 and all(map(_is_capital, cell.split())))
        for cell in cells
    )


def _is_capital(word: str) -> bool:
    """True for a name in small letters but the first."""
    return len(word) > 2 and word.isalpha() and word.istitle()


def names_child(text: str) -> bool:
    """True for a cell beside the names in which somebody is named, and whose child it is."""
    return bool(_OF_FATHER.search(text) and _SURNAME.search(text))


def adds_person(text: str) -> bool:
    """True for a remark beside a voter that names somebody and whose child or kin, with a date.

    Or with a FIN or a document. A former surname with its date is nobody else.
    """
    if signs_of_person(text) > 1 and (_FATHER.search(text) or names_kin(text)):
        return True
    return _is_whole_name(text) and _OF_FATHER.search(text) is not None


def names_kin(text: str) -> bool:
    """True for a remark that names a husband, a wife, a brother or a sister."""
    if not _KIN.search(text):
        return False
    words = map(_WORD.findall, re.split(r"[,;:()\n]", _KIN.sub("\n", text)))
    return any(_is_whole_name(" ".join(piece[:2])) for piece in words)


def are_apart(text: str) -> bool:
    """True for given names that a comma or a sign parts, and that are no one's: Elçin/Nigar.

    A father's name is one's own, and so are both parts of Əli - Ağa, and a name in two scripts.
    """
    return not (may_be_variants(text) or _PARTICLE.search(text) or _OF_ONE.search(text))


def are_in_lines(text: str) -> bool:
    """True for given names each in a line of its own, that are no one's."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return all(map(_is_capital, lines)) and are_apart(" - ".join(lines))


def may_be_variants(text: str) -> bool:
    """True for two names so alike that they may be one in two spellings: Xədicə/Hədicə."""
    first, *others = re.split(r"\s*[-–—,/\\|]\s*", text)
    return any(fuzz.ratio(first, other) >= _ALIKE for other in others)


def signs_of_person(text: str) -> int:
    """How many of these four a text holds: a name, a birth date, a FIN, a document."""
    has_name = bool(_SURNAME.search(text) or _FATHER.search(text))
    return has_name + sum(bool(sign.search(text)) for sign in _IDENTITIES)


def has_signs(text: str, least: int) -> bool:
    """True for a text with at least so many of them."""
    return signs_of_person(text) >= least


def holds_person(text: str) -> bool:
    """True where one of these cells, parted by tabs, names a person; for cells of a heading."""
    names = map(_is_name, text.split("\t"))
    return any(names) or any(sign.search(text) for sign in _IDENTITIES)


def is_of_two(text: str) -> bool:
    """True where cells of one row, parted by tabs, are those of two people.

    Two cells are of several lines, each of another person, or one with a whole name in each line;
    or one holds two birth dates, or a daughter or son of two fathers.
    """
    if len({*_BIRTH.findall(text)}) > 1 or len(_OF_FATHER.findall(text)) > 1:
        return True
    cells = [map(str.strip, cell.splitlines()) for cell in text.split("\t")]
    broken = [lines for cell in cells if len(lines := list(filter(None, cell))) > 1]
    goes_on = any(_GOES_ON.match(line) for lines in broken for line in lines)
    is_whole = any(all(map(_is_whole_name, lines)) for lines in broken)
    return not goes_on and (len(broken) > 1 or is_whole)


def _is_name(text: str) -> bool:
    """True for a text of names alone, one of them with an ending of names."""
    rest, particles = _FATHER.subn("", text)
    words = _WORD.findall(rest)
    has_ending = particles == 1 or _SURNAME.search(text) is not None
    return bool(words) and has_ending and all(word[0].isupper() for word in words)


def _is_whole_name(text: str) -> bool:
    """True for two to five names, one of them with an ending of surnames; initials are none.

    Without such an ending (*Tahirli*) for three names and whose child it is.
    """
    words = _WORD.findall(text)
    least = 2 if _SURNAME.search(text) else _WITHOUT_ENDING
    has_words = least <= len(words) < 6 and min(map(len, words)) > 1
    return has_words and _is_name(text)
