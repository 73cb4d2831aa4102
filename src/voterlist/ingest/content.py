"""What cells look like, what they say of the headings above, and what columns without any are."""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

import pyarrow as pa

from voterlist.arrays import Longs
from voterlist.fields import FIELDS, HASHED, NAMES
from voterlist.ingest.headers import ColumnMap, ColumnMatch, match_header
from voterlist.ingest.text import (
    FIELD_OF,
    NO_HOME,
    OF_A_HOME,
    OF_ACTUAL,
    OF_NOBODY,
    OF_OTHERS,
    OF_REGISTERED,
    UNUSED,
    WORDS,
    fold,
    without_times,
)
from voterlist.tables import is_known

# What the cells of a column look like.
#
# Shares of dates, identifiers, names. No cell leaves here, only shares.

ENOUGH = 5
"""Fewer filled cells than this prove nothing of a column."""
_LEAST_HALF = 3
"""So many entries whose cell stands in a second column of one heading are no slips."""
_SAMPLE = 200
_LONGEST = 200
"""Characters of a cell that are looked at."""
_NOTHING = re.compile(
    r"[\W_]*|[x*]+|yox(?:dur)?|m[əe]lum deyil|нет|неизвестно|none|unknown|n/a",
    re.IGNORECASE,
)
"""Cells that stand for no value; what a normaliser makes of them is its own matter."""
_LETTER = r"[^\W\d_]"
SURNAME = (
    rf"(?:{_LETTER}{{2,}}(?:[oe]va?|zad[eəǝä]h?|sk[iı]y?|skaya)|{_LETTER}{{3,}}l[ıiuü]"
    rf"|{_LETTER}{{2,}}(?:[оеё]ва?|зад[еә]|ски[йя]|ская)|{_LETTER}{{3,}}л[ыиуү])"
)
"""A word with the ending of a surname, in lower case."""
PARTICLE = r"o[ğgq]h?l[uyıi]|[qgk][ıiy]z[ıiy]|оглы|о[ғг]лу|[кгқ][ыи]з[ыи]"
"""What stands behind the name of a father, in lower case."""
_WORDS = rf"(?:{_LETTER}|[\u0300-\u036f'’`.\-, ()])*"
_BORN = r"(?:19\d\d|200\d)"
"""A year in which a voter may be born: lists are signed, and papers issued, in later ones."""
_COMPACT = (
    rf"(?:(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2]){_BORN}"
    rf"|{_BORN}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))$"
)
_DATE = (
    r"(?:\d{1,2}[./\- ]\d{1,2}[./\- ]\d{2,4}|\d{4}[./\-]\d{1,2}[./\-]\d{1,2}"
    rf"|\d{{1,2}}[ .]{_LETTER}{{3,9}}[ .]+\d{{4}})"
)
_STREET = (
    r".*(?:k[üu][çc]|\bpr\.|prospekt|\bev\b|m[əe]nz|bina"
    r"|улиц|\bул\b|дом|\bд\.|\bкв\b|квартира|к[үу]ч|street"
    r"|house|flat|road|avenue|\bm(?:i)?kr|massiv|\bмкр|микрор|d[öo]ng[əe]|k[əe]nd|q[əe]s[əe]b|[şs][əe]h[əe]r|село|\bпос\b)"
)
_HOME = r"(?!.*sayl[ıi] (?!ev|bina|m[əe]n|blok|k[üu][çc]|yataqx))"
"""No school, hospital or polling station."""
_PATTERNS: dict[str, re.Pattern[str]] = {
    name: re.compile(pattern)
    for name, pattern in {
        "digit": r".*\d",
        "date": _DATE,
        "plain-date": r"(?:(?:1[5-9]|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))$",
        "birth": (
            rf"(?:{_LETTER}\D*[,;] *)?"
            rf"(?:\d{{1,2}}[./\- ](?:\d{{1,2}}|{_LETTER}{{3,9}})[./\- ]+(?:{_BORN}|[03-9]\d)"
            rf"|{_BORN}[./\-]\d{{1,2}}[./\-]\d{{1,2}})(?!\d)|{_COMPACT}"
        ),
        "birth-year": rf"{_BORN}(?: ?(?:г|il|г\.|-ci il))?\.?$",
        "email": r"[^@\s]+@[^@\s]+\.[^@\s.]+$",
        # With a sign of a telephone number: a number alone may count anything.
        "phone": (
            r"(?=(?:\D*\d){7,15}\D*$)"
            r"(?:\+|00|\(?0)?\d*[\d() ./\-]*[() .+/\-][\d() ./\-]*$|(?:\+|00)\d{7,15}$"
        ),
        "early": r".*(?:19[0-6]\d|[./\- ][3-6]\d$)",
        "year": r"(?:18[89]|19\d|20[0-4])\d(?: ?(?:г|il|г\.|-ci il))?\.?$",
        "count": r"(?:1[6-9]|[2-9]\d|10\d|[1-3]\d{4})(?:\.0+)?(?: ?(?:yaş\w*|лет|года?))?\.?$",
        "far-house": r"(?:1[3-9]|[2-9]\d|\d{3})\b|\d+[a-zа-я/\-]",
        "house": r"\d{1,3}[a-zа-я]?(?:[/\-]\d{1,3}[a-zа-я]?)*(?: \d{1,3})?$",
        "long-fin": rf"(?=.*\d)(?=.*{_LETTER})[0-9a-zа-я]{{7,8}}$",
        "fin": rf"(?=.*\d)(?=.*{_LETTER})[0-9a-zа-я]{{7}}$",
        "document": rf"(?:{_LETTER}{{2,3}}[ №.\-]*\d{{7,9}}|(?!{_COMPACT})\d{{8}})$",
        "series": r"(?:a[aez]e?|[dm]y[iı]|а[аз]е?)[ №.\-]*\d{7,9}$",
        "sex": (
            r"(?:[kqmfeкгмж]|ki[sş]i|qad[ıi]n|муж[а-я]*|жен[а-я]*"
            r"|male|female|man|woman|киши|гадын)\.?$"
        ),
        "woman": r"(?:[qfж]|qad[ıi]n|жен[а-я]*|female|woman|гадын)\.?$",
        "words": rf"(?=.*{_LETTER}{{2}}){_WORDS}$",
        "several": rf"(?=.*{_LETTER}{{2,}}[., ]+{_LETTER}){_WORDS}$",
        "surname": rf".*{SURNAME}(?:$|[ ,])",
        "patronymic": (
            rf"(?:.*[ ,\w])?(?:{PARTICLE})(?:$|[ ,.])"
            rf"|.*{_LETTER}{{2,}}(?:[oe]vi[çc]h?|[oe]vna|[ое]вич|[ое]вна)(?:$|[ ,])"
        ),
        "street": _STREET,
        "dwelling": rf"(?=.*\d){_HOME}{_STREET}",
        "address": rf"(?!{_DATE}){_HOME}(?:{_STREET}|\D*{_LETTER}{{2}}\D*[ ,.]\d)",
    }.items()
}
"""In lower case, from the beginning of the cell. Compiled once: the sheets are many, their samples
small."""
_YEAR = re.compile(r"(?:18[89]|19\d|20[0-4])\d")


