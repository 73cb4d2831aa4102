"""The report as a workbook: what a person filters, sorts, prints and hands on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from voterlist.render.xlsx.audit import audit_sheets
from voterlist.render.xlsx.outside import outside_sheets
from voterlist.render.xlsx.sheets import Book, Column, Row, Sheet, Value
from voterlist.report import ReportModel, Words
from voterlist.report.model import CASE_FIELDS, Case, Fault, Member, Place, Waterfall
from voterlist.schemas import PAIR_FIELDS

__all__ = [
    "case_cells",
    "case_columns",
    "fault_cells",
    "fault_columns",
    "fill",
    "place_cells",
    "place_columns",
    "render_report",
    "write_report",
]

_MOST_ROWS = 1_048_000
"""Rows that a sheet can hold, less its head."""


def write_report(model: ReportModel, path: Path, language: str) -> None:
    """Write the report's workbook in this language to ``path``.

    Raises:
        OSError: the file cannot be written.
    """
    path.write_bytes(render_report(model, language))


def render_report(model: ReportModel, language: str) -> bytes:
    """The workbook.

    Summary, cases, not duplicates, why, faults, rows set aside, balance, deadlines.
    """
    words = Words(language)
    book = Book(title_of(model, words), model.facts.today, words)
    _summary(book.sheet(words("report.sheet.summary")), model)
    _cases(book.sheet(words("report.sheet.cases")), model.cases, "cases")
    _cases(book.sheet(words("report.sheet.apart")), model.apart, "apart")
    _why(book.sheet(words("report.sheet.why")), [*model.cases, *model.apart])
    _faults(book.sheet(words("report.sheet.faults")), model)
    if model.audit:
        audit_sheets(book, model.audit)
    if model.outside:
        outside_sheets(book, model.outside)
    _aside(book.sheet(words("report.sheet.set-aside")), model)
    _balance(book.sheet(words("report.sheet.balance")), model)
    _deadlines(book.sheet(words("report.sheet.deadlines")), model)
    return book.content()


def title_of(model: ReportModel, words: Words) -> str:
    """The report's title: the constituency, and the cycle."""
    if model.facts.constituency is None:
        return words("report.title.all", cycle=model.facts.cycle)
    return words("report.title", number=str(model.facts.constituency), cycle=model.facts.cycle)


def case_columns(words: Words) -> tuple[Column, ...]:
    """The columns that show an entry of a case, in the order of ``CASE_FIELDS``."""
    widths = (19, 13, 11, 13, 11, 7, 21, 10, 9)
    return tuple(
        Column(words(f"field.{name}"), width)
        for name, width in zip(CASE_FIELDS, widths, strict=True)
    )


def case_cells(member: Member, words: Words) -> tuple[list[Value], list[str]]:
    """What an entry of a case shows, and the marks of the cells that differ."""
    return [words.say(cell.value) for cell in member.cells], [cell.mark for cell in member.cells]


def place_columns(words: Words) -> tuple[Column, ...]:
    """The columns that say where an entry stands."""
    names = ("constituency", "precinct", "source", "sheet", "line")
    widths = (11, 9, 18, 10, 7)
    kinds = ("label", "label", "text", "text", "label")
    return tuple(
        Column(words(f"field.{name}"), width, kind)
        for name, width, kind in zip(names, widths, kinds, strict=True)
    )


def place_cells(place: Place) -> list[Value]:
    """Where an entry stands, in the order of ``place_columns``."""
    return [place.constituency, place.precinct, place.file, place.sheet, place.line or None]


def fault_columns(words: Words) -> tuple[Column, ...]:
    """The columns that show a finding; the first two say what it is."""
    return (
        Column(words("report.column.severity"), 11),
        Column(words("report.column.rule"), 30),
        *place_columns(words),
        Column(words("field.written"), 30),
        Column(words("report.column.field"), 15),
        Column(words("report.column.cell"), 20),
        Column(words("report.column.message"), 48),
        Column(words("report.column.todo"), 48),
        Column(words("report.column.other"), 34),
        Column(words("field.entry_id"), 25),
    )


def fault_cells(fault: Fault, words: Words, home: int | None) -> list[Value]:
    """What a finding shows, in the order of ``fault_columns``.

    Of ``home`` the constituency is not repeated.
    """
    return [
        words(f"severity.{fault.severity}"),
        words(f"rule.{fault.rule}.title"),
        *place_cells(fault.place),
        fault.written,
        words(f"field.{fault.field}") if fault.field else None,
        fault.cell,
        words.message(fault),
        words(f"rule.{fault.rule}.todo"),
        words.place(fault.other, home) if fault.other else None,
        fault.entry_id,
    ]


def fill(
    sheet: Sheet, columns: Sequence[Column], rows: Sequence[Row], empty: str, *, frozen: int = 0
) -> int:
    """The table; a sentence where it has no rows, and a visible one where a sheet cannot hold them all.

    Returns its heading's row.
    """
    words = sheet.book.words
    if len(rows) > _MOST_ROWS:
        sheet.row -= 1
        sheet.text(0, words("report.cut", shown=_MOST_ROWS, left=len(rows) - _MOST_ROWS), bold=True)
        sheet.row += 1
    top = sheet.table(columns, rows[:_MOST_ROWS], frozen=frozen)
    if not rows:
        sheet.text(0, words(empty), italic=True)
    return top


