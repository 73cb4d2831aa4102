"""Candidate pairs: each pair that some blocking key brings together, once, with its vector."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.arrays import AnyArray, Bools, Codes, Longs, pack_pairs
from voterlist.link import block, ranges, weigh
from voterlist.link.comparisons import SHIPPED
from voterlist.link.comparisons.base import Pairs
from voterlist.link.comparisons.vectors import Comparisons
from voterlist.link.encode import Encoded
from voterlist.link.incremental import Known
from voterlist.link.ranges import Range
from voterlist.model import OnProgress, frozen
from voterlist.processes.threads import each, in_turn, workers

_KINDS = {"left": np.int32, "right": np.int32, "vector": np.int64}
RECORD = np.dtype(list(_KINDS.items()))
"""A pair as it is put aside."""
_AT_ONCE = 1 << 20
"""So many pairs are read from a store at a time."""


class Store(Protocol):
    """Where pairs are put aside: rows of ``RECORD``, added at the end and read by their places."""

    def __len__(self) -> int: ...

    def add(self, rows: AnyArray) -> None:
        """Add rows at the end."""

    def between(self, start: int, stop: int) -> AnyArray:
        """The rows from one place up to another."""

    def another(self) -> Store:
        """A store beside this one, empty."""


@frozen
class Compared:
    """Pairs (``left[i]`` < ``right[i]``, positions in the list) and their comparison vectors."""

    left: Codes
    right: Codes
    vector: Longs
    """The packed vector of each pair."""
    vectors: weigh.VectorCounts
    """The distinct packed vectors."""
    afresh: int
    """How many of the pairs were compared; what the others are was known."""
    levels: Codes | Longs | None = None
    """The packed pair levels of each pair, where they are kept for the next linkage."""


@frozen
class Part:
    """Some of the candidate pairs, one after the other."""

    start: int
    """The place of the first among all."""
    left: Codes
    right: Codes
    vector: Longs


@frozen
class Candidates:
    """The candidate pairs in the order of left, then right, with their vectors.

    They are held in memory as one part, or stand in a store and are read part by part.
    """

    vectors: weigh.VectorCounts
    """The distinct packed vectors."""
    afresh: int
    """How many of the pairs were compared afresh; the others were reused."""
    held: Compared | None = None
    store: Store | None = None

    @classmethod
    def of(cls, parts: Iterator[Compared], store: Store | None = None) -> Candidates:
        """The pairs of these parts, which follow each other; put into the store if there is one.

        Raises:
            OSError: the disk of the store is full.
        """
        counts, kept, afresh = [], [], 0
        for part in parts:
            counts.append(part.vectors)
            afresh += part.afresh
            if store is None:
                kept.append(part)
            else:
                store.add(_record(part.left, part.right, part.vector))
        vectors = weigh.count(counts)
        if store is not None:
            return cls(vectors, afresh, store=store)
        left, right, vector = (
            np.concatenate([np.zeros(0, kind), *(getattr(part, name) for part in kept)])
            for name, kind in _KINDS.items()
        )
        of_parts = [part.levels for part in kept if part.levels is not None]
        levels: AnyArray = np.concatenate([np.zeros(0, np.int32), *of_parts])
        held = Compared(left, right, vector, vectors, afresh, levels)
        return cls(vectors, afresh, held)

    def __len__(self) -> int:
        if self.held is not None:
            return len(self.held.left)
        return 0 if self.store is None else len(self.store)

    def whole(self) -> tuple[Codes, Codes, Longs]:
        """(left, right, packed vectors) of all pairs, in memory."""
        return self.at(np.arange(len(self)))

    def parts(self) -> Iterator[Part]:
        """The pairs part by part; there is one at least."""
        if self.held is not None:
            yield Part(0, self.held.left, self.held.right, self.held.vector)
        elif self.store is not None:
            for start in range(0, max(len(self.store), 1), _AT_ONCE):
                rows = self.store.between(start, min(start + _AT_ONCE, len(self.store)))
                columns = (np.ascontiguousarray(rows[name]) for name in _KINDS)
                yield Part(start, *columns)

    def at(self, places: Longs) -> tuple[Codes, Codes, Longs]:
        """(left, right, packed vectors) of the pairs at these places, in their order."""
        left, right = np.zeros((2, len(places)), np.int32)
        vector = np.zeros(len(places), np.int64)
        for part in self.parts():
            inside = places - part.start
            here = np.flatnonzero((inside >= 0) & (inside < len(part.left)))
            inside = inside[here]
            left[here], right[here] = part.left[inside], part.right[inside]
            vector[here] = part.vector[inside]
        return left, right, vector

    def with_one_of(self, codes: Longs) -> Longs:
        """The places of the pairs whose packed vector is one of these."""
        # These are few: a look-up in a hash table of them is much faster than a search in the
        # sorted codes of all vectors.
        few = pa.array(codes)
        found = [
            part.start + np.flatnonzero(pc.is_in(pa.array(part.vector), value_set=few))
            for part in self.parts()
        ]
        return np.concatenate(found)

    def among(self, left: Codes, right: Codes) -> tuple[Longs, Bools]:
        """(the place of each of these pairs, whether it is a candidate at all)."""
        numbers = pack_pairs(left, right)
        where = np.zeros(len(numbers), np.int64)
        is_there = np.zeros(len(numbers), np.bool_)
        for part in self.parts():
            every = pack_pairs(part.left, part.right)
            place = np.searchsorted(every, numbers)
            here = np.flatnonzero(place < len(every))
            here = here[every[place[here]] == numbers[here]]
            where[here] = part.start + place[here]
            is_there[here] = True
        return where, is_there

    def compared_again(
        self, again: Callable[[Codes, Codes, Longs], Longs]
    ) -> Candidates:
        """The pairs with the packed vectors that ``again`` gives for (left, right, vectors)."""
        store = None if self.store is None else self.store.another()

        def parts() -> Iterator[Compared]:
            for part in self.parts():
                codes = again(part.left, part.right, part.vector)
                counts = weigh.count_chunk(codes)
                yield Compared(part.left, part.right, codes, counts, len(codes))

        found = Candidates.of(parts(), store)
        return Candidates(found.vectors, self.afresh, found.held, found.store)


def _record(left: Codes, right: Codes, vector: Longs) -> AnyArray:
    """Pairs as rows of ``RECORD``."""
    rows = np.empty(len(left), RECORD)
    rows["left"], rows["right"], rows["vector"] = left, right, vector
    return rows


def match_keys(blocks: list[block.Blocks], left: Codes, right: Codes) -> Longs:
    """Which keys bring each pair together, as bits: bit 0 the first key."""
    bits = np.zeros(len(left), np.int64)
    for number, key in enumerate(blocks):
        bits |= key.hold(left, right).astype(np.int64) << number
    return bits


def find(
    entries: Encoded,
    blocks: list[block.Blocks],
    chunk_pairs: int,
    progress: OnProgress,
    comparisons: Comparisons = SHIPPED,
    *,
    store: Store | None = None,
    known: Known | None = None,
) -> Candidates:
    """All candidate pairs.

    With ``known`` the pairs have their packed pair levels, for the next linkage. Those that are
    known are not compared: only their frequency-adjusted levels are worked out anew.

    State: 12 bytes for each run of partners, 16 for each pair where there is no store, 4 more for
    its pair levels, and the working arrays of one chunk.

    Raises:
        OSError: the disk of the store is full.
    """
    # Where memory is short no two keys are worked on at once.
    keys = (
        list(map(ranges.partners, blocks))
        if store is not None
        else each(ranges.partners, blocks)
    )

    def compared(part: Range) -> Compared:
        pairs = Pairs(entries, *ranges.pairs_of(keys, part))
        levels, afresh = None, len(pairs)
        if known is None:
            vectors = comparisons.compare(pairs)
        else:
            levels, afresh = _levels(pairs, comparisons, known)
            vectors = comparisons.adjust(pairs, comparisons.unpack_pair_levels(levels))
        codes = comparisons.pack(vectors)
        counts = weigh.count_chunk(codes)
        return Compared(pairs.left, pairs.right, codes, counts, afresh, levels)

    # Small enough that the ranges of all threads make one chunk.
    parts = ranges.cut(keys, entries.size, max(chunk_pairs // workers(), 1))
    return Candidates.of(_run_parts(compared, parts, progress), store)


def _levels(
    pairs: Pairs, comparisons: Comparisons, known: Known
) -> tuple[Codes | Longs, int]:
    """(the packed pair levels, how many pairs had to be compared for them)."""
    is_known, of_known = known.looked_up(pairs.left, pairs.right)
    new = np.flatnonzero(~is_known)
    of_new = comparisons.pack_pair_levels(comparisons.pair_levels(pairs.at(new)))
    levels = np.empty(len(pairs), of_new.dtype)
    levels[is_known], levels[new] = of_known, of_new
    return levels, len(new)


def _run_parts(
    work: Callable[[Range], Compared], parts: list[Range], progress: OnProgress
) -> Iterator[Compared]:
    """What the work gives for each range, with the progress told."""
    every, done = sum(part.pairs for part in parts), 0
    for part, given in zip(parts, in_turn(work, parts), strict=True):
        done += part.pairs
        progress("compare", done, every)
        yield given
