"""What is packed: the parts of a workbook or document, parsed tag by tag.

None may declare a type or an entity.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from xml.parsers import expat

from voterlist.model import AsideCode
from voterlist.readers.outcome import RefusedError

ZIP, END_OF_ZIP = b"PK\x03\x04", b"PK\x05\x06"
"""What a member of an archive begins with, and its end; one without members is the end alone."""
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""What a compound file begins with."""
PDF = b"%PDF-"
"""The mark of a PDF file."""
DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    RuntimeError,
    OSError,
    EOFError,
    ValueError,
    KeyError,
)
"""What a damaged archive makes zipfile raise."""

LARGE_PICTURES = int(21 * 29.7 / 5 * 360_000**2)
"""Square EMU of a fifth of a page; arms, stamps and signatures take less."""
_LENGTH = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,9})?)(cm|mm|in|pt)")
_EMU_OF = {"cm": 360_000, "mm": 36_000, "in": 914_400, "pt": 12_700}
_PIECE = 2**20
"""Bytes of a part that are parsed together."""


def is_archive(content: bytes) -> bool:
    """True where the bytes begin like something packed, which may hold files of its own."""
    return content.startswith((ZIP, END_OF_ZIP))


def part_names(archive: zipfile.ZipFile) -> dict[str, str]:
    """The names of the parts by the same in lower case."""
    return {part.filename.lower(): part.filename for part in archive.infolist()}


class Handler:
    """What is told the tags of a part; what it does not ask for goes by."""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """A tag begins."""

    def text(self, text: str) -> None:
        """Text goes by."""

    def end(self, tag: str) -> None:
        """A tag ends."""

    def comment(self, text: str) -> None:
        """A comment goes by."""


def _refuse(*_: object) -> None:
    raise RefusedError(AsideCode.FILE_UNREADABLE)


def parse_part(
    archive: zipfile.ZipFile, part: str, handler: Handler, *, namespaces: bool = False
) -> None:
    """Tell the handler every tag and text of a part.

    Args:
        archive: the document.
        part: the name of the part.
        handler: is told.
        namespaces: True where a tag is to be named by its namespace, a blank, and its local name.

    Raises:
        RefusedError: the part declares a type or an entity.
        ValueError: it is no XML.
    """
    parser = expat.ParserCreate(namespace_separator=" " if namespaces else None)
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    parser.StartElementHandler = handler.start
    parser.EndElementHandler = handler.end
    parser.CharacterDataHandler = handler.text
    parser.CommentHandler = handler.comment
    try:
        with archive.open(part) as stream:
            while chunk := stream.read(_PIECE):
                parser.Parse(chunk, False)  # noqa: FBT003  expat takes no keyword
            parser.Parse(b"", True)  # noqa: FBT003  the same
    except expat.ExpatError:
        raise ValueError("no XML") from None


class _Tags(Handler):
    def __init__(self) -> None:
        self.found: list[tuple[str, dict[str, str]]] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.found.append((tag.rpartition(":")[2], attributes))


def tags(archive: zipfile.ZipFile, part: str) -> list[tuple[str, dict[str, str]]]:
    """Every tag of a part, its name without a prefix, and its attributes; as ``parse_part``."""
    handler = _Tags()
    parse_part(archive, part, handler)
    return handler.found


def targets(
    archive: zipfile.ZipFile, names: dict[str, str], part: str
) -> dict[str, str]:
    """The path, in lower case, that each relation of a part leads to, by its id.

    ``names`` as ``part_names`` gives them. Raises as ``parse_part``.
    """
    folder, name = posixpath.split(part.lower())
    listed = names.get(f"{folder}/_rels/{name}.rels")
    led_to = {}
    for tag, attributes in tags(archive, listed) if listed else ():
        if tag == "Relationship":
            target = attributes.get("Target", "").lower()
            # Some programs leave out the slash before a whole path.
            start = "" if target.startswith("xl/") else folder
            path = posixpath.normpath(posixpath.join(start, target))
            led_to[attributes.get("Id", "")] = path.lstrip("/")
    return led_to


def area_of(attributes: dict[str, str]) -> int:
    """What a drawing of Office takes, in square EMU; 0 where it does not say."""
    width, height = (
        count_of(attributes.get(side, ""), most=10, otherwise=0)
        for side in ("cx", "cy")
    )
    return width * height


def count_of(text: str, *, most: int, otherwise: int = 1) -> int:
    """A whole number that a file writes; the second where it is none, or of more digits."""
    return (
        int(text)
        if text.isascii() and text.isdigit() and len(text) <= most
        else otherwise
    )


_LINES_THROUGH = ("style:text-line-through-style", "style:text-line-through-type")


class StruckStyles(Handler):
    """The styles of an OpenDocument file by which text is struck through, while its tags go by."""

    def __init__(self) -> None:
        self._names: set[str] = set()
        self._name = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """A tag begins, of a part in which but the styles count."""
        self.strikes(tag, attributes)

    def strikes(self, tag: str, attributes: dict[str, str]) -> bool:
        """True where what begins with this tag is struck through."""
        if tag == "style:style":
            self._name = attributes.get("style:name", "")
            if attributes.get("style:parent-style-name") in self._names:
                self._names.add(self._name)
        elif tag == "style:text-properties":
            # Programs say how the line looks, or how many there are, or both.
            lines = set(map(attributes.get, _LINES_THROUGH))
            if lines - {None, "none"}:
                self._names.add(self._name)
            elif lines - {None}:
                self._names.discard(self._name)
        styles = map(attributes.get, ("table:style-name", "text:style-name"))
        return not self._names.isdisjoint(styles)


def extent_of(attributes: dict[str, str]) -> int:
    """What a frame of an OpenDocument file takes, in square EMU; 0 where it does not say."""
    area = 1.0
    for side in ("svg:width", "svg:height"):
        match = _LENGTH.fullmatch(attributes.get(side, ""))
        area *= float(match[1]) * _EMU_OF[match[2]] if match else 0
    return int(area)
