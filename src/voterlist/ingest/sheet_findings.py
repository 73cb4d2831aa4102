"""Findings about one sheet, cut rows among them: places, codes and numbers, never a cell."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import compress
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.arrays import Bools, Longs
from voterlist.fields import ENTRY_FIELDS, FIELDS, NAMES
from voterlist.ingest.content import ENOUGH
from voterlist.ingest.evidence import KINDS, ORIGINS
from voterlist.ingest.file_names import Territory
from voterlist.ingest.findings import LETTERS_LOST, finding
from voterlist.ingest.headers import ColumnMatch
from voterlist.ingest.heading import any_match
from voterlist.ingest.place import other_year
from voterlist.ingest.rows import OF_MAN, OF_WOMAN, code_number
from voterlist.ingest.survey import Section, Survey
from voterlist.ingest.text import fold
from voterlist.lost_letters import has_lost_letters, with_sign_inside
from voterlist.model import AsideCode
from voterlist.schemas import ENTRY
from voterlist.tables import (
    Row,
    codes,
    concat,
    fits,
    group_codes,
    is_known,
    mask_of,
    matches,
    with_column,
)

# Entries that break off after some of their cells, and the whole rows that say the same.
#
# A row that was cut in the middle stays an entry: nobody knows what it would have said. Where
# another entry of its precinct begins with the very same cells, that one is its whole row.

_USUAL = 0.5
"""A column that more of a list's entries fill than this is expected in each of them."""
_MOST_LOST = 1 / 3
"""A row without more of these columns at its end than this share is cut short."""
_FEW = 6
"""What half of so many entries have is never usual."""
_GONE = (
    r"(?i)(?:^|[^\pL])(?:v[əe]fat (?:et|ed|el)|d[üu]nyas[ıi]n[ıi] d[əe]y|r[əe]hm[əe]t[əe] ge[dt]"
    r"|[çc][ıi]xar[ıi]l(?:[ıi]b|m[ıi][şs]|d[ıi])|s[iİ]l[iİ]n[iİ]b|скончал|выбыл|исключ[её]н"
    r"|переехал|снята? с уч|(?:(?:[öo]lüb|ölub|k[öo][çc](?:[üu]b|m[üu][şs]))(?:d[üu]r)?"
    r"|умер(?:л[аи]|ш\pL+)?|deceased|died|dead|moved (?:away|out)|removed|struck off)(?:[^\pL]|$))"
    r"|^\W*(?:olub|v[əe]fat|m[əe]rhum)\W*$"
)
"""What is said of voters who died, moved or were taken off. Beside other words *olub* is "was"."""
_CAME = r"(?i)k[öo][çc][üu]b g[əe]l|moved in|прибыл"
_CORRECTS = (
    r"(?i)(?:^|[^\pL])(?:olmal[ıi]d[ıi]r|d[üu]z[əe]l(?:[iİ][şs]|d[iİ]l)|s[əe]hv|yanl[ıi][şs]"
    r"|исправ|ошиб|следует читать|should be|correct(?:ion|ed)|misspel|mistake|wrong"
    r"|(?:d(?:o[ğg]um)?\W*t(?:ar[iİ]x[iİ])?|д(?:ата)?\W*р(?:ожд\S+)?|t[əe]v[əe]ll\S+|born)"
    r"\W*\d{1,2}\D\d{1,2}\D\d{2}"
    r"|(?:ad[ıi]|имя|отчество)\W+(?-i:[A-ZÇƏĞÖŞÜÂİА-ЯЁ]))"
    r"|(?:(?:^|[.,;:(])[^\pL]*|(?:yen[iİ]|d[üu]zg[üu]n|v[əe]|нов\S+|правильн\S+|и|new|and) )"
    r"(?:soyad|фамили|surname)\S*\W+\S"
)
"""What a remark says that corrects its entry: what is wrong, a name or a birth date. A former
surname corrects nothing."""
_YEAR = r"(?:^|\D)(?P<n>(?:18|19|20)\d{2})(?:\D|$)"
_AGE = r"^(?P<n>\d{2,3})(?:\D|$)"
_MOST_ODD = 0.2
"""Where more ages than this share do not go with their dates, they are of another day each."""
_SON = r"(?i)(?:o[ğg]h?l[uyı]|[oe]vi[çc]h?|ович|евич|о[ғг]лу|оглы)$"
_DAUGHTER = r"(?i)(?:[qgk][ıi]z[ıiİ]|[oe]vna|[ое]вна|[кгқ][ыи]з[ыи])$"
_OF_SEX = (
    ("surname", OF_MAN, OF_WOMAN),
    ("patronymic", _SON, _DAUGHTER),
    ("full_name", _SON, _DAUGHTER),
    (
        "sex",
        r"(?i)^(?:k|k[iİ][şs][iİ]|m|male|м|муж\pL*)\.?$",
        r"(?i)^(?:q|qad[ıi]n|f|female|ж|жен\pL*)\.?$",
    ),
)
"""By which words a column tells that its entry is of a man, or of a woman."""
_LEAST_NAMED = 4
"""So few names of men and women are those that both may have."""
_MOST_LEFT_OUT = {"birth_date": 1 / 2, "address": 1 / 3}
"""Fields of which less than this share of entries may have none."""
_ORDERED = {"birth_date": (4, 20), "fin": (2, 1000)}
"""Fields by which no list of families is in order; how many of their first signs vary, and in how
many ways at least in a long list. By documents one is, where all were issued anew."""
_LEAST_ORDERED, _LEAST_TOGETHER = 20, 8
"""Fewer cells in order, or fewer neighbours of one family than this more than by chance, prove
nothing."""
_BEYOND_CHANCE = 5
"""Standard deviations, and pairs of rows, by which neighbours are more than by chance."""
_LIVES_TOGETHER = 0.2
"""Of the neighbours of one family that are more than by chance, this share has one address."""
_MONTHS, _DAYS = 12, 31
_LEAST_TURNED, _FEW_TURNED = 3, 0.005
"""So many dates of another order are no slips, where they are more than this share."""
_TURNED = r"^\D?(?:\d{4}\D+|\d{1,2}\D+)(?:1[3-9]|[23]\d)(?:\D|$)"
"""A date of which the second number, or that behind the year, is no month."""
_LEAST_FORMS = 2
"""Of dates, where a spreadsheet rewrote some of them and left the others."""
_LONGEST_YEAR = 4
"""Digits; a date has no longer number, and Python makes none of 5,000 digits."""
_SURE = 0.9
"""From here on a heading is known."""
_LEAST_SAME = 2
"""So many cells must be the same before another row is called the whole one."""
_FIELDS = tuple(field for field in ENTRY_FIELDS if field != "number")
_PLACE = ["constituency", "precinct"]
_ROW = ["source", "sheet", "line"]


