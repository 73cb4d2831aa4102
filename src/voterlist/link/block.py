"""Which entries are compared at all: blocking on several keys, bounded by pairs, with every cut counted.

A key is a set of fields that must agree. Two entries are compared once, under the first key that brings
them together. A block that is too large is split by the key's further fields; the pairs that the split
parts are counted, never dropped unseen.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from voterlist.link.arrays import Codes, Longs
from voterlist.link.encode import ADDRESS_WORDS, Encoded
from voterlist.link.fields import field, together
from voterlist.link.grouping import dense, pairs_inside, runs
from voterlist.model import Profile

__all__ = ["Blocks", "Forecast", "Key", "agreeing", "build", "build_all", "chunks", "keys"]


@dataclass(frozen=True, slots=True)
class Key:
    """``fields`` must agree; ``splits`` are added one by one where a block is too large."""

    name: str
    fields: tuple[str, ...]
    splits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Forecast:
    """What one key will cost, known before a pair is made."""

    key: str
    blocks: int
    pairs: int
    largest: int
    """Entries in its largest block, after splitting."""
    not_compared: int
    """Pairs that agree on the key's fields but were parted because their block was too large."""


@dataclass(frozen=True, slots=True)
class Blocks:
    """The blocks of one key: ``members`` of block i stand from ``starts[i]`` to ``starts[i + 1]``."""

    key: Key
    block_of: Codes
    """The block of each entry, -1 where it stands in none."""
    members: Codes
    starts: Longs
    forecast: Forecast


_AZ = (
    Key("fin", ("fin",), ("date", "given")),
    Key("document", ("document",), ("date", "given")),
    Key("given+patronymic+date", ("given", "patronymic", "date"), ("stem",)),
    Key("surname+given+date", ("stem", "given", "date"), ("patronymic",)),
    Key("surname+patronymic+date", ("stem", "patronymic", "date"), ("given",)),
    Key("surname+given+patronymic", ("stem", "given", "patronymic"), ("year", "date")),
    # One name and the date leave many strangers; a first letter more leaves those whom a slip could explain.
    Key("given+date+surname-initial", ("given", "date", "stem_initial"), ("constituency", "precinct")),
    Key("given+date+patronymic-initial", ("given", "date", "patronymic_initial"), ("constituency", "precinct")),
    Key("surname+date+given-initial", ("stem", "date", "given_initial"), ("constituency", "precinct")),
    Key("patronymic+date+given-initial", ("patronymic", "date", "given_initial"), ("constituency", "precinct")),
    Key("surname+date", ("stem", "date"), ("constituency", "precinct")),
    Key("given+date+place", ("given", "date", "constituency"), ("precinct",)),
    Key("patronymic+date+place", ("patronymic", "date", "constituency"), ("precinct",)),
    Key("names+date", ("names", "date"), ()),
    # Without a full date: the year, and more of the name or the same constituency.
    Key("given+patronymic+year", ("given", "patronymic", "year", "stem_initial"), ("constituency", "precinct")),
    Key("given+patronymic+year+place", ("given", "patronymic", "year", "constituency"), ("precinct", "street")),
    Key("surname+given+year", ("stem", "given", "year", "patronymic_initial"), ("constituency", "precinct")),
    Key("surname+given+year+place", ("stem", "given", "year", "constituency"), ("precinct", "street")),
    # One home, for names or dates that went wrong.
    Key("given+house", ("given", "street", "house", "constituency"), ("year",)),
    Key("date+house", ("date", "street", "house", "constituency"), ()),
    Key("surname+given+street", ("stem", "given", "street", "constituency"), ("year",)),
)

_GENERIC = (
    Key("fin", ("fin",), ("date", "given")),
    Key("document", ("document",), ("date", "given")),
    Key("given+date", ("given", "date"), ("stem",)),
    Key("surname+date", ("stem", "date"), ("given",)),
    Key("surname+given", ("stem", "given"), ("year", "date")),
    Key("date", ("date",), ("initials",)),
    Key("address", ("address",), ("given", "date")),
    Key("surname+year", ("stem", "year"), ("initials", "month")),
    Key("given+year", ("given", "year"), ("initials", "month")),
    Key("surname+month+day", ("stem", "month", "day"), ("initials",)),
    Key("given+month+day", ("given", "month", "day"), ("initials",)),
    Key("initials+year+month", ("initials", "year", "month"), ("day",)),
    Key("initials+year+day", ("initials", "year", "day"), ("month",)),
    Key("surname+initials", ("stem", "initials"), ("year",)),
    Key("given+initials", ("given", "initials"), ("year",)),
    Key("names", ("names",), ("year", "date")),
    Key("given+address", ("given", "address"), ("year",)),
    Key("surname+address", ("stem", "address"), ("year",)),
    Key("initials+numbers", ("initials", "numbers"), ("year",)),
    Key("surname+numbers", ("stem", "numbers"), ("year",)),
    Key("given+numbers", ("given", "numbers"), ("year",)),
    Key("address-start", ("address_start",), ("initials",)),
    Key("document-start", ("document_start",), ("initials",)),
    *(Key(f"rare-address-word-{name[-1]}", (name,), ("initials",)) for name in ADDRESS_WORDS),
)

