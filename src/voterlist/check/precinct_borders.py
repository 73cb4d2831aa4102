"""Whether an address lies in its precinct, by the register of the precincts' streets."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from rapidfuzz import fuzz
from rapidfuzz.process import cdist

from voterlist.arrays import AnyArray, Bools, Floats, Longs
from voterlist.fields import PLACE
from voterlist.model import Covers, ListKind, frozen
from voterlist.schemas import REGISTER_USE, STREET, VOTER, require
from voterlist.tables import (
    codes,
    concat,
    from_columns,
    group_codes,
    is_known,
    mask_of,
    matches,
    numbers,
    text_of,
    with_encoded_text,
)

_ALIKE = 80.0
"""Two names of streets, or of settlements, are one if this alike in percent (``token_set_ratio``).

It only ever speaks for the voter: an address counts as inside on a likeness, as outside on the very
name."""

_DIGITS = re.compile(r"\d+")
_LEADING_NUMBER = r"^(?P<number>\d{1,4})(?:\D|$)"

INSIDE, OUTSIDE, NO_STREET, NO_SUCH_STREET, NOT_ASKED = range(5)
STREET_MEASURES = (
    "inside",
    "outside",
    "no-street",
    "no-such-street",
    "precinct-not-in-register",
)
"""What an address of a permanent list comes to be, in the order of the codes."""

_VOTER_PLACE = ("constituency", "precinct", "settlement", "street", "house")
_JUDGED = with_encoded_text(
    pa.schema([VOTER.field(name) for name in ("list_kind", *_VOTER_PLACE)])
)
"""What of VOTER is looked at."""


@frozen
class JudgedAddresses:
    """What each voter's address came to be.

    Attributes:
        verdict: int64, the place of the word in ``STREET_MEASURES``; -1: of no permanent list, or
            of no known precinct.
        precinct: float64, the precinct that the register gives to an address outside; NaN where it
            gives it to none.
    """

    verdict: Longs
    precinct: Floats

    @classmethod
    def without_verdict(cls, count: int, code: int) -> JudgedAddresses:
        """So many addresses, each with this code and without a precinct."""
        return cls(np.full(count, code, np.int64), np.full(count, np.nan))


def street_use(voters: pa.Table, streets: pa.Table | None) -> pa.Table:
    """REGISTER_USE of the register of streets: how many addresses could be judged by it.

    Addresses of permanent lists are counted. ``judged`` are those ``inside`` and ``outside``; of
    the others it is said why not. All null without a register. Of a list of several constituencies
    each is counted besides.
    """
    if streets is None:
        return _use(None)
    judged_voters = require(voters, _JUDGED, "check")
    verdict = judge(judged_voters, require(streets, STREET, "check")).verdict
    home, numbers = codes(voters.column("constituency"))
    parts = [_use(verdict)]
    if len(numbers) > 1:
        for place in np.argsort(np.asarray(numbers), kind="stable").tolist():
            number = numbers[place].as_py()
            parts.append(_use(verdict[home == place], number))
    return concat(parts, REGISTER_USE)


def _use(verdict: Longs | None, constituency: int | None = None) -> pa.Table:
    """REGISTER_USE of these verdicts; all null where there are none."""
    measures = ("total", "judged", *STREET_MEASURES)
    counts: list[int | None] = [None] * len(measures)
    if verdict is not None:
        known = verdict[verdict >= 0]
        each = np.bincount(known, minlength=len(STREET_MEASURES)).tolist()
        judged = each[INSIDE] + each[OUTSIDE]
        counts = [sum(each), judged, *each]
    columns = {
        "register": ["streets"] * len(measures),
        "measure": list(measures),
        "rows": pa.array(counts, pa.int64()),
        "constituency": pa.array([constituency] * len(measures), pa.int32()),
    }
    return from_columns(columns, REGISTER_USE)


def judge(voters: pa.Table, streets: pa.Table) -> JudgedAddresses:
    """The verdict on each voter's address.

    Addresses that are the same are judged once, a constituency at a time.

    Args:
        voters: VOTER, or those of its columns that an address needs.
        streets: STREET, the register of the precincts' streets.
    """
    rows = np.flatnonzero(_is_asked(voters))
    places = voters.select(_VOTER_PLACE).take(rows)
    address, count = group_codes(places, *_VOTER_PLACE, known=False)
    _, first = np.unique(address, return_index=True)
    distinct = places.take(first)
    of_address = JudgedAddresses.without_verdict(count, NOT_ASKED)
    for at, some, borders in _by_constituency(distinct, streets):
        judged = _Constituency.of(some, borders).judge()
        of_address.verdict[at] = judged.verdict
        of_address.precinct[at] = judged.precinct
    of_voter = JudgedAddresses.without_verdict(voters.num_rows, -1)
    of_voter.verdict[rows] = of_address.verdict[address]
    of_voter.precinct[rows] = of_address.precinct[address]
    return of_voter


def _is_asked(voters: pa.Table) -> Bools:
    """True for entries of permanent lists whose constituency and precinct are known."""
    list_kind = text_of(voters, "list_kind")
    is_permanent = pc.equal(list_kind, ListKind.PERMANENT)
    is_included = mask_of(is_permanent)
    for name in PLACE:
        is_included &= is_known(voters.column(name))
    return is_included


def _by_constituency(
    places: pa.Table, streets: pa.Table
) -> Iterator[tuple[Longs, pa.Table, pa.Table]]:
    """(rows, those places, the streets) of each constituency that is in both."""
    code, numbers = codes(places.column("constituency"))
    order = np.argsort(code, kind="stable")
    ends = np.cumsum(np.bincount(code, minlength=len(numbers)))
    for number, rows in zip(numbers, np.split(order, ends)[:-1], strict=True):
        borders = streets.filter(pc.equal(streets.column("constituency"), number))
        if borders.num_rows:
            yield rows, places.take(rows), borders


def _alike(left: pa.Array, right: pa.Array) -> Bools:
    """Which of the left names are one with which of the right, as a matrix.

    Other numbers make another name.
    """
    if not len(left) or not len(right):
        return np.zeros((len(left), len(right)), dtype=bool)
    scores = cdist(
        left.to_pylist(),
        right.to_pylist(),
        scorer=fuzz.token_set_ratio,
        score_cutoff=_ALIKE,
        dtype=np.uint8,
    )
    numbers = _numbers_in(left)[:, None]
    others = _numbers_in(right)
    agree = (numbers == others) | (numbers == "") | (others == "")
    return np.asarray((scores >= _ALIKE) & agree, dtype=bool)


def _numbers_in(names: pa.Array) -> AnyArray:
    """The numbers in each name with blanks between them; empty where it has none."""
    texts = [" ".join(_DIGITS.findall(name)) for name in names.to_pylist()]
    return np.array(texts)


@frozen
class _Constituency:
    """The distinct addresses of a constituency beside the rows of its register.

    A pair is an address and a row of the register whose streets are one.

    Attributes:
        places: the addresses.
        borders: the rows of the register (STREET).
        place: the address of each pair.
        border: the row of the register of each pair.
        same: True where the pair's names are equal, not alike only.
    """

    places: pa.Table
    borders: pa.Table
    place: Longs
    border: Longs
    same: Bools

    @classmethod
    def of(cls, places: pa.Table, borders: pa.Table) -> _Constituency:
        """The pairs of these addresses and rows."""
        street, streets = codes(places.column("street"))
        name, names = codes(borders.column("street"))
        left, right = np.nonzero(_alike(streets, names))
        # Address -> alike names -> rows of the register.
        address, pair = matches(street.astype(np.int64), left)
        step, border = matches(right[pair], name.astype(np.int64))
        place, meant = address[step], right[pair][step]
        own_name = pc.index_in(streets, value_set=names).fill_null(-1).to_numpy()
        is_same = own_name[street[place]] == meant
        kept = _settlements_meet(places, borders, place, border)
        return cls(places, borders, place[kept], border[kept], is_same[kept])

    def judge(self) -> JudgedAddresses:
        """The verdict on each address."""
        count = self.places.num_rows
        home = numbers(self.places, "precinct")
        precinct = numbers(self.borders, "precinct")
        is_covered = self._is_covered()
        is_own = home[self.place] == precinct[self.border]
        is_inside = _any(self.place[is_own & is_covered], count)
        is_inside |= self._in_whole_settlement(home, precinct)
        is_named = _any(self.place[self.same], count) | is_inside
        has_street = is_known(self.places.column("street"))
        verdict = np.select(
            [~np.isin(home, precinct), is_inside, ~has_street, ~is_named],
            [NOT_ASKED, INSIDE, NO_STREET, NO_SUCH_STREET],
            OUTSIDE,
        )
        is_read = _words(self.borders, "covers") != Covers.UNREAD
        is_elsewhere = self.same & is_covered & ~is_own & is_read[self.border]
        lowest = np.full(count, np.inf)
        np.minimum.at(
            lowest, self.place[is_elsewhere], precinct[self.border[is_elsewhere]]
        )
        return JudgedAddresses(verdict, np.where(np.isinf(lowest), np.nan, lowest))

    def _is_covered(self) -> Bools:
        """For each pair whether the row may mean the address's house.

        A house that is not known may be any.
        """
        number = _leading_number(self.places, "house")[self.place]
        covers = _words(self.borders, "covers")[self.border]
        first = numbers(self.borders, "first")[self.border]
        last = numbers(self.borders, "last")[self.border]
        in_range = (first < 0) | ((number >= first) & (number <= last))
        on_side = np.select(
            [covers == Covers.ODD, covers == Covers.EVEN],
            [number % 2 == 1, number % 2 == 0],
            default=True,
        )
        is_covered = np.select(
            [covers == Covers.ONE, covers == Covers.UNREAD],
            [self._is_one_house(number), True],
            in_range & on_side,
        )
        return is_covered.astype(bool) | (number < 0)

    def _is_one_house(self, number: Longs) -> Bools:
        """For each pair whether the single house of the row is that of the address.

        "12" means 12A and 12/3 too; "12A" means no other. ``number``: that of the address's house.
        """
        house = _words(self.places, "house")[self.place]
        named = _words(self.borders, "house")[self.border]
        named_number = _leading_number(self.borders, "house")[self.border]
        is_plain = np.char.isdigit(named) & (named_number == number)
        return np.asarray((named == house) | is_plain)

    def _in_whole_settlement(self, home: Longs, precinct: Longs) -> Bools:
        """Addresses that may lie in a settlement which belongs to their precinct with all it has.

        So too where a row of their precinct names neither street nor settlement that could be read.

        Args:
            home: the precinct of each address.
            precinct: that of each row of the register.
        """
        has_no_street = self.borders.column("street").is_null()
        whole = np.flatnonzero(has_no_street)
        place, at = matches(home, precinct[whole])
        kept = _settlements_meet(self.places, self.borders, place, whole[at])
        return _any(place[kept], len(home))


def _any(rows: Longs, count: int) -> Bools:
    """True for each row that is among these."""
    flags = np.zeros(count, dtype=bool)
    flags[rows] = True
    return flags


def _settlements_meet(
    places: pa.Table, borders: pa.Table, place: Longs, border: Longs
) -> Bools:
    """For each pair whether the two may lie in one settlement.

    One of them names none, or the names are alike.

    Args:
        places: addresses.
        borders: rows of the register.
        place: the address of each pair.
        border: the row of the register of each pair.
    """
    left, names = codes(places.column("settlement"))
    right, others = codes(borders.column("settlement"))
    alike = np.zeros((len(names) + 1, len(others) + 1), dtype=bool)
    alike[:-1, :-1] = _alike(names, others)
    # The last of each stands for null, which code -1 means.
    alike[-1, :] = alike[:, -1] = True
    return alike[left[place], right[border]]


def _words(table: pa.Table, name: str) -> AnyArray:
    """A column as text, empty where null."""
    texts = text_of(table, name).fill_null("")
    return np.asarray(texts.to_pylist(), dtype=str)


def _leading_number(table: pa.Table, name: str) -> Longs:
    """The number at the beginning of a house, -1 where none is known: 12 of 12A and of 12/3."""
    house = text_of(table, name).combine_chunks()
    parts = pc.extract_regex(house, _LEADING_NUMBER)
    numbers = pc.struct_field(parts, "number")
    return np.asarray(numbers.cast(pa.int64()).fill_null(-1), dtype=np.int64)
