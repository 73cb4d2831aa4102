"""How many pairs that agree chance alone would give, beside those that were found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pyarrow as pa

from voterlist.model import frozen
from voterlist.persons.chance import AGREEMENTS
from voterlist.report.section import Block, Inputs, Section, small_columns
from voterlist.report.values import Words
from voterlist.schemas import COINCIDENCE
from voterlist.tables import by_key

_SHARES = (("most", 0.5), ("some", 0.05), ("few", 0.0))
"""Which word is used from which share of the pairs found on that chance alone would give."""
_SMALLEST = 0.05
"""A smaller number of expected pairs would be shown as 0.0."""
_ORDER = ["+".join(agreement) for agreement in AGREEMENTS]


@frozen
class Chance:
    """One kind of agreement: pairs that chance alone would give, and pairs found."""

    agreement: tuple[str, ...]
    expected: float
    found: int


class ChanceWords(Words):
    """Says what chance would give."""

    def agreement(self, fields: tuple[str, ...]) -> str:
        """The fields of an agreement, joined with plus signs."""
        return " + ".join(self(f"agreement.{field}") for field in fields)

    def expected(self, pairs: float) -> str:
        """An expected number of pairs; one that is small is not shown as none."""
        if 0 < pairs < _SMALLEST:
            return f"<\N{NO-BREAK SPACE}{self.number(0.1, 1)}"
        return self.number(pairs, 1)

    def coincidence(self, chance: Chance) -> str:
        """What it means that so many pairs were found where chance alone would give so many."""
        if not chance.found:
            return self("chance.none")
        share = chance.expected / chance.found
        word = next(name for name, least in _SHARES if share >= least)
        return self(f"chance.{word}", share=self.percent(min(share, 1.0), 0))


def _build(inputs: Inputs) -> tuple[Chance, ...]:
    """The agreements of the constituency; those of the whole list, where the report is of none."""
    by_place = chances_by_place(inputs.table("coincidences"))
    return by_place.get(inputs.facts.constituency, ())


def chances_by_place(coincidences: pa.Table) -> dict[int | None, tuple[Chance, ...]]:
    """The rows of COINCIDENCE by constituency, None for the whole list; in order of agreement."""
    rows = coincidences.to_pylist()
    by_place = by_key(
        (
            row["constituency"],
            Chance(tuple(row["agreement"].split("+")), row["expected"], row["found"]),
        )
        for row in sorted(rows, key=lambda row: _ORDER.index(row["agreement"]))
    )
    return {place: tuple(chances) for place, chances in by_place.items()}


def _summary(rows: Sequence[Chance], words: ChanceWords) -> Iterable[Block]:
    columns = small_columns(
        words,
        agreement=lambda row: words.agreement(row.agreement),
        expected=lambda row: words.expected(row.expected),
        found="found",
        meaning=words.coincidence,
    )
    yield Block(words("report.chance.title"), columns, rows)


CHANCE = Section(
    name="chance",
    build=_build,
    uses={"coincidences": COINCIDENCE},
    summary=_summary,
)
