"""The kinds of fault of a whole list, one function each, and the effects of all kinds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import partial

import numpy as np

from voterlist.model import Unit
from voterlist.synth.fault_kinds import Desk, Kind

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


def _rewritten(
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
        _rewritten, "heaping-first-of-january", "birth_date", 0.3, _first_of_january
    ),
    partial(_rewritten, "heaping-fifteenth", "birth_date", 0.3, _fifteenth),
    partial(_rewritten, "heaping-round-year", "birth_date", 0.5, _round_year),
    partial(_rewritten, "birth-year-only-outlier", "birth_date", 0.5, _year_only),
    partial(_rewritten, "age-structure-outlier", "birth_date", 0.5, _young),
    partial(_rewritten, "missing-fin-outlier", "fin", 0.5, _nothing),
    partial(_rewritten, "missing-column", "sex", 1.0, _nothing),
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
