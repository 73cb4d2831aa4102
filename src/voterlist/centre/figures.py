"""The figures for the public: the press sheet, the open tables, what says that they are ours."""

from __future__ import annotations

import datetime as dt
import json
import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import takewhile
from pathlib import Path
from typing import Any, Literal

from voterlist import strict_json
from voterlist.catalogue import LANGUAGES
from voterlist.centre.counting import CELLS, Counted, count
from voterlist.centre.disclosure import (
    WITHHELD,
    Lists,
    Parts,
    Place,
    Rounding,
    protect,
    without_small,
)
from voterlist.centre.open_tables import LISTS, Rows, dictionary, files
from voterlist.centre.press import Sheet, press_sheet, sheet_page, sheet_paper
from voterlist.counter.applications import applications_of
from voterlist.custody.canonical import to_bytes
from voterlist.custody.commissions import Digest, Frozen
from voterlist.custody.keys import Keys, Signed
from voterlist.deadlines import CalendarStage
from voterlist.errors import usage_error
from voterlist.handover.commissions import KEYS, commission_of, keys_of
from voterlist.model import JournalLine, OnProgress, details_of, frozen, null_last
from voterlist.pipeline.list_input import ListSource
from voterlist.pipeline.standings import standings
from voterlist.render.lists import ListWords
from voterlist.render.rows import write_csv
from voterlist.report.values import UnitStanding
from voterlist.storage import files as store_files
from voterlist.storage import store
from voterlist.storage.files import write_atomically, write_content
from voterlist.storage.workspace import open_to_change
from voterlist.version import __version__

EVENT = "figures"
"""The event of the journal: ``release``, the SHA-256 of its manifest; ``run``, its newest run;
``rounding``, the mark of how it was rounded."""
SECRET = "figures-secret"  # noqa: S105  the name of a folder
"""The folder of a workspace with the key, and the counts of which the last release was rounded."""
_KEY_BYTES = 32
_PRESS = ("html", "pdf")
"""The forms of the press sheet."""


class ReleasedFile(Frozen):
    """A file of a release."""

    name: str
    sha256: Digest


class Release(Frozen):
    """What is signed of a release: ``manifest.json``."""

    kind: Literal["voterlist-figures"] = "voterlist-figures"
    format: Literal[1] = 1
    program: str = __version__
    cycle: str
    day: dt.date
    counted_for: dt.date
    """The day on which voters have the ages that are told."""
    least: int
    run: str
    """The newest of the runs that it was made of."""
    files: tuple[ReleasedFile, ...]


@frozen
class FiguresMade:
    """A release of figures."""

    folder: Path
    release: Release
    voters: int
    withheld: int
    """Voters of lists whose cells are not published."""
    counts_first: bool
    """False where no last election day is set: nobody is known to vote for the first time."""
    signed_by: str | None
    """The fingerprint of the key; None where the commission has none."""
    later: dt.date | None
    """The day of a release that was made later, or of a newer run; None where there is none."""
    rounded_otherwise: bool
    """True where figures were published before with another key, or other settings."""
    lacking: Mapping[str, Sequence[int | None]]
    """``unapproved`` and ``missing`` -> the constituencies whose lists are not approved, and those
    that have none."""


def make_figures(
    workspace: Path,
    passphrase: str | None,
    *,
    out: Path | None = None,
    today: dt.date,
    since: str,
    progress: OnProgress,
) -> FiguresMade:
    """Write the press sheet and the open tables of the lists of today.

    The same workspace, keys and day give the same bytes.

    Args:
        workspace: its folder; held meanwhile.
        passphrase: of the private key; None where it has none.
        out: the folder; without it ``figures/<day>`` in the workspace.
        today: the day that the release names.
        since: told to another command that finds the workspace held.
        progress: told what is being done.

    Raises:
        UsageError: it is no workspace or has no complete run; something was decided since the run;
            there are too few voters; the folder is that of the key, or what it holds is damaged.
        CustodyError: the keys cannot be opened.
        InputError, StageError: as ``handover.lists.make_lists``.
        WorkspaceBusyError: another command holds the workspace.
        OSError: a file cannot be written.
    """
    with open_to_change(workspace, since) as (settings, ledger):
        keys = None
        if (workspace / KEYS).exists():
            keys = keys_of(workspace, commission_of(settings), passphrase)
        source = ListSource.of(workspace, ledger, settings)
        newest = source.runs.run
        briefs = [
            application.brief
            for application in applications_of(ledger.applications()).values()
        ]
        counted = count(source, settings, briefs, progress)
        lacking = _lacking(source, standings(settings, ledger, today))
        lists = counted.lists
        lists["voters"] = without_small(lists["voters"], settings.figures.least)
        secret = workspace / SECRET
        folder = out or workspace / "figures" / today.isoformat()
        if folder.resolve() == secret.resolve():
            raise usage_error("out-is-input", path=folder)
        rounding = Rounding(_key(secret), settings.figures.least)
        state = secret / "released.json"
        tables, released = _protect(counted, rounding, _read_released(state))
        store_files.make_folder(folder)
        sheets = {
            words: press_sheet(
                counted, tables, rounding, settings, today, words, lacking
            )
            for words in map(ListWords, LANGUAGES)
        }
        release = Release(
            cycle=settings.workspace.cycle,
            day=today,
            counted_for=counted.day,
            least=rounding.base,
            run=newest,
            files=_write_files(folder, tables, sheets),
        )
        _write_manifest(folder, release, keys)
        # Killed before it, the same figures are made again.
        write_content(state, json.dumps(released))
        line = {
            "release": store_files.sha256(folder / "manifest.json"),
            "run": newest,
            "rounding": rounding.mark(*settings.figures.age_groups),
        }
        releases = details_of(source.journal, EVENT)
        if line not in releases:
            ledger.write_journal(today, EVENT, **line)
    return FiguresMade(
        folder=folder,
        release=release,
        voters=sum(tables[LISTS].values()),
        withheld=sum(
            number for cell, number in tables["voters"].items() if cell[3:] == WITHHELD
        ),
        counts_first=settings.figures.last_election_day is not None,
        signed_by=keys.public.fingerprint if keys else None,
        later=_later(source.journal, newest, today),
        rounded_otherwise=any(
            said.get("rounding") != line["rounding"] for said in releases
        ),
        lacking=lacking,
    )


