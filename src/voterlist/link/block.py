"""Which entries are compared at all: blocking on several keys, bounded by pairs, with every cut counted.

A key is a set of fields that must agree. Two entries are compared once, under the first key that brings
them together. A block that is too large is split by the key's further fields; the pairs that the split
parts are counted, never dropped unseen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from voterlist.link.arrays import Codes, Longs, Words
from voterlist.link.encode import Coded, Encoded
from voterlist.model import Profile

__all__ = ["Blocks", "Forecast", "Key", "agreeing", "build", "chunks", "field", "keys"]


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
    Key("given+date", ("given", "date"), ("sex", "constituency", "precinct")),
    Key("surname+date", ("stem", "date"), ("sex", "constituency", "precinct")),
    Key("given+patronymic+year", ("given", "patronymic", "year"), ("constituency", "precinct", "street")),
    Key("surname+given+year", ("stem", "given", "year"), ("constituency", "precinct", "street")),
    Key("patronymic+date", ("patronymic", "date"), ("sex", "constituency", "precinct")),
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
    Key("document-start", ("document_start",), ("initials",)),
)


def keys(profile: Profile) -> tuple[Key, ...]:
    """The blocking keys of a profile, the most telling first."""
    return _AZ if profile is Profile.AZ else _GENERIC


def _initials(entries: Encoded) -> Codes:
    """The first letters of surname and given name as one code; -1 where one is unknown."""

    def first(values: np.ndarray) -> np.ndarray:
        return np.array([ord(word[0]) for word in values] + [0], np.int32)

    known = (entries.stem.codes >= 0) & (entries.given.codes >= 0)
    code = first(entries.stem.values)[entries.stem.codes] * 0x10000 + first(entries.given.values)[entries.given.codes]
    return np.where(known, code, -1).astype(np.int32)


def _names(entries: Encoded) -> Codes:
    """Surname and given name as one code whichever stands first; -1 where one is unknown."""
    place = {word: code for code, word in enumerate(sorted({*entries.stem.values, *entries.given.values}))}

    def common(values: Words) -> Longs:
        return np.array([place[word] for word in values] + [-1], np.int64)

    one, other = common(entries.stem.values)[entries.stem.codes], common(entries.given.values)[entries.given.codes]
    known = (one >= 0) & (other >= 0)
    return np.where(known, np.minimum(one, other) * len(place) + np.maximum(one, other), -1)


def _derived(coded: Coded, derive: Callable[[str], str]) -> Codes:
    """The codes of what is derived from each value; -1 where that is empty."""
    derived = [derive(word) for word in coded.values]
    place = {word: code for code, word in enumerate(sorted({word for word in derived if word}))}
    return np.array([place.get(word, -1) for word in derived] + [-1], np.int32)[coded.codes]


def _numbers(line: str) -> str:
    """The numbers of an address line, when there are at least two: house and postcode outlive the street's spelling."""
    found = [word for word in line.split() if word.isdigit()]
    return " ".join(sorted(found)) if len(found) > 1 else ""


_DERIVED: dict[str, Callable[[Encoded], Codes | Longs]] = {
    "initials": _initials,
    "names": _names,
    "numbers": lambda entries: _derived(entries.address, _numbers),
    "document_start": lambda entries: _derived(entries.document, lambda word: word[:5]),
}


def field(entries: Encoded, name: str) -> Codes | Longs:
    """The codes of one field of a key, -1 where unknown."""
    if name in _DERIVED:
        return _DERIVED[name](entries)
    part = getattr(entries, name)
    if isinstance(part, Coded):
        return part.codes
    # A year, month or day of 0 is an unknown one.
    codes: Codes = np.where(part > 0, part, -1).astype(np.int32) if name in {"year", "month", "day"} else part
    return codes


def _joined(first: Longs, second: Codes | Longs) -> Longs:
    """Two codes as one, -1 where either is unknown: dense, so that a third can be joined without overflow."""
    known = (first >= 0) & (second >= 0)
    return np.where(known, first * (int(second.max(initial=0)) + 1) + second, -1)


def _dense(codes: Longs) -> Longs:
    """The same codes numbered 0, 1, 2 ...; -1 stays."""
    distinct, dense = np.unique(codes, return_inverse=True)
    return dense.astype(np.int64) - int(len(distinct) > 0 and distinct[0] < 0)


def _key_codes(entries: Encoded, fields: tuple[str, ...]) -> Longs:
    """One code an entry for the fields together, -1 where one of them is unknown."""
    codes = field(entries, fields[0]).astype(np.int64)
    for name in fields[1:]:
        part = field(entries, name)
        if int(codes.max(initial=0)) > np.iinfo(np.int64).max // (int(part.max(initial=0)) + 2):
            codes = _dense(codes)
        codes = _joined(codes, part)
    return codes


def _pairs(sizes: Longs) -> int:
    """Pairs inside blocks of these sizes."""
    return int((sizes * (sizes - 1) // 2).sum())


def _sizes_of(codes: Longs) -> tuple[Longs, Longs]:
    """(positions in order of code, sizes of the runs of one code); unknown codes are left out."""
    known = np.flatnonzero(codes >= 0)
    order = known[np.argsort(codes[known], kind="stable")]
    ordered = codes[order]
    cuts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if len(order) else np.zeros(0, np.int64)
    return order, np.diff(np.r_[cuts, len(order)])


def agreeing(entries: Encoded, fields: tuple[str, ...]) -> int:
    """How many pairs of the list agree on all these fields."""
    return _pairs(_sizes_of(_key_codes(entries, fields))[1])


def _split(entries: Encoded, key: Key, limit: int) -> tuple[Longs, int]:
    """Codes of the key in which no block passes ``limit`` while a split is left, and the pairs parted."""
    codes = _key_codes(entries, key.fields)
    parted = 0
    for name in key.splits:
        order, sizes = _sizes_of(codes)
        if not (sizes > limit).any():
            break
        large = np.repeat(sizes > limit, sizes)
        positions = order[large]
        before = _pairs(sizes[sizes > limit])
        part = field(entries, name)[positions]
        # An unknown split value is a value of its own here: its entries stay together, none is lost.
        finer = _dense(codes[positions]) * (int(part.max(initial=0)) + 2) + part + 1
        parted += before - _pairs(_sizes_of(finer)[1])
        codes = codes.copy()
        codes[positions] = int(codes.max(initial=0)) + 1 + _dense(finer)
    return codes, parted


def build(entries: Encoded, key: Key, limit: int) -> Blocks:
    """The blocks of one key over the list, none larger than ``limit`` entries.

    A block still too large when the key has no further field is cut from comparison under this key, and
    counted: such a block says only that many entries share a common value.
    """
    codes, parted = _split(entries, key, limit)
    order, sizes = _sizes_of(codes)
    kept = (sizes >= 2) & (sizes <= limit)
    parted += _pairs(sizes[sizes > limit])
    members = order[np.repeat(kept, sizes)].astype(np.int32)
    sizes = sizes[kept]
    block_of = np.full(entries.size, -1, np.int32)
    block_of[members] = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
    starts = np.r_[0, np.cumsum(sizes)].astype(np.int64)
    forecast = Forecast(key.name, len(sizes), _pairs(sizes), int(sizes.max(initial=0)), parted)
    return Blocks(key, block_of, members, starts, forecast)


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