class Shape:
    """One column's cells; ``shape[kind]`` is the share (0 to 1) of filled cells of that kind.

    Kinds are the keys of ``_PATTERNS``, and ``running``: whole numbers that mostly count up by one.
    """

    def __init__(self, cells: pa.Array) -> None:
        texts = (
            text[:_LONGEST].replace("İ", "i").lower()
            for text in cells.drop_null().to_pylist()
        )
        self._cells = [text for text in texts if not _NOTHING.fullmatch(text)]
        self._shares: dict[str, float] = {}

    @property
    def filled(self) -> int:
        """Cells that say something."""
        return len(self._cells)

    @property
    def enough(self) -> bool:
        """True where so many cells are filled that their look proves something."""
        return self.filled >= ENOUGH

    def __getitem__(self, kind: str) -> float:
        if kind not in self._shares:
            self._shares[kind] = self._share(kind) if self.filled else 0.0
        return self._shares[kind]

    def _share(self, kind: str) -> float:
        if kind == "running":
            return _running(self._cells)
        match = _PATTERNS[kind].match
        return sum(match(text) is not None for text in self._cells) / self.filled

    def shares(self, other: Shape) -> bool:
        """True where a fourth of the cells, and enough of them, stand in another column too."""
        same = sum(map({*other._cells}.__contains__, self._cells))
        return same >= max(ENOUGH, self.filled / 4)

    def median_year(self) -> float:
        """The middle of the years that stand in the cells; infinity where none does."""
        years = [int(match[0]) for text in self._cells if (match := _YEAR.search(text))]
        return statistics.median(years) if years else float("inf")


