"""Answers of people, entries and rows of registers in one line each."""

from __future__ import annotations

import datetime as dt
import re

from voterlist.model import Verdict
from voterlist.report.asked import GivenAnswer, Subject
from voterlist.report.values import Place
from voterlist.report.words import Words

__all__ = [
    "day_of",
    "evidence_of",
    "ground_of",
    "in_one_line",
    "is_register_row",
    "said",
    "word_of",
]

_DAY_LENGTH = len("2026-02-03")
_REGISTER_ROW = re.compile(r"([a-z-]+):\1:(.+)")
"""How an answer names the row of a register: the register, and the id of the row, which begins with
the register too."""


def word_of(code: str, words: Words) -> str:
    """The word of an answer."""
    return words(f"verdict.{code}" if code in {*Verdict} else f"answer.{code}")


def ground_of(code: str | None, words: Words) -> str | None:
    """The title of a ground."""
    return words(f"ground.{code}.title") if code else None


def in_one_line(subject: Subject, words: Words) -> str:
    """An entry, or the row of a register, in one line."""
    parts = [
        subject.name,
        words.say(subject.born),
        subject.address,
        words.place(subject.place, None),
    ]
    return "; ".join(part for part in parts if part)


def said(given: GivenAnswer, words: Words) -> str:
    """Who answered what, when and why, in one text."""
    head = ", ".join(filter(None, (given.decided_by, day_of(given.decided_at, words))))
    details = [
        words(f"field.{given.field}") if given.field else None,
        given.value,
        ground_of(given.ground, words),
        evidence_of(given.document, words),
        words.place(Place(given.constituency, given.precinct), None),
        day_of(given.due, words),
        given.reason,
    ]
    told = "; ".join(detail for detail in details if detail)
    return ": ".join(
        part for part in (head, word_of(given.answer, words), told) if part
    )


def is_register_row(document: str | None) -> bool:
    """True where the row of a register stands in for a document."""
    return document is not None and _REGISTER_ROW.match(document) is not None


def evidence_of(document: str | None, words: Words) -> str | None:
    """The document, or the name of the register whose row shows it."""
    if document is None or not is_register_row(document):
        return document
    return words(f"field.{document.partition(':')[0]}")


def day_of(moment: str | None, words: Words) -> str | None:
    """The day of a day or moment in ISO 8601; a text that is none as it is."""
    try:
        return words.day(dt.date.fromisoformat((moment or "")[:_DAY_LENGTH]))
    except ValueError:
        return moment
