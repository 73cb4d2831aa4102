"""The files of compiled lists: which there are, and how each is written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from voterlist import facts
from voterlist.lists import (
    Compiled,
    Edition,
    ListDocument,
    documents,
    record_rows,
)
from voterlist.lists.balance import LIST_COUNTS
from voterlist.lists.documents import place_stem
from voterlist.model import ListKind, ListOrder, Purpose
from voterlist.render import pdf, xlsx
from voterlist.render.rows import (
    write_balance,
    write_record_csv,
    write_record_parquet,
    write_schema,
)
from voterlist.storage import store

BALANCE_NAME = "balance.json"
"""In a package."""
_RENDERED: Mapping[str, Callable[[ListDocument, str], bytes]] = {
    "pdf": pdf.render_list,
    "xlsx": xlsx.render_list,
}
"""What makes each form in which people are given lists."""

FORMS: Mapping[Purpose, tuple[str, ...]] = {
    Purpose.DISPLAY: tuple(_RENDERED),
    Purpose.WORK: tuple(_RENDERED),
    Purpose.RECORD: ("csv", "parquet"),
}
"""The forms of each purpose; all of them are written where none is asked for."""


@dataclass(frozen=True, slots=True)
class ListRequest:
    """Which lists are to be written, and how."""

    purpose: Purpose
    constituencies: tuple[int, ...] = ()
    """Those of these constituencies; without any, of all."""
    precinct: int | None = None
    """Only those of this precinct."""
    forms: tuple[str, ...] = ()
    """In these forms; without any, in all that the purpose has."""
    out: Path | None = None
    """The folder; without it ``lists/<constituency>`` in the workspace."""
    language: str | None = None
    """The language; without it the first of the settings."""
    order: ListOrder | None = None
    """The order of the lists; without it that of the settings."""


@dataclass(frozen=True, slots=True)
class ListFile:
    """A file that was written."""

    path: Path
    constituency: int | None
    precinct: int | None
    list_kind: ListKind | None
    """None: it is of several lists."""
    rows: int
    """The voters in it."""
    sha256: str


@dataclass(frozen=True, slots=True)
class _Task:
    """A file to write."""

    path: Path
    write: Callable[[Path], object]
    constituency: int | None
    precinct: int | None
    list_kind: ListKind | None = None
    rows: int = 0


def write_file(task: _Task) -> ListFile:
    """Write a file whole, and tell what it is."""
    store.write_atomically(task.path, task.write)
    return ListFile(
        path=task.path,
        constituency=task.constituency,
        precinct=task.precinct,
        list_kind=task.list_kind,
        rows=task.rows,
        sha256=store.sha256(task.path),
    )


@dataclass(frozen=True, slots=True)
class ListWriter:
    """How the lists of one constituency are written."""

    folder: Path
    request: ListRequest
    language: str
    constituency: int | None
    edition: Edition

    def tasks(self, compiled: Compiled) -> Iterator[_Task]:
        """The files to write, in every form that was asked for."""
        if self.edition.purpose is Purpose.RECORD:
            yield from self._record(compiled)
            return
        for document in documents(compiled, self.edition):
            for form in _forms(self.request):
                yield _Task(
                    self.folder / f"{document.stem}-{self.language}.{form}",
                    partial(_write, document, self.language, form),
                    self.constituency,
                    document.precinct,
                    document.list_kind,
                    document.rows.num_rows,
                )

    def _record(self, compiled: Compiled) -> Iterator[_Task]:
        """The tables, the page that describes them, and the balance."""
        precinct = self.request.precinct
        for kind in ListKind:
            rows = record_rows(compiled.listed, kind)
            if not rows.num_rows:
                continue
            for form in _forms(self.request):
                yield _Task(
                    self.folder / f"{self._record_stem(kind)}.{form}",
                    partial(_RECORD_WRITERS[form], rows),
                    self.constituency,
                    precinct,
                    kind,
                    rows.num_rows,
                )
        page = self.folder / f"{self._stem()}-record-schema.txt"
        yield _Task(page, write_schema, self.constituency, precinct)
        path = self.folder / f"{self._stem()}-balance.json"
        write = partial(write_balance, self._balance(compiled))
        yield _Task(path, write, self.constituency, precinct)

    def _stem(self) -> str:
        """The beginning of the names of files that are of several lists."""
        place = place_stem(self.constituency)
        precinct = self.request.precinct
        return place if precinct is None else f"{place}-precinct-{precinct:04}"

    def _record_stem(self, kind: ListKind) -> str:
        """The name of a table of one kind of list; the intake reads the kind from it."""
        is_permanent = kind is ListKind.PERMANENT
        return f"{self._stem()}-record" + ("" if is_permanent else f"-{kind}")

    def _balance(self, compiled: Compiled) -> dict[str, Any]:
        edition = self.edition
        return balance_content(
            compiled.balance,
            cycle=edition.cycle,
            constituency=self.constituency,
            run=edition.run,
            day=edition.day,
        )


def balance_content(
    balance: pa.Table,
    *,
    cycle: str,
    constituency: int | None,
    run: str,
    day: dt.date,
) -> dict[str, Any]:
    """LIST_BALANCE as plain values; scripts are written against these names."""
    names = facts.constituencies(day)
    return {
        "cycle": cycle,
        "constituency": constituency,
        "constituency_name": names.get(constituency or 0),
        "run": run,
        "day": day.isoformat(),
        "lists": [
            {name: row[name] for name in row if name != "constituency"}
            for row in balance.to_pylist()
        ],
        "sum": sums_of(balance),
    }


def _write(document: ListDocument, language: str, form: str, path: Path) -> None:
    """Write a document; the path comes last, as ``store`` gives it."""
    path.write_bytes(_RENDERED[form](document, language))


_RECORD_WRITERS: Mapping[str, Callable[[pa.Table, Path], None]] = {
    "csv": write_record_csv,
    "parquet": write_record_parquet,
}


def sums_of(balance: pa.Table) -> dict[str, int]:
    """The sums of LIST_BALANCE over all lists."""
    sums = {name: pc.sum(balance.column(name)).as_py() for name in LIST_COUNTS}
    return {name: int(count or 0) for name, count in sums.items()}


def _forms(request: ListRequest) -> tuple[str, ...]:
    """The forms that were asked for, or all that the purpose has."""
    return request.forms or FORMS[request.purpose]
