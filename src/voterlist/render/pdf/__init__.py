"""Papers as PDF files: a template of typst and its data -> the bytes; the list of a precinct."""

from __future__ import annotations

import datetime as dt
import json
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib import resources
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import Any

import pyarrow as pa
import typst

from voterlist.errors import VoterlistError
from voterlist.fields import name_in
from voterlist.lists.documents import ListDocument, PaperDocument
from voterlist.model import Purpose
from voterlist.render.lists import (
    ListWords,
    SheetName,
    Shown,
    columns_of,
    signers,
)
from voterlist.render.rows import write_csv, write_xlsx
from voterlist.tables import ReadRow

STANDARDS: list[typst.PDFStandard] = ["a-2a", "ua-1"]
"""PDF/A-2a, to be kept for decades, and PDF/UA-1, to be read aloud."""

_SURE = frozenset(
    "".join(map(chr, range(0x20, 0x7F)))
    + "".join(map(chr, range(0x0410, 0x0450)))
    + "ƏəĞğŞşİıÖöÜüÇçÂâÎîÛû"
    + "ЁёҜҝҒғҸҹҺһӘәӨөҮүЈјІі"
    + "№§«»„“”’–—→−\N{NO-BREAK SPACE}"
)
"""Letters that the first font has; a test says so."""

_BEFORE_NUMBER = re.compile(r"(?<=\w) (?=\d)")
"""No line ends here: ``ev 4``."""
_ESCAPE = re.compile(r'\\(?:[bfnrt]|u00[01][0-9a-f]|["\\])')
_OF_JSON = frozenset({'\\"', "\\\\"})
_PROBE = b"""
#set document(title: "probe")
#set text(font: ("Libertinus Serif", "DejaVu Sans Mono"), lang: "az")
#sys.inputs.text
"""


_INVISIBLE = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0"
) | frozenset(map(chr, range(0xFE00, 0xFE10)))
"""Letters and marks that no font draws, besides those of the category Cf: Unicode's property
Default_Ignorable_Code_Point."""


def printable(page: str) -> str:
    """A page of JSON in which every letter of every text can be printed.

    Ends of lines, tabs and other controls become blanks, and what has no shape of its own (joiners,
    marks of direction) is left out. A letter that no embedded font has becomes its number in
    Unicode, such as ``[U+6F22]``, so that nothing of a name is lost on paper.
    """
    plain = _ESCAPE.sub(_without_control, page)
    return plain.translate(_replacements(frozenset(plain) - _SURE))


def _without_control(escape: re.Match[str]) -> str:
    return escape[0] if escape[0] in _OF_JSON else " "


@cache
def _replacements(letters: frozenset[str]) -> Mapping[int, str]:
    """What is printed instead of those of these letters that cannot be printed."""
    found = {letter: _without_shape(letter) for letter in letters}
    shaped = sorted(letter for letter, other in found.items() if other is None)
    found |= {letter: f"[U+{ord(letter):04X}]" for letter in _missing("".join(shaped))}
    return {ord(letter): other for letter, other in found.items() if other is not None}


def _without_shape(letter: str) -> str | None:
    """What is printed instead of a letter that no font draws; None for all others."""
    category = unicodedata.category(letter)
    if category == "Cf" or letter in _INVISIBLE:
        return ""
    if category in {"Zs", "Zl", "Zp", "Cc"}:
        return " "
    if category in {"Cs", "Co", "Cn"}:
        return f"[U+{ord(letter):04X}]"
    return None


def _missing(letters: str) -> str:
    """Those of these letters that no embedded font has, found by halving."""
    if not letters or is_drawn(letters):
        return ""
    if len(letters) == 1:
        return letters
    middle = len(letters) // 2
    return _missing(letters[:middle]) + _missing(letters[middle:])


def is_drawn(letters: str) -> bool:
    """True where the fonts that come with the compiler have all of these letters."""
    # A blank between them: marks would join, and letters of one alphabet change each other.
    try:
        typst.compile(
            _PROBE,
            format="pdf",
            font_paths=_fonts(),
            pdf_standards=STANDARDS,
            sys_inputs={"text": " ".join(letters)},
        )
    except typst.TypstError:
        return False
    return True


_ROUNDS_KEPT = 10
"""How many documents later the compiler forgets what it computed for one."""


