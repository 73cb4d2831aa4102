"""The cases: entries that may be one person, for a person to decide, and those that are not one."""

from __future__ import annotations

import difflib
import functools
import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from operator import attrgetter
from typing import Any, NamedTuple

import pyarrow as pa

from voterlist.fields import COMPARED, FIELDS, TRAVELLING
from voterlist.model import Verdict, frozen
from voterlist.report.section import (
    Block,
    Column,
    Inputs,
    Section,
    SheetTable,
    column,
    columns_of,
    place_columns,
    small_columns,
)
from voterlist.report.sections.cases.build import (
    LOOKED_UP_OF_VOTERS,
    build_cases,
    cases_in,
    count_kinds,
)
from voterlist.report.sections.cases.model import (
    CASE_FIELDS,
    Case,
    Cases,
    CaseWords,
    Member,
    Sentences,
)
from voterlist.report.sections.chance import Chance, chances_by_place
from voterlist.report.values import Facts, Words
from voterlist.schemas import (
    CASE,
    CASE_NUMBER,
    COINCIDENCE,
    CONTESTED,
    DECISION,
    ENTRY,
    PAIR,
    RETURNED,
    SECOND_READING,
    VOTER,
    WATERFALL,
)
from voterlist.tables import rows_without

_WRITTEN = 19
"""The width of the name as written, in characters."""


def sheets(cases: Cases, _facts: Facts, words: CaseWords) -> Iterable[SheetTable]:
    """The cases asked about, those that are not duplicates, and the evidence of both."""
    yield _cases_sheet(cases.for_review, "cases", words)
    yield _cases_sheet(cases.apart, "apart", words)
    yield _evidence_sheet([*cases.for_review, *cases.apart], words)


def summary(cases: Cases, words: CaseWords) -> Iterable[Block]:
    """How many cases of each kind there are."""
    columns = small_columns(
        words,
        kind="case-kind.{0.kind}.title",
        cases="cases",
        entries="entries",
        open="open",
    )
    yield Block(words("report.kinds.title"), columns, cases.kinds)


class CaseRow(NamedTuple):
    """A row of a sheet: an entry in its case."""

    case: Case
    member: Member
    place: int
    """The place of the case on the sheet."""

    @property
    def is_first(self) -> bool:
        """True for the first entry of its case."""
        return self.member is self.case.members[0]

    @property
    def look(self) -> tuple[bool, bool]:
        """Every other case has a ground, and each begins with a line."""
        return self.place % 2 == 1, self.is_first


def case_rows(cases: Iterable[Case]) -> list[CaseRow]:
    """One row for each entry of each case."""
    return [
        CaseRow(case, member, place)
        for place, case in enumerate(cases)
        for member in case.members
    ]


def case_columns(words: Words) -> tuple[Column, ...]:
    """The columns that show an entry of a case, in the order of ``CASE_FIELDS``."""
    widths = {"written": _WRITTEN} | {name: FIELDS[name].width for name in TRAVELLING}
    return tuple(
        _cell_column(at, words(f"field.{name}"), width, words)
        for at, (name, width) in enumerate(widths.items())
    )


def _cell_column(at: int, heading: str, width: int, words: Words) -> Column:
    """The column that shows the cells at this place."""
    return column(
        words,
        heading,
        width,
        "text",
        lambda row: words.say(row.member.cells[at].value),
        lambda row: row.member.cells[at].mark,
    )


def _cases_sheet(cases: Sequence[Case], name: str, words: CaseWords) -> SheetTable:
    columns = columns_of(
        words,
        ("report.column.case", 6, "label", "case.number"),
        ("report.column.kind", 14, "text", "case-kind.{0.case.kind}.title"),
        ("report.column.probability", 10, "probability", "case.probability"),
        (
            "report.column.state",
            10,
            "text",
            lambda row: "; ".join(
                [words.state(row.case, row.member), *words.before(row.member)]
            ),
        ),
        ("report.column.proposed", 10, "text", "role.{0.member.role}"),
        ("report.column.why", 21, "text", "reason.{0.member.reason}"),
        *case_columns(words),
        *place_columns(words, "member.place"),
        ("report.column.list-kind", 9, "text", "list-kind.{0.member.list_kind}"),
        column(
            words, words("field.entry_id"), 25, "text", "member.entry_id", printed=False
        ),
        ("field.case_id", 15, "text", "case.case_id"),
    )
    return SheetTable(
        words(f"report.sheet.{name}"),
        (
            words(f"report.{name}.title"),
            words(f"report.{name}.note"),
            words("report.cases.marks"),
        ),
        columns,
        case_rows(cases),
        words(f"report.{name}.none"),
        frozen=2,
        look=attrgetter("look"),
    )


