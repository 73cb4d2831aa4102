"""The command line: flags to settings, the clock, exit codes, and what is printed.

Exit codes: 0 done; 1 done, and something needs a person; 2 wrong usage or settings; 3 an input
could not be read; 4 another run holds the workspace; 5 failed inside; 130 stopped by the user;
143 stopped by the system.
"""

from __future__ import annotations

import gc

from voterlist.cli.app import APP
from voterlist.cli.process import sort_quickly
from voterlist.cli.terminal import TERMINAL
from voterlist.processes import stopping
from voterlist.processes.discreet import be_discreet

__all__ = ["main"]

_OBJECTS_UNSEARCHED = 50_000
"""So many new ones are made before garbage is looked for among them."""


def main() -> None:
    """Run the command that the process was started with, and end the process with its exit code."""
    be_discreet()
    sort_quickly()
    # What a command loads and reads is no garbage; to look for some so often took a twentieth.
    gc.set_threshold(_OBJECTS_UNSEARCHED)
    TERMINAL.prepare()
    with stopping.heeded():
        APP(prog_name="voterlist")
