"""The ticks of a review workbook: one mark takes what is proposed of all entries of a case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from voterlist.model import Problem
from voterlist.render.xlsx.filled import FilledRow, FilledSheet
from voterlist.render.xlsx.forms import (
    ANSWER,
    CASE_ID,
    ENTRY_ID,
    PROPOSED_AS,
    TICK,
    is_tick,
)

TICK_PROBLEMS = ("unknown-tick", "nothing-proposed")
"""Why a tick is refused; ``review.problem.<code>``."""

_PARTED = ":"


def proposed_as(verdict: str, reason: str) -> str:
    """What the hidden column holds: the code of a verdict, and the reason in words."""
    return f"{verdict}{_PARTED}{reason}"


def with_ticks(sheet: FilledSheet) -> FilledSheet:
    """The sheet with the answers that its ticks stand for; ticks that mean nothing are problems.

    A row that says something itself is left as it is. The reason and the name of a case are those
    of the first of its rows that has one; else the reason is the one that was proposed.
    """
    ticked = [row for row in sheet.filled if row.texts.get(TICK)]
    if not ticked:
        return sheet
    problems = list(_problems(ticked, sheet.name))
    refused = {problem.case_id for problem in problems}
    by_case: dict[str | None, list[FilledRow]] = {}
    for row in (*sheet.filled, *sheet.beside):
        by_case.setdefault(row.texts.get(CASE_ID), []).append(row)
    meant = {row.texts.get(CASE_ID) for row in ticked} - refused
    rows: list[FilledRow] = []
    for case_id, of_case in by_case.items():
        rows += _decided(of_case) if case_id in meant else _filled(of_case)
    return replace(
        sheet,
        filled=tuple(sorted(rows, key=lambda row: row.number)),
        problems=(*sheet.problems, *problems),
        beside=(),
    )


def _filled(rows: Iterable[FilledRow]) -> list[FilledRow]:
    """The rows with an answer of their own, or a reason or name that lacks one."""
    return [row for row in rows if _has_answer(row)]


def _has_answer(row: FilledRow) -> bool:
    """True where anything but a tick is filled in."""
    names = (ANSWER, "due", "reason", "decided_by")
    return any(row.texts.get(name) for name in names)


def _problems(rows: Iterable[FilledRow], sheet: str) -> Iterator[Problem]:
    """Ticks that are no ticks, and ticks where nothing is proposed."""
    for row in rows:
        case, entry = row.texts.get(CASE_ID), row.texts.get(ENTRY_ID)
        if not is_tick(row.texts[TICK] or ""):
            yield Problem(row.number, "unknown-tick", sheet, case, entry)
        elif not row.texts.get(PROPOSED_AS):
            yield Problem(row.number, "nothing-proposed", sheet, case, entry)


def _decided(rows: list[FilledRow]) -> Iterator[FilledRow]:
    """The rows of a ticked case, each with its own answer or with the proposed one."""
    reason = _first(rows, "reason")
    name = _first(rows, "decided_by")
    for row in rows:
        verdict, _, usual = (row.texts.get(PROPOSED_AS) or "").partition(_PARTED)
        own = row.texts.get(ANSWER)
        texts = dict(row.texts)
        texts["decided_by"] = texts.get("decided_by") or name
        if own is None:
            texts[ANSWER] = verdict or None
            texts["reason"] = texts.get("reason") or reason or usual or None
        yield replace(row, texts=texts)


def _first(rows: Iterable[FilledRow], name: str) -> str | None:
    """The first text that rows have in a column."""
    return next((text for row in rows if (text := row.texts.get(name))), None)
