"""Word documents (DOCX): the tables and the text between them, in the order of the pages.

Read from the XML itself (ECMA-376, part 1, WordprocessingML), tag by tag, so that a long document
takes little memory. Text that was deleted while changes were tracked is no text; text that was
inserted is.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from voterlist.readers.counted import TOLD, WORD_TEXT, lines_named, lines_told, words
from voterlist.readers.documents import Line, Story, are_missing, document, is_row
from voterlist.readers.outcome import ReadOutcome, refused_as
from voterlist.readers.packed import (
    DAMAGE,
    LARGE_PICTURES,
    Handler,
    area_of,
    count_of,
    parse_part,
    part_names,
    tags,
    targets,
)
from voterlist.readers.sheets import with_beside

if TYPE_CHECKING:
    from voterlist.config.sections import IngestSettings

_MAIN_PART = re.compile(r"word/document\d*\.xml")
_SPACES = frozenset(
    {
        "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        "http://purl.oclc.org/ooxml/wordprocessingml/main",
    }
)
_FALLBACK = "http://schemas.openxmlformats.org/markup-compatibility/2006 Fallback"
"""What older programs show instead: the same text once more."""
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/"
_EXTENT, _PICTURE = f"{_DRAWING}wordprocessingDrawing extent", f"{_DRAWING}picture pic"
_LEFT_OUT = frozenset(
    {
        "del",
        "moveFrom",
        "pPrChange",
        "rPrChange",
        "rt",
        "sectPrChange",
        "tblPrChange",
        "tblPrExChange",
        "tblGridChange",
        "tcPrChange",
        "trPrChange",
    }
)
"""Deleted text, how a word is spoken, and properties as they were before a change."""
_SAYS = frozenset(
    {
        "default",
        "fldSimple",
        "hyperlink",
        "listItem",
        "tblCaption",
        "tblDescription",
    }
)
"""What has text in an attribute."""
_SIGNS = {
    "tab": "\t",
    "ptab": "\t",
    "br": "\n",
    "cr": "\n",
    "noBreakHyphen": "-",
    "softHyphen": "\N{SOFT HYPHEN}",
}
_STRIKES = frozenset({"strike", "dstrike"})
_LOOKS = _STRIKES | {"pStyle", "rStyle"}
_NOTES = ("word/footnotes.xml", "word/endnotes.xml", "word/comments.xml")
_LOST = "\N{REPLACEMENT CHARACTER}"
_OFF = frozenset({"0", "false", "off"})


@refused_as("docx", DAMAGE)
def read_word(archive: zipfile.ZipFile, settings: IngestSettings) -> ReadOutcome | None:
    """The one sheet of a Word document; None where the archive is none.

    Headings and footings of the pages stand before and behind the text: a title often stands there.
    Notes at the foot of a page, and remarks, stand last.
    """
    names = part_names(archive)
    main = next(filter(_MAIN_PART.fullmatch, sorted(names)), None)
    if main is None:
        return None
    styles = names.get("word/styles.xml")
    struck = _struck_styles(tags(archive, styles)) if styles else set()
    body = _Body(settings, struck)
    parse_part(archive, names[main], body, namespaces=True)
    above, below = _page_edges(archive, names, main, body, settings)
    held = words(archive.read(names[main]), WORD_TEXT)
    lines = [*above, *body.story.lines, *below]
    beside = lines_told("".join(body.beside))
    for part in filter(None, map(names.get, _NOTES)):
        notes = _part(archive, part, settings)
        lines += _edge_lines(notes)
        beside += lines_told("".join(notes.beside))
    has_pictures = any(name.startswith("word/media/") for name in names)
    found = document(lines, "docx", settings, has_pictures=has_pictures)
    unread = [main] if are_missing(held, lines) else []
    if body.has_foreign:
        unread.append("word/altChunk")
    if body.pictured > LARGE_PICTURES:
        unread.append("word/media")
    return with_beside(found.with_unread(unread), [("(remarks)", beside)], settings)


def _struck_styles(found: Iterable[tuple[str, dict[str, str]]]) -> set[str]:
    """The styles, of these tags, that strike text through, or are based on one that does."""
    struck: set[str] = set()
    own = ""
    for tag, attributes in found:
        value = attributes.get("w:val", "true")
        if tag == "style":
            own = attributes.get("w:styleId", "")
        elif (tag == "basedOn" and value in struck) or (
            tag in _STRIKES and value not in _OFF
        ):
            struck.add(own)
        elif tag in _STRIKES:
            struck.discard(own)
    return struck


@dataclass(slots=True)
class _Section:
    """The properties of a run of pages."""

    edges: list[tuple[str, str, str]] = field(default_factory=list)
    """(headerReference or footerReference, for which pages, relation) of each."""
    has_first_page: bool = False
    """True where the first page has edges of its own."""


class _Body(Handler):
    """What the tags of one part say."""

    def __init__(self, settings: IngestSettings, struck: Collection[str] = ()) -> None:
        self.story = Story(settings)
        self._struck = struck
        self.sections = [_Section()]
        self.pictured = 0
        """How much of its pages the pictures take, in square EMU."""
        self.has_foreign = False
        """Whether a file of another kind stands in its text, which Word reads when it opens it."""
        self.beside: list[str] = []
        """What somebody typed and no page shows: deleted text, what pictures and fields say."""
        self._extent = 0
        self._left_out = 0
        self._above: list[str] = []
        self._is_text = self._is_struck = self._is_line_struck = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """A tag begins."""
        space, _, name = tag.rpartition(" ")
        self._measure(tag, attributes)
        if space not in _SPACES:
            name = ""
            self._say(attributes)
        above = self._above[-1] if self._above else ""
        self._above.append(name)
        self._look_at_run(name, attributes)
        if self._left_out or tag == _FALLBACK:
            self._left_out += 1
        elif name == "del" and above == "trPr":
            self.story.delete_row()
        elif name in _LEFT_OUT:
            self._left_out += 1
        elif name in _SIGNS and above == "r":
            self.story.text(_SIGNS[name])
        elif name == "t":
            self._is_text = True
        elif name == "sym":
            self.story.text(_sign(_plain(attributes).get("char", "")))
        elif name:
            self._start_known(name, _plain(attributes))

    def _measure(self, tag: str, attributes: dict[str, str]) -> None:
        """Add up how much of the pages pictures take: first comes the place, then the picture."""
        if tag == _EXTENT:
            self._extent = area_of(attributes)
        elif tag == _PICTURE and not self._left_out:
            self.pictured += self._extent

    def _look_at_run(self, name: str, attributes: dict[str, str]) -> None:
        """Follow whether the text of a run is struck through."""
        if name == "p":
            self._is_line_struck = False
        elif name == "r":
            self._is_struck = self._is_line_struck
        elif name in _LOOKS:
            value = _plain(attributes).get("val", "true")
            if name == "pStyle":
                self._is_line_struck = value in self._struck
            elif self._above[-3:-1] == ["r", "rPr"] and name == "rStyle":
                self._is_struck |= value in self._struck
            elif self._above[-3:-1] == ["r", "rPr"]:
                self._is_struck = value not in _OFF

    def _say(self, attributes: dict[str, str]) -> None:
        """Keep what a tag says beside the text."""
        said = filter(None, map(attributes.get, TOLD))
        self.beside += (f"\n{text}\n" for text in said)

    def _start_known(self, name: str, values: dict[str, str]) -> None:
        if begins := _BEGINS.get(name):
            begins(self.story)
        elif name == "gridBefore":
            self.story.skip_columns(_count(values))
        elif name == "gridSpan":
            self.story.widen_cell(_count(values))
        elif name == "vMerge" and values.get("val", "continue") == "continue":
            self.story.continue_cell()
        elif name in {"headerReference", "footerReference"}:
            edge = (name, values.get("type", "default"), values.get("id", ""))
            self.sections[-1].edges.append(edge)
        elif name in _SAYS:
            self._say({"title": values.get("val", ""), **values})
        elif name == "bookmarkStart":
            self.beside += (
                f"\n{line}\n" for line in lines_named([values.get("name", "")])
            )
        elif name in {"altChunk", "subDoc"}:
            self.has_foreign = True
        elif name == "titlePg":
            is_on = values.get("val", "true") not in _OFF
            self.sections[-1].has_first_page = is_on

    def text(self, text: str) -> None:
        """Text goes by."""
        if self._is_text and not self._left_out:
            self.story.text(text, is_struck=self._is_struck)
        else:
            self.beside.append(text)

    def end(self, _tag: str) -> None:
        """A tag ends."""
        name = self._above.pop()
        if name == "p" and self.beside:
            self.beside.append("\n")
        if self._left_out:
            self._left_out -= 1
        elif name == "t":
            self._is_text = False
        elif name == "sectPr":
            self.sections.append(_Section())
        elif ends := _ENDS.get(name):
            ends(self.story)


_BEGINS = {
    "p": Story.begin_paragraph,
    "tbl": Story.begin_table,
    "tr": Story.begin_row,
    "tc": Story.begin_cell,
    "txbxContent": Story.begin_box,
}
_ENDS = {
    "p": Story.end_paragraph,
    "tbl": Story.end_table,
    "tc": Story.end_cell,
    "txbxContent": Story.end_box,
}


def _plain(attributes: dict[str, str]) -> dict[str, str]:
    """The attributes by their names without their spaces."""
    return {name.rpartition(" ")[2]: value for name, value in attributes.items()}


def _sign(code: str) -> str:
    """The sign with this hexadecimal number, which somebody chose from a table of signs."""
    try:
        sign = chr(int(code, 16))
    except (ValueError, OverflowError):
        return _LOST
    return _LOST if sign == "\0" or 0xD800 <= ord(sign) < 0xE000 else sign


def _count(values: dict[str, str]) -> int:
    """A number of columns; 0 where it is none, or none that a table may have."""
    return count_of(values.get("val", ""), most=4, otherwise=0)


def _page_edges(
    archive: zipfile.ZipFile,
    names: dict[str, str],
    main: str,
    body: _Body,
    settings: IngestSettings,
) -> tuple[list[Line], list[Line]]:
    """The lines at the heads and at the feet of the pages, each text once."""
    paths = targets(archive, names, main)
    lines: dict[str, list[Line]] = {"headerReference": [], "footerReference": []}
    seen: set[str] = set()
    for kind, relation in _shown_edges(body.sections):
        part = names.get(paths.get(relation, ""))
        if part is None or part in seen:
            continue
        seen.add(part)
        for line in _edge_lines(_part(archive, part, settings)):
            if line not in lines[kind]:
                lines[kind].append(line)
    return lines["headerReference"], lines["footerReference"]


def _part(archive: zipfile.ZipFile, part: str, settings: IngestSettings) -> _Body:
    """A part beside the text."""
    body = _Body(settings)
    parse_part(archive, part, body, namespaces=True)
    return body


def _edge_lines(edge: _Body) -> Iterator[Line]:
    """The lines of a part beside the text; a table there arranges text, or its rows are voters."""
    for line in edge.story.lines:
        text = " ".join(filter(None, line.cells))
        if text:
            yield line if is_row(line.cells) else Line([text], outside=True)


def _shown_edges(sections: list[_Section]) -> Iterator[tuple[str, str]]:
    """(kind, relation) of the edges that some page shows."""
    for section in sections:
        for kind, pages, relation in section.edges:
            if pages == "default" or (pages == "first" and section.has_first_page):
                yield kind, relation
