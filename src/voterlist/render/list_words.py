"""The printed lists in words, for every format: titles, places, corrections, questions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from voterlist.lists import ListDocument
from voterlist.lists.corrections import MOVED_IN, MOVED_OUT
from voterlist.lists.door import ABOUT_ASK, ABOUT_CASE
from voterlist.model import Action, CaseKind, Purpose, Verdict
from voterlist.report import Words
from voterlist.report.asked import evidence_of
from voterlist.report.words import UNKNOWN

_Row = Mapping[str, Any]

_QUOTED = "\N{LEFT DOUBLE QUOTATION MARK}{}\N{RIGHT DOUBLE QUOTATION MARK}"


class ListWords(Words):
    """Says what lists, their corrections and their questions hold."""

    def title(self, document: ListDocument) -> str:
        """What the list is."""
        title = self(f"lists.title.{document.list_kind}")
        is_work = document.purpose is Purpose.WORK
        return self("lists.title.work", title=title) if is_work else title

    def place_of(self, document: ListDocument) -> str:
        """The constituency and precinct of the list."""
        whole = self._constituency(document)
        if document.precinct is None:
            return self("lists.place.no-precinct", constituency=whole)
        number, name = document.constituency, document.constituency_name
        if number is None:
            return f"{whole}, {self._precinct(document.precinct)}"
        places = {"constituency": str(number), "precinct": str(document.precinct)}
        if name is None:
            return self("lists.place.no-name", **places)
        return self("lists.place", name=name, **places)

    def _constituency(self, document: ListDocument) -> str:
        """The constituency of the list, with its name where it is known."""
        number, name = document.constituency, document.constituency_name
        if number is None:
            return self("lists.place.nowhere")
        if name is None:
            return self("lists.place.constituency.no-name", constituency=str(number))
        return self("lists.place.constituency", constituency=str(number), name=name)

    def made(self, document: ListDocument) -> str:
        """The cycle, the day, the run and the order of the list."""
        made = self(
            "lists.made",
            cycle=document.cycle,
            day=self.long_day(document.day),
            run=document.run,
        )
        return f"{made} {self(f'lists.order.{document.order}')}"

    def day_of(self, text: str | None) -> str:
        """A day or moment in ISO 8601 as a day in digits; any other text as it is."""
        try:
            return self.day(dt.date.fromisoformat((text or "")[:10]))
        except ValueError:
            return text or ""

    def born(self, row: _Row) -> str:
        """The birth date of a row of LISTED, as far as it is shown."""
        if row["birth_date"] is not None:
            return self.day_of(row["birth_date"])
        return "" if row["birth_year"] is None else str(row["birth_year"])

    def sex(self, row: _Row) -> str:
        """The sex of a row of LISTED; empty where it is not known."""
        return self(f"sex.{row['sex']}") if row["sex"] else ""

    def corrected(self, row: _Row) -> str:
        """The corrected fields of a row of LISTED."""
        if row["corrected"] is None:
            return ""
        return ", ".join(self(f"field.{name}") for name in row["corrected"].split("+"))

    def came(self, row: _Row) -> str:
        """How a row of LISTED came onto this list, where it was not handed in with it."""
        if row["added"]:
            return self("lists.change.add")
        if row["from_constituency"] is None and row["from_precinct"] is None:
            return ""
        place = self._at(row, "from_", row["constituency"])
        return self("lists.change.moved-in", place=place)

    def change(self, row: _Row) -> str:
        """What a row of CORRECTION did."""
        change, home = row["change"], row["constituency"]
        if change == Action.CORRECT.value:
            return self(
                "lists.change.correct",
                field=self(f"field.{row['field']}"),
                written=self._quoted(row["written"]),
                value=self._quoted(row["value"]),
            )
        if change == Verdict.REPEAT.value:
            return self(
                "lists.change.repeat", name=row["kept_name"], place=self._kept(row)
            )
        if change == MOVED_IN:
            return self(f"lists.change.{change}", place=self._at(row, "from_", home))
        if change == MOVED_OUT:
            return self(f"lists.change.{change}", place=self._at(row, "to_", home))
        if change == Action.STRIKE.value and row["to_precinct"] is not None:
            return self("lists.change.strike.to", place=self._at(row, "to_", home))
        return self(f"lists.change.{change}")

    def why(self, row: _Row) -> str:
        """The ground of a row of CORRECTION, and the document that shows it."""
        ground = row["ground"]
        parts = [
            self._title("ground", ground) if ground else None,
            self._title("rule", row["rule"]) if row["rule"] and not ground else None,
            evidence_of(row["document"], self),
        ]
        return "; ".join(part for part in parts if part)

    def question(self, row: _Row) -> str:
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

    def _question_of_rule(self, row: _Row) -> str:
        """What a finding asks."""
        key = f"door.rule.{row['rule']}"
        field = self(f"field.{row['field']}") if row["field"] else ""
        if self.has(key):
            return self(key, field=field)
        # A rule without a question of its own is shown as the report shows it.
        numbers = {"value": row["value"], "limit": row["limit"], "count": row["value"]}
        return self(
            "door.rule.other",
            title=self(f"rule.{row['rule']}.title"),
            message=self(f"rule.{row['rule']}.message", **numbers),
        )

    def _question_of_case(self, row: _Row) -> str:
        """What entries that may be one person ask, with the other entry and its place."""
        kind = row["case_kind"]
        is_own = kind in {CaseKind.NAME_CHANGE.value, CaseKind.IDENTITY_CONFLICT.value}
        place = ", ".join(
            part
            for part in (self._precinct(row["other_precinct"]), row["other_address"])
            if part
        )
        key = f"door.case.{kind if is_own else 'same'}"
        return self(key, other=row["other_name"], place=place)

    def _kept(self, row: _Row) -> str:
        """Where the kept entry stands, with its number in that list."""
        place = self._precinct(row["kept_precinct"])
        if row["kept_number"] is None:
            return place
        return self("lists.at.number", place=place, number=str(row["kept_number"]))

    def _at(self, row: _Row, prefix: str, home: int | None) -> str:
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
