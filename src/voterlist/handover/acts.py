"""What the act of hand-over says: one page beside a package, for signatures and the seal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from voterlist.catalogue import Catalogue, catalogue
from voterlist.config import Settings
from voterlist.custody.commissions import Commission
from voterlist.custody.manifest import Manifest
from voterlist.deadlines import Deadline, calendar
from voterlist.render.pdf import typeset
from voterlist.report.sections.certificate import certificate_lines
from voterlist.report.words import Words
from voterlist.storage import store

_Row = dict[str, str]
LANGUAGES = ("az", "en")
_SIGNS = ("title", "name", "signature", "seal", "date", "chair", "secretary")
_COUNTS = (
    "handed_in",
    "struck",
    "repeated",
    "moved_out",
    "moved_in",
    "added",
    "listed",
)


@dataclass(frozen=True, slots=True)
class Handed:
    """What is handed over, as the act shows it.

    Attributes:
        manifest: what the package states.
        sha256: of the package that is carried.
        head: the head of the journal before the package, as ``journal --head`` takes it.
        sums: the sums of the balance over all lists.
        precincts: how many precincts have a list in it.
        by: who hands over; empty where nobody was named.
        certificate: the rows of CERTIFICATE of the constituency.
    """

    manifest: Manifest
    sha256: str
    head: str
    sums: Mapping[str, int]
    precincts: int
    by: str
    certificate: Sequence[Mapping[str, Any]] = ()


def write_acts(package: Path, handed: Handed, settings: Settings) -> tuple[Path, ...]:
    """Write the act beside the package, in both languages, as PDF.

    The same arguments give the same bytes.

    Returns:
        the files, such as ``package-act-az.pdf``.

    Raises:
        OSError: a file cannot be written.
        VoterlistError: the page cannot be set.
    """
    stem = package.name.removesuffix(".age").removesuffix(".zip")
    files = []
    for language in LANGUAGES:
        page = _page(handed, settings, catalogue(language))
        pdf = typeset("act", page, handed.manifest.day)
        path = package.with_name(f"{stem}-act-{language}.pdf")
        store.write_content(path, pdf)
        files.append(path)
    return tuple(files)


def _page(handed: Handed, settings: Settings, words: Catalogue) -> dict[str, Any]:
    """The act as the template reads it: all texts are ready to be shown."""
    manifest = handed.manifest
    facts = {
        "sender": _named(manifest.sender, words),
        "receiver": _named(manifest.receiver, words),
        "cycle": manifest.cycle,
        "constituency": str(manifest.constituency),
        "precincts": str(handed.precincts),
        "day": _day(manifest.day),
        **_deadline(manifest, settings, words),
    }
    marks = {
        "serial": str(manifest.serial),
        "run": manifest.run or "",
        "identity": manifest.digest,
        "sha256": handed.sha256,
        "head": handed.head,
        "key": manifest.key,
    }
    counts = [(words(f"lists.balance.{name}"), handed.sums[name]) for name in _COUNTS]
    return {
        "language": words.language,
        "title": words("act.title"),
        "short": words("act.title"),
        "note": words("act.note"),
        "facts": [_row(words(f"act.{name}"), text) for name, text in facts.items()],
        "counts_title": words("act.counts"),
        # The last of the sums is that of the list.
        "counts": [_row(label, str(count)) for label, count in counts],
        "quality_title": words("quality.title"),
        "quality": _quality(handed, words.language),
        "marks_title": words("act.marks"),
        "marks": [_row(words(f"act.{name}"), text) for name, text in marks.items()],
        "sides": [(words("act.handed-over"), handed.by), (words("act.taken"), "")],
        "signs": {name: words(f"lists.sign.{name}") for name in _SIGNS},
    }


def _row(label: str, value: str) -> _Row:
    """What is said, and of what."""
    return {"label": label, "value": value}


def _quality(handed: Handed, language: str) -> list[_Row]:
    """How right the decisions about cases are, where somebody read or drew any."""
    told = [row for row in handed.certificate if row["measure"] != "proposed"]
    if not any(row["read"] for row in told):
        return []
    return [_row(*line) for line in certificate_lines(told, Words(language))]


def _named(commission: Commission, words: Catalogue) -> str:
    """The commission's own name, with its level and numbers."""
    numbers = [
        words(f"act.of-{name}", number=number)
        for name, number in (
            ("constituency", commission.constituency),
            ("precinct", commission.precinct),
        )
        if number is not None
    ]
    level = words(f"commission.{commission.level.value}")
    return f"{commission.name} ({', '.join([level, *numbers])})"


def _deadline(
    manifest: Manifest, settings: Settings, words: Catalogue
) -> dict[str, str]:
    """The due date of the stage that ends with this hand-over, and whether it was kept."""
    due = _due(manifest, settings)
    if due is None:
        return {}
    late = (manifest.day - due.due).days
    is_kept = late <= 0
    kept = words("act.in-time") if is_kept else words("act.late", days=late)
    return {"due": f"{_day(due.due)}: {kept}"}


def _due(manifest: Manifest, settings: Settings) -> Deadline | None:
    """The stage that the sender hands over to the receiver; the last of several."""
    ends = (manifest.sender.level, manifest.receiver.level)
    stages = [
        stage
        for stage in calendar(settings.calendar, settings.workspace.cycle)
        if (stage.sender, stage.receiver) == ends
    ]
    return stages[-1] if stages else None


def _day(day: dt.date) -> str:
    return f"{day:%d.%m.%Y}"
