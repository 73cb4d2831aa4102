"""What each row of a sheet is.

An entry, or one of the rows around the entries, each with its code.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.arrays import Bools, Longs
from voterlist.fields import NAME_PARTS
from voterlist.ingest.content import ENOUGH
from voterlist.ingest.headers import ColumnMap
from voterlist.ingest.heading import Header, any_match, filled_cells, same_cells
from voterlist.ingest.persons import (
    ALONE,
    PARTICLE,
    adds_person,
    are_apart,
    are_in_lines,
    has_signs,
    hides_voter,
    holds_person,
    is_beside_total,
    is_of_two,
    may_be_another,
    may_be_variants,
    names_child,
    names_kin,
)
from voterlist.ingest.place import NOWHERE, title_place
from voterlist.ingest.text import OF_THINGS, fold
from voterlist.model import AsideCode, frozen
from voterlist.schemas import RawSheet
from voterlist.tables import (
    by_key,
    fits,
    fits_each,
    is_known,
    join_text,
    map_unique,
    mask_of,
)

ENTRY_ROW = -1
"""The code of a row that is an entry."""
CODES = tuple(AsideCode)
_NUMBER = {code: number for number, code in enumerate(CODES)}
_MOST_TITLE_CELLS = 4
_OF_A_VOTER = ("birth_date", "address", "document", "fin", "constituency", "precinct")
_NAMES = ("surname", "given_name", "full_name")
_OF_ONE = (*_NAMES, "number", "birth_date", "fin")
"""The fields whose cells have one line where they are of one voter."""
_BESIDE_NAMES = ("address", "document", "fin")
_OF_EACH = ("number", "birth_date", "document", "fin")
"""The fields of which each row of a list has one or more."""
_LINE = r"^[-–—_=.:|+*~ ]+$"
"""A cell of a line that somebody drew with signs: of a table in plain text, of a form."""
_DITTO = r"^[-–—_=/.,\s]*(?:[\"“”„«»″〃]|''|//)[-–—_=/.,\s\"“”„«»″〃]*$"
"""A cell that says: the same as above."""
_ERROR = r"^(?:#[^\s\p{Ll}]{2,}|Err:\d+)$"
"""What a spreadsheet writes for a formula that has no value: #N/A, #ССЫЛКА!; no #Əliyev."""
_ABOVE = (
    r"(?i:^[^\pL]*(?:eyn[iİ]l[əe]|yuxar[ıiI]da\pL*(?: k[iİ]m[iİ])?"
    r"|т[оае]т? же|он же|ditto)[^\pL]*$)"
)
_SAME = r"^[^\pL]*(?:eyn[iİ]|h[əe]m[iİ]n|same)[^\pL]*$"
"""Words that say so; as given names they are written Eyni and Hemin."""
_LEAST_BLANK, _MANY_BLANK = 3, 0.2
_ENDING = r"\pL{2}(?i:[oe]va?|zad[əe]|[оеё]ва?|зад[еә])$"
OF_WOMAN, OF_MAN = r"(?i)\S(?:[oe]va|[оеё]ва)$", r"(?i)\S(?:[oe]v|[оеё]в)$"
_FAMILY = (
    r"(?i:(?:^|[^\pL])(?:(?:a[iİ]l[əe] [üu]zvl\pL+|d[iİ]g[əe]rl[əe]r[iİ]|qarda[şs][ıi]"
    r"|bac[ıi]s[ıi]|h[əe]yat yolda[şs][ıi]|[öo]vlad(?:lar)?[ıi]|u[şs]aqlar[ıi]|семь[яёе]\pL*"
    r"|жена|муж|и др|family|wife|husband|others"
    r"|(?:[2-9]|\d\d)\s*(?:n[əe]f[əe]r(?:d[iİ]r)?|чел(?:овека?)?|persons|people))(?:[^\pL]|$)"
    r"|a[iİ]l[əe]s[iİ](?:[^\pL ]|$| (?:[^e]|e(?:[^v]|$)|ev[^iİ ]))))"
)
"""Others who are not named: Elçin, ailəsi (4 nəfər). A house of children (Uşaqlar evi) is none, nor
one of a family (qaçqın ailəsi evi)."""
_OF_STATUS = re.compile(
    r"(?i)[( ]*\b(?:[şs][əe]h[iİ]d|k[öo][çc]k[üu]n|qa[çc]q[ıiI]n)\w* a[iİ]l[əe]s[iİ]\b[) ]*"
)
"""What one is oneself, of a martyr's or a displaced family: such words name nobody else."""
_AND = rf"{_FAMILY}|\pL\s(?i:v[əe]|and|и|вә)\s\pL|\pL\s*[;&+]\s*\pL"
"""Names of two people in one cell: Elçin və Nigar."""
_APART = r"\pL\s*[,/\\|]\s*\pL|\pL\s[-–—]\s\pL"
_NUMBERS = r"^\d{1,9}\s*(?:[-–—,;/&+]|v[əe]|и|and)\s*\d{1,9}[\s.)]*$"
"""Several voters in one row: 7-12."""
_PARTS = re.compile(r"\d+|[^\d\s]+")
_WORD_ALONE = (r"^\pL+$",)
_NUMBER_AND_WORD = (r"\d.*\p{Lu}\pL{2}",)
_OF_NEITHER = ("number", *_NAMES, "patronymic", "sex", "address")
"""The fields in which neither a birth date, a FIN nor a document stands alone."""
_TOTAL = (
    r"(?i)^\W*(?:№\W*)?"
    r"(?:(?:siyah[ıiİ]\pL*|m[əe]nt[əe]q\pL*|[üu]zr[əe]|daimi|по|списк\pL*|участк\pL*) )*"
    r"(?:c[əeә]m[iİı]|yekun|toplam|[üu]mum[iİı] (?:say|c[əeә]m)|"
    r"se[çc][iİ]c[iİ]l[əe]r[iİ]n (?:[üu]mum[iİı] )?say[ıiIİ]|"
    r"итого|всего|ҹәми|общее (?:число|количество)|total|sum|grand total|number of voters)"
    r"(?:[^\pL]|$)"
)
_ANNOUNCED = re.compile(
    r"(?:secici\w*|избирател\w*|voters) (?:umumi )?(?:sayi )?\d[\d ]*"
    r"|\d[\d ]*(?:nefer|secici|избирател|чел|voters)\w*\b(?! \d+$)"
)
"""So many voters; above a list a total may be of pages, or of a year."""
_OF_PAGE = (
    r"(?i)^\W*(?:c[əeә]m[iİı]|yekun|итого|всего|total)\W+(?:(?:bu|по|for|on) )*"
    r"(?:\d+\W*)?(?:s[əe]h[iİ]f|k[üu][çc]|b[iİ]na|стран|улиц|дом|page|street)"
)
_TOTAL_BELOW = _TOTAL.replace("^", r"\n", 1)
_WITH_TOTAL = (*_NAMES, "patronymic", "address")
"""A total as near to the last voter as the lines of a cell are to each other, and where it matters.
"""
_OF_PART = (
    r"(?i)\pL [üu]zr[əe] (?:c[əeә]m[iİı]|yekun)(?:[^\pL]|$)"
    r"|^\W*(?:ondan|o c[üu]ml[əe]d[əe]n|из них|в том числе|of them)(?:[^\pL].*\d|[ :.–—-]*$)"
    r"|^[ \t*(–—-]*(?:(?:k[iİ][şs][iİ]|qad[ıi]n)(?:l[əa]r)?|(?:мужчин|женщин)[аы]?|(?:wo)?men)"
    rf"[^\pL]*\d|{_OF_PAGE}"
)
"""The total of a page, of a street or of the women, which is not the list's."""
STREET = (
    r"(?i)^(?:(?:\pL\. ?)*(?:[^\s,;]+ ){1,2}(?:k[üu][çc](?:[əe](?:s[iİ])?)?|prospekt[iİ]?"
    r"|d[öo]ng[əe]s[iİ]|k[əe]nd[iİ]|q[əe]s[əe]b[əe]s[iİ]|улица|проспект|село|street|avenue)"
    r"[ .,:»”]*)+(?:\([^()]*\)|(?:ev|bina|дом|house)\W*\d+\w?|\d+\S* (?:ev|bina))?[ .,:]*$"
    r"|^(?:k[üu][çc][əe](?:s[iİ])?|prospekt|улица|ул|street)[ :.–-]+(?:[^\s,;]+ ?){1,2}$"
)
"""The street of those who stand below, alone in its row: so few words are no voter and a street."""
SIGNATURE = (
    r"(?i)^\W*(?:s[əe]dr|kat[iİı]b|[üu]zv|[iİı]mza|m[öo]h[üu]r|m\.? ?y\.?|tar[iİ]x"
    r"|s[əe]h[iİ]f[əe]|qeyd|"
    r"председатель|секретарь|член|подпись|м\.? ?п\.?|дата|страница|стр|примечание|"
    r"chair|chairman|chairperson|secretary|member|signature|signed|date|stamp|seal|page|note|"
    r"t[əe]rt[iİ]b|haz[ıiIİ]rlayan|составила?|compiled|prepared)"
    r"[ıiİIəea]?(?:[^\pL]|$)|"
    rf"kom[iİ]ss[iİ]ya|комисси|commission|{_OF_PART}"
)
"""Who signs and when, and the total of a part."""
_NOTE = r"(?i)^\s*(?:qeyd|примечани[ея]|note)\s*[:.\-–]"
"""A remark below or between the entries: Qeyd: ..., Примечание: ..."""
PLACE_WORD = (
    r"(?i)m[əeә]nt[əeә][qгg]|da[iİи]r[əeә]|участ|округ"
    r"|precinct|polling station|constituency|msk|уик"
)
"""What a title says whose list it is with."""
_LETTER = r"[^\W\d_]"
_BROKEN = r"\S\s*[\n\r\v\f\x{85}\x{2028}\x{2029}]\s*\S"
"""A cell of several lines."""
_CHILD = rf"(?:^|[^\pL])(?:{PARTICLE})(?:[^\pL]|$)"
"""Whose child somebody is; no surname such as Ağaoğlu or Qızılova."""
_TWO_FATHERS = rf"(?:{PARTICLE}).*(?:{PARTICLE})"
_OWN_NAME = "name_as_written"
"""The heading of a compiled list above the voter's own name, as it was handed in."""
_Codes = npt.NDArray[np.int8]

