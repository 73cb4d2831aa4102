"""The people of one constituency: households of up to three generations, as whole numbers only.

Each household has eight places: the head's father and mother, the head (a man), the wife, three
children and a twin. All places are drawn for all households at once; who is not there (never
married, dead, moved out, not yet 18) is masked. A person is a row of codes into the lexicon.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from voterlist.synth.lexicon import ERA_STARTS, Lexicon

__all__ = ["People", "concat_people", "draw_forms", "draw_given", "draw_people", "draw_stems"]

Numbers = np.ndarray[Any, np.dtype[Any]]

_FATHER, _MOTHER, _HEAD, _WIFE, _CHILD, _TWIN = 0, 1, 2, 3, 4, 7
_FEMALE_PLACE = np.array([False, True, False, True])
_YEAR = 365.2425


@dataclass(frozen=True, slots=True)
class People:
    """One element a person in each array."""

    household: Numbers
    """int32, counted from 0, ascending."""
    female: Numbers
    stem: Numbers
    form: Numbers
    given: Numbers
    father: Numbers
    """The father's given name (its number in the lexicon)."""
    born: Numbers
    """int32: days since 1970-01-01."""

    def __len__(self) -> int:
        return len(self.household)


def concat_people(parts: list[People]) -> People:
    """The people one after another; the households are numbered on."""
    columns = {
        field.name: np.concatenate([getattr(part, field.name) for part in parts])
        for field in fields(People)
    }
    starts = np.cumsum(
        [0, *(int(part.household[-1]) + 1 if len(part) else 0 for part in parts[:-1])]
    )
    shift = np.repeat(starts, [len(part) for part in parts])
    columns["household"] = (columns["household"] + shift).astype(np.int32)
    return People(**columns)


def draw_stems(rng: np.random.Generator, names: Lexicon, count: int) -> Numbers:
    """Surname stems by their shares: int16."""
    stems: Numbers = np.searchsorted(names.stem_shares, rng.random(count), side="right").astype(
        np.int16
    )
    return stems


def draw_forms(rng: np.random.Generator, names: Lexicon, stems: Numbers) -> Numbers:
    """A family of endings for each stem, among those the stem allows: int8."""
    forms: Numbers = (
        (rng.random(len(stems))[:, None] >= names.form_shares[stems]).sum(axis=1).astype(np.int8)
    )
    return forms


def draw_given(rng: np.random.Generator, names: Lexicon, female: Numbers, born: Numbers) -> Numbers:
    """Given names by sex and by the era of the birth day: int16."""
    chance = rng.random(len(female))
    years = 1970 + born / _YEAR
    era = np.searchsorted(np.array(ERA_STARTS), years, side="right")
    given = np.empty(len(female), np.int16)
    for sex in (0, 1):
        for at, shares in enumerate(names.given_shares[sex]):
            rows = (female == bool(sex)) & (era == at)
            given[rows] = np.searchsorted(shares, chance[rows], side="right") + sex * names.men
    return given


def _draw_ages(rng: np.random.Generator, count: int) -> Numbers:
    """Ages in years by household and place: (count, 8)."""
    ages = np.zeros((count, 8))
    head = 21 + 66 * rng.beta(1.45, 2.1, count)
    wife = np.maximum(head - rng.normal(4, 3, count), 18.2)
    ages[:, _HEAD], ages[:, _WIFE] = head, wife
    mother = head + 19 + rng.gamma(3, 2.5, count)
    ages[:, _MOTHER] = mother
    ages[:, _FATHER] = mother + np.maximum(rng.normal(4, 3, count), -3)
    births = 20 + rng.gamma(1.6, 2.0, count)
    for place in range(_CHILD, _TWIN):
        ages[:, place] = wife - births
        births = births + 1.2 + rng.gamma(1.6, 1.6, count)
    return ages


def _alive(rng: np.random.Generator, ages: Numbers) -> Numbers:
    """True where a person of this age is alive, by a smooth law of mortality among the old."""
    return rng.random(ages.shape) < np.exp(-np.exp((ages - 84) / 8.5))


def _draw_presence(rng: np.random.Generator, ages: Numbers, female: Numbers) -> Numbers:
    """Who of the eight places is there and at least 18; each household has at least one person."""
    count = len(ages)
    kind = rng.random(count)
    single, lone = kind < 0.21, (kind >= 0.21) & (kind < 0.28)
    single_female = rng.random(count) < 0.615
    there = np.zeros((count, 8), bool)
    there[:, _HEAD] = ~lone & ~(single & single_female)
    there[:, _WIFE] = ~(single & ~single_female)
    grown = ages[:, _CHILD:_TWIN] - 18
    leaves_after = np.where(female[:, _CHILD:_TWIN], 7.0, 11.0)
    stays = rng.random((count, 3)) < np.exp(-np.maximum(grown, 0) / leaves_after)
    there[:, _CHILD:_TWIN] = stays & (grown >= 0) & ~single[:, None]
    lives_along = rng.random((count, 2)) < np.array([0.20, 0.24])
    there[:, :_HEAD] = (
        lives_along
        & _alive(rng, ages[:, :_HEAD])
        & (ages[:, :_HEAD] < 99)
        & ~(single | lone)[:, None]
    )
    dead_head = there[:, _WIFE] & ~_alive(rng, ages[:, _HEAD])
    there[:, _HEAD] &= ~dead_head
    return there


