"""The kinds of fault, of entries and of whole lists, one function each; the effects of all."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import pyarrow as pa
from numpy.random import Generator
from rapidfuzz import fuzz

from voterlist.arrays import AnyArray
from voterlist.model import Unit
from voterlist.synth.plan import Plan, settlement, street
from voterlist.tables import Row


@dataclass
class Desk:
    """Lists of an invented nation that faults are written into, and what was planted.

    A fault of entries is a row of ``faults`` for each entry, with ``row``; a fault of a place is
    one row, with ``place``: an entry that stands there.
    """

    plan: Plan
    entries: pa.Table
    list_of: AnyArray
    """The list of each entry."""
    rng: Generator
    female: AnyArray
    cells: dict[str, dict[int, str | None]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    """The cells that were written, by the name of the column and the entry."""
    removed: set[int] = field(default_factory=set)
    """The entries that were taken out."""
    lists: dict[int, int] = field(default_factory=dict)
    """A list whose entries stand in another one's precinct: that other list."""
    halved: set[int] = field(default_factory=set)
    """Lists that are handed in as two files."""
    streets: list[Row] = field(default_factory=list)
    """Rows added to the register of streets (BORDERS)."""
    faults: list[Row] = field(default_factory=list)
    with_fault: set[int] = field(default_factory=set)
    """The entries with a fault."""
    turn: int = 0
    """How many entries were given a fault of the kind before."""
    _count: int = 0

    def read(self, name: str, row: int) -> str:
        """The cell as it is now; an empty text where there is nothing."""
        if row in self.cells[name]:
            return self.cells[name][row] or ""
        return self.entries.column(name)[row].as_py() or ""

    def year(self, row: int) -> int:
        """The year of birth as it is written now; 1970 where none is."""
        match = re.search(r"\d{4}", self.read("birth_date", row))
        return int(match[0]) if match else 1970

    def write(self, name: str, row: int, text: str | None) -> None:
        """Another text in a cell."""
        self.cells[name][row] = text

    def copy(self, names: tuple[str, ...], row: int, to: int) -> None:
        """Cells of one entry written over those of another."""
        for name in names:
            self.write(name, to, self.read(name, row) or None)

    def rows(self, at: int) -> AnyArray:
        """The entries of a list."""
        return np.flatnonzero(self.list_of == at)

    @property
    def constituency(self) -> AnyArray:
        """The number of the constituency of each list."""
        return self.plan.numbers[self.plan.precincts.constituency]

    def into(self) -> AnyArray:
        """For each list the one in whose precinct its entries stand.

        Itself, but for those put under another.
        """
        into = np.arange(len(self.constituency))
        into[list(self.lists)] = list(self.lists.values())
        return into

    def free(self) -> AnyArray:
        """Which lists have no fault of their own, and share their precinct with no other."""
        free = np.ones(len(self.constituency), dtype=bool)
        free[[*self.lists_with_fault(), *self.lists, *self.lists.values()]] = False
        return free

    def lists_with_fault(self) -> set[int]:
        """The lists with a fault of their own."""
        places = [fault.get("place") for fault in self.faults]
        return {int(self.list_of[place]) for place in places if place is not None}

    def record(self, rule: str, *rows: int, unit: Unit = Unit.ENTRY) -> None:
        """A fault that these entries make together."""
        self._count += 1
        self.with_fault.update(rows)
        for row in rows:
            fault = {"fault": self._count, "rule": rule, "unit": unit, "row": row}
            self.faults.append(fault)

    def record_place(
        self, rule: str, row: int | None, unit: Unit = Unit.PRECINCT
    ) -> None:
        """A fault of the place where this entry stands; None: of the whole list."""
        self._count += 1
        fault = {"fault": self._count, "rule": rule, "unit": unit, "place": row}
        self.faults.append(fault)


_PERSON = ("surname", "given_name", "patronymic", "birth_date", "sex")
"""Who an entry is, without the numbers of documents."""
_NUMBERS = ("document", "fin")
_SLIPS = "bcçfghjklnprstvxz"
"""Letters that stand inside a misspelt surname, one after the other."""
_CYRILLIC = "\u0400"
"""The first letter of the Cyrillic alphabet; Latin ones come before it."""
_CROWD, _STRANGERS = 14, 7
"""So many entries of one address are a crowd; so many surnames are strangers to each other."""
_TWINS = dict(zip("aeopcAEOPCаеорсАЕОРС", "аеорсАЕОРСaeopcAEOPC", strict=True))
"""Letters that look the same in the other alphabet."""
_TRIED = 50
"""So many dwellings of other precincts are looked at."""
_UNLIKE = 60.0
"""Below this token set ratio two names of streets are unlike."""
_NO_FLAT = 200
"""No house has so many flats."""
_FEWEST_FOR_MISSPELT = 30_000
"""Of fewer entries no surname is frequent enough to be told from its misspelling."""

