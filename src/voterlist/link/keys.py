"""The blocking keys: what two entries must share to be compared, by profile."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from importlib import resources
from itertools import chain, combinations, islice, product

import numpy as np

from voterlist.arrays import Codes, Longs, pack_known
from voterlist.errors import UsageError
from voterlist.link.encode import (
    ADDED,
    ADDRESS_WORDS,
    RARE_WORD,
    RARE_WORD_SHARE,
    Encoded,
    EncodedColumn,
    coded_parts,
    counted_parts,
    deal,
    word_starts,
)
from voterlist.link.short_names import FULL_NAMES, heard_key, sound_key
from voterlist.model import Profile, frozen
from voterlist.processes.threads import each

_PART_COLUMNS = 8
ADDRESS_PARTS = tuple(f"address_part_{number}" for number in range(_PART_COLUMNS))
"""The names of the columns of parts of an address, as fields of a blocking key."""
_NAMES = ("stem", "given_name", "patronymic")
USUAL = {f"usual_{name}": name for name in _NAMES}
"""The usual spellings of names as fields of a blocking key, and the names of which they are."""
HEARD = {f"heard_{name}": name for name in _NAMES}
"""Names as they are heard in another alphabet, likewise."""
_RARE_PART = 60
"""A part of an address is rare where at most so many entries have it, or one in
``RARE_WORD_SHARE`` of a longer list."""
_RARE_BLOCK = 40
"""Entries in a block of a rare key at most: enough for one person's, and few pairs an entry."""
_PAIRED_WORDS = 4
"""The rarest words of an address line that are paired."""


def _derive_codes(
    entries: Encoded, column: EncodedColumn, derive: Callable[[str], str]
) -> Codes | Longs:
    """The codes of what is derived from each value; -1 where that is empty."""
    return entries.coded([derive(word) or None for word in column.words()])[
        column.codes
    ]


def _initial(column: EncodedColumn) -> Codes:
    """The code points of first letters."""
    return np.append(column.initials, np.int32(-1))[column.codes]


def _names(entries: Encoded) -> Longs:
    """Surname and given name as one code whichever stands first."""
    surnames = entries.surname.words()
    place = entries.coded([*surnames, *entries.given_name.words()])
    first = place[entries.surname.codes]
    second = place[len(surnames) :][entries.given_name.codes]
    return pack_known(first, second, either_way=True)


def _sounds(entries: Encoded) -> Longs:
    """How surname and given name sound; -1 where sounds are not compared."""
    if entries.profile is Profile.AZ:
        return np.full(entries.size, -1, np.int64)
    stem, given_name = (
        _derive_codes(entries, column, sound_key)
        for column in (entries.stem, entries.given_name)
    )
    return pack_known(stem, given_name)


def address_numbers(line: str) -> str:
    """The numbers of an address line, when there are at least two.

    House number and postcode stay the same however the street is spelt.
    """
    numbers = [word for word in line.split() if word.isdigit()]
    return " ".join(sorted(numbers)) if len(numbers) > 1 else ""


def _address_parts(entries: Encoded) -> tuple[Codes, ...]:
    """What addresses share beside rare words, as ``ADDRESS_PARTS`` columns of codes.

    That is pairs of the rarest words of a line, and words that are a little too common to be rare
    ones; of each word the beginning, in whatever order they stand. A part that many entries have,
    such as a city and its state, tells nobody apart. A part belongs to the column that a checksum
    of its letters gives; of two parts of one line in one column the rarer stands there.
    """
    column = entries.address
    times = column.counts.tolist()
    lines = [word_starts(line) for line in column.words()]
    words = counted_parts(lines, times)
    parts = [parts_of_line(line, words) for line in lines]
    dealt = deal(parts, counted_parts(parts, times), most_of_part(entries.size))
    return tuple(coded_parts(parts)[column.codes] for parts in dealt)


def parts_of_line(line: Iterable[str], counts: Mapping[str, int]) -> list[str]:
    """What an address shares beside rare words, by the beginnings of its words, counted."""
    return [*_pairs(line, counts), *_middling(line, counts)]


