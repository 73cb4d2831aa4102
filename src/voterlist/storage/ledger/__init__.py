"""What must survive from run to run: submissions, decisions, journal.

It is a file of SQLite, or a database of PostgreSQL where ``[ledger] url`` names one: ``place_in``
tells where the ledger of a workspace is, and the functions here take that place, or a file.
``Ledger`` opens it for writing, ``reading`` reads it without writing anything. Both refuse a ledger
that is damaged (``seals``), and one that holds less than the workspace knows of (``mark``).
Every change has a line in a chain of hashes (``chain``); ``verify`` says what was edited by hand.
``copies`` copies a ledger whole, puts a copy back, and goes on without one that is lost.

No clock: every function that writes is given the day. Decisions are only ever added; the newest for
an entry of a case holds, and the older ones remain to be seen.
"""

from __future__ import annotations

from voterlist.storage.ledger.base import (
    FILE_NAME,
    ApplicationEvent,
    CaseNumber,
    Submission,
    User,
)
from voterlist.storage.ledger.chain import Head, Line
from voterlist.storage.ledger.mark import mark_run
from voterlist.storage.ledger.reading import (
    Place,
    Reader,
    place_in,
    read_acceptances,
    reading,
)
from voterlist.storage.ledger.verdict import Problem, Verdict, verify
from voterlist.storage.ledger.writing import Ledger

__all__ = [
    "FILE_NAME",
    "ApplicationEvent",
    "CaseNumber",
    "Head",
    "Ledger",
    "Line",
    "Place",
    "Problem",
    "Reader",
    "Submission",
    "User",
    "Verdict",
    "mark_run",
    "place_in",
    "read_acceptances",
    "reading",
    "verify",
]
