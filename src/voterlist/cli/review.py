"""``review``: cases out to a workbook or a page, decisions back in, and how right they are.

``review serve``: the desk in a browser; ``user``: who may work at it, and as what.
"""

from __future__ import annotations

import functools
import getpass
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from voterlist.cli.options import (
    PassphraseStdin,
    SealTo,
    Today,
    Workspace,
    argument,
    day,
    first_line,
    is_terminal,
    moment,
    now,
    opened_files,
    option,
)
from voterlist.cli.terminal import (
    SAY,
    TERMINAL,
    Answer,
    answer,
    pick,
    table,
    tell,
    title,
    warn,
)
from voterlist.errors import usage_error
from voterlist.model import Mark, Problem, Role, Verdict
from voterlist.storage.lock import user_name

if TYPE_CHECKING:
    from voterlist.casework.importing import ImportedFile
    from voterlist.casework.reviewing import Exported, Imported
    from voterlist.decisions.answers import Replaced
    from voterlist.quality.agreement import Agreement
    from voterlist.report.asked import Question


_ANSWER = ("answer", "field", "ground", "reason", "decided_by", "decided_at")
"""What is told of an answer; what a field is corrected to stands in the workbook alone."""
_SUBJECT = ("case_id", "case_number", "entry_id", "rule")
_REPLACED = ("file", *_SUBJECT, "decided_by", "before", "now")
_PROBLEM = ("file", "sheet", "row", "code", *_SUBJECT)
_Language = Annotated[Literal["az", "en"] | None, option("language")]
_PAGES = (".html", ".htm")
_SIZE = 200
"""Cases and pairs of a sample."""


def export(
    workspace: Workspace,
    form: Annotated[Literal["workbook", "page"] | None, option("review-form")] = None,
    constituency: Annotated[
        int | None, option("review-constituency", "--constituency", "-c", "NUMBER")
    ] = None,
    name: Annotated[str | None, option("review-for", "--for", "NAME")] = None,
    out: Annotated[Path | None, option("review-out", "FILE")] = None,
    encrypt_to: SealTo = None,
    language: _Language = None,
    today: Today = None,
) -> Answer:
    """Write what waits for a decision into a workbook, or a page."""
    from voterlist.casework.pages import export_page
    from voterlist.casework.reviewing import export_review
    from voterlist.handover.commissions import sealed_name, write_sealed

    asked: dict[str, Any] = {
        "language": language,
        "constituency": constituency,
        "reader": name,
        "today": day(today, workspace),
    }
    with ExitStack() as carried:
        seal, plain = None, out
        if encrypt_to is not None:
            if out is None:
                raise usage_error("seal-without-out")
            seal = sealed_name(out)
            plain = carried.enter_context(write_sealed(workspace, seal, encrypt_to))
        is_named_page = out is not None and out.suffix.lower() in _PAGES
        if form == "page" or (form is None and is_named_page):
            page, counted = export_page(workspace, plain, **asked)
            tell("cli.review.page", path=seal or page, **counted)
            tell("cli.review.page.next", folder=workspace)
            return {**counted, "out": seal or page}
        made = export_review(workspace, plain, **asked)
        return _tell_workbook(workspace, made, seal, is_for_all=name is None)


def _tell_workbook(
    workspace: Path, made: Exported, sealed: Path | None, *, is_for_all: bool
) -> Answer:
    """What the workbook of cases and findings holds; ``sealed``: where it is carried to."""
    out = sealed or made.path
    tell("cli.review.exported", **pick(made, "cases", "findings"), path=out)
    for name in ("answered", "from_above", "contested", "second_look", "came_back"):
        if made.counts[name]:
            tell(f"cli.review.exported.{name}", count=made.counts[name])
    if made.second_readings and is_for_all:
        count = made.second_readings
        tell("cli.review.second-readings", count=count, folder=workspace)
    if made.old is not None:
        tell("cli.review.carried", count=made.carried, path=made.old)
    if made.gone:
        tell("cli.review.gone", count=made.gone)
    if any(made.counts.values()):
        tell("cli.review.export.next", folder=workspace, path=out)
    return {
        **pick(made, "run", "findings"),
        **made.counts,
        **pick(made, "second_readings", "carried"),
        "no_longer_asked": made.gone,
        "old": made.old,
        "out": out,
    }


