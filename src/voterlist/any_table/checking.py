"""The register tests over lists, or tables with any headers, that need no workspace."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from voterlist import readers
from voterlist.any_table.joined import (
    Map,
    ReadFile,
    Reading,
    Source,
    read_map,
    understood,
)
from voterlist.catalogue import LANGUAGES
from voterlist.check import Examined, examine
from voterlist.config import FILE_NAME, Settings
from voterlist.errors import InputError, MapError, usage_error
from voterlist.findings import Settled, settle
from voterlist.ingest import (
    ingest,
    table_intake,
)
from voterlist.merge import count_entries, merge, merge_accounts
from voterlist.model import Level, Profile, Severity, Stage
from voterlist.normalize import normalize
from voterlist.pipeline.inbox import INBOX
from voterlist.pipeline.outcome import counts, of_the_whole
from voterlist.pipeline.reconciling import StreetRegister, read_given_streets
from voterlist.pipeline.result import FURNITURE
from voterlist.render import html
from voterlist.report.section import Report, Run
from voterlist.report.sections.audit.model import Audit, build_audit
from voterlist.report.sections.audit.scorecard import scorecard
from voterlist.report.sections.order import build
from voterlist.report.values import Facts
from voterlist.rulebook import RULE_CODES
from voterlist.schemas import (
    AGES,
    CASE,
    COMPARISON,
    ENTRY,
    FINDING,
    PAIR,
    REGISTER_USE,
    SCORECARD,
    VOTER,
    Intake,
    RawFile,
    empty,
)
from voterlist.storage import store
from voterlist.storage.settings import acceptances_around, settings_around
from voterlist.tables import concat, sort_by


def write_audit(
    folder: Path,
    intake: Intake,
    examined: Examined,
    findings: pa.Table,
    names: Mapping[str, str],
    on_day: dt.date,
) -> tuple[Path, ...]:
    """Write the audit of the lists as a page in each language; returns the paths.

    Raises:
        OSError: the folder cannot be made, or a page not be written.
    """
    store.make_folder(folder)
    model = _model(intake, examined, findings, names, on_day)
    paths = []
    for language in LANGUAGES:
        path = folder / f"audit-{language}.html"
        store.write_content(path, html.render_audit(model, language))
        paths.append(path)
    return tuple(paths)


def _model(
    intake: Intake,
    examined: Examined,
    findings: pa.Table,
    names: Mapping[str, str],
    on_day: dt.date,
) -> Report:
    """The report of lists without linkage and without registers."""
    constituency = _only_constituency(intake.entries)
    facts = Facts(str(on_day.year), Level.CONEC, constituency, on_day)
    tables = {
        "entries": intake.entries,
        "voters": empty(VOTER),
        "lists": intake.lists,
        "set_aside": intake.set_aside,
        "findings": findings,
        "cases": empty(CASE),
        "pairs": empty(PAIR),
        "profile": examined.profile,
        "pyramid": examined.pyramid,
        "coincidences": examined.coincidences,
        "indicators": examined.indicators,
        "ages": examined.pyramids,
        "scorecard": scorecard(
            profile=examined.profile,
            lists=intake.lists,
            set_aside=intake.set_aside,
            findings=findings,
            cases=None,
            comparison=empty(COMPARISON),
            register_use=empty(REGISTER_USE),
        ),
    }
    return build(Run(facts, tables, sources=names))


def _only_constituency(entries: pa.Table) -> int | None:
    """The constituency of all entries; None where they have several, or some have none."""
    numbers = entries.column("constituency").unique().to_pylist()
    return numbers[0] if len(numbers) == 1 else None


Progress = Callable[[str, int, int], None]
"""Called with a stage, how much of it is done, and of how much."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What the register tests found in lists. ``rows_in = rows_out + rows set aside``."""

    rows_in: int
    rows_out: int
    """The entries."""
    set_aside: dict[str, int]
    """Rows set aside by code."""
    unreadable: int
    """Files and sheets that could not be read."""
    findings: pa.Table
    """FINDING, without those accepted."""
    findings_by_rule: tuple[dict[str, Any], ...]
    """``rule``, ``severity``, ``count``: errors first, then the most frequent."""
    accepted: int
    """Findings that a person accepted before."""
    coincidences: tuple[dict[str, Any], ...]
    """``agreement``, ``expected``, ``found`` of all the lists."""
    streets: dict[str, int | None]
    """Measure -> addresses held against the register of streets; None without one."""
    indicators: pa.Table
    """INDICATOR: the statistics of every place."""
    audit: Audit | None
    """The statistics as a report shows them; None where nothing was measured."""
    rules: int
    """How many rules there are."""
    pages: tuple[Path, ...]
    """The pages of the audit, one a language, where they were asked for."""
    reading: Reading | None
    """How tables were understood; None of lists that are read as precincts hand them in."""

    @property
    def exit_code(self) -> int:
        """3: nothing could be read; 1: a file or an unexpected row was set aside; 0: neither."""
        if self.unreadable and not self.rows_out:
            return 3
        unexpected = set(self.set_aside) - FURNITURE
        return int(self.unreadable > 0 or bool(unexpected))


