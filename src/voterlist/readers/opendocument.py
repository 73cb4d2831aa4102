"""OpenDocument texts (ODT): the tables and the text between them.

Read from the XML itself (OpenDocument 1.3), tag by tag, as Word documents are.
"""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

from voterlist.readers.counted import ODT_TEXT, lines_told, words
from voterlist.readers.documents import Story, are_missing, document
from voterlist.readers.outcome import ReadOutcome, refused_as
from voterlist.readers.packed import (
    DAMAGE,
    LARGE_PICTURES,
    Handler,
    StruckStyles,
    count_of,
    extent_of,
    parse_part,
    part_names,
)
from voterlist.readers.sheets import with_beside

if TYPE_CHECKING:
    from voterlist.config.sections import IngestSettings

_MIME = b"application/vnd.oasis.opendocument.text"
_META = frozenset({"dc:creator", "dc:date", "meta:creator-initials"})
_LEFT_OUT = _META | {
    "text:tracked-changes",
    "text:note-citation",
    "text:ruby-text",
    "svg:title",
    "svg:desc",
}
"""Deleted text stands in ``tracked-changes``."""
_SAYS = frozenset(
    {
        "text:hidden-text",
        "form:text",
        "form:textarea",
        "text:bookmark",
        "text:bookmark-start",
    }
)
"""What has text in its attributes alone."""
_SIGNS = {"text:tab": "\t", "text:line-break": "\n"}
_MOST_REPEATED = 1_000
"""A cell or a row that is said to stand more often than this is a mistake of the file."""


@refused_as("odt", DAMAGE)
def read_opendocument(
    archive: zipfile.ZipFile, settings: IngestSettings
) -> ReadOutcome | None:
    """The one sheet of an OpenDocument text; None where the archive is none."""
    names = part_names(archive)
    if not {"content.xml", "mimetype"} <= names.keys():
        return None
    if not archive.read(names["mimetype"])[:100].startswith(_MIME):
        return None
    struck = StruckStyles()
    body, edges = _Body(settings, struck), _Body(settings, struck)
    if "styles.xml" in names:
        parse_part(archive, names["styles.xml"], edges)
    parse_part(archive, names["content.xml"], body)
    held = words(archive.read(names["content.xml"]), ODT_TEXT)
    has_pictures = any(name.startswith("pictures/") for name in names)
    lines = [*edges.story.lines, *body.story.lines]
    found = document(lines, "odt", settings, has_pictures=has_pictures)
    unread = ["content.xml"] if are_missing(held, lines) else []
    if body.pictured > LARGE_PICTURES:
        unread.append("Pictures")
    beside = lines_told("".join([*edges.beside, *body.beside]))
    return with_beside(found.with_unread(unread), [("(remarks)", beside)], settings)


class _Body(Handler):
    """What the tags of the text say."""

    def __init__(self, settings: IngestSettings, struck: StruckStyles) -> None:
        self.story = Story(settings)
        self.pictured = 0
        """How much of its pages the pictures take, in square EMU."""
        self.beside: list[str] = []
        """What somebody typed and no page shows: deleted text, what pictures and fields say."""
        self._extent = 0
        self._left_out = 0
        self._struck = struck
        self._are_struck: list[bool] = [False]
        self._is_meta = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """A tag begins."""
        self._is_meta = tag in _META
        is_struck = self._struck.strikes(tag, attributes)
        self._are_struck.append(is_struck or self._are_struck[-1])
        if tag in _SAYS:
            self.beside += (f"\n{text}\n" for text in attributes.values())
        if self._left_out or tag in _LEFT_OUT:
            self._left_out += 1
        elif tag in _SIGNS:
            self.story.text(_SIGNS[tag])
        elif tag == "text:s":
            self.story.text(" " * _count(attributes, "text:c"))
        elif tag in {"table:table-cell", "table:covered-table-cell"}:
            self._begin_cell(attributes)
        elif tag == "draw:frame":
            self._extent = extent_of(attributes)
        elif tag == "draw:image":
            self.pictured += self._extent
        elif begins := _BEGINS.get(tag):
            begins(self.story)

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        for _ in range(_count(attributes, "table:number-columns-repeated") - 1):
            self.story.begin_cell()
            self.story.end_cell()
        self.story.begin_cell(_count(attributes, "table:number-rows-spanned"))

    def text(self, text: str) -> None:
        """Text goes by."""
        if not self._left_out:
            self.story.text(text, is_struck=self._are_struck[-1])
        elif not self._is_meta:
            self.beside.append(text)

    def end(self, tag: str) -> None:
        """A tag ends."""
        self._are_struck.pop()
        if self._left_out:
            self._left_out -= 1
            self._is_meta = False
            self.beside += [] if tag == "text:span" else ["\n"]
        elif ends := _ENDS.get(tag):
            ends(self.story)


_BEGINS = {
    "text:p": Story.begin_paragraph,
    "text:h": Story.begin_paragraph,
    "table:table": Story.begin_table,
    "table:table-row": Story.begin_row,
    "draw:text-box": Story.begin_box,
    "office:annotation": Story.begin_box,
}
_ENDS = {
    "text:p": Story.end_paragraph,
    "text:h": Story.end_paragraph,
    "table:table": Story.end_table,
    "table:table-cell": Story.end_cell,
    "table:covered-table-cell": Story.end_cell,
    "draw:text-box": Story.end_box,
    "office:annotation": Story.end_box,
}


def _count(attributes: dict[str, str], name: str) -> int:
    """How often something is repeated; a number that is none counts once."""
    return min(count_of(attributes.get(name, "1"), most=7), _MOST_REPEATED)