Kind = Callable[[Desk, int], None]
"""A kind of fault: the desk, and the entry or the list that gets one."""


def _rewritten(
    rule: str,
    name: str,
    rewrite: Callable[[str], str | None],
    desk: Desk,
    row: int,
) -> None:
    """A cell rewritten.

    Args:
        rule: the code of the rule that must find it.
        name: the column.
        rewrite: from what stands there to what is written; None leaves the cell empty.
        desk: the lists.
        row: the entry.
    """
    desk.write(name, row, rewrite(desk.read(name, row)))
    desk.record(rule, row)


def _mix(text: str) -> str:
    """A letter of the other alphabet that looks like none of this one behind the second letter."""
    letter = "ж" if text[0] < _CYRILLIC else "d"
    return text[:2] + letter + text[2:]


def _with_digit(text: str) -> str:
    """A digit in the place of the second letter."""
    return f"{text[:1]}4{text[2:]}"


def _with_title(text: str) -> str:
    """A title before the surname, in its alphabet."""
    title = "Dr." if text[0] < _CYRILLIC else "гр."
    return f"{title} {text}"


def _document_of(fin: str) -> str:
    """A document number made of a FIN, so that no two FINs give the same."""
    letters = sum(map(ord, fin))
    number = int(fin, 36) % 10_000
    return f"AZE{letters:04d}{number:04d}"


def _part(text: str) -> str:
    """A dash behind the first letters of a document's number."""
    return f"{text[:2]}-{text[2:]}"


def _other_birth_date(rule: str, date: str) -> Kind:
    """Another birth date, the same in each entry that gets it."""
    return partial(_rewritten, rule, "birth_date", lambda _: date)


def _other_person(desk: Desk, row: int) -> int | None:
    """The next entry of the same list of another sex, given name and birth date."""
    for other in desk.rows(int(desk.list_of[row])).tolist():
        if other > row and desk.female[other] != desk.female[row]:
            return int(other)
    return None


def _share(rule: str, name: str, desk: Desk, row: int) -> None:
    """The number of another person of the list, who has another sex."""
    other = _other_person(desk, row)
    if other is not None:
        desk.write(name, row, desk.read(name, other))
        desk.record(rule, row, other)


def _elsewhere(desk: Desk, row: int, *, same_constituency: bool) -> int | None:
    """A random faultless entry of the same sex in another list; None where there is none.

    ``same_constituency``: of the same constituency, or of any other one.
    """
    at = int(desk.list_of[row])
    is_same = desk.constituency == desk.constituency[at]
    lists = desk.free() & (is_same == same_constituency)
    lists[at] = False
    same_sex = desk.female == desk.female[row]
    free = lists[desk.list_of] & same_sex
    free[list(desk.with_fault)] = False
    candidates = np.flatnonzero(free)
    if not len(candidates):
        return None
    return int(desk.rng.choice(candidates))


def _repeated_here(desk: Desk, row: int) -> None:
    """The person once more in the list, over the next entry of the same sex."""
    rows = desk.rows(int(desk.list_of[row]))
    same_sex = desk.female[rows] == desk.female[row]
    later = rows[(rows > row + 3) & same_sex]
    if len(later):
        to = int(later[0])
        desk.copy((*_PERSON, *_NUMBERS), row, to)
        desk.record("same-entry-repeated", row, to)


def _repeated_elsewhere(
    rule: str, desk: Desk, row: int, *, inside: bool, numbers: bool = True
) -> None:
    """The person once more in another list; without the numbers it is somebody with two FINs.

    Args:
        rule: the code of the rule that must find it.
        desk: the lists.
        row: the entry that is written once more, over another one.
        inside: in another list of the same constituency, or of any other one.
        numbers: with the numbers of the documents too.
    """
    to = _elsewhere(desk, row, same_constituency=inside)
    if to is None:
        return
    cells = (*_PERSON, *_NUMBERS) if numbers else _PERSON
    desk.copy(cells, row, to)
    desk.record(rule, row, to)
    if not numbers:
        desk.record("same-entry-in-constituency", row, to)


