"""What one linkage leaves for the next: which pairs were compared, and what each is by itself.

Of an entry only checksums of what linkage reads are kept: an entry that says the same is known
again by them, wherever it stands and whatever its id is. Nothing that the list says of a pair is
kept, for the next list may say otherwise.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import rapidfuzz

from voterlist import tables
from voterlist.arrays import Codes, Hashes, Longs, mix, salted, text_hashes
from voterlist.link.block import Blocks
from voterlist.link.comparisons import SHIPPED, Comparisons, with_added
from voterlist.link.encode import Encoded, EncodedColumn
from voterlist.link.identifiers import Identifiers

__all__ = [
    "TABLES",
    "NoStateError",
    "State",
    "block_members",
    "checksums",
    "fingerprint",
    "positions_before",
]

Checksums = Hashes
"""Two an entry, shape (2, entries)."""

_TEXTS = (
    "surname",
    "stem",
    "given_name",
    "patronymic",
    "address",
    "street",
    "house",
    "flat",
)
_IDENTIFIERS = ("fin", "document")
_NUMBERS = ("year", "month", "day", "sex", "constituency", "precinct")
_SALT, _OTHER_SALT = 0x9E3779B97F4A7C15, 0xD1B54A32D192ED03
_PART = 1 << 18
"""So many texts are hashed at a time."""
_ADDED = " added "
"""In a fingerprint, what stands before the added comparisons."""
_FORM = 2
"""The version of the format of a state and of the pair levels in it; a state of another version is
not read."""


def _pairs_schema(levels: pa.DataType) -> pa.Schema:
    """The table of pairs with packed pair levels of this type."""
    kinds = {"left": pa.int32(), "right": pa.int32(), "levels": levels}
    return pa.schema(
        [pa.field(name, kind, nullable=False) for name, kind in kinds.items()]
    )


TABLES = {
    "entries": pa.schema(
        [pa.field(name, pa.uint64(), nullable=False) for name in ("first", "second")]
    ),
    "blocks": pa.schema(
        [
            pa.field("key", pa.int16(), nullable=False),
            pa.field("block", pa.int32(), nullable=False),
            pa.field("entry", pa.int32(), nullable=False),
        ]
    ),
    "pairs": _pairs_schema(pa.int32()),
}
"""The tables in which a state is kept. Entries are named by their row; pairs stand in ascending
order."""


class NoStateError(ValueError):
    """Tables that are no state, or not a whole one."""


@dataclass(frozen=True, slots=True)
class State:
    """What is known of the entries of a list and of their candidate pairs."""

    fingerprint: str
    """Names all besides the entries on which the candidate pairs depend: profile, keys, limits."""
    entries: Checksums
    blocks: tuple[tuple[Codes, Codes], ...]
    """For each key the entries that stand in its blocks, and the block of each."""
    left: Codes
    right: Codes
    levels: Codes | Longs
    """The packed pair levels of each pair; int64 where added comparisons make more codes."""

    def tables(self) -> dict[str, pa.Table]:
        """The state as ``TABLES``, without the fingerprint."""
        blocks = [
            (np.full(len(entry), key, np.int16), block, entry)
            for key, (entry, block) in enumerate(self.blocks)
        ]
        columns = (
            [np.concatenate(column) for column in zip(*blocks, strict=True)]
            if blocks
            else [np.zeros(0)] * 3
        )
        content = {
            "entries": dict(zip(TABLES["entries"].names, self.entries, strict=True)),
            "blocks": dict(zip(TABLES["blocks"].names, columns, strict=True)),
            "pairs": {"left": self.left, "right": self.right, "levels": self.levels},
        }
        schemas = {
            **TABLES,
            "pairs": _pairs_schema(pa.from_numpy_dtype(self.levels.dtype)),
        }
        return {
            name: tables.from_columns(
                arrays, schemas[name], len(next(iter(arrays.values())))
            )
            for name, arrays in content.items()
        }

    @classmethod
    def of(cls, fingerprint: str, content: Mapping[str, pa.Table]) -> State:
        """The state in these tables.

        Raises:
            NoStateError: they are not what ``tables`` gave.
        """
        if not all(
            name in content and _is_schema(name, content[name].schema)
            for name in TABLES
        ):
            raise NoStateError("the tables of a state have other columns")
        columns = {
            name: {
                column: content[name].column(column).to_numpy()
                for column in schema.names
            }
            for name, schema in TABLES.items()
        }
        blocks, pairs = columns["blocks"], columns["pairs"]
        size = content["entries"].num_rows
        positions = (blocks["entry"], blocks["block"], pairs["left"], pairs["right"])
        inside = all(_below(column, size) for column in positions) and _below(
            pairs["levels"], _comparisons_of(fingerprint).pair_level_codes
        )
        if (
            not inside
            or (np.diff(blocks["key"]) < 0).any()
            or (pairs["left"] >= pairs["right"]).any()
        ):
            raise NoStateError("the tables of a state do not belong together")
        number = int(blocks["key"].max(initial=-1)) + 1
        cuts = np.searchsorted(blocks["key"], np.arange(number + 1))
        return cls(
            fingerprint,
            np.stack([columns["entries"][name] for name in TABLES["entries"].names]),
            tuple(
                (blocks["entry"][a:b], blocks["block"][a:b])
                for a, b in itertools.pairwise(cuts)
            ),
            pairs["left"],
            pairs["right"],
            pairs["levels"],
        )


def _is_schema(name: str, schema: pa.Schema) -> bool:
    return bool(
        schema == TABLES[name]
        or (name == "pairs" and schema == _pairs_schema(pa.int64()))
    )


def _comparisons_of(fingerprint: str) -> Comparisons:
    """The comparisons that a fingerprint names."""
    _, _, added = fingerprint.partition(_ADDED)
    return with_added(dict(one.split("=") for one in added.split()))


def _below(positions: Codes | Longs, size: int) -> bool:
    return bool(
        len(positions) == 0 or (positions.min() >= 0 and positions.max() < size)
    )


def fingerprint(
    entries: Encoded,
    blocks: list[Blocks],
    profile: str,
    limit: int,
    comparisons: Comparisons = SHIPPED,
    *,
    in_groups: bool,
) -> str:
    """Names all besides the entries on which candidate pairs and their pair levels depend."""
    lines = "lines" if entries.street.is_empty else "streets"
    names = " ".join(key.key.name for key in blocks)
    added = " ".join(
        f"{field}={kind}" for field, kind in comparisons.added_kinds.items()
    )
    fixed = f"{_FORM} {rapidfuzz.__version__} {profile} {limit} {lines} groups={in_groups} {names}"
    return f"{fixed}{_ADDED}{added}"


def block_members(blocks: list[Blocks]) -> tuple[tuple[Codes, Codes], ...]:
    """For each key the entries that stand in its blocks, and the block of each."""
    return tuple((key.members, key.numbers()) for key in blocks)


def _hashes(values: pa.Array) -> Hashes:
    """A hash of each distinct text, and at the end, where the code -1 of the unknown points, 0."""
    # A part at a time: as Python strings a nation's identifiers take a gigabyte.
    parts = [
        values.slice(start, _PART).to_pylist() for start in range(0, len(values), _PART)
    ]
    hashes = [text_hashes(np.array(part, dtype=object)) for part in parts]
    return np.concatenate([*hashes, np.zeros(1, np.uint64)])


def _read(
    entries: Encoded, groups: Codes | None
) -> Iterator[tuple[Hashes, Codes | Longs | None]]:
    """All that is read of an entry, column by column, as (words of 64 bits, codes).

    The codes say which word each entry has; without codes there is one word an entry, in order.
    """
    for name in _TEXTS:
        column: EncodedColumn = getattr(entries, name)
        yield _hashes(column.values), column.codes
    for name in _IDENTIFIERS:
        held: Identifiers = getattr(entries, name)
        yield (
            (held.codes.view(np.uint64), None)
            if held.texts is None
            else (_hashes(held.texts), held.codes)
        )
    for name in _NUMBERS:
        yield getattr(entries, name).astype(np.int64).view(np.uint64), None
    for column in entries.added.values():
        yield _hashes(column.values), column.codes
    if entries.village is not None:
        yield _hashes(entries.village.values), entries.village.codes
    if groups is not None:
        yield groups.astype(np.int64).view(np.uint64), None


def checksums(entries: Encoded, groups: Codes | None = None) -> Checksums:
    """Two checksums of 64 bits for each entry, of all that the comparison and the keys read of it.

    The group of an entry counts as well, for it decides with whom the entry is paired.
    """
    first, second = np.zeros(entries.size, np.uint64), np.zeros(entries.size, np.uint64)
    for number, (values, codes) in enumerate(_read(entries, groups)):
        column = mix(values ^ salted(_SALT, number))
        _add(first, second, number, column if codes is None else column[codes])
    return np.stack([mix(first), mix(second)])


def _add(first: Hashes, second: Hashes, number: int, column: Hashes) -> None:
    """Add a mixed column to the first sum, and an odd multiple of it to the second."""
    first += column
    second += column * salted(_OTHER_SALT, number)


def _numbered(words: Hashes) -> tuple[Longs, Hashes, Longs]:
    """(order, words in that order, the number of each among its equals, from 0)."""
    order = np.argsort(words, kind="stable")
    ordered = words[order]
    place = np.arange(len(words))
    first = (
        np.r_[True, ordered[1:] != ordered[:-1]]
        if len(words)
        else np.zeros(0, np.bool_)
    )
    return order, ordered, place - np.maximum.accumulate(np.where(first, place, 0))


def positions_before(before: Checksums, now: Checksums) -> Codes:
    """For each entry of this list its position in the list before.

    -1 where no entry before has the same checksums. Equal entries are matched in their order.
    """
    # Most lists begin and end as the list before: only between is there anything to look for.
    head, tail = _same_ends(before, now)
    end, now_end = before.shape[1] - tail, now.shape[1] - tail
    between = _matched(before[:, head:end], now[:, head:now_end])
    then = np.arange(now.shape[1], dtype=np.int32)
    then[head:now_end] = np.where(between >= 0, between + head, -1)
    then[now_end:] += end - now_end
    return then


def _same_ends(before: Checksums, now: Checksums) -> tuple[int, int]:
    """How many entries two lists share at their beginning, and behind it at their end."""
    shorter = min(before.shape[1], now.shape[1])
    head = _same_from_start(before[:, :shorter], now[:, :shorter])
    rest = shorter - head
    tail = _same_from_start(before[:, ::-1][:, :rest], now[:, ::-1][:, :rest])
    return head, tail


def _same_from_start(one: Checksums, other: Checksums) -> int:
    differing = np.flatnonzero((one != other).any(axis=0))
    return int(differing[0]) if len(differing) else one.shape[1]


def _matched(before: Checksums, now: Checksums) -> Codes:
    """The same of lists of which nothing is known, by sorting both."""
    order, ordered, number = _numbered(before[0])
    wanted, words, which = _numbered(now[0])
    then = np.full(len(words), -1, np.int32)
    if not len(order):
        return then
    start = np.searchsorted(ordered, words)
    place = np.minimum(start + which, len(order) - 1)
    position = order[place]
    same = (
        (ordered[place] == words)
        & (number[place] == which)
        & (before[1][position] == now[1][wanted])
    )
    then[wanted[same]] = position[same]
    return then
