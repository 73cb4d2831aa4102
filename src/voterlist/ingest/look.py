"""The files of one intake looked at together.

Each sheet understood, copies and versions of a list told apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

import numpy as np
import pyarrow as pa

from voterlist.arrays import Hashes, Longs
from voterlist.config.sections import IngestSettings
from voterlist.ingest.file_names import NamedPlace, Territory, places_of_names
from voterlist.ingest.findings import finding
from voterlist.ingest.ids import content_hash
from voterlist.ingest.lists import (
    Part,
    added_cells,
    balance,
    entries,
    set_aside,
    unread_part,
)
from voterlist.ingest.registers import register_in
from voterlist.ingest.sheet_findings import (
    copy_findings,
    cut_rows,
    of_columns,
    sheet_findings,
    year_findings,
)
from voterlist.ingest.survey import Survey, survey_file, troubles
from voterlist.model import AsideCode, ListKind, frozen
from voterlist.schemas import ENTRY, RawFile
from voterlist.tables import ReadRow, Row, concat

# Lists of one precinct that are versions of each other: an entry in both counts once.
#
# Which of two versions holds is for a person to say, so every entry that stands in one of them
# only is kept: no voter is lost, whoever was first. What says the same in every field is one
# voter written down twice, and is set aside in the second list, so no voter is doubled. Two lists
# are versions only where most of the smaller one is the same; the parts of one list, where a
# namesake may stand in each, share next to nothing.

_FEWEST = 10
"""So many entries at least must be the same, unless both lists are the same altogether."""
_MOST_OF = 0.5
"""The share of the smaller list that must be the same."""
_Place = tuple[int, int]
"""(constituency, precinct), 0 where one is not known."""


class _List:
    """The entries of one place in one sheet.

    Attributes:
        survey: the sheet.
        place: (constituency, precinct), 0 where one is not known.
        rows: the rows of the sheet, equal entries beside each other.
        hashes: of the content of each.
        counts: how often each hash stands in the list.
        nth: which of several equal entries each is, from 0.
    """

    def __init__(
        self, survey: Survey, place: _Place, rows: Longs, hashes: Hashes
    ) -> None:
        self.survey, self.place = survey, place
        # Equal entries in order of their rows, so that of three the same ones are always kept.
        order = np.lexsort((rows, hashes))
        self.rows, self.hashes = rows[order], hashes[order]
        values, starts, counts = np.unique(
            self.hashes, return_index=True, return_counts=True
        )
        self.counts = dict(zip(values.tolist(), counts.tolist(), strict=True))
        self.nth = np.arange(len(self.rows)) - np.repeat(starts, counts)

    def key(self) -> tuple[int, str, str]:
        """The larger list first, then an order that no file's name changes."""
        return (-len(self.rows), self.survey.file.source, self.survey.sheet.name or "")


def repeated_entries(
    surveys: Sequence[Survey], tables: Sequence[pa.Table]
) -> list[Row]:
    """Sets the entries aside that another version of their list repeats; returns the remarks.

    Args:
        surveys: of the sheets of one intake.
        tables: the entries of each.
    """
    lists = _lists(surveys, tables)
    findings = []
    for place in sorted(lists):
        same_place = sorted(lists[place], key=_List.key)
        for at, later in enumerate(same_place):
            earlier = same_place[:at]
            versions = [version for version in earlier if _are_versions(version, later)]
            if versions:
                findings.append(_set_aside(later, versions))
    return findings


