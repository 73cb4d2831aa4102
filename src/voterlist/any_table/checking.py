"""The register tests over lists, or tables with any headers, that need no workspace."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from voterlist import readers
from voterlist.any_table.joined import Map, Reading, Source, read_map, understood
from voterlist.catalogue import LANGUAGES
from voterlist.check import Examined, examine
from voterlist.config import SETTINGS_FILE
from voterlist.config.sections import Settings
from voterlist.errors import naming, usage_error
from voterlist.findings.accepted import settle
from voterlist.ingest import ingest
from voterlist.ingest.generic import UsedTable
from voterlist.merge import count_entries, merge, merge_accounts
from voterlist.model import (
    FURNITURE,
    Level,
    OnProgress,
    Profile,
    Severity,
    Stage,
    frozen,
    no_progress,
)
from voterlist.normalize.stage import normalize
from voterlist.pipeline.inbox import INBOX
from voterlist.pipeline.outcome import counts, of_the_whole
from voterlist.pipeline.reconciling import read_given_streets
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
    CASE_NUMBER,
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
from voterlist.storage.files import make_folder, write_content
from voterlist.storage.workspace import acceptances_around, settings_around
from voterlist.tables import Row, concat, count_by, sort_by, total


@frozen
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
    findings_by_rule: tuple[Row, ...]
    """``rule``, ``severity``, ``count``: errors first, then the most frequent."""
    accepted: int
    """Findings that a person accepted before."""
    coincidences: tuple[Row, ...]
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


def check_files(
    files: Sequence[Path],
    *,
    today: dt.date,
    columns: Path | None = None,
    settings: Path | None = None,
    streets: Sequence[Path] = (),
    profile: Profile | None = None,
    report: Path | None = None,
    progress: OnProgress = no_progress,
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
    acceptances = acceptances_around(settings, around)
    register = read_given_streets(streets, chosen)
    progress(Stage.INGEST, 0, 1)
    with naming(map_name=columns.name if columns else ""):
        intake, names, reading = _intake(files, read_map(columns), chosen, profile)
    progress(Stage.NORMALIZE, 0, 1)
    used = profile or (reading.profile if reading else chosen.workspace.profile)
    outcome = normalize(intake.entries, used, encoded=True)
    progress(Stage.CHECK, 0, 1)
    examined = examine(
        outcome.table,
        intake.entries,
        intake.lists,
        chosen.check,
        on_day=today,
        streets=register.streets,
    )
    parts = [intake.findings, outcome.findings, register.findings, examined.findings]
    settled = settle(concat(parts, FINDING), chosen.check, acceptances)
    findings = settled.findings
    pages = []
    if report is not None:
        model = _model(intake, examined, findings, names, today)
        make_folder(report)
        for language in LANGUAGES:
            pages.append(report / f"audit-{language}.html")
            write_content(pages[-1], html.render_audit(model, language))
    use = examined.street_use.to_pylist()
    return Checked(
        rows_in=total(intake.lists, "rows"),
        rows_out=intake.entries.num_rows,
        set_aside=counts(intake.set_aside, "code", "rows"),
        unreadable=intake.set_aside.filter(pc.field("line") == 0).num_rows,
        findings=findings,
        findings_by_rule=tuple(_by_rule(findings)),
        accepted=settled.accepted.num_rows,
        coincidences=of_the_whole(examined.coincidences),
        streets={
            row["measure"]: row["rows"] for row in use if row["constituency"] is None
        },
        indicators=examined.indicators,
        audit=build_audit(examined.indicators, empty(SCORECARD), empty(AGES), None),
        rules=len(RULE_CODES),
        pages=tuple(pages),
        reading=reading,
    )


def _model(
    intake: Intake,
    examined: Examined,
    findings: pa.Table,
    names: Mapping[str, str],
    on_day: dt.date,
) -> Report:
    """The report of lists without linkage and without registers."""
    numbers = intake.entries.column("constituency").unique().to_pylist()
    # Of lists of several constituencies, or of none that is known, it is told of none.
    constituency = numbers[0] if len(numbers) == 1 else None
    facts = Facts(str(on_day.year), Level.CONEC, constituency, on_day)
    tables = {
        "entries": intake.entries,
        "voters": empty(VOTER),
        "lists": intake.lists,
        "set_aside": intake.set_aside,
        "findings": findings,
        "cases": empty(CASE),
        "case_numbers": empty(CASE_NUMBER),
        "pairs": empty(PAIR),
        "profile": examined.profile,
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


def _require_files(paths: Sequence[Path]) -> None:
    for path in paths:
        if not path.is_file():
            raise usage_error("no-such-file", path=path)


def _require_lists(paths: Sequence[Path]) -> None:
    """Files, or folders with files that are no workspace: of that a run reads the right ones."""
    _require_files([path for path in paths if not path.is_dir()])
    for folder in filter(Path.is_dir, paths):
        code = "folder-empty" if not readers.list_paths(folder) else ""
        if (folder / SETTINGS_FILE).is_file():
            code = "folder-is-workspace"
        if code:
            raise usage_error(code, path=folder, inbox=folder / INBOX)


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
        sources = [Source(path, columns) for path in paths]
        read = understood(sources, profile, settings=settings.ingest, linked=False)
        return _tables_intake(read.read), {}, read.reading
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


def _tables_intake(read: Sequence[UsedTable]) -> Intake:
    """The intake of tables in order of entry id; the text of one is dictionary-encoded."""
    taken = [table.intake(keep_encoded=True) for table in read]
    if len(taken) > 1:
        # The dictionaries of two files differ, so of several files the text itself is joined.
        decoded = [
            replace(intake, entries=intake.entries.cast(ENTRY)) for intake in taken
        ]
        return merge(decoded)
    (intake,) = taken
    accounts = merge_accounts([intake], count_entries(intake.entries))
    return replace(accounts, entries=sort_by(intake.entries, "entry_id"))


def _by_rule(findings: pa.Table) -> list[Row]:
    """``rule``, ``severity``, ``count``: errors first, then the most frequent."""
    severities = [severity.value for severity in Severity]
    rows = [
        {"rule": rule, "severity": severity, "count": count}
        for (rule, severity), count in count_by(findings, "rule", "severity").items()
    ]
    return sorted(
        rows,
        key=lambda row: (severities.index(row["severity"]), -row["count"], row["rule"]),
    )
