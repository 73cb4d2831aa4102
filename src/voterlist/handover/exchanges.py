"""What the journal knows of packages: which were sent and taken, and the number of the next one."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from voterlist.catalogue import catalogue
from voterlist.config.sections import Settings
from voterlist.custody.canonical import from_bytes
from voterlist.custody.commissions import Commission, Kind, Place
from voterlist.custody.keys import SEALED_SUFFIX, Keys, encrypt
from voterlist.custody.manifest import Manifest, Series
from voterlist.custody.reading import Taken
from voterlist.custody.trust import Trust
from voterlist.custody.writing import Outline, Payload, write_package
from voterlist.deadlines.handovers import Event, Handover, handovers
from voterlist.errors import usage_error
from voterlist.handover.commissions import (
    KEY_TRUSTED,
    KEYS_MADE,
    commission_of,
    keys_of,
    sealed_name,
    trust_of,
)
from voterlist.model import JournalLine, Level, details_of, frozen
from voterlist.pipeline.inbox import SENT
from voterlist.pipeline.running import settle_moves
from voterlist.storage import ledger as ledgers
from voterlist.storage import lock, store
from voterlist.storage.files import (
    PACKING,
    make_folder,
    own_folder,
    write_atomically,
    write_content,
)
from voterlist.storage.ledger import Ledger, Reader
from voterlist.storage.workspace import settings_of

RECEIPT_WRITTEN = "receipt-written"
"""The journal's word for a receipt that was written for a package of another commission."""

NUMBER_SETTLED = "number-settled"
"""The journal's word for a package that a person let in whatever its number is."""
_CYCLE = "cycle"
_RECEIPT = "receipt"
"""The detail that holds the identity of a receipt."""
_RECEIPT_SERIAL = "receipt_serial"
_SENT = frozenset({Event.SUBMITTED, Event.RETURNED})


@frozen
class Desk:
    """A workspace that is held, where packages are written and taken."""

    workspace: Path
    settings: Settings
    place: ledgers.Place
    us: Commission
    keys: Keys
    trust: Trust
    settled: Mapping[str, str] | None = None
    """By whom, and on what ground, a package is taken whatever its number is; None: it is not."""

    @property
    def cycle(self) -> str:
        """The cycle of the workspace."""
        return self.settings.workspace.cycle


@contextmanager
def open_desk(workspace: Path, passphrase: str | None, *, since: str) -> Iterator[Desk]:
    """Hold a workspace, with its keys opened.

    Raises:
        UsageError: it is no workspace, or its settings do not say who the commission is.
        CustodyError: its keys cannot be opened, or its trusted keys were changed by hand.
        WorkspaceBusyError: another command holds it.
    """
    settings = settings_of(workspace)
    us = commission_of(settings)
    place = ledgers.place_in(workspace, settings)
    with lock.hold(workspace, since=since):
        settle_moves(workspace, place)
        keys = keys_of(workspace, us, passphrase)
        with ledgers.reading(place) as ledger:
            trust = trust_of(workspace, ledger)
        yield Desk(workspace, settings, place, us, keys, trust)


def above(us: Commission) -> Place:
    """The place of the commission above.

    Raises:
        UsageError: there is none.
    """
    if us.level is Level.PEC:
        return Level.CONEC, us.constituency, None
    if us.level is Level.CONEC:
        return Level.CEC, None, None
    raise usage_error("submit-nobody-above")


def below(us: Commission, constituency: int, precinct: int | None) -> Place:
    """The place of the commission below.

    Raises:
        UsageError: there is none.
    """
    # What is asked of one precinct alone would take the place of all that its constituency owes.
    if us.level is Level.CEC and precinct is None:
        return Level.CONEC, constituency, None
    if us.level is Level.CONEC and precinct is not None:
        return Level.PEC, constituency, precinct
    raise usage_error("return-nobody-below")


