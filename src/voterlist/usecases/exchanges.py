"""What the journal knows of packages: which were sent and taken, and the number of the next one."""

from __future__ import annotations

import datetime as dt
import hashlib
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from voterlist.config import Settings
from voterlist.custody import (
    Commission,
    Keys,
    Kind,
    Manifest,
    Series,
    Taken,
    Trust,
    encrypt,
)
from voterlist.errors import UsageError
from voterlist.handovers import Event, Handover, handovers
from voterlist.model import Level
from voterlist.pipeline.moved import settle_moves
from voterlist.storage import ledger as ledgers
from voterlist.storage import lock, store
from voterlist.storage.files import make_folder
from voterlist.storage.ledger import Ledger, Reader
from voterlist.usecases.commissions import commission_of, keys_of, trust_of
from voterlist.usecases.settings import settings_of

__all__ = [
    "RECEIPT_WRITTEN",
    "SEALED_SUFFIX",
    "SENT",
    "Desk",
    "above",
    "below",
    "delivered",
    "has_receipt",
    "journal_package",
    "journal_receipt_taken",
    "journal_receipt_written",
    "keep_manifest",
    "next_in",
    "next_receipt",
    "open_desk",
    "receiver_of",
    "sent_manifest",
    "taken",
]

SEALED_SUFFIX = ".age"
"""How the name of an encrypted package ends."""

SENT = "sent"
"""The folder of a workspace that keeps the manifest of each package that was written."""
RECEIPT_WRITTEN = "receipt-written"
"""The journal's word for a receipt that was written for a package of another commission."""

_CYCLE = "cycle"
_RECEIPT = "receipt"
"""The detail that holds the identity of a receipt."""
_RECEIPT_SERIAL = "receipt_serial"
_KINDS = {Event.SUBMITTED: Kind.SUBMIT, Event.RETURNED: Kind.RETURN}


@dataclass(frozen=True, slots=True)
class Desk:
    """A workspace that is held, where packages are written and taken."""

    workspace: Path
    settings: Settings
    place: ledgers.Place
    us: Commission
    keys: Keys
    trust: Trust

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


def above(us: Commission) -> tuple[Level, int | None, int | None]:
    """The place of the commission above.

    Raises:
        UsageError: there is none.
    """
    if us.level is Level.PEC:
        return Level.CONEC, us.constituency, None
    if us.level is Level.CONEC:
        return Level.CEC, None, None
    raise UsageError("nobody is above", code="submit-nobody-above")


def below(
    us: Commission, constituency: int, precinct: int | None
) -> tuple[Level, int | None, int | None]:
    """The place of the commission below.

    Raises:
        UsageError: there is none.
    """
    if us.level is Level.CEC:
        return Level.CONEC, constituency, None
    if us.level is Level.CONEC and precinct is not None:
        return Level.PEC, constituency, precinct
    raise UsageError("nobody is below", code="return-nobody-below")


def receiver_of(
    trust: Trust, place: tuple[Level, int | None, int | None], names: Mapping[str, str]
) -> Commission:
    """The commission at a place: as its trusted key names it, else by a general name.

    Args:
        trust: the trusted keys.
        place: level, constituency, precinct.
        names: the general name of each level.
    """
    known = trust.of_place(place)
    if known is not None:
        return known.commission
    level, constituency, precinct = place
    return Commission.of(level, constituency, precinct, names[level.value])


def next_in(
    ledger: Reader, kind: Kind, cycle: str, us: Commission, receiver: Commission
) -> tuple[int, str | None]:
    """(serial, identity of the package before) of the next package to a receiver."""
    event = next(one for one, sent in _KINDS.items() if sent is kind)
    last: Handover | None = None
    for details, line in _lines(ledger, event):
        ends = (line.sender, line.receiver)
        if details.get(_CYCLE) == cycle and ends == (us.slug, receiver.slug):
            last = line
    return (1, None) if last is None else (last.serial + 1, last.package)


def next_receipt(ledger: Reader, cycle: str, receiver: str) -> tuple[int, str | None]:
    """(serial, identity of the receipt before) of the next receipt to a receiver."""
    last: Mapping[str, str | int] | None = None
    for _, event, details in ledger.journal():
        ends = (details.get(_CYCLE), details.get("receiver"))
        if event == RECEIPT_WRITTEN and ends == (cycle, receiver):
            last = details
    if last is None:
        return 1, None
    return int(last[_RECEIPT_SERIAL]) + 1, str(last[_RECEIPT])


