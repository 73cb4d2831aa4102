"""Comparison vectors: what all comparisons say of pairs of entries, and the vectors as integers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import prod

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

from voterlist.arrays import (
    Bools,
    Codes,
    Floats,
    Levels,
    Longs,
    pack_mixed,
    unpack_mixed,
)
from voterlist.link.comparisons.added import Added
from voterlist.link.comparisons.base import Comparison, Pairs, Shares
from voterlist.link.comparisons.given_name import GivenNameLevel
from voterlist.link.comparisons.names import (
    LEAST_GIVEN_NAMES,
    least_share,
    share_of_codes,
)
from voterlist.link.comparisons.surname import LEAST_SURNAMES, SurnameLevel
from voterlist.link.encode import Encoded
from voterlist.link.grid import on_grid
from voterlist.model import frozen

_LONG_ENOUGH = 4
"""Letters of a name in which one edit may be a slip."""


def mark_swapped(pairs: Pairs, levels: dict[str, Levels]) -> None:
    """Mark, in place, the levels of surnames and given names that changed places.

    *Swapped* where each surname is the other entry's given name or unknown, *crossed* where one
    surname is.
    """
    surname, given_name = levels["surname"], levels["given_name"]
    doubtful = np.flatnonzero(_may_have_changed_places(surname, given_name))
    if not len(doubtful):
        return
    near = pairs.at(doubtful)
    there, back = _are_crossed(near), _are_crossed(near.turned())
    unknown_there, unknown_back = _unknown(near), _unknown(near.turned())
    both = (there & back) | (there & unknown_back) | (unknown_there & back)
    half = doubtful[(there ^ back) & ~both]
    _set_both(surname, given_name, doubtful[both])
    known = given_name[half] != GivenNameLevel.MISSING
    given_name[half[known]] = GivenNameLevel.CROSSED
    surname[half[known]] = SurnameLevel.MISSING


def _may_have_changed_places(surname: Levels, given_name: Levels) -> Bools:
    """True where neither the surnames nor the given names agree, and one of them is known."""
    agree = (surname == SurnameLevel.SAME) | (surname == SurnameLevel.ENDING)
    agree |= (given_name == GivenNameLevel.SAME) | (
        given_name == GivenNameLevel.INITIAL
    )
    unknown = (surname == SurnameLevel.MISSING) & (given_name == GivenNameLevel.MISSING)
    return np.asarray(~(agree | unknown))


def _set_both(surname: Levels, given_name: Levels, where: np.ndarray) -> None:
    """Set the levels of names that changed places both ways; a missing level stays so."""
    has_surname = surname[where] != SurnameLevel.MISSING
    has_given_name = given_name[where] != GivenNameLevel.MISSING
    surname[where[has_surname]] = SurnameLevel.SWAPPED
    given_name[where[has_given_name & has_surname]] = GivenNameLevel.SWAPPED
    given_name[where[has_given_name & ~has_surname]] = GivenNameLevel.CROSSED


def _across(pairs: Pairs) -> tuple[Codes, Codes]:
    """(the left surname, the right given name)."""
    surname, given_name = pairs.entries.surname, pairs.entries.given_name
    return surname.codes.take(pairs.left), given_name.codes.take(pairs.right)


def _unknown(pairs: Pairs) -> Bools:
    """True where the left surname or the right given name is unknown."""
    surname, given_name = _across(pairs)
    return np.asarray((surname < 0) | (given_name < 0))


def _are_crossed(pairs: Pairs) -> Bools:
    """True where the left surname is the right given name, or of four letters and one edit apart.

    Of shorter names only equal ones count.
    """
    entries = pairs.entries
    surname, given_name = _across(pairs)
    crossed = np.zeros(len(pairs), np.bool_)
    known = np.flatnonzero((surname >= 0) & (given_name >= 0))
    if not len(known):
        return crossed
    # The first letter must agree, which leaves few pairs to compare.
    surname_initials = entries.surname.initials[surname[known]]
    given_name_initials = entries.given_name.initials[given_name[known]]
    alike = known[surname_initials == given_name_initials]
    size = len(entries.given_name.values)
    numbers = surname[alike].astype(np.int64) * size + given_name[alike]
    distinct, place = np.unique(numbers, return_inverse=True)
    name_l, name_r = np.divmod(distinct, size)
    crossed[alike] = _one_name(
        entries, name_l.astype(np.int32), name_r.astype(np.int32)
    )[place]
    return crossed


def _one_name(entries: Encoded, surnames: Codes, given_name: Codes) -> Bools:
    """True where a surname is a given name, a slip in a name of four letters aside."""
    edits = process.cpdist(
        entries.surname.words()[surnames],
        entries.given_name.words()[given_name],
        scorer=OSA.distance,
        score_cutoff=1,
        dtype=np.uint8,
    )
    if not len(surnames):
        return np.zeros(0, np.bool_)
    shortest = np.minimum(
        entries.surname.lengths[surnames], entries.given_name.lengths[given_name]
    )
    return np.asarray((edits == 0) | ((edits == 1) & (shortest >= _LONG_ENOUGH)))


def swapped_shares(pairs: Pairs, levels: dict[str, Levels]) -> Shares:
    """The shares of unrelated people who have the names that changed places.

    Each name counts as where it is more frequent, among the surnames or among the given names.
    """
    changed = levels["surname"] == SurnameLevel.SWAPPED
    changed |= levels["given_name"] == GivenNameLevel.SWAPPED
    changed |= levels["given_name"] == GivenNameLevel.CROSSED
    where = np.flatnonzero(changed)
    if not len(where):
        return
    there = pairs.at(where)
    for side in (there, there.turned()):
        yield where, np.where(_are_crossed(side), _name_shares(side), 0.0)


def _name_shares(pairs: Pairs) -> Floats:
    """log2 of the share of people who have the left surname, as a surname or as a given name."""
    entries = pairs.entries
    surnames, given_name = entries.surname, entries.given_name
    as_surname = share_of_codes(
        surnames,
        surnames.codes.take(pairs.left),
        entries.whole.people,
        least_share(surnames, LEAST_SURNAMES),
    )
    as_given = share_of_codes(
        given_name,
        given_name.codes.take(pairs.right),
        entries.whole.people,
        least_share(given_name, LEAST_GIVEN_NAMES),
    )
    return np.asarray(np.maximum(as_surname, as_given), np.float64)


_BINS = 64
_BITS_A_BIN = 2.0
_SUMMED_FIRST = ("address", "fin", "document", "given_name", "patronymic", "surname")
"""The order in which term frequencies are added; the other fields follow in their own order. The
last digits of a sum depend on it."""


@frozen
class Vectors:
    """The comparison vectors of pairs: one position a pair."""

    levels: dict[str, Levels]
    """For each field the code of the level."""
    term_frequency: Floats
    """log2 P(an unrelated person has the values that the pair shares), 0 or below: a sum over the
    fields that agree on a value."""

    def at(self, where: Longs) -> Vectors:
        """The vectors at these positions."""
        levels = {field: levels[where] for field, levels in self.levels.items()}
        return Vectors(levels, self.term_frequency[where])


class Comparisons:
    """The comparisons of one linkage, in the order of the columns of PAIR."""

    def __init__(self, comparisons: Sequence[Comparison]) -> None:
        self._by_field = {comparison.field: comparison for comparison in comparisons}
        self._radixes = {
            field: len(comparison.levels)
            for field, comparison in self._by_field.items()
        }
        self._pair_radixes = {
            field: comparison.pair_level_count
            for field, comparison in self._by_field.items()
        }

    def __iter__(self) -> Iterator[Comparison]:
        return iter(self._by_field.values())

    def __getitem__(self, field: str) -> Comparison:
        return self._by_field[field]

    @property
    def added_kinds(self) -> dict[str, str]:
        """The fields that a user added, with their kinds."""
        return {
            comparison.field: comparison.kind
            for comparison in self
            if isinstance(comparison, Added)
        }

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that are compared."""
        return tuple(self._by_field)

    def pair_levels(self, pairs: Pairs) -> dict[str, Levels]:
        """The pair levels: what follows from the two entries alone, whatever else the list has."""
        levels = {
            comparison.field: comparison.pair_levels(pairs) for comparison in self
        }
        mark_swapped(pairs, levels)
        for comparison in self:
            comparison.relate(pairs, levels)
        return levels

    def adjust(self, pairs: Pairs, levels: dict[str, Levels]) -> Vectors:
        """The vectors of pairs from their pair levels, which are changed."""
        for comparison in self:
            comparison.adjust(pairs, levels[comparison.field])
        return Vectors(levels, self._term_frequency(pairs, levels))

    def compare(self, pairs: Pairs) -> Vectors:
        """The vectors of pairs: frequency-adjusted levels and term frequency."""
        return self.adjust(pairs, self.pair_levels(pairs))

    def _term_frequency(self, pairs: Pairs, levels: dict[str, Levels]) -> Floats:
        total = np.zeros(len(pairs), np.float64)
        for where, share in self._shares(pairs, levels):
            total[where] += on_grid(share)
        return total

    def _shares(self, pairs: Pairs, levels: dict[str, Levels]) -> Shares:
        later = [field for field in self.fields if field not in _SUMMED_FIRST]
        for field in _SUMMED_FIRST:
            yield from self[field].shared_value_shares(pairs, levels[field])
        yield from swapped_shares(pairs, levels)
        for field in later:
            yield from self[field].shared_value_shares(pairs, levels[field])

    def pack(self, vectors: Vectors) -> Longs:
        """One code per pair: the levels in mixed radix below the bin of the term frequency.

        A bin is two bits.
        """
        bins = np.minimum(-vectors.term_frequency / _BITS_A_BIN, _BINS - 1).astype(
            np.int64
        )
        return pack_mixed(vectors.levels, self._radixes, np.maximum(bins, 0))

    def unpack(self, codes: Longs) -> Vectors:
        """The levels of packed vectors, and the middle of their bin of term frequency.

        The fields stand in the reverse order: the last digits of sums over them depend on it.
        """
        levels, bins = unpack_mixed(codes, self._radixes)
        return Vectors(levels, -(bins.astype(np.float64) + 0.5) * _BITS_A_BIN)

    @property
    def pair_level_codes(self) -> int:
        """How many codes ``pack_pair_levels`` can give."""
        return prod(self._pair_radixes.values())

    def pack_pair_levels(self, levels: Mapping[str, Levels]) -> Codes | Longs:
        """One code per pair for its pair levels: int32 where the codes fit, else int64."""
        rows = len(next(iter(levels.values())))
        narrow = self.pair_level_codes <= np.iinfo(np.int32).max
        none = np.zeros(rows, np.int32 if narrow else np.int64)
        return pack_mixed(levels, self._pair_radixes, none)

    def unpack_pair_levels(self, codes: Codes | Longs) -> dict[str, Levels]:
        """The pair levels that these codes stand for."""
        levels, _ = unpack_mixed(codes, self._pair_radixes)
        return {field: levels[field] for field in self.fields}