def _running(cells: Sequence[str]) -> float:
    """The share of steps from one whole number to the next one that are a step of one."""
    numbers = [
        int(text)
        for cell in cells
        if re.fullmatch(r"[0-9]{1,6}", text := cell.rstrip("."))
    ]
    if len(numbers) < max(2, 0.9 * len(cells)):
        return 0.0
    return sum(after - before == 1 for before, after in pairwise(numbers)) / (
        len(numbers) - 1
    )


def shapes(cells: Sequence[pa.Array], rows: Longs, most: int = _SAMPLE) -> list[Shape]:
    """The look of each column in these rows.

    Of many rows an unbroken stretch from the middle is taken.
    """
    if len(rows) > most:
        start = (len(rows) - most) // 2
        rows = rows[start : start + most]
    taken = pa.array(rows, pa.int64())
    return [Shape(column.take(taken)) for column in cells]


_BARE_YEARS = {"il", "ili", "год", "year"}
"""Headings of a year, without a word of which."""
_HALVED = 0.5
"""The confidence left to a header whose column holds something else."""
_MOST = 0.9
"""No column is surer than this by its cells alone."""
_CONFIRMED = 0.15
"""The confidence that cells of the right form add to a header."""
_SURNAMES = {"surname", "full_name"}
"""The roles of which every list has one."""
_MOSTLY = 0.5
"""A column is one of single words where more of its cells are."""
_OF_A_LIST = {"number", "birth_date", "birth_year", "fin", "document", "address"}
"""Roles that a list has once."""


def confirm_columns(columns: ColumnMap, shapes: Sequence[Shape]) -> ColumnMap:
    """The same map with each match weighed again by what the cells of its column hold.

    A likeness of headers too weak to be believed alone stays only where the cells confirm it, or
    where without it no column of a name would be known. Pinned columns are as a person wants them.
    """
    weighed = (
        match
        if match.how == "pinned" or match.field is None
        else _weighed(match, shapes[match.column], columns.matches)
        for match in columns.matches
    )
    kept = _of_one_home([match for match in weighed if match is not None], shapes)
    roles = _doubtful_names(kept, shapes)
    return _halved(kept, {match.column for match in kept if match.role in roles})


def _weighed(
    match: ColumnMatch, shape: Shape, matches: Sequence[ColumnMatch]
) -> ColumnMatch | None:
    """The match weighed by its cells, beside the others; None where it is not to be believed."""
    verdict, heading = _verdict(match.role, shape), fold(match.header)
    firm = {other.role for other in matches if not other.weak}
    is_hinted = _has_hint(match.role, heading)
    if match.how == "similar" and OF_OTHERS.match(heading):
        known = {other.field for other in matches if other.how == "known"}
        of_nobody = NO_HOME if match.field == "address" else OF_NOBODY
        is_nobodys = match.field in known or of_nobody.search(heading)
        if is_nobodys or verdict != 1 or not is_hinted:
            return None
    only_name = match.role in _SURNAMES and not firm & _SURNAMES
    is_wordy = match.role == "flat" and shape.enough and not shape["digit"]
    if is_wordy or (match.weak and not (is_hinted and (verdict == 1 or only_name))):
        return None
    # Of what a bare year is, it does not say; and few voters of a list are so young.
    is_bare = heading in _BARE_YEARS and verdict == 1 and "birth_day" not in firm
    is_late = is_bare and shape["early"] < _LEAST_OLD
    if is_late and "birth_date" in firm:
        return None
    if is_late or verdict == -1 or without_times(heading):
        return match.with_confidence(match.confidence * _HALVED)
    if verdict == 1 and match.confidence < _MOST:
        return match.with_confidence(min(_MOST, match.confidence + _CONFIRMED))
    return match


