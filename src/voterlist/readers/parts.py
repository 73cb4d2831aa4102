"""The XML parts of a packed document, parsed tag by tag; none may declare a type or an entity."""

from __future__ import annotations

import zipfile
from typing import Protocol
from xml.parsers import expat

from voterlist.model import AsideCode
from voterlist.readers.outcome import RefusedError
from voterlist.readers.workbook_facts import DAMAGE

__all__ = ["DAMAGE", "parse_part"]

_PIECE = 2**20
"""Bytes of a part that are parsed together."""


class Handler(Protocol):
    """What is told the tags of a part."""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """A tag begins."""

    def text(self, text: str) -> None:
        """Text goes by."""

    def end(self, tag: str) -> None:
        """A tag ends."""


def parse_part(
    archive: zipfile.ZipFile, part: str, handler: Handler, *, namespaces: bool
) -> None:
    """Tell the handler every tag and text of a part.

    Args:
        archive: the document.
        part: the name of the part.
        handler: is told.
        namespaces: True where a tag is to be named by its namespace, a blank, and its local name.

    Raises:
        RefusedError: the part declares a type or an entity.
        expat.ExpatError: it is no XML.
    """
    parser = expat.ParserCreate(namespace_separator=" " if namespaces else None)
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    parser.StartElementHandler = handler.start
    parser.EndElementHandler = handler.end
    parser.CharacterDataHandler = handler.text
    with archive.open(part) as stream:
        while chunk := stream.read(_PIECE):
            parser.Parse(chunk, False)  # noqa: FBT003  expat takes no keyword
        parser.Parse(b"", True)  # noqa: FBT003  the same


def _refuse(*_: object) -> None:
    raise RefusedError(AsideCode.FILE_UNREADABLE)
