"""The report as one page that needs nothing else.

No network, no file beside it, nothing to install.
"""

from __future__ import annotations

import base64
import difflib
import hashlib
import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from jinja2 import Environment, PackageLoader, StrictUndefined

from voterlist.render.charts import funnel_plot
from voterlist.report import ReportModel, Words
from voterlist.report.bodies import CLASSES
from voterlist.report.faults import NOBODY
from voterlist.report.model import CASE_FIELDS, Case, Fault, RuleCount
from voterlist.report.pages import build_pages

__all__ = [
    "Shown",
    "render_audit",
    "render_precincts",
    "render_report",
    "write_audit",
    "write_precincts",
    "write_report",
]

_Item = TypeVar("_Item")

_ALIKE = 0.5
"""Two texts less alike than this are marked as a whole: single letters would say nothing."""


@dataclass(frozen=True, slots=True)
class Shown:
    """How much of each section the page shows.

    The workbook has all of it, and the page says how much is left.
    """

    cases: int = 120
    apart: int = 40
    faults_of_rule: int = 25
    rules_by_precinct: int = 12
    aside: int = 60
    lists: int = 300
    precincts: int = 300


@dataclass(frozen=True, slots=True)
class Part:
    """The first rows of a section, and how many more the workbook has."""

    rows: Sequence[Any]
    left: int


@dataclass(frozen=True, slots=True)
class RuleFaults:
    """A rule with the first of its findings."""

    count: RuleCount
    faults: Part


def write_report(model: ReportModel, path: Path, language: str) -> None:
    """Write the report's page in this language to ``path``.

    Raises:
        OSError: the file cannot be written.
    """
    path.write_bytes(render_report(model, language).encode())


def render_report(model: ReportModel, language: str, shown: Shown | None = None) -> str:
    """The page as HTML; the same model gives the same text."""
    shown = shown or Shown()
    return (
        _environment()
        .get_template("report.html")
        .render(
            model=model,
            w=Words(language),
            fields=CASE_FIELDS,
            cases=_first(model.cases, shown.cases),
            apart=_first(model.apart, shown.apart),
            rules=_by_rule(model, shown.faults_of_rule),
            heat_rules=_first(model.rules, shown.rules_by_precinct),
            aside=_first(model.aside, shown.aside),
            nobody=NOBODY,
            lists=_first(model.balance.lists, shown.lists),
            precincts=_first(model.precincts, shown.precincts),
            **_audit(model, shown),
            outside_classes=CLASSES,
            outside_precincts=_first(
                model.outside.precincts if model.outside else (), shown.precincts
            ),
            heat=_heat,
            letters=_letters_of,
            falls=_falls,
            nice=_nice,
        )
    )


def write_precincts(model: ReportModel, path: Path, language: str) -> None:
    """Write the page of every precinct, one printed page or more each, to ``path``.

    Raises:
        OSError: the file cannot be written.
    """
    path.write_bytes(render_precincts(model, language).encode())


def render_precincts(model: ReportModel, language: str) -> str:
    """The pages of the precincts as HTML; the same model gives the same text."""
    template = _environment().get_template("precincts.html")
    return template.render(model=model, w=Words(language), pages=build_pages(model), nice=_nice)


def write_audit(model: ReportModel, path: Path, language: str) -> None:
    """Write the audit of lists that no run has taken in, as a page of its own, to ``path``.

    Raises:
        OSError: the file cannot be written.
    """
    path.write_bytes(render_audit(model, language).encode())


def render_audit(model: ReportModel, language: str, shown: Shown | None = None) -> str:
    """The page of the audit as HTML; the same model gives the same text."""
    shown = shown or Shown()
    return (
        _environment()
        .get_template("check.html")
        .render(
            model=model,
            w=Words(language),
            rules=_by_rule(model, shown.faults_of_rule),
            nice=_nice,
            **_audit(model, shown),
        )
    )


def _audit(model: ReportModel, shown: Shown) -> dict[str, Any]:
    """What the section of the audit shows: its first precincts, and the funnels drawn."""
    audit = model.audit
    return {
        "audited": _first(audit.precincts if audit else (), shown.precincts),
        "plots": [funnel_plot(funnel) for funnel in audit.funnels] if audit else [],
    }


@cache
def _environment() -> Environment:
    """The one place where templates are loaded: everything that is filled in is escaped.

    Pages may run the one script that the program ships, and no other: the page's policy names it by
    its hash.
    """
    environment = Environment(
        loader=PackageLoader("voterlist.render", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    script = environment.get_template("report.js").render()
    digest = hashlib.sha256(script.encode()).digest()
    environment.globals["script"] = script
    environment.globals["script_hash"] = f"sha256-{base64.b64encode(digest).decode()}"
    return environment


def _first(rows: Sequence[_Item], count: int) -> Part:
    return Part(rows[:count], max(len(rows) - count, 0))


def _by_rule(model: ReportModel, count: int) -> list[RuleFaults]:
    """The findings of each rule, in the order of the model's rules."""
    found: dict[tuple[str, str], list[Fault]] = {
        (row.rule, row.severity): [] for row in model.rules
    }
    for fault in model.faults:
        found[fault.rule, fault.severity].append(fault)
    return [RuleFaults(row, _first(found[row.rule, row.severity], count)) for row in model.rules]


def _heat(count: int, most: int) -> int:
    """The step of shade, 0 to 4, of a count among counts of at most ``most``.

    The square root spreads small ones.
    """
    if not count or not most:
        return 0
    return max(1, min(4, round(4 * math.sqrt(count / most))))


def _nice(most: int) -> int:
    """The end of an axis.

    The smallest of 2, 4, 6, 8, 10, 20, 40 ... that is not below the number.
    """
    scale: int = 10 ** (len(str(most)) - 1)
    return next(
        end for end in (2 * scale, 4 * scale, 6 * scale, 8 * scale, 10 * scale) if end >= most
    )


@dataclass(frozen=True, slots=True)
class Falls:
    """Where the bars of a waterfall stand, in per cent of the drawing's width."""

    even: float
    """Where the odds are even."""
    bars: tuple[tuple[float, float], ...]
    """(left end, width) of each line's bar, and last of the sum's."""


def _falls(bits: Sequence[float]) -> Falls:
    """The bars of a waterfall.

    Each begins where the one above ended; the sum's reaches from even odds to the end.
    """
    sums = [0.0, *itertools.accumulate(bits)]
    low, high = min(sums), max(sums)
    places = [100 * (value - low) / ((high - low) or 1.0) for value in sums]
    ends = [*itertools.pairwise(places), (places[0], places[-1])]
    return Falls(places[0], tuple((min(pair), abs(pair[1] - pair[0])) for pair in ends))


def _letters_of(case: Case, place: int, texts: Sequence[str]) -> list[tuple[str, bool]]:
    """The text of one entry in pieces, each with whether it differs from the other entry's text.

    Only of two entries whose texts are alike; otherwise the text is one piece that is not marked.
    """
    whole = [(texts[place], False)]
    if len(case.members) != 2 or not all(texts) or texts[0] == texts[1]:
        return whole
    matcher = difflib.SequenceMatcher(None, texts[0], texts[1], autojunk=False)
    if matcher.ratio() < _ALIKE:
        return whole
    return list(_pieces(matcher, texts[place], place))


def _pieces(
    matcher: difflib.SequenceMatcher[str], text: str, place: int
) -> Iterable[tuple[str, bool]]:
    for tag, *ends in matcher.get_opcodes():
        start, end = ends[2 * place : 2 * place + 2]
        if start < end:
            yield text[start:end], tag != "equal"
