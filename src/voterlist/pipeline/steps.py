"""What a stage declares: the tables it needs and makes, and what else it may read; and its doing.

A stage is given its needs and nothing more: another table, section of the settings or input raises
``UndeclaredError``. So the key of a stage, which is the digest of what it needs, covers everything
that its tables can depend on. Each stage is done once and its tables are committed, or taken over
from an interrupted run.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from functools import partial
from itertools import chain
from operator import attrgetter
from pathlib import Path
from typing import Any, TypeVar, cast

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel

from voterlist import config
from voterlist.config.sections import Settings
from voterlist.deadlines import list_day
from voterlist.decisions.given import Given as Answers
from voterlist.errors import StageError, VoterlistError, place_of
from voterlist.model import Action, Stage, frozen, no_progress
from voterlist.pipeline.inbox import Inputs, is_passing, with_ours
from voterlist.pipeline.known import Known, answers_in
from voterlist.pipeline.running import Progress
from voterlist.pipeline.units import Make, Task, Units
from voterlist.processes.workers import peak_megabytes
from voterlist.readers.listing import ListedFile
from voterlist.schemas import with_entries
from voterlist.storage import store
from voterlist.storage.kept import DRAW, Kept, KeptUnit
from voterlist.storage.ledger import CaseNumber, Place, Reader, place_in
from voterlist.storage.store import (
    RunFolder,
    Shelf,
    StageRecord,
    Work,
    Written,
)
from voterlist.tables import concat, is_among, rows_among


def received_name(name: str) -> str:
    """The name of the table that holds this table of every intake in parts."""
    return f"received-{name}"


INTAKE_TABLES = ("entries", "lists", "set_aside", "findings", "added")
"""What is read of each folder of the inbox."""
RECEIVED = tuple(map(received_name, INTAKE_TABLES))
IN_PARTS = frozenset(RECEIVED)
"""Tables that lie in parts, one for each folder of the inbox."""
TEMPORARY = IN_PARTS | {
    "added",
    "findings-ingest",
    "findings-normalize",
    "findings-check",
    "findings-streets",
    "findings-raised",
    "rows-raised",
    "own-indicators",
    "sources-streets",
    "use-streets",
}
"""Tables that only the stages of a run need; they go when it is complete."""


def place_of_table(name: str, part: int | None = None) -> str:
    """Where a table lies in the folder of a run, without its ending."""
    own_name = name if part is None else f"{name}-{part}"
    return f"{store.SCRATCH}{own_name}" if name in TEMPORARY else own_name


class Given(StrEnum):
    """What a stage may need besides tables and settings."""

    INBOX = "inbox"
    """The lists."""
    REFERENCE = "reference"
    """The files of ``reference/`` that are no register of streets."""
    STREETS = "streets"
    """The files of ``reference/`` that are registers of the precincts' streets."""
    ANSWERS = "answers"
    """What people answered: about cases, entries and findings."""
    CASE_NUMBERS = "case-numbers"
    """The numbers of the cases of earlier runs."""
    SCOPE = "scope"
    """The constituencies whose lists are read."""
    LIST_DAY = "list-day"
    """The day on which the list counts."""


class UndeclaredError(LookupError):
    """A stage asked for something that it does not declare, or made such a table."""


@frozen
class Parts:
    """A table that a stage has written to its places, in this many parts."""

    count: int


@frozen
class StageResult:
    """What a stage made: its tables by name, and its balance of rows."""

    tables: Mapping[str, pa.Table | Written | Parts]
    rows_in: int
    rows_out: int
    set_aside: int = 0
    notes: Mapping[str, int | str] = field(default_factory=dict)
    """What it says of how it did its work, for the trace."""
    is_passing: bool = False
    """True where something could not be read for a reason of the moment.

    No other run takes over what was made.
    """

    def by_place(self) -> dict[str, pa.Table | Written]:
        """The tables by their places in the folder of the run, each part for itself."""
        placed: dict[str, pa.Table | Written] = {}
        for name, table in self.tables.items():
            if isinstance(table, Parts):
                for part in range(table.count):
                    placed[place_of_table(name, part)] = Written()
            else:
                placed[place_of_table(name)] = table
        return placed