def most_of_part(size: int) -> int:
    """How many of so many entries have a rare part of an address at most."""
    return max(_RARE_PART, size // RARE_WORD_SHARE)


def _pairs(line: Iterable[str], counts: Mapping[str, int]) -> list[str]:
    """The pairs of the rarest words of a line; a word that one entry alone has is none of them."""
    shared = [word for word in line if counts[word] > 1]
    rarest = sorted(shared, key=lambda word: (counts[word], word))[:_PAIRED_WORDS]
    return [" ".join(pair) for pair in combinations(sorted(rarest), 2)]


def _middling(line: Iterable[str], counts: Mapping[str, int]) -> list[str]:
    """The words of a line that are no rare ones, and not much more common."""
    return [word for word in line if RARE_WORD < counts[word] <= _RARE_PART]


def _address_part(entries: Encoded, name: str) -> Codes | Longs:
    """One of the columns of parts; all are made when the first is asked for."""
    made = _address_parts(entries)
    entries.joins.update(
        {(part,): codes for part, codes in zip(ADDRESS_PARTS, made, strict=True)}
    )
    return entries.joins[(name,)]


def _address_word(entries: Encoded, name: str) -> Codes | Longs:
    """One of the columns of rare words; all unknown where addresses are parsed."""
    if not entries.address_words:
        return np.full(entries.size, -1, np.int32)
    return entries.address_words[ADDRESS_WORDS.index(name)]


def _heard(entries: Encoded, name: str) -> Codes | Longs:
    """How one of the names is heard in another alphabet; -1 without one."""
    return _derive_codes(entries, getattr(entries, HEARD[name]), heard_key)


def _part_of_date(entries: Encoded, name: str) -> Codes | Longs:
    """The year, the month or the day, of which 0 is an unknown one."""
    codes = entries.codes_of(name)
    return np.where(codes > 0, codes, -1)


def _usual(entries: Encoded, name: str) -> Codes | Longs:
    """The usual spellings of one of the names."""
    return entries.usual(USUAL[name])


def _full_name(entries: Encoded, name: str) -> Codes | Longs:
    """One of the columns of full names."""
    return entries.full_names[FULL_NAMES.index(name)]


_DERIVED: dict[str, Callable[[Encoded], Codes | Longs]] = {
    "date": lambda entries: entries.date_code,
    "initials": lambda entries: pack_known(
        _initial(entries.stem), _initial(entries.given_name)
    ),
    "swapped_initials": lambda entries: pack_known(
        _initial(entries.stem), _initial(entries.given_name), either_way=True
    ),
    "stem_initial": lambda entries: _initial(entries.stem),
    "given_name_initial": lambda entries: _initial(entries.given_name),
    "patronymic_initial": lambda entries: _initial(entries.patronymic),
    "names": _names,
    "sounds": _sounds,
    "numbers": lambda entries: _derive_codes(entries, entries.address, address_numbers),
    "document_start": lambda entries: entries.document_starts,
    **{name: partial(_part_of_date, name=name) for name in ("year", "month", "day")},
    **{name: partial(_usual, name=name) for name in USUAL},
    **{name: partial(_heard, name=name) for name in HEARD},
    **{name: partial(_address_part, name=name) for name in ADDRESS_PARTS},
    **{name: partial(_address_word, name=name) for name in ADDRESS_WORDS},
    **{name: partial(_full_name, name=name) for name in FULL_NAMES},
}


def field(entries: Encoded, name: str) -> Codes | Longs:
    """The codes of one field, below 0 where unknown."""
    if (name,) in entries.joins:
        return entries.joins[(name,)]
    if name in _DERIVED:
        entries.joins[(name,)] = _DERIVED[name](entries)
        return entries.joins[(name,)]
    return entries.codes_of(name)


def prepare(entries: Encoded, every: Iterable[tuple[str, ...]]) -> None:
    """Make what several of these keys need, so that threads do not make it each for itself."""
    keys = list(every)
    if any((part,) in keys for part in ADDRESS_PARTS):
        _address_part(entries, ADDRESS_PARTS[0])
    times = Counter(chain.from_iterable(keys))
    each(partial(field, entries), [name for name in _DERIVED if times[name] > 1])


def together(entries: Encoded, names: tuple[str, ...]) -> Longs:
    """One code an entry for several fields, -1 where one of them is unknown.

    Without any field, all entries have the same code.
    """
    if not names:
        return np.zeros(entries.size, np.int64)
    return pack_known(*(field(entries, name) for name in names))


@frozen
class Key:
    """``fields`` must agree; ``splits`` are added one by one where a block is too large.

    Of a key with ``partial_dates`` only those pairs count in which at least one birth date is not
    known in full: two whole dates that differ are found by keys that let a part of them differ.
    Of a ``rare`` key only blocks of few entries are compared, however long the list is.
    """

    name: str
    fields: tuple[str, ...]
    splits: tuple[str, ...] = ()
    partial_dates: bool = False
    rare: bool = False

    def most(self, limit: int) -> int:
        """Entries in a block at most, where other keys have ``limit``."""
        return min(limit, _RARE_BLOCK) if self.rare else limit


_SPLITS_OF_VALUES = ("date", "given_name")
"""By what a block of one FIN, document or added value is split."""
_SPLITS_OF_JOINED = ("initials", "year")

_MOST = 63
"""As many as ``match_key`` has bits while pairs are compared; one more would be told of no pair."""

_NUMBERED = {
    "full_name": FULL_NAMES,
    "address_part": ADDRESS_PARTS,
    "address_word": ADDRESS_WORDS,
}
"""Columns that are several; a key of one of them is a key of each."""


def _keys_of_profiles() -> dict[str, tuple[Key, ...]]:
    """The keys of each profile, as ``keys.toml`` has them."""
    text = resources.files(__package__).joinpath("keys.toml").read_text("utf-8")
    return {
        profile: tuple(key for row in rows for key in _keys_of(**row))
        for profile, rows in tomllib.loads(text).items()
    }


def _keys_of(
    name: str,
    fields: list[str],
    splits: Sequence[str] = (),
    each: str = "",
    **rules: bool,
) -> Iterator[Key]:
    if not each:
        yield Key(name, tuple(fields), tuple(splits), **rules)
    for column in _NUMBERED[each] if each else ():
        of_column = tuple(column if field == each else field for field in fields)
        yield Key(f"{name}-{column[-1]}", of_column, tuple(splits), **rules)


_SHIPPED = _keys_of_profiles()

_WHOLE = Key("every-pair", ())
"""A short list of the profile ``generic`` is compared whole: no error in any field keeps two
entries apart."""


NAMES = frozenset(key.name for key in (*chain(*_SHIPPED.values()), _WHOLE))
"""The names of the shipped keys."""


def keys(
    profile: Profile,
    size: int,
    limit: int,
    added: Mapping[str, bool] | None = None,
    own: tuple[Key, ...] = (),
) -> tuple[Key, ...]:
    """The blocking keys for a list of ``size`` entries, the most telling first.

    ``generic`` compares every pair of a list that fits into one block of ``limit`` entries.
    ``added`` tells of each added comparison whether it blocks, and is a key of its own; under
    ``generic`` the others are keys with a name or with each other, as many as there is room for.
    ``own`` are keys that a user wrote.

    Raises:
        UsageError: there are more keys than a pair can name.
    """
    if profile is Profile.GENERIC and size <= limit:
        return (_WHOLE,)
    shipped, added = _SHIPPED[profile.value], added or {}
    blocking = [name for name, blocks in added.items() if blocks]
    of_added = (Key(name, (ADDED + name,), _SPLITS_OF_VALUES) for name in blocking)
    every = (*shipped, *of_added, *own)
    if len(every) > _MOST:
        raise _too_many(_MOST - len(shipped))
    others = [name for name, blocks in added.items() if not blocks]
    joined = _join_keys(others) if profile is Profile.GENERIC else ()
    # An added column may have the name of a field of the shipped keys.
    joined = (key for key in joined if key.name not in NAMES)
    return (*every, *islice(joined, _MOST - len(every)))


def _join_keys(added: Sequence[str]) -> Iterator[Key]:
    """Keys of these added comparisons with a name, and of every two of them.

    What many share, such as an occupation, brings few together who share a name too.
    """
    columns = {name: ADDED + name for name in added}
    names = {"given_name": "usual_given_name", "surname": "usual_stem"}
    pairs = (
        *product(names.items(), columns.items()),
        *combinations(columns.items(), 2),
    )
    for (first, of_first), (second, of_second) in pairs:
        fields = (of_first, of_second)
        yield Key(f"{first}+{second}", fields, _SPLITS_OF_JOINED, rare=True)


def _too_many(most: int) -> UsageError:
    """The refusal of more keys than so many that a user adds."""
    todo = "Add fewer comparisons that block, or fewer blocking rules."
    told = f"there are more blocking keys than a pair can name: {most} may be added."
    return UsageError(
        f"{told} {todo}", todo=todo, code="too-many-keys", places={"most": str(most)}
    )