# What is asked of rows, that no voter stands hidden in one, or is half of an entry.
#
# Whose cells: those of each column of these fields by itself, or of several together; ``beside``
# another field where that has a column too. What they have into which another voter came, so that
# few are looked at; what is then asked of them.

_Question = tuple[str | tuple[str, ...], str, Callable[[str], bool] | None]
_ONE, _TWO, _THREE = (partial(has_signs, least=least) for least in (1, 2, 3))
_AS_READ = tuple(f"{field} as read" for field in _OF_ONE)
_FEW = 6
"""What fewer than half of so many entries have is never usual."""
_AROUND: _Question = (("every",), "", hides_voter)


def _fits_without_status(pattern: str, text: str) -> bool:
    """True where a text fits the pattern even without the words of a status, or is these alone."""
    rest = _OF_STATUS.sub(" ", text)
    return not rest.strip() or bool(fits(pa.array([rest]), pattern).any())


_OF_OTHERS = rf"{_AND}|{_ABOVE}|{_SAME}|^\d+\W?$"
_QUESTIONS: dict[AsideCode | None, tuple[_Question, ...]] = {
    AsideCode.TITLE_ROW: (_AROUND, (("every",), _OF_PART, is_beside_total)),
    AsideCode.TOTAL_ROW: (_AROUND, (("every",), "", is_beside_total)),
    AsideCode.HEADER_ROW: ((("spare",), "", holds_person),),
    # Entries.
    None: (
        (("bare",), "", may_be_another),
        ("bare beside fin", ALONE["fin"][0], _ONE),
        ("number", r"\pL", _ONE),
        (", ".join(NAME_PARTS), r"\d", _TWO),
        # Where dates have no column of their own, they may stand behind the names.
        ("full_name beside birth_date", r"\d", _TWO),
        ("full_name", r"\d", _THREE),
        ("birth_date", r"\pL", _TWO),
        ("address", r"\d[./-]\d{1,2}[./-]\d|[0-9A-Z]{7}", _TWO),
        # These two may stand in one cell.
        ("document", r"\pL{4}", _THREE),
        ("fin", r"[^0-9A-Z]", _THREE),
        (", ".join(_NAMES), _OF_OTHERS, partial(_fits_without_status, _OF_OTHERS)),
        # A list by surnames repeats one from street to street.
        ("surname, full_name", rf"(?i){_SAME}", None),
        ("given_name beside patronymic", _APART, are_apart),
        (_BESIDE_NAMES, PARTICLE, names_child),
        ("patronymic", _TWO_FATHERS, is_of_two),
        (_AS_READ, rf"{_BROKEN}|{_TWO_FATHERS}", is_of_two),
        (", ".join(_AS_READ), r"\d{4}.*\d{4}", is_of_two),
        (", ".join(f"{field} as read" for field in _WITH_TOTAL), _TOTAL_BELOW, None),
    ),
}
_OF_SURE_ENTRIES: tuple[_Question, ...] = (
    (("untold",), "", _TWO),
    ("spare", _TWO_FATHERS, is_of_two),
    ("remark", "", adds_person),
)
"""Of entries under headings that are not doubtful."""
_UNLESS_USUAL: tuple[_Question, ...] = (
    ("given_name", _APART, may_be_variants),
    ("given_name", _APART, are_apart),
    ("given_name as typed", _BROKEN, are_in_lines),
    *(
        (name, _FAMILY, partial(_fits_without_status, _FAMILY))
        for name in _BESIDE_NAMES
    ),
    ("remark", "", names_kin),
    ("full_name alone", r"^\pL+$", None),
)
"""Of entries too: what most have is how their list is written."""


