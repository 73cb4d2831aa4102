"""One Arrow schema for each table that crosses a boundary between stages.

The table is the interface: whoever knows these columns can start at any point of the street. A
column is null where nothing is known; an empty string stands nowhere (``ingest`` makes blanks null,
once). Tables that leave a stage are sorted by their first columns, so the same input gives the same
bytes.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from voterlist.errors import SchemaError
from voterlist.model import AsideCode

__all__ = [
    "ACCEPTANCE",
    "ACCEPTED",
    "AGES",
    "CASE",
    "CHANGE",
    "COINCIDENCE",
    "COMPARISON",
    "CYCLE_CHANGE",
    "CYCLE_SUMMARY",
    "DECISION",
    "ENTRY",
    "ENTRY_FIELDS",
    "FAULT",
    "FINDING",
    "INDICATOR",
    "LIST",
    "MATCH",
    "PAIR",
    "PAIR_FIELDS",
    "PROFILE",
    "PROFILE_FIELDS",
    "PROTOCOL",
    "PROTOCOL_LINES",
    "PYRAMID",
    "REGISTER_USE",
    "REMOVAL_REASON",
    "SCORECARD",
    "SET_ASIDE",
    "SHARED_FIELDS",
    "STATISTIC",
    "STREET",
    "STREET_ROW",
    "TRUTH",
    "VOTER",
    "WATERFALL",
    "Intake",
    "RawFile",
    "RawSheet",
    "empty",
    "pair_schema",
    "require",
    "waterfall_schema",
    "with_current_names",
]

_TEXT = pa.string()
_WORD = pa.dictionary(pa.int32(), pa.string())
"""A column of few distinct words: codes of the model's enumerations."""


def _field(name: str, kind: pa.DataType, *, known: bool = False) -> pa.Field:
    return pa.field(name, kind, nullable=not known)


ENTRY_FIELDS = (
    "number",
    "surname",
    "given_name",
    "patronymic",
    "full_name",
    "birth_date",
    "sex",
    "address",
    "document",
    "fin",
)
"""What an entry holds as written, in this order. ``number`` is the line number in the precinct's
list."""

LIST = pa.schema(
    [
        _field("source", _TEXT, known=True),
        _field("sheet", _TEXT),
        _field("constituency", pa.int32()),
        _field("precinct", pa.int32()),
        _field("list_kind", _WORD, known=True),
        _field("rows", pa.int64(), known=True),
        _field("entries", pa.int64(), known=True),
        _field("set_aside", pa.int64(), known=True),
        _field("declared", pa.int64()),
        _field("encoding", _TEXT),
    ],
)
"""One list as handed in: ``rows = entries + set_aside``. ``declared`` is the total written below
it."""

ENTRY = pa.schema(
    [
        _field("entry_id", _TEXT, known=True),
        _field("constituency", pa.int32()),
        _field("precinct", pa.int32()),
        _field("list_kind", _WORD, known=True),
        _field("source", _TEXT, known=True),
        _field("sheet", _TEXT),
        _field("line", pa.int32(), known=True),
        *(_field(name, _TEXT) for name in ENTRY_FIELDS),
    ],
)
"""One row as received. ``source`` is the first 12 hexadecimal digits of the file's SHA-256."""

SET_ASIDE = pa.schema(
    [
        _field("source", _TEXT, known=True),
        _field("copy", pa.int32(), known=True),
        _field("sheet", _TEXT),
        _field("line", pa.int32(), known=True),
        _field("constituency", pa.int32()),
        _field("precinct", pa.int32()),
        _field("code", _WORD, known=True),
        _field("rows", pa.int64(), known=True),
        _field("cells", pa.list_(_TEXT)),
    ],
)
"""What did not become an entry, with its place. ``line`` 0 and ``rows`` 0: a whole file that could
not be read. ``copy`` counts files of the same content (0 the first). ``cells`` as written, for a
person to read."""