@frozen
class Step:
    """One stage of a run."""

    stage: Stage
    run: Callable[[Shelf, StageContext], StageResult]
    needs: tuple[str, ...] = ()
    """Names of tables."""
    makes: tuple[str, ...] = ()
    """Names of tables."""
    may_make: tuple[str, ...] = ()
    """Names of tables that it makes in some runs only."""
    settings: tuple[str, ...] = ()
    """Key paths of the settings, such as ``check`` or ``workspace.profile``."""
    given: tuple[Given, ...] = ()
    by_constituency: bool = False
    """True where the work on one constituency needs no other one."""

    @property
    def words(self) -> tuple[str, ...]:
        """What it needs besides tables, as words of ``needs_of``."""
        return ("program", *(f"settings.{path}" for path in self.settings), *self.given)

    def key(self, needs: Mapping[str, str], digests: Mapping[str, str]) -> str:
        """The digest of all that the stage needs.

        Args:
            needs: as ``needs_of`` gives them.
            digests: the SHA-256 of every table made so far, by its place.
        """
        told = {word: needs[word] for word in self.words}
        for name in self.needs:
            told |= {place: digests[place] for place in places_of_table(name, digests)}
        return store.digest_of(self.stage, *chain(*told.items()))

    def require_declared(self, made: Iterable[str]) -> None:
        """Refuse tables that the stage does not declare, or fewer than it declares.

        Raises:
            UndeclaredError: it made other tables.
        """
        names = set(made)
        missing = set(self.makes) - names
        unknown = names - set(self.makes) - set(self.may_make)
        if missing or unknown:
            text = ", ".join(sorted(missing | unknown))
            raise UndeclaredError(
                f"the stage {self.stage} declares other tables: {text}"
            )


def places_of_table(name: str, places: Iterable[str]) -> list[str]:
    """The places of a table among ``places``, those written: one, or one for each part."""
    written = set(places)
    if name not in IN_PARTS:
        return [place_of_table(name)]
    part_places: list[str] = []
    while (place := place_of_table(name, len(part_places))) in written:
        part_places.append(place)
    return part_places


def needs_of(context: Context, steps: Iterable[Step]) -> dict[str, str]:
    """Word -> digest: ``program``, ``day``, ``settings.<section>``, and each of ``Given``.

    Of the settings every section, and each path that one of the steps declares.
    """
    settings, inputs = context.settings, context.inputs
    paths = {*Settings.model_fields, *chain(*(step.settings for step in steps))}
    return {
        "program": context.units.program,
        "day": context.today.isoformat(),
        **{f"settings.{path}": _digest_at(settings, path) for path in sorted(paths)},
        Given.INBOX: _digest_of_lists(context),
        Given.REFERENCE: _digest_of_files(inputs.reference_files),
        Given.STREETS: _digest_of_files(inputs.street_files),
        Given.ANSWERS: _digest_of_answers(context.given),
        Given.CASE_NUMBERS: _digest_of_numbers(context),
        Given.SCOPE: store.digest_of(context.is_whole, *context.constituencies),
        Given.LIST_DAY: str(context.list_day),
    }


def _digest_at(settings: Settings, path: str) -> str:
    """The digest of a section, or the value, at this key path of the settings."""
    value = attrgetter(path)(settings)
    return config.digest(value) if isinstance(value, BaseModel) else str(value)


def _digest_of_lists(context: Context) -> str:
    digest = context.inputs.digest_of_lists()
    if not context.left_out:
        return digest
    return store.digest_of(digest, *sorted(map(str, context.left_out)))


def _digest_of_answers(given: Answers) -> str:
    tables = (given.verdicts, given.amendments, given.acceptances, given.subjects)
    members = sorted((case, list(ids)) for case, ids in given.case_entries.items())
    return store.digest_of(*(table.to_pylist() for table in tables), members)


def _digest_of_numbers(context: Context) -> str:
    """The digest of the numbers that other runs gave.

    The run itself, made again, gives the same numbers: its key would be another one for nothing.
    """
    run = context.inputs.run_id(context.settings, context.today)
    others = (case for case in context.case_numbers if case.run != run)
    return store.digest_of(*((case.case_id, case.number) for case in others))


def _digest_of_files(files: Iterable[ListedFile]) -> str:
    return store.digest_of(
        *(part for file in files for part in (file.name, file.digest, file.is_ours))
    )


