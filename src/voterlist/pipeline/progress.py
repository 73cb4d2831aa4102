"""How far the work of each precinct and constituency is.

The newest runs show what waits, and the journal shows what was handed over.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

import pyarrow as pa
import pyarrow.compute as pc

from voterlist.deadlines import CalendarStage
from voterlist.deadlines.handovers import Event, Handover
from voterlist.decisions.trial import disputes
from voterlist.model import (
    Action,
    CaseKind,
    JournalLine,
    Precinct,
    Progress,
    Severity,
    Verdict,
    frozen,
)
from voterlist.report.values import Waiting
from voterlist.schemas import with_entries
from voterlist.storage.ledger import Submission
from voterlist.storage.store import RUN_EVENT, digest_of
from voterlist.tables import by_key, count_by, distinct, is_among, rows_among

_DONE = ["entry_id", "action", "field", "value", "constituency", "precinct"]
"""Columns of AMENDMENT that say what is done to a list."""
_UP = "submit"
_DOWN = "return"


@frozen
class Work:
    """What the newest runs show.

    Attributes:
        waiting: what waits, by precinct and by constituency.
        places: the precincts that have entries, and their constituencies.
        sources: the precincts of each list that was read, by the source.
        names: the source of each file, by its path in the workspace.
        cases: the constituencies of each case to decide, decided ones too.
        lists: the digest of the lists of each constituency: what was handed in, and what decisions
            do to it.
    """

    waiting: Mapping[Precinct, Waiting] = field(default_factory=dict)
    places: frozenset[Precinct] = frozenset()
    sources: Mapping[str, frozenset[Precinct]] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    cases: Mapping[str, frozenset[int | None]] = field(default_factory=dict)
    lists: Mapping[int | None, str] = field(default_factory=dict)


_PLACE = re.compile(r"\d+-\d+-")
"""How the id of an entry begins: its constituency and its precinct; behind a register's name."""

OF_WORK = (
    "cases",
    "findings",
    "contested",
    "lists",
    "second_readings",
    "decisions",
    "amendments",
)
"""The tables that work is told from."""


def work_of(
    tables: Mapping[str, pa.Table],
    names: Mapping[str, str],
    decisions: Iterable[pa.Table],
) -> Work:
    """What these tables of runs show.

    Args:
        tables: those of ``OF_WORK``.
        names: path in the workspace -> source of the file.
        decisions: DECISION, that of the runs and what the ledger knows since.
    """
    asked = [kind for kind in CaseKind if kind.is_asked]
    columns = ["case_id", "entry_id", "kind", "constituency", "precinct"]
    cases = rows_among(tables["cases"].select(columns), "kind", asked)
    contested = tables["contested"].column("case_id")
    still_open = _undecided_rows(cases, decisions, contested)
    errors = rows_among(tables["findings"], "severity", (Severity.ERROR,))
    readings = tables["second_readings"]
    ready = readings.filter(readings.column("is_ready")).column("case_id")
    counts = (
        _case_counts(still_open),
        _row_counts(errors),
        _dispute_counts(tables["contested"]),
        _case_counts(rows_among(cases, "case_id", ready)),
    )
    lists = with_entries(tables["lists"])
    sources = by_key(
        (row["source"], (row["constituency"], row["precinct"]))
        for row in lists.select(["source", "constituency", "precinct"]).to_pylist()
    )
    places = set(chain(*sources.values()))
    return Work(
        waiting={
            place: Waiting(*(count[place] for count in counts))
            for place in set(chain(*counts))
        },
        places=frozenset(places | {(constituency, None) for constituency, _ in places}),
        sources={source: frozenset(found) for source, found in sources.items()},
        names=names,
        cases=_constituencies(cases),
        lists=_digests(lists, tables["decisions"], tables["amendments"]),
    )


def _digests(
    lists: pa.Table, decisions: pa.Table, amendments: pa.Table
) -> dict[int | None, str]:
    """Constituency -> digest of what was handed in, and of what decisions do to it."""
    parts: dict[int | None, set[str]] = {}
    names = ("constituency", "precinct", "digest", "source")
    for row in distinct(lists, *names).to_pylist():
        # Runs of earlier versions know the file alone.
        text = f"{row['precinct']} {row['digest'] or row['source']}"
        parts.setdefault(row["constituency"], set()).add(text)
    repeats = rows_among(decisions, "verdict", [Verdict.REPEAT])
    actions = [action for action in Action if action is not Action.ASK]
    changes = rows_among(amendments, "action", actions)
    told = repeats.select(["entry_id"]).to_pylist() + changes.select(_DONE).to_pylist()
    for row in told:
        number = row["entry_id"].partition("-")[0]
        places = {int(number) if number.isdigit() else None, row.get("constituency")}
        for place in places & parts.keys():
            parts[place].add(str(tuple(row.values())))
    return {number: digest_of(*sorted(texts)) for number, texts in parts.items()}


