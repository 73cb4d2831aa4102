"""What a run says when it has ended: numbers, places and paths, for a person or a script."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from voterlist.ingest import LETTERS_LOST, PLACE_DOUBTS
from voterlist.model import AsideCode, Stage
from voterlist.pipeline.decided import DecisionsStanding
from voterlist.pipeline.inbox import REFERENCE, Inputs, sources_of
from voterlist.pipeline.missing import MissingList
from voterlist.pipeline.standings import UnitStanding
from voterlist.storage.lock import Holder
from voterlist.storage.store import Work
from voterlist.tables import rows_among

__all__ = [
    "FURNITURE",
    "PlaceDoubt",
    "RunResult",
    "Trouble",
    "counts",
    "lost_letters",
    "of_the_whole",
    "place_doubts",
    "troubles",
    "unread_constituencies",
]

FURNITURE = frozenset(
    {
        AsideCode.BLANK_ROW,
        AsideCode.TITLE_ROW,
        AsideCode.HEADER_ROW,
        AsideCode.TOTAL_ROW,
        AsideCode.DELETED_ROW,
    }
)
"""Rows that a list has besides its entries; setting them aside needs no person."""
_NOT_UNDERSTOOD = (AsideCode.HEADER_UNKNOWN.value, AsideCode.MAPPING_DOUBTFUL.value)
"""Codes of rows that may be entries, of lists that nobody could make sense of."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A file, or a sheet of one, that could not be read.

    Attributes:
        file: the path inside the workspace.
        sheet: its name; None for the whole file.
        code: an ``AsideCode``, or the code of an ``InputError``.
    """

    file: str
    sheet: str | None
    code: str

    @property
    def is_of_lists(self) -> bool:
        """False for a file of ``reference/``."""
        return PurePosixPath(self.file).parts[0] != REFERENCE


@dataclass(frozen=True, slots=True)
class PlaceDoubt:
    """Why the precinct of a list is not known, or in doubt.

    Attributes:
        file: the path inside the workspace.
        sheet: its name; None in a file of one sheet.
        constituency: the one taken; None where none was.
        precinct: the one taken; None where none was.
        rule: the code of the rule that says why.
    """

    file: str
    sheet: str | None
    constituency: int | None
    precinct: int | None
    rule: str


@dataclass(frozen=True, slots=True)
class RunResult:
    """What one run did. ``rows_in = rows_out + set_aside``.

    Attributes:
        run: the name of the run.
        folder: where its files are.
        today: the day for which the list was checked.
        constituencies: their numbers, ascending.
        until: the stage after which the run was asked to stop; None: it is complete.
        stages: what each stage did, in their order.
        files: how many were read.
        lists: how many lists are in them.
        rows_in: rows of the lists that were read.
        rows_out: rows that are entries.
        set_aside: rows set aside in the first stage.
        set_aside_by_code: rows set aside by their code.
        troubles: the files and sheets that could not be read.
        accepted: findings that a person accepted before, and that are not among the others.
        findings_by_severity: how many of each severity.
        cases_by_kind: how many of each kind.
        open_cases: cases of the queue, for a person to decide.
        decisions: how many decisions of people are known.
        estimate: what the linkage expects of its own list of duplicates: pairs, precision and
            recall with intervals.
        doubts: why keys or model do not fit the lists, so that there is no estimate: ``code``,
            ``share``.
        chance: for each kind of agreement: pairs that coincidence alone would give, and pairs
            found.
        afresh: how many candidate pairs were compared in this run; the others were reused. None: no
            linkage was made in this run.
        compared: how many candidate pairs there are.
        state_use: what became of the state that the last linkage left: a word of
            ``linkage_state.StateUse``.
        training_labels: candidate pairs decided by people, from which the model of linkage learnt;
            None as above.
        contradictory: pairs of which people said both, that they are one person and that they are
            two: nothing was learnt from them.
        standings: how each precinct and constituency stands with the stages of the calendar.
        overdue: those of them that are overdue.
        outputs: the files that people open.
        clock_behind: the newest day in the journal, where the day of the run lies before it.
        missing_lists: precincts of which the last run had entries, and this one has none.
        place_doubts: lists whose precinct is not known or in doubt, by file.
        lost_letters: the paths inside the workspace of the lists that lost letters.
        decided: how what people decided stands.
        taken_over: the process that held the workspace before and ended without finishing.
    """

    run: str
    folder: Path
    today: dt.date
    constituencies: tuple[int, ...]
    until: Stage | None
    stages: tuple[Work, ...]
    files: int
    lists: int
    rows_in: int
    rows_out: int
    set_aside: int
    set_aside_by_code: Mapping[str, int]
    troubles: tuple[Trouble, ...]
    accepted: int
    findings_by_severity: Mapping[str, int]
    cases_by_kind: Mapping[str, int]
    open_cases: int
    decisions: int
    estimate: Mapping[str, Any] | None
    doubts: tuple[Mapping[str, Any], ...]
    chance: tuple[Mapping[str, Any], ...]
    afresh: int | None
    compared: int | None
    state_use: str | None
    training_labels: int | None
    contradictory: int | None
    standings: tuple[UnitStanding, ...]
    overdue: tuple[UnitStanding, ...]
    outputs: tuple[Path, ...]
    clock_behind: dt.date | None = None

    missing_lists: tuple[MissingList, ...] = ()
    place_doubts: tuple[PlaceDoubt, ...] = ()

    lost_letters: tuple[str, ...] = ()
    decided: DecisionsStanding = field(default_factory=DecisionsStanding)
    taken_over: Holder | None = None

    @property
    def exit_code(self) -> int:
        """3: no file could be read; 1: something needs a person; 0: nothing does."""
        whole = (trouble for trouble in self.troubles if trouble.sheet is None)
        unreadable = {trouble.file for trouble in whole if trouble.is_of_lists}
        if self.files and len(unreadable) >= self.files:
            return 3
        real = any(
            count
            for code, count in self.set_aside_by_code.items()
            if code not in FURNITURE
        )
        asks = (
            real,
            self.troubles,
            self.overdue,
            self.clock_behind,
            self.missing_lists,
            self.place_doubts,
            self.lost_letters,
            self.decided.contested,
        )
        return 1 if any(asks) else 0


def counts(table: pa.Table, column: str, weight: str | None = None) -> dict[str, int]:
    """Word of a column -> its rows, or the sum of ``weight`` over them, in order of word."""
    if not table.num_rows:
        return {}
    words = table.column(column).cast(pa.string())
    weights = table.column(weight) if weight else pa.array([1] * table.num_rows)
    summed = (
        pa.table({"word": words, "weight": weights})
        .group_by("word")
        .aggregate([("weight", "sum")])
    )
    return {
        row["word"]: int(row["weight_sum"])
        for row in summed.sort_by("word").to_pylist()
        if row["word"]
    }


def of_the_whole(coincidences: pa.Table) -> tuple[dict[str, Any], ...]:
    """agreement, expected, found: the rows of a COINCIDENCE table that are of no constituency."""
    whole = coincidences.filter(pc.is_null(coincidences.column("constituency")))
    return tuple(whole.select(["agreement", "expected", "found"]).to_pylist())


def place_doubts(findings: pa.Table, inputs: Inputs) -> tuple[PlaceDoubt, ...]:
    """The lists whose precinct is not known or in doubt, by file.

    Args:
        findings: FINDING.
        inputs: what the run read.
    """
    asked = rows_among(findings, "rule", PLACE_DOUBTS)
    names = inputs.names()
    doubts = {
        PlaceDoubt(
            names.get((row["source"], 0), row["source"]),
            row["sheet"],
            row["constituency"],
            row["precinct"],
            row["rule"],
        )
        for row in asked.to_pylist()
    }
    return tuple(sorted(doubts, key=_order_of_doubts))


def _order_of_doubts(doubt: PlaceDoubt) -> tuple[str, str, int, str]:
    return doubt.file, doubt.sheet or "", doubt.precinct or 0, doubt.rule


def troubles(
    set_aside: pa.Table, reference: pa.Table, inputs: Inputs
) -> tuple[Trouble, ...]:
    """The files and sheets that could not be read, by name.

    Args:
        set_aside: SET_ASIDE.
        reference: SOURCES, as far as ``reference/`` was read.
        inputs: what the run read, and what it could not even open.
    """
    names = inputs.names()
    distinct_troubles = {
        Trouble(
            names.get((row["source"], row["copy"]), row["source"]),
            row["sheet"],
            row["code"],
        )
        for row in _unread(set_aside)
    }
    distinct_troubles |= {
        Trouble(file.name, None, file.trouble)
        for file in inputs.unread()
        if file.trouble
    }
    outside = sources_of({file.name: file.digest for file in inputs.reference})
    for row in reference.select(["source", "trouble"]).to_pylist():
        if row["trouble"] not in {None, AsideCode.DUPLICATE_FILE, *FURNITURE}:
            same = outside.get(row["source"], [row["source"]])
            distinct_troubles |= {Trouble(name, None, row["trouble"]) for name in same}
    return tuple(
        sorted(
            distinct_troubles,
            key=lambda trouble: (trouble.file, trouble.sheet or "", trouble.code),
        )
    )


def lost_letters(findings: pa.Table, inputs: Inputs) -> tuple[str, ...]:
    """The files of which a list lost letters, by name. ``findings`` is FINDING."""
    is_lost = pc.equal(findings.column("rule").cast(pa.string()), LETTERS_LOST)
    sources = findings.filter(is_lost).column("source").unique().to_pylist()
    names = inputs.names()
    return tuple(sorted(names.get((source, 0), source) for source in sources))


def unread_constituencies(set_aside: pa.Table) -> frozenset[int | None]:
    """The constituencies of which a file, a sheet or a folder could not be read, or not understood.

    None among them: it is not known whose list that is. ``set_aside`` is SET_ASIDE.
    """
    strange_rows = rows_among(set_aside, "code", _NOT_UNDERSTOOD)
    strange = strange_rows.column("constituency").unique().to_pylist()
    return frozenset(row["constituency"] for row in _unread(set_aside)) | frozenset(
        strange
    )


def _unread(set_aside: pa.Table) -> list[dict[str, Any]]:
    """The rows of whole files and sheets that could not be read; a copy of another was read."""
    whole = set_aside.filter(pc.equal(set_aside.column("line"), 0))
    rows = whole.select(["source", "copy", "sheet", "constituency", "code"]).to_pylist()
    return [row for row in rows if row["code"] != AsideCode.DUPLICATE_FILE]
