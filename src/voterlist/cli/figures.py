"""``figures``: the press sheet and the open tables, for the public."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from voterlist.cli.options import (
    PassphraseStdin,
    Today,
    Workspace,
    option,
    passphrase_of,
    when,
)
from voterlist.cli.steps import Steps
from voterlist.cli.terminal import SAY, Answer, picked, tell, warn


def figures(
    workspace: Workspace,
    out: Annotated[Path | None, option("figures-out", "FOLDER")] = None,
    passphrase_stdin: PassphraseStdin = False,
    today: Today = None,
) -> Answer:
    """Write the press sheet and the open tables of the lists of today."""
    from voterlist.centre.figures import SECRET, make_figures
    from voterlist.centre.press import numbered
    from voterlist.handover.commissions import KEYS

    passphrase = None
    if (workspace / KEYS).exists():
        passphrase = passphrase_of(workspace, from_stdin=passphrase_stdin)
    with Steps() as steps:
        made = make_figures(
            workspace, passphrase, out=out, progress=steps, **when(today, workspace)
        )
    tell("cli.figures.voters", voters=made.voters)
    told = {name: places for name, places in made.lacking.items() if places}
    if told:
        warn("cli.figures.provisional")
    for name, places in told.items():
        warn(f"figures.{name}", places=numbered(places, SAY))
    if made.withheld:
        tell("cli.figures.withheld", voters=made.withheld)
    if not made.counts_first:
        tell("cli.figures.no-first")
    tell("cli.figures.written", count=len(made.release.files), path=made.folder)
    if made.signed_by:
        tell("cli.figures.signed", fingerprint=made.signed_by)
    else:
        tell("cli.figures.unsigned")
    if made.later:
        warn("cli.figures.later", day=made.later)
    if made.rounded_otherwise:
        warn("cli.figures.rounded-otherwise", secret=workspace / SECRET)
    return {
        **picked(made, "folder", "voters", "withheld", "counts_first", "signed_by"),
        **picked(made, "later", "rounded_otherwise"),
        **made.lacking,
        "files": [file.model_dump() for file in made.release.files],
    }
