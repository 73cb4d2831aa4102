"""PDF files that hold text: the tables of their pages as rows, and the text around them.

A table with lines is read cell by cell (``pdf_cells``), one without by the gaps between its columns
(``pdf_unruled``). A table that goes on over pages is one table (``pdf_join``). A page that is a
picture has its own trouble; the others are read.
"""

from __future__ import annotations

from voterlist.config import IngestSettings
from voterlist.model import AsideCode
from voterlist.readers.counted import BESIDE_PAGES
from voterlist.readers.documents import document
from voterlist.readers.outcome import ReadOutcome, unread_sheet
from voterlist.readers.pdf_broken import put_together
from voterlist.readers.pdf_cells import Content, content_of
from voterlist.readers.pdf_join import joined_lines
from voterlist.readers.pdf_pages import PdfError, read_pages
from voterlist.readers.pdf_unruled import find_unruled

_NO_TABLE = frozenset({AsideCode.FILE_EMPTY, AsideCode.FILE_NOT_A_TABLE})

_Troubles = dict[AsideCode, list[int]]
"""The numbers of the pages that have a trouble."""


def read_pdf(content: bytes, settings: IngestSettings) -> ReadOutcome:
    """The rows of a PDF file as one sheet, or the code of why there are none.

    Pages that cannot be read are further sheets with their trouble, named by their numbers.
    """
    try:
        contents, troubles = _read_pages(content)
    except PdfError as error:
        return ReadOutcome("pdf", trouble=error.code)
    if not any(content.tables for content in contents):
        find_unruled(contents)
    lines = joined_lines(contents, settings)
    put_together(lines)
    found = document(lines, "pdf", settings)
    if found.trouble in _NO_TABLE and troubles:
        # The list stands on the pages that could not be read.
        usual = max(troubles, key=lambda code: len(troubles[code]))
        return ReadOutcome("pdf", trouble=usual)
    if found.trouble is not None:
        return found
    unread = [
        unread_sheet(f"p. {_ranges(troubles[code])}", code) for code in sorted(troubles)
    ]
    beside = BESIDE_PAGES.findall(content, content.find(b"%PDF-") + 1)
    outcome = ReadOutcome("pdf", (*found.sheets, *unread))
    return outcome.with_unread(sorted({*map(bytes.decode, beside)}))


def _read_pages(content: bytes) -> tuple[list[Content], _Troubles]:
    """What stands on the pages that can be read, and which pages cannot."""
    contents: list[Content] = []
    troubles: _Troubles = {}
    for number, page in enumerate(read_pages(content), start=1):
        if page.trouble is not None:
            troubles.setdefault(page.trouble, []).append(number)
        elif not page.is_blank:
            contents.append(content_of(page))
    return contents, troubles


def _ranges(numbers: list[int]) -> str:
    """Numbers as 3, 5-6."""
    ranges: list[str] = []
    first = last = numbers[0]
    for number in [*numbers[1:], 0]:
        if number == last + 1:
            last = number
            continue
        ranges.append(f"{first}" if first == last else f"{first}-{last}")
        first = last = number
    return ", ".join(ranges)