def claimed_twice(surveys: Sequence[Survey], repeated: Sequence[ReadRow]) -> list[Row]:
    """The remarks on files that claim one precinct and are no versions of one another.

    Of temporary lists a precinct may have several.

    Args:
        surveys: of the sheets of one intake, after ``repeated_entries``.
        repeated: its remarks.
    """
    versions = {
        (row["source"], row["sheet"], row["constituency"] or 0, row["precinct"] or 0)
        for row in repeated
    }
    claims: dict[_Place, list[Survey]] = {}
    for survey in surveys:
        if survey.kind is not ListKind.PERMANENT:
            continue
        for place in _places(survey):
            sheet = (survey.file.source, survey.sheet.name, *place)
            _, precinct = place
            if precinct and sheet not in versions:
                claims.setdefault(place, []).append(survey)
    findings = []
    for place, claimants in sorted(claims.items()):
        sources = {survey.file.source for survey in claimants}
        if len(sources) < 2:
            continue
        for survey in claimants:
            cells = _cells(survey, place)
            count = float(len(sources))
            findings.append(finding("precinct-claimed-twice", **cells, value=count))
    return findings


def _places(survey: Survey) -> list[_Place]:
    """The places of which a sheet has entries."""
    constituencies, precincts, which, _ = survey.places.groups()
    groups = np.unique(which[survey.entries()])
    pairs = zip(constituencies[groups], precincts[groups], strict=True)
    return [(int(constituency), int(precinct)) for constituency, precinct in pairs]


def _cells(survey: Survey, place: _Place) -> dict[str, Any]:
    """The cells of a finding that say which list it is about."""
    constituency, precinct = place
    return {
        "source": survey.file.source,
        "sheet": survey.sheet.name,
        "constituency": constituency or None,
        "precinct": precinct or None,
    }


def _lists(
    surveys: Sequence[Survey], tables: Sequence[pa.Table]
) -> dict[tuple[int, int, str], list[_List]]:
    """The lists of each place and kind that has several."""
    places = Counter(
        (*place, survey.kind) for survey in surveys for place in _places(survey)
    )
    if max(places.values(), default=0) < 2:
        return {}
    hashes = content_hash(concat(tables, ENTRY))
    lists_of: dict[tuple[int, int, str], list[_List]] = {}
    start = 0
    for survey, table in zip(surveys, tables, strict=True):
        own = hashes[start : start + table.num_rows]
        start += table.num_rows
        rows = np.flatnonzero(survey.entries())
        _, _, which, _ = survey.places.groups()
        for group in np.unique(which[rows]).tolist():
            inside = which[rows] == group
            first = int(rows[inside][0])
            place = (
                int(survey.places.final["constituency"][first]),
                int(survey.places.final["precinct"][first]),
            )
            key = (*place, str(survey.kind))
            lists_of.setdefault(key, []).append(
                _List(survey, place, rows[inside], own[inside])
            )
    return {key: lists for key, lists in lists_of.items() if len(lists) > 1}


def _count_shared(one: _List, other: _List) -> int:
    """How many entries are the same in both, each counted as often as it stands in both."""
    in_both = Counter(one.counts) & Counter(other.counts)
    return in_both.total()


def _are_versions(one: _List, other: _List) -> bool:
    """True where two lists are one list twice, or a version of one another."""
    same, sizes = _count_shared(one, other), (len(one.rows), len(other.rows))
    if same == sizes[0] == sizes[1]:
        return same >= 2
    return same >= max(_FEWEST, _MOST_OF * min(sizes))


def _set_aside(later: _List, versions: Sequence[_List]) -> dict[str, Any]:
    """Sets aside what the other versions repeat; the list with most copies of it counts."""
    counts: Counter[int] = Counter()
    for version in versions:
        counts |= Counter(version.counts)
    repeats = later.nth < np.array([counts[entry] for entry in later.hashes.tolist()])
    later.survey.set_aside(later.rows[repeats], AsideCode.SAME_ENTRY)
    shared = [_count_shared(version, later) for version in versions]
    same = max(shared)
    version = versions[shared.index(same)]
    only = len(version.rows) + len(later.rows) - 2 * same
    cells = _cells(later.survey, later.place)
    if not only:
        return finding("list-repeated", **cells, value=float(same))
    count = float(repeats.sum())
    return finding("list-version", **cells, value=count, limit=float(only))


