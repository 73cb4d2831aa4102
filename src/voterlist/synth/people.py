"""The people of one constituency, and where they are listed; all as whole numbers.

Households have up to three generations. Each has eight places: the head's father and mother, the
head (a man), the wife, three children and a twin. All places are drawn for all households at once;
who is not there (never married, dead, moved out, not yet 18) is masked. A person is a row of codes
into the lexicon.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.random import Generator

from voterlist.arrays import AnyArray
from voterlist.model import frozen
from voterlist.synth.lexicon import ERA_STARTS, SCRIPTS, Lexicon

_FATHER, _MOTHER, _HEAD, _WIFE, _CHILD, _TWIN = 0, 1, 2, 3, 4, 7
_FEMALE_PLACE = np.array([False, True, False, True])
_YEAR = 365.2425
"""Days."""
_TRIES = 3
"""How often a name is drawn again where a brother or sister has it."""


@frozen
class Columns:
    """Arrays of one length, one element a thing."""

    def take(self, rows: AnyArray) -> Self:
        """These rows of each."""
        return replace(
            self,
            **{field.name: getattr(self, field.name)[rows] for field in fields(self)},
        )

    def joined(self, *others: Self) -> Self:
        """These, and those of the others behind them."""
        parts = (self, *others)
        return replace(
            self,
            **{
                field.name: np.concatenate(
                    [getattr(part, field.name) for part in parts]
                )
                for field in fields(self)
            },
        )


@frozen
class People(Columns):
    """One element a person in each array.

    Attributes:
        household: int32, counted from 0, ascending.
        female: bool.
        stem: int16, number of the surname's stem in the lexicon.
        form: int8, family of endings of the surname.
        given: int16, number of the given name in the lexicon: men's names first.
        father: int16, number of the father's given name.
        born: int32, days since 1970-01-01.
    """

    household: AnyArray
    female: AnyArray
    stem: AnyArray
    form: AnyArray
    given: AnyArray
    father: AnyArray
    born: AnyArray

    def __len__(self) -> int:
        return len(self.household)


def concat_people(parts: list[People]) -> People:
    """The people one after another; the households are numbered on."""
    numbered_on = []
    households = 0
    for part in parts:
        household = part.household + np.int32(households)
        numbered_on.append(replace(part, household=household))
        households = household.max(initial=households - 1) + 1
    return numbered_on[0].joined(*numbered_on[1:])


def draw_stems(rng: Generator, names: Lexicon, count: int) -> AnyArray:
    """Surname stems by their shares: int16."""
    chance = rng.random(count)
    stems: AnyArray = np.searchsorted(names.stem_shares, chance, side="right")
    return stems.astype(np.int16)


def draw_forms(rng: Generator, names: Lexicon, stems: AnyArray) -> AnyArray:
    """A family of endings for each stem, among those the stem allows: int8."""
    chance = rng.random(len(stems))
    passed = chance[:, None] >= names.form_shares[stems]
    forms: AnyArray = passed.sum(axis=1)
    return forms.astype(np.int8)


def draw_given(
    rng: Generator, names: Lexicon, female: AnyArray, born: AnyArray
) -> AnyArray:
    """Given names by sex and by the era of the birth day: int16.

    Args:
        rng: one draw a person.
        names: the shares of each name, by sex and era.
        female: bool, one element a person.
        born: days since 1970-01-01, likewise.
    """
    chance = rng.random(len(female))
    years = 1970 + born / _YEAR
    era_of_person = np.searchsorted(np.array(ERA_STARTS), years, side="right")
    given = np.empty(len(female), np.int16)
    for sex in (0, 1):
        first_name = sex * names.men
        of_sex = female == bool(sex)
        for era, shares in enumerate(names.given_shares[sex]):
            rows = of_sex & (era_of_person == era)
            drawn = np.searchsorted(shares, chance[rows], side="right")
            given[rows] = drawn + first_name
    return given


def _draw_ages(rng: Generator, count: int) -> AnyArray:
    """Ages in years by household and place: (count, 8).

    The wife's follows from the head's, the mother's too, the father's from the mother's, and the
    children's from the wife's age at each birth. The twin's is set later; here it is 0.
    """
    ages = np.zeros((count, 8))
    head = 21 + 66 * rng.beta(1.45, 2.1, count)
    younger_by = rng.normal(4, 3, count)
    wife = np.maximum(head - younger_by, 18.2)
    ages[:, _HEAD] = head
    ages[:, _WIFE] = wife
    mother = head + 19 + rng.gamma(3, 2.5, count)
    ages[:, _MOTHER] = mother
    older_by = rng.normal(4, 3, count)
    ages[:, _FATHER] = mother + np.maximum(older_by, -3)
    births = 20 + rng.gamma(1.6, 2.0, count)
    for place in range(_CHILD, _TWIN):
        ages[:, place] = wife - births
        until_next = 1.2 + rng.gamma(1.6, 1.6, count)
        births = births + until_next
    return ages


def _alive(rng: Generator, ages: AnyArray) -> AnyArray:
    """True where a person of this age is alive, by a smooth law of mortality among the old.

    The hazard grows e-fold in 8.5 years (Gompertz); at 84 a share of 1/e is alive.
    """
    hazard = np.exp((ages - 84) / 8.5)
    return rng.random(ages.shape) < np.exp(-hazard)


def _draw_presence(rng: Generator, ages: AnyArray, female: AnyArray) -> AnyArray:
    """Who of the eight places is there and at least 18: bool, (count, 8).

    Each household has at least one person: a single man or woman, a lone parent, or a couple.
    Children may have left home, parents live along with some couples, and some wives are widows.
    """
    count = len(ages)
    kind = rng.random(count)
    single = kind < 0.21
    lone_parent = (kind >= 0.21) & (kind < 0.28)
    single_female = rng.random(count) < 0.615
    there = np.zeros((count, 8), bool)
    single_woman = single & single_female
    single_man = single & ~single_female
    there[:, _HEAD] = ~lone_parent & ~single_woman
    there[:, _WIFE] = ~single_man

    years_grown = ages[:, _CHILD:_TWIN] - 18
    # Years after which a grown child has left home with a chance of 1 - 1/e.
    leaves_after = np.where(female[:, _CHILD:_TWIN], 7.0, 11.0)
    still_home = np.exp(-np.maximum(years_grown, 0) / leaves_after)
    stays = rng.random((count, 3)) < still_home
    there[:, _CHILD:_TWIN] = stays & (years_grown >= 0) & ~single[:, None]

    parents_ages = ages[:, :_HEAD]
    with_parents = ~(single | lone_parent)
    lives_along = rng.random((count, 2)) < np.array([0.20, 0.24])
    alive = _alive(rng, parents_ages) & (parents_ages < 99)
    there[:, :_HEAD] = lives_along & alive & with_parents[:, None]

    head_alive = _alive(rng, ages[:, _HEAD])
    widow = there[:, _WIFE] & ~head_alive
    there[:, _HEAD] &= ~widow
    return there


def _name_children(
    rng: Generator,
    names: Lexicon,
    given: AnyArray,
    female: AnyArray,
    born: AnyArray,
) -> None:
    """Give the children names, in place.

    Some after the grandfather or the father, no two siblings the same.

    Args:
        rng: draws the names.
        names: the shares of the names.
        given: names by household and place, those of the parents filled in.
        female: bool, by household and place.
        born: days since 1970-01-01, by household and place.
    """
    count = len(given)
    grandfather = given[:, _FATHER]
    father = given[:, _HEAD]
    for place in range(_CHILD, _TWIN):
        drawn = draw_given(rng, names, female[:, place], born[:, place])
        chance = rng.random(count)
        son = ~female[:, place]
        drawn = np.where(son & (chance < 0.03), grandfather, drawn)
        drawn = np.where(son & (chance > 0.996), father, drawn)
        elders = given[:, _CHILD:place]
        _redraw(rng, names, drawn, elders, female[:, place], born[:, place])
        given[:, place] = drawn


def _redraw(
    rng: Generator,
    names: Lexicon,
    drawn: AnyArray,
    siblings: AnyArray,
    female: AnyArray,
    born: AnyArray,
) -> None:
    """Draw the names again, in place, that a brother or sister of the household has."""
    for _ in range(_TRIES):
        again = np.flatnonzero((siblings == drawn[:, None]).any(axis=1))
        drawn[again] = draw_given(rng, names, female[again], born[again])


def _name_twins(
    rng: Generator,
    names: Lexicon,
    given: AnyArray,
    female: AnyArray,
    born: AnyArray,
) -> AnyArray:
    """Make the last place a twin of one of the children, in place.

    Names of twins often rhyme. No twin has the name of a brother or sister.

    Args:
        rng: draws whose twin, the sex and the name.
        names: the shares of the names, and which of them rhyme.
        given: names by household and place, those of the children filled in.
        female: bool, by household and place.
        born: days since 1970-01-01, by household and place.

    Returns:
        whose twin: the child's place, by household.
    """
    count = len(given)
    every = np.arange(count)
    twin_of = rng.integers(_CHILD, _TWIN, count)
    sibling_female = female[every, twin_of]
    sibling_given = given[every, twin_of]
    other_sex = rng.random(count) < 0.3
    female[:, _TWIN] = sibling_female ^ other_sex
    born[:, _TWIN] = born[every, twin_of]

    rhyme_across = names.rhymes_across[sibling_given]
    rhyme_same = names.rhymes[sibling_given]
    rhyme = np.where(other_sex, rhyme_across, rhyme_same)
    plain = draw_given(rng, names, female[:, _TWIN], born[:, _TWIN])
    rhymed = (rhyme >= 0) & (rng.random(count) < 0.6)
    chosen = np.where(rhymed, rhyme, plain)
    siblings = given[:, _CHILD:_TWIN]
    _redraw(rng, names, chosen, siblings, female[:, _TWIN], born[:, _TWIN])
    given[:, _TWIN] = chosen
    return twin_of


def _draw_surnames(
    rng: Generator, names: Lexicon, count: int
) -> tuple[AnyArray, AnyArray]:
    """Stems and forms by household and place: (count, 8) each.

    Wives and mothers have their own name or the husband's.
    """
    family_stem = draw_stems(rng, names, count)
    family_form = draw_forms(rng, names, family_stem)
    stem = np.repeat(family_stem[:, None], 8, axis=1)
    form = np.repeat(family_form[:, None], 8, axis=1)
    for place in (_MOTHER, _WIFE):
        own = rng.random(count) < 0.45
        maiden_stem = draw_stems(rng, names, count)
        maiden_form = draw_forms(rng, names, maiden_stem)
        stem[:, place] = np.where(own, maiden_stem, stem[:, place])
        form[:, place] = np.where(own, maiden_form, form[:, place])
    return stem, form


def draw_people(rng: Generator, names: Lexicon, count: int, today: int) -> People:
    """So many adults, ordered by household; the last household may be cut short.

    Args:
        rng: draws all that is drawn.
        names: the lexicon of names.
        count: how many people.
        today: the day on which all are 18 or older: days since 1970-01-01.
    """
    ages = _draw_ages(rng, count)
    female = np.empty((count, 8), bool)
    female[:, :_CHILD] = _FEMALE_PLACE
    female[:, _CHILD:] = rng.random((count, 4)) < 0.475
    there = _draw_presence(rng, ages, female)
    needed = _households_needed(there, count)
    ages, female, there = ages[:needed], female[:needed], there[:needed]
    born = (today - np.ceil(ages * _YEAR)).astype(np.int32)

    given = np.empty((needed, 8), np.int16)
    for place in range(_CHILD):
        given[:, place] = draw_given(rng, names, female[:, place], born[:, place])
    _name_children(rng, names, given, female, born)
    twin_of = _name_twins(rng, names, given, female, born)
    sibling_there = there[np.arange(needed), twin_of]
    there[:, _TWIN] = sibling_there & (rng.random(needed) < 0.025)
    stem, form = _draw_surnames(rng, names, needed)
    father = _draw_fathers(rng, names, given, born)

    households, places = np.nonzero(there)
    at = (households[:count], places[:count])
    return People(
        household=at[0].astype(np.int32),
        female=female[at],
        stem=stem[at],
        form=form[at],
        given=given[at],
        father=father[at],
        born=born[at],
    )


def _households_needed(there: AnyArray, count: int) -> int:
    """The number of households, from the first, that hold ``count`` people."""
    if not count:
        return 0
    people = np.cumsum(there.sum(axis=1))
    return int(np.searchsorted(people, count)) + 1


def _draw_fathers(
    rng: Generator, names: Lexicon, given: AnyArray, born: AnyArray
) -> AnyArray:
    """The father's given name by household and place.

    Drawn, with the usual names of a generation earlier, or that of the man who is there.
    """
    fathers_born = born.ravel() - np.int32(28 * _YEAR)
    men = np.zeros(born.size, bool)
    drawn = draw_given(rng, names, men, fathers_born)
    father = drawn.reshape(born.shape)
    father[:, _HEAD] = given[:, _FATHER]
    father[:, _CHILD:] = given[:, _HEAD, None]
    return father


# --- AnyArray of invented documents as text
# Each made from the person's number, so none is given out twice.


_FIN_LETTERS = np.frombuffer(b"0123456789ABCDEFGHJKLMNPQRSTUVWXYZ", np.uint8)
_DIGITS = np.frombuffer(b"0123456789", np.uint8)


def _column(characters: AnyArray) -> pa.Array:
    """Rows of single-byte characters (count x width, uint8) as a text column."""
    count, width = characters.shape
    offsets = np.arange(count + 1, dtype=np.int32) * width
    data = np.ascontiguousarray(characters)
    return pa.StringArray.from_buffers(count, pa.py_buffer(offsets), pa.py_buffer(data))


def _beside(left: AnyArray, right: AnyArray) -> pa.Array:
    """Rows of characters, each with those of the same row behind it, as a text column."""
    return _column(np.concatenate([left, right], axis=1))


def _in_base(values: AnyArray, width: int, letters: AnyArray) -> AnyArray:
    """Each number as ``width`` digits: the letters are the digits of the base."""
    base = np.uint64(len(letters))
    rest = values.astype(np.uint64)
    digits = np.empty((len(rest), width), np.uint8)
    for at in range(width - 1, -1, -1):
        rest, digit = np.divmod(rest, base)
        digits[:, at] = letters[digit.astype(np.int64)]
    return digits


def number_with(front: str, values: AnyArray, width: int = 7) -> pa.Array:
    """``front`` and each number with leading zeros: ``e0000001``."""
    digits = _in_base(values, width, _DIGITS)
    return _beside(_letters(front, len(values)), digits)


def fins(persons: AnyArray, seed: int) -> pa.Array:
    """A FIN for each person's number: seven digits and capital Latin letters but I and O.

    A one-to-one map of the numbers below 34^7, so two persons never share one: a multiplication by
    a number without a common factor, then two Feistel rounds so that neighbours' FINs look
    unrelated.
    """
    whole = np.uint64(34**7)
    low_count = np.uint64(34**4)
    high_count = np.uint64(34**3)
    shifted = persons.astype(np.uint64) + np.uint64(7919 + seed % 1000)
    values = shifted * np.uint64(1_299_709_387) % whole
    high, low = np.divmod(values, low_count)
    high = (high + low * low * np.uint64(7)) % high_count
    low = (low + high * high * np.uint64(11)) % low_count
    return _column(_in_base(high * low_count + low, 7, _FIN_LETTERS))


def documents(
    persons: AnyArray, version: AnyArray, new: AnyArray, seed: int
) -> pa.Array:
    """A document number per person: ``AZE`` and 8 digits, or 2 letters and 7 digits.

    Args:
        persons: the person's number.
        version: which of the person's documents, from 0; each has its own number.
        new: bool, whether it is the new card, the one with two letters.
        seed: moves all numbers on.
    """
    # Two numbers a person.
    values = persons.astype(np.uint64) * np.uint64(2)
    values += version.astype(np.uint64)
    values += np.uint64(seed % 997)
    values *= np.uint64(73_939_133)
    eight_digits = _in_base(values % np.uint64(10**8), 8, _DIGITS)
    old_card = _beside(_letters("AZE", len(values)), eight_digits)

    of_two_series = values % np.uint64(20_000_000)
    series = np.where(of_two_series < 10**7, 0, 1)
    fronts = np.array([list(b"AA"), list(b"AB")], np.uint8)[series]
    seven_digits = _in_base(of_two_series % np.uint64(10**7), 7, _DIGITS)
    new_card = _beside(fronts, seven_digits)
    return pc.if_else(new, new_card, old_card)


def _letters(text: str, count: int) -> AnyArray:
    """The letters of one text, once for each of ``count`` rows."""
    letters = np.frombuffer(text.encode("ascii"), np.uint8)
    return np.broadcast_to(letters, (count, len(text)))


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
