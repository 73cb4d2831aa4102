"""Voter's cards and invitations that the post brought back, as questions about their entries.

Nobody is struck by a letter that came back: somebody asks at the door, and decides on evidence.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from voterlist.casework.printed import Printed
from voterlist.catalogue import catalogue
from voterlist.decisions.given import name_as_kept
from voterlist.errors import usage_error
from voterlist.model import Action, CameBack
from voterlist.pipeline.known import answers_of_today, keep_subjects
from voterlist.pipeline.list_input import ListSource
from voterlist.schemas import AMENDMENT
from voterlist.storage.workspace import open_to_change
from voterlist.tables import from_rows


def take_back(
    workspace: Path, paths: Sequence[Path], *, by: str, now: dt.datetime
) -> dict[str, int]:
    """Ask about each voter whose card or invitation came back; all of them, or none.

    Args:
        workspace: its folder; held meanwhile.
        paths: tables of the numbers on the printed lists, each with a reason.
        by: who read them.
        now: the moment, with its time zone.

    Returns:
        How many voters somebody is ``asked`` about from now on, and about how many the same was
        asked or ``answered`` before; nothing is asked anew.

    Raises:
        UsageError: nobody read them; it is no workspace or has no complete run; a line cannot be
            read, gives no reason that is known, or names nobody.
        InputError: there is no such file.
    """
    name = name_as_kept(by)
    if name is None:
        raise usage_error("door-by-nobody")
    with open_to_change(workspace, since=now.isoformat(" ", "minutes")) as (
        settings,
        ledger,
    ):
        source = ListSource.of(workspace, ledger, settings)
        words = catalogue(settings.report.languages[0])
        printed = Printed(source)
        given = answers_of_today(ledger, source.runs).amendments.to_pylist()
        # What put somebody on a list asked nothing of them.
        answered = {
            (row["entry_id"], row["field"])
            for row in given
            if row["action"] not in {Action.ADD, Action.MOVE}
        }
        asked: dict[str, dict[str, str | None]] = {}
        before = set()
        for line in printed.lines(paths, "number", "reason"):
            row, reason = printed.row(line), line.said["reason"].casefold()
            if reason not in {*CameBack}:
                raise line.refused("undelivered-no-reason")
            if row is None:
                raise line.refused("mobile-nobody")
            entry_id = row["entry_id"]
            field = None if reason == CameBack.DIED else "address"
            if (entry_id, field) in answered:
                before.add(entry_id)
                continue
            why = words(f"undelivered.reason.{reason}")
            asked[entry_id] = {
                "entry_id": entry_id,
                "action": Action.ASK.value,
                "field": field,
                "ground": "to-be-checked",
                "reason": words("undelivered.asked", reason=why),
                "decided_by": name,
                "decided_at": now.isoformat(timespec="seconds"),
            }
        if asked:
            ledger.amend(from_rows(list(asked.values()), AMENDMENT))
            keep_subjects(ledger, lambda: source.runs)
    return {"asked": len(asked), "answered": len(before)}
