"""The names that invented lists are made of, with their weights; read once from ``names/``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa

from voterlist.arrays import AnyArray
from voterlist.facts.latin import lower
from voterlist.model import frozen
from voterlist.shipped import shipped_rows, shipped_toml

ERAS = ("old", "middle", "late", "young")
ERA_STARTS = (1955, 1980, 2000)
"""The birth years in which the second, third and fourth era begin."""

FORMS = ("ov", "li", "zade")
"""The families of surname endings: -ov/-yev, -lı/-li/-lu/-lü, -zadə."""
_FORM_SHARES = (0.80, 0.10, 0.10)

_HARMONY = {
    "a": "lı",
    "ı": "lı",
    "e": "li",
    "ə": "li",
    "i": "li",
    "o": "lu",
    "u": "lu",
    "ö": "lü",
    "ü": "lü",
}
_COMPOUNDS = (("", "bəy"), ("", "xan"), ("Mir", ""), ("Hacı", ""), ("Ağa", ""))


def surname(stem: str, form: int, *, female: bool = False) -> str:
    """A surname in Azerbaijani Latin: stem and ending (``form`` counts in ``FORMS``)."""
    if form == 0:
        ending = "yev" if stem[-1] in _HARMONY else "ov"
        return stem + ending + ("a" if female else "")
    if form == 1:
        last = next(
            (letter for letter in reversed(stem.lower()) if letter in _HARMONY), "i"
        )
        return stem + _HARMONY[last]
    return stem + "zadə"


@frozen
class Lexicon:
    """Names by number. Given names: the men's first, then the women's.

    Attributes:
        given: given names.
        men: how many of ``given`` are men's names.
        given_shares: cumulative shares by sex (0 men, 1 women) and era; they count from 0 within
            the sex.
        stems: stems of surnames.
        stem_shares: cumulative shares of the stems.
        form_shares: cumulative shares of the forms, one row a stem.
        rhymes: for each given name, a name that rhymes and has the same sex, or -1.
        rhymes_across: for each given name, a name that rhymes and has the other sex, or -1.
        russian: the usual Russian spelling of a name, where it is not letter by letter.
        streets: name and kind of street.
        villages: names of villages.
        towns: the town of each constituency that has one.
    """

    given: tuple[str, ...]
    men: int
    given_shares: tuple[tuple[AnyArray, ...], ...]
    stems: tuple[str, ...]
    stem_shares: AnyArray
    form_shares: AnyArray
    rhymes: AnyArray
    rhymes_across: AnyArray
    russian: dict[str, str]
    streets: tuple[tuple[str, str], ...]
    villages: tuple[str, ...]
    towns: dict[int, str]


def _rows(name: str) -> Iterator[dict[str, str]]:
    """The rows of a file of names, by the headers of its columns."""
    return shipped_rows("voterlist.synth", "names", f"{name}.csv")


def _cumulative(weights: AnyArray) -> AnyArray:
    """Weights as cumulative shares along the last axis; the last one is 1."""
    sums = np.cumsum(weights, axis=-1, dtype=np.float64)
    return sums / sums[..., -1:]


def _compounds(plain: list[tuple[str, float, str]]) -> list[tuple[str, float, str]]:
    """The rare surnames made of a title and a name: Əlibəyov, Mirəhmədov, Hacıquliyev."""
    plain_stems = {stem for stem, _, _ in plain}
    compounds = []
    for stem, weight, forms in plain[:220]:
        if len(stem) > 7 or stem in {"Ağa", "Hacı"}:
            continue
        small = stem[0].lower().replace("i̇", "i") + stem[1:]
        for front, back in _COMPOUNDS:
            compound = f"{front}{small}" if front else f"{stem}{back}"
            if compound not in plain_stems:
                compounds.append((compound, weight / 25, forms))
    return compounds


def _rhymes(given: list[str], men: int) -> tuple[AnyArray, AnyArray]:
    """(rhyme of the same sex, rhyme of the other sex) of each given name, -1 where none is."""
    same = np.full(len(given), -1, np.int16)
    across = np.full(len(given), -1, np.int16)
    number_of = {
        "m": {name: at for at, name in enumerate(given[:men])},
        "f": {name: at for at, name in enumerate(given[men:], start=men)},
    }
    for row in _rows("rhymes"):
        first_sex = row["sexes"][0]
        second_sex = row["sexes"][1]
        first = number_of[first_sex][row["first"]]
        second = number_of[second_sex][row["second"]]
        table = same if first_sex == second_sex else across
        table[first] = second
        table[second] = first
    return same, across


@cache
def lexicon() -> Lexicon:
    """The names shipped with the package."""
    given_rows = sorted(_rows("given_names"), key=lambda row: row["sex"] == "f")
    men = sum(row["sex"] == "m" for row in given_rows)
    given = [row["name"] for row in given_rows]
    plain = [
        (row["stem"], float(row["weight"]), row["forms"]) for row in _rows("surnames")
    ]
    stems = plain + _compounds(plain)
    allowed = [[form in forms.split("|") for form in FORMS] for _, _, forms in stems]
    rhymes, across = _rhymes(given, men)
    return Lexicon(
        given=tuple(given),
        men=men,
        given_shares=(_era_shares(given_rows[:men]), _era_shares(given_rows[men:])),
        stems=tuple(stem for stem, _, _ in stems),
        stem_shares=_cumulative(np.array([weight for _, weight, _ in stems])),
        form_shares=_cumulative(np.array(allowed) * np.array(_FORM_SHARES)),
        rhymes=rhymes,
        rhymes_across=across,
        russian={row["name"]: row["russian"] for row in _rows("russian")},
        streets=tuple((row["name"], row["kind"]) for row in _rows("streets")),
        villages=tuple(row["name"] for row in _rows("villages")),
        towns={int(row["constituency"]): row["town"] for row in _rows("towns")},
    )


def _era_shares(rows: list[dict[str, str]]) -> tuple[AnyArray, ...]:
    """The cumulative shares of the given names of one sex, by era."""
    shares = []
    for era in ERAS:
        weights = np.array([float(row[era]) for row in rows])
        shares.append(_cumulative(weights))
    return tuple(shares)


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
    small = lower(word)
    if script == "russian":
        spelled = _russian(small)
    else:
        table = _LETTERS[script]
        spelled = "".join(table.get(letter, letter) for letter in small)
    if word[:1] == small[:1]:
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


FIRST_YEAR, YEARS = 1890, 140
"""The birth years that a date can be written with."""

_WORDS = shipped_toml("voterlist.synth", "names", "spellings.toml")
"""The words beside names and addresses, by script."""


def style(script: Any, in_capitals: Any) -> Any:
    """The number of a way of typing: twice the script, and one more in capitals."""
    return script * 2 + in_capitals


@frozen
class Spellings:
    """Text columns.

    In each, the texts of one way of typing stand together, in the order of ``style``.

    Attributes:
        surname: index: style, stem, form, sex.
        given: index: style, given name.
        patronymic: index: style, particle (0 oğlu/qızı, 1 none, 2 -oviç/-ovna), sex, father's name.
        street: index: style, street.
        place: index: style, then the villages, then the towns of constituencies 0 to 125 (0: no
            town).
        house_word: index: style, form of address.
        flat_word: index: style, form of address.
        sex: index: style, form, sex.
        date: index: form of date, year since ``FIRST_YEAR``, month, day (12 x 31 a year).
    """

    surname: pa.Array
    given: pa.Array
    patronymic: pa.Array
    street: pa.Array
    place: pa.Array
    house_word: pa.Array
    flat_word: pa.Array
    sex: pa.Array
    date: pa.Array


def _patronymic(
    father: str, script: str, particle: int, sex: int, russian: dict[str, str]
) -> str:
    name = spell(father, script, russian)
    if particle == 1:
        return name
    if particle == 0:
        return " ".join((name, _WORDS[script]["particles"][sex]))
    ending: str = _WORDS[script]["soviet"][sex]
    if father[-1] in "aəeıioöuü":
        ending = (
            _WORDS[script]["soft"]
            + ("e" if script in {"latin", "ascii", "english"} else "е")
            + ending[1:]
        )
    return name + ending


def _street(name: str, kind: str, script: str, russian: dict[str, str]) -> str:
    spelled = spell(name, script, russian)
    kinds = _WORDS[script].get("streets", {})
    word = kinds.get(kind) or spell(kind, script)
    return f"{word} {spelled}" if script == "russian" else f"{spelled} {word}"


def _dates() -> pa.Array:
    forms = ("{d:02d}.{m:02d}.{y}", "{y}-{m:02d}-{d:02d}", "{d}.{m}.{y}", "{y}")
    return pa.array(
        [
            form.format(y=year, m=month, d=day)
            for form in forms
            for year in range(FIRST_YEAR, FIRST_YEAR + YEARS)
            for month in range(1, 13)
            for day in range(1, 32)
        ],
        pa.string(),
    )


def _in_all_styles(texts_of: Any) -> pa.Array:
    """The texts of each script as they are, then in capitals."""
    texts: list[str] = []
    for script in SCRIPTS:
        plain = texts_of(script)
        texts += plain
        texts += [capitals(text, script) for text in plain]
    return pa.array(texts, pa.string())


@cache
def spellings() -> Spellings:
    """All spellings of the lexicon."""
    names = lexicon()
    russian = names.russian

    def surnames(script: str) -> list[str]:
        texts = []
        for stem in names.stems:
            for form in range(len(FORMS)):
                for female in (False, True):
                    whole = surname(stem, form, female=female)
                    if script == "russian" and stem in russian:
                        rest = spell(whole[len(stem) :], script)
                        texts.append(russian[stem] + rest)
                    else:
                        texts.append(spell(whole, script))
        return texts

    def patronymics(script: str) -> list[str]:
        return [
            _patronymic(father, script, particle, sex, russian)
            for particle in range(3)
            for sex in (0, 1)
            for father in names.given[: names.men]
        ]

    def places(script: str) -> list[str]:
        town, village = (_WORDS[script][kind] for kind in ("town", "village"))
        towns = [spell(names.towns.get(number, ""), script) for number in range(126)]
        return [village.format(spell(name, script)) for name in names.villages] + [
            town.format(name) if name else "" for name in towns
        ]

    return Spellings(
        surname=_in_all_styles(surnames),
        given=_in_all_styles(
            lambda script: [spell(name, script, russian) for name in names.given]
        ),
        patronymic=_in_all_styles(patronymics),
        street=_in_all_styles(
            lambda script: [
                _street(name, kind, script, russian) for name, kind in names.streets
            ]
        ),
        place=_in_all_styles(places),
        house_word=_in_all_styles(lambda script: _WORDS[script]["houses"]),
        flat_word=_in_all_styles(lambda script: _WORDS[script]["flats"]),
        sex=_in_all_styles(lambda script: _WORDS[script]["sexes"]),
        date=_dates(),
    )