def _of_one_home(
    matches: Sequence[ColumnMatch], shapes: Sequence[Shape]
) -> list[ColumnMatch]:
    """The matches without whole addresses beside that at which the voter is registered.

    Of several the one whose heading says so, else the first that is not where somebody really is;
    all where some voters have none there. Beside a street and a house the latter is another one.
    """
    whole = [
        match
        for match in matches
        if match.role == "address" and shapes[match.column]["dwelling"] >= _MOSTLY
    ]
    real = {match.column for match in whole if OF_ACTUAL.search(fold(match.header))}
    others = real
    if not {"street", "house"} <= {match.role for match in matches}:
        lasting = [match for match in whole if match.column not in real]
        said = (
            match
            for word in (OF_REGISTERED, OF_A_HOME)
            for match in lasting
            if word.search(fold(match.header))
        )
        own = next(said, next(iter(lasting), None))
        headings = {fold(match.header) for match in whole}
        least = max(shape.filled for shape in shapes) - _LEAST_HALF
        is_apart = (
            own is not None
            and len(headings) == len(whole)
            and shapes[own.column].filled > least
        )
        others = {match.column for match in whole if is_apart and match is not own}
    return [
        match
        for match in matches
        if match.column not in others or match.how == "pinned"
    ]


def _halved(matches: Sequence[ColumnMatch], doubtful: set[int]) -> ColumnMap:
    """These matches with half of the confidence in those of doubtful columns."""
    return ColumnMap(
        tuple(
            match.with_confidence(match.confidence * _HALVED)
            if match.column in doubtful
            else match
            for match in matches
        )
    )


def doubt_halves(
    columns: ColumnMap,
    claims: Sequence[ColumnMatch],
    cells: Sequence[pa.Array],
    rows: Longs,
) -> ColumnMap:
    """The same map with less confidence in a column whose blanks another of its heading fills.

    ``claims`` are what each heading says on its own, ``rows`` those of the entries.
    """
    used = {match.column for match in columns.matches}
    doubtful = set()
    for match in columns.matches:
        for other in claims:
            if other.role == match.role in HASHED and other.column not in used:
                one, two = (is_known(cells[at.column])[rows] for at in (match, other))
                if (~one & two).sum() >= _LEAST_HALF and match.how != "pinned":
                    doubtful.add(match.column)
    return _halved(columns.matches, doubtful)


def _verdict(role: str, shape: Shape) -> int:
    """1: the cells are what the role says; -1: they are something else; 0: they prove nothing."""
    if not shape.enough:
        return 0
    if role in NAMES:
        return _verdict_of_name(role, shape)
    if role not in _LOOKS:
        return 0
    kinds, least, others = _LOOKS[role]
    if sum(shape[kind] for kind in kinds) >= least:
        return 1
    return -1 if any(shape[kind] > most for kind, most in others.items()) else 0


_BIRTHS = (("date", "year"), 0.8, {"words": 0.6})
_HOMES = (("house",), 0.5, {"sex": 0.8, "phone": 0.5})
_LOOKS: dict[str, tuple[tuple[str, ...], float, dict[str, float]]] = {
    "birth_date": _BIRTHS,
    "birth_year": _BIRTHS,
    "fin": (("fin",), 0.6, {"words": 0.6, "date": 0.6}),
    "document": (("document",), 0.6, {"words": 0.6, "date": 0.6}),
    "sex": (("sex",), 0.8, {"date": 0.5, "several": 0.5}),
    "address": (("street",), 0.5, {"date": 0.6, "sex": 0.8}),
    "house": _HOMES,
    "flat": _HOMES,
}
"""For each role: the kinds of its cells, and the share of them from which these are surely of it;
the shares of other kinds above which they surely are not."""


def _verdict_of_name(role: str, shape: Shape) -> int:
    """The same for a part of a name."""
    if shape["digit"] > 0.5 or shape["sex"] > 0.9:
        return -1
    if role == "surname":
        is_it = shape["surname"] >= 0.5 and shape["words"] >= 0.8
    elif role == "full_name":
        is_it = shape["several"] >= 0.8
    elif role == "patronymic":
        is_it = shape["patronymic"] >= 0.5
    else:
        has_endings = shape["surname"] >= 0.2 or shape["patronymic"] >= 0.5
        is_it = shape["words"] >= 0.9 and not has_endings
    return 1 if is_it else 0