@frozen
class SheetRows:
    """The rows of one sheet, or of one list in it, classified."""

    codes: _Codes
    """ENTRY_ROW, or the position in CODES."""
    titles: dict[int, str]
    """The texts above and between the entries that may name a place, by row."""
    totals: dict[int, int]
    """The totals written below the entries, by row."""


@frozen
class Marks:
    """What the format says of each row."""

    outside: Bools
    """The rows that are text outside every table."""
    deleted: Bools
    """The rows that were deleted and are still in the file."""
    unworked: Mapping[int, Bools]
    """By column, the rows with a formula that no program has worked out."""
    are_wrapped: bool
    """True where the lines of a cell are those of its page, and nobody typed their ends."""

    @classmethod
    def of(cls, sheet: RawSheet, form: str) -> Marks:
        """The marks of a sheet of a file of this format."""
        rows = np.arange(1, len(sheet.lines) + 1)
        outside, deleted = (
            np.zeros(len(rows), dtype=bool) if marks is None else mask_of(marks)
            for marks in (sheet.outside, sheet.deleted)
        )
        lines = by_key((column, line) for line, column in sheet.unworked)
        unworked = {column: np.isin(rows, own) for column, own in lines.items()}
        return cls(outside, deleted, unworked, form == "pdf")

    def part(self, start: int, stop: int) -> Marks:
        """The marks of some of the rows."""
        unworked = {at: rows[start:stop] for at, rows in self.unworked.items()}
        return replace(
            self,
            outside=self.outside[start:stop],
            deleted=self.deleted[start:stop],
            unworked=unworked,
        )


