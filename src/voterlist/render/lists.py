"""The printed lists, for paper and workbook: their columns, and what stands in them in words."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from operator import itemgetter
from typing import Any, Literal

from voterlist.decisions.answers import grounds
from voterlist.fields import CARRIED, DISPLAYED, FIELDS, NAME_PARTS, name_in
from voterlist.lists.documents import Document, ListDocument
from voterlist.lists.sheets import ABOUT_ASK, ABOUT_CASE, MOVED_IN, MOVED_OUT, code_of
from voterlist.model import Action, CaseKind, Purpose, Verdict, frozen
from voterlist.report.asked import day_of, evidence_of
from voterlist.report.values import UNKNOWN, Words
from voterlist.tables import ReadRow

_QUOTED = "\N{LEFT DOUBLE QUOTATION MARK}{}\N{RIGHT DOUBLE QUOTATION MARK}"


class ListWords(Words):
    """Says what lists, their corrections and their questions hold."""

    def title(self, document: ListDocument) -> str:
        """What the list is."""
        title = self(f"lists.title.{document.list_kind}")
        if document.edition.purpose == Purpose.CHANGES:
            return self("lists.title.changes", title=title)
        is_work = document.edition.purpose == Purpose.WORK
        return self("lists.title.work", title=title) if is_work else title

    def place_of(self, document: Document) -> str:
        """The constituency and precinct of the list."""
        number, name = document.constituency, document.constituency_name
        whole = self.constituency(number, name)
        if document.precinct is None:
            return self("lists.place.no-precinct", constituency=whole)
        if number is None:
            return f"{whole}, {self._precinct(document.precinct)}"
        places = {"constituency": str(number), "precinct": str(document.precinct)}
        if name is None:
            return self("lists.place.no-name", **places)
        return self("lists.place", name=name, **places)

    def constituency(self, number: int | None, name: str | None) -> str:
        """A constituency, with its name where it is known."""
        if number is None:
            return self("lists.place.nowhere")
        if name is None:
            return self("lists.place.constituency.no-name", constituency=str(number))
        return self("lists.place.constituency", constituency=str(number), name=name)

    def made(self, document: ListDocument) -> str:
        """The cycle, the day, the run and the order of the list."""
        edition = document.edition
        day = self.long_day(edition.day)
        made = self("lists.made", cycle=edition.cycle, day=day, run=edition.run)
        made = f"{made} {self(f'lists.order.{edition.order}')}"
        last = edition.frozen_after.get(document.list_kind)
        if last is None:
            return made
        return f"{made} {self('lists.frozen', day=self.long_day(last))}"

    def since(self, document: ListDocument) -> str:
        """Since when the changes of a sheet are counted."""
        if document.since is None:
            return self("lists.since.handed-in")
        return self("lists.since", day=self.long_day(document.since))

    def day_of(self, text: str | None) -> str:
        """A day or moment in ISO 8601 as a day in digits; any other text as it is."""
        return day_of(text, self) or ""

    def born(self, row: ReadRow) -> str:
        """The birth date of a row of LISTED, as far as it is shown."""
        if row["birth_date"] is not None:
            return self.day_of(row["birth_date"])
        return "" if row["birth_year"] is None else str(row["birth_year"])

    def sex(self, row: ReadRow) -> str:
        """The sex of a row of LISTED; empty where it is not known."""
        return self(f"sex.{row['sex']}") if row["sex"] else ""

    def corrected(self, row: ReadRow) -> str:
        """The corrected fields of a row of LISTED."""
        if row["corrected"] is None:
            return ""
        return ", ".join(self(f"field.{name}") for name in row["corrected"].split("+"))

    def came(self, row: ReadRow) -> str:
        """How a row of LISTED came onto this list, where it was not handed in with it."""
        if row["added"]:
            return self("lists.change.add")
        if row["from_constituency"] is None and row["from_precinct"] is None:
            return ""
        place = self._at(row, "from_", row["constituency"])
        return self("lists.change.moved-in", place=place)

    def change(self, row: ReadRow) -> str:
        """What a row of CORRECTION did."""
        change, home = row["change"], row["constituency"]
        if change == Action.CORRECT:
            return self(
                "lists.change.correct",
                field=self(f"field.{row['field']}"),
                written=self._quoted(row["written"]),
                value=self._quoted(row["value"]),
            )
        if change == Verdict.REPEAT:
            return self(
                "lists.change.repeat", name=row["kept_name"], place=self._kept(row)
            )
        if change == MOVED_IN:
            return self(f"lists.change.{change}", place=self._at(row, "from_", home))
        if change == MOVED_OUT:
            return self(f"lists.change.{change}", place=self._at(row, "to_", home))
        if change == Action.STRIKE and row["to_precinct"] is not None:
            return self("lists.change.strike.to", place=self._at(row, "to_", home))
        return self(f"lists.change.{change}")

    def altered(self, row: ReadRow) -> str:
        """What a row of ALTERATION says was done."""
        change, home = row["change"], row["constituency"]
        if change == Action.CORRECT:
            texts = {name: row[name] for name in ("written", "value")}
            if row["field"] == "birth_date":
                texts = {name: self.day_of(text) for name, text in texts.items()}
            return self.change({**row, **texts})
        if not row["taken_back"]:
            return self.change(row)
        if change in {MOVED_IN, MOVED_OUT}:
            # Taken back, the move went the other way.
            prefix = "to_" if change == MOVED_IN else "from_"
            return self(f"lists.change.{change}", place=self._at(row, prefix, home))
        return self(f"lists.change.back.{change}")

    def why_altered(self, row: ReadRow) -> str:
        """Why a change of ALTERATION was made, with the article of the law."""
        code = row["why"]
        if code is None:
            return ""
        return (
            self.with_article(code) if code in grounds() else self(f"lists.why.{code}")
        )

    def with_article(self, code: str) -> str:
        """A ground with its article of the law, where it has one."""
        title, article = self._title("ground", code), grounds()[code].article
        if article is None:
            return title
        return self("lists.why.article", ground=title, article=article)

    def of_finding(self, row: ReadRow) -> str:
        """What a finding says, with its numbers."""
        numbers = {"value": row["value"], "limit": row["limit"], "count": row["value"]}
        return self(f"rule.{row['rule']}.message", **numbers)

    def why(self, row: ReadRow) -> str:
        """The ground of a row of CORRECTION, and the document that shows it."""
        ground = row["ground"]
        is_repeat = row["change"] == Verdict.REPEAT
        parts = [
            self("lists.why.repeat") if is_repeat else None,
            self._title("ground", ground) if ground else None,
            self._title("rule", row["rule"]) if row["rule"] and not ground else None,
            evidence_of(row["document"], self),
        ]
        return "; ".join(filter(None, parts))

    def question(self, row: ReadRow) -> str:
        """What a row of DOOR asks."""
        if row["about"] == ABOUT_CASE:
            return self._question_of_case(row)
        rule = row["rule"]
        asked = self._question_of_rule(row) if rule else ""
        if row["about"] != ABOUT_ASK:
            return asked
        if row["reason"] is None:
            return asked or self("door.ask.no-reason")
        reason = self("door.ask", reason=row["reason"])
        return f"{asked} {reason}".strip()

    def _question_of_rule(self, row: ReadRow) -> str:
        """What a finding asks."""
        key = f"door.rule.{row['rule']}"
        field = self(f"field.{row['field']}") if row["field"] else ""
        if self.has(key):
            return self(key, field=field)
        # A rule without a question of its own is shown as the report shows it.
        title = self(f"rule.{row['rule']}.title")
        return self("door.rule.other", title=title, message=self.of_finding(row))

    def _question_of_case(self, row: ReadRow) -> str:
        """What entries that may be one person ask, with the other entry and its place."""
        kind = row["case_kind"]
        is_own = kind in {CaseKind.NAME_CHANGE, CaseKind.IDENTITY_CONFLICT}
        places = (self._precinct(row["other_precinct"]), row["other_address"])
        place = ", ".join(filter(None, places))
        key = f"door.case.{kind if is_own else 'same'}"
        return self(key, other=row["other_name"], place=place)

    def _kept(self, row: ReadRow) -> str:
        """Where the kept entry stands, with its number in that list."""
        place = self._precinct(row["kept_precinct"])
        if row["kept_number"] is None:
            return place
        return self("lists.at.number", place=place, number=str(row["kept_number"]))

    def _at(self, row: ReadRow, prefix: str, home: int | None) -> str:
        """A place of a row, with its constituency where that is not ``home``."""
        constituency, precinct = row[f"{prefix}constituency"], row[f"{prefix}precinct"]
        if constituency is None or constituency == home:
            return self._precinct(precinct)
        return self(
            "lists.at.constituency",
            constituency=str(constituency),
            precinct=self("lists.unknown") if precinct is None else str(precinct),
        )

    def _precinct(self, precinct: int | None) -> str:
        """A precinct by its number."""
        number = self("lists.unknown") if precinct is None else str(precinct)
        return self("lists.at.precinct", precinct=number)

    def _quoted(self, text: str | None) -> str:
        """A cell in quotation marks; a sign where it was blank."""
        return UNKNOWN if text is None else _QUOTED.format(text)

    def _title(self, prefix: str, code: str) -> str:
        """The title of a code; the code where there is none."""
        key = f"{prefix}.{code}.title"
        return self(key) if self.has(key) else code


def signers(members: int) -> Sequence[str]:
    """Who signs a list: ``lists.sign.<role>`` of the catalogue."""
    return ("chair", "secretary", *["member"] * members)


SheetName = Literal["display", "work", "changes", "corrections", "door"]


@frozen
class Shown:
    """A column, and what of a row stands in it.

    Attributes:
        key: of its heading in the catalogue.
        value: what of a row stands in it.
        width: in characters of a workbook; 0: it stands on paper alone.
        paper: in millimetres, where all columns fill the page; 0: it stands in a workbook alone.
        kind: what its values are, as of ``report.sheets.Column``.
        align: on paper.
        fields: the fields of ENTRY whose correction marks its cells.
        is_bold: on paper.
        is_to_fill_in: a person writes into it.
        seldom: where it is left out if no row has anything in it: ``paper``, or everywhere.
    """

    key: str
    value: Callable[[ReadRow], Any]
    width: int
    paper: int
    kind: str = "line"
    align: str = "left"
    fields: tuple[str, ...] = ()
    is_bold: bool = False
    is_to_fill_in: bool = False
    seldom: Literal["", "paper", "everywhere"] = ""

    def is_corrected(self, row: ReadRow) -> bool:
        """True where a correction of a row of LISTED changed what stands in it."""
        corrected = (row.get("corrected") or "").split("+")
        return not {*self.fields}.isdisjoint(corrected)


def columns_of(
    sheet: SheetName, words: ListWords, rows: Sequence[ReadRow], *, on_paper: bool
) -> list[Shown]:
    """The columns of a sheet with these rows; what is seldom needed and empty here is left out."""
    left_out = {"paper", "everywhere"} if on_paper else {"everywhere"}
    return [
        shown
        for shown in _SHEETS[sheet](words)
        if (shown.paper if on_paper else shown.width)
        and (shown.seldom not in left_out or any(map(shown.value, rows)))
    ]


def _column(key: str, name: str, width: int, paper: int, **more: Any) -> Shown:
    """A column that shows a column of the table as it is."""
    return Shown(key, itemgetter(name), width, paper, fields=(name,), **more)


_NUMBER = _column("lists.column.number", "number", 6, 11, kind="label", align="right")
_WRITTEN = _column(
    "lists.column.written", "name_as_written", 34, 30, seldom="everywhere"
)
_YEAR = _column("lists.column.born", "birth_year", 9, 15, kind="label", align="center")


def _names(*papers: int) -> list[Shown]:
    """The columns of the three names; the surname is bold."""
    names = zip(NAME_PARTS, papers, strict=True)
    return [
        Shown(
            f"field.{name}",
            itemgetter(name),
            17,
            paper,
            fields=(name, "full_name"),
            is_bold=name == "surname",
        )
        for name, paper in names
    ]


def _name(width: int, paper: int) -> Shown:
    """The column of the whole name."""
    return _column("lists.column.name", "name", width, paper, kind="text", is_bold=True)


def _carried_columns(wanted: Collection[str]) -> list[Shown]:
    """Those of the wanted columns that only travel, as written."""
    return [
        _column(
            f"field.{name}",
            name,
            FIELDS[name].width,
            FIELDS[name].paper,
            kind="text",
            seldom="everywhere",
        )
        for name in CARRIED
        if name in wanted
    ]


def _display(words: ListWords) -> list[Shown]:
    """What a list on display shows: no identifier, and of the birth date what its rows hold."""
    return [
        _NUMBER,
        *_names(33, 27, 33),
        Shown("lists.column.born", words.born, 12, 21, align="center"),
        _column("field.address", "address", 48, 55, kind="text"),
        *_carried_columns(DISPLAYED),
        _WRITTEN,
    ]


def _work(words: ListWords) -> list[Shown]:
    """What a list for the precinct's own use shows."""
    born = ("birth_date",)
    return [
        _NUMBER,
        *_names(31, 25, 31),
        Shown("lists.column.date", words.born, 12, 22, align="center", fields=born),
        Shown("field.sex", words.sex, 8, 14, align="center", fields=("sex",)),
        _column("field.address", "address", 44, 52, kind="text"),
        _column("field.document", "document", 14, 26),
        _column("field.fin", "fin", 10, 23),
        *_carried_columns(CARRIED),
        Shown("lists.column.corrected", words.corrected, 18, 0),
        Shown("lists.column.came", words.came, 24, 30, kind="text", seldom="paper"),
        _column("lists.column.card", "card", 12, 18, seldom="everywhere"),
        _WRITTEN,
    ]