def cut_rows(surveys: Sequence[Survey], tables: Sequence[pa.Table]) -> list[Row]:
    """The remarks on entries that are cut short, with the place of the whole row if there is one.

    Args:
        surveys: of the sheets of one intake.
        tables: the entries of each.

    Returns:
        Rows for ``findings_table``. Where there is a whole row, ``other_source``, ``other_sheet``
        and ``other_line`` say where it stands.
    """
    cuts: list[Longs] = [np.zeros((4, 0), dtype=np.int64)]
    start = 0
    for survey, table in zip(surveys, tables, strict=True):
        chosen = np.flatnonzero(survey.entries())
        for section in survey.sections:
            cut = _cut_entries(survey, section, chosen)
            cut[0] += start
            cuts.append(cut)
        start += table.num_rows
    rows, last, filled, columns = np.concatenate(cuts, axis=1)
    if not len(rows):
        return []
    entries = concat(tables, ENTRY)
    whole = _whole_rows(entries, rows, last)
    own = entries.select([*_ROW, *_PLACE]).take(rows).to_pylist()
    other = entries.select(_ROW).take(np.maximum(whole, 0)).to_pylist()
    findings = []
    for at, row in enumerate(own):
        cells = {**row, "value": float(filled[at]), "limit": float(columns[at])}
        if whole[at] < 0:
            findings.append(finding("row-cut-short", **cells))
            continue
        cells |= {f"other_{name}": other[at][name] for name in _ROW}
        findings.append(finding("row-cut-short-repeated", **cells))
    return findings


