"""An installation and its workspaces kept sound.

``doctor``, ``schedule``, ``ledger``, ``journal``, ``verify``, ``forget``.
"""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from voterlist.catalogue import places as places_of
from voterlist.cli.options import (
    PassphraseStdin,
    SealTo,
    Today,
    Workspace,
    argument,
    as_day,
    day,
    now,
    opened_files,
    option,
    settings_of,
    since,
    when,
)
from voterlist.cli.steps import Steps
from voterlist.cli.terminal import (
    SAY,
    TERMINAL,
    Answer,
    pick,
    table,
    tell,
    tell_left,
    title,
    warn,
)
from voterlist.errors import usage_error

if TYPE_CHECKING:
    from voterlist.storage.ledger import Verdict
    from voterlist.storage.ledger.copies import Replaced
    from voterlist.upkeep.forgetting import Forgotten
    from voterlist.upkeep.installation import Noticed
    from voterlist.upkeep.journals import DiaryLine
    from voterlist.upkeep.scheduling import Schedule

_COLOURS = {"good": "green", "doubtful": "yellow", "bad": "bold red"}


def doctor(
    workspace: Annotated[Path | None, argument("workspace-or-none", "DIR")] = None,
) -> Answer:
    """Look at the installation, the machine and a workspace."""
    from voterlist.upkeep.installation import examine_installation

    noticed = examine_installation()
    if not _asks(noticed):
        # What is installed is whole, so the rest can be loaded.
        from voterlist.upkeep.doctor import examine

        noticed += examine(workspace, Path.cwd(), now())
    _tell_noticed(noticed)
    return {"noticed": noticed, "exit_code": _asks(noticed)}


def _asks(noticed: Sequence[Noticed]) -> bool:
    """True where something needs a person."""
    return any(each.health == "bad" for each in noticed)


def _tell_noticed(noticed: Sequence[Noticed]) -> None:
    """A line each, then what to do about what is not good."""
    rows = [
        (
            SAY(f"doctor.{each.code}.title"),
            SAY(f"doctor.health.{each.health}"),
            SAY(f"doctor.{each.code}.{each.health}", **each.places),
        )
        for each in noticed
    ]
    colours = [_COLOURS[each.health] for each in noticed]
    table(("looked-at", "health", "noticed"), rows, colours=colours)
    for each in noticed:
        if each.health != "good":
            todo = SAY(f"doctor.{each.code}.todo", **each.places)
            TERMINAL.say(f"  {SAY(f'doctor.{each.code}.title')}: {todo}")


def schedule(
    workspace: Workspace,
    systemd: Annotated[bool, option("systemd", "--systemd")] = False,
    cron: Annotated[bool, option("cron", "--cron")] = False,
    at: Annotated[str, option("at", "HH:MM")] = "02:00",
    jobs: Annotated[int | None, option("schedule-jobs", min=1)] = None,
) -> Answer:
    """Print units for systemd or a line for cron."""
    from voterlist.upkeep.scheduling import Night, for_cron, for_systemd, time_of

    if systemd == cron:
        raise usage_error("no-scheduler")
    night = Night(
        workspace=workspace.resolve(),
        program=(sys.executable, "-m", "voterlist"),
        user=getpass.getuser(),
        at=time_of(at),
        zone=settings_of(workspace).calendar.time_zone,
        jobs=jobs or os.cpu_count() or 1,
        language=SAY.language,
    )
    make = for_systemd if systemd else for_cron
    made = make(night, SAY)
    _tell_schedule(made)
    return {
        "scheduler": "systemd" if systemd else "cron",
        "name": night.name,
        "files": made.files,
        "steps": made.steps,
    }


def _tell_schedule(made: Schedule) -> None:
    """The files, each under its name, as they are to be installed."""
    from voterlist.upkeep.scheduling import CRONTAB

    for file in made.files:
        name = "crontab" if file.path == CRONTAB else "file"
        TERMINAL.say(f"# {SAY(f'cli.schedule.{name}', path=file.path)}")
        TERMINAL.say(file.content)
    TERMINAL.say(f"# {SAY('cli.schedule.steps')}")
    for step in made.steps:
        TERMINAL.say(f"#   {step}")