def classify(
    raw: list[pa.Array],
    cells: list[pa.Array],
    header: Header | None,
    marks: Marks,
    *,
    is_text: bool,
    is_doubtful: bool = False,
) -> SheetRows:
    """What each row is.

    ``raw`` the columns as read (null where a row of text ends), ``cells`` the same cleaned. Under
    headings that are doubtful no row is told to stand beside them.
    """
    rows = len(cells[0]) if cells else 0
    codes: _Codes = np.full(rows, ENTRY_ROW, dtype=np.int8)
    filled = filled_cells(cells)
    blank = _are_blank(cells)
    named = None if header is None else _columns_of(header.map, _NAMES)
    for column, unworked in marks.unworked.items():
        if named is None or column in named:
            blank[column] &= ~unworked
    _mark(codes, np.logical_and.reduce(blank), AsideCode.BLANK_ROW)
    _mark(codes, marks.deleted, AsideCode.DELETED_ROW)
    if header is None:
        _mark(codes, marks.outside, AsideCode.TITLE_ROW)
        _mark(codes, np.ones(rows, dtype=bool), AsideCode.HEADER_UNKNOWN)
        is_outside = codes == _NUMBER[AsideCode.TITLE_ROW]
        _ask(codes, is_outside, {"every": cells}, _QUESTIONS[AsideCode.TITLE_ROW])
        return SheetRows(codes, {}, {})
    for row in header.rows:
        _mark(codes, same_cells(cells, row), AsideCode.HEADER_ROW)
    above = np.arange(rows) < header.first
    # Voters above the first header are of a list whose header is missing: they must not pass for
    # titles.
    _mark(
        codes, above & _full_voters(cells, filled, header.map), AsideCode.HEADER_UNKNOWN
    )
    titles = _texts(cells, np.flatnonzero(above & (codes == ENTRY_ROW)))
    _mark(codes, above, AsideCode.TITLE_ROW)
    announced = {
        row: number
        for row, text in titles.items()
        if fits(pa.array([text]), _TOTAL)[0]
        and (told := _ANNOUNCED.search(fold(text)))
        and (number := _declared_total(told[0]))
    }
    totals = announced | _around(cells, codes, filled, header.map, titles)
    # What a total, a title or a signature outside a table says counts; no voter stands there.
    _mark(codes, marks.outside, AsideCode.TITLE_ROW)
    _mark_faulty(raw, blank, codes, header, is_text=is_text)
    _mark(codes, _unworked_names(cells, marks, header.map), AsideCode.NO_NAME)
    if not is_doubtful:
        _mark(codes, _names_from_above(cells, codes, header.map), AsideCode.NO_NAME)
        _mark_shifted(cells, codes, header.map)
    asked = _columns_asked(raw, cells, header, marks)
    is_entry = codes == ENTRY_ROW
    is_moved = _of_several(cells, header.map)
    if not is_doubtful:
        is_moved |= _moved_names(raw, cells, header.map)
    _ask_long_headings(codes, asked["spare"], len(header.map.matches))
    for code, questions in _QUESTIONS.items():
        number = ENTRY_ROW if code is None else _NUMBER[code]
        _ask(codes, codes == number, asked, questions)
    _ask(codes, is_entry, asked, _UNLESS_USUAL, is_usual=True)
    codes[is_entry & is_moved] = _NUMBER[AsideCode.MAY_BE_VOTER]
    if not is_doubtful:
        _ask(codes, codes == ENTRY_ROW, asked, _OF_SURE_ENTRIES)
        _ask_halves(codes, cells, header.map)
    return SheetRows(codes, titles, totals)


