"""Taking in what another commission handed over: checked whole before anything enters."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from voterlist.casework.answering import CameUp, Settled, questions_of, settle
from voterlist.casework.returned_cases import (
    ANSWERS_NAME,
    CASES_NAME,
    GATES_NAME,
    KNOWN_AS_NAME,
    Approved,
    Kept,
    Outcome,
    Returned,
    read_answers,
    read_gates,
    stage_of,
)
from voterlist.catalogue import catalogue
from voterlist.counter.deciding import Decided, come_down
from voterlist.custody.commissions import Kind
from voterlist.custody.manifest import Manifest
from voterlist.custody.reading import Package, Receiving, Taken, open_package
from voterlist.custody.refusals import refusal, wrong
from voterlist.custody.writing import read_receipt, receipt_in, write_receipt
from voterlist.deadlines import is_frozen, last_days
from voterlist.deadlines.handovers import Event, Handover
from voterlist.decisions.given import Given, subjects_among
from voterlist.decisions.standing import WITHDRAWN, standing
from voterlist.errors import CustodyError
from voterlist.handover.approving import require_grounded
from voterlist.handover.changed import entries_changed
from voterlist.handover.exchanges import (
    NUMBER_SETTLED,
    RECEIPT_WRITTEN,
    Desk,
    journal_package,
    journal_receipt_taken,
    journal_receipt_written,
    next_receipt,
    open_desk,
    packages_taken,
    sent_manifest,
    stem_of,
    write_line,
)
from voterlist.handover.handed_lists import (
    ARRIVALS_NAME,
    REMOVED_NAME,
    HandedLists,
    TakenDecisions,
    decisions_of,
    lists_of,
    place_inside,
    record_of_arrivals,
    record_of_removals,
    records,
    require_as_frozen,
    require_held,
    tables_of,
    write_arrivals,
)
from voterlist.model import Verdict, details_of, frozen
from voterlist.pipeline.inbox import INBOX, RECEIVED, lists_in
from voterlist.pipeline.running import settle_moves
from voterlist.render.rows import COLUMNS_NAME, write_schema
from voterlist.schemas import ARRIVAL, DECISION
from voterlist.storage import folders, store
from voterlist.storage.files import (
    make_folder,
    own_folder,
    sync_folder,
    write_atomically,
    write_content,
)
from voterlist.storage.ledger import Ledger, Reader, reading
from voterlist.tables import Row, concat, from_rows, rows_among

_WORK = ".receiving"


@frozen
class Received:
    """What was taken in.

    Attributes:
        manifest: what the package states.
        entries: the entries on its lists.
        decisions: how many decisions of the level below are known here from now on.
        inbox: the folder in which its lists stand; None of a receipt or a return.
        superseded: the identity of the package before it, whose lists left the inbox.
        missing: how many packages of the series did not come.
        receipt: the receipt that was written; None of a receipt.
        cases: of a return, how many cases it holds.
        arrived: how many people its decisions, or those of others, sent to another precinct.
        settled: how many returned cases the answers of the level below have settled.
        contested: in how many each commission says that one person stands rightly there, and
            nobody has decided.
        confirmed: of a receipt, the serial of the package of ours that it confirms.
        was_taken: the package was taken before, and only its receipt was written now.
        beside: other files of the constituency in the inbox, whose entries may stand twice now.
        approved: of a return, that the lists are approved, if it says so.
        outcomes: of a return, our applications whose outcome above was noted.
        outcomes_left: the numbers of those of which it could not be noted.
        needs_person: of one of these the return before did not tell, or what was noted does not
            hold, or changes nothing.
    """

    manifest: Manifest
    entries: int = 0
    decisions: int = 0
    inbox: Path | None = None
    superseded: str | None = None
    missing: int = 0
    receipt: Path | None = None
    cases: int = 0
    arrived: int = 0
    settled: int = 0
    contested: int = 0
    confirmed: int | None = None
    was_taken: bool = False
    beside: tuple[str, ...] = ()
    approved: Approved | None = None
    outcomes: tuple[Decided, ...] = ()
    outcomes_left: tuple[int, ...] = ()
    needs_person: bool = False


def receive(
    workspace: Path,
    path: Path,
    passphrase: str | None,
    *,
    receipt: Path | None = None,
    settled: Mapping[str, str] | None = None,
    today: dt.date,
    since: str,
) -> Received:
    """Check a package, and take it in whole or not at all.

    A ``submit`` puts its lists into the inbox and its decisions into the ledger; a ``receipt`` is
    compared with our journal. Of all but a receipt, a receipt is written for carrying back.

    Args:
        workspace: its folder; held meanwhile.
        path: the package, encrypted or not.
        passphrase: of the private key; None where it has none.
        receipt: where the receipt will be; None: beside the package.
        settled: the ``ground`` on which it is taken whatever its number is, and ``by`` whom; None:
            it is not.
        today: the day on which it is taken.
        since: told to another command that finds the workspace held.

    Raises:
        CustodyError: the package is refused, and nothing of it has entered.
        UsageError: it is no workspace, or its settings do not say who the commission is; the number
            is settled without a name.
        WorkspaceBusyError: another command holds it.
        OSError: a file cannot be read or written.
    """
    if settled:
        require_grounded(**settled)
    with open_desk(workspace, passphrase, since=since) as held:
        desk = replace(held, settled=settled)
        with _open(desk, path) as (package, is_known):
            if is_known:
                result = Received(package.manifest, was_taken=True)
            else:
                result = _ENTER[package.manifest.kind](desk, package, today)
                result = replace(result, missing=package.missing)
        if package.manifest.kind is Kind.RECEIPT:
            return result
        out = receipt or path.with_name(f"{stem_of(path)}-receipt.zip")
        _write_receipt(desk, package.manifest, out, today)
    return replace(result, receipt=out)


@contextmanager
def _open(desk: Desk, path: Path) -> Iterator[tuple[Package, bool]]:
    """(package, whether it was taken before and has no receipt yet).

    A process that ended between the two leaves such a one, which is ``bare`` below.
    """
    with reading(desk.place) as ledger:
        before = packages_taken(ledger)
        bare = {
            package.digest
            for series, several in before.items()
            for package in several
            if series.kind is not Kind.RECEIPT
        }
        written = details_of(ledger.journal(), RECEIPT_WRITTEN)
        bare -= {str(details.get("package")) for details in written}
    work = desk.workspace / _WORK
    receiving = Receiving(
        us=desk.us,
        cycle=desk.cycle,
        kinds=frozenset(Kind),
        trust=desk.trust,
        taken=before,
        identity=desk.keys.identity,
        is_settled=bool(desk.settled),
    )
    refused: CustodyError | None = None
    try:
        with open_package(path, receiving, work) as package:
            yield package, False
            return
    except CustodyError as error:
        if error.code != "package-taken" or not bare:
            raise
        refused = error
    others = {
        series: [package for package in packages if package.digest not in bare]
        for series, packages in before.items()
    }
    with open_package(path, replace(receiving, taken=others), work) as package:
        if package.manifest.digest not in bare:
            raise refused
        yield package, True


def _enter_submit(desk: Desk, package: Package, today: dt.date) -> Received:
    """Lists into the inbox, decisions into the ledger, the rest into the folder ``received``."""
    manifest = package.manifest
    tables = tables_of(package, desk.settings.ingest)
    lists = lists_of(package, tables, desk.settings)
    require_as_frozen(tables, lists, desk.settings)
    decisions = decisions_of(manifest, tables, lists.known_as)
    answers = read_answers(package.folder / ANSWERS_NAME)
    read_gates(package.folder / GATES_NAME)
    if any(answer.day > manifest.day.isoformat() for answer in answers):
        raise wrong("answers")
    meanings = package.folder / COLUMNS_NAME
    if meanings.exists():
        # What the columns mean is not the sender's to say.
        write_atomically(meanings, write_schema)
    came = CameUp(
        manifest.sender.slug,
        {answer.case_id: answer for answer in answers},
        lists.known_as,
    )
    staged = _stage_lists(desk, lists)
    _keep_beside(package, lists)
    _require_no_list_anew(desk, package, lists, today)
    removed = _linked(desk, package, REMOVED_NAME)
    record = record_of_removals(desk.workspace, manifest.sender.slug)
    write_arrivals(removed, desk.workspace / _WORK / ARRIVALS_NAME)
    inbox = desk.workspace / INBOX / place_inside(manifest)
    try:
        with Ledger(desk.place) as ledger:
            before = _package_before(ledger, manifest)
            words = catalogue(desk.settings.report.languages[0])
            by_answers = settle(desk.workspace, ledger, came, words)
            _take_decisions(ledger, decisions, by_answers, lists, manifest)
            given = ledger.given_verdicts()
            said = rows_among(given, "case_id", by_answers.contested)
            contested = standing(Given(said)).contested.column("case_id").unique()
            _note_settled(desk, ledger, manifest, today)
            journal_package(
                ledger,
                today,
                Event.RECEIVED,
                manifest,
                emptied=lists.emptied,
                balance=lists.balance,
                lists=lists.digest,
            )
            moves = [(staged, inbox), (removed, record)]
            sent_on = _move(desk, package, before, moves)
    finally:
        settle_moves(desk.workspace, desk.place)
    return Received(
        manifest,
        entries=lists.entries.num_rows,
        decisions=decisions.verdicts.num_rows + decisions.acceptances.num_rows,
        inbox=inbox,
        arrived=sent_on,
        superseded=before.digest if before else None,
        settled=len(by_answers.case_entries.keys() - by_answers.contested),
        contested=len(contested),
        beside=_beside(desk.workspace, manifest),
    )


def _require_no_list_anew(
    desk: Desk, package: Package, lists: HandedLists, today: dt.date
) -> None:
    """Refuse entries that came to a list or left it since it was frozen, without a decision.

    The last package from before the freeze tells. Where there is none, the run refuses lists that
    are not those of before.

    Raises:
        CustodyError: ``package-anew-after-freeze``; or the package from before is there no more.
    """
    last = last_days(desk.settings.calendar, desk.cycle)
    sender = package.manifest.sender.slug
    with reading(desk.place) as ledger:
        kept = Kept(desk.workspace, ledger)
        earlier = {
            kind: kept.lists_until(sender, day)
            for kind, day in last.items()
            if is_frozen(day, today)
        }
    rows = lists.entries.select(["entry_id", "list_kind"]).to_pylist()
    here = {row["entry_id"]: row["list_kind"] for row in rows}
    # An entry has one kind for good: it is part of what its id is made of.
    now = {below: here[entry] for below, entry in lists.known_as.items()}
    for kind, before in earlier.items():
        if before is None:
            continue
        own = before / INBOX
        if not own.is_dir():
            own = desk.workspace / INBOX / place_inside(package.manifest)
        kinds = now | {
            row["entry_id"]: row["list_kind"]
            for path in own.glob("*.parquet")
            for row in store.read_file(path, ["entry_id", "list_kind"]).to_pylist()
        }
        count = sum(
            what in {"left", "came"} and kinds.get(entry, kind) == kind
            for entry, what in entries_changed(before, package.folder)
        )
        if count:
            raise refusal("package-anew-after-freeze", last=last[kind], count=count)


def _beside(workspace: Path, manifest: Manifest) -> tuple[str, ...]:
    """Files of a constituency in the inbox that are not of its package.

    None of a precinct's package: the other files may be those of the other precincts.
    """
    if manifest.sender.precinct is not None:
        return ()
    own = f"{INBOX}/{place_inside(manifest)}/"
    names = lists_in(workspace, manifest.constituency)
    return tuple(name for name in names if not name.startswith(own))


def _stage_lists(desk: Desk, lists: HandedLists) -> Path:
    """The files of the lists in a folder of their own, ready to be moved into the inbox."""
    staged = desk.workspace / _WORK / "inbox"
    own_folder(staged)
    for path in lists.files:
        path.rename(staged / path.name)
    sync_folder(staged)
    return staged


def _keep_beside(package: Package, lists: HandedLists) -> None:
    """Keep the manifest, and under which ids the sender knows the entries."""
    known_as = {here: below for below, here in lists.known_as.items()}
    text = json.dumps(known_as, sort_keys=True, separators=(",\n", ":"))
    write_content(package.folder / "manifest.json", package.manifest.content)
    write_content(package.folder / KNOWN_AS_NAME, text)


def _take_decisions(
    ledger: Ledger,
    decisions: TakenDecisions,
    by_answers: Settled,
    lists: HandedLists,
    manifest: Manifest,
) -> None:
    """Record what was decided below, with who decided there.

    What an earlier package of the sender held and this one does not is taken back.
    """
    said = {_said(row): row for row in ledger.given_verdicts().to_pylist()}
    verdicts = concat([decisions.verdicts, by_answers.verdicts], DECISION)
    now = set(map(_said, verdicts.to_pylist()))
    left = [row for key, row in said.items() if key not in now]
    ledger.decide(_taken_back(ledger, left, manifest))
    # The words of the program are no new answer: what the centre settled since would fall.
    new = [
        row
        for row in by_answers.verdicts.to_pylist()
        if said.get(_said(row), {}).get("verdict") != row["verdict"]
    ]
    ledger.decide(concat([decisions.verdicts, from_rows(new, DECISION)], DECISION))
    if decisions.acceptances.num_rows:
        ledger.accept(decisions.acceptances)
    ids = set(decisions.verdicts.column("entry_id").to_pylist()) | by_answers.entry_ids
    for name in ("entry_id", "other_entry_id"):
        ids |= set(decisions.acceptances.column(name).drop_null().to_pylist())
    if ids:
        ledger.keep_case_entries({**decisions.case_entries, **by_answers.case_entries})
        ledger.keep_subjects(subjects_among(lists.entries, ids))


def _said(row: Row) -> tuple[str, ...]:
    """The entry of a case that a verdict is about, and who says it."""
    return row["case_id"], row["entry_id"], row["decided_by"]


def _taken_back(ledger: Reader, left: Iterable[Row], manifest: Manifest) -> pa.Table:
    """DECISION that takes back what the sender decided before and does not say any more.

    ``left``: the last verdict of each person about each entry of which no more is said.

    Of others it takes back that an entry is a repetition: that is said of an entry of the sender,
    while both say that the person stands rightly there, and never by one of them alone.
    """
    own = f"({manifest.sender.slug})"
    marks = tuple(f"({series.sender})" for series in packages_taken(ledger))
    gone = [
        {**row, "verdict": WITHDRAWN, "decided_at": manifest.day.isoformat()}
        for row in left
        if row["decided_by"].endswith(
            (own, *marks) if row["verdict"] == Verdict.REPEAT else own
        )
        and row["verdict"] != WITHDRAWN
    ]
    return from_rows(gone, DECISION)


def _linked(desk: Desk, package: Package, name: str) -> Path:
    """Where a file of the package stands to be moved, if the package has it."""
    beside = desk.workspace / _WORK / name
    if (package.folder / name).exists():
        store.link_file(package.folder / name, beside)
    return beside


def _package_before(ledger: Reader, manifest: Manifest) -> Taken | None:
    """The last package of its series that was taken in before."""
    return next(reversed(packages_taken(ledger).get(manifest.series, [])), None)


def _folder_before(desk: Desk, manifest: Manifest, before: Taken | None) -> Path:
    """The folder of the package before it, where what it kept is, and what it superseded goes.

    What a killed process left in the place of that is of no package that was taken; it is kept
    apart.
    """
    folder = desk.workspace / RECEIVED
    if before is None:
        return folder / f"{manifest.folder}-unfinished"
    return folder / manifest.model_copy(update={"serial": before.serial}).folder


def _move(
    desk: Desk,
    package: Package,
    before: Taken | None,
    moves: Sequence[tuple[Path, Path]] = (),
) -> int:
    """Move what a package brings, all of it unless the ledger does not commit.

    Beside ``moves``, each whence and whither, that is the package itself and its record of
    arrivals. Of what is not there, what stands in its place goes: into the folder of the package
    before, or, in the place of the package's own, beside it, under the next free name.

    Returns:
        how many people the record sends to another precinct.
    """
    manifest = package.manifest
    arrived = desk.workspace / _WORK / ARRIVALS_NAME
    count = int(records(arrived, ARRIVAL).num_rows)
    kept = desk.workspace / RECEIVED / manifest.folder
    aside = _folder_before(desk, manifest, before)
    planned = []
    for source, target in (
        *moves,
        (arrived, record_of_arrivals(desk.workspace, manifest.sender.slug)),
        (package.folder, kept),
    ):
        if target.exists():
            # A folder of the inbox is called by its sender.
            name = INBOX if target.is_dir() else target.name
            place = f"{kept}-unfinished" if target == kept else aside / name
            planned.append((target, folders.free_name(Path(place))))
        if source.exists():
            planned.append((source, target))
    folders.move(desk.workspace, folders.Plan(manifest.digest, tuple(planned)))
    return count


def _enter_receipt(desk: Desk, package: Package, today: dt.date) -> Received:
    """Compare a receipt with our journal, and note it there."""
    sent = sent_manifest(desk.workspace, receipt_in(package).package)
    if sent is None:
        raise refusal("receipt-for-other")
    receipt = read_receipt(package, sent)
    with Ledger(desk.place) as ledger:
        ours = details_of(ledger.journal(), Event.SUBMITTED, Event.RETURNED)
        is_sent = sent.digest in {details.get("package") for details in ours}
        if not is_sent or not ledger.has_line(receipt.sender_journal):
            head = receipt.sender_journal
            raise refusal("receipt-head-unknown", serial=sent.serial, head=head)
        _note_settled(desk, ledger, package.manifest, today)
        journal_receipt_taken(ledger, today, sent, package.manifest)
    return Received(package.manifest, confirmed=sent.serial)


def _enter_return(desk: Desk, package: Package, today: dt.date) -> Received:
    """Keep what the commission above found, and ask about each entry that it names.

    A question stands on the checklist for the door, and is answered with ``answer`` or by a
    decision about the entry.
    """
    manifest = package.manifest
    returned = Returned.read(package.folder / CASES_NAME)
    tables_of(package, desk.settings.ingest)
    own = [
        {"constituency": manifest.constituency, **entry.model_dump()}
        for case in returned.cases
        for entry in case.own
    ]
    others = [item.model_dump() for item in (*returned.proposals, *returned.findings)]
    others += [item.model_dump() for item in returned.outcomes if item.entry_id]
    place = (
        ("constituency", manifest.constituency),
        ("precinct", manifest.receiver.precinct),
    )
    others = [dict(place) | row for row in others]
    for rows in (own, others):
        require_held("cases", pa.Table.from_pylist(rows), manifest)
    write_content(package.folder / "manifest.json", manifest.content)
    words = catalogue(desk.settings.report.languages[0])
    _linked(desk, package, ARRIVALS_NAME)
    try:
        with Ledger(desk.place) as ledger:
            before = _package_before(ledger, manifest)
            questions = questions_of(ledger, returned, manifest, words)
            ledger.amend(questions)
            noted, left = come_down(
                desk.workspace,
                desk.settings,
                ledger,
                returned.outcomes,
                manifest.sender,
                today,
            )
            _note_settled(desk, ledger, manifest, today)
            stage = stage_of(returned)
            journal_package(ledger, today, Event.RECEIVED, manifest, stage=stage)
            _note_approval(ledger, returned.approved, manifest, today)
            folder = _folder_before(desk, manifest, before)
            told_before: set[Outcome] = set()
            with suppress(CustodyError):
                # Where it is gone or damaged, what it told is told once more.
                told_before = {*Returned.read(folder / CASES_NAME).outcomes}
            sent_on = _move(desk, package, before)
    finally:
        settle_moves(desk.workspace, desk.place)
    return Received(
        manifest,
        entries=len({entry.entry_id for case in returned.cases for entry in case.own}),
        decisions=len(returned.proposals),
        cases=len(returned.cases),
        arrived=sent_on,
        approved=returned.approved,
        outcomes=noted,
        outcomes_left=left,
        needs_person=any(made.changes_nothing for made in noted)
        or any(
            outcome.number in left for outcome in {*returned.outcomes} - told_before
        ),
    )


def _note_approval(
    ledger: Ledger, approved: Approved | None, manifest: Manifest, today: dt.date
) -> None:
    """Add the line of an approval that came down."""
    if approved is None:
        return
    line = Handover(
        day=ledger.day_of(today),
        event=Event.APPROVED,
        constituency=manifest.constituency,
        sender=manifest.sender.slug,
        package=approved.package,
        finished=dt.date.fromisoformat(approved.day),
        ground=approved.ground,
        by=approved.by,
        cycle=manifest.cycle,
    )
    write_line(ledger, line)


def _note_settled(
    desk: Desk, ledger: Ledger, manifest: Manifest, today: dt.date
) -> None:
    """Add the line that begins the numbers of a sender anew, where somebody settled that."""
    if desk.settled:
        ledger.write_journal(
            today,
            NUMBER_SETTLED,
            commission=manifest.sender.slug,
            serial=manifest.serial,
            **desk.settled,
        )


def _write_receipt(desk: Desk, package: Manifest, out: Path, today: dt.date) -> None:
    """Write the receipt of a package, and its line of the journal behind it."""
    make_folder(out.parent)
    with Ledger(desk.place) as ledger:
        serial, previous = next_receipt(ledger, desk.cycle, package.sender.slug)
        manifest, _ = write_receipt(
            out,
            package,
            desk.keys,
            serial=serial,
            previous=previous,
            journal=ledger.head().hash,
            day=ledger.day_of(today),
        )
        journal_receipt_written(ledger, today, package, manifest)


_ENTER: Mapping[Kind, Callable[[Desk, Package, dt.date], Received]] = {
    Kind.SUBMIT: _enter_submit,
    Kind.RETURN: _enter_return,
    Kind.RECEIPT: _enter_receipt,
}