VOTER = pa.schema(
    [
        _field("entry_id", _TEXT, known=True),
        _field("constituency", pa.int32()),
        _field("precinct", pa.int32()),
        _field("list_kind", _WORD, known=True),
        # The standard spelling proposed; the written form stays in ENTRY.
        _field("surname", _TEXT),
        _field("given_name", _TEXT),
        _field("patronymic", _TEXT),
        # One skeleton for every spelling of a name: a-z only, no blanks. The stem has no ending of
        # sex or period.
        _field("surname_skeleton", _TEXT),
        _field("surname_stem", _TEXT),
        _field("given_skeleton", _TEXT),
        _field("patronymic_skeleton", _TEXT),
        _field("sex", _WORD),
        # Witnesses of sex: the particle or ending of the patronymic, the surname's ending, the
        # given name.
        _field("patronymic_sex", _WORD),
        _field("surname_sex", _WORD),
        _field("given_sex", _WORD),
        _field("birth_year", pa.int16()),
        _field("birth_month", pa.int8()),
        _field("birth_day", pa.int8()),
        _field("fin", _TEXT),
        _field("document", _TEXT),
        # Folded: lower-case a-z and digits, blanks between words. ``address`` is the whole line.
        _field("address", _TEXT),
        _field("settlement", _TEXT),
        _field("street_kind", _TEXT),
        _field("street", _TEXT),
        # The house with its building after a slash; the building alone beside it.
        _field("house", _TEXT),
        _field("building", _TEXT),
        _field("flat", _TEXT),
    ],
)
"""An entry normalised; one row an entry, in the same order as ENTRY."""

FINDING = pa.schema(
    [
        _field("rule", _WORD, known=True),
        _field("severity", _WORD, known=True),
        _field("unit", _WORD, known=True),
        _field("constituency", pa.int32()),
        _field("precinct", pa.int32()),
        _field("entry_id", _TEXT),
        _field("other_entry_id", _TEXT),
        _field("source", _TEXT),
        _field("sheet", _TEXT),
        _field("line", pa.int32()),
        _field("field", _WORD),
        _field("value", pa.float64()),
        _field("limit", pa.float64()),
    ],
)
"""One thing noticed: a rule's code and a place, with at most two numbers. Never the content of a
cell."""

ACCEPTED = pa.schema(
    [
        *FINDING,
        _field("reason", _TEXT, known=True),
        _field("accepted_by", _TEXT),
        _field("finding_id", _TEXT),
    ]
)
"""A finding that a person accepted; ``finding_id`` is that of the ACCEPTANCE by which, null: by the
settings."""

ACCEPTANCE = pa.schema(
    [
        _field("finding_id", _TEXT, known=True),
        _field("rule", _WORD, known=True),
        _field("constituency", pa.int32()),
        _field("precinct", pa.int32()),
        _field("entry_id", _TEXT),
        _field("other_entry_id", _TEXT),
        _field("source", _TEXT),
        _field("sheet", _TEXT),
        _field("line", pa.int32()),
        _field("field", _WORD),
        _field("value", pa.float64()),
        _field("mark", _WORD, known=True),
        _field("reason", _TEXT),
        _field("accepted_by", _TEXT, known=True),
        _field("accepted_at", _TEXT, known=True),
    ],
)
"""What a person said of a finding, and of which: a ``Mark``, with the reason why it is accepted."""

PAIR_FIELDS = (
    "surname",
    "given_name",
    "patronymic",
    "birth_date",
    "sex",
    "address",
    "document",
    "fin",
)
"""The comparisons of a pair; each has a column ``<field>_level``."""

PAIR = pa.schema(
    [
        _field("entry_l", _TEXT, known=True),
        _field("entry_r", _TEXT, known=True),
        _field("weight", pa.float64(), known=True),
        _field("probability", pa.float64(), known=True),
        _field("term_frequency", pa.float64()),
        _field("kind", _WORD, known=True),
        _field("match_key", _WORD, known=True),
        *(_field(f"{name}_level", _WORD, known=True) for name in PAIR_FIELDS),
    ],
)
"""Two entries compared, ``entry_l < entry_r``. ``weight`` is the log2 Bayes factor of "one person"
against "not". ``term_frequency`` is log2 P(an unrelated person has the values that the two share),
0 or below. ``match_key`` names the blocking keys that brought the two together, joined with
``+``."""


def pair_schema(added: tuple[str, ...] = ()) -> pa.Schema:
    """PAIR with a column ``<name>_level`` for each added comparison."""
    return pa.schema([*PAIR, *(_field(f"{name}_level", _WORD, known=True) for name in added)])


