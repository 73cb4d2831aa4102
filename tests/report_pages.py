"""A page taken apart, a report as an outline of text, and a report with numbers of its own.

For the tests of what the outputs of a report show.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
from dataclasses import dataclass, field
from enum import Enum
from html.parser import HTMLParser

from voterlist.report.section import Report
from voterlist.report.sections.order import SECTIONS
from voterlist.report.values import Born, Place, Text

VOID = {
    "meta",
    "br",
    "col",
    "input",
    "rect",
    "line",
    "hr",
    "link",
    "img",
    "polyline",
    "circle",
}
NOT_READ = {"style", "script"}


@dataclass
class Element:
    """An element of a page with what stands in it."""

    tag: str
    attributes: dict[str, str | None]
    parts: list = field(default_factory=list)
    """Texts and elements in order."""

    @property
    def classes(self):
        """The classes of the element."""
        return (self.attributes.get("class") or "").split()

    def walk(self):
        """It and every element inside, from the top."""
        yield self
        for part in self.parts:
            if isinstance(part, Element):
                yield from part.walk()

    def all(self, *tags):
        """The elements of these tags inside."""
        return [element for element in self.walk() if element.tag in tags]

    def texts(self):
        """The texts in it, in order."""
        for part in self.parts:
            if isinstance(part, Element):
                yield from part.texts() if part.tag not in NOT_READ else ()
            else:
                yield part

    @property
    def text(self):
        """What is read in it, with single blanks."""
        return " ".join("".join(self.texts()).split())


class Page(HTMLParser):
    """A page as a tree. ``wrong`` are tags that do not match."""

    def __init__(self, source):
        super().__init__(convert_charrefs=True)
        self.source = source
        self.root = Element("", {})
        self.open = [self.root]
        self.wrong = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attrs):
        """Add an element that begins."""
        self._part(tag)
        element = Element(tag, dict(attrs))
        self.open[-1].parts.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag, attrs):
        """Add an element that is empty."""
        self.open[-1].parts.append(Element(tag, dict(attrs)))

    def _part(self, tag):
        """A blank parts what stands in two elements; letters that are marked stay in their word."""
        if tag != "mark":
            self.open[-1].parts.append(" ")

    def handle_endtag(self, tag):
        """Close an element; note an end that has no beginning."""
        if self.open[-1].tag != tag:
            self.wrong.append(tag)
        else:
            self.open.pop()
        self._part(tag)

    def handle_data(self, data):
        """Keep what is read."""
        self.open[-1].parts.append(data)

    @property
    def unclosed(self):
        """The elements that nothing closes."""
        return [element.tag for element in self.open[1:]]

    @property
    def elements(self):
        """Every element, the page first."""
        return list(self.root.walk())

    @property
    def text(self):
        """What is read on the page."""
        return self.root.text

    @property
    def sections(self):
        """The sections of the page by their id, in order."""
        return {
            element.attributes["id"]: element for element in self.root.all("section")
        }


def outline(built):
    """A report as text: a line for each record, what it holds below it."""
    lines = []
    for section in SECTIONS:
        lines.append(f"[{section.name}]")
        lines += _lines(built.of(section), 0)
    return "\n".join(lines) + "\n"


def _lines(value, depth):
    if isinstance(value, tuple):
        for item in value:
            yield from _lines(item, depth)
    elif _is_row(value):
        yield "  " * depth + _row(value)
    elif dataclasses.is_dataclass(value):
        fields = {
            one.name: getattr(value, one.name) for one in dataclasses.fields(value)
        }
        inside = {name: item for name, item in fields.items() if _is_nested(item)}
        flat = [
            f"{name}={_flat(item)}"
            for name, item in fields.items()
            if name not in inside
        ]
        flat = [text for text in flat if not text.endswith("=")]
        yield "  " * depth + " ".join([type(value).__name__, *flat])
        for name, item in inside.items():
            yield "  " * (depth + 1) + f"{name}:"
            yield from _lines(item, depth + 2)
    elif value is not None:
        yield "  " * depth + _flat(value)


def _is_row(value):
    """True for a row of a table, by the names of its columns."""
    return isinstance(value, dict) and all(isinstance(name, str) for name in value)


def _row(row):
    texts = [f"{name}={_flat(item)}" for name, item in row.items()]
    return " ".join(["row", *(text for text in texts if not text.endswith("="))])


def _is_nested(value):
    is_rows = isinstance(value, tuple) and any(
        dataclasses.is_dataclass(one) or _is_row(one) for one in value
    )
    is_cells = is_rows and not any(map(_is_nested_cell, value))
    is_record = dataclasses.is_dataclass(value) and not isinstance(
        value, Place | Text | Born
    )
    return (is_rows and not is_cells) or is_record


def _is_nested_cell(value):
    return not (
        dataclasses.is_dataclass(value) and {"value", "mark"} == set(value.__slots__)
    )


def _flat(value):
    """A value on one line; nothing for what is not known."""
    if value is None:
        return ""
    if isinstance(value, tuple):
        return "|".join(map(_flat, value)).rstrip("|")
    if isinstance(value, Enum | dt.date):
        return str(value)
    if isinstance(value, float):
        return f"{value:.6g}"
    if dataclasses.is_dataclass(value):
        parts = [_flat(getattr(value, one.name)) for one in dataclasses.fields(value)]
        return ":".join(parts).rstrip(":")
    return str(value)


@dataclass
class Numbers:
    """Gives every number of a report's values another number, each one once; zero stays zero."""

    given: dict[str, list[int | float]] = field(default_factory=dict)
    """The path of the fields to a number -> the numbers given to it."""
    counts: itertools.count = field(default_factory=lambda: itertools.count(2001))
    shares: itertools.count = field(default_factory=lambda: itertools.count(101))

    def again(self, value, path):
        """The value with other numbers."""
        if isinstance(value, tuple):
            return tuple(self.again(item, path) for item in value)
        if _is_row(value):
            return {
                name: self.again(item, f"{path}.{name}") for name, item in value.items()
            }
        if dataclasses.is_dataclass(value):
            names = [one.name for one in dataclasses.fields(value)]
            made = {
                name: self.again(getattr(value, name), f"{path}.{name}")
                for name in names
            }
            return dataclasses.replace(value, **made)
        if isinstance(value, bool) or not isinstance(value, int | float) or not value:
            return value
        # A number of pairs that is expected may be below one, and is no share.
        if 0 < value < 1 and not path.endswith(".expected"):
            number = next(self.shares) / 1000
        else:
            number = type(value)(next(self.counts))
        self.given.setdefault(path, []).append(number)
        return number


def renumbered(built):
    """The report with every number another one, and which number stands where."""
    numbers = Numbers()
    contents = {
        section.name: numbers.again(built.of(section), section.name)
        for section in SECTIONS
    }
    return Report(built.facts, contents), numbers.given
