"""Arrays of integers: the types, codes packed into one number, hashes, narrow sorts, and ages.

A *code* is an integer that stands for a value; below 0 the value is unknown. *Packing* makes one
number of several codes, the same where two rows agree in all of them. A *narrow sort* puts a code
and its position into one integer and sorts these, about ten times as fast as an argsort.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from functools import reduce
from typing import Any

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.int32]
"""int32 codes of values, -1 where nothing is known; or positions of entries."""
Longs = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]
Signs = npt.NDArray[np.uint32]
"""The signs that a text has, a bit each."""
Packed = npt.NDArray[np.uint64]
"""Letters of short texts, eight to a word."""
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Levels = npt.NDArray[np.uint8]
"""The level of one comparison, one per pair; 0 is *missing*."""
Words = npt.NDArray[np.object_]
"""Distinct values as Python strings: what rapidfuzz is quickest on."""
AnyArray = npt.NDArray[Any]

_HALF = 32
_LOW_HALF = (1 << _HALF) - 1
_WIDEST = 2**62
"""Numbers up to here can be packed in 64 bits, and one added."""
_PIECE = 1 << 14
"""Numbers that are worked on together: so many stay in the memory of a core."""
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
"""2**64 divided by the golden ratio, odd: it spreads neighbours widely (Knuth, vol. 3, section
6.4)."""
_ALL_BITS = 0xFFFFFFFFFFFFFFFF
_SIGNED_SPREAD = _SPREAD.view(np.int64)
_UNKNOWN = 1 << 63
"""The bit of the sign."""
_MOST = np.int64(_UNKNOWN - 1)


# Floats


def _coefficients() -> tuple[float, ...]:
    """Those of 2 to the power of a half at most, the highest first: ln 2 to the n, by n!."""
    found = [1.0]
    for number in range(1, _TERMS):
        found.append(found[-1] * _LN_2 / number)
    return tuple(reversed(found))


_LN_2 = 0.6931471805599453
_TERMS = 14
"""Of the series: what is left out is smaller than the last digit of a float."""
_HIGHEST, *_LOWER = _coefficients()
_MOST_BITS = 1100.0
"""2 to the power of so many is infinite as a float, and of minus so many 0."""


def exp2(bits: Floats) -> Floats:
    """2 to the power of each number, in products and sums alone.

    These are the same on every processor. The last digit of ``numpy.exp2`` is not, and with it the
    bytes of a run were not.
    """
    bits = np.clip(bits, -_MOST_BITS, _MOST_BITS)
    whole = np.rint(bits)
    rest = bits - whole
    power = np.full_like(rest, _HIGHEST)
    for coefficient in _LOWER:
        power *= rest
        power += coefficient
    return np.asarray(np.ldexp(power, whole.astype(np.int32)), np.float64)


# Pieces


def pieces(count: int) -> Iterator[slice]:
    """So many places cut into pieces that stay in the memory of the processor."""
    return (slice(start, start + _PIECE) for start in range(0, count, _PIECE))


def first_rows(codes: Codes, many: int, absent: int = 0) -> Longs:
    """The first row of each of so many codes; ``absent`` for one that no row has."""
    first = np.full(many, absent, np.int64)
    for at in reversed(list(pieces(len(codes)))):
        piece = codes[at]
        # Written from the end, so that the first row is what stays.
        known = np.flatnonzero(piece >= 0)[::-1]
        first[piece[known]] = known + at.start
    return first


# Packing


def factorize(numbers: Longs) -> tuple[Codes, Longs]:
    """(code of each number, distinct numbers), the codes in order of first appearance."""
    # Loaded where there is such work: a command that shows or compares files needs it not.
    import pyarrow as pa  # noqa: PLC0415  see above

    encoded = pa.array(numbers).dictionary_encode()
    return encoded.indices.to_numpy(), encoded.dictionary.to_numpy()


def pack_columns(columns: Iterable[AnyArray], rows: int) -> Longs:
    """One number per row for several columns of codes, each from -1 on.

    The same where two rows agree in all of them; -1 counts as a value.
    """
    number, width = np.zeros(rows, dtype=np.int64), 1
    for column in columns:
        size = int(column.max(initial=-1)) + 2
        if width * size > _WIDEST:
            codes, distinct = factorize(number)
            number, width = codes.astype(np.int64), len(distinct)
        number *= size
        number += column
        number += 1
        width *= size
    return number


def pack_known(*columns: Codes | Longs, either_way: bool = False) -> Longs:
    """Several columns of codes as one of 63 bits, -1 where one of them is unknown.

    The numbers are mixed: of ten million rows that differ two have one number in one case of a
    hundred thousand. ``either_way``: two columns, of which either may stand first.
    """
    # From 1 on, so that no row has the number that is one of its codes.
    packed = np.ones(len(columns[0]), np.int64)
    for at in pieces(len(packed)):
        number = packed[at]
        codes = [column[at] for column in columns]
        if either_way:
            codes = [np.minimum(*codes), np.maximum(*codes)]
        for code in codes:
            number *= _SIGNED_SPREAD
            number += code
        # Mixed, for the number may be packed again with other codes.
        number ^= number >> _HALF
        number &= _MOST
        # All their bits together are a number below 0 where one of them is.
        number[reduce(np.bitwise_or, codes) < 0] = -1
    return packed


def pack_pairs(left: Codes, right: Codes) -> Longs:
    """One number per pair of positions, in the order of left, then right."""
    return (left.astype(np.int64) << _HALF) | right


def unpack_pairs(numbers: Longs) -> tuple[Codes, Codes]:
    """(left, right) of pairs by their numbers."""
    return (numbers >> _HALF).astype(np.int32), (numbers & _LOW_HALF).astype(np.int32)


def pack_mixed(
    digits: Mapping[str, AnyArray], radixes: Mapping[str, int], above: AnyArray
) -> AnyArray:
    """Columns as digits of one number in mixed radix, the first the most significant.

    They stand below ``above``, whose type the number has.
    """
    number = above
    for name, radix in radixes.items():
        number = number * number.dtype.type(radix)
        number += digits[name]
    return number


def unpack_mixed(
    number: AnyArray, radixes: Mapping[str, int]
) -> tuple[dict[str, Levels], AnyArray]:
    """The digits of numbers in mixed radix, the last column first, and what stands above them."""
    digits = {}
    for name, radix in reversed(list(radixes.items())):
        number, digit = np.divmod(number, number.dtype.type(radix))
        digits[name] = digit.astype(np.uint8)
    return digits, number


# Hashes


def mix(values: Hashes) -> Hashes:
    """The finaliser of splitmix64 (Steele, Lea and Flood 2014).

    Each bit in changes about half the bits out.
    """
    mixed = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def salt_of(base: int, number: int) -> np.uint64:
    """A salt for the column of this number: another odd multiple of the base for each."""
    return np.uint64((base * (2 * number + 1)) & _ALL_BITS)


# Narrow sorts


def room_beside(count: int) -> int:
    """The bits of a narrow number beside a place among so many."""
    return 64 - _width(count)


def in_order(numbers: Hashes) -> tuple[Longs, Bools]:
    """(places in the order of narrow numbers, which of them have a number that stands again).

    Those of one number ascend. The numbers, of ``room_beside`` bits, are used up.
    """
    bits = np.uint64(_width(len(numbers)))
    numbers <<= bits
    numbers |= np.arange(len(numbers), dtype=np.uint64)
    numbers.sort()
    again = _beside_equals(numbers, int(bits))
    numbers &= (np.uint64(1) << bits) - np.uint64(1)
    return numbers.view(np.int64), again


def repeated(numbers: Longs | Hashes) -> tuple[Longs, AnyArray]:
    """(the places of the numbers from 0 on that stand more than once, these numbers).

    Those of one number stand side by side, and ascend.
    """
    # A narrow number made of each and its place are sorted as one integer. Only those that meet
    # there are compared themselves.
    bits = _width(len(numbers))
    low = np.uint64((1 << bits) - 1)
    # The highest bit is that of the unknown ones alone, which stand at the end.
    unknown = np.uint64(0 if numbers.dtype == np.uint64 else _UNKNOWN)
    packed = np.empty(len(numbers), np.uint64)
    for at in pieces(len(numbers)):
        piece, number = packed[at], numbers[at].view(np.uint64)
        np.multiply(number, _SPREAD, out=piece)
        piece >>= np.uint64(1)
        piece &= ~low
        piece |= number & unknown
        piece |= np.arange(at.start, at.start + len(piece), dtype=np.uint64)
    packed.sort()
    packed = packed[: np.searchsorted(packed, np.uint64(_UNKNOWN))]
    packed = packed[_beside_equals(packed, bits)]
    order = (packed & low).view(np.int64)
    packed >>= np.uint64(bits)
    ordered = numbers[order]
    met = packed[1:][(ordered[1:] != ordered[:-1]) & (packed[1:] == packed[:-1])]
    if len(met):
        first = np.searchsorted(packed, met)
        apart = np.zeros(len(packed), np.bool_)
        apart[consecutive(first, np.searchsorted(packed, met, "right") - first)] = True
        few = order[apart]
        few = few[np.argsort(numbers[few], kind="stable")]
        order = np.r_[order[~apart], few[_beside_equals(numbers[few])]]
        ordered = numbers[order]
    return order, ordered


def repeated_places(numbers: Longs | Hashes) -> Longs:
    """The places of the numbers from 0 on that stand more than once, ascending."""
    return np.sort(repeated(numbers)[0])


def runs(codes: Longs) -> tuple[Longs, Longs]:
    """(positions of the entries that share their code with another, sizes of the runs of one code).

    Runs stand one after the other, inside a run positions ascend; unknown codes are left out.
    """
    order, ordered = repeated(codes)
    return order, run_sizes(ordered)


def completed_years(
    year: AnyArray | int, month: AnyArray | int, day: AnyArray | int, on: dt.date
) -> AnyArray:
    """The completed years, on a day, of whoever was born on these days.

    Who was born on 29 February completes a year on 28 February where there is no other day: a term
    of years ends on the last day of a month that lacks its day, as the law counts terms. And nobody
    is called under age wrongly.
    """
    last = calendar.monthrange(on.year, 2)[1]
    day = np.where(month == 2, np.minimum(day, last), day)
    is_ahead = (month > on.month) | ((month == on.month) & (day > on.day))
    return on.year - year - is_ahead


def run_sizes(ordered: AnyArray) -> Longs:
    """The sizes of the runs of equal numbers."""
    if not len(ordered):
        return np.zeros(0, np.int64)
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    return np.asarray(np.diff(np.r_[starts, len(ordered)]), np.int64)


def consecutive(first: Codes | Longs, count: Codes | Longs) -> Longs:
    """So many numbers from each first one on, one run after the other."""
    before = np.cumsum(count, dtype=np.int64) - count
    numbers: Longs = np.repeat(first - before, count)
    numbers += np.arange(len(numbers))
    return numbers


def distinct_counts(numbers: Longs) -> tuple[Longs, Longs]:
    """(the distinct numbers, ascending; how often each stands)."""
    ordered = np.sort(numbers)
    starts = np.flatnonzero(np.diff(ordered, prepend=-1))
    return ordered[starts], np.diff(starts, append=len(ordered))


def _width(count: int) -> int:
    """The bits of a position among so many."""
    return int(max(count - 1, 1)).bit_length()


def _beside_equals(ordered: AnyArray, shift: int = 0) -> Bools:
    """Of sorted numbers those that stand more than once, their lowest ``shift`` bits left out."""
    flags = np.zeros(len(ordered), np.bool_)
    for at in pieces(len(ordered)):
        piece = ordered[at.start : at.stop + 1] >> ordered.dtype.type(shift)
        again = piece[1:] == piece[:-1]
        flags[at.start + 1 : at.stop + 1] = again
        flags[at.start : at.start + len(again)] |= again
    return flags