def copy(
    workspace: Workspace,
    out: Annotated[str, argument("ledger-copy-out", "FILE")],
    encrypt_to: SealTo = None,
) -> Answer:
    """Copy the ledger whole."""
    from voterlist.handover.commissions import sealed_name, write_sealed
    from voterlist.upkeep.journals import copy_ledger

    if encrypt_to is None:
        copied, rows = copy_ledger(workspace, out)
    else:
        name = sealed_name(Path(out))
        with write_sealed(workspace, name, encrypt_to) as plain:
            _, rows = copy_ledger(workspace, str(plain))
        out = copied = str(name)
    # A database on a server has a name of its own.
    tell("cli.ledger.copied", path=Path(copied) if copied == out else copied, **rows)
    return {"out": copied, **rows}


def restore(
    workspace: Workspace,
    source: Annotated[Path, argument("ledger-copy", "FILE")],
    older: Annotated[bool, option("older", "--older")] = False,
    passphrase_stdin: PassphraseStdin = False,
    today: Today = None,
) -> Answer:
    """Put a copy back."""
    from voterlist.storage.ledger import copies, place_in

    with ExitStack() as plain:
        (copy_of,) = opened_files(
            plain, workspace, [source], from_stdin=passphrase_stdin
        )
        place = place_in(workspace, settings_of(workspace))
        days = when(today, workspace)
        replaced = copies.restore(place, copy_of, older=older, **days)
    return _tell_replaced("cli.ledger.restored", replaced)


def renew(
    workspace: Workspace,
    by: Annotated[str, option("renewed-by", "NAME")],
    reason: Annotated[str, option("renew-reason", "TEXT")],
    today: Today = None,
) -> Answer:
    """Go on without what is lost."""
    from voterlist.storage.ledger import copies, place_in

    place = place_in(workspace, settings_of(workspace))
    replaced = copies.renew(place, by=by, reason=reason, **when(today, workspace))
    return _tell_replaced("cli.ledger.renewed", replaced)


def _tell_replaced(key: str, replaced: Replaced) -> Answer:
    """What the ledger holds now, what is missing, and where the one before lies."""
    tell(key, **replaced.rows)
    if replaced.known:
        tell("cli.ledger.known", **replaced.known)
    if replaced.kept is not None:
        tell("cli.ledger.kept", path=replaced.kept)
    return {**replaced.rows, "known": replaced.known or None, "kept": replaced.kept}


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
        return _tell_verdict(verify_journal(workspace, head or ()))
    wanted = JournalFilter(case, person, as_day(on_day) if on_day else None)
    told = [(line, sentence_of(line)) for line in read_journal(workspace, wanted)]
    for line, sentence in told:
        number = f"{line.number or '—':>6}"
        moment = SAY.shown(line.day) if line.day else "—".ljust(10)
        clock = f" {SAY('journal.clock', at=line.at)}" if line.at else ""
        TERMINAL.say(f"{number}  {moment}  {sentence}{clock}")
    if not told:
        tell("journal.nothing")
    return {"lines": [{**pick(line), "sentence": sentence} for line, sentence in told]}


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


def _tell_verdict(verdict: Verdict) -> Answer:
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
            for name, value in pick(problem).items()
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


_MEGABYTE = 2**20


def forget(
    workspace: Workspace,
    by: Annotated[str, option("forget-by", "NAME")] = "",
    handed_in: Annotated[bool, option("forget-handed-in", "--handed-in")] = False,
    plan: Annotated[bool, option("forget-plan", "--plan")] = False,
    yes: Annotated[bool, option("forget-yes", "--yes")] = False,
    today: Today = None,
) -> Answer:
    """Delete what holds cells of the lists, or say what would be deleted."""
    from voterlist.upkeep import forgetting

    with Steps() as steps:
        found = forgetting.forget(
            workspace,
            by=by.strip(),
            handed_in=handed_in,
            is_sure=yes and not plan,
            today=day(today, workspace),
            since=since(),
            progress=steps,
        )
    _tell_forgotten(found, workspace)
    return {
        "kinds": found.kinds,
        "objections": [
            {
                **pick(why, "code", "count"),
                "what": SAY(f"{why.code}.what", count=why.count),
                "todo": SAY(f"{why.code}.todo"),
            }
            for why in found.objections
        ],
        "links": found.links,
        "done": found.is_done,
        "went_on": found.goes_on,
        "exit_code": bool(found.objections),
    }


