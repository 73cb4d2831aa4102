"""What a section of a report is: what it needs, how it is built, and how each output shows it.

A section is a folder of ``report/sections`` that defines one ``Section``. Its page is the template
``page.html`` beside it. The lists in ``report/sections/order.py`` say in which order the outputs
walk the sections.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import pyarrow as pa

from voterlist.report.sheets import Block, SheetTable
from voterlist.report.values import Facts
from voterlist.report.words import Words

if TYPE_CHECKING:
    from voterlist.report.run import Inputs

__all__ = ["Section"]

Content = TypeVar("Content")
SectionWords = TypeVar("SectionWords", bound=Words)


def _no_sheets(_content: Any, _facts: Facts, _words: Any) -> Iterable[SheetTable]:
    return ()


def _no_blocks(_content: Any, _words: Any) -> Iterable[Block]:
    return ()


def _no_context(_content: Any) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True, slots=True, eq=False)
class Section(Generic[Content, SectionWords]):
    """One section of a report.

    ``Content`` is its model, a frozen value; ``SectionWords`` says its values in a language. A
    section whose content is None is shown nowhere.
    """

    name: str
    """Its id in the page. ``report.<name>.title`` and ``report.<name>.short`` are its headings."""
    build: Callable[[Inputs], Content]
    words: Callable[[str], SectionWords]
    """Makes, for a language, what the template calls ``w`` and the sheets get as ``words``."""
    needs: Mapping[str, pa.Schema] = field(default_factory=dict)
    """The tables that the run must have, by name, with their schemas."""
    uses: Mapping[str, pa.Schema | None] = field(default_factory=dict)
    """The tables that the run may lack; without a schema a table is taken as it is."""
    sheets: Callable[[Content, Facts, SectionWords], Iterable[SheetTable]] = _no_sheets
    """The sheets of the workbook that show it in full."""
    summary: Callable[[Content, SectionWords], Iterable[Block]] = _no_blocks
    """Its small tables on the first sheet of the workbook."""
    page: Callable[[Content], Mapping[str, Any]] = _no_context
    """What its template needs besides ``content``, ``facts``, ``w`` and ``most``."""
    most: Mapping[str, int] = field(default_factory=dict)
    """How many rows of each of its tables the page shows; ``most`` in the template."""

    @property
    def folder(self) -> str:
        """The folder of its module and templates."""
        return self.name.replace("-", "_")