def import_decisions(
    workspace: Workspace,
    files: Annotated[list[Path], argument("workbook", "FILE")],
    by: Annotated[str | None, option("by", "NAME")] = None,
    passphrase_stdin: PassphraseStdin = False,
    today: Today = None,
) -> Answer:
    """Read decisions into the ledger."""
    from voterlist.casework.importing import Bringer
    from voterlist.casework.reviewing import import_review

    at = moment(today, workspace)
    with ExitStack() as plain:
        paths = opened_files(plain, workspace, files, from_stdin=passphrase_stdin)
        imported = import_review(
            workspace,
            paths,
            by,
            decided_at=at,
            bringer=Bringer(user_name()),
        )
    if len(files) > 1:
        _list_files(imported)
    counted = _count(imported)
    refused = {
        (problem.file, problem.sheet, problem.row)
        for problem in imported.problems
        if problem.row
    }
    tell("cli.review.imported", **counted, problems=len(refused))
    tell("cli.review.marked", **counted)
    early = sum(file.before_term for file in imported.files)
    if early:
        tell("cli.review.before-term", count=early)
    for file, path in zip(imported.files, files, strict=True):
        if not file.is_origin_known:
            tell("cli.review.origin-unknown", path=path)
        if file.says_nothing_new:
            tell("cli.review.nothing-new", path=path)
        elif not file.answers and not file.problems:
            tell("cli.review.nothing-said", path=path)
    _list_replaced(imported.replaced)
    list_disputes("contested", imported.contested)
    list_disputes("pending", imported.pending)
    problems = list_problems(imported.problems)
    if imported.recorded:
        tell("cli.review.import.next", folder=workspace)
    return {
        **counted,
        "files": [_file_as_json(file) for file in imported.files],
        "replacements": [pick(answer, *_REPLACED) for answer in imported.replaced],
        "contested": [_dispute(dispute) for dispute in imported.contested],
        "pending": [_dispute(dispute) for dispute in imported.pending],
        "problems": problems,
        "before_term": early,
        "origin_known": imported.is_origin_known,
        "exit_code": bool(imported.problems or imported.contested),
    }


def _count(imported: Imported) -> dict[str, int]:
    """How many answers were recorded, by what they are."""
    tables = [
        table for file in imported.files for table in (file.verdicts, file.amendments)
    ]
    return {
        "recorded": sum(table.num_rows for table in tables)
        + sum(len(file.told_above) for file in imported.files),
        "replaced": len(imported.replaced),
        "accepted": imported.count(Mark.ACCEPT),
        "asked_again": imported.count(Mark.ASK),
    }


def _file_as_json(file: ImportedFile) -> Answer:
    """What was read back from one file."""
    return {
        **pick(file, "file"),
        "sha256": file.digest,
        "recorded": file.recorded,
        "replaced": len(file.replaced),
        "refused": len(file.problems),
    }


def _dispute(dispute: Question) -> Answer:
    """What people answered in different ways, for programs."""
    answers = [pick(given, *_ANSWER) for given in dispute.answers]
    return {**pick(dispute, *_SUBJECT), "answers": answers}


def _todo(problem: Problem) -> str:
    """What to do about a problem."""
    return SAY(f"{problem.key}.todo", who=problem.who or "")


def _list_files(imported: Imported) -> None:
    """What was read out of each file."""
    rows = [
        (file.file, file.recorded, len(file.replaced), len(file.problems))
        for file in imported.files
    ]
    table(("file", "recorded", "replaced", "refused"), rows)


def _list_replaced(replaced: Iterable[Replaced]) -> None:
    """Each earlier answer that the same person replaced, old and new."""
    for each in replaced:
        tell(
            "cli.review.replaced",
            who=each.decided_by,
            what=_subject(each),
            before=_word(each.before),
            now=_word(each.now),
        )