def _of_other_sex(
    rule: str, name: str, texts: tuple[str, str], desk: Desk, row: int
) -> None:
    """A part of the name that only the other sex has.

    ``texts``: what a man gets, and what a woman gets.
    """
    desk.write(name, row, texts[int(desk.female[row])])
    desk.record(rule, row)


def _misspelt(desk: Desk, row: int) -> None:
    """The most frequent surname with another letter inside, each time another."""
    if desk.turn < len(_SLIPS) and len(desk.list_of) >= _FEWEST_FOR_MISSPELT:
        ending = "a" if desk.female[row] else ""
        desk.write("surname", row, f"Məm{_SLIPS[desk.turn]}ədov{ending}")
        desk.record("name-misspelt", row)


def _numbered_again(desk: Desk, row: int) -> None:
    """The line number of the entry before; its own number is then missing."""
    if row and desk.list_of[row - 1] == desk.list_of[row]:
        desk.write("number", row, desk.read("number", row - 1))
        desk.record("line-number-repeat", row, row - 1)


def _move(desk: Desk, rows: Iterable[int], address: str) -> None:
    """Write one address for all these entries."""
    for row in rows:
        desk.write("address", row, address)


def _crowd(desk: Desk, row: int) -> None:
    """Fourteen entries of one address."""
    last = min(row + _CROWD, len(desk.list_of))
    own_list = desk.list_of[row]
    rows = [other for other in range(row, last) if desk.list_of[other] == own_list]
    if len(rows) == _CROWD:
        _move(desk, rows, f"Uydurma küçəsi, ev {700 + desk.turn}")
        desk.record("crowded-dwelling", *rows, unit=Unit.DWELLING)


def _strangers(desk: Desk, row: int) -> None:
    """Seven entries of one address whose surnames begin with different letters."""
    row_of_letter: dict[str, int] = {}
    for other in range(row, min(row + 200, len(desk.list_of))):
        same_list = desk.list_of[other] == desk.list_of[row]
        if same_list and len(row_of_letter) < _STRANGERS:
            letter = desk.read("surname", other)[:1].lower()
            row_of_letter.setdefault(letter, other)
    if len(row_of_letter) == _STRANGERS:
        rows = row_of_letter.values()
        _move(desk, rows, f"Uydurma küçəsi, ev {800 + desk.turn}")
        desk.record("dwelling-without-shared-surname", *rows, unit=Unit.DWELLING)


def _two_precincts(desk: Desk, row: int) -> None:
    """An address that an entry of another precinct has too."""
    to = _elsewhere(desk, row, same_constituency=True)
    if to is not None:
        _move(desk, (row, to), f"Uydurma küçəsi, ev {900 + desk.turn}, mənzil 3")
        desk.record("address-in-two-precincts", row, to, unit=Unit.DWELLING)


def _outside(desk: Desk, row: int) -> None:
    """An address in a street of another precinct of the constituency, unlike any of this one."""
    at = int(desk.list_of[row])
    homes = desk.plan.dwellings
    names = desk.plan.names
    near = desk.free() & (desk.constituency == desk.constituency[at])
    near[at] = False
    own_streets = np.unique(homes.street[homes.precinct == at])
    own = [names.streets[number][0] for number in own_streets]
    candidates = desk.rng.permutation(np.flatnonzero(near[homes.precinct]))
    for home in candidates[:_TRIED].tolist():
        name = names.streets[homes.street[home]][0]
        likeness = [fuzz.token_set_ratio(name, other) for other in own]
        if max(likeness, default=0) >= _UNLIKE:
            continue
        village = settlement(names, int(homes.village[home]))
        written_street = street(names, homes.street[home])
        # A flat that no house has, so that nobody else is written at this address.
        line = (
            f"{written_street}, ev {homes.house[home]}, mənzil {_NO_FLAT + desk.turn}"
        )
        desk.write("address", row, f"{village}, {line}" if village else line)
        desk.record("address-outside-precinct", row)
        return


def _look_alike(desk: Desk, row: int) -> None:
    """A letter of the given name in the other alphabet, where it looks the same."""
    text = desk.read("given_name", row)
    for at, letter in enumerate(text):
        if at and letter in _TWINS:
            changed = text[:at] + _TWINS[letter] + text[at + 1 :]
            desk.write("given_name", row, changed)
            desk.record("mixed-script-repaired", row)
            return


