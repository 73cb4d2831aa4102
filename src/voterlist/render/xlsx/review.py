"""What people are asked, out to a workbook in which they answer; ``answers`` reads it back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

from xlsxwriter.utility import xl_col_to_name

from voterlist.model import Verdict
from voterlist.render.xlsx.answers import Carried
from voterlist.render.xlsx.forms import (
    ANSWER,
    ANSWERS,
    ANSWERS_KNOWN,
    AS_EXPORTED,
    AS_PRINTED,
    ASKED_AS,
    ASKED_OF,
    CASE_ID,
    ENTRY_ID,
    FINDING_ID,
    LISTED_AS,
    LISTED_IN,
    LISTED_NAME,
    NO_LONGER,
    RUN_ID,
    TICK,
    as_cell,
    digest_cells,
    digest_of,
)
from voterlist.render.xlsx.plans import Line, Plan, named_plan, plans
from voterlist.render.xlsx.sheets import Book, Sheet
from voterlist.report.asked import ReviewItems
from voterlist.report.section import Column, Row, SheetValue, told_of
from voterlist.report.values import Words

_MOST_LETTERS = 255
"""Letters of a list that stands in the cell's rule itself; a longer one stands on a sheet."""
_WIDTHS = {
    LISTED_IN: 11,
    LISTED_AS: 11,
    LISTED_NAME: 28,
    TICK: 10,
    ANSWER: 16,
    "field": 11,
    "value": 12,
    "ground": 16,
    "document": 13,
    "precinct": 9,
    "due": 11,
    "reason": 16,
    "decided_by": 12,
}
"""Of the columns that a person fills in: all of them, with name and birth date, stand within the
first 1,300 pixels."""
_STEPS = range(1, 12)
_STEP_OF_VERDICTS = 3
"""The step of the instructions below which each verdict is explained."""


def render_review(
    items: ReviewItems,
    language: str,
    *,
    run: str,
    today: dt.date,
    carried: Carried | None = None,
    name: str = "",
    answers_known: str | None = None,
) -> bytes:
    """The workbook: a sheet for each kind of decision that is asked, and how to decide.

    Args:
        items: what is asked; from ``report.review_items``.
        language: of everything in it.
        run: the newest run of the workspace that the items are of.
        today: the day that the workbook names.
        carried: what somebody wrote into an earlier workbook, to stand in the same rows.
        name: who is to decide: answers beside which nobody is named are this person's.
        answers_known: the numbers of the last answers in the ledger.
    """
    words = Words(language)
    book = Book(words("review.title"), today, words)
    writer = _Writer(book, run, carried or Carried(), name, answers_known)
    sheets = list(plans(items, words))
    # A workbook that asks nothing is one too: its first sheet says so.
    for plan in [plan for plan in sheets if plan.lines] or sheets[:1]:
        writer.write(plan)
    if items.may_name:
        writer.write(named_plan(words))
    writer.write_gone()
    _how(book.sheet(words("review.sheet.how")))
    writer.write_lists()
    return book.content()


