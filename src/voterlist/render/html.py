"""The report, a page a precinct, and what to tell its clerks, as pages that need nothing else."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import groupby
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

from voterlist.model import Severity, frozen
from voterlist.quality.feedback import GROUPS, Feedback
from voterlist.report.section import Report
from voterlist.report.sections.audit import AUDIT
from voterlist.report.sections.balance import BALANCE, ListBalance
from voterlist.report.sections.findings import FINDINGS, FindingRow
from voterlist.report.sections.order import AUDIT_PAGE, PAGE, ReportWords, Sections
from voterlist.report.sections.people import PEOPLE
from voterlist.report.sections.set_aside import NOBODY, SET_ASIDE_ROWS
from voterlist.report.values import Facts, Names, Words, title_of
from voterlist.tables import ReadRow, by_key

_SEVERITIES = list(Severity)


def build_pages(
    report: Report, *, most_lines: int = 40, most_rows: int = 12
) -> tuple[ReadRow, ...]:
    """What stands on the page of each precinct of a report, in their order.

    A page names at most ``most_lines`` lines of a rule in one sheet and ``most_rows`` rows set
    aside that may be voters, and says how many more there are. ``rows``, ``rows_set_aside`` and
    ``declared`` are sums over the lists of the precinct.
    """
    audit = report.of(AUDIT)
    audits = {row.area: row for row in audit.precincts} if audit else {}
    lists = by_key((row.place.area, row) for row in report.of(BALANCE).lists)
    findings = by_key((row.place.area, row) for row in report.of(FINDINGS).rows)
    set_aside = by_key(
        (row.place.area, row)
        for row in report.of(SET_ASIDE_ROWS)
        if row.code not in NOBODY
    )
    pages = []
    for precinct in report.of(PEOPLE).precincts:
        area = precinct.area
        own = lists.get(area, [])
        shown = _cut(set_aside.get(area, []), most_rows)
        page = {
            "precinct": precinct,
            "audit": audits.get(area),
            "rows": sum(row.rows for row in own),
            "rows_set_aside": sum(row.set_aside for row in own),
            "declared": declared_total(own),
            "rules": _rules(findings.get(area, []), most_lines),
            "set_aside": tuple(shown.rows),
            "set_aside_left": shown.left,
        }
        pages.append(page)
    return tuple(pages)


def declared_total(lists: Sequence[ListBalance]) -> int | None:
    """The sum of the totals written below lists; None where none is."""
    totals = [row.declared for row in lists if row.declared is not None]
    return sum(totals) if totals else None


def _rules(rows: Sequence[FindingRow], most: int) -> tuple[ReadRow, ...]:
    """The findings by rule, errors first; each line once.

    ``first`` is for the sentence of a finding about the precinct as a whole.
    """
    by_rule = by_key(((row.severity, row.rule), row) for row in rows)
    rules: list[ReadRow] = [
        {
            "rule": rule,
            "severity": severity,
            "count": len(of_rule),
            "first": of_rule[0],
            "places": tuple(_lines(of_rule, most)),
        }
        for (severity, rule), of_rule in by_rule.items()
    ]
    rules.sort(
        key=lambda finding: (
            _SEVERITIES.index(finding["severity"]),
            -finding["count"],
            finding["rule"],
        )
    )
    return tuple(rules)


def _lines(rows: Sequence[FindingRow], most: int) -> Iterator[ReadRow]:
    """The lines of each sheet of each file, ascending, and how many more there are."""
    places = [row.place for row in rows if row.place.line]
    ordered = sorted(
        {(place.file or "", place.sheet or "", place.line) for place in places}
    )
    for (file, sheet), group in groupby(ordered, key=lambda row: row[:2]):
        shown = _cut([line for *_, line in group if line], most)
        yield {
            "file": file or None,
            "sheet": sheet or None,
            "lines": tuple(shown.rows),
            "left": shown.left,
        }


@frozen
class Part:
    """The first rows of a table, and how many more the workbook has."""

    rows: Sequence[Any]
    left: int


def render_report(
    report: Report,
    language: str,
    most: int | None = None,
    *,
    sections: Sections = PAGE,
    area: str = "report.",
) -> str:
    """The page as HTML; the same report gives the same text.

    No table shows more rows than its section says (``Section.most``), nor more than ``most``. The
    page says how many more the workbook has. The headings are words of an area of the catalogue.
    """
    words = Words(language)
    return _page(
        report,
        words,
        sections=_render_sections(sections, "page.html", report, language, most),
        title=title_of(report.facts, words, area),
        foot=words(f"{area}foot"),
        area=area,
    )


def render_precincts(report: Report, language: str) -> str:
    """The pages of the precincts as HTML; the same report gives the same text."""
    return render_pages(build_pages(report), report.facts, language)


def render_pages(pages: Sequence[ReadRow], facts: Facts, language: str) -> str:
    """These pages of precincts as HTML."""
    return render_template(
        "precincts.html", facts=facts, w=ReportWords(language), pages=pages
    )


def render_audit(report: Report, language: str, most: int | None = None) -> str:
    """The page of the audit as HTML, with at most ``most`` rows a table, as ``render_report``."""
    words, number = Words(language), report.facts.constituency
    if number is None:
        title = words("audit.page.title.all")
    else:
        title = words("audit.page.title", number=str(number))
    return _page(
        report,
        words,
        sections=_render_sections(AUDIT_PAGE, "brief.html", report, language, most),
        title=title,
        notes=[words("audit.page.note")],
    )


def _page(
    report: Report,
    words: Words,
    *,
    sections: Mapping[str, str],
    title: str,
    notes: Sequence[str] = (),
    foot: str = "",
    area: str = "report.",
) -> str:
    """Sections, by name, in the frame of a page."""
    day = words("report.subtitle", today=words.long_day(report.facts.today))
    return render_template(
        "frame.html",
        w=words,
        title=title,
        notes=[day, *notes],
        foot=foot,
        sections=sections,
        area=area,
    )


def _render_sections(
    sections: Sections, template: str, report: Report, language: str, most: int | None
) -> dict[str, str]:
    """The sections that have something to show, each by its own template."""
    bodies, words = {}, ReportWords(language)
    for section in sections:
        content = report.of(section)
        if content is None:
            continue
        bodies[section.name] = render_template(
            f"{section.folder}/{template}",
            content=content,
            facts=report.facts,
            w=words,
            most={
                name: count if most is None else min(count, most)
                for name, count in section.most.items()
            },
            **section.page(content),
        )
    return bodies


@cache
def environment() -> Environment:
    """The one place where templates are loaded: everything that is filled in is escaped.

    Pages may run the one script that the program ships, and no other: the page's policy names it by
    its hash.
    """
    loaders = [
        PackageLoader("voterlist.render", "templates"),
        PackageLoader("voterlist.report", "sections"),
    ]
    templates = Environment(
        loader=ChoiceLoader(loaders),
        autoescape=True,
        auto_reload=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # To look for what is the same on every page takes longer than to work it out.
        optimized=False,
    )
    script = templates.get_template("report.js").render()
    templates.globals["script"] = script
    templates.globals["script_hash"] = hash_of(script)
    templates.globals["cut"] = _cut
    templates.globals["nice"] = nice
    return templates


def render_template(template: str, **content: Any) -> str:
    """A template with what it shows."""
    return environment().get_template(template).render(content)


def as_it_stands(name: str) -> str:
    """The text of a file of the templates, in which nothing is filled in."""
    loader = environment().loader
    assert loader is not None
    text, _, _ = loader.get_source(environment(), name)
    return text


def hash_of(text: str) -> str:
    """A text's hash as a page's policy names it."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


