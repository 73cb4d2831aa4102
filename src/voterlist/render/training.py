"""The score of somebody who learns, as a page: every case that was not right, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from voterlist.quality.training import Mark, Scored
from voterlist.render.html import environment
from voterlist.report.sections.cases import (
    CASE_FIELDS,
    Case,
    CaseWords,
    Sentences,
    chances_by_place,
)

__all__ = ["render_score", "write_score"]


@dataclass(frozen=True, slots=True)
class _Shown:
    """A case that was not right, as the page shows it.

    Attributes:
        case: its entries side by side.
        mark: what was wrong.
        together: for each entry, whether it is the person who stands there more than once.
        why: what speaks for one person and what against, in a sentence.
    """

    case: Case
    mark: str
    together: tuple[bool, ...]
    why: str


def write_score(
    people: Sequence[Scored],
    cases: Mapping[str, Case],
    path: Path,
    *,
    chances: pa.Table,
    language: str,
) -> None:
    """Write the page in this language to ``path``.

    Args:
        people: what each person decided, beside the truth.
        cases: the cases that were not right, by id.
        path: the file.
        chances: COINCIDENCE of the run.
        language: of the page.

    Raises:
        OSError: the file cannot be written.
    """
    page = render_score(people, cases, chances=chances, language=language)
    path.write_bytes(page.encode())


def render_score(
    people: Sequence[Scored],
    cases: Mapping[str, Case],
    *,
    chances: pa.Table,
    language: str,
) -> str:
    """The page as HTML; the same score gives the same text."""
    words = CaseWords(language)
    sentences = Sentences(words, chances_by_place(chances))
    template = environment().get_template("score.html")
    return template.render(
        w=words,
        people=[(one, list(_wrong(one, cases, sentences))) for one in people],
        marks=list(Mark),
        fields=CASE_FIELDS,
    )


def _wrong(
    scored: Scored, cases: Mapping[str, Case], sentences: Sentences
) -> Iterator[_Shown]:
    """The cases that a person did not decide right, by number."""
    known = [one for one in scored.wrong if one.case_id in cases]
    for one in sorted(known, key=lambda one: cases[one.case_id].number):
        case = cases[one.case_id]
        together = tuple(each.entry_id in one.together for each in case.members)
        yield _Shown(case, one.mark.value, together, sentences.of(case))
