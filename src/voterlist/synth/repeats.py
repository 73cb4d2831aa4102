"""Which persons stand on the lists a second time, where, and why."""

from __future__ import annotations

from dataclasses import replace
from enum import IntFlag

import numpy as np
from numpy.random import Generator

from voterlist.arrays import AnyArray
from voterlist.model import frozen
from voterlist.synth.lexicon import Lexicon
from voterlist.synth.people import (
    Columns,
    Dwellings,
    People,
    Precincts,
    Rates,
    draw_forms,
    draw_stems,
)


class Done(IntFlag):
    """What was done to an entry.

    In the truth the names stand in lower case with hyphens, joined with ``+``.
    """

    SAME_PRECINCT = 1
    MOVED_WITHIN = 1 << 1
    MOVED_ACROSS = 1 << 2
    DISPLACED = 1 << 3
    SURNAME_BY_MARRIAGE = 1 << 4
    ENDING_CHANGED = 1 << 5
    TEMPORARY_LIST = 1 << 6
    DOCUMENT_REISSUED = 1 << 7
    DEAD_IN_REGISTER = 1 << 8
    DEAD_NOT_IN_REGISTER = 1 << 9
    TYPED_ASCII = 1 << 10
    TYPED_ENGLISH = 1 << 11
    TYPED_AZERI_CYRILLIC = 1 << 12
    TYPED_RUSSIAN = 1 << 13
    TYPED_CAPITALS = 1 << 14
    TYPING_SURNAME = 1 << 15
    TYPING_GIVEN_NAME = 1 << 16
    TYPING_PATRONYMIC = 1 << 17
    TYPING_ADDRESS = 1 << 18
    SURNAME_MISSING = 1 << 19
    GIVEN_NAME_MISSING = 1 << 20
    PATRONYMIC_MISSING = 1 << 21
    BIRTH_MISSING = 1 << 22
    BIRTH_YEAR_ONLY = 1 << 23
    DAY_MONTH_SWAPPED = 1 << 24
    BIRTH_DIGIT = 1 << 25
    BIRTH_IMPOSSIBLE = 1 << 26
    SEX_WRONG = 1 << 27
    DOCUMENT_DAMAGED = 1 << 28
    FIN_DAMAGED = 1 << 29
    FIN_OF_ANOTHER = 1 << 30
    # Only careless second entries have what follows.
    SURNAME_INITIAL_LOST = 1 << 31
    GIVEN_NAME_INITIAL_LOST = 1 << 32
    GIVEN_NAME_INITIAL_ONLY = 1 << 33
    PATRONYMIC_INITIAL_ONLY = 1 << 34
    NAMES_EXCHANGED = 1 << 35
    BIRTH_DECADE = 1 << 36
    BIRTH_MONTH = 1 << 37
    IDENTIFIERS_MISSING = 1 << 38
    OTHER_ADDRESS = 1 << 39


SECOND_ENTRY = (
    Done.SAME_PRECINCT | Done.MOVED_WITHIN | Done.MOVED_ACROSS | Done.TEMPORARY_LIST
)
"""Every entry of a person but the first has one of these."""


def done_words(bits: int) -> str | None:
    """The names of the bits set, joined with ``+``; None where nothing was done."""
    names = [
        flag.name.lower().replace("_", "-")
        for flag in Done
        if bits & flag and flag.name
    ]
    return "+".join(names) or None


@frozen
class Entries(Columns):
    """One element an entry, before it is typed.

    Attributes:
        person: int32, number of the person.
        dwelling: int32, where the entry says the person lives.
        precinct: position in the plan of the precinct on whose list it stands.
        stem: int16, number of the surname's stem in the lexicon.
        form: int8, family of endings of the surname.
        document: int8, 0 for the person's first document, 1 for the next.
        done: int32, bits of ``Done``, of those below the 31st.
    """

    person: AnyArray
    dwelling: AnyArray
    precinct: AnyArray
    stem: AnyArray
    form: AnyArray
    document: AnyArray
    done: AnyArray


