"""Where people are listed.

Precincts, dwellings with an address, and the clerks who type the lists.
"""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from voterlist.arrays import AnyArray
from voterlist.model import frozen
from voterlist.synth.lexicon import SCRIPTS, Lexicon
from voterlist.synth.people import Columns


@frozen
class Rates:
    """Shares of changes to persons, entries and lists; defaults are estimated, not measured.

    With two constituencies or more, the defaults give 2.5 to 3 % of all persons a second entry.

    Attributes:
        same_precinct: a second time in the list of the same precinct.
        moved_within: after a move within the constituency.
        moved_across: after a move to another constituency.
        surname_by_marriage: under the surname of the husband, after a move.
        ending_changed: with another ending of the surname.
        temporary_list: on the temporary list of the constituency.
        displaced: of the persons whose home is in a constituency of displaced people.
        third_entry: of the persons with a second entry.
        dead_listed: of all persons; the old are hit more often than the young.
        dead_registered: of the dead still listed, those the register of deaths knows.
        deaths_elsewhere: deaths of people who are on no list, for one dead person still listed.
        death_unusable: of the register's rows, those that lack what is needed to recognise a
            person.
        typing_surname: a slip of the keyboard in the surname.
        typing_given_name: a slip of the keyboard in the given name.
        typing_patronymic: a slip of the keyboard in the patronymic.
        typing_address: a slip of the keyboard in the address.
        surname_missing: no surname.
        given_name_missing: no given name.
        patronymic_missing: no patronymic.
        birth_missing: no birth date.
        birth_year_only: the year of birth alone.
        day_month_swapped: day and month of the birth date exchanged.
        birth_digit: a digit of the birth date mistaken.
        birth_impossible: 31 February for the birth date.
        sex_missing: no sex.
        sex_wrong: the other sex.
        address_missing: no address.
        document_missing: no document.
        document_damaged: a document number that was copied badly.
        document_reissued: of the second entries, those that carry a later document.
        fin_missing: no FIN.
        fin_damaged: a FIN that was copied badly.
        fin_of_another: the FIN of the entry above.
        houses_repeated: whether two precincts may write one street and house; at 0 a street that
            several have is numbered through.
        list_without_fin: lists without a column for the FIN.
        list_without_document: lists without a column for the document.
        list_without_sex: lists without a column for the sex.
        list_with_birth_year: lists that write the year of birth alone.
        typed_ascii: lists in Azerbaijani Latin without its letters.
        typed_english: lists in English spelling.
        typed_azeri_cyrillic: lists in Azerbaijani Cyrillic.
        typed_russian: lists in Russian.
        typed_capitals: lists in capitals, whatever the script.
        carelessness: level, from 0 to 4, of slips that meet in a second entry; 0 adds none.
    """

    # Second entries: shares of all persons, by cause.
    same_precinct: float = 0.006
    moved_within: float = 0.0075
    moved_across: float = 0.0055
    surname_by_marriage: float = 0.0025
    ending_changed: float = 0.0013
    temporary_list: float = 0.0025
    displaced: float = 0.04
    third_entry: float = 0.04

    # The dead.
    dead_listed: float = 0.006
    dead_registered: float = 0.85
    deaths_elsewhere: float = 1.5
    death_unusable: float = 0.25

    # What a clerk does to one entry.
    typing_surname: float = 0.008
    typing_given_name: float = 0.006
    typing_patronymic: float = 0.008
    typing_address: float = 0.006
    surname_missing: float = 0.0002
    given_name_missing: float = 0.0002
    patronymic_missing: float = 0.015
    birth_missing: float = 0.001
    birth_year_only: float = 0.01
    day_month_swapped: float = 0.003
    birth_digit: float = 0.004
    birth_impossible: float = 0.0002
    sex_missing: float = 0.004
    sex_wrong: float = 0.001
    address_missing: float = 0.004
    document_missing: float = 0.04
    document_damaged: float = 0.004
    document_reissued: float = 0.35
    fin_missing: float = 0.04
    fin_damaged: float = 0.01
    fin_of_another: float = 0.0002

    houses_repeated: float = 1.0

    # What a list lacks altogether.
    list_without_fin: float = 0.12
    list_without_document: float = 0.06
    list_without_sex: float = 0.15
    list_with_birth_year: float = 0.05

    # How a list is typed; what is left over is Azerbaijani Latin.
    typed_ascii: float = 0.14
    typed_english: float = 0.07
    typed_azeri_cyrillic: float = 0.04
    typed_russian: float = 0.06
    typed_capitals: float = 0.12

    carelessness: int = 0


DATE_FORMS = ("dotted", "iso", "dotted-short", "year")
"""How a list writes birth dates: 05.03.1961, 1961-03-05, 5.3.1961, 1961."""

_FLATS = 36
_HOUSES = 60
_STREETS = 6
_URBAN = range(8, 50)
"""The constituencies of Baku, Gəncə, Sumqayıt and the other large towns."""


@frozen
class Precincts:
    """One element a precinct.

    The last of a constituency is its temporary one, where nobody has a home.

    Attributes:
        constituency: int32: position of the constituency in the plan, from 0.
        number: the precinct's number in its constituency.
        temporary: bool: its list is a temporary one.
    """

    constituency: AnyArray
    number: AnyArray
    temporary: AnyArray


@frozen
class Dwellings(Columns):
    """One element a dwelling (its household has the same number).

    Attributes:
        precinct: int32: position of the precinct in the plan, from 0.
        village: int16: number of the village in the lexicon, -1 in a town.
        street: number of the street in the lexicon.
        house: the house number, without its letter.
        letter: int8: 0, or 1, 2, 3 for A, B, C behind the house number.
        flat: int16: 0 for a house without flats.
    """

    precinct: AnyArray
    village: AnyArray
    street: AnyArray
    house: AnyArray
    letter: AnyArray
    flat: AnyArray


@frozen
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

    script: AnyArray
    capitals: AnyArray
    date_form: AnyArray
    address_form: AnyArray
    particle: AnyArray
    sex_form: AnyArray
    has_fin: AnyArray
    has_document: AnyArray
    has_sex: AnyArray


def split_precincts(
    rng: Generator, household: AnyArray, precinct_size: int
) -> AnyArray:
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
    precinct: AnyArray,
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


def _numbered_through(
    street: AnyArray, precinct: AnyArray, house: AnyArray
) -> AnyArray:
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
    added: AnyArray = (before - before[np.arange(len(pairs)) - rank])[where]
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
