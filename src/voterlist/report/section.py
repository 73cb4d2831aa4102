"""What a section of a report is, and how the tables of a run become a report of sections.

A section is a folder of ``report/sections`` that defines one ``Section``. Its page is the template
``page.html`` beside it. The lists in ``report/sections/order.py`` say in which order the outputs
walk the sections.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

import pyarrow as pa

from voterlist.model import Stage, frozen
from voterlist.report.values import (
    Facts,
    Limits,
    Names,
    Sources,
    UnitStanding,
    Words,
    in_constituency,
)
from voterlist.schemas import empty, require, with_added

if TYPE_CHECKING:
    from voterlist.report.sections.nation import Shapes

SheetValue = str | float | dt.date | None


Told = str | Callable[[Any], Any]
"""What is told of a row: the path of an attribute, such as ``place.file``; the key of a word with
such paths in it, such as ``rule.{0.rule}.title``; or a function of the row."""


def _no_mark(_row: Any) -> str:
    return ""


@frozen
class Column:
    """A column of a table: its heading, and what of a row stands in it.

    Attributes:
        heading: in the language of the table.
        width: in characters.
        kind: what its values are: ``text``, ``line`` (a text that is not wrapped), ``count``,
            ``decimal``, ``share``, ``bits``, ``probability``, ``day``, or ``label`` (a number that
            names and does not count).
        value: what of a row stands in it.
        mark: of what it stands for: ``differs``, ``spelling``, a severity, or an empty text.
        hidden: whether nobody sees it.
        printed: False keeps it and the columns after it off paper, where every column makes the
            print smaller.
    """

    heading: str
    width: int
    kind: str = "text"
    value: Callable[[Any], SheetValue] = _no_mark
    mark: Callable[[Any], str] = _no_mark
    hidden: bool = False
    printed: bool = True


def column(
    words: Words,
    heading: str,
    width: int,
    kind: str,
    value: Told,
    mark: Told = _no_mark,
    *,
    printed: bool = True,
) -> Column:
    """A column that tells this of each row, in the language of these words."""
    tells, marks = _tell_value(value, words), _tell_value(mark, words)
    return Column(heading, width, kind, tells, marks, printed=printed)


def _tell_value(of: Told, words: Words) -> Callable[[Any], Any]:
    if not isinstance(of, str):
        return of
    return (lambda row: words(of.format(row))) if "{" in of else attrgetter(of)


def columns_of(words: Words, *columns: Column | tuple[Any, ...]) -> tuple[Column, ...]:
    """Columns out of (key of the heading in the catalogue, width, kind, value, perhaps mark).

    One that is a column already stays as it is.
    """
    return tuple(
        given
        if isinstance(given, Column)
        else column(words, words(given[0]), *given[1:])
        for given in columns
    )


_PLACE_COLUMNS = (
    ("field.constituency", 11, "label", "constituency"),
    ("field.precinct", 9, "label", "precinct"),
    ("field.source", 18, "text", "file"),
    ("field.sheet", 10, "text", "sheet"),
    ("field.line", 7, "label", "line"),
)


def place_columns(words: Words, of: str = "place") -> tuple[Column, ...]:
    """The columns that say where an entry stands; ``of`` is the path to its place."""
    *columns, line = columns_of(
        words,
        *(
            (key, width, kind, f"{of}.{part}")
            for key, width, kind, part in _PLACE_COLUMNS
        ),
    )
    # Line 0 stands for a whole file.
    return (*columns, replace(line, value=lambda row: line.value(row) or None))


@frozen
class Row:
    """The values of a row and their marks, as the columns tell them."""

    values: tuple[SheetValue, ...]
    marks: tuple[str, ...]
    look: tuple[bool, bool] = (False, False)
    """Whether a ground sets it apart, and whether a line is drawn above: a new group begins."""


def told_of(
    columns: Iterable[Column], rows: Sequence[Any]
) -> Iterator[tuple[tuple[SheetValue, ...], tuple[str, ...]]]:
    """What these columns tell of each row: values and marks."""
    columns = list(columns)
    for row in rows:
        values = tuple(column.value(row) for column in columns)
        yield values, tuple(column.mark(row) for column in columns)


@frozen
class SheetTable:
    """A sheet with one table: its name, the title and notes above the table, columns and rows."""

    name: str
    head: Sequence[str]
    """The title, then what a reader should know before the table."""
    columns: Sequence[Column]
    rows: Sequence[Any]
    """Whatever the columns tell of."""
    none: str = ""
    """What stands below the headings where there is no row."""
    frozen: int = 0
    """How many columns at the left stay in sight."""
    look: Callable[[Any], tuple[bool, bool]] = lambda _: (False, False)
    """Of a row, whether a ground sets it apart, and whether a line is drawn above."""


@frozen
class Block:
    """A small table of the first sheet under a title; one without rows is left out."""

    title: str
    columns: Sequence[Column]
    """Without headings none are written. Their widths are those of the sheet."""
    rows: Sequence[Any]
    """Whatever the columns tell of."""


def small_columns(words: Words, **told: Told) -> tuple[Column, ...]:
    """Columns of a small table: ``report.column.<name>`` in the catalogue, and what it tells."""
    return tuple(
        column(words, words(f"report.column.{name}"), 0, "count", value)
        for name, value in told.items()
    )


def plain_columns(*told: Callable[[Any], SheetValue]) -> tuple[Column, ...]:
    """Columns of a small table without headings."""
    return tuple(Column("", 0, "count", value) for value in told)


_LONGEST = 32_767
"""Characters that a cell can hold, as UTF-16 counts them."""
_FORMULA_SIGNS = frozenset("=+-@＝＋－＠")
"""Signs, plain and full-width, with which a formula may begin."""
_BREAKS = frozenset("\t\r\n")
_ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"


def safe(text: str) -> str:
    """The text as a cell may hold it: an apostrophe stands before what could be a formula.

    Blanks before the sign are looked through, because a later export to CSV and back would drop
    them. What is too long for a cell ends with an ellipsis.
    """
    if text[:1] in _BREAKS or text.lstrip()[:1] in _FORMULA_SIGNS:
        text = "'" + text
    # A character may count twice, so half the length is always short enough.
    if len(text) <= _LONGEST // 2 or _units(text) <= _LONGEST:
        return text
    content = text.encode("utf-16-le", "surrogatepass")[: 2 * (_LONGEST - 1)]
    return content.decode("utf-16-le", "ignore") + _ELLIPSIS


def _units(text: str) -> int:
    """The length of a text as UTF-16 counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