def receiver_of(trust: Trust, place: Place) -> Commission:
    """The commission at a place: as its trusted key names it, else by a general name.

    Args:
        trust: the trusted keys.
        place: level, constituency, precinct.
    """
    known = trust.of_place(place)
    if known is not None:
        return known.commission
    level, constituency, precinct = place
    general = catalogue("az")(f"commission.{level.value}")
    return Commission.of(level, constituency, precinct, general)


def recipient_of(desk: Desk, name: str | None, receiver: Commission) -> str | None:
    """The recipient that the package is encrypted to.

    Raises:
        UsageError: no key of this name is trusted, or it is of another commission.
    """
    if name is None:
        return None
    key = desk.trust.of_name(name)
    if key is None or key.commission.place != receiver.place:
        raise usage_error("encrypt-to-unknown", name=name, receiver=receiver.slug)
    return key.age


def outline_of(
    desk: Desk,
    ledger: Ledger,
    kind: Kind,
    receiver: Commission,
    constituency: int,
    run: str,
    today: dt.date,
) -> Outline:
    """What a package states beside its files."""
    series = (kind.value, desk.cycle, desk.us.slug, receiver.slug)
    sent = [
        line
        for line in handovers(_under_our_key(ledger))
        if line.event in _SENT
        and (line.kind, line.cycle, line.sender, line.receiver) == series
    ]
    serial, previous = (sent[-1].serial + 1, sent[-1].package) if sent else (1, None)
    return Outline(
        kind=kind,
        cycle=desk.cycle,
        constituency=constituency,
        receiver=receiver,
        serial=serial,
        previous=previous,
        journal=ledger.head().hash,
        run=run,
        day=ledger.day_of(today),
    )


def next_receipt(ledger: Reader, cycle: str, receiver: str) -> tuple[int, str | None]:
    """(serial, identity of the receipt before) of the next receipt to a receiver."""
    lines = [
        details
        for details in details_of(_under_our_key(ledger), RECEIPT_WRITTEN)
        if (details.get(_CYCLE), details.get("receiver")) == (cycle, receiver)
    ]
    if not lines:
        return 1, None
    return int(lines[-1][_RECEIPT_SERIAL]) + 1, str(lines[-1][_RECEIPT])


def _under_our_key(ledger: Reader) -> Sequence[JournalLine]:
    """The journal since our key was made: a new key begins series of its own."""
    journal = ledger.journal()
    made = (row for row, (_, event, _) in enumerate(journal) if event == KEYS_MADE)
    return journal[max(made, default=0) :]


def packages_taken(ledger: Reader) -> dict[Series, list[Taken]]:
    """The packages that were taken, by series, in order; receipts among them."""
    packages: dict[Series, list[Taken]] = {}
    for day, event, details in ledger.journal():
        if event in {KEY_TRUSTED, NUMBER_SETTLED}:
            for series, before in packages.items():
                if series.sender == details["commission"]:
                    packages[series] = [replace(was, counts=False) for was in before]
        for line in handovers([(day, event, details)]):
            kind, package = line.kind, Taken(line.serial, line.package)
            sender, receiver = line.sender, line.receiver
            if line.event is Event.RECEIPT:
                # A receipt goes the other way than the package that it confirms.
                kind, sender, receiver = Kind.RECEIPT, receiver, sender
                serial = int(details[_RECEIPT_SERIAL])
                package = Taken(serial, str(details[_RECEIPT]))
            elif line.event is not Event.RECEIVED:
                continue
            series = Series(
                kind=Kind(kind), cycle=line.cycle, sender=sender, receiver=receiver
            )
            packages.setdefault(series, []).append(package)
    return packages


def journal_package(
    ledger: Ledger,
    day: dt.date,
    event: Event,
    manifest: Manifest,
    by: str = "",
    **shown: Any,
) -> None:
    """Add the line of a package that was written or taken.

    ``shown`` are fields of ``Handover`` that its content tells: ``emptied``, ``balance``,
    ``stage``, ``lists``, ``work``.
    """
    line = replace(_handover(day, event, manifest, manifest.journal, by), **shown)
    write_line(ledger, line, **({} if manifest.run is None else {"run": manifest.run}))