def _cut_entries(survey: Survey, section: Section, chosen: Longs) -> Longs:
    """The cut entries of one list.

    ``chosen``: the rows of the sheet that are entries.

    Returns:
        four rows, one element an entry: which of ``chosen`` it is; the place in ``_FIELDS`` of the
        last field that it has; how many cells it has; how many columns its list has.
    """
    is_here = (chosen >= section.start) & (chosen < section.stop)
    numbers = np.flatnonzero(is_here)
    matches = [match for match in section.header.map.matches if match.field in _FIELDS]
    matches.sort(key=lambda match: match.column)
    if not matches or not len(numbers):
        return np.zeros((4, 0), dtype=np.int64)
    rows = pa.array(chosen[numbers])
    columns = (survey.cells[match.column].take(rows) for match in matches)
    # Shape: columns by rows.
    is_filled = np.array([pc.is_valid(column) for column in columns], dtype=bool)
    is_usual = is_filled.mean(axis=1) > _USUAL
    order = np.arange(len(matches))[:, None]
    last = np.where(is_filled, order, -1).max(axis=0)
    lost = (is_usual[:, None] & (order > last)).sum(axis=0)
    is_cut = (lost > _MOST_LOST * is_usual.sum()) & (last >= 0)
    field_of_column = np.array([_FIELDS.index(str(match.field)) for match in matches])
    width = np.full(len(numbers), len(matches))
    filled = is_filled.sum(axis=0)
    return np.stack([numbers, field_of_column[last], filled, width])[:, is_cut]


def _whole_rows(entries: pa.Table, rows: Longs, last_fields: Longs) -> Longs:
    """For each cut row the row that begins with the same cells; -1 where there is none.

    The last cell of a cut row may be cut itself, so it need only be the beginning. A row of the
    same list goes before one of another list. ``last_fields``: the place in ``_FIELDS`` of the
    last field of each.
    """
    for name in _PLACE:
        entries = with_column(entries, name, entries.column(name).fill_null(0))
    whole = np.full(len(rows), -1, dtype=np.int64)
    # Rows that have the same fields, and end with the same one, are looked for together.
    known = [is_known(entries.column(name))[rows] for name in _FIELDS]
    shapes = np.column_stack([*known, last_fields])
    kinds, kind_of_row = np.unique(shapes, axis=0, return_inverse=True)
    for number, (*has_field, last) in enumerate(kinds.tolist()):
        present = [*compress(_FIELDS, has_field)]
        if len(present) >= _LEAST_SAME:
            is_own = kind_of_row.ravel() == number
            found = _beginning_alike(entries, rows, is_own, present, _FIELDS[last])
            whole[found[0]] = found[1]
    return whole


def _beginning_alike(
    entries: pa.Table,
    rows: Longs,
    is_own: Bools,
    fields: Sequence[str],
    ending: str,
) -> tuple[Longs, Longs]:
    """(numbers of cut rows, the first other entry that has the fields of each).

    Args:
        entries: of all lists.
        rows: the cut ones.
        is_own: which of them are asked about.
        fields: the fields that these have.
        ending: the last of them; the other need only begin with it.
    """
    same = [*_PLACE, *(field for field in fields if field != ending)]
    code, _ = group_codes(entries, *same)
    cut = np.where(is_own, code[rows], -1)
    code[rows] = -1
    at, other = matches(cut, code)
    texts, starts = (
        entries.column(ending).take(places).to_pylist() for places in (other, rows[at])
    )
    begins = [
        text is not None and text.startswith(start)
        for text, start in zip(texts, starts, strict=True)
    ]
    at, other = (places[np.array(begins, bool)] for places in (at, other))
    source, _ = codes(entries.column("source"))
    order = np.lexsort((other, source[rows[at]] != source[other], at))
    found, first = np.unique(at[order], return_index=True)
    return found, other[order][first]


DAMAGED = "-damaged"
"""The encoding's name ends so where letters of the file are lost."""


def sheet_findings(sheet: Survey, territory: Territory) -> list[Row]:
    """The findings about one sheet, as rows for ``findings_table``.

    ``territory``: the precincts of each constituency, as far as they are told.
    """
    rows = _Rows(sheet)
    if sheet.copy:
        rows.add(AsideCode.DUPLICATE_FILE, value=len(sheet.rows.codes))
    elif not sheet.sections:
        # Notes beside a list, or a list that was not read.
        notes = _rows_aside(sheet, AsideCode.NO_LIST)
        rows.add_count(AsideCode.NO_LIST, notes)
        if not notes:
            rows.add_aside(AsideCode.HEADER_UNKNOWN)
        _of_asked(rows, sheet)
    else:
        _of_sheet(rows, sheet)
        for section in sheet.sections:
            _of_columns(rows, sheet, section)
        for kind, count in sheet.unreadable.items():
            rows.add("place-unreadable", field=kind, value=count)
        if not sheet.doubtful:
            _of_places(rows, sheet)
            _foreign_places(rows, sheet, territory)
            _lost_letters(rows, sheet)
            _of_gone(rows, sheet)
            _of_corrections(rows, sheet)
            _of_dates(rows, sheet)
            _of_ages(rows, sheet)
            _of_sexes(rows, sheet)
    return rows.findings