def _name_children(
    rng: np.random.Generator, names: Lexicon, given: Numbers, female: Numbers, born: Numbers
) -> None:
    """Give the children names, in place.

    Some after the grandfather or the father, no two siblings the same.
    """
    count = len(given)
    head_father, head = given[:, _FATHER], given[:, _HEAD]
    for place in range(_CHILD, _TWIN):
        drawn = draw_given(rng, names, female[:, place], born[:, place])
        after = rng.random(count)
        son = ~female[:, place]
        drawn = np.where(son & (after < 0.03), head_father, drawn)
        drawn = np.where(son & (after > 0.996), head, drawn)
        for _ in range(3):
            elder = (given[:, _CHILD:place] == drawn[:, None]).any(axis=1)
            again = np.flatnonzero(elder)
            drawn[again] = draw_given(rng, names, female[again, place], born[again, place])
        given[:, place] = drawn


def _name_twins(
    rng: np.random.Generator, names: Lexicon, given: Numbers, female: Numbers, born: Numbers
) -> Numbers:
    """Make the last place a twin of one of the children, in place.

    Returns whose twin (the child's place).
    """
    count = len(given)
    every = np.arange(count)
    of = rng.integers(_CHILD, _TWIN, count)
    female[:, _TWIN] = female[every, of] ^ (rng.random(count) < 0.3)
    born[:, _TWIN] = born[every, of]
    sister = given[every, of]
    same_sex = female[:, _TWIN] == female[every, of]
    rhyme = np.where(same_sex, names.rhymes[sister], names.rhymes_across[sister])
    plain = draw_given(rng, names, female[:, _TWIN], born[:, _TWIN])
    chosen = np.where((rhyme >= 0) & (rng.random(count) < 0.6), rhyme, plain)
    for _ in range(3):
        again = np.flatnonzero((given[:, _CHILD:_TWIN] == chosen[:, None]).any(axis=1))
        chosen[again] = draw_given(rng, names, female[again, _TWIN], born[again, _TWIN])
    given[:, _TWIN] = chosen
    return of


def _draw_surnames(rng: np.random.Generator, names: Lexicon, count: int) -> tuple[Numbers, Numbers]:
    """Stems and forms by household and place.

    Wives and mothers have their own name or the husband's.
    """
    stem = np.repeat(draw_stems(rng, names, count)[:, None], 8, axis=1)
    form = np.repeat(draw_forms(rng, names, stem[:, 0])[:, None], 8, axis=1)
    for place in (_MOTHER, _WIFE):
        own = rng.random(count) < 0.45
        maiden = draw_stems(rng, names, count)
        stem[:, place] = np.where(own, maiden, stem[:, place])
        form[:, place] = np.where(own, draw_forms(rng, names, maiden), form[:, place])
    return stem, form


def draw_people(rng: np.random.Generator, names: Lexicon, count: int, today: int) -> People:
    """``count`` adults (18 on day ``today``, counted from 1970-01-01), ordered by household.

    The last household may be cut short.
    """
    ages = _draw_ages(rng, count)
    female = np.empty((count, 8), bool)
    female[:, :_CHILD] = _FEMALE_PLACE
    female[:, _CHILD:] = rng.random((count, 4)) < 0.475
    there = _draw_presence(rng, ages, female)
    needed = int(np.searchsorted(np.cumsum(there.sum(axis=1)), count)) + 1 if count else 0
    ages, female, there = ages[:needed], female[:needed], there[:needed]
    born = (today - np.ceil(ages * _YEAR)).astype(np.int32)

    given = np.empty((needed, 8), np.int16)
    for place in range(_CHILD):
        given[:, place] = draw_given(rng, names, female[:, place], born[:, place])
    _name_children(rng, names, given, female, born)
    of = _name_twins(rng, names, given, female, born)
    there[:, _TWIN] = there[np.arange(needed), of] & (rng.random(needed) < 0.025)
    stem, form = _draw_surnames(rng, names, needed)

    fathers_born = born.ravel() - np.int32(28 * _YEAR)
    father = draw_given(rng, names, np.zeros(needed * 8, bool), fathers_born).reshape(needed, 8)
    father[:, _HEAD] = given[:, _FATHER]
    father[:, _CHILD:] = given[:, _HEAD, None]

    households, places = np.nonzero(there)
    at = (households[:count], places[:count])
    return People(
        at[0].astype(np.int32), female[at], stem[at], form[at], given[at], father[at], born[at]
    )