def _father_in_given(desk: Desk, row: int) -> None:
    """The father's name in the column of the given name."""
    father = "Həsən qızı" if desk.female[row] else "Həsən oğlu"
    desk.write("given_name", row, f"{desk.read('given_name', row)} {father}")
    desk.write("patronymic", row, None)
    desk.record("patronymic-in-given-name", row)


def _exchange_names(desk: Desk, row: int) -> None:
    """Surname and given name in each other's column."""
    desk.write("surname", row, "Leyla" if desk.female[row] else "Rəşad")
    desk.write("given_name", row, "Əliyeva" if desk.female[row] else "Əliyev")
    desk.record("names-exchanged", row)


def _swap(desk: Desk, row: int) -> None:
    """Day and month exchanged, in a list that writes the day first."""
    if "." in desk.read("birth_date", row):
        desk.write("birth_date", row, f"06.25.{desk.year(row)}")
        desk.record("date-swapped", row)


def _unreadable_name(desk: Desk, row: int) -> None:
    """A given name without a letter, so with characters that no name has."""
    desk.write("given_name", row, "8-1")
    desk.record("name-unreadable", row)
    desk.record("strange-character", row)


def _without_series(desk: Desk, row: int) -> None:
    """A card's eight digits without AZE before them."""
    digits = "".join(filter(str.isdigit, desk.read("document", row)))
    desk.write("document", row, digits.zfill(8))
    desk.record("document-series-missing", row)


OF_ENTRIES: tuple[Kind, ...] = (
    partial(_rewritten, "missing-value", "patronymic", lambda _: None),
    partial(_rewritten, "placeholder-value", "patronymic", lambda _: "yoxdur"),
    partial(_rewritten, "mixed-script", "surname", _mix),
    partial(_rewritten, "strange-character", "given_name", _with_digit),
    _misspelt,
    partial(_rewritten, "fin-invalid", "fin", lambda text: text[:4]),
    partial(_rewritten, "fin-check-character", "fin", lambda text: f"{text}5"),
    partial(_rewritten, "fin-holds-document", "fin", _document_of),
    partial(_rewritten, "identifier-o-for-zero", "fin", lambda text: f"O{text[1:]}"),
    partial(_rewritten, "identifier-i-for-one", "fin", lambda text: f"I{text[1:]}"),
    partial(_rewritten, "identifier-look-alikes", "fin", lambda text: f"В{text[1:]}"),
    partial(_rewritten, "identifier-small-letters", "document", str.lower),
    partial(_rewritten, "identifier-signs-removed", "document", _part),
    partial(_rewritten, "document-invalid", "document", lambda text: text[:5]),
    partial(_share, "fin-shared", "fin"),
    partial(_share, "document-shared", "document"),
    partial(_repeated_elsewhere, "two-fins", inside=True, numbers=False),
    _repeated_here,
    partial(_repeated_elsewhere, "same-entry-in-constituency", inside=True),
    partial(_repeated_elsewhere, "same-entry-across-constituencies", inside=False),
    _other_birth_date("under-age", "2012-06-25"),
    _other_birth_date("over-age", "1901-06-25"),
    _other_birth_date("future-date", "2031-06-25"),
    _other_birth_date("impossible-date", "31.02.1980"),
    _other_birth_date("date-unreadable", "1?8? il"),
    partial(_rewritten, "sex-unreadable", "sex", lambda _: "8"),
    partial(_rewritten, "initials-only", "given_name", lambda text: f"{text[:1]}."),
    partial(
        _of_other_sex,
        "sex-contradicts-patronymic",
        "patronymic",
        ("Həsən qızı", "Həsən oğlu"),
    ),
    partial(_of_other_sex, "sex-contradicts-surname", "surname", ("Əliyeva", "Əliyev")),
    partial(
        _of_other_sex, "sex-contradicts-given-name", "given_name", ("Leyla", "Rəşad")
    ),
    _numbered_again,
    _crowd,
    _strangers,
    _two_precincts,
    _outside,
    _look_alike,
    _father_in_given,
    _swap,
    _without_series,
    partial(_rewritten, "title-removed", "surname", _with_title),
    _unreadable_name,
    _exchange_names,
)
"""The kinds of fault of an entry, in the order in which they are planted."""


_LARGEST = 1_500
"""A list of more entries is too large."""
_SMALLEST = 30
"""So many entries are left of a list that becomes too small."""
_WOMEN_REMOVED = 0.6
_FEWEST_PAIRS = 5
"""So many repeats are more than coincidence in lists without any other."""
_SHARE_OF_DATES = 12
"""One birth date in so many is a year alone, in a constituency that has such dates."""