def _changes(words: ListWords) -> list[Shown]:
    """The sheet of changes: no identifier, and of the birth date what a list on display shows."""
    return [
        replace(_NUMBER, key="lists.column.number-then", width=8, paper=15),
        Shown("lists.column.name", name_in, 32, 40, kind="text", is_bold=True),
        Shown("lists.column.born", words.born, 12, 21, align="center"),
        _column("field.address", "address", 38, 40, kind="text"),
        *_carried_columns(DISPLAYED),
        Shown("lists.column.change", words.altered, 44, 46, kind="text"),
        Shown(
            "lists.column.because",
            words.why_altered,
            36,
            40,
            kind="text",
            seldom="everywhere",
        ),
    ]


def _corrections(words: ListWords) -> list[Shown]:
    """The sheet of corrections."""
    return [
        _NUMBER,
        _name(32, 40),
        _YEAR,
        _column("field.address", "address", 38, 42, kind="text"),
        Shown("lists.column.change", words.change, 44, 50, kind="text"),
        Shown("lists.column.why", words.why, 36, 44, kind="text"),
        _column("lists.column.reason", "reason", 28, 30, kind="text"),
        _column("lists.column.by", "decided_by", 20, 24, kind="text"),
        Shown("lists.column.at", lambda row: words.day_of(row["decided_at"]), 12, 20),
    ]


def _door(words: ListWords) -> list[Shown]:
    """The checklist for the door; on paper each street has a heading."""
    return [
        _column("lists.column.street", "street", 34, 0, kind="text"),
        _column("lists.column.house", "house", 8, 13),
        _column("lists.column.flat", "flat", 8, 13),
        _NUMBER,
        _name(30, 42),
        _YEAR,
        Shown("lists.column.code", code_of, 11, 25, kind="label"),
        Shown("lists.column.question", words.question, 60, 82, kind="text"),
        Shown("lists.column.due", lambda row: words.day_of(row["due"]), 12, 19),
        Shown(
            "lists.column.answer",
            lambda _: None,
            40,
            72,
            kind="text",
            is_to_fill_in=True,
        ),
    ]


_SHEETS: Mapping[SheetName, Callable[[ListWords], list[Shown]]] = {
    "display": _display,
    "work": _work,
    "changes": _changes,
    "corrections": _corrections,
    "door": _door,
}