def typeset(template: str, data: Mapping[str, Any], day: dt.date) -> bytes:
    """The PDF file of a template with its data; the same data give the same bytes.

    Fonts are those that come with the compiler; they are embedded in the file. Nothing is read but
    the templates beside this module, and nothing is fetched.

    Args:
        template: the name of a file in ``templates``, without its ending.
        data: what the template reads as ``data``: texts, numbers, lists and mappings. A text is
            never markup. Has ``title`` and ``language``.
        day: the day on which the document was made, by its own word.

    Raises:
        VoterlistError: the template does not go with the data.
    """
    page = printable(json.dumps(data, ensure_ascii=False))
    noon = dt.datetime.combine(day, dt.time(12), dt.UTC)
    with resources.as_file(resources.files(__package__) / "templates") as folder:
        try:
            return typst.compile(
                folder / f"{template}.typ",
                root=folder,
                format="pdf",
                font_paths=_fonts(),
                pdf_standards=STANDARDS,
                sys_inputs={"data": page, "day": day.isoformat()},
                timestamp=noon,
            )
        except typst.TypstError as error:
            # The compiler's message quotes what it could not set.
            places = {"kind": type(error).__name__, "place": f"{template}.typ"}
            raise VoterlistError("a paper was not set", places=places) from None
        finally:
            _forget()


def _forget() -> None:
    """Let the compiler forget what it keeps for the next document, which is another one.

    Without this it holds up to ten lists: 900 MB instead of 130 MB.
    """
    compiler = typst.Compiler(font_paths=_fonts())
    for _ in range(_ROUNDS_KEPT):
        compiler.compile(b"", format="pdf")


@cache
def _fonts() -> typst.Fonts:
    """The fonts that come with the compiler: to read them takes longer than a page."""
    return typst.Fonts(include_system_fonts=False)


_Data = dict[str, Any]
"""What a template reads."""

_SIGNS = {
    "handed_in": "",
    "displayed": "",
    "struck": "−",
    "repeated": "−",
    "moved_out": "−",
    "left": "−",
    "moved_in": "+",
    "added": "+",
    "restored": "+",
    "came": "+",
    "listed": "=",
}
"""With which sign each count of the balance enters its sum."""


def render_list(document: ListDocument, language: str) -> bytes:
    """The PDF file of a list; the same document gives the same bytes.

    On display it holds the list alone. For the precinct's own use the sheet of corrections and the
    checklist for the door follow.

    Raises:
        VoterlistError: see ``typeset``.
    """
    words = ListWords(language)
    is_display = document.edition.purpose == Purpose.DISPLAY
    data = _of_every_list(document, words)
    if document.edition.purpose == Purpose.CHANGES:
        data["notes"].append(words.since(document))
        data["words"]["foot"] = words("print.foot.changes")
        changes = _section("changes", [(None, document.changes.to_pylist())], words)
        data["list"] = changes | {"none": words("lists.corrections.none")}
        return typeset("display", data, document.edition.day)
    sheet: SheetName = "display" if is_display else "work"
    listed = _section(sheet, [(None, document.rows.to_pylist())], words)
    data["list"] = listed | {"none": words("lists.none")}
    if is_display:
        return typeset("display", data, document.edition.day)
    corrections = document.corrections.to_pylist()
    streets = [
        (street or words("print.no-street"), list(asked))
        for street, asked in groupby(document.door.to_pylist(), itemgetter("street"))
    ]
    sheet_of = _section("corrections", [(None, corrections)], words)
    data["corrections"] = sheet_of | _sheet_words("corrections", words)
    data["door"] = _section("door", streets, words) | _sheet_words("door", words)
    return typeset("work", data, document.edition.day)


def _of_every_list(document: ListDocument, words: ListWords) -> _Data:
    """What every list says, whatever it is for."""
    title, place = words.title(document), words.place_of(document)
    listed = str(document.balance["listed"])
    return {
        "language": words.language,
        "title": title,
        "short": place,
        "place": place,
        "notes": [place, words.made(document)],
        "words": {
            "foot": words("print.foot", page="{page}", sum="{sum}"),
            "legend": words("print.legend"),
            "total": words("print.total", count=listed),
        },
        "balance": {
            "title": words("lists.balance.title"),
            "rows": [
                [_SIGNS[name], words(f"lists.balance.{name}"), str(count)]
                for name, count in document.balance.items()
            ],
        },
        "signatures": _signatures(document, words),
    }


