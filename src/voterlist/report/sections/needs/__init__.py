"""What needs a person now, the most urgent first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from voterlist.ingest.findings import DECLARED_DIFFERS, PLACE_DOUBTS, SPOILED
from voterlist.model import Severity, Standing, frozen
from voterlist.report.section import Block, Inputs, Section, plain_columns
from voterlist.report.sections.balance import BALANCE
from voterlist.report.sections.cases import CASES
from voterlist.report.sections.deadlines import DEADLINES, Due
from voterlist.report.sections.findings import FINDINGS
from voterlist.report.sections.set_aside import SET_ASIDE_ROWS
from voterlist.report.values import Text, Words


@frozen
class Need:
    """One thing that needs a person; ``section`` names the section that shows it."""

    severity: Severity
    text: Text
    section: str


def _build(inputs: Inputs) -> tuple[Need, ...]:
    dues = inputs.of(DEADLINES)
    return (
        *_stages(dues, Standing.OVERDUE, Severity.ERROR, "need.overdue"),
        *_needs_of_counts(_errors(inputs), Severity.ERROR),
        *_stages(dues, Standing.DUE_SOON, Severity.WARNING, "need.due-soon"),
        *_needs_of_counts(_warnings(inputs), Severity.WARNING),
    )


def _errors(inputs: Inputs) -> list[tuple[str, int, str]]:
    """(key of the text, how many, section) of what is wrong."""
    balance = inputs.of(BALANCE)
    unbalanced = sum(not row.balances for row in balance.lists)
    unread = sum(row.is_file for row in inputs.of(SET_ASIDE_ROWS))
    errors = sum(row.severity is Severity.ERROR for row in inputs.of(FINDINGS).rows)
    return [
        ("need.unbalanced", abs(balance.difference), BALANCE.name),
        ("need.lists-unbalanced", unbalanced, BALANCE.name),
        ("need.files-unread", unread, SET_ASIDE_ROWS.name),
        ("need.errors", errors, FINDINGS.name),
    ]


def _warnings(inputs: Inputs) -> list[tuple[str, int, str]]:
    """(key of the text, how many, section) of what may be wrong."""
    open_cases = sum(case.is_open for case in inputs.of(CASES).for_review)
    maybe_people = sum(row.may_be_voter for row in inputs.of(SET_ASIDE_ROWS))
    rules = Counter(row.rule for row in inputs.of(FINDINGS).rows)
    lost = sum(rules[rule] for rule in SPOILED - {DECLARED_DIFFERS})
    doubts = [row for row in inputs.of(FINDINGS).rows if row.rule in PLACE_DOUBTS]
    doubtful = {(row.place.file, row.place.sheet) for row in doubts}
    return [
        ("need.places", len(doubtful), FINDINGS.name),
        ("need.letters-lost", lost, FINDINGS.name),
        ("need.cases", open_cases, CASES.name),
        ("need.rows-perhaps-people", maybe_people, SET_ASIDE_ROWS.name),
        ("need.declared-differs", rules[DECLARED_DIFFERS], FINDINGS.name),
    ]


def _needs_of_counts(
    counts: Iterable[tuple[str, int, str]], severity: Severity
) -> Iterator[Need]:
    for key, count, section in counts:
        if count:
            yield Need(severity, Text(key, (("count", count),)), section)


def _stages(
    dues: Sequence[Due], standing: Standing, severity: Severity, key: str
) -> Iterator[Need]:
    """One need for each stage of the calendar in which units stand so."""
    for due in dues:
        units = dict(due.standings).get(standing, 0)
        if units:
            places = (
                ("stage", Text(f"deadline.{due.deadline.stage}.title")),
                ("due", due.deadline.due),
                ("days", abs(due.days_left)),
                ("count", units),
            )
            yield Need(severity, Text(key, places), DEADLINES.name)


def _summary(needs: Sequence[Need], words: Words) -> Iterable[Block]:
    texts = [words.say(need.text) for need in needs] or [words("need.nothing")]
    yield Block(words("report.needs.title"), plain_columns(str), texts)


NEEDS = Section(name="needs", build=_build, summary=_summary)
