"""Whether some groups of voters are asked about, or struck, more than others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import itemgetter

from voterlist.report.section import Inputs, Section, SheetTable, columns_of
from voterlist.report.values import Facts, Words
from voterlist.schemas import FAIRNESS as FAIRNESS_TABLE
from voterlist.tables import ReadRow

Content = Sequence[ReadRow]
"""Rows of FAIRNESS of the constituency, or of all lists."""


class FairnessWords(Words):
    """Says which group a row is about."""

    def group(self, row: ReadRow) -> str:
        """The group of a row."""
        group = row["group"]
        if row["grouping"] == "born":
            return self("fairness.born", first=group, last=str(int(group) + 9))
        return self(f"fairness.{row['grouping']}.{group}")


def _build(inputs: Inputs) -> Content | None:
    """The rows of a group stand together: flagged, struck, cleared, restored."""
    rows = inputs.table("fairness").to_pylist()
    own = [row for row in rows if row["constituency"] == inputs.facts.constituency]
    own.sort(key=itemgetter("grouping", "group"))
    return own if any(row["found"] for row in own) else None


def _sheets(
    rows: Content | None, _facts: Facts, words: FairnessWords
) -> Iterable[SheetTable]:
    columns = columns_of(
        words,
        ("fairness.group", 24, "text", words.group),
        ("fairness.measure", 24, "text", "fairness.{0[measure]}"),
        *(
            (f"fairness.{name}", 12, kind, itemgetter(name))
            for name, kind in (
                *(("entries", "count"), ("found", "count"), ("estimate", "share")),
                *(("low", "share"), ("high", "share")),
            )
        ),
    )
    head = (words("report.fairness.title"), words("report.fairness.note"))
    yield SheetTable(words("report.sheet.fairness"), head, columns, rows or ())


FAIRNESS = Section(
    name="fairness",
    build=_build,
    uses={"fairness": FAIRNESS_TABLE},
    sheets=_sheets,
)
