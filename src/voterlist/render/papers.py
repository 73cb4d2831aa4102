"""Papers by the hundred, as PDF files and as tables for a printer's mail merge."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow as pa

from voterlist.lists.papers import PaperDocument
from voterlist.render.lists import ListWords
from voterlist.render.pdf import typeset
from voterlist.render.rows import write_csv, write_xlsx

_Row: TypeAlias = Mapping[str, Any]
_Cell: TypeAlias = Callable[[ListWords, PaperDocument, _Row], str | None]


def _constituency(words: ListWords, document: PaperDocument, _row: _Row) -> str:
    return words.constituency(document.constituency, document.constituency_name)


def _precinct(words: ListWords, document: PaperDocument, _row: _Row) -> str:
    number = document.precinct
    return words("lists.unknown") if number is None else str(number)


def _source(words: ListWords, _document: PaperDocument, row: _Row) -> str:
    """Which register says so; the list itself where none does."""
    if row["file"] is None:
        return words("paper.notices.source.list")
    places = {"line": str(row["line"]), "day": words.day_of(row["read"])}
    return words("paper.notices.source", file=row["file"], **places)


CELLS: Mapping[str, _Cell] = {
    "name": lambda words, _document, row: words.name(row),
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
