"""What several rules ask alike: of an entry, its letters, its line number, what it shares."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.arrays import Bools, Longs, completed_years
from voterlist.check.context import Context, groups_of
from voterlist.facts.latin import rewrite_mixed
from voterlist.fields import NAMES
from voterlist.findings import PRECINCT_PLACE
from voterlist.model import Rule, Sex
from voterlist.persons.matching import are_two_people
from voterlist.persons.shared_values import sharing
from voterlist.schemas import FINDING
from voterlist.tables import concat, fits, group_codes, map_unique, over_rows


def is_missing(context: Context, field: str) -> Bools:
    """True where a field of ENTRY is neither written nor could be had from another cell.

    A cell that was written and not understood, a placeholder among them, is not missing:
    ``normalize`` speaks of it.
    """
    column = "birth_year" if field == "birth_date" else field
    return ~(context.is_known(column) | context.is_written(field))


def lacks_column(context: Context, missing: Bools) -> Bools:
    """True for each precinct that lacks the field in more of its entries than the settings allow.

    ``missing`` is what ``is_missing`` gives for the field.
    """
    precincts = context.precincts
    return precincts.count(missing) > context.settings.most_missing * precincts.size


_LAST_DAYS = np.array([31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
"""The last day of each month; of February that of a leap year."""


def _age(context: Context, month: Longs, day: Longs) -> Longs:
    """Completed years on the day for a birth on this day of the birth year, row by row."""
    return completed_years(context.number("birth_year"), month, day, context.on_day)


def _known_or(context: Context, name: str, instead: int | Longs) -> Longs:
    number = context.number(name)
    return np.where(number < 0, instead, number)


def youngest_possible(context: Context) -> Longs:
    """The age in completed years if what is missing of the date is the last day that it can be."""
    month = _known_or(context, "birth_month", 12)
    last_day = np.take(_LAST_DAYS, month - 1, mode="clip")
    return _age(context, month, _known_or(context, "birth_day", last_day))


def oldest_possible(context: Context) -> Longs:
    """The age in completed years if what is missing of the date is the first day that it can be."""
    month = _known_or(context, "birth_month", 1)
    return _age(context, month, _known_or(context, "birth_day", 1))


def is_unborn(context: Context) -> Bools:
    """True where the birth date surely lies after the day."""
    return context.is_known("birth_year") & (oldest_possible(context) < 0)


def contradicted_sex(
    context: Context, rule: Rule, witness: str, field: str
) -> pa.Table:
    """FINDING: entries whose stated sex is not the one in the column ``witness`` of VOTER.

    Where either is not known, nothing is contradicted. ``field`` is the one that tells the sex.
    """
    is_man, is_woman = (context.equals("sex", sex) for sex in (Sex.MALE, Sex.FEMALE))
    says_man, says_woman = (
        context.equals(witness, sex) for sex in (Sex.MALE, Sex.FEMALE)
    )
    is_contradicted = (is_man & says_woman) | (is_woman & says_man)
    return context.entry_findings(rule, is_contradicted, field=field)


# Letters in the names as written: of two scripts in one word, or of no alphabet used here.

_LATIN = "a-zA-ZçÇəƏğĞıİöÖşŞüÜ" + "äÄǝƎ" + "âÂîÎûÛ"
"""Basic Latin, the Azerbaijani alphabet, the letters that stand for ə in older fonts, and the
Turkish ones."""
_CYRILLIC = "а-яА-ЯёЁ" + "әӘғҒҝҜјЈөӨүҮһҺҹҸ" + "іІїЇєЄґҐ"
"""Russian, the Azerbaijani of before 1991, and Ukrainian."""
_BETWEEN = r"\s.,'’‘`ʼ´\-‐‑–()"
"""What stands between the letters of a name: blanks, initials, apostrophes, hyphens, a former
surname in brackets."""

_MIXED = re.compile(f"[{_LATIN}][{_CYRILLIC}]|[{_CYRILLIC}][{_LATIN}]")
_WORD = re.compile(r"[^\W\d_]+")
STRANGE = re.compile(f"[^{_LATIN}{_CYRILLIC}{_BETWEEN}]")
ANY_CYRILLIC = r"\p{Cyrillic}"
"""Without it a name is of one script, composed or not."""


def has_mixed_script(text: str) -> bool:
    """True where a word has letters of two alphabets and no reading in one of them.

    A word with mere look-alikes of the other alphabet is repaired before the tests, and noticed
    there.
    """
    composed = unicodedata.normalize("NFC", text)
    return any(
        _MIXED.search(word) and rewrite_mixed(word) is None
        for word in _WORD.findall(composed)
    )


def has_strange_character(text: str) -> bool:
    """True where a name holds a digit, a sign, or a letter of no alphabet used here."""
    # i with a dot above is what lower() makes of İ.
    return (
        STRANGE.search(unicodedata.normalize("NFC", text).replace("i̇", "i")) is not None
    )


def faulty_names(
    context: Context,
    rule: Rule,
    suspect: str,
    is_faulty: Callable[[str], bool],
    rows: Bools | None = None,
) -> pa.Table:
    """FINDING: entries with a faulty name, by field.

    Args:
        context: what the rules look at.
        rule: the rule that they break.
        suspect: a pattern (RE2) that every faulty name holds; only these are looked at.
        is_faulty: told of each distinct name.
        rows: the entries that are asked; all where left out.
    """

    def are_faulty(names: pa.Array) -> Bools:
        flags = fits(names, suspect)
        flags[flags] = [is_faulty(name) for name in names.filter(flags).to_pylist()]
        return flags

    findings = []
    for field in NAMES:
        is_found = over_rows(context.entries.column(field), are_faulty, null=False)
        if rows is not None:
            is_found &= rows
        findings.append(context.entry_findings(rule, is_found, field=field))
    return concat(findings, FINDING)


# The line numbers of a list as its precinct wrote them.

_MOST_REPEATED = 0.2
"""Where more of a list's numbers are repeats, it does not number its entries through (but by
street, by page)."""


def line_number(text: str) -> int | None:
    """The number that stands in a cell such as ``12``, ``12.`` or ``12.0``.

    None where it is no whole number.
    """
    match = re.fullmatch(r"\s*(\d{1,9})(?:\.0*|\))?\s*", text)
    return int(match[1]) if match else None


class Numbered(NamedTuple):
    """The entries of lists that number their entries through, by list, number and line.

    One element per entry.
    """

    row: Longs
    list: Longs
    number: Longs

    def of(self, kept: Bools) -> Numbered:
        """Those that are flagged."""
        return Numbered(self.row[kept], self.list[kept], self.number[kept])


def numbered_entries(context: Context) -> Numbered:
    """The entries with a line number, of lists that repeat few of their numbers."""
    read = map_unique(context.entries.column("number"), line_number, pa.int64())
    number = np.asarray(read.fill_null(-1))
    row = np.flatnonzero(number >= 0)
    lists, count = group_codes(
        context.entries, "source", "sheet", "constituency", "precinct", known=False
    )
    line = np.asarray(context.entries.column("line"))
    row = row[np.lexsort((line[row], number[row], lists[row]))]
    numbered = Numbered(row, lists[row], number[row])
    repeats = np.bincount(numbered.list[~is_new_number(numbered)], minlength=count)
    size = np.bincount(numbered.list, minlength=count)
    is_through = (repeats <= _MOST_REPEATED * size)[numbered.list]
    return numbered if is_through.all() else numbered.of(is_through)


def mostly_set_aside(lists: pa.Table) -> pa.ChunkedArray:
    """True for the lists (LIST) most of whose rows were set aside, each with its reason.

    So is what an earlier version of the list has word for word: `list-version` tells it.
    """
    return pc.greater(lists.column("set_aside"), lists.column("entries"))


def is_new_number(numbered: Numbered) -> Bools:
    """False where the number stood on an earlier line of the list."""
    is_new = np.ones(len(numbered.row), dtype=bool)
    is_new[1:] = (np.diff(numbered.list) != 0) | (np.diff(numbered.number) != 0)
    return is_new


# Entries that share an identifier, or names and full birth date, with another one.
#
# Whether the two are one person, ``link`` weighs and a person decides.

PERSON = (
    "surname_stem",
    "given_skeleton",
    "birth_year",
    "birth_month",
    "birth_day",
    "patronymic_skeleton",
)


def beside_fullest(context: Context, rows: Longs, code: Longs) -> tuple[Longs, Longs]:
    """Rows that share a code, beside the row of that code which holds the most.

    Args:
        context: what the rules look at.
        rows: ascending rows.
        code: what each of them shares with others.

    Returns:
        Two arrays of rows, one element for each row but the fullest: the row, and the fullest of
        its code. Of several such it is the first.
    """
    gaps = np.zeros(len(rows), dtype=np.int64)
    for name in PERSON:
        gaps += ~context.is_known(name)[rows]
    order = np.lexsort((rows, gaps, code))
    rows, code = rows[order], code[order]
    starts = np.flatnonzero(np.diff(code, prepend=-1))
    sizes = np.diff(np.append(starts, len(rows)))
    fullest = np.repeat(rows[starts], sizes)
    is_other = rows != fullest
    return rows[is_other], fullest[is_other]


def shared_by_two_people(context: Context, rule: Rule, field: str) -> pa.Table:
    """FINDING: entries that share the field with another one which seems to be somebody else."""
    rows, fullest = beside_fullest(context, *sharing(context.voters.column(field)))
    people = context.voters.select([*PERSON, "given_sex"])
    left, right = (people.take(at) for at in (rows, fullest))
    apart = are_two_people(left, right)
    return context.entry_findings(rule, rows[apart], other=fullest[apart], field=field)


_NO_GROUP = -1
"""The code of a row that is in no group."""


class Repeats(NamedTuple):
    """The entries that share names and full date with another; one element per entry.

    Beside each row stands the first such entry within a place: the row itself where there is no
    other.
    """

    rows: Longs
    in_precinct: Longs
    in_constituency: Longs
    anywhere: Longs


def repeated_entries(context: Context) -> Repeats:
    """Which entries repeat which.

    Where the constituency is not known to anybody, the precinct alone says the place.
    """
    rows, person = context.namesakes
    places = context.voters.select(PRECINCT_PLACE).take(rows)
    table = places.append_column("person", pa.array(person))
    constituency, _ = group_codes(table, "person", "constituency", known=False)
    precinct, _ = group_codes(table, "person", *PRECINCT_PLACE, known=False)
    precinct[~context.is_known("precinct")[rows]] = _NO_GROUP
    return Repeats(
        rows,
        in_precinct=_first(rows, precinct),
        in_constituency=_first(rows, constituency),
        anywhere=_first(rows, person),
    )


def _first(rows: Longs, code: Longs) -> Longs:
    """The first row of each row's code; the row itself where it has none."""
    groups = groups_of(code, int(code.max(initial=_NO_GROUP)) + 1)
    return np.where(code >= 0, rows[np.append(groups.first, 0)[code]], rows)