def needed(shelf: Shelf, step: Step) -> Shelf:
    """The tables that a stage needs, by name; any other raises ``UndeclaredError``."""

    def place_of(name: str) -> str:
        _require_declared(step, name, step.needs)
        return place_of_table(name)

    return replace(shelf, place_of=place_of)


def _require_declared(step: Step, name: str, declared: Iterable[str]) -> None:
    if name not in declared:
        raise UndeclaredError(f"the stage {step.stage} does not declare {name}")


class StageContext:
    """What a stage may depend on besides its tables: as much of a ``Context`` as it declares.

    ``workspace``, ``folder``, ``units``, ``progress`` and ``is_whole`` are free, because no table
    depends on them.
    """

    def __init__(self, context: Context, step: Step, folder: Path) -> None:
        self._context = context
        self._step = step
        self.workspace = context.workspace
        self.folder = folder
        """The folder of the run, in which a stage writes what is too large to hold."""
        self.units = context.units
        self.progress = context.progress
        self.is_whole = context.is_whole

    def each(self, make: Make, tasks: Iterable[Task]) -> list[KeptUnit]:
        """Every unit of the stage done, in the order of the tasks; see ``Units.each``."""
        stage = self._step.stage
        return self.units.each(stage, make, tasks, partial(self.progress, stage))

    @property
    def settings(self) -> Settings:
        """The settings; only what is declared can be read."""
        view = _DeclaredSettings(
            self._context.settings, self._step, "", self._step.settings
        )
        return cast("Settings", view)

    @property
    def inputs(self) -> Inputs:
        """The lists."""
        self._require(Given.INBOX)
        return self._context.inputs

    @property
    def left_out(self) -> frozenset[int | None]:
        """The constituencies whose work failed in this run."""
        self._require(Given.INBOX)
        return self._context.left_out

    @property
    def reference_files(self) -> tuple[ListedFile, ...]:
        """The files of ``reference/`` that are no register of streets."""
        self._require(Given.REFERENCE)
        return self._context.inputs.reference_files

    @property
    def street_files(self) -> tuple[ListedFile, ...]:
        """The files of ``reference/`` that are registers of the precincts' streets."""
        self._require(Given.STREETS)
        return self._context.inputs.street_files

    @property
    def answers(self) -> Answers:
        """What people answered, under the ids that the entries had then."""
        self._require(Given.ANSWERS)
        return self._context.given

    @property
    def case_numbers(self) -> tuple[CaseNumber, ...]:
        """The numbers of the cases of earlier runs."""
        self._require(Given.CASE_NUMBERS)
        return self._context.case_numbers

    @property
    def is_of_run(self) -> Callable[[str], bool]:
        """False for the id of an entry whose constituency the run leaves out."""
        self._require(Given.SCOPE)
        context = self._context
        prefixes = {f"{number:03d}" for number in context.constituencies}
        return lambda entry_id: (
            context.is_whole or entry_id.partition("-")[0] in prefixes
        )

    @property
    def list_day(self) -> dt.date:
        """The day on which the list counts."""
        self._require(Given.LIST_DAY)
        return self._context.list_day

    def is_passing(self, troubles: Iterable[tuple[str, str | None]]) -> bool:
        """True where one of these (source, code) is a failure of the moment, after hashing.

        What a stage made of it is not what the digests say, so another run must not take it over.
        """
        return is_passing(troubles, self._context.inputs.unread())

    def _require(self, need: Given) -> None:
        _require_declared(self._step, need, self._step.given)


@frozen
class _DeclaredSettings:
    """A section of the settings, of which only the declared key paths can be read."""

    _section: Any
    _step: Step
    _path: str
    _declared: tuple[str, ...]

    def __getattr__(self, name: str) -> Any:
        path = f"{self._path}{name}"
        value = getattr(self._section, name)
        if path in self._declared:
            return value
        inner = tuple(
            inner_path
            for inner_path in self._declared
            if inner_path.startswith(f"{path}.")
        )
        _require_declared(self._step, path, [path] if inner else [])
        return _DeclaredSettings(value, self._step, f"{path}.", inner)