SHARED_FIELDS = ("surname", "given_name", "patronymic", "birth_date", "document", "fin")
"""The comparisons with a term frequency of their own."""

WATERFALL = pa.schema(
    [
        _field("entry_l", _TEXT, known=True),
        _field("entry_r", _TEXT, known=True),
        _field("prior", pa.float64(), known=True),
        *(_field(f"{name}_bits", pa.float64(), known=True) for name in PAIR_FIELDS),
        *(_field(f"{name}_term_frequency", pa.float64()) for name in SHARED_FIELDS),
        _field("term_frequency", pa.float64(), known=True),
        _field("rivals", pa.float64(), known=True),
        *(
            _field(f"p_{name}", pa.float64(), known=True)
            for name in ("twins", "relatives", "unrelated")
        ),
    ],
)
"""Why a pair of PAIR has its weight, in bits.

The ``<field>_bits``, ``term_frequency`` and ``rivals`` sum to the weight. ``prior`` is log2 of the
odds that two entries of the list, whichever they are, are one person. ``<field>_term_frequency`` is
the part of ``<field>_bits`` that the term frequency of the shared value gives, null where none is
shared. ``term_frequency`` is the part that belongs to no one field. ``p_<name>`` are the
probabilities of the other explanations of the pair."""


def waterfall_schema(added: tuple[str, ...] = ()) -> pa.Schema:
    """WATERFALL with a column ``<name>_bits`` for each added comparison."""
    return pa.schema(
        [*WATERFALL, *(_field(f"{name}_bits", pa.float64(), known=True) for name in added)]
    )


CASE = pa.schema(
    [
        _field("case_id", _TEXT, known=True),
        _field("entry_id", _TEXT, known=True),
        _field("kind", _WORD, known=True),
        _field("role", _WORD, known=True),
        _field("reason", _WORD, known=True),
        _field("weight", pa.float64(), known=True),
        _field("probability", pa.float64(), known=True),
        _field("constituency", pa.int32()),
        _field("precinct", pa.int32()),
    ],
)
"""One row an entry of a case. ``kind``, ``weight`` and ``probability`` are those of the pair that
ties the case's most weakly tied entry to it; ``reason`` is the code of why the role is proposed.
``case_id`` comes from the entry ids alone."""

DECISION = pa.schema(
    [
        _field("case_id", _TEXT, known=True),
        _field("entry_id", _TEXT, known=True),
        _field("verdict", _WORD, known=True),
        _field("reason", _TEXT),
        _field("decided_by", _TEXT, known=True),
        _field("decided_at", _TEXT, known=True),
    ],
)
"""What a person decided about one entry of a case; ``decided_at`` is ISO 8601."""

CHANGE = pa.schema(
    [
        _field("entry_id", _TEXT, known=True),
        _field("case_id", _TEXT, known=True),
        _field("verdict", _WORD, known=True),
        _field("kept_entry_id", _TEXT),
        _field("reason", _TEXT),
        _field("decided_by", _TEXT, known=True),
        _field("decided_at", _TEXT, known=True),
    ],
)
"""The change log of a corrected list: a decision marks an entry, nothing is deleted."""

STATISTIC = pa.schema(
    [
        _field("constituency", pa.int32(), known=True),
        _field("precinct", pa.int32()),
        _field("measure", _WORD, known=True),
        _field("value", pa.float64(), known=True),
    ],
)
"""A number from another body: ``measure`` is adults, men, women, born-YYYY ...; ``precinct`` null:
the whole."""

PROFILE_FIELDS = (
    "surname",
    "given_name",
    "patronymic",
    "birth_date",
    "sex",
    "address",
    "document",
    "fin",
)
"""What a precinct's profile counts as missing; each has a column ``missing_<field>``."""

PROFILE = pa.schema(
    [
        _field("constituency", pa.int32()),
        _field("precinct", pa.int32()),
        _field("voters", pa.int64(), known=True),
        _field("men", pa.int64(), known=True),
        _field("women", pa.int64(), known=True),
        _field("median_age", pa.float64()),
        *(_field(f"missing_{name}", pa.float64(), known=True) for name in PROFILE_FIELDS),
    ],
)
"""One row a precinct: how many voters, their median age in years, and the share (0 to 1) without
each field."""