def _doubtful_names(
    matches: Sequence[ColumnMatch], shapes: Sequence[Shape]
) -> set[str]:
    """The roles of names that are less sure than their headers say.

    Surname and given name where the endings of surnames stand under the other header. A name of
    one word without its other part anywhere: the column of that was not understood.
    """
    at = {
        match.role: shapes[match.column] for match in matches if match.how != "pinned"
    }
    if {"surname", "given_name"} <= set(at):
        surname, given = at["surname"], at["given_name"]
        enough = surname.enough and given.enough
        exchanged = surname["surname"] < 0.15 and given["surname"] > 0.6
        is_doubtful = enough and exchanged and given["several"] <= 0.5
        return {"surname", "given_name"} if is_doubtful else set()
    names = {match.role for match in matches} & {"surname", "given_name", "full_name"}
    if len(names) != 1:
        return set()
    return {
        role
        for role, shape in at.items()
        if role in names and shape["words"] - shape["several"] > _MOSTLY
    }


def is_side_by_side(matches: Sequence[ColumnMatch]) -> bool:
    """True where two lists stand side by side in one sheet.

    Two columns of names alone are one list in two scripts.
    """
    roles = [
        match.role
        for match in matches
        if match.how != "pinned" and match.confidence >= 0.9
    ]
    twice = {role for role in roles if roles.count(role) > 1}
    return bool(twice & _SURNAMES) and bool(twice & _OF_A_LIST)


def is_person_like(shapes: Sequence[Shape]) -> bool:
    """True where some column may hold people: then a sheet without a header is no mere note.

    It has at least two cells, and the signs of people in some of them.
    """
    return any(
        shape.filled >= 2
        and (
            shape["surname"] >= 0.3 or shape["patronymic"] >= 0.2 or shape["fin"] >= 0.3
        )
        for shape in shapes
    )


def by_content(shapes: Sequence[Shape]) -> ColumnMap:
    """The fields of columns without a header, judged by their cells; empty without a name column.

    Dates, FIN, documents and sex by their form; surnames by their endings, patronymics by their
    particles, the given name by its place between or beside them. Never surer than 0.9, and less
    sure the fewer rows there are.
    """
    columns = _names(shapes)
    if not columns:
        return ColumnMap(())
    if "surname" in columns and "given_name" not in columns:
        # A surname alone is no voter: something beside it was not understood.
        column, _ = columns["surname"]
        columns["surname"] = (column, _HALVED)
    return ColumnMap(tuple(_told(shapes, columns)))


def with_untold(
    columns: ColumnMap, shapes: Sequence[Shape], headings: Sequence[str | None]
) -> ColumnMap:
    """The same map with the columns that their cells tell, of fields that no heading tells.

    Half as sure where they may be something else, and where a heading without a word of the field
    stands above what other things look like. A blank column, one of ages and FINs under the heading
    of documents are told likewise; one whose heading has a word of something else is not.
    """
    has_births = any(
        match.field == "birth_date" and shapes[match.column].filled
        for match in columns.matches
    )
    free = {
        match
        for match in columns.matches
        if match.how != "pinned"
        and (
            not shapes[match.column].filled
            or (match.weak and match.field is None)
            or (match.role == "document" and shapes[match.column]["fin"] >= _SURE_FIN)
            or (fold(match.header) in FIELDS["age"].words and not has_births)
        )
    }
    others = [
        ColumnMatch(at, heading, UNUSED, 1.0, "known")
        for at, heading in enumerate(headings)
        if heading and OF_OTHERS.match(fold(heading))
    ]
    headed = [match for match in columns.matches if match not in free]
    found = _told(shapes, {}, [*headed, *others])
    places = {match.column for match in found}
    kept = (match for match in columns.matches if match.column not in places)
    before_flats = {match.column - 1 for match in headed if match.role == "flat"}
    doubtful = {
        match.column
        for match in found
        if (heading := headings[match.column])
        and not _has_hint(match.role, fold(heading))
    }
    if not {"patronymic", "full_name"} & {match.role for match in (*headed, *found)}:
        taken = places | {match.column for match in (*headed, *others)}
        found += _fathers(shapes, headed, taken)
    found += _under_others(shapes, others, {match.field for match in (*headed, *found)})
    return _halved((*kept, *found), doubtful - before_flats)


_HINTS: dict[str, str] = WORDS["hints"]
"""Words of fields of which cells alone prove nothing: other things look like them."""


