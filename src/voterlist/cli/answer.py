"""``answer``: the cases that the commission above returned, and what is answered to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import typer

from voterlist import usecases
from voterlist.cli.options import Today, Workspace, day, now, takes
from voterlist.cli.terminal import TERMINAL, shown
from voterlist.cli.words import SAY, title
from voterlist.errors import UsageError


@dataclass(frozen=True, slots=True)
class _Options:
    """The arguments and options of the command."""

    workspace: Workspace
    case: Annotated[
        int | None,
        typer.Option("--case", metavar="N", help=SAY("cli.option.answer-case")),
    ] = None
    stays: Annotated[
        bool | None,
        typer.Option("--stays/--elsewhere", help=SAY("cli.option.answer-stays")),
    ] = None
    by: Annotated[
        str, typer.Option("--by", metavar="NAME", help=SAY("cli.option.answer-by"))
    ] = ""
    reason: Annotated[
        str,
        typer.Option("--reason", metavar="TEXT", help=SAY("cli.option.answer-reason")),
    ] = ""
    document: Annotated[
        str,
        typer.Option(
            "--document", metavar="TEXT", help=SAY("cli.option.answer-document")
        ),
    ] = ""
    today: Today = None


@takes(_Options)
def answer(options: _Options) -> None:
    """List the returned cases, or answer one."""
    if options.case is not None:
        if options.stays is None or not options.by.strip():
            raise UsageError("no answer", code="answer-incomplete")
        given = usecases.CaseAnswer(
            number=options.case,
            stays=options.stays,
            by=options.by.strip(),
            reason=options.reason,
            document=options.document,
        )
        usecases.answer_case(
            options.workspace,
            given,
            today=day(options.today),
            since=now().isoformat(" ", "minutes"),
        )
        TERMINAL.say(
            SAY(
                "cli.answer.recorded",
                number=options.case,
                path=shown(options.workspace),
            )
        )
    cases = usecases.cases_returned(options.workspace)
    if options.case is None:
        _list(cases)
    left = sum(given is None for _, given in cases)
    TERMINAL.say(SAY("cli.answer.left", count=left))
    if TERMINAL.json:
        TERMINAL.result({"cases": [_as_json(*one) for one in cases], "exit_code": 0})


def _list(cases: Any) -> None:
    """Each case with its entries, the others masked, and the answer."""
    for case, given in cases:
        state = "open" if given is None else given.answer
        TERMINAL.say(
            SAY(
                "cli.answer.case",
                number=case.number,
                kind=title("case-kind", case.kind),
                state=SAY(f"cli.answer.state.{state}"),
            )
        )
        for one in case.own:
            TERMINAL.say(SAY("cli.answer.own", entry=one.entry_id))
        for one in case.others:
            places = {
                "constituency": one.constituency or 0,
                "precinct": one.precinct or 0,
            }
            mark = one.fin or one.document or "-"
            TERMINAL.say(f"    {SAY('returned.other', **places, mark=mark)}")


def _as_json(case: Any, given: Any) -> dict[str, Any]:
    """A case as plain values; scripts are written against these names."""
    return {
        **case.model_dump(mode="json"),
        "answer": None if given is None else given.answer,
        "by": None if given is None else given.by,
    }