PYRAMID = pa.schema(
    [
        _field("age_from", pa.int16()),
        _field("sex", _WORD),
        _field("voters", pa.int64(), known=True),
    ],
)
"""One row a group of five years and sex; ``age_from`` 20 is 20 to 24. Null: birth year, or sex, not
known."""

INDICATOR = pa.schema(
    [
        _field("indicator", _WORD, known=True),
        _field("unit", _WORD, known=True),
        _field("constituency", pa.int32()),
        _field("precinct", pa.int32()),
        _field("count", pa.float64()),
        _field("of", pa.float64()),
        _field("value", pa.float64()),
        _field("base", pa.float64()),
        _field("last", pa.float64()),
        _field("lower", pa.float64()),
        _field("upper", pa.float64()),
        _field("p", pa.float64()),
        _field("q", pa.float64()),
        _field("outlying", pa.bool_()),
    ],
)
"""One statistic of one place: ``count`` of ``of`` where ``value`` is a share of them. ``base`` is
what the place is held against, ``last`` the same statistic of last cycle's list, ``lower`` and
``upper`` the limits at its size, ``p`` how often chance would lie as far out, ``q`` the same when
all places are asked at once. Null: not known, or not judged."""

AGES = pa.schema(
    [
        _field("constituency", pa.int32()),
        _field("precinct", pa.int32()),
        _field("age_from", pa.int16()),
        _field("sex", _WORD),
        _field("voters", pa.int64(), known=True),
    ],
)
"""PYRAMID by precinct: one row a precinct, group of five years and sex."""

COINCIDENCE = pa.schema(
    [
        _field("constituency", pa.int32()),
        _field("agreement", _WORD, known=True),
        _field("expected", pa.float64(), known=True),
        _field("found", pa.int64(), known=True),
    ],
)
"""Pairs that agree by chance, and pairs found, of each constituency; null: of the whole list."""

SCORECARD = pa.schema(
    [
        _field("constituency", pa.int32()),
        _field("precinct", pa.int32()),
        _field("quality", _WORD, known=True),
        _field("measure", _WORD, known=True),
        _field("count", pa.int64(), known=True),
        _field("of", pa.int64(), known=True),
        _field("value", pa.float64()),
    ],
)
"""How comprehensive, accurate and current the list of a precinct is: ``value`` = ``count`` /
``of``, one row a measure. A measure that could not be taken, for want of a register or statistics,
has no row."""

FAULT = pa.schema(
    [
        _field("fault", pa.int64(), known=True),
        _field("rule", _WORD, known=True),
        _field("unit", _WORD, known=True),
        _field("constituency", pa.int32()),
        _field("precinct", pa.int32()),
        _field("entry_id", _TEXT),
        _field("of", pa.int64(), known=True),
    ],
)
"""A fault planted in an invented list: one row an entry that makes it, or one a place. It is found
where the rule names one of these. ``of`` is how many places of the unit the list has."""

MATCH = pa.schema(
    [
        _field("register", _WORD, known=True),
        _field("register_id", _TEXT, known=True),
        _field("entry_id", _TEXT),
        _field("class", _WORD, known=True),
        _field("level", _WORD),
    ],
)
"""A row of an outside register against the list: confirmed, conflicting, probable, register-only,
unusable; ``entry_id`` and ``level`` (the evidence: fin, document, names) are null for the last two.
Every row of every register stands here at least once."""

PROTOCOL_LINES = ("line_1", "line_1a", "line_1b", "line_1c", "line_1d")

PROTOCOL = pa.schema(
    [
        _field("constituency", pa.int32()),
        _field("precinct", pa.int32()),
        *(_field(name, pa.int64()) for name in PROTOCOL_LINES),
    ],
)
"""The first lines of the protocol: 1 voters, of whom 1a on the list, 1b on the supplementary list,
1c voted with a card, less 1d cards issued. ``precinct`` null: the constituency as a whole; both
null: the nation."""

REMOVAL_REASON = pa.schema([_field("id", _TEXT, known=True), _field("reason", _TEXT, known=True)])
"""Why somebody was taken off the list: ``id`` is an entry of the last list, or a row of the record
of removals."""