def _lacking(
    source: ListSource, rows: Sequence[UnitStanding]
) -> dict[str, Sequence[int | None]]:
    """The constituencies whose lists are not approved, and those that have none."""
    here = source.constituencies()
    approved = {
        row.constituency
        for row in rows
        if row.deadline.stage is CalendarStage.VERIFY and row.finished
    }
    due = sorted({row.constituency for row in rows}, key=null_last)
    return {
        "unapproved": [number for number in here if number not in approved],
        "missing": [number for number in due if number not in here],
    }


def _key(secret: Path) -> bytes:
    """The secret key, made when it is first needed."""
    store_files.own_folder(secret)
    if not (secret / "key").exists():
        write_content(secret / "key", secrets.token_bytes(_KEY_BYTES))
    key = (secret / "key").read_bytes()
    if len(key) != _KEY_BYTES:
        raise usage_error("figures-secret-damaged", path=secret / "key")
    return key


def _protect(
    counted: Counted, rounding: Rounding, before: Mapping[str, Lists]
) -> tuple[dict[str, Rows], list[tuple[str, Place, Parts, int]]]:
    """The rows of each open table, and the counts of which they were rounded."""
    voters = counted.lists["voters"]
    tables: dict[str, Rows] = {
        LISTS: {place: cells.total() for place, cells in voters.items()}
    }
    released: list[tuple[str, Place, Parts, int]] = []
    for name, lists in counted.lists.items():
        shown, kept = protect(
            lists, before[name], name, rounding, is_exact=lists is voters
        )
        rows: Counter[tuple[Any, ...]] = Counter()
        for place, cells in shown.items():
            for parts, number in cells.items():
                rows[(*place[:3], *parts)] += number
        tables[name] = rows
        released += [
            (name, place, parts, number)
            for place, cells in kept.items()
            for parts, number in cells.items()
        ]
    return tables, released


def _read_released(path: Path) -> dict[str, Lists]:
    """The counts of which the last release was rounded; none before the first one."""
    before: dict[str, Lists] = {name: {} for name in CELLS}
    if not path.exists():
        return before
    try:
        for name, place, parts, number in strict_json.loads(path.read_bytes()):
            cells = before[name].setdefault(tuple(place), Counter())
            cells[tuple(parts)] = int(number)
    except (ValueError, KeyError, TypeError):
        raise usage_error("figures-secret-damaged", path=path) from None
    return before


def _write_files(
    folder: Path, tables: Mapping[str, Rows], sheets: Mapping[ListWords, Sheet]
) -> tuple[ReleasedFile, ...]:
    """Write the open tables, what they mean, and the press sheet as page and paper."""
    written = [folder / "dictionary.csv"]
    write_content(written[0], dictionary())
    for name, table in files(tables):
        csv, parquet = (folder / f"{name}.{form}" for form in ("csv", "parquet"))
        write_atomically(csv, partial(write_csv, table=table))
        store.write_table(parquet, table)
        written += [csv, parquet]
    for words, sheet in sheets.items():
        page, paper = (folder / f"press-{words.language}.{form}" for form in _PRESS)
        write_content(page, sheet_page(sheet, words))
        write_content(paper, sheet_paper(sheet, words))
        written += [page, paper]
    return tuple(
        ReleasedFile(name=path.name, sha256=store_files.sha256(path))
        for path in sorted(written)
    )


def _write_manifest(folder: Path, release: Release, keys: Keys | None) -> None:
    """Write what the release holds, and where there is a key its signature and public half."""
    content = to_bytes(release)
    write_content(folder / "manifest.json", content)
    for name in ("manifest.json.sig", "public.json"):
        (folder / name).unlink(missing_ok=True)
    if keys is not None:
        signature = keys.sign(Signed.FIGURES, content)
        write_content(folder / "manifest.json.sig", signature)
        write_content(folder / "public.json", to_bytes(keys.public))


def _later(
    journal: Sequence[JournalLine], newest: str, today: dt.date
) -> dt.date | None:
    """The day of a release of a later day or a newer run; None where there is none."""
    runs = [
        said["run"] for _, event, said in reversed(journal) if event == store.RUN_EVENT
    ]
    newer = list(takewhile(lambda run: run != newest, runs))
    later = [
        day
        for day, event, said in journal
        if event == EVENT and (day > today or said["run"] in newer)
    ]
    return later[-1] if later else None
