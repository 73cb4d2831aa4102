"""Workbooks: the report, and the review of cases out and back in."""

from __future__ import annotations

from voterlist.render.xlsx.answers import (
    ANSWER_ROW,
    Answers,
    Carried,
    answers_naming,
    answers_typed,
    read_answers,
)
from voterlist.render.xlsx.filled import Typed
from voterlist.render.xlsx.forms import CONFIRM, NAMING
from voterlist.render.xlsx.plans import ANSWERING
from voterlist.render.xlsx.review import render_review
from voterlist.render.xlsx.sheets import render_list, render_report

__all__ = [
    "ANSWERING",
    "ANSWER_ROW",
    "CONFIRM",
    "NAMING",
    "Answers",
    "Carried",
    "Typed",
    "answers_naming",
    "answers_typed",
    "read_answers",
    "render_list",
    "render_report",
    "render_review",
]