def _cases(sheet: Sheet, cases: Sequence[Case], section: str) -> None:
    words = sheet.book.words
    sheet.head(
        words(f"report.{section}.title"),
        words(f"report.{section}.note"),
        words("report.cases.marks"),
    )
    columns = (
        Column(words("report.column.case"), 6, "label"),
        Column(words("report.column.kind"), 14),
        Column(words("report.column.probability"), 10, "probability"),
        Column(words("report.column.state"), 10),
        Column(words("report.column.proposed"), 10),
        Column(words("report.column.why"), 21),
        *case_columns(words),
        *place_columns(words),
        Column(words("report.column.list-kind"), 9),
        Column(words("field.entry_id"), 25, printed=False),
        Column(words("field.case_id"), 15),
    )
    rows = [
        _case_row(case, member, words, band=number % 2 == 1, first=place == 0)
        for number, case in enumerate(cases)
        for place, member in enumerate(case.members)
    ]
    fill(sheet, columns, rows, f"report.{section}.none", frozen=2)


def _case_row(case: Case, member: Member, words: Words, *, band: bool, first: bool) -> Row:
    shown, marks = case_cells(member, words)
    values = [
        case.number,
        words(f"case-kind.{case.kind}.title"),
        case.probability,
        state_of(case, member, words),
        words(f"role.{member.role}"),
        words(f"reason.{member.reason}"),
        *shown,
        *place_cells(member.place),
        words(f"list-kind.{member.list_kind}"),
        member.entry_id,
        case.case_id,
    ]
    before, after = [""] * 6, [""] * 8
    return Row(values, [*before, *marks, *after], band=band, first=first)


def _why(sheet: Sheet, cases: Sequence[Case]) -> None:
    """The waterfalls, a row a case, so that cases can be filtered and sorted by what speaks for or against them."""
    words = sheet.book.words
    sheet.head(words("report.why.title"), words("waterfall.note.numbers"), words("report.why.note"))
    columns = (
        Column(words("report.column.case"), 6, "label"),
        Column(words("report.column.kind"), 32),
        Column(words("report.column.name"), 32),
        Column(words("waterfall.prior"), 14, "bits"),
        *(Column(words(f"field.{name}"), 11, "bits") for name in PAIR_FIELDS),
        *(Column(words(f"waterfall.{name}"), 11, "bits") for name in ("rarity", "rivals", "total")),
        Column(words("report.column.probability"), 13, "probability"),
        *(
            Column(words(f"waterfall.column.{name}"), 13, "probability")
            for name in ("twins", "relatives", "strangers")
        ),
        Column(words("waterfall.column.what"), 90, "line", printed=False),
    )
    shown = [(case, case.why) for case in cases if case.why]
    rows = [
        _why_row(case, why, words, band=number % 2 == 1) for number, (case, why) in enumerate(shown)
    ]
    fill(sheet, columns, rows, "report.why.none", frozen=3)


def _why_row(case: Case, why: Waterfall, words: Words, *, band: bool) -> Row:
    bits = {step.field: step.bits for step in why.steps}
    found = "; ".join(f"{words(f'field.{step.field}')}: {words.step(step)}" for step in why.steps)
    values = [
        case.number,
        words(f"case-kind.{case.kind}.title"),
        case.title,
        why.prior,
        *(bits.get(name) for name in PAIR_FIELDS),
        why.rarity or None,
        why.rivals,
        why.prior + why.weight,
        why.probability,
        why.twins,
        why.relatives,
        why.strangers,
        found,
    ]
    return Row(values, band=band)


def state_of(case: Case, member: Member, words: Words) -> str:
    """What was decided about an entry, or that a person still has to."""
    if member.verdict is not None:
        return words(f"verdict.{member.verdict}")
    return words("report.state.open") if case.is_asked else words("report.state.not-asked")


def _faults(sheet: Sheet, model: ReportModel) -> None:
    words = sheet.book.words
    sheet.head(
        words("report.faults.title"), words("report.faults.note"), words("report.faults.accept")
    )
    columns = fault_columns(words)
    rows = [
        Row(
            fault_cells(fault, words, model.facts.constituency),
            [fault.severity.value, *[""] * (len(columns) - 1)],
        )
        for fault in model.faults
    ]
    fill(sheet, columns, rows, "report.faults.none", frozen=2)


def _aside(sheet: Sheet, model: ReportModel) -> None:
    words = sheet.book.words
    sheet.head(words("report.set-aside.title"), words("report.set-aside.note"))
    columns = (
        Column(words("report.column.why-aside"), 28),
        *place_columns(words),
        Column(words("report.column.rows"), 9, "count"),
        Column(words("report.column.cells"), 60),
        Column(words("report.column.todo"), 48),
    )
    rows = [
        Row(
            [
                words(f"aside.{row.code}.title"),
                *place_cells(row.place),
                row.rows,
                " | ".join(row.cells),
                words(f"aside.{row.code}.todo"),
            ],
        )
        for row in model.aside
    ]
    fill(sheet, columns, rows, "report.set-aside.none")


