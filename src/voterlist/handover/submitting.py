"""Handing over to the commission above: the gates, the package, the line of the journal."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow.compute as pc

from voterlist.casework.returned_cases import (
    ANSWERS_NAME,
    GATES_NAME,
    answers_in_journal,
)
from voterlist.custody.commissions import Commission, Kind
from voterlist.custody.keys import SEALED_SUFFIX
from voterlist.custody.manifest import Manifest
from voterlist.custody.writing import Payload, write_package
from voterlist.deadlines.handovers import Event
from voterlist.errors import usage_error
from voterlist.handover.acts import Handed, write_acts
from voterlist.handover.exchanges import (
    Desk,
    above,
    delivered,
    journal_package,
    keep_manifest,
    open_desk,
    outline_of,
    receiver_of,
    recipient_of,
)
from voterlist.handover.gates import GateState, Scope, gates
from voterlist.handover.handed_lists import PACKED, own_rows
from voterlist.handover.lists import BALANCE_NAME, balance_content
from voterlist.lists.compile import Compiled, compile_lists
from voterlist.lists.documents import record_rows, record_stem
from voterlist.model import ListKind, ListOrder
from voterlist.pipeline.known import answers_in, known, run_table
from voterlist.pipeline.list_input import ListSource
from voterlist.render.rows import (
    COLUMNS_NAME,
    write_record_csv,
    write_record_parquet,
    write_schema,
)
from voterlist.report.sections.certificate import certificate_of
from voterlist.schemas import CERTIFICATE
from voterlist.storage import store
from voterlist.storage.ledger import Ledger, reading

_WORK = ".submitting"
"""The folder of a workspace in which the files of a package lie until it is written."""
_RECORDS = {"csv": write_record_csv, "parquet": write_record_parquet}


@dataclass(frozen=True, slots=True)
class Submission:
    """What came of it.

    Attributes:
        gates: how each gate stands.
        run: the run that the lists are from.
        package: the package; None where a gate is open.
        manifest: what it states; None as above.
        sums: the sums of the balance over all lists.
        precincts: how many precincts have a list in it.
        acts: the files of the act of hand-over.
    """

    gates: tuple[GateState, ...]
    run: str
    package: Path | None = None
    manifest: Manifest | None = None
    sums: Mapping[str, int] | None = None
    precincts: int = 0
    acts: tuple[Path, ...] = ()

    @property
    def is_refused(self) -> bool:
        """True where a gate is open, so that nothing was written."""
        return any(gate.is_open for gate in self.gates)


def submit(
    workspace: Path,
    out: Path,
    passphrase: str | None,
    *,
    constituency: int | None = None,
    encrypt_to: str | None = None,
    by: str = "",
    today: dt.date,
    since: str,
) -> Submission:
    """Write the package for the commission above, unless a gate is open.

    The same workspace, keys and day give the same bytes, encryption apart.

    Args:
        workspace: its folder; held meanwhile.
        out: where the package will be; its name ends in ``.zip``.
        passphrase: of the private key; None where it has none.
        constituency: which is handed over; None: our own.
        encrypt_to: the trusted key to which it is encrypted; None: it is not.
        by: who hands over.
        today: the day that the package states.
        since: told to another command that finds the workspace held.

    Raises:
        UsageError: it is no workspace, has no complete run, or nobody is above; another
            constituency than ours; the name of the package or the key cannot be used.
        CustodyError: the keys cannot be opened, or the package cannot be written.
        InputError: a table of the run, or the ledger, cannot be read.
        WorkspaceBusyError: another command holds the workspace.
        OSError: a file cannot be written.
    """
    _require_zip(out)
    with open_desk(workspace, passphrase, since=since) as desk:
        place = above(desk.us)
        scope = _scope(desk.us, constituency)
        receiver = receiver_of(desk.trust, place)
        recipient = recipient_of(desk, encrypt_to, receiver)
        with reading(desk.place) as ledger:
            runs, answers = known(workspace, ledger), answers_in(ledger)
        source = ListSource(workspace, runs, answers, desk.settings)
        states = gates(workspace, desk.settings, source, scope)
        folder = runs.folder_of(scope.constituency)
        result = Submission(states, folder.name)
        if result.is_refused:
            return result
        with _own_folder(workspace / _WORK) as work, Ledger(desk.place) as ledger:
            outline = outline_of(
                desk,
                ledger,
                Kind.SUBMIT,
                receiver,
                constituency=scope.constituency,
                run=folder.name,
                today=today,
            )
            contents = contents_of(source, scope, work, outline.day)
            payloads = (*contents.payloads, *_of_today(desk, states))
            manifest = write_package(work / "package.zip", outline, payloads, desk.keys)
            keep_manifest(workspace, manifest)
            package = delivered(work / "package.zip", out, recipient)
            handed = Handed(
                manifest=manifest,
                sha256=store.sha256(work / "package.zip"),
                head=str(ledger.head()),
                sums=contents.sums,
                precincts=contents.precincts,
                by=by,
                certificate=certificate_of(
                    run_table(folder, "certificate", CERTIFICATE), scope.constituency
                ),
            )
            acts = write_acts(package, handed, desk.settings)
            # The line is written down last: killed before it, the same package is made again.
            journal_package(ledger, today, Event.SUBMITTED, manifest, by=by)
    return replace(
        result,
        package=package,
        manifest=manifest,
        sums=contents.sums,
        precincts=contents.precincts,
        acts=acts,
    )


def _require_zip(out: Path) -> None:
    if out.suffix.lower() not in {".zip", SEALED_SUFFIX}:
        raise usage_error("out-not-a-package", path=out)


def _scope(us: Commission, constituency: int | None) -> Scope:
    """What is ours to hand over.

    Raises:
        UsageError: the constituency is another one.
    """
    assert us.constituency is not None  # whoever has somebody above has one
    if constituency not in {None, us.constituency}:
        raise usage_error("submit-not-ours", number=constituency, own=us.constituency)
    return Scope(us.constituency, us.precinct)


@dataclass(frozen=True, slots=True)
class Contents:
    """The files that a run gives a package, and what the act says of them."""

    payloads: tuple[Payload, ...]
    sums: Mapping[str, int]
    precincts: int


def contents_of(source: ListSource, scope: Scope, work: Path, day: dt.date) -> Contents:
    """The lists of a place, their balance, and what stands behind them.

    Args:
        source: the runs, of which the newest with the place is taken.
        scope: the place.
        work: an own folder, where the files lie until they are packed.
        day: the day that the package states.
    """
    settings = source.settings
    run, given = source.input_of(scope.constituency)
    order = ListOrder(settings.lists.order)
    compiled = compile_lists(given, constituency=scope.constituency, order=order)
    balance = balance_content(
        scope.of(compiled.balance),
        cycle=settings.workspace.cycle,
        constituency=scope.constituency,
        run=run,
        day=day,
    )
    payloads = [
        *_lists(compiled, scope, work),
        *_tables(source.runs.folder_of(scope.constituency), scope, work),
        Payload(BALANCE_NAME, _json(balance)),
    ]
    precincts = {row["precinct"] for row in balance["lists"] if row["listed"]}
    return Contents(tuple(payloads), balance["sum"], len(precincts))


def _of_today(desk: Desk, states: tuple[GateState, ...]) -> tuple[Payload, ...]:
    """What the settings let pass, and what was answered to the commission above."""
    return (
        Payload(GATES_NAME, _json(_let_pass(states))),
        Payload(ANSWERS_NAME, _json(_answers(desk))),
    )


def _lists(compiled: Compiled, scope: Scope, work: Path) -> Iterator[Payload]:
    """The record of each precinct, and the page that says what its columns mean."""
    listed = scope.of(compiled.listed)
    precincts = pc.unique(listed.column("precinct")).to_pylist()
    for precinct in sorted(precincts, key=lambda one: (one is None, one or 0)):
        is_own = pc.equal(listed.column("precinct"), precinct)
        if precinct is None:
            is_own = pc.is_null(listed.column("precinct"))
        of_precinct = listed.filter(is_own)
        for kind in ListKind:
            rows = record_rows(of_precinct, kind)
            if not rows.num_rows:
                continue
            stem = record_stem(scope.constituency, precinct, kind)
            for form, write in _RECORDS.items():
                path = work / f"{stem}.{form}"
                write(rows, path)
                table = "record" if form == "parquet" else None
                yield Payload(f"lists/{path.name}", path, table, rows.num_rows)
    page = work / "columns.txt"
    write_schema(page)
    yield Payload(COLUMNS_NAME, page)


def _tables(folder: Path, scope: Scope, work: Path) -> Iterator[Payload]:
    """What was decided and what was left, of the place that is handed over."""
    for name in sorted(PACKED.keys() - {"door", "record"}):
        rows = own_rows(name, run_table(folder, name, PACKED[name]), scope)
        path = work / f"{name}.parquet"
        store.write_table(path, rows)
        yield Payload(path.name, path, name, rows.num_rows)


def _let_pass(states: tuple[GateState, ...]) -> list[dict[str, Any]]:
    """What the settings let pass, so that the receiver sees it."""
    return [
        {"gate": state.gate.value, "count": state.count}
        for state in states
        if state.is_let_pass
    ]


def _answers(desk: Desk) -> list[dict[str, Any]]:
    """What was answered to the cases that the commission above returned."""
    with reading(desk.place) as ledger:
        answers = answers_in_journal(ledger)
    return [answers[case_id].model_dump(mode="json") for case_id in sorted(answers)]


def _json(content: object) -> bytes:
    text = json.dumps(content, ensure_ascii=False, indent=1)
    return f"{text}\n".encode()


@contextmanager
def _own_folder(folder: Path) -> Iterator[Path]:
    """A private folder that is there for the block. What a killed process left in it goes."""
    shutil.rmtree(folder, ignore_errors=True)
    store.own_folder(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