def _are_blank(columns: Sequence[pa.Array]) -> Bools:
    """Which cells have nothing, or but a line drawn with signs; shape: columns by rows."""
    blank = fits_each(columns, _LINE)
    for at, column in enumerate(columns):
        blank[at] |= ~is_known(column)
    return blank


def ends_a_list(text: str) -> bool:
    """True for the text of a row below a list: its total, or a signature that names no place."""
    line = pa.array([text])
    if fits(line, _TOTAL)[0]:
        return True
    return bool(fits(line, SIGNATURE)[0]) and title_place(text) == NOWHERE


def code_number(code: AsideCode) -> int:
    """The number by which ``SheetRows.codes`` calls this code."""
    return _NUMBER[code]


def _mark(codes: _Codes, rows: Bools, code: AsideCode) -> None:
    """The code for those of the rows that have none yet."""
    codes[rows & (codes == ENTRY_ROW)] = _NUMBER[code]


def _texts(cells: list[pa.Array], rows: Longs) -> dict[int, str]:
    """The cells of these rows as one text each."""
    if not len(rows):
        return {}
    texts = joined_cells(cells, rows).to_pylist()
    return {row: text for row, text in zip(rows.tolist(), texts, strict=True) if text}


def joined_cells(cells: list[pa.Array], rows: Longs) -> pa.Array:
    """The cells of each of these rows joined with tabs, null where all are blank."""
    chosen = pa.array(rows)
    return join_text([column.take(chosen) for column in cells], "\t")


def _around(
    cells: list[pa.Array],
    codes: _Codes,
    filled: Longs,
    columns: ColumnMap,
    titles: dict[int, str],
) -> dict[int, int]:
    """Marks totals, titles and signatures among the rows of few cells; returns the totals.

    A row of more than two cells with a name and, say, a birth date or an address in their columns
    is none of these.
    """
    # In a list of two columns a voter has no more cells than a signature has.
    voters = _voters if len(columns.matches) > 2 else _full_voters
    is_voter = voters(cells, filled, columns)
    bare = (codes == ENTRY_ROW) & (filled <= _MOST_TITLE_CELLS) & ~is_voter
    rows = np.flatnonzero(bare)
    if not len(rows):
        return {}
    joined = joined_cells(cells, rows)
    is_total = fits(joined, _TOTAL) & ~fits(joined, _OF_PAGE)
    is_place = fits(joined, PLACE_WORD) & ~is_total
    is_signature = fits(joined, SIGNATURE) & ~is_total
    if len(columns.matches) > 2:
        is_signature |= fits(joined, STREET)
    is_note = fits(joined, _NOTE) & ~is_total
    is_any = is_total | is_place | is_signature | is_note
    totals: dict[int, int] = {}
    for position in np.flatnonzero(is_any).tolist():
        row = int(rows[position])
        text = joined[position].as_py()
        if is_total[position]:
            codes[row] = _NUMBER[AsideCode.TOTAL_ROW]
            number = _declared_total(text)
            if number is not None:
                totals[row] = number
        elif is_note[position]:
            # A remark may tell of another precinct; it never says whose list this is.
            codes[row] = _NUMBER[AsideCode.TITLE_ROW]
        elif is_place[position] and title_place(text) != NOWHERE:
            codes[row] = _NUMBER[AsideCode.TITLE_ROW]
            titles[row] = text
        elif is_signature[position]:
            codes[row] = _NUMBER[AsideCode.TITLE_ROW]
    return totals


