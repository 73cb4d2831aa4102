"""Packages whose process ended while it took them in: they are taken in whole, or not at all."""

from __future__ import annotations

from pathlib import Path

from voterlist.handovers import Event
from voterlist.storage import moves
from voterlist.storage.ledger import Place, reading


def settle_moves(workspace: Path, place: Place) -> None:
    """Move back the folders of a package that the ledger does not hold.

    Without that its lists would stand in the inbox, and its decisions nowhere. The caller holds the
    workspace.

    Raises:
        InputError: the ledger cannot be read.
        OSError: a folder cannot be moved back.
    """
    plan = moves.read_plan(workspace)
    if plan is None:
        return
    with reading(place) as ledger:
        is_kept = any(
            event == Event.RECEIVED and details.get("package") == plan.change
            for _, event, details in ledger.journal()
        )
    moves.settle(workspace, plan, is_kept=is_kept)
