"""Which columns of a table from anywhere are used, as what, and why the others are left."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from functools import cached_property, lru_cache

import pyarrow as pa
import pyarrow.compute as pc

from voterlist.config.sections import AddedComparison
from voterlist.facts.latin import BEHIND_A_NAME
from voterlist.fields import CARRIED, FIELDS, NAMES
from voterlist.ingest.added import known_cells
from voterlist.ingest.content import Shape
from voterlist.ingest.headers import ColumnMap, ColumnMatch, match_header, settle
from voterlist.ingest.text import FIELD_OF, UNUSED, WORDS, fold
from voterlist.model import Profile, frozen
from voterlist.tables import are_distinct

_ENOUGH_ROWS = 20
"""In fewer rows a value that all share may be what makes them one person."""
_LOOKED_AT = 1_000
"""Values of a column that are looked at to tell what it holds."""
_MOST_ALIKE = 0.8
"""The share of cells of one look from which a column is said to look so."""
_MOST_COMPARISONS = 8
_MIDDLE_NAME = "middle_name"
_SUFFIX = "name_suffix"
AGE = "birth_age"
"""The role of a column of ages."""


class Use(StrEnum):
    """What becomes of a column."""

    ID = "id"
    FIELD = "field"
    COMPARISON = "comparison"
    LEFT = "left"


class LeftReason(StrEnum):
    """Why a column is left."""

    GROUP = "group"
    """It names a group of rows, such as a person or a household: the answer, no evidence."""
    ID_REPEATED = "id-repeated"
    """Its header says that it is an id, and its values are not distinct."""
    SECOND = "second"
    """Another column is that field already."""
    BLANK = "blank"
    CONSTANT = "constant"
    """Every row has the same value."""
    NUMBER = "number"
    """It numbers the rows."""
    NOT_COMPARED = "not-compared"
    """It is known, and says nothing of who a person is, or changes with time."""
    NOT_IN_MAP = "not-in-map"
    UNKNOWN = "unknown"
    """Its header says nothing known."""


@frozen
class ColumnUse:
    """One column of a table, and what becomes of it."""

    column: str
    """Its header."""
    use: Use
    name: str | None = None
    """The field or the comparison."""
    kind: str | None = None
    """Of a comparison."""
    reason: LeftReason | None = None
    """Of a column that is left."""
    looks_like: str | None = None
    """Of a column that is left: the field, or the kind of comparison, that it seems to be."""


@frozen
class Choice:
    """What the columns of a table are used as."""

    uses: tuple[ColumnUse, ...]
    """One for each column, in their order."""
    map: ColumnMap
    """The fields."""
    comparisons: tuple[AddedComparison, ...] = ()
    has_distinct_ids: bool = False
    """Whether no value of the column of ids was found to stand twice; a map is not looked at."""

    def only(self, names: frozenset[str]) -> Choice:
        """The choice with no other comparisons than these."""
        left = {
            place
            for place, use in enumerate(self.uses)
            if use.use is Use.COMPARISON and use.name not in names
        }
        kept = tuple(use for use in self.comparisons if use.name in names)
        return replace(self, uses=self._leaving(left), comparisons=kept)

    def without(self, role: str) -> Choice:
        """The choice with the column of a role left."""
        left = {match.column for match in self.map.matches if match.role == role}
        kept = tuple(match for match in self.map.matches if match.column not in left)
        return replace(self, uses=self._leaving(left), map=ColumnMap(kept))

    def _leaving(self, places: set[int]) -> tuple[ColumnUse, ...]:
        """The uses, with these columns left."""
        return tuple(
            _left_column(use.column, LeftReason.NOT_COMPARED)
            if place in places
            else use
            for place, use in enumerate(self.uses)
        )

    def under(self, profile: Profile) -> Choice:
        """The choice under a profile.

        Under ``az`` a middle name is the father's name, where no other column is that, and no name
        has a suffix.
        """
        if profile is Profile.AZ and _SUFFIX in {
            comparison.name for comparison in self.comparisons
        }:
            others = {comparison.name for comparison in self.comparisons} - {_SUFFIX}
            return self.only(frozenset(others)).under(profile)
        middle = [added for added in self.comparisons if added.name == _MIDDLE_NAME]
        if profile is not Profile.AZ or not middle or self.map.columns("patronymic"):
            return self
        (header,) = middle[0].columns
        place = [use.column for use in self.uses].index(header)
        match = ColumnMatch(place, header, "patronymic", 1.0, "known")
        use = ColumnUse(header, Use.FIELD, "patronymic")
        uses = (*self.uses[:place], use, *self.uses[place + 1 :])
        matches = tuple(sorted((*self.map.matches, match), key=lambda m: m.column))
        kept = tuple(added for added in self.comparisons if added not in middle)
        return replace(self, uses=uses, map=ColumnMap(matches), comparisons=kept)


def with_common_comparisons(choices: Sequence[Choice]) -> list[Choice]:
    """The choices of several tables with those comparisons alone that each of them has.

    An age is used only where all have one: of which day it is, nobody knows, so it tells how far
    two births are apart, and not when they were.
    """
    if not all(AGE in choice.map.roles() for choice in choices):
        choices = [choice.without(AGE) for choice in choices]
    names = [
        frozenset(comparison.name for comparison in choice.comparisons)
        for choice in choices
    ]
    common = frozenset.intersection(*names) if names else frozenset()
    return [choice.only(common) for choice in choices]


# --- headers
# --------------------------------------------------------------------------------------

_DECORATIONS = frozenset(WORDS["decorations"])
_REPEATED = re.compile(r" \(\d+\)$")
"""What the reader adds to a header that stands twice."""
_IN_PARTS = frozenset({"surname", "given_name"})
"""Fields whose columns may be numbered: a first and a second given name."""
_INDEX = re.compile(r"c?\d{1,2}")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[a-z]{2})(?=\d)")
"""Where a new word or a number begins without a blank before it."""
_IN_BRACKETS = re.compile(r"\s[(\[].*[)\]]$")
_ID, _GROUP = "entry_id", "group"
_FIELD_OF = {role: field for role, field in FIELD_OF.items() if field not in CARRIED}
"""Role -> field, without those of lists that nobody compares."""
_UNUSED = frozenset(WORDS["phrases"])
_ALWAYS_USED = frozenset({"constituency", "precinct", *NAMES})
"""Fields that tell how others are read: one value in all rows is no reason to leave them."""
_BARE_PARTS = frozenset({"year", "il", "год", "month", "ay", "месяц", "day", "gun"})
"""Parts of some date; of which, the header does not say."""


@frozen
class _Said:
    """What a header says of its column."""

    what: str
    """A role, the name of a comparison, or ``group``."""
    certainty: float = 1.0
    kind: str | None = None
    index: int = 0
    """Of several columns of one name that are numbered: the number."""
    base: str = ""
    """The header without that number."""


def _own_words() -> dict[str, _Said]:
    """The headers of tables from anywhere that say something else in them than in a list."""
    known = {header: _Said(_GROUP) for header in WORDS["groups"]}
    for field in FIELDS.values():
        kind = field.compared_as or None
        known |= dict.fromkeys(field.elsewhere, _Said(field.name, kind=kind))
        if kind or field.name == _ID:
            known |= dict.fromkeys(field.words, _Said(field.name, kind=kind))
    return known


_OWN = _own_words()


@lru_cache(maxsize=4096)
def _header_says(header: str) -> _Said | None:
    """What a header says; None where it says nothing known.

    Tried in turn: the header as it is; without the words and numbers beside it; by its likeness to
    a known one.
    """
    folded = fold(header)
    spread = _CAMEL.sub(" ", _REPEATED.sub("", header))
    words, index = fold(_IN_BRACKETS.sub("", spread)).split(), 0
    if len(words) > 1 and _INDEX.fullmatch(words[-1]):
        index = int(words.pop().lstrip("c"))
    plain = " ".join(word for word in words if word not in _DECORATIONS)
    for text in dict.fromkeys((folded, fold(spread))):
        if said := _OWN.get(text):
            return replace(said, base=text)
    answer = match_header(header)
    # What lists leave may be what a table from anywhere compares: "Phone 2", "Возраст (лет)".
    if answer and answer.how != "similar" and answer.role not in _UNUSED:
        return _Said(answer.role, answer.confidence, index=index, base=plain)
    for text in (" ".join(words), plain):
        if said := _OWN.get(text):
            return replace(said, certainty=0.95, index=index, base=plain)
    undressed = match_header(plain)
    if undressed and undressed.how != "similar":
        return _Said(undressed.role, 0.9, index=index, base=plain)
    if answer and not (answer.how == "similar" and answer.role in _UNUSED):
        return _Said(answer.role, answer.confidence, base=plain)
    return None


def is_needed(header: str, *, numbered: bool = False) -> bool:
    """Whether the cells of a column with this header have to be read.

    ``numbered``: the number of the row in its list is wanted too.
    """
    said = _header_says(header)
    if said is None:
        return True
    unread = {*_UNUSED, _GROUP} if numbered else {*_UNUSED, _GROUP, "number"}
    return said.what not in unread


# --- columns
# --------------------------------------------------------------------------------------


def choose_columns(
    headers: Sequence[str],
    matches: ColumnMap,
    comparisons: Sequence[AddedComparison] = (),
) -> Choice:
    """What a map of columns, and the comparisons that it adds, make of each column."""
    fields = {
        match.column: match.field or match.role
        for match in matches.matches
        if match.role != UNUSED
    }
    added = {
        header: comparison
        for comparison in comparisons
        for header in comparison.columns
    }
    uses = []
    for place, header in enumerate(headers):
        if place in fields:
            uses.append(_field_use(header, fields[place]))
        elif header in added:
            uses.append(_comparison_use(header, added[header]))
        else:
            named = field_named(header)
            uses.append(_left_column(header, LeftReason.NOT_IN_MAP, named))
    return Choice(tuple(uses), matches, tuple(comparisons))


def _left_column(
    header: str, reason: LeftReason, looks_like: str | None = None
) -> ColumnUse:
    return ColumnUse(header, Use.LEFT, reason=reason, looks_like=looks_like)


def _comparison_use(header: str, comparison: AddedComparison) -> ColumnUse:
    return ColumnUse(header, Use.COMPARISON, comparison.name, comparison.kind)


def field_named(header: str) -> str | None:
    """The field or the comparison that a header names; None where it names none."""
    role = field_role(header)
    return None if role is None else _FIELD_OF.get(role, role)


def field_role(header: str) -> str | None:
    """The same with the part of a field in its place: ``birth_age`` for the header ``Age``."""
    said = _header_says(header)
    if said is None or said.what in _UNUSED or said.what == _GROUP:
        return None
    return said.what


def _field_use(header: str, field: str) -> ColumnUse:
    return ColumnUse(header, Use.ID if field == _ID else Use.FIELD, field)


def choose(
    table: pa.Table,
    comparisons: Sequence[AddedComparison] | None = None,
    *,
    alone: bool = True,
    numbered: bool = False,
) -> Choice:
    """What each column is used as, told by the headers and the cells, without a map.

    Args:
        table: columns with any headers; one of the type null was not read.
        comparisons: those that a user added. Their columns are no part of any field, and no
            further comparisons are added then.
        alone: whether the table is all that is linked. Of several, one may have a value for all
            its rows that tells it from the others.
        numbered: whether the number of an entry in its list is used.
    """
    chooser = _Chooser(table, comparisons or (), alone=alone, numbered=numbered)
    return chooser.choice()


class _Chooser:
    """The columns of one table on their way to their uses."""

    def __init__(
        self,
        table: pa.Table,
        given: Sequence[AddedComparison],
        *,
        alone: bool,
        numbered: bool,
    ) -> None:
        self._headers = table.column_names
        self._cells = [_Cells(column) for column in table.columns]
        self._alone = alone
        self._numbered = numbered
        self._given = bool(given)
        self._comparisons = list(given)
        added = {
            header: comparison for comparison in given for header in comparison.columns
        }
        self._uses = {
            place: _comparison_use(header, added[header])
            for place, header in enumerate(self._headers)
            if header in added
        }

    def choice(self) -> Choice:
        """The use of every column."""
        said = {
            place: _header_says(header) if header else None
            for place, header in enumerate(self._headers)
        }
        self._leave_empty(said)
        self._take_id(said)
        matches = self._take_fields(said)
        for place, words in said.items():
            if place not in self._uses:
                self._take_other(place, words)
        self._take_suffixes(matches)
        uses = tuple(self._uses[place] for place in range(len(self._headers)))
        has_ids = any(words.use is Use.ID for words in uses)
        return Choice(uses, matches, tuple(self._comparisons), has_ids)

    def _leave(
        self, place: int, reason: LeftReason, looks_like: str | None = None
    ) -> None:
        self._uses[place] = _left_column(self._headers[place], reason, looks_like)

    def _leave_empty(self, said: Mapping[int, _Said | None]) -> None:
        """Leave the columns without a value, and those with one value for every row.

        Of a field in several columns, such as an address, none is left for its one value while
        another one varies.
        """
        looked_at = {
            place: _field_or_header(place, words)
            for place, words in said.items()
            if place not in self._uses
            and not (words is not None and words.what in {_GROUP, *_UNUSED})
        }
        for place in [at for at in looked_at if self._cells[at].is_blank]:
            self._leave(place, LeftReason.BLANK)
            del looked_at[place]
        if not self._alone:
            return
        varying = {
            field
            for place, field in looked_at.items()
            if not self._cells[place].is_constant
        }
        for place, field in looked_at.items():
            if field not in varying | _ALWAYS_USED:
                self._leave(place, LeftReason.CONSTANT)

    def _take_id(self, said: Mapping[int, _Said | None]) -> None:
        """The first column that is headed as an id and has distinct values.

        A column headed as a group will do where no two of its rows are of one group.
        """
        headed = [place for place in said if self._says(said, place, _ID)]
        grouped = [place for place in said if self._says(said, place, _GROUP)]
        distinct = [at for at in headed if self._cells[at].is_distinct]
        repeated = set(headed).difference(distinct)
        distinct += [
            at
            for at in grouped
            if self._headers[at].lower().endswith("id") and self._cells[at].is_distinct
        ]
        for place in headed:
            reason = LeftReason.SECOND if distinct else LeftReason.ID_REPEATED
            repeats = place in repeated
            self._leave(place, LeftReason.ID_REPEATED if repeats else reason)
        if distinct:
            first = distinct[0]
            self._uses[first] = ColumnUse(self._headers[first], Use.ID, _ID)

    def _says(self, said: Mapping[int, _Said | None], place: int, what: str) -> bool:
        words = said[place]
        return place not in self._uses and words is not None and words.what == what

    def _take_fields(self, said: Mapping[int, _Said | None]) -> ColumnMap:
        """The columns of the fields of an entry."""
        offered = {
            place: words
            for place, words in said.items()
            if place not in self._uses
            and words is not None
            and words.what in _FIELD_OF
            and self._fits(place, words)
        }
        has_date = any(words.what == "birth_date" for words in offered.values())
        # An age is a year of birth where nothing else tells it, and for the linkage alone.
        is_dated = self._numbered or any(
            words.what in {"birth_date", "birth_year"} for words in offered.values()
        )
        offered = {
            place: words
            for place, words in offered.items()
            if not (has_date and fold(self._headers[place]) in _BARE_PARTS)
            and not (is_dated and words.what == AGE)
        }
        # Of numbered parts of one field, such as two given names, the first.
        matches = [
            self._match(place, words)
            for place, words in offered.items()
            if _first_of(place, offered) == place
        ]
        kept = settle(matches)
        parts = {match.column: match.role for match in kept}
        more = [
            replace(self._match(place, words), role=parts[firsts_of])
            for place, words in offered.items()
            if (firsts_of := _first_of(place, offered)) in parts and place not in parts
        ]
        id_match = [
            ColumnMatch(place, use.column, _ID, 1.0, "known")
            for place, use in self._uses.items()
            if use.use is Use.ID
        ]
        every = sorted([*kept, *more, *id_match], key=lambda match: match.column)
        for match in every:
            field = match.field or match.role
            if field == "number" and not self._numbered:
                self._leave(match.column, LeftReason.NUMBER)
            elif field != _ID:
                self._uses[match.column] = _field_use(match.header, field)
        for place, words in offered.items():
            if place not in self._uses:
                self._leave(place, LeftReason.SECOND, _FIELD_OF[words.what])
        return ColumnMap(tuple(every))

    def _match(self, place: int, said: _Said) -> ColumnMatch:
        return ColumnMatch(
            place, self._headers[place], said.what, said.certainty, "known"
        )

    def _fits(self, place: int, said: _Said) -> bool:
        """False for a header that is only like a date's over cells that are none."""
        is_sure = said.certainty >= 0.9
        if is_sure or _FIELD_OF[said.what] != "birth_date":
            return True
        shape = self._cells[place].shape()
        return max(shape["date"], shape["year"], shape["plain-date"]) >= _MOST_ALIKE

    def _take_other(self, place: int, said: _Said | None) -> None:
        """A column that is no field: a comparison, or left with its reason."""
        if said is None:
            self._leave(place, LeftReason.UNKNOWN, self._cells[place].looks_like())
        elif said.what in _FIELD_OF:
            self._leave(place, LeftReason.NOT_COMPARED, self._cells[place].looks_like())
        elif said.what == _GROUP:
            self._leave(place, LeftReason.GROUP)
        elif said.kind is None or said.what in _UNUSED:
            self._leave(place, LeftReason.NOT_COMPARED)
        elif self._given:
            self._leave(place, LeftReason.NOT_IN_MAP, said.what)
        elif not self._may_compare(place, said):
            self._leave(place, LeftReason.SECOND, said.what)
        else:
            header = self._headers[place]
            blocks = "blocking" in FIELDS[said.what].uses
            added = AddedComparison(said.what, (header,), said.kind, blocks)
            self._comparisons.append(added)
            self._uses[place] = _comparison_use(header, added)

    def _take_suffixes(self, fields: ColumnMap) -> None:
        """Compare the suffixes that stand in a column of their own, behind the name, or in both."""
        if self._given or self._numbered:
            return
        names = [
            place
            for field in ("surname", "full_name")
            for place in fields.columns(field)[-1:]
            if self._cells[place].has_suffix
        ]
        own = [
            comparison for comparison in self._comparisons if comparison.name == _SUFFIX
        ]
        headers = [self._headers[place] for place in names]
        headers += [header for comparison in own for header in comparison.columns]
        if names and len(self._comparisons) - len(own) < _MOST_COMPARISONS:
            others = [
                comparison for comparison in self._comparisons if comparison not in own
            ]
            added = AddedComparison(
                _SUFFIX, tuple(headers), FIELDS[_SUFFIX].compared_as
            )
            self._comparisons = [*others, added]

    def _may_compare(self, place: int, said: _Said) -> bool:
        names = {comparison.name for comparison in self._comparisons}
        is_one = self._headers.count(self._headers[place]) == 1
        return said.what not in names and is_one and len(names) < _MOST_COMPARISONS


