"""Sending down what was found across constituencies: cases, proposals, findings, what to ask."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from voterlist.casework.pages import require_constituency
from voterlist.casework.returned_cases import (
    CASES_NAME,
    Kept,
    OtherEntry,
    OwnEntry,
    Proposal,
    Returned,
    ReturnedCase,
    ReturnedFinding,
    approval_of,
    stage_of,
)
from voterlist.counter.applications import applications_of, outcomes_for
from voterlist.custody.commissions import Kind
from voterlist.custody.manifest import Manifest
from voterlist.custody.writing import Payload
from voterlist.deadlines.handovers import Event
from voterlist.errors import usage_error
from voterlist.handover.exchanges import (
    as_payload,
    below,
    deliver,
    journal_package,
    open_desk,
    outline_of,
    pack,
    packing_in,
    receiver_of,
    recipient_of,
)
from voterlist.handover.gates import Scope
from voterlist.handover.handed_lists import (
    ARRIVALS_NAME,
    PACKED,
    record_of_arrivals,
    records,
)
from voterlist.lists.compile import compile_lists
from voterlist.model import Severity, Verdict, frozen
from voterlist.pipeline.inbox import SENT
from voterlist.pipeline.known import read_table
from voterlist.pipeline.list_input import ListSource
from voterlist.render.rows import json_bytes, write_csv
from voterlist.schemas import ARRIVAL
from voterlist.storage.files import write_content
from voterlist.storage.ledger import Ledger, reading
from voterlist.tables import ReadRow, by_key, concat, rows_among

_PROPOSED = frozenset(Proposal.model_fields) - {"entry_id"}
_SHOWN = 3
"""Characters of an identifier of somebody else that are shown."""
_MASK = "•••"
_WORTH = frozenset({Severity.ERROR.value, Severity.WARNING.value})


@frozen
class Sent:
    """A return that was written."""

    package: Path
    manifest: Manifest
    returned: Returned
    questions: int
    """Rows of the checklist for the door."""


def return_cases(
    workspace: Path,
    scope: Scope,
    out: Path,
    passphrase: str | None,
    *,
    encrypt_to: str | None = None,
    by: str = "",
    today: dt.date,
    since: str,
) -> Sent:
    """Write the package for the commission below, from the newest run.

    Where the lists are approved and no case is open, it says so: the approval comes down with it.
    Of people who stand elsewhere it holds the place and the last three characters of their
    identifiers. Entries have the ids by which the receiver knows them.

    Args:
        workspace: its folder; held meanwhile.
        scope: the constituency, or the precinct where a constituency returns to one.
        out: where the package will be; its name ends in ``.zip``.
        passphrase: of the private key; None where it has none.
        encrypt_to: the trusted key to which it is encrypted; None: it is not.
        by: who returns it.
        today: the day that the package states.
        since: told to another command that finds the workspace held.

    Raises:
        UsageError: it is no workspace, has no complete run, or nobody is below; the name of the
            package or the key cannot be used.
        CustodyError: the keys cannot be opened, or the package cannot be written.
        InputError: a table of the run, or the ledger, cannot be read.
        WorkspaceBusyError: another command holds the workspace.
        OSError: a file cannot be written.
    """
    if out.suffix.lower() != ".zip":
        raise usage_error("out-not-a-package", path=out)
    with open_desk(workspace, passphrase, since=since) as desk:
        receiver = receiver_of(
            desk.trust, below(desk.us, scope.constituency, scope.precinct)
        )
        recipient = recipient_of(desk, encrypt_to or None, receiver)
        with reading(desk.place) as ledger:
            source = ListSource.of(workspace, ledger, desk.settings)
            kept = Kept(workspace, ledger)
            ids = kept.known_as(receiver.slug)
            # Lists that were handed in empty are in no run, and their people may be asked about.
            if ids or receiver.slug not in kept.handed_in:
                require_constituency(source.runs, scope.constituency)
            # What all gave up is asked again, though no run has it any more.
            again = {
                case_id: parts[receiver.slug]
                for case_id, parts in kept.given_up().items()
                if receiver.slug in parts
            }
            applications = applications_of(ledger.applications()).values()
            outcomes = outcomes_for(receiver.slug, applications, scope.prefix, ids)
            approved = approval_of(workspace, ledger, scope.constituency, today)
        run, given = source.input_of(scope.constituency)
        compiled = compile_lists(given, constituency=scope.constituency)
        door = scope.of(compiled.door)
        content = _content(source.runs.folder_of(scope.constituency), scope, ids)
        cases = again | {case.case_id: case for case in content.cases}
        asked = tuple(
            case.model_copy(update={"given_up": case_id in again})
            for case_id, case in cases.items()
        )
        told = {"cases": asked, "approved": None if asked else approved}
        content = content.model_copy(update=told | {"outcomes": outcomes})
        with packing_in(workspace) as work, Ledger(desk.place) as ledger:
            outline = outline_of(
                desk, ledger, Kind.RETURN, receiver, scope.constituency, run, today
            )
            package = work / "package.zip"
            payloads = [
                *_payloads(content, door, work),
                *_arrivals(workspace, scope, compiled.listed, work),
            ]
            manifest = pack(desk, outline, payloads, package)
            # Whose answers are owed is told from it.
            path = workspace / SENT / f"{manifest.digest}.cases"
            write_content(path, json_bytes(content.model_dump(mode="json")))
            sent = deliver(package, out, recipient)
            stage = stage_of(content)
            journal_package(ledger, today, Event.RETURNED, manifest, by=by, stage=stage)
    return Sent(sent, manifest, content, door.num_rows)


def _payloads(content: Returned, door: pa.Table, work: Path) -> Iterator[Payload]:
    """The files of the package."""
    yield Payload(CASES_NAME, json_bytes(content.model_dump(mode="json")), format=2)
    # Who else it may be stands elsewhere: the name and the address are not the receiver's.
    shown = door.select(PACKED["door"].names)
    path = work / "door.csv"
    write_csv(path, shown)
    yield Payload("door.csv", path, "door", shown.num_rows)


def _arrivals(
    workspace: Path, scope: Scope, listed: pa.Table, work: Path
) -> Iterator[Payload]:
    """Whom decisions elsewhere, and those of here, put on lists of the receiver, if anybody."""
    senders = ("cec", "conec-*", "pec-*")
    told = [
        records(record_of_arrivals(workspace, sender), ARRIVAL) for sender in senders
    ]
    within = pc.starts_with(listed.column("entry_id"), scope.prefix)
    is_put_here = pc.or_(listed.column("added"), pc.invert(within))
    came = listed.filter(is_put_here).select(ARRIVAL.names).cast(ARRIVAL)
    rows = scope.of(concat([*told, came], ARRIVAL))
    if rows.num_rows:
        yield as_payload(rows, work / ARRIVALS_NAME, "arrivals")


def _content(folder: Path, scope: Scope, ids: Mapping[str, str]) -> Returned:
    """What concerns the receiver, under its own ids; of who is listed no more nobody is asked."""
    entries = read_table(folder, "entries", columns=("entry_id",)).column("entry_id")
    within = entries.filter(pc.starts_with(entries, scope.prefix)).to_pylist()
    # A package that came after the run may have fewer; plain files have the ids of here.
    listed = {name: ids.get(name, name) for name in within if name in ids or not ids}
    decided = read_table(folder, "amendments").to_pylist()
    decided += [
        row | {"action": row["verdict"]}
        for row in read_table(folder, "decisions").to_pylist()
        if row["verdict"] == Verdict.REPEAT
    ]
    findings = scope.of(read_table(folder, "findings")).to_pylist()
    proposals = tuple(
        Proposal(
            entry_id=listed[row["entry_id"]],
            **{name: row.get(name) for name in _PROPOSED},
        )
        for row in decided
        if row["entry_id"] in listed
    )
    found = tuple(
        ReturnedFinding(
            entry_id=listed[row["entry_id"]],
            rule=row["rule"],
            severity=row["severity"],
            field=row["field"],
            value=row["value"],
        )
        for row in findings
        if row["entry_id"] in listed and row["severity"] in _WORTH
    )
    return Returned(
        cases=tuple(_cases(folder, scope, ids)), proposals=proposals, findings=found
    )


def _cases(
    folder: Path, scope: Scope, ids: Mapping[str, str]
) -> Iterator[ReturnedCase]:
    """The undecided cases that touch the receiver, by number."""
    queue = read_table(folder, "queue")
    own = scope.of(queue).column("case_id").to_pylist()
    rows = rows_among(queue, "case_id", own).to_pylist()
    numbered = read_table(folder, "case_numbers").to_pylist()
    numbers = {row["case_id"]: row["number"] for row in numbered}
    ids_asked = [row["entry_id"] for row in rows]
    marks, levels = _marks(folder, ids_asked), _levels(folder, ids_asked)
    cases = by_key((row["case_id"], row) for row in rows)
    for case_id in sorted(cases, key=lambda name: (numbers.get(name, 0), name)):
        members = cases[case_id]
        inside = [row for row in members if row["entry_id"].startswith(scope.prefix)]
        outside = [row for row in members if row not in inside]
        yield ReturnedCase(
            case_id=case_id,
            number=numbers.get(case_id, 0),
            kind=members[0]["kind"],
            probability=members[0]["probability"],
            own=tuple(
                OwnEntry(
                    entry_id=ids.get(row["entry_id"], row["entry_id"]),
                    precinct=row["precinct"],
                )
                for row in inside
            ),
            others=tuple(
                _other(row, marks, _compare_own(row, inside, levels)) for row in outside
            ),
        )


def _marks(
    folder: Path, entry_ids: list[str]
) -> dict[str, tuple[str | None, str | None]]:
    """Entry -> its FIN and its document."""
    is_wanted = pc.field("entry_id").isin(pa.array(entry_ids, pa.string()))
    columns = ("entry_id", "fin", "document")
    rows = read_table(folder, "voters", is_wanted, columns).to_pylist()
    return {row["entry_id"]: (row["fin"], row["document"]) for row in rows}


_LEVEL = "_level"
_Levels = Mapping[frozenset[str], Mapping[str, str]]
"""The two entries of a pair -> what was compared, each with its level."""


def _levels(folder: Path, entry_ids: list[str]) -> _Levels:
    """How the pairs among these entries compare, without what is missing."""
    ids = pa.array(entry_ids, pa.string())
    is_among = pc.field("entry_l").isin(ids) & pc.field("entry_r").isin(ids)
    return {
        frozenset({row["entry_l"], row["entry_r"]}): {
            name.removesuffix(_LEVEL): level
            for name, level in row.items()
            if name.endswith(_LEVEL) and level not in {None, "missing"}
        }
        for row in read_table(folder, "pairs", is_among).to_pylist()
    }


def _compare_own(
    row: ReadRow, inside: Iterable[ReadRow], levels: _Levels
) -> Mapping[str, str]:
    """How an entry compares with the first of the own entries that it was compared with."""
    pairs = (frozenset({row["entry_id"], own["entry_id"]}) for own in inside)
    return next((levels[pair] for pair in pairs if pair in levels), {})


def _other(
    row: ReadRow,
    marks: Mapping[str, tuple[str | None, str | None]],
    levels: Mapping[str, str],
) -> OtherEntry:
    fin, document = marks.get(row["entry_id"], (None, None))
    return OtherEntry(
        constituency=row["constituency"],
        precinct=row["precinct"],
        fin=_mask(fin),
        document=_mask(document),
        levels=dict(levels),
    )


def _mask(identifier: str | None) -> str | None:
    return f"{_MASK}{identifier[-_SHOWN:]}" if identifier else None