def list_disputes(name: str, disputes: Sequence[Question]) -> None:
    """What people answered, side by side."""
    from voterlist.report.asked import tell_answers
    from voterlist.report.values import Words

    if not disputes:
        return
    words = Words(SAY.language)
    subjects = {
        dispute.case_id or (dispute.entry_id, dispute.rule) for dispute in disputes
    }
    tell(f"cli.review.{name}", count=len(subjects))
    people = max(len(dispute.answers) for dispute in disputes)
    rows = []
    for dispute in disputes:
        # What a field is corrected to is a cell of a list from now on.
        answers = [replace(each, value=None, document=None) for each in dispute.answers]
        told = [tell_answers(each, words) for each in answers]
        blank = [""] * (people - len(told))
        rows.append([_subject(dispute), dispute.entry_id, *told, *blank])
    answers_of = [SAY("cli.table.answer", number=place + 1) for place in range(people)]
    heads = [SAY("cli.table.asked"), SAY("field.entry_id"), *answers_of]
    TERMINAL.table(heads, rows)


def list_problems(problems: tuple[Problem, ...]) -> list[Answer]:
    """Every row and sheet that was refused, and what to do about it; told, and for programs."""
    if problems:
        names = ("file", "sheet", "row", "asked", "problem", "todo")
        # What was typed at a command stands in no file.
        first = 0 if any(problem.file for problem in problems) else names.index("asked")
        table(names[first:], [_cells(problem)[first:] for problem in problems])
    return [
        {**pick(problem, *_PROBLEM), "todo": _todo(problem)} for problem in problems
    ]


def _cells(problem: Problem) -> tuple[str, ...]:
    """File, sheet, row, what it is about, what is wrong, what to do."""
    wrong = SAY(f"{problem.key}.title", count=problem.count, who=problem.who or "")
    row = str(problem.row or "-")
    return problem.file, problem.sheet, row, _subject(problem), wrong, _todo(problem)


def _subject(about: Problem | Replaced | Question) -> str:
    """The case with its number, the rule of the finding, or the entry."""
    if about.case_number is not None:
        return SAY("cli.review.case", number=str(about.case_number))
    rule = title("rule", about.rule) if about.rule else None
    return about.case_id or rule or about.entry_id or "-"


def _word(answer: str) -> str:
    """A verdict or an action in words."""
    return SAY(f"verdict.{answer}" if answer in {*Verdict} else f"answer.{answer}")


# How right the decisions are


def sample(
    workspace: Workspace,
    size: Annotated[int, option("sample-size", "-n", min=1)] = _SIZE,
    out: Annotated[Path | None, option("sample-out", "FILE")] = None,
    language: _Language = None,
    today: Today = None,
) -> Answer:
    """Draw cases and pairs, and write them into a workbook."""
    from voterlist.casework.sampling import sample_review

    made = sample_review(workspace, size, out, language, today=day(today, workspace))
    counts = {name: made[name] for name in ("asked", "unasked")}
    tell("cli.sample.written", path=made["out"], **counts)
    tell("cli.sample.next", folder=workspace)
    return made


def feedback(
    workspace: Workspace,
    constituency: Annotated[
        int | None, option("feedback-constituency", "-c", "--constituency", "N", min=1)
    ] = None,
    out: Annotated[Path | None, option("feedback-out", "FOLDER")] = None,
    today: Today = None,
) -> Answer:
    """Write a page for each precinct."""
    from voterlist.casework.quality import make_feedback

    made = make_feedback(workspace, constituency, out, today=day(today, workspace))
    path = made.pop("folder")
    tell("cli.feedback.written", precincts=len(made["precincts"]), path=path)
    return made


def quality(workspace: Workspace) -> Answer:
    """Print the agreement of two people, and the quality certificate."""
    from voterlist.casework.quality import review_quality
    from voterlist.report.sections.certificate import certificate_lines, certificate_of
    from voterlist.report.values import Words

    found = review_quality(workspace)
    words = Words(SAY.language)
    rows = certificate_of(found["certificate"], None)
    lines = list(certificate_lines(rows, words))
    tell("quality.title")
    if lines:
        table(("measure", "told"), lines)
    if found["people"]:
        _agreements("kinds", found["kinds"], lambda kind: title("case-kind", kind))
        _agreements("people", found["people"], str)
    else:
        tell("cli.quality.none")
    waiting = found["second_readings"]
    if waiting["ready"]:
        tell("cli.quality.waiting", ready=waiting["ready"], held=waiting["held_back"])
        tell("cli.quality.next", folder=workspace)
    return {**found, "certificate": found["certificate"].to_pylist()}


