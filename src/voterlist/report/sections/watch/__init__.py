"""What people changed night by night, and what stands out of it."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from voterlist.model import frozen
from voterlist.report.section import Inputs, Section, SheetTable, columns_of
from voterlist.report.values import Facts, Words
from voterlist.schemas import NIGHT, WAVE

CHANGES = ("struck", "repeated", "added", "moved", "corrected", "kept")
"""In the order of the columns."""


@frozen
class Watch:
    """The answers of every night.

    Attributes:
        nights: rows of NIGHT.
        waves: rows of WAVE, the newest first.
        by_night: night -> how many answers of each change, the newest first.
    """

    nights: Sequence[Mapping[str, Any]]
    waves: Sequence[Mapping[str, Any]]
    by_night: Mapping[dt.date, Counter[str]]


def _build(inputs: Inputs) -> Watch | None:
    nights = _with_days(inputs.own("nights").to_pylist())
    by_night: dict[dt.date, Counter[str]] = defaultdict(Counter)
    for row in reversed(nights):
        by_night[row["night"]][row["change"]] += row["answers"]
    waves = _with_days(inputs.own("waves").to_pylist()[::-1])
    return Watch(nights, waves, by_night) if nights else None


def _with_days(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows, their nights as days."""
    return [{**row, "night": dt.date.fromisoformat(row["night"])} for row in rows]


def _sheets(watch: Watch | None, _facts: Facts, words: Words) -> Iterable[SheetTable]:
    if watch is None:
        return
    kinds = {
        "night": "day",
        "hour": "label",
        "constituency": "label",
        "precinct": "label",
        "answers": "count",
    }
    columns = columns_of(
        words,
        *(
            (f"watch.{name}", 16, kinds.get(name, "text"), itemgetter(name))
            for name in NIGHT.names
            if name not in {"change", "source"}
        ),
        ("watch.change", 16, "text", "watch.{0[change]}"),
        ("watch.source", 16, "text", "watch.{0[source]}"),
    )
    head = (words("report.watch.title"), words("report.watch.note"))
    name = words("report.sheet.watch")
    yield SheetTable(name, head, columns, watch.nights, frozen=1)


WATCH = Section(
    name="watch",
    build=_build,
    uses={"nights": NIGHT, "waves": WAVE},
    sheets=_sheets,
    page=lambda _: {"changes": CHANGES},
    most={"waves": 10, "nights": 10},
)
