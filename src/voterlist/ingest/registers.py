"""What a register of another body is told by: the name of its file, its titles, its headings."""

from __future__ import annotations

import re

from voterlist.ingest.lexicon import WORDS
from voterlist.ingest.survey import Survey
from voterlist.ingest.text import fold


def _told(section: str, text: str) -> str | None:
    """The kind whose word of this section stands first in a text; None where none does."""
    kinds = [f"(?P<{kind}>{'|'.join(each)})" for kind, each in WORDS[section].items()]
    # Behind no letter; a year may be glued to it.
    found = re.search(rf"(?<![^\W\d_])(?:{'|'.join(kinds)})", fold(text))
    return str(found.lastgroup).replace("_", "-") if found else None


def register_named(name: str) -> str | None:
    """What the name of a file in the folder of registers says that it is."""
    return _told("registers", name) or _told("register_names", name)


def register_in(survey: Survey) -> str | None:
    """The register that a sheet is by its names, titles, and headings of columns mostly filled."""
    texts = [survey.file.name, survey.sheet.name]
    for section in survey.sections:
        # A remark below a list may say what was done with the dead.
        above = range(section.start, section.header.first)
        texts += map(survey.rows.titles.get, above)
        for text, column in zip(section.header.texts, survey.cells, strict=False):
            if column.null_count < len(column) / 2:
                texts.append(text)
    kinds = (_told("registers", text) for text in texts if text)
    return next(filter(None, kinds), None)
