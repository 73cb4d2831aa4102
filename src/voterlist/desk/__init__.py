"""The analysts' desk: every case with all that a person needs to decide it, and what comes back.

Nothing here is a page or a file: ``render.desk`` writes the page, ``usecases`` reads files. The
same data, sentence and script serve the page in one file and the desk in a browser.
"""

from __future__ import annotations

from voterlist.desk.data import answers_in, contested_in, desk_of
from voterlist.desk.decisions import (
    FILE_PROBLEMS,
    REASONS,
    Decision,
    DecisionFile,
    DecisionFileError,
    read_decisions,
    write_decisions,
)
from voterlist.desk.model import (
    Desk,
    DeskAnswer,
    DeskCase,
    Proposal,
    State,
    proposed_verdicts,
    usual_reason,
)
from voterlist.desk.pack import packed
from voterlist.desk.seen import seen_digests

__all__ = [
    "FILE_PROBLEMS",
    "REASONS",
    "Decision",
    "DecisionFile",
    "DecisionFileError",
    "Desk",
    "DeskAnswer",
    "DeskCase",
    "Proposal",
    "State",
    "answers_in",
    "contested_in",
    "desk_of",
    "packed",
    "proposed_verdicts",
    "read_decisions",
    "seen_digests",
    "usual_reason",
    "write_decisions",
]
