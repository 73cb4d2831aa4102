"""The compiled, corrected list of each precinct, written for people and for programs."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from voterlist import facts
from voterlist.config.sections import Settings
from voterlist.counter.election_day import Cards
from voterlist.deadlines import is_frozen, last_days, list_day
from voterlist.errors import UsageError, usage_error
from voterlist.handover.beside import (
    Line,
    Notices,
    displays,
    keep_displayed,
    mobile_voters,
    note_displayed,
    read_offices,
)
from voterlist.handover.gates import Gate, Scope, gates
from voterlist.lists.alterations import (
    Displayed,
    alterations,
    displayed_of,
    sheets_of_changes,
)
from voterlist.lists.compile import Compiled, ListInput, compile_lists
from voterlist.lists.documents import (
    Document,
    Edition,
    ListDocument,
    Offices,
    Paper,
    PaperDocument,
    by_house,
    documents,
    of_kind,
    paper_documents,
    papers,
    place_stem,
    record_rows,
    supplementary,
)
from voterlist.lists.roll import LIST_COUNTS
from voterlist.model import (
    Level,
    ListKind,
    ListOrder,
    OnProgress,
    Purpose,
    frozen,
    no_progress,
)
from voterlist.pipeline.known import waves_left
from voterlist.pipeline.list_input import ListSource
from voterlist.processes.workers import end_with_parent
from voterlist.render import pdf, xlsx
from voterlist.render.desk import render_door
from voterlist.render.pdf import write_paper
from voterlist.render.rows import (
    json_bytes,
    write_record_csv,
    write_record_parquet,
    write_schema,
)
from voterlist.schemas import LIST_BALANCE
from voterlist.storage import files as store_files
from voterlist.storage.workspace import open_to_read
from voterlist.tables import ReadRow, concat, with_column

BALANCE_NAME = "balance.json"
"""In a package."""
_PRINTED = ("pdf", "xlsx")
_RENDERED: Mapping[str, Callable[[ListDocument, str], bytes]] = {
    "pdf": pdf.render_list,
    "xlsx": xlsx.render_list,
    "html": render_door,
}
"""What makes each form in which people are given lists."""

FORMS: Mapping[str, tuple[str, ...]] = {
    Purpose.DISPLAY: _PRINTED,
    Purpose.CHANGES: _PRINTED,
    Purpose.WORK: _PRINTED,
    Purpose.RECORD: ("csv", "parquet"),
    Purpose.DOOR: ("html",),
    **dict.fromkeys(papers(), ("pdf", "xlsx", "csv")),
}
"""The forms of each purpose; all of them are written where none is asked for."""


@frozen
class ListRequest:
    """Which lists are to be written, and how."""

    purpose: str
    """A code of ``Purpose``, or the name of one of ``papers``."""
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


@frozen
class ListFile:
    """A file that is written."""

    path: Path
    constituency: int | None
    precinct: int | None
    list_kind: ListKind | None = None
    """None: it is of several lists."""
    rows: int = 0
    """The voters in it."""
    sha256: str = ""


_Task = tuple[ListFile, Callable[[Path], object]]
"""A file, and what writes it."""


def write_file(task: _Task) -> ListFile:
    """Write a file whole, and tell what it is."""
    file, write = task
    store_files.write_atomically(file.path, write)
    return replace(file, sha256=store_files.sha256(file.path))


@frozen
class ListWriter:
    """How the lists of one constituency are written."""

    folder: Path
    request: ListRequest
    language: str
    constituency: int | None
    edition: Edition

    def tasks(self, compiled: Compiled) -> Iterator[_Task]:
        """The files to write, in every form that was asked for."""
        if self.edition.purpose == Purpose.RECORD:
            yield from self._record(compiled)
            return
        yield from self.tasks_of(documents(compiled, self.edition))

    def tasks_of(self, written: Iterable[Document]) -> Iterator[_Task]:
        """The files of these documents, in every form that was asked for."""
        for document in written:
            for form in _forms(self.request):
                rows = document.rows.num_rows
                if isinstance(document, ListDocument):
                    rows = rows or document.changes.num_rows
                file = ListFile(
                    self.folder / f"{document.stem}-{self.language}.{form}",
                    self.constituency,
                    document.precinct,
                    document.list_kind,
                    rows,
                )
                yield file, partial(_write, document, self.language, form)

    def _record(self, compiled: Compiled) -> Iterator[_Task]:
        """The tables, the page that describes them, and the balance."""
        stem = f"{self._stem()}-record"
        for kind in ListKind:
            rows = record_rows(compiled.listed, kind)
            if not rows.num_rows:
                continue
            for form in _forms(self.request):
                file = self._file(f"{of_kind(stem, kind)}.{form}")
                file = replace(file, list_kind=kind, rows=rows.num_rows)
                yield file, partial(RECORD_WRITERS[form], rows)
        yield self._file(f"{stem}-schema.txt"), write_schema
        edition = self.edition
        balance = balance_content(
            compiled.balance,
            cycle=edition.cycle,
            constituency=self.constituency,
            run=edition.run,
            day=edition.day,
        )
        write = partial(Path.write_bytes, data=json_bytes(balance))
        yield self._file(f"{self._stem()}-balance.json"), write

    def _file(self, name: str) -> ListFile:
        """A file of this name, of all lists that were asked for."""
        return ListFile(self.folder / name, self.constituency, self.request.precinct)

    def _stem(self) -> str:
        """The beginning of the names of files that are of several lists."""
        place = place_stem(self.constituency)
        precinct = self.request.precinct
        return place if precinct is None else f"{place}-precinct-{precinct:04}"


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


def _write(document: Document, language: str, form: str, path: Path) -> None:
    """Write a document; the path comes last, as ``store`` gives it."""
    if isinstance(document, PaperDocument):
        write_paper(document, language, form, path)
        return
    assert isinstance(document, ListDocument)
    path.write_bytes(_RENDERED[form](document, language))


RECORD_WRITERS: Mapping[str, Callable[[pa.Table, Path], None]] = {
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


LISTS = "lists"
"""The folder of a workspace in which the lists lie."""


_ALL = "all"
"""The folder of entries of which no constituency is known."""


@frozen
class ListsMade:
    """What was written."""

    files: tuple[ListFile, ...]
    balance: pa.Table
    """LIST_BALANCE of the lists written."""
    runs: dict[int | None, str]
    """Constituency -> the run from which its lists are."""
    corrections: int
    """What was done to these lists, counted once for each line of a sheet of corrections."""
    questions: int
    """What is still to be asked at the doors."""
    changes: int
    """What stands on sheets of changes."""
    waves: tuple[ReadRow, ...]
    """Rows of WAVE: what stands out of the answers of a night, and is left to ask."""
    left: Mapping[str, int]
    """What hangs out and may be others tomorrow: by the gate that says why, its count."""


def make_lists(
    workspace: Path,
    request: ListRequest,
    *,
    today: dt.date,
    jobs: int = 1,
    progress: OnProgress = no_progress,
) -> ListsMade:
    """Write the compiled, corrected list of each precinct.

    Each constituency is compiled on its own, from the newest complete run that has it.

    Args:
        workspace: its folder.
        request: which lists, and how.
        today: the day that the lists name.
        jobs: processes that write lists; the bytes do not depend on it.
        progress: told what is being done.

    Raises:
        UsageError: it is no workspace or has no complete run; something was decided since the run;
            there is no such constituency, precinct or form.
        SettingsError: its settings have mistakes.
        InputError: a table of the run, or the ledger, cannot be read.
        StageError: a list has other rows than its balance says.
        OSError: a file cannot be written.
    """
    _require_forms(request)
    with open_to_read(workspace) as (settings, ledger):
        source = ListSource.of(workspace, ledger, settings)
    wanted = _wanted_constituencies(source.constituencies(), request.constituencies)
    for constituency in wanted:
        source.require_current(constituency)
    written = _Written(source, request, today)
    told = progress if len(wanted) == 1 else lambda *_: None
    with _workers(jobs) as each:
        for done, constituency in enumerate(wanted):
            progress(LISTS, done, len(wanted))
            written.write(constituency, each, told)
    balance = concat(written.balances, LIST_BALANCE)
    if not written.files and not (written.paper and balance.num_rows):
        raise _no_list(request)
    written.note()
    return ListsMade(
        tuple(written.files),
        balance,
        written.runs,
        written.corrections,
        written.questions,
        written.changes,
        waves_left(source.runs.folders[0]),
        written.left,
    )


@dataclass(slots=True)
class _Written:
    """What is written for one purpose, and what of it is to be remembered."""

    source: ListSource
    request: ListRequest
    today: dt.date
    paper: Paper | None = field(init=False)
    files: list[ListFile] = field(default_factory=list)
    runs: dict[int | None, str] = field(default_factory=dict)
    balances: list[pa.Table] = field(default_factory=list)
    """LIST_BALANCE of each constituency: of a nation only the sums are kept."""
    corrections: int = 0
    questions: int = 0
    changes: int = 0
    """What stands on sheets of changes."""
    left: Counter[str] = field(default_factory=Counter)
    """By gate, what may make others of the lists that hang out."""
    _cards: Mapping[str, int] = field(init=False)
    _offices: Offices = field(init=False)
    _shown: list[Line] = field(default_factory=list)
    _noticed: list[pa.Table] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.paper = papers().get(self.request.purpose)
        has_paper = self.paper is not None
        self._offices = read_offices(self.source.workspace) if has_paper else {}
        self._cards = Cards.of(self.source.journal).by_entry

    def write(
        self,
        constituency: int | None,
        each: Callable[..., Iterable[ListFile]],
        progress: OnProgress,
    ) -> None:
        """Write the files of a constituency; ``each`` is a ``map`` over them."""
        run, given = self.source.input_of(constituency)
        writer = _writer(self.source, self.request, constituency, run, self.today)
        order = writer.edition.order
        whole = compile_lists(given, constituency=constituency, order=order)
        whole = _with_cards(whole, self._cards)
        compiled = _of_precinct(whole, self.request.precinct)
        tasks = [*self.tasks(writer, whole, compiled, given)]
        if tasks:
            if self.request.out is None:
                # The program's own folders are closed to others.
                store_files.own_folder(writer.folder.parent)
                store_files.own_folder(writer.folder)
            store_files.make_folder(writer.folder)
            for count, file in enumerate(each(write_file, tasks), 1):
                self.files.append(file)
                progress(LISTS, count, len(tasks))
            self.keep(writer, whole)
        self.balances.append(compiled.balance)
        self.corrections += compiled.corrections.num_rows
        self.questions += compiled.door.num_rows
        self.runs[constituency] = run

    def tasks(
        self, writer: ListWriter, whole: Compiled, compiled: Compiled, given: ListInput
    ) -> Iterator[_Task]:
        """The files of a constituency; none where there is nothing to write.

        Args:
            writer: of the constituency.
            whole: its lists, of all precincts.
            compiled: those of them that were asked for.
            given: what the run knows of it.
        """
        if self.request.purpose == Purpose.CHANGES:
            sheets = [*_sheets(self.source, writer, whole, given)]
            self.changes += sum(sheet.changes.num_rows for sheet in sheets)
            yield from writer.tasks_of(sheets)
        elif self.paper is not None:
            rows = self._rows_of_paper(self.paper, writer, whole, given)
            edition, balance = writer.edition, compiled.balance
            yield from writer.tasks_of(
                paper_documents(self.paper, balance, rows, edition, self._offices)
            )
        elif compiled.balance.num_rows:
            yield from writer.tasks(compiled)

    def _rows_of_paper(
        self, paper: Paper, writer: ListWriter, numbered: Compiled, given: ListInput
    ) -> pa.Table:
        """Of whom there is a paper, by street and house: LISTED or NOTICE."""
        by_street = compile_lists(
            given, constituency=writer.constituency, order=ListOrder.STREET
        )
        rows = by_house(numbered, by_street)
        only = self.request.precinct
        if only is not None:
            rows = rows.filter(pc.field("precinct") == only)
        if paper.rows == "notices":
            notices = Notices(self.source, self.today)
            rows = notices.table(writer.constituency, given, rows)
            self._noticed.append(rows)
        elif paper.rows == "mobile":
            rows = mobile_voters(self.source, writer.constituency, rows)
        elif paper.rows == "supplementary":
            rows = supplementary(rows, numbered.corrections, self.source.last_days)
        return rows

    def keep(self, writer: ListWriter, whole: Compiled) -> None:
        """Keep what hangs out of a constituency after its files were written."""
        if self.request.purpose in _DISPLAYED:
            line = keep_displayed(
                self.source.workspace,
                writer.constituency,
                self.request.precinct,
                Purpose(self.request.purpose),
                displayed_of(whole, writer.edition.of_age_since),
            )
            self._shown.append(line)
            if writer.constituency is not None:
                self.left += self._left(writer.constituency)

    def _left(self, constituency: int) -> Counter[str]:
        """What was handed in since the run, and the disputes of a place, by gate."""
        asked = [Gate.CONTESTED]
        is_central = self.source.settings.workspace.level is Level.CEC
        if is_central or not self.runs:
            # Elsewhere the whole inbox is read for one constituency.
            asked.append(Gate.STALE_RUN)
        states = gates(self.source, Scope(constituency, self.request.precinct), asked)
        return Counter({state.gate.value: state.count for state in states})

    def note(self) -> None:
        """Note in the journal what was displayed, and to whom notices were written."""
        if self._shown:
            note_displayed(self.source, self._shown, self.today)
        for rows in self._noticed:
            if rows.num_rows:
                Notices(self.source, self.today).note(rows)


_DISPLAYED = (Purpose.DISPLAY, Purpose.CHANGES)
"""What hangs out afterwards says what the lists say; changes are counted from it."""


def _with_cards(compiled: Compiled, cards: Mapping[str, int]) -> Compiled:
    """The lists with a mark beside whoever was given a voting card."""
    if not cards:
        return compiled
    ids = compiled.listed.column("entry_id").to_pylist()
    numbers = [str(cards[key]) if key in cards else None for key in ids]
    column = pa.array(numbers, pa.string())
    return replace(compiled, listed=with_column(compiled.listed, "card", column))


def _sheets(
    source: ListSource, writer: ListWriter, now: Compiled, given: ListInput
) -> Iterator[ListDocument]:
    """The sheet of changes of each list, each since it was displayed last.

    A sheet of changes after which the wall says what it says today is not looked at: one that is
    written again, in the other language too, is the same.
    """
    edition, only = writer.edition, writer.request.precinct
    shown = displayed_of(now, edition.of_age_since)
    known_as = source.known_as(writer.constituency)
    for since, then, precincts in _bases(source, writer, shown, given):
        own = precincts if only is None else precincts & {only}
        if own:
            rows = alterations(then, shown, known_as)
            sheets = sheets_of_changes(then, now, rows, edition, since)
            yield from (sheet for sheet in sheets if sheet.precinct in own)


def _bases(
    source: ListSource, writer: ListWriter, shown: Displayed, given: ListInput
) -> Iterator[tuple[dt.date | None, Displayed, set[int | None]]]:
    """From which lists the changes of each precinct are counted: (day, lists, precincts)."""
    settled: set[int | None] = set()
    for display in displays(source, writer.constituency):
        then = display.lists
        # Of a list that is gone since, the display knows.
        own = shown.precincts | then.precincts
        if display.precinct is not None:
            own = {display.precinct}
        if display.purpose is Purpose.CHANGES:
            own = {place for place in own if then.cells(place) != shown.cells(place)}
        yield display.day, then, own - settled
        settled |= own
        if display.precinct is None and display.purpose is Purpose.DISPLAY:
            return
    before = source.as_handed_in(given)
    edition = writer.edition
    lists = compile_lists(before, constituency=writer.constituency, order=edition.order)
    then = displayed_of(lists, edition.of_age_since)
    yield None, then, (shown.precincts | then.precincts) - settled


def _writer(
    source: ListSource,
    request: ListRequest,
    constituency: int | None,
    run: str,
    today: dt.date,
) -> ListWriter:
    """What writes the lists of a constituency, from the run that knows it best."""
    settings = source.settings
    cycle, lists = settings.workspace.cycle, settings.lists
    days = last_days(settings.calendar, cycle)
    edition = Edition(
        cycle=cycle,
        run=run,
        day=today,
        purpose=request.purpose,
        order=request.order or ListOrder(lists.order),
        names=facts.constituencies(today),
        of_age_since=_of_age_since(settings) if lists.full_date_when_of_age else None,
        written_spelling=lists.written_spelling,
        members=lists.members,
        frozen_after={
            kind: last for kind, last in days.items() if is_frozen(last, today)
        },
        reasons=lists.reasons_on_display,
    )
    return ListWriter(
        folder=request.out or source.workspace / LISTS / str(constituency or _ALL),
        request=request,
        language=request.language or settings.report.languages[0],
        constituency=constituency,
        edition=edition,
    )


@contextmanager
def _workers(jobs: int) -> Iterator[Callable[..., Iterable[ListFile]]]:
    """A ``map`` that works in so many processes."""
    if jobs < 2:
        yield map
        return
    # Not fork: a forked process inherits Arrow's threads in whatever state they are.
    with ProcessPoolExecutor(
        jobs, mp_context=get_context("spawn"), initializer=end_with_parent
    ) as pool:
        try:
            yield pool.map
        except BaseException:
            # What was not begun is for nobody any more.
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _of_precinct(compiled: Compiled, precinct: int | None) -> Compiled:
    """The lists of one precinct; all of them where none is named."""
    if precinct is None:
        return compiled
    is_own = pc.field("precinct") == precinct
    tables = (getattr(compiled, field.name) for field in fields(Compiled))
    return Compiled(*(table.filter(is_own) for table in tables))


def _of_age_since(settings: Settings) -> dt.date:
    """The first birth date of those who were not of age on the same day of the year before."""
    day = list_day(settings.calendar, settings.workspace.cycle)
    year = day.year - settings.check.voting_age - 1
    # Who was born on 29 February was of age on the 28th: see ``completed_years``.
    if (day.month, day.day) in {(2, 28), (2, 29)}:
        return dt.date(year, 3, 1)
    return day.replace(year=year) + dt.timedelta(days=1)


def _wanted_constituencies(
    known_ones: tuple[int | None, ...], asked: tuple[int, ...]
) -> tuple[int | None, ...]:
    """The constituencies of which lists are written.

    Raises:
        UsageError: one that was asked for has no entries.
    """
    for number in asked:
        if number not in known_ones:
            numbers = (str(place) for place in known_ones if place is not None)
            raise usage_error(
                "lists-no-constituency", number=number, known=", ".join(numbers) or "-"
            )
    return tuple(sorted(set(asked))) if asked else known_ones


def _require_forms(request: ListRequest) -> None:
    """Refuse a form that a purpose does not have.

    Raises:
        UsageError: it is such a one.
    """
    if request.purpose not in FORMS:
        known = ", ".join(FORMS)
        raise usage_error("lists-no-purpose", purpose=request.purpose, known=known)
    for form in request.forms:
        if form not in FORMS[request.purpose]:
            raise usage_error(
                "lists-no-form",
                form=form,
                purpose=request.purpose,
                known=", ".join(FORMS[request.purpose]),
            )


def _no_list(request: ListRequest) -> UsageError:
    """The error where there is nothing to write."""
    if request.precinct is None:
        return usage_error("lists-nobody")
    number = str(request.precinct)
    return usage_error("lists-no-precinct", number=number)