def _balance(sheet: Sheet, model: ReportModel) -> None:
    words, balance = sheet.book.words, model.balance
    places = {"rows": balance.rows, "entries": balance.entries, "set_aside": balance.set_aside}
    verdict = "report.balance.right" if balance.balances else "report.balance.wrong"
    sheet.head(
        words("report.balance.title"), words("report.balance.equation", **places), words(verdict)
    )
    columns = (
        *place_columns(words)[:4],
        Column(words("report.column.list-kind"), 11),
        Column(words("report.column.rows"), 10, "count"),
        Column(words("report.column.entries"), 10, "count"),
        Column(words("report.column.set-aside"), 12, "count"),
        Column(words("report.column.balances"), 12),
        Column(words("report.column.declared"), 12, "count"),
        Column(words("report.column.differs"), 12, "count"),
    )
    rows = [
        Row(
            [
                *place_cells(row.place)[:4],
                words(f"list-kind.{row.list_kind}"),
                row.rows,
                row.entries,
                row.set_aside,
                words("report.yes" if row.balances else "report.no"),
                row.declared,
                row.differs,
            ],
            [*[""] * 8, "good" if row.balances else "error", "", "warning" if row.differs else ""],
        )
        for row in balance.lists
    ]
    fill(sheet, columns, rows, "report.balance.none")


def _deadlines(sheet: Sheet, model: ReportModel) -> None:
    words = sheet.book.words
    sheet.head(
        words("report.deadlines.title"),
        words("report.deadlines.note", today=words.long_day(model.facts.today)),
    )
    columns = (
        Column(words("report.column.stage"), 46),
        Column(words("report.column.from-to"), 52),
        Column(words("report.column.opens"), 12, "day"),
        Column(words("report.column.due"), 12, "day"),
        Column(words("field.constituency"), 12, "label"),
        Column(words("field.precinct"), 11, "label"),
        Column(words("report.column.finished"), 12, "day"),
        Column(words("report.column.standing"), 20),
        Column(words("report.column.ground"), 56),
    )
    rows = [
        Row(
            [
                words(f"deadline.{due.stage}.title"),
                f"{words(f'commission.{due.sender}')} \N{RIGHTWARDS ARROW} {words(f'commission.{due.receiver}')}",
                due.opens,
                due.due,
                constituency,
                precinct,
                finished,
                words(f"standing.{standing}"),
                words(f"deadline.{due.stage}.ground"),
            ],
            [*[""] * 7, _STANDING_MARK.get(standing.value, ""), ""],
        )
        for due in model.dues
        for constituency, precinct, finished, standing in due.units
    ]
    fill(sheet, columns, rows, "report.deadlines.none")


_STANDING_MARK = {"overdue": "error", "due-soon": "warning", "done": "good", "done-late": "note"}


def _summary(sheet: Sheet, model: ReportModel) -> None:
    words = sheet.book.words
    for place, width in enumerate((62, 16, 16, 16, 16)):
        sheet.raw.set_column(place, place, width)
    sheet.head(
        title_of(model, words), words("report.subtitle", today=words.long_day(model.facts.today))
    )
    needs = [words.say(need.text) for need in model.needs] or [words("need.nothing")]
    _block(sheet, "needs", (), ([text] for text in needs))
    _block(
        sheet,
        "numbers",
        (),
        ([words(f"number.{row.code}"), words.figure(row)] for row in model.numbers),
    )
    _block(
        sheet,
        "kinds",
        ("kind", "cases", "entries", "open"),
        (
            [words(f"case-kind.{row.kind}.title"), row.cases, row.entries, row.open]
            for row in model.kinds
        ),
    )
    _block(
        sheet,
        "rules",
        ("rule", "severity", "findings"),
        (
            [words(f"rule.{row.rule}.title"), words(f"severity.{row.severity}"), row.count]
            for row in model.rules
        ),
    )
    _block(
        sheet,
        "estimate",
        (),
        ([line] for line in (words.estimate(model.estimate) if model.estimate else ())),
    )
    _block(
        sheet,
        "chance",
        ("agreement", "expected", "found", "meaning"),
        (
            [
                words.agreement(row.agreement),
                words.expected(row.expected),
                row.found,
                words.coincidence(row),
            ]
            for row in model.chance
        ),
    )


def _block(
    sheet: Sheet, section: str, headings: Sequence[str], rows: Iterable[Sequence[Value]]
) -> None:
    """A small table of the summary under its title; nothing where it has no rows."""
    found = list(rows)
    if not found:
        return
    words = sheet.book.words
    sheet.text(0, words(f"report.{section}.title"), bold=True, font_size=12, font_color="#17364A")
    sheet.row += 1
    columns = [Column(words(f"report.column.{name}"), 0, "count") for name in headings]
    if headings:
        sheet.headings(columns)
    sheet.rows(columns or [Column("", 0, "count")] * len(found[0]), [Row(row) for row in found])
    sheet.row += 1