CYCLE_CHANGE = pa.schema(
    [
        _field("entry_id", _TEXT),
        _field("old_entry_id", _TEXT),
        _field("change", _WORD, known=True),
        _field("cause", _WORD, known=True),
        _field("reason", _TEXT),
        _field("level", _WORD),
        _field("fields", _WORD),
        _field("constituency", pa.int32()),
        _field("precinct", pa.int32()),
        _field("old_constituency", pa.int32()),
        _field("old_precinct", pa.int32()),
    ],
)
"""One row an entry that is not as it was in the last cycle: ``change`` is added (no
``old_entry_id``), removed (no ``entry_id``; its place is the old one), changed or moved; ``cause``
is ``none`` where nothing explains it; ``reason`` as a record or decision of the removal gives it;
``level`` by what it was found again; ``fields`` that changed, with ``+`` between them."""

CYCLE_SUMMARY = pa.schema(
    [
        _field("constituency", pa.int32()),
        _field("precinct", pa.int32()),
        _field("change", _WORD, known=True),
        _field("cause", _WORD),
        _field("entries", pa.int64(), known=True),
    ],
)
"""Two cycles counted: before, after, added, removed, changed, moved-in, moved-out, by cause; in
every precinct before + added + moved-in = after + removed + moved-out, where every place is known.
"""

REGISTER_USE = pa.schema(
    [
        _field("register", _WORD, known=True),
        _field("measure", _WORD, known=True),
        _field("rows", pa.int64()),
        _field("constituency", pa.int32()),
    ],
)
"""How much of an outside register could be used; ``rows`` is null where no register was given.

``constituency`` null: of all of it; where the list has several constituencies, each has rows of its
own besides."""

COMPARISON = pa.schema(
    [
        _field("constituency", pa.int32(), known=True),
        _field("precinct", pa.int32()),
        _field("measure", _WORD, known=True),
        _field("list", pa.float64()),
        _field("statistic", pa.float64(), known=True),
    ],
)
"""The list beside a number from another body; ``list`` is null where that place handed in no list.
"""

STREET_ROW = pa.schema(
    [
        _field("source", _TEXT, known=True),
        _field("sheet", _TEXT),
        _field("line", pa.int32(), known=True),
        _field("constituency", pa.int32(), known=True),
        _field("precinct", pa.int32(), known=True),
        _field("settlement", _TEXT),
        _field("street_kind", _TEXT),
        _field("street", _TEXT),
        _field("houses", _TEXT),
    ],
)
"""One row of the register of the precincts' streets, as written."""

STREET = pa.schema(
    [
        _field("constituency", pa.int32(), known=True),
        _field("precinct", pa.int32(), known=True),
        _field("settlement", _TEXT),
        _field("street_kind", _TEXT),
        _field("street", _TEXT),
        _field("covers", _WORD, known=True),
        _field("first", pa.int32()),
        _field("last", pa.int32()),
        _field("house", _TEXT),
        _field("source", _TEXT, known=True),
        _field("sheet", _TEXT),
        _field("line", pa.int32(), known=True),
    ],
)
"""What belongs to a precinct, names folded as in VOTER; a row of the register has as many rows here
as it names ranges.

``covers``: all, odd or even houses from ``first`` to ``last`` (both null: of the whole street),
``one``: the house ``house``, ``unread``: houses that could not be read, so they may be any.
``street`` null: the whole settlement."""

TRUTH = pa.schema(
    [
        _field("entry_id", _TEXT, known=True),
        _field("person_id", _TEXT, known=True),
        _field("done", _TEXT),
    ],
)
"""Which entries are one person; ``done`` names what was done to the entry, joined with ``+``."""


