"""An invented nation in whole numbers: who lives where, on which list. No text yet.

Each part draws from a stream of its own, named by the seed, the part and the constituency, so a
part added or a constituency more does not change what the others drew.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
from numpy.random import Generator

from voterlist.arrays import AnyArray
from voterlist.errors import UsageError
from voterlist.model import frozen
from voterlist.synth.lexicon import Lexicon, lexicon
from voterlist.synth.people import (
    Clerks,
    Dwellings,
    People,
    Precincts,
    Rates,
    concat_people,
    draw_clerks,
    draw_dwellings,
    draw_given,
    draw_people,
    split_precincts,
)
from voterlist.synth.repeats import Done, Entries, Nation, draw_entries
from voterlist.synth.slips import LEVELS

CONSTITUENCIES = 125
VOTERS_A_CONSTITUENCY = 52_000
DISPLACED = (83, 84, 118, 119, 120, 121, 122, 123, 124, 125)
"""The ten constituencies that displaced people come from."""
_PARTS = (
    "sizes",
    "people",
    "places",
    "clerks",
    "repeats",
    "dead",
    "register",
    "typing",
    "statistics",
    "files",
    "faults",
    "carelessness",
)


def stream(seed: int, part: str, number: int = 0) -> Generator:
    """The stream of random numbers of one part and one constituency."""
    key = (_PARTS.index(part), number)
    sequence = np.random.SeedSequence(seed, spawn_key=key)
    return np.random.default_rng(sequence)


def default_constituencies(voters: int) -> int:
    """How many constituencies so many voters make.

    1 to 125, at most 52,000 voters in each of up to 125.
    """
    return min(max(-(-voters // VOTERS_A_CONSTITUENCY), 1), CONSTITUENCIES)


@frozen
class Dead:
    """The register of deaths, one element a row.

    Attributes:
        people: who died.
        constituency: int32: position in the plan.
        person: int32: number of the person who is still listed, -1 for one who is on no list.
        died: int32: days since 1970-01-01.
    """

    people: People
    constituency: AnyArray
    person: AnyArray
    died: AnyArray


@frozen
class Plan:
    """Everything that is to be typed.

    Attributes:
        seed: names the streams of random numbers.
        today: the day of the lists: days since 1970-01-01.
        rates: how often each thing is done.
        names: the lexicon of names.
        numbers: int32: the constituencies' numbers.
        people: one element a person.
        dwellings: one element a household.
        precincts: one element a precinct.
        clerks: one element a precinct: how its list is typed.
        entries: in the order of their constituency; ``starts`` says where each begins.
        starts: the first entry of each constituency, and behind them the number of entries.
        dead: the register of deaths.
    """

    seed: int
    today: int
    rates: Rates
    names: Lexicon
    numbers: AnyArray
    people: People
    dwellings: Dwellings
    precincts: Precincts
    clerks: Clerks
    entries: Entries
    starts: AnyArray
    dead: Dead


def _numbers(constituencies: int, given: Sequence[int] | None) -> AnyArray:
    if given is not None:
        if len(given) != constituencies or len(set(given)) != constituencies:
            raise UsageError(
                f"{constituencies} different constituency numbers are needed,"
                f" {len(set(given))} were given",
                todo="Give one number for each constituency.",
            )
        return np.array(given, np.int32)
    return np.arange(1, constituencies + 1, dtype=np.int32)


def _sizes(rng: Generator, voters: int, constituencies: int) -> AnyArray:
    """Voters by constituency, within a tenth of the mean, summing up to ``voters``."""
    shares = np.cumsum(rng.uniform(0.9, 1.1, constituencies))
    bounds = np.round(shares / shares[-1] * voters).astype(np.int64)
    return np.diff(bounds, prepend=0)


def _settle(
    seed: int,
    names: Lexicon,
    numbers: AnyArray,
    sizes: AnyArray,
    precinct_size: int,
    today: int,
    rates: Rates,
) -> tuple[People, Dwellings, Precincts]:
    """The people, dwellings and precincts of all constituencies."""
    people: list[People] = []
    dwellings: list[Dwellings] = []
    counts: list[int] = []
    apart = not rates.houses_repeated
    for at, (number, size) in enumerate(
        zip(numbers.tolist(), sizes.tolist(), strict=True)
    ):
        drawn = draw_people(stream(seed, "people", number), names, size, today)
        places = stream(seed, "places", number)
        precinct = split_precincts(places, drawn.household, precinct_size)
        people.append(drawn)
        homes = draw_dwellings(places, names, precinct, number, apart=apart)
        shift = np.int32(sum(counts) + at)
        dwellings.append(replace(homes, precinct=homes.precinct + shift))
        counts.append(int(precinct[-1]) + 1 if len(precinct) else 0)
    precincts = _all_precincts(np.array(counts))
    return concat_people(people), dwellings[0].joined(*dwellings[1:]), precincts


def _all_precincts(counts: AnyArray) -> Precincts:
    """So many precincts of each constituency, and one temporary list behind them."""
    with_temporary = counts + 1
    last = np.cumsum(with_temporary) - 1
    first = last - with_temporary + 1
    places = np.arange(int(with_temporary.sum()))
    constituencies = np.arange(len(counts), dtype=np.int32)
    constituency = np.repeat(constituencies, with_temporary)
    number = places - first[constituency] + 1
    return Precincts(
        constituency=constituency,
        number=number.astype(np.int32),
        temporary=np.isin(places, last),
    )


def _bury(
    seed: int,
    names: Lexicon,
    people: People,
    home: AnyArray,
    rates: Rates,
    today: int,
    count: int,
) -> tuple[Dead, AnyArray]:
    """The register of deaths, and the bits of ``Done`` for each person."""
    rng = stream(seed, "dead")
    age = (today - people.born) / 365.2425
    chance = np.exp((age - 60) / 12)
    chance *= rates.dead_listed * len(people) / max(float(chance.sum()), 1e-9)
    dead = rng.random(len(people)) < chance
    registered = dead & (rng.random(len(people)) < rates.dead_registered)
    dead_bit = np.where(dead, int(Done.DEAD_NOT_IN_REGISTER), 0)
    done = np.where(registered, int(Done.DEAD_IN_REGISTER), dead_bit)
    person = np.flatnonzero(registered).astype(np.int32)
    others = draw_people(rng, names, round(rates.deaths_elsewhere * len(person)), today)
    # Those who die are old: who is young among the others is made thirty years older.
    young = others.born > today - 50 * 365
    born = np.where(young, others.born - 30 * 365, others.born).astype(np.int32)
    given = draw_given(rng, names, others.female, born)
    everybody = people.take(person).joined(replace(others, born=born, given=given))
    total = len(everybody)
    order = rng.permutation(total)
    constituency = np.concatenate([home[person], rng.integers(0, count, len(others))])
    person_or_none = np.concatenate([person, np.full(len(others), -1)])
    days_ago = 1 + rng.integers(0, 3 * 365, total)
    register = Dead(
        people=everybody.take(order),
        constituency=constituency.astype(np.int32)[order],
        person=person_or_none.astype(np.int32)[order],
        died=(today - days_ago).astype(np.int32),
    )
    return register, done.astype(np.int32)


def _in_order(
    entries: Entries, precincts: Precincts, count: int
) -> tuple[Entries, AnyArray]:
    """The entries by constituency, and where each constituency begins."""
    constituency = precincts.constituency[entries.precinct]
    order = np.argsort(constituency.astype(np.int16), kind="stable")
    sizes = np.bincount(constituency, minlength=count)
    starts = np.concatenate([[0], np.cumsum(sizes)])
    return entries.take(order), starts


@frozen
class Country:
    """How an invented country is divided, and the day on which it is seen."""

    numbers: Sequence[int] | None = None
    """The numbers of the constituencies; without them 1, 2, 3 ..."""
    precinct_size: int = 1000
    """Persons per precinct, on average."""
    on_day: dt.date = dt.date(2026, 1, 1)
    """The day on which everyone is at least 18 years old."""


USUAL = Country()
"""A country as it is drawn where nothing else is wanted."""


def draw_plan(
    voters: int,
    *,
    constituencies: int,
    seed: int,
    rates: Rates | None = None,
    country: Country = USUAL,
) -> Plan:
    """The plan of a nation of ``voters`` persons; the same arguments give the same plan.

    Raises:
        UsageError: a count or a level is out of range, or the numbers do not fit the
            constituencies.
    """
    if voters < 0 or constituencies < 1 or country.precinct_size < 1:
        raise UsageError(
            "there can be no fewer than 0 voters, 1 constituency and 1 voter a precinct",
            todo="Give a larger number.",
        )
    rates = rates or Rates()
    if rates.carelessness not in range(len(LEVELS)):
        raise UsageError(
            f"the level of carelessness is a whole number up to {len(LEVELS) - 1}",
            todo="Give one of the levels.",
        )
    names = lexicon()
    today = (country.on_day - dt.date(1970, 1, 1)).days
    codes = _numbers(constituencies, country.numbers)
    sizes = _sizes(stream(seed, "sizes"), voters, constituencies)
    size = country.precinct_size
    people, dwellings, precincts = _settle(
        seed, names, codes, sizes, size, today, rates
    )
    displaced = np.zeros(constituencies, bool)
    if constituencies > 1:
        displaced = np.isin(codes, DISPLACED)
    nation = Nation(people, dwellings, precincts, displaced, rates)
    entries = draw_entries(stream(seed, "repeats"), names, nation, today)
    home = precincts.constituency[dwellings.precinct[people.household]]
    dead, done = _bury(seed, names, people, home, rates, today, constituencies)
    np.bitwise_or(entries.done, done[entries.person], out=entries.done)
    entries, starts = _in_order(entries, precincts, constituencies)
    clerks = draw_clerks(stream(seed, "clerks"), rates, len(precincts.number))
    return Plan(
        seed,
        today,
        rates,
        names,
        codes,
        people,
        dwellings,
        precincts,
        clerks,
        entries,
        starts,
        dead,
    )


# --- The register of the precincts' streets of an invented nation
# Which streets and houses belong to which precinct.


BORDERS = pa.schema(
    [
        ("constituency", pa.int32()),
        ("precinct", pa.int32()),
        ("settlement", pa.string()),
        ("street", pa.string()),
        ("houses", pa.string()),
    ]
)
"""One row a street of a precinct, as a commission types it; ``houses`` from the lowest to the
highest."""


def street(names: Lexicon, number: int) -> str:
    """A street with its kind."""
    return " ".join(names.streets[number])


def settlement(names: Lexicon, number: int) -> str | None:
    """A village with its kind; None for a town's streets, which stand without."""
    return f"{names.villages[number]} kəndi" if number >= 0 else None


def borders(plan: Plan, into: AnyArray) -> pa.Table:
    """BORDERS of all dwellings, by precinct, settlement and street.

    ``into`` gives the list in whose precinct each list's dwellings lie.
    """
    homes, names = plan.dwellings, plan.names
    houses = pa.table(
        {
            "list": into[homes.precinct],
            "village": homes.village,
            "street": homes.street,
            "house": homes.house,
        }
    )
    streets = houses.group_by(["list", "village", "street"], use_threads=False)
    ends = streets.aggregate([("house", "min"), ("house", "max")])
    rows = [
        {
            "constituency": int(plan.numbers[plan.precincts.constituency[place]]),
            "precinct": int(plan.precincts.number[place]),
            "settlement": settlement(names, village),
            "street": street(names, number),
            "houses": f"{low}-{high}",
        }
        for place, village, number, low, high in sorted(
            zip(*map(pa.ChunkedArray.to_pylist, ends.columns), strict=True)
        )
    ]
    return pa.Table.from_pylist(rows, BORDERS)