@dataclass(frozen=True, slots=True)
class _Reference:
    """What the lists are held against."""

    settings: Settings
    acceptances: pa.Table
    """ACCEPTANCE"""
    register: StreetRegister


@dataclass(frozen=True, slots=True)
class _Audited:
    """The intake of the lists, and what was found in it."""

    intake: Intake
    examined: Examined
    settled: Settled
    names: dict[str, str]
    """The name of each file by its source."""


def check_files(
    files: Sequence[Path],
    *,
    today: dt.date,
    columns: Path | None = None,
    settings: Path | None = None,
    streets: Sequence[Path] = (),
    profile: Profile | None = None,
    report: Path | None = None,
    progress: Progress = lambda _stage, _done, _total: None,
) -> Checked:
    """Run the register tests over files.

    Args:
        files: lists of precincts, or folders with them, or tables if ``columns`` is given.
        today: the day on which the list counts.
        columns: a file with the map of the columns.
        settings: a file of settings; else those of the workspace around the first file.
        streets: files with the register of the precincts' streets.
        profile: whose spelling the names follow. None: of tables told from the names, of lists
            as the settings say.
        report: a folder into which the audit is written.
        progress: told what is being done.

    Raises:
        UsageError: there is no such file, a folder is empty, or is a workspace.
        SettingsError: the settings or the map have mistakes.
        InputError: a table cannot be read. A list that cannot be read is set aside.
        OSError: the audit cannot be written.
    """
    _require_files(streets)
    _require_lists(files)
    first = files[0].resolve()
    around = first if first.is_dir() else first.parent
    chosen = settings_around(settings, around)
    reference = _Reference(
        chosen,
        acceptances_around(settings, around),
        read_given_streets(streets, chosen),
    )
    progress(Stage.INGEST, 0, 1)
    try:
        intake, names, reading = _intake(files, read_map(columns), chosen, profile)
    except MapError as error:
        raise error.of(map_name=columns.name if columns else "") from None
    used = profile or (reading.profile if reading else chosen.workspace.profile)
    audited = _audit(intake, names, reference, used, today, progress)
    pages = _write_pages(report, audited, today)
    return _result_of(audited, pages, reading)


def _require_files(paths: Sequence[Path]) -> None:
    for path in paths:
        if not path.is_file():
            raise usage_error("no-such-file", path=path)


def _require_lists(paths: Sequence[Path]) -> None:
    """Files, or folders with files that are no workspace: of that a run reads the right ones."""
    _require_files([path for path in paths if not path.is_dir()])
    for folder in filter(Path.is_dir, paths):
        code = "folder-empty" if not readers.list_paths(folder) else ""
        if (folder / FILE_NAME).is_file():
            code = "folder-is-workspace"
        if code:
            raise usage_error(code, path=folder, inbox=folder / INBOX)


def _audit(
    intake: Intake,
    names: dict[str, str],
    reference: _Reference,
    profile: Profile,
    today: dt.date,
    progress: Progress,
) -> _Audited:
    """Normalise the entries and run every test."""
    check_settings, register = reference.settings.check, reference.register
    progress(Stage.NORMALIZE, 0, 1)
    outcome = normalize(intake.entries, profile, encoded=True)
    progress(Stage.CHECK, 0, 1)
    examined = examine(
        outcome.table,
        intake.entries,
        intake.lists,
        check_settings,
        on_day=today,
        streets=register.streets,
    )
    parts = [intake.findings, outcome.findings, register.findings, examined.findings]
    settled = settle(concat(parts, FINDING), check_settings, reference.acceptances)
    return _Audited(intake, examined, settled, names)