class _Rows:
    """Findings about one sheet while they are collected."""

    def __init__(self, sheet: Survey) -> None:
        self.findings: list[Row] = []
        self._sheet = sheet
        self._places = {**_content(sheet), **sheet.places.main()}

    def add(
        self,
        rule: str,
        *,
        row: np.intp | int | None = None,
        value: float | None = None,
        **cells: Any,
    ) -> None:
        """Add a finding of this rule, about a row of the sheet where it is given, from 0."""
        if row is not None:
            cells["line"] = self._sheet.sheet.lines[row].as_py()
        number = None if value is None else float(value)
        all_cells = {**self._places, **cells, "value": number}
        self.findings.append(finding(rule, **all_cells))

    def add_count(self, rule: str, count: int, **cells: Any) -> None:
        """Add a finding of so many, unless there are none."""
        if count:
            self.add(rule, value=count, **cells)

    def add_aside(self, code: AsideCode) -> None:
        """Add a finding of the rows that are set aside with this code, if there are any."""
        self.add_count(code, _rows_aside(self._sheet, code))


def _content(sheet: Survey) -> dict[str, Any]:
    """The cells of a finding that say which sheet it is about."""
    return {"source": sheet.file.source, "sheet": sheet.sheet.name}


def _rows_aside(sheet: Survey, code: AsideCode) -> int:
    """How many rows of the sheet are set aside with this code."""
    return int((sheet.rows.codes == code_number(code)).sum())


def _of_sheet(rows: _Rows, sheet: Survey) -> None:
    """What is noticed of the sheet as a whole."""
    for field in sheet.unused_pins:
        rows.add("pin-not-found", field=field)
    rows.add_count("acting-file", sheet.sheet.acts)
    rows.add_count("hidden-rows", sheet.sheet.hidden_rows)
    rows.add_count("cells-not-worked-out", sheet.sheet.formulas_without_value)
    rows.add_count("hidden-columns", sheet.sheet.hidden_columns)
    rows.add_count("columns-joined", sheet.sheet.joined_columns)
    rows.add_aside(AsideCode.HEADER_UNKNOWN)
    rows.add_aside(AsideCode.LOOKS_LIKE_REGISTER)
    _of_asked(rows, sheet)


def _of_asked(rows: _Rows, sheet: Survey) -> None:
    """How many rows of the sheet may hold a voter besides, and where the first stands."""
    asked = np.flatnonzero(sheet.rows.codes == code_number(AsideCode.MAY_BE_VOTER))
    if len(asked):
        rows.add(AsideCode.MAY_BE_VOTER, value=len(asked), row=asked[0])


def _of_columns(rows: _Rows, sheet: Survey, section: Section) -> None:
    """The columns of a list that a person should look at."""
    header, doubts = section.header, section.doubts
    row = header.first
    for match in doubts:
        rows.add(AsideCode.MAPPING_DOUBTFUL, **_column(match), row=row)
    if section.side_by_side:
        rows.add("lists-side-by-side", row=row)
    for match in header.map.matches:
        if match in doubts:
            continue
        if match.how == "content":
            rows.add("column-by-content", **_column(match), row=row)
        elif match.field is not None and match.confidence < _SURE:
            rows.add("header-guessed", **_column(match), row=row)
    known = {match.column for match in header.map.matches}
    for column, text in enumerate(header.texts):
        below = sheet.cells[column].slice(header.start, section.stop - header.start)
        if text and column not in known and below.null_count < len(below):
            rows.add("column-not-understood", value=column + 1, row=row)


def _column(match: ColumnMatch) -> dict[str, Any]:
    """The cells of a finding about a column: its field, its number from 1, and how sure it is."""
    confidence = round(match.confidence, 3)
    return {"field": match.field, "value": match.column + 1, "limit": confidence}