@dataclass(slots=True)
class _Writer:
    """Writes plans into a workbook, with what is carried over from an earlier one."""

    book: Book
    run: str
    carried: Carried
    name: str
    answers_known: str | None
    lists: dict[tuple[str, ...], str] = field(default_factory=dict)
    """The lists that stand on a sheet of their own, each with the range of its cells."""

    def write(self, plan: Plan) -> None:
        """One sheet."""
        sheet = self.book.sheet(plan.name)
        sheet.head(plan.title, *plan.notes)
        ids = (RUN_ID, *plan.ids, ASKED_OF, AS_PRINTED, ANSWERS_KNOWN, AS_EXPORTED)
        columns = (
            *plan.before,
            *self._answer_columns(plan.answers),
            *plan.after,
            *(Column(name, 14, "line", hidden=True) for name in ids),
        )
        told = told_of([*plan.before, *plan.after], [line.item for line in plan.lines])
        rows = [
            self._row(plan, line, ids, *shown)
            for line, shown in zip(plan.lines, told, strict=True)
        ]
        top = sheet.table(columns, rows, frozen=2)
        for place, name in enumerate(plan.answers, len(plan.before)):
            self._offer(sheet, top + 1, place, name, plan.lines)

    def _answer_columns(self, names: Sequence[str]) -> list[Column]:
        """The columns that a person fills in."""
        words = self.book.words
        return [
            Column(words(f"review.column.{ANSWERS[name][0]}"), _WIDTHS[name])
            for name in names
        ]

    def _row(
        self,
        plan: Plan,
        line: Line,
        ids: Sequence[str],
        values: tuple[SheetValue, ...],
        marks: tuple[str, ...],
    ) -> Row:
        """A row with what was answered before, or with what is carried over."""
        typed = self.carried.take(line.ids)
        texts = line.texts if typed is None else typed
        heads = (column.heading for column in (*plan.before, *plan.after))
        cut = len(plan.before)
        all_ids = {
            **line.ids,
            RUN_ID: self.run,
            ASKED_OF: self.name or None,
            AS_EXPORTED: digest_of(line.texts),
            ANSWERS_KNOWN: self.answers_known,
            AS_PRINTED: digest_cells(zip(heads, values, strict=True), line.ids),
        }
        answers = [as_cell(texts.get(name)) for name in plan.answers]
        hidden = [all_ids.get(name) for name in ids]
        return Row(
            (*values[:cut], *answers, *values[cut:], *hidden),
            (*marks[:cut], *["fill"] * len(answers), *marks[cut:], *[""] * len(ids)),
            line.look,
        )

    def _offer(
        self, sheet: Sheet, top: int, column: int, name: str, lines: Sequence[Line]
    ) -> None:
        """The drop-down lists of a column: one for each stretch of rows with the same words."""
        for choices, stretch in groupby(lines, lambda line: line.choices.get(name)):
            first, top = top, top + len(list(stretch))
            if choices:
                rule = self._rule(name, choices)
                sheet.raw.data_validation(first, column, top - 1, column, rule)

    def _rule(self, name: str, choices: tuple[str, ...]) -> dict[str, object]:
        """A list of words, with a word of help and a refusal of anything else."""
        words = self.book.words
        key = "review.input" if name == ANSWER else f"review.input.{name}"
        return {
            "validate": "list",
            "source": self._source(choices),
            "input_title": words(f"{key}.title"),
            "input_message": words(f"{key}.message"),
            "error_title": words("review.invalid.title"),
            "error_message": words("review.invalid.message"),
        }

    def _source(self, choices: tuple[str, ...]) -> list[str] | str:
        """The words themselves, or where they stand: a comma would part a word in two."""
        joined = ",".join(choices)
        if len(joined) <= _MOST_LETTERS and joined.count(",") == len(choices) - 1:
            return list(choices)
        if choices not in self.lists:
            letter = xl_col_to_name(len(self.lists))
            name = self.book.words("review.sheet.words").replace("'", "''")
            cells = f"${letter}$1:${letter}${len(choices)}"
            self.lists[choices] = f"='{name}'!{cells}"
        return self.lists[choices]

    def write_lists(self) -> None:
        """The hidden sheet with the long lists, one to a column."""
        if not self.lists:
            return
        sheet = self.book.sheet(self.book.words("review.sheet.words"))
        for column, choices in enumerate(self.lists):
            for row, word in enumerate(choices):
                sheet.raw.write_string(row, column, word)
        sheet.raw.hide()

    def write_gone(self) -> None:
        """What was typed into rows that are not asked any more."""
        words = self.book.words
        gone = self.carried.left()
        if not gone:
            return
        sheet = self.book.sheet(words("review.sheet.gone"))
        sheet.head(words("review.sheet.gone.title"), words("review.sheet.gone.note"))
        ids = (RUN_ID, CASE_ID, ENTRY_ID, FINDING_ID, ASKED_AS, NO_LONGER)
        columns = (
            Column(words("review.column.from-sheet"), 16),
            Column(words("review.column.row-was"), 48),
            *self._answer_columns([*ANSWERS]),
            *(Column(name, 14, "line", hidden=True) for name in ids),
        )
        rows = []
        for typed in gone:
            # A row that was no longer asked before says from which sheet it came.
            before = typed.ids.get(NO_LONGER)
            shown = [text for _, text in typed.shown]
            all_ids = {**typed.ids, NO_LONGER: before or typed.sheet}
            values = (
                before or typed.sheet,
                as_cell(" | ".join(shown[1:] if before else shown)),
                *(as_cell(typed.texts.get(name)) for name in ANSWERS),
                *(all_ids.get(name) for name in ids),
            )
            rows.append(Row(values, ("",) * len(values)))
        sheet.table(columns, rows, frozen=1)


def _how(sheet: Sheet) -> None:
    """How to decide, step by step."""
    words = sheet.book.words
    sheet.raw.set_column(0, 0, 16)
    sheet.raw.set_column(1, 1, 100)
    sheet.head(words("review.sheet.how"))
    column = words("review.column.verdict")
    for step in _STEPS:
        sheet.text(0, str(step), bold=True)
        sheet.text(1, words(f"review.how.{step}", column=column), text_wrap=True)
        sheet.row += 1
        if step == _STEP_OF_VERDICTS:
            _verdicts(sheet)


def _verdicts(sheet: Sheet) -> None:
    """What each answer about an entry of a case means."""
    words = sheet.book.words
    verdicts = (f"verdict.{verdict}" for verdict in Verdict)
    for key in (*verdicts, "answer.ask", "answer.withdraw"):
        sheet.text(0, words(key), bold=True, font_color="#17364A")
        sheet.text(1, words(f"{key}.message"), text_wrap=True)
        sheet.row += 1