def _undecided_rows(
    cases: pa.Table, decisions: Iterable[pa.Table], contested: pa.ChunkedArray
) -> pa.Table:
    """The rows of cases of which an entry has no decision, or a contested one."""
    decided = pa.concat_arrays([_keys(table) for table in decisions])
    is_left = pc.or_(
        pc.invert(pc.is_in(_keys(cases), value_set=decided)),
        is_among(cases.column("case_id").combine_chunks(), contested),
    )
    return rows_among(cases, "case_id", cases.column("case_id").filter(is_left))


def _keys(rows: pa.Table) -> pa.Array:
    """The case and entry of each row as one text."""
    columns = (rows.column(name).cast(pa.string()) for name in ("case_id", "entry_id"))
    return pc.binary_join_element_wise(*columns, " ").combine_chunks()


def _case_counts(cases: pa.Table) -> Counter[Precinct]:
    """How many cases each precinct and each constituency has an entry in."""
    of_precincts = distinct(cases, "case_id", "constituency", "precinct")
    counted = Counter(count_by(of_precincts, "constituency", "precinct"))
    in_constituency = distinct(cases, "case_id", "constituency")
    # Entries of an unknown precinct stand for no constituency as a whole.
    for constituency, count in count_by(in_constituency, "constituency").items():
        counted[constituency, None] = count
    return counted


def _dispute_counts(contested: pa.Table) -> Counter[Precinct]:
    """How many disputes each precinct and each constituency has an entry in, by their ids."""
    found = set()
    for entry, dispute in disputes(contested.to_pylist()).items():
        _, _, own = entry.rpartition(":")
        if _PLACE.match(own):
            constituency, precinct = (
                int(number) or None for number in own.split("-")[:2]
            )
            found |= {
                (constituency, precinct, dispute),
                (constituency, None, dispute),
            }
    return Counter((constituency, precinct) for constituency, precinct, _ in found)


def _row_counts(rows: pa.Table) -> Counter[Precinct]:
    """How many rows each precinct and each constituency has."""
    counted: Counter[Precinct] = Counter()
    places = count_by(rows, "constituency", "precinct")
    for (constituency, precinct), count in places.items():
        for each in {precinct, None}:
            counted[constituency, each] += count
    return counted


def _constituencies(cases: pa.Table) -> dict[str, frozenset[int | None]]:
    """The constituencies of each case."""
    rows = distinct(cases, "case_id", "constituency").to_pylist()
    found = by_key((row["case_id"], row["constituency"]) for row in rows)
    return {case_id: frozenset(numbers) for case_id, numbers in found.items()}


def lists_of_today(
    submissions: Iterable[Submission], work: Work | None
) -> list[Submission]:
    """The lists that were handed in, without those that are read as another precinct's today.

    A file that is renamed, or pinned, is read anew: what it was taken for before was a mistake. A
    precinct of which nothing else is known was never handed in. The ledger keeps its line.
    """
    return [
        submission
        for submission in submissions
        if submission.entries
        and (work is None or not _is_read_otherwise(submission, work))
    ]


def _is_read_otherwise(submission: Submission, work: Work) -> bool:
    place = submission.constituency, submission.precinct
    read = work.sources.get(submission.source)
    if read is not None:
        return place not in read
    # Another content stands under its name, or nobody knew whose it was: the precinct is gone if no
    # list of it was read.
    newer = work.sources.get(work.names.get(submission.name, ""))
    is_replaced = newer is not None or submission.constituency is None
    return is_replaced and place not in work.places


def first_days_received(
    submissions: Sequence[Submission], work: Work | None, since: dt.date = dt.date.min
) -> dict[Precinct, dt.date]:
    """(constituency, precinct) -> the first day on which its list was handed in.

    A list that was taken for another precinct's at first was handed in on its own first day. One of
    a former cycle, before ``since``, counts from then on where it is still read.
    """
    first: dict[tuple[str, str | None], dt.date] = {}
    for submission in submissions:
        key = submission.source, submission.sheet
        if submission.entries:
            first[key] = min(
                submission.first_seen, first.get(key, submission.first_seen)
            )
    days: dict[Precinct, dt.date] = {}
    for submission in lists_of_today(submissions, work):
        place = submission.constituency, submission.precinct
        day = max(since, first[submission.source, submission.sheet])
        if submission.first_seen < since and (
            work is None or submission.source not in work.sources
        ):
            continue
        days[place] = min(day, days.get(place, day))
    return days


