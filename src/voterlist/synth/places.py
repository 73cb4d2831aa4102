"""Where people are listed.

Precincts, dwellings with an address, and the clerks who type the lists.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from numpy.random import Generator

from voterlist.synth.lexicon import Lexicon
from voterlist.synth.rates import Rates
from voterlist.synth.spelling import SCRIPTS

Numbers = npt.NDArray[Any]

DATE_FORMS = ("dotted", "iso", "dotted-short", "year")
"""How a list writes birth dates: 05.03.1961, 1961-03-05, 5.3.1961, 1961."""

_FLATS = 36
_HOUSES = 60
_STREETS = 6
_URBAN = range(8, 50)
"""The constituencies of Baku, Gəncə, Sumqayıt and the other large towns."""


@dataclass(frozen=True, slots=True)
class Precincts:
    """One element a precinct.

    The last of a constituency is its temporary one, where nobody has a home.

    Attributes:
        constituency: int32: position of the constituency in the plan, from 0.
        number: the precinct's number in its constituency.
        temporary: bool: its list is a temporary one.
    """

    constituency: Numbers
    number: Numbers
    temporary: Numbers


@dataclass(frozen=True, slots=True)
class Dwellings:
    """One element a dwelling (its household has the same number).

    Attributes:
        precinct: int32: position of the precinct in the plan, from 0.
        village: int16: number of the village in the lexicon, -1 in a town.
        street: number of the street in the lexicon.
        house: the house number, without its letter.
        letter: int8: 0, or 1, 2, 3 for A, B, C behind the house number.
        flat: int16: 0 for a house without flats.
    """

    precinct: Numbers
    village: Numbers
    street: Numbers
    house: Numbers
    letter: Numbers
    flat: Numbers


@dataclass(frozen=True, slots=True)
class Clerks:
    """How each precinct's list is typed; one element a precinct.

    Attributes:
        script: int8: position in ``SCRIPTS``.
        capitals: bool: all in capitals.
        date_form: int8: position in ``DATE_FORMS``.
        address_form: 0 to 2: how the words for house and flat are written; 0 writes the town too.
        particle: int8: 0 oğlu/qızı, 1 the father's name alone, 2 -oviç/-ovna.
        sex_form: int8: 0 writes a word for the sex, 1 a letter.
        has_fin: bool: the list has a column for the FIN.
        has_document: bool: the list has a column for the document.
        has_sex: bool: the list has a column for the sex.
    """

    script: Numbers
    capitals: Numbers
    date_form: Numbers
    address_form: Numbers
    particle: Numbers
    sex_form: Numbers
    has_fin: Numbers
    has_document: Numbers
    has_sex: Numbers


def split_precincts(rng: Generator, household: Numbers, precinct_size: int) -> Numbers:
    """The precinct (from 0) of each household of a constituency; no household is cut in two.

    Args:
        rng: the stream.
        household: int32, ascending, one element a person.
        precinct_size: how many persons a precinct has on average; sizes stay within 0.65 to 1.35 of
            it.
    """
    if not len(household):
        return np.empty(0, np.int32)
    count = max(1, round(len(household) / precinct_size))
    shares = np.cumsum(rng.uniform(0.7, 1.3, count))
    bounds = shares / shares[-1] * len(household)
    first = np.flatnonzero(np.diff(household, prepend=-1))
    return np.minimum(np.searchsorted(bounds, first, side="right"), count - 1).astype(
        np.int32
    )


def draw_dwellings(
    rng: Generator,
    names: Lexicon,
    precinct: Numbers,
    constituency: int,
    *,
    apart: bool = False,
) -> Dwellings:
    """A dwelling with its address for each household.

    Args:
        rng: the stream.
        names: streets and villages.
        precinct: int32, ascending from 0: the precinct of each household.
        constituency: its number, which says whether it is mostly town.
        apart: no two precincts have one house: a street that several have is numbered through.
    """
    count = int(precinct[-1]) + 1 if len(precinct) else 0
    urban = rng.random(count) < (0.95 if constituency in _URBAN else 0.45)
    streets = rng.integers(0, len(names.streets), (count, _STREETS))
    village = np.where(urban, -1, rng.integers(0, len(names.villages), count))
    within = np.arange(len(precinct)) - np.searchsorted(precinct, precinct, side="left")
    in_town = urban[precinct]
    block = within // np.where(in_town, _FLATS, _HOUSES)
    street = streets[precinct, block % _STREETS]
    in_row = block // _STREETS
    house = np.where(in_town, 1 + in_row, 1 + within % _HOUSES + _HOUSES * in_row)
    first_house = np.where(in_town, rng.integers(0, 90, count)[precinct], 0)
    if apart:
        first_house = _numbered_through(
            (village[precinct] + 1) * len(names.streets) + street, precinct, house
        )
    return Dwellings(
        precinct=precinct,
        village=village[precinct].astype(np.int16),
        street=street.astype(np.int16),
        house=(house + first_house).astype(np.int16),
        letter=np.where(
            rng.random(len(precinct)) < 0.03, rng.integers(1, 4, len(precinct)), 0
        ).astype(np.int8)
        * ~in_town,
        flat=np.where(in_town, 1 + within % _FLATS, 0).astype(np.int16),
    )


def _numbered_through(street: Numbers, precinct: Numbers, house: Numbers) -> Numbers:
    """What each house number grows by, so that the precincts of a street follow each other."""
    pairs, where = np.unique(
        street.astype(np.int64) * (precinct.max(initial=0) + 1) + precinct,
        return_inverse=True,
    )
    first = np.flatnonzero(np.diff(pairs // (precinct.max(initial=0) + 1), prepend=-1))
    rank = np.arange(len(pairs)) - np.repeat(first, np.diff(first, append=len(pairs)))
    longest = np.zeros(len(pairs), np.int64)
    np.maximum.at(longest, where, house)
    before = np.cumsum(longest) - longest
    added: Numbers = (before - before[np.arange(len(pairs)) - rank])[where]
    return added


def draw_clerks(rng: Generator, rates: Rates, count: int) -> Clerks:
    """The habits of ``count`` clerks, one a precinct."""
    shares = np.cumsum(
        [
            rates.typed_ascii,
            rates.typed_english,
            rates.typed_azeri_cyrillic,
            rates.typed_russian,
        ]
    )
    script = (np.searchsorted(shares, rng.random(count), side="right") + 1) % len(
        SCRIPTS
    )
    russian = script == SCRIPTS.index("russian")
    date_form = np.searchsorted([0.6, 0.85], rng.random(count), side="right")
    year_only = rng.random(count) < rates.list_with_birth_year
    particle = np.where(rng.random(count) < 0.12, 1, 0)
    soviet = russian & (rng.random(count) < 0.5)
    return Clerks(
        script=script.astype(np.int8),
        capitals=rng.random(count) < rates.typed_capitals,
        date_form=np.where(year_only, DATE_FORMS.index("year"), date_form).astype(
            np.int8
        ),
        address_form=rng.integers(0, 3, count).astype(np.int8),
        particle=np.where(soviet, 2, particle).astype(np.int8),
        sex_form=rng.integers(0, 2, count).astype(np.int8),
        has_fin=rng.random(count) >= rates.list_without_fin,
        has_document=rng.random(count) >= rates.list_without_document,
        has_sex=rng.random(count) >= rates.list_without_sex,
    )