def taken(ledger: Reader) -> dict[Series, list[Taken]]:
    """The packages that were taken, by series; receipts among them."""
    packages: dict[Series, list[Taken]] = {}
    for details, line in _lines(ledger, Event.RECEIVED):
        series = Series(
            kind=Kind(line.kind),
            cycle=str(details.get(_CYCLE, "")),
            sender=line.sender,
            receiver=line.receiver,
        )
        packages.setdefault(series, []).append(Taken(line.serial, line.package))
    for details, line in _lines(ledger, Event.RECEIPT):
        # A receipt goes the other way than the package that it confirms.
        series = Series(
            kind=Kind.RECEIPT,
            cycle=str(details.get(_CYCLE, "")),
            sender=line.receiver,
            receiver=line.sender,
        )
        one = Taken(int(details[_RECEIPT_SERIAL]), str(details[_RECEIPT]))
        packages.setdefault(series, []).append(one)
    return packages


def journal_package(
    ledger: Ledger, day: dt.date, event: Event, manifest: Manifest, by: str = ""
) -> None:
    """Add the line of a package that was written or taken."""
    line = Handover(
        day=day,
        event=event,
        kind=manifest.kind.value,
        constituency=manifest.constituency,
        precinct=manifest.sender.precinct or manifest.receiver.precinct,
        sender=manifest.sender.slug,
        receiver=manifest.receiver.slug,
        serial=manifest.serial,
        package=manifest.digest,
        head=manifest.journal,
        by=by,
        cycle=manifest.cycle,
    )
    extra = {} if manifest.run is None else {"run": manifest.run}
    ledger.write_journal(day, event.value, **line.details(), **extra)


def journal_receipt_taken(
    ledger: Ledger, day: dt.date, sent: Manifest, receipt: Manifest
) -> None:
    """Add the line of a receipt that came back for a package of ours."""
    line = Handover(
        day=day,
        event=Event.RECEIPT,
        kind=sent.kind.value,
        constituency=sent.constituency,
        precinct=sent.sender.precinct or sent.receiver.precinct,
        sender=sent.sender.slug,
        receiver=sent.receiver.slug,
        serial=sent.serial,
        package=sent.digest,
        head=receipt.journal,
        cycle=sent.cycle,
    )
    extra: dict[str, str | int] = {
        _RECEIPT: receipt.digest,
        _RECEIPT_SERIAL: receipt.serial,
    }
    ledger.write_journal(day, Event.RECEIPT.value, **line.details(), **extra)


def journal_receipt_written(
    ledger: Ledger, day: dt.date, package: Manifest, receipt: Manifest
) -> None:
    """Add the line of a receipt that was written for a package."""
    details: dict[str, str | int] = {
        _CYCLE: receipt.cycle,
        "receiver": receipt.receiver.slug,
        "package": package.digest,
        _RECEIPT: receipt.digest,
        _RECEIPT_SERIAL: receipt.serial,
    }
    ledger.write_journal(day, RECEIPT_WRITTEN, **details)


def has_receipt(ledger: Reader, package: str) -> bool:
    """True where a receipt was written for this package."""
    return any(
        event == RECEIPT_WRITTEN and details.get("package") == package
        for _, event, details in ledger.journal()
    )


def keep_manifest(workspace: Path, manifest: Manifest) -> None:
    """Keep the manifest of a package that was written: its receipt is compared with it."""
    folder = workspace / SENT
    make_folder(folder)
    store.write_atomically(
        folder / f"{manifest.folder}.json",
        lambda beside: beside.write_bytes(manifest.content),
    )


def sent_manifest(workspace: Path, digest: str) -> Manifest | None:
    """The manifest of a package that we wrote; None where none is kept with this identity."""
    for path in sorted((workspace / SENT).glob("*.json")):
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() == digest:
            return Manifest.model_validate_json(content)
    return None


def _lines(
    ledger: Reader, event: Event
) -> Iterator[tuple[Mapping[str, str | int], Handover]]:
    """(details, hand-over) of the lines of an event, in order."""
    journal = [one for one in ledger.journal() if one[1] == event]
    for (_, _, details), line in zip(journal, handovers(journal), strict=True):
        yield details, line


def delivered(package: Path, out: Path, recipient: str | None) -> Path:
    """Put the package where it was asked for, encrypted where that was asked for."""
    store.make_folder(out.parent)
    if recipient is None:
        store.write_atomically(out, lambda beside: shutil.copyfile(package, beside))
        return out
    is_named = out.suffix.lower() == SEALED_SUFFIX
    sealed = out if is_named else out.with_name(out.name + SEALED_SUFFIX)
    encrypt(package, sealed, recipient)
    return sealed