def _intake(
    files: Sequence[Path],
    columns: Map | None,
    settings: Settings,
    profile: Profile | None,
) -> tuple[Intake, dict[str, str], Reading | None]:
    """The intake of these files, and the name of each list by its source.

    Of tables also how they were understood.
    """
    # A table of the program's own format has ids and one header: it is no list that was typed.
    paths = [
        path
        for given in files
        for path in (readers.list_paths(given) if given.is_dir() else [given])
    ]
    are_tables = all(path.suffix == ".parquet" for path in paths)
    if columns is not None or are_tables:
        intake, reading = _tables(paths, columns, settings, profile)
        return intake, {}, reading
    lists: list[RawFile] = []
    for given in files:
        lists += (
            readers.read_folder(given.resolve(), settings.ingest)
            if given.is_dir()
            else readers.read_files(given, given.name, settings.ingest)
        )
    names = {file.source: file.name for file in lists}
    territory = settings.territory.by_number
    taken = ingest(lists, settings.ingest, constituency=None, territory=territory)
    return taken, names, None


def _tables(
    files: Sequence[Path],
    columns: Map | None,
    settings: Settings,
    profile: Profile | None,
) -> tuple[Intake, Reading]:
    """The intake of tables in order of entry id, and how they were understood.

    The text of one table is dictionary-encoded.
    """
    sources = [Source(path, columns) for path in files]
    read = understood(sources, profile, settings=settings.ingest, linked=False)
    reading = Reading(read.profile, read.told, read.uses)
    return _tables_intake(read.read), reading


def _tables_intake(read: Sequence[ReadFile]) -> Intake:
    taken = []
    for file in read:
        try:
            intake = table_intake(
                file.table,
                file.choice.map,
                keep_encoded=True,
                distinct_ids=file.choice.has_distinct_ids,
            )
            taken.append(intake)
        except InputError as error:
            raise error.of_file(file.path.name) from None
        except MapError as error:
            raise error.of(file=file.path.name) from None
    if len(taken) > 1:
        # The dictionaries of two files differ, so of several files the text itself is joined.
        decoded = [
            replace(intake, entries=intake.entries.cast(ENTRY)) for intake in taken
        ]
        return merge(decoded)
    (intake,) = taken
    accounts = merge_accounts([intake], count_entries(intake.entries))
    return replace(accounts, entries=sort_by(intake.entries, "entry_id"))


def _write_pages(
    folder: Path | None, audited: _Audited, today: dt.date
) -> tuple[Path, ...]:
    """The pages of the audit; none without a folder."""
    if folder is None:
        return ()
    findings = audited.settled.findings
    return write_audit(
        folder, audited.intake, audited.examined, findings, audited.names, today
    )


def _result_of(
    audited: _Audited, pages: tuple[Path, ...], reading: Reading | None
) -> Checked:
    intake, examined, settled = audited.intake, audited.examined, audited.settled
    is_whole_file = pc.equal(intake.set_aside.column("line"), 0)
    return Checked(
        rows_in=_sum(intake.lists.column("rows")),
        rows_out=intake.entries.num_rows,
        set_aside=counts(intake.set_aside, "code", "rows"),
        unreadable=_sum(is_whole_file),
        findings=settled.findings,
        findings_by_rule=tuple(_by_rule(settled.findings)),
        accepted=settled.accepted.num_rows,
        coincidences=of_the_whole(examined.coincidences),
        streets=_measures(examined.street_use),
        indicators=examined.indicators,
        audit=build_audit(examined.indicators, empty(SCORECARD), empty(AGES), None),
        rules=len(RULE_CODES),
        pages=pages,
        reading=reading,
    )


def _sum(column: pa.ChunkedArray) -> int:
    return int(pc.sum(column).as_py() or 0)


def _measures(use: pa.Table) -> dict[str, int | None]:
    """Measure -> rows, of a REGISTER_USE table of one register, all constituencies together."""
    whole = (row for row in use.to_pylist() if row["constituency"] is None)
    return {row["measure"]: row["rows"] for row in whole}


def _by_rule(findings: pa.Table) -> list[dict[str, Any]]:
    """``rule``, ``severity``, ``count``: errors first, then the most frequent."""
    severities = [severity.value for severity in Severity]
    names = ["rule", "severity"]
    plain = findings.select(names).cast(
        pa.schema([(name, pa.string()) for name in names])
    )
    grouped = plain.group_by(names).aggregate([([], "count_all")]).to_pylist()
    rows = [
        {"rule": row["rule"], "severity": row["severity"], "count": row["count_all"]}
        for row in grouped
    ]
    return sorted(
        rows,
        key=lambda row: (severities.index(row["severity"]), -row["count"], row["rule"]),
    )
