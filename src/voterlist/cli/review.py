"""``review``: cases out to a workbook, decisions back in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from voterlist import usecases
from voterlist.cli.options import Today, Workspace, day, now, takes
from voterlist.cli.passphrases import PassphraseStdin, SealTo, opened_files
from voterlist.cli.terminal import TERMINAL, shown
from voterlist.cli.words import SAY, title
from voterlist.errors import UsageError
from voterlist.model import Mark, Problem, Verdict
from voterlist.storage.lock import user_name

_ANSWER_NAMES = ("answer", "field", "ground", "reason", "decided_by", "decided_at")
"""What is told of an answer; what a field is corrected to stands in the workbook alone."""
_PROBLEM_NAMES = (
    "file",
    "sheet",
    "row",
    "code",
    "case_id",
    "case_number",
    "entry_id",
    "rule",
)


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """The arguments and options of ``review export``."""

    workspace: Workspace
    form: Annotated[
        Literal["workbook", "page"], typer.Option(help=SAY("cli.option.review-form"))
    ] = "workbook"
    constituency: Annotated[
        int | None,
        typer.Option(
            "--constituency",
            "-c",
            metavar="NUMBER",
            help=SAY("cli.option.review-constituency"),
        ),
    ] = None
    name: Annotated[
        str | None,
        typer.Option("--for", metavar="NAME", help=SAY("cli.option.review-for")),
    ] = None
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help=SAY("cli.option.review-out")),
    ] = None
    encrypt_to: SealTo = None
    language: Annotated[
        Literal["az", "en"] | None, typer.Option(help=SAY("cli.option.language"))
    ] = None
    today: Today = None


@takes(ExportOptions)
def export(options: ExportOptions) -> None:
    """Write what waits for a decision into a workbook, or a page."""
    write = _export_page if options.form == "page" else _export_workbook
    if options.encrypt_to is None:
        write(options)
        return
    if options.out is None:
        raise UsageError("nowhere", code="seal-without-out")
    name = usecases.sealed_name(options.out)
    with usecases.sealed(options.workspace, name, options.encrypt_to) as plain:
        write(replace(options, out=plain), name)


def _export_page(options: ExportOptions, sealed: Path | None = None) -> None:
    """Write the cases into a page, and say what it holds; ``sealed``: where it is carried to."""
    workspace = options.workspace
    request = usecases.PageRequest(
        today=day(options.today, workspace),
        out=options.out,
        language=options.language,
        constituency=options.constituency,
        name=options.name or "",
    )
    made = usecases.export_page(workspace, request)
    out = sealed or made.path
    path = shown(out)
    told = SAY("cli.review.page", cases=made.cases, open=made.open, path=path)
    TERMINAL.say(told)
    TERMINAL.say(SAY("cli.review.page.next", folder=shown(workspace)))
    if TERMINAL.json:
        counted = {"run": made.run, "cases": made.cases, "open_cases": made.open}
        TERMINAL.result({**counted, "out": out, "exit_code": 0})


def _export_workbook(options: ExportOptions, sealed: Path | None = None) -> None:
    """Write cases and findings into a workbook, and say what it holds; ``sealed`` as above."""
    workspace = options.workspace
    made = usecases.export_review(
        workspace,
        options.out,
        options.language,
        today=day(options.today, workspace),
        reader=options.name,
        constituency=options.constituency,
    )
    out = sealed or made.path
    path = shown(out)
    TERMINAL.say(
        SAY(
            "cli.review.exported",
            cases=made.cases,
            findings=made.findings,
            path=path,
        )
    )
    for name in ("contested", "second_look", "came_back"):
        if made.counts[name]:
            TERMINAL.say(SAY(f"cli.review.exported.{name}", count=made.counts[name]))
    if made.second_readings and options.name is None:
        count, folder = made.second_readings, shown(workspace)
        TERMINAL.say(SAY("cli.review.second-readings", count=count, folder=folder))
    if made.old is not None:
        TERMINAL.say(
            SAY("cli.review.carried", count=made.carried, path=shown(made.old))
        )
    if made.gone:
        TERMINAL.say(SAY("cli.review.gone", count=made.gone))
    if any(made.counts.values()):
        TERMINAL.say(SAY("cli.review.export.next", folder=shown(workspace), path=path))
    if TERMINAL.json:
        counted = {"run": made.run, "findings": made.findings, **made.counts}
        counted["second_readings"] = made.second_readings
        kept = {"carried": made.carried, "no_longer_asked": made.gone, "old": made.old}
        TERMINAL.result({**counted, **kept, "out": out, "exit_code": 0})


def import_decisions(
    workspace: Workspace,
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE", help=SAY("cli.argument.workbook"))
    ],
    by: Annotated[
        str | None, typer.Option(metavar="NAME", help=SAY("cli.option.by"))
    ] = None,
    passphrase_stdin: PassphraseStdin = False,
) -> None:
    """Read decisions into the ledger."""
    with ExitStack() as plain:
        paths = opened_files(plain, workspace, files, from_stdin=passphrase_stdin)
        imported = usecases.import_review(
            workspace,
            paths,
            by,
            decided_at=now(workspace),
            bringer=usecases.Bringer(user_name()),
        )
    if len(files) > 1:
        _list_files(imported)
    counted = _counted(imported)
    refused = {
        (problem.file, problem.sheet, problem.row)
        for problem in imported.problems
        if problem.row
    }
    TERMINAL.say(SAY("cli.review.imported", **counted, problems=len(refused)))
    TERMINAL.say(SAY("cli.review.marked", **counted))
    for one, path in zip(imported.files, files, strict=True):
        if not one.is_origin_known:
            TERMINAL.say(SAY("cli.review.origin-unknown", path=shown(path)))
        if one.says_nothing_new:
            TERMINAL.say(SAY("cli.review.nothing-new", path=shown(path)))
    _list_replaced(imported.replaced)
    _list_disputes("contested", imported.contested)
    _list_disputes("pending", imported.pending)
    _list_problems(imported.problems)
    if imported.recorded:
        TERMINAL.say(SAY("cli.review.import.next", folder=shown(workspace)))
    code = int(bool(imported.problems or imported.contested))
    if TERMINAL.json:
        TERMINAL.result({**_as_json(imported), "exit_code": code})
    raise typer.Exit(code)


def _counted(imported: usecases.Imported) -> dict[str, int]:
    """How many answers were recorded, by what they are."""
    tables = [
        table for one in imported.files for table in (one.verdicts, one.amendments)
    ]
    return {
        "recorded": sum(table.num_rows for table in tables),
        "replaced": len(imported.replaced),
        "accepted": imported.count(Mark.ACCEPT),
        "asked_again": imported.count(Mark.ASK),
    }


def _as_json(imported: usecases.Imported) -> dict[str, Any]:
    """The result as plain values; scripts are written against these names."""
    return {
        **_counted(imported),
        "files": [
            {
                "file": one.file,
                "sha256": one.digest,
                "recorded": one.recorded,
                "replaced": len(one.replaced),
                "refused": len(one.problems),
            }
            for one in imported.files
        ],
        "replacements": [_replacement(one) for one in imported.replaced],
        "contested": [_dispute(one) for one in imported.contested],
        "pending": [_dispute(one) for one in imported.pending],
        "problems": [_problem(one) for one in imported.problems],
        "origin_known": imported.is_origin_known,
    }


def _replacement(one: usecases.Replacement) -> dict[str, Any]:
    """A replaced answer as plain values."""
    names = ("file", "case_id", "case_number", "entry_id", "rule", "decided_by")
    told = {name: getattr(one, name) for name in names}
    return {**told, "before": one.before, "now": one.now}


def _dispute(one: usecases.Disputed) -> dict[str, Any]:
    """What people answered in different ways, as plain values."""
    names = ("case_id", "case_number", "entry_id", "rule")
    answers = [
        {name: getattr(answer, name) for name in _ANSWER_NAMES}
        for answer in one.answers
    ]
    return {**{name: getattr(one, name) for name in names}, "answers": answers}


def _problem(problem: Problem) -> dict[str, Any]:
    """A problem as plain values, with what to do."""
    told = {name: getattr(problem, name) for name in _PROBLEM_NAMES}
    return {**told, "todo": _todo(problem)}


def _todo(problem: Problem) -> str:
    """What to do about a problem."""
    return SAY(f"{problem.key}.todo", who=problem.who or "")


def _list_files(imported: usecases.Imported) -> None:
    """What was read out of each file."""
    names = ("file", "recorded", "replaced", "refused")
    rows = [
        (one.file, one.recorded, len(one.replaced), len(one.problems))
        for one in imported.files
    ]
    TERMINAL.table([SAY(f"cli.table.{name}") for name in names], rows)


def _list_replaced(replaced: Iterable[usecases.Replacement]) -> None:
    """Each earlier answer that the same person replaced, old and new."""
    for one in replaced:
        TERMINAL.say(
            SAY(
                "cli.review.replaced",
                who=one.decided_by,
                what=_subject(one.case_number, one.case_id, one.rule, one.entry_id),
                before=_word(one.before),
                now=_word(one.now),
            )
        )


def _list_disputes(name: str, disputes: Sequence[usecases.Disputed]) -> None:
    """What people answered, side by side."""
    if not disputes:
        return
    words = usecases.Words(SAY.language)
    subjects = {one.case_id or (one.entry_id, one.rule) for one in disputes}
    TERMINAL.say(SAY(f"cli.review.{name}", count=len(subjects)))
    people = max(len(one.answers) for one in disputes)
    rows = []
    for one in disputes:
        # What a field is corrected to is a cell of a list from now on.
        answers = [replace(each, value=None, document=None) for each in one.answers]
        told = [usecases.said(each, words) for each in answers]
        what = _subject(one.case_number, one.case_id, one.rule, one.entry_id)
        rows.append([what, one.entry_id, *told, *[""] * (people - len(told))])
    answers_of = [SAY("cli.table.answer", number=place + 1) for place in range(people)]
    heads = [SAY("cli.table.asked"), SAY("field.entry_id"), *answers_of]
    TERMINAL.table(heads, rows)


def _list_problems(problems: tuple[Problem, ...]) -> None:
    """Every row and sheet that was refused, and what to do about it."""
    if not problems:
        return
    names = ("file", "sheet", "row", "asked", "problem", "todo")
    rows = [_cells(problem) for problem in problems]
    TERMINAL.table([SAY(f"cli.table.{name}") for name in names], rows)


def _cells(problem: Problem) -> tuple[str, ...]:
    """File, sheet, row, what it is about, what is wrong, what to do."""
    wrong = SAY(f"{problem.key}.title", count=problem.count, who=problem.who or "")
    row = str(problem.row or "-")
    what = _subject(
        problem.case_number, problem.case_id, problem.rule, problem.entry_id
    )
    return problem.file, problem.sheet, row, what, wrong, _todo(problem)


def _subject(
    number: int | None, case: str | None, rule: str | None, entry: str | None
) -> str:
    """The case with its number, the rule of the finding, or the entry."""
    if number is not None:
        return SAY("cli.review.case", number=str(number))
    return case or (title("rule", rule) if rule else None) or entry or "-"


def _word(answer: str) -> str:
    """A verdict or an action in words."""
    return SAY(f"verdict.{answer}" if answer in {*Verdict} else f"answer.{answer}")