@frozen
class Nation:
    """Who lives where, from which the entries are drawn.

    Attributes:
        people: one element a person.
        dwellings: one element a household.
        precincts: one element a precinct.
        displaced: bool by constituency: home of displaced people.
        rates: how often a person stands twice.
    """

    people: People
    dwellings: Dwellings
    precincts: Precincts
    displaced: AnyArray
    rates: Rates

    @property
    def home(self) -> AnyArray:
        """The dwelling of each person."""
        return self.people.household

    def constituency(self, dwelling: AnyArray) -> AnyArray:
        """The constituency of each of these dwellings, counted from 0."""
        return self.precincts.constituency[self.dwellings.precinct[dwelling]]

    def first_dwelling(self) -> AnyArray:
        """The first dwelling of each constituency, and the number of dwellings behind them."""
        constituency = self.precincts.constituency[self.dwellings.precinct]
        sizes = np.bincount(constituency, minlength=len(self.displaced))
        return np.concatenate([[0], np.cumsum(sizes)])


def _take(rng: Generator, allowed: AnyArray, share: float, count: int) -> AnyArray:
    """Some ``share * count`` of the persons allowed, each at most once, ascending."""
    candidates = np.flatnonzero(allowed)
    wanted = min(len(candidates), round(share * count))
    if not wanted:
        return candidates[:0]
    return np.sort(rng.choice(candidates, wanted, replace=False))


def _elsewhere(rng: Generator, nation: Nation, homes: AnyArray, scope: str) -> AnyArray:
    """Another dwelling for each home; -1 where none was found in a few tries.

    Args:
        rng: draws the dwellings.
        nation: who lives where.
        homes: numbers of the dwellings.
        scope: ``within`` the constituency, in another precinct; or ``across``, in another
            constituency that is no home of displaced people.
    """
    first = nation.first_dwelling()
    home_constituency = nation.constituency(homes)
    if scope == "within":
        low = first[home_constituency]
        high = first[home_constituency + 1]
    else:
        low = np.zeros_like(homes)
        high = np.full_like(homes, first[-1])
    dwelling = np.full(len(homes), -1, np.int64)
    for _ in range(8):
        still_open = np.flatnonzero(dwelling < 0)
        drawn = rng.integers(low[still_open], high[still_open])
        if scope == "within":
            own_precinct = nation.dwellings.precinct[homes[still_open]]
            fits = nation.dwellings.precinct[drawn] != own_precinct
        else:
            constituency = nation.constituency(drawn)
            is_other = constituency != home_constituency[still_open]
            fits = is_other & ~nation.displaced[constituency]
        dwelling[still_open[fits]] = drawn[fits]
    return dwelling


def _entries(
    nation: Nation, person: AnyArray, dwelling: AnyArray, done: int
) -> Entries:
    """Entries of these persons at these dwellings; those without a dwelling (-1) are left out."""
    kept = dwelling >= 0
    person, dwelling = person[kept].astype(np.int32), dwelling[kept].astype(np.int32)
    people = nation.people
    return Entries(
        person=person,
        dwelling=dwelling,
        precinct=nation.dwellings.precinct[dwelling],
        stem=people.stem[person],
        form=people.form[person],
        document=np.zeros(len(person), np.int8),
        done=np.full(len(person), done, np.int32),
    )


def _move(
    rng: Generator, nation: Nation, person: AnyArray, scope: str, done: int
) -> Entries:
    """Entries of these persons at another dwelling; who finds none has no entry.

    Args:
        rng: draws the dwellings.
        nation: who lives where.
        person: numbers of the persons.
        scope: ``within`` their constituency, or ``across``.
        done: further bits of ``Done``.
    """
    cause = Done.MOVED_WITHIN if scope == "within" else Done.MOVED_ACROSS
    dwelling = _elsewhere(rng, nation, nation.home[person], scope)
    return _entries(nation, person, dwelling, done | cause)


def _moved_either(
    rng: Generator, nation: Nation, person: AnyArray, done: int
) -> Entries:
    """Seven in ten move within their constituency, the rest across, as far as there is room."""
    has_room = len(nation.displaced) > 1
    across = (rng.random(len(person)) < 0.3) & has_room
    within = _move(rng, nation, person[~across], "within", done)
    further = _move(rng, nation, person[across], "across", done)
    return within.joined(further)


