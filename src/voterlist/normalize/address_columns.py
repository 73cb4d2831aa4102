"""The columns of an address: the line, its settlement, street, house and flat.

Nearly every address of a list is of its own, by its house and flat, but streets are few. So an
address of the ordinary form is cut where its numbers begin; street and numbers are each read once,
and put together again. ``read_address`` reads the others whole, and says what is right for all of
them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.model import Profile
from voterlist.normalize.addresses import (
    Beginning,
    Numbers,
    read_address,
    read_beginning,
    read_house,
    read_numbers,
)
from voterlist.normalize.columns import spread
from voterlist.tables import recoded

__all__ = ["read_addresses"]

_PARTS = ("address", "settlement", "street_kind", "street", "house", "building", "flat")
_OF_STREET = ("settlement", "street_kind", "street")
_OF_HOUSE = ("house", "flat", "building")
"""In the order in which ``read_house`` gives them."""
_NOT_COMPARED = frozenset({"settlement", "street_kind", "building"})

_OF_NUMBERS = r"(?i:ev|ев|d|д|dom|дом|house|m|м|m[əe]n|m[əe]nzil|мәнзил|kv|кв|flat|apt)\.?\s?"
"""Words that may stand before a number without a comma; which they are is not for this pattern to
say."""
_NUMBER = r"[0-9]+(?:\s?[-/]\s?[0-9]+)?[^\s,;0-9]?"
_NUMBERS = rf"(?:(?:,\s?(?:[^\s,;0-9]{{1,12}}\s?)?|\s(?:{_OF_NUMBERS})?){_NUMBER})+$"
"""Where the numbers of an address begin, for Arrow: ``, ev 12, m. 4``, or `` 12-4`` right after the
street."""
_WORTH_CUTTING = 2
"""Addresses to one distinct beginning, on average, from which cutting is less work than reading
each."""

Codes = npt.NDArray[np.int64]


def read_addresses(
    written: pa.DictionaryArray, profile: Profile, *, for_linkage: bool = False
) -> dict[str, pa.DictionaryArray]:
    """The columns of VOTER that are read off the coded addresses of a list, coded.

    ``for_linkage`` leaves out those that are not compared: settlement, kind of street and building,
    and the line too where streets are known.
    """
    if profile is Profile.GENERIC:
        return dict(
            zip(_PARTS, spread(written, lambda text: _whole(text, profile), _KINDS), strict=True)
        )
    cut = _cut(written.dictionary)
    rest = np.flatnonzero(~cut.ordinary)
    whole = [_whole(text, profile) for text in written.dictionary.take(pa.array(rest)).to_pylist()]
    others = (
        dict(zip(_PARTS, zip(*whole, strict=True), strict=True))
        if whole
        else dict.fromkeys(_PARTS, ())
    )
    found: dict[str, pa.DictionaryArray] = {}
    streets = [[getattr(beginning, name) for beginning in cut.beginnings] for name in _OF_STREET]
    houses, place = _houses(cut)
    for names, values, at in ((_OF_STREET, streets, cut.head), (_OF_HOUSE, houses, place)):
        for name, known in zip(names, values, strict=True):
            if for_linkage and name in _NOT_COMPARED:
                continue
            found[name] = _laid(written, [*known, *others[name]], at, len(known), rest)
    if not for_linkage or found["street"].null_count == len(written):
        found["address"] = recoded(written, _lines(cut, others["address"]))
    return found


_KINDS = (pa.string(),) * len(_PARTS)


def _whole(text: str, profile: Profile) -> tuple[str | None, ...]:
    """The parts of one address."""
    found = read_address(text, profile)
    return (
        found.line,
        found.settlement,
        found.street_kind,
        found.street,
        found.house,
        found.building,
        found.flat,
    )


class _Cut(NamedTuple):
    """Addresses cut in two; one item an address, unless said otherwise."""

    ordinary: npt.NDArray[np.bool_]
    """False where the address must be read whole."""
    beginnings: list[Beginning]
    """One item a distinct beginning."""
    numbers: list[Numbers]
    """One item a distinct text of numbers."""
    head: Codes
    """Which beginning; of no meaning where the address is not ordinary."""
    tail: Codes
    """Which numbers."""


def _cut(texts: pa.Array) -> _Cut:
    """Distinct addresses cut where their numbers begin."""
    heads, tails, pieces = _pieces(
        texts, pc.find_substring_regex(texts, _NUMBERS).to_numpy(zero_copy_only=False)
    )
    candidate = heads >= 0
    if len(np.unique(heads)) * _WORTH_CUTTING > np.count_nonzero(candidate):
        candidate[:] = False
    head, head_places = pd.factorize(heads[candidate])
    tail, tail_places = pd.factorize(tails[candidate])
    beginnings = [read_beginning(text) for text in pieces.take(pa.array(head_places)).to_pylist()]
    endings = pieces.take(pa.array(tail_places)).to_pylist()
    numbers = [read_numbers(text) for text in endings]
    # What follows a comma is read alike after any street.
    comma = np.array([text.startswith(",") for text in endings], np.bool_)
    follows = np.array([found.may_follow for found in numbers], np.bool_)
    named = np.array([beginning.street_kind is not None for beginning in beginnings], np.bool_)
    is_open = np.array([beginning.is_open for beginning in beginnings], np.bool_)
    plain = np.array([found.is_plain for found in numbers], np.bool_)
    bare = np.array([found.is_bare for found in numbers], np.bool_)
    ordinary = candidate.copy()
    ordinary[candidate] = (
        plain[tail] & (named[head] | bare[tail]) & (comma[tail] | is_open[head] & follows[tail])
    )
    codes = np.zeros((2, len(texts)), np.int64)
    codes[:, candidate] = head, tail
    return _Cut(ordinary, beginnings, numbers, codes[0], codes[1])


def _pieces(texts: pa.Array, at: Codes) -> tuple[Codes, Codes, pa.Array]:
    """(beginnings, ends, distinct pieces): texts cut at byte ``at``, as codes of pieces.

    No text is copied: the offsets of the pieces lie between those of the texts.
    """
    size = len(texts)
    offsets = (
        np.frombuffer(texts.buffers()[1], np.int32, size + 1, texts.offset * 4)
        if size
        else np.zeros(1, np.int32)
    )
    between = np.empty(2 * size + 1, np.int32)
    between[0::2] = offsets
    between[1::2] = offsets[:-1] + np.maximum(at, 0)
    both = pa.StringArray.from_buffers(
        2 * size, pa.py_buffer(between), texts.buffers()[2]
    ).dictionary_encode()
    places = both.indices.to_numpy().astype(np.int64)
    return np.where(at > 0, places[0::2], -1), np.where(at > 0, places[1::2], -1), both.dictionary


def _lines(cut: _Cut, others: tuple[str | None, ...] | list[str | None]) -> pa.Array:
    """The line of each distinct address."""
    if not cut.beginnings:
        return pa.array(others, pa.string())
    heads = pa.array([beginning.line for beginning in cut.beginnings], pa.string()).take(
        pa.array(cut.head)
    )
    tails = pa.array([found.line for found in cut.numbers], pa.string()).take(pa.array(cut.tail))
    joined = pc.binary_join_element_wise(heads, tails, " ")
    return pc.replace_with_mask(joined, pa.array(~cut.ordinary), pa.array(others, pa.string()))


def _houses(cut: _Cut) -> tuple[list[list[str | None]], Codes]:
    """(house, flat and building of each distinct combination, the combination of each address)."""
    rests = {
        rest: code
        for code, rest in enumerate(dict.fromkeys(found.rest for found in cut.beginnings))
    }
    rest = np.array([rests[found.rest] for found in cut.beginnings], np.int64)
    words, many = list(rests), max(len(cut.numbers), 1)
    place = np.zeros(len(cut.head), np.int64)
    combined, pairs = pd.factorize(rest[cut.head[cut.ordinary]] * many + cut.tail[cut.ordinary])
    place[cut.ordinary] = combined
    found = [
        read_house(words[pair // many] + cut.numbers[pair % many].words) for pair in pairs.tolist()
    ]
    return [list(part) for part in zip(*found, strict=True)] if found else [
        [] for _ in _OF_HOUSE
    ], place


def _laid(
    written: pa.DictionaryArray, values: list[str | None], place: Codes, many: int, rest: Codes
) -> pa.DictionaryArray:
    """A column of the rows.

    ``values`` are ``many`` of ordinary addresses, by ``place``, then one for each other.
    """
    at = place.astype(np.int32)
    at[rest] = np.arange(many, many + len(rest))
    table = pa.array(values, pa.string()).dictionary_encode()
    return pa.DictionaryArray.from_arrays(
        table.indices.take(pa.array(at)).take(written.indices), table.dictionary
    )
