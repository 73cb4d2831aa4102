"""The sheets of the cases: entries side by side, and the evidence in numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from voterlist.report.sections.cases.model import (
    CASE_FIELDS,
    Case,
    Cases,
    Member,
    Waterfall,
)
from voterlist.report.sections.cases.words import CaseWords
from voterlist.report.sheets import (
    Block,
    Column,
    Row,
    SheetTable,
    SheetValue,
    columns_of,
    place_cells,
    place_columns,
)
from voterlist.report.values import Facts
from voterlist.report.words import Words
from voterlist.schemas import PAIR_FIELDS

__all__ = ["case_cells", "case_columns", "sheets", "summary"]

_WIDTHS = (19, 13, 11, 13, 11, 7, 21, 10, 9)
"""Of the columns of ``CASE_FIELDS``."""
_UNMARKED_BEFORE, _UNMARKED_AFTER = ("",) * 6, ("",) * 8
"""The marks of the columns before and after those of ``CASE_FIELDS``."""
_RESTS = ("term_frequency", "rivals", "total")
_RIVALS = ("twins", "relatives", "unrelated")


def sheets(cases: Cases, _facts: Facts, words: CaseWords) -> Iterable[SheetTable]:
    """The cases asked about, those that are not duplicates, and the evidence of both."""
    yield _cases(cases.for_review, "cases", words)
    yield _cases(cases.apart, "apart", words)
    yield _evidence([*cases.for_review, *cases.apart], words)


def summary(cases: Cases, words: CaseWords) -> Iterable[Block]:
    """How many cases of each kind there are."""
    headings = [
        words(f"report.column.{name}") for name in ("kind", "cases", "entries", "open")
    ]
    rows: list[list[SheetValue]] = []
    for row in cases.kinds:
        title = words(f"case-kind.{row.kind}.title")
        rows.append([title, row.cases, row.entries, row.open])
    yield Block(words("report.kinds.title"), headings, rows)


def case_columns(words: Words) -> tuple[Column, ...]:
    """The columns that show an entry of a case, in the order of ``CASE_FIELDS``."""
    widths = zip(CASE_FIELDS, _WIDTHS, strict=True)
    return tuple(Column(words(f"field.{name}"), width) for name, width in widths)


def case_cells(member: Member, words: Words) -> tuple[list[SheetValue], list[str]]:
    """What an entry of a case shows, and the marks of the cells that differ."""
    return [words.say(cell.value) for cell in member.cells], [
        cell.mark for cell in member.cells
    ]


def _cases(cases: Sequence[Case], name: str, words: CaseWords) -> SheetTable:
    columns = (
        *columns_of(
            words,
            ("report.column.case", 6, "label"),
            ("report.column.kind", 14, "text"),
            ("report.column.probability", 10, "probability"),
            ("report.column.state", 10, "text"),
            ("report.column.proposed", 10, "text"),
            ("report.column.why", 21, "text"),
        ),
        *case_columns(words),
        *place_columns(words),
        Column(words("report.column.list-kind"), 9),
        Column(words("field.entry_id"), 25, printed=False),
        Column(words("field.case_id"), 15),
    )
    rows = [
        row
        for number, case in enumerate(cases)
        for row in _case_rows(case, words, band=number % 2 == 1)
    ]
    return SheetTable(
        words(f"report.sheet.{name}"),
        (
            words(f"report.{name}.title"),
            words(f"report.{name}.note"),
            words("report.cases.marks"),
        ),
        columns,
        rows,
        words(f"report.{name}.none"),
        frozen=2,
    )


def _case_rows(case: Case, words: CaseWords, *, band: bool) -> Iterable[Row]:
    """One row for each entry of a case."""
    kind = words(f"case-kind.{case.kind}.title")
    for member in case.members:
        shown, marks = case_cells(member, words)
        values: list[SheetValue] = [
            case.number,
            kind,
            case.probability,
            "; ".join([words.state(case, member), *words.before(member)]),
            words(f"role.{member.role}"),
            words(f"reason.{member.reason}"),
            *shown,
            *place_cells(member.place),
            words(f"list-kind.{member.list_kind}"),
            member.entry_id,
            case.case_id,
        ]
        all_marks = [*_UNMARKED_BEFORE, *marks, *_UNMARKED_AFTER]
        yield Row(values, all_marks, band=band, first=member is case.members[0])


def _evidence(cases: Sequence[Case], words: CaseWords) -> SheetTable:
    """The waterfalls, one row for each case, so that cases can be filtered and sorted by them."""
    columns = (
        *columns_of(
            words,
            ("report.column.case", 6, "label"),
            ("report.column.kind", 32, "text"),
            ("report.column.name", 32, "text"),
            ("waterfall.prior", 14, "bits"),
        ),
        *(Column(words(f"field.{name}"), 11, "bits") for name in PAIR_FIELDS),
        *(Column(words(f"waterfall.{name}"), 11, "bits") for name in _RESTS),
        Column(words("report.column.probability"), 13, "probability"),
        *(
            Column(words(f"waterfall.column.{name}"), 13, "probability")
            for name in _RIVALS
        ),
        Column(words("waterfall.column.what"), 90, "line", printed=False),
    )
    explained = [(case, case.why) for case in cases if case.why]
    rows = [
        Row(_evidence_cells(case, why, words), band=number % 2 == 1)
        for number, (case, why) in enumerate(explained)
    ]
    notes = (words("waterfall.note.numbers"), words("report.why.note"))
    return SheetTable(
        words("report.sheet.why"),
        (words("report.why.title"), *notes),
        columns,
        rows,
        words("report.why.none"),
        frozen=3,
    )


def _evidence_cells(case: Case, why: Waterfall, words: CaseWords) -> list[SheetValue]:
    bits = {step.field: step.bits for step in why.steps}
    compared = [f"{words.field(step)}: {words.step(step)}" for step in why.steps]
    return [
        case.number,
        words(f"case-kind.{case.kind}.title"),
        case.title,
        why.prior,
        *(bits.get(name) for name in PAIR_FIELDS),
        why.term_frequency or None,
        why.rivals,
        why.prior + why.weight,
        why.probability,
        why.twins,
        why.relatives,
        why.unrelated,
        "; ".join(compared),
    ]