@frozen
class Context:
    """What the stages of a run may depend on besides the tables."""

    workspace: Path
    settings: Settings
    inputs: Inputs
    given: Answers
    """What people answered, under the ids that the entries had then."""
    today: dt.date
    units: Units
    """Does the units of the stages."""
    progress: Progress
    case_numbers: tuple[CaseNumber, ...] = ()
    """The numbers of the cases of earlier runs."""
    left_out: frozenset[int | None] = frozenset()
    """The constituencies (None: the files beside the folders) whose work failed in this run."""
    before: Known | None = None
    """What the complete runs before this one say; None where there is none."""

    @classmethod
    def of(
        cls,
        workspace: Path,
        settings: Settings,
        inputs: Inputs,
        ledger: Reader,
        today: dt.date,
        jobs: int = 1,
        progress: Progress = no_progress,
    ) -> Context:
        """What a run of these inputs depends on, with what its ledger says."""
        return cls(
            workspace,
            settings,
            with_ours(inputs, workspace, ledger.journal()),
            answers_in(ledger),
            today,
            Units(Kept(workspace), store.program_digest(), max(1, jobs)),
            progress,
            tuple(ledger.case_numbers()),
        )

    @property
    def ledger(self) -> Place:
        """Where the ledger of the workspace is."""
        return place_in(self.workspace, self.settings)

    @property
    def list_day(self) -> dt.date:
        """The day on which the list counts: the election, or the last due date of the cycle.

        Whoever is of voting age on that day belongs on the list.
        """
        return list_day(self.settings.calendar, self.settings.workspace.cycle)

    @property
    def is_whole(self) -> bool:
        """False for a run of some constituencies only, asked for or because others failed."""
        return self.inputs.is_whole and not self.left_out

    @property
    def constituencies(self) -> tuple[int, ...]:
        """The constituencies of the run, without those whose work failed."""
        numbers = self.inputs.constituencies
        return tuple(number for number in numbers if number not in self.left_out)


def unit_name(constituency: int | None) -> str:
    """The name of the unit of a constituency, or of the files of which none is known."""
    return "unknown" if constituency is None else f"{constituency:03d}"


def known_place(place: int) -> int | None:
    """The number of a constituency; None for the unknown one."""
    return place or None


def places_of(lists: pa.Table) -> list[int]:
    """The constituencies with entries in these lists, by id; 0 is the unknown one."""
    filled = with_entries(lists)
    return sorted(
        pc.fill_null(filled.column("constituency"), 0).unique().to_pylist(),
        key=id_prefix,
    )


def id_prefix(place: int) -> str:
    """How the entry ids of a constituency begin."""
    return f"{place:03d}-"


def of_place(rows: pa.Table, place: int) -> pa.Table:
    """The rows of one constituency, 0 the unknown one, with no word that none of them has."""
    is_own = pc.equal(pc.fill_null(rows.column("constituency"), 0), place)
    return concat([rows.filter(is_own)], rows.schema)


def corrections_of(amendments: pa.Table, places: Sequence[int]) -> pa.Table:
    """The corrections (AMENDMENT) of the entries of these constituencies."""
    if not amendments.num_rows:
        return amendments
    corrections = rows_among(amendments, "action", (Action.CORRECT,))
    prefix = pc.utf8_slice_codeunits(corrections.column("entry_id"), 0, 4)
    return corrections.filter(is_among(prefix, map(id_prefix, places)))


_LOG = logging.getLogger(__name__)
_NO_KEY = ""
"""The key of a stage that is never taken over; no digest is empty."""

Result = TypeVar("Result")
Tables = Mapping[str, pa.Table]


