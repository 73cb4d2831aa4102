"""Handing over to the commission above: the gates, the package, the act, and the journal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from voterlist.casework.returned_cases import (
    ANSWERS_NAME,
    GATES_NAME,
    answers_to_above,
)
from voterlist.catalogue import Catalogue, catalogue
from voterlist.config.sections import Settings
from voterlist.counter.applications import CARRIED, applications_of, handed_over
from voterlist.custody.commissions import Commission, Kind
from voterlist.custody.keys import SEALED_SUFFIX
from voterlist.custody.manifest import Manifest
from voterlist.custody.writing import Payload
from voterlist.deadlines import Deadline, calendar
from voterlist.deadlines.handovers import Event
from voterlist.errors import usage_error
from voterlist.handover.exchanges import (
    above,
    as_payload,
    deliver,
    journal_package,
    open_desk,
    outline_of,
    pack,
    packing_in,
    receiver_of,
    recipient_of,
    stem_of,
)
from voterlist.handover.gates import GateState, Scope, gates
from voterlist.handover.handed_lists import (
    PACKED,
    REMOVED_NAME,
    own_rows,
    record_of_removals,
    records,
)
from voterlist.handover.lists import BALANCE_NAME, RECORD_WRITERS, balance_content
from voterlist.lists.compile import Compiled, compile_lists, in_order
from voterlist.lists.documents import key_of, of_list, record_rows, record_stem
from voterlist.lists.roll import LIST_COUNTS, printed_names
from voterlist.model import Action, ListOrder, Verdict, frozen
from voterlist.pipeline.known import known_work, read_table
from voterlist.pipeline.list_input import ListSource
from voterlist.render.pdf import typeset
from voterlist.render.rows import (
    COLUMNS_NAME,
    json_bytes,
    write_schema,
)
from voterlist.report.sections.certificate import certificate_lines, certificate_of
from voterlist.report.values import Words
from voterlist.schemas import ENTRY, REMOVED
from voterlist.storage import files as store_files
from voterlist.storage.ledger import Ledger, reading
from voterlist.tables import ReadRow, concat, from_rows, rows_among

_Row = dict[str, str]
OF_ITS_DAY = (GATES_NAME, ANSWERS_NAME, CARRIED, REMOVED_NAME)
"""The files of a package that no run gives it."""
ACT_SIGNS = ("title", "name", "signature", "seal", "date", "chair", "secretary")
_LANGUAGES = ("az", "en")


@frozen
class Submission:
    """What came of it.

    Attributes:
        gates: how each gate stands.
        run: the run that the lists are from.
        package: the package; None where a gate is open.
        manifest: what it states; None as above.
        contents: what is in it; None as above.
        acts: the files of the act of hand-over.
    """

    gates: tuple[GateState, ...]
    run: str
    package: Path | None = None
    manifest: Manifest | None = None
    contents: Contents | None = None
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
    if out.suffix.lower() not in {".zip", SEALED_SUFFIX}:
        raise usage_error("out-not-a-package", path=out)
    with open_desk(workspace, passphrase, since=since) as desk:
        receiver = receiver_of(desk.trust, above(desk.us))
        scope = _scope(desk.us, constituency)
        recipient = recipient_of(desk, encrypt_to, receiver)
        with reading(desk.place) as ledger:
            source = ListSource.of(workspace, ledger, desk.settings)
            known = known_work(workspace, ledger, desk.settings)
        run = source.runs.folder_of(scope.constituency).name
        states = gates(source, scope)
        if any(state.is_open for state in states):
            return Submission(states, run)
        with packing_in(workspace) as work, Ledger(desk.place) as ledger:
            outline = outline_of(
                desk, ledger, Kind.SUBMIT, receiver, scope.constituency, run, today
            )
            contents = contents_of(source, scope, work, outline.day)
            payloads = (
                *contents.payloads,
                *_payloads_of_removed(source, scope, work),
                *_applications(ledger, scope, work),
                *_of_today(workspace, ledger, states),
            )
            packed = work / "package.zip"
            manifest = pack(desk, outline, payloads, packed)
            package = deliver(packed, out, recipient)
            sha256, head = store_files.sha256(packed), str(ledger.head())
            handed = _Handed(manifest, contents, sha256, head, by)
            acts = _write_acts(package, handed, desk.settings)
            # The line is written down last: killed before it, the same package is made again.
            digest = known.lists.get(scope.constituency, "") if known else ""
            told = {"lists": digest, "work": digest}
            journal_package(ledger, today, Event.SUBMITTED, manifest, by=by, **told)
    return Submission(states, run, package, manifest, contents, acts)


def _scope(us: Commission, constituency: int | None) -> Scope:
    """What is ours to hand over.

    Raises:
        UsageError: the constituency is another one.
    """
    assert us.constituency is not None  # whoever has somebody above has one
    if constituency not in {None, us.constituency}:
        raise usage_error("submit-not-ours", number=constituency, own=us.constituency)
    return Scope(us.constituency, us.precinct)


@frozen
class Contents:
    """The files that a run gives a package, and what the act says of them."""

    payloads: tuple[Payload, ...]
    sums: Mapping[str, int]
    """The sums of the balance over all lists."""
    precincts: int
    """How many precincts have a list in it."""
    certificate: Sequence[ReadRow]
    """The rows of CERTIFICATE of the constituency."""


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
    folder = source.runs.folder_of(scope.constituency)
    payloads = [
        *_lists(compiled, scope, work),
        *_tables(folder, scope, work),
        Payload(BALANCE_NAME, json_bytes(balance)),
    ]
    precincts = {row["precinct"] for row in balance["lists"] if row["listed"]}
    certificate = read_table(folder, "certificate")
    return Contents(
        tuple(payloads),
        balance["sum"],
        len(precincts),
        certificate_of(certificate, scope.constituency),
    )


def _of_today(
    workspace: Path, ledger: Ledger, states: tuple[GateState, ...]
) -> Iterator[Payload]:
    """What the settings let pass, and what was answered to the commission above."""
    passed = [
        {"gate": state.gate.value, "count": state.count}
        for state in states
        if state.is_let_pass
    ]
    yield Payload(GATES_NAME, json_bytes(passed))
    answers = answers_to_above(workspace, ledger)
    form = 1 + any(answer.stands_as for answer in answers.values())
    told = [
        answers[case_id].model_dump(mode="json", exclude_none=True)
        for case_id in sorted(answers)
    ]
    yield Payload(ANSWERS_NAME, json_bytes(told), format=form)


def _lists(compiled: Compiled, scope: Scope, work: Path) -> Iterator[Payload]:
    """The record of each precinct, and the page that says what its columns mean."""
    listed = scope.of(compiled.listed)
    for key in scope.of(compiled.balance).to_pylist():
        rows = record_rows(of_list(listed, key), key["list_kind"])
        if not rows.num_rows:
            continue
        stem = record_stem(*key_of(key))
        for form, write in RECORD_WRITERS.items():
            path = work / f"{stem}.{form}"
            write(rows, path)
            table = "record" if form == "parquet" else None
            yield Payload(f"lists/{path.name}", path, table, rows.num_rows)
    page = work / "columns.txt"
    write_schema(page)
    yield Payload(COLUMNS_NAME, page)


def _tables(folder: Path, scope: Scope, work: Path) -> Iterator[Payload]:
    """What was decided and what was left, of the place that is handed over."""
    for name in sorted(
        PACKED.keys() - {"applications", "arrivals", "door", "record", "removed"}
    ):
        rows = own_rows(name, read_table(folder, name), scope)
        yield as_payload(rows, work / f"{name}.parquet", name)


def _payloads_of_removed(
    source: ListSource, scope: Scope, work: Path
) -> Iterator[Payload]:
    """Whom decisions took off the lists, here and at the precincts, where there is anybody."""
    _, given = source.input_of(scope.constituency)
    words = catalogue(source.settings.report.languages[0])
    off = {
        row["entry_id"]: row
        for row in given.applied.to_pylist()
        if row["action"] in {Action.STRIKE, Verdict.REPEAT}
    }
    everybody = scope.of(concat([given.entries, given.additions], ENTRY))
    entries = rows_among(everybody, "entry_id", [*off])
    voters = in_order(given.voters, entries.column("entry_id"))
    names = pa.table(printed_names(entries, voters))
    own = []
    for entry, parts in zip(entries.to_pylist(), names.to_pylist(), strict=True):
        # A whole name in one cell has no parts as handed in, and nobody is found without a name.
        row = entry if entry["surname"] else entry | parts
        said = off[row["entry_id"]]
        # Whom a case keeps on a list of ours stands there, perhaps in another spelling.
        is_kept = said["action"] == Verdict.REPEAT or _is_of(said, scope)
        place = {} if is_kept else said
        row["reason"] = _why(said, words)
        row["to_constituency"] = place.get("constituency")
        row["to_precinct"] = place.get("precinct")
        own.append(row)
    below = record_of_removals(source.workspace, f"pec-{scope.constituency:03}-*")
    tables = [from_rows(own, REMOVED), records(below, REMOVED)]
    rows = scope.of(concat(tables, REMOVED))
    if rows.num_rows:
        yield as_payload(rows, work / REMOVED_NAME, "removed")


def _is_of(row: ReadRow, scope: Scope) -> bool:
    """True where a row names a place of what is handed over."""
    is_inside = scope.precinct in {None, row["precinct"]}
    return is_inside and bool(row["constituency"] == scope.constituency)


def _why(row: ReadRow, words: Catalogue) -> str:
    """Why somebody was taken off the list: the ground, or that it was a repetition."""
    ground = row["ground"] and words(f"ground.{row['ground']}.title")
    what = ground or words(f"verdict.{Verdict.REPEAT}")
    return "; ".join(filter(None, (what, row["reason"])))


def _applications(ledger: Ledger, scope: Scope, work: Path) -> Iterator[Payload]:
    """The applications of the place, where there are any, without what anybody said in them."""
    place = (scope.constituency, scope.precinct)
    rows = handed_over(applications_of(ledger.applications()).values(), place)
    if rows.num_rows:
        yield as_payload(rows, work / CARRIED, "applications")


@frozen
class _Handed:
    """What is handed over, as the act shows it.

    Attributes:
        manifest: what the package states.
        contents: what is in it.
        sha256: of the package that is carried.
        head: the head of the journal before the package, as ``journal --head`` takes it.
        by: who hands over; empty where nobody was named.
    """

    manifest: Manifest
    contents: Contents
    sha256: str
    head: str
    by: str


def _write_acts(package: Path, handed: _Handed, settings: Settings) -> tuple[Path, ...]:
    """Write the act beside the package, in both languages, as PDF.

    The same arguments give the same bytes.

    Returns:
        the files, such as ``package-act-az.pdf``.

    Raises:
        OSError: a file cannot be written.
        VoterlistError: the page cannot be set.
    """
    stem = stem_of(package)
    files = []
    for language in _LANGUAGES:
        page = _page(handed, settings, catalogue(language))
        pdf = typeset("act", page, handed.manifest.day)
        path = package.with_name(f"{stem}-act-{language}.pdf")
        store_files.write_content(path, pdf)
        files.append(path)
    return tuple(files)


def _page(handed: _Handed, settings: Settings, words: Catalogue) -> dict[str, Any]:
    """The act as the template reads it: all texts are ready to be shown."""
    manifest = handed.manifest
    facts = {
        "sender": _name_of(manifest.sender, words),
        "receiver": _name_of(manifest.receiver, words),
        "cycle": manifest.cycle,
        "constituency": str(manifest.constituency),
        "precincts": str(handed.contents.precincts),
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
    counts = [
        (words(f"lists.balance.{name}"), handed.contents.sums[name])
        for name in LIST_COUNTS
    ]
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
        "quality": quality_rows(handed.contents.certificate, words.language),
        "marks_title": words("act.marks"),
        "marks": [_row(words(f"act.{name}"), text) for name, text in marks.items()],
        "sides": [(words("act.handed-over"), handed.by), (words("act.taken"), "")],
        "signs": {name: words(f"lists.sign.{name}") for name in ACT_SIGNS},
    }


def _row(label: str, value: str) -> _Row:
    """What is said, and of what."""
    return {"label": label, "value": value}


def quality_rows(certificate: Sequence[ReadRow], language: str) -> list[_Row]:
    """How right the decisions about cases are (CERTIFICATE), where somebody read or drew any."""
    told = [row for row in certificate if row["measure"] != "proposed"]
    if not any(row["read"] for row in told):
        return []
    return [_row(*line) for line in certificate_lines(told, Words(language))]


def _name_of(commission: Commission, words: Catalogue) -> str:
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
