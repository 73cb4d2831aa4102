"""``journal``: what was done in a workspace, by whom and when; whether anybody altered it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from voterlist.catalogue import places as places_of
from voterlist.cli.options import Workspace, as_day, option
from voterlist.cli.terminal import TERMINAL, Answer, picked, tell, tell_left
from voterlist.cli.words import SAY, title

if TYPE_CHECKING:
    from voterlist.storage.ledger import Verdict
    from voterlist.upkeep.journals import DiaryLine

_ALTERED = 3
"""The exit code of a ledger that is not what it was."""
_MOST_TOLD = 20
"""With more problems than these, the rest is counted."""


def journal(
    workspace: Workspace,
    case: Annotated[str | None, option("journal-case", "N")] = None,
    person: Annotated[str | None, option("journal-person", "NAME")] = None,
    on_day: Annotated[str | None, option("journal-day", "--day", "DATE")] = None,
    verify: Annotated[bool, option("journal-verify", "--verify")] = False,
    head: Annotated[list[str] | None, option("journal-head", "HEAD")] = None,
) -> Answer:
    """Tell what was done, or whether anybody altered it."""
    from voterlist.upkeep.journals import JournalFilter, read_journal, verify_journal

    if verify or head:
        return _verify(verify_journal(workspace, head or ()))
    wanted = JournalFilter(case, person, as_day(on_day) if on_day else None)
    told = [(line, sentence_of(line)) for line in read_journal(workspace, wanted)]
    for line, sentence in told:
        number = f"{line.number:>6}"
        moment = line.day.isoformat() if line.day else "—".ljust(10)
        clock = f" {SAY('journal.clock', at=line.at)}" if line.at else ""
        TERMINAL.say(f"{number}  {moment}  {sentence}{clock}")
    if not told:
        tell("journal.nothing")
    return {
        "lines": [{**picked(line), "sentence": sentence} for line, sentence in told]
    }


def sentence_of(line: DiaryLine) -> str:
    """A line of the diary as a sentence."""
    places: dict[str, Any] = {**line.details}
    key = f"journal.line.{line.event}"
    for name in ("action", "mark"):
        if name in places:
            key = f"{key}.{places[name]}"
    if places.get("altered"):
        key = f"{key}.altered"
    if "rule" in places:
        places["rule"] = title("rule", str(places["rule"]))
    if "stage" in places:
        key = f"{key}.{_unit_of(places)}"
        places["stage"] = title("deadline", str(places["stage"]))
    if line.verdicts:
        places["verdicts"] = ", ".join(
            SAY(f"journal.verdict.{verdict}", count=count)
            for verdict, count in sorted(line.verdicts.items())
        )
    if not SAY.has(key):
        # A line of a later version, whose words this one has not.
        key, places = "journal.line.other", {"event": line.event}
    places = {"by": line.by or "—", "case": line.case or "", **places}
    # Lines of earlier versions hold fewer counts than those of today.
    text = SAY(key, **{name: places.get(name, 0) for name in places_of(SAY.text(key))})
    has_case = line.case is not None and line.event != "decided"
    return f"{text} {SAY('journal.of-case', case=line.case)}" if has_case else text


def _unit_of(details: dict[str, Any]) -> str:
    """Of what a person stated that a stage was finished."""
    units = (name for name in ("precinct", "constituency") if details.get(name))
    return next(units, "all")


def _verify(verdict: Verdict) -> Answer:
    """Tell what does not fit."""
    head = str(verdict.head) if verdict.head else None
    if not verdict.fits:
        tell("journal.altered", count=len(verdict.problems))
    elif verdict.head:
        tell("journal.fits", count=verdict.head.number, head=head)
    else:
        tell("journal.no-chain")
    for problem in verdict.problems[:_MOST_TOLD]:
        # Numbers of lines and rows are names, and not grouped.
        places = {
            name: "—" if value is None else str(value)
            for name, value in picked(problem).items()
        }
        tell(f"journal.problem.{problem.kind}", 2, **places)
    tell_left("journal.more", 2, verdict.problems, _MOST_TOLD)
    if not verdict.fits:
        tell("journal.todo")
    return {
        "fits": verdict.fits,
        "head": head,
        "problems": verdict.problems,
        "exit_code": 0 if verdict.fits else _ALTERED,
    }