def _rename(
    rng: Generator, nation: Nation, names: Lexicon, person: AnyArray
) -> Entries:
    """Entries of these persons elsewhere, under another surname, with another document."""
    moved = _moved_either(rng, nation, person, Done.SURNAME_BY_MARRIAGE)
    stem = draw_stems(rng, names, len(moved.person))
    form = draw_forms(rng, names, stem)
    second_document = np.ones_like(moved.document)
    return replace(moved, stem=stem, form=form, document=second_document)


_NEW_ENDINGS = np.array([1, 1, 2], np.int8)
"""The new ending is -li for two in three, -zadə for the others."""


def _change_ending(rng: Generator, nation: Nation, person: AnyArray) -> Entries:
    """Entries of these persons with another ending of the surname.

    Half of them have moved within their constituency; the others stand on their list twice.
    """
    moves = rng.random(len(person)) < 0.5
    stays = person[~moves]
    moved = _move(rng, nation, person[moves], "within", Done.ENDING_CHANGED)
    causes = Done.ENDING_CHANGED | Done.SAME_PRECINCT
    stayed = _entries(nation, stays, nation.home[stays], causes)
    both = moved.joined(stayed)
    form = rng.choice(_NEW_ENDINGS, len(both.person))
    return replace(both, form=form)


def _temporary(nation: Nation, person: AnyArray) -> Entries:
    """Entries of these persons on the temporary list of their constituency."""
    entries = _entries(nation, person, nation.home[person], Done.TEMPORARY_LIST)
    by_constituency = np.full(len(nation.displaced), -1, np.int32)
    rows = np.flatnonzero(nation.precincts.temporary)
    by_constituency[nation.precincts.constituency[rows]] = rows
    home = nation.constituency(entries.dwelling)
    return replace(entries, precinct=by_constituency[home])


def _second(rng: Generator, nation: Nation, names: Lexicon, today: int) -> Entries:
    """The second entries of all causes; a person has one cause."""
    people, rates, count = nation.people, nation.rates, len(nation.people)
    free = np.ones(count, bool)
    home = nation.constituency(nation.home)
    age = (today - people.born) / 365.2425
    whole = np.ones(count, bool)
    displaced = nation.displaced[home]
    several_forms = (names.form_shares[:, 0] > 0) & (names.form_shares[:, 0] < 1)

    def take(allowed: AnyArray, share: float, of: int = count) -> AnyArray:
        person = _take(rng, free & allowed, share, of)
        free[person] = False
        return person

    # Each cause draws its people, then their homes, so the order is part of the result.
    twice = take(whole, rates.same_precinct)
    first = _entries(nation, twice, nation.home[twice], Done.SAME_PRECINCT)
    parts: list[Entries] = []
    person = take(displaced, rates.displaced, int(displaced.sum()))
    parts.append(_move(rng, nation, person, "across", Done.DISPLACED))
    person = take(whole, rates.moved_within)
    parts.append(_move(rng, nation, person, "within", 0))
    person = take(~displaced, rates.moved_across)
    parts.append(_move(rng, nation, person, "across", 0))
    may_marry = people.female & (age > 19) & (age < 55)
    person = take(may_marry, rates.surname_by_marriage)
    parts.append(_rename(rng, nation, names, person))
    has_choice = (people.form == 0) & several_forms[people.stem]
    person = take(has_choice, rates.ending_changed)
    parts.append(_change_ending(rng, nation, person))
    person = take(whole, rates.temporary_list)
    parts.append(_temporary(nation, person))
    return first.joined(*parts)


def draw_entries(rng: Generator, names: Lexicon, nation: Nation, today: int) -> Entries:
    """One entry a person, in the order of the persons, then the second and third entries."""
    rates = nation.rates
    persons = np.arange(len(nation.people))
    first = _entries(nation, persons, nation.home, 0)
    second = _second(rng, nation, names, today)
    repeats = len(second.person)
    thrice = _take(rng, np.ones(repeats, bool), rates.third_entry, repeats)
    third = _move(rng, nation, second.person[thrice], "within", 0)
    extra = second.joined(third)
    by_chance = rng.random(len(extra.person)) < rates.document_reissued
    reissued = by_chance | (extra.document > 0)
    reissued_bit = np.where(reissued, int(Done.DOCUMENT_REISSUED), 0)
    extra = replace(
        extra,
        document=reissued.astype(np.int8),
        done=extra.done | reissued_bit.astype(np.int32),
    )
    return first.joined(extra)