@dataclass(frozen=True, slots=True)
class RawSheet:
    """The rows of one sheet, or of one text file, as a reader found them.

    Text only, nothing interpreted.
    """

    name: str | None
    """The sheet's name; None for a file that has no sheets."""
    lines: pa.Array
    """int32: the physical line in the file, or the row in the sheet, counted from 1; one a row."""
    cells: pa.Table
    """Text columns ``c0``, ``c1`` ...; one row a line, every line of the sheet, blank ones too.
    Null where the row ends before the column; an empty string where the cell is there and empty."""
    encoding: str | None = None
    """The encoding of a text file; ``utf-8-damaged`` where single bytes were lost and stand as
    U+FFFD."""
    trouble: AsideCode | None = None
    """The code of why this sheet could not be read while others of its file could."""
    confidence: float = 1.0
    """How sure the encoding is, 0 to 1: 1 where a mark or the rules of the encoding prove it."""
    delimiter: str | None = None
    """The sign that parts the cells of a text file; None where each line is one cell, or cells are
    apart anyway."""
    hidden: bool = False
    """True where the whole sheet is hidden; its rows are read like any other's."""
    hidden_rows: int = 0
    """How many of its rows are hidden; they are read like any other."""
    hidden_columns: int = 0
    """How many of its columns that hold something are hidden, where the format is known to say so
    (XLSX, ODS)."""
    merged: int = 0
    """How many blank cells were given the text of the cell above that they are merged with."""
    formulas_without_value: int = 0
    """How many cells hold a formula that no program has worked out, or an error; they are read as
    empty."""
    unworked: tuple[tuple[int, int], ...] = ()
    """(row counted from 1, column counted from 0) of these cells in XLSX and ODS, where they say
    where they stand."""
    joined_columns: int = 0
    """How many columns beyond the most allowed were joined into the last one."""


@dataclass(frozen=True, slots=True)
class RawFile:
    """One file as a reader found it: its sheets, or the code of why it could not be read."""

    source: str
    """The first 12 hexadecimal digits of the SHA-256 of the content: the same whatever the file is
    called."""
    name: str
    """The path inside the inbox, for people and for the numbers that a name may carry."""
    sheets: tuple[RawSheet, ...] = ()
    trouble: AsideCode | None = None
    copy: int = 0
    """Counts the files of the same content, 0 the first."""
    format: str = ""
    """What the bytes are: text, jsonl, parquet, xlsx, xlsb, xls, ods, zip; empty where that was not
    found out."""
    skipped: tuple[str, ...] = ()
    """The sheets that hold no cells by their kind, charts and macros, by name; nothing of them is
    read."""


@dataclass(frozen=True, slots=True)
class Intake:
    """What came in: the entries, and an account of every row that did not become one."""

    entries: pa.Table
    """ENTRY"""
    lists: pa.Table
    """LIST: the balance of rows, one row a list as handed in."""
    set_aside: pa.Table
    """SET_ASIDE"""
    findings: pa.Table
    """FINDING"""


def empty(schema: pa.Schema) -> pa.Table:
    """A table of this schema with no rows."""
    return schema.empty_table()


_FORMER_NAMES = {"found_by": "match_key", "p_strangers": "p_unrelated"}
"""Columns of tables of version 0.1.0 that have another name since."""


def with_current_names(table: pa.Table) -> pa.Table:
    """The table with the columns of earlier versions under their names of today."""
    names = [_current_name(name) for name in table.column_names]
    return table if names == table.column_names else table.rename_columns(names)


def _current_name(name: str) -> str:
    if name == "rarity" or name.endswith("_rarity"):
        return name.removesuffix("rarity") + "term_frequency"
    return _FORMER_NAMES.get(name, name)


def require(table: pa.Table, schema: pa.Schema, stage: str) -> pa.Table:
    """The table with exactly the schema's columns, in its order and types.

    Raises:
        SchemaError: a column is missing, has another type, or is null where it must be known. The
            message names columns only.
    """
    table = with_current_names(table)
    missing = [name for name in schema.names if name not in table.column_names]
    if missing:
        raise SchemaError(
            f"the table for {stage} lacks the columns {', '.join(missing)}", stage=stage
        )
    columns = []
    for field in schema:
        column = table.column(field.name)
        if column.type != field.type:
            try:
                column = column.cast(field.type)
            except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError):
                # The cause quotes the cell, so it is not chained.
                message = f"the column {field.name} for {stage} is {column.type}, not {field.type}"
                raise SchemaError(message, stage=stage, field=field.name) from None
        if not field.nullable and column.null_count:
            raise SchemaError(
                f"the column {field.name} for {stage} has gaps", stage=stage, field=field.name
            )
        columns.append(column)
    return pa.Table.from_arrays(columns, schema=schema)