def _tell_forgotten(found: Forgotten, workspace: Path) -> None:
    """What there is by kind, then why it stays, what was done or what to type."""
    if found.goes_on:
        tell("forget.goes-on")
    if not found.kinds:
        tell("forget.nothing")
    for held in found.kinds:
        tell(
            "forget.line",
            2,
            what=SAY(f"forget.kind.{held.kind}"),
            files=held.files,
            megabytes=SAY.number(held.bytes / _MEGABYTE, 1),
        )
    for name in found.links:
        warn("forget.link", name=name)
    if found.objections:
        tell("forget.refused")
    for why in found.objections:
        tell(f"{why.code}.what", 2, count=why.count)
        tell(f"{why.code}.todo", 4)
    if found.is_done:
        tell("forget.done")
    elif found.kinds and not found.objections:
        tell("forget.next", folder=workspace)


_DIFFERS = 3
"""The exit code of a run that is not what its inputs make, and of a program that was changed."""
_NAMED = 20
"""So many files of a kind are named on a terminal; JSON has all of them."""


def verify(
    target: Annotated[Path | None, argument("verify", "DIR")] = None,
    workspace: Annotated[Path | None, option("verify-of", "DIR")] = None,
    run: Annotated[str | None, option("verify-run", "RUN")] = None,
    jobs: Annotated[int, option("verify-jobs", min=1)] = 1,
    program: Annotated[bool, option("verify-program", "--program")] = False,
    key: Annotated[Path | None, option("verify-key", "FILE")] = None,
    delivered: Annotated[Path | None, option("verify-delivered", "DIR")] = None,
) -> Answer:
    """Make a finished run again, or hold the program against what was delivered."""
    if program:
        return _verify_program(target, workspace, key, delivered)
    if target is None:
        raise usage_error("verify-what")
    return _verify_run(target, workspace, run, jobs)


def _verify_run(
    target: Path, workspace: Path | None, run: str | None, jobs: int
) -> Answer:
    """Make a run again, or that of a package."""
    from voterlist.upkeep.verifying import verify_package, verify_run

    with Steps() as steps:
        told: dict[str, Any] = {
            "since": since(),
            "jobs": jobs,
            "progress": lambda stage, step, done, total: steps(
                stage, done, total, step
            ),
        }
        if workspace is None:
            verified = verify_run(target, run, **told)
        else:
            verified = verify_package(target, workspace, **told)
    if verified.program is not None:
        tell("cli.verify.other-program", program=verified.program)
    places = pick(verified, "run", "compared")
    if verified.fits:
        tell("cli.verify.fits", **places)
    else:
        count, first = len(verified.differences), verified.differences[0]
        tell("cli.verify.differs", count=count, first=first, **places)
    return {
        **pick(verified, "run", "fits", "compared", "differences"),
        "other_program": verified.program,
        "exit_code": 0 if verified.fits else _DIFFERS,
    }


def _verify_program(
    target: Path | None,
    workspace: Path | None,
    key: Path | None,
    delivered: Path | None,
) -> Answer:
    """Hold an installation against what was delivered."""
    from voterlist.handover.delivered import verify_program

    with Steps() as steps:
        verified = verify_program(
            target, delivered=delivered, key=key, workspace=workspace, progress=steps
        )
    tell(
        f"cli.verify.program.{verified.voucher}",
        owner=verified.owner,
        fingerprint=verified.fingerprint or "",
    )
    kinds = pick(verified, "altered", "missing", "additional")
    for kind, names in kinds.items():
        for name in names[:_NAMED]:
            tell(f"cli.verify.program.{kind}", file=name)
        if len(names) > _NAMED:
            tell(f"cli.verify.program.more-{kind}", count=len(names) - _NAMED)
    places = {"path": verified.folder, "compared": verified.compared}
    if verified.fits:
        tell("cli.verify.program.fits", **places)
    else:
        counts = {kind: len(names) for kind, names in kinds.items()}
        tell("cli.verify.program.differs", **places, **counts)
        tell("cli.verify.program.todo")
    return {
        "program": verified.folder,
        **pick(verified, "fits", "compared"),
        **kinds,
        **pick(verified, "voucher", "owner", "fingerprint"),
        "exit_code": 0 if verified.fits else _DIFFERS,
    }