def _of_places(rows: _Rows, sheet: Survey) -> None:
    """What contradicts the places of a sheet, what is doubtful in them, and what is not known.

    Each number that some evidence gives beside the one taken stands once; the rule names where the
    one taken stands.
    """
    is_entry = sheet.entries()
    for kind in KINDS:
        for constituency, chosen, other, origin in sorted(_other_numbers(sheet, kind)):
            rows.add(
                f"place-by-{ORIGINS[origin]}",
                constituency=constituency or None,
                precinct=chosen if kind == "precinct" else None,
                field=kind,
                value=other,
                limit=float(chosen),
            )
    for doubt in sheet.places.doubts(is_entry):
        limit = None if doubt.other is None else float(doubt.other)
        rows.add(doubt.rule, field="precinct", value=doubt.value, limit=limit)
    for kind in KINDS:
        unknown = int((sheet.places.final[kind][is_entry] == 0).sum())
        rows.add_count(f"{kind}-unknown", unknown, field=kind, precinct=None)


def _other_numbers(sheet: Survey, kind: str) -> set[tuple[int, int, int, int]]:
    """(constituency, number taken, other number, origin of the one taken) of the sheet's entries.

    0 is a constituency that is not known.
    """
    places, is_entry = sheet.places, sheet.entries()
    constituency = places.final["constituency"][is_entry]
    taken, origin = places.final[kind][is_entry], places.origins(kind)[is_entry]
    numbers: set[tuple[int, int, int, int]] = set()
    for evidence in places.evidence[kind].values():
        other = evidence[is_entry]
        differs = (other > 0) & (other != taken)
        columns = np.stack([constituency, taken, other, origin])
        numbers.update(zip(*columns[:, differs].tolist(), strict=True))
    return numbers


def _foreign_places(rows: _Rows, sheet: Survey, territory: Territory) -> None:
    """How many entries stand in a precinct that the settings do not give its constituency."""
    constituencies, precincts, which, _ = sheet.places.groups()
    entries = np.bincount(which[sheet.entries()], minlength=len(precincts))
    columns = np.stack([constituencies, precincts, entries])
    for constituency, precinct, count in columns.T.tolist():
        is_given = precinct in territory.get(constituency, ())
        if territory and constituency and precinct and not is_given:
            place = {"constituency": constituency, "precinct": precinct}
            rows.add_count("precinct-not-in-territory", count, **place)


def _names(sheet: Survey, section: Section) -> list[pa.Array]:
    """The columns of a list that hold names, or parts of one."""
    columns: set[int] = set()
    for name in NAMES:
        columns.update(section.header.map.columns(name))
    length = section.stop - section.start
    return [
        sheet.cells[column].slice(section.start, length) for column in sorted(columns)
    ]


def _lost_letters(rows: _Rows, sheet: Survey) -> None:
    """How many rows hold a letter that was lost in the file.

    Or how many entries have a name in which letters were lost before it was saved.
    """
    lost = np.zeros(len(sheet.rows.codes), dtype=bool)
    if (sheet.sheet.encoding or "").endswith(DAMAGED):
        lost |= any_match(sheet.cells, range(len(sheet.cells)), (r"\x{FFFD}",))
        rule = "encoding-damaged"
    else:
        for section in sheet.sections:
            if names := _names(sheet, section):
                lost[section.start : section.stop] = with_sign_inside(names)
        is_entry = sheet.entries()
        lost &= is_entry
        if not has_lost_letters(int(lost.sum()), int(is_entry.sum())):
            return
        rule = LETTERS_LOST
    rows.add(rule, value=lost.sum(), row=np.argmax(lost))


def _of_gone(rows: _Rows, sheet: Survey) -> None:
    """The entries that are struck through, or of which a cell says that the voter is gone.

    Where most are so, it is said of the first: that is how their list is written.
    """
    columns = range(len(sheet.cells))
    found = any_match(sheet.cells, columns, (_GONE,))
    if found.any():
        found &= ~any_match(sheet.cells, columns, (_CAME,))
    if sheet.sheet.struck is not None:
        found |= mask_of(sheet.sheet.struck)
    _tell_each(rows, sheet, "marked-gone", found)