def write_line(ledger: Ledger, line: Handover, **extra: str | int) -> None:
    """Add the line of a hand-over to the journal."""
    ledger.write_journal(line.day, line.event.value, **line.details(), **extra)


def journal_receipt_taken(
    ledger: Ledger, day: dt.date, sent: Manifest, receipt: Manifest
) -> None:
    """Add the line of a receipt that came back for a package of ours."""
    line = _handover(day, Event.RECEIPT, sent, receipt.journal)
    write_line(ledger, line, **_named(receipt))


def _named(receipt: Manifest) -> dict[str, str | int]:
    """How a line names a receipt."""
    return {_RECEIPT: receipt.digest, _RECEIPT_SERIAL: receipt.serial}


def _handover(
    day: dt.date, event: Event, manifest: Manifest, head: str, by: str = ""
) -> Handover:
    """The line of a package, or of the receipt for it."""
    return Handover(
        day=day,
        event=event,
        kind=manifest.kind.value,
        constituency=manifest.constituency,
        precinct=manifest.sender.precinct or manifest.receiver.precinct,
        sender=manifest.sender.slug,
        receiver=manifest.receiver.slug,
        serial=manifest.serial,
        package=manifest.digest,
        head=head,
        by=by,
        cycle=manifest.cycle,
    )


def journal_receipt_written(
    ledger: Ledger, day: dt.date, package: Manifest, receipt: Manifest
) -> None:
    """Add the line of a receipt that was written for a package."""
    details: dict[str, str | int] = {
        _CYCLE: receipt.cycle,
        "receiver": receipt.receiver.slug,
        "package": package.digest,
    }
    ledger.write_journal(day, RECEIPT_WRITTEN, **details, **_named(receipt))


@contextmanager
def packing_in(workspace: Path) -> Iterator[Path]:
    """A private folder for the block, where a package lies until it is written.

    Whoever calls this holds the workspace; what a killed command left goes, on any system.
    """
    folder = workspace / PACKING
    shutil.rmtree(folder, ignore_errors=True)
    own_folder(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


_OF_FORMAT_2 = frozenset({"applications", "arrivals", "removed"})
"""Tables that no package of format 1 has."""


def as_payload(rows: pa.Table, path: Path, table: str) -> Payload:
    """A table of this name, written into a file that is to be packed."""
    store.write_table(path, rows)
    form = 1 + (table in _OF_FORMAT_2)
    return Payload(path.name, path, table, rows.num_rows, form)


def pack(
    desk: Desk, outline: Outline, payloads: Sequence[Payload], path: Path
) -> Manifest:
    """Write a package under our key, and keep its manifest: its receipt is compared with it."""
    manifest = write_package(path, outline, payloads, desk.keys)
    kept = desk.workspace / SENT / f"{manifest.folder}.json"
    make_folder(kept.parent)
    if kept.exists() and kept.read_bytes() != manifest.content:
        # One of this number was written under another key, or by a process that was killed.
        kept = kept.with_stem(f"{kept.stem}-{manifest.digest[:8]}")
    write_content(kept, manifest.content)
    return manifest


def sent_manifest(workspace: Path, digest: str) -> Manifest | None:
    """The manifest of a package that we wrote; None where none is kept with this identity."""
    for path in sorted((workspace / SENT).glob("*.json")):
        manifest = from_bytes(Manifest, path.read_bytes())
        if manifest is not None and manifest.digest == digest:
            return manifest
    return None


def stem_of(package: Path) -> str:
    """The name of a package without its endings; what stands beside it begins so."""
    return package.name.removesuffix(SEALED_SUFFIX).removesuffix(".zip")


def deliver(package: Path, out: Path, recipient: str | None) -> Path:
    """Put the package where it was asked for, encrypted where that was asked for."""
    make_folder(out.parent)
    if recipient is None:
        write_atomically(out, lambda beside: shutil.copyfile(package, beside))
        return out
    sealed = sealed_name(out)
    encrypt(package, sealed, recipient)
    return sealed