def _voters(cells: list[pa.Array], filled: Longs, columns: ColumnMap) -> Bools:
    """The rows with a name and, say, a birth date or an address, of three cells if the list has."""
    has_about = _any_filled(cells, _columns_of(columns, _OF_A_VOTER))
    has_name = _any_filled(cells, _columns_of(columns, _NAMES))
    return has_about & has_name & (filled >= min(3, len(columns.matches)))


def _full_voters(cells: list[pa.Array], filled: Longs, columns: ColumnMap) -> Bools:
    """The same, with a digit in one of those columns."""
    digits = any_match(cells, _columns_of(columns, _OF_A_VOTER), (r"\d",))
    return _voters(cells, filled, columns) & digits


def _columns_of(columns: ColumnMap, fields: Sequence[str]) -> list[int]:
    """The columns of these fields, in the order of the fields."""
    numbers: list[int] = []
    for field in fields:
        numbers += columns.columns(field)
    return numbers


def _any_filled(cells: list[pa.Array], columns: Iterable[int]) -> Bools:
    """The rows with something in at least one of these columns."""
    filled = np.zeros(len(cells[0]), dtype=bool)
    for column in columns:
        filled |= is_known(cells[column])
    return filled


def _declared_total(text: str) -> int | None:
    """The first whole number of a row of totals: 1043, 1 043 or 1.043."""
    for cell in text.split("\t"):
        if match := re.search(r"\d{1,3}(?:[ .,]\d{3})+(?!\d)|\d+", cell):
            digits = re.sub(r"\D", "", match[0])
            return int(digits) if len(digits) <= 9 else None
    return None


def _mark_faulty(
    raw: list[pa.Array],
    blank: Bools,
    codes: _Codes,
    header: Header,
    *,
    is_text: bool,
) -> None:
    """Marks rows that are too long, too short, or without a name."""
    # That of the widest row of the header.
    widths = [sum(column[row].is_valid for column in raw) for row in header.rows]
    width = max(widths, default=int(np.median(filled_cells(raw))))
    if is_text:
        # In a text file one delimiter too many shifts the cells; in a workbook cells cannot shift.
        _mark(codes, ~np.logical_and.reduce(blank[width:]), AsideCode.ROW_TOO_LONG)
    needed = _columns_of(header.map, _NAMES)
    ended = [~is_known(raw[column]) for column in needed]
    _mark(codes, np.logical_or.reduce(ended), AsideCode.ROW_TOO_SHORT)
    # Rows below the last voter in which but a number stands were prepared for others.
    numbers = header.map.columns("number")
    is_prepared = np.logical_and.reduce(np.delete(blank, numbers, 0))
    is_prepared &= ~any_match(raw, numbers, (r"\pL",))
    is_others = (codes == ENTRY_ROW) & ~is_prepared
    is_followed = np.logical_or.accumulate(is_others[::-1])[::-1]
    is_prepared &= ~is_followed & is_others.any()
    _mark(codes, is_prepared, AsideCode.BLANK_ROW)
    named = [*needed, *header.map.columns("patronymic")]
    _mark(codes, np.logical_and.reduce(blank[named]), AsideCode.NO_NAME)


def _unworked_names(cells: list[pa.Array], marks: Marks, columns: ColumnMap) -> Bools:
    """The rows of which a name is a formula that nobody worked out, and no other cell has it."""
    found = np.zeros(len(cells[0]), dtype=bool)
    for column in _columns_of(columns, _NAMES):
        found |= marks.unworked.get(column, False)
    whole, surname, given = (
        _any_filled(cells, columns.columns(field))
        for field in ("full_name", "surname", "given_name")
    )
    return found & ~(whole | surname & given)