Journal = Sequence[JournalLine]


def of_cycle(journal: Journal, cycle: str) -> Journal:
    """The lines of a journal that are of a cycle: one workspace may go on into the next.

    A line that says no cycle is of that of the last line before it that does.
    """
    told_with_it = {*Event, RUN_EVENT}
    stated = [
        str(details.get("cycle", "")) if event in told_with_it else ""
        for _, event, details in journal
    ]
    found, now = [], next(filter(None, stated), cycle)
    for line, own in zip(journal, stated, strict=True):
        now = own or now
        if now == cycle:
            found.append(line)
    return found


Lists = tuple[str, str]
"""(digest of the lists of a package, that of the lists in the workspace when it was written)."""


@dataclass(slots=True)
class HandedOver:
    """What the journal says of one precinct or constituency.

    Attributes:
        sent: the day on which its lists first went up; what follows does not move it.
        approved: the day on which its lists were approved.
        progress: how far it is by the newest line; None where nothing was handed over.
        since: the day of that line.
        package: the package that went up last.
        packages: the lists of each package that went up.
        lists: the lists that were handed over last.
        lists_approved: those that were approved last.
    """

    sent: dt.date | None = None
    approved: dt.date | None = None
    progress: Progress | None = None
    since: dt.date | None = None
    package: str = ""
    packages: dict[str, Lists] = field(default_factory=dict)
    lists: Lists = ("", "")
    lists_approved: Lists | None = None

    def changed_since(self, lists: Lists | None, today: str) -> bool:
        """True where these are not the lists handed over last, or not those of today."""
        if lists is None:
            return False
        handed, work = lists
        return handed != self.lists[0] or (today != work and "" not in {today, work})


def handed_over(
    lines: Iterable[Handover], today: dt.date
) -> dict[Precinct, HandedOver]:
    """What the journal says of each precinct and constituency, up to a day."""
    found: dict[Precinct, HandedOver] = {}
    for line in lines:
        if line.day > today:
            continue
        place = line.constituency, line.precinct
        state = found.setdefault(place, HandedOver())
        if line.event is Event.FINISHED and line.stage == CalendarStage.VERIFY:
            for other, approved in found.items():
                if covers(line, other):
                    handed, work = approved.lists
                    approved.lists_approved = handed, line.work or work
        progress = _after(line, state)
        if progress is not None:
            state.progress, state.since = progress, line.day
        for precinct in line.emptied:
            # There is no list of it to be seen.
            own = found.setdefault((line.constituency, precinct), HandedOver())
            own.sent = own.sent or line.day
    return found


def covers(line: Handover, place: Precinct) -> bool:
    """True where a line that states a day is about a unit, or about all units above it."""
    constituency, precinct = place
    return line.constituency in {None, constituency} and (
        line.precinct in {None, precinct}
    )


def _after(line: Handover, state: HandedOver) -> Progress | None:
    """How far the unit is after a line of the journal; None where the line does not say."""
    if line.event is Event.APPROVED:
        handed, work = state.packages.get(line.package, state.lists)
        lists = handed, line.work or work
        if state.approved is None or lists != state.lists_approved:
            state.approved, state.lists_approved = line.finished or line.day, lists
        return Progress.APPROVED
    goes_up = line.kind == _UP and line.event in {Event.SUBMITTED, Event.RECEIVED}
    if goes_up:
        state.sent = state.sent or line.day
        state.package = line.package
        # Lines of earlier versions know the package alone.
        state.lists = line.lists or line.package, line.work
        state.packages[line.package] = state.lists
        is_approved = state.progress is Progress.APPROVED
        if is_approved and not state.changed_since(state.lists_approved, line.work):
            return None
        is_here = line.event is Event.RECEIVED
        return Progress.RECEIVED_ABOVE if is_here else Progress.HANDED_OVER
    if line.kind == _DOWN and line.event in {Event.RETURNED, Event.RECEIVED}:
        # What brings an approval down asks nothing.
        return None if line.stage else Progress.RETURNED
    is_receipt = line.event is Event.RECEIPT and line.kind != _DOWN
    if is_receipt and state.progress is Progress.HANDED_OVER:
        # A receipt for an older package says nothing of the newest.
        is_of_newest = line.package in {"", state.package}
        return Progress.RECEIVED_ABOVE if is_of_newest else None
    return None
