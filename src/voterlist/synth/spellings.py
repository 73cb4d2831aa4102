"""Every name in every spelling, as Arrow columns to take from.

Made once, indexed by whole numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy.typing as npt
import pyarrow as pa

from voterlist.synth.lexicon import FORMS, lexicon, surname
from voterlist.synth.spelling import SCRIPTS, capitals, spell

Numbers = npt.NDArray[Any]

FIRST_YEAR, YEARS = 1890, 140
"""The birth years that a date can be written with."""

_PARTICLES = {
    "latin": ("oğlu", "qızı"),
    "ascii": ("oglu", "qizi"),
    "english": ("oghlu", "gizi"),
    "azeri-cyrillic": ("оғлу", "гызы"),
    "russian": ("оглы", "кызы"),
}
_SOVIET = {
    "latin": ("oviç", "ovna"),
    "ascii": ("ovic", "ovna"),
    "english": ("ovich", "ovna"),
    "azeri-cyrillic": ("ович", "овна"),
    "russian": ("ович", "овна"),
}
_SOFT = {
    "latin": "y",
    "ascii": "y",
    "english": "y",
    "azeri-cyrillic": "",
    "russian": "",
}
"""What stands between a vowel and -eviç: Əliyeviç, Алиевич."""
_SEXES = {
    "latin": (("kişi", "qadın"), ("K", "Q")),
    "ascii": (("kisi", "qadin"), ("K", "Q")),
    "english": (("male", "female"), ("M", "F")),
    "azeri-cyrillic": (("киши", "гадын"), ("К", "Г")),
    "russian": (("муж", "жен"), ("М", "Ж")),
}
_KINDS = {
    "english": {
        "küçəsi": "str.",
        "prospekti": "ave.",
        "şosesi": "highway",
        "yolu": "road",
    },
    "russian": {
        "küçəsi": "ул.",
        "prospekti": "пр.",
        "şosesi": "шоссе",
        "yolu": "дорога",
    },
}
_ADDRESS_WORDS: dict[str, tuple[tuple[str, str], ...]] = {
    # (house, flat) of each form of address
    "latin": ((", ev ", ", mənzil "), (", ev ", ", m. "), (" ", "-")),
    "ascii": ((", ev ", ", menzil "), (", ev ", ", m. "), (" ", "-")),
    "english": ((", house ", ", flat "), (", house ", ", apt. "), (" ", "-")),
    "azeri-cyrillic": ((", ев ", ", мәнзил "), (", ев ", ", м. "), (" ", "-")),
    "russian": ((", дом ", ", квартира "), (", д. ", ", кв. "), (" ", "-")),
}
_PLACES = {
    "latin": ("{} şəhəri", "{} kəndi"),
    "ascii": ("{} seheri", "{} kendi"),
    "english": ("{} city", "{} village"),
    "azeri-cyrillic": ("{} шәһәри", "{} кәнди"),
    "russian": ("г. {}", "с. {}"),
}


def style(script: Any, in_capitals: Any) -> Any:
    """The number of a way of typing: twice the script, and one more in capitals."""
    return script * 2 + in_capitals


@dataclass(frozen=True, slots=True)
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
        return f"{name} {_PARTICLES[script][sex]}"
    ending = _SOVIET[script][sex]
    if father[-1] in "aəeıioöuü":
        ending = (
            _SOFT[script]
            + ("e" if script in {"latin", "ascii", "english"} else "е")
            + ending[1:]
        )
    return name + ending


def _street(name: str, kind: str, script: str, russian: dict[str, str]) -> str:
    spelled = spell(name, script, russian)
    word = _KINDS.get(script, {}).get(kind) or spell(kind, script)
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
        town, village = _PLACES[script]
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
        house_word=_in_all_styles(
            lambda script: [house for house, _ in _ADDRESS_WORDS[script]]
        ),
        flat_word=_in_all_styles(
            lambda script: [flat for _, flat in _ADDRESS_WORDS[script]]
        ),
        sex=_in_all_styles(
            lambda script: [word for form in _SEXES[script] for word in form]
        ),
        date=_dates(),
    )