def _evidence_sheet(cases: Sequence[Case], words: CaseWords) -> SheetTable:
    """The waterfalls, one row for each case, so that cases can be filtered and sorted by them."""
    rows = [
        row for row in case_rows(case for case in cases if case.why) if row.is_first
    ]
    found = {step.field for row in rows if row.case.why for step in row.case.why.steps}
    fields = [*COMPARED, *sorted(found - set(COMPARED))]
    notes = (words("waterfall.note.numbers"), words("report.why.note"))
    return SheetTable(
        words("report.sheet.why"),
        (words("report.why.title"), *notes),
        _evidence_columns(fields, words),
        rows,
        words("report.why.none"),
        frozen=3,
        look=lambda row: (row.look[0], False),
    )


def _evidence_columns(fields: Sequence[str], words: CaseWords) -> tuple[Column, ...]:
    """The columns of the evidence; ``fields``: those that were compared."""
    return columns_of(
        words,
        ("report.column.case", 6, "label", "case.number"),
        ("report.column.kind", 32, "text", "case-kind.{0.case.kind}.title"),
        ("report.column.name", 32, "text", "case.title"),
        ("waterfall.prior", 14, "bits", "case.why.prior"),
        *(_bits_column(name, words) for name in fields),
        (
            "waterfall.term_frequency",
            11,
            "bits",
            lambda row: row.case.why.term_frequency or None,
        ),
        ("waterfall.rivals", 11, "bits", "case.why.rivals"),
        (
            "waterfall.total",
            11,
            "bits",
            lambda row: row.case.why.prior + row.case.why.weight,
        ),
        ("report.column.probability", 13, "probability", "case.why.probability"),
        *(
            (f"waterfall.column.{name}", 13, "probability", f"case.why.{name}")
            for name in ("twins", "relatives", "unrelated")
        ),
        column(
            words,
            words("waterfall.column.what"),
            90,
            "line",
            lambda row: "; ".join(
                f"{words.column(step.field)}: {words.step(step)}"
                for step in row.case.why.steps
            ),
            printed=False,
        ),
    )


def _bits_column(field: str, words: CaseWords) -> Column:
    """The column with the bits of one comparison; blank where it says nothing."""
    return column(
        words,
        words.column(field),
        11,
        "bits",
        lambda row: next(
            (step.bits for step in row.case.why.steps if step.field == field), None
        ),
    )


_Step = tuple[str, int, int, int, int]
"""What is done (``equal``, ``replace``, ...) from where to where in each of two texts."""
_ALIKE = 0.5
"""Two texts less alike than this are marked as a whole: single letters would say nothing."""


@frozen
class Shown:
    """What the page shows of one field of an entry."""

    text: str
    mark: str
    pieces: Sequence[tuple[str, bool]]
    """The text in pieces, each with whether its letters differ; of a text that is not marked none.
    """


@frozen
class Line:
    """One field of the entries of a case, side by side."""

    field: str
    mark: str
    """The first mark of its cells."""
    cells: Sequence[Shown]


def page(cases: Cases) -> Mapping[str, Any]:
    """What the template of the cases needs besides the cases."""
    return {
        "kinds": [row.kind for row in cases.kinds],
        "side_by_side": lines_of,
        "bars": bars_of,
        "sentence": lambda words, case: Sentences(words, cases.chances).of(case),
    }


def lines_of(case: Case, words: CaseWords) -> list[Line]:
    """The fields of a case of which something is known in some entry."""
    lines = []
    for place, field in enumerate(CASE_FIELDS):
        cells = [member.cells[place] for member in case.members]
        texts = [words.say(cell.value) for cell in cells]
        if not any(texts):
            continue
        marks = [cell.mark for cell in cells]
        shown = [
            Shown(text, mark, letters_of(case, number, texts) if mark else ())
            for number, (text, mark) in enumerate(zip(texts, marks, strict=True))
        ]
        lines.append(Line(field, next(filter(None, marks), ""), shown))
    return lines