Content = TypeVar("Content")


@dataclass(frozen=True, slots=True, eq=False)
class Section(Generic[Content]):
    """One section of a report.

    ``Content`` is its model, a frozen value. A section whose content is None is shown nowhere.
    What says its values in a language is ``ReportWords`` of ``report/sections/order.py``: the
    template calls it ``w``, the sheets get it as ``words``.
    """

    name: str
    """Its id in the page. ``report.<name>.title`` and ``report.<name>.short`` are its headings."""
    build: Callable[[Inputs], Content]
    needs: Mapping[str, pa.Schema] = field(default_factory=dict)
    """The tables that the run must have, by name, with their schemas."""
    uses: Mapping[str, pa.Schema | None] = field(default_factory=dict)
    """The tables that the run may lack; without a schema a table is taken as it is."""
    sheets: Callable[[Content, Facts, Any], Iterable[SheetTable]] = lambda *_: ()
    """The sheets of the workbook that show it in full."""
    summary: Callable[[Content, Any], Iterable[Block]] = lambda *_: ()
    """Its small tables on the first sheet of the workbook."""
    page: Callable[[Content], Mapping[str, Any]] = lambda _: {}
    """What its template needs besides ``content``, ``facts``, ``w`` and ``most``."""
    most: Mapping[str, int] = field(default_factory=dict)
    """How many rows of each of its tables the page shows; ``most`` in the template."""
    drawn_by: str = ""
    """The folder whose template several sections share; empty: it has its own."""

    @property
    def folder(self) -> str:
        """The folder of its templates."""
        return self.drawn_by or self.name.replace("-", "_")