def _names_from_above(
    cells: list[pa.Array], codes: _Codes, columns: ColumnMap
) -> Bools:
    """The entries whose name stands elsewhere: a sign of repetition, an error, one for a family.

    Of a blank surname that is said where a good part of the list has none.
    """
    is_entry = codes == ENTRY_ROW
    named = _columns_of(columns, _NAMES)
    found: Bools = is_entry & any_match(cells, named, (rf"{_DITTO}|{_ERROR}",))
    if columns.columns("surname"):
        has_surname = _any_filled(cells, columns.columns("surname"))
        whole = _any_filled(cells, columns.columns("full_name"))
        blank = is_entry & ~has_surname & ~whole
        least = max(_LEAST_BLANK, _MANY_BLANK * is_entry.sum())
        if blank.sum() >= least:
            found |= blank
    return found


def _mark_shifted(cells: list[pa.Array], codes: _Codes, columns: ColumnMap) -> None:
    """Marks rows whose cells stand in columns of others.

    A birth date, a FIN or a document stands alone in a column of another field and not in its own,
    or a word stands in place of the number of a row whose last cell is blank. The row lacks a cell
    where its last one is blank, else it has one too many. Which one is for a person to say.
    """
    last = max(match.column for match in columns.matches)
    is_short = ~is_known(cells[last])
    is_entry = codes == ENTRY_ROW
    numbers = columns.columns("number")
    is_shifted = is_short & any_match(cells, numbers, _WORD_ALONE)
    is_shifted |= is_short & any_match(cells, numbers, _NUMBER_AND_WORD)
    for field, patterns in ALONE.items():
        if own := columns.columns(field):
            elsewhere = _columns_of(columns, _OF_NEITHER)
            is_elsewhere = any_match(cells, elsewhere, patterns)
            if is_elsewhere.any():
                is_shifted |= is_elsewhere & ~any_match(cells, own, patterns)
    is_shifted &= is_entry
    _mark(codes, is_shifted & is_short, AsideCode.ROW_TOO_SHORT)
    _mark(codes, is_shifted, AsideCode.ROW_TOO_LONG)


def _columns_asked(
    raw: list[pa.Array], cells: list[pa.Array], header: Header, marks: Marks
) -> dict[str, list[pa.Array]]:
    """The columns by the names under which questions ask for them."""
    matches = header.map.matches
    known = {match.column for match in matches}
    spare = [at for at in range(len(cells)) if at not in known]
    headings = [text or "" for text in header.texts]
    of_remarks = (
        match.column
        for match in matches
        if match.field is None and match.header != _OWN_NAME
    )
    asked = {
        "every": cells,
        "spare": [cells[at] for at in spare],
        "untold": [
            cells[at] for at in spare if not OF_THINGS.match(fold(headings[at]))
        ],
        "bare": [cells[at] for at in spare if not re.search(_LETTER, headings[at])],
        "remark": [cells[at] for at in of_remarks],
    }
    for field in (*_OF_ONE, *_BESIDE_NAMES, "patronymic"):
        places = header.map.columns(field)
        asked[field] = [cells[at] for at in places]
        asked[f"{field} as read"] = [raw[at] for at in places]
    typed = "given_name as read"
    asked["given_name as typed"] = [] if marks.are_wrapped else asked[typed]
    asked["full_name alone"] = [] if asked["surname"] else asked["full_name"]
    return asked


def _ask(
    codes: _Codes,
    which: Bools,
    columns: Mapping[str, list[pa.Array]],
    questions: Iterable[_Question],
    *,
    is_usual: bool = False,
) -> None:
    """Sets those of these rows aside to be looked at whose cells may be those of a voter.

    With ``is_usual`` not where most of the rows have such cells.
    """
    rows = np.flatnonzero(which)
    for names, sign, look in questions if len(rows) else ():
        if isinstance(names, str):
            own, _, beside = names.partition(" beside ")
            each = [column for name in own.split(", ") for column in columns[name]]
            groups = [[column] for column in each if not beside or columns[beside]]
        else:
            groups = [[column for name in names for column in columns[name]]]
        joined = [joined_cells(group, rows) for group in groups if group]
        found = fits_each(joined, sign)
        if look is not None and found.any():
            texts = pa.chunked_array(joined).filter(found.ravel())
            found[found] = mask_of(map_unique(texts, look, pa.bool_()))
        found = np.logical_or.reduce(found)
        if found.any() and (not is_usual or 2 * found.sum() < max(len(rows), _FEW)):
            codes[rows[found]] = _NUMBER[AsideCode.MAY_BE_VOTER]