_WHOLE = Key("every-pair", ())
"""A short list of the profile ``generic`` is compared whole: no error in any field keeps two entries apart."""


def keys(profile: Profile, size: int, limit: int) -> tuple[Key, ...]:
    """The blocking keys for a list of ``size`` entries, the most telling first.

    ``generic`` compares every pair of a list that fits into one block of ``limit`` entries.
    """
    if profile is Profile.AZ:
        return _AZ
    return (_WHOLE,) if size <= limit else _GENERIC


def agreeing(entries: Encoded, fields: tuple[str, ...]) -> int:
    """How many pairs of the list agree on all these fields."""
    return pairs_inside(runs(together(entries, fields))[1])


def _split(entries: Encoded, key: Key, limit: int) -> tuple[Longs, int]:
    """Codes of the key in which no block passes ``limit`` while a split is left, and the pairs parted."""
    codes = together(entries, key.fields)
    parted = 0
    for name in key.splits:
        order, sizes = runs(codes)
        if not (sizes > limit).any():
            break
        large = np.repeat(sizes > limit, sizes)
        positions = order[large]
        before = pairs_inside(sizes[sizes > limit])
        part = field(entries, name)[positions]
        # An unknown split value is a value of its own here: its entries stay together, none is lost.
        finer = dense(codes[positions]) * (int(part.max(initial=0)) + 2) + part + 1
        parted += before - pairs_inside(runs(finer)[1])
        codes = codes.copy()
        codes[positions] = int(codes.max(initial=0)) + 1 + dense(finer)
    return codes, parted


def build(entries: Encoded, key: Key, limit: int) -> Blocks:
    """The blocks of one key over the list, none larger than ``limit`` entries.

    A block still too large when the key has no further field is cut from comparison under this key, and
    counted: such a block says only that many entries share a common value.
    """
    codes, parted = _split(entries, key, limit)
    order, sizes = runs(codes)
    kept = (sizes >= 2) & (sizes <= limit)
    parted += pairs_inside(sizes[sizes > limit])
    members = order[np.repeat(kept, sizes)].astype(np.int32)
    sizes = sizes[kept]
    block_of = np.full(entries.size, -1, np.int32)
    block_of[members] = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
    starts = np.r_[0, np.cumsum(sizes)].astype(np.int64)
    forecast = Forecast(key.name, len(sizes), pairs_inside(sizes), int(sizes.max(initial=0)), parted)
    return Blocks(key, block_of, members, starts, forecast)


def build_all(entries: Encoded, profile: Profile, limit: int) -> list[Blocks]:
    """The blocks of every key of a profile, the most telling key first."""
    return [build(entries, key, limit) for key in keys(profile, entries.size, limit)]


def chunks(blocks: Blocks, chunk_pairs: int) -> Iterator[tuple[Codes, Codes]]:
    """All pairs (left position, right position; left < right) inside the blocks, about ``chunk_pairs`` at a time."""
    sizes = np.diff(blocks.starts)
    if not len(sizes):
        return
    total = np.cumsum(sizes * (sizes - 1) // 2)
    first = 0
    while first < len(sizes):
        done = int(total[first - 1]) if first else 0
        last = max(first + 1, int(np.searchsorted(total, done + chunk_pairs, side="right")))
        yield _pairs_within(blocks, sizes, first, last)
        first = last


def _pairs_within(blocks: Blocks, sizes: Longs, first: int, last: int) -> tuple[Codes, Codes]:
    """The pairs of the blocks from ``first`` up to, not including, ``last``."""
    begin, end = int(blocks.starts[first]), int(blocks.starts[last])
    ends = np.repeat(blocks.starts[first + 1 : last + 1], sizes[first:last])
    place = np.arange(begin, end)
    followers = ends - place - 1
    left = np.repeat(place, followers)
    step = np.arange(len(left)) - np.repeat(np.cumsum(followers) - followers, followers)
    one, other = blocks.members[left], blocks.members[left + 1 + step]
    return np.minimum(one, other), np.maximum(one, other)