def _of_corrections(rows: _Rows, sheet: Survey) -> None:
    """The entries that a remark beside their fields corrects; where most have one, the first."""
    found = np.zeros(len(sheet.rows.codes), dtype=bool)
    for section in sheet.sections:
        used = {match.column for match in section.header.map.matches if match.field}
        remarks = (at for at in range(len(sheet.cells)) if at not in used)
        own = slice(section.start, section.stop)
        found[own] = any_match(sheet.cells, remarks, (_CORRECTS,))[own]
    _tell_each(rows, sheet, "remark-corrects", found)


def _tell_each(rows: _Rows, sheet: Survey, rule: str, found: Bools) -> None:
    """Each of these rows that is an entry; where most entries are, the first alone."""
    is_entry = sheet.entries()
    at = np.flatnonzero(found & is_entry)
    is_usual = 2 * len(at) > max(is_entry.sum(), _FEW)
    for row in at[:1] if is_usual else at:
        rows.add(rule, value=len(at), row=row)


def _of_dates(rows: _Rows, sheet: Survey) -> None:
    """Whether nobody knows of dates which number is the day; each text counts once.

    A spreadsheet took the other number for the month: it made dates of those that have a month
    there and left the others as text, so no day of the one form is above 12, each of the other is.
    Or a list has both orders: in one form, or the month first in one and no evidence in another.
    """
    columns = {
        column
        for section in sheet.sections
        for column in section.header.map.columns("birth_date")
    }
    is_entry = pa.array(sheet.entries())
    written = [sheet.cells[at].filter(is_entry).unique() for at in columns]
    texts = pa.chunked_array([own.drop_null() for own in written], pa.string())
    signs = pc.replace_substring_regex(texts, r"\p{Nd}{4}", "Y")
    signs = pc.replace_substring_regex(signs, r"\p{Nd}+", "d")
    # What stands first and the sign behind it.
    signs = pc.utf8_slice_codeunits(signs, 0, 2)
    # Nearly every list has one form and one order: its dates are not looked at one by one.
    counts = signs.value_counts().field("counts").to_numpy()
    if (counts >= ENOUGH).sum() < _LEAST_FORMS and not fits(texts, _TURNED).any():
        return
    forms: defaultdict[str, list[tuple[int, int, str]]] = defaultdict(list)
    for text, form in zip(texts.to_pylist(), signs.to_pylist(), strict=True):
        numbers = re.findall(r"\d+", text)[:3]
        # The day stands last where the year stands first.
        numbers = numbers[::-1] if form.startswith("Y") else numbers
        # A letter may pass for a number in a form: d.5.1980.
        if numbers[1:]:
            first, second = (int(number[:_LONGEST_YEAR]) for number in numbers[:2])
            forms[form].append((first, second, text))
    several = [dates for dates in forms.values() if len(dates) >= ENOUGH]
    low = [
        dates for dates in several if max(max(date[:2]) for date in dates) <= _MONTHS
    ]
    # Those that were left have no month where the spreadsheet expects it.
    places = [place for dates in several for place in [*zip(*dates, strict=True)][:2]]
    if any(_MONTHS < min(place) <= max(place) <= _DAYS for place in places):
        rows.add_count("date-order-exchanged", sum(map(len, low)))
    # How many dates of each form tell that the month comes first (1), and how many the day (-1).
    told = {
        form: Counter(_order(*date[:2]) for date in dates)
        for form, dates in forms.items()
    }
    is_turned = any(own[1] > own[-1] for form, own in told.items() if form[0] != "Y")
    unknown = [
        text
        for form, own in told.items()
        if min(own[1], own[-1]) >= max(_LEAST_TURNED, _FEW_TURNED * own.total())
        or (is_turned and form[0] != "Y" and not own[1] + own[-1])
        for first, second, text in forms[form]
        if first != second and max(first, second) <= _MONTHS
    ]
    if unknown:
        found = (pc.is_in(sheet.cells[at], pa.array(unknown)) for at in columns)
        is_one = sheet.entries() & np.logical_or.reduce([*map(mask_of, found)])
        rows.add("date-order-mixed", value=len(unknown), row=np.argmax(is_one))


def _order(first: int, second: int) -> int:
    """1 for numbers of which but the second may be a day, -1 where but the first may, else 0."""
    turned = first <= _MONTHS < second <= _DAYS
    return turned - (second <= _MONTHS < first)


