"""What the clerks of each precinct get wrong, beside the other precincts of the constituency.

Only numbers, and the lines of a file; no cell of a list.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Iterator, Mapping

import pyarrow as pa
import pyarrow.compute as pc

from voterlist.fields import COMPARED
from voterlist.model import Action, Unit, frozen
from voterlist.quality.agreement import wilson
from voterlist.tables import Row, rows_among

GROUPS: Mapping[str, tuple[str, ...]] = {
    "missing": (*(f"missing-{field}" for field in COMPARED), "placeholder-value"),
    "names": (
        "letters-lost",
        "name-misspelt",
        "name-unreadable",
        "patronymic-in-given-name",
        "full-name-unsure",
        "names-exchanged",
        "initials-only",
        "title-removed",
        "strange-character",
        "mixed-script",
        "mixed-script-repaired",
        "sex-contradicts-given-name",
        "sex-contradicts-patronymic",
        "sex-contradicts-surname",
        "sex-unreadable",
    ),
    "dates": (
        "first-of-january",
        "year-only",
        "date-swapped",
        "date-unreadable",
        "impossible-date",
        "future-date",
    ),
    "identifiers": (
        "fin-invalid",
        "fin-check-character",
        "fin-holds-document",
        "document-invalid",
        "document-series-missing",
        "identifier-i-for-one",
        "identifier-look-alikes",
        "identifier-o-for-zero",
        "identifier-signs-removed",
        "identifier-small-letters",
    ),
    "rows": (
        "same-entry-repeated",
        "line-number-repeat",
        "row-cut-short",
        "row-cut-short-repeated",
    ),
}
"""What clerks get wrong, by what to tell them about it: rules, statistics, and fields missing."""

_INDICATORS = frozenset({"first-of-january", "year-only"})
_NOTICED = frozenset(code for codes in GROUPS.values() for code in codes) - _INDICATORS
"""What findings tell."""
_MISSING = "missing-value"
LETTERS_LOST = "letters-lost"
"""A rule about a whole list: its number is that of the cells that lost letters."""

_Lines = dict[tuple[int, str], set[tuple[str, int]]]
"""(precinct, what) -> (source, line) of each entry that shows it."""


@frozen
class FeedbackRow:
    """One thing that the clerks of a precinct get wrong.

    Attributes:
        code: what: one of ``GROUPS``.
        count: how many entries show it.
        share: of all its entries, 0 to 1.
        median: the same of the precinct in the middle of the constituency.
        lines: (source, line) of those entries, as far as they are known, in order.
    """

    code: str
    count: int
    share: float
    median: float
    lines: tuple[tuple[str, int], ...] = ()

    @property
    def group(self) -> str:
        """The group of what it is: a key of ``GROUPS``."""
        return next(group for group, codes in GROUPS.items() if self.code in codes)

    @property
    def is_clear(self) -> bool:
        """True where chance alone hardly makes it so much more than in the middle."""
        interval = wilson(self.count, round(self.count / self.share))
        return interval is not None and interval.low > self.median


@frozen
class Feedback:
    """What the clerks of one precinct get wrong.

    Attributes:
        precinct: its number.
        voters: how many voters it has.
        rows: what is more frequent than in the precinct in the middle, the most beyond it first.
        usual: how many other things occur, not more often than there.
    """

    precinct: int
    voters: int
    rows: tuple[FeedbackRow, ...]
    usual: int


def feedback(tables: Mapping[str, pa.Table], constituency: int) -> tuple[Feedback, ...]:
    """What each precinct of a constituency gets wrong, by precinct.

    Args:
        tables: of a run: ``findings``, ``applied`` (what was corrected since), ``entries`` (their
            places), ``profile`` and ``indicators``.
        constituency: its number.
    """
    profile = _own(tables["profile"], constituency)
    voters = {row["precinct"]: row["voters"] for row in profile}
    lines = _lines(tables, constituency)
    counts: dict[str, dict[int, int]] = {}
    for (precinct, code), places in lines.items():
        counts.setdefault(code, {})[precinct] = len(places)
    counts |= dict(_counts_of(profile, tables["indicators"], constituency))
    counts[LETTERS_LOST] = _lost_letters(_own(tables["findings"], constituency))
    found: dict[int, list[FeedbackRow]] = {precinct: [] for precinct in voters}
    for code, of_precincts in counts.items():
        shares = {
            precinct: of_precincts.get(precinct, 0) / number
            for precinct, number in voters.items()
            if number
        }
        median = statistics.median(shares.values()) if shares else 0.0
        for precinct, share in shares.items():
            if of_precincts.get(precinct, 0):
                where = tuple(sorted(lines.get((precinct, code), ())))
                count = of_precincts[precinct]
                row = FeedbackRow(code, count, share, median, where)
                found[precinct].append(row)
    return tuple(_of(precinct, voters[precinct], found[precinct]) for precinct in found)


def _of(precinct: int, voters: int, rows: Iterable[FeedbackRow]) -> Feedback:
    """A precinct with what is more frequent there than in the middle."""
    rows = list(rows)
    above = [row for row in rows if row.share > row.median]
    above.sort(key=lambda row: (row.median - row.share, row.code))
    return Feedback(precinct, voters, tuple(above), len(rows) - len(above))


def _own(table: pa.Table, constituency: int) -> list[Row]:
    """The rows of the precincts of a constituency, by precinct."""
    is_own = pc.and_(
        pc.equal(table.column("constituency"), constituency),
        pc.is_valid(table.column("precinct")),
    )
    rows = table.filter(pc.fill_null(is_own, fill_value=False)).to_pylist()
    return sorted(rows, key=lambda row: row["precinct"])


def _counts_of(
    profile: list[Row], indicators: pa.Table, constituency: int
) -> Iterator[tuple[str, dict[int, int]]]:
    """(what, precinct -> count) of what is missing, and of what is counted elsewhere."""
    for field in COMPARED:
        yield (
            f"missing-{field}",
            {
                row["precinct"]: round(row[f"missing_{field}"] * row["voters"])
                for row in profile
            },
        )
    of_precincts = [
        row
        for row in _own(indicators, constituency)
        if row["unit"] == Unit.PRECINCT and row["count"] is not None
    ]
    for code in sorted(_INDICATORS):
        yield (
            code,
            {
                row["precinct"]: int(row["count"])
                for row in of_precincts
                if row["indicator"] == code
            },
        )


def _lines(tables: Mapping[str, pa.Table], constituency: int) -> _Lines:
    """Where each thing stands that a rule noticed, also what was corrected since."""
    lines: _Lines = {}
    for row in _own(tables["findings"], constituency):
        if row["unit"] == Unit.ENTRY and row["line"] is not None:
            code = _code(row["rule"], row["field"])
            place = (row["source"], row["line"])
            lines.setdefault((row["precinct"], code), set()).add(place)
    corrected = {
        row["entry_id"]: _code(row["rule"], row["field"])
        for row in tables["applied"].to_pylist()
        if row["action"] == Action.CORRECT and row["rule"] is not None
    }
    entries = rows_among(tables["entries"], "entry_id", corrected)
    names = ["entry_id", "constituency", "precinct", "source", "line"]
    for row in _own(entries.select(names), constituency):
        key = (row["precinct"], corrected[row["entry_id"]])
        lines.setdefault(key, set()).add((row["source"], row["line"]))
    return {key: places for key, places in lines.items() if key[1] in _NOTICED}


def _lost_letters(findings: Iterable[Row]) -> dict[int, int]:
    """How many cells of each precinct lost letters."""
    counts: dict[int, int] = {}
    for row in findings:
        if row["rule"] == LETTERS_LOST:
            count = int(row["value"] or 1)
            counts[row["precinct"]] = counts.get(row["precinct"], 0) + count
    return counts


def _code(rule: str, field: str | None) -> str:
    """What a finding is told as: a missing value by its field, else its rule."""
    return f"missing-{field}" if rule == _MISSING else rule
