"""The report as pages that need nothing else: no network and no file beside them."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from jinja2.runtime import Context
from markupsafe import Markup

from voterlist.report import AUDIT_PAGE, PAGE, Report, Words
from voterlist.report.pages import Page, PageWords, build_pages
from voterlist.report.section import Section
from voterlist.report.values import Facts
from voterlist.report.words import title_of


@dataclass(frozen=True, slots=True)
class Part:
    """The first rows of a table, and how many more the workbook has."""

    rows: Sequence[Any]
    left: int


@dataclass(frozen=True, slots=True)
class _Shown:
    """A section as it stands in a page."""

    name: str
    body: Markup


@dataclass(frozen=True, slots=True)
class _Frame:
    """What a page has besides its sections."""

    title: str
    notes: tuple[str, ...]
    foot: str = ""


def render_report(report: Report, language: str, most: int | None = None) -> str:
    """The page as HTML; the same report gives the same text.

    No table shows more rows than its section says (``Section.most``), nor more than ``most``. The
    page says how many more the workbook has.
    """
    words, facts = Words(language), report.facts
    day = words("report.subtitle", today=words.long_day(facts.today))
    frame = _Frame(title_of(facts, words), (day,), words("report.foot"))
    return _page(
        report,
        words,
        frame,
        [_show(section, report, language, most) for section in PAGE],
    )


def render_precincts(report: Report, language: str) -> str:
    """The pages of the precincts as HTML; the same report gives the same text."""
    return render_pages(build_pages(report), report.facts, language)


def render_pages(pages: Sequence[Page], facts: Facts, language: str) -> str:
    """These pages of precincts as HTML."""
    template = environment().get_template("precincts.html")
    return template.render(facts=facts, w=PageWords(language), pages=pages)


def render_audit(report: Report, language: str, most: int | None = None) -> str:
    """The page of the audit as HTML, with at most ``most`` rows a table, as ``render_report``."""
    words, facts = Words(language), report.facts
    day = words("report.subtitle", today=words.long_day(facts.today))
    if facts.constituency is None:
        title = words("audit.page.title.all")
    else:
        title = words("audit.page.title", number=str(facts.constituency))
    frame = _Frame(title, (day, words("audit.page.note")))
    template = "brief.html"
    shown = [_show(section, report, language, most, template) for section in AUDIT_PAGE]
    return _page(report, words, frame, shown)


def _page(
    report: Report, words: Words, frame: _Frame, shown: Sequence[_Shown | None]
) -> str:
    template = environment().get_template("frame.html")
    return template.render(
        facts=report.facts,
        w=words,
        title=frame.title,
        notes=frame.notes,
        foot=frame.foot,
        sections=[section for section in shown if section],
    )


def _show(
    section: Section[Any, Any],
    report: Report,
    language: str,
    most: int | None,
    template: str = "page.html",
) -> _Shown | None:
    """A section by its own template; None where it has nothing to show."""
    content = report.of(section)
    if content is None:
        return None
    body = (
        environment()
        .get_template(f"{section.folder}/{template}")
        .render(
            content=content,
            facts=report.facts,
            w=section.words(language),
            most={name: _least(count, most) for name, count in section.most.items()},
            **section.page(content),
        )
    )
    return _Shown(section.name, Markup(body))  # noqa: S704  the template has escaped it


def _least(count: int, most: int | None) -> int:
    return count if most is None else min(count, most)


class _PlainContext(Context):
    """Calls what a template calls as it is.

    Jinja asks of each function whether it wants the context. None of ours does, and a page makes
    tens of thousands of calls.
    """

    def call(self, called: Callable[..., Any], /, *given: Any, **named: Any) -> Any:
        """What the function says."""
        named.pop("_loop_vars", None)
        named.pop("_block_vars", None)
        return called(*given, **named)


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
    )
    templates.context_class = _PlainContext
    script = templates.get_template("report.js").render()
    digest = hashlib.sha256(script.encode()).digest()
    templates.globals["script"] = script
    templates.globals["script_hash"] = f"sha256-{base64.b64encode(digest).decode()}"
    templates.globals["cut"] = _cut
    templates.globals["nice"] = nice
    return templates


def _cut(rows: Sequence[Any], count: int) -> Part:
    """The first rows, and how many are left."""
    return Part(rows[:count], max(len(rows) - count, 0))


def nice(most: int) -> int:
    """The end of an axis: the smallest of 2, 4, 6, 8, 10, 20, 40 ... not below the number."""
    scale: int = 10 ** (len(str(most)) - 1)
    ends = (2 * scale, 4 * scale, 6 * scale, 8 * scale, 10 * scale)
    return next(end for end in ends if end >= most)