def bars_of(bits: Sequence[float]) -> tuple[float, list[tuple[float, float]]]:
    """(where the odds are even, the bars of a waterfall), in per cent of the drawing's width.

    A bar is (left end, width). Each begins where the one above ended; the last, the sum's, reaches
    from even odds to the end.
    """
    sums = [0.0, *itertools.accumulate(bits)]
    low, high = min(sums), max(sums)
    width = (high - low) or 1.0
    places = [100 * (value - low) / width for value in sums]
    ends = [*itertools.pairwise(places), (places[0], places[-1])]
    return places[0], [(min(start, end), abs(end - start)) for start, end in ends]


def letters_of(case: Case, place: int, texts: Sequence[str]) -> list[tuple[str, bool]]:
    """The text of one entry in pieces, each with whether it differs from the other entry's text.

    Only of two entries whose texts are alike; otherwise the text is one piece that is not marked.
    """
    whole = [(texts[place], False)]
    if len(case.members) != 2 or not all(texts) or texts[0] == texts[1]:
        return whole
    steps = _steps_between(texts[0], texts[1])
    return list(_pieces(steps, texts[place], place)) if steps else whole


@functools.lru_cache(maxsize=4096)
def _steps_between(first: str, second: str) -> Sequence[_Step]:
    """How one text becomes the other; none where they are not alike.

    Asked for each of the two, and in each language.
    """
    matcher = difflib.SequenceMatcher(None, first, second, autojunk=False)
    return matcher.get_opcodes() if matcher.ratio() >= _ALIKE else ()


def _pieces(
    steps: Iterable[_Step], text: str, place: int
) -> Iterable[tuple[str, bool]]:
    for tag, *ends in steps:
        start, end = ends[2 * place : 2 * place + 2]
        if start < end:
            yield text[start:end], tag != "equal"


_VOTER = pa.schema([VOTER.field(name) for name in LOOKED_UP_OF_VOTERS])


def _build(inputs: Inputs) -> Cases:
    """A case is in the report of each constituency that one of its entries is in."""
    names = ("entries", "voters", "pairs", "waterfalls", "decisions", "returned")
    looked_up = {name: inputs.table(name) for name in names}
    waiting = _waiting(inputs)
    decisions = looked_up["decisions"]
    looked_up["decisions"] = rows_without(decisions, "case_id", waiting)
    built = build_cases(
        cases_in(inputs.table("cases"), inputs.facts.constituency),
        inputs.table("case_numbers"),
        looked_up,
        inputs.run.names,
    )
    contested = inputs.table("contested").select(["case_id", "answer"]).to_pylist()
    verdicts = set(Verdict)
    # What people decided in different ways.
    reasons = {
        row["case_id"]: "contested" for row in contested if row["answer"] in verdicts
    }
    reasons |= dict.fromkeys(waiting, "second-reading")
    built = tuple(
        replace(case, waits_for=reasons.get(case.case_id, "")) for case in built
    )
    return Cases(
        for_review=tuple(case for case in built if case.is_asked),
        apart=tuple(case for case in built if not case.is_asked),
        kinds=count_kinds(built),
        chances=_chances(inputs),
    )


def _waiting(inputs: Inputs) -> set[str]:
    """The decided cases that wait for a second reading."""
    readings = inputs.table("second_readings")
    ready = readings.filter(readings.column("is_ready"))
    return set(ready.column("case_id").to_pylist())


def _chances(inputs: Inputs) -> dict[int | None, tuple[Chance, ...]]:
    """What chance alone would give in the constituency of the report, and in all of them."""
    by_place = chances_by_place(inputs.table("coincidences"))
    places = {inputs.facts.constituency, None}
    return {place: rows for place, rows in by_place.items() if place in places}


CASES = Section(
    name="cases",
    build=_build,
    needs={
        "entries": ENTRY,
        "voters": _VOTER,
        "cases": CASE,
        "case_numbers": CASE_NUMBER,
        "pairs": PAIR,
    },
    uses={
        "waterfalls": WATERFALL,
        "decisions": DECISION,
        "returned": RETURNED,
        "contested": CONTESTED,
        "second_readings": SECOND_READING,
        "coincidences": COINCIDENCE,
    },
    sheets=sheets,
    summary=summary,
    page=page,
    most={"for_review": 120, "apart": 40},
)
