"""The act of hand-over as a document of a word processor, written as plain Office Open XML.

A document made by a library holds the time, the library's version and a compressor's bytes. This
one is four parts written here, stored in an archive with fixed times, so that the same page gives
the same bytes whatever is installed.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

__all__ = ["ActPage", "ActRow", "write_act"]

_FIRST_MOMENT = (1980, 1, 1, 0, 0, 0)
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_LANGUAGES = {"az": "az-Latn-AZ", "en": "en-GB"}
_WIDTH = 9978
"""Between the margins of A4, in twentieths of a point."""
_LABEL = 3600
_MARGIN = 964
_BODY, _SMALL, _TITLE = 19, 15, 30
"""Sizes of letters, in half points."""


@dataclass(frozen=True, slots=True)
class ActRow:
    """What is said, and of what."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class ActPage:
    """The act in one language; all texts are ready to be shown.

    Attributes:
        language: ``az`` or ``en``.
        title: its heading.
        note: the sentence under it.
        facts: who hands what to whom, and when.
        counts_title: the heading of the sums.
        counts: the sums, the last of which is that of the list.
        quality_title: the heading of the next.
        quality: how right the decisions about cases are; without rows where nothing is known.
        marks_title: the heading of the next.
        marks: by what the package and the journal are known again.
        sides: who hands over and who takes, each with a name, which may be empty.
        signs: the words of the places to sign.
    """

    language: str
    title: str
    note: str
    facts: Sequence[ActRow]
    counts_title: str
    counts: Sequence[ActRow]
    quality_title: str
    quality: Sequence[ActRow]
    marks_title: str
    marks: Sequence[ActRow]
    sides: Sequence[tuple[str, str]]
    signs: Mapping[str, str]

    def data(self) -> dict[str, Any]:
        """The page as the template of the PDF file reads it."""
        return {**asdict(self), "signs": dict(self.signs), "short": self.title}


def write_act(page: ActPage, path: Path) -> None:
    """Write the act as DOCX; the same page gives the same bytes.

    Raises:
        OSError: the file cannot be written.
    """
    parts = {
        "[Content_Types].xml": _content_types(),
        "_rels/.rels": _relations("officeDocument", "word/document.xml"),
        "word/document.xml": _document(page),
        "word/styles.xml": _styles(page.language),
        "word/_rels/document.xml.rels": _relations("styles", "styles.xml"),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, text in parts.items():
            info = zipfile.ZipInfo(name, _FIRST_MOMENT)
            info.create_system = 0
            archive.writestr(info, _HEAD + text)


def _document(page: ActPage) -> str:
    body = [
        _paragraph(page.title, size=_TITLE, bold=True, align="center"),
        _paragraph(page.note, align="center"),
        _table(page.facts),
        _paragraph(page.counts_title, bold=True, before=120),
        _table(page.counts, last_bold=True),
        *_quality(page),
        _paragraph(page.marks_title, bold=True, before=120),
        _table(page.marks, size=_SMALL),
        _signatures(page),
        # A word processor wants a paragraph behind the last table.
        _paragraph("", size=2),
    ]
    sheet = (
        '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/>'
        f'<w:pgMar w:top="{_MARGIN}" w:right="{_MARGIN}" w:bottom="{_MARGIN}"'
        f' w:left="{_MARGIN}" w:header="0" w:footer="0" w:gutter="0"/></w:sectPr>'
    )
    return f'<w:document xmlns:w="{_W}"><w:body>{"".join(body)}{sheet}</w:body></w:document>'


def _signatures(page: ActPage) -> str:
    """Two columns: who hands over, who takes; each with lines to sign and a place for the seal."""
    width = _WIDTH // len(page.sides)
    signs = page.signs
    cells = []
    for heading, name in page.sides:
        lines = [
            _paragraph(heading, bold=True, before=160),
            *(
                _paragraph(f"{signs[role]}: ______________________", before=160)
                for role in ("chair", "secretary")
            ),
            _paragraph(
                f"{signs['name']}: {name or '______________________'}", before=120
            ),
            _paragraph(f"{signs['date']}: ______________________", before=120),
            _paragraph(f"({signs['seal']})", before=320, align="center"),
        ]
        cells.append(_cell("".join(lines), width))
    widths = [width] * len(page.sides)
    return _frame(widths, [f"<w:tr>{''.join(cells)}</w:tr>"], has_lines=False)


def _quality(page: ActPage) -> list[str]:
    """How right the decisions about cases are, where something is known."""
    if not page.quality:
        return []
    title = _paragraph(page.quality_title, bold=True, before=120)
    return [title, _table(page.quality, size=_SMALL)]


def _table(
    rows: Sequence[ActRow], *, size: int = _BODY, last_bold: bool = False
) -> str:
    written = []
    for number, row in enumerate(rows, 1):
        is_bold = last_bold and number == len(rows)
        label = _cell(_paragraph(row.label, size=size, bold=is_bold), _LABEL)
        value = _paragraph(row.value, size=size, bold=is_bold)
        cells = label + _cell(value, _WIDTH - _LABEL)
        written.append(f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{cells}</w:tr>")
    return _frame([_LABEL, _WIDTH - _LABEL], written)


def _frame(
    widths: Sequence[int], rows: Iterable[str], *, has_lines: bool = True
) -> str:
    line = 'w:val="single" w:sz="4" w:space="0" w:color="6E6E6E"'
    sides = ("top", "bottom", "insideH") if has_lines else ()
    borders = "".join(f"<w:{side} {line}/>" for side in sides)
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    properties = (
        f'<w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        f"<w:tblBorders>{borders}</w:tblBorders>"
        '<w:tblLayout w:type="fixed"/></w:tblPr>'
    )
    return f"<w:tbl>{properties}<w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"


def _cell(content: str, width: int) -> str:
    return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>{content}</w:tc>'


def _paragraph(
    text: str,
    *,
    size: int = _BODY,
    bold: bool = False,
    align: str = "left",
    before: int = 20,
) -> str:
    spacing = f'<w:spacing w:before="{before}" w:after="20"/>'
    properties = f'<w:pPr>{spacing}<w:jc w:val="{align}"/></w:pPr>'
    weight = "<w:b/>" if bold else ""
    run = f'<w:rPr>{weight}<w:sz w:val="{size}"/><w:szCs w:val="{size}"/></w:rPr>'
    shown = escape(_writable(text))
    return f'<w:p>{properties}<w:r>{run}<w:t xml:space="preserve">{shown}</w:t></w:r></w:p>'


def _writable(text: str) -> str:
    """The text with a blank for what XML cannot hold."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _styles(language: str) -> str:
    fonts = '<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:cs="Times New Roman"/>'
    tongue = f'<w:lang w:val="{_LANGUAGES[language]}"/>'
    return (
        f'<w:styles xmlns:w="{_W}"><w:docDefaults><w:rPrDefault><w:rPr>{fonts}{tongue}'
        "</w:rPr></w:rPrDefault></w:docDefaults>"
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/>'
        "</w:style></w:styles>"
    )


def _content_types() -> str:
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    parts = {"/word/document.xml": "document.main", "/word/styles.xml": "styles"}
    overrides = "".join(
        f'<Override PartName="{name}" ContentType="{kind}.{part}+xml"/>'
        for name, part in parts.items()
    )
    relations = "application/vnd.openxmlformats-package.relationships+xml"
    return (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        f'<Default Extension="rels" ContentType="{relations}"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f"{overrides}</Types>"
    )


def _relations(kind: str, target: str) -> str:
    return (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/{kind}" Target="{target}"/></Relationships>'
    )