def _field_or_header(place: int, said: _Said | None) -> str:
    """The field of which a column is a part; of any other column a name of its own."""
    own = f"column {place}"
    return own if said is None else _FIELD_OF.get(said.what, own)


def _first_of(place: int, offered: Mapping[int, _Said]) -> int:
    """The first of the columns of which this one is a numbered part; itself where it is none."""
    words = offered[place]
    if not words.index or words.what not in _IN_PARTS:
        return place
    parts = [
        at
        for at, other in offered.items()
        if other.what == words.what and other.base == words.base
    ]
    return min(parts, key=lambda at: (offered[at].index, at))


# --- cells
# --------------------------------------------------------------------------------------

_LOOKS = {
    "email": ("email",),
    "date": ("date", "plain-date"),
    "phone": ("phone",),
}
"""The kind of a comparison -> the shapes of ``shapes.Shape`` that suggest it."""


class _Cells:
    """The cells of one column; of a long one no more is read than the answer needs."""

    def __init__(self, column: pa.ChunkedArray) -> None:
        self._column = column
        self._head = (
            pa.array([], pa.string())
            if self._is_unread
            # As text: of an encoded column every distinct value would be cleaned.
            else known_cells(column.slice(0, _LOOKED_AT).cast(pa.string()))
        )

    @property
    def _is_unread(self) -> bool:
        return bool(pa.types.is_null(self._column.type))

    @cached_property
    def _every(self) -> pa.Array:
        return known_cells(self._column).cast(pa.string())

    @property
    def is_blank(self) -> bool:
        """True where no row has a value; an empty table and an unread column say nothing."""
        head = self._head
        if not len(head) or head.null_count < len(head):
            return False
        return bool(self._every.null_count == len(self._every))

    @property
    def is_constant(self) -> bool:
        """True where each row of enough has the same value."""
        head = self._head
        if len(head) < _ENOUGH_ROWS or head.null_count or len(pc.unique(head)) > 1:
            return False
        return bool(not self._every.null_count and len(pc.unique(self._every)) == 1)

    @property
    def is_distinct(self) -> bool:
        """True where no value stands twice; a blank is no value, and no row no repeated one."""
        known = self._head.drop_null()
        if not len(self._column):
            return True
        if not len(known) or len(pc.unique(known)) < len(known):
            return False
        known = self._every.drop_null()
        return are_distinct(known)

    @property
    def has_suffix(self) -> bool:
        """True where one of the first names has a suffix behind it: Jr, III."""
        found = pc.match_substring_regex(self._head, BEHIND_A_NAME)
        return bool(pc.any(found).as_py())

    def shape(self) -> Shape:
        """The look of the first cells; of those further down where these are blank."""
        known = self._head.drop_null()
        if not len(known) and len(self._head):
            known = self._every.drop_null().slice(0, _LOOKED_AT)
        return Shape(pc.unique(known))

    def looks_like(self) -> str | None:
        """The kind of comparison that the cells suggest; None where they suggest none."""
        shape = self.shape()
        if not shape.enough:
            return None
        for kind, names in _LOOKS.items():
            if max(shape[name] for name in names) >= _MOST_ALIKE:
                return kind
        return None