def _of_ages(rows: _Rows, sheet: Survey) -> None:
    """The entries whose age and year of birth do not go together as those of most of their list.

    Of which day the ages are nobody says, so it is that for which most are right.
    """
    for section in sheet.sections:
        columns = section.header.map
        ages = [
            match.column
            for match in columns.matches
            if fold(match.header) in FIELDS["age"].words
        ]
        births = columns.columns("birth_date")
        if len(ages) != 1 or len(births) != 1:
            continue
        at = np.flatnonzero(sheet.entries())
        at = at[(at >= section.start) & (at < section.stop)]
        cells = (sheet.cells[column].take(at) for column in (*births, *ages))
        parts = [
            pc.struct_field(pc.extract_regex(own, pattern), "n").cast(pa.int64())
            for own, pattern in zip(cells, (_YEAR, _AGE), strict=True)
        ]
        day = pc.add(*parts).fill_null(-1).to_numpy()
        known = day[day >= 0]
        usual = int(np.median(known)) if len(known) else 0
        is_odd = abs(day - usual) > 1
        is_odd &= day >= 0
        if is_odd.sum() <= _MOST_ODD * len(known):
            for row in at[is_odd]:
                rows.add("age-against-date", field="birth_date", row=row)


def _of_sexes(rows: _Rows, sheet: Survey) -> None:
    """Whether columns were sorted without the others: then they tell of a man and a woman at once.

    Half of the entries do so where it is one column; slips are few. A column of given names alone
    has those of one name with men and with women.
    """
    is_entry = sheet.entries()
    # Men and women, columns, rows.
    tells = np.zeros((2, len(_OF_SEX), len(is_entry)), dtype=bool)
    for section in sheet.sections:
        own = slice(section.start, section.stop)
        tells[:, :, own] = [
            [
                any_match(sheet.cells, section.header.map.columns(role), [sexes[sex]])[
                    own
                ]
                for role, *sexes in _OF_SEX
            ]
            for sex in range(2)
        ]
    tells &= is_entry
    odd = np.flatnonzero(tells.any(axis=1).all(axis=0))
    told = (tells.any(axis=0).sum(axis=0) > 1).sum()
    # Of sorted columns each tells of both there; where women have the surnames of men, of one.
    sexes = tells[:, :, odd].sum(axis=2)
    is_mixed = (sexes.min(axis=0) >= _MOST_ODD * sexes.max(axis=0)).all()
    if is_mixed and len(odd) >= max(ENOUGH, _MOST_ODD * told):
        rows.add("columns-out-of-step", value=len(odd), row=odd[0])
        return
    of_sex: Bools = np.logical_or.reduce(tells, axis=1)
    told_of = np.flatnonzero(of_sex.sum(axis=0) == 1)
    given = {
        at for own in sheet.sections for at in own.header.map.columns("given_name")
    }
    for at in given:
        names, _ = codes(sheet.cells[at].take(told_of))
        # The first is of those without a name.
        each = np.array([np.bincount(names + 1, own[told_of])[1:] for own in of_sex])
        shared, both = each.min(axis=0).sum(), each.sum(axis=0)
        of_several = both[both > 1].sum()
        if shared > max(_LEAST_NAMED, _MOST_ODD * of_several):
            rows.add("columns-out-of-step", value=shared, row=told_of[0])


def of_columns(surveys: Sequence[Survey], tables: Sequence[pa.Table]) -> list[Row]:
    """The sheets of which too many entries have no birth date, or no address beside others.

    And those of which a column was sorted without the others. ``tables``: the entries of each. Rows
    for ``findings_table``.
    """
    findings = []
    for sheet, table in zip(surveys, tables, strict=True):
        rows = _Rows(sheet)
        for field, most in _MOST_LEFT_OUT.items():
            lacks = table.column(field).null_count
            is_asked = field == "birth_date" or lacks < table.num_rows
            if is_asked and lacks >= max(ENOUGH, most * table.num_rows):
                rows.add("cells-left-out", field=field, value=lacks)
        for field in _sorted_alone(table):
            rows.add("columns-out-of-step", field=field, value=table.num_rows)
        findings += rows.findings
    return findings