def _some(desk: Desk, at: int, share: float) -> list[int]:
    """A share of a list's entries by chance, in the order of the list."""
    rows = desk.rows(at)
    chosen = desk.rng.choice(rows, round(share * len(rows)), replace=False)
    return [int(row) for row in np.sort(chosen)]


def _first(desk: Desk, at: int) -> int:
    """The first entry of a list; it says where the list stands."""
    return int(desk.rows(at)[0])


def _number(desk: Desk, rows: Iterable[int]) -> None:
    """These entries numbered from 1 on."""
    for number, row in enumerate(rows, start=1):
        desk.write("number", int(row), str(number))


def _rewritten_share(
    rule: str,
    name: str,
    share: float,
    rewrite: Callable[[Desk, int], str | None],
    desk: Desk,
    at: int,
) -> None:
    """A share of a list's cells of a field rewritten; None leaves one empty.

    The fault of ``rule`` is recorded for the list.
    """
    rows = _some(desk, at, share)
    for row in rows:
        desk.write(name, row, rewrite(desk, row))
    desk.record_place(rule, rows[0])


def _nothing(_desk: Desk, _row: int) -> None:
    """The cell is left empty."""


def _first_of_january(desk: Desk, row: int) -> str:
    """The first day of the same year."""
    return f"{desk.year(row)}-01-01"


def _fifteenth(desk: Desk, row: int) -> str:
    """The fifteenth of any month of the same year."""
    month = desk.rng.integers(1, 13)
    return f"{desk.year(row)}-{month:02d}-15"


def _year_only(desk: Desk, row: int) -> str:
    """The same year alone."""
    return str(desk.year(row))


def _round_year(desk: Desk, row: int) -> str:
    """The same date in a year that 5 divides, at most four years earlier."""
    year = desk.year(row)
    date = desk.read("birth_date", row)
    return date.replace(str(year), str(year - year % 5))


def _young(desk: Desk, _row: int) -> str:
    """The date of somebody between 18 and 28."""
    year = desk.rng.integers(1998, 2007)
    month = desk.rng.integers(1, 13)
    day = desk.rng.integers(1, 29)
    return f"{year}-{month:02d}-{day:02d}"


def _without_women(desk: Desk, at: int) -> None:
    """Most women of a list taken out."""
    rows = desk.rows(at)
    is_woman = desk.female[rows]
    women = rows[is_woman]
    men = rows[~is_woman]
    removed = women[: round(_WOMEN_REMOVED * len(women))]
    desk.removed.update(removed.tolist())
    desk.record_place("sex-ratio-outlier", int(men[0]))
    _renumber(desk, at)


def _too_small(desk: Desk, at: int) -> None:
    """A list of which a few entries are left."""
    rows = desk.rows(at)
    desk.removed.update(rows[_SMALLEST:].tolist())
    desk.record_place("precinct-too-small", _first(desk, at))


def _too_large(desk: Desk, at: int) -> None:
    """A list's entries below the list before, if that has no fault and the sum is too large."""
    before = at - 1
    if before < 0 or desk.constituency[before] != desk.constituency[at]:
        return
    if before in desk.lists_with_fault():
        return
    rows = [*desk.rows(before).tolist(), *desk.rows(at).tolist()]
    if len(rows) > _LARGEST:
        desk.lists[at] = before
        desk.record_place("precinct-too-large", rows[0])
        _number(desk, rows)


def _renumber(desk: Desk, at: int) -> None:
    """The entries that are left numbered from 1 on."""
    left = [row for row in desk.rows(at).tolist() if row not in desk.removed]
    _number(desk, left)


