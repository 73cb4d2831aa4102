"""What in a file acts by itself when a program opens it: macros, links to other files, scripts.

Nothing of it is run or followed here: readers take the values that stand in cells, whatever formula
stands beside them. It is counted so that the operator is told before the file is opened in a
spreadsheet program.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator

from voterlist.readers.packed import DAMAGE, OLE, PDF, ZIP

_PARTS = re.compile(
    r"(?:^|/)vbaproject[^/]*\.bin$|^xl/(?:macrosheets|dialogsheets|activex|externallinks"
    r"|querytables|embeddings|webextensions)/[^/]+\.(?:xml|bin)$|^xl/connections\.(?:xml|bin)$"
    r"|^word/(?:activex|embeddings)/[^/]+$|^customui/[^/]+\.xml$|^(?:basic|scripts)/.*[^/]$"
)
"""Names of parts, in lower case: [MS-OFFMACRO2], ECMA-376 part 1, ODF 1.3 part 2."""
_RELATIONS = re.compile(r"^(?:word|xl|ppt)/(?:[^/]+/)?_rels/[^/]+\.rels$")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\b[^<>]*>")
_PLAIN_LINK = b"/hyperlink"
"""A link that a person clicks acts only then."""
_MOST_RELATIONS = 2**20
_ODF_ACTS = (b"dde-link", b"event-listener", b"table:table-source")
_PIECE, _OVERLAP = 2**20, 32
_COMPOUND_ACTS = tuple(
    name.encode("utf-16-le")
    for name in ("_VBA_PROJECT_CUR\0", "Macros\0", "Ole10Native\0")
)
"""Names in the directory of a compound file: macros of workbooks and of documents, an embedded
object."""
_PDF_ACTS = (b"/JavaScript", b"/Launch", b"/EmbeddedFile")


def acting(content: bytes) -> int:
    """How many parts of a file act when it is opened; 0 where none is known to.

    Of a PDF file only what stands in it uncompressed is seen. What cannot be unpacked counts
    nothing: it is refused elsewhere.
    """
    if content.startswith(ZIP):
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                return len(set(_of_archive(archive)))
        except DAMAGE:
            return 0
    if content.startswith(OLE):
        return sum(name in content for name in _COMPOUND_ACTS)
    if content.startswith(PDF):
        return sum(name in content for name in _PDF_ACTS)
    return 0


def _of_archive(archive: zipfile.ZipFile) -> Iterator[str]:
    """A name for each thing that acts."""
    for part in archive.infolist():
        name = part.filename.lower()
        if _PARTS.search(name):
            yield name
        elif _RELATIONS.match(name) and "externallink" not in name:
            with archive.open(part) as stream:
                relations = _RELATION.findall(stream.read(_MOST_RELATIONS))
            for number, relation in enumerate(relations):
                if b'TargetMode="External"' in relation and _PLAIN_LINK not in relation:
                    yield f"{name} {number}"
        elif name == "content.xml":
            yield from _of_open_document(archive, part)


def _of_open_document(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[str]:
    with archive.open(part) as stream:
        rest = b""
        while piece := stream.read(_PIECE):
            text = rest + piece
            yield from (name.decode() for name in _ODF_ACTS if name in text)
            rest = text[-_OVERLAP:]
