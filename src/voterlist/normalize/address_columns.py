"""The columns of an address: the line, its settlement, street, house and flat.

Nearly every address of a list is of its own, by its house and flat, but streets are few. So an
address of the ordinary form is cut where its numbers begin; street and numbers are each read once,
and put together again. ``read_address`` reads the others whole, and says what is right for all of
them.
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.arrays import Bools, Longs, factorize
from voterlist.model import Profile
from voterlist.normalize.addresses import (
    Beginning,
    Numbers,
    read_address,
    read_beginning,
    read_house,
    read_numbers,
)
from voterlist.normalize.columns import fold_each
from voterlist.schemas import STREET_OR_VILLAGE
from voterlist.tables import with_values

_PARTS = ("address", "settlement", "street_kind", "street", "house", "building", "flat")
_OF_STREET = ("settlement", "street_kind", "street")
_OF_HOUSE = ("house", "flat", "building")
"""In the order in which ``read_house`` gives them."""
_NOT_COMPARED = frozenset({"settlement", "street_kind", "building"})

_OF_NUMBERS = (
    r"(?i:ev|ев|d|д|dom|дом|house|m|м|m[əe]n|m[əe]nzil|мәнзил|kv|кв|flat|apt)\.?\s?"
)
"""Words that may stand before a number without a comma; which they are is not for this pattern to
say."""
_NUMBER = r"[0-9]+(?:\s?[-/]\s?[0-9]+)?[^\s,;0-9]?"
_NUMBERS = rf"(?:(?:,\s?(?:[^\s,;0-9]{{1,12}}\s?)?|\s(?:{_OF_NUMBERS})?){_NUMBER})+$"
"""Where the numbers of an address begin, for Arrow: ``, ev 12, m. 4``, or `` 12-4`` right after the
street."""
_WORTH_CUTTING = 2
"""Addresses to one distinct beginning, on average, from which cutting is less work than reading
each."""


def read_addresses(
    written: pa.DictionaryArray, profile: Profile, *, for_linkage: bool = False
) -> dict[str, pa.DictionaryArray]:
    """The columns of VOTER that are read off the addresses of a list, dictionary-encoded.

    ``for_linkage`` leaves out those that are not compared: kind of street and building, the
    settlement where no street may be a village, and the line where streets are known.
    """
    if profile is Profile.GENERIC:
        parts = fold_each(
            written, lambda text: _parts_of(read_address(text, profile)), _KINDS
        )
        return dict(zip(_PARTS, parts, strict=True))
    cut = _cut_addresses(written.dictionary)
    rest = np.flatnonzero(~cut.ordinary)
    rest_texts = written.dictionary.take(rest).to_pylist()
    others = _by_part(_parts_of(read_address(text)) for text in rest_texts)
    houses, house_of_address = _houses(cut)
    streets = {
        name: [getattr(beginning, name) for beginning in cut.beginnings]
        for name in _OF_STREET
    }
    every_street = (*streets["street"], *others["street"])
    in_doubt = any((name or "").endswith(STREET_OR_VILLAGE) for name in every_street)
    not_compared = _NOT_COMPARED - {"settlement"} if in_doubt else _NOT_COMPARED
    columns: dict[str, pa.DictionaryArray] = {}
    for values_of_part, place in ((streets, cut.head), (houses, house_of_address)):
        for name, values in values_of_part.items():
            if for_linkage and name in not_compared:
                continue
            every = [*values, *others[name]]
            columns[name] = _lay_column(written, every, place, len(values), rest)
    if not for_linkage or columns["street"].null_count == len(written):
        columns["address"] = with_values(written, _lines(cut, others["address"]))
    return columns


def _by_part(
    addresses: Iterable[tuple[str | None, ...]],
) -> dict[str, tuple[str | None, ...]]:
    """The parts of whole addresses, by name; one item per address."""
    parts = list(zip(*addresses, strict=True)) or [()] * len(_PARTS)
    return dict(zip(_PARTS, parts, strict=True))


_KINDS = (pa.string(),) * len(_PARTS)


_parts_of = attrgetter("line", *_PARTS[1:])
"""The parts of one address (``Address``), in the order of ``_PARTS``."""


class _Cut(NamedTuple):
    """Addresses cut in two; one item an address, unless said otherwise."""

    ordinary: Bools
    """False where the address must be read whole."""
    beginnings: list[Beginning]
    """One item a distinct beginning."""
    numbers: list[Numbers]
    """One item a distinct text of numbers."""
    head: Longs
    """Which beginning; of no meaning where the address is not ordinary."""
    tail: Longs
    """Which numbers."""


def _cut_addresses(texts: pa.Array) -> _Cut:
    """Distinct addresses cut where their numbers begin."""
    heads, tails, pieces = cut_at_numbers(texts)
    candidate = heads >= 0
    if len(np.unique(heads)) * _WORTH_CUTTING > np.count_nonzero(candidate):
        candidate[:] = False
    head, head_places = factorize(heads[candidate])
    tail, tail_places = factorize(tails[candidate])
    head_texts = pieces.take(head_places).to_pylist()
    tail_texts = pieces.take(tail_places).to_pylist()
    beginnings = [read_beginning(text) for text in head_texts]
    numbers = [read_numbers(text) for text in tail_texts]
    # What follows a comma is read alike after any street.
    has_comma = _flags(text.startswith(",") for text in tail_texts)
    may_follow = _flags(number.may_follow for number in numbers)
    is_plain = _flags(number.is_plain for number in numbers)
    is_bare = _flags(number.is_bare for number in numbers)
    has_kind = _flags(beginning.street_kind is not None for beginning in beginnings)
    is_open = _flags(beginning.is_open for beginning in beginnings)
    street_is_sure = has_kind[head] | is_bare[tail]
    cut_is_sure = has_comma[tail] | (is_open[head] & may_follow[tail])
    ordinary = candidate.copy()
    ordinary[candidate] = is_plain[tail] & street_is_sure & cut_is_sure
    codes = np.zeros((2, len(texts)), np.int64)
    codes[:, candidate] = head, tail
    return _Cut(ordinary, beginnings, numbers, codes[0], codes[1])


def cut_at_numbers(texts: pa.Array) -> tuple[Longs, Longs, pa.Array]:
    """(beginnings, ends, distinct pieces): addresses cut where their numbers begin, as codes.

    -1 where an address has no numbers of the ordinary form at its end.
    """
    # Without its numbers an address has the length of its beginning. To ask where the pattern
    # begins takes RE2 twice as long, for it looks for what each bracket holds.
    beginnings = pc.replace_substring_regex(texts, _NUMBERS, "")
    at, whole = (
        pc.binary_length(each).to_numpy(zero_copy_only=False)
        for each in (beginnings, texts)
    )
    return _pieces(texts, np.where(at < whole, at, -1))


def _flags(values: Iterable[bool]) -> Bools:
    return np.fromiter(values, np.bool_)


def _pieces(texts: pa.Array, at: Longs) -> tuple[Longs, Longs, pa.Array]:
    """(beginnings, ends, distinct pieces): texts cut at byte ``at``, as codes of pieces.

    -1 where ``at`` is below 1. No text is copied: the offsets of the pieces lie between those of
    the texts.
    """
    size = len(texts)
    offsets = np.zeros(1, np.int32)
    if size:
        offsets = np.frombuffer(
            texts.buffers()[1], np.int32, size + 1, texts.offset * 4
        )
    between = np.empty(2 * size + 1, np.int32)
    between[0::2] = offsets
    between[1::2] = offsets[:-1] + np.maximum(at, 0)
    content = texts.buffers()[2]
    both = pa.StringArray.from_buffers(2 * size, pa.py_buffer(between), content)
    encoded = both.dictionary_encode()
    places = encoded.indices.to_numpy().astype(np.int64)
    is_cut = at > 0
    beginnings = np.where(is_cut, places[0::2], -1)
    ends = np.where(is_cut, places[1::2], -1)
    return beginnings, ends, encoded.dictionary


def _lines(cut: _Cut, others: tuple[str | None, ...]) -> pa.Array:
    """The line of each distinct address."""
    if not cut.beginnings:
        return pa.array(others, pa.string())
    head_lines = pa.array([beginning.line for beginning in cut.beginnings], pa.string())
    tail_lines = pa.array([numbers.line for numbers in cut.numbers], pa.string())
    heads = head_lines.take(cut.head)
    tails = tail_lines.take(cut.tail)
    joined = pc.binary_join_element_wise(heads, tails, " ")
    return pc.replace_with_mask(joined, ~cut.ordinary, pa.array(others, pa.string()))


def _houses(cut: _Cut) -> tuple[dict[str, list[str | None]], Longs]:
    """(house, flat and building of each distinct combination, the combination of each address)."""
    rest_words = [beginning.rest for beginning in cut.beginnings]
    words = list(dict.fromkeys(rest_words))
    code_of = {rest: code for code, rest in enumerate(words)}
    rest = np.array([code_of[each] for each in rest_words], np.int64)
    many = max(len(cut.numbers), 1)
    head = cut.head[cut.ordinary]
    tail = cut.tail[cut.ordinary]
    combination, pairs = factorize(rest[head] * many + tail)
    place = np.zeros(len(cut.head), np.int64)
    place[cut.ordinary] = combination
    of_house = [
        words[code] + cut.numbers[number].words
        for code, number in (divmod(pair, many) for pair in pairs.tolist())
    ]
    parts = list(zip(*map(read_house, of_house), strict=True)) or [()] * len(_OF_HOUSE)
    houses = {name: list(part) for name, part in zip(_OF_HOUSE, parts, strict=True)}
    return houses, place


def _lay_column(
    written: pa.DictionaryArray,
    values: list[str | None],
    place: Longs,
    many: int,
    rest: Longs,
) -> pa.DictionaryArray:
    """A column of the rows.

    ``values`` are ``many`` of ordinary addresses, by ``place``, then one for each other.
    """
    at = place.astype(np.int32)
    at[rest] = np.arange(many, many + len(rest))
    encoded = pa.array(values, pa.string()).dictionary_encode()
    of_address = encoded.indices.take(at)
    of_row = of_address.take(written.indices)
    return pa.DictionaryArray.from_arrays(of_row, encoded.dictionary)