def _signatures(document: ListDocument, words: ListWords) -> _Data:
    """The words at the places for who signs, the seal and the date."""
    roles = signers(document.edition.members)
    said = ("title", "name", "signature", "seal", "date")
    return {name: words(f"lists.sign.{name}") for name in said} | {
        "roles": [words(f"lists.sign.{role}") for role in roles]
    }


def _section(
    sheet: SheetName,
    groups: Sequence[tuple[str | None, list[ReadRow]]],
    words: ListWords,
) -> _Data:
    """A table as the templates read it: columns, groups of rows, places of corrected cells."""
    rows = [row for _, rows in groups for row in rows]
    columns = columns_of(sheet, words, rows, on_paper=True)
    marks = {}
    for number, row in enumerate(rows):
        places = [at for at, shown in enumerate(columns) if shown.is_corrected(row)]
        if places:
            marks[str(number)] = places
    texts = [_texts(columns, row) for row in rows]
    headings = [words(shown.key) for shown in columns]
    widths = _widths(columns, headings, texts, _PAGES.get(sheet, _LANDSCAPE))
    remaining = iter(texts)
    return {
        "columns": [
            {
                "heading": heading,
                "width": width,
                "align": shown.align,
                "weight": "bold" if shown.is_bold else "regular",
            }
            for shown, heading, width in zip(columns, headings, widths, strict=True)
        ],
        "groups": [
            {"heading": heading, "rows": list(islice(remaining, len(rows)))}
            for heading, rows in groups
        ],
        "marks": marks,
    }


_LANDSCAPE = 267.0
_PAGES: Mapping[SheetName, float] = {"display": 180.0, "changes": 180.0}
"""Millimetres between the margins; of the other sheets those of a page on its side."""
_LETTER, _BOLD_LETTER, _MARGINS = 1.6, 1.85, 3.6
"""Millimetres: a letter on average, in regular and in bold type, and both sides of a cell."""
_CAPITALS = 1.35
"""How much wider a word in capitals is."""
_LONGEST_WORD = 45.0
"""Millimetres of a column; a word that needs more breaks between its letters."""
_MOST = 0.98
"""So many words of a long column need no break between their letters."""
_USUAL = 0.95
"""So many of the texts of a long column fit into one line where there is room."""


def _widths(
    columns: Sequence[Shown],
    headings: Sequence[str],
    texts: Sequence[Sequence[str | None]],
    page: float,
) -> list[float]:
    """How wide each column is, in millimetres: what some do not need, the long ones get.

    A long column has the room of its longest word before it has more, where the page allows.
    """
    least, wanted = [], []
    for at, (shown, heading) in enumerate(zip(columns, headings, strict=True)):
        letter = _BOLD_LETTER if shown.is_bold else _LETTER
        name = max(_length(word, _BOLD_LETTER) for word in heading.split()) + _MARGINS
        cells = [row[at] or "" for row in texts]
        lengths = sorted(_length(cell, letter) for cell in cells)
        widest = max(lengths, default=0.0) + _MARGINS
        if shown.is_to_fill_in:
            low = high = float(shown.paper)
        elif widest <= max(shown.paper, name):
            low = high = max(widest, name)
        else:
            # Of each cell its longest word.
            words = sorted(
                max(_length(word, letter) for word in re.split("[ -]", cell))
                for cell in cells
            )
            longest = words[int(_MOST * (len(words) - 1))] + _MARGINS
            low = max(name, min(longest, _LONGEST_WORD))
            high = max(lengths[int(_USUAL * (len(lengths) - 1))] + _MARGINS, low)
        least.append(low)
        wanted.append(high)
    room, more = page - sum(least), sum(wanted) - sum(least)
    share = min(max(room / more, 0.0), 1.0) if more else 0.0
    # Of many columns each gets less than it needs, and none gets nothing.
    cut = min(page / sum(least), 1.0)
    return [
        round((low + (high - low) * share) * cut, 2)
        for low, high in zip(least, wanted, strict=True)
    ]


def _length(text: str, letter: float) -> float:
    """How wide a text is at so many millimetres a letter."""
    return letter * len(text) * (_CAPITALS if text.isupper() else 1)


