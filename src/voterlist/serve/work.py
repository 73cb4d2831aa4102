"""What there is to decide: the cases of the newest run, with the answers of everybody so far.

A decision is tried against all that was decided of the entries that it may touch. These are few,
and are found here, as small tables, without reading the tables of the run again.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import (
    Callable,
    Collection,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from voterlist.casework.pages import desk_of_workspace, doubted_cases
from voterlist.casework.returned_cases import count_unanswered
from voterlist.catalogue import LANGUAGES, catalogue
from voterlist.config.sections import Settings
from voterlist.deadlines import CalendarStage, calendar
from voterlist.decisions.given import Given, is_same_person
from voterlist.decisions.trial import Groups
from voterlist.desk import Desk, DeskCase, pack, with_answers
from voterlist.model import Action, frozen
from voterlist.pipeline.known import Known, answers_of_today, keep_subjects, known
from voterlist.quality.readings import place_of, second_readings, what_holds
from voterlist.report.sections.cases.model import CASE_FIELDS
from voterlist.report.to_review import blind_case
from voterlist.schemas import (
    ENTRY,
    FINDING,
    GIVEN_AMENDMENT,
    GIVEN_VERDICT,
    MATCH,
    RETURNED,
    empty,
)
from voterlist.storage.ledger import Ledger
from voterlist.tables import by_key, concat, rows_among, sort_by


@frozen
class Case:
    """A case as it stands now.

    Attributes:
        place: its place in the queue, which is also its place on the page.
        desk: its entries and the answers.
        knows: the sum of the numbers of the answers: whoever decides says so which of them they
            saw. It tells nothing of what they say, for a second reader sees it too.
        version: goes up with each change of any case.
        first: who decided it, where another person is to read it without knowing that decision.
    """

    place: int
    desk: DeskCase
    knows: str
    version: int
    first: tuple[str, ...] = ()

    def shown_to(self, name: str) -> DeskCase:
        """The case as this person sees it: who reads it second sees no answer and no proposal."""
        if not self.first or any(is_same_person(first, name) for first in self.first):
            return self.desk
        return DeskCase(case=blind_case(self.desk.case), seen=self.desk.seen)


Packed = dict[str, Any]

_NEUTRAL = ("id", "role", "marks", "verdict", "constituency", "precinct")
"""What the list says of an entry: where it stands, and no cell of it."""
_TELLING = ("kind", "probability", "proposal", "reason", "state")
"""What the list says of a case, and the program or somebody else found of it."""
_CELLS = (*CASE_FIELDS, "reason", "file", "sheet", "line", "list", "before")


def unread_list(desk: Desk) -> Packed:
    """All cases for the list, as a run left them; what their entries say is sent case by case.

    The name by which the list calls a case is all that it says of a person.
    """
    whole = pack(desk)
    count = len(desk.cases)
    # The entry that is proposed to be kept comes first: a second reader is not to know which.
    names = [blind_case(case.case).title for case in desk.cases]
    numbers: dict[str, int] = {"": 0}
    titles = [numbers.setdefault(name, len(numbers)) for name in names]
    rows = whole["cases"] | {"title": titles, "sentence": [0] * count}
    entries = {name: whole["entries"].get(name, []) for name in _NEUTRAL}
    blank = [0] * len(entries["id"])
    entries |= dict.fromkeys(_CELLS, blank)
    return {
        **whole,
        "cases": rows,
        "entries": entries,
        "waterfalls": [[]] * count,
        "answers": {},
        "strings": list(numbers),
        "texts": {language: [""] for language in LANGUAGES},
    }


def pack_list(desk: Desk, unread: Packed, cases: Sequence[Case], name: str) -> Packed:
    """The list with the cases as they stand now, as this person sees them."""
    states, verdicts = (unread["codes"][name] for name in ("states", "verdicts"))
    strings, due = list(unread["strings"]), []
    rows = {column: list(unread["cases"].get(column, [])) for column in _TELLING}
    entries = {column: list(unread["entries"][column]) for column in _NEUTRAL}
    first = 0
    for place, case in enumerate(cases):
        shown = case.shown_to(name)
        own = slice(first, first + len(shown.case.members))
        first = own.stop
        due.append(len(strings) if shown.due else 0)
        strings += [shown.due] if shown.due else []
        if shown is case.desk:
            said = [member.verdict or "" for member in shown.case.members]
            rows["state"][place] = states.index(shown.state)
            entries["verdict"][own] = map(verdicts.index, said)
            continue
        # A second reader is not to know what the program or somebody else found.
        whole = _alone(desk, shown, name)
        for column in _TELLING:
            rows[column][place] = whole["cases"][column][0]
        for column in _NEUTRAL:
            entries[column][own] = whole["entries"][column]
    knows = [case.knows for case in cases]
    return {
        **unread,
        "cases": {**unread["cases"], **rows, "due": due, "knows": knows},
        "entries": {**unread["entries"], **entries},
        "strings": strings,
    }


def pack_case(desk: Desk, case: Case, name: str) -> Packed:
    """One case whole, as this person sees it."""
    shown = case.shown_to(name)
    sentences = {
        language: catalogue(language)("quality.blind")
        if shown.case.is_blind
        else said[case.place]
        for language, said in desk.sentences.items()
    }
    whole = _alone(desk, shown, name, sentences)
    names = ("cases", "entries", "strings", "texts")
    return {
        **{name: whole[name] for name in names},
        "waterfall": whole["waterfalls"][0],
        "answers": whole["answers"].get("0", []),
        "place": case.place,
        "knows": case.knows,
    }


def pack_state(desk: Desk, case: Case, name: str) -> Packed:
    """How a case stands for this person, without a cell of it."""
    whole = _alone(desk, case.shown_to(name), name)
    return {
        "place": case.place,
        "state": whole["cases"]["state"][0],
        "verdicts": whole["entries"]["verdict"],
        "knows": case.knows,
        "answers": whole["answers"].get("0", []),
    }


def _alone(
    desk: Desk,
    shown: DeskCase,
    name: str,
    sentences: Mapping[str, str] | None = None,
) -> Packed:
    """A case as if there were no other."""
    said = sentences or dict.fromkeys(LANGUAGES, "")
    alone = {language: (sentence,) for language, sentence in said.items()}
    return pack(replace(desk, cases=(shown,), sentences=alone), name)


_NONE = (
    ("findings", FINDING),
    ("accepted", FINDING),
    ("matches", MATCH),
    ("register_rows", ENTRY),
    ("additions", ENTRY),
    ("returned", RETURNED),
)
"""Tables that say nothing about a case."""


@frozen
class Slice(Known):
    """A few cases and entries of what is known of a workspace."""

    tables: Mapping[str, pa.Table]

    def table(self, name: str) -> pa.Table:
        """One of the tables, with the rows of these cases and entries alone."""
        return self.tables[name]


@frozen
class Group:
    """Cases and entries that hang together: what is decided of one may undo what holds of another.

    Attributes:
        cases: of today, and earlier ones that were answered.
        entries: the entries of all of them.
    """

    cases: frozenset[str]
    entries: frozenset[str]


class Answers:
    """All answers, found by case and by entry; under the ids of today."""

    def __init__(self, given: Given) -> None:
        self._given = Given()
        self.sums: Counter[str | None] = Counter()
        """Case -> the sum of the numbers of the answers that name it."""
        self.add(given.verdicts, given.amendments)
        self.accept(given.acceptances)

    @property
    def last(self) -> int:
        """The number of the last verdict."""
        return _last(self._given.verdicts)

    @property
    def last_amendment(self) -> int:
        """The number of the last amendment."""
        return _last(self._given.amendments)

    def accept(self, acceptances: pa.Table) -> None:
        """Take what was last said of each finding."""
        self._given = replace(self._given, acceptances=acceptances)

    def add(self, verdicts: pa.Table, amendments: pa.Table) -> set[str]:
        """Note more answers; returns the cases that they name."""
        known = self._given
        self._given = replace(
            known,
            verdicts=concat([known.verdicts, verdicts], GIVEN_VERDICT),
            amendments=concat([known.amendments, amendments], GIVEN_AMENDMENT),
        )
        rows = [
            row
            for table in (verdicts, amendments)
            for row in table.select(["case_id", "number"]).to_pylist()
        ]
        for row in rows:
            self.sums[row["case_id"]] += row["number"]
        return {row["case_id"] for row in rows} - {None}

    def of(self, cases: Iterable[str], entries: Iterable[str]) -> Given:
        """The answers about these cases, and about these entries."""
        given = self._given
        amendments = rows_among(given.amendments, "entry_id", entries)
        findings = amendments.column("finding_id").to_pylist()
        accepted = rows_among(given.acceptances, "finding_id", findings)
        return Given(
            verdicts=sort_by(rows_among(given.verdicts, "case_id", cases), "number"),
            amendments=sort_by(amendments, "number"),
            acceptances=sort_by(accepted, "finding_id"),
        )

    def links(self) -> Iterator[tuple[str, str]]:
        """(case, entry) of every answer that names both."""
        for table in (self._given.verdicts, self._given.amendments):
            rows = table.filter(pc.is_valid(table.column("case_id")))
            for row in rows.select(["case_id", "entry_id"]).to_pylist():
                yield row["case_id"], row["entry_id"]


def _last(answers: pa.Table) -> int:
    return pc.max(answers.column("number")).as_py() or 0


class Slices:
    """Cuts small tables out of those of a run.

    Args:
        runs: what is known of the workspace.
        answers: all answers.
    """

    def __init__(self, runs: Known, answers: Answers) -> None:
        self._runs = runs
        self._cases = runs.table("cases").combine_chunks()
        self._lists = runs.table("lists")
        ends = (
            self._cases.column(name).to_pylist() for name in ("case_id", "entry_id")
        )
        self._groups = _groups([*zip(*ends, strict=True), *answers.links()])
        wanted = {
            entry_id for group in self._groups.values() for entry_id in group.entries
        }
        self._named = {
            name: rows_among(runs.table(name), "entry_id", wanted)
            for name in ("entries", "voters")
        }

    def group(self, case: str) -> Group:
        """What hangs together with a case of the run."""
        return self._groups[case]

    def of(self, cases: Collection[str], entries: Collection[str]) -> Slice:
        """The tables with the rows of these cases and entries alone."""
        tables = {name: empty(schema) for name, schema in _NONE}
        tables["cases"] = rows_among(self._cases, "case_id", cases)
        for name, table in self._named.items():
            tables[name] = rows_among(table, "entry_id", entries)
        tables["lists"] = self._lists
        runs = self._runs
        return Slice(runs.run, runs.inputs, runs.folders, runs.left_out, tables)


def _groups(links: Collection[tuple[str, str]]) -> dict[str, Group]:
    """The group of each case; two cases with an entry in common are of one group."""
    joined = Groups()
    for link in links:
        joined.join(*link)
    cases = by_key((joined.root(case), case) for case, _ in links)
    entries = by_key((joined.root(case), entry) for case, entry in links)
    groups = (Group(frozenset(cases[root]), frozenset(entries[root])) for root in cases)
    return {case: group for group in groups for case in group.cases}


_SAMPLE = "sample"
"""Why a case is read twice that was drawn."""


class Work:
    """The cases of a workspace. Read by all threads; changed by the clerk's alone.

    Args:
        workspace: its folder.
        settings: its settings.
        today: the day.
    """

    desk: Desk
    """The cases as the run left them, in the order of the queue."""
    numbers: Mapping[str, int]
    """The number of each case."""
    listed: dict[str, Any]
    """The list of all cases as the run left them; see ``unread_list``."""

    def __init__(
        self, workspace: Path, settings: Settings, today: Callable[[], dt.date]
    ) -> None:
        self._workspace = workspace
        self.settings = settings
        self._today = today
        self._runs: Known | None = None
        self._cases: dict[str, Case] = {}
        self._drawn: set[str] = set()
        self._is_unkept = False
        self.version = 0
        """Goes up with each change."""
        self.asked_above = 0
        """The questions of the commission above that nobody has answered."""

    def read(self, ledger: Ledger) -> None:
        """Take in what another program wrote: answers, or a run with other cases.

        Raises:
            UsageError: there is no complete run.
            InputError: a table of a run is gone or damaged.
        """
        self.asked_above = count_unanswered(self._workspace, ledger)
        runs = known(self._workspace, ledger)
        if self._runs is None or runs.run != self._runs.run:
            self._load(ledger, runs)
            return
        self.answers.accept(ledger.acceptances())
        if self._is_corrected(ledger):
            # What the entries say is another thing now.
            self._load(ledger, runs)
        else:
            self.follow(ledger)

    def follow(self, ledger: Ledger) -> None:
        """Take in the answers that were added."""
        verdicts = ledger.given_verdicts(self.answers.last)
        amendments = ledger.given_amendments(self.answers.last_amendment)
        touched = self.answers.add(verdicts, amendments)
        self._is_unkept |= bool(touched)
        self._refresh(sorted(touched & self._cases.keys()))

    def keep(self, ledger: Ledger) -> None:
        """Keep what the entries say of which something was decided.

        It follows from the answers and the run, so it need not be written with each of them; a run
        does it where a desk did not come to it.
        """
        if self._is_unkept and self._runs is not None:
            runs = self._runs
            keep_subjects(ledger, lambda: runs)
            self._is_unkept = False

    def case(self, case_id: str) -> Case | None:
        """A case as it stands; None where the run has none of this id."""
        return self._cases.get(case_id)

    def cases(self) -> list[Case]:
        """All cases, in the order of the queue."""
        return list(self._cases.values())

    def around(self, cases: Collection[str]) -> tuple[Slice, Given]:
        """What these cases hang together with, and what was answered about it."""
        groups = {self._slices.group(case) for case in cases}
        together = {case for group in groups for case in group.cases}
        entries = {entry for group in groups for entry in group.entries}
        return self._slices.of(together, entries), self.answers.of(together, entries)

    def _load(self, ledger: Ledger, runs: Known) -> None:
        settings = self.settings
        today = self._today()
        desk = desk_of_workspace(runs, ledger, settings, today=today, is_of_all=True)
        given = answers_of_today(ledger, runs)
        self.answers = Answers(given)
        first = self._first_readers(given, runs.table("cases"))
        self._slices = Slices(runs, self.answers)
        self.desk = self._queue(desk, doubted_cases(runs))
        self.version += 1
        self._cases = {
            desk_case.case.case_id: self._case(place, desk_case, first)
            for place, desk_case in enumerate(self.desk.cases)
        }
        self.numbers = {
            desk_case.case.case_id: desk_case.case.number
            for desk_case in self.desk.cases
        }
        self.listed = unread_list(self.desk)
        self._runs = runs

    def _queue(self, desk: Desk, doubted: Collection[str]) -> Desk:
        """The desk with its cases by deadline, then by doubt.

        Where the second opinion differs from the model, there is more doubt than anywhere.
        """
        rules = self.settings.calendar
        days = {
            deadline.stage: deadline.due.isoformat()
            for deadline in calendar(rules, self.settings.workspace.cycle)
        }
        # Counted back from an election, the calendar has no day of its own for checks.
        last = days.get(CalendarStage.CHECK) or days[CalendarStage.UPDATED]

        def key(place: int) -> tuple[str, bool, float, int]:
            desk_case = desk.cases[place]
            is_doubted = desk_case.case.case_id in doubted
            sureness = abs(desk_case.case.probability - 0.5)
            return (
                desk_case.due or last,
                not is_doubted,
                sureness,
                desk_case.case.number,
            )

        order = sorted(range(len(desk.cases)), key=key)
        sentences = {
            language: tuple(said[place] for place in order)
            for language, said in desk.sentences.items()
        }
        cases = tuple(desk.cases[place] for place in order)
        return replace(desk, cases=cases, sentences=sentences)

    def _is_corrected(self, ledger: Ledger) -> bool:
        """True where a field of an entry was corrected since."""
        added = ledger.given_amendments(self.answers.last_amendment).column("action")
        actions = (Action.CORRECT.value, Action.WITHDRAW.value)
        return any(action in actions for action in pc.unique(added).to_pylist())

    def _refresh(self, case_ids: Sequence[str]) -> None:
        """These cases, and what hangs together with them, with the answers that there are now."""
        if not case_ids:
            return
        runs, given = self.around(case_ids)
        cases = runs.table("cases")
        ids = cases.column("case_id").unique().to_pylist()
        case_ids = [case_id for case_id in ids if case_id in self._cases]
        before = [self._cases[case_id].desk for case_id in case_ids]
        first = self._first_readers(given, cases, among=case_ids)
        for desk_case in with_answers(before, what_holds(given, self.settings)):
            self.version += 1
            case_id = desk_case.case.case_id
            place = self._cases[case_id].place
            self._cases[case_id] = self._case(place, desk_case, first)

    def _case(
        self, place: int, desk_case: DeskCase, first: Mapping[str, tuple[str, ...]]
    ) -> Case:
        """A case as it stands now; ``first``: who decided what waits for a second reading."""
        case_id = desk_case.case.case_id
        knows = str(self.answers.sums[case_id])
        return Case(place, desk_case, knows, self.version, first.get(case_id, ()))

    def _first_readers(
        self, given: Given, cases: pa.Table, among: Collection[str] | None = None
    ) -> dict[str, tuple[str, ...]]:
        """Who decided each case that waits for its second reading.

        Args:
            given: the answers about these cases.
            cases: CASE; all, or of a few.
            among: where they are a few: which of them are looked at. Whether such a case is of the
                sample is told by itself, or by the last look at all of them.
        """
        review, cycle = self.settings.review, self.settings.workspace.cycle
        first: dict[str, tuple[str, ...]] = {}
        for row in second_readings(given, cases, review, cycle).to_pylist():
            case_id = row["case_id"]
            is_sample = row["why"] == _SAMPLE
            if among is None and is_sample:
                self._drawn.add(case_id)
            is_drawn = (
                case_id in self._drawn or place_of(case_id, cycle) < review.sample_share
            )
            if row["is_ready"] and (is_drawn or not is_sample):
                people = {*first.get(case_id, ()), row["decided_by"]}
                first[case_id] = tuple(sorted(people))
        return first