@dataclass(frozen=True)
class Run:
    """What a report is made of: the tables of a run, and what stands in no table."""

    facts: Facts
    tables: Mapping[str, pa.Table | None]
    """By name. Each may hold several constituencies. ``entries`` and ``voters`` hold every entry
    that a case or a finding names. None is the same as no table of that name."""
    sources: Sources
    """Source -> name of the file, or names in the order of ``copy``."""
    standings: Sequence[UnitStanding] = ()
    limits: Limits = field(default_factory=Limits)
    mask_identifiers: bool = True
    """True: only the last three characters of FIN and document are shown."""
    entry_count: int | None = None
    """How many entries the constituency has; None: as many as ``entries`` holds of it."""
    reported: tuple[int, ...] = ()
    """The constituencies whose own reports lie beside this one."""
    shapes: Shapes | None = None
    """Those of the constituencies, where files give them."""
    below: Mapping[int, Mapping[str, int]] = field(default_factory=dict)
    """What constituencies did to their lists before they handed them over (``Handover.balance``),
    where their packages tell it."""

    @cached_property
    def names(self) -> Names:
        """The names of the files."""
        return Names(self.sources, self.mask_identifiers)


@frozen
class Report:
    """The report of one constituency: the content of every section, by the section's name."""

    facts: Facts
    contents: Mapping[str, Any]

    def of(self, section: Section[Content]) -> Content:
        """The content of a section; None where it has nothing to show."""
        return cast("Content", self.contents[section.name])


@dataclass(frozen=True, slots=True, eq=False)
class Inputs:
    """What one section sees of a run: the tables that it declares, and other sections.

    Each section is built when it is first asked for, and each table checked once.
    """

    run: Run
    _section: Section[Any]
    _contents: dict[str, Any]
    _checked: dict[str, pa.Table]

    @property
    def facts(self) -> Facts:
        """Whose report it is."""
        return self.run.facts

    def has(self, name: str) -> bool:
        """True where the run has this table."""
        return self.run.tables.get(name) is not None

    def table(self, name: str) -> pa.Table:
        """A table of all constituencies; one that the section may do without is empty if not there.

        Raises:
            KeyError: the section does not declare it, or needs it and the run has none.
            SchemaError: it does not have the shape of its schema.
        """
        needs, uses = self._section.needs, self._section.uses
        if name not in needs and name not in uses:
            raise KeyError(
                f"the section {self._section.name} does not declare the table {name}"
            )
        if name not in self._checked:
            schema = needs[name] if name in needs else uses[name]
            table = self.run.tables.get(name)
            if table is None and name in needs:
                raise KeyError(f"the report needs the table {name}")
            if table is None:
                table = empty(schema or pa.schema([]))
            elif schema is not None:
                table = require(table, with_added(schema, [table]), Stage.REPORT)
            self._checked[name] = table
        return self._checked[name]

    def own(self, name: str) -> pa.Table:
        """The rows of the table that belong to the report's constituency, or to none.

        Raises:
            KeyError, SchemaError: as ``table``.
        """
        return in_constituency(self.table(name), self.facts.constituency)

    def entry_count(self) -> int:
        """How many entries the report's constituency has, with those of none."""
        known = self.run.entry_count
        return self.own("entries").num_rows if known is None else known

    def of(self, section: Section[Content]) -> Content:
        """The content of another section."""
        if section.name not in self._contents:
            inputs = Inputs(self.run, section, self._contents, self._checked)
            self._contents[section.name] = section.build(inputs)
        return cast("Content", self._contents[section.name])


def build_sections(run: Run, sections: Iterable[Section[Any]]) -> Report:
    """The report of these sections; what they use of others is built too.

    Raises:
        KeyError: a section needs a table that the run does not have.
        SchemaError: a table does not have the shape of its schema.
    """
    contents: dict[str, Any] = {}
    checked: dict[str, pa.Table] = {}
    for section in sections:
        Inputs(run, section, contents, checked).of(section)
    return Report(run.facts, contents)