def _ask_long_headings(codes: _Codes, spare: list[pa.Array], columns: int) -> None:
    """Asks about headings with about as many cells more as a voter has, where no entry has any."""
    is_entry = pa.array(codes == ENTRY_ROW)
    only_here = [
        column for column in spare if not pc.count(column.filter(is_entry)).as_py()
    ]
    is_long = filled_cells(only_here) >= max(2, columns - 1)
    if only_here:
        is_heading = codes == _NUMBER[AsideCode.HEADER_ROW]
        codes[is_heading & is_long] = _NUMBER[AsideCode.MAY_BE_VOTER]


def _moved_names(
    raw: list[pa.Array], cells: list[pa.Array], columns: ColumnMap
) -> Bools:
    """The rows whose names stand in other columns than those of the rows above.

    Surnames among the given names are more than slips where several rows beside each other have
    them.
    """
    surnames, fathers = columns.columns("surname"), columns.columns("patronymic")
    given = columns.columns("given_name")
    found = any_match(cells, given, (_ENDING,)) & _any_filled(cells, surnames)
    if found.any():
        found &= ~any_match(cells, surnames, (_ENDING,))
    found &= (found[1:] & found[:-1]).sum() >= ENOUGH - 1
    if surnames and len(fathers) == 1:
        father = raw[fathers[0]]
        # Behind the given name the father is at home where his own cell is blank.
        is_father = any_match(cells, given, (_CHILD,)) & is_known(cells[fathers[0]])
        is_father |= any_match(cells, surnames, (_CHILD,)) & is_known(father)
        found |= is_father & ~fits(father, PARTICLE)
        if len(surnames) == len(given) == 1:
            own = cells[surnames[0]], cells[given[0]]
            found |= _sons_of_daughters(*own, father)
    return found


def _sons_of_daughters(surname: pa.Array, given: pa.Array, father: pa.Array) -> Bools:
    """The women who have a man's name, and a father whose name no man of the list has.

    Where those beside each other have, the two columns stand in each other's place, though no
    particle says so.
    """
    is_woman, is_man = fits(surname, OF_WOMAN), fits(surname, OF_MAN)
    men = given.filter(is_man).unique().drop_null()
    found = is_woman & is_known(father) & mask_of(pc.is_in(given, men))
    found &= ~mask_of(pc.is_in(father, men)) & ~fits(father, PARTICLE)
    women, own = found[is_woman], given.filter(is_woman)
    # In a list in the order of given names those who have one name stand beside each other.
    beside = women[1:] & women[:-1]
    is_other = mask_of(pc.not_equal(own[1:], own[:-1]))
    if beside.sum() < ENOUGH - 1 or (beside & is_other).sum() < 2:
        found[:] = False
    return found


def _of_several(cells: list[pa.Array], columns: ColumnMap) -> Bools:
    """The rows whose number is two, or a first and a last one that no other row has.

    Number 12/1 is of a voter who was added, or of a row of precinct 12; what most rows have is how
    their list is written.
    """
    found = np.zeros(len(cells[0]), dtype=bool)
    for column in map(cells.__getitem__, columns.columns("number")):
        others = {(text or "").rstrip(".) ") for text in column.unique().to_pylist()}
        for row in np.flatnonzero(fits(column, _NUMBERS)).tolist():
            first, sign, last, *_ = _PARTS.findall(column[row].as_py())
            is_range = int(first) < int(last) and last not in others
            found[row] |= is_range or sign not in "-–—,/"
    found &= 2 * found.sum() < max(len(found), _FEW)
    return found


def _ask_halves(codes: _Codes, cells: list[pa.Array], columns: ColumnMap) -> None:
    """Asks about names alone, and about entries that are one voter in two lines.

    A name without a number or a date of its own is where that of the voter above goes on, or
    somebody added it. Of two halves no column is filled in both, and most in one.
    """
    is_entry = codes == ENTRY_ROW
    marks = _any_filled(cells, _columns_of(columns, _OF_EACH))
    if 2 * marks[is_entry].sum() >= is_entry.sum():
        alone = is_entry & ~marks & (filled_cells(cells) <= 2)
        codes[alone] = _NUMBER[AsideCode.MAY_BE_VOTER]
        is_entry &= ~alone
    known = sorted({match.column for match in columns.matches})
    filled = np.array([is_known(cells[at]) for at in known])
    above, below = filled[:, :-1], filled[:, 1:]
    is_pair = ~(above & below).any(axis=0) & above.any(axis=0) & below.any(axis=0)
    is_pair &= is_entry[:-1] & is_entry[1:]
    is_pair &= 2 * (above | below).sum(axis=0) > len(known)
    codes[:-1][is_pair] = codes[1:][is_pair] = _NUMBER[AsideCode.MAY_BE_VOTER]