def _has_hint(role: str, heading: str) -> bool:
    """True where a heading, folded, has a word of this role, or none is known."""
    return re.search(_HINTS.get(role, ""), heading) is not None


def _fathers(
    shapes: Sequence[Shape], headed: Sequence[ColumnMatch], taken: set[int]
) -> list[ColumnMatch]:
    """The columns that may be of fathers without a particle: the voters' own names are theirs."""
    given = [shapes[match.column] for match in headed if match.role == "given_name"]
    return [
        ColumnMatch(at, "", "patronymic", _HALVED, "content")
        for at, shape in enumerate(shapes)
        if at not in taken and any(map(shape.shares, given))
    ]


def _under_others(
    shapes: Sequence[Shape], others: Sequence[ColumnMatch], known: set[str | None]
) -> Iterator[ColumnMatch]:
    """The columns that may be of a field that no other one is of, under headings of something else.

    Two values stand in them by their heading, or addresses by their cells.
    """
    for match in others:
        heading, shape = fold(match.header), shapes[match.column]
        role = UNUSED
        if answer := match_header(without_times(heading) or ""):
            role = answer.role
        elif shape["dwelling"] >= _MOSTLY and not NO_HOME.search(heading):
            role = "address"
        if shape.enough and FIELD_OF.get(role) not in {None, *known}:
            yield replace(match, role=role, confidence=_HALVED, how="content")


_Columns = dict[str, tuple[int, float]]
"""Of each role: its column, and how sure that is (0 to 1)."""
_SURE_FIN = 0.7
_LOOKED_FOR = (
    ("patronymic", "patronymic", 0.5, "patronymic", 0.5, "full_name"),
    ("fin", "long-fin", 0.5, "fin", _SURE_FIN, ""),
    ("document", "document", 0.6, "series", 0.6, "document_number"),
    ("sex", "sex", 0.9, "sex", 0.9, ""),
    ("birth_date", "birth", 0.5, "birth", 0.9, "birth_year"),
    ("birth_year", "birth-year", 0.8, "birth-year", 0.97, "birth_date"),
    # Ages, or days as spreadsheets count them.
    ("birth_date", "count", 0.97, "birth", 0.9, "birth_year"),
    ("number", "running", 0.8, "running", 0.8, ""),
    ("address", "address", 0.5, "dwelling", 0.7, "street"),
    ("house", "house", 0.9, "house", 0.9, ""),
)
"""A role; what its cells look like, and the share of them from which a column may be its own; the
same of what no other column looks like; another role that says as much."""
_ASKED = {"birth_date", "birth_year", "address"}
"""Roles that the law asks of every entry: what may be one is asked about, what may be another is
left out."""
_LEAST_OLD = 0.1
"""So many voters of a list were born before 1970; of the dates of hiring fewer are so early."""
_LEAST_FAR = 0.2
"""So many numbers of houses are above 12, or have a letter; few families are so large."""
_LEAST_FILLED = 0.1
"""A column of fewer rows than this share is one of remarks."""


def _told(
    shapes: Sequence[Shape], columns: _Columns, headed: Sequence[ColumnMatch] = ()
) -> list[ColumnMatch]:
    """The columns of these names, and of the roles that neither they nor a heading are of.

    Each column has one role. Of several for one the first of those that have most of its cells is
    taken, of births the one whose years are ten years earlier than those of the next.
    """
    filled = [at for at, shape in enumerate(shapes) if shape.filled]
    rows = max((shapes[at].filled for at in filled), default=0)
    sure = 1 - 1 / (rows + 2)
    place = {match.role: match.column for match in headed}
    taken = {match.column for match in headed}
    place |= {role: at for role, (at, _) in columns.items()}
    if "house" in place and shapes[place["house"]]["house"] < _MOSTLY:
        # A whole address stands under the heading of houses.
        place["street"] = place["house"]
    for role, look, least, surely, share, instead in _LOOKED_FOR:
        streets = {place.get("street"), place.get("address")}
        free = [
            at
            for before, at in pairwise([-1, *filled])
            if at not in taken | {*place.values()}
            and shapes[at].filled >= max(2, _LEAST_FILLED * rows)
            and shapes[at][look] >= least
            and (role in _ASKED or not headed or shapes[at][surely] >= share)
            and _fits(
                role,
                shapes[at],
                shapes[before] if before in streets else None,
                is_headed=bool(headed),
            )
        ]
        if not free or {role, instead} & place.keys():
            continue
        is_birth = look == "birth"
        order = {
            at: shapes[at].median_year() if is_birth else -shapes[at][look]
            for at in free
        }
        at, *others = sorted(free, key=order.__getitem__)
        is_sure = not headed or shapes[at][surely] >= share
        if headed and role in {"birth_date", "birth_year"}:
            is_sure &= shapes[at]["early"] >= _LEAST_OLD
        if is_birth and others:
            is_sure &= order[others[0]] - order[at] >= 10
        likely = 0.6 + 0.4 * shapes[at][look]
        columns[role] = at, likely if is_sure else likely * _HALVED
        place[role] = at
    return [
        ColumnMatch(at, "", role, round(min(_MOST, share * sure), 3), "content")
        for role, (at, share) in sorted(columns.items(), key=lambda item: item[1][0])
    ]