@dataclass(slots=True)
class Walk:
    """The stages of one run, as far as they are done."""

    folder: RunFolder
    needs: Mapping[str, str]
    """What the run depends on, as ``needs_of`` says it."""
    context: Context
    tables: Shelf = field(default_factory=partial(Shelf, place_of_table))
    """Every table made so far."""
    digests: dict[str, str] = field(default_factory=dict)
    """The SHA-256 of every table made so far, by its place."""
    work: list[Work] = field(default_factory=list)
    is_passing: bool = False
    """True from the first stage on whose result is one of the moment."""

    def step(self, step: Step) -> None:
        """Do one stage, or take over what an interrupted run made of the very same.

        Raises:
            StageError: the stage failed inside, or lost a row.
        """
        stage = step.stage
        self.context.progress(stage, "", 0, 1)
        started = time.perf_counter()
        key = step.key(self.needs, self.digests)
        # Where units are drawn, lists are taken over unit by unit.
        is_made = self.is_passing or (stage is Stage.INGEST and DRAW.get()() < 1)
        record = None if is_made else self._taken_over(step, key)
        notes: Mapping[str, int | str] = {}
        is_reused = record is not None
        if record is None:
            result = self._make(step)
            record = self._commit(stage, key, result)
            notes = {**self._units_of(stage), **result.notes}
        else:
            self._put(dict.fromkeys(record.tables))
        self.digests |= record.tables
        rows = record.rows_in, record.rows_out, record.set_aside
        self.note(stage, rows, started, reused=is_reused, notes=notes)
        self.context.progress(stage, "", 1, 1)

    def _taken_over(self, step: Step, key: str) -> StageRecord | None:
        """What another run made of the very same."""
        needed = {
            place_of_table(name, 0 if name in IN_PARTS else None) for name in step.makes
        }
        return self.folder.take_over(step.stage, key, needed)

    def _units_of(self, stage: Stage) -> dict[str, int]:
        """How many units of a stage were made, and how many were taken over."""
        counted = self.context.units.counted.get(stage)
        if counted is None:
            return {}
        return {"units_made": counted.made, "units_taken_over": counted.taken_over}

    def _make(self, step: Step) -> StageResult:
        """What the stage makes of the tables that it needs."""
        context = StageContext(self.context, step, self.folder.path)
        run = partial(step.run, needed(self.tables, step), context)
        result = guard(step.stage, run)
        guard(step.stage, partial(step.require_declared, result.tables))
        _require_balance(step.stage, result)
        return result

    def _commit(self, stage: Stage, key: str, result: StageResult) -> StageRecord:
        """Write the tables of a stage and record it."""
        self.is_passing = self.is_passing or result.is_passing
        tables = result.by_place()
        record = self.folder.commit(
            stage,
            _NO_KEY if self.is_passing else key,
            tables,
            rows_in=result.rows_in,
            rows_out=result.rows_out,
            set_aside=result.set_aside,
        )
        self._put(
            {
                place: None if isinstance(table, Written) else table
                for place, table in tables.items()
            }
        )
        return record

    def _put(self, tables: Mapping[str, pa.Table | None]) -> None:
        """Add tables by their places; None stands for one that is only in its file."""
        for place, table in tables.items():
            self.tables.put(place, self.folder.table_path(place), table)

    def finish(self, stages: Iterable[str], outputs: Mapping[str, str]) -> None:
        """Record the run as complete; its tables are then read where it lies in the end."""
        written = self.folder.path
        self.folder.finish(stages, outputs)
        self.tables.follow(written, self.folder.path)

    def note(
        self, stage: Stage, rows: tuple[int, int, int], started: float, **more: Any
    ) -> None:
        """Add what a stage did to the trace, and to the log where anybody reads one.

        Args:
            stage: the stage.
            rows: those that came in, that go on, and that were set aside.
            started: when it was begun, by ``time.perf_counter``.
            more: what else ``Work`` says of it.
        """
        seconds = round(time.perf_counter() - started, 3)
        # Workers that wait for work have not ended.
        of_workers = max(
            peak_megabytes(workers=True), self.context.units.worker_megabytes
        )
        work = Work(
            stage,
            *rows,
            seconds,
            peak_megabytes(),
            worker_megabytes=of_workers,
            **more,
        )
        self.work.append(work)
        self.folder.note(work)
        _LOG.info("stage", extra={"run": self.folder.manifest.run, **asdict(work)})


def guard(stage: Stage, make: Callable[[], Result]) -> Result:
    """What ``make`` gives.

    Raises:
        StageError: it failed inside. The cause is not chained: its message may quote a cell.
    """
    try:
        return make()
    except (VoterlistError, OSError, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001  whatever it is, its message may quote a cell
        places = {"kind": type(error).__name__, "place": place_of(error)}
        message = f"the stage {stage} failed: {places['kind']} at {places['place']}"
        raise StageError(
            message, stage=stage, code="stage-broke", places=places
        ) from None


def _require_balance(stage: Stage, made: StageResult) -> None:
    """Stop the run where a row was lost or came from nowhere."""
    if made.rows_in != made.rows_out + made.set_aside:
        counts = {
            name: str(getattr(made, name))
            for name in ("rows_in", "rows_out", "set_aside")
        }
        message = f"rows do not balance in the stage {stage}: {counts}"
        raise StageError(message, stage=stage, code="rows-lost", places=counts)