@frozen
class Seen:
    """The files of an intake, understood."""

    files: tuple[tuple[RawFile, int, tuple[Survey, ...]], ...]
    """Each file by content, which copy of its content it is, and its sheets that could be read."""
    tables: tuple[pa.Table, ...]
    """The entries of each sheet."""
    findings: tuple[Row, ...]
    """The findings about several lists together."""
    names: Mapping[str, NamedPlace]
    """What the name of each file says."""
    territory: Territory

    def parts(self, constituency: int | None) -> list[Part]:
        """What each sheet of each file adds to the intake."""
        parts = []
        for file, copy, _ in self.files:
            for sheet, code in troubles(file):
                named = self.names[file.name]
                parts.append(unread_part(file, sheet, code, constituency, named, copy))
        for survey, table in zip(_all_surveys(self.files), self.tables, strict=True):
            findings = self.findings_of(survey)
            accounts = balance(survey), set_aside(survey), added_cells(survey)
            parts.append(Part(table, *accounts, findings))
        return parts

    def findings_of(self, survey: Survey) -> list[Row]:
        """The findings about this sheet; those about several lists too that concern it.

        Of a copy of a file only that it is one.
        """
        is_copy = bool(survey.copy)
        key = survey.file.source, survey.sheet.name, is_copy
        together = [
            row
            for row in self.findings
            if (row["source"], row["sheet"], row["rule"] == "copy-elsewhere") == key
        ]
        return sheet_findings(survey, self.territory) + together


def _all_surveys(
    files: Sequence[tuple[RawFile, int, tuple[Survey, ...]]],
) -> list[Survey]:
    """The sheets of all files that could be read, in order."""
    return list(chain.from_iterable(surveys for _, _, surveys in files))


def look(
    files: Sequence[RawFile],
    settings: IngestSettings,
    constituency: int | None,
    territory: Territory,
    beside: Iterable[str] = (),
    *,
    year: int | None = None,
) -> Seen:
    """The files of one intake understood, in an order that their names do not change.

    ``beside`` are the names of files that lie beside these and are not looked at. ``year`` is
    that of the cycle; None asks nothing about years.
    """
    names = places_of_names(
        [*(file.name for file in files), *beside], constituency, territory
    )
    seen = []
    for file, copy in _with_copy_numbers(files):
        named = names[file.name]
        surveys_of_file = survey_file(
            file, settings, constituency, named, territory, copy
        )
        seen.append((file, copy, tuple(surveys_of_file)))
    surveys = _all_surveys(seen)
    for of_sheet in surveys:
        is_list = not of_sheet.file.is_register
        if is_list and register_in(of_sheet, "registers", "others"):
            of_sheet.set_aside(of_sheet.entries(), AsideCode.LOOKS_LIKE_REGISTER)
    tables = tuple(entries(survey) for survey in surveys)
    repeated = repeated_entries(surveys, tables)
    # Without those set aside since as another version's.
    kept = tuple(
        table if table.num_rows == survey.entries().sum() else entries(survey)
        for survey, table in zip(surveys, tables, strict=True)
    )
    findings = (
        *repeated,
        *claimed_twice(surveys, repeated),
        *copy_findings(surveys),
        *(() if year is None else year_findings(surveys, year)),
        *cut_rows(surveys, kept),
        *of_columns(surveys, kept),
    )
    return Seen(tuple(seen), kept, findings, names, territory)


def register_headed(files: Sequence[RawFile], settings: IngestSettings) -> str | None:
    """The register that a sheet of these files is by its titles and headings, if any."""
    marked = [replace(file, is_register=True) for file in files]
    seen = look(marked, settings, None, {})
    kinds = (register_in(each, "registers") for each in _all_surveys(seen.files))
    return next(filter(None, kinds), None)


def _with_copy_numbers(files: Sequence[RawFile]) -> list[tuple[RawFile, int]]:
    """The files by content, and which copy of its content each is: of the shortest name is 0."""
    ordered = sorted(
        files, key=lambda file: (file.source, file.copy, len(file.name), file.name)
    )
    seen: Counter[str] = Counter()
    numbered = []
    for file in ordered:
        numbered.append((file, seen[file.source]))
        seen[file.source] += 1
    return numbered
