"""Handing over: ``submit``, ``receive``, ``return``, ``answer``, ``approve``, ``finish``.

``keys``: the commission's own keys, and whose packages are taken.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from voterlist.cli.application import tell_standing
from voterlist.cli.options import (
    PassphraseStdin,
    Today,
    Workspace,
    argument,
    as_day,
    moment,
    new_passphrase,
    option,
    passphrase_of,
    when,
)
from voterlist.cli.review import list_disputes, list_problems
from voterlist.cli.status import (
    changed_as_json,
    tell_changed,
    tell_lost,
    tell_waves,
)
from voterlist.cli.terminal import (
    SAY,
    TERMINAL,
    Answer,
    pick,
    show_path,
    table,
    tell,
    warn,
)
from voterlist.errors import usage_error
from voterlist.storage.lock import user_name

if TYPE_CHECKING:
    from voterlist.casework.returned_cases import Answer as CaseAnswer
    from voterlist.counter.deciding import Decided
    from voterlist.custody.keys import PublicKey
    from voterlist.custody.manifest import Manifest
    from voterlist.custody.trust import Trusted
    from voterlist.deadlines.handovers import Handover
    from voterlist.handover.receiving import Received
    from voterlist.handover.submitting import Submission
    from voterlist.report.asked import Question
    from voterlist.report.values import Words


_MOST_NAMED = 5
"""With more files beside the package than these, the rest is counted."""

_PackageOut = Annotated[Path, option("package-out", "PACKAGE.zip")]
_EncryptTo = Annotated[str | None, option("encrypt-to", "NAME")]


def submit(
    workspace: Workspace,
    out: _PackageOut,
    constituency: Annotated[
        int | None, option("submit-of", "-c", "--constituency", "N")
    ] = None,
    encrypt_to: _EncryptTo = None,
    by: Annotated[str, option("submit-by", "NAME")] = "",
    passphrase_stdin: PassphraseStdin = False,
    today: Today = None,
) -> Answer:
    """Hand over to the commission above."""
    from voterlist.handover import submitting
    from voterlist.pipeline.known import waves_left
    from voterlist.storage.store import run_path

    made = submitting.submit(
        workspace,
        out,
        passphrase_of(workspace, from_stdin=passphrase_stdin),
        constituency=constituency,
        encrypt_to=encrypt_to,
        by=by,
        **when(today),
    )
    _tell_gates(made)
    # Whoever hands over hears of it too: it was told by the run, perhaps to a scheduler.
    waves = waves_left(run_path(workspace, made.run))
    tell_waves(waves)
    gates = [
        {
            **pick(state, "gate", "count", "limit"),
            "open": state.is_open,
            "what": SAY(f"gate.{state.gate}.what", count=state.count),
            "todo": SAY(f"gate.{state.gate}.todo"),
        }
        for state in made.gates
    ]
    package = None
    if made.manifest is not None:
        _tell_package(made, made.manifest)
        sent = {**pick(made.contents, "sums", "precincts"), "acts": made.acts}
        package = {**_package(made.package, made.manifest), **sent}
    return {
        "run": made.run,
        "gates": gates,
        "waves": waves,
        "package": package,
        "exit_code": made.is_refused,
    }


def _tell_gates(made: Submission) -> None:
    """Each open gate with what to do, then what the settings let pass."""
    if made.is_refused:
        tell("cli.submit.refused", run=made.run)
    for state in made.gates:
        if state.is_open:
            tell(f"gate.{state.gate}.what", 2, count=state.count)
            tell(f"gate.{state.gate}.todo", 4)
        elif state.is_let_pass:
            what = SAY(f"gate.{state.gate}.what", count=state.count)
            tell("cli.submit.let-pass", what=what)


def _tell_package(made: Submission, manifest: Manifest) -> None:
    assert made.contents is not None
    tell(
        "cli.submit.written",
        receiver=manifest.receiver.name,
        serial=manifest.serial,
        path=made.package,
    )
    contents = made.contents
    listed = contents.sums["listed"]
    tell("cli.submit.sums", voters=listed, precincts=contents.precincts)
    tell("cli.submit.digest", digest=manifest.digest)
    for path in made.acts:
        tell("cli.submit.act", path=path)
    tell("cli.submit.next")


def _package(path: Path | None, manifest: Manifest) -> Answer:
    """A package that was written, for programs."""
    return {
        "path": path,
        "id": manifest.digest,
        "serial": manifest.serial,
        "receiver": manifest.receiver.slug,
        "head": manifest.journal,
    }


def receive(
    workspace: Workspace,
    package: Annotated[Path, argument("package", "PACKAGE.zip")],
    receipt: Annotated[Path | None, option("receipt", "FILE")] = None,
    ground: Annotated[str, option("settle", "TEXT")] = "",
    by: Annotated[str, option("settled-by", "NAME")] = "",
    passphrase_stdin: PassphraseStdin = False,
    today: Today = None,
) -> Answer:
    """Take in a package."""
    from voterlist.handover import receiving

    taken = receiving.receive(
        workspace,
        package,
        passphrase_of(workspace, from_stdin=passphrase_stdin),
        receipt=receipt,
        settled={"ground": ground, "by": by} if ground or by else None,
        **when(today),
    )
    _tell_taken(taken)
    manifest = taken.manifest
    return {
        "kind": manifest.kind,
        "sender": manifest.sender.slug,
        "constituency": manifest.constituency,
        "serial": manifest.serial,
        "id": manifest.digest,
        "head": manifest.journal,
        **pick(
            taken, "entries", "decisions", "cases", "arrived", "settled", "contested"
        ),
        **pick(taken, "inbox", "superseded", "missing", "receipt", "beside"),
        "approved": taken.approved and pick(taken.approved, *_APPROVED),
        "outcomes": [made.application.number for made in taken.outcomes],
        "unsettled": [made.application.number for made in _unsettled(taken)],
        **pick(taken, "outcomes_left", "confirmed", "was_taken"),
        # Somebody waits for an answer that nobody owes by then.
        "exit_code": taken.needs_person,
    }


def _tell_taken(taken: Received) -> None:
    """What was taken in, and what to do next."""
    manifest = taken.manifest
    places = {"sender": manifest.sender.name, "serial": manifest.serial}
    if taken.was_taken:
        tell("cli.receive.was-taken", **places)
    else:
        counts = pick(taken, "entries", "decisions", "cases")
        confirmed = taken.confirmed or 0
        tell(f"cli.receive.{manifest.kind}", **places, **counts, confirmed=confirmed)
    if taken.cases:
        tell("cli.receive.answer")
    if taken.approved is not None:
        tell("cli.receive.approved", **pick(taken.approved, *_APPROVED))
    if taken.inbox is not None:
        tell("cli.receive.inbox", path=taken.inbox)
    if taken.superseded is not None:
        tell("cli.receive.superseded")
    if taken.beside:
        names = ", ".join(show_path(Path(name)) for name in taken.beside[:_MOST_NAMED])
        warn("cli.receive.beside", count=len(taken.beside), files=names)
    numbers = pick(taken, "arrived", "settled", "contested", "missing")
    numbers["proposals"] = taken.decisions if manifest.kind == "return" else 0
    for name, count in numbers.items():
        if count:
            tell(f"cli.receive.{name}", count=count)
    _tell_outcomes(taken)
    if taken.receipt is not None:
        tell("cli.receive.receipt-written", path=taken.receipt)


def _tell_outcomes(taken: Received) -> None:
    """The numbers of our applications that were decided above."""
    noted = [made.application.number for made in taken.outcomes]
    for name, numbers in {
        "outcomes": noted,
        "outcomes-left": taken.outcomes_left,
    }.items():
        if numbers:
            tell(f"cli.receive.{name}", numbers=", ".join(map(str, numbers)))
    for made in _unsettled(taken):
        number = str(made.application.number)
        tell(f"cli.application.{made.application.state}", number=number)
        tell_standing(made)


def _unsettled(taken: Received) -> list[Decided]:
    """What was noted, and does not do yet what it says."""
    return [made for made in taken.outcomes if made.standing != "holds"]


def return_cases(
    workspace: Workspace,
    constituency: Annotated[int, option("return-to", "-c", "--constituency", "N")],
    out: _PackageOut,
    precinct: Annotated[int | None, option("return-precinct", "P", min=1)] = None,
    encrypt_to: _EncryptTo = None,
    by: Annotated[str, option("return-by", "NAME")] = "",
    passphrase_stdin: PassphraseStdin = False,
    today: Today = None,
) -> Answer:
    """Send down what was found."""
    from voterlist.casework.answering import owed_answers
    from voterlist.handover import returning
    from voterlist.handover.gates import Scope

    sent = returning.return_cases(
        workspace,
        Scope(constituency, precinct),
        out,
        passphrase_of(workspace, from_stdin=passphrase_stdin),
        encrypt_to=encrypt_to,
        by=by,
        **when(today),
    )
    returned = pick(sent.returned, "cases", "proposals", "findings", "outcomes")
    counts = {name: len(rows) for name, rows in returned.items()}
    counts["questions"] = sent.questions
    receiver, serial = sent.manifest.receiver, sent.manifest.serial
    written = {"serial": serial, "receiver": receiver.name}
    tell("cli.return.written", **written, path=sent.package)
    every, lost = owed_answers(workspace)
    number = receiver.precinct or receiver.constituency
    owed = [case for case in every if number in case.asked]
    owing = sum(number in case.owing for case in owed)
    table(
        ("constituency", *counts, "answers-owed"),
        [(str(constituency), *counts.values(), owing)],
    )
    # Who was given up by all is asked again by the next one, once it is known.
    tell_lost(lost)
    return {
        "package": _package(sent.package, sent.manifest),
        **counts,
        "owed": [pick(case, "number", "asked", "owing") for case in owed],
        "lost": [pick(error, "code", "places") for error in lost],
        "exit_code": bool(lost),
    }


def answer(
    workspace: Workspace,
    case: Annotated[int | None, option("answer-case", "N")] = None,
    stays: Annotated[bool | None, option("answer-stays", "--stays/--elsewhere")] = None,
    by: Annotated[str, option("answer-by", "NAME")] = "",
    reason: Annotated[str, option("answer-reason", "TEXT")] = "",
    document: Annotated[str, option("answer-document", "TEXT")] = "",
    stands_as: Annotated[str, option("answer-entry", "--entry", "ENTRY_ID")] = "",
    elsewhere: Annotated[str, option("answer-precinct", "--precinct", "N/P")] = "",
    today: Today = None,
) -> Answer:
    """List the returned cases, or answer one."""
    from voterlist.casework.answering import cases_returned, own_entries
    from voterlist.report.asked import ELSEWHERE, STAYS
    from voterlist.report.values import Words

    problems: list[Answer] = []
    contested = False
    if case is not None:
        is_whole = stays is not None and by.strip()
        if not is_whole or (stays and elsewhere):
            raise usage_error("answer-incomplete")
        number, _, precinct = elsewhere.rpartition("/")
        said = {
            "action": STAYS if stays else ELSEWHERE,
            "decided_by": by.strip(),
            "reason": reason or None,
            "document": document or None,
            "constituency": number.strip() or None,
            # '87/' names no precinct, and not the other one of the case.
            "precinct": precinct.strip() if elsewhere else None,
        }
        at = moment(today, workspace)
        problems, contested = _answer_case(workspace, case, said, stands_as, at)
    cases = cases_returned(workspace, case)
    left = sum(given is None for _, given in cases)
    # Of an answer it is shown whom it is about.
    shown = [told for told in cases if case in {None, told[0].number}]
    # What is shown names people: with --json it is not told, on standard error.
    if shown and not problems and not TERMINAL.json:
        words = Words(SAY.language)
        asked = [returned for returned, _ in shown]
        given = {returned.case_id: said for returned, said in shown}
        rows = [
            _cells(question, given[question.case_id or ""], words)
            for question in own_entries(workspace, asked, words)
        ]
        table(("case", "voter", "born", "precinct", "from-above", "answer-given"), rows)
    tell("cli.answer.left", count=left)
    if left and case is None:
        tell("cli.answer.next", path=workspace)
    return {
        "cases": [
            {
                **returned.model_dump(mode="json"),
                "answer": given and given.answer,
                "by": given and given.by,
            }
            for returned, given in cases
        ],
        "problems": problems,
        "exit_code": bool(problems or contested),
    }


def _answer_case(
    workspace: Path, case: int, said: Mapping[str, Any], stands_as: str, at: dt.datetime
) -> tuple[list[Answer], bool]:
    """Record and tell what was answered.

    Returns why it may not be recorded, for programs, and whether it is contested.
    """
    from voterlist.casework.answering import answered_by, cases_returned
    from voterlist.casework.importing import Bringer
    from voterlist.casework.reviewing import answer_case

    before = {case.number: given for case, given in cases_returned(workspace)}
    made = answer_case(
        workspace,
        case,
        said,
        stands_as=stands_as or None,
        decided_at=at,
        bringer=Bringer(user_name()),
    )
    problems = list_problems(made.problems)
    if not problems:
        tell("cli.answer.recorded", number=case, path=workspace)
        other = answered_by(before.get(case), said["action"], said["decided_by"])
        if other is not None:
            tell("cli.answer.turned-over", number=case, by=other)
    list_disputes("contested", made.contested)
    return problems, bool(made.contested)


def _cells(
    question: Question, given: CaseAnswer | None, words: Words
) -> tuple[str, ...]:
    """An own entry of a returned case: whom it is about, who else that may be, the answer."""
    assert question.subject is not None
    subject = question.subject
    return (
        str(question.case_number),
        subject.name or subject.entry_id,
        str(words.say(subject.born) or "-"),
        str(subject.place.precinct or "-"),
        question.told or "-",
        SAY(f"cli.answer.state.{given.answer if given else 'open'}"),
    )


_APPROVED = ("day", "ground", "by")
_Ground = Annotated[str, option("ground", "TEXT")]
_By = Annotated[str, option("stated-by", "NAME")]


def approve(
    workspace: Workspace,
    constituency: Annotated[int, option("approve-of", "-c", "--constituency", "N")],
    ground: _Ground,
    by: _By,
    today: Today = None,
) -> Answer:
    """State that the lists of a constituency are approved."""
    from voterlist.handover import approving

    line, changed = approving.approve(
        workspace, constituency, ground=ground, by=by, **when(today)
    )
    tell("cli.approve.recorded", number=constituency, day=line.day)
    for change in changed:
        tell_changed(change)
    left = approving.in_spite_of(workspace, constituency)
    if left:
        tell("cli.approve.in-spite-of")
    for key, count in left.items():
        tell(key, 2, count=count)
    tell("cli.approve.next", number=constituency, path=workspace)
    told = [
        {"what": SAY(key, count=count), "count": count} for key, count in left.items()
    ]
    return {
        **_line(line),
        "in_spite_of": told,
        "changed": [changed_as_json(change) for change in changed],
    }


def finish(
    workspace: Workspace,
    stage: Annotated[str, argument("finish-stage", "STAGE")],
    on: Annotated[str, option("finish-day", "--day", "DATE")],
    ground: _Ground,
    by: _By,
    constituency: Annotated[
        int | None, option("finish-of", "-c", "--constituency", "N")
    ] = None,
    precinct: Annotated[int | None, option("finish-precinct", "P", min=1)] = None,
    today: Today = None,
) -> Answer:
    """State on which day a stage was finished."""
    from voterlist.handover import approving

    finished = approving.Finished(stage, as_day(on), ground, by, constituency, precinct)
    line = approving.finish(workspace, finished, **when(today))
    tell(
        "cli.finish.recorded",
        title=SAY(f"deadline.{line.stage}.title"),
        day=finished.day,
    )
    return _line(line)


def _line(line: Handover) -> Answer:
    """The line of the journal, for programs."""
    return {"event": line.event, "day": line.day, **line.details()}


_NAME = option("key-name", "--name", "NAME")


def make(
    workspace: Workspace, passphrase_stdin: PassphraseStdin = False, today: Today = None
) -> Answer:
    """Make the commission's keys."""
    from voterlist.handover.commissions import make_workspace_keys, show_keys

    public = make_workspace_keys(
        workspace, new_passphrase(from_stdin=passphrase_stdin), **when(today)
    )
    _, file, _ = show_keys(workspace)
    tell("cli.keys.made", name=public.commission.name, path=file)
    tell("cli.keys.fingerprint", fingerprint=public.fingerprint)
    return {**_key(public), "file": file}