def _texts(columns: Sequence[Shown], row: ReadRow) -> list[str | None]:
    """The texts of a row; None where a person fills in, empty where nothing is known."""
    values = [shown.value(row) for shown in columns]
    return [
        None
        if shown.is_to_fill_in
        else _BEFORE_NUMBER.sub(
            "\N{NO-BREAK SPACE}", "" if value is None else str(value)
        )
        for shown, value in zip(columns, values, strict=True)
    ]


def _sheet_words(name: str, words: ListWords) -> _Data:
    """The title of a sheet, what it is for, and what stands on it where it has no row."""
    said = ("title", "note", "none")
    return {key: words(f"lists.{name}.{key}") for key in said}


_Cell = Callable[[ListWords, PaperDocument, ReadRow], str | None]


def _constituency(words: ListWords, document: PaperDocument, _row: ReadRow) -> str:
    return words.constituency(document.constituency, document.constituency_name)


def _precinct(words: ListWords, document: PaperDocument, _row: ReadRow) -> str:
    number = document.precinct
    return words("lists.unknown") if number is None else str(number)


def _source(words: ListWords, _document: PaperDocument, row: ReadRow) -> str:
    """Which register says so; the list itself where none does."""
    if row["file"] is None:
        return words("paper.notices.source.list")
    places = {"line": str(row["line"]), "day": words.day_of(row["read"])}
    return words("paper.notices.source", file=row["file"], **places)


CELLS: Mapping[str, _Cell] = {
    "name": lambda _words, _document, row: name_in(row),
    "birth_date": lambda words, _document, row: words.born(row),
    "address": lambda _words, _document, row: row["address"],
    "constituency": _constituency,
    "precinct": _precinct,
    "precinct_address": lambda _words, document, _row: document.office.address,
    "telephone": lambda _words, document, _row: document.office.telephone,
    "reason": lambda words, _document, row: words.of_finding(row),
    "ground": lambda words, _document, row: words.with_article(row["ground"]),
    "source": _source,
    "until": lambda words, _document, row: words.day_of(row["until"]),
    "finding": lambda _words, _document, row: row["finding_id"],
    "to_fill_in": lambda _words, _document, _row: None,
    "signature": lambda _words, _document, _row: None,
    "number": lambda _words, _document, row: str(row["number"]),
}
"""What a paper may say of somebody; the catalogue has its heading as ``paper.column.<name>``."""


def write_paper(document: PaperDocument, language: str, form: str, path: Path) -> None:
    """Write the papers of a list; the same document gives the same bytes.

    Args:
        document: the papers.
        language: ``az`` or ``en``.
        form: ``pdf``; ``xlsx`` or ``csv`` with a row for each paper.
        path: the file.

    Raises:
        VoterlistError: see ``typeset``.
        OSError: the file cannot be written.
    """
    words = ListWords(language)
    columns = document.paper.columns
    rows = [
        {name: CELLS[name](words, document, row) for name in columns}
        for row in document.rows.to_pylist()
    ]
    # Lines to write on go on with the numbers.
    first = document.rows.num_rows + 1
    rows += [
        {**dict.fromkeys(columns), "number": str(number)}
        for number in range(first, first + document.paper.blank)
    ]
    headings = {name: words(f"paper.column.{name}") for name in columns}
    if form == "pdf":
        path.write_bytes(_pdf(document, words, headings, rows))
        return
    texts = {
        heading: pa.array([row[name] for row in rows], pa.string())
        for name, heading in headings.items()
    }
    (write_csv if form == "csv" else write_xlsx)(path, pa.table(texts))


def _pdf(
    document: PaperDocument,
    words: ListWords,
    headings: Mapping[str, str],
    rows: list[dict[str, str | None]],
) -> bytes:
    """The PDF file: the template of this name with the rows and the words of the paper."""
    name = document.paper.name
    beginning = f"paper.{name}."
    title = words(f"{beginning}title")
    data = {
        "language": words.language,
        "title": f"{title}. {words.place_of(document)}",
        "short": words.place_of(document),
        "words": {key: words(f"{beginning}{key}") for key in document.paper.words},
        "headings": headings,
        "rows": [{key: text or "" for key, text in row.items()} for row in rows],
    }
    return typeset(name, data, document.edition.day)
