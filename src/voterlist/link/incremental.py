"""What one linkage leaves for the next: which pairs were compared, and what each is by itself.

The keys of today say which pairs are candidates. One of two entries known again was compared
already where the earlier linkage had it: its levels are looked up.

Of an entry only checksums of what linkage reads are kept: an entry that says the same is known
again by them, wherever it stands and whatever its id is. Nothing that the list says of a pair is
kept, for the next list may say otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pyarrow as pa
import rapidfuzz

from voterlist.arrays import Bools, Codes, Hashes, Longs, mix, pack_pairs, salt_of
from voterlist.link.block import Blocks
from voterlist.link.comparisons import SHIPPED, with_added
from voterlist.link.comparisons.vectors import Comparisons
from voterlist.link.encode import Encoded, EncodedColumn
from voterlist.link.identifiers import Identifiers
from voterlist.model import frozen
from voterlist.persons.shared_values import text_hashes

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
_ADDED = " added "
"""In a fingerprint, what stands before the added comparisons."""
_FORM = 5
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
    "pairs": _pairs_schema(pa.int32()),
}
"""The tables in which a state is kept. Entries are named by their row."""


class NoStateError(ValueError):
    """Tables that are no state, or not a whole one."""


@frozen
class State:
    """What is known of the entries of a list and of their candidate pairs."""

    fingerprint: str
    """Names all besides the entries on which the candidate pairs depend: profile, keys, limits."""
    entries: Checksums
    left: Codes
    right: Codes
    levels: Codes | Longs
    """The packed pair levels of each pair; int64 where added comparisons make more codes."""

    def tables(self) -> dict[str, pa.Table]:
        """The state as ``TABLES``, without the fingerprint."""
        levels = pa.from_numpy_dtype(self.levels.dtype)
        return {
            "entries": pa.table(list(self.entries), schema=TABLES["entries"]),
            "pairs": pa.table(
                [self.left, self.right, self.levels], schema=_pairs_schema(levels)
            ),
        }

    @classmethod
    def of(cls, fingerprint: str, content: Mapping[str, pa.Table]) -> State:
        """The state in these tables.

        Raises:
            NoStateError: they are not what ``tables`` gave.
        """
        wide = _pairs_schema(pa.int64())
        known = {"entries": [TABLES["entries"]], "pairs": [TABLES["pairs"], wide]}
        if not all(
            name in content and content[name].schema in known[name] for name in TABLES
        ):
            raise NoStateError("the tables of a state have other columns")
        entries, (left, right, levels) = (
            [column.to_numpy() for column in content[name].columns] for name in TABLES
        )
        size = len(entries[0])
        _, _, added = fingerprint.partition(_ADDED)
        kinds = dict(pair.split("=") for pair in added.split())
        most = with_added(kinds).pair_level_codes
        inside = _below(left, size) and _below(right, size) and _below(levels, most)
        if not inside or (left >= right).any():
            raise NoStateError("the tables of a state do not belong together")
        return cls(fingerprint, np.stack(entries), left, right, levels)


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


def _hashes(values: pa.Array) -> Hashes:
    """A hash of each distinct text, and at the end, where the code -1 of the unknown points, 0."""
    return np.append(text_hashes(values), np.uint64(0))


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
        column = mix(values ^ salt_of(_SALT, number))
        column = column if codes is None else column[codes]
        first += column
        second += column * salt_of(_OTHER_SALT, number)
    return np.stack([mix(first), mix(second)])


def _number_equals(words: Hashes) -> tuple[Longs, Hashes, Longs]:
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
    between = _match_by_sorting(before[:, head:end], now[:, head:now_end])
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


def _match_by_sorting(before: Checksums, now: Checksums) -> Codes:
    """The same of lists of which nothing is known, by sorting both."""
    order, ordered, number = _number_equals(before[0])
    wanted, words, which = _number_equals(now[0])
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


@frozen
class Known:
    """Pairs of an earlier linkage, by the positions of today, in ascending order."""

    numbers: Longs
    """Left and right packed."""
    levels: Codes | Longs

    def looked_up(self, left: Codes, right: Codes) -> tuple[Bools, Codes | Longs]:
        """(whether each of these ascending pairs is known, the packed levels of those that are)."""
        numbers = pack_pairs(left, right)
        # All of them stand in one stretch of the known ones.
        first, last = numbers[[0, -1]] if len(numbers) else (0, -1)
        begin, end = np.searchsorted(self.numbers, (first, last + 1))
        if begin == end:
            return np.zeros(len(numbers), np.bool_), self.levels[:0]
        known = self.numbers[begin:end]
        place = np.minimum(np.searchsorted(known, numbers), len(known) - 1)
        is_known = known[place] == numbers
        return is_known, self.levels[begin:end][place[is_known]]


def known_pairs(state: State | None, marks: Checksums) -> Known:
    """The pairs of an earlier linkage whose entries both stand in a list with these checksums."""
    if state is None:
        return Known(np.zeros(0, np.int64), np.zeros(0, np.int32))
    then = positions_before(state.entries, marks)
    now = np.full(state.entries.shape[1], -1, np.int32)
    stays = np.flatnonzero(then >= 0)
    now[then[stays]] = stays
    left, right = now[state.left], now[state.right]
    there = (left >= 0) & (right >= 0)
    left, right, levels = left[there], right[there], state.levels[there]
    numbers = pack_pairs(np.minimum(left, right), np.maximum(left, right))
    if (numbers[1:] < numbers[:-1]).any():
        # Mostly in order already, and this sort takes such runs as they are.
        order = np.argsort(numbers, kind="stable")
        numbers, levels = numbers[order], levels[order]
    return Known(numbers, levels)
