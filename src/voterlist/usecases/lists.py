"""The compiled, corrected list of each precinct, written for people and for programs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from voterlist import facts
from voterlist.config import Settings
from voterlist.deadlines import list_day
from voterlist.errors import UsageError
from voterlist.lists import (
    Compiled,
    Edition,
    compile_lists,
)
from voterlist.model import ListOrder
from voterlist.pipeline.answers import answers_in
from voterlist.pipeline.known import known
from voterlist.pipeline.list_input import ListSource
from voterlist.schemas import LIST_BALANCE
from voterlist.storage import ledger as ledgers
from voterlist.storage import store
from voterlist.storage.workers import end_with_parent
from voterlist.tables import concat
from voterlist.usecases.list_files import (
    FORMS,
    ListFile,
    ListRequest,
    ListWriter,
    write_file,
)
from voterlist.usecases.settings import settings_of

__all__ = [
    "FORMS",
    "LISTS",
    "ListFile",
    "ListRequest",
    "ListsMade",
    "make_lists",
]

LISTS = "lists"
"""The folder of a workspace in which the lists lie."""


_ALL = "all"
"""The folder of entries of which no constituency is known."""


@dataclass(frozen=True, slots=True)
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


def make_lists(
    workspace: Path,
    request: ListRequest,
    *,
    today: dt.date,
    jobs: int = 1,
    progress: Callable[[str, int, int], None] = lambda _stage, _done, _total: None,
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
    settings = settings_of(workspace)
    with ledgers.reading(ledgers.place_in(workspace, settings)) as ledger:
        runs = known(workspace, ledger)
        answers = answers_in(ledger)
    source = ListSource(workspace, runs, answers, settings)
    files: list[ListFile] = []
    runs_used: dict[int | None, str] = {}
    wanted = _wanted(source.constituencies(), request.constituencies)
    for constituency in wanted:
        source.require_current(constituency)
    balances: list[pa.Table] = []
    corrections = questions = 0
    with _workers(jobs) as each:
        for done, constituency in enumerate(wanted):
            progress(LISTS, done, len(wanted))
            run, given = source.input_of(constituency)
            writer = ListWriter(
                folder=request.out or workspace / LISTS / str(constituency or _ALL),
                request=request,
                language=request.language or settings.report.languages[0],
                constituency=constituency,
                edition=_edition(settings, request, run, today),
            )
            order = writer.edition.order
            compiled = compile_lists(given, constituency=constituency, order=order)
            compiled = _of_precinct(compiled, request.precinct)
            if compiled.balance.num_rows:
                _make_folders(writer.folder, is_own=request.out is None)
                files += each(write_file, writer.tasks(compiled))
            # Of a nation only the sums are kept.
            balances.append(compiled.balance)
            corrections += compiled.corrections.num_rows
            questions += compiled.door.num_rows
            runs_used[constituency] = run
    if not files:
        raise _no_list(request)
    balance = concat(balances, LIST_BALANCE)
    return ListsMade(tuple(files), balance, runs_used, corrections, questions)


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
    return Compiled(
        listed=compiled.listed.filter(is_own),
        corrections=compiled.corrections.filter(is_own),
        balance=compiled.balance.filter(is_own),
        door=compiled.door.filter(is_own),
    )


def _make_folders(folder: Path, *, is_own: bool) -> None:
    """Make the folder; the program's own ones are closed to others."""
    if is_own:
        store.own_folder(folder.parent)
        store.own_folder(folder)
    else:
        store.make_folder(folder)


def _edition(
    settings: Settings, request: ListRequest, run: str, today: dt.date
) -> Edition:
    """What the lists of a constituency say of themselves."""
    lists = settings.lists
    return Edition(
        cycle=settings.workspace.cycle,
        run=run,
        day=today,
        purpose=request.purpose,
        order=request.order or ListOrder(lists.order),
        names=facts.constituencies(today),
        of_age_since=_of_age_since(settings) if lists.full_date_when_of_age else None,
        written_spelling=lists.written_spelling,
        members=lists.members,
    )


def _of_age_since(settings: Settings) -> dt.date:
    """The first birth date of those who were not of age on the same day of the year before."""
    day = list_day(settings.calendar, settings.workspace.cycle)
    year = day.year - settings.check.voting_age - 1
    # Nobody is born on 29 February in other years: 1 March is the next day.
    is_leap_day = (day.month, day.day) == (2, 29)
    same_day = dt.date(year, 3, 1) if is_leap_day else day.replace(year=year)
    return same_day if is_leap_day else same_day + dt.timedelta(days=1)


def _wanted(
    known_ones: tuple[int | None, ...], asked: tuple[int, ...]
) -> tuple[int | None, ...]:
    """The constituencies of which lists are written.

    Raises:
        UsageError: one that was asked for has no entries.
    """
    for number in asked:
        if number not in known_ones:
            numbers = (str(one) for one in known_ones if one is not None)
            raise UsageError(
                f"no run has entries of constituency {number}",
                code="lists-no-constituency",
                places={"number": str(number), "known": ", ".join(numbers) or "-"},
            )
    return tuple(sorted(set(asked))) if asked else known_ones


def _require_forms(request: ListRequest) -> None:
    """Refuse a form that a purpose does not have.

    Raises:
        UsageError: it is such a one.
    """
    for form in request.forms:
        if form not in FORMS[request.purpose]:
            raise UsageError(
                f"{request.purpose} has no form {form}",
                code="lists-no-form",
                places={
                    "form": form,
                    "purpose": request.purpose.value,
                    "known": ", ".join(FORMS[request.purpose]),
                },
            )


def _no_list(request: ListRequest) -> UsageError:
    """The error where there is nothing to write."""
    if request.precinct is None:
        return UsageError("nobody is on the lists", code="lists-nobody")
    number = str(request.precinct)
    return UsageError(
        f"there is no list of precinct {number}",
        code="lists-no-precinct",
        places={"number": number},
    )