def show(workspace: Workspace) -> Answer:
    """Show the commission's own public key, and whose packages are taken."""
    from voterlist.handover.commissions import show_keys

    own, file, trust = show_keys(workspace)
    if own is None:
        tell("cli.keys.none")
    else:
        tell("cli.keys.own", name=own.commission.name, path=file)
        tell("cli.keys.fingerprint", fingerprint=own.fingerprint)
    for key in trust.keys:
        word = "trusted" if key.holds else "distrusted"
        places = {"name": key.name, "commission": key.commission.slug}
        tell(f"cli.keys.{word}", **places, since=key.since, until=key.until)
        tell("cli.keys.fingerprint", fingerprint=key.fingerprint)
    return {
        "own": own and {**_key(own), "file": file},
        "trusted": [
            {**_key(key), **pick(key, "name", "since", "until")} for key in trust.keys
        ],
    }


def trust(
    workspace: Workspace,
    file: Annotated[Path, argument("public-key", "FILE")],
    name: Annotated[str, _NAME],
    today: Today = None,
) -> Answer:
    """Take the packages of a commission from now on."""
    from voterlist.handover.commissions import trust_key

    public = trust_key(workspace, file, name, **when(today))
    tell("cli.keys.trusts", name=name, commission=public.commission.slug)
    tell("cli.keys.fingerprint", fingerprint=public.fingerprint)
    tell("cli.keys.compare")
    return {**_key(public), "name": name}


def distrust(
    workspace: Workspace, name: Annotated[str, _NAME], today: Today = None
) -> Answer:
    """Take the packages of a commission no more."""
    from voterlist.handover.commissions import distrust_key

    distrust_key(workspace, name, **when(today))
    tell("cli.keys.distrusts", name=name)
    return {"name": name}


def _key(key: PublicKey | Trusted) -> Answer:
    """A key for programs."""
    return {
        "commission": key.commission.slug,
        "commission_name": key.commission.name,
        **pick(key, "signing", "age", "fingerprint"),
    }