def _cut(rows: Sequence[Any], count: int) -> Part:
    """The first rows, and how many are left."""
    return Part(rows[:count], max(len(rows) - count, 0))


def nice(most: int) -> int:
    """The end of an axis: the smallest of 2, 4, 6, 8, 10, 20, 40 ... not below the number."""
    scale: int = 10 ** (len(str(most)) - 1)
    return next(step * scale for step in (2, 4, 6, 8, 10) if step * scale >= most)


_MOST_ROWS = 14
"""So many rows stand on one page with everything beside them."""
_MOST_LINES = 12
_FIELD = "missing-"


def render_feedback(
    found: Feedback, facts: Facts, names: Names, *, language: str
) -> str:
    """The page as HTML; the same numbers give the same text."""
    words = Words(language)
    rows = found.rows[:_MOST_ROWS]
    groups = {row.group for row in rows}
    return render_template(
        "feedback.html",
        w=words,
        facts=facts,
        found=found,
        rows=[
            {
                "of": row,
                "what": _what(row.code, words),
                "lines": _places_told(row.lines[:_MOST_LINES], names, words),
                "more": max(len(row.lines) - _MOST_LINES, 0),
            }
            for row in rows
        ],
        left=len(found.rows) - len(rows),
        advice=[group for group in GROUPS if group in groups],
    )


def _what(code: str, words: Words) -> str:
    """What is wrong, in words."""
    if code.startswith(_FIELD):
        field = words(f"field.{code.removeprefix(_FIELD)}")
        return words("feedback.missing", field=field)
    key = f"rule.{code}.title"
    return words(key) if words.has(key) else words(f"indicator.{code}")


def _places_told(lines: Sequence[tuple[str, int]], names: Names, words: Words) -> str:
    """The lines, by file where there is more than one."""
    by_file = by_key((names.of(source) or source, str(line)) for source, line in lines)
    return "; ".join(
        words("feedback.lines", file=file.rpartition("/")[2], lines=", ".join(numbers))
        for file, numbers in by_file.items()
    )
