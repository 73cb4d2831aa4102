"""The result of a run, put together from what its stages made."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from operator import attrgetter
from pathlib import Path, PurePosixPath
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from voterlist.config.sections import CheckSettings
from voterlist.decisions.standing import answers_back
from voterlist.findings import gather
from voterlist.ingest.findings import PLACE_DOUBTS, SPOILED
from voterlist.model import (
    FURNITURE,
    AsideCode,
    Returned,
    Severity,
    Stage,
    Verdict,
    frozen,
    null_last,
)
from voterlist.pipeline.inbox import INBOX, Inputs, sources_of
from voterlist.pipeline.known import Known, read_table
from voterlist.pipeline.reference import SOURCES
from voterlist.pipeline.running import (
    ConstituencyWork,
    DecisionsStanding,
    LeftOut,
    ListAnew,
    MissingList,
    PlaceDoubt,
    Repeat,
    RunResult,
    Trouble,
)
from voterlist.pipeline.standings import overdue
from voterlist.pipeline.steps import (
    Context,
    Tables,
    Walk,
    received_name,
)
from voterlist.report.values import UnitStanding
from voterlist.schemas import (
    FINDING,
    LIST,
    SECOND_READING,
    SET_ASIDE,
    empty,
    with_entries,
)
from voterlist.storage.store import Shelf, digest_of
from voterlist.tables import (
    ReadRow,
    Row,
    concat,
    count_by,
    distinct,
    rows_among,
    rows_without,
)
from voterlist.watch import left_to_ask


@frozen
class Done:
    """The stages of a run as far as they are done, and the reports."""

    context: Context
    walk: Walk
    until: Stage | None
    standing: tuple[UnitStanding, ...]
    """How everyone stands."""
    outputs: tuple[Path, ...] = ()
    left_out: tuple[LeftOut, ...] = ()

    @property
    def is_complete(self) -> bool:
        """True where the run has its reports."""
        return self.until is None


_NOTED = ("afresh", "compared", "state_use", "training_labels", "contradictory")
"""What the linkage notes of how it did its work; None where it did none in this run."""


def result_of(done: Done) -> RunResult:
    """What a run says of what is done."""
    context, walk, standing = done.context, done.walk, done.standing
    tables = walk.tables
    first = walk.work[0]
    of_link = (work.notes for work in walk.work if work.stage == Stage.LINK)
    noted: Mapping[str, Any] = next(of_link, {})
    told: dict[str, Any] = {name: noted.get(name) for name in _NOTED}
    estimate = tables["estimate"].to_pylist() if "estimate" in tables else []
    doubts = tables["doubts"].to_pylist() if "doubts" in tables else []
    aside = _merged_or_received(tables, "set_aside", SET_ASIDE)
    lists = _merged_or_received(tables, "lists", LIST)
    # Those of the intake: settled, else merged, else as received.
    others = ("findings-raised", "findings-ingest")
    findings = _merged_or_received(tables, "findings", FINDING, *others)
    queue = tables.get("queue")
    return RunResult(
        run=walk.folder.manifest.run,
        folder=walk.folder.path,
        today=context.today,
        constituencies=context.inputs.constituencies,
        until=done.until,
        stages=tuple(walk.work),
        files=context.inputs.files,
        # A sheet of remarks, or one that says nothing, is no list to whoever sent it.
        lists=sum(entries > 0 for entries in lists.column("entries").to_pylist()),
        rows_in=first.rows_in,
        rows_out=first.rows_out,
        set_aside=first.set_aside,
        set_aside_by_code=counts(aside, "code", "rows"),
        troubles=troubles(aside, _reference(tables), context.inputs),
        accepted=tables["accepted"].num_rows if "accepted" in tables else 0,
        findings_by_severity=_findings_by_severity(tables, context.settings.check),
        cases_by_kind=_cases_by_kind(tables),
        open_cases=0 if queue is None else len(queue.column("case_id").unique()),
        decided=decisions_standing(tables),
        decisions=tables["decisions"].num_rows if "decisions" in tables else 0,
        estimate=estimate[0] if estimate else None,
        doubts=tuple(doubts),
        chance=of_the_whole(tables["coincidences"]) if "coincidences" in tables else (),
        **told,
        standings=standing,
        overdue=overdue(standing, context.settings.workspace.level),
        outputs=done.outputs,
        waves=left_to_ask(tables["waves"], tables["findings"])
        if "waves" in tables
        else (),
        left_out=done.left_out,
        lost_letters=lost_letters(findings, context.inputs),
        repeats=repeats(aside, lists, context.inputs.digests),
        place_doubts=place_doubts(findings, context.inputs),
        by_constituency=work_by_constituency(
            lists, aside, findings, queue, done.left_out
        ),
    )


def _findings_by_severity(tables: Tables, settings: CheckSettings) -> dict[str, int]:
    """How many findings of each severity are left to ask.

    Of a run that was stopped before that was known: how many were raised.
    """
    if "findings" in tables:
        return counts(tables["findings"], "severity")
    if "findings-raised" not in tables:
        return {}
    return counts(gather([tables["findings-raised"]], settings), "severity")


def _merged_or_received(
    tables: Shelf, name: str, schema: pa.Schema, *others: str
) -> pa.Table:
    """A table of the intake: the first that the run has, of this one and the others.

    As it was received where the run was stopped before the merge.
    """
    found = next((tables[made] for made in (name, *others) if made in tables), None)
    return concat(tables.parts(received_name(name)), schema) if found is None else found


def _reference(tables: Tables) -> pa.Table:
    """What is known of each file of ``reference/`` (SOURCES), as far as it was read."""
    names = ("reference", "sources-streets")
    name = next((name for name in names if name in tables), None)
    return empty(SOURCES) if name is None else tables[name]


def _cases_by_kind(tables: Tables) -> dict[str, int]:
    """How many cases there are of each kind."""
    if "cases" not in tables:
        return {}
    return counts(distinct(tables["cases"], "case_id", "kind"), "kind")


_OF_CASES = ("case_id", "entry_id")
_CHANGES_NOTHING = frozenset({Verdict.KEEP, Verdict.SEPARATE})
"""What such a verdict asks for is so, also where its case is gone: the entry stays on the list."""


def decisions_standing(tables: Mapping[str, pa.Table]) -> DecisionsStanding:
    """How the decisions stand; ``tables`` are those of a run, as far as it went."""
    if "returned" not in tables:
        return DecisionsStanding()
    returned = answers_back(tables["returned"])
    reasons = count_by(returned, "why")
    back = {_key(row["case_id"], row["old_entry_id"]) for row in returned.to_pylist()}
    decisions, amendments = tables["decisions"], tables["amendments"]
    verdicts = decisions.select(_OF_CASES).to_pylist()
    # An amendment is about its entry, whatever case it came from.
    waiting = tables.get("second_readings", SECOND_READING.empty_table())
    held = set(waiting.filter(waiting.column("holds_back"))["case_id"].to_pylist())
    keys = [
        _key(row["case_id"], row["entry_id"])
        for row in verdicts
        if row["case_id"] not in held
    ]
    keys += [
        _key(None, entry_id) for entry_id in amendments.column("entry_id").to_pylist()
    ]
    left = sum(key not in back for key in keys)
    skipped = _skipped_by_code(tables.get("skipped"), back)
    cases, entries = _count_contested(tables["contested"])
    return DecisionsStanding(
        holding=left - sum(skipped.values()),
        followed=tables["followed"].num_rows,
        **{reason.name.lower(): reasons.get(reason, 0) for reason in Returned},
        contested_cases=cases,
        contested_entries=entries,
        pending=tables["pending"].num_rows,
        second_readings=len(waiting.column("case_id").unique()),
        skipped=sum(skipped.values()),
        skipped_by_reason=skipped,
    )


def _key(case_id: str | None, entry_id: str) -> tuple[str, str]:
    return case_id or "", entry_id


def _skipped_by_code(
    skipped: pa.Table | None, back: set[tuple[str, str]]
) -> dict[str, int]:
    """Code -> how many decisions cannot take effect for it, without those that came back."""
    if skipped is None:
        return {}
    rows = skipped.select([*_OF_CASES, "answer", "code"]).to_pylist()
    counts = Counter(
        row["code"]
        for row in rows
        if row["answer"] not in _CHANGES_NOTHING
        and _key(row["case_id"], row["entry_id"]) not in back
    )
    return dict(sorted(counts.items()))


def _count_contested(contested: pa.Table) -> tuple[int, int]:
    """How many cases and how many entries are contested."""
    rows = contested.select([*_OF_CASES, "answer"]).to_pylist()
    verdicts = set(Verdict)
    cases = {row["case_id"] for row in rows if row["answer"] in verdicts}
    entries = {row["entry_id"] for row in rows if row["answer"] not in verdicts}
    return len(cases), len(entries)


_MOST_ANEW = 50
"""Lists of which it is told what came and went, and lines of each."""


def lists_anew(before: Known, now: Path) -> tuple[ListAnew, ...]:
    """The precincts whose list is of other content in a run than before, the first of them.

    Args:
        before: what was known before the run.
        now: the folder of the run.

    Raises:
        InputError: a table is gone or damaged.
    """
    earlier = before.table("lists")
    name = _told_by(earlier)
    then, here = (
        _contents(lists, name) for lists in (earlier, read_table(now, "lists"))
    )
    places = [
        place for place in sorted(then.keys() & here) if then[place] != here[place]
    ]
    anew = []
    for place in places[:_MOST_ANEW]:
        folder = before.folder_of(place[0])
        old, new = _lines_of_entries(folder, place), _lines_of_entries(now, place)
        came = len(new.keys() - old.keys())
        lines = sorted(old[entry] for entry in old.keys() - new.keys())
        first = tuple(lines[:_MOST_ANEW])
        anew.append(ListAnew(*place, came, len(lines), folder.name, first))
    return tuple(anew)


def _told_by(earlier: pa.Table) -> str:
    """The column of LIST by which two lists are the same.

    What they say; runs of earlier versions know the content of the file alone.
    """
    filled = with_entries(earlier)
    return "source" if filled.column("digest").null_count else "digest"


def digest_of_lists(lists: pa.Table) -> str:
    """The digest of what these lists (LIST) say together."""
    return digest_of(*sorted(lists.column("digest").drop_null().unique().to_pylist()))


def _contents(lists: pa.Table, name: str) -> dict[tuple[int, int], set[str]]:
    """This column of the lists (LIST) of each precinct that has entries."""
    contents: dict[tuple[int, int], set[str]] = {}
    for row in with_entries(lists).to_pylist():
        place = row["constituency"], row["precinct"]
        if None not in place:
            contents.setdefault(place, set()).add(row[name])
    return contents


def _lines_of_entries(folder: Path, place: tuple[int, int]) -> dict[str, int]:
    """The entries that a run has of a precinct, each with its line."""
    constituency, precinct = place
    is_of_place = (pc.field("constituency") == constituency) & (
        pc.field("precinct") == precinct
    )
    names = "entry_id", "line"
    rows = read_table(folder, "entries", is_of_place, names)
    columns = (rows.column(name).to_pylist() for name in names)
    return dict(zip(*columns, strict=True))


def missing_lists(
    earlier: pa.Table,
    lists: pa.Table,
    *,
    constituencies: Collection[int] | None,
    unread: Collection[int | None],
) -> tuple[MissingList, ...]:
    """The lists of ``earlier`` of which ``lists`` (both LIST) has no entry, in order.

    A list is all that a precinct has of a kind.

    Args:
        earlier: the lists of the last run.
        lists: those of this run.
        constituencies: those of this run; None where it is of all.
        unread: those of which something could not be read, which is said already; None among them
            stands for a list of which nobody knows whose it is.
    """
    counted, here = _entries(earlier), _entries(lists)
    return tuple(
        MissingList(*key, counted[key])
        for key in sorted(counted.keys() - here.keys(), key=_unknown_last)
        if (constituencies is None or key[0] in constituencies) and key[0] not in unread
    )


def handed_in_since(
    earlier: pa.Table, lists: pa.Table, kinds: Collection[str]
) -> list[str]:
    """The sources with entries of these kinds in ``lists`` that ``earlier`` (both LIST) has not.

    A file that was renamed, or saved anew with the same people, is the same.
    """
    name = _told_by(earlier)
    known_ones = set(earlier.column(name).to_pylist())
    rows = rows_among(lists, "list_kind", kinds).to_pylist()
    new = (row for row in rows if row["entries"] and row[name] not in known_ones)
    return list(dict.fromkeys(row["source"] for row in new))


_List = tuple[int | None, int | None, str]


def _entries(lists: pa.Table) -> dict[_List, int]:
    """How many entries each list has, where it has any."""
    counted = count_by(lists, "constituency", "precinct", "list_kind", of="entries")
    return {key: count for key, count in counted.items() if count}


def _unknown_last(key: _List) -> tuple[bool, int, bool, int, str]:
    constituency, precinct, kind = key
    return *null_last(constituency), *null_last(precinct), kind


Counts = Mapping[int | None, int]
_OF_A_LIST = ["source", "sheet", "precinct"]


def work_by_constituency(
    lists: pa.Table,
    set_aside: pa.Table,
    findings: pa.Table,
    queue: pa.Table | None,
    left_out: Collection[LeftOut],
) -> tuple[ConstituencyWork, ...]:
    """What was done for each constituency that has a list, a case or a failure, ascending.

    Args:
        lists: LIST.
        set_aside: SET_ASIDE.
        findings: FINDING: those that are left to ask.
        queue: the cases that wait for a decision; None where the run was stopped before it had
            them.
        left_out: the constituencies whose work failed.
    """
    place = "constituency"
    unexpected = rows_without(set_aside, "code", FURNITURE)
    in_doubt = rows_among(findings, "rule", PLACE_DOUBTS)
    lost = rows_among(findings, "rule", SPOILED)
    errors = rows_among(findings, "severity", (Severity.ERROR,))
    counted: dict[str, Counts] = {
        "entries": count_by(lists, place, of="entries"),
        "set_aside": count_by(unexpected, place, of="rows"),
        "unreadable": count_by(whole_files_unread(set_aside), place),
        "in_doubt": _distinct(in_doubt, _OF_A_LIST),
        "lost_letters": _distinct(lost, _OF_A_LIST),
        "errors": count_by(errors, place),
        "open_cases": {} if queue is None else _distinct(queue, ["case_id"]),
    }
    failures = {failure.constituency: failure.kind for failure in left_out}
    work: dict[int | None, dict[str, int]] = defaultdict(dict)
    for name, counts in counted.items():
        for constituency, count in counts.items():
            if count:
                work[constituency][name] = count
    places = sorted({*work, *failures}, key=null_last)
    return tuple(
        ConstituencyWork(number, **work[number], failure=failures.get(number))
        for number in places
    )


def _distinct(table: pa.Table, columns: list[str]) -> Counts:
    """How many different values the columns have in each constituency."""
    return count_by(distinct(table, "constituency", *columns), "constituency")


_NOT_UNDERSTOOD = (
    AsideCode.HEADER_UNKNOWN,
    AsideCode.MAPPING_DOUBTFUL,
    AsideCode.LOOKS_LIKE_REGISTER,
)
"""Codes of rows that may be entries, of lists that nobody could make sense of."""


def counts(table: pa.Table, column: str, weight: str | None = None) -> dict[str, int]:
    """Word of a column -> its rows, or the sum of ``weight`` over them, in order of word."""
    counted = count_by(table, column, of=weight) if table.num_rows else {}
    return {word: counted[word] for word in sorted(filter(None, counted))}


def of_the_whole(coincidences: pa.Table) -> tuple[Row, ...]:
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
    names = inputs.originals()
    doubts = {
        PlaceDoubt(
            names.get(row["source"], row["source"]),
            row["sheet"],
            row["constituency"],
            row["precinct"],
            row["rule"],
        )
        for row in asked.to_pylist()
    }
    return tuple(
        sorted(
            doubts,
            key=lambda doubt: (
                doubt.file,
                doubt.sheet or "",
                doubt.precinct or 0,
                doubt.rule,
            ),
        )
    )


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
            names.get((row["source"], row["copy"]), str(row["source"])),
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
    """The files of which a list was spoiled, by name. ``findings`` is FINDING."""
    lost = rows_among(findings, "rule", SPOILED)
    sources = lost.column("source").unique().to_pylist()
    names = inputs.originals()
    return tuple(sorted(names.get(source, source) for source in sources))


def repeats(
    set_aside: pa.Table, lists: pa.Table, digests: Mapping[str, str]
) -> tuple[Repeat, ...]:
    """The lists that stand in the inbox more than once, by file.

    Args:
        set_aside: SET_ASIDE.
        lists: LIST.
        digests: the SHA-256 of every file that was read, by its path inside the workspace.
    """
    in_inbox = {
        path: digest
        for path, digest in digests.items()
        if PurePosixPath(path).parts[0] == INBOX
    }
    sources = sources_of(in_inbox)
    copies = rows_among(set_aside, "code", (AsideCode.DUPLICATE_FILE,))
    found = []
    for source, rows in count_by(copies, "source", of="rows").items():
        first, *others = sources.get(source, [source])
        found.append(
            Repeat(tuple(others) or (first,), (first,), rows, AsideCode.DUPLICATE_FILE)
        )
    places: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    copied: dict[tuple[Any, ...], dict[tuple[Any, ...], None]] = defaultdict(dict)
    for row in lists.to_pylist():
        place = row["constituency"], row["precinct"], row["list_kind"]
        places[place].append(row)
        if row["set_aside"]:
            copied[_key_of(row)][place] = None
    entries = rows_among(set_aside, "code", (AsideCode.SAME_ENTRY,))
    for key, rows in count_by(entries, "source", "sheet", of="rows").items():
        beside = [row for place in copied.get(key, ()) for row in places[place]]
        others = [row for row in beside if row["entries"] and _key_of(row) != key]
        own = sum(row["entries"] for row in beside if _key_of(row) == key)
        is_whole = not own and rows in {row["entries"] for row in others}
        named = dict.fromkeys(list_name(_key_of(row), sources) for row in others)
        rule = "list-repeated" if is_whole else "list-version"
        found.append(Repeat((list_name(key, sources),), tuple(named), rows, rule))
    return tuple(sorted(found, key=attrgetter("files")))


def _key_of(row: ReadRow) -> tuple[str, str | None]:
    return row["source"], row["sheet"]


def list_name(key: tuple[str, str | None], sources: Mapping[str, list[str]]) -> str:
    """The path of a list, with its sheet where the file has several."""
    source, sheet = key
    file = sources.get(source, [source])[0]
    return f"{file} ({sheet})" if sheet else file


def unread_constituencies(set_aside: pa.Table) -> frozenset[int | None]:
    """The constituencies of which a file, a sheet or a folder could not be read, or not understood.

    None among them: it is not known whose list that is. ``set_aside`` is SET_ASIDE.
    """
    strange = rows_among(set_aside, "code", _NOT_UNDERSTOOD).column("constituency")
    unread = {row["constituency"] for row in _unread(set_aside)}
    return frozenset(strange.to_pylist()) | unread


def whole_files_unread(set_aside: pa.Table) -> pa.Table:
    """The rows of whole files and sheets that could not be read; a copy of another was read."""
    is_whole = pc.equal(set_aside.column("line"), 0)
    codes = set_aside.column("code").cast(pa.string())
    is_copy = pc.equal(codes, AsideCode.DUPLICATE_FILE)
    return set_aside.filter(pc.and_not(is_whole, is_copy))


def _unread(set_aside: pa.Table) -> list[Row]:
    columns = ["source", "copy", "sheet", "constituency", "code"]
    rows: list[Row] = whole_files_unread(set_aside).select(columns).to_pylist()
    return rows
