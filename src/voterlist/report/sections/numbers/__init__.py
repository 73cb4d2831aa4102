"""The key figures, in the order in which they are read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from voterlist.model import Severity, frozen
from voterlist.report.section import Block, Inputs, Section, plain_columns
from voterlist.report.sections.balance import BALANCE
from voterlist.report.sections.cases import CASES
from voterlist.report.sections.findings import FINDINGS
from voterlist.report.sections.people import PEOPLE, PrecinctCounts
from voterlist.report.values import UNKNOWN, Words


@frozen
class Number:
    """A key figure; ``number.<code>`` is its caption."""

    code: str
    value: float | None
    share: bool = False
    """True for a value of 0 to 1 that is shown as a percentage."""


class NumberWords(Words):
    """Says key figures."""

    def figure(self, number: Number) -> str:
        """A key figure; a dash where it is not known."""
        if number.value is None:
            return UNKNOWN
        return self.percent(number.value) if number.share else self.number(number.value)


def _build(inputs: Inputs) -> tuple[Number, ...]:
    balance = inputs.of(BALANCE)
    precincts = inputs.of(PEOPLE).precincts
    cases = inputs.of(CASES).for_review
    open_cases = sum(case.is_open for case in cases)
    severities = Counter(row.severity for row in inputs.of(FINDINGS).rows)
    return (
        Number("entries", balance.entries),
        Number("lists", len(balance.lists)),
        Number("precincts", len(precincts)),
        Number("women-share", _women_share(precincts), share=True),
        Number("open-cases", open_cases),
        Number("settled-cases", len(cases) - open_cases),
        Number("errors", severities[Severity.ERROR]),
        Number("warnings", severities[Severity.WARNING]),
        Number("notes", severities[Severity.NOTE]),
        Number("set-aside", balance.set_aside),
    )


def _women_share(precincts: Sequence[PrecinctCounts]) -> float | None:
    """The share of women among the voters of known sex; None where there are none."""
    women = sum(row.women for row in precincts)
    known = women + sum(row.men for row in precincts)
    return women / known if known else None


def _summary(numbers: Sequence[Number], words: NumberWords) -> Iterable[Block]:
    captions = plain_columns(lambda row: words(f"number.{row.code}"), words.figure)
    yield Block(words("report.numbers.title"), captions, numbers)


NUMBERS = Section(name="numbers", build=_build, summary=_summary)
