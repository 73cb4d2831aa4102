"""What is made of files before anything is taken in, for a person to read.

Headers and counts, never a voter's cell.
"""

from __future__ import annotations

from dataclasses import field
from typing import Any

import numpy as np

from voterlist.ingest.evidence import KINDS, ORIGINS
from voterlist.ingest.headers import column_letters
from voterlist.ingest.lists import balance
from voterlist.ingest.look import Seen
from voterlist.ingest.rows import CODES, ENTRY_ROW, code_number
from voterlist.ingest.survey import Section, Survey, troubles
from voterlist.model import FURNITURE, AsideCode, frozen

_OTHER_ROW = ("other_source", "other_sheet", "other_line")


@frozen
class ColumnAccount:
    """One column and what it was taken for.

    Attributes:
        column: its letters, as a spreadsheet calls it.
        header: as written; empty where it has none.
        field: the field it fills; None where the column is not used.
        role: the field, or the part of one; ``other`` for a column that is known and not used.
        confidence: 0 to 1, how sure the reading is; None where the column is not used.
        how: how it was understood: pinned, known, composed, abbreviated, similar or content; None
            where it was not.
        doubtful: True where a person should look at it before the list is taken in.
    """

    column: str
    header: str
    field: str | None
    role: str | None
    confidence: float | None
    how: str | None
    doubtful: bool


@frozen
class ListAccount:
    """One list in a sheet: one header, and the columns below it.

    Attributes:
        header_lines: the lines of its header; empty where it has none.
        first_line: the first line that may be an entry.
        columns: from the first to the last.
        name_order: surname-first or surname-last, where whole names stand in one column and their
            order is certain.
        doubtful: True where a column that matters is in doubt.
        side_by_side: True where several lists stand side by side in the sheet.
    """

    header_lines: tuple[int, ...]
    first_line: int
    columns: tuple[ColumnAccount, ...]
    name_order: str | None
    doubtful: bool
    side_by_side: bool


@frozen
class PlaceAccount:
    """The rows of a sheet that belong to one precinct.

    Attributes:
        constituency: its number; None where it is not known.
        constituency_from: what says so: inbox, column, title, sheet or file; ``name`` for a bare
            number in a name; None where it is not known.
        precinct: its number; None where it is not known.
        precinct_from: what says so, likewise.
        rows: all its rows.
        entries: the rows that are entries.
        set_aside: the rows that are none, each with a code.
        declared: the total written below the list; None where there is none.
        elsewhere: entries set aside because another version of the list has them word for word.
        asked: other rows set aside in which a voter may stand.
    """

    constituency: int | None
    constituency_from: str | None
    precinct: int | None
    precinct_from: str | None
    rows: int
    entries: int
    set_aside: int
    declared: int | None
    elsewhere: int
    asked: int


@frozen
class SheetAccount:
    """One sheet, or one text file.

    Attributes:
        name: of the sheet; None for a text file.
        trouble: why it is not read; None where it is.
        encoding: of a text file; None for a sheet of a workbook.
        encoding_confidence: 0 to 1, how sure the encoding is.
        delimiter: of a text file; None for a sheet of a workbook.
        hidden: True where the workbook hides it.
        lists: from top to bottom.
        places: the places that its entries belong to.
        list_kind: permanent or temporary; None where it is not known.
        rows: all rows.
        entries: the rows that are entries.
        set_aside: rows by code.
        findings: rule, severity, and value, limit, field, line as far as known; of a whole row
            beside a cut one other_source, other_sheet, other_line.
    """

    name: str | None
    trouble: AsideCode | None = None
    encoding: str | None = None
    encoding_confidence: float = 1.0
    delimiter: str | None = None
    hidden: bool = False
    lists: tuple[ListAccount, ...] = ()
    places: tuple[PlaceAccount, ...] = ()
    list_kind: str | None = None
    rows: int = 0
    entries: int = 0
    set_aside: dict[str, int] = field(default_factory=dict)
    findings: tuple[dict[str, Any], ...] = ()


@frozen
class FileAccount:
    """One file.

    Attributes:
        name: as it was handed in.
        source: the name by which entries and findings refer to it.
        format: what its bytes are, as ``ReadOutcome.format``.
        trouble: why it is not read; None where it is.
        copy: above 0 for a file whose content another one has that was read before.
        sheets: in their order.
        skipped: the names of sheets that hold no cells by their kind.
    """

    name: str
    source: str
    format: str
    trouble: AsideCode | None
    copy: int
    sheets: tuple[SheetAccount, ...]
    skipped: tuple[str, ...]

    @property
    def unreadable(self) -> bool:
        """True where the file, or a sheet of it, could not be read."""
        return self.trouble is not None or any(
            sheet.trouble is not None for sheet in self.sheets
        )