def _sorted_alone(table: pa.Table) -> Iterator[str]:
    """The fields of entries (ENTRY) that are in an order in which the voters do not stand.

    Of voters in the order of their birth dates or FINs no families stand together, nor names by
    their letters; where families do, they live together.
    """
    surname = pc.coalesce(table.column("surname"), table.column("full_name"))
    stems = pc.replace_substring_regex(surname, "(?i)(?:[aа]|[aа]? .*)$", "")
    letters = pc.utf8_slice_codeunits(surname, 0, 1)
    address = _neighbours(table.column("address"))
    family = _neighbours(stems)
    # Who lives in few barracks may live in them by age.
    households = pc.count_distinct(table.column("address")).as_py() * _LEAST_TOGETHER
    others = (
        address * (households >= table.num_rows),
        family,
        _neighbours(letters),
    )
    if any(other.any() for other in others):
        for name, least in _ORDERED.items():
            if _is_in_order(table.column(name), *least):
                yield name
    # Part by part: those of a barracks may stand above others who stand by their names.
    starts = np.arange(0, len(family), _LEAST_ORDERED)
    lengths = np.diff([*starts, len(family)])
    addresses, families = (
        np.add.reduceat(own, starts, dtype=np.int64) for own in (address, family)
    )
    chances = addresses * families / lengths
    by_chance = chances.sum()
    fewer = (np.minimum(addresses, families) - chances).sum()
    if (
        fewer >= _LEAST_TOGETHER
        and (address & family).sum() < by_chance + _LIVES_TOGETHER * fewer
    ):
        yield "address"


def _neighbours(column: pa.Array) -> Bools:
    """The rows whose cell is that of the row above, where so many are that they stand together."""
    own, _ = codes(column)
    counts = np.bincount(own[own >= 0])
    same = (own[1:] == own[:-1]) & (own[1:] >= 0)
    most = counts.sum() - len(counts)
    by_chance = (counts * (counts - 1)).sum() / max(1, len(own))
    least = by_chance + _BEYOND_CHANCE * by_chance**0.5 + _BEYOND_CHANCE
    is_order = most - by_chance >= _LEAST_TOGETHER
    is_order &= same.sum() >= max(least, (most + by_chance) / 2)
    together: Bools = same & is_order
    return together


def _is_in_order(column: pa.Array, signs: int, most: int) -> bool:
    """True where texts that vary in their first signs, or days, go up or down all the way."""
    texts = column.drop_null()
    days = pc.replace_substring_regex(texts, r"^(\d\d)\D(\d\d)\D(\d{4})$", r"\3-\2-\1")
    starts = pc.utf8_slice_codeunits(days, 0, signs).unique()
    if len(texts) < _LEAST_ORDERED or len(starts) < min(len(texts) / 4, most):
        # Numbers that somebody gave one after the other were given family by family.
        return False
    steps = ((own.slice(1), own.slice(0, len(own) - 1)) for own in (texts, days))
    return any(
        pc.all(compare(*step)).as_py()
        for step in steps
        for compare in (pc.greater_equal, pc.less_equal)
    )


def copy_findings(surveys: Sequence[Survey]) -> list[Row]:
    """One content under the names of two precincts: then the second one's own list is missing.

    ``surveys``: of all sheets of one intake. Rows for ``findings_table``.
    """
    originals = {_key(sheet): sheet for sheet in surveys if not sheet.copy}
    findings = []
    for copy in surveys:
        if not copy.copy or _key(copy) not in originals:
            continue
        place = originals[_key(copy)].places.main()
        reading = copy.places.file
        named = reading.precinct if reading.doubt is None else None
        if named is not None and place["precinct"] and named != place["precinct"]:
            cells = {**_content(copy), "constituency": place["constituency"]}
            cells |= {"precinct": named, "field": "precinct", "value": float(named)}
            limit = float(place["precinct"])
            findings.append(finding("copy-elsewhere", **cells, limit=limit))
    return findings


def year_findings(surveys: Sequence[Survey], cycle: int) -> list[Row]:
    """The sheets whose titles say another year than this one, as rows for ``findings_table``."""
    return [
        finding("list-of-other-year", **_content(sheet), **sheet.places.main())
        for sheet in surveys
        if not sheet.copy and other_year(sheet.rows.titles.values(), cycle) is not None
    ]


def _key(sheet: Survey) -> tuple[str, str | None]:
    """Where the content of a sheet stands first: file and sheet."""
    return sheet.file.source, sheet.sheet.name
