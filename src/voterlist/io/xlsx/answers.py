"""What people wrote into a review workbook, read back: decisions on cases, marks of findings."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import pyarrow as pa
from python_calamine import CalamineError, CalamineWorkbook

from voterlist.catalogue import LANGUAGES
from voterlist.check import MARK_ROW, UNKNOWN_MARK
from voterlist.errors import InputError
from voterlist.io.xlsx.review import CASE_IDS, FAULT_IDS, FAULT_MARKS, VERDICTS
from voterlist.model import Mark, Verdict
from voterlist.report import Words
from voterlist.review import REVIEW_ROW, UNKNOWN_VERDICT
from voterlist.tables import concat, from_columns

__all__ = ["Answers", "read_answers", "read_review"]

_LOOKED_THROUGH = 50
"""Rows at the top of a sheet among which the headings are looked for."""
_PLAIN = str.maketrans("əşçğıöü", "escgiou")

_Sheets = list[tuple[str, list[list[Any]]]]


@dataclass(frozen=True, slots=True)
class _Form:
    """What a kind of sheet asks: its hidden columns, those that are filled in, and the words of the first of these."""

    ids: tuple[str, ...]
    asked: Mapping[str, str]
    words: tuple[StrEnum, ...]
    prefix: str
    """Of the words' keys in the catalogue."""
    unknown: str
    schema: pa.Schema

    @property
    def answer(self) -> str:
        """The column whose cells hold one of the words."""
        return next(iter(self.asked))


_CASES = _Form(CASE_IDS, VERDICTS, tuple(Verdict), "verdict", UNKNOWN_VERDICT, REVIEW_ROW)
_FAULTS = _Form(FAULT_IDS, FAULT_MARKS, tuple(Mark), "mark", UNKNOWN_MARK, MARK_ROW)


@dataclass(frozen=True, slots=True)
class Answers:
    """What somebody wrote into a review workbook."""

    decisions: pa.Table
    """REVIEW_ROW"""
    marks: pa.Table
    """MARK_ROW"""


def read_answers(path: Path) -> Answers:
    """Every row of the workbook's cases and findings in which something is filled in, in order of sheet and row.

    Rows may have been sorted or filtered, columns moved, sheets removed or copied, and either language be used; a word
    that is no answer becomes ``UNKNOWN_VERDICT`` or ``UNKNOWN_MARK``, for ``check_decisions`` and ``check_marks`` to
    name.

    Raises:
        InputError: the file is no workbook, or no sheet has the columns of a review.
    """
    sheets = _sheets(path)
    decisions, marks = _read(path, sheets, _CASES), _read(path, sheets, _FAULTS)
    if decisions is None and marks is None:
        raise _unreadable(path, "review-no-sheet", "has no sheet with the columns of a review")
    return Answers(
        REVIEW_ROW.empty_table() if decisions is None else decisions,
        MARK_ROW.empty_table() if marks is None else marks,
    )


def read_review(path: Path) -> pa.Table:
    """REVIEW_ROW: the decisions of ``read_answers``.

    Raises:
        InputError: as there.
    """
    return read_answers(path).decisions


def _sheets(path: Path) -> _Sheets:
    try:
        book = CalamineWorkbook.from_path(str(path))
        return [(name, book.get_sheet_by_name(name).to_python(skip_empty_area=False)) for name in book.sheet_names]
    except (CalamineError, OSError, ValueError):
        # The cause may quote the file's content.
        raise _unreadable(path, "review-unreadable", "is no workbook") from None


def _read(path: Path, sheets: _Sheets, form: _Form) -> pa.Table | None:
    """The rows filled in of every sheet that has this form; None where none has."""
    # More than one has it where people copied a sheet to share the work.
    headed = ((name, cells, _headings(path, name, cells, form)) for name, cells in sheets)
    parts = [_rows(name, cells, *heading, form) for name, cells, heading in headed if heading]
    return concat(parts, form.schema) if parts else None


def _unreadable(path: Path, code: str, what: str, sheet: str = "", line: int | None = None) -> InputError:
    return InputError(f"{path.name} {what}", code=code, file=str(path), sheet=sheet, line=line)


def _fold(text: object) -> str:
    """A word as it is compared: lower case, without blanks around it, in plain letters of either keyboard."""
    lower = unicodedata.normalize("NFC", str(text).replace("İ", "i")).casefold()
    return " ".join(lower.split()).translate(_PLAIN)


def _known_headings(form: _Form) -> dict[str, str]:
    """Folded heading -> column, in every language."""
    known = {_fold(name): name for name in form.ids}
    for language in LANGUAGES:
        words = Words(language)
        known |= {_fold(words(f"review.column.{key}")): name for name, key in form.asked.items()}
    return known


def _known_words(form: _Form) -> dict[str, str]:
    """Folded word -> code, in every language; the codes themselves are words too."""
    known = {_fold(word.value): word.value for word in form.words}
    for language in LANGUAGES:
        words = Words(language)
        known |= {_fold(words(f"{form.prefix}.{word}")): word.value for word in form.words}
    return known


def _headings(path: Path, sheet: str, cells: Sequence[Sequence[Any]], form: _Form) -> tuple[int, dict[str, int]] | None:
    """The row of the headings and the place of each column; None where the sheet has no such row.

    Raises:
        InputError: a heading stands twice, or some of the columns are gone: what was filled in is not passed over.
    """
    known = _known_headings(form)
    for top, row in enumerate(cells[:_LOOKED_THROUGH]):
        named = [(known[_fold(cell)], place) for place, cell in enumerate(row) if _fold(cell) in known]
        columns = dict(named)
        if {*form.ids, form.answer} <= columns.keys():
            if len(columns) < len(named):
                raise _unreadable(path, "review-column-twice", "has a heading twice", sheet, top + 1)
            return top, columns
        if set(form.ids) <= columns.keys() or len(columns.keys() & form.asked.keys()) > 1:
            raise _unreadable(path, "review-no-sheet", "lacks columns of a review", sheet, top + 1)
    return None


def _rows(sheet: str, cells: Sequence[Sequence[Any]], top: int, columns: dict[str, int], form: _Form) -> pa.Table:
    """The rows below the headings that somebody filled in."""
    known = _known_words(form)
    found = [row for row in _filled(cells, top, columns) if any(row[1].get(name) for name in form.asked)]
    texts: dict[str, Any] = {name: [filled.get(name) for _, filled in found] for name in (*form.ids, *form.asked)}
    texts[form.answer] = _coded(texts[form.answer], known, form.unknown)
    places = {"sheet": [sheet] * len(found), "row": [number for number, _ in found]}
    return from_columns({**places, **texts}, form.schema, length=len(found))


def _coded(words: Iterable[str | None], known: Mapping[str, str], unknown: str) -> list[str | None]:
    return [word and known.get(_fold(word), unknown) for word in words]


def _filled(
    cells: Sequence[Sequence[Any]], top: int, columns: dict[str, int]
) -> Iterator[tuple[int, dict[str, str | None]]]:
    """(row as the spreadsheet counts it, its columns as text, None where blank)."""
    for number, row in enumerate(cells[top + 1 :], top + 2):
        texts = {name: str(row[place]).strip() if place < len(row) else "" for name, place in columns.items()}
        yield number, {name: text or None for name, text in texts.items()}
