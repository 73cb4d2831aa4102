"""The people of one constituency: households of up to three generations, as whole numbers only.

Each household has eight places: the head's father and mother, the head (a man), the wife, three
children and a twin. All places are drawn for all households at once; who is not there (never
married, dead, moved out, not yet 18) is masked. A person is a row of codes into the lexicon.
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
from voterlist.synth.lexicon import ERA_STARTS, Lexicon

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