def inspect(seen: Seen) -> tuple[FileAccount, ...]:
    """What ``ingest`` makes of the files that were looked at, in their order by content."""
    accounts = []
    for file, copy, surveys in seen.files:
        sheets = [
            SheetAccount(name, code)
            for name, code in troubles(file)
            if name is not None
        ]
        sheets += [_sheet(survey, seen.findings_of(survey)) for survey in surveys]
        order = {sheet.name: position for position, sheet in enumerate(file.sheets)}
        sheets.sort(key=lambda sheet: order[sheet.name])
        trouble = file.trouble or (None if file.sheets else AsideCode.FILE_EMPTY)
        accounts.append(
            FileAccount(
                file.name,
                file.source,
                file.format,
                trouble,
                copy,
                tuple(sheets),
                file.skipped,
            )
        )
    return tuple(accounts)


def _sheet(survey: Survey, findings: list[dict[str, Any]]) -> SheetAccount:
    """A sheet that could be read."""
    codes, counts = np.unique(survey.rows.codes, return_counts=True)
    aside = {
        str(CODES[code]): count
        for code, count in zip(codes.tolist(), counts.tolist(), strict=True)
        if code != ENTRY_ROW
    }
    keys = ("rule", "severity", "field", "value", "limit", "line", *_OTHER_ROW)
    rows = [
        {key: row[key] for key in keys if row.get(key) is not None} for row in findings
    ]
    return SheetAccount(
        name=survey.sheet.name,
        trouble=None,
        encoding=survey.sheet.encoding,
        encoding_confidence=survey.sheet.confidence,
        delimiter=survey.sheet.delimiter,
        hidden=survey.sheet.hidden,
        lists=tuple(_list(survey, section) for section in survey.sections),
        places=_places(survey),
        list_kind=str(survey.kind) if survey.sections else None,
        rows=len(survey.rows.codes),
        entries=int(survey.entries().sum()),
        set_aside=dict(sorted(aside.items())),
        findings=tuple(rows),
    )


def _list(survey: Survey, section: Section) -> ListAccount:
    """One list of a sheet."""
    matches = {match.column: match for match in section.header.map.matches}
    lines = survey.sheet.lines
    texts = section.header.texts or (None,) * len(survey.cells)
    codes = survey.rows.codes[list(section.header.rows)]
    hides_voter = code_number(AsideCode.MAY_BE_VOTER) in codes
    columns = []
    for column, cells in enumerate(survey.cells):
        match = matches.get(column)
        is_heading = match is not None and match.how == "known"
        # What names no column may be a voter's.
        text = texts[column] if is_heading or not hides_voter else ""
        if match is None and not text and cells.null_count == len(cells):
            continue
        columns.append(
            ColumnAccount(
                column_letters(column),
                text or "",
                match.field if match else None,
                match.role if match else None,
                match.confidence if match else None,
                match.how if match else None,
                match in section.doubts,
            )
        )
    return ListAccount(
        header_lines=tuple(lines[row].as_py() for row in section.header.rows),
        first_line=lines[min(section.header.start, len(lines) - 1)].as_py(),
        columns=tuple(columns),
        name_order=section.name_order,
        doubtful=section.doubtful,
        side_by_side=section.side_by_side,
    )


def _places(survey: Survey) -> tuple[PlaceAccount, ...]:
    """The balance of each place, and where its numbers stand."""
    _, _, which, _ = survey.places.groups()
    same = survey.rows.codes == code_number(AsideCode.SAME_ENTRY)
    others = [ENTRY_ROW, *map(code_number, FURNITURE)]
    asked = ~same & ~np.isin(survey.rows.codes, others)
    accounts = []
    for group, row in enumerate(balance(survey).to_pylist()):
        inside = which == group
        origin = {
            kind: _origin(
                survey, kind, inside & survey.entries() if row["entries"] else inside
            )
            for kind in KINDS
        }
        accounts.append(
            PlaceAccount(
                row["constituency"],
                origin["constituency"] if row["constituency"] else None,
                row["precinct"],
                origin["precinct"] if row["precinct"] else None,
                row["rows"],
                row["entries"],
                row["set_aside"],
                row["declared"],
                int((inside & same).sum()),
                int((inside & asked).sum()),
            )
        )
    return tuple(accounts)


def _origin(survey: Survey, kind: str, rows: Any) -> str:
    """Where the number of these rows mostly stands."""
    origins = survey.places.origins(kind)[rows]
    values, counts = np.unique(origins, return_counts=True)
    most = int(values[np.argmax(counts)])
    is_bare = most < 0 or survey.places.is_bare(kind, most)
    return "name" if is_bare else ORIGINS[most]