def _agreements(
    name: str, found: Mapping[str, Agreement], say: Callable[[str], str]
) -> None:
    """How far two people agree, a line for each kind or person."""
    tell(f"cli.quality.{name}")
    first = "kind" if name == "kinds" else "person"
    heads = (first, "read-twice", "agreed", "kappa")
    rows = [
        (say(key), agreement.read, agreement.agreed, _kappa(agreement))
        for key, agreement in found.items()
    ]
    table(heads, rows)


def _kappa(agreement: Agreement) -> str:
    """The coefficient with its interval; a dash where it is undefined."""
    if agreement.kappa is None:
        return "-"
    ends = pick(agreement.kappa, "estimate", "low", "high")
    told = {name: SAY.number(value, 2) for name, value in ends.items()}
    return SAY("quality.known.kappa", **told)


_PORT = 8765


def serve(
    workspace: Workspace,
    host: Annotated[str, option("serve-host", "ADDRESS")] = "127.0.0.1",
    port: Annotated[int, option("serve-port", "N", min=0, max=65535)] = _PORT,
    tls_cert: Annotated[Path | None, option("tls-cert", "FILE")] = None,
    tls_key: Annotated[Path | None, option("tls-key", "FILE")] = None,
    insecure: Annotated[bool, option("insecure", "--insecure")] = False,
) -> None:
    """Open the desk, until it is stopped."""
    try:
        from voterlist.serve.application import open_server
        from voterlist.serve.guards import Address
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("voterlist"):
            raise
        raise usage_error("desk-not-installed") from None
    address = Address(
        host=host, port=port, certificate=tls_cert, key=tls_key, insecure=insecure
    )
    clock = functools.partial(now, workspace)
    with open_server(workspace, address, clock) as server:
        tell("cli.serve.open", address=server.url)
        if address.is_readable_on_the_way:
            warn("cli.serve.insecure")
        # Told at once: the command ends when the desk is closed.
        answer({"address": server.url})
        sys.stdout.flush()
        server.run()
    tell("cli.serve.closed", decisions=server.decisions)


_Name = Annotated[str, argument("user-name", "NAME")]
_PasswordStdin = Annotated[bool, option("password-stdin", "--password-stdin")]


def add(
    workspace: Workspace,
    name: _Name,
    role: Annotated[Role, option("user-role")],
    password_stdin: _PasswordStdin = False,
    today: Today = None,
) -> Answer:
    """Let somebody work at the desk."""
    from voterlist.serve.door import add_user

    password = _password(from_stdin=password_stdin)
    user = add_user(workspace, name, role, password, today=day(today, workspace))
    tell("cli.user.added", name=user.name, role=_role(user.role))
    return pick(user, "name", "role")


def list_all(workspace: Workspace) -> Answer:
    """Show who may work at the desk."""
    from voterlist.serve.door import list_users

    users = list_users(workspace)
    rows = [
        (user.name, _role(user.role), user.since, user.until or "") for user in users
    ]
    if rows:
        table(("name", "role", "since", "until"), rows, of="cli.user")
    else:
        tell("cli.user.nobody")
    return {"users": [pick(user, "name", "role", "since", "until") for user in users]}


def remove(workspace: Workspace, name: _Name, today: Today = None) -> Answer:
    """Let somebody work at the desk no more."""
    from voterlist.serve.door import remove_user

    user = remove_user(workspace, name, today=day(today, workspace))
    tell("cli.user.removed", name=user.name)
    return pick(user, "name")


def change_password(
    workspace: Workspace,
    name: _Name,
    password_stdin: _PasswordStdin = False,
    today: Today = None,
) -> Answer:
    """Give somebody another password."""
    from voterlist.serve import door

    password = _password(from_stdin=password_stdin)
    user = door.change_password(workspace, name, password, today=day(today, workspace))
    tell("cli.user.password-changed", name=user.name)
    return pick(user, "name")


def _role(code: str) -> str:
    return SAY(f"serve.role.{code}")


def _password(*, from_stdin: bool) -> str:
    """The password, typed twice at a terminal or given on standard input.

    Raises:
        UsageError: nobody can be asked, or the two answers differ.
    """
    if from_stdin:
        return first_line()
    if not is_terminal():
        raise usage_error("password-missing")
    first = getpass.getpass(SAY("cli.user.ask"))
    if getpass.getpass(SAY("cli.user.ask-again")) != first:
        raise usage_error("passwords-differ")
    return first