def _fits(role: str, shape: Shape, street: Shape | None, *, is_headed: bool) -> bool:
    """True where a column has what is asked of the columns of this role alone.

    Args:
        role: the role.
        shape: what the cells of the column look like.
        street: those of the column before it, where that is the street.
        is_headed: whether the list has headings.
    """
    if role == "sex":
        # A sign that all rows have may say something else.
        return not is_headed or shape["woman"] > 0
    if role == "patronymic":
        # With a surname it is somebody else: who is the head of the family, or teaches.
        return shape["surname"] < _MOSTLY
    if role == "house":
        is_behind_street = street is not None and street["digit"] < _MOSTLY
        return is_behind_street and shape["far-house"] >= _LEAST_FAR
    return True


def _names(shapes: Sequence[Shape]) -> _Columns:
    """The columns of the name: one of whole names, or a surname's with its neighbours."""
    texts = []
    whole = {}
    endings = {}
    for at, shape in enumerate(shapes):
        if shape.filled < 2 or not shape["words"] >= 0.8 > shape["sex"]:
            continue
        texts.append(at)
        if shape["several"] >= 0.7 and shape["surname"] >= 0.3:
            whole[at] = max(shape["surname"], shape["patronymic"])
        if shape["surname"] >= 0.5 > shape["patronymic"]:
            endings[at] = shape["surname"]
    if whole:
        column = max(whole, key=lambda at: (whole[at], -at))
        return {"full_name": (column, 0.55 + 0.4 * whole[column])}
    if not endings:
        return {}
    surname = max(endings, key=lambda at: (endings[at], -at))
    columns = {"surname": (surname, 0.6 + 0.4 * endings[surname])}
    without_endings = [at for at in texts if at not in endings]
    return columns | _beside(surname, without_endings, shapes)


def _beside(surname: int, texts: list[int], shapes: Sequence[Shape]) -> _Columns:
    """Given name and patronymic among the columns of words beside the surname's."""
    filled = [at for at, shape in enumerate(shapes) if shape.filled]
    beside = _neighbours(surname, texts, filled)
    given = [at for at in beside if shapes[at]["patronymic"] < _MOSTLY]
    if len(beside) - len(given) == 1:
        # The father is told by his particle.
        return {"given_name": (given[0], 0.95)} if len(given) == 1 else {}
    if len(beside) == 1:
        return {"given_name": (beside[0], 0.85)}
    if len(beside) == 2 and filled.index(beside[1]) - filled.index(beside[0]) == 1:
        # Neither has a particle: by custom the given name stands first.
        return {"given_name": (beside[0], 0.8), "patronymic": (beside[1], 0.8)}
    if beside:
        return {"given_name": (beside[0], 0.5)}
    return {}


def _neighbours(surname: int, texts: list[int], filled: list[int]) -> list[int]:
    """The columns of words next to the surname's: those on its right, else those on its left.

    ``filled``: the columns that are not blank.
    """
    at = filled.index(surname)
    right = [column for column in filled[at + 1 : at + 3] if column in texts]
    left = [column for column in filled[max(0, at - 2) : at] if column in texts]
    if right[:1] == filled[at + 1 : at + 2]:
        if left and len(right) == 1:
            # Given name, surname, father's name, or something else on one side: only the particle
            # can tell.
            return sorted(left[-1:] + right)
        return right
    return left if left[-1:] == filled[max(0, at - 1) : at] else []