def _gap(desk: Desk, at: int) -> None:
    """Three numbers left out in the middle of a list."""
    rows = desk.rows(at)
    for row in rows[len(rows) // 2 :].tolist():
        number = int(desk.read("number", row))
        desk.write("number", row, str(number + 3))
    desk.record_place("line-number-gap", _first(desk, at), Unit.FILE)


def _street_row(desk: Desk, at: int, name: str | None, houses: str) -> None:
    """Add a row to the register of streets, in the precinct of a list.

    ``houses``: its houses as the register writes them.
    """
    row = {
        "constituency": int(desk.constituency[at]),
        "precinct": int(desk.plan.precincts.number[at]),
        "settlement": None,
        "street": name,
        "houses": houses,
    }
    desk.streets.append(row)


def _unread_row(desk: Desk, at: int) -> None:
    """A row of the register of streets that names no street."""
    _street_row(desk, at, None, "1-5")
    desk.record_place("street-row-unused", _first(desk, at), Unit.FILE)


def _unread_houses(desk: Desk, at: int) -> None:
    """A row of the register of streets whose houses are no numbers."""
    _street_row(desk, at, "Oxunmaz küçəsi", "altı")
    desk.record_place("street-houses-unreadable", _first(desk, at), Unit.FILE)


OF_LISTS: tuple[Kind, ...] = (
    partial(
        _rewritten_share,
        "heaping-first-of-january",
        "birth_date",
        0.3,
        _first_of_january,
    ),
    partial(_rewritten_share, "heaping-fifteenth", "birth_date", 0.3, _fifteenth),
    partial(_rewritten_share, "heaping-round-year", "birth_date", 0.5, _round_year),
    partial(_rewritten_share, "birth-year-only-outlier", "birth_date", 0.5, _year_only),
    partial(_rewritten_share, "age-structure-outlier", "birth_date", 0.5, _young),
    partial(_rewritten_share, "missing-fin-outlier", "fin", 0.5, _nothing),
    partial(_rewritten_share, "missing-column", "sex", 1.0, _nothing),
    _without_women,
    _too_small,
    _too_large,
    _gap,
    _unread_row,
    _unread_houses,
)
"""The kinds of fault of a list; each is planted in lists of its own."""


def _two_lists(desk: Desk, at: int) -> None:
    """A list handed in as two files, each numbered from 1 on."""
    rows = desk.rows(at)
    desk.halved.add(at)
    _number(desk, rows[len(rows) // 2 :])
    desk.record_place("precinct-in-two-lists", _first(desk, at))


OF_FILES: tuple[Kind, ...] = (_two_lists,)
"""What only lists that are files can have."""


def _of_years(desk: Desk) -> None:
    """A constituency with one birth date in twelve a year alone, in lists without other faults."""
    own = desk.constituency == desk.rng.choice(np.unique(desk.constituency))
    is_candidate = (own & desk.free())[desk.list_of]
    rows = np.flatnonzero(is_candidate)
    rows = rows[~np.isin(rows, list(desk.with_fault))]
    own_entries = int(own[desk.list_of].sum())
    count = own_entries // _SHARE_OF_DATES
    # A larger share of them would make the other lists the odd ones.
    if not count or count > len(rows) / 4:
        return
    for row in desk.rng.choice(rows, count, replace=False).tolist():
        desk.write("birth_date", row, str(desk.year(row)))
    desk.record_place("birth-year-only", int(rows[0]), Unit.CONSTITUENCY)


def finish(desk: Desk) -> None:
    """What is planted last, and what the faults make together.

    A number that stands twice leaves a gap; people who stand twice are more than coincidence.
    """
    _of_years(desk)
    repeated = _rows_with(desk, "line-number-repeat")
    for at in np.unique(desk.list_of[repeated]):
        desk.record_place("line-number-gap", _first(desk, at), Unit.FILE)
    _beyond_chance(desk)


def _rows_with(desk: Desk, rule: str) -> list[int]:
    """The entries with a fault of this rule."""
    return [fault["row"] for fault in desk.faults if fault["rule"] == rule]


def _beyond_chance(desk: Desk) -> None:
    """The repeats of a constituency, and of the whole list, where they are many."""
    repeats = {"same-entry-repeated", "same-entry-in-constituency"}
    first_row: dict[int, int] = {}
    # A pair is recorded for both its entries, the first of them first.
    for fault in reversed(desk.faults):
        if fault["rule"] in repeats:
            first_row[fault["fault"]] = fault["row"]
    rows_of: dict[int, list[int]] = defaultdict(list)
    for row in first_row.values():
        constituency = int(desk.constituency[desk.list_of[row]])
        rows_of[constituency].append(row)
    for _, rows in sorted(rows_of.items()):
        if len(rows) >= _FEWEST_PAIRS:
            desk.record_place("coincidences-beyond-chance", rows[0], Unit.CONSTITUENCY)
    several = len(np.unique(desk.constituency)) > 1
    if several and len(first_row) >= _FEWEST_PAIRS:
        desk.record_place("coincidences-beyond-chance", None, Unit.CONSTITUENCY)
